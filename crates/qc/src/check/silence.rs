//! Nothing to hear.

use super::{Ear, Film, HERTZ};
use crate::{Finding, Severity};

/// Samples of one block, a hundredth of a second.
const BLOCK: usize = HERTZ as usize / 100;
/// So few blocks of sound do not part two silences: a click.
const CLICK: i64 = 5;

/// Measures the level of each hundredth of a second; silence is where all lie below the limit.
pub struct Silence {
    channels: usize,
    level: f32,
    sum: f64,
    count: usize,
    block: i64,
    /// Blocks `start..end` below the limit.
    runs: Vec<(i64, i64)>,
}

impl Silence {
    /// Of so many channels, below `level` dBFS.
    pub fn new(channels: usize, level: f64) -> Silence {
        Silence { channels, level: level as f32, sum: 0.0, count: 0, block: 0, runs: Vec::new() }
    }

    fn close(&mut self) {
        let mean = self.sum / self.count.max(1) as f64;
        if 10.0 * mean.max(1e-20).log10() < f64::from(self.level) {
            match self.runs.last_mut() {
                Some((_, end)) if self.block - *end <= CLICK => *end = self.block + 1,
                _ => self.runs.push((self.block, self.block + 1)),
            }
        }
        self.block += 1;
        (self.sum, self.count) = (0.0, 0);
    }
}

impl Ear for Silence {
    fn hear(&mut self, samples: &[f32]) {
        for &sample in samples {
            self.sum += f64::from(sample) * f64::from(sample);
            self.count += 1;
            if self.count == BLOCK * self.channels {
                self.close();
            }
        }
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        if self.count > 0 {
            self.close();
        }
        let (limit, level) = (film.policy.silence_warning, film.policy.silence_level);
        let all = self.block;
        let mut findings = Vec::new();
        for &(start, end) in &self.runs {
            let seconds = (end - start) as f64 / 100.0;
            let range = film.frames_of_samples(start * BLOCK as i64, end * BLOCK as i64);
            if (start, end) == (0, all) {
                let detail = format!("the sound is silent throughout (below {level:.0} dBFS)");
                findings.push(Finding::new("silence", Severity::Warning, film.whole(), detail));
                continue;
            }
            if seconds < limit {
                continue;
            }
            let (severity, expected) = film.weigh(range, limit, f64::INFINITY);
            let (severity, place) = match (start, end == all) {
                (0, _) => (Severity::Note, "at the head"),
                (_, true) => (Severity::Note, "at the tail"),
                _ => (severity, "inside the film"),
            };
            let detail =
                format!("{seconds:.2} s of silence {place}{expected} (below {level:.0} dBFS; limit {limit:.2} s)");
            findings.push(Finding::new("silence", severity, range, detail).measured(seconds, limit));
        }
        findings
    }
}
