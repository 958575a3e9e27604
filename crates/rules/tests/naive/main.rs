//! The engine beside a second reader of the same rules.
//!
//! `reading` answers from the plain sentences of the packs and from the catalogue of rules, with loops and nothing else; it was
//! written without looking at how the engine does it. `worlds` makes small records and questions about them. [`permits`]: the
//! engine permits nothing that the second reader does not. [`laws`]: what may never make an answer better.

mod dice;
mod found;
mod laws;
mod permits;
mod questions;
mod reading;
mod shrink;
mod worlds;
