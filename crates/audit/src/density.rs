//! Density: how many truly different shots and frames there are in what looks like many.

use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

use crate::copies;
use crate::facts::{ShotFacts, distance, sample};
use crate::stock::Totals;

/// Width of the kernel: pictures that differ by this (root mean square, values 0 to 1) are alike by 0.61, by twice this 0.14.
pub const KERNEL_WIDTH: f64 = 0.06;

/// Up to so many shots the number is computed of all of them; beyond, of so many chosen evenly, and scaled.
pub const MOST_SHOTS: usize = 1_000;

/// Effective number of unique shots.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vendi {
    /// The number: 1 if all are the same, the count of shots if none is like another.
    pub value: f64,
    /// Shots that it was computed of; fewer than there are where it had to be scaled.
    pub of: usize,
    /// Whether it was computed of all shots, or scaled by how it grew from half of the chosen ones to all of them.
    pub exact: bool,
}

/// What the library holds once what repeats is counted once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Shots.
    pub shots: usize,
    /// Shots after copies are merged.
    pub unique_shots: usize,
    /// Shots without a picture, which could not be compared and count as unique.
    pub unseen: usize,
    /// Effective number of unique shots.
    pub vendi: Vendi,
    /// `vendi` of `unique_shots`, 0 to 1.
    pub ratio: f64,
    /// Hours.
    pub hours: f64,
    /// Hours after copies are merged.
    pub unique_hours: f64,
    /// Frames.
    pub frames: u64,
    /// How alike the frames of one shot are, 0 to 1, if it was measured.
    pub rho: Option<f64>,
    /// Frames counted as what they are worth, of the unique shots; with `rho` only.
    pub effective_frames: Option<f64>,
    /// Shots that copies, kinds and worth were counted in, where there are too many to hold; else `None`.
    pub sampled: Option<usize>,
}

/// The density of a library; `rho` from [`Likeness`].
pub fn density(shots: &[ShotFacts], rho: Option<f64>) -> Density {
    let kept: Vec<&ShotFacts> = copies::groups(shots).iter().map(|g| &shots[copies::keeper(g, shots)]).collect();
    let mut totals = Totals::default();
    shots.iter().for_each(|s| totals.add(s));
    density_of(&totals, &totals, &kept, rho)
}

/// The same where the shots that are nobody's copy are known, `kept` of those that are `counted`.
pub(crate) fn density_of(totals: &Totals, counted: &Totals, kept: &[&ShotFacts], rho: Option<f64>) -> Density {
    let seen: Vec<&[u8]> = kept.iter().map(|s| &*s.picture).filter(|p| !p.is_empty()).collect();
    // What is counted in some of the shots speaks for all of them.
    let scale = totals.shots as f64 / counted.shots.max(1) as f64;
    let all = |count: usize| (count as f64 * scale).round() as usize;
    let vendi = vendi_of(&seen, MOST_SHOTS, all(seen.len()));
    let lengths: Vec<u64> = kept.iter().map(|s| s.frames).collect();
    let hours = |seconds: f64| seconds / 3600.0;
    let unique: f64 = kept.iter().map(|s| s.seconds).sum();
    Density {
        shots: totals.shots,
        unique_shots: all(kept.len()),
        unseen: totals.unseen,
        ratio: if seen.is_empty() { 0.0 } else { vendi.value / all(seen.len()) as f64 },
        vendi,
        hours: hours(totals.seconds),
        unique_hours: if counted.seconds > 0.0 { hours(totals.seconds * (unique / counted.seconds)) } else { 0.0 },
        frames: totals.frames,
        rho,
        effective_frames: rho.map(|rho| scale * effective_frames(&lengths, rho)),
        sampled: (counted.shots < totals.shots).then_some(counted.shots),
    }
}

