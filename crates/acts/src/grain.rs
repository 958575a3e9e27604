//! Measuring grain, and giving one shot the grain of another.

use std::path::{Path, PathBuf};

use film::FrameRange;
use jobs::{Cancel, Progress, Unit};
use media::deinterlace::whole;
use media::yard::{Refusal, YardError};
use media::{Pictures, PicturesOptions, Skip};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specialists::image::grain::{GrainModel, LEVELS};
use specialists::image::noise::{Measured, measure as measure_frames};
use specialists::image::plane::Plane;
use timeline::{Item, Kind, Media, Timeline};

use crate::House;
use crate::fix::{FixActError, Mended, Wish, fix, source};
use crate::yard::{job, limits, refusal, reply};

/// Places in a film that are measured, and frames at each.
const PLACES: i64 = 6;
const FRAMES: usize = 3;

/// Grain as measured.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Measure {
    /// The film.
    pub film: PathBuf,
    /// First frame looked at, and one past the last.
    pub frames: (i64, i64),
    /// Mean deviation of luma in 8-bit code values.
    pub deviation: f32,
    /// Deviation at eight levels of light, from black to white.
    pub levels: [f32; LEVELS],
    /// Power in octaves of size, dB of squared code values, the finest first (up to 2, 4 and 8 pixels).
    pub octaves_db: [f64; 3],
    /// Whether neighbouring frames could be compared; if not, a single frame was measured, roughly.
    pub by_time: bool,
    /// The model, to be put on a film.
    pub model: GrainModel,
    /// What it was fitted to.
    pub measured: Measured,
}

/// One shot brought to the grain of another.
#[derive(Debug, Serialize)]
pub struct Matched {
    /// The film that was made.
    #[serde(flatten)]
    pub made: Mended,
    /// What was done: `added`, `replaced`, `nothing`.
    pub how: String,
    /// Grain before.
    pub before: f32,
    /// Grain asked for.
    pub wanted: f32,
    /// Grain after, measured on what was made.
    pub after: f32,
    /// Difference from what was asked for in each octave of size, dB, the finest first.
    pub octaves_off_db: [f64; 3],
}

#[derive(Serialize, Deserialize)]
struct Job {
    path: PathBuf,
    range: Option<(i64, i64)>,
    /// Whether the range counts on the reel's constant grid, as timelines do, and not in its own frames.
    grid: bool,
}

