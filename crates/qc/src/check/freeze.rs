//! A picture that stands still.

use std::rc::Rc;

use film::FrameRange;

use super::{Eye, Film};
use crate::Finding;
use crate::look::Look;

/// Compares each frame with the first of a still stretch, so that a slow drift is no freeze.
#[derive(Default)]
pub struct Freeze {
    first: Option<Rc<Look>>,
    end: i64,
    runs: Vec<FrameRange>,
}

impl Freeze {
    fn close(&mut self) {
        if let Some(first) = self.first.take()
            && self.end - first.number > 1
        {
            self.runs.push(FrameRange::new(first.number, self.end));
        }
    }
}

impl Eye for Freeze {
    fn see(&mut self, look: &Rc<Look>) {
        // Black stands still by nature, and has its own check.
        let same = self.first.as_ref().is_some_and(|first| first.is_same(look));
        if !same || look.is_black() {
            self.close();
            self.first = (!look.is_black()).then(|| look.clone());
        }
        self.end = look.number + 1;
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        self.close();
        let limit = film.policy.freeze_warning;
        let long = self.runs.iter().filter(|range| film.seconds(**range) >= limit);
        long.map(|range| {
            let seconds = film.seconds(*range);
            let (severity, expected) = film.weigh(*range, limit, film.policy.freeze_error);
            let detail = format!("the picture stands still for {seconds:.2} s{expected} (limit {limit:.2} s)");
            Finding::new("freeze", severity, *range, detail).measured(seconds, limit)
        })
        .collect()
    }
}
