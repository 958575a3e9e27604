//! The canvas: draws the frames of a timeline, decoding only what is shown.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use film::{Color, ColorRange, Matrix};
use media::Raster;
use media::encode::Codec;
use media::raster::{Layout, RasterError};
use media::scale::ScaleError;
use timeline::{Clip, Media, ReelMedia, Timeline, TransitionKind};

use crate::blend;
use crate::conform::{ClipKey, Layer, Plan, dip};
use crate::master::shown;
use crate::place::{Ground, Placer, meaning};
use crate::reel::{Reel, ReelError};
use crate::title::Setter;

/// Why a frame could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum CanvasError {
    /// A reel could not be read.
    #[error("the clip `{clip}`: {error}")]
    Reel {
        /// Name of the clip.
        clip: String,
        /// Why.
        error: ReelError,
    },
    /// A picture could not be converted.
    #[error("the clip `{clip}`: {error}")]
    Scale {
        /// Name of the clip.
        clip: String,
        /// Why.
        error: ScaleError,
    },
    /// A picture could not be held.
    #[error(transparent)]
    Raster(#[from] RasterError),
}

/// Draws frames. Made for reading in order; any order works.
pub(crate) struct Canvas<'a> {
    timeline: &'a Timeline,
    plan: Plan<'a>,
    path: &'a (dyn Fn(&ReelMedia) -> PathBuf + Sync),
    ground: Ground,
    black: Raster,
    white: Raster,
    /// Clips being shown.
    running: HashMap<ClipKey, Running>,
    /// Reels opened and not in use, the latest last.
    idle: Vec<Reel>,
    titles: HashMap<ClipKey, Raster>,
    setter: Option<Setter>,
    notes: BTreeSet<String>,
    untouched: i64,
}

struct Running {
    reel: Reel,
    placer: Placer,
    /// Last picture placed: its number, the offset, and the picture.
    placed: Option<(i64, i64, Raster)>,
    used: i64,
}

