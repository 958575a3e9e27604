//! Making the master: pictures conformed, sound mixed, both written.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use credential::mark::{Mark, Payload};
use film::{ContentHash, Rate, Timecode};
use jobs::{Cancel, Canceled, Progress, Unit, Whole};
use media::Raster;
use media::encode::{Codec, EncodeError, SAMPLE_RATE, Writer, WriterSpec};
use serde::{Deserialize, Serialize};
use timeline::{Clip, Item, Kind, Locked, Media, Timeline, Track};

use crate::canvas::{Canvas, CanvasError};
use crate::level::{self, Leveled};
use crate::loudness::{Levels, LoudnessTarget};
use crate::mix::{Mix, MixError};

/// How to make a master.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MasterSpec {
    /// Codec and container.
    pub codec: Codec,
    /// Loudness to bring the sound to.
    pub loudness: LoudnessTarget,
    /// Constant rate factor of H.264.
    pub crf: u8,
    /// Preset of x264.
    pub preset: String,
    /// Words for the container: `title`, `comment`, `copyright`.
    pub metadata: Vec<(String, String)>,
    /// What the invisible mark in every picture says; `None` leaves the pictures as they are.
    #[serde(default)]
    pub mark: Option<Payload>,
}

impl MasterSpec {
    /// A draft to look at: `veryfast`, crf 20, -16 LUFS.
    pub fn new(codec: Codec) -> MasterSpec {
        MasterSpec {
            codec,
            loudness: LoudnessTarget::WEB,
            crf: 20,
            preset: "veryfast".to_owned(),
            metadata: Vec::new(),
            mark: None,
        }
    }

    /// What decides every bit of the master: where it is the same, the same film is made.
    ///
    /// Reels count by content hash, and where none is known by path, size and time of change. What only describes (names,
    /// reasons, markers, notes) does not count, except the names that messages need.
    pub fn fingerprint(&self, locked: &Locked) -> ContentHash {
        let t = locked.timeline();
        let mut text = format!("{} {self:?} {:?} {}", env!("CARGO_PKG_VERSION"), t.canvas, t.rate);
        for track in &t.tracks {
            text += &format!("\n{:?}", track.kind);
            for item in &track.items {
                text += &match item {
                    Item::Gap(frames) => format!("\n gap {frames}"),
                    Item::Transition(x) => format!("\n {:?} {} {}", x.kind, x.before, x.after),
                    Item::Clip(clip) => {
                        let grain = clip.grain.as_ref().map(|g| format!(" {g:?}")).unwrap_or_default();
                        format!("\n {} {} {:?} {:?}{grain}", medium(locked, clip), clip.source, clip.reframe, clip.gain)
                    }
                };
            }
        }
        ContentHash::of(text.as_bytes())
    }
}

fn medium(locked: &Locked, clip: &Clip) -> String {
    match &clip.media {
        Media::Title(card) => format!("{card:?}"),
        Media::Missing => "missing".to_owned(),
        Media::Reel(reel) => match reel.hash {
            Some(hash) => format!("{hash} {}", reel.rate),
            None => {
                let path = locked.path(reel);
                let about = path.metadata().ok().map(|m| (m.len(), m.modified().ok()));
                format!("{} {about:?} {}", path.display(), reel.rate)
            }
        },
    }
}

/// A finished film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Master {
    /// Where it lies.
    pub file: PathBuf,
    /// Codec and container.
    pub codec: Codec,
    /// Frames.
    pub frames: i64,
    /// Frames a second.
    pub rate: Rate,
    /// Pixels across.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Pixel format written.
    pub format: String,
    /// Encoder of the pictures.
    pub encoder: String,
    /// Integrated loudness of the mix; `None` without sound or in silence.
    pub loudness_lufs: Option<f64>,
    /// True peak of the mix; `None` without sound.
    pub true_peak_dbtp: Option<f64>,
    /// Sound levels along it.
    pub levels: Levels,
    /// Frames that are the reels' own, every bit of them, before encoding.
    pub untouched: i64,
    /// What a person should know: assumptions made, letters missing, what the sound could not reach.
    pub notes: Vec<String>,
}

