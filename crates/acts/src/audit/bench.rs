//! Small trainings on parts of the library, and the one on all of it that a prediction is held against.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use ::audit::{Evidence, HeldOut, Library, Point};
use film::ContentHash;
use jobs::{Cancel, Progress, Unit, Whole};
use neural::slot::Slot;
use neural::wire::Said;
use neural::{Runner, Trainer};
use render::fix::Net;
use serde::{Deserialize, Serialize};
use specialists::gate::Score;
use specialists::image::learn::{JudgeError, LESSONS_SEED, Plan, task_folder};
use specialists::image::material::{Material, folder};
use specialists::image::plane::Plane;
use specialists::image::restore::UNIT;
use specialists::image::samples::{LESSON, Pool};
use specialists::image::synth::hash;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf::{self, ShelfError};
use specialists::specialist::{Specialist, Trainable};
use specialists::split::Role;

use super::{AuditError, Validated, Wish, bare};
use crate::House;
use crate::specialists::choose;
use crate::train::cores;

/// Parts of what may be learned from, each inside the next.
const PARTS: [f64; 3] = [1.0 / 16.0, 1.0 / 8.0, 1.0 / 4.0];
/// Trainings on each part, with other film and other weights.
const SEEDS: u64 = 3;
/// Looks along each training at least: fewer than nine do not say whether it was still learning at its end. Twelve cost as
/// much as a tenth of the steps.
const LOOKS: u64 = 12;
/// Held-out pieces that each training is judged on.
const JUDGED: usize = 96;

