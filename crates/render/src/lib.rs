//! Make exactly that.
//!
//! [`master`] turns a locked timeline into a film: pictures conformed from the reels, reframed, mixed and titled, sound mixed
//! sample-exact and brought to its loudness.
//!
//! What must be true: only a [`timeline::Locked`] edit is rendered, and nothing is decided here; a frame without an effect is
//! the reel's own, bit for bit; nothing half-made is ever seen as whole; what had to be assumed is said.
//!
//! Reading order: [`master`](mod@master), [`conform`], [`canvas`], [`reel`], [`place`], [`blend`], [`title`], [`mix`],
//! [`level`], [`loudness`].

mod blend;
pub mod canvas;
mod conform;
mod level;
pub mod loudness;
pub mod master;
pub mod mix;
mod place;
pub mod reel;
pub mod title;

pub use loudness::{Levels, LoudnessTarget};
pub use master::{Master, MasterSpec, RenderError, master};
