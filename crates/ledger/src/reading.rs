//! A ledger opened to be read: no key, no lock, nothing changed.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use crate::books::Books;
use crate::checkpoint::Checkpoint;
use crate::entry::{Mark, Written};
use crate::frame::{Found, Framed, HEADER, Scanner};
use crate::matter::{Understood, understand, written};
use crate::survey::{HISTORY, LOG, Problem, Survey, entry_at, survey};
use crate::tree::Tree;
use crate::{Account, Consistency, Currency, Inclusion, Note, Period, Sum, Verifier};

/// A ledger as it was at one moment, verified from its first byte when it was opened.
///
/// Holds about 100 bytes per entry: tree, places, marks. Someone may go on writing meanwhile; a reading sees what was committed
/// when it was opened.
#[derive(Debug)]
pub struct Reading {
    pub(crate) dir: PathBuf,
    pub(crate) head: Checkpoint,
    pub(crate) note: Note,
    pub(crate) books: Books,
    pub(crate) tree: Tree,
    pub(crate) offsets: Vec<u64>,
    pub(crate) unfinished: Vec<String>,
}

/// A ledger that cannot be opened to be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing there.
    #[error("{0}: there is no ledger here")]
    None(PathBuf),
    /// Not as it was written.
    #[error("{}: at byte {}: {}; run `ledger check` for everything that is wrong", dir.join(&problem.file).display(), problem.at, problem.what)]
    Damaged {
        /// The ledger's folder.
        dir: PathBuf,
        /// The first problem.
        problem: Problem,
    },
    /// The file system's own trouble.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
}

impl Reading {
    /// Opens the ledger in `dir` to be read. `trusted` are public keys known from outside; without any, the ledger is believed
    /// if it is consistent with itself.
    pub fn open(dir: &Path, trusted: &[Verifier]) -> Result<Reading, ReadError> {
        if !dir.join(LOG).exists() && !dir.join(HISTORY).exists() {
            return Err(ReadError::None(dir.to_owned()));
        }
        let io = |source| ReadError::Io { path: dir.to_owned(), source };
        let Survey { head, books, tree, offsets, problems, unfinished, .. } =
            survey(dir, trusted, &[], true).map_err(io)?;
        if let Some(problem) = problems.into_iter().next() {
            return Err(ReadError::Damaged { dir: dir.to_owned(), problem });
        }
        let (head, note) = head.expect("a survey without a head has a problem");
        Ok(Reading { dir: dir.to_owned(), head, note, books, tree, offsets, unfinished })
    }

    /// How many entries.
    pub fn size(&self) -> u64 {
        self.books.size()
    }

    /// The latest checkpoint.
    pub fn head(&self) -> &Checkpoint {
        &self.head
    }

    /// The latest checkpoint as the signed note that others can verify.
    pub fn signed_head(&self) -> String {
        self.note.to_string()
    }

    /// The keys that signed for this ledger, in their order; the last is the one that counts.
    pub fn keys(&self) -> Vec<Verifier> {
        self.books.keys().iter().map(|(_, key)| key.clone()).collect()
    }

    /// What killed runs left behind, a line each.
    pub fn unfinished(&self) -> &[String] {
        &self.unfinished
    }

    /// Every entry in its order, one at a time.
    pub fn entries(&self) -> Result<impl Iterator<Item = Result<Written, ReadError>> + use<>, ReadError> {
        let dir = self.dir.clone();
        Ok(self.frames(HEADER.len() as u64)?.zip(0..).map(move |(framed, index)| {
            let framed = framed?;
            let at = framed.at;
            written(index, framed).map_err(|what| changed(&dir, at, what))
        }))
    }

    /// One entry; `None` past the end.
    pub fn entry(&self, index: u64) -> Result<Option<Written>, ReadError> {
        let Some(framed) = self.framed(index)? else { return Ok(None) };
        let at = framed.at;
        written(index, framed).map(Some).map_err(|what| changed(&self.dir, at, what))
    }

    /// Which entry closed a period.
    pub fn closed(&self, period: Period) -> Option<u64> {
        self.books.closed().get(&period).copied()
    }

    /// Which entry was written under a key.
    pub fn keyed(&self, key: &str) -> Option<u64> {
        self.books.marked(&Mark::of(key))
    }

    /// Which entry reversed a posting.
    pub fn reversed(&self, posting: u64) -> Option<u64> {
        self.books.reversed(posting)
    }

    /// Debits less credits of an account in a currency; what a party is owed is below zero here.
    pub fn balance(&self, account: &Account, currency: Currency) -> Sum {
        Sum { currency, minor: self.books.balance(account, currency) }
    }

    /// Every account with its debits less credits, in the order of names.
    pub fn balances(&self) -> impl Iterator<Item = (&Account, Vec<Sum>)> {
        self.books.balances().into_iter()
    }

    /// The proof that an entry is in the log under the latest checkpoint; `None` past the end.
    pub fn inclusion(&self, index: u64) -> Option<Inclusion> {
        let path = self.tree.inclusion(index, self.size())?;
        Some(Inclusion { index, path, checkpoint: self.signed_head() })
    }

    /// The proof that the log only grew between two sizes; `None` where it never had them.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Consistency> {
        Some(Consistency { old, new, path: self.tree.consistency(old, new)? })
    }

    /// The bytes of one entry, as long as they are those that were verified.
    pub(crate) fn framed(&self, index: u64) -> Result<Option<Framed>, ReadError> {
        let Some(at) = self.offsets.get(index as usize).copied() else { return Ok(None) };
        let io = |source| ReadError::Io { path: self.dir.join(LOG), source };
        match entry_at(&self.dir.join(LOG), at, self.head.log).map_err(io)? {
            Some(framed) if framed.flaw.is_none() && Some(framed.leaf()) == self.tree.leaf(index) => Ok(Some(framed)),
            _ => Err(changed(&self.dir, at, "this entry changed while the ledger was open".into())),
        }
    }

    /// The bytes of every entry from a place on.
    pub(crate) fn frames(
        &self,
        from: u64,
    ) -> Result<impl Iterator<Item = Result<Framed, ReadError>> + use<>, ReadError> {
        let path = self.dir.join(LOG);
        let fail = move |source| ReadError::Io { path: path.clone(), source };
        let mut file = File::open(self.dir.join(LOG)).map_err(&fail)?;
        file.seek(SeekFrom::Start(from)).map_err(&fail)?;
        let dir = self.dir.clone();
        Ok(Scanner::new(BufReader::with_capacity(1 << 18, file), from, self.head.log).map(move |found| match found {
            Ok(Found::Entry(framed)) if framed.flaw.is_none() => Ok(framed),
            Ok(Found::Entry(framed)) => {
                Err(changed(&dir, framed.at, "this entry changed while the ledger was open".into()))
            }
            Ok(Found::Flaw(flaw)) => Err(changed(&dir, flaw.at, flaw.what)),
            Err(e) => Err(fail(e)),
        }))
    }

    /// One entry understood, for the rules.
    pub(crate) fn understood(&self, index: u64) -> Option<Understood> {
        understand(&self.framed(index).ok()??).ok()
    }
}

pub(crate) fn changed(dir: &Path, at: u64, what: String) -> ReadError {
    ReadError::Damaged { dir: dir.to_owned(), problem: Problem { file: LOG.into(), at, entry: None, what } }
}
