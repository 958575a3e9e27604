//! Worker processes: strangers work in the yard, not in the house.
//!
//! A film may be broken, or made to break its reader. So whatever opens one runs in a process of its own, this same program
//! called as `PROGRAM yard JOB`, with limits on memory, time and files, without network, and able to read and write only
//! the paths that were named. A worker that crashes, hangs or grows is the refusal of its file and of nothing else.
//!
//! The job and its limits come in as one JSON line; progress and the result go out as JSON lines (the private `wire` module says which).

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use jobs::{Cancel, Progress};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

mod fence;
mod serve;
mod wire;

pub use serve::{Handler, serve};
use wire::{Envelope, Line};

/// What a worker may use.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Memory of its own in bytes; program and libraries are not counted.
    pub memory_bytes: u64,
    /// Seconds of silence, without a call of [`Progress`], after which it is taken for stuck.
    pub seconds: u64,
    /// Seconds of processor time, over all threads.
    pub cpu_seconds: Option<u64>,
    /// Files and folders that it may read, beside the system's own libraries.
    pub read: Vec<PathBuf>,
    /// Files and folders that it may write; none means that it can make no file at all.
    pub write: Vec<PathBuf>,
}

/// A handler's no: the file cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub reason: String,
    /// What a person can do.
    pub remedy: String,
}

/// Why a job gave no result.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum YardError {
    /// The handler said no.
    #[error("{}; {}", .0.reason, .0.remedy)]
    Refused(Refusal),
    /// The worker ended before its job did.
    #[error("its reader crashed ({0})")]
    Crashed(String),
    /// It wanted more memory than it may have.
    #[error("reading it takes more than the {} MiB of memory allowed", .0 >> 20)]
    OutOfMemory(u64),
    /// It made no progress, or used up its time.
    #[error("its reader {0}")]
    Stalled(String),
    /// The work was told to stop.
    #[error(transparent)]
    Canceled(#[from] jobs::Canceled),
    /// No worker could be started.
    #[error("no worker process could be started from {program}: {cause}", program = program.display())]
    NotStarted {
        /// The program called.
        program: PathBuf,
        /// What the system said.
        cause: String,
    },
}

impl YardError {
    /// This as the refusal of the file; `None` if the file is not to blame.
    pub fn refusal(&self) -> Option<Refusal> {
        let remedy = match self {
            YardError::Refused(refusal) => return Some(refusal.clone()),
            YardError::Crashed(_) => "the file is probably damaged: copy it again, or convert it with another program",
            YardError::OutOfMemory(_) => "the file is damaged or very large: convert it, or allow more memory",
            YardError::Stalled(_) => "the file is damaged or its disk too slow: copy it to another disk and try again",
            YardError::Canceled(_) | YardError::NotStarted { .. } => return None,
        };
        Some(Refusal { reason: self.to_string(), remedy: remedy.to_owned() })
    }
}

/// A job as JSON. All that cannot be said in it is a path that is no text: that is a refusal.
pub fn as_json<J: Serialize>(job: &J) -> Result<serde_json::Value, YardError> {
    serde_json::to_value(job).map_err(|_| {
        YardError::Refused(Refusal {
            reason: "its name, or that of a folder above it or of the library, holds bytes that are not UTF-8 text"
                .to_owned(),
            remedy: "rename it and run this again, or choose another place".to_owned(),
        })
    })
}

