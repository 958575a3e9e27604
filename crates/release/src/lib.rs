//! May it leave the house, and what is owed?
//!
//! What a cut is made of, what its uses owe and to whom, and the papers that a person signs, files or hands on. Pure functions
//! of plain values: this room opens nothing, keeps nothing and decides nothing; `rules` answers, `ledger` keeps.
//!
//! What must be true: nothing a cut shows or lets hear is missing from its [`lineage`]; money is whole minor units and every
//! sum comes out exactly; who is paid nothing is told why; a paper says what is recorded and by which document, "unknown" where
//! nothing is, and never that something is lawful: every paper carries the [`paper::DISCLAIMER`] at head and foot.
//!
//! Reading order: [`lineage`], [`appearance`], [`money`], [`scheme`], [`paper`].

pub mod appearance;
pub mod lineage;
pub mod money;
pub mod paper;
pub mod scheme;
