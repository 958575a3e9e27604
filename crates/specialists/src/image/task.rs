//! The three things that the image specialist learns, and the net of each.

use std::fmt;
use std::str::FromStr;

use neural::Net;
use serde::{Deserialize, Serialize};

/// A task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Task {
    /// Taking grain and noise away.
    Denoise,
    /// Taking away what compression did.
    Deblock,
    /// Twice the size.
    Upscale,
}

/// Frames before and after that a net sees.
pub const NEIGHBORS: usize = 2;

impl Task {
    /// All of them.
    pub const ALL: [Task; 3] = [Task::Denoise, Task::Deblock, Task::Upscale];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Task::Denoise => "denoise",
            Task::Deblock => "deblock",
            Task::Upscale => "upscale",
        }
    }

    /// Its net, small enough to learn and to run on two cores.
    ///
    /// Denoise and deblock see five frames in line, what the classical twin made of them, and how strong the damage is;
    /// denoise mends the twin's picture, deblock the frame. Upscale sees the picture enlarged by Lanczos, and mends it. See
    /// [`inputs`](super::restore::inputs).
    pub fn net(self) -> Net {
        match self {
            Task::Denoise | Task::Deblock => Net { planes: 8, fold: 2, width: 48, blocks: 2 },
            Task::Upscale => Net { planes: 3, fold: 2, width: 48, blocks: 3 },
        }
    }

    /// Whether it works on neighbouring frames as well.
    pub fn uses_time(self) -> bool {
        self != Task::Upscale
    }

    /// What its quality is measured by.
    pub fn metric(self) -> &'static str {
        match self {
            Task::Denoise => "PSNR-Y, grain of 5 to 25",
            Task::Deblock => "PSNR-Y, H.264 at QP 32 to 42",
            Task::Upscale => "PSNR-Y, twice the size",
        }
    }

    /// By how many dB it should beat its classical twin, for the audit's verdict.
    pub fn margin(self) -> f64 {
        match self {
            Task::Denoise => 0.5,
            Task::Deblock => 0.2,
            Task::Upscale => 0.5,
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Task {
    type Err = String;

    fn from_str(text: &str) -> Result<Task, String> {
        let found = Task::ALL.into_iter().find(|task| task.name() == text);
        found.ok_or_else(|| {
            format!("`{text}` is no task of the image specialist; there are denoise, deblock and upscale")
        })
    }
}
