//! The survey: one pass over a ledger's folder that believes nothing. Opening and checking are both this pass.
//!
//! What decides is `head`, the signed checkpoint that is replaced whole at every commit: it says how many bytes of the two other
//! files count. Bytes after that were never committed, so a killed append left them; bytes before it must all be as they were,
//! so a flaw there is damage and never a torn tail.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::books::{Books, Staged};
use crate::checkpoint::Checkpoint;
use crate::frame::{Found, Framed, HEADER, Scanner};
use crate::matter::{Matter, Understood, understand};
use crate::note::Note;
use crate::tree::{Frontier, Tree};
use crate::{Hash, Verifier};

/// The log.
pub(crate) const LOG: &str = "entries.log";
/// The history of kept checkpoints.
pub(crate) const HISTORY: &str = "checkpoints";
/// The latest checkpoint.
pub(crate) const HEAD: &str = "head";
/// The first line of `checkpoints`.
pub(crate) const HISTORY_HEADER: &str = "bottega checkpoints 1\n";

/// More problems than a person reads; the rest is counted.
const MOST: usize = 1000;
/// A history longer than this is not read into memory.
const LONGEST_HISTORY: u64 = 1 << 30;

/// Something in the ledger's folder that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// In which file of the folder.
    pub file: String,
    /// From which byte of it.
    pub at: u64,
    /// In which entry, where that is known.
    pub entry: Option<u64>,
    /// What is wrong, and what that means.
    pub what: String,
}

/// What a survey holds of a ledger.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    /// The head, if it could be read.
    pub(crate) head: Option<(Checkpoint, Note)>,
    pub(crate) books: Books,
    /// Only if asked for.
    pub(crate) tree: Tree,
    /// Where each entry begins.
    pub(crate) offsets: Vec<u64>,
    /// How many checkpoints the history keeps.
    pub(crate) kept: u64,
    pub(crate) bytes: u64,
    pub(crate) problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub(crate) more: u64,
    /// What a killed run left; no fault of the ledger.
    pub(crate) unfinished: Vec<String>,
}

/// A kept checkpoint and where it stands.
struct Kept {
    at: u64,
    file: &'static str,
    note: Note,
    checkpoint: Checkpoint,
}

/// Surveys the folder. `trusted` are keys known from outside, `held` are checkpoints that somebody kept elsewhere.
pub(crate) fn survey(dir: &Path, trusted: &[Verifier], held: &[Checkpoint], with_tree: bool) -> io::Result<Survey> {
    let mut survey = Survey::default();
    let mut notes = survey.read_head(dir)?;
    let committed = survey.head.as_ref().map(|(head, _)| (head.log, head.history, head.history_hash));
    notes.splice(0..0, survey.read_history(dir, committed.map(|(_, bytes, hash)| (bytes, hash)))?);
    let mut wanted: BTreeMap<u64, Hash> = notes.iter().map(|n| (n.checkpoint.size, Hash::ZERO)).collect();
    wanted.extend(held.iter().map(|c| (c.size, Hash::ZERO)));
    let ends = survey.read_log(dir, committed.map(|(log, _, _)| log), &mut wanted, with_tree)?;
    survey.compare(&notes, &wanted, &ends);
    survey.believe(&notes, trusted);
    for held in held {
        let fits = survey.head.as_ref().is_some_and(|(head, _)| head.origin == held.origin && head.size >= held.size);
        if !fits || wanted.get(&held.size) != Some(&held.root) {
            let what = format!(
                "the log is not a continuation of the checkpoint of {} entries that was kept elsewhere: it was rewritten or cut",
                held.size
            );
            survey.problem(HEAD, 0, None, what);
        }
    }
    Ok(survey)
}

