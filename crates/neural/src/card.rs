//! The card of a trained specialist: what it is, learned from what, how good, by whose leave.

use film::ContentHash;
use serde::{Deserialize, Serialize};

use crate::Net;

/// Where a specialist stands in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// A method without learning.
    Classical,
    /// Weights that the project ships.
    Base,
    /// Learned from the studio's titles.
    Library,
    /// Adapted to one title or shot.
    Shot,
    /// A net that the studio brought.
    External,
}

/// A measured quality beside the classical method and doing nothing, with a 90 % interval of the learned one's mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// What: `PSNR-Y at grain 10`.
    pub name: String,
    /// The learned net.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// The classical twin.
    pub classical: f64,
    /// Doing nothing.
    pub nothing: f64,
}

/// What one must know of trained weights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// `image`.
    pub aspect: String,
    /// `denoise`, `deblock`, `upscale`.
    pub task: String,
    /// Its state.
    pub state: State,
    /// The net.
    pub net: Net,
    /// Numbers learned.
    pub parameters: usize,
    /// Hash of the ONNX file.
    pub weights_hash: ContentHash,
    /// Hash of all that it was trained on, in order.
    pub manifest_hash: ContentHash,
    /// Titles it was trained on, with licence and attribution where known.
    pub trained_on: Vec<String>,
    /// Titles held out, on which it was measured.
    pub held_out: Vec<String>,
    /// Licence of the weights.
    pub licence: String,
    /// The command that makes it again.
    pub command: String,
    /// Training steps.
    pub steps: u64,
    /// Wall time.
    pub seconds: f64,
    /// Energy, and how it was found.
    pub energy: Energy,
    /// Why training ended.
    pub stopped_because: String,
    /// Seed.
    pub seed: u64,
    /// Quality on what was held out.
    pub metrics: Vec<Metric>,
}

/// Energy used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Watt-hours.
    pub watt_hours: f64,
    /// `estimate: 2 threads at 12 W each`.
    pub basis: String,
}

impl Energy {
    /// An estimate from time alone: a busy server core draws some 12 W with its share of cache and memory.
    pub fn estimate(seconds: f64, threads: usize) -> Energy {
        const WATTS: f64 = 12.0;
        Energy {
            watt_hours: (seconds * threads as f64 * WATTS / 36.0).round() / 100.0,
            basis: format!("estimate: {threads} threads at {WATTS} W each"),
        }
    }
}
