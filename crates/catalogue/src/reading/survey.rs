//! A first look at a file: what it holds, and when each frame shows. Decodes next to nothing.

use std::path::PathBuf;
use std::sync::Arc;

use film::{Clock, Rate};
use jobs::{Cancel, Progress, Unit};
use media::Probe;
use media::yard::Refusal;
use serde::{Deserialize, Serialize};

/// The file to look at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SurveyJob {
    /// Its path.
    pub path: PathBuf,
}

/// What a file is, as it comes home from a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Look {
    /// A film.
    Film(Box<Survey>),
    /// Something else: why.
    Other(String),
}

/// A film's first look.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Survey {
    /// What the file holds.
    pub probe: Probe,
    /// Nominal rate.
    pub rate: Rate,
    /// How many frames.
    pub frames: i64,
    /// Timestamps and the last frame's duration in ticks, of a reel whose frames last differently.
    pub variable: Option<(Vec<i64>, i64)>,
    /// Where decoding can begin.
    pub keyframes: Vec<i64>,
    /// Whether it can begin elsewhere than at the first frame.
    pub can_seek: bool,
    /// Flaws, in words.
    pub warnings: Vec<String>,
}

impl Survey {
    /// When each frame shows.
    pub fn clock(&self) -> Clock {
        match (&self.variable, &self.probe.picture) {
            (Some((pts, last)), Some(picture)) => Clock::Variable {
                rate: self.rate,
                base: picture.time_base,
                pts: Arc::from(pts.as_slice()),
                last: *last,
            },
            _ => Clock::Constant { rate: self.rate, frames: self.frames },
        }
    }
}

/// Looks at a file.
pub fn survey(job: &SurveyJob, progress: &dyn Progress, cancel: &Cancel) -> Result<Look, Refusal> {
    let id = job.path.display().to_string();
    progress.begin(&id, "looking", None, Unit::Steps);
    let refuse = |e: media::ProbeError| Refusal { reason: e.reason(), remedy: e.remedy().to_owned() };
    let probe = match media::probe(&job.path) {
        Err(e) if e.is_other_kind() => return Ok(Look::Other(e.reason())),
        other => other.map_err(refuse)?,
    };
    if probe.picture.is_none() {
        return Ok(Look::Other("sound only; give it to a trailer with --music".to_owned()));
    }
    if cancel.check().is_err() {
        return Err(Refusal { reason: "interrupted".to_owned(), remedy: "run it again".to_owned() });
    }
    let index = media::index(&job.path, &probe).map_err(refuse)?;
    let variable = match &index.clock {
        Clock::Constant { .. } => None,
        Clock::Variable { pts, last, .. } => Some((pts.to_vec(), *last)),
    };
    let mut warnings = probe.warnings.clone();
    warnings.extend(index.warnings.iter().cloned());
    let (rate, frames, can_seek) = (index.clock.rate(), index.frames(), index.can_seek());
    progress.end(&id);
    Ok(Look::Film(Box::new(Survey { probe, rate, frames, variable, keyframes: index.keyframes, can_seek, warnings })))
}
