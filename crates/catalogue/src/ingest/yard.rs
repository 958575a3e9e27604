//! Where files are opened: in worker processes, or, for a trusted file, right here.

use std::path::PathBuf;

use jobs::{Cancel, Progress};
use media::yard::{Handler, Limits, Refusal, YardError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::music;
use crate::reading::{glance as quick, hearing, lines, segment, still, survey};

/// The jobs that a worker process must know, by name; `bottega yard` serves them.
pub const HANDLERS: &[(&str, Handler)] = &[
    ("survey", look),
    ("read", read),
    ("glance", glance),
    ("settle", settle),
    ("listen", listen),
    ("stills", stills),
    ("lines", said),
    ("hear", hear),
];

/// Does jobs that open files.
pub trait Yard: Sync {
    /// Does the job called `name` (see [`HANDLERS`]).
    fn call(
        &self,
        name: &str,
        job: Value,
        limits: &Limits,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Value, YardError>;
}

/// Worker processes of a program whose hidden subcommand `yard` serves [`HANDLERS`].
#[derive(Clone, Debug)]
pub struct Workers {
    /// The program: this one.
    pub program: PathBuf,
}

impl Yard for Workers {
    fn call(
        &self,
        name: &str,
        job: Value,
        limits: &Limits,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Value, YardError> {
        media::yard::call(&self.program, name, &job, limits, progress, cancel)
    }
}

/// This process itself, without any limits: for files one trusts.
#[derive(Clone, Copy, Debug)]
pub struct Here;

impl Yard for Here {
    fn call(
        &self,
        name: &str,
        job: Value,
        _: &Limits,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Value, YardError> {
        let handler = HANDLERS.iter().find(|(n, _)| *n == name).expect("jobs are named in HANDLERS").1;
        handler(job, progress, cancel).map_err(YardError::Refused)
    }
}

/// Does a job and reads its result.
pub(crate) fn call<J: Serialize, R: DeserializeOwned>(
    yard: &dyn Yard,
    name: &str,
    job: &J,
    limits: &Limits,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<R, YardError> {
    let result = yard.call(name, media::yard::as_json(job)?, limits, progress, cancel);
    // A worker that was told to stop may say so in its own way.
    cancel.check()?;
    serde_json::from_value(result?).map_err(|e| YardError::Crashed(format!("its result cannot be read: {e}")))
}

fn job<J: DeserializeOwned>(value: Value) -> Result<J, Refusal> {
    serde_json::from_value(value).map_err(|e| Refusal {
        reason: format!("the job cannot be read: {e}"),
        remedy: "install one version of Bottega".to_owned(),
    })
}

fn reply<R: Serialize>(result: R) -> Result<Value, Refusal> {
    Ok(serde_json::to_value(result).expect("results are JSON"))
}

fn look(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(survey::survey(&job(value)?, progress, cancel)?)
}

fn read(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(segment::read_segments(&job(value)?, progress, cancel)?)
}

fn glance(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(quick::glance(&job(value)?, progress, cancel)?)
}

fn settle(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(quick::settle(&job(value)?, progress, cancel)?)
}

fn stills(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(still::take_stills(&job(value)?, progress, cancel)?)
}

fn said(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(lines::read_lines(&job(value)?, progress, cancel)?)
}

fn listen(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(hearing::listen(&job(value)?, progress, cancel)?)
}

fn hear(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    reply(music::take::hear(&job(value)?, progress, cancel)?)
}
