//! A title, shot by shot.

use catalogue::{LibraryError, LookupError, ShotList};
use serde::Serialize;

use crate::House;

/// The shots of a title: those of its first reel in the same place as of a title with one reel, and of every reel in `reels`.
#[derive(Debug, Serialize)]
pub struct Shots {
    /// The first reel's.
    #[serde(flatten)]
    pub first: ShotList,
    /// All reels of a title that has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reels: Vec<ShotList>,
}

/// Why the shots cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum ShotsError {
    /// No such title.
    #[error(transparent)]
    Title(#[from] LookupError),
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// It has no reel.
    #[error("{0} has no reel; take its film in again with `bottega ingest`")]
    NoReel(String),
}

/// Lists the shots of the title that `asked` means.
pub fn shots(house: &House, asked: &str) -> Result<Shots, ShotsError> {
    let title = house.library().title(asked)?;
    let mut reels = house.library().shots(&title)?;
    if reels.is_empty() {
        return Err(ShotsError::NoReel(title.name));
    }
    let first = reels[0].clone();
    if reels.len() == 1 {
        reels.clear();
    }
    Ok(Shots { first, reels })
}
