//! Where a library keeps what its specialists have learned, and which of it may run.
//!
//! A folder a task: `net.onnx`, `weights.safetensors`, `card.json`, `gate.json`, and `manifest.csv`, what it was taught and judged
//! on. A file that does not fit its card is named and not used.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use film::ContentHash;
use jobs::Whole;
use neural::slot::{Slot, SlotError};
use neural::{Card, Weights, WeightsError};
use serde::{Deserialize, Serialize};

use crate::gate::{Decision, Score};
use crate::image::learn::task_folder;
use crate::image::manifest::{self, Lent};
use crate::image::task::Task;

/// The gate's decision, and on what it rests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// The decision.
    pub decision: Decision,
    /// Hash of the material it was made on.
    pub material: ContentHash,
    /// What the library held then: another library needs another decision.
    pub library: ContentHash,
    /// Every held-out shot.
    pub scores: Vec<Score>,
}

/// A learned state as it lies on the shelf.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What it is.
    pub card: Card,
    /// Whether it may run.
    pub gate: Gate,
    /// The net, as ONNX.
    pub onnx: Vec<u8>,
}

/// Why a learned state cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ShelfError {
    /// A file cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path} {what}; train again with `bottega train image`, or copy the whole folder again", path = path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Weights cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// A net that was brought cannot be used.
    #[error(transparent)]
    Slot(#[from] SlotError),
}

/// Weights, card and gate of one task, inside the program.
macro_rules! shipped {
    ($name:literal) => {
        (
            include_bytes!(concat!("../weights/", $name, ".safetensors")).as_slice(),
            include_str!(concat!("../weights/", $name, ".card.json")),
            include_str!(concat!("../weights/", $name, ".gate.json")),
        )
    };
}

/// What the project ships for a task.
pub fn base(task: Task) -> Result<Kept, ShelfError> {
    let (weights, card, gate) = match task {
        Task::Denoise => shipped!("denoise"),
        Task::Deblock => shipped!("deblock"),
        Task::Upscale => shipped!("upscale"),
    };
    let place = PathBuf::from(format!("the {task} weights inside this program"));
    let wrong = |what: String| ShelfError::Wrong { path: place.clone(), what };
    let card: Card = serde_json::from_str(card).map_err(|e| wrong(e.to_string()))?;
    let gate: Gate = serde_json::from_str(gate).map_err(|e| wrong(e.to_string()))?;
    let weights = Weights::parse(weights).map_err(|e| wrong(format!("hold no weights ({e})")))?;
    let onnx = neural::onnx::write(&card.net, &weights)?;
    fits(&card, &onnx, &place)?;
    Ok(Kept { card, gate, onnx })
}

/// The weights that the project ships for a task, to begin from.
pub fn base_weights(task: Task) -> &'static [u8] {
    match task {
        Task::Denoise => shipped!("denoise").0,
        Task::Deblock => shipped!("deblock").0,
        Task::Upscale => shipped!("upscale").0,
    }
}

fn fits(card: &Card, onnx: &[u8], path: &Path) -> Result<(), ShelfError> {
    let found = ContentHash::of(onnx);
    if found != card.weights_hash {
        return Err(ShelfError::Wrong {
            path: path.to_owned(),
            what: format!(
                "is not the net of its card (hash {} where the card says {})",
                found.short(),
                card.weights_hash.short()
            ),
        });
    }
    Ok(())
}

/// What the library learned for a task; `None` if it has learned nothing.
pub fn library(specialists: &Path, task: Task) -> Result<Option<Kept>, ShelfError> {
    let folder = task_folder(specialists, task);
    finish(&folder)?;
    let card_file = folder.join("card.json");
    if !card_file.exists() {
        return Ok(None);
    }
    let io = |path: &Path| {
        let path = path.to_owned();
        move |error| ShelfError::Io { path, error }
    };
    let wrong = |path: &Path, e: serde_json::Error| ShelfError::Wrong {
        path: path.to_owned(),
        what: format!("cannot be read ({e})"),
    };
    let card: Card =
        serde_json::from_slice(&fs::read(&card_file).map_err(io(&card_file))?).map_err(|e| wrong(&card_file, e))?;
    let net = folder.join("net.onnx");
    let onnx = fs::read(&net).map_err(io(&net))?;
    fits(&card, &onnx, &net)?;
    if card.task != task.name() || card.net != task.net() {
        return Err(ShelfError::Wrong { path: card_file, what: format!("is the card of another net ({})", card.task) });
    }
    let gate_file = folder.join("gate.json");
    let gate =
        serde_json::from_slice(&fs::read(&gate_file).map_err(io(&gate_file))?).map_err(|e| wrong(&gate_file, e))?;
    Ok(Some(Kept { card, gate, onnx }))
}

/// Folder of a net that the studio brought for a task.
pub fn brought_folder(specialists: &Path, task: Task) -> PathBuf {
    task_folder(specialists, task).join("brought")
}

/// The net that the studio brought for a task: its page, and the hash of page and file; `None` if it brought none.
pub fn brought(specialists: &Path, task: Task) -> Result<Option<(Slot, ContentHash)>, ShelfError> {
    let page = brought_folder(specialists, task).join("slot.toml");
    if !page.exists() {
        return Ok(None);
    }
    let slot = Slot::read(&page)?;
    if slot.capability != task.name() {
        return Err(ShelfError::Wrong { path: page, what: format!("is for `{}`, not for `{task}`", slot.capability) });
    }
    let net = page.with_file_name(&slot.file);
    let mut bytes = fs::read(&net).map_err(|error| ShelfError::Io { path: net, error })?;
    bytes.extend(serde_json::to_vec(&slot).expect("plain data"));
    Ok(Some((slot, ContentHash::of(&bytes))))
}

