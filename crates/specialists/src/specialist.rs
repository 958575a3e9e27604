//! What every specialist is, whatever its aspect: it has a card, says what it can take and what that costs, and does it, learned
//! or by its classical twin.
//!
//! The nine aspects implement this for an enum of their tasks; [`image::task::Task`](crate::image::task::Task) is the first.
//! Judges implement [`Critic`](crate::critic::Critic).

use jobs::Cancel;
use neural::wire::Said;
use neural::{RunError, TrainError, Trained, Trainer};

use crate::gate::Score;
use crate::shelf::{Kept, ShelfError};

/// Footage that a specialist is asked to work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footage {
    /// Pixels across.
    pub width: usize,
    /// Lines.
    pub height: usize,
    /// Frames.
    pub frames: i64,
}

/// What a work takes on this machine.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cost {
    /// Seconds, by a trial made just now; without reading and writing the film.
    pub seconds: f64,
    /// Bytes of memory, at most.
    pub bytes: u64,
}

/// One task of one aspect.
pub trait Specialist {
    /// What it is given.
    type Given;
    /// What it makes of it.
    type Made;
    /// A learned net, ready to run.
    type Tool;

    /// Which aspect: `image`.
    fn aspect(&self) -> &'static str;

    /// Which task of it: `denoise`.
    fn task(&self) -> &'static str;

    /// Card, net and gate as they come with the program.
    ///
    /// # Errors
    /// If they are damaged.
    fn card(&self) -> Result<Kept, ShelfError>;

    /// Whether it can work on such footage.
    ///
    /// # Errors
    /// Why it cannot, and what to do.
    fn supports(&self, footage: &Footage) -> Result<(), String>;

    /// What working on it takes, with a net or by the classical twin.
    ///
    /// # Errors
    /// If the net fails on the trial.
    fn estimate(&self, footage: &Footage, tool: Option<&mut Self::Tool>) -> Result<Cost, RunError>;

    /// Does it: by the net, or by the classical twin where there is none.
    ///
    /// # Errors
    /// If the net fails; the classical twin never does.
    fn run(&self, tool: Option<&mut Self::Tool>, given: &Self::Given) -> Result<Self::Made, RunError>;
}

/// A specialist that learns.
pub trait Trainable: Specialist {
    /// What it learns from, and is judged on.
    type Pool;
    /// How.
    type Plan;
    /// Why it could not be judged.
    type JudgeError;

    /// Learns from `taught`, watching `watched`; goes on from its checkpoint if one fits.
    ///
    /// # Errors
    /// If training fails or is told to stop.
    fn learn(
        &self,
        trainer: &Trainer,
        taught: &Self::Pool,
        watched: &Self::Pool,
        plan: &Self::Plan,
        cancel: &Cancel,
        tell: &mut dyn FnMut(&Said),
    ) -> Result<Trained, TrainError>;

    /// How a net fares on each shot of `held_out`, beside the classical twin and doing nothing.
    ///
    /// # Errors
    /// If material cannot be read, the net fails, or the work is told to stop.
    fn judge(
        &self,
        held_out: &Self::Pool,
        tool: &mut Self::Tool,
        cancel: &Cancel,
    ) -> Result<Vec<Score>, Self::JudgeError>;
}
