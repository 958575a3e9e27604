//! How entries lie in `entries.log`: lines of text that a person can read and a program can check.
//!
//! ```text
//! bottega ledger 1
//! e 0000009c 5f0c…e1 {"kind":"decision","at":"2027-05-03T10:00:00Z","body":{…}}
//! e 000000d2 77aa…04 {"kind":"posting",…,"body":{"on":"2027-05-03","about":"…","lines":2,"root":"…"}}
//! l 8d0f…33 {"account":"payable:p:rossi-elena","side":"credit","minor":150000,"currency":"EUR"}
//! l 02c4…91 {"account":"pool:w:notte-rossa","side":"debit","minor":150000,"currency":"EUR"}
//! ```
//!
//! An `e` line is an entry: the length of its JSON, its leaf hash, its JSON. The `l` lines after it are sealed: the entry holds
//! only the root over them, each begins with a random salt, and so the entry can be shown without them and each without the
//! others. Every byte is thus under a hash or is the only byte allowed there.

use std::io::{self, BufRead, Read};

use crate::Hash;
use crate::hash::hex;

/// The first line of `entries.log`.
pub(crate) const HEADER: &str = "bottega ledger 1\n";

/// The longest line that is written or read: more is refused before it is held.
pub(crate) const LONGEST: usize = 1 << 20;

/// What stands before the JSON of an `e` line: `e `, 8 digits, space, 64 digits, space.
const BEFORE: usize = 76;

/// An entry's bytes, whatever they mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Framed {
    /// Where it begins in the file.
    pub(crate) at: u64,
    /// The JSON, which is the leaf.
    pub(crate) json: String,
    /// Salt, space, JSON of each sealed line, which are leaves of the entry's own tree.
    pub(crate) sealed: Vec<String>,
    /// What is wrong with its frame, though it could be read.
    pub(crate) flaw: Option<Flaw>,
}

/// Bytes that are not as they were written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: u64,
    pub(crate) what: String,
}

/// What a scan finds next.
pub(crate) enum Found {
    Entry(Framed),
    Flaw(Flaw),
}

/// A scan of the committed part of a log, entry by entry, in constant memory but for the entry at hand.
pub(crate) struct Scanner<R> {
    reader: R,
    at: u64,
    end: u64,
    ahead: Option<Piece>,
}

/// A line with its place, or why it is none.
struct Piece {
    at: u64,
    line: Result<Vec<u8>, String>,
}

impl Framed {
    /// A frame for what is to be written.
    pub(crate) fn new(json: String, sealed: Vec<String>) -> Framed {
        Framed { at: 0, json, sealed, flaw: None }
    }

    /// The leaf in the log's tree.
    pub(crate) fn leaf(&self) -> Hash {
        Hash::of_leaf(self.json.as_bytes())
    }

    /// Adds its lines to `out`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(head(&self.json, &self.leaf()).as_bytes());
        out.extend_from_slice(self.json.as_bytes());
        out.push(b'\n');
        for line in &self.sealed {
            out.extend_from_slice(b"l ");
            out.extend_from_slice(line.as_bytes());
            out.push(b'\n');
        }
    }

    /// Whether no line is longer than can be read again.
    pub(crate) fn fits(&self) -> bool {
        BEFORE + self.json.len() < LONGEST && self.sealed.iter().all(|line| line.len() + 2 < LONGEST)
    }
}

fn head(json: &str, leaf: &Hash) -> String {
    format!("e {:08x} {leaf} ", json.len())
}

/// A sealed line: a fresh salt, so that what another's line says cannot be guessed from its hash, and the JSON.
pub(crate) fn seal(json: &str) -> String {
    let mut salt = [0; 16];
    rand::fill(&mut salt);
    format!("{} {json}", hex(&salt))
}

/// The JSON of a sealed line; `None` if it has no salt.
pub(crate) fn unsealed(line: &str) -> Option<&str> {
    let (salt, json) = line.split_once(' ')?;
    crate::hash::unhex::<16>(salt)?;
    Some(json)
}

impl<R: BufRead> Scanner<R> {
    /// Scans from `at`, where the reader stands, to `end`.
    pub(crate) fn new(reader: R, at: u64, end: u64) -> Scanner<R> {
        Scanner { reader, at, end, ahead: None }
    }