/// Name of the list of what a net was taught and judged on.
pub const MANIFEST: &str = "manifest.csv";

/// The shots that the library's net of a task was taught and judged on; `None` where it has no list of them (it was taught
/// before lists were kept).
pub fn manifest(specialists: &Path, task: Task, card: &Card) -> Result<Option<Vec<Lent>>, ShelfError> {
    let path = task_folder(specialists, task).join(MANIFEST);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(ShelfError::Io { path, error }),
    };
    if ContentHash::of(&bytes) != card.manifest_hash {
        return Err(ShelfError::Wrong { path, what: "is not the list of its card".to_owned() });
    }
    manifest::read(&bytes).map(Some).map_err(|e| ShelfError::Wrong { path, what: format!("cannot be read ({e})") })
}

/// The files of a learned state, the card last: with it the new state is whole.
const FILES: [&str; 5] = ["net.onnx", "weights.safetensors", MANIFEST, "gate.json", "card.json"];

/// Puts a learned state on the shelf, with the list of what it was taught.
///
/// All files are written beside the old ones, in a folder `next`, the card last; only then they take their places. A kill or
/// a full disk leaves the old state or the new one, never neither.
pub fn keep(specialists: &Path, task: Task, weights: &Weights, kept: &Kept, list: &str) -> Result<(), ShelfError> {
    let folder = task_folder(specialists, task);
    finish(&folder)?;
    let json = |value: serde_json::Result<Vec<u8>>| value.expect("plain data");
    let files = [
        kept.onnx.clone(),
        weights.bytes(),
        list.as_bytes().to_vec(),
        json(serde_json::to_vec_pretty(&kept.gate)),
        json(serde_json::to_vec_pretty(&kept.card)),
    ];
    let next = folder.join("next");
    for (name, bytes) in FILES.iter().zip(files) {
        let path = next.join(name);
        if let Err(error) = Whole::write(&path, &bytes) {
            // Without its card it counts for nothing, and room may be what is short.
            let _ = fs::remove_dir_all(&next);
            return Err(ShelfError::Io { path, error });
        }
    }
    finish(&folder)
}

/// Gives a new state that is whole its place; one without its card was cut short, and the old state stands.
fn finish(folder: &Path) -> Result<(), ShelfError> {
    let next = folder.join("next");
    if !next.join("card.json").exists() {
        return Ok(());
    }
    for name in FILES {
        match fs::rename(next.join(name), folder.join(name)) {
            // Moved by whoever was cut short here.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(ShelfError::Io { path: folder.join(name), error }),
            Ok(()) => {}
        }
    }
    // Empty now; left behind it does no harm.
    let _ = fs::remove_dir(&next);
    Ok(())
}

/// What the library holds, in one hash.
pub fn fingerprint(library: &catalogue::Library) -> Result<ContentHash, catalogue::LibraryError> {
    let mut reels: Vec<String> =
        library.titles()?.iter().flat_map(|t| t.reels.iter().map(|r| r.hash.to_string())).collect();
    reels.sort_unstable();
    Ok(ContentHash::of(reels.join("\n").as_bytes()))
}

/// Writes a decision made anew.
pub fn keep_gate(specialists: &Path, task: Task, gate: &Gate) -> Result<(), ShelfError> {
    let path = task_folder(specialists, task).join("gate.json");
    let bytes = serde_json::to_vec_pretty(gate).expect("plain data");
    Whole::write(&path, &bytes).map_err(|error| ShelfError::Io { path, error })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A state that is known by its seed, and the bytes of its files.
    fn state(seed: u64) -> (Weights, Kept) {
        let task = Task::Denoise;
        let weights = Weights::fresh(&task.net(), seed);
        let mut kept = base(task).unwrap();
        kept.onnx = neural::onnx::write(&task.net(), &weights).unwrap();
        kept.card.weights_hash = ContentHash::of(&kept.onnx);
        kept.card.manifest_hash = ContentHash::of(seed.to_string().as_bytes());
        (weights, kept)
    }

    fn put(home: &Path, seed: u64) {
        let (weights, kept) = state(seed);
        keep(home, Task::Denoise, &weights, &kept, &seed.to_string()).unwrap();
    }

    #[test]
    fn cut_short_at_any_step_it_leaves_the_old_state_or_the_new_one() {
        let whole = tempfile::tempdir().unwrap();
        put(whole.path(), 2);
        let made = task_folder(whole.path(), Task::Denoise);
        let written = FILES.len();
        // So many files written, and of those so many in their places.
        let steps = (0..=written).map(|k| (k, 0)).chain((1..=written).map(|k| (written, k)));
        for (laid, moved) in steps {
            let dir = tempfile::tempdir().unwrap();
            put(dir.path(), 1);
            let folder = task_folder(dir.path(), Task::Denoise);
            let next = folder.join("next");
            fs::create_dir_all(&next).unwrap();
            for file in &FILES[..laid] {
                fs::copy(made.join(file), next.join(file)).unwrap();
            }
            for file in &FILES[..moved] {
                fs::rename(next.join(file), folder.join(file)).unwrap();
            }
            let found = library(dir.path(), Task::Denoise).unwrap().expect("never neither");
            let want = if laid == written { 2 } else { 1 };
            assert_eq!(found.card.weights_hash, state(want).1.card.weights_hash, "{laid} laid, {moved} moved");
            let bytes = fs::read(folder.join(MANIFEST)).unwrap();
            assert_eq!(bytes, want.to_string().as_bytes());
            // And the next training goes over what lies there.
            put(dir.path(), 3);
            let found = library(dir.path(), Task::Denoise).unwrap().unwrap();
            assert_eq!(found.card.weights_hash, state(3).1.card.weights_hash);
        }
    }
}