/// The effective number of different pictures: `exp(H)` of the eigenvalues of `K/n` (the Vendi score).
///
/// `K` is a Gaussian kernel on the root mean square difference, of the fixed width [`KERNEL_WIDTH`] and on descriptors left as
/// they are: a width or scale taken from the library itself would make libraries impossible to compare. Beyond
/// [`MOST_SHOTS`] an even choice is taken and the number scaled by its own growth, never to more than the count. Source:
/// Friedman and Dieng, TMLR 2023.
///
/// ```
/// let (black, white) = ([0u8; 12], [255u8; 12]);
/// assert!((audit::density::vendi(&[&black, &black, &white, &white]).value - 2.0).abs() < 1e-6);
/// ```
pub fn vendi(pictures: &[&[u8]]) -> Vendi {
    vendi_of(pictures, MOST_SHOTS, pictures.len())
}

/// Of at most `most` of `pictures`, which stand for `n`.
fn vendi_of(pictures: &[&[u8]], most: usize, n: usize) -> Vendi {
    let chosen = sample(pictures.len(), most);
    let all: Vec<&[u8]> = chosen.iter().map(|&i| pictures[i]).collect();
    let value = exact_vendi(&all);
    if n <= all.len() {
        return Vendi { value, of: n, exact: true };
    }
    if all.len() < 2 {
        return Vendi { value, of: all.len(), exact: false };
    }
    let half: Vec<&[u8]> = sample(all.len(), all.len() / 2).iter().map(|&i| all[i]).collect();
    let growth = (value / exact_vendi(&half)).log2().clamp(0.0, 1.0);
    let scaled = value * (n as f64 / all.len() as f64).powf(growth);
    Vendi { value: scaled.min(n as f64), of: all.len(), exact: false }
}

fn exact_vendi(pictures: &[&[u8]]) -> f64 {
    let n = pictures.len();
    if n == 0 {
        return 0.0;
    }
    let mut kernel = DMatrix::<f64>::identity(n, n);
    for i in 0..n {
        for j in 0..i {
            let d = distance(pictures[i], pictures[j]) / KERNEL_WIDTH;
            let alike = (-0.5 * d * d).exp();
            kernel[(i, j)] = alike;
            kernel[(j, i)] = alike;
        }
    }
    kernel /= n as f64;
    let entropy: f64 = kernel.symmetric_eigenvalues().iter().filter(|l| **l > 1e-12).map(|l| -l * l.ln()).sum();
    entropy.exp()
}

/// What `lengths` frames of several shots are worth as independent frames: the sum of `m / (1 + (m-1) rho)`.
///
/// `rho` is how alike frames of one shot are, 0 (each is news) to 1 (one would do). Source: Kish, Survey Sampling, 1965.
///
/// ```
/// use audit::density::effective_frames;
/// assert_eq!(effective_frames(&[100, 50], 0.0), 150.0);
/// assert_eq!(effective_frames(&[100, 50], 1.0), 2.0);
/// ```
pub fn effective_frames(lengths: &[u64], rho: f64) -> f64 {
    let rho = rho.clamp(0.0, 1.0);
    lengths.iter().filter(|m| **m > 0).map(|&m| m as f64 / (1.0 + (m as f64 - 1.0) * rho)).sum()
}

/// How alike the samples of one shot are to a specialist, 0 to 1: the intra-class correlation of their losses.
///
/// `losses` are (which shot, loss of one sample), in any order; those that are no numbers are passed over. `None` as with
/// [`Likeness::rho`].
pub fn likeness_in_shots(losses: &[(u64, f64)]) -> Option<f64> {
    let mut sorted: Vec<(u64, f64)> = losses.iter().copied().filter(|(_, l)| l.is_finite()).collect();
    sorted.sort_by_key(|(shot, _)| *shot);
    let mut likeness = Likeness::default();
    for shot in sorted.chunk_by(|a, b| a.0 == b.0) {
        likeness.add(shot.iter().map(|(_, loss)| [*loss]));
    }
    likeness.rho()
}

