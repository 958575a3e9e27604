//! A net that a studio brings itself: an ONNX file and a small TOML page that says how to use it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::run::{RunError, Runner};

/// The page beside a brought net.
///
/// ```
/// let page = r#"
/// capability = "denoise"
/// file = "ours.onnx"
/// inputs = ["frame"]
/// range = [0.0, 1.0]
/// multiple_of = 4
/// reach = 40
/// licence = "Apache-2.0"
/// source = "made by our own lab, 2026"
/// "#;
/// let slot: neural::slot::Slot = toml::from_str(page).unwrap();
/// assert_eq!(slot.inputs, ["frame"]);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// What it does: `denoise`, `deblock`, `upscale`.
    pub capability: String,
    /// The ONNX file, beside the page.
    pub file: PathBuf,
    /// Input planes in order: `frame-2` to `frame+2` (aligned neighbours), `frame`, `classical`, `level`.
    pub inputs: Vec<String>,
    /// What code values 0 and 255 are to the net.
    pub range: [f32; 2],
    /// Sides must be multiples of this.
    pub multiple_of: usize,
    /// How far, in pixels, an input pixel can change the output; tiles overlap by so much.
    pub reach: usize,
    /// Its licence, in words or SPDX; asked for, since what a studio runs it answers for.
    pub licence: String,
    /// Where it comes from.
    pub source: String,
}

/// Why a brought net is not used.
#[derive(Debug, thiserror::Error)]
pub enum SlotError {
    /// The page cannot be read.
    #[error("{path}: {cause}", path = path.display())]
    Page {
        /// The page.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// The net cannot be run.
    #[error("{path}: {error}", path = path.display())]
    Net {
        /// The net.
        path: PathBuf,
        /// Why.
        error: RunError,
    },
}

/// Names an input plane may have.
pub const PLANES: [&str; 7] = ["frame-2", "frame-1", "frame", "frame+1", "frame+2", "classical", "level"];

impl Slot {
    /// Reads a page and says what is wrong with it.
    pub fn read(path: &Path) -> Result<Slot, SlotError> {
        let page = |cause: String| SlotError::Page { path: path.to_owned(), cause };
        let text = fs::read_to_string(path).map_err(|e| page(e.to_string()))?;
        let slot: Slot = toml::from_str(&text).map_err(|e| page(e.to_string()))?;
        if let Some(unknown) = slot.inputs.iter().find(|name| !PLANES.contains(&name.as_str())) {
            return Err(page(format!("`{unknown}` is no input plane; there are {}", PLANES.join(", "))));
        }
        let sound = !slot.inputs.is_empty() && slot.range[0] < slot.range[1] && (1..=64).contains(&slot.multiple_of);
        if !sound || slot.reach > 512 {
            return Err(page("an empty list of inputs, an empty range, or a size beyond 64 or 512".to_owned()));
        }
        if slot.licence.trim().is_empty() || slot.source.trim().is_empty() {
            return Err(page("licence and source must be said".to_owned()));
        }
        Ok(slot)
    }

    /// Opens the net beside the page `path`.
    pub fn open(&self, path: &Path, threads: usize) -> Result<Runner, SlotError> {
        let file = path.parent().unwrap_or(Path::new(".")).join(&self.file);
        let net = |error| SlotError::Net { path: file.clone(), error };
        let bytes = fs::read(&file).map_err(|error| net(RunError::Io { path: file.clone(), error }))?;
        Runner::open(&bytes, self.inputs.len(), self.multiple_of, self.reach, threads).map_err(net)
    }
}
