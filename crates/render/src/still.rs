//! Frames of a timeline as still pictures.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use film::{Color, ColorRange, Matrix};
use image::codecs::jpeg::JpegEncoder;
use image::{ImageFormat, RgbImage};
use jobs::{Cancel, Canceled, Whole};
use media::Raster;
use media::encode::Codec;
use media::scale::{ScaleError, Scaler, Shape};
use timeline::{Item, Kind, Locked, Media, ReelMedia};

use crate::canvas::{Canvas, CanvasError};

/// Why no still was made.
#[derive(Debug, thiserror::Error)]
pub enum StillError {
    /// A frame could not be drawn.
    #[error(transparent)]
    Picture(#[from] CanvasError),
    /// A frame could not be converted.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// A folder or the disk refuses.
    #[error("{path}: {error}; choose another place, or make room", path = path.display())]
    Write {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] Canceled),
}

/// A clip of the picture tracks and how it looks in the edit.
#[derive(Clone, Debug)]
pub struct ClipStill {
    /// Place of its track in the timeline, and of it in the track.
    pub key: (usize, usize),
    /// First frame of the timeline that it takes.
    pub start: i64,
    /// One past its last.
    pub end: i64,
    /// The frame of the timeline shown: the middle, or the nearest to it that no transition mixes.
    pub frame: i64,
    /// The picture.
    pub picture: RgbImage,
}

impl ClipStill {
    /// The picture as JPEG.
    pub fn jpeg(&self) -> Vec<u8> {
        jpeg(&self.picture)
    }
}

/// One picture of each clip of the picture tracks, in order of time, at most `width` by `height` pixels.
///
/// # Errors
/// [`StillError`] where a reel cannot be read, or when told to stop.
pub fn clip_stills(locked: &Locked, width: u32, height: u32, cancel: &Cancel) -> Result<Vec<ClipStill>, StillError> {
    let timeline = locked.timeline();
    let path = |reel: &ReelMedia| locked.path(reel).to_owned();
    let mut canvas = Canvas::new(timeline, &path, Codec::H264)?;
    let mut clips = Vec::new();
    for (track, row) in timeline.of_kind(Kind::Picture) {
        let placed: Vec<_> = row.placed(timeline.rate).collect();
        for p in placed.iter().filter(|p| p.clip().is_some() && !p.record.is_empty()) {
            let mixed = |f: i64| placed.iter().any(|t| matches!(t.item, Item::Transition(_)) && t.record.contains(f));
            let middle = p.record.middle();
            let near = p.record.frames().filter(|&f| !mixed(f)).min_by_key(|f| (f - middle).abs());
            clips.push(((track, p.index), p.record, near.unwrap_or(middle)));
        }
    }
    clips.sort_by_key(|c| c.1.start());
    let mut stills = Vec::new();
    for (key, record, frame) in clips {
        cancel.check()?;
        let picture = rgb(&canvas.clip_frame(key, frame)?, width, height)?;
        stills.push(ClipStill { key, start: record.start(), end: record.end(), frame, picture });
    }
    Ok(stills)
}

/// A picture in red, green and blue, at most `width` by `height` and never enlarged.
pub(crate) fn rgb(raster: &Raster, width: u32, height: u32) -> Result<RgbImage, ScaleError> {
    let scale =
        (f64::from(width) / f64::from(raster.width())).min(f64::from(height) / f64::from(raster.height())).min(1.0);
    let side = |n: u32| ((f64::from(n) * scale).round() as u32).max(1);
    let (w, h) = (side(raster.width()), side(raster.height()));
    let from = Shape {
        format: raster.layout().format.clone(),
        width: raster.width(),
        height: raster.height(),
        color: raster.color().assumed(raster.height()),
    };
    let plain = Color { matrix: Some(Matrix::Rgb), range: Some(ColorRange::Full), ..Color::default() };
    let to = Shape { format: "gbrp".to_owned(), width: w, height: h, color: plain };
    let planes = Scaler::new(&from, &to)?.scale(raster, 0, 0)?;
    let [g, b, r] = [0, 1, 2].map(|p| planes.plane(p));
    Ok(RgbImage::from_fn(w, h, |x, y| {
        let at = |s: &media::raster::Samples<'_>| s.bytes[y as usize * s.stride + x as usize];
        image::Rgb([at(&r), at(&g), at(&b)])
    }))
}

pub(crate) fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 85).encode_image(picture).expect("a picture in memory is encoded");
    bytes
}

/// Writes `picture` to `out`, as PNG where its name ends so, else as JPEG; whole or not at all.
pub(crate) fn save(picture: &RgbImage, out: &Path) -> Result<(), StillError> {
    let png = out.extension().is_some_and(|e| e.eq_ignore_ascii_case("png"));
    let bytes = if png {
        let mut bytes = Cursor::new(Vec::new());
        picture.write_to(&mut bytes, ImageFormat::Png).expect("a picture in memory is encoded");
        bytes.into_inner()
    } else {
        jpeg(picture)
    };
    Whole::write(out, &bytes).map_err(|error| StillError::Write { path: out.to_owned(), error })
}

/// Name and place of a clip in words: what it is cut from and from where.
pub(crate) fn source_words(clip: &timeline::Clip, rate: film::Rate) -> String {
    match &clip.media {
        Media::Reel(reel) => format!(
            "{} {}",
            film::Timecode::new(clip.source.start(), reel.rate, reel.rate.has_drop_frame()),
            clip.shot.map_or(String::new(), |s| format!("shot {s}"))
        )
        .trim()
        .to_owned(),
        Media::Title(card) => card.lines.join(" / "),
        Media::Missing => film::Timecode::new(clip.source.start(), rate, false).to_string(),
    }
}
