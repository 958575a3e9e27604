//! Checking a ledger: is every byte as it was written, and does every entry keep the rules?

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::checkpoint::Checkpoint;
use crate::survey::{LOG, Problem, strangers, survey};
use crate::{Hash, Verifier};

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// How many entries the log holds.
    pub entries: u64,
    /// How many bytes of it are committed.
    pub bytes: u64,
    /// How many checkpoints were compared, the head included.
    pub checkpoints: u64,
    /// The root that the head was signed over, if it could be read.
    pub root: Option<Hash>,
    /// The keys that signed for this ledger, in their order.
    pub keys: Vec<Verifier>,
    /// Whether a key from outside vouches for them. Without one the ledger is only consistent with itself.
    pub vouched: bool,
    /// What is not as it was written.
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub more: u64,
    /// What a killed run left, which was never committed and is no fault.
    pub unfinished: Vec<String>,
}

/// A ledger that cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Nothing there.
    #[error("{0}: there is no ledger here")]
    None(PathBuf),
    /// A note kept elsewhere is not believable itself.
    #[error("checkpoint {number} of those kept elsewhere cannot be used: {source}")]
    Held {
        /// Which, from 0.
        number: usize,
        /// Why.
        source: crate::CheckpointError,
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

impl Report {
    /// Whether nothing is wrong.
    pub fn sound(&self) -> bool {
        self.problems.is_empty()
    }
}

/// Checks the ledger in `dir`, without changing or locking it: frames, hashes, the tree under every checkpoint, signatures,
/// keys, balances, closed periods, and that nothing else lies there. `trusted` are public keys known from outside.
///
/// What no check of a folder alone can find is a whole ledger put back to a state that it once had; [`check_against`] finds it.
pub fn check(dir: &Path, trusted: &[Verifier]) -> Result<Report, CheckError> {
    check_against(dir, trusted, &[])
}

/// Checks also that the log goes on from checkpoints that somebody kept elsewhere: in a released file, at an auditor's.
pub fn check_against(dir: &Path, trusted: &[Verifier], held: &[String]) -> Result<Report, CheckError> {
    let io = |source| CheckError::Io { path: dir.to_owned(), source };
    let strangers = match strangers(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(CheckError::None(dir.to_owned())),
        listed => listed.map_err(io)?,
    };
    if std::fs::read_dir(dir).map_err(io)?.count() == strangers.len() {
        return Err(CheckError::None(dir.join(LOG)));
    }
    let held = held
        .iter()
        .enumerate()
        .map(|(number, note)| {
            let read = crate::Note::parse(note).map_err(Into::into).and_then(|note| Checkpoint::of(&note));
            read.map_err(|source| CheckError::Held { number, source })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut survey = survey(dir, trusted, &held, false).map_err(io)?;
    for name in strangers {
        let what = "this is no file of a ledger, so nothing vouches for it".to_owned();
        survey.problems.push(Problem { file: name, at: 0, entry: None, what });
    }
    let keys: Vec<Verifier> = survey.books.keys().iter().map(|(_, key)| key.clone()).collect();
    Ok(Report {
        entries: survey.offsets.len() as u64,
        bytes: survey.bytes,
        checkpoints: survey.kept + u64::from(survey.head.is_some()),
        root: survey.head.map(|(head, _)| head.root),
        vouched: keys.iter().any(|key| trusted.contains(key)),
        keys,
        problems: survey.problems,
        more: survey.more,
        unfinished: survey.unfinished,
    })
}
