//! What a party was due in a period, with a proof that can be checked alone; and the closing of periods.

use std::io;
use std::path::{Path, PathBuf};

use jobs::Whole;
use ledger::{CloseError, Duty, Money, NameError, Party, Period, ProveError, ReadError, Receipt};
use release::money::{Line, Owed};
use release::paper::statement::{Posted, Statement as Paper};
use rules::PackFault;
use serde::Serialize;

use crate::House;
use crate::desk::DeskError;
use crate::rights::{STUDIO, now, rules, today};

/// A statement as it was made.
#[derive(Debug, Serialize)]
pub struct Made {
    /// What is stated.
    #[serde(flatten)]
    pub statement: ledger::Statement,
    /// Whether the period is closed, so that these are all lines that there are.
    pub complete: bool,
    /// The page.
    pub page: Option<PathBuf>,
    /// The proof.
    pub proof: Option<PathBuf>,
}

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// No such party.
    #[error("nobody is recorded as `{0}`: name a party as `bottega rights who` prints it, `p:rossi-elena`")]
    Nobody(String),
    /// A name of no account.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The ledger.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Keys or ledger.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The proof.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The period could not be closed.
    #[error(transparent)]
    Close(#[from] CloseError),
    /// The rules could not be read.
    #[error(transparent)]
    Rules(#[from] PackFault),
    /// The library.
    #[error(transparent)]
    Library(#[from] catalogue::LibraryError),
    /// A file could not be written.
    #[error("{path} cannot be written: {error}; choose another folder with -o, or make room", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// States what `party` was due in `period`; with a folder `out`, page and proof are written there.
pub fn statement(house: &House, party: &str, period: Period, out: Option<&Path>) -> Result<Made, StatementError> {
    let record = house.library().agreed()?;
    // By its record, or by name as it stands in credits.
    let id = match record.parties.get(party) {
        Some(row) => row.id.clone(),
        None => {
            let named = record.parties.values().find(|row| row.name.to_lowercase() == party.to_lowercase());
            named.ok_or_else(|| StatementError::Nobody(party.to_owned()))?.id.clone()
        }
    };
    let reading = house.reading()?;
    let who: Party = id.parse()?;
    let statement = reading.statement(&who, period)?;
    let complete = statement.closed.is_some();
    let (mut page, mut proof) = (None, None);
    if let Some(out) = out {
        let stem = format!("{}-{period}", id.replace([':', '/'], "-"));
        let keep = |name: String, bytes: &[u8]| -> Result<PathBuf, StatementError> {
            let path = out.join(name);
            Whole::write(&path, bytes).map_err(|error| StatementError::Write { path: path.clone(), error })?;
            Ok(path)
        };
        let nothing = statement.lines.is_empty() && !complete;
        let file = format!("{stem}.proof.json");
        if !nothing {
            proof = Some(keep(file.clone(), &reading.prove(&who, period)?)?);
        }
        let lines: Vec<Posted> = statement.lines.iter().map(|line| posted(&id, line)).collect();
        let root = reading.head().root.to_string();
        let paper = Paper {
            party: &id,
            period,
            lines: &lines,
            proof: (!nothing).then_some(file.as_str()),
            root: Some(&root),
            record: &record,
            on: today(),
        };
        page = Some(keep(format!("{stem}.html"), release::paper::statement::statement(&paper).as_bytes())?);
    }
    Ok(Made { statement, complete, page, proof })
}

/// A line of the ledger as a paper prints it.
fn posted(party: &str, one: &ledger::StatementLine) -> Posted {
    let line = &one.line;
    let owed = match &line.zero {
        Some(why) => Owed::Zero(why.clone()),
        // What was paid off or undone counts down.
        None => Owed::Amount(Money::new(i64::try_from(line.owed()).unwrap_or(line.minor), line.currency)),
    };
    Posted {
        line: Line {
            party: party.to_owned(),
            work: None,
            what: line.used.clone().unwrap_or_else(|| one.about.clone()),
            milliseconds: line.seconds.map_or(0, |seconds| seconds.0),
            basis: line.basis.clone().unwrap_or_default(),
            owed,
            rule: None,
            agreement: line.duty.clone(),
            document: None,
            page: None,
            answered_by: None,
        },
        entry: Some(one.entry.to_string()),
        on: Some(one.on),
        release: one.about.clone(),
    }
}

/// A period that was closed.
#[derive(Debug, Serialize)]
pub struct Closed {
    /// Which.
    pub period: Period,
    /// Where the closing stands in the ledger.
    #[serde(flatten)]
    pub receipt: Receipt,
}

/// Closes a period: nothing more can be posted into it. Every pay duty that was due in it must have a line or a reason.
pub fn close(house: &House, period: Period) -> Result<Closed, StatementError> {
    let record = house.library().agreed()?;
    let due = rules(house)?.due(&record, STUDIO, today());
    let mut duties = Vec::new();
    for duty in due.into_iter().filter(|duty| duty.kind == "pay" && duty.due.is_some_and(|day| period.holds(day))) {
        duties.push(Duty { id: duty.id, party: duty.to.parse()?, zero: None });
    }
    let receipt = house.ledger()?.close(period, &duties, now())?;
    Ok(Closed { period, receipt })
}
