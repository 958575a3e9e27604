//! What is kept: the only database of the house, and the files of readings beside it.
//!
//! Reading order: [`library`] (the folder), [`schema`] (its tables), [`shelf`] (titles, reels and what is known of them),
//! [`agreed`] (the record of rights and its papers), [`lookup`] (finding a title by what a person types), [`signals`] (the files with one value a frame), [`view`] (a title as the director reads it).

pub mod agreed;
pub mod library;
pub mod lookup;
pub mod schema;
pub mod shelf;
pub mod signals;
pub mod view;

pub use agreed::{Agreed, Paper};
pub use library::{Library, LibraryError, WriterLock};
pub use lookup::LookupError;
pub use shelf::{Depth, ReelCard, ShotCard, ShotList, TitleCard};
