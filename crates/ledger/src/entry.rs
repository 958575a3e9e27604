//! Entries: what is written into the log, and what comes back.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::hash::{hex, unhex};
use crate::{Hash, Reversal, Transaction};

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An answer to "may we?": facts hash, versions of the rule packs, result.
    Decision,
    /// Something left the house.
    Release,
    /// A person did something that counts: closed an unknown, approved, revoked.
    Act,
    /// Money moved between accounts.
    Posting,
    /// A period was closed.
    Close,
    /// A posting was undone.
    Reversal,
    /// A signing key began to count.
    Key,
}

/// A decision, a release or a human act to be written. Money, closings and keys have doors of their own.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is of.
    pub kind: Kind,
    /// When it happened.
    pub at: Timestamp,
    /// Named so that the same act, run again, writes nothing twice.
    pub key: Option<String>,
    /// What is to be remembered. Whoever is given a proof of this entry sees it: no personal data.
    pub body: Value,
}

/// Anything that can be written in one batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A decision, a release, a human act.
    Fact(Entry),
    /// Money.
    Post(Transaction),
    /// The undoing of a posting.
    Reverse(Reversal),
}

/// What the writer of an entry is given: where it stands and how it will be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Which entry, from 0.
    pub index: u64,
    /// Its leaf in the tree.
    pub leaf: Hash,
    /// False if an entry with the same key stood there already and nothing was written.
    pub fresh: bool,
}

/// An entry's key as the log keeps it: the first 16 bytes of its hash, since entries travel in proofs and keys may name people.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mark(pub(crate) [u8; 16]);

/// An entry as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// Which entry, from 0.
    pub index: u64,
    /// What it is of.
    pub kind: Kind,
    /// When it happened.
    pub at: Timestamp,
    /// Its key's mark.
    pub mark: Option<Mark>,
    /// What is remembered.
    pub body: Value,
    /// Its lines that are shown only to those they concern, as JSON; money and closings have some.
    pub sealed: Vec<String>,
    /// Its exact bytes, which were hashed.
    pub text: String,
}

impl Entry {
    /// An entry without a key.
    pub fn new(kind: Kind, at: Timestamp, body: Value) -> Entry {
        Entry { kind, at, key: None, body }
    }

    /// The same with a key.
    pub fn with_key(self, key: impl Into<String>) -> Entry {
        Entry { key: Some(key.into()), ..self }
    }
}

impl Mark {
    /// The mark of a key.
    pub fn of(key: &str) -> Mark {
        let hash = Hash::of(key.as_bytes());
        Mark(*hash.0.first_chunk().expect("a hash is longer than a mark"))
    }
}

impl From<Entry> for Record {
    fn from(entry: Entry) -> Record {
        Record::Fact(entry)
    }
}

impl From<Transaction> for Record {
    fn from(transaction: Transaction) -> Record {
        Record::Post(transaction)
    }
}

impl From<Reversal> for Record {
    fn from(reversal: Reversal) -> Record {
        Record::Reverse(reversal)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Kind::Decision => "decision",
            Kind::Release => "release",
            Kind::Act => "act",
            Kind::Posting => "posting",
            Kind::Close => "close",
            Kind::Reversal => "reversal",
            Kind::Key => "key",
        })
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mark({self})")
    }
}

impl Serialize for Mark {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Mark {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Mark, D::Error> {
        let text = String::deserialize(d)?;
        unhex(&text).map(Mark).ok_or_else(|| serde::de::Error::custom("a mark is 32 lowercase hexadecimal digits"))
    }
}
