//! What a party was due in a period, with a proof that can be checked alone; and the closing of periods.

use std::io;
use std::path::{Path, PathBuf};

use jobs::Whole;
use ledger::{CloseError, Duty, Ledger, Money, NameError, Party, Period, ProveError, ReadError, Receipt};
use release::money::{Line, Owed};
use release::paper::statement::{Posted, Statement as Paper};
use rights::Record;
use rules::{Answer, PackFault, Question};
use serde::Serialize;

use crate::closing::questions;
use crate::desk::DeskError;
use crate::rights::ask::Answered;
use crate::rights::paper::row::parties;
use crate::rights::{STUDIO, now, rules, today};
use crate::{House, owed};

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
    /// More than one bears the name.
    #[error("`{asked}` is the name of several: name one of {}", .known.join(", "))]
    Namesakes {
        /// The name.
        asked: String,
        /// Their records.
        known: Vec<String>,
    },
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
    /// The period has not ended.
    #[error(
        "{period} lasts until {last} and today is {today}: what is released until then is still to be posted into it; close it \
         after that day, or close a period that has ended"
    )]
    Lasts {
        /// Which.
        period: Period,
        /// Its last day.
        last: rights::Date,
        /// Today.
        today: rights::Date,
    },
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
    let id = match parties(&record, party).as_slice() {
        [row] => row.id.clone(),
        [] => return Err(StatementError::Nobody(party.to_owned())),
        several => {
            let known = several.iter().map(|row| row.id.clone()).collect();
            return Err(StatementError::Namesakes { asked: party.to_owned(), known });
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
        Some(why) if line.pending => Owed::Unknown(why.clone()),
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
            duty: line.duty.clone(),
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

/// A period that was closed, or was not.
#[derive(Debug, Serialize)]
pub struct Closed {
    /// Which.
    pub period: Period,
    /// Whether it is closed now.
    pub closed: bool,
    /// What the rules said to its books, an answer for each currency; none where it was closed before.
    pub answers: Vec<Answered>,
    /// Where the closing stands in the ledger.
    #[serde(flatten)]
    pub receipt: Option<Receipt>,
}

/// Closes a period that has ended: nothing more can be posted into it. What a release of the period owes must have an amount by
/// then, or a deed that answers it.
pub fn close(house: &House, period: Period) -> Result<Closed, StatementError> {
    let (last, today) = (period.last(), today());
    if today <= last {
        return Err(StatementError::Lasts { period, last, today });
    }
    let record = house.library().agreed()?;
    let open = owed::pending(house, &record)?.into_iter().filter(|(one, _)| period.holds(one.on));
    let duties: Vec<Duty> = open
        .map(|(one, deed)| Duty {
            id: one.duty,
            party: one.party,
            zero: deed.map(|deed| format!("answered by {deed}")),
        })
        .collect();
    let mut ledger = house.ledger()?;
    let answers = match ledger.closed(period) {
        Some(_) => Vec::new(),
        None => asked(house, &mut ledger, period, &record, &duties)?,
    };
    let closed = answers.iter().all(|answer| answer.decision.decision == Answer::MeetsRecordedConditions);
    let receipt = if closed { Some(ledger.close(period, &duties, now())?) } else { None };
    Ok(Closed { period, closed, answers, receipt })
}

/// What the rules say to the books of the period, each answer written down.
fn asked(
    house: &House,
    ledger: &mut Ledger,
    period: Period,
    record: &Record,
    duties: &[Duty],
) -> Result<Vec<Answered>, StatementError> {
    let open: Vec<String> = duties.iter().filter(|duty| duty.zero.is_none()).map(|duty| duty.id.clone()).collect();
    let book = rules(house)?;
    let mut answers = Vec::new();
    for question in questions(ledger, period, &open, today())? {
        let decision = book.decide(record, STUDIO, &Question::Close(question));
        let entry = house.write_down(ledger, &decision).map_err(DeskError::from)?.index;
        answers.push(Answered { decision, ledger_entry: Some(entry), report: None, shots: None });
    }
    Ok(answers)
}