/// Measures the grain of a film or a shot.
pub fn measure(
    house: Option<&House>,
    named: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Measure, FixActError> {
    let source = source(house, named)?;
    let program = crate::house::workers()
        .map_err(|e| FixActError::NotThere { path: named.to_owned(), error: std::io::Error::other(e) })?
        .program;
    let job = Job { path: source.path.clone(), range: source.range, grid: false };
    media::yard::call(&program, "grain", &job, &limits([source.path.clone()], &[]), progress, cancel)
        .map_err(|error| FixActError::Worker { path: source.path, error })
}

/// Makes `named` with the grain of `wanted` in `wish.out`.
pub fn match_grain(
    house: Option<&House>,
    named: &Path,
    wanted: &Measure,
    wish: Wish,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Matched, FixActError> {
    let before = measure(house, named, progress, cancel)?;
    let (have, want) = (before.deviation, wanted.deviation);
    let (how, wish) = if have > want * 1.05 {
        let wish = Wish { degrain: Some(1.0), regrain: Some(1.0), grain: Some(wanted.model.clone()), ..wish };
        ("replaced", wish)
    } else {
        match wanted.measured.beyond(&before.measured) {
            Some(model) => ("added", Wish { regrain: Some(1.0), grain: Some(model), ..wish }),
            None => ("nothing", Wish { regrain: Some(0.0), grain: Some(wanted.model.clone()), ..wish }),
        }
    };
    let made = fix(house, named, &wish, out, progress, cancel)?;
    let after = measure(None, &made.fixed.file, progress, cancel)?;
    let octaves_off_db = std::array::from_fn(|i| after.octaves_db[i] - wanted.octaves_db[i]);
    Ok(Matched { made, how: how.to_owned(), before: have, wanted: want, after: after.deviation, octaves_off_db })
}

/// Share of the shown frames that have no more grain than what all are brought to.
const RANK: f32 = 0.75;

/// Gives the clips of a cut one grain, by adding what a clip has less than most of the others; says what was done.
///
/// The clip with the grain that three quarters of the shown frames do not exceed is the measure. Grain is only added: a
/// clip with more keeps it, and is named.
pub(crate) fn sit_together(
    program: &Path,
    cut: &mut Timeline,
    seed: u64,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Vec<String>, YardError> {
    let mut found: Vec<((PathBuf, FrameRange), Measure, i64)> = Vec::new();
    for track in cut.tracks.iter().filter(|t| t.kind == Kind::Picture) {
        for clip in track.items.iter().filter_map(clip_of) {
            let Media::Reel(reel) = &clip.media else { continue };
            let key = (reel.path.clone(), clip.source);
            let job =
                Job { path: reel.path.clone(), range: Some((clip.source.start(), clip.source.end())), grid: true };
            let limits = limits([reel.path.clone()], &[]);
            match media::yard::call::<_, Measure>(program, "grain", &job, &limits, progress, cancel) {
                Ok(measure) => found.push((key, measure, clip.source.len())),
                // A clip without middle tones has no grain that shows.
                Err(YardError::Refused(_)) => {}
                Err(e) => return Err(e),
            }
        }
    }
    let Some(measure) = rank(&found) else { return Ok(vec!["no clip holds grain that can be measured".to_owned()]) };
    let (mut added, mut more) = (0, Vec::new());
    for track in cut.tracks.iter_mut().filter(|t| t.kind == Kind::Picture) {
        for item in &mut track.items {
            let Item::Clip(clip) = item else { continue };
            let Media::Reel(reel) = &clip.media else { continue };
            let Some((_, own, _)) = found.iter().find(|(key, _, _)| *key == (reel.path.clone(), clip.source)) else {
                continue;
            };
            if own.deviation > 1.3 * measure.deviation {
                more.push(clip.name.clone());
            } else if let Some(model) = measure.measured.beyond(&own.measured) {
                let shape = &model.luma.bands[0];
                clip.grain = Some(timeline::Grain {
                    levels: model.luma.levels,
                    weights: shape.weights.clone(),
                    innovation: shape.innovation,
                    seed,
                });
                added += 1;
            }
        }
    }
    let mut notes =
        vec![format!("grain was brought to {:.1} codes in {added} of {} clips", measure.deviation, found.len())];
    if !more.is_empty() {
        notes.push(format!(
            "more grain than the others, and left so: {}; `bottega fix --degrain` takes it away",
            more.join(", ")
        ));
    }
    Ok(notes)
}

fn clip_of(item: &Item) -> Option<&timeline::Clip> {
    if let Item::Clip(clip) = item { Some(clip) } else { None }
}

/// The measure that the given share of frames does not exceed.
fn rank(found: &[((PathBuf, FrameRange), Measure, i64)]) -> Option<Measure> {
    let mut by: Vec<(&Measure, i64)> = found.iter().map(|(_, m, frames)| (m, *frames)).collect();
    by.sort_by(|a, b| a.0.deviation.total_cmp(&b.0.deviation));
    let all: i64 = by.iter().map(|b| b.1).sum();
    let mut seen = 0;
    let place = by.iter().find(|(_, frames)| {
        seen += frames;
        seen as f32 >= RANK * all as f32
    });
    place.map(|(m, _)| (*m).clone())
}

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { path, range, grid } = job(value)?;
    let no = |e: String| refusal(e, "give a film that plays from start to end");
    let probe = media::probe(&path).map_err(|e| refusal(e.reason(), e.remedy()))?;
    let index = media::index(&path, &probe).map_err(|e| refusal(e.reason(), e.remedy()))?;
    let (start, end) = match range {
        Some((start, end)) if grid => {
            let own = index.clock.frames_at(FrameRange::new(start, end));
            (own.start(), own.end())
        }
        range => range.unwrap_or((0, index.frames())),
    };
    let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
    let mut pictures = Pictures::open(&path, &probe, &index, options).map_err(|e| no(e.to_string()))?;
    let mut all: Option<Measured> = None;
    progress.begin("grain", "measuring grain", Some(PLACES as u64), Unit::Steps);
    for place in 0..PLACES {
        if cancel.check().is_err() {
            return Err(no("interrupted".to_owned()));
        }
        let room = (end - start - FRAMES as i64).max(0);
        let at = start + room * (2 * place + 1) / (2 * PLACES);
        if place > 0 && room == 0 {
            break;
        }
        let mut frames = Vec::new();
        whole(&mut pictures, at, FRAMES.min((end - start) as usize), |raster| {
            frames.push((0..raster.layout().planes).map(|p| Plane::of_raster(raster, p)).collect::<Vec<_>>());
        })
        .map_err(|e| no(e.to_string()))?;
        if let Some(m) = measure_frames(&frames) {
            match &mut all {
                Some(all) => all.join(&m),
                None => all = Some(m),
            }
        }
        progress.at("grain", place as u64 + 1);
    }
    progress.end("grain");
    let measured = all.ok_or_else(|| {
        refusal(
            "its pictures are too small, or black or white all over, to hold grain that can be measured",
            "name a shot with middle tones, at 24 pixels or more",
        )
    })?;
    reply(&Measure {
        film: path,
        frames: (start, end),
        deviation: measured.deviation(),
        levels: measured.curve(),
        octaves_db: measured.octaves().map(|p| 10.0 * p.max(1e-9).log10()),
        by_time: measured.by_time,
        model: measured.model(),
        measured,
    })
}
