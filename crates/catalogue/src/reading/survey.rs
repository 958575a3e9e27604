//! A first look at a file: what it holds, and when each frame shows. Decodes next to nothing.

use std::path::{Path, PathBuf};

use jobs::{Cancel, Progress, Unit, Whole};
use media::yard::Refusal;
use media::{Index, Probe};
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
    /// Its frames.
    pub index: Index,
    /// Flaws, in words.
    pub warnings: Vec<String>,
}

/// File in a reel's folder that holds its index while it is read: the packets of a long film are scanned once.
fn index_file(folder: &Path) -> PathBuf {
    folder.join("index.segment")
}

/// Writes the index where a reel's readers find it.
pub fn share(folder: &Path, index: &Index) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    Whole::write(&index_file(folder), &serde_json::to_vec(index).expect("an index is JSON"))
}

/// The index that [`share`] wrote.
pub(crate) fn shared(folder: &Path) -> Result<Index, Refusal> {
    let path = index_file(folder);
    let read = std::fs::read(&path).map_err(|e| e.to_string());
    read.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|e| e.to_string())).map_err(|e| Refusal {
        reason: format!("the list of its frames, {}, cannot be read: {e}", path.display()),
        remedy: "ingest it again".to_owned(),
    })
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
    let index = media::index_telling(&job.path, &probe, &mut |frames| progress.at(&id, frames)).map_err(refuse)?;
    let mut warnings = probe.warnings.clone();
    warnings.extend(index.warnings.iter().cloned());
    progress.end(&id);
    Ok(Look::Film(Box::new(Survey { probe, index, warnings })))
}