/// How alike samples of one shot are, beside samples of others, added up shot by shot: the intra-class correlation.
///
/// The estimator is that of the analysis of variance with groups of unequal size (Donner 1986); of samples that are several
/// numbers, the squared differences are added up over these.
///
/// ```
/// let mut likeness = audit::density::Likeness::default();
/// likeness.add([[0.0, 1.0], [0.0, 1.0]]);
/// likeness.add([[1.0, 0.0], [1.0, 0.0]]);
/// assert_eq!(likeness.rho(), Some(1.0));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Likeness {
    shots: f64,
    samples: f64,
    /// Sum over shots of the square of the number of samples.
    squares: f64,
    /// Sum of squares about the shots' own means.
    within: f64,
    /// Sum of squares of the shots' means, about `origin`, each as often as it has samples.
    means: f64,
    /// Sum of all samples, about `origin`.
    sum: Vec<f64>,
    /// The first sample: about it, what is all the same comes out as exactly nothing.
    origin: Vec<f64>,
}

impl Likeness {
    /// Adds the samples of one shot, each as many numbers as the first that was added.
    pub fn add<S: AsRef<[f64]>>(&mut self, samples: impl IntoIterator<Item = S>) {
        let samples: Vec<S> = samples.into_iter().collect();
        let Some(first) = samples.first() else { return };
        if self.origin.is_empty() {
            self.origin = first.as_ref().to_vec();
            self.sum = vec![0.0; self.origin.len()];
        }
        let count = samples.len() as f64;
        for (k, origin) in self.origin.iter().enumerate() {
            let values = || samples.iter().map(|s| s.as_ref()[k] - origin);
            let mean = values().sum::<f64>() / count;
            self.within += values().map(|v| (v - mean).powi(2)).sum::<f64>();
            self.means += count * mean * mean;
            self.sum[k] += count * mean;
        }
        self.shots += 1.0;
        self.samples += count;
        self.squares += count * count;
    }

