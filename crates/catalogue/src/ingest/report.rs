//! What became of every file found.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};

use crate::store::{LibraryError, ReelCard};

/// What an ingest found and did; every file found is in exactly one list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IngestReport {
    /// How many files, a sequence of pictures counted as one.
    pub found: usize,
    /// Taken into the library.
    pub taken: Vec<ReelCard>,
    /// In the library already.
    pub held: Vec<Held>,
    /// Not a film.
    pub not_film: Vec<NotFilm>,
    /// A film, or what claims to be one, that could not be taken.
    pub refused: Vec<Refused>,
}

/// A file whose content is in the library already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The file.
    #[serde(serialize_with = "words")]
    pub path: PathBuf,
    /// Where the same content was met before; the file itself if it was taken earlier.
    #[serde(serialize_with = "words")]
    pub same_as: PathBuf,
    /// Lines of dialogue that came in now, from subtitles laid beside it since it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines_added: Option<usize>,
}

/// A file that is not a film.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFilm {
    /// The file.
    #[serde(serialize_with = "words")]
    pub path: PathBuf,
    /// What it is instead.
    pub reason: String,
}

/// A file that could not be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The file.
    #[serde(serialize_with = "words")]
    pub path: PathBuf,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

/// Paths may hold bytes that are no text; JSON shows those as replacement characters.
pub(crate) fn words<S: Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&path.to_string_lossy())
}

/// Why an ingest ended early; what was taken by then stays taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The library is the trouble.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] jobs::Canceled),
    /// No worker could be started.
    #[error("{0}")]
    NoWorker(String),
}
