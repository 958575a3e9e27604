//! Picture levels that broadcasters do not let pass.

use std::rc::Rc;

use film::FrameRange;

use super::{Eye, Film, Runs};
use crate::look::Look;
use crate::{Finding, Severity};

/// Counts luma outside 5 to 246 (at 8 bit) in pictures of limited range (EBU R 103).
#[derive(Default)]
pub struct Levels {
    /// Share outside, of the frames that have any.
    illegal: Vec<(i64, f32)>,
}

impl Eye for Levels {
    fn see(&mut self, look: &Rc<Look>) {
        if look.illegal > 0.0 {
            self.illegal.push((look.number, look.illegal));
        }
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let limit = film.policy.illegal_share;
        let over = |frame: &&(i64, f32)| f64::from(frame.1) > limit;
        let mut runs = Runs::default();
        for (frame, _) in self.illegal.iter().filter(over) {
            runs.add(FrameRange::at(*frame, 1));
        }
        let count: i64 = runs.runs.iter().map(|range| range.len()).sum();
        let (Some(first), Some(last)) = (runs.runs.first(), runs.runs.last()) else { return Vec::new() };
        let worst = self.illegal.iter().map(|frame| f64::from(frame.1)).fold(0.0, f64::max);
        // Such levels run through whole films: one finding over all.
        let range = FrameRange::new(first.start(), last.end());
        let detail = format!(
            "luma outside legal levels in {count} frames, at worst {:.1} % of the picture (limit {:.1} %)",
            100.0 * worst,
            100.0 * limit
        );
        vec![Finding::new("levels", Severity::Warning, range, detail).measured(100.0 * worst, 100.0 * limit)]
    }
}