/// Files in the folder that are no part of a ledger, and would not be verified by anyone.
pub(crate) fn strangers(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let ours = [LOG, HISTORY, HEAD, "head.part"].contains(&name.as_str()) && entry.file_type()?.is_file();
        if !ours {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// An entry by its place in the log.
pub(crate) fn entry_at(log: &Path, at: u64, end: u64) -> io::Result<Option<Framed>> {
    let mut file = File::open(log)?;
    file.seek(SeekFrom::Start(at))?;
    match Scanner::new(BufReader::new(file), at, end).next().transpose()? {
        Some(Found::Entry(framed)) => Ok(Some(framed)),
        _ => Ok(None),
    }
}

/// A file's length, or that it is missing.
fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(meta) => Ok(Some(meta.len())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

impl Survey {
    fn problem(&mut self, file: &str, at: u64, entry: Option<u64>, what: impl Into<String>) {
        if self.problems.len() < MOST {
            self.problems.push(Problem { file: file.to_owned(), at, entry, what: what.into() });
        } else {
            self.more += 1;
        }
    }

    fn read_head(&mut self, dir: &Path) -> io::Result<Vec<Kept>> {
        if length(&dir.join("head.part"))?.is_some() {
            self.unfinished.push("head.part: a killed run left it; opening to write removes it".into());
        }
        let path = dir.join(HEAD);
        if length(&path)?.is_none() {
            self.problem(
                HEAD,
                0,
                None,
                "the file is missing: without it nobody can say how much of the log was committed",
            );
            return Ok(Vec::new());
        }
        let mut bytes = Vec::new();
        File::open(&path)?.take(1 << 17).read_to_end(&mut bytes)?;
        let read = String::from_utf8(bytes).ok().and_then(|text| Note::parse(&text).ok());
        match read.and_then(|note| Some((Checkpoint::of(&note).ok()?, note))) {
            Some((checkpoint, note)) => {
                self.head = Some((checkpoint.clone(), note.clone()));
                Ok(vec![Kept { at: 0, file: HEAD, note, checkpoint }])
            }
            None => {
                self.problem(HEAD, 0, None, "this is no signed checkpoint: it was changed after it was written");
                Ok(Vec::new())
            }
        }
    }

    /// The kept checkpoints, each of which says what the history was before it.
    fn read_history(&mut self, dir: &Path, committed: Option<(u64, Hash)>) -> io::Result<Vec<Kept>> {
        let path = dir.join(HISTORY);
        let mut kept = Vec::new();
        let bytes = match length(&path)? {
            None => {
                self.problem(HISTORY, 0, None, "the file is missing");
                return Ok(kept);
            }
            Some(n) if n > LONGEST_HISTORY => {
                self.problem(HISTORY, 0, None, format!("{n} bytes are more than any history has"));
                return Ok(kept);
            }
            Some(_) => fs::read(&path)?,
        };
        let end = committed.map_or(bytes.len() as u64, |(end, _)| end);
        if bytes.len() as u64 > end {
            self.look_past(&bytes[end as usize..], end);
        }
        let Some(bytes) = bytes.get(..end as usize) else {
            let what = format!(
                "the file ends at byte {}, and {end} are committed: kept checkpoints were cut off",
                bytes.len()
            );
            self.problem(HISTORY, bytes.len() as u64, None, what);
            return Ok(kept);
        };
        if committed.is_some_and(|(_, hash)| hash != Hash::of(bytes)) {
            self.problem(HISTORY, 0, None, "its bytes are not those that the head was signed over");
        }
        let Some(notes) = bytes.strip_prefix(HISTORY_HEADER.as_bytes()) else {
            self.problem(HISTORY, 0, None, "the file does not begin as a history of version 1");
            return Ok(kept);
        };
        let mut at = HISTORY_HEADER.len();
        // Carried along, since each note was signed over all that stood before it.
        let mut before = Sha256::new_with_prefix(HISTORY_HEADER);
        for note in split(notes) {
            let read = std::str::from_utf8(note).ok().and_then(|text| Note::parse(text).ok());
            match read.and_then(|note| Some((Checkpoint::of(&note).ok()?, note))) {
                Some((checkpoint, note)) => {
                    if checkpoint.history != at as u64
                        || checkpoint.history_hash != Hash(before.clone().finalize().into())
                    {
                        self.problem(HISTORY, at as u64, None, "this checkpoint was signed over another history");
                    }
                    kept.push(Kept { at: at as u64, file: HISTORY, note, checkpoint });
                }
                None => self.problem(
                    HISTORY,
                    at as u64,
                    None,
                    "this is no signed checkpoint: it was changed after it was written",
                ),
            }
            at += note.len();
            before.update(note);
        }
        self.kept = kept.len() as u64;
        Ok(kept)
    }

    /// Bytes past the committed part of the history: a killed run leaves at most the head's own note there, so a checkpoint of
    /// more entries means that the head was put back to an older one.
    fn look_past(&mut self, tail: &[u8], at: u64) {
        let size = self.head.as_ref().map_or(0, |(head, _)| head.size);
        for note in split(tail) {
            let read = std::str::from_utf8(note).ok().and_then(|text| Note::parse(text).ok());
            if let Some(later) = read.and_then(|note| Checkpoint::of(&note).ok()).filter(|later| later.size > size) {
                let what = format!(
                    "a checkpoint of {} entries stands here, and the head is of {size}: the head was put back to an older one",
                    later.size
                );
                self.problem(HISTORY, at, None, what);
                return;
            }
        }
        self.unfinished.push(format!("{HISTORY}: {} bytes after byte {at} were never committed", tail.len()));
    }

    /// Reads the log; fills in the roots `wanted` at some sizes, and gives where the log ended at each.
    fn read_log(
        &mut self,
        dir: &Path,
        committed: Option<u64>,
        wanted: &mut BTreeMap<u64, Hash>,
        with_tree: bool,
    ) -> io::Result<HashMap<u64, u64>> {
        let path = dir.join(LOG);
        let mut ends = HashMap::new();
        let Some(length) = length(&path)? else {
            self.problem(LOG, 0, None, "the file is missing");
            return Ok(ends);
        };
        let end = committed.unwrap_or(length);
        self.bytes = end;
        let mut reader = BufReader::with_capacity(1 << 18, File::open(&path)?);
        let mut header = Vec::new();
        (&mut reader).take(HEADER.len() as u64).read_until(b'\n', &mut header)?;
        if header != HEADER.as_bytes() {
            let version = String::from_utf8_lossy(&header).trim_end().to_owned();
            self.problem(
                LOG,
                0,
                None,
                format!(
                    "the file begins with {version:?} and not with {:?}: another version, or no log",
                    HEADER.trim_end()
                ),
            );
        }
        if length > end {
            self.unfinished.push(format!("{LOG}: {} bytes after byte {end} were never committed", length - end));
        }
        let start = HEADER.len() as u64;
        let mut edge = Frontier::new();
        let note = |edge: &Frontier, at: u64, wanted: &mut BTreeMap<u64, Hash>, ends: &mut HashMap<u64, u64>| {
            if let Some(root) = wanted.get_mut(&edge.size()) {
                *root = edge.root();
                ends.insert(edge.size(), at);
            }
        };
        let mut scanner = Scanner::new(reader, start, end);
        let staged = Staged::default();
        while let Some(found) = scanner.next().transpose()? {
            let framed = match found {
                Found::Flaw(flaw) => {
                    self.problem(LOG, flaw.at, Some(edge.size()), flaw.what);
                    continue;
                }
                Found::Entry(framed) => framed,
            };
            let index = edge.size();
            note(&edge, framed.at, wanted, &mut ends);
            if let Some(flaw) = &framed.flaw {
                self.problem(LOG, flaw.at, Some(index), flaw.what.clone());
            }
            match understand(&framed) {
                Ok(entry) => {
                    let fetch = |i: u64| -> Option<Understood> {
                        let at = *self.offsets.get(i as usize)?;
                        understand(&entry_at(&path, at, framed.at).ok()??).ok()
                    };
                    if let Err(breach) = self.books.judge(&staged, index, &entry, &fetch) {
                        self.problem(LOG, framed.at, Some(index), breach.to_string());
                    }
                    if let (Matter::Key(key), Some((head, _))) = (&entry.matter, &self.head)
                        && key.origin != head.origin
                    {
                        self.problem(LOG, framed.at, Some(index), "this key was announced in another ledger");
                    }
                    self.books.enter(index, &entry);
                }
                Err(what) => self.problem(LOG, framed.at, Some(index), what),
            }
            let leaf = framed.leaf();
            edge.push(leaf);
            if with_tree {
                self.tree.push(leaf);
            }
            self.offsets.push(framed.at);
        }
        note(&edge, end, wanted, &mut ends);
        Ok(ends)
    }

    /// Whether each checkpoint is of the entries that stand in the log.
    fn compare(&mut self, notes: &[Kept], wanted: &BTreeMap<u64, Hash>, ends: &HashMap<u64, u64>) {
        let entries = self.offsets.len() as u64;
        let head = self.head.as_ref().map(|(head, _)| head.clone());
        let mut before = 0;
        for Kept { at, file, checkpoint, .. } in notes {
            let size = checkpoint.size;
            if head.as_ref().is_some_and(|head| head.origin != checkpoint.origin) {
                self.problem(file, *at, None, format!("this checkpoint is of another ledger, {}", checkpoint.origin));
            }
            if size < before {
                self.problem(file, *at, None, "this checkpoint is of fewer entries than the one before it");
            }
            before = size;
            if size > entries || (*file == HEAD && size != entries) {
                self.problem(file, *at, None, format!("{size} entries were signed, and the log holds {entries}"));
            } else if wanted.get(&size) != Some(&checkpoint.root) {
                self.problem(
                    file,
                    *at,
                    None,
                    format!("the first {size} entries of the log are not those that were signed"),
                );
            } else if ends.get(&size) != Some(&checkpoint.log) {
                self.problem(
                    file,
                    *at,
                    None,
                    format!(
                        "{} bytes of the log were signed for {size} entries, and they end elsewhere",
                        checkpoint.log
                    ),
                );
            }
        }
    }

    /// Whether each checkpoint was signed by the key that counted then, and whether anyone outside vouches for these keys.
    fn believe(&mut self, notes: &[Kept], trusted: &[Verifier]) {
        let keys = self.books.keys().to_vec();
        let all: Vec<Verifier> = keys.iter().map(|(_, key)| key).chain(trusted).cloned().collect();
        let mut handed_over = vec![false; keys.len()];
        if all.is_empty() && self.head.is_some() {
            // Only a beginning that was cut short has no key of its own.
            self.unfinished.push(format!("{HEAD}: a ledger without any entry, whose key is not known"));
            return;
        }
        for Kept { at, file, note, checkpoint } in notes {
            let signers = match note.signers(&all) {
                Ok(signers) => signers,
                Err(e) => {
                    self.problem(file, *at, None, format!("the signature does not hold: {e}"));
                    continue;
                }
            };
            // The key that counts is the last one announced within the signed entries; before any is, the one announced first.
            let current = keys.iter().rposition(|(index, _)| *index < checkpoint.size).unwrap_or(0);
            let Some((announced, key)) = keys.get(current) else { continue };
            let rotated = current > 0
                && checkpoint.size == announced + 1
                && signers == [keys[current - 1].1.clone(), key.clone()];
            handed_over[current] |= rotated;
            if !rotated && signers != [key.clone()] {
                let names: Vec<String> = signers.iter().map(Verifier::to_string).collect();
                self.problem(
                    file,
                    *at,
                    None,
                    format!("signed by {}, and the key of that moment is {key}", names.join(", ")),
                );
            }
        }
        for (i, (index, key)) in keys.iter().enumerate().skip(1) {
            if !handed_over[i] {
                self.problem(
                    HISTORY,
                    0,
                    Some(*index),
                    format!("no checkpoint signed by both keys hands over to {key}"),
                );
            }
        }
        if !trusted.is_empty() && !keys.is_empty() && !keys.iter().any(|(_, key)| trusted.contains(key)) {
            self.problem(
                HEAD,
                0,
                None,
                format!(
                    "none of the {} trusted keys ever signed for this ledger: it is another's, or was made anew",
                    trusted.len()
                ),
            );
        }
    }
}

/// Notes that stand one after another: text, an empty line, signatures.
fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (mut end, mut signatures) = (0, false);
        for line in rest.split_inclusive(|b| *b == b'\n') {
            let signature = line.starts_with("— ".as_bytes());
            if signatures && !signature {
                break;
            }
            signatures |= line == b"\n";
            end += line.len();
        }
        let (note, after) = rest.split_at(end);
        rest = after;
        Some(note)
    })
}
