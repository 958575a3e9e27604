//! Sound that hit the ceiling.

use super::{Ear, Film, HERTZ};
use crate::{Finding, Severity};

/// As good as full scale: half a step of 10 bits below, since lossy coding lets flat tops ripple.
const CEILING: f32 = 0.9995;
/// So many samples in a row at the ceiling are a flat top; a lone one may be a true peak.
const RUN: usize = 3;
/// Fewer clipped samples in a second than this nobody hears.
const HEARD: usize = 12;
/// Lossy coding lets flat tops ripple widely: samples crowd above `NEAR`, and few lie between `BELOW` and it. Of a sound
/// that is merely loud fewer lie above than below; of an unclipped sine, which crowds most, twice as many.
const NEAR: f32 = 0.85;
const BELOW: f32 = 0.7;
const CROWD: usize = 5;

/// Counts flat tops, second by second.
pub struct Clipping {
    /// Length of the run at the ceiling that each channel is in.
    runs: Vec<usize>,
    at: usize,
    sample: i64,
    /// Each second, channels added.
    seconds: Vec<Second>,
}

#[derive(Clone, Copy, Default)]
struct Second {
    flat: usize,
    near: usize,
    below: usize,
}

impl Second {
    fn clipped(&self) -> usize {
        let crowded = self.near > CROWD * self.below && self.near > HERTZ as usize / 200;
        if crowded { self.near.max(self.flat) } else { self.flat }
    }
}

impl Clipping {
    /// Of so many channels.
    pub fn new(channels: usize) -> Clipping {
        Clipping { runs: vec![0; channels], at: 0, sample: 0, seconds: vec![Second::default()] }
    }
}

impl Ear for Clipping {
    fn hear(&mut self, samples: &[f32]) {
        for &sample in samples {
            let run = &mut self.runs[self.at];
            let now = self.seconds.last_mut().expect("a second is always begun");
            let level = sample.abs();
            if level >= BELOW {
                *(if level >= NEAR { &mut now.near } else { &mut now.below }) += 1;
            }
            if level >= CEILING {
                *run += 1;
                match *run {
                    RUN => now.flat += RUN,
                    n if n > RUN => now.flat += 1,
                    _ => {}
                }
            } else {
                *run = 0;
            }
            self.at = (self.at + 1) % self.runs.len();
            if self.at == 0 {
                self.sample += 1;
                if self.sample % i64::from(HERTZ) == 0 {
                    self.seconds.push(Second::default());
                }
            }
        }
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let of = (self.runs.len() * HERTZ as usize) as f64;
        let limit = film.policy.clipping_error;
        let mut stretches: Vec<(usize, usize, usize)> = Vec::new();
        let clipped = self.seconds.iter().map(Second::clipped).enumerate();
        for (second, count) in clipped.filter(|(_, count)| *count >= HEARD) {
            match stretches.last_mut() {
                Some((_, end, worst)) if *end == second => (*end, *worst) = (second + 1, count.max(*worst)),
                _ => stretches.push((second, second + 1, count)),
            }
        }
        let hertz = i64::from(HERTZ);
        let finding = |&(start, end, worst): &(usize, usize, usize)| {
            let share = worst as f64 / of;
            let range = film.frames_of_samples(start as i64 * hertz, (end as i64 * hertz).min(self.sample));
            let severity = if share >= limit { Severity::Error } else { Severity::Warning };
            let detail = format!(
                "the sound is clipped: up to {:.2} % of the samples of a second at full scale (limit {:.2} %)",
                100.0 * share,
                100.0 * limit
            );
            Finding::new("clipping", severity, range, detail).measured(100.0 * share, 100.0 * limit)
        };
        stretches.iter().map(finding).collect()
    }
}
