//! Giving the record out: TOML that comes in again, lists as CSV, participants and depictions for other systems.

use std::io;
use std::path::{Path, PathBuf};

use catalogue::LibraryError;
use jobs::Whole;
use rights::{Entry, write};
use serde::Serialize;

use crate::House;

/// How the record is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One file with every row, `record.toml`.
    Toml,
    /// A list of each kind, `consents.csv`.
    Csv,
    /// Participants, works and depictions, `record.omc.json`; what was agreed stays in the house.
    Omc,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Export {
    /// The files.
    pub files: Vec<PathBuf>,
    /// How many rows they hold.
    pub rows: usize,
}

/// Why it was not written.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// A file could not be written.
    #[error("{path} cannot be written: {error}; choose another folder with -o, or make room", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
}

/// Writes the record into the folder `out`.
pub fn export(house: &House, form: Form, out: &Path) -> Result<Export, ExportError> {
    let record = house.library().agreed()?;
    let entries = record.entries();
    let mut made: Vec<(String, String)> = Vec::new();
    match form {
        Form::Toml => made.push(("record.toml".to_owned(), write::toml(&record))),
        Form::Omc => {
            let text = serde_json::to_string_pretty(&rights::omc::omc(&record)).expect("plain values");
            made.push(("record.omc.json".to_owned(), text));
        }
        Form::Csv => {
            for kind in Entry::KINDS {
                let rows: Vec<_> = entries.iter().filter(|e| e.kind() == *kind).map(Entry::body).collect();
                if !rows.is_empty() {
                    made.push((rights::sheet::file_name(kind), write::csv(rows)));
                }
            }
        }
    }
    let mut files = Vec::new();
    for (name, text) in made {
        let path = out.join(name);
        Whole::write(&path, text.as_bytes()).map_err(|error| ExportError::Write { path: path.clone(), error })?;
        files.push(path);
    }
    Ok(Export { files, rows: entries.len() })
}
