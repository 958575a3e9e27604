//! How well what was found agrees with what is true.

use crate::chance::Chance;

/// Hits, what was found, what is true.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Score {
    pub(crate) hits: usize,
    pub(crate) found: usize,
    pub(crate) truth: usize,
}

impl Score {
    pub(crate) fn precision(self) -> f64 {
        if self.found == 0 { 1.0 } else { self.hits as f64 / self.found as f64 }
    }

    pub(crate) fn recall(self) -> f64 {
        if self.truth == 0 { 1.0 } else { self.hits as f64 / self.truth as f64 }
    }

    pub(crate) fn f1(self) -> f64 {
        if self.found + self.truth == 0 { 1.0 } else { 2.0 * self.hits as f64 / (self.found + self.truth) as f64 }
    }

    pub(crate) fn plus(self, other: Score) -> Score {
        Score { hits: self.hits + other.hits, found: self.found + other.found, truth: self.truth + other.truth }
    }
}

/// Hard cuts at ±1 frame, each true cut found at most once.
pub(crate) fn cuts(found: &[i64], truth: &[i64]) -> (Score, Vec<i64>, Vec<i64>) {
    let mut left = truth.to_vec();
    let mut wrong = Vec::new();
    for &f in found {
        match left.iter().position(|&t| (t - f).abs() <= 1) {
            Some(i) => {
                left.remove(i);
            }
            None => wrong.push(f),
        }
    }
    (Score { hits: truth.len() - left.len(), found: found.len(), truth: truth.len() }, left, wrong)
}

/// First and last frame.
pub(crate) type Ends = (i64, i64);

/// Frames `first..=last` that share at least half of the longer of the two.
pub(crate) fn gradual(found: &[Ends], truth: &[Ends]) -> (Score, Vec<Ends>, Vec<Ends>) {
    let mut left = truth.to_vec();
    let mut wrong = Vec::new();
    for &f in found {
        let fits = |t: &(i64, i64)| {
            let shared = (f.1.min(t.1) - f.0.max(t.0) + 1).max(0);
            2 * shared >= (f.1 - f.0 + 1).max(t.1 - t.0 + 1)
        };
        match left.iter().position(fits) {
            Some(i) => {
                left.remove(i);
            }
            None => wrong.push(f),
        }
    }
    (Score { hits: truth.len() - left.len(), found: found.len(), truth: truth.len() }, left, wrong)
}

/// Of the truth's gradual transitions, those with a cut reported anywhere in them: how generously to take a detector
/// that knows only cuts.
pub(crate) fn touched(found: &[i64], truth: &[(i64, i64)]) -> Score {
    let hits = truth.iter().filter(|t| found.iter().any(|f| (t.0 - 1..=t.1 + 1).contains(f))).count();
    Score { hits, found: truth.len(), truth: truth.len() }
}

/// 95 % interval of F1 over splices drawn again with replacement.
pub(crate) fn interval(splices: &[Score]) -> (f64, f64) {
    let mut chance = Chance::new(42);
    let mut all: Vec<f64> = (0..2000)
        .map(|_| (0..splices.len()).map(|_| *chance.of(splices)).fold(Score::default(), Score::plus).f1())
        .collect();
    all.sort_by(f64::total_cmp);
    (all[50], all[1949])
}
