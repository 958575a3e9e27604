//! A reel's sound, listened to by a worker.

use std::path::PathBuf;

use film::Rate;
use jobs::{Cancel, Progress, Unit};
use media::yard::Refusal;
use media::{Probe, Sounds};
use serde::{Deserialize, Serialize};

use crate::sound;
use crate::store::signals;

/// What to listen to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HearingJob {
    /// The film.
    pub path: PathBuf,
    /// What it holds; its first sound track is heard.
    pub probe: Probe,
    /// Rate of the reel's grid.
    pub rate: Rate,
    /// Frames of the grid.
    pub frames: i64,
    /// The file that the values go to.
    pub into: PathBuf,
}

/// Listens to a reel's first sound track and writes what was heard, whole.
pub fn listen(job: &HearingJob, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Refusal> {
    let no = |e: &dyn std::fmt::Display| Refusal {
        reason: e.to_string(),
        remedy: "convert the sound with another program and ingest the film again".to_owned(),
    };
    let id = format!("sound of {}", job.path.display());
    progress.begin(&id, "listening", Some(job.frames as u64), Unit::Frames);
    let mut sounds = Sounds::open(&job.path, &job.probe, 0, sound::SAMPLE_RATE, 2).map_err(|e| no(&e))?;
    let mut samples = 0usize;
    let heard = sound::listen(
        |out| {
            let before = out.len();
            let more = if cancel.is_canceled() { false } else { sounds.read(out)? };
            samples += (out.len() - before) / 2;
            progress.at(&id, job.rate.frame_at_sample(samples as i64, sound::SAMPLE_RATE).max(0) as u64);
            Ok::<bool, media::SoundError>(more)
        },
        job.rate,
        job.frames,
    )
    .map_err(|e| no(&e))?;
    cancel.check().map_err(|e| no(&e))?;
    signals::write_sound(&job.into, &heard).map_err(|e| Refusal {
        reason: format!("what was heard cannot be written to {}: {e}", job.into.display()),
        remedy: "make room on the disk and ingest the film again".to_owned(),
    })?;
    progress.end(&id);
    Ok(())
}
