//! Flashing that may harm viewers with photosensitive epilepsy.

use std::rc::Rc;

use film::FrameRange;

use super::{Eye, Film};
use crate::look::{CELLS_ACROSS, CELLS_DOWN, Look};
use crate::{Finding, Severity};

const CELLS: usize = CELLS_ACROSS * CELLS_DOWN;
/// A change of light that counts, in candela per square metre of a screen of 200, and the brightest dark that does.
const STEP: f32 = 20.0;
const DARKER: f32 = 160.0;
const SCREEN: f32 = 200.0;
/// Share of the screen that must flash.
const AREA: f32 = 0.25;
/// Flashes allowed in a second; each is a rise and a fall.
const FLASHES: usize = 3;

/// Counts general flashes as Recommendation ITU-R BT.1702 does, on a coarse grid: a hint, not a certificate.
pub struct Strobe {
    low: [f32; CELLS],
    high: [f32; CELLS],
    /// Cells that rose and fell in the frame before.
    last: [usize; 2],
    /// Frame and whether it rose.
    turns: Vec<(i64, bool)>,
    begun: bool,
}

impl Default for Strobe {
    fn default() -> Strobe {
        Strobe { low: [0.0; CELLS], high: [0.0; CELLS], last: [0; 2], turns: Vec::new(), begun: false }
    }
}

impl Eye for Strobe {
    fn see(&mut self, look: &Rc<Look>) {
        let light = look.cells.map(|v| SCREEN * v.powf(2.4));
        if !std::mem::replace(&mut self.begun, true) {
            (self.low, self.high) = (light, light);
        }
        let mut turned = [0usize; 2];
        for ((v, low), high) in light.into_iter().zip(&mut self.low).zip(&mut self.high) {
            if v - *low >= STEP && *low < DARKER {
                turned[1] += 1;
                (*low, *high) = (v, v);
            } else if *high - v >= STEP && v < DARKER {
                turned[0] += 1;
                (*low, *high) = (v, v);
            }
            (*low, *high) = (low.min(v), high.max(v));
        }
        for (rose, count) in turned.into_iter().enumerate() {
            let rose_now = rose == 1;
            let (with, against) = (count + self.last[rose], turned[1 - rose] + self.last[1 - rose]);
            let enough = with as f32 >= AREA * CELLS as f32;
            // Things and cameras that move make light here and dark there; a flash makes one of the two.
            if enough && count > 0 && against * 4 <= with && self.turns.last().is_none_or(|(_, last)| *last != rose_now)
            {
                self.turns.push((look.number, rose_now));
            }
        }
        self.last = turned;
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let most = 2 * FLASHES;
        let mut runs: Vec<(FrameRange, usize)> = Vec::new();
        for window in self.turns.windows(most + 1) {
            let range = FrameRange::new(window[0].0, window[most].0 + 1);
            if film.seconds(range) > 1.0 {
                continue;
            }
            match runs.last_mut() {
                Some((last, turns)) if range.start() <= last.end() => {
                    *turns += 1;
                    *last = FrameRange::new(last.start(), range.end());
                }
                _ => runs.push((range, most + 1)),
            }
        }
        runs.into_iter()
            .map(|(range, turns)| {
                let rate = turns as f64 / 2.0 / film.seconds(range).max(1e-3);
                let detail = format!(
                    "{rate:.1} flashes a second over a quarter of the screen or more (limit {FLASHES}): may harm \
                     photosensitive viewers"
                );
                Finding::new("strobe", Severity::Warning, range, detail).measured(rate, FLASHES as f64)
            })
            .collect()
    }
}
