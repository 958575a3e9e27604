//! The edit as a whole.

use film::{FrameRange, Rate};
use serde_json::{Map, Value};

use crate::{Canvas, Track};

/// An edit: tracks over one another at one exact rate. Picture tracks come first, the lowest first; sound tracks are summed.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Name a person reads.
    pub name: String,
    /// Frames a second, exact.
    pub rate: Rate,
    /// Raster it is made for.
    pub canvas: Canvas,
    /// Tracks.
    pub tracks: Vec<Track>,
    /// Marked places.
    pub markers: Vec<Marker>,
    /// Remarks of people.
    pub notes: Vec<Note>,
    /// What a reader of another program wrote here and we keep as it was.
    pub metadata: Map<String, Value>,
}

/// A named place: an act of the construction, a beat, a warning.
#[derive(Clone, Debug, PartialEq)]
pub struct Marker {
    /// Name: `hook`, `turn`.
    pub name: String,
    /// Frames of the timeline.
    pub range: FrameRange,
    /// A longer word on it.
    pub comment: String,
}

/// What somebody said about a range.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Who.
    pub author: String,
    /// Frames of the timeline.
    pub range: FrameRange,
    /// The words.
    pub text: String,
}
