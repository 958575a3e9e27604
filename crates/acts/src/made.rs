//! What was made before: a master whose making would only repeat it is not made again.

use std::fs;
use std::path::{Path, PathBuf};

use film::ContentHash;
use render::Master;
use serde::{Deserialize, Serialize};

/// The record of one master: what decided its every bit, where it was put, and what it then was.
#[derive(Serialize, Deserialize)]
struct Record {
    file: PathBuf,
    hash: ContentHash,
    master: Master,
}

/// The records of a library, one file each.
pub(crate) struct Made {
    folder: PathBuf,
}

impl Made {
    /// Those of the library whose own folder is `folder`.
    pub(crate) fn of(folder: &Path) -> Made {
        Made { folder: folder.join("made") }
    }

    fn record(&self, fingerprint: ContentHash, out: &Path) -> PathBuf {
        let place = ContentHash::of(out.as_os_str().as_encoded_bytes());
        self.folder.join(format!("{}-{}.json", fingerprint.short(), place.short()))
    }

    /// The master of this fingerprint at `out`, if it still lies there as it was made.
    pub(crate) fn find(&self, fingerprint: ContentHash, out: &Path) -> Option<Master> {
        let text = fs::read(self.record(fingerprint, out)).ok()?;
        let record: Record = serde_json::from_slice(&text).ok()?;
        let now = ContentHash::of_whole_file(out).ok()?;
        (record.file == out && record.hash == now).then_some(record.master)
    }

    /// Notes a master just made. A record that cannot be written costs a second making, so it is no error.
    pub(crate) fn note(&self, fingerprint: ContentHash, out: &Path, master: &Master) {
        let Ok(hash) = ContentHash::of_whole_file(out) else { return };
        let record = Record { file: out.to_owned(), hash, master: master.clone() };
        let written = serde_json::to_vec(&record).map(|text| jobs::Whole::write(&self.record(fingerprint, out), &text));
        if let Ok(Err(e)) = written {
            tracing::debug!("no record of {} was kept: {e}", out.display());
        }
    }
}
