//! Small trainings on parts of the library, and the one on all of it that a prediction is held against.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ::audit::{Evidence, Library, Point};
use film::ContentHash;
use jobs::{Cancel, Progress, Unit, Whole};
use neural::wire::Said;
use neural::{Runner, Trainer};
use serde::{Deserialize, Serialize};
use specialists::gate::Score;
use specialists::image::learn::{JudgeError, Plan, task_folder};
use specialists::image::material::{Material, folder};
use specialists::image::restore::UNIT;
use specialists::image::samples::Pool;
use specialists::image::synth::hash;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf::{self, ShelfError};
use specialists::specialist::{Specialist, Trainable};
use specialists::split::Role;

use super::{AuditError, Validated, Wish, bare};
use crate::House;
use crate::train::cores;

/// Parts of what may be learned from, each inside the next.
const PARTS: [f64; 3] = [1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0];
/// Trainings on each part, with other film and other weights.
const SEEDS: u64 = 3;
/// Held-out pieces that each training is judged on.
const JUDGED: usize = 96;

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

/// Where small trainings are run.
pub(super) struct Bench<'a> {
    pub(super) house: &'a House,
    pub(super) trainer: Trainer,
    pub(super) material: Material,
    pub(super) wish: &'a Wish,
    /// Shots that are nobody's copy.
    pub(super) unique: BTreeSet<(String, u32)>,
    pub(super) seconds: BTreeMap<(String, u32), f64>,
    pub(super) library: &'a Library,
}

impl Bench<'_> {
    /// What was measured of a task, and its prediction beside what came, if that was asked for.
    pub(super) fn task(
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
