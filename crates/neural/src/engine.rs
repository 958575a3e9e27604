//! onnxruntime, loaded when it is first needed, and where it is looked for.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The library's file name.
const NAME: &str = "libonnxruntime.so";

/// onnxruntime, loaded.
#[derive(Clone)]
pub struct Engine {
    pub(crate) environment: ort::environment::Environment,
    /// The library it was loaded from.
    pub path: PathBuf,
}

/// Why no trained net can be run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// There is none.
    #[error(
        "onnxruntime, which runs trained nets, is not installed; run `./start engine`, or set BOTTEGA_ONNXRUNTIME to a {NAME}"
    )]
    Missing,
    /// It is there and cannot be used.
    #[error("{path} cannot be used ({cause}); install onnxruntime 1.22 or newer by `./start engine`", path = path.display())]
    Unusable {
        /// The library.
        path: PathBuf,
        /// What it said.
        cause: String,
    },
}

/// A library may be loaded once in a process.
static LOADED: Mutex<Option<Engine>> = Mutex::new(None);

impl Engine {
    /// Loads onnxruntime, or gives it out again.
    ///
    /// Looked for in `BOTTEGA_ONNXRUNTIME` (a file; empty means: none is to be used), `.engine/onnxruntime` beside or above
    /// the program, `~/.local/share/bottega/onnxruntime`, and the system's library folders.
    pub fn load() -> Result<Engine, EngineError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = &*loaded {
            return Ok(engine.clone());
        }
        let path = find().ok_or(EngineError::Missing)?;
        let unusable = |cause: String| EngineError::Unusable { path: path.clone(), cause };
        let builder = ort::init_from(&path).map_err(|e| unusable(e.to_string()))?;
        let environment =
            builder.with_name("bottega").with_telemetry(false).build().map_err(|e| unusable(e.to_string()))?;
        let engine = Engine { environment, path: path.clone() };
        *loaded = Some(engine.clone());
        Ok(engine)
    }
}

fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("BOTTEGA_ONNXRUNTIME") {
        return (!named.is_empty()).then(|| PathBuf::from(named)).filter(|path| path.is_file());
    }
    beside("onnxruntime").map(|folder| folder.join(NAME)).into_iter().chain(system()).find(|path| path.is_file())
}

fn system() -> impl Iterator<Item = PathBuf> {
    let home = std::env::var_os("HOME").map(|h| Path::new(&h).join(".local/share/bottega/onnxruntime").join(NAME));
    let folders = ["/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"];
    home.into_iter().chain(folders.into_iter().map(|folder| Path::new(folder).join(NAME)))
}

/// The folder `.engine/NAME` beside the program or above it.
pub(crate) fn beside(name: &str) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    program.ancestors().map(|folder| folder.join(".engine").join(name)).find(|folder| folder.is_dir())
}

/// What a fenced worker must be able to read to run nets: the library, and what it asks of the machine.
pub fn needs() -> Vec<PathBuf> {
    let machine = ["/proc/cpuinfo", "/sys/devices/system/cpu"].into_iter().map(PathBuf::from);
    let library = find().and_then(|path| path.canonicalize().ok()).and_then(|path| path.parent().map(Path::to_owned));
    let link = find().and_then(|path| path.parent().map(Path::to_owned));
    machine.chain(library).chain(link).filter(|path| path.exists()).collect()
}
