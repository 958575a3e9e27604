//! Everything that is owed on a day, whatever is asked.

use rights::{Date, Record};

use crate::decision::Duty;
use crate::rulebook::Rulebook;

pub(crate) fn due(_book: &Rulebook, _record: &Record, _studio: &str, _on: Date) -> Vec<Duty> {
    Vec::new()
}
