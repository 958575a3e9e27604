//! What is the least that would have to change?

use std::path::Path;

use rules::{Decision, Fix, Question};
use serde::Serialize;

use super::ask::{AskError, Terms, question, read, write_down};
use super::{STUDIO, rules};
use crate::House;

/// Ways to another answer.
#[derive(Debug, Serialize)]
pub struct Fixes {
    /// The answer as it is.
    #[serde(flatten)]
    pub decision: Decision,
    /// Entry of the ledger that holds it; none where the library may only be read.
    pub ledger_entry: Option<u64>,
    /// Each tried: what changes, and the answer then. The smallest first.
    pub fixes: Vec<Fix>,
}

/// Finds the smallest sets of changes after which the timeline `file` may leave the house on these terms.
pub fn fix(house: &House, file: &Path, terms: &Terms) -> Result<Fixes, AskError> {
    let cut = read(file)?;
    let record = house.library().agreed()?;
    let (asked, _) = question(house.library(), &record, &cut, terms)?;
    let book = rules(house)?;
    let asked = Question::Release(asked);
    let answered = write_down(house, book.decide(&record, STUDIO, &asked))?;
    let fixes = book.fix(&record, STUDIO, &asked);
    Ok(Fixes { decision: answered.decision, ledger_entry: answered.ledger_entry, fixes })
}