    /// The correlation, 0 to 1; below 0 counts as 0. `None` unless there are two shots or more and one of them has two samples
    /// or more, or where all samples are equal.
    pub fn rho(&self) -> Option<f64> {
        let (n, k) = (self.samples, self.shots);
        if k < 2.0 || n <= k {
            return None;
        }
        let all = self.sum.iter().map(|s| s * s).sum::<f64>() / n;
        let (between, within) = ((self.means - all).max(0.0) / (k - 1.0), self.within / (n - k));
        let typical = (n - self.squares / n) / (k - 1.0);
        let spread = between + (typical - 1.0) * within;
        (spread > 0.0).then(|| ((between - within) / spread).clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::facts::bytes;

    /// Shots of a few sets, each set seen from several places.
    fn library(sets: usize, each: usize, seed: u64) -> Vec<ShotFacts> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut out = Vec::new();
        for set in 0..sets {
            let scene: Vec<f32> = (0..432).map(|_| rng.random_range(0.0..1.0)).collect();
            for i in 0..each {
                let picture = bytes(scene.iter().map(|v| v + rng.random_range(-0.1..0.1)));
                let shot = (set * each + i) as u32;
                out.push(ShotFacts { title: 1, shot, seconds: 4.5, frames: 108, picture, ..Default::default() });
            }
        }
        out
    }

    #[test]
    fn a_library_four_times_over_is_the_same_library() {
        let once = library(12, 5, 1);
        let again: Vec<ShotFacts> =
            (0..4).flat_map(|t| once.iter().cloned().map(move |s| ShotFacts { title: t, ..s })).collect();
        let (a, b) = (density(&once, Some(0.5)), density(&again, Some(0.5)));
        assert_eq!((a.shots, b.shots), (60, 240));
        assert_eq!((a.unique_shots, b.unique_shots), (60, 60));
        assert!((a.vendi.value / b.vendi.value - 1.0).abs() < 0.01, "{:?} {:?}", a.vendi, b.vendi);
        assert!((a.unique_hours - b.unique_hours).abs() < 1e-9 && b.hours > 3.9 * a.hours);
        assert_eq!(a.effective_frames, b.effective_frames);
        // The kernel alone says the same where copies were not merged.
        let all = |shots: &[ShotFacts]| exact_vendi(&shots.iter().map(|s| &*s.picture).collect::<Vec<_>>());
        assert!((all(&once) / all(&again) - 1.0).abs() < 0.01);
        assert!(a.vendi.value > 12.0 && a.vendi.value < 50.0, "sets, not shots, are what differs: {:?}", a.vendi);
    }

    #[test]
    fn one_shot_is_one_and_shots_unlike_each_other_are_as_many() {
        let one = density(&library(1, 1, 2), None);
        assert!((one.vendi.value - 1.0).abs() < 1e-9 && one.vendi.exact && one.effective_frames.is_none());
        // Rows of a Hadamard matrix: each differs from each by as much as can be.
        let rows: Vec<Vec<u8>> =
            (0..16u32).map(|i| (0..64u32).map(|j| 255 * ((i & j).count_ones() % 2) as u8).collect()).collect();
        let n = vendi(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert!((n.value - 16.0).abs() < 0.01, "{n:?}");
        assert_eq!(density(&[], None).vendi.value, 0.0);
        // Two pictures about one kernel's width apart, alike by k: eigenvalues (1 + k) / 2 and (1 - k) / 2.
        let (low, high) = ([100u8; 48], [115u8; 48]);
        let alike = (-0.5 * (15.0 / 255.0 / KERNEL_WIDTH).powi(2)).exp();
        let entropy: f64 = [1.0, -1.0].map(|s| 0.5 * (1.0 + s * alike)).iter().map(|l| -l * l.ln()).sum();
        assert!((vendi(&[&low, &high]).value - entropy.exp()).abs() < 1e-9);
    }

    #[test]
    fn scaling_from_a_choice_comes_near_the_whole() {
        for sets in [20, 300] {
            let shots = library(sets, 600 / sets, 3);
            let pictures: Vec<&[u8]> = shots.iter().map(|s| &*s.picture).collect();
            let (all, some) = (vendi_of(&pictures, 600, 600), vendi_of(&pictures, 200, 600));
            assert!(all.exact && !some.exact && some.of == 200);
            assert!((some.value / all.value - 1.0).abs() < 0.25, "{sets} sets: {all:?} {some:?}");
        }
    }

    #[test]
    fn likeness_is_found_as_it_was_put_in() {
        let mut rng = ChaCha8Rng::seed_from_u64(9);
        for rho in [0.0f64, 0.3, 0.8] {
            let mut losses = Vec::new();
            for shot in 0..4000 {
                let own = rng.random_range(-1.0..1.0);
                for _ in 0..rng.random_range(1..6) {
                    losses.push((shot, 5.0 + rho.sqrt() * own + (1.0 - rho).sqrt() * rng.random_range(-1.0..1.0)));
                }
            }
            let found = likeness_in_shots(&losses).unwrap();
            assert!((found - rho).abs() < 0.025, "{rho}: {found}");
        }
        assert_eq!(likeness_in_shots(&[(1, 0.5), (1, 0.6)]), None, "one shot");
        assert_eq!(likeness_in_shots(&[(1, 0.5), (2, 0.6)]), None, "one sample each");
        assert_eq!(likeness_in_shots(&[(1, 0.5), (1, 0.5), (2, 0.5)]), None, "all equal");
    }

    #[test]
    fn frames_of_long_shots_are_worth_less() {
        assert_eq!(effective_frames(&[108; 10], 0.0), 1080.0);
        let some = effective_frames(&[108; 10], 0.1);
        assert!((some - 10.0 * 108.0 / 11.7).abs() < 1e-9);
        assert!(effective_frames(&[1080], 0.1) < some);
    }
}
