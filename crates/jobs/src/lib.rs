//! How does long work survive?
//!
//! Long work reports [`Progress`], can be told to stop ([`Cancel`]), and writes what it makes so that a half-written file is
//! never taken for a whole one ([`Whole`]). Resuming needs no more: a task whose output exists is not run again.
//!
//! Reading order: [`progress`], [`cancel`], [`whole`].

pub mod cancel;
pub mod progress;
pub mod whole;

pub use cancel::{Cancel, Canceled};
pub use progress::{Progress, Silent, Unit};
pub use whole::Whole;
