//! OpenTimelineIO, the interchange format of editing systems: JSON out and in.
//!
//! Our own facts stand under `metadata["bottega"]`, where other programs leave them alone; what other programs write and we
//! have no word for is kept and written back. Whatever cannot be kept is a stated [`Loss`].
//!
//! Source: the serialized-schema reference of OpenTimelineIO 0.18 (Academy Software Foundation).
//!
//! Reading order: `write`, `read`, then `media`, `nested`, `time`, `url`, `json`.

mod json;
mod media;
mod nested;
mod read;
mod time;
mod url;
mod write;

pub use json::OtioError;
pub use read::{Loss, Reading, read};
pub use write::write;

/// Key of a `metadata` map under which our own facts stand in the file.
pub(crate) const OURS: &str = "bottega";

/// Key of a `metadata` map in memory under which fields stand that we have no word for.
///
/// They are put back in their places when the timeline is written.
pub(crate) const KEPT: &str = "otio kept";
