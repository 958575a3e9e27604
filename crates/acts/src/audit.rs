//! Is this library enough, for which job? Small trainings on parts of it, and what follows from them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ::audit::{
    Audit, Evidence, Library, Look, Plan as Planned, PlanError, Point, ReportSpec, Scale, ShotFacts, WhatIf, copies,
    what_if,
};
use catalogue::{Attributes, LibraryError, THUMB};
use film::ContentHash;
use jobs::{Cancel, Progress, Unit, Whole};
use neural::wire::Said;
use neural::{Engine, EngineError, Runner, TrainError, Trainer};
use serde::{Deserialize, Serialize};
use specialists::gate::Score;
use specialists::image::learn::{JudgeError, Plan, task_folder};
use specialists::image::material::{Material, MaterialError, folder};
use specialists::image::restore::UNIT;
use specialists::image::samples::Pool;
use specialists::image::synth::hash;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf::{self, ShelfError};
use specialists::specialist::{Specialist, Trainable};
use specialists::split::Role;

use crate::House;
use crate::train::cores;

/// Parts of what may be learned from, each inside the next.
const PARTS: [f64; 3] = [1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0];
/// Trainings on each part, with other film and other weights.
const SEEDS: u64 = 3;
/// Held-out pieces that each training is judged on.
const JUDGED: usize = 96;

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

/// One small training.
struct Run {
    task: Task,
    part: f64,
    seed: u64,
    hours: f64,
    pool: Pool,
}

/// What it gave; kept, so that it is not run again.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Tried {
    loss: f64,
    classical: f64,
    history: Vec<(f64, f64)>,
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
        let material = Material::gather(house.library(), &house.workers().program, &[], progress, cancel)?;
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

/// Where small trainings are run.
struct Bench<'a> {
    house: &'a House,
    trainer: Trainer,
    material: Material,
    wish: &'a Wish,
    /// Shots that are nobody's copy.
    unique: BTreeSet<(String, u32)>,
    seconds: BTreeMap<(String, u32), f64>,
    library: &'a Library,
}