    /// The next line without its newline.
    fn piece(&mut self) -> io::Result<Option<Piece>> {
        if let Some(piece) = self.ahead.take() {
            return Ok(Some(piece));
        }
        if self.at >= self.end {
            return Ok(None);
        }
        let at = self.at;
        let room = self.end - at;
        let mut line = Vec::new();
        let n = (&mut self.reader).take(room.min(LONGEST as u64)).read_until(b'\n', &mut line)? as u64;
        self.at += n;
        if line.last() == Some(&b'\n') {
            line.pop();
            return Ok(Some(Piece { at, line: Ok(line) }));
        }
        if n == LONGEST as u64 && n < room {
            // The rest of it, block by block.
            loop {
                line.clear();
                let n =
                    (&mut self.reader).take((self.end - self.at).min(LONGEST as u64)).read_until(b'\n', &mut line)?;
                self.at += n as u64;
                if n == 0 || line.last() == Some(&b'\n') {
                    break;
                }
            }
            return Ok(Some(Piece { at, line: Err(format!("a line is longer than {LONGEST} bytes")) }));
        }
        let what = if n < room {
            format!("the file ends at byte {}, and {} are committed", self.at, self.end)
        } else {
            format!("the committed part ends at byte {} inside a line", self.end)
        };
        self.at = self.end;
        Ok(Some(Piece { at, line: Err(what) }))
    }

    /// The entry or the flaw at hand.
    fn found(&mut self) -> io::Result<Option<Found>> {
        let Some(Piece { at, line }) = self.piece()? else { return Ok(None) };
        let flaw = |at, what: &str| Ok(Some(Found::Flaw(Flaw { at, what: what.to_owned() })));
        let line = match line {
            Err(what) => return flaw(at, &what),
            Ok(line) => line,
        };
        let mut sealed = Vec::new();
        let mut broken = None;
        while let Some(piece) = self.piece()? {
            match piece.line {
                Ok(line) if line.starts_with(b"l ") => match String::from_utf8(line) {
                    Ok(text) => sealed.push(text[2..].to_owned()),
                    Err(_) => {
                        broken = broken.or(Some(Flaw { at: piece.at, what: "a sealed line is not UTF-8".into() }))
                    }
                },
                _ => {
                    self.ahead = Some(piece);
                    break;
                }
            }
        }
        if line.starts_with(b"l ") {
            return flaw(at, "sealed lines stand without the entry they belong to");
        }
        let Some(json) = line.get(BEFORE..).and_then(|json| std::str::from_utf8(json).ok()) else {
            return flaw(at, "this is no entry (`e`, length, hash, JSON) and no sealed line (`l`, salt, JSON)");
        };
        let mut framed = Framed { at, json: json.to_owned(), sealed, flaw: broken };
        let head = head(json, &framed.leaf());
        if framed.flaw.is_none() && &line[..BEFORE] != head.as_bytes() {
            let what = if line[..11] != head.as_bytes()[..11] {
                "the entry's length is not what stands before it"
            } else {
                "the entry's hash is not what stands before it"
            };
            framed.flaw = Some(Flaw { at, what: what.to_owned() });
        }
        Ok(Some(Found::Entry(framed)))
    }
}

impl<R: BufRead> Iterator for Scanner<R> {
    type Item = io::Result<Found>;

    fn next(&mut self) -> Option<io::Result<Found>> {
        self.found().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scan(bytes: &[u8], end: u64) -> Vec<Found> {
        Scanner::new(bytes, 0, end).map(Result::unwrap).collect()
    }

    #[test]
    fn written_and_read_again() {
        let entries = [
            Framed::new("{}".into(), vec![]),
            Framed::new("{\"a\":\"è\"}".into(), vec![seal("{}"), seal("[1]")]),
            Framed::new(format!("\"{}\"", "x".repeat(LONGEST - 200)), vec![]),
        ];
        let mut bytes = Vec::new();
        entries.iter().for_each(|e| e.write(&mut bytes));
        let found = scan(&bytes, bytes.len() as u64);
        assert_eq!(found.len(), 3);
        for (found, entry) in found.into_iter().zip(entries) {
            let Found::Entry(mut framed) = found else { panic!("a flaw") };
            framed.at = 0;
            assert_eq!(framed, entry);
        }
        assert_eq!(unsealed(&seal("[1]")), Some("[1]"));
    }

    #[test]
    fn long_lines_and_short_files_are_flaws() {
        let mut bytes = vec![b'e'; 5 * LONGEST];
        bytes.push(b'\n');
        Framed::new("{}".into(), vec![]).write(&mut bytes);
        let found = scan(&bytes, bytes.len() as u64);
        assert!(matches!(&found[..], [Found::Flaw(flaw), Found::Entry(entry)] if flaw.at == 0 && entry.flaw.is_none()));
        let end = bytes.len() as u64;
        for (length, end) in [(end, end + 7), (end, end - 1), (0, u64::MAX)] {
            let found = scan(&bytes[..length as usize], end);
            assert!(matches!(found.last(), Some(Found::Flaw(_))), "{length} of {end}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'e'), Just(b'l'), Just(b' '), any::<u8>()], 0..400), end in 0u64..500) {
            for found in scan(&bytes, end) {
                if let Found::Entry(entry) = found {
                    prop_assert!(entry.flaw.is_some(), "no entry comes of chance");
                }
            }
        }
    }
}
