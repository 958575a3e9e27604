//! Timestamps with holes.

use film::{Clock, FrameRange};

use super::Film;
use crate::{Finding, Severity};

/// More uneven steps than this share make a film of variable rate, not one with frames missing.
const UNEVEN: usize = 20;

/// Tells frames that are missing from a film whose rate varies all along.
pub fn stamps(film: &Film<'_>) -> Vec<Finding> {
    let Clock::Variable { rate, base, pts, .. } = &film.index.clock else { return Vec::new() };
    let frame = base.seconds(1) * rate.fps();
    let steps: Vec<f64> = pts.windows(2).map(|w| (w[1] - w[0]) as f64 * frame).collect();
    let uneven: Vec<usize> = (0..steps.len()).filter(|&i| (steps[i] - 1.0).abs() > 0.3).collect();
    if uneven.len() * UNEVEN > steps.len() {
        let detail = format!("the frame rate varies: {} of {} steps are uneven", uneven.len(), steps.len());
        return vec![Finding::new("stamps", Severity::Note, film.whole(), detail)];
    }
    let hole = |&i: &usize| {
        let missing = steps[i].round() as i64 - 1;
        let range = FrameRange::new(i as i64, i as i64 + 2);
        let (severity, detail) = match missing {
            1.. => (Severity::Error, format!("{missing} frames are missing between frames {i} and {}", i + 1)),
            _ => (Severity::Warning, format!("frames {i} and {} show {:.2} frames apart", i + 1, steps[i])),
        };
        Finding::new("stamps", severity, range, detail).measured(steps[i], 1.0)
    };
    uneven.iter().map(hole).collect()
}
