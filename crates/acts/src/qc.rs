//! Judging a film.

use std::path::{Path, PathBuf};

use jobs::{Cancel, Progress};
use media::yard::{Refusal, YardError};
use qc::{Policy, Report};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::yard::{job, limits, refusal, reply};

#[derive(Serialize, Deserialize)]
struct Job {
    file: PathBuf,
    policy: Policy,
}

/// Why a film was not judged.
#[derive(Debug, thiserror::Error)]
pub enum QcError {
    /// It is not there.
    #[error("{path} could not be opened: {error}; check its name and that you may read it", path = path.display())]
    NotThere {
        /// The film.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The worker said no, or could not go on.
    #[error("{path}: {error}", path = path.display())]
    Worker {
        /// The film.
        path: PathBuf,
        /// Why.
        error: YardError,
    },
}

/// Judges the film `file` by `policy`, in a worker.
pub fn qc(
    program: &Path,
    file: &Path,
    policy: &Policy,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Report, QcError> {
    let path = file.canonicalize().map_err(|error| QcError::NotThere { path: file.to_owned(), error })?;
    let job = Job { file: path.clone(), policy: policy.clone() };
    media::yard::call(program, "qc", &job, &limits([path.clone()], &[]), progress, cancel)
        .map_err(|error| QcError::Worker { path, error })
}

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { file, policy } = job(value)?;
    let report = qc::inspect(&file, &policy, progress, cancel)
        .map_err(|e| refusal(e.to_string(), "give a film that plays from start to end"))?;
    reply(&report)
}
