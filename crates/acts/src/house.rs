//! The library that acts work in, and the workers they have.

use std::io;
use std::path::{Path, PathBuf};

use catalogue::{Library, LibraryError, Workers};
use serde::Serialize;

/// A library opened, and the program whose worker processes open films.
pub struct House {
    library: Library,
    workers: Workers,
}

/// Why there is no library to work in.
#[derive(Debug, thiserror::Error)]
pub enum HouseError {
    /// None was named, and none lies here or above.
    #[error("there is no library at {0} or above it; make one with `bottega init DIR`, or name one with --library DIR")]
    Nowhere(PathBuf),
    /// It could not be made or opened.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// This program cannot find itself.
    #[error("this program cannot tell where it lies, so no worker can be started: {0}")]
    Program(io::Error),
}

/// What `init` did.
#[derive(Debug, Serialize)]
pub struct Init {
    /// The library's folder; bytes that are no text are shown as replacement characters.
    #[serde(serialize_with = "words")]
    pub library: PathBuf,
}

fn words<S: serde::Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&path.to_string_lossy())
}

/// Makes `folder` a library, or finds that it is one.
pub fn init(folder: &Path) -> Result<Init, HouseError> {
    Ok(Init { library: Library::init(folder)?.root().to_owned() })
}

impl House {
    /// Opens the library `named`, else the nearest folder from here upwards that is one.
    pub fn open(named: Option<&Path>) -> Result<House, HouseError> {
        let root = match named {
            Some(root) => root.to_owned(),
            None => {
                let here = std::env::current_dir().map_err(HouseError::Program)?;
                let found = here.ancestors().find(|folder| folder.join(".bottega").is_dir());
                found.ok_or_else(|| HouseError::Nowhere(here.clone()))?.to_owned()
            }
        };
        Ok(House { library: Library::open(&root)?, workers: workers()? })
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// The workers.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }
}

/// Workers of this program.
pub fn workers() -> Result<Workers, HouseError> {
    Ok(Workers { program: std::env::current_exe().map_err(HouseError::Program)? })
}
