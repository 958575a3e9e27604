//! Music as heard: its beats, bars and parts.
//!
//! What must be true: the same samples give the same music; a beat stands at the attack that is heard, within a hundredth of
//! a second where there is one; music without a steady beat says so by its confidence. The time taken grows with the length.
//!
//! Reading order: [`hear`](mod@hear), `onset` (how much begins when), `tempo` (how fast, over time), `beat` (where), `bar`
//! (which of them count), `section` (parts), [`take`] (a music file into the library).

mod bar;
mod beat;
pub mod hear;
mod onset;
mod section;
pub mod take;
mod tempo;

pub use hear::{SAMPLE_RATE, hear};
pub use take::{TakeMusicError, take_music};
