//! Music taken into the library by the door that films come in by: known by hash, opened by a worker.

use std::path::{Path, PathBuf};

use film::ContentHash;
use jobs::{Cancel, Progress, Unit};
use media::Sounds;
use media::yard::{Refusal, YardError};
use serde::{Deserialize, Serialize};

use super::hear::{self, SAMPLE_RATE};
use crate::ingest::read::limits;
use crate::ingest::yard::{Yard, call};
use crate::snapshot::Music;
use crate::store::{Library, LibraryError};

/// Longest piece that is heard, seconds.
const LONGEST: usize = 2 * 3600;

/// What to hear.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MusicJob {
    /// The file.
    pub path: PathBuf,
    /// Its hash.
    pub hash: ContentHash,
}

/// Why music could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeMusicError {
    /// It cannot be read.
    #[error("{path} cannot be read: {error}; check its name and that you may read it", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It cannot be heard.
    #[error("{path}: {error}", path = path.display())]
    Unheard {
        /// The file.
        path: PathBuf,
        /// Why, and what to do.
        error: YardError,
    },
    /// The library is the trouble.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Takes the music at `path` into the library, or finds it there; a piece known by its hash is not heard twice.
pub fn take_music(
    library: &Library,
    path: &Path,
    yard: &dyn Yard,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Music, TakeMusicError> {
    let unreadable = |error| TakeMusicError::Unreadable { path: path.to_owned(), error };
    let path = path.canonicalize().map_err(unreadable)?;
    let unreadable = |error| TakeMusicError::Unreadable { path: path.clone(), error };
    let unheard = |error| TakeMusicError::Unheard { path: path.clone(), error };
    let hash = ContentHash::of_file(&path, |_| !cancel.is_canceled()).map_err(unreadable)?;
    let hash = hash.ok_or_else(|| unheard(YardError::Canceled(jobs::Canceled)))?;
    if let Some(music) = library.music(hash)? {
        return Ok(Music { path, ..music });
    }
    let job = MusicJob { path: path.clone(), hash };
    let music: Music = call(yard, "hear", &job, &limits(&path, false, &[]), progress, cancel).map_err(unheard)?;
    library.put_music(&music)?;
    Ok(music)
}

/// The worker's side.
pub(crate) fn hear(job: &MusicJob, progress: &dyn Progress, cancel: &Cancel) -> Result<Music, Refusal> {
    let no = |reason: String, remedy: &str| Refusal { reason, remedy: remedy.to_owned() };
    let mut sounds = Sounds::open_music(&job.path, SAMPLE_RATE, 1)
        .map_err(|e| no(e.to_string(), "give a file with sound in it, such as WAV, FLAC, OGG or MP3"))?;
    let mut samples: Vec<f32> = Vec::new();
    progress.begin("music", "hearing music", None, Unit::Steps);
    while sounds.read(&mut samples).map_err(|e| no(e.to_string(), "copy the file again, or convert it"))? {
        progress.at("music", (samples.len() / SAMPLE_RATE as usize) as u64);
        cancel.check().map_err(|e| no(e.to_string(), "run it again to go on"))?;
        if samples.len() > LONGEST * SAMPLE_RATE as usize {
            return Err(no("the music is longer than two hours".to_owned(), "cut out the part you want"));
        }
    }
    if samples.len() < SAMPLE_RATE as usize {
        return Err(no("the music is shorter than a second".to_owned(), "give a longer piece"));
    }
    let music = hear::hear(&samples, job.hash, &job.path);
    progress.end("music");
    Ok(music)
}
