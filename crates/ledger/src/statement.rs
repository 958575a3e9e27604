//! Statements: what one party was due in one period, line by line.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::frame::{Framed, HEADER};
use crate::matter::{Matter, PostingBody, read, understand};
use crate::reading::ReadError;
use crate::{Account, Currency, Line, Met, Party, Period, Reading, Sum, Summary};

/// A party's lines in a period, and what they come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose.
    pub party: Party,
    /// Of when.
    pub period: Period,
    /// The lines in the order of the log.
    pub lines: Vec<StatementLine>,
    /// Credits less debits, by currency.
    pub owed: Vec<Sum>,
    /// The duties to the party and how each was met, once the period is closed.
    pub duties: Vec<Met>,
    /// The entry that closed the period. While there is none, more lines may come.
    pub closed: Option<u64>,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLine {
    /// The entry that it stands in.
    pub entry: u64,
    /// Which line of that entry, from 0.
    pub number: u64,
    /// The day.
    pub on: Date,
    /// What the transaction was.
    pub about: String,
    /// The entry that this one undoes.
    pub reverses: Option<u64>,
    /// The line: what was used, seconds, basis, amount.
    pub line: Line,
}

/// A party's lines with their bytes, as a proof needs them.
pub(crate) struct Gathered {
    pub(crate) index: u64,
    pub(crate) framed: Framed,
    pub(crate) body: PostingBody,
    pub(crate) lines: Vec<(u64, Line)>,
}

impl Reading {
    /// What a party was due in a period. Empty if it had no lines in it.
    pub fn statement(&self, party: &Party, period: Period) -> Result<Statement, ReadError> {
        let lines = self
            .gather(party, period)?
            .into_iter()
            .flat_map(|Gathered { index, body, lines, .. }| {
                lines.into_iter().map(move |(number, line)| StatementLine::new(index, number, &body, line))
            })
            .collect();
        let summary = self.summary(party, period)?;
        let closed = self.closed(period);
        Ok(Statement::of(party.clone(), period, lines, summary.map(|(_, _, s)| s.duties).unwrap_or_default(), closed))
    }

    /// The entries of the period with lines of the party.
    pub(crate) fn gather(&self, party: &Party, period: Period) -> Result<Vec<Gathered>, ReadError> {
        let account = Account::payable(party);
        // Looked for as text before anything is parsed: most entries are not this party's.
        let needle = serde_json::to_string(&account).expect("an account is text");
        let mut gathered = Vec::new();
        for (index, framed) in (0..).zip(self.frames(HEADER.len() as u64)?) {
            let framed = framed?;
            if !framed.sealed.iter().any(|line| line.contains(&needle)) {
                continue;
            }
            let entry = understand(&framed).expect("an entry that was verified can be understood");
            let Matter::Posting { body, lines } = entry.matter else { continue };
            if !period.holds(body.on) {
                continue;
            }
            let lines: Vec<(u64, Line)> = (0..)
                .zip(lines)
                .filter(|(_, (line, _))| line.account == account)
                .map(|(n, (line, _))| (n, line))
                .collect();
            if !lines.is_empty() {
                gathered.push(Gathered { index, framed, body, lines });
            }
        }
        Ok(gathered)
    }

    /// The party's part of a closed period: the closing's index and bytes, and the summary's own.
    pub(crate) fn summary(&self, party: &Party, period: Period) -> Result<Option<(Framed, usize, Summary)>, ReadError> {
        let Some(index) = self.closed(period) else { return Ok(None) };
        let framed = self.framed(index)?.expect("the books know only entries of the log");
        let found = (0..).zip(&framed.sealed).find_map(|(number, sealed)| {
            let summary: Summary = read(number, sealed).ok()?;
            (summary.party == *party).then_some((number, summary))
        });
        Ok(found.map(|(number, summary)| (framed, number, summary)))
    }
}

impl Statement {
    pub(crate) fn of(
        party: Party,
        period: Period,
        lines: Vec<StatementLine>,
        duties: Vec<Met>,
        closed: Option<u64>,
    ) -> Statement {
        let mut owed: BTreeMap<Currency, i128> = BTreeMap::new();
        for line in &lines {
            *owed.entry(line.line.currency).or_default() += line.line.owed();
        }
        let owed = owed.into_iter().map(|(currency, minor)| Sum { currency, minor }).collect();
        Statement { party, period, lines, owed, duties, closed }
    }
}

impl StatementLine {
    pub(crate) fn new(entry: u64, number: u64, body: &PostingBody, line: Line) -> StatementLine {
        let PostingBody { on, about, reverses, .. } = body;
        StatementLine { entry, number, on: *on, about: about.clone(), reverses: *reverses, line }
    }
}
