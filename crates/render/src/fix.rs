//! Making a film better without cutting it: grain, compression and size mended frame by frame, sound and colour kept.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Instant;

use film::{Color, Timecode};
use jobs::{Cancel, Canceled, Progress, Unit, Whole};
use line::Line;
use media::encode::{Codec, EncodeError, SAMPLE_RATE, Writer, WriterSpec};
use media::raster::RasterError;
use media::scale::ScaleError;
use media::{Index, Probe, Raster, SoundError, Sounds};
use neural::RunError;
use serde::{Deserialize, Serialize};
use specialists::image::grain::GrainModel;
use specialists::image::task::Task;
use specialists::specialist::Footage;

use crate::reel::{Reel, ReelError};

mod line;
mod pair;

/// Which net does a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Net {
    /// The one that comes with the program.
    Base,
    /// The library's own.
    File(PathBuf),
    /// One that the studio brought, by its page.
    Brought(PathBuf),
    /// None: the classical twin, and why.
    None(String),
}

/// How to mend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FixSpec {
    /// Codec and container.
    pub codec: Codec,
    /// How much of the grain is taken away, 0 to 1; none if not asked for.
    pub degrain: Option<f32>,
    /// The quantizer whose traces are taken away, 0 to 51.
    pub deblock: Option<f32>,
    /// Twice the size.
    pub upscale: bool,
    /// Gives the film this much of its own grain, what is left of it among it; 1 is as it was.
    pub regrain: Option<f32>,
    /// A grain to put on in place of the film's own.
    pub grain: Option<GrainModel>,
    /// Seed of the grain.
    pub seed: u64,
    /// First frame, the reel's own.
    pub start: i64,
    /// One past the last; the end if none.
    pub end: Option<i64>,
    /// Cuts that are known, the reel's own frames; else they are looked for.
    pub cuts: Vec<i64>,
    /// The net of each task.
    pub nets: Vec<(Task, Net)>,
    /// Threads of the nets.
    pub threads: usize,
    /// Constant rate factor of H.264.
    pub crf: u8,
    /// Preset of x264.
    pub preset: String,
    /// Picture with source and result side by side.
    pub sheet: Option<PathBuf>,
}

/// What was made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fixed {
    /// The film.
    pub file: PathBuf,
    /// Frames.
    pub frames: i64,
    /// Frames a second.
    pub rate: film::Rate,
    /// Pixels across.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Pixel format.
    pub format: String,
    /// What did each task.
    pub passes: Vec<Done>,
    /// Grain of each shot as it was found.
    pub shots: Vec<ShotGrain>,
    /// Seconds it took.
    pub seconds: f64,
    /// Frames made in a second.
    pub frames_per_second: f64,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// What did a task.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Done {
    /// The task.
    pub task: Task,
    /// `learned` or `classical`.
    pub by: String,
    /// Why not the learned net, where it is the classical twin.
    pub because: String,
    /// Frames with nothing to do.
    pub untouched: u64,
}

/// Grain found in a shot.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShotGrain {
    /// First frame of the shot that was seen.
    pub frame: i64,
    /// Its grain.
    pub grain: GrainModel,
}

