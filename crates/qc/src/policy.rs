//! What is fit for what: the limits.

use film::FrameRange;
use serde::{Deserialize, Serialize};

/// Limits and expectations. Durations are in seconds, levels of sound in dBFS or LUFS, levels of light from 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Black inside the film from this long on is a warning…
    pub black_warning: f64,
    /// …and from this long on an error.
    pub black_error: f64,
    /// A still picture from this long on is a warning…
    pub freeze_warning: f64,
    /// …and from this long on an error.
    pub freeze_error: f64,
    /// Sound below this level is silence.
    pub silence_level: f64,
    /// Silence inside the film from this long on is a warning.
    pub silence_warning: f64,
    /// Share of the samples of one second at full scale that is an error; less is a warning.
    pub clipping_error: f64,
    /// Loudness to hold against, if any.
    pub loudness: Option<LoudnessTarget>,
    /// Sound that begins or ends this far from the picture is a warning…
    pub length_warning: f64,
    /// …and this far an error.
    pub length_error: f64,
    /// Share of the picture outside legal levels that is a warning (EBU R 103: 1 %).
    pub illegal_share: f64,
    /// Length in frames that the film must have, if one was asked for.
    pub frames: Option<i64>,
    /// Whether pictures are looked at closely as well: blocking, banding, enlarged sources, grain. Takes longer.
    pub closely: bool,
    /// Whether every film must have sound.
    pub needs_sound: bool,
    /// Stretches where black, a still, silence or a flash is meant.
    pub expected: Vec<Expected>,
}

/// A loudness to reach (EBU R 128 terms).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoudnessTarget {
    /// Integrated loudness, LUFS.
    pub integrated: f64,
    /// Units either way that are no finding; three times as many are an error.
    pub tolerance: f64,
    /// Highest true peak, dBTP; a decibel more is an error.
    pub true_peak: f64,
}

/// A stretch where something is meant that would else be a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Frames of the film.
    pub range: FrameRange,
    /// What is there: `title card`, `gap`.
    pub because: String,
}

impl Policy {
    /// What a draft needs.
    pub fn draft() -> Policy {
        Policy {
            black_warning: 2.0,
            black_error: 5.0,
            freeze_warning: 2.0,
            freeze_error: 10.0,
            silence_level: -60.0,
            silence_warning: 2.0,
            clipping_error: 0.01,
            loudness: Some(LoudnessTarget::STREAMING),
            length_warning: 0.1,
            length_error: 1.0,
            illegal_share: 0.01,
            frames: None,
            closely: false,
            needs_sound: false,
            expected: Vec::new(),
        }
    }

    /// The longest stretch of `range` in which nothing is expected, in frames, and the reasons for the rest.
    pub(crate) fn unexpected(&self, range: FrameRange) -> (i64, Vec<&str>) {
        let mut because: Vec<&str> = Vec::new();
        let mut parts: Vec<FrameRange> = Vec::new();
        for expected in &self.expected {
            if let Some(part) = expected.range.overlap(range) {
                parts.push(part);
                if !because.contains(&expected.because.as_str()) {
                    because.push(&expected.because);
                }
            }
        }
        parts.sort();
        let (mut at, mut longest) = (range.start(), 0);
        for part in parts {
            longest = longest.max(part.start() - at);
            at = at.max(part.end());
        }
        (longest.max(range.end() - at), because)
    }
}

impl Default for Policy {
    fn default() -> Policy {
        Policy::draft()
    }
}

impl LoudnessTarget {
    /// -16 LUFS, -1 dBTP: what streaming services and phones are mixed for.
    pub const STREAMING: LoudnessTarget = LoudnessTarget { integrated: -16.0, tolerance: 1.0, true_peak: -1.0 };
    /// EBU R 128: -23 LUFS, -1 dBTP.
    pub const R128: LoudnessTarget = LoudnessTarget { integrated: -23.0, tolerance: 0.5, true_peak: -1.0 };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_stretches_are_taken_off() {
        let at = |a, b, why: &str| Expected { range: FrameRange::new(a, b), because: why.into() };
        let policy =
            Policy { expected: vec![at(50, 80, "gap"), at(0, 20, "title card"), at(10, 30, "gap")], ..Policy::draft() };
        assert_eq!(policy.unexpected(FrameRange::new(5, 90)), (20, vec!["gap", "title card"]));
        assert_eq!(policy.unexpected(FrameRange::new(5, 30)).0, 0);
        assert_eq!(policy.unexpected(FrameRange::new(100, 130)), (30, vec![]));
    }
}
