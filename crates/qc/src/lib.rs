//! Is it fit?
//!
//! [`inspect`] decodes a film once and judges it by the checks of [`check`], each a file of its own. What is wrong is a
//! [`Finding`], never an error: where, how much, which limit, with a picture. What must be true: qc never sees who made what
//! it judges; [`Passed`] comes from a [`Report`] alone; what the caller said to expect is a note, not an error.
//!
//! Reading order: [`finding`], [`policy`], [`look`], [`check`], [`mod@inspect`], [`report`].

pub mod check;
pub mod finding;
pub mod inspect;
pub mod look;
pub mod policy;
pub mod report;

pub use finding::{Finding, Jpeg, Severity};
pub use inspect::{QcError, inspect};
pub use policy::{Expected, LoudnessTarget, Policy};
pub use report::{Passed, Report};
