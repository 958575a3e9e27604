//! Make exactly that.
//!
//! [`master`] turns a locked timeline into a film: pictures conformed from the reels, reframed, mixed and titled, sound mixed
//! sample-exact and brought to its loudness. [`fix`](mod@fix) mends a film without cutting it.
//!
//! What must be true: only a [`timeline::Locked`] edit is rendered, and nothing is decided here; a frame without an effect is
//! the reel's own, bit for bit, unless the film is to carry a mark; nothing half-made is ever seen as whole; what had to be assumed is said.
//!
//! Reading order: [`master`](mod@master), [`conform`], [`canvas`], [`reel`], [`place`], [`blend`], [`title`], [`mix`],
//! [`level`], [`loudness`]; and what is shown of it: [`still`], [`sheet`](mod@sheet), [`poster`](mod@poster), [`report`](mod@report).

mod blend;
pub mod canvas;
mod conform;
pub mod fix;
mod grain;
mod level;
pub mod loudness;
pub mod master;
pub mod mix;
mod place;
pub mod poster;
pub mod reel;
pub mod report;
pub mod sheet;
pub mod still;
pub mod title;

pub use fix::{FixError, FixSpec, Fixed, fix};
pub use loudness::{Levels, LoudnessTarget};
pub use master::{Master, MasterSpec, RenderError, master};
pub use poster::{PosterSpec, poster};
pub use report::{Check, CheckFinding, ReportSpec, report};
pub use sheet::sheet;
pub use still::{ClipStill, StillError, clip_stills};
