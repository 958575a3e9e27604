//! Films in: from paths to a library that knows every shot.
//!
//! Reading order: [`take`] (the whole way of a file), [`walk`](mod@walk) (what lies there), [`name`] (titles from file names),
//! [`read`] (one reel on all cores), [`yard`] (where files are opened), [`report`].

pub mod name;
pub mod read;
pub mod report;
pub mod take;
pub mod walk;
pub mod yard;

pub use report::{Held, IngestError, IngestReport, NotFilm, Refused};
pub use take::{Ingest, ingest};
pub use yard::{HANDLERS, Here, Workers, Yard};