/// Has a worker do `job` under the name `job_name`, and waits for its result.
///
/// `program` is this program ([`std::env::current_exe`]), whose hidden subcommand `yard` must call [`serve`]. Progress is
/// handed on to `progress`; raising `cancel` kills the worker. The worker dies with this process, and with the thread that
/// called.
pub fn call<J: Serialize, R: DeserializeOwned>(
    program: &Path,
    job_name: &str,
    job: &J,
    limits: &Limits,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<R, YardError> {
    cancel.check()?;
    let not_started = |cause: String| YardError::NotStarted { program: program.to_owned(), cause };
    let job = as_json(job)?;
    let envelope = Envelope { parent: std::process::id(), limits: limits.clone(), job };
    let envelope = as_json(&envelope)?.to_string();
    let mut worker = Worker(
        Command::new(program)
            .args(["yard", job_name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|e| not_started(e.to_string()))?,
    );
    let (send, lines) = mpsc::channel();
    let out = worker.0.stdout.take().expect("asked for above");
    thread::spawn(move || {
        for line in BufReader::new(out).lines() {
            let Ok(line) = line else { break };
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let err = worker.0.stderr.take().expect("asked for above");
    let last_words = thread::spawn(move || tail(err));
    let mut input = worker.0.stdin.take().expect("asked for above");
    // A worker that ends before it has read says why on its way out, not here.
    let _ = input.write_all(envelope.as_bytes()).and_then(|()| input.write_all(b"\n"));
    drop(input);

    let mut heard = Instant::now();
    let silence = Duration::from_secs(limits.seconds.max(1));
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => {
                heard = Instant::now();
                match serde_json::from_str(&line) {
                    Ok(Line::Begin { id, what, total, unit }) => progress.begin(&id, &what, total, unit),
                    Ok(Line::At { id, done }) => progress.at(&id, done),
                    Ok(Line::End { id }) => progress.end(&id),
                    Ok(Line::Say { line }) => progress.say(&line),
                    Ok(Line::Fence { files, calls }) => tracing::debug!(files, calls, "worker fenced"),
                    Ok(Line::Refused(refusal)) if out_of_memory(&refusal.reason) => {
                        return Err(YardError::OutOfMemory(limits.memory_bytes));
                    }
                    Ok(Line::Refused(refusal)) => return Err(YardError::Refused(refusal)),
                    Ok(Line::Panicked { message }) => return Err(YardError::Crashed(message)),
                    Ok(Line::Done { result }) => {
                        return serde_json::from_value(result)
                            .map_err(|e| YardError::Crashed(format!("its result cannot be read: {e}")));
                    }
                    // Something printed by a library.
                    Err(_) => tracing::debug!(line, "worker"),
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let status = worker.0.wait().map_err(|e| YardError::Crashed(e.to_string()))?;
                let words = last_words.join().unwrap_or_default();
                return Err(ended(status, &words, limits));
            }
        }
        cancel.check()?;
        if heard.elapsed() > silence {
            return Err(YardError::Stalled(format!("made no progress for {} seconds", silence.as_secs())));
        }
    }
}

/// A child that does not outlive its caller's interest.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn out_of_memory(words: &str) -> bool {
    words.contains("memory allocation of") || words.contains("Cannot allocate memory")
}

/// What the end of a worker without a result means.
fn ended(status: ExitStatus, words: &str, limits: &Limits) -> YardError {
    if out_of_memory(words) {
        return YardError::OutOfMemory(limits.memory_bytes);
    }
    let last = words.lines().rfind(|l| !l.trim().is_empty()).map(|l| format!(": {}", l.trim())).unwrap_or_default();
    match (status.signal(), status.code()) {
        (Some(libc::SIGXCPU), _) => YardError::Stalled(format!(
            "used up its {} seconds of processor time",
            limits.cpu_seconds.unwrap_or_default()
        )),
        (Some(signal), _) => YardError::Crashed(format!("{}{last}", signal_name(signal))),
        (_, code) => YardError::Crashed(format!("exit {}{last}", code.unwrap_or_default())),
    }
}

fn signal_name(signal: i32) -> String {
    match signal {
        libc::SIGSEGV => "segmentation fault".to_owned(),
        libc::SIGABRT => "aborted".to_owned(),
        libc::SIGBUS => "bus error".to_owned(),
        libc::SIGFPE => "arithmetic fault".to_owned(),
        libc::SIGILL => "illegal instruction".to_owned(),
        libc::SIGKILL => "killed by the system".to_owned(),
        libc::SIGXFSZ => "wrote a file it may not write".to_owned(),
        other => format!("signal {other}"),
    }
}

/// The last few thousand bytes of what a worker says as it ends.
fn tail(mut from: impl Read) -> String {
    let mut kept = VecDeque::new();
    let mut block = [0u8; 1024];
    while let Ok(n) = from.read(&mut block) {
        if n == 0 {
            break;
        }
        kept.extend(&block[..n]);
        let over = kept.len().saturating_sub(4096);
        kept.drain(..over);
    }
    String::from_utf8_lossy(kept.make_contiguous()).into_owned()
}
