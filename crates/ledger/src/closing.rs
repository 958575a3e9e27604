//! Closings: a period is shut, every duty answered, and each party's part of it fixed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Currency, Hash, Line, Party, Period, Sum};

/// Something owed in a period, which must be met by a line or explained before the period closes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// Its id; lines that meet it name it ([`Line::duty`]).
    pub id: String,
    /// To whom.
    pub party: Party,
    /// Why nothing is owed after all; used only if no line meets it.
    pub zero: Option<String>,
}

/// How a duty was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Met {
    /// The duty's id.
    pub duty: String,
    /// The first entry of the period with a line that meets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<u64>,
    /// Else why nothing is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zero: Option<String>,
}

/// One party's part of a closed period. Sealed: shown to that party alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Whose.
    pub party: Party,
    /// Of when.
    pub period: Period,
    /// How many lines the party has in it, all of them.
    pub lines: u64,
    /// The chain over these lines in the order of the log: none can be left out, added or changed.
    pub chain: Hash,
    /// Credits less debits of these lines.
    pub owed: Vec<Sum>,
    /// The duties to this party and how each was met.
    pub duties: Vec<Met>,
}

/// The body of a `close` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClosingBody {
    pub(crate) period: Period,
    pub(crate) parties: u64,
    pub(crate) map: Hash,
}

/// A party's lines in a period, counted up as they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) lines: u64,
    pub(crate) chain: Hash,
    owed: BTreeMap<Currency, i128>,
}

impl Default for Tally {
    fn default() -> Tally {
        Tally { lines: 0, chain: Hash::ZERO, owed: BTreeMap::new() }
    }
}

impl Tally {
    /// Counts line `number` of entry `index`, whose leaf is `leaf`.
    pub(crate) fn add(&mut self, index: u64, number: u64, leaf: &Hash, line: &Line) {
        self.lines += 1;
        self.chain = Hash::tagged(0x20, &[&self.chain.0, &index.to_be_bytes(), &number.to_be_bytes(), &leaf.0]);
        *self.owed.entry(line.currency).or_default() += line.owed();
    }

    /// Credits less debits, by currency.
    pub(crate) fn owed(&self) -> Vec<Sum> {
        self.owed.iter().map(|(currency, minor)| Sum { currency: *currency, minor: *minor }).collect()
    }
}
