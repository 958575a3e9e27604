//! What is heard in a reel: loudness, voices, music, attacks, silence; one value a frame.
//!
//! Classical measures only. What must be true: the same samples give the same values; a frame's values are those of its own
//! samples and their surroundings, by exact sample numbers; memory does not grow with the sound, only with the frames.
//!
//! Reading order: [`listen`](mod@listen), `ear` (one look at a hundredth of a second), `kind` (voice or music).

mod ear;
mod kind;
pub mod listen;

pub use listen::{SAMPLE_RATE, listen};
