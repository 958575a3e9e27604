//! Pages written whole, and over nothing but an earlier print of themselves.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use release::paper::same_paper;

/// Why a page was not written.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// Another file lies there.
    #[error(
        "{path} is there already and is not an earlier print of this paper; choose another place (-o, --report, --to), or move that file away", path = path.display()
    )]
    Taken {
        /// Which.
        path: PathBuf,
    },
    /// The page could not be written.
    #[error("{path} cannot be written: {error}; choose another place (-o, --report, --to), or make room", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// How much of a file is read to know a paper again: the name of a paper stands at its head.
const HEAD: u64 = 4 << 10;

/// Whether the page may be written there: nothing lies there, or an earlier print of the same paper.
pub(crate) fn may(path: &Path, html: &str) -> Result<(), PrintError> {
    let failed = |error| PrintError::Write { path: path.to_owned(), error };
    match File::open(path) {
        Ok(file) => {
            let mut head = Vec::new();
            file.take(HEAD).read_to_end(&mut head).map_err(failed)?;
            if !head.is_empty() && !same_paper(&String::from_utf8_lossy(&head), html) {
                return Err(PrintError::Taken { path: path.to_owned() });
            }
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Writes the page whole or not at all, where it [`may`].
pub(crate) fn keep(path: &Path, html: &str) -> Result<(), PrintError> {
    may(path, html)?;
    jobs::Whole::write(path, html.as_bytes()).map_err(|error| PrintError::Write { path: path.to_owned(), error })
}
