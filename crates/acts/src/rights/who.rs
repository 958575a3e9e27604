//! Who has something to say about a title, or a shot of it.

use catalogue::{LibraryError, LookupError};
use rights::who::Who;

use super::today;
use crate::House;

/// Why it cannot be said.
#[derive(Debug, thiserror::Error)]
pub enum WhoError {
    /// Nothing is recorded under this name.
    #[error(
        "nothing is recorded of `{0}`: record it as a [[work]] of that title and take it in with `bottega rights import`"
    )]
    NotRecorded(String),
    /// No such shot.
    #[error("{title} has shots 0 to {last}, and {asked} was asked for; `bottega shots` lists them")]
    NoShot {
        /// The title.
        title: String,
        /// The shot asked for.
        asked: u32,
        /// The last there is.
        last: u32,
    },
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Everyone of the title that `asked` means, by the catalogue's name or the record's.
pub fn who(house: &House, asked: &str, shot: Option<u32>) -> Result<Who, WhoError> {
    let library = house.library();
    let record = library.agreed()?;
    let held = match library.title(asked) {
        Ok(title) => Some(title),
        Err(LookupError::Library(error)) => return Err(error.into()),
        Err(_) => None,
    };
    let name = held.as_ref().map_or(asked, |title| title.name.as_str());
    let work = record.work(name).or_else(|| record.work(asked));
    let work = work.ok_or_else(|| WhoError::NotRecorded(name.to_owned()))?;
    let mut numbers: Vec<u32> = Vec::new();
    if let Some(title) = &held {
        numbers = library.shots(title)?.iter().flat_map(|reel| reel.shots.iter().map(|shot| shot.index)).collect();
        numbers.sort_unstable();
        numbers.dedup();
    }
    if let (Some(asked), Some(last)) = (shot, numbers.last().copied())
        && asked > last
    {
        return Err(WhoError::NoShot { title: work.title.clone(), asked, last });
    }
    Ok(rights::who::who(&record, work, shot, &numbers, today()))
}
