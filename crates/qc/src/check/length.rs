//! Whether sound and picture begin and end together, and last as long as asked.

use super::{Film, HERTZ};
use crate::{Finding, Severity};

/// Judges the lengths; `samples` of the first sound track were heard, counted from the first picture.
pub fn length(film: &Film<'_>, samples: Option<i64>) -> Vec<Finding> {
    let policy = film.policy;
    let mut findings = Vec::new();
    let whole = film.whole();
    if let Some(asked) = policy.frames.filter(|asked| *asked != film.frames()) {
        let detail = format!("the film has {} frames, {asked} were asked for", film.frames());
        findings
            .push(Finding::new("length", Severity::Error, whole, detail).measured(film.frames() as f64, asked as f64));
    }
    let weigh = |off: f64| {
        if off.abs() >= policy.length_error { Severity::Error } else { Severity::Warning }
    };
    let limit = policy.length_warning;
    match (film.probe.sounds.first(), samples) {
        (Some(sound), Some(samples)) => {
            if sound.start.abs() >= limit {
                let side = if sound.start > 0.0 { "after" } else { "before" };
                let off = sound.start;
                let detail = format!("the sound begins {:.3} s {side} the picture (limit {limit:.2} s)", off.abs());
                findings.push(Finding::new("length", weigh(off), whole, detail).measured(off, limit));
            }
            let off = samples as f64 / f64::from(HERTZ) - film.seconds(whole);
            if off.abs() >= limit {
                let side = if off > 0.0 { "after" } else { "before" };
                let start = film.frame_at((film.seconds(whole) + off.min(0.0)).max(0.0));
                let last = (film.frames() - 1).max(0);
                let range = film::FrameRange::new(start.min(last), film.frames());
                let detail = format!("the sound ends {:.3} s {side} the picture (limit {limit:.2} s)", off.abs());
                findings.push(Finding::new("length", weigh(off), range, detail).measured(off, limit));
            }
        }
        (Some(_), None) => findings.push(Finding::new("length", Severity::Error, whole, "the sound cannot be decoded")),
        (None, _) => {
            let severity = if policy.needs_sound { Severity::Error } else { Severity::Note };
            findings.push(Finding::new("length", severity, whole, "the film has no sound"));
        }
    }
    findings
}
