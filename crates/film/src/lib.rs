//! What do we call it?
//!
//! The nouns every other room speaks in: exact [`Rate`]s, whole-frame [`FrameRange`]s, [`Timecode`], the [`Clock`] of a
//! reel, [`ContentHash`]es, [`Color`] tags, and the ways a shot can begin ([`Into`]).
//!
//! What must be true: time is an integer frame at an exact rate; no float ever decides which frame is meant; an unknown
//! colour tag stays unknown.
//!
//! Reading order: [`rate`], [`range`], [`timecode`], [`clock`], [`color`], [`hash`], [`shot`].

pub mod clock;
pub mod color;
pub mod hash;
pub mod range;
pub mod rate;
pub mod shot;
pub mod timecode;

pub use clock::Clock;
pub use color::{Color, ColorRange, Matrix, Primaries, Transfer};
pub use hash::ContentHash;
pub use range::FrameRange;
pub use rate::{Rate, TimeBase};
pub use shot::Into;
pub use timecode::Timecode;