/// Why nothing was made.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// The film could not be read.
    #[error(transparent)]
    Reel(#[from] ReelError),
    /// Its sound could not.
    #[error(transparent)]
    Sound(#[from] SoundError),
    /// A picture could not be held.
    #[error(transparent)]
    Raster(#[from] RasterError),
    /// A picture could not be converted.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// The film could not be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// A net failed on a picture.
    #[error("{0}; add --classical to work without it")]
    Net(#[from] RunError),
    /// A task cannot take such pictures.
    #[error("{0}")]
    Unsupported(String),
    /// Nothing to do.
    #[error("frames {start} to {end} were asked for, and the film has {frames}")]
    Empty {
        /// First.
        start: i64,
        /// One past the last.
        end: i64,
        /// Frames there are.
        frames: i64,
    },
    /// A folder or the disk refuses.
    #[error("{path}: {error}; choose another place with -o, or make room", path = path.display())]
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

/// Mends the film at `path`, which was looked into already, into `out`, whole or not at all.
///
/// Pictures keep their colour tags, depth and range as far as the codec holds them; what it does not hold is in the notes.
/// The first sound track is kept, in stereo, in step with the picture.
pub fn fix(
    path: &Path,
    probe: &Probe,
    index: &Index,
    spec: &FixSpec,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Fixed, FixError> {
    let begun = Instant::now();
    let mut reel = Reel::of(path, probe, index)?;
    let frames = reel.clock.frames();
    let end = spec.end.unwrap_or(frames).min(frames);
    if spec.start >= end {
        return Err(FixError::Empty { start: spec.start, end, frames });
    }
    let first = reel.frame(spec.start)?;
    let mut notes = Vec::new();
    let stream = probe.picture.clone().expect("a reel has a picture");
    let color = tags(first.color(), stream.color);
    let source = first.layout().clone();
    let format = spec.codec.format(&source.format);
    if let Some(kept) = media::raster::Layout::of(&format) {
        let ending = spec.codec.ending();
        if kept.bits < source.bits {
            notes.push(format!(
                ".{ending} keeps {} bits of the film's {}; write FFV1 (.mkv) to keep them",
                kept.bits, source.bits
            ));
        }
        if !source.rgb
            && source.planes > 1
            && (kept.chroma_across, kept.chroma_down) > (source.chroma_across, source.chroma_down)
        {
            notes.push(format!(".{ending} keeps less of the film's colour detail; write FFV1 (.mkv) to keep it"));
        }
    }
    if stream.format.contains('a')
        && ["yuva", "rgba", "argb", "bgra", "abgr", "gbrap", "ya8", "ya16"].iter().any(|a| stream.format.starts_with(a))
    {
        notes.push("the film's alpha (what is transparent) was not kept".to_owned());
    }
    if matches!(color.transfer, Some(film::Transfer::Pq | film::Transfer::Hlg)) {
        notes.push(
            "colour tags say HDR and are kept; how the master was lit (its mastering display, MaxCLL) is not"
                .to_owned(),
        );
    }
    if source.rgb {
        notes.push("the film is RGB: green was taken for luma".to_owned());
    }
    if spec.degrain.is_none() && spec.grain.is_none() && spec.regrain.is_some_and(|amount| amount <= 1.0) {
        notes.push("the film has its grain still: --regrain without --degrain adds what lies beyond 100".to_owned());
    }
    let (w, h) = (first.width(), first.height());
    let times = if spec.upscale { 2 } else { 1 };
    let rate = reel.clock.rate();
    let write = |error: std::io::Error| FixError::Write { path: out.to_owned(), error };
    let whole = Whole::begin(out).map_err(write)?;
    let sounds = match probe.sounds.is_empty() {
        true => None,
        false => Some(Sounds::open(path, probe, 0, SAMPLE_RATE, 2)?),
    };
    if probe.sounds.len() > 1 || probe.sounds.first().is_some_and(|s| s.channels > 2) {
        notes.push("the first sound track was kept, in stereo; other tracks and channels lie in the source".to_owned());
    }
    if reel.clock.is_variable() {
        notes.push(format!("the film's frame rate varies; it was written at a constant {rate}"));
    }
    if stream.rotation != 0 {
        notes.push(format!("the film is turned by {} degrees when shown; the mark was not kept", stream.rotation));
    }
    let writer_spec = WriterSpec {
        codec: spec.codec,
        width: w * times,
        height: h * times,
        rate,
        format: format.clone(),
        color,
        aspect: stream.pixel_aspect,
        sound: sounds.is_some(),
        crf: spec.crf,
        qp: None,
        preset: spec.preset.clone(),
        timecode: probe.timecode.as_deref().and_then(|t| Timecode::parse(t, rate).ok()),
        metadata: Vec::new(),
    };
    let mut writer = Writer::create(whole.part(), &writer_spec)?;
    let grid_start = reel.clock.grid_at(spec.start);
    let mut sound = match sounds {
        Some(mut sounds) => {
            sounds.seek_sample(rate.sample_at(grid_start, SAMPLE_RATE))?;
            Some(Sound { sounds, ready: Vec::new(), written: 0, ended: false })
        }
        None => None,
    };

    let pixels = u64::from(w) * u64::from(h);
    let mut line = Line::new(spec, color, &format, (spec.start, end), pixels, &mut notes);
    let footage = Footage { width: w as usize, height: h as usize, frames: end - spec.start };
    line.estimate(footage, progress)?;
    progress.begin("fix", "mending", Some((end - spec.start) as u64), Unit::Frames);
    let (send, receive) = sync_channel::<(i64, Raster)>(2);
    let (give, take) = sync_channel::<(i64, Raster)>(2);
    let clock = reel.clock.clone();
    let written = std::thread::scope(|scope| -> Result<i64, FixError> {
        let reading = scope.spawn(|| read(&mut reel, spec.start, end, &send_all(send), cancel));
        let encoding = scope.spawn(|| -> Result<i64, FixError> {
            let mut at = 0;
            for (number, picture) in take {
                // As often as it shows on the constant grid: once, where the rate does not vary.
                let (from, to) = (clock.grid_at(number), clock.grid_at(number + 1));
                let times = if number + 1 >= clock.frames() { clock.grid_len() - from } else { to - from };
                for _ in 0..times.max(0) {
                    writer.picture(&picture)?;
                    at += 1;
                    if let Some(sound) = &mut sound {
                        sound.write_to(&mut writer, rate.sample_at(at, SAMPLE_RATE))?;
                    }
                }
                progress.at("fix", (number + 1 - spec.start) as u64);
            }
            Ok(at)
        });
        let worked = line.work(receive, &give, cancel);
        drop(give);
        let encoded = encoding.join().expect("encoding does not panic");
        let was_read = reading.join().expect("reading does not panic");
        // What failed first says why; the others only heard that nobody listens.
        was_read?;
        match (worked, encoded) {
            (Err(FixError::Canceled(c)), Ok(_)) => {
                cancel.check()?;
                Err(c.into())
            }
            (_, Err(e)) | (Err(e), _) => Err(e),
            (Ok(()), Ok(n)) => Ok(n),
        }
    })?;
    cancel.check()?;
    writer.finish()?;
    whole.keep().map_err(write)?;
    progress.end("fix");
    if let Some(sheet) = &spec.sheet {
        pair::write(sheet, &line.pairs).map_err(|error| FixError::Write { path: sheet.clone(), error })?;
    }
    notes.extend(reel.notes.iter().cloned());
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Fixed {
        file: out.to_owned(),
        frames: written,
        rate,
        width: w * times,
        height: h * times,
        format,
        passes: line.done(),
        shots: line.shots,
        seconds,
        frames_per_second: written as f64 / seconds,
        notes,
    })
}

/// What the picture says of its colour, and where it says nothing, the container.
fn tags(picture: Color, stream: Color) -> Color {
    Color {
        primaries: picture.primaries.or(stream.primaries),
        transfer: picture.transfer.or(stream.transfer),
        matrix: picture.matrix.or(stream.matrix),
        range: picture.range.or(stream.range),
    }
}

fn send_all(send: SyncSender<(i64, Raster)>) -> impl Fn(i64, Raster) -> bool {
    move |number, raster| send.send((number, raster)).is_ok()
}

fn read(
    reel: &mut Reel,
    start: i64,
    end: i64,
    give: &dyn Fn(i64, Raster) -> bool,
    cancel: &Cancel,
) -> Result<(), FixError> {
    for number in start..end {
        cancel.check()?;
        let raster = reel.frame(number)?;
        if !give(number, raster) {
            return Ok(());
        }
    }
    Ok(())
}

/// The sound on its way into the film.
struct Sound {
    sounds: Sounds,
    ready: Vec<f32>,
    written: i64,
    ended: bool,
}

impl Sound {
    /// Writes up to sample `to` of the film; silence where the track has ended.
    fn write_to(&mut self, writer: &mut Writer, to: i64) -> Result<(), FixError> {
        let wanted = ((to - self.written).max(0) * 2) as usize;
        while !self.ended && self.ready.len() < wanted {
            self.ended = !self.sounds.read(&mut self.ready)?;
        }
        if self.ready.len() < wanted {
            self.ready.resize(wanted, 0.0);
        }
        writer.sound(&self.ready[..wanted])?;
        self.ready.drain(..wanted);
        self.written = to.max(self.written);
        Ok(())
    }
}