/// Why no master was made; nothing half-made is kept.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// A picture could not be had or made.
    #[error(transparent)]
    Picture(#[from] CanvasError),
    /// The sound of a clip could not be had.
    #[error(transparent)]
    Sound(#[from] MixError),
    /// The film could not be written.
    #[error(transparent)]
    Encode(#[from] EncodeError),
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

/// Makes the film that `locked` describes, at `out`, whole or not at all.
///
/// Pictures are conformed from the reels frame by frame; where a reel's picture has the canvas's size, format and colour it
/// passes untouched, so that FFV1 holds it bit for bit, unless the film is to be marked. The sound is mixed, brought to the loudness of `spec` and as long
/// as the picture to the sample.
///
/// # Errors
/// [`RenderError`]; a canceled render leaves no file.
pub fn master(
    locked: &Locked,
    spec: &MasterSpec,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Master, RenderError> {
    let timeline = locked.timeline();
    let write = |error: std::io::Error| RenderError::Write { path: out.to_owned(), error };
    let whole = Whole::begin(out).map_err(write)?;
    let frames = timeline.len();
    let path = |reel: &timeline::ReelMedia| locked.path(reel).to_owned();
    let mut canvas = Canvas::new(timeline, &path, spec.codec)?;
    let mix = Mix::new(timeline, &path);
    let writer_spec = WriterSpec {
        codec: spec.codec,
        width: timeline.canvas.width,
        height: timeline.canvas.height,
        rate: timeline.rate,
        format: canvas.format().to_owned(),
        color: canvas.color(),
        aspect: (1, 1),
        sound: mix.is_some(),
        crf: spec.crf,
        qp: None,
        preset: spec.preset.clone(),
        timecode: Some(Timecode::new(0, timeline.rate, timeline.rate.has_drop_frame())),
        metadata: spec.metadata.clone(),
    };
    let mut writer = Writer::create(whole.part(), &writer_spec)?;
    progress.begin("render", "rendering", Some(frames.max(0) as u64), Unit::Frames);
    let folder = out.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Pictures wait in memory for the encoder: as many as 96 MB hold.
    let bytes = u64::from(timeline.canvas.width) * u64::from(timeline.canvas.height) * 3;
    let (send, receive) = sync_channel((96_000_000 / bytes.max(1)).clamp(2, 24) as usize);
    let lossy = spec.codec == Codec::H264;
    let (done, leveled) = std::thread::scope(|scope| {
        let sound = mix.map(|mix| scope.spawn(move || level::level(mix, spec.loudness, lossy, folder, cancel)));
        let pictures = {
            let canvas = &mut canvas;
            let mark = spec.mark.map(Mark::new);
            scope.spawn(move || draw(canvas, frames, mark, &send, cancel))
        };
        let written = feed(&mut writer, &receive, sound, timeline.rate, progress, cancel);
        // A drawing thread that waits to hand over learns from this that nobody takes it.
        drop(receive);
        let drawn = pictures.join().expect("drawing does not panic");
        match (drawn, written) {
            (Err(e), _) => (Err(e), None),
            (Ok(()), Ok(leveled)) => (Ok(()), leveled),
            (Ok(()), Err(e)) => (Err(e), None),
        }
    });
    progress.end("render");
    done?;
    cancel.check()?;
    let written = writer.finish()?;
    whole.keep().map_err(write)?;
    let mut notes = canvas.notes();
    notes.extend(spec.mark.map(|mark| format!("every picture carries the invisible mark {mark}")));
    let (mut lufs, mut peak, mut levels) = (None, None, Levels::default());
    match leveled {
        Some(l) => {
            (lufs, peak, levels) = (l.measured.lufs, Some(l.measured.peak_dbtp), l.measured.levels);
            notes.extend(l.notes);
        }
        None => notes.push("the timeline has no sound; the film is silent".to_owned()),
    }
    Ok(Master {
        file: out.to_owned(),
        codec: spec.codec,
        frames: written.frames,
        rate: timeline.rate,
        width: timeline.canvas.width,
        height: timeline.canvas.height,
        format: writer_spec.format,
        encoder: written.encoder,
        loudness_lufs: lufs,
        true_peak_dbtp: peak,
        levels,
        // A mark is in every picture, however faint.
        untouched: if spec.mark.is_none() { canvas.untouched() } else { 0 },
        notes,
    })
}

/// Draws every frame in order and hands it over.
fn draw(
    canvas: &mut Canvas<'_>,
    frames: i64,
    mut mark: Option<Mark>,
    to: &SyncSender<Raster>,
    cancel: &Cancel,
) -> Result<(), RenderError> {
    for frame in 0..frames {
        cancel.check()?;
        let mut picture = canvas.frame(frame)?;
        if let Some(mark) = &mut mark {
            embed(mark, &mut picture);
        }
        if to.send(picture).is_err() {
            // The encoder stopped, and says why itself.
            return Ok(());
        }
    }
    Ok(())
}

/// Writes the mark into the luma of a picture, or into red, green and blue alike.
fn embed(mark: &mut Mark, picture: &mut Raster) {
    let (bits, planes) = (picture.layout().bits, if picture.layout().rgb { 3 } else { 1 });
    for plane in 0..planes {
        let samples = picture.plane_mut(plane);
        mark.embed(samples.bytes, samples.stride, samples.width, samples.height, bits);
    }
}

type SoundThread<'s> = std::thread::ScopedJoinHandle<'s, Result<Leveled, RenderError>>;

/// Writes pictures as they come, and the sound beside them once it is ready.
fn feed(
    writer: &mut Writer,
    pictures: &Receiver<Raster>,
    sound: Option<SoundThread<'_>>,
    rate: Rate,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Option<Leveled>, RenderError> {
    let mut thread = sound;
    let mut ready: Option<Leveled> = None;
    // Pictures may be this far ahead of the sound: what is written waits in memory until both are there.
    let ahead = i64::from(rate.nominal()) * 6;
    for picture in pictures {
        cancel.check()?;
        writer.picture(&picture)?;
        progress.at("render", writer.frames() as u64);
        if thread.as_ref().is_some_and(|t| t.is_finished() || writer.frames() > ahead) {
            ready = Some(join(thread.take().expect("it is there"))?);
        }
        if let Some(sound) = &mut ready {
            sound.write_to(writer, rate.sample_at(writer.frames(), SAMPLE_RATE))?;
        }
    }
    cancel.check()?;
    if let Some(thread) = thread {
        ready = Some(join(thread)?);
    }
    if let Some(sound) = &mut ready {
        sound.write_to(writer, i64::MAX)?;
    }
    Ok(ready)
}

fn join(thread: SoundThread<'_>) -> Result<Leveled, RenderError> {
    thread.join().expect("mixing does not panic")
}

/// A file without a name in `folder`, gone when it is closed, however this program ends.
pub(crate) fn scratch(folder: &Path) -> Result<File, RenderError> {
    tempfile::tempfile_in(folder).map_err(|error| RenderError::Write { path: folder.to_owned(), error })
}

/// The reels that a timeline shows or lets hear, by frames of the timeline, the most shown first.
pub(crate) fn shown(timeline: &Timeline) -> Vec<(&timeline::ReelMedia, i64)> {
    let mut reels: Vec<(&timeline::ReelMedia, i64)> = Vec::new();
    let tracks: Vec<&Track> = timeline.of_kind(Kind::Picture).map(|(_, t)| t).collect();
    for clip in
        tracks.iter().flat_map(|t| t.placed(timeline.rate)).filter_map(|p| p.clip().map(|c| (c, p.record.len())))
    {
        let Media::Reel(reel) = &clip.0.media else { continue };
        match reels.iter_mut().find(|(r, _)| r.path == reel.path && r.hash == reel.hash) {
            Some(found) => found.1 += clip.1,
            None => reels.push((reel, clip.1)),
        }
    }
    reels.sort_by_key(|r| std::cmp::Reverse(r.1));
    reels
}
