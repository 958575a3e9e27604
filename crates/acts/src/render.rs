//! Making a master from a timeline, be it the director's or one that a person has edited.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalogue::Library;
use film::ContentHash;
use jobs::{Cancel, Progress};
use media::encode::Codec;
use media::yard::{Refusal, YardError};
use render::{LoudnessTarget, Master, MasterSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::lock::LockError;
use timeline::otio::{Loss, OtioError};
use timeline::relink::{make_relative, relink};
use timeline::{Locked, Media, ReelMedia, Timeline};

use crate::made::Made;
use crate::yard::{job, limits, refusal, reply};

/// What `render` made.
#[derive(Debug, Serialize)]
pub struct Rendered {
    /// The master.
    #[serde(flatten)]
    pub master: Master,
    /// Whether it lay there already, made from the same timeline, reels and settings.
    pub reused: bool,
    /// What the timeline said that could not be kept.
    pub losses: Vec<Loss>,
}

/// Why a timeline was not rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The file could not be read.
    #[error("{path} could not be read: {error}; check its name and that you may read it", path = path.display())]
    Unreadable {
        /// The timeline.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is no timeline.
    #[error("{path}: {error}", path = path.display())]
    NotATimeline {
        /// The file.
        path: PathBuf,
        /// Why.
        error: OtioError,
    },
    /// It cannot be locked.
    #[error("{path}: {error}", path = path.display())]
    NotLocked {
        /// The timeline.
        path: PathBuf,
        /// Why.
        error: LockError,
    },
    /// The worker said no, or could not go on.
    #[error(transparent)]
    Worker(#[from] YardError),
}

/// Renders the timeline file `file` to `out`.
///
/// Reels are found by their paths from the timeline's folder, else by their hashes in `library`. A master that lies at
/// `out` already, made from the same timeline, reels and settings, is not made again.
pub fn render(
    program: &Path,
    library: Option<&Library>,
    file: &Path,
    spec: &MasterSpec,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Rendered, RenderError> {
    let unreadable = |error| RenderError::Unreadable { path: file.to_owned(), error };
    let bytes = fs::read(file).map_err(unreadable)?;
    let absolute = std::path::absolute(file).map_err(unreadable)?;
    let folder = absolute.parent().unwrap_or(Path::new("/"));
    let reading =
        timeline::otio::read(&bytes).map_err(|error| RenderError::NotATimeline { path: file.to_owned(), error })?;
    let locked = lock(reading.timeline, folder, library)
        .map_err(|error| RenderError::NotLocked { path: file.to_owned(), error })?;
    let out = std::path::absolute(out).map_err(unreadable)?;
    let (master, reused) = master(program, library, &locked, spec, &out, progress, cancel)?;
    Ok(Rendered { master, reused, losses: reading.losses })
}

/// Locks a timeline whose file lies, or will lie, in `folder`.
pub(crate) fn lock(mut timeline: Timeline, folder: &Path, library: Option<&Library>) -> Result<Locked, LockError> {
    let find = |media: &ReelMedia| {
        relink(
            media,
            folder,
            |path, hash| same(library, path, hash),
            |hash| library.and_then(|library| library.reel(*hash).ok().flatten()).map(|reel| reel.path),
        )
    };
    // Another program does not say how long a reel is; the library knows it by its place, or by its hash.
    timeline::relink::measure(&mut timeline, |media| {
        let library = library?;
        let hash = media.hash.or_else(|| known(library, &find(media).ok()?))?;
        let record = library.record(hash).ok()?;
        let rate = record.clock.rate();
        let start = record.probe.timecode.and_then(|code| film::Timecode::parse(&code, rate).ok());
        Some((film::FrameRange::new(0, record.clock.grid_len()), start.map_or(0, film::Timecode::frame)))
    });
    timeline::lock(timeline, find)
}

/// Whether the file at `path` has the hash: as the library remembers it if it looks unchanged, else by reading it.
fn same(library: Option<&Library>, path: &Path, hash: &ContentHash) -> io::Result<bool> {
    if library.and_then(|library| known(library, path)) == Some(*hash) {
        return Ok(true);
    }
    if !path.is_file() {
        // A sequence of pictures, known by the hash of them all: the library's word is all there is.
        return Ok(library.and_then(|l| l.reel(*hash).ok().flatten()).is_some_and(|reel| reel.path == path));
    }
    Ok(ContentHash::of_whole_file(path)? == *hash)
}

fn known(library: &Library, path: &Path) -> Option<ContentHash> {
    let place = catalogue::store::shelf::Place::of(path, &[]).ok()?;
    library.known(&place).ok()?
}

#[derive(Serialize, Deserialize)]
struct Job {
    #[serde(flatten)]
    edit: Edit,
    spec: MasterSpec,
    out: PathBuf,
}

/// A locked timeline on its way to a worker.
#[derive(Serialize, Deserialize)]
pub(crate) struct Edit {
    /// As OpenTimelineIO, every reel by its absolute path.
    otio: String,
}

impl Edit {
    pub(crate) fn of(locked: &Locked) -> Edit {
        let mut timeline = locked.timeline().clone();
        for track in &mut timeline.tracks {
            for item in &mut track.items {
                if let timeline::Item::Clip(clip) = item
                    && let Media::Reel(reel) = &mut clip.media
                {
                    reel.path = locked.path(reel).to_owned();
                }
            }
        }
        Edit { otio: timeline::otio::write(&timeline) }
    }

    /// The same timeline, locked on the worker's side; its reels were found by whoever sent it.
    pub(crate) fn lock(&self) -> Result<Locked, Refusal> {
        let no = |e: String| refusal(e, "this is a fault of Bottega; please report it");
        let reading = timeline::otio::read(self.otio.as_bytes()).map_err(|e| no(e.to_string()))?;
        timeline::lock(reading.timeline, |reel| Ok(reel.path.clone())).map_err(|e| no(e.to_string()))
    }
}

/// Makes the master in a worker, unless it lies there already; tells whether it did.
pub(crate) fn master(
    program: &Path,
    library: Option<&Library>,
    locked: &Locked,
    spec: &MasterSpec,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(Master, bool), YardError> {
    let fingerprint = spec.fingerprint(locked);
    let made = library.map(|library| Made::of(&library.folder()));
    if let Some(master) = made.as_ref().and_then(|made| made.find(fingerprint, out)) {
        return Ok((master, true));
    }
    let folder = out.parent().unwrap_or(Path::new("/"));
    fs::create_dir_all(folder).map_err(|e| {
        YardError::Refused(refusal(
            format!("the folder {} cannot be made: {e}", folder.display()),
            "choose another place with -o",
        ))
    })?;
    let job = Job { edit: Edit::of(locked), spec: spec.clone(), out: out.to_owned() };
    let limits = limits(locked.paths().into_iter().map(Path::to_owned), &[out]);
    let master: Master = media::yard::call(program, "render", &job, &limits, progress, cancel)?;
    if let Some(made) = made {
        made.note(fingerprint, out, &master);
    }
    Ok((master, false))
}

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { edit, spec, out } = job(value)?;
    let locked = edit.lock()?;
    let master = render::master(&locked, &spec, &out, progress, cancel).map_err(|e| match e {
        render::RenderError::Write { error, .. } => refusal(
            format!("{} cannot be written: {error}", out.display()),
            "choose another place with -o, or make room",
        ),
        e => refusal(e.to_string(), "mend the timeline or the place, and run it again"),
    })?;
    reply(&master)
}

/// Writes `timeline` as a file, its media by paths relative to the file's folder.
pub(crate) fn write_otio(timeline: &Timeline, file: &Path) -> io::Result<()> {
    let mut timeline = timeline.clone();
    make_relative(&mut timeline, file.parent().unwrap_or(Path::new("/")));
    jobs::Whole::write(file, timeline::otio::write(&timeline).as_bytes())
}

/// The codec of a name: `h264`, `prores`, `ffv1`.
pub fn codec(name: &str) -> Option<Codec> {
    match name {
        "h264" => Some(Codec::H264),
        "prores" => Some(Codec::ProRes),
        "ffv1" => Some(Codec::Ffv1),
        _ => None,
    }
}

/// The loudness target of a name: `web` (-16 LUFS) or `r128` (-23 LUFS).
pub fn loudness(name: &str) -> Option<LoudnessTarget> {
    match name {
        "web" => Some(LoudnessTarget::WEB),
        "r128" => Some(LoudnessTarget::R128),
        _ => None,
    }
}
