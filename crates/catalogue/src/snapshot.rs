//! What the catalogue knows of a title at one moment, as plain values: the director reads this and opens no file.
//!
//! All frame numbers here are on the reel's constant grid (see [`film::Clock`]): for a constant-rate reel that is its own
//! frame numbers.

use std::path::PathBuf;
use std::sync::Arc;

use film::{Clock, ContentHash, FrameRange, Into};
use serde::{Deserialize, Serialize};

/// A title and all that is known of its reels.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Name of the title.
    pub title: String,
    /// Its reels in order; at least one.
    pub reels: Vec<Reel>,
}

/// One reel as known.
#[derive(Clone, Debug)]
pub struct Reel {
    /// Hash of the file.
    pub hash: ContentHash,
    /// Where it was last seen (absolute).
    pub path: PathBuf,
    /// When each frame shows.
    pub clock: Clock,
    /// Displayed picture after rotation and pixel aspect, in square pixels.
    pub width: u32,
    /// Lines displayed.
    pub height: u32,
    /// Active picture inside a letterbox or pillarbox, as fractions `[left, top, right, bottom]` of the displayed picture.
    pub active: [f32; 4],
    /// Whether it has sound.
    pub has_sound: bool,
    /// Shots in order, covering every frame.
    pub shots: Vec<Shot>,
    /// One value a frame.
    pub signals: Arc<Signals>,
    /// Sound, one value a frame; `None` without sound.
    pub sound: Option<Arc<SoundSignals>>,
    /// Dialogue lines in order.
    pub lines: Vec<Line>,
    /// Flaws found at ingest, in words.
    pub warnings: Vec<String>,
}

/// A shot and what a filmmaker asks about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shot {
    /// Place in the reel, from 0.
    pub index: u32,
    /// Its frames. A gradual transition belongs half to each neighbour.
    pub range: FrameRange,
    /// How it begins.
    pub into: Into,
    /// The frames that mix with the shot before, if it begins gradually (reaches before `range.start`).
    pub transition: Option<FrameRange>,
    /// The frames that are this shot's alone, clear of transitions at both ends; may be empty.
    pub clean: FrameRange,
    /// The frame that shows it best.
    pub key_frame: i64,
    /// What a filmmaker asks.
    pub attributes: Attributes,
}

/// What a filmmaker asks about a shot. Amounts are 0 to 1 unless said.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Attributes {
    /// Day (towards 1) or night (towards 0).
    pub day: f32,
    /// How sure of it.
    pub day_confidence: f32,
    /// Exterior (towards 1) or interior (towards 0).
    pub exterior: f32,
    /// How sure of it.
    pub exterior_confidence: f32,
    /// Up to five main colours, sRGB, the largest first, with their share.
    pub palette: Vec<(u8, u8, u8, f32)>,
    /// How the camera moves.
    pub camera: Camera,
    /// Motion of everything, picture widths a second.
    pub motion: f32,
    /// Motion left after the camera's, picture widths a second.
    pub object_motion: f32,
    /// Horizontal direction of the moving object: -1 left, +1 right, 0 none or both.
    pub direction: f32,
    /// Mean luma.
    pub brightness: f32,
    /// Spread of luma.
    pub contrast: f32,
    /// Mean saturation.
    pub saturation: f32,
    /// Sharpness, 1 as sharp as the sharpest shots of the reel.
    pub sharpness: f32,
    /// Noise or grain, standard deviation of luma in 8-bit code values.
    pub noise: f32,
    /// Likelihood that it is credits, a title card or a logo.
    pub lettering: f32,
    /// Share of its frames that are black or all one colour.
    pub blank: f32,
    /// Seconds of dialogue in it.
    pub dialogue_seconds: f32,
    /// Mean momentary loudness, LUFS; -70 if silent.
    pub loudness: f32,
    /// Sound: share speech, share music.
    pub speech: f32,
    /// See `speech`.
    pub music: f32,
    /// Number of the group of shots that look like one camera set-up (same within a title).
    pub setup: u32,
}

/// How the camera moves in a shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the trade's own words
pub enum Camera {
    #[default]
    Static,
    PanLeft,
    PanRight,
    TiltUp,
    TiltDown,
    ZoomIn,
    ZoomOut,
    Handheld,
    Moving,
}

/// One value a frame, each vector as long as the grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signals {
    /// Mean luma, 0 to 1.
    pub luma: Vec<f32>,
    /// Standard deviation of luma, 0 to 1.
    pub contrast: Vec<f32>,
    /// Mean saturation, 0 to 1.
    pub saturation: Vec<f32>,
    /// Change from the frame before, mean absolute luma difference, 0 to 1.
    pub change: Vec<f32>,
    /// Motion of everything, picture widths a second.
    pub motion: Vec<f32>,
    /// Camera part: right, down (picture widths a second), zoom (per second, >0 in).
    pub camera: Vec<[f32; 3]>,
    /// Motion left after the camera's, picture widths a second.
    pub object: Vec<f32>,
    /// Sharpness (gradient energy against contrast), 0 to 1.
    pub sharpness: Vec<f32>,
    /// Where the eye goes: x, y, 0 to 1.
    pub focus: Vec<[f32; 2]>,
    /// Small pictures, `THUMB` bytes a frame: Y, then Cb, then Cr, 16x9 each, rows from the top.
    pub thumbs: Vec<u8>,
}

/// Bytes of a small picture in [`Signals::thumbs`].
pub const THUMB: usize = 16 * 9 * 3;

/// Sound, one value a frame, each vector as long as the grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoundSignals {
    /// Momentary loudness, LUFS, at least -70.
    pub loudness: Vec<f32>,
    /// Level of this frame alone, dBFS RMS, at least -90: where words and gaps are.
    pub level: Vec<f32>,
    /// Likelihood of a voice, 0 to 1.
    pub voice: Vec<f32>,
    /// Likelihood of music, 0 to 1.
    pub music: Vec<f32>,
    /// Strength of an attack beginning in this frame, 0 to 1.
    pub onset: Vec<f32>,
    /// Spans of one kind.
    pub spans: Vec<SoundSpan>,
}

/// Frames whose sound is mainly of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SoundSpan {
    /// Frames.
    pub range: FrameRange,
    /// What is heard.
    pub kind: SoundKind,
    /// How sure.
    pub confidence: f32,
}

/// What is mainly heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // plain words
pub enum SoundKind {
    Silence,
    Speech,
    Music,
    Other,
}

/// A line of dialogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Frames it is shown for.
    pub range: FrameRange,
    /// The words.
    pub text: String,
}

/// A piece of music as heard: where its beats and parts are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Music {
    /// Hash of the file.
    pub hash: ContentHash,
    /// Where it lies (absolute).
    pub path: PathBuf,
    /// Length in seconds.
    pub seconds: f64,
    /// Beats a minute; 0 if no steady beat was found.
    pub tempo: f32,
    /// Beats, seconds from the start.
    pub beats: Vec<f64>,
    /// Which beats begin a bar, as places in `beats`.
    pub downbeats: Vec<u32>,
    /// How steady the beat is, 0 to 1.
    pub confidence: f32,
    /// Parts of the piece in order, covering it.
    pub sections: Vec<MusicSection>,
    /// Momentary loudness every tenth of a second, LUFS.
    pub loudness: Vec<f32>,
}

/// A part of a piece of music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MusicSection {
    /// Seconds.
    pub start: f64,
    /// Seconds.
    pub end: f64,
    /// Energy beside the rest of the piece, 0 to 1.
    pub energy: f32,
}
