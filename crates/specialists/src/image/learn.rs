//! Teaching a net, and judging it on what was held out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use film::ContentHash;
use jobs::Cancel;
use neural::wire::Said;
use neural::{Batch, Order, RunError, Runner, TrainError, Trained, Trainer};
use rayon::prelude::*;

use super::plane::{Plane, psnr};
use super::samples::{LESSON, Lesson, Pool, batch};
use super::task::Task;
use super::tool::Tool;
use crate::gate::Score;
use crate::specialist::{Specialist, Trainable};

/// Seed of held-out lessons; piece `i` has this and `i`, so that all that is judged is judged on the same grain.
pub const LESSONS_SEED: u64 = 9_000;
/// Pieces in a batch.
const BATCH: usize = 16;

/// A shot's set-up, summed errors of doing nothing, the classical twin and the net, and how many pieces they are of.
type Sums = (u32, [f64; 3], f64);

/// How a net is taught.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Steps at most.
    pub steps: u64,
    /// Highest learning rate.
    pub rate: f64,
    /// Looks without getting better before it stops.
    pub patience: u32,
    /// Steps between looks.
    pub look_every: u64,
    /// Seconds at most.
    pub seconds: Option<f64>,
    /// Seed of weights and lessons.
    pub seed: u64,
    /// Weights to begin with (safetensors); fresh ones if none.
    pub begin_with: Option<PathBuf>,
    /// Threads of the training program.
    pub threads: usize,
    /// Checkpoint.
    pub checkpoint: PathBuf,
    /// Hash of the material.
    pub material: ContentHash,
    /// Shuffles targets among lessons, so that nothing can be learned: a control for the audit.
    ///
    /// A training keeps its best look at what is watched, which may be its start where film teaches nothing: that is what
    /// the studio would get, and what a learning curve is to show. The control keeps its last look whatever it is worth:
    /// kept at its start it would return the shipped weights and control nothing.
    pub shuffled: bool,
}

impl Plan {
    fn order(&self, task: Task, validation: usize) -> Order {
        Order {
            net: task.net(),
            batch: BATCH,
            side: LESSON,
            validation,
            steps: self.steps,
            rate: self.rate,
            average: 0.998,
            look_every: self.look_every,
            patience: self.patience,
            seconds: self.seconds,
            seed: self.seed,
            begin_with: self.begin_with.clone(),
            material: self.material,
            threads: self.threads,
            checkpoint: self.checkpoint.clone(),
            keep_last: self.shuffled,
        }
    }
}

impl Trainable for Task {
    type Pool = Pool;
    type Plan = Plan;
    type JudgeError = JudgeError;

    fn learn(
        &self,
        trainer: &Trainer,
        taught: &Pool,
        watched: &Pool,
        plan: &Plan,
        cancel: &Cancel,
        tell: &mut dyn FnMut(&Said),
    ) -> Result<Trained, TrainError> {
        let task = *self;
        let lost =
            |e: std::io::Error| TrainError::Failed(format!("a piece of film could not be read: {e}; run this again"));
        if taught.is_empty() {
            return Err(TrainError::Failed(match taught.left_out() {
                0 => format!("there is nothing to learn {task} from; ingest more film, fully"),
                n => format!(
                    "there is nothing to learn {task} from: all {n} pieces of film have more grain than a clean picture may; \
                     ingest film with less, or in larger pictures, which are taken smaller; the other tasks can be taught"
                ),
            }));
        }
        // The same lessons at every look; a fixed number, so that looks cost the same for every library.
        let looks = 8;
        let watched = if watched.is_empty() { taught } else { watched };
        let held: Vec<Batch> = (0..looks)
            .map(|b| {
                let lessons: Result<Vec<Lesson>, _> = (0..BATCH)
                    .into_par_iter()
                    .map(|i| {
                        watched.make(
                            task,
                            (b * BATCH + i) * watched.len() / (looks * BATCH),
                            7_000 + (b * BATCH + i) as u64,
                            false,
                        )
                    })
                    .collect();
                lessons.map(|l| batch(&l))
            })
            .collect::<Result<_, _>>()
            .map_err(lost)?;
        let order = plan.order(task, looks);
        let (pool, seed, shuffled) = (taught.clone(), plan.seed, plan.shuffled);
        let make = move |step: u64| {
            // Each lesson stands in a batch twice, the second time turned: making one costs as much as learning from it.
            let half = BATCH as u64 / 2;
            let lessons = (0..half).filter_map(|i| pool.lesson(task, seed, step * half + i).ok());
            let lessons: Vec<Lesson> = lessons.flat_map(|lesson| [lesson.turned(), lesson]).collect();
            let mut made = batch(&lessons);
            if shuffled {
                shuffle(&mut made.targets);
            }
            // A piece that cannot be read (a disk pulled out) leaves its place empty; the trainer leaves such a step out.
            made.inputs.resize(BATCH * task.net().planes * LESSON * LESSON, f32::NAN);
            made.targets.resize(BATCH * LESSON * LESSON, f32::NAN);
            made
        };
        trainer.train(&order, held, make, cancel, tell)
    }

