//! Teaching a specialist on the library's titles, and finding out whether it earned its place.

use std::path::PathBuf;
use std::time::Instant;

use film::ContentHash;
use jobs::{Cancel, Progress, Unit};
use neural::card::Energy;
use neural::wire::{Look, Said};
use neural::{Card, Engine, EngineError, Metric, Runner, State, TrainError, Trainer};
use rules::TrainingBasis;
use serde::Serialize;
use specialists::gate;
use specialists::image::learn::{JudgeError, Plan, beside_base, task_folder};
use specialists::image::material::{Material, MaterialError, folder};
use specialists::image::page::{self, Training};
use specialists::image::plane::psnr;
use specialists::image::restore::UNIT;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf::{self, Gate, Kept, ShelfError};
use specialists::specialist::{Specialist, Trainable};
use specialists::split::Role;

use crate::House;
use crate::rights::ask::{AskError, training_basis};

/// What a person asks of a training.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Which tasks.
    pub tasks: Vec<Task>,
    /// Titles to hold out, by name; else some are chosen by their content.
    pub hold_out: Vec<String>,
    /// Steps at most, for each task.
    pub steps: Option<u64>,
    /// Minutes at most, for each task.
    pub minutes: Option<f64>,
    /// Begin from nothing, not from the shipped weights.
    pub fresh: bool,
    /// Seed.
    pub seed: u64,
    /// Threads; all cores if none.
    pub threads: Option<usize>,
}

/// A specialist that was taught.
#[derive(Clone, Debug, Serialize)]
pub struct Taught {
    /// `image`.
    pub aspect: String,
    /// The task.
    pub task: Task,
    /// What runs from now on.
    pub state: State,
    /// Quality on what was held out.
    pub metrics: Vec<Metric>,
    /// Titles taught.
    pub trained_on: Vec<String>,
    /// Titles held out, whole or in part.
    pub held_out: Vec<String>,
    /// Hash of the net.
    pub weights_hash: ContentHash,
    /// Steps made.
    pub steps: u64,
    /// Seconds.
    pub seconds: f64,
    /// Why it stopped.
    pub stopped_because: String,
    /// What the gate decided.
    pub gate: gate::Decision,
    /// Energy used.
    pub energy: Energy,
    /// Page with curves and pictures.
    pub page: PathBuf,
}

/// A task that could not be taught.
#[derive(Debug, Serialize)]
pub struct Failed {
    /// The task.
    pub task: Task,
    /// Why, and what to do.
    pub reason: String,
}

/// What came of a wish.
#[derive(Debug, Serialize)]
pub struct Lessons {
    /// Tasks that were taught.
    pub specialists: Vec<Taught>,
    /// Tasks that were not, while others were.
    pub failed: Vec<Failed>,
}

/// Why nothing was taught.
#[derive(Debug, thiserror::Error)]
pub enum TrainActError {
    /// No material.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// Which shots may teach could not be asked.
    #[error(transparent)]
    Ask(#[from] Box<AskError>),
    /// None may.
    #[error(
        "no shot of the library may teach this model by what is recorded; `bottega rights ask train --model image` says why"
    )]
    Barred(Box<rules::Decision>),
    /// Training failed.
    #[error("{task}: {error}")]
    Train {
        /// The task.
        task: Task,
        /// Why.
        error: TrainError,
    },
    /// There is nothing to judge it by afterwards.
    #[error("{task} is not taught, for nothing could be held out to judge it by: {why}")]
    NothingHeldOut {
        /// The task.
        task: Task,
        /// Why, and what to do.
        why: String,
    },
    /// None of several tasks could be taught.
    #[error("{}", .0.iter().map(|f| f.reason.as_str()).collect::<Vec<_>>().join("\n"))]
    All(Vec<Failed>),
    /// There is no training program.
    #[error(transparent)]
    Missing(TrainError),
    /// Nets cannot be run here.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It could not be judged.
    #[error("{task} was taught and could not be judged: {error}")]
    Judge {
        /// The task.
        task: Task,
        /// Why.
        error: JudgeError,
    },
    /// It could not be kept.
    #[error(transparent)]
    Shelf(#[from] ShelfError),
}

