//! What one decode of a reel gives.
//!
//! A reel is split at keyframes ([`plan`]); each [`segment`] is decoded once by a worker and its result saved whole. Of every
//! frame a [`sight`] is noted, from a small gray [`proxy`] and the [`motion`] since the frame before; one frame in a while is
//! looked at closely ([`closeup`]). All segments joined are a [`Reading`]: the same however the reel was split.

mod frame;

pub mod closeup;
pub mod glance;
pub mod hearing;
pub mod join;
pub mod lines;
pub mod motion;
pub mod plan;
pub mod proxy;
pub mod segment;
pub mod sight;
pub mod still;
pub mod strip;
pub mod survey;
pub mod view;

pub use join::Reading;
pub(crate) use segment::picture_file;
pub use survey::Survey;
