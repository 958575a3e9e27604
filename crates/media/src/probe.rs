//! What a file holds, from its headers and first packets.

use std::fs;
use std::path::Path;

use ffmpeg_next::ffi;
use film::{Color, Rate, TimeBase};
use serde::{Deserialize, Serialize};

use crate::sequence::Sequence;
use crate::source::Source;

mod look;
mod refusal;
mod streams;

pub use refusal::ProbeError;
use refusal::refusal;
pub(crate) use streams::{nominal, text, tick};
use streams::{picture, sound_origin, sounds, subtitles, timecode};

/// What a file holds.
///
/// ```no_run
/// let probe = media::probe("film.mp4".as_ref())?;
/// if let Some(picture) = &probe.picture {
///     println!("{} {:?} at {}", picture.codec, picture.display_size(), picture.rate);
/// }
/// # Ok::<(), media::ProbeError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Probe {
    /// Container, as libav calls it.
    pub container: String,
    /// Length as the container states or estimates it; the exact one is the index's.
    pub seconds: Option<f64>,
    /// The film's picture: the best stream that is no cover art; `None` of a file of sound only.
    pub picture: Option<PictureStream>,
    /// Sound tracks in file order.
    pub sounds: Vec<SoundStream>,
    /// Subtitle tracks in file order.
    pub subtitles: Vec<SubtitleStream>,
    /// Chapters in file order.
    pub chapters: Vec<Chapter>,
    /// Source timecode of the first frame, as written in the file.
    pub timecode: Option<String>,
    /// What is not as it should be, in plain sentences.
    pub warnings: Vec<String>,
}

/// The picture stream of a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PictureStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Width in coded pixels.
    pub width: u32,
    /// Height in coded pixels.
    pub height: u32,
    /// Nominal rate; the index's clock has the final word.
    pub rate: Rate,
    /// Tick of the timestamps.
    pub time_base: TimeBase,
    /// Presentation timestamp in ticks of frame 0, the first that can be decoded.
    pub first_pts: i64,
    /// Pixel format, as libav calls it.
    pub format: String,
    /// Significant bits of a sample.
    pub bits: u8,
    /// `4:2:0`, `4:2:2`, `4:4:4`, …; `4:0:0` for gray, `RGB`.
    pub chroma: String,
    /// Width to height of a pixel; (1, 1) where the file does not say.
    pub pixel_aspect: (u32, u32),
    /// Degrees to turn clockwise for display: 0, 90, 180, 270.
    pub rotation: u16,
    /// Frames or fields.
    pub scan: Scan,
    /// Whether fields repeat (3:2 pulldown flags).
    pub telecine: bool,
    /// Colour tags of the stream.
    pub color: Color,
}

/// Frames, or fields of different instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scan {
    /// Whole frames.
    Progressive,
    /// Fields, the upper one shown first.
    TopFirst,
    /// Fields, the lower one shown first.
    BottomFirst,
    /// The file does not say.
    Unknown,
}

/// A sound track.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SoundStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Hertz.
    pub sample_rate: u32,
    /// How many channels.
    pub channels: u16,
    /// Their layout: `mono`, `stereo`, `5.1(side)`, …
    pub layout: String,
    /// Language, as the file writes it.
    pub language: Option<String>,
    /// Name of the track.
    pub title: Option<String>,
    /// Tick of the timestamps.
    pub time_base: TimeBase,
    /// Seconds from the first picture frame to the first sample; negative where sound comes first.
    pub start: f64,
}

/// A subtitle track.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SubtitleStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Whether it is text; pictures of text cannot be read here.
    pub text: bool,
    /// Language, as the file writes it.
    pub language: Option<String>,
    /// Name of the track.
    pub title: Option<String>,
}

/// A chapter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Chapter {
    /// Seconds from the first picture frame.
    pub start: f64,
    /// Seconds from the first picture frame.
    pub end: f64,
    /// Name, if it has one.
    pub title: Option<String>,
}

impl PictureStream {
    /// Width and height in square pixels after rotation, rounded.
    pub fn display_size(&self) -> (u32, u32) {
        let (num, den) = self.pixel_aspect;
        let width = ((self.width as u64 * num as u64 + den as u64 / 2) / den as u64).max(1) as u32;
        if self.rotation % 180 == 90 { (self.height, width) } else { (width, self.height) }
    }
}

/// Looks into the file at `path`, or the image sequence whose pattern or first file it is.
///
/// A file of sound only is no error: its [`Probe::picture`] is `None`.
pub fn probe(path: &Path) -> Result<Probe, ProbeError> {
    let sequence = Sequence::of(path);
    if sequence.is_none() {
        let unreadable = |e: std::io::Error| ProbeError::Unreadable { path: path.to_owned(), cause: e.to_string() };
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            return Err(ProbeError::NotFilm(path.to_owned()));
        }
        fs::File::open(path).map_err(unreadable)?;
        if about.len() == 0 {
            return Err(ProbeError::Empty(path.to_owned()));
        }
    }
    let mut source = Source::open_known(path).map_err(|e| refusal(path, e))?;
    if sequence.is_none() && is_still(&source) {
        return Err(ProbeError::Still(path.to_owned()));
    }
    let mut warnings = Vec::new();
    let container = source.format().to_owned();
    let mut picture = picture(&mut source, path, &mut warnings)?;
    let mut group_timecode = None;
    if let Some(picture) = &mut picture {
        let seen = look::first_pictures(path, picture);
        picture.first_pts = seen.first_pts.unwrap_or(picture.first_pts);
        if picture.scan == Scan::Unknown {
            picture.scan = seen.scan;
        }
        picture.telecine = seen.telecine;
        group_timecode = seen.timecode;
    }
    // The first packets are read: what follows needs the headers only.
    let origin = picture.as_ref().map_or_else(|| sound_origin(&source), |p| p.time_base.seconds(p.first_pts));
    let sounds = sounds(&source, origin, &mut warnings);
    if picture.is_none() && sounds.is_empty() {
        return Err(ProbeError::NotFilm(path.to_owned()));
    }
    let subtitles = subtitles(&source);
    let chapters = source
        .input
        .chapters()
        .map(|c| {
            let base = tick(c.time_base());
            Chapter {
                start: base.seconds(c.start()) - origin,
                end: base.seconds(c.end()) - origin,
                title: text(&c.metadata(), "title"),
            }
        })
        .collect();
    let timecode = timecode(&source, picture.as_ref()).or(group_timecode);
    if let Some(s) = &sequence {
        warnings.push(format!("pictures state no frame rate: {} is assumed", s.rate.fps()));
        if s.stray > 0 {
            let gap = s.first + s.frames;
            warnings.push(format!("picture number {gap} is missing; the {} pictures behind it are left out", s.stray));
        }
    }
    let seconds = Some(source.input.duration()).filter(|&d| d > 0).map(|d| d as f64 / f64::from(ffi::AV_TIME_BASE));
    Ok(Probe { container, seconds, picture, sounds, subtitles, chapters, timecode, warnings })
}

/// Whether the container holds one picture and is meant to.
fn is_still(source: &Source) -> bool {
    let format = source.format();
    if format.ends_with("_pipe") || matches!(format, "image2pipe" | "ico" | "alias_pix" | "brender_pix") {
        return true;
    }
    let brand = text(&source.input.metadata(), "major_brand").unwrap_or_default();
    matches!(brand.trim(), "avif" | "heic" | "heix" | "mif1")
}
