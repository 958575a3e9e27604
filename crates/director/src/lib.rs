//! Which frames, in what order?
//!
//! A [`Brief`] and a snapshot of the catalogue become a [`timeline::Timeline`]; no file is opened. What must be true of every
//! trailer: its length is the brief's to the frame; no shot is shown twice; nothing past the boundary is seen or heard; no
//! clip reaches over a cut or into a transition of the film; no word is cut; the same inputs give the same timeline.
//!
//! Reading order: [`brief`], [`error`], [`trailer`](mod@trailer), `footage` (what may be shown), `candidate`, `act`, `cue` (the music's part),
//! `slot` (the rhythm), `score`, `order`, `select`, `plain`, `ear` and `sound`, `reframe`, `words`, `assemble`, `chance`.

mod act;
mod assemble;
pub mod brief;
mod candidate;
mod chance;
mod cue;
mod ear;
pub mod error;
mod footage;
mod order;
mod plain;
mod reframe;
mod score;
mod select;
mod slot;
mod sound;
pub mod trailer;
mod words;

pub use brief::{Brief, SPOILER_FREE, ShotRef, Tone};
pub use error::DirectorError;
pub use footage::rate;
pub use trailer::{trailer, variants};
