//! One range of one medium on a timeline.

use std::path::PathBuf;

use film::{ContentHash, FrameRange, Rate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A range of one medium, placed by the track it stands in.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Name a person reads: `Big Buck Bunny #42`.
    pub name: String,
    /// What is shown or heard.
    pub media: Media,
    /// Which frames of the medium, counted on its constant grid (see [`film::Clock`]) at the medium's rate; for a title
    /// card or a sound, frames at the timeline's rate.
    pub source: FrameRange,
    /// Place of the picture on the canvas; `None` shows the whole picture, letterboxed.
    pub reframe: Option<Reframe>,
    /// Grain put on the reel's picture, so that the clip sits beside its neighbours.
    pub grain: Option<Grain>,
    /// Loudness over the clip, straight lines in decibels between points; empty means 0 dB throughout.
    pub gain: Vec<GainPoint>,
    /// Why this clip is here, in plain sentences, the weightiest first.
    pub why: Vec<String>,
    /// Which clips would have come next.
    pub alternatives: Vec<Alternative>,
    /// Shot of the title it was cut from, if one.
    pub shot: Option<u32>,
    /// What a reader of another program wrote here and we keep as it was.
    pub metadata: Map<String, Value>,
}

impl Clip {
    /// A clip of `source` with nothing else said of it.
    pub fn new(name: impl Into<String>, media: Media, source: FrameRange) -> Clip {
        Clip {
            name: name.into(),
            media,
            source,
            reframe: None,
            grain: None,
            gain: Vec::new(),
            why: Vec::new(),
            alternatives: Vec::new(),
            shot: None,
            metadata: Map::new(),
        }
    }

    /// The reel it is cut from, if it is cut from one.
    pub fn reel(&self) -> Option<&ReelMedia> {
        match &self.media {
            Media::Reel(reel) => Some(reel),
            Media::Title(_) | Media::Missing => None,
        }
    }

    /// The rate its source range counts in, on a timeline at `timeline`.
    pub fn source_rate(&self, timeline: Rate) -> Rate {
        self.reel().map_or(timeline, |reel| reel.rate)
    }

    /// How many frames of a timeline at `timeline` it lasts: its source's length in time, to the nearest frame.
    ///
    /// ```
    /// use film::{FrameRange, Rate};
    /// use timeline::{Clip, Media, ReelMedia};
    /// let reel = ReelMedia { path: "pal.mov".into(), hash: None, available: FrameRange::new(0, 250), rate: "25".parse().unwrap() };
    /// let clip = Clip::new("second", Media::Reel(reel), FrameRange::new(50, 75));
    /// assert_eq!(clip.record_len(Rate::FILM), 24);
    /// ```
    pub fn record_len(&self, timeline: Rate) -> i64 {
        nearest(self.source.len(), self.source_rate(timeline), timeline)
    }

    /// The source frame that shows `offset` timeline frames after the clip's start; handles lie before 0 and past the end.
    pub fn source_at(&self, offset: i64, timeline: Rate) -> i64 {
        self.source.start() + timeline.convert(offset, self.source_rate(timeline))
    }

    /// Source frames needed outside the clip for `handle` timeline frames of a transition.
    pub fn handle(&self, handle: i64, timeline: Rate) -> i64 {
        let (from, to) = (timeline, self.source_rate(timeline));
        let n = handle as i128 * from.den() as i128 * to.num() as i128;
        let d = from.num() as i128 * to.den() as i128;
        bounded((n + d - 1).div_euclid(d))
    }
}

/// `len` frames of rate `from` as frames of rate `to`, to the nearest, halves up.
pub(crate) fn nearest(len: i64, from: Rate, to: Rate) -> i64 {
    let n = len as i128 * from.den() as i128 * to.num() as i128;
    let d = from.num() as i128 * to.den() as i128;
    bounded((2 * n + d).div_euclid(2 * d))
}

