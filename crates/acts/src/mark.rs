//! Reading the invisible mark of a film.

use std::path::{Path, PathBuf};

use credential::mark::{Found, Reader};
use jobs::{Cancel, Progress, Unit};
use media::yard::{Refusal, YardError};
use media::{Pictures, PicturesOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::yard::{job, limits, refusal, reply};

/// Frames after which a mark is first looked for; then after twice as many, and so on to the end.
const FIRST: u32 = 120;

#[derive(Serialize, Deserialize)]
struct Job {
    file: PathBuf,
}

/// Why a film was not looked into.
#[derive(Debug, thiserror::Error)]
pub enum MarkError {
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

/// What the picture of the film `file` says of itself, read in a worker; `None` where no mark can be told from chance.
///
/// # Errors
/// [`MarkError`] if the film cannot be opened or decoded.
pub fn read(program: &Path, file: &Path, progress: &dyn Progress, cancel: &Cancel) -> Result<Option<Found>, MarkError> {
    let path = file.canonicalize().map_err(|error| MarkError::NotThere { path: file.to_owned(), error })?;
    media::yard::call(program, "mark", &Job { file: path.clone() }, &limits([path.clone()], &[]), progress, cancel)
        .map_err(|error| MarkError::Worker { path, error })
}

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { file } = job(value)?;
    reply(&look(&file, progress, cancel)?)
}

fn look(file: &Path, progress: &dyn Progress, cancel: &Cancel) -> Result<Option<Found>, Refusal> {
    const REMEDY: &str = "give a film that plays from start to end";
    let probe = media::probe(file).map_err(|e| refusal(e.to_string(), REMEDY))?;
    let index = media::index(file, &probe).map_err(|e| refusal(e.to_string(), REMEDY))?;
    let open = Pictures::open(file, &probe, &index, PicturesOptions::default());
    let mut pictures = open.map_err(|e| refusal(e.to_string(), REMEDY))?;
    progress.begin("mark", "looking for a mark", None, Unit::Frames);
    let mut reader = Reader::default();
    let mut next = FIRST;
    loop {
        cancel.check().map_err(|e| refusal(e.to_string(), "ask again"))?;
        match pictures.next() {
            Ok(Some(picture)) => {
                if picture.planes() == 1 && !picture.format().starts_with("gray") {
                    let packed = format!("its pictures are packed as {}", picture.format());
                    return Err(refusal(packed, "convert it to one whose luma lies in a plane of its own"));
                }
                let luma = picture.plane(0);
                reader.add(luma.bytes, luma.stride, luma.width, luma.height, picture.bits());
            }
            Ok(None) => break,
            // What came before a fault may say enough.
            Err(e) if reader.frames() == 0 => return Err(refusal(e.to_string(), REMEDY)),
            Err(_) => break,
        }
        progress.at("mark", u64::from(reader.frames()));
        if reader.frames() == next {
            next *= 2;
            if let Some(found) = reader.find() {
                progress.end("mark");
                return Ok(Some(found));
            }
        }
    }
    progress.end("mark");
    Ok(reader.find())
}
