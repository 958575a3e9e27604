//! What do we hold, and know of it?
//!
//! Reading order: [`snapshot`].

pub mod snapshot;

pub use snapshot::*;
