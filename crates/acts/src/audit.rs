//! Is this library enough, for which job? Small trainings on parts of it, and what follows from them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ::audit::cell::Wanted;
use ::audit::{
    Asked, Audit, Evidence, Library, Plan as Planned, PlanError, ReportSpec, Request, Scale, WhatIf, what_if,
};
use bench::Bench;
use catalogue::{LibraryError, LookupError};
use jobs::{Cancel, Progress, Whole};
use known::{Known, request};
use neural::{Engine, TrainError, Trainer};
use serde::{Deserialize, Serialize};
use specialists::image::learn::JudgeError;
use specialists::image::material::MaterialError;
use specialists::image::task::Task;
use specialists::shelf::ShelfError;
use specialists::specialist::Specialist;

use crate::House;
use crate::rights::ask::{AskError, training_basis};
use crate::train::material;

mod bench;
mod kinds;
mod known;

/// What a person asks of an audit.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which tasks.
    pub tasks: Vec<Task>,
    /// Steps of each small training.
    pub steps: u64,
    /// Planned film: `+40h`, or a file of comma-separated values.
    pub what_if: Vec<String>,
    /// What will be asked for: kinds of shot in words, or shots of the library.
    pub requests: Vec<String>,
    /// Titles that are animation; kept with the library.
    pub animation: Vec<String>,
    /// Titles that are live action; kept with the library.
    pub live_action: Vec<String>,
    /// Trains on everything as well, after the prediction was written, and says how far off it was.
    pub validate: bool,
    /// Targets are shuffled, so that nothing can be learned: the verdict must not turn green.
    pub shuffled: bool,
    /// The page; else in the library's folder.
    pub page: Option<PathBuf>,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    /// Verdicts and library.
    #[serde(flatten)]
    pub audit: Audit,
    /// With planned film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub what_if: Option<WhatIf>,
    /// What was asked for, and how far it lies from the library.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Asked>,
    /// Predictions beside what training on everything gave.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validated: Vec<Validated>,
    /// What else must be known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The page.
    pub page: PathBuf,
}

/// A prediction, written down before, and what came.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Validated {
    /// The task.
    pub task: Task,
    /// Predicted mean squared error.
    pub predicted: f64,
    /// Lower end of its 90 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// What the largest part gave: the guess of who does not extrapolate.
    pub last_point: f64,
    /// What training on everything gave; `None` while it has not been run.
    pub came: Option<f64>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Which shots may teach could not be asked.
    #[error(transparent)]
    Ask(#[from] Box<AskError>),
    /// No material.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The library cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Training failed.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// It could not be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The shipped weights are damaged.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
    /// No such title.
    #[error(transparent)]
    Title(#[from] LookupError),
    /// What was asked for is not understood.
    #[error("{0}")]
    Request(String),
    /// A plan cannot be read.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A file could not be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Audits the library. Without the training program or the running engine, or with nothing to learn from, nothing is trained:
/// what needs no training is told, and the rest is unknown.
pub fn audit(house: &House, wish: &Wish, progress: &dyn Progress, cancel: &Cancel) -> Result<Answer, AuditError> {
    let plan = planned(&wish.what_if)?;
    let kinds = kinds::said(house, &wish.animation, &wish.live_action)?;
    let asked: Vec<Request> = wish.requests.iter().map(|text| request(house, text)).collect::<Result<_, _>>()?;
    let known = Known::of(house, &kinds)?;
    let library = Library::of_stock(&known.stock, known.rho);
    let mut evidence = Vec::new();
    let mut validated = Vec::new();
    let mut notes = Vec::new();
    let bench = match library.nothing_to_hold_out() {
        Some(nothing) => Err(nothing),
        None => bench(house, wish, &known, &library, progress, cancel)?,
    };
    match bench {
        Ok(bench) => {
            for task in &wish.tasks {
                let (e, v) = bench.task(*task, progress, cancel)?;
                evidence.push(e);
                validated.extend(v);
            }
        }
        Err(why) => {
            evidence.extend(wish.tasks.iter().map(|task| Evidence { unmeasured: Some(why.clone()), ..bare(*task) }));
            notes.push(why);
        }
    }
    // What will be asked for is what variety is about.
    let wants: Vec<Wanted> =
        asked.iter().filter_map(|r| if let Request::Wish(w) = r { Some(*w) } else { None }).collect();
    evidence.iter_mut().for_each(|e| e.wants.clone_from(&wants));
    let requests: Vec<Asked> = asked.iter().map(|r| r.ask(&library, known.stock.shots())).collect();
    let audit = ::audit::audit(&library, &evidence);
    let what_if = plan.map(|plan| what_if(&library, &evidence, &plan));
    let page = wish.page.clone().unwrap_or_else(|| house.library().root().join("audit.html"));
    let name = house.library().root().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let html = ::audit::report(&ReportSpec {
        name: &name,
        audit: &audit,
        library: &library,
        titles: &known.names,
        what_if: what_if.as_ref(),
        requests: &requests,
        notes: &notes,
    });
    Whole::write(&page, html.as_bytes()).map_err(|error| AuditError::File { path: page.clone(), error })?;
    Ok(Answer { audit, what_if, requests, validated, notes, page })
}

/// Where small trainings are run, or why none can be.
fn bench<'a>(
    house: &'a House,
    wish: &'a Wish,
    known: &'a Known,
    library: &'a Library,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Result<Bench<'a>, String>, AuditError> {
    let untrained = |why: String| Ok(Err(format!("Nothing was trained, so no learning curve is drawn: {why}.")));
    let trainer = match Trainer::find() {
        Ok(trainer) => trainer,
        Err(missing) => return untrained(missing.to_string()),
    };
    // What is learned must be run to be judged: better said now than after an hour.
    if let Err(missing) = Engine::load() {
        return untrained(missing.to_string());
    }
    let basis = training_basis(house, "image", &[], false)?;
    match material(house, &basis, &[], progress, cancel) {
        Ok(material) => {
            Ok(Ok(Bench { house, trainer, material, wish, copied: known.copied(), seconds: &known.seconds, library }))
        }
        Err(MaterialError::Nothing(_)) if basis.allowed().is_empty() && !basis.barred().is_empty() => {
            untrained(format!(
                "none of its {} shots may teach by what is recorded; `bottega rights ask train --model image` says why",
                basis.barred().len()
            ))
        }
        Err(nothing @ MaterialError::Nothing(_)) => untrained(nothing.to_string()),
        Err(e) => Err(e.into()),
    }
}

/// Amounts of film, and lists of titles; what can be read as an amount is one.
fn planned(texts: &[String]) -> Result<Option<Planned>, AuditError> {
    let mut rows = Vec::new();
    for text in texts {
        let path = Path::new(text);
        let plan = match Planned::bare(text) {
            Err(_) if path.extension().is_some() && !text.starts_with('+') => {
                let csv =
                    fs::read_to_string(path).map_err(|error| AuditError::File { path: path.to_owned(), error })?;
                Planned::csv(&csv, text)?
            }
            amount => amount?,
        };
        rows.extend(plan.rows);
    }
    Ok((!rows.is_empty()).then_some(Planned { rows }))
}

/// What is said of a task that could not be measured.
fn bare(task: Task) -> Evidence {
    Evidence {
        aspect: task.aspect().to_owned(),
        task: task.name().to_owned(),
        metric: task.metric().to_owned(),
        scale: Scale::Decibel,
        classical_name: "the classical twin".to_owned(),
        instead: "what `bottega specialists` lists for it (the shipped weights or the classical twin)".to_owned(),
        margin: task.margin(),
        share: 0.7,
        ..Evidence::default()
    }
}
