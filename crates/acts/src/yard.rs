//! What workers of this program can do: the one list of jobs that open films.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use media::yard::{Handler, Limits, Refusal};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{fix, grain, mark, present, qc, render};

/// Most memory that a worker of ours may take for its own data.
const MEMORY: u64 = 6 << 30;

/// Does the job `name` as a worker; called by the hidden subcommand and nothing else.
pub fn serve(name: &str) -> ExitCode {
    let mut handlers: Vec<(&str, Handler)> = catalogue::HANDLERS.to_vec();
    handlers.extend_from_slice(specialists::HANDLERS);
    handlers.extend([
        ("render", render::work as Handler),
        ("qc", qc::work),
        ("present", present::work),
        ("fix", fix::work),
        ("grain", grain::work),
        ("mark", mark::work),
    ]);
    media::yard::serve(name, &handlers)
}

/// Limits of a worker that reads `read` and writes into the folders of `write`.
pub(crate) fn limits(read: impl IntoIterator<Item = PathBuf>, write: &[&Path]) -> Limits {
    let folder = |path: &Path| path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let write: Vec<PathBuf> = write.iter().map(|path| folder(path)).collect();
    // A reel that is a sequence of pictures is named by its pattern; what is read lies in its folder.
    let read = read.into_iter().map(|path| if path.exists() { path } else { folder(&path) });
    Limits { memory_bytes: MEMORY, seconds: 300, cpu_seconds: None, read: read.collect(), write }
}

/// A job as a handler gets it.
pub(crate) fn job<J: DeserializeOwned>(value: Value) -> Result<J, Refusal> {
    serde_json::from_value(value)
        .map_err(|e| refusal(format!("the job cannot be read: {e}"), "install one version of Bottega"))
}

/// A result as a handler gives it.
pub(crate) fn reply<R: Serialize>(result: &R) -> Result<Value, Refusal> {
    serde_json::to_value(result).map_err(|e| refusal(e.to_string(), "this is a fault of Bottega; please report it"))
}

/// A handler's no.
pub(crate) fn refusal(reason: impl Into<String>, remedy: &str) -> Refusal {
    Refusal { reason: reason.into(), remedy: remedy.to_owned() }
}
