//! The worker's side.

use std::any::Any;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jobs::{Cancel, Progress, Unit};

use super::wire::{Envelope, Line};
use super::{Refusal, fence};

/// What does a job of one name: the job in, its result or a refusal out.
pub type Handler = fn(serde_json::Value, &dyn Progress, &Cancel) -> Result<serde_json::Value, Refusal>;

/// Does one job: reads it and its limits from standard input, fences itself in, runs the handler of that name, writes
/// progress and result to standard output.
///
/// Called by the hidden subcommand `yard` and by nothing else, before any thread is started.
pub fn serve(job_name: &str, handlers: &[(&str, Handler)]) -> ExitCode {
    let home = Home { out: Mutex::new(own_output()), told: Mutex::new(HashMap::new()) };
    let mut line = String::new();
    let envelope = std::io::stdin().lock().read_line(&mut line).map_err(|e| e.to_string());
    let envelope: Result<Envelope, String> =
        envelope.and_then(|_| serde_json::from_str(&line).map_err(|e| e.to_string()));
    let envelope = match envelope {
        Ok(envelope) => envelope,
        Err(cause) => {
            eprintln!("`yard` is for this program's own workers; its input is no job: {cause}");
            return ExitCode::from(2);
        }
    };
    let Some((_, handler)) = handlers.iter().find(|(name, _)| *name == job_name) else {
        eprintln!("no worker knows the job `{job_name}`");
        return ExitCode::from(2);
    };
    fence::die_with_parent(envelope.parent);
    crate::hush();
    let (files, calls) = fence::close(&envelope.limits);
    home.tell(&Line::Fence { files, calls });
    let result = catch_unwind(AssertUnwindSafe(|| handler(envelope.job, &home, &Cancel::new())));
    home.tell(&match result {
        Ok(Ok(result)) => Line::Done { result },
        Ok(Err(refusal)) => Line::Refused(refusal),
        Err(panic) => Line::Panicked { message: message(&*panic) },
    });
    ExitCode::SUCCESS
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text =
        panic.downcast_ref::<&str>().map(|s| (*s).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "a panic".to_owned())
}

/// Standard output, kept for lines of ours; what libraries print goes to standard error.
fn own_output() -> File {
    // SAFETY: descriptors 1 and 2 are open in a worker; the copy is a new descriptor, owned from here on.
    unsafe {
        let kept = libc::dup(1);
        assert!(kept >= 0, "a worker has a standard output");
        libc::dup2(2, 1);
        File::from(OwnedFd::from_raw_fd(kept))
    }
}

/// The way home.
struct Home {
    out: Mutex<File>,
    /// When each stage was last told of.
    told: Mutex<HashMap<String, Instant>>,
}

impl Home {
    fn tell(&self, line: &Line) {
        let mut text = serde_json::to_string(line).expect("lines are plain data");
        text.push('\n');
        let mut out = self.out.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if out.write_all(text.as_bytes()).is_err() {
            // Nobody listens any more.
            std::process::exit(1);
        }
    }
}

impl Progress for Home {
    fn begin(&self, id: &str, what: &str, total: Option<u64>, unit: Unit) {
        self.tell(&Line::Begin { id: id.to_owned(), what: what.to_owned(), total, unit });
    }

    fn at(&self, id: &str, done: u64) {
        {
            let mut told = self.told.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            let now = Instant::now();
            match told.get_mut(id) {
                // Ten lines a second are enough for any eye.
                Some(last) if now.duration_since(*last) < Duration::from_millis(100) => return,
                Some(last) => *last = now,
                None => drop(told.insert(id.to_owned(), now)),
            }
        }
        self.tell(&Line::At { id: id.to_owned(), done });
    }

    fn end(&self, id: &str) {
        self.tell(&Line::End { id: id.to_owned() });
    }

    fn say(&self, line: &str) {
        self.tell(&Line::Say { line: line.to_owned() });
    }
}
