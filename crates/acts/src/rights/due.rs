//! What must be done and paid, and by when.

use catalogue::LibraryError;
use rules::{Duty, PackFault};
use serde::Serialize;

use super::{STUDIO, rules, today};
use crate::{House, owed};

/// Duties that nothing has answered yet.
#[derive(Debug, Serialize)]
pub struct Due {
    /// The soonest first; those without a day last.
    pub duties: Vec<Duty>,
}

/// Why they cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum DueError {
    /// The library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] ledger::ReadError),
    /// The rules could not be read.
    #[error(transparent)]
    Rules(#[from] PackFault),
}

/// Lists what the record shows to be owed today.
pub fn due(house: &House) -> Result<Due, DueError> {
    let record = house.library().agreed()?;
    let mut duties = rules(house)?.due(&record, STUDIO, today());
    // What a release owes was posted with it, but for what nobody could put a number on.
    duties.extend(owed::pending(house, &record)?.into_iter().map(|(one, deed)| owed::as_duty(one, deed)));
    duties.retain(|duty| duty.done_by.is_none());
    duties.sort_by(|a, b| (a.due.is_none(), a.due, &a.id).cmp(&(b.due.is_none(), b.due, &b.id)));
    Ok(Due { duties })
}
