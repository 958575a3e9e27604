//! The books: what the entries add up to, and the rules that a new one must keep. Writing, opening and checking all use these.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::closing::{ClosingBody, Tally};
use crate::entry::Mark;
use crate::matter::{Matter, PostingBody, Understood};
use crate::transaction::LineError;
use crate::{Account, Currency, Hash, Line, Party, Period, Side, Sum, Summary, Transaction, Verifier};

/// What all entries so far add up to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    size: u64,
    marks: HashMap<Mark, u64>,
    /// Debits less credits.
    balances: HashMap<Account, BTreeMap<Currency, i128>>,
    tallies: HashMap<Period, BTreeMap<Party, Tally>>,
    closed: BTreeMap<Period, u64>,
    reversed: HashMap<u64, u64>,
    keys: Vec<(u64, Verifier)>,
}

/// What a batch has claimed before it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Staged {
    pub(crate) marks: HashMap<Mark, u64>,
    reversed: HashMap<u64, u64>,
}

/// A rule that an entry would break.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// Lines that cannot stand.
    #[error(transparent)]
    Lines(#[from] LineError),
    /// The day lies in a closed period.
    #[error("{on} lies in {period}, which was closed by entry {by}; post the correction into an open period")]
    Closed {
        /// The day.
        on: jiff::civil::Date,
        /// The period.
        period: Period,
        /// The entry that closed it.
        by: u64,
    },
    /// A key stands twice.
    #[error("entry {first} has the same key already")]
    Twice {
        /// The entry that had it first.
        first: u64,
    },
    /// What should be reversed is no posting.
    #[error("entry {0} is no posting that could be reversed; what a reversal undid is posted anew")]
    NotAPosting(u64),
    /// Reversed before.
    #[error("entry {of} was reversed by entry {by} already")]
    Reversed {
        /// The posting.
        of: u64,
        /// Its reversal.
        by: u64,
    },
    /// Lines that are not the posting's with sides exchanged.
    #[error("a reversal of entry {0} has exactly its lines with sides exchanged")]
    NotItsMirror(u64),
    /// A closing that does not say what the entries say.
    #[error("the closing of {period} does not agree with the entries: {what}")]
    Closing {
        /// The period.
        period: Period,
        /// Where it differs.
        what: String,
    },
    /// A key that does not follow from the one before.
    #[error("a key must be the first entry, or name the key that it retires")]
    Key,
}

/// Reads an entry that stands already.
pub(crate) type Fetch<'a> = &'a dyn Fn(u64) -> Option<Understood>;

impl Books {
    /// Whether this entry may come next.
    pub(crate) fn judge(&self, staged: &Staged, index: u64, entry: &Understood, fetch: Fetch) -> Result<(), Breach> {
        if let Some(first) = entry.mark.and_then(|mark| self.marks.get(&mark).or_else(|| staged.marks.get(&mark))) {
            return Err(Breach::Twice { first: *first });
        }
        match &entry.matter {
            Matter::Fact => (index > 0).then_some(()).ok_or(Breach::Key),
            Matter::Posting { body, lines } => self.judge_posting(staged, body, lines, fetch),
            Matter::Closing { body, summaries } => self.judge_closing(body, summaries, fetch),
            Matter::Key(key) => match self.keys.last() {
                None if index == 0 && key.retires.is_none() => Ok(()),
                Some((_, last)) if key.retires.as_ref() == Some(last) && key.verifier != *last => Ok(()),
                _ => Err(Breach::Key),
            },
        }
    }

    fn judge_posting(
        &self,
        staged: &Staged,
        body: &PostingBody,
        lines: &[(Line, Hash)],
        fetch: Fetch,
    ) -> Result<(), Breach> {
        for period in Period::both_of(body.on) {
            if let Some(by) = self.closed.get(&period) {
                return Err(Breach::Closed { on: body.on, period, by: *by });
            }
        }
        let plain: Vec<Line> = lines.iter().map(|(line, _)| line.clone()).collect();
        Transaction::sound(&plain)?;
        let Some(of) = body.reverses else { return Ok(()) };
        if let Some(by) = self.reversed.get(&of).or_else(|| staged.reversed.get(&of)) {
            return Err(Breach::Reversed { of, by: *by });
        }
        let first = (of < self.size).then(|| fetch(of)).flatten();
        match first.map(|first| first.matter) {
            Some(Matter::Posting { body, lines }) if body.reverses.is_none() => {
                let same = lines.len() == plain.len() && lines.iter().zip(&plain).all(|((a, _), b)| a.mirror() == *b);
                same.then_some(()).ok_or(Breach::NotItsMirror(of))
            }
            _ => Err(Breach::NotAPosting(of)),
        }
    }

