//! Black where there should be a picture.

use std::rc::Rc;

use film::FrameRange;

use super::{Eye, Film, Runs};
use crate::look::Look;
use crate::{Finding, Severity};

/// Counts black frames: 99.5 % of the samples as good as black.
#[derive(Default)]
pub struct Black(Runs);

impl Eye for Black {
    fn see(&mut self, look: &Rc<Look>) {
        if look.is_black() {
            self.0.add(FrameRange::at(look.number, 1));
        }
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let policy = film.policy;
        let judge = |range: &FrameRange| {
            let seconds = film.seconds(*range);
            if *range == film.whole() {
                return Some(Finding::new("black", Severity::Error, *range, "the whole film is black"));
            }
            let (severity, expected) = film.weigh(*range, policy.black_warning, policy.black_error);
            let (severity, place) = match film.end_of(*range) {
                // Films begin and end in black; only a great deal of it is worth a look.
                Some(place) if severity < Severity::Error => (Severity::Note, place),
                Some(place) => (Severity::Warning, place),
                None => (severity, "inside the film"),
            };
            // One or two frames are the business of `flash`.
            if range.len() < 3 {
                return None;
            }
            let limit = policy.black_warning;
            let detail = format!("{seconds:.2} s of black {place}{expected} (limit inside {limit:.2} s)");
            Some(Finding::new("black", severity, *range, detail).measured(seconds, limit))
        };
        self.0.runs.iter().filter_map(judge).collect()
    }
}
