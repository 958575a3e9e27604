//! What do we hold, and know of it?
//!
//! Reading order: [`snapshot`], [`shots`].

pub mod shots;
pub mod snapshot;

pub use snapshot::*;