    fn judge_closing(&self, body: &ClosingBody, summaries: &[Summary], fetch: Fetch) -> Result<(), Breach> {
        let period = body.period;
        let wrong = |what: String| Err(Breach::Closing { period, what });
        if let Some(by) = self.closed.get(&period) {
            return wrong(format!("entry {by} closed it already"));
        }
        if let Some(sum) = self.out_of_balance() {
            return wrong(format!("all accounts together come to {sum} and not to zero"));
        }
        let nobody = BTreeMap::new();
        let tallies = self.tallies.get(&period).unwrap_or(&nobody);
        let named: BTreeSet<&Party> = summaries.iter().map(|s| &s.party).collect();
        if !summaries.windows(2).all(|w| w[0].party < w[1].party) {
            return wrong("parties are not in order".into());
        }
        if let Some(left_out) = tallies.keys().find(|party| !named.contains(party)) {
            return wrong(format!("{left_out} has lines and is left out"));
        }
        for summary in summaries {
            let party = &summary.party;
            let tally = tallies.get(party).cloned().unwrap_or_default();
            let same = summary.period == period
                && (summary.lines, summary.chain) == (tally.lines, tally.chain)
                && summary.owed == tally.owed();
            if !same {
                return wrong(format!("the lines of {party} are others"));
            }
            for met in &summary.duties {
                let fine = match (met.entry, &met.zero) {
                    (Some(entry), None) => self.meets(entry, &met.duty, party, period, fetch),
                    (None, Some(why)) => !why.trim().is_empty(),
                    _ => false,
                };
                if !fine {
                    return wrong(format!("duty {} to {party} is neither met nor explained", met.duty));
                }
            }
        }
        Ok(())
    }

    /// Whether an entry of the period has a line to the party that names the duty, and was not reversed.
    fn meets(&self, entry: u64, duty: &str, party: &Party, period: Period, fetch: Fetch) -> bool {
        if entry >= self.size || self.reversed.contains_key(&entry) {
            return false;
        }
        fetch(entry).is_some_and(|entry| met_by(&entry, period).any(|met| (met.0.as_str(), &met.1) == (duty, party)))
    }

    /// What all accounts together come to in a currency, where it is not zero.
    fn out_of_balance(&self) -> Option<Sum> {
        let mut all: BTreeMap<Currency, i128> = BTreeMap::new();
        for (currency, minor) in self.balances.values().flatten() {
            *all.entry(*currency).or_default() += minor;
        }
        all.into_iter().find(|(_, minor)| *minor != 0).map(|(currency, minor)| Sum { currency, minor })
    }

    /// Takes an entry in, whether or not it keeps the rules.
    pub(crate) fn enter(&mut self, index: u64, entry: &Understood) {
        self.size = index + 1;
        if let Some(mark) = entry.mark {
            self.marks.entry(mark).or_insert(index);
        }
        match &entry.matter {
            Matter::Fact => {}
            Matter::Posting { body, lines } => {
                if let Some(of) = body.reverses {
                    self.reversed.entry(of).or_insert(index);
                }
                for (number, (line, leaf)) in lines.iter().enumerate() {
                    if !self.balances.contains_key(&line.account) {
                        self.balances.insert(line.account.clone(), BTreeMap::new());
                    }
                    let balance = self.balances.get_mut(&line.account).expect("just put there");
                    *balance.entry(line.currency).or_default() -= line.owed();
                    let Some(party) = line.account.party() else { continue };
                    for period in Period::both_of(body.on) {
                        let parties = self.tallies.entry(period).or_default();
                        parties.entry(party.clone()).or_default().add(index, number as u64, leaf, line);
                    }
                }
            }
            Matter::Closing { body, .. } => {
                self.closed.entry(body.period).or_insert(index);
                // Nothing can be added to a closed period, so what it came to need not be held.
                self.tallies.remove(&body.period);
            }
            Matter::Key(key) => self.keys.push((index, key.verifier.clone())),
        }
    }

    /// How many entries.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn marked(&self, mark: &Mark) -> Option<u64> {
        self.marks.get(mark).copied()
    }

    pub(crate) fn closed(&self) -> &BTreeMap<Period, u64> {
        &self.closed
    }

    pub(crate) fn reversed(&self, of: u64) -> Option<u64> {
        self.reversed.get(&of).copied()
    }

    /// The parties with lines in an open period.
    pub(crate) fn tallies(&self, period: Period) -> impl Iterator<Item = (&Party, &Tally)> {
        self.tallies.get(&period).into_iter().flatten()
    }

    /// Every account with its debits less credits, in the order of names.
    pub(crate) fn balances(&self) -> BTreeMap<&Account, Vec<Sum>> {
        let sums = |by: &BTreeMap<Currency, i128>| {
            by.iter().map(|(currency, minor)| Sum { currency: *currency, minor: *minor }).collect()
        };
        self.balances.iter().map(|(account, by)| (account, sums(by))).collect()
    }

    pub(crate) fn balance(&self, account: &Account, currency: Currency) -> i128 {
        self.balances.get(account).and_then(|by| by.get(&currency)).copied().unwrap_or(0)
    }

    /// The keys in the order in which they began to count, each with the entry that says so.
    pub(crate) fn keys(&self) -> &[(u64, Verifier)] {
        &self.keys
    }
}

impl Staged {
    /// Remembers what an entry of the batch claims.
    pub(crate) fn claim(&mut self, index: u64, entry: &Understood) {
        if let Some(mark) = entry.mark {
            self.marks.insert(mark, index);
        }
        if let Matter::Posting { body: PostingBody { reverses: Some(of), .. }, .. } = entry.matter {
            self.reversed.insert(of, index);
        }
    }
}

/// The duties that a posting of the period meets, and to whom: by credits and by explained zeros, not by what is pending.
pub(crate) fn met_by(entry: &Understood, period: Period) -> impl Iterator<Item = (String, Party)> {
    let lines = match &entry.matter {
        Matter::Posting { body, lines } if body.reverses.is_none() && period.holds(body.on) => &lines[..],
        _ => &[],
    };
    lines
        .iter()
        .filter(|(line, _)| line.side == Side::Credit && !line.pending)
        .filter_map(|(line, _)| Some((line.duty.clone()?, line.account.party()?)))
}
