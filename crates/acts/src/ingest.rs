//! Taking films in.

use std::path::PathBuf;

use catalogue::{Ingest, IngestError, IngestReport};
use jobs::{Cancel, Progress};

use crate::House;

/// Takes films into the library; see [`catalogue::ingest`](fn@catalogue::ingest).
pub fn ingest(
    house: &House,
    paths: &[PathBuf],
    quick: bool,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<IngestReport, IngestError> {
    catalogue::ingest(house.library(), &Ingest { paths, quick, yard: house.workers(), workers: 0 }, progress, cancel)
}
