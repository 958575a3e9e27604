//! What a training is told, completely: the same order gives the same curve.

use std::path::PathBuf;

use film::ContentHash;
use serde::{Deserialize, Serialize};

use crate::Net;

/// A training order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What is trained.
    pub net: Net,
    /// Pictures in a batch.
    pub batch: usize,
    /// Side of a picture, pixels; a multiple of the net's fold.
    pub side: usize,
    /// Batches held back to look at progress.
    pub validation: usize,
    /// Steps at most.
    pub steps: u64,
    /// Highest learning rate; it rises over the first 2 % and falls as a cosine to 1 % of it.
    pub rate: f64,
    /// Share of the old in the moving average of weights, each step.
    pub average: f64,
    /// Steps between looks at the held-back batches.
    pub look_every: u64,
    /// Looks without getting better by 0.1 % after which it stops.
    pub patience: u32,
    /// Seconds of training after which it stops, over all runs; `None` for as long as it takes.
    pub seconds: Option<f64>,
    /// Seed of the first weights.
    pub seed: u64,
    /// Weights to begin with, in place of fresh ones.
    pub begin_with: Option<PathBuf>,
    /// What is trained on: its hash, so that a checkpoint of other material is not taken up.
    pub material: ContentHash,
    /// Threads.
    pub threads: usize,
    /// The checkpoint; one that fits the order is gone on from.
    pub checkpoint: PathBuf,
    /// Keeps the weights of the last look, not of the best: for a control, which must not be saved by where it began.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub keep_last: bool,
}

impl Order {
    /// What two runs must share for one to go on where the other stopped.
    pub fn fingerprint(&self) -> ContentHash {
        let same = Order {
            threads: 0,
            checkpoint: PathBuf::new(),
            seconds: None,
            // Which weights, not where they lie.
            begin_with: None,
            ..self.clone()
        };
        let mut bytes = serde_json::to_vec(&same).expect("an order is plain data");
        if let Some(path) = &self.begin_with {
            bytes.extend(std::fs::read(path).unwrap_or_default());
        }
        ContentHash::of(&bytes)
    }

    /// Learning rate of step `step`.
    pub fn rate_at(&self, step: u64) -> f64 {
        let warm = (self.steps / 50).max(1);
        if step < warm {
            return self.rate * (step + 1) as f64 / warm as f64;
        }
        let part = (step - warm) as f64 / (self.steps - warm).max(1) as f64;
        self.rate * (0.01 + 0.99 * 0.5 * (1.0 + (std::f64::consts::PI * part.min(1.0)).cos()))
    }

    /// Numbers in one batch, inputs then targets.
    pub fn numbers(&self) -> (usize, usize) {
        let plane = self.batch * self.side * self.side;
        (plane * self.net.planes, plane)
    }
}
