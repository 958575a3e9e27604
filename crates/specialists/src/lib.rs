//! What does a trained eye see, or make?
//!
//! A folder for each aspect of film; each has its classical twin, and its learned state runs only where the [`gate`] lets it.
//!
//! What must be true: nothing is measured on what was taught ([`split`]); without weights, or without an engine to run them,
//! the classical twin works and says so.
//!
//! Reading order: [`specialist`], [`critic`], [`split`], [`gate`], [`image`], [`shelf`].

pub mod critic;
pub mod gate;
pub mod image;
pub mod shelf;
pub mod specialist;
pub mod split;

/// The jobs that a worker process must know, by name.
pub const HANDLERS: &[(&str, media::yard::Handler)] = &[("gather", image::crops::work)];
