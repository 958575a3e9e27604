//! The second reader: "may it be permitted?" from the sentences of the packs, and nothing but loops.
//!
//! It permits only if every condition is known and met. Where a sentence leaves room it takes the narrower meaning, unless the
//! catalogue of rules says otherwise; each such place says so.

pub(crate) mod models;
pub(crate) mod packs;
pub(crate) mod paper;
pub(crate) mod persons;
pub(crate) mod questions;
pub(crate) mod title;

use rights::Record;
use rules::Question;

/// What stands in the way; nothing if it may be permitted.
pub(crate) fn obstacles(record: &Record, studio: &str, question: &Question) -> Vec<String> {
    let mut found = match question {
        Question::Train(train) => questions::train(record, studio, train),
        Question::Make(make) => questions::make(record, studio, make),
        Question::Release(release) => questions::release(record, studio, release),
        Question::Transfer(_) | Question::Close(_) => vec!["not read here".to_owned()],
    };
    found.sort();
    found.dedup();
    found
}
