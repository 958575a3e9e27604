//! May we?
//!
//! Rules as dated packs of data, asked about the record of `rights`. Plain values in, a [`Decision`] out: this room keeps nothing.
//!
//! What must be true: what no rule was asked about is not allowed; what is not recorded is unknown, and unknown is never taken
//! for yes; a rule that cannot be asked blocks; one consent carries a person or none does, never two halves of two; every word
//! against a use names its rule, the facts, their paper and what would change it.
//!
//! Reading order: [`question`], [`decision`]; how rules are kept: [`vocabulary`], [`pack`], [`shelf`], [`rulebook`]; how they are
//! asked: `subject`, `engine`, `glance`, `govern`, `case`; about what: `work`, `shot`, `need`, `consent`, `person`; what is owed:
//! `duty`, [`pay`], `due`; the whole: [`decide`], [`gate`]; what would change the answer: [`fix`].

mod case;
mod consent;
pub mod decide;
pub mod decision;
mod due;
mod duty;
mod engine;
pub mod fix;
pub mod gate;
mod glance;
mod govern;
mod lesson;
mod making;
mod model;
mod need;
pub mod pack;
pub mod pay;
mod period;
mod person;
pub mod question;
mod release;
pub mod rulebook;
pub mod shelf;
mod shot;
mod subject;
mod text;
mod trail;
mod transfer;
pub mod vocabulary;
mod work;

pub use decision::{Answer, Decision, Duty, NearMiss, Reason};
pub use fix::{Change, Fix};
pub use gate::{Cleared, Makeable, TrainingBasis};
pub use pack::{Pack, PackFault, PackText};
pub use question::Question;
pub use rulebook::{RuleView, Rulebook};