impl Bench<'_> {
    fn task(
        &self,
        task: Task,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<(Evidence, Option<Validated>), AuditError> {
        let all = self
            .material
            .pool(task, Role::Train)
            .only(|title, piece| self.unique.contains(&(title.to_owned(), piece.place.shot)));
        let runs: Vec<Run> = (0..SEEDS)
            .flat_map(|seed| PARTS.map(|part| self.part(task, &all, part, seed)))
            .filter(|r| !r.pool.is_empty())
            .collect();
        // Once, before two trainings side by side want it.
        let begin = self.first_weights(task);
        Whole::write(&begin, shelf::base_weights(task))
            .map_err(|error| AuditError::File { path: begin.clone(), error })?;
        let stage = format!("audit {task}");
        progress.begin(&stage, &format!("trying {task} on parts"), Some(runs.len() as u64), Unit::Steps);
        let results = self.run_all(&runs, &stage, progress, cancel)?;
        progress.end(&stage);
        let full = self.part(task, &all, 1.0, 0);
        let points: Vec<Point> =
            runs.iter().zip(&results).map(|(run, r)| Point { n: run.hours, loss: r.loss }).collect();
        let longest =
            runs.iter().zip(&results).filter(|(r, _)| r.part == PARTS[PARTS.len() - 1]).map(|(_, r)| r).next();
        let e = Evidence {
            points,
            classical: results.first().map_or(0.0, |r| r.classical),
            now: self.now(task),
            start: Some(mean(&self.judged(task, &task.card()?.onnx, cores(), cancel)?, |s| s.learned)),
            share: (full.hours / self.library.unique_hours().max(1e-9)).min(1.0),
            history: longest.map(|r| r.history.clone()).unwrap_or_default(),
            ..bare(task)
        };
        let validated = if self.wish.validate { self.validate(&e, full, progress, cancel)? } else { None };
        Ok((e, validated))
    }

    /// A part of what may be learned from: groups of shots that look alike in an order of the seed's, as many as make it up.
    fn part(&self, task: Task, all: &Pool, part: f64, seed: u64) -> Run {
        let mut groups: BTreeMap<(String, u32), BTreeSet<u32>> = BTreeMap::new();
        for i in 0..all.len() {
            let (title, piece) = all.about(i);
            groups.entry((title.to_owned(), piece.place.setup)).or_default().insert(piece.place.shot);
        }
        let length = |title: &str, shots: &BTreeSet<u32>| -> f64 {
            shots.iter().filter_map(|s| self.seconds.get(&(title.to_owned(), *s))).sum()
        };
        let mut order: Vec<(u64, &(String, u32), f64)> = groups
            .iter()
            .enumerate()
            .map(|(i, (key, shots))| (hash(seed ^ 0xa0d1, i as u64), key, length(&key.0, shots)))
            .collect();
        order.sort_unstable_by_key(|o| o.0);
        let total: f64 = order.iter().map(|o| o.2).sum();
        let (mut sum, mut chosen) = (0.0, BTreeSet::new());
        for (_, key, seconds) in order {
            if sum > 0.0 && sum + 0.5 * seconds > part * total && part < 1.0 {
                break;
            }
            sum += seconds;
            chosen.insert(key.clone());
        }
        let pool = all.only(|title, piece| chosen.contains(&(title.to_owned(), piece.place.setup)));
        Run { task, part, seed, hours: sum / 3600.0, pool }
    }

    /// Two at a time with one thread each, which is faster than one after the other with two.
    fn run_all(
        &self,
        runs: &[Run],
        stage: &str,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Vec<Tried>, AuditError> {
        let next = Mutex::new(0usize);
        let done: Mutex<Vec<Option<Tried>>> = Mutex::new(vec![None; runs.len()]);
        let take = || {
            let mut next = next.lock().unwrap_or_else(|p| p.into_inner());
            *next += 1;
            *next - 1
        };
        let work = || -> Result<(), AuditError> {
            loop {
                let i = take();
                let Some(run) = runs.get(i) else { return Ok(()) };
                let result = self.run(run, 1, cancel)?;
                let mut done = done.lock().unwrap_or_else(|p| p.into_inner());
                done[i] = Some(result);
                progress.at(stage, done.iter().flatten().count() as u64);
            }
        };
        std::thread::scope(|scope| {
            let hands: Vec<_> = (0..cores().min(runs.len()).max(1)).map(|_| scope.spawn(work)).collect();
            hands.into_iter().try_for_each(|hand| hand.join().expect("trying does not panic"))
        })?;
        let done = done.into_inner().unwrap_or_else(|p| p.into_inner());
        Ok(done.into_iter().map(|r| r.expect("all were run")).collect())
    }

    /// The weights that trainings begin with, named by what they are.
    fn first_weights(&self, task: Task) -> PathBuf {
        let name = ContentHash::of(shelf::base_weights(task)).short();
        folder(self.house.library()).join("audit").join(format!("{task}-{name}.safetensors"))
    }

    fn run(&self, run: &Run, threads: usize, cancel: &Cancel) -> Result<Tried, AuditError> {
        let home = folder(self.house.library()).join("audit");
        // What is learned from, to the piece: another subset is another training.
        let pieces: Vec<String> = (0..run.pool.len()).map(|i| format!("{:?}", run.pool.about(i))).collect();
        let first = ContentHash::of(shelf::base_weights(run.task)).short();
        let key = ContentHash::of(
            format!(
                "{} {first} {} {} {} {} {}",
                run.task,
                run.seed,
                self.wish.steps,
                self.wish.shuffled,
                self.material.manifest,
                pieces.join(" ")
            )
            .as_bytes(),
        );
        let kept = home.join(format!("{}.json", key.short()));
        if let Some(known) = fs::read(&kept).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
            return Ok(known);
        }
        let file = |path: &Path| {
            let path = path.to_owned();
            move |error| AuditError::File { path, error }
        };
        let checkpoint = home.join(format!("{}.safetensors", key.short()));
        let plan = Plan {
            steps: self.wish.steps,
            rate: 4e-4,
            patience: u32::MAX,
            look_every: (self.wish.steps / 6).max(1),
            seconds: None,
            seed: run.seed,
            begin_with: Some(self.first_weights(run.task)),
            threads,
            checkpoint: checkpoint.clone(),
            material: key,
            shuffled: self.wish.shuffled,
        };
        let watched = self.material.pool(run.task, Role::Watch);
        let trained = run.task.learn(&self.trainer, &run.pool, &watched, &plan, cancel, &mut |_: &Said| {})?;
        let onnx = neural::onnx::write(&run.task.net(), &trained.weights).map_err(ShelfError::from)?;
        let scores = self.judged(run.task, &onnx, threads, cancel)?;
        let unit = f64::from(UNIT / 255.0).powi(2);
        let result = Tried {
            loss: mean(&scores, |s| s.learned),
            classical: mean(&scores, |s| s.classical.max(s.nothing)),
            history: trained.curve.iter().map(|l| (l.step as f64, l.error * unit)).collect(),
        };
        Whole::write(&kept, &serde_json::to_vec(&result).expect("plain data")).map_err(file(&kept))?;
        // What a checkpoint was for is done; both files are made again by the same command.
        let _ = fs::remove_file(&checkpoint);
        let _ = fs::remove_file(checkpoint.with_extension("weights.safetensors"));
        Ok(result)
    }

    /// How a net fares on the held-out film that all are judged on.
    fn judged(&self, task: Task, onnx: &[u8], threads: usize, cancel: &Cancel) -> Result<Vec<Score>, AuditError> {
        let held_out = self.material.pool(task, Role::Test).thinned(JUDGED);
        let mut tool = Tool::Ours(Runner::described(onnx, threads).map_err(JudgeError::from)?);
        Ok(task.judge(&held_out, &mut tool, cancel)?)
    }

    /// The specialist that runs now, on the same held-out film.
    fn now(&self, task: Task) -> Option<f64> {
        let kept = match shelf::library(&folder(self.house.library()), task) {
            Ok(Some(kept)) => kept,
            _ => return None,
        };
        Some(mean(&kept.gate.scores, |s| s.learned))
    }

    /// Writes the prediction down, trains on everything, and compares.
    fn validate(
        &self,
        e: &Evidence,
        full: Run,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<Validated>, AuditError> {
        let curve = match ::audit::Curve::fit(&e.points) {
            Ok(curve) => curve,
            Err(why) => {
                progress.say(&format!("{}: nothing was predicted: {why}", full.task));
                return Ok(None);
            }
        };
        let Some(p) = curve.at(full.hours).known() else { return Ok(None) };
        let largest = e.points.iter().map(|p| p.n).fold(0.0, f64::max);
        let last: Vec<f64> = e.points.iter().filter(|p| p.n >= 0.8 * largest).map(|p| p.loss).collect();
        let mut v = Validated {
            task: full.task,
            predicted: p.mean,
            low: p.low,
            high: p.high,
            last_point: last.iter().sum::<f64>() / last.len().max(1) as f64,
            came: None,
        };
        let path = task_folder(&folder(self.house.library()), full.task).join("prediction.json");
        let write = |v: &Validated| {
            Whole::write(&path, &serde_json::to_vec_pretty(v).expect("plain data"))
                .map_err(|error| AuditError::File { path: path.clone(), error })
        };
        write(&v)?;
        progress.say(&format!(
            "{}: predicted {:.2} dB on all of it; training on all of it",
            full.task,
            db(v.predicted)
        ));
        let mut came = Vec::new();
        for seed in 0..SEEDS {
            came.push(self.run(&Run { seed, pool: full.pool.clone(), ..full }, cores(), cancel)?.loss);
        }
        v.came = Some(came.iter().sum::<f64>() / came.len() as f64);
        write(&v)?;
        Ok(Some(v))
    }
}

fn db(mse: f64) -> f64 {
    -10.0 * mse.max(1e-12).log10()
}

/// Mean squared error over shots, picture range 0 to 1.
fn mean(scores: &[Score], of: impl Fn(&Score) -> f64) -> f64 {
    scores.iter().map(|s| 10f64.powf(-of(s) / 10.0)).sum::<f64>() / scores.len().max(1) as f64
}
