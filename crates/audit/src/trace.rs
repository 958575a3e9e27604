//! One training's own history: was it still learning when its time was up?

use serde::{Deserialize, Serialize};

/// Fewest measurements of which anything can be said.
pub const FEWEST_MEASUREMENTS: usize = 9;

/// A fall over the last third smaller than this part of the loss is as good as none.
const WORTH: f64 = 0.005;
/// How many standard errors the slope must lie below none.
const SURE: f64 = 2.0;

/// How the loss went in the last third of a training.
///
/// A specialist that is still falling is limited by the time it was given: more film will not help it yet, more training
/// may. Source: design of the specialists, 10.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ending {
    /// Whether the loss was still falling: by more than half a percent over the last third, and by more than two standard
    /// errors.
    pub falling: bool,
    /// How far it fell over the last third, as a part of the loss at its end; negative if it rose.
    pub fall: f64,
    /// Standard error of the fall.
    pub error: f64,
    /// Measurements in the last third.
    pub measurements: usize,
}

/// How a training ended, from the held-out losses measured along it as (step, loss), in the order of the steps.
///
/// A straight line is fitted to the last third of the steps; neighboring measurements are counted as one and a half, since
/// they are alike. `None` with fewer than [`FEWEST_MEASUREMENTS`], fewer than three of them in the last third, or where a
/// number is not finite.
///
/// ```
/// let losses: Vec<(f64, f64)> = (1..=30).map(|i| (i as f64, 1.0 / i as f64)).collect();
/// assert!(audit::trace::compute_limited(&losses).unwrap().falling);
/// ```
pub fn compute_limited(losses: &[(f64, f64)]) -> Option<Ending> {
    if losses.len() < FEWEST_MEASUREMENTS || losses.iter().any(|(s, l)| !s.is_finite() || !l.is_finite() || *l <= 0.0) {
        return None;
    }
    let (first, last) = (losses[0].0, losses[losses.len() - 1].0);
    let from = last - (last - first) / 3.0;
    let end: Vec<(f64, f64)> = losses.iter().copied().filter(|(s, _)| *s >= from).collect();
    if end.len() < 3 || last <= first {
        return None;
    }
    let k = end.len() as f64;
    let (step, loss) = (end.iter().map(|p| p.0).sum::<f64>() / k, end.iter().map(|p| p.1).sum::<f64>() / k);
    let width: f64 = end.iter().map(|p| (p.0 - step).powi(2)).sum();
    let slope = end.iter().map(|p| (p.0 - step) * (p.1 - loss)).sum::<f64>() / width;
    let left: f64 = end.iter().map(|p| (p.1 - loss - slope * (p.0 - step)).powi(2)).sum();
    let error = (1.5 * left / (k - 2.0) / width).sqrt();
    let (fall, error) = (-slope * (last - from) / loss, error * (last - from) / loss);
    Some(Ending { falling: fall > WORTH && fall > SURE * error, fall, error, measurements: end.len() })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn history(rate: f64, noise: f64, rng: &mut ChaCha8Rng) -> Vec<(f64, f64)> {
        (0..40)
            .map(|i| {
                let t = i as f64 / 39.0;
                (1000.0 * i as f64, (0.02 + 0.03 * (-rate * t).exp()) * (1.0 + noise * rng.random_range(-1.7..1.7)))
            })
            .collect()
    }

    #[test]
    fn a_training_cut_short_is_told_from_one_that_ended() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let count = |rate: f64, rng: &mut ChaCha8Rng| {
            (0..200).filter(|_| compute_limited(&history(rate, 0.01, rng)).unwrap().falling).count()
        };
        assert!(count(1.5, &mut rng) > 190, "cut short");
        assert!(count(40.0, &mut rng) < 16, "ended");
    }

    #[test]
    fn the_fall_is_what_it_is() {
        let losses: Vec<(f64, f64)> = (0..=30).map(|i| (i as f64, 4.0 - 0.1 * i as f64)).collect();
        let ending = compute_limited(&losses).unwrap();
        assert!((ending.fall - 1.0 / 1.5).abs() < 1e-9 && ending.error < 1e-9 && ending.measurements == 11);
        let rising: Vec<(f64, f64)> = losses.iter().map(|(s, l)| (*s, 8.0 - l)).collect();
        assert!(compute_limited(&rising).unwrap().fall < 0.0);
    }

    #[test]
    fn too_little_is_no_answer() {
        assert_eq!(compute_limited(&[]), None);
        assert_eq!(compute_limited(&[(0.0, 1.0); 20]), None);
        let mut bad: Vec<(f64, f64)> = (0..20).map(|i| (i as f64, 1.0)).collect();
        assert!(compute_limited(&bad).is_some());
        bad[4].1 = f64::NAN;
        assert_eq!(compute_limited(&bad), None);
    }
}
