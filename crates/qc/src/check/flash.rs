//! One or two frames that belong to nothing around them.

use std::rc::Rc;

use film::FrameRange;

use super::{Eye, Film};
use crate::look::Look;
use crate::{Finding, Severity};

/// A change of this share of the whole range of light is another picture.
const CHANGE: f32 = 0.06;
/// Around a flash the picture changes at most this share of what the flash changes.
const CALM: f32 = 0.4;

/// Another picture changes this share of the screen; less is something that moves fast.
const REACH: f32 = 0.7;

/// Finds single frames, and pairs, that jump out of their surroundings: a flash where the picture returns, a stray frame of
/// another shot where it does not.
#[derive(Default)]
pub struct Flash {
    /// The three frames before.
    before: Vec<Rc<Look>>,
    /// Change from the frame one, two and three before.
    change: Vec<[f32; 3]>,
    /// Share of the screen that changed since the frame before.
    reach: Vec<f32>,
    plain: Vec<bool>,
}

impl Eye for Flash {
    fn see(&mut self, look: &Rc<Look>) {
        let back = |n: usize| self.before.len().checked_sub(n).map(|i| &self.before[i]);
        let mut change = [back(1).map_or(0.0, |one| look.change(one)), 0.0, 0.0];
        let mut reach = 0.0;
        // What lies further back matters only where a flash may end.
        if change[0] >= CHANGE {
            change[1] = back(2).map_or(0.0, |two| look.change(two));
            change[2] = back(3).map_or(0.0, |three| look.change(three));
            reach = back(1).map_or(0.0, |one| look.reach(one));
        }
        self.change.push(change);
        self.reach.push(reach);
        self.plain.push(look.is_plain());
        self.before.push(look.clone());
        if self.before.len() > 3 {
            self.before.remove(0);
        }
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let frames = self.change.len();
        let at = |frame: usize| self.change.get(frame).map_or(0.0, |c| c[0]);
        let mut findings = Vec::new();
        let mut n = 1;
        while n < frames {
            let found = [1usize, 2].into_iter().filter(|len| n + len < frames).find_map(|len| {
                let jump = at(n).min(at(n + len));
                let inside = if len == 2 { at(n + 1) } else { 0.0 };
                let around = if n > 1 { at(n - 1) } else { 0.0 }.max(at(n + len + 1));
                let whole = self.reach[n].min(self.reach[n + len]) >= REACH;
                let lone = whole && jump >= CHANGE && around <= CALM * jump && inside <= CALM * jump;
                lone.then(|| (len, jump, self.change[n + len][len] <= CALM * jump))
            });
            let Some((len, jump, returns)) = found else {
                n += 1;
                continue;
            };
            let range = FrameRange::at(n as i64, len as i64);
            let plain = self.plain[n..n + len].iter().all(|plain| *plain);
            let (rest, because) = film.policy.unexpected(range);
            let severity = match (rest, plain) {
                (0, _) => Severity::Note,
                (_, true) => Severity::Error,
                (_, false) => Severity::Warning,
            };
            let count = if len == 1 { "a single frame" } else { "two frames" };
            let what = match (plain, returns) {
                (true, _) => format!("{count} of one plain tone"),
                (false, true) => format!("a flash of {count}"),
                (false, false) => format!("{count} of another shot"),
            };
            let expected =
                if because.is_empty() { String::new() } else { format!(", expected ({})", because.join(", ")) };
            let percent = 100.0 * jump;
            let limit = 100.0 * CHANGE;
            let detail =
                format!("{what}{expected}: {percent:.0} % of the light changes and changes back (limit {limit:.0} %)");
            let measured = (f64::from(percent), f64::from(limit));
            findings.push(Finding::new("flash", severity, range, detail).measured(measured.0, measured.1));
            n += len + 1;
        }
        findings
    }
}
