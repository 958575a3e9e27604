//! What a filmmaker asks about a shot, worked out from a reel's reading by classical means.
//!
//! Reading order: [`describe`] (all of it), then [`light`] (day and night, inside and outside), [`palette`], [`camera`],
//! [`lettering`], [`setup`], [`key`] and [`active`].

pub mod active;
pub mod camera;
pub mod describe;
pub mod key;
pub mod lettering;
pub mod light;
pub mod palette;
pub mod setup;

pub use describe::{Heard, describe};