impl<'a> Canvas<'a> {
    /// A canvas for `timeline`, in the format that `codec` writes of its main reel (the one shown longest).
    pub(crate) fn new(
        timeline: &'a Timeline,
        path: &'a (dyn Fn(&ReelMedia) -> PathBuf + Sync),
        codec: Codec,
    ) -> Result<Canvas<'a>, CanvasError> {
        let mut notes = BTreeSet::new();
        let mut idle = Vec::new();
        let (mut format, mut color) = ("yuv420p".to_owned(), Color::default().assumed(timeline.canvas.height));
        if let Some((reel, _)) = shown(timeline).first() {
            let reel = Reel::open(&path(reel))
                .map_err(|error| CanvasError::Reel { clip: reel.path.display().to_string(), error })?;
            format.clone_from(&reel.picture.format);
            color = meaning(&reel.picture).0;
            idle.push(reel);
        }
        let format = codec.format(&format);
        let layout = Layout::of(&format).ok_or(RasterError::Format(format))?;
        if !layout.rgb && color.matrix == Some(Matrix::Rgb) {
            color = Color { matrix: Some(Matrix::Bt709), range: Some(ColorRange::Limited), ..color };
        }
        if codec != Codec::Ffv1 {
            // Players and finishing suites take these for limited range whatever they say.
            color.range = Some(ColorRange::Limited);
        }
        if let Some(transfer) =
            color.transfer.filter(|t| codec == Codec::H264 && matches!(t, film::Transfer::Pq | film::Transfer::Hlg))
        {
            notes.insert(format!("the film is high dynamic range ({transfer}), kept in 8 bits: skies may band; render ProRes or FFV1 to finish it"));
        }
        let ground = Ground { width: timeline.canvas.width, height: timeline.canvas.height, layout, color };
        let (black, white) = (ground.plain(0.0)?, ground.plain(1.0)?);
        Ok(Canvas {
            timeline,
            plan: Plan::new(timeline),
            path,
            ground,
            black,
            white,
            running: HashMap::new(),
            idle,
            titles: HashMap::new(),
            setter: None,
            notes,
            untouched: 0,
        })
    }

    /// Pixel format of the frames.
    pub(crate) fn format(&self) -> &str {
        &self.ground.layout.format
    }

    /// Colour of the frames.
    pub(crate) fn color(&self) -> Color {
        self.ground.color
    }

    /// Frames drawn so far that are a reel's own, bit for bit.
    pub(crate) fn untouched(&self) -> i64 {
        self.untouched
    }

    /// What a person should know of what was drawn so far.
    pub(crate) fn notes(&self) -> Vec<String> {
        let reels = self.running.values().map(|r| &r.reel).chain(&self.idle);
        let mut notes = self.notes.clone();
        notes.extend(reels.flat_map(|r| r.notes.clone()));
        notes.into_iter().collect()
    }

    /// Frame `frame` of the timeline.
    pub(crate) fn frame(&mut self, frame: i64) -> Result<Raster, CanvasError> {
        let layer = self.plan.at(frame);
        let picture = self.draw(&layer, frame)?;
        self.untouched += i64::from(self.is_untouched(&layer));
        self.rest(frame);
        self.titles.retain(|key, _| {
            matches!(&layer, Layer::Clip { key: k, .. } if k == key) || matches!(layer, Layer::Passage { .. })
        });
        Ok(picture)
    }

    /// The picture of the clip at `key` alone in frame `frame`, whatever lies over it.
    pub(crate) fn clip_frame(&mut self, key: ClipKey, frame: i64) -> Result<Raster, CanvasError> {
        match self.plan.clip(key, frame) {
            Some(layer) => {
                let picture = self.draw(&layer, frame)?;
                self.rest(frame);
                Ok(picture)
            }
            None => Ok(self.black.clone()),
        }
    }

    /// Puts away the reels that frame `frame` did not need.
    fn rest(&mut self, frame: i64) {
        let done: Vec<ClipKey> = self.running.iter().filter(|(_, r)| r.used != frame).map(|(k, _)| *k).collect();
        for key in done {
            let running = self.running.remove(&key).expect("it was just found");
            self.idle.push(running.reel);
        }
        while self.idle.len() > 3 {
            let oldest = self.idle.remove(0);
            self.notes.extend(oldest.notes);
        }
    }

    fn is_untouched(&self, layer: &Layer<'a>) -> bool {
        let Layer::Clip { key, clip: Clip { media: Media::Reel(_), grain: None, .. }, .. } = layer else {
            return false;
        };
        self.running.get(key).is_some_and(|r| r.placer.untouched() && !r.reel.is_interlaced())
    }

    fn draw(&mut self, layer: &Layer<'a>, frame: i64) -> Result<Raster, CanvasError> {
        match layer {
            Layer::Black => Ok(self.black.clone()),
            Layer::Clip { key, clip, offset } => match &clip.media {
                Media::Reel(reel) => self.reel(*key, clip, reel, *offset, frame),
                Media::Title(card) => {
                    if let Some(title) = self.titles.get(key) {
                        return Ok(title.clone());
                    }
                    let setter = self.setter.get_or_insert_with(Setter::new);
                    let set = setter.set(card, self.ground.width, self.ground.height);
                    let title = set.on_black(&self.ground.layout, self.ground.color)?;
                    self.notes.extend(set.notes);
                    self.titles.insert(*key, title.clone());
                    Ok(title)
                }
                Media::Missing => unreachable!("locking refuses a timeline with missing media"),
            },
            Layer::Passage { kind, from, to, done, frames } => {
                let plain = match kind {
                    TransitionKind::Dissolve => {
                        let (a, b) = (self.draw(from, frame)?, self.draw(to, frame)?);
                        return Ok(blend::mix(&a, &b, *done));
                    }
                    TransitionKind::DipToBlack => self.black.clone(),
                    TransitionKind::DipToWhite => self.white.clone(),
                };
                let side = self.draw(if *done < 0.5 { from } else { to }, frame)?;
                Ok(blend::mix(&side, &plain, dip(*done, *frames)))
            }
        }
    }

    fn reel(
        &mut self,
        key: ClipKey,
        clip: &Clip,
        media: &ReelMedia,
        offset: i64,
        frame: i64,
    ) -> Result<Raster, CanvasError> {
        let failed = |error: ReelError| CanvasError::Reel { clip: clip.name.clone(), error };
        let source = clip.source_at(offset, self.timeline.rate);
        if !self.running.contains_key(&key) {
            let running = self.begin(clip, &(self.path)(media), media, source)?;
            self.running.insert(key, running);
        }
        let running = self.running.get_mut(&key).expect("just put there");
        running.used = frame;
        let number = running.reel.number(source, media.rate);
        let moves = clip.reframe.as_ref().is_some_and(|r| r.center.len() > 1);
        if let Some((_, _, picture)) =
            running.placed.as_ref().filter(|(n, o, _)| *n == number && (!moves || *o == offset))
        {
            return Ok(picture.clone());
        }
        let mut picture = running.reel.frame(number).map_err(failed)?;
        if let Some(grain) = &clip.grain {
            crate::grain::put(&mut picture, grain, number);
        }
        let placed = running
            .placer
            .place(&picture, offset)
            .map_err(|error| CanvasError::Scale { clip: clip.name.clone(), error })?;
        running.placed = Some((number, offset, placed.clone()));
        Ok(placed)
    }

    /// Takes a reel for a clip: an idle one that is near, or is of this file, else opens it.
    fn begin(&mut self, clip: &Clip, path: &Path, media: &ReelMedia, source: i64) -> Result<Running, CanvasError> {
        let of_file = |r: &Reel| r.path == path;
        let near = self.idle.iter().position(|r| of_file(r) && r.is_near(r.number(source, media.rate)));
        let reel = match near.or_else(|| self.idle.iter().position(of_file)) {
            Some(i) => self.idle.remove(i),
            None => Reel::open(path).map_err(|error| CanvasError::Reel { clip: clip.name.clone(), error })?,
        };
        self.assumptions(&reel);
        let placer = Placer::new(&self.ground, &reel.picture, clip.reframe.as_ref())?;
        Ok(Running { reel, placer, placed: None, used: 0 })
    }

    /// Notes what was taken for granted of a reel's colour.
    fn assumptions(&mut self, reel: &Reel) {
        let path = &reel.path;
        let (color, note) = meaning(&reel.picture);
        if let Some(note) = note {
            self.notes.insert(format!("{} {note}", path.display()));
        }
        let ours = self.ground.color;
        let differs = |what: &str, theirs: String, ours: String| {
            format!("{}: {what} {theirs} shown as {ours} without conversion; grade it if it looks off", path.display())
        };
        if let (Some(a), Some(b)) = (color.transfer, ours.transfer)
            && (matches!(a, film::Transfer::Pq | film::Transfer::Hlg)
                != matches!(b, film::Transfer::Pq | film::Transfer::Hlg))
        {
            self.notes.insert(differs("transfer", a.to_string(), b.to_string()));
        }
        if let (Some(a), Some(b)) = (color.primaries, ours.primaries)
            && (a == film::Primaries::Bt2020) != (b == film::Primaries::Bt2020)
        {
            self.notes.insert(differs("primaries", a.to_string(), b.to_string()));
        }
    }
}
