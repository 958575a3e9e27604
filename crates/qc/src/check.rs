//! The checks: each looks or listens as the film goes by once, and says at its end what it found.
//!
//! Of the picture: [`black`], [`freeze`], [`flash`], [`strobe`], [`levels`], [`image`]. Of the sound: [`silence`], [`clipping`],
//! [`loudness`]. Of the file: [`whole`], [`length`], [`stamps`], [`color`].

use std::rc::Rc;

use film::{Clock, FrameRange};
use media::{Index, Probe};

use crate::look::Look;
use crate::{Finding, Policy, Severity};

pub mod black;
pub mod clipping;
pub mod color;
pub mod flash;
pub mod freeze;
pub mod image;
pub mod length;
pub mod levels;
pub mod loudness;
pub mod silence;
pub mod stamps;
pub mod strobe;
pub mod whole;

/// Hertz that sound is heard at.
pub const HERTZ: u32 = 48_000;

/// What is known of the film before it is decoded.
#[derive(Clone, Copy)]
pub struct Film<'a> {
    /// Its headers.
    pub probe: &'a Probe,
    /// Its timestamps.
    pub index: &'a Index,
    /// The limits.
    pub policy: &'a Policy,
}

/// A check of the picture.
pub trait Eye {
    /// Every frame in order.
    fn see(&mut self, look: &Rc<Look>);
    /// The film is over.
    fn end(&mut self, film: &Film<'_>) -> Vec<Finding>;
}

/// A check of the sound.
pub trait Ear {
    /// Samples of all channels, interleaved, at [`HERTZ`].
    fn hear(&mut self, samples: &[f32]);
    /// The film is over.
    fn end(&mut self, film: &Film<'_>) -> Vec<Finding>;
}

impl Film<'_> {
    /// How many frames it has.
    pub fn frames(&self) -> i64 {
        self.index.clock.frames()
    }

    /// All of it.
    pub fn whole(&self) -> FrameRange {
        FrameRange::new(0, self.frames())
    }

    /// How long frames last.
    pub fn seconds(&self, range: FrameRange) -> f64 {
        self.index.clock.seconds(range.end()) - self.index.clock.seconds(range.start())
    }

    /// The frame showing `seconds` after the first, at most one past the last.
    pub fn frame_at(&self, seconds: f64) -> i64 {
        match &self.index.clock {
            Clock::Constant { rate, frames } => ((seconds * rate.fps() + 1e-6).floor() as i64).clamp(0, *frames),
            clock => {
                let (mut low, mut high) = (0, clock.frames());
                while low < high {
                    let middle = (low + high) / 2;
                    if clock.seconds(middle + 1) <= seconds + 1e-6 { low = middle + 1 } else { high = middle }
                }
                low
            }
        }
    }

    /// Frames that samples `start..end` are heard over.
    pub fn frames_of_samples(&self, start: i64, end: i64) -> FrameRange {
        let seconds = |sample: i64| sample as f64 / f64::from(HERTZ);
        let first = self.frame_at(seconds(start));
        FrameRange::new(
            first,
            self.frame_at(seconds(end) - 1e-5).saturating_add(1).clamp(first, self.frames().max(first)),
        )
    }

    /// What a stretch of nothing weighs: a note where it is expected or at either end of the film, else by its length.
    pub fn weigh(&self, range: FrameRange, warning: f64, error: f64) -> (Severity, String) {
        let (rest, because) = self.policy.unexpected(range);
        let seconds = self.seconds(FrameRange::at(range.start(), rest.min(range.len())));
        let words = if because.is_empty() { String::new() } else { format!(", expected ({})", because.join(", ")) };
        let severity = if seconds >= error {
            Severity::Error
        } else if seconds >= warning {
            Severity::Warning
        } else {
            Severity::Note
        };
        (severity, words)
    }

    /// Whether a stretch lies at the film's head or tail, give or take two frames, in words.
    pub fn end_of(&self, range: FrameRange) -> Option<&'static str> {
        if range.start() <= 2 {
            Some("at the head")
        } else if range.end() >= self.frames() - 2 {
            Some("at the tail")
        } else {
            None
        }
    }
}

/// Stretches of frames for which something held, gathered one by one.
#[derive(Default)]
pub(crate) struct Runs {
    pub(crate) runs: Vec<FrameRange>,
}

impl Runs {
    /// It holds for frames `range`, which begin where or after the last ended.
    pub(crate) fn add(&mut self, range: FrameRange) {
        match self.runs.last_mut() {
            Some(last) if last.end() == range.start() => *last = FrameRange::new(last.start(), range.end()),
            _ => self.runs.push(range),
        }
    }
}