    fn judge(&self, held_out: &Pool, tool: &mut Tool, cancel: &Cancel) -> Result<Vec<Score>, JudgeError> {
        let task = *self;
        // Reels of one title number their shots each for itself.
        let mut shots: BTreeMap<(String, ContentHash, u32), Sums> = BTreeMap::new();
        let all: Vec<usize> = (0..held_out.len()).collect();
        for some in all.chunks(32) {
            cancel.check()?;
            let lessons: Vec<Lesson> = some
                .par_iter()
                .map(|&i| held_out.make(task, i, LESSONS_SEED + i as u64, false))
                .collect::<Result<_, _>>()
                .map_err(|e| JudgeError::Read(e.to_string()))?;
            for (&i, lesson) in some.iter().zip(&lessons) {
                let data = tool.run(task, &lesson.inputs, LESSON, LESSON)?;
                let made = Plane { width: LESSON, height: LESSON, data };
                let (title, piece) = held_out.about(i);
                let (reel, shot) = held_out.shot(i);
                let entry = shots.entry((title.to_owned(), reel, shot)).or_insert((piece.place.setup, [0.0; 3], 0.0));
                for (sum, plane) in entry.1.iter_mut().zip([&lesson.nothing, &lesson.classical, &made]) {
                    *sum += plane.apart(&lesson.target);
                }
                entry.2 += 1.0;
            }
        }
        let score = |((title, reel, shot), (setup, sums, n)): (_, Sums)| Score {
            title,
            reel: Some(reel),
            shot,
            setup,
            nothing: psnr(sums[0] / n),
            classical: psnr(sums[1] / n),
            learned: psnr(sums[2] / n),
            base: None,
        };
        Ok(shots.into_iter().map(score).collect())
    }
}

/// Gives every lesson of a batch the target of another, which is not its own turned by a half either: those stand in pairs.
fn shuffle(targets: &mut [f32]) {
    targets.rotate_left((2 * LESSON * LESSON).min(targets.len()));
}

/// Holds `scores` against the shipped weights, shot by shot on the very same lessons.
pub fn beside_base(task: Task, held_out: &Pool, scores: &mut [Score], cancel: &Cancel) -> Result<(), JudgeError> {
    // Shipped weights that are damaged beat nothing, and `specialists` says so.
    let Ok(kept) = task.card() else { return Ok(()) };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut tool = Tool::Ours(Runner::described(&kept.onnx, threads)?);
    for (score, base) in scores.iter_mut().zip(task.judge(held_out, &mut tool, cancel)?) {
        score.base = Some(base.learned);
    }
    Ok(())
}

/// Why a net was not judged.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// It cannot be run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Held-out material cannot be read.
    #[error("a held-out piece of film could not be read: {0}; run this again")]
    Read(String),
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] jobs::Canceled),
}

/// Where a task's files lie in the folder of specialists.
pub fn task_folder(specialists: &Path, task: Task) -> PathBuf {
    specialists.join(task.aspect()).join(task.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffled_lesson_has_neither_its_own_target_nor_that_one_turned() {
        // Lessons stand in pairs, the first of each turned: numbered by their pair.
        let side = LESSON * LESSON;
        let mut targets: Vec<f32> = (0..BATCH).flat_map(|i| vec![(i / 2) as f32; side]).collect();
        shuffle(&mut targets);
        assert!((0..BATCH).all(|i| targets[i * side] != (i / 2) as f32));
        shuffle(&mut []);
    }
}
