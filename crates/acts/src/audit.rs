//! Is this library enough, for which job? Small trainings on parts of it, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use ::audit::{
    Audit, Evidence, Library, Look, Plan as Planned, PlanError, ReportSpec, Scale, ShotFacts, WhatIf, copies, what_if,
};
use bench::Bench;
use catalogue::{Attributes, LibraryError, THUMB};
use jobs::{Cancel, Progress, Whole};
use neural::{Engine, EngineError, TrainError, Trainer};
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

/// What a person asks of an audit.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which tasks.
    pub tasks: Vec<Task>,
    /// Steps of each small training.
    pub steps: u64,
    /// Planned film: `+40h`, or a file of comma-separated values.
    pub what_if: Vec<String>,
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
    /// Predictions beside what training on everything gave.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub validated: Vec<Validated>,
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
    /// Training failed, or there is no training program.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Nets cannot be run here.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It could not be judged.
    #[error(transparent)]
    Judge(#[from] JudgeError),
    /// The shipped weights are damaged.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
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

/// Audits the library.
pub fn audit(house: &House, wish: &Wish, progress: &dyn Progress, cancel: &Cancel) -> Result<Answer, AuditError> {
    let plan = planned(&wish.what_if)?;
    let (shots, keys, names) = facts(house)?;
    let library = Library::of(&shots, None);
    let mut evidence = Vec::new();
    let mut validated = Vec::new();
    let mut notes = Vec::new();
    if let Some(nothing) = library.nothing_to_hold_out() {
        notes.push(nothing);
        evidence.extend(wish.tasks.iter().map(|task| bare(*task)));
    } else {
        let trainer = Trainer::find()?;
        // What is learned must be run to be judged: better said now than after an hour.
        Engine::load()?;
        let basis = training_basis(house, "image", &[], false)?;
        let material = material(house, &basis, &[], progress, cancel)?;
        let unique: BTreeSet<(String, u32)> =
            copies::groups(&shots).iter().map(|g| keys[copies::keeper(g, &shots)].clone()).collect();
        let seconds: BTreeMap<(String, u32), f64> = keys.iter().cloned().zip(shots.iter().map(|s| s.seconds)).collect();
        let bench = Bench { house, trainer, material, wish, unique, seconds, library: &library };
        for task in &wish.tasks {
            let (e, v) = bench.task(*task, progress, cancel)?;
            evidence.push(e);
            validated.extend(v);
        }
    }
    let audit = ::audit::audit(&library, &evidence);
    let what_if = plan.map(|plan| what_if(&library, &evidence, &plan));
    let page = wish.page.clone().unwrap_or_else(|| house.library().root().join("audit.html"));
    let name = house.library().root().file_name().unwrap_or_default().to_string_lossy().into_owned();
    let html = ::audit::report(&ReportSpec {
        name: &name,
        audit: &audit,
        library: &library,
        titles: &names,
        what_if: what_if.as_ref(),
        notes: &notes,
    });
    Whole::write(&page, html.as_bytes()).map_err(|error| AuditError::File { path: page.clone(), error })?;
    Ok(Answer { audit, what_if, validated, page })
}

fn planned(texts: &[String]) -> Result<Option<Planned>, AuditError> {
    let mut rows = Vec::new();
    for text in texts {
        let path = Path::new(text);
        let plan = if path.extension().is_some() && !text.starts_with('+') {
            let csv = fs::read_to_string(path).map_err(|error| AuditError::File { path: path.to_owned(), error })?;
            Planned::csv(&csv, text)?
        } else {
            Planned::bare(text)?
        };
        rows.extend(plan.rows);
    }
    Ok((!rows.is_empty()).then_some(Planned { rows }))
}

type Facts = (Vec<ShotFacts>, Vec<(String, u32)>, BTreeMap<u32, String>);

/// What is known of every shot of the library, the key that pieces know it by, and the titles' names.
fn facts(house: &House) -> Result<Facts, AuditError> {
    let (mut shots, mut keys, mut names) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (n, title) in house.library().titles()?.iter().enumerate() {
        names.insert(n as u32, title.name.clone());
        for reel in house.library().snapshot(title)?.reels {
            let fps = reel.clock.rate().fps();
            for shot in &reel.shots {
                let at = shot.key_frame as usize * THUMB;
                let picture = reel.signals.thumbs.get(at..at + THUMB).unwrap_or_default();
                shots.push(ShotFacts {
                    title: n as u32,
                    shot: shot.index,
                    seconds: shot.range.len() as f64 / fps,
                    frames: shot.range.len() as u64,
                    picture: picture.iter().map(|b| f32::from(*b) / 255.0).collect(),
                    look: look(&shot.attributes),
                });
                keys.push((title.name.clone(), shot.index));
            }
        }
    }
    Ok((shots, keys, names))
}

fn look(a: &Attributes) -> Look {
    let hue = a.palette.first().and_then(|(r, g, b, _)| {
        let [r, g, b] = [*r, *g, *b].map(f32::from);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let span = most - least;
        // Grays have no hue.
        (span > 24.0).then(|| {
            let sixth = if most == r {
                (g - b) / span
            } else if most == g {
                2.0 + (b - r) / span
            } else {
                4.0 + (r - g) / span
            };
            (60.0 * sixth).rem_euclid(360.0)
        })
    });
    Look {
        day: a.day,
        day_confidence: a.day_confidence,
        exterior: a.exterior,
        exterior_confidence: a.exterior_confidence,
        motion: a.motion,
        brightness: a.brightness,
        saturation: a.saturation,
        hue,
        ..Look::default()
    }
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
