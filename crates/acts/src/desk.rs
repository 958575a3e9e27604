//! The desk: where the studio's keys and its ledger lie, and how they are opened.
//!
//! `.bottega/keys/` holds the keys that sign what leaves the house, `.bottega/ledger.key` the one that signs the ledger's
//! checkpoints, `.bottega/ledger/` the ledger. Only the ledger's key is made by itself: a studio's name in credentials is a
//! person's to choose.

use std::path::PathBuf;
use std::time::Duration;

use credential::{KeyError, Keys};
use ledger::{AppendError, Entry, Key, Kind, Ledger, OpenError, ReadError, Reading, Receipt};
use rules::Decision;

use crate::House;
use crate::rights::now;

/// How long one act waits for another that is writing in the ledger.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the desk could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// Signing keys.
    #[error(transparent)]
    Keys(Box<KeyError>),
    /// The ledger's key.
    #[error(transparent)]
    LedgerKey(Box<ledger::KeyError>),
    /// The ledger could not be opened.
    #[error(transparent)]
    Open(Box<OpenError>),
    /// The ledger could not be read.
    #[error(transparent)]
    Read(Box<ReadError>),
    /// The ledger could not take it.
    #[error(transparent)]
    Append(Box<AppendError>),
}

/// These errors are large and rare: they travel boxed.
macro_rules! boxed {
    ($($error:ty => $variant:ident),+ $(,)?) => {
        $(impl From<$error> for DeskError {
            fn from(error: $error) -> DeskError { DeskError::$variant(Box::new(error)) }
        })+
    };
}

boxed! {
    KeyError => Keys,
    ledger::KeyError => LedgerKey,
    OpenError => Open,
    ReadError => Read,
    AppendError => Append,
}

impl House {
    pub(crate) fn keys_folder(&self) -> PathBuf {
        self.library().folder().join("keys")
    }

    pub(crate) fn ledger_folder(&self) -> PathBuf {
        self.library().folder().join("ledger")
    }

    pub(crate) fn ledger_key(&self) -> PathBuf {
        self.library().folder().join("ledger.key")
    }

    /// The keys that sign what leaves the house.
    pub(crate) fn keys(&self) -> Result<Keys, KeyError> {
        Keys::open(&self.keys_folder())
    }

    /// The ledger, to be written; begun where there is none.
    pub(crate) fn ledger(&self) -> Result<Ledger, DeskError> {
        let key = Key::load_or_make(&self.ledger_key(), "bottega-ledger")?;
        Ok(Ledger::open_within(&self.ledger_folder(), key, PATIENCE)?)
    }

    /// The ledger, to be read.
    pub(crate) fn reading(&self) -> Result<Reading, ReadError> {
        Reading::open(&self.ledger_folder(), &[])
    }

    /// Writes an answer down, once: the same question over the same facts under the same rules is the same entry.
    pub(crate) fn write_down(&self, ledger: &mut Ledger, decision: &Decision) -> Result<Receipt, AppendError> {
        // Whoever is given a proof of this entry sees it, so it names rules and no persons.
        let rules: Vec<&str> = decision.reasons.iter().map(|reason| reason.rule.as_str()).collect();
        let body = serde_json::json!({
            "decision": decision.decision,
            "facts_hash": decision.facts_hash,
            "rules": rules,
            "packs": decision.packs,
        });
        let key = format!("decision {}", decision.facts_hash);
        ledger.append(Entry::new(Kind::Decision, now(), body).with_key(key))
    }
}