/// Teaches each task of `wish` in turn; one that cannot be taught does not keep the others from it.
///
/// # Errors
/// If none was taught, or the work was told to stop.
pub fn train(house: &House, wish: &Wish, progress: &dyn Progress, cancel: &Cancel) -> Result<Lessons, TrainActError> {
    let trainer = Trainer::find().map_err(TrainActError::Missing)?;
    // What is learned must be run to be judged: better said now than after an hour.
    Engine::load()?;
    let basis = training_basis(house, "image", &[], false)?;
    if basis.allowed().is_empty() && !basis.barred().is_empty() {
        return Err(TrainActError::Barred(Box::new(basis.decision().clone())));
    }
    match (basis.is_sandbox(), basis.barred().len()) {
        (true, _) => progress.say(
            "no rights are recorded for these titles: what is taught is a trial and stays in the house; `bottega rights import` records them",
        ),
        (false, 0) => {}
        (false, barred) => progress.say(&format!(
            "{barred} shots may not teach by what is recorded and are left out; `bottega rights ask train --model image` says why"
        )),
    }
    let material = material(house, &basis, &wish.hold_out, progress, cancel)?;
    let (mut specialists, mut failed) = (Vec::new(), Vec::new());
    let mut only = None;
    for task in &wish.tasks {
        match teach(house, wish, *task, &trainer, &material, progress, cancel) {
            Ok(taught) => specialists.push(taught),
            Err(error) if cancel.check().is_err() => return Err(error),
            Err(error) => {
                progress.say(&error.to_string());
                failed.push(Failed { task: *task, reason: error.to_string() });
                only = Some(error);
            }
        }
    }
    match only.filter(|_| specialists.is_empty()) {
        Some(error) if failed.len() == 1 => Err(error),
        Some(_) => Err(TrainActError::All(failed)),
        None => Ok(Lessons { specialists, failed }),
    }
}

