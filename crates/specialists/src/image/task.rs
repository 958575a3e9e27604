//! The three things that the image specialist learns, and the net of each.

use std::fmt;
use std::str::FromStr;

use neural::{Net, RunError};
use serde::{Deserialize, Serialize};

use super::dct::Power;
use super::grain::{Ar, LEVELS};
use super::hand;
use super::plane::Plane;
use super::restore::{Damage, Window, classical};
use super::synth::field;
use super::tool::Tool;
use crate::shelf::{self, Kept, ShelfError};
use crate::specialist::{Cost, Footage, Specialist};

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
            Task::Deblock => "PSNR-Y, H.264 at QP 30 to 44",
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

/// A frame with its neighbours, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The frame and its neighbours in line.
    pub window: Window,
    /// The damage.
    pub damage: Damage,
}

/// Sides that can be worked on.
const SIDES: std::ops::RangeInclusive<usize> = 16..=8192;
/// Side of the picture that an estimate is made by.
const TRIAL: usize = 256;
/// Bytes for each pixel of a frame: frames that wait, their pyramids, and what the net is given (`docs/MEASURED.md`, memory).
const BYTES: u64 = 400;

impl Specialist for Task {
    type Given = Shown;
    type Made = Plane;
    type Tool = Tool;

    fn aspect(&self) -> &'static str {
        "image"
    }

    fn task(&self) -> &'static str {
        self.name()
    }

    fn card(&self) -> Result<Kept, ShelfError> {
        shelf::base(*self)
    }

    fn supports(&self, footage: &Footage) -> Result<(), String> {
        let (w, h) = (footage.width, footage.height);
        if SIDES.contains(&w) && SIDES.contains(&h) {
            return Ok(());
        }
        let (least, most) = (SIDES.start(), SIDES.end());
        Err(format!("{self} takes pictures of {least} to {most} pixels a side, and this one has {w}x{h}"))
    }

    fn estimate(&self, footage: &Footage, mut tool: Option<&mut Tool>) -> Result<Cost, RunError> {
        let plane = |seed: u64| {
            let data = field(&Ar::white(), TRIAL, TRIAL, seed).iter().map(|v| 128.0 + 8.0 * v).collect();
            Plane { width: TRIAL, height: TRIAL, data }
        };
        let others = if self.uses_time() { (1..=2 * NEIGHBORS as u64).map(plane).collect() } else { Vec::new() };
        let damage = match self {
            Task::Denoise => Damage::Grain([8.0; LEVELS], Box::new(Power::white())),
            Task::Deblock => Damage::Coding(36.0),
            Task::Upscale => Damage::Size,
        };
        let given = Shown { window: Window { now: plane(0), others }, damage };
        // The first run is slower than all that follow.
        self.run(tool.as_deref_mut(), &given)?;
        let begun = std::time::Instant::now();
        self.run(tool, &given)?;
        let trials = (footage.width * footage.height) as f64 / (TRIAL * TRIAL) as f64 * footage.frames.max(0) as f64;
        let grown = if *self == Task::Upscale { 4 } else { 1 };
        Ok(Cost {
            seconds: begun.elapsed().as_secs_f64() * trials,
            bytes: BYTES * grown * (footage.width * footage.height) as u64,
        })
    }

    fn run(&self, tool: Option<&mut Tool>, given: &Shown) -> Result<Plane, RunError> {
        let Shown { window, damage } = given;
        match tool {
            None => Ok(classical(window, damage)),
            // The net for size looks at the plain enlargement, not at what the twin makes of it.
            Some(tool) if *self == Task::Upscale => hand::run(tool, *self, window, &window.now, damage),
            Some(tool) => hand::run(tool, *self, window, &classical(window, damage), damage),
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
