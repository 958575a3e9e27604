//! Checkpoints: what the log was at one moment, signed (c2sp.org/tlog-checkpoint, with two lines of ours).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::note::{Note, NoteError};
use crate::{Hash, Key, Verifier};

/// The state of a log: how many entries under which root, and how far its two files are committed.
///
/// ```text
/// bottega/ledger/6f1d2c3b4a596877        origin, made once per ledger
/// 3                                      entries
/// 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=   root
/// entries.log 1204                       bytes of the log that count
/// checkpoints 310 pLpFTnAkGbKqzv0GzN/pICHgQOEOXIlbcEyRGt1uK5A=   bytes of the history that count, and their hash
///
/// — studio q3kkXA…
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Committed bytes of `entries.log`.
    pub log: u64,
    /// Committed bytes of `checkpoints`.
    pub history: u64,
    /// The hash of these bytes.
    pub history_hash: Hash,
}

/// A checkpoint that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Not signed as it should be.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// A note, but not of a log of ours.
    #[error("this note is not a checkpoint of a ledger (origin, size, root, two lengths)")]
    Malformed,
}

fn hash_text(hash: &Hash) -> String {
    STANDARD.encode(hash.as_bytes())
}

fn parse_hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok().map(Hash)
}

impl Checkpoint {
    /// Signs it.
    pub(crate) fn sign(&self, keys: &[&Key]) -> Note {
        Note::sign(self.to_string(), keys)
    }

    /// Reads the checkpoint in a note; says nothing of its signatures.
    pub fn of(note: &Note) -> Result<Checkpoint, CheckpointError> {
        let read = || {
            let mut lines = note.text().lines();
            let origin = lines.next()?.to_owned();
            let size = lines.next()?.parse().ok()?;
            let root = parse_hash(lines.next()?)?;
            let log = lines.next()?.strip_prefix("entries.log ")?.parse().ok()?;
            let (history, hash) = lines.next()?.strip_prefix("checkpoints ")?.split_once(' ')?;
            let read =
                Checkpoint { origin, size, root, log, history: history.parse().ok()?, history_hash: parse_hash(hash)? };
            (read.to_string() == note.text()).then_some(read)
        };
        read().ok_or(CheckpointError::Malformed)
    }

    /// Reads and believes a checkpoint if every signature is by one of the keys; also says who signed.
    pub fn verify(note: &str, keys: &[Verifier]) -> Result<(Checkpoint, Vec<Verifier>), CheckpointError> {
        let note = Note::parse(note)?;
        let signers = note.signers(keys)?;
        Ok((Checkpoint::of(&note)?, signers))
    }
}

impl fmt::Display for Checkpoint {
    /// The text that is signed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, hash_text(&self.root))?;
        writeln!(f, "entries.log {}", self.log)?;
        writeln!(f, "checkpoints {} {}", self.history, hash_text(&self.history_hash))
    }
}
