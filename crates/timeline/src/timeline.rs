//! The edit as a whole.

use film::{FrameRange, Rate};
use serde_json::{Map, Value};

use crate::{Canvas, Clip, Kind, Placed, Track};

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

impl Timeline {
    /// A timeline without tracks.
    pub fn new(name: impl Into<String>, rate: Rate, canvas: Canvas) -> Timeline {
        Timeline {
            name: name.into(),
            rate,
            canvas,
            tracks: Vec::new(),
            markers: Vec::new(),
            notes: Vec::new(),
            metadata: Map::new(),
        }
    }

    /// Frames from the start to the end of the longest track.
    pub fn len(&self) -> i64 {
        self.tracks.iter().map(|track| track.len(self.rate)).max().unwrap_or(0)
    }

    /// Whether it lasts no frame.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How long it lasts in seconds.
    pub fn seconds(&self) -> f64 {
        self.rate.seconds(self.len())
    }

    /// Its tracks of one kind in order, with their places in [`Timeline::tracks`].
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (usize, &Track)> {
        self.tracks.iter().enumerate().filter(move |(_, track)| track.kind == kind)
    }

    /// The clip whose picture shows at frame `frame`: that of the highest picture track without a gap there.
    pub fn picture_at(&self, frame: i64) -> Option<(usize, Placed<'_>)> {
        let tracks: Vec<_> = self.of_kind(Kind::Picture).collect();
        tracks.into_iter().rev().find_map(|(at, track)| {
            let placed = track.at(frame, self.rate)?;
            placed.clip().map(|_| (at, placed))
        })
    }

    /// Every clip with the place of its track and the frames it takes, track by track.
    pub fn clips(&self) -> impl Iterator<Item = (usize, FrameRange, &Clip)> {
        self.tracks.iter().enumerate().flat_map(move |(at, track)| {
            track.placed(self.rate).filter_map(move |placed| placed.clip().map(|clip| (at, placed.record, clip)))
        })
    }
}