/// What may teach, and what is held out; copies of one shot are all the one or all the other.
pub(crate) fn material(
    house: &House,
    basis: &TrainingBasis,
    hold_out: &[String],
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Material, MaterialError> {
    let (program, find) = (&house.workers().program, &::audit::strip::groups);
    Material::gather(basis, house.library(), program, hold_out, find, progress, cancel)
}

fn teach(
    house: &House,
    wish: &Wish,
    task: Task,
    trainer: &Trainer,
    material: &Material,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Taught, TrainActError> {
    let specialists = folder(house.library());
    let home = task_folder(&specialists, task);
    let (taught, watched) = (material.pool(task, Role::Train), material.pool(task, Role::Watch));
    let held_out = material.pool(task, Role::Test);
    // Better said now than after an hour; the lack of anything to learn from is said by who learns.
    if held_out.is_empty() && !taught.is_empty() {
        return Err(TrainActError::NothingHeldOut { task, why: nothing_held_out(held_out.left_out()) });
    }
    let begin_with = match wish.fresh {
        true => None,
        false => Some(first_weights(&home, task)?),
    };
    let (steps, rate) = if wish.fresh { (9_000, 1e-3) } else { (2_500, 4e-4) };
    let threads = wish.threads.unwrap_or_else(cores);
    let plan = Plan {
        steps: wish.steps.unwrap_or(steps),
        rate,
        patience: 16,
        look_every: 250,
        seconds: wish.minutes.map(|m| m * 60.0),
        seed: wish.seed,
        begin_with,
        threads,
        checkpoint: home.join("checkpoint.safetensors"),
        material: material.manifest,
        shuffled: false,
    };
    let stage = format!("train {task}");
    progress.begin(&stage, &stage, Some(plan.steps), Unit::Steps);
    let page_file = home.join("training.html");
    let mut curve: Vec<Look> = Vec::new();
    let begun = Instant::now();
    let mut tell = |said: &Said| match said {
        Said::Ready { step, how, curve: before, .. } => {
            curve.clone_from(before);
            if *step > 0 {
                progress.say(&format!("{task}: going on from step {step}"));
            }
            progress.say(&format!("{task}: {} pieces to learn from, on {how}, {threads} threads", taught.len()));
        }
        Said::Step { step, .. } => progress.at(&stage, *step),
        Said::Looked(look) => {
            curve.push(*look);
            progress.say(&line(task, &curve));
            let so_far = Training { task, curve: &curve, decision: None, worst: &[], usual: &[] };
            // A page that cannot be written stops nothing; the checkpoint says it if the disk is full.
            let _ = jobs::Whole::write(&page_file, page::page(&so_far).as_bytes());
        }
        Said::Note { line } => progress.say(&format!("{task}: {line}")),
        Said::Failed { .. } | Said::Ended { .. } => {}
    };
    let trained = task
        .learn(trainer, &taught, &watched, &plan, cancel, &mut tell)
        .map_err(|error| TrainActError::Train { task, error })?;
    progress.end(&stage);
    tracing::debug!(seconds = begun.elapsed().as_secs_f64(), "trained");

    let onnx = neural::onnx::write(&task.net(), &trained.weights).map_err(ShelfError::from)?;
    let judged = |error: JudgeError| TrainActError::Judge { task, error };
    let mut tool = Tool::Ours(Runner::described(&onnx, threads).map_err(|e| judged(e.into()))?);
    let mut scores = task.judge(&held_out, &mut tool, cancel).map_err(judged)?;
    // Weights that are to be shipped are not held against those that they replace.
    if !wish.fresh {
        beside_base(task, &held_out, &mut scores, cancel).map_err(judged)?;
    }
    let decision = gate::decide(&scores).expect("what is held out is not empty");
    let library = shelf::fingerprint(house.library()).map_err(MaterialError::from)?;
    let gate = Gate { decision: decision.clone(), material: material.manifest, library, scores };
    let card = Card {
        aspect: task.aspect().to_owned(),
        task: task.name().to_owned(),
        state: State::Library,
        net: task.net(),
        parameters: task.net().parameters(),
        weights_hash: ContentHash::of(&onnx),
        manifest_hash: material.manifest,
        trained_on: material.taught.clone(),
        held_out: material.held_out.clone(),
        licence: "of the library it was learned from".to_owned(),
        command: command(wish, task, plan.steps),
        steps: trained.steps,
        seconds: trained.seconds,
        energy: Energy::estimate(trained.seconds, threads),
        stopped_because: trained.because.clone(),
        seed: plan.seed,
        metrics: vec![metric(task, &decision)],
    };
    let kept = Kept { card, gate, onnx };
    shelf::keep(&specialists, task, &trained.weights, &kept, &material.list)?;
    let (worst, usual) = page::examples(task, &held_out, &kept.gate.scores, &mut tool).map_err(|e| judged(e.into()))?;
    let all = Training { task, curve: &trained.curve, decision: Some(&decision), worst: &worst, usual: &usual };
    jobs::Whole::write(&page_file, page::page(&all).as_bytes())
        .map_err(|error| ShelfError::Io { path: page_file.clone(), error })?;
    Ok(Taught {
        aspect: task.aspect().to_owned(),
        task,
        state: if decision.open { State::Library } else { below(task) },
        metrics: kept.card.metrics.clone(),
        trained_on: kept.card.trained_on.clone(),
        held_out: kept.card.held_out.clone(),
        weights_hash: kept.card.weights_hash,
        steps: trained.steps,
        seconds: trained.seconds,
        stopped_because: trained.because,
        gate: decision,
        energy: kept.card.energy.clone(),
        page: page_file,
    })
}

/// Why nothing is held out, and what to do; some pieces may be too grainy to judge by.
fn nothing_held_out(grainy: usize) -> String {
    match grainy {
        0 => "the library has fewer than three camera set-ups to learn from, or all of it may teach or none; ingest more \
              film, or name a title with --hold-out"
            .to_owned(),
        n => format!(
            "all {n} pieces of what is held out have more grain than a clean picture may; ingest film with less, or in \
             larger pictures, or name a cleaner title with --hold-out"
        ),
    }
}

/// The command that makes the net again.
fn command(wish: &Wish, task: Task, steps: u64) -> String {
    let mut words = format!("bottega train image --task {task} --steps {steps} --seed {}", wish.seed);
    for title in &wish.hold_out {
        // A quote within quotes, as every shell takes it.
        words += &format!(" --hold-out '{}'", title.replace('\'', r"'\''"));
    }
    if let Some(minutes) = wish.minutes {
        words += &format!(" --minutes {minutes}");
    }
    if wish.fresh {
        words += " --fresh";
    }
    words
}

/// What runs where the library's own does not.
fn below(task: Task) -> State {
    if task.card().is_ok_and(|kept| kept.gate.decision.open) { State::Base } else { State::Classical }
}

/// The weights that training begins with: what the project ships.
fn first_weights(home: &std::path::Path, task: Task) -> Result<PathBuf, ShelfError> {
    let path = home.join("base.safetensors");
    jobs::Whole::write(&path, shelf::base_weights(task))
        .map_err(|error| ShelfError::Io { path: path.clone(), error })?;
    Ok(path)
}

/// The decision as a metric.
pub(crate) fn metric(task: Task, d: &gate::Decision) -> Metric {
    Metric {
        name: task.metric().to_owned(),
        value: d.learned.mean,
        low: d.learned.low,
        high: d.learned.high,
        classical: d.classical,
        nothing: d.nothing,
    }
}

/// Cores of this machine.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}

/// A line for the terminal: where it is, how good, and the curve so far.
fn line(task: Task, curve: &[Look]) -> String {
    let last = curve.last().expect("called after a look");
    let db = |l: &Look| psnr(l.error * f64::from(UNIT).powi(2));
    let (low, high) = curve.iter().map(db).fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(v), b.max(v)));
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let from = curve.len().saturating_sub(40);
    let bars: String =
        curve[from..].iter().map(|l| BARS[(((db(l) - low) / (high - low).max(1e-9)) * 7.0).round() as usize]).collect();
    format!("{task}  step {:>6}  {:.2} dB on what is watched  {bars}  {:.0} s", last.step, db(last), last.seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_on_the_card_says_all_that_was_asked() {
        let mut wish = Wish {
            tasks: Vec::new(),
            hold_out: Vec::new(),
            steps: None,
            minutes: None,
            fresh: false,
            seed: 3,
            threads: None,
        };
        assert_eq!(command(&wish, Task::Denoise, 2500), "bottega train image --task denoise --steps 2500 --seed 3");
        wish.hold_out = vec!["Sintel".to_owned(), "Rosa's film".to_owned()];
        (wish.minutes, wish.fresh) = (Some(1.5), true);
        assert_eq!(
            command(&wish, Task::Upscale, 9),
            r"bottega train image --task upscale --steps 9 --seed 3 --hold-out 'Sintel' --hold-out 'Rosa'\''s film' --minutes 1.5 --fresh"
        );
    }
}
