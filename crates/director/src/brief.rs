//! What the filmmaker asks for.

use catalogue::Music;
use film::ContentHash;
use serde::{Deserialize, Serialize};
use timeline::{Canvas, Fit};

/// What the filmmaker asks of a trailer.
///
/// ```
/// use director::Brief;
/// let brief = Brief { spoiler_free: true, seed: 7, ..Brief::new(60 * 24) };
/// assert_eq!(brief.boundary(), Some(director::SPOILER_FREE));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// Length of the whole trailer, frames of the timeline's rate (see [`crate::rate`]).
    pub length: i64,
    /// The same seed gives the same timeline; another gives another draft.
    pub seed: u64,
    /// How it should feel.
    pub tone: Tone,
    /// Music to cut to; without it the film's own sound sets the rhythm.
    pub music: Option<Music>,
    /// Share of the film, 0 to 1, after which nothing is shown or heard.
    pub until: Option<f32>,
    /// Keep to the part of the film before its last turning points (see [`SPOILER_FREE`]); an earlier `until` rules.
    pub spoiler_free: bool,
    /// Shots that must be in.
    pub must: Vec<ShotRef>,
    /// Shots that must not.
    pub must_not: Vec<ShotRef>,
    /// Raster; without it that of the film.
    pub canvas: Option<Canvas>,
    /// What to do where the canvas has another shape than the picture.
    pub fit: Fit,
    /// Words of the title card; without them the film's name.
    pub title: Option<String>,
    /// Whether a title card is wanted.
    pub title_card: bool,
    /// Lines of a card at the end: makers, attribution. Empty means no such card.
    pub credits: Vec<String>,
    /// Whether credits, titles and logos of the film may be shown.
    pub allow_lettering: bool,
}

/// Share of the film that a spoiler-free trailer keeps to.
///
/// Screenwriting places the fourth turning point, the major setback, at three quarters of a film; in films it scatters about
/// that by some 8 % of their length. Only 34 % of published trailers show anything of the last two turning points
/// (Papalampidi, Keller and Lapata, "Film Trailer Generation via Task Decomposition", 2021). Two thirds keeps clear of it in
/// most films; `--until` says otherwise for one that turns earlier.
pub const SPOILER_FREE: f32 = 0.66;

/// A shot of a title: its reel and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ShotRef {
    /// Hash of the reel.
    pub reel: ContentHash,
    /// The shot's number in the reel.
    pub shot: u32,
}

/// How a trailer should feel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    /// Long clips, dissolves, a late and moderate rise.
    Quiet,
    /// A calm set-up and a rising montage.
    #[default]
    Balanced,
    /// Short clips and much motion from the start.
    Driving,
}

impl Tone {
    /// How long clips are beside the balanced tone's.
    pub(crate) fn stretch(self) -> f64 {
        match self {
            Tone::Quiet => 1.35,
            Tone::Balanced => 1.0,
            Tone::Driving => 0.78,
        }
    }

    /// How much livelier clips should be than in the balanced tone.
    pub(crate) fn lift(self) -> f32 {
        match self {
            Tone::Quiet => -0.15,
            Tone::Balanced => 0.0,
            Tone::Driving => 0.12,
        }
    }
}

impl Brief {
    /// A brief that asks for `length` frames and leaves all else open.
    pub fn new(length: i64) -> Brief {
        Brief { length, ..Brief::default() }
    }

    /// The share of the film after which nothing may be shown, if there is one.
    pub fn boundary(&self) -> Option<f32> {
        match (self.until, self.spoiler_free) {
            (Some(until), true) => Some(until.min(SPOILER_FREE)),
            (Some(until), false) => Some(until),
            (None, true) => Some(SPOILER_FREE),
            (None, false) => None,
        }
    }
}

impl Default for Brief {
    fn default() -> Brief {
        Brief {
            length: 0,
            seed: 0,
            tone: Tone::default(),
            music: None,
            until: None,
            spoiler_free: false,
            must: Vec::new(),
            must_not: Vec::new(),
            canvas: None,
            fit: Fit::Fill,
            title: None,
            title_card: true,
            credits: Vec::new(),
            allow_lettering: false,
        }
    }
}
