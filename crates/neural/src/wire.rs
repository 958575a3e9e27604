//! The words between the main program and the one that trains: JSON lines one way, an order and bare batches the other.
//!
//! To the trainer: the [`Order`](crate::Order) as one JSON line; then `validation` batches; then, from the step it said it is
//! at, one batch a step. A batch is little-endian f32: inputs `[batch, planes, side, side]`, targets `[batch, 1, side, side]`.

use serde::{Deserialize, Serialize};

/// What the trainer says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// It is ready for batches from this step on.
    Ready {
        /// The step.
        step: u64,
        /// What it runs on and how it computes: `cpu, f32`.
        how: String,
        /// Looks taken before, if it goes on from a checkpoint.
        curve: Vec<Look>,
        /// Seconds spent before.
        seconds: f64,
    },
    /// A step was made.
    Step {
        /// The step.
        step: u64,
        /// Its loss.
        loss: f64,
    },
    /// It looked at what is held back, and wrote its checkpoint.
    Looked(Look),
    /// Something worth knowing.
    Note {
        /// In words.
        line: String,
    },
    /// It cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
    /// It ended; the weights lie at the checkpoint's path with the ending `.weights`.
    Ended {
        /// Steps made.
        step: u64,
        /// Why: `converged`, `all steps made`, `time is up`.
        because: String,
        /// Seconds, over all runs.
        seconds: f64,
    },
}

/// A look at what is held back.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// After so many steps.
    pub step: u64,
    /// Mean squared error of the averaged weights, in the units of the targets.
    pub error: f64,
    /// Mean training loss since the look before.
    pub loss: f64,
    /// Seconds of training so far.
    pub seconds: f64,
}
