//! What every critic gives: defects with place and figure, and how far it can be believed.

use serde::Serialize;

/// One flaw that was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Defect {
    /// Its kind, the limit held against it, and how far that can be believed.
    pub calibration: &'static Calibration,
    /// First frame.
    pub start: i64,
    /// One past the last.
    pub end: i64,
    /// Frame that shows it best.
    pub frame: i64,
    /// Where in that frame it is worst, samples from the top left.
    pub place: (usize, usize),
    /// What was measured.
    pub value: f32,
    /// What was found, in a plain sentence.
    pub words: String,
}

/// How well a critic tells one kind of flaw from clean film.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Kind of flaw.
    pub flaw: &'static str,
    /// Area under the curve of hits over false alarms: 1 is perfect, 0.5 is a coin.
    pub auroc: f32,
    /// Limit from which on it is called a flaw.
    pub limit: f32,
    /// Share of the flawed shots that the limit finds.
    pub found: f32,
    /// Share of the clean shots that it calls flawed.
    pub false_alarms: f32,
}

/// A critic may stop a film with what it tells this well from clean film; with less it advises.
pub const MAY_STOP: f32 = 0.85;

/// A trained eye as a judge: it sees what was made, never who made it.
pub trait Critic {
    /// A shot as this critic sees it.
    type Seen;

    /// How far it can be believed, for each kind of flaw.
    fn calibration(&self) -> &'static [Calibration];

    /// The flaws of shots in order.
    fn judge(&self, shots: &[Self::Seen]) -> Vec<Defect>;
}
