//! The place where a release is handed over, and what may lie there already: nothing, or the same release from before.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use credential::sidecar;
use film::ContentHash;
use ledger::{Kind, Reading};
use serde_json::Value;

use super::ReleaseError;
use crate::House;
use crate::desk::DeskError;
use crate::rights::print;

/// Where the film and what belongs to it go.
pub(super) struct Place {
    /// The film.
    pub(super) film: PathBuf,
    /// Its credential, where the film cannot hold one.
    pub(super) sidecar: PathBuf,
    /// Its clearance report.
    pub(super) clearance: PathBuf,
    /// Its disclosure pack.
    pub(super) disclosure: PathBuf,
}

impl Place {
    /// In the folder `to`, by the name of the timeline `file`.
    pub(super) fn of(to: &Path, file: &Path, ending: &str) -> Place {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let film = to.join(format!("{stem}.{ending}"));
        Place {
            sidecar: sidecar::path_of(&film),
            film,
            clearance: to.join(format!("{stem}-clearance.html")),
            disclosure: to.join(format!("{stem}-disclosure.html")),
        }
    }

    /// Whether the film called `name` and its papers, as [`super::pages`] gives them, may be put there: a film of somebody
    /// else's, a reel above all, is never written over.
    pub(super) fn may(
        &self,
        house: &House,
        ledger: &Reading,
        name: &str,
        papers: &[String; 2],
    ) -> Result<(), ReleaseError> {
        let there = |path: &Path| match fs::symlink_metadata(path) {
            Ok(found) if found.is_file() => Ok(true),
            Ok(_) => Err(ReleaseError::Taken { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(unwritten(path, error)),
        };
        if there(&self.film)? && !self.is_earlier(house, ledger, name)? {
            return Err(ReleaseError::Taken { path: self.film.clone() });
        }
        if there(&self.sidecar)? && !self.is_credential_of(name)? {
            return Err(ReleaseError::Taken { path: self.sidecar.clone() });
        }
        for (path, html) in [&self.clearance, &self.disclosure].into_iter().zip(papers) {
            print::may(path, html)?;
        }
        Ok(())
    }

    /// Whether the file there is, byte for byte, a release of this name, and nobody took it in as a reel since.
    fn is_earlier(&self, house: &House, ledger: &Reading, name: &str) -> Result<bool, ReleaseError> {
        let hash = ContentHash::of_whole_file(&self.film).map_err(|error| unwritten(&self.film, error))?;
        if house.library().reel(hash)?.is_some() {
            return Ok(false);
        }
        let hash = serde_json::json!(hash);
        for entry in ledger.entries().map_err(DeskError::from)? {
            let entry = entry.map_err(DeskError::from)?;
            if entry.kind == Kind::Release && entry.body["file"] == hash && entry.body["name"] == name {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the file beside the film's place is a credential of a film of this name.
    fn is_credential_of(&self, name: &str) -> Result<bool, ReleaseError> {
        let file = File::open(&self.sidecar).map_err(|error| unwritten(&self.sidecar, error))?;
        let sheet: Value = serde_json::from_reader(BufReader::new(file)).unwrap_or_default();
        let format = sheet["signed"]["format"].as_str().unwrap_or_default();
        Ok(format.starts_with("bottega credential ") && sheet["signed"]["claim"]["title"] == name)
    }
}

fn unwritten(path: &Path, error: io::Error) -> ReleaseError {
    ReleaseError::Write { path: path.to_owned(), error }
}