/// Shots, windows of each, and pieces of each window, by which it is seen how alike the frames of a shot are.
const ALIKE: (usize, usize, usize) = (32, 4, 4);

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
    /// Shots that are copies of others: a reel, and a number in it.
    pub(super) copied: HashSet<(ContentHash, u32)>,
    /// Length of each reel's shots.
    pub(super) seconds: &'a BTreeMap<ContentHash, Vec<f32>>,
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
        let all = self.material.pool(task, Role::Train).of_shots(|reel, shot| !self.copied.contains(&(reel, shot)));
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
        let start = self.judged(task, &mut ours(&task.card()?.onnx, cores())?, cancel)?;
        let e = Evidence {
            points,
            classical: results.first().map_or(0.0, |r| r.classical),
            now: self.now(task, &start, progress, cancel)?,
            start: Some(mean(&start, |s| s.learned)),
            share: (full.hours / self.library.unique_hours().max(1e-9)).min(1.0),
            history: longest.map(|r| r.history.clone()).unwrap_or_default(),
            samples: self.samples(task, &all, cancel)?,
            held_out: Some(self.held_out()),
            ..bare(task)
        };
        let validated = if self.wish.validate { self.validate(&e, full, progress, cancel)? } else { None };
        Ok((e, validated))
    }

    /// A part of what may be learned from: groups of shots that look alike in an order of the seed's, as many as make it up.
    fn part(&self, task: Task, all: &Pool, part: f64, seed: u64) -> Run {
        let mut groups: BTreeMap<(ContentHash, u32), BTreeSet<u32>> = BTreeMap::new();
        for i in 0..all.len() {
            let (reel, shot) = all.shot(i);
            groups.entry((reel, all.about(i).1.place.setup)).or_default().insert(shot);
        }
        let length = |reel: ContentHash, shots: &BTreeSet<u32>| -> f64 {
            let seconds = self.seconds.get(&reel);
            shots.iter().filter_map(|s| seconds?.get(*s as usize)).map(|s| f64::from(*s)).sum()
        };
        let mut order: Vec<(ContentHash, &BTreeSet<u32>, f64)> =
            groups.iter().map(|(key, shots)| (key.0, shots, length(key.0, shots))).collect();
        let mut place = 0..;
        order.sort_by_cached_key(|_| hash(seed ^ 0xa0d1, place.next().expect("there is no last number")));
        let total: f64 = order.iter().map(|o| o.2).sum();
        let (mut sum, mut chosen) = (0.0, HashSet::new());
        for (reel, shots, seconds) in order {
            if sum > 0.0 && sum + 0.5 * seconds > part * total && part < 1.0 {
                break;
            }
            sum += seconds;
            chosen.extend(shots.iter().map(|shot| (reel, *shot)));
        }
        let pool = all.of_shots(|reel, shot| chosen.contains(&(reel, shot)));
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
        let pieces: Vec<String> =
            (0..run.pool.len()).map(|i| format!("{} {:?}", run.pool.shot(i).0, run.pool.about(i))).collect();
        let first = ContentHash::of(shelf::base_weights(run.task)).short();
        let look_every = (self.wish.steps / LOOKS).max(1);
        let key = ContentHash::of(
            format!(
                "{} {first} {} {} {look_every} {} {} {}",
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
            look_every,
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
        let scores = self.judged(run.task, &mut ours(&onnx, threads)?, cancel)?;
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
    fn judged(&self, task: Task, tool: &mut Tool, cancel: &Cancel) -> Result<Vec<Score>, AuditError> {
        let held_out = self.material.pool(task, Role::Test).thinned(JUDGED);
        Ok(task.judge(&held_out, tool, cancel)?)
    }

    /// What works now, on the same held-out film: the net that `fix` would take, or the classical twin. `start` is how the
    /// shipped weights and the twin fare.
    fn now(
        &self,
        task: Task,
        start: &[Score],
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Option<f64>, AuditError> {
        let mut tool = match choose(Some(self.house), task, progress, cancel).0 {
            Net::None(_) => return Ok(Some(mean(start, |s| s.classical))),
            Net::Base => return Ok(Some(mean(start, |s| s.learned))),
            Net::File(path) => {
                let onnx = fs::read(&path).map_err(|error| AuditError::File { path, error })?;
                ours(&onnx, cores())?
            }
            // It conforms, or it would not have been chosen; one that is gone since is not judged.
            Net::Brought(page) => match Slot::read(&page).and_then(|slot| Ok((slot.open(&page, cores())?, slot))) {
                Ok((runner, slot)) => Tool::Brought(runner, slot),
                Err(_) => return Ok(None),
            },
        };
        Ok(Some(mean(&self.judged(task, &mut tool, cancel)?, |s| s.learned)))
    }

    /// How what is judged on was held out.
    fn held_out(&self) -> HeldOut {
        let taught: HashSet<&String> = self.material.taught.iter().collect();
        match self.material.held_out.iter().filter(|title| !taught.contains(title)).count() {
            0 => HeldOut::Setups,
            whole if whole == self.material.held_out.len() => HeldOut::Titles,
            _ => HeldOut::TitlesAndSetups,
        }
    }

    /// Losses of the shipped weights on frames of shots that have several: how alike the frames of a shot are to the task. A
    /// sample is a frame, by some pieces of it; all have the same grain, so that what differs is the film.
    fn samples(&self, task: Task, all: &Pool, cancel: &Cancel) -> Result<Vec<(u64, f64)>, AuditError> {
        let (shots, windows, pieces) = ALIKE;
        let mut places: BTreeMap<(ContentHash, u32), BTreeMap<i64, Vec<usize>>> = BTreeMap::new();
        for i in 0..all.len() {
            places.entry(all.shot(i)).or_default().entry(all.about(i).1.place.frame).or_default().push(i);
        }
        places.retain(|_, frames| frames.len() > 1);
        let mut tool = ours(&task.card()?.onnx, cores())?;
        let mut samples = Vec::new();
        let step = places.len().div_ceil(shots).max(1);
        for (n, frames) in places.values().step_by(step).enumerate() {
            for frame in frames.values().take(windows) {
                cancel.check().map_err(JudgeError::from)?;
                let mut loss = 0.0;
                for &i in frame.iter().take(pieces) {
                    let lesson = all.make(task, i, LESSONS_SEED, false).map_err(|e| JudgeError::Read(e.to_string()))?;
                    let data = tool.run(task, &lesson.inputs, LESSON, LESSON).map_err(JudgeError::from)?;
                    loss += Plane { width: LESSON, height: LESSON, data }.apart(&lesson.target);
                }
                // By proportion, since losses of plain and of busy pictures are far apart.
                samples.push((n as u64, (loss / frame.len().min(pieces) as f64).max(1e-6).ln()));
            }
        }
        Ok(samples)
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

fn ours(onnx: &[u8], threads: usize) -> Result<Tool, JudgeError> {
    Ok(Tool::Ours(Runner::described(onnx, threads)?))
}

fn db(mse: f64) -> f64 {
    -10.0 * mse.max(1e-12).log10()
}

/// Mean squared error over shots, picture range 0 to 1.
fn mean(scores: &[Score], of: impl Fn(&Score) -> f64) -> f64 {
    scores.iter().map(|s| 10f64.powf(-of(s) / 10.0)).sum::<f64>() / scores.len().max(1) as f64
}
