//! The main program's side of a training: finds the training program, feeds it batches, hears how it goes.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use jobs::{Cancel, Canceled};

use crate::order::Order;
use crate::weights::{Weights, WeightsError};
use crate::wire::{Look, Said};

/// Name of the program.
const NAME: &str = "bottega-train";

/// The training program.
#[derive(Clone, Debug)]
pub struct Trainer {
    program: PathBuf,
}

/// One batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// `[batch, planes, side, side]`.
    pub inputs: Vec<f32>,
    /// `[batch, 1, side, side]`.
    pub targets: Vec<f32>,
}

/// A training that ended.
#[derive(Clone, Debug)]
pub struct Trained {
    /// The averaged weights of the best look, or of the last if the order says so.
    pub weights: Weights,
    /// Looks at what was held back.
    pub curve: Vec<Look>,
    /// Steps made.
    pub steps: u64,
    /// Seconds, over all runs.
    pub seconds: f64,
    /// Why it ended.
    pub because: String,
    /// What it ran on.
    pub how: String,
}

/// Why a training gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// There is no training program.
    #[error("the training program {NAME} is not installed; run `./start engine`, or set BOTTEGA_TRAINER to it")]
    Missing,
    /// It could not be started.
    #[error("{program} could not be started: {cause}; run `./start engine` again", program = program.display())]
    NotStarted {
        /// The program.
        program: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// It gave up.
    #[error("training failed: {0}")]
    Failed(String),
    /// It ended without a word.
    #[error("the training program ended by itself ({0}); run this again and it goes on from its last checkpoint")]
    Ended(String),
    /// What it learned cannot be used.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] Canceled),
}

impl Trainer {
    /// Finds the training program: `BOTTEGA_TRAINER` (empty means none), else beside this program.
    pub fn find() -> Result<Trainer, TrainError> {
        let program = match std::env::var_os("BOTTEGA_TRAINER") {
            Some(named) if named.is_empty() => return Err(TrainError::Missing),
            Some(named) => PathBuf::from(named),
            None => {
                let here = std::env::current_exe().map_err(|_| TrainError::Missing)?;
                // A test's program lies one folder deeper.
                let folders = here.ancestors().skip(1).take(2).map(|folder| folder.join(NAME));
                folders.into_iter().find(|path| path.is_file()).ok_or(TrainError::Missing)?
            }
        };
        if program.is_file() { Ok(Trainer { program }) } else { Err(TrainError::Missing) }
    }

    /// The program at `program`.
    pub fn at(program: &Path) -> Trainer {
        Trainer { program: program.to_owned() }
    }

    /// Trains by `order`: `batch(step)` makes the batch of a step and must depend on nothing but it; `tell` hears what is
    /// said. Killed or canceled, it goes on from the checkpoint when it is called again.
    pub fn train(
        &self,
        order: &Order,
        validation: Vec<Batch>,
        batch: impl Fn(u64) -> Batch + Send + 'static,
        cancel: &Cancel,
        tell: &mut dyn FnMut(&Said),
    ) -> Result<Trained, TrainError> {
        assert_eq!(validation.len(), order.validation, "as many held-back batches as the order says");
        let not_started = |cause: String| TrainError::NotStarted { program: self.program.clone(), cause };
        let mut child = Running(
            Command::new(&self.program)
                // Threads that wait must not spin: the lessons are made on the same cores.
                .env("OMP_WAIT_POLICY", "passive")
                .env("GOMP_SPINCOUNT", "0")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .map_err(|e| not_started(e.to_string()))?,
        );
        let mut feed = BufWriter::with_capacity(1 << 20, child.0.stdin.take().expect("asked for above"));
        let (send, lines) = mpsc::channel();
        let out = child.0.stdout.take().expect("asked for above");
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    break;
                }
            }
        });
        let err = child.0.stderr.take().expect("asked for above");
        let words = thread::spawn(move || BufReader::new(err).lines().map_while(Result::ok).last().unwrap_or_default());
        let line = serde_json::to_string(order).expect("an order is plain data");
        feed.write_all(line.as_bytes()).and_then(|()| feed.write_all(b"\n")).ok();
        for held in &validation {
            // A trainer that has ended says why on its own way out.
            if write_batch(&mut feed, held).is_err() {
                break;
            }
        }
        feed.flush().ok();
        let mut feeding = Some((feed, batch));
        let (mut curve, mut how) = (Vec::new(), String::new());
        let last = order.steps;
        loop {
            cancel.check()?;
            let line = match lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => {
                    let status = child.0.wait().map_or_else(|e| e.to_string(), |s| s.to_string());
                    let words = words.join().unwrap_or_default();
                    return Err(TrainError::Ended(format!("{status} {words}").trim().to_owned()));
                }
            };
            // Something printed by a library.
            let Ok(said) = serde_json::from_str::<Said>(&line) else { continue };
            tell(&said);
            match said {
                Said::Ready { step, curve: before, how: on, .. } => {
                    (curve, how) = (before, on);
                    if let Some((mut feed, batch)) = feeding.take() {
                        thread::spawn(move || {
                            for step in step..last {
                                if write_batch(&mut feed, &batch(step)).is_err() {
                                    return;
                                }
                            }
                            feed.flush().ok();
                        });
                    }
                }
                Said::Looked(look) => curve.push(look),
                Said::Failed { reason } => return Err(TrainError::Failed(reason)),
                Said::Ended { step, because, seconds } => {
                    let mut weights = Weights::read(&learned(order))?;
                    weights.words.clear();
                    weights.check(&order.net)?;
                    return Ok(Trained { weights, curve, steps: step, seconds, because, how });
                }
                Said::Step { .. } | Said::Note { .. } => {}
            }
        }
    }
}

/// Where the training program leaves what was learned.
pub fn learned(order: &Order) -> PathBuf {
    order.checkpoint.with_extension("weights.safetensors")
}

fn write_batch(feed: &mut impl Write, batch: &Batch) -> std::io::Result<()> {
    for numbers in [&batch.inputs, &batch.targets] {
        let mut bytes = Vec::with_capacity(numbers.len() * 4);
        numbers.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
        feed.write_all(&bytes)?;
    }
    feed.flush()
}

/// A child that does not outlive its caller's interest.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