/// Numbers far past any film stay past it without overflow; [`Timeline::check`](crate::Timeline::check) refuses them.
fn bounded(frames: i128) -> i64 {
    let most = 16 * crate::check::MOST_FRAMES as i128;
    frames.clamp(-most, most) as i64
}

/// What a clip shows or lets hear.
#[derive(Clone, Debug, PartialEq)]
pub enum Media {
    /// A reel of the library.
    Reel(ReelMedia),
    /// A title card that render draws.
    Title(TitleCard),
    /// A medium that an imported timeline does not say; render refuses it.
    Missing,
}

/// A reel as a timeline refers to it: found again by hash when the path no longer leads there.
#[derive(Clone, Debug, PartialEq)]
pub struct ReelMedia {
    /// Path, relative to the folder of the timeline file where one can be; absolute only across file systems.
    pub path: PathBuf,
    /// Hash of the file's bytes; absent when another program wrote the reference.
    pub hash: Option<ContentHash>,
    /// Frames the reel holds, on its constant grid; [`ReelMedia::unmeasured`] when the file that was read does not say.
    pub available: FrameRange,
    /// Rate the source range counts in.
    pub rate: Rate,
}

impl ReelMedia {
    /// What is available of a reel that nobody has measured yet: more than any reel holds.
    ///
    /// [`crate::relink::measure`] puts the reel's own length in its place.
    pub fn unmeasured() -> FrameRange {
        FrameRange::new(0, crate::check::MOST_FRAMES)
    }

    /// Whether the reel's length is known.
    pub fn is_measured(&self) -> bool {
        self.available != ReelMedia::unmeasured()
    }
}

/// Lettering on a plain ground or over the picture below.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TitleCard {
    /// Lines from top to bottom.
    pub lines: Vec<String>,
    /// How it looks.
    pub style: TitleStyle,
}

/// Looks of a title card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TitleStyle {
    /// The film's name: large, letter-spaced, centred, on black.
    Title,
    /// A line of copy: centred, on black.
    Card,
    /// Small lines at the foot, on black: attribution, credits.
    Credit,
}

/// A loudness at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GainPoint {
    /// Frames of the timeline's rate from the clip's start.
    pub frame: i64,
    /// Decibels.
    pub db: f32,
}

/// Which part of the picture fills the canvas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reframe {
    /// Fill the canvas, cutting off the sides, or fit into it.
    pub fit: Fit,
    /// Centre of the kept part over the clip, straight lines between points; empty means the middle.
    pub center: Vec<Point>,
}

/// Film grain to be put on a clip's luma, as numbers that any program can make grain from (auto-regressive with lag 3, as in
/// AV1).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grain {
    /// Deviation in 8-bit code values at eight equal steps of light, black first.
    pub levels: [f32; 8],
    /// Weights of the 24 samples before each: three rows of seven above, the farthest first, then three to the left.
    pub weights: Vec<f32>,
    /// Deviation of what is new in each sample.
    pub innovation: f32,
    /// Seed: the same seed gives the same grain.
    pub seed: u64,
}

/// How a picture of another shape meets the canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fit {
    /// The whole picture, with bars.
    Letterbox,
    /// No bars; what does not fit is cut off.
    Fill,
}

/// A point of the picture at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Frames from the clip's start.
    pub frame: i64,
    /// 0 at the left, 1 at the right.
    pub x: f32,
    /// 0 at the top, 1 at the foot.
    pub y: f32,
}

/// A clip that was weighed and not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// Hash of its reel.
    pub reel: ContentHash,
    /// Its shot.
    pub shot: u32,
    /// Its frames, on the reel's constant grid.
    pub source: FrameRange,
    /// How it scored beside the one taken (1.0 is equal).
    pub score: f32,
    /// Why it came second.
    pub why: String,
}

/// The raster a timeline is made for, in square pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canvas {
    /// Pixels across, even.
    pub width: u32,
    /// Lines, even.
    pub height: u32,
}
