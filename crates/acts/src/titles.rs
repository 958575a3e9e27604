//! What the library holds.

use catalogue::{LibraryError, TitleCard};
use serde::Serialize;

use crate::House;

/// All titles.
#[derive(Debug, Serialize)]
pub struct Titles {
    /// By name.
    pub titles: Vec<TitleCard>,
}

/// Lists the library's titles.
pub fn titles(house: &House) -> Result<Titles, LibraryError> {
    Ok(Titles { titles: house.library().titles()? })
}
