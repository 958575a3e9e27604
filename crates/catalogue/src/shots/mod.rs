//! Where do shots begin, and how?
//!
//! Two parts. [`ShotEye`] sees every decoded frame once and leaves a [`FrameMark`]: a small picture and a few numbers.
//! [`detect()`] decides afterwards, on the marks of a whole reel: it can look on both sides of a moment, which is what
//! tells a cut from a flash and a dissolve from a camera move, and no seam between stretches decoded apart exists for it.
//!
//! What must be true: a mark depends on its own frame alone, but for [`FrameMark::fresh`], which is unknown in the first
//! frame an eye sees and is then made up for; shots cover every frame once, in order.
//!
//! Reading order: [`mark`], [`eye`], `likeness` (how alike two marks are), `cut`, `fade`, `gradual`, [`found`], [`quick`].

pub(crate) mod block;
mod cut;
mod fade;
mod gradual;
mod likeness;

pub mod eye;
pub mod found;
pub mod mark;
pub mod quick;

pub use eye::ShotEye;
pub use found::{FoundShot, detect};
pub use mark::FrameMark;
