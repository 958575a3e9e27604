//! Proofs about entries that can be checked alone: that one is in the log, and that a log only grew.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::tree::{climb, grew};
use crate::{Hash, Verifier};

/// The proof that an entry is in the log: the way from its leaf to a signed root. A released file can carry it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inclusion {
    /// Which entry.
    pub index: u64,
    /// The way to the root, lowest first.
    pub path: Vec<Hash>,
    /// The signed checkpoint, as a note.
    pub checkpoint: String,
}

/// The proof that a log of `new` entries begins with what it was at `old` entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consistency {
    /// Entries before.
    pub old: u64,
    /// Entries after.
    pub new: u64,
    /// The hashes that connect both roots.
    pub path: Vec<Hash>,
}

/// A proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InclusionError {
    /// The checkpoint is not believable.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The way leads elsewhere.
    #[error("these bytes are not entry {index} of the log with {size} entries that was signed")]
    Elsewhere {
        /// Which entry was claimed.
        index: u64,
        /// In a log of how many.
        size: u64,
    },
}

impl Inclusion {
    /// Whether the exact bytes of an entry ([`crate::Written::text`]) are in the log, by a checkpoint that trusted keys signed.
    pub fn verify(&self, entry: &[u8], trusted: &[Verifier]) -> Result<Checkpoint, InclusionError> {
        let (checkpoint, _) = Checkpoint::verify(&self.checkpoint, trusted)?;
        if climb(Hash::of_leaf(entry), self.index, checkpoint.size, &self.path) != Some(checkpoint.root) {
            return Err(InclusionError::Elsewhere { index: self.index, size: checkpoint.size });
        }
        Ok(checkpoint)
    }
}

impl Consistency {
    /// Whether the log only grew between two checkpoints, which the caller has believed before.
    pub fn verify(&self, old: &Checkpoint, new: &Checkpoint) -> bool {
        old.origin == new.origin
            && (old.size, new.size) == (self.old, self.new)
            && grew(old.size, old.root, new.size, new.root, &self.path)
    }
}
