//! The simulation of the design, 10.1: does the estimator tell the truth about random curves?

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;

fn gauss(rng: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (rng.random_range(1e-12..1.0), rng.random_range(0.0..1.0));
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

/// A true curve: exponent, floor and fall in units of the loss at n = 1, and a smooth departure from the law.
struct Truth {
    exponent: f64,
    floor: f64,
    departure: f64,
    phase: f64,
}

impl Truth {
    fn any(rng: &mut ChaCha8Rng) -> Truth {
        Truth {
            exponent: rng.random_range(0.12..0.65),
            floor: rng.random_range(0.2..0.95),
            departure: 0.02,
            phase: rng.random_range(0.0..std::f64::consts::TAU),
        }
    }

    fn loss(&self, n: f64) -> f64 {
        let law = self.floor + (1.0 - self.floor) * n.powf(-self.exponent);
        law * (1.0 + self.departure * (self.phase + 0.6 * n.ln()).sin())
    }

    fn points(&self, sizes: &[f64], noise: f64, jitter: f64, rng: &mut ChaCha8Rng) -> Vec<Point> {
        let mut out = Vec::new();
        for &n in sizes {
            for _ in 0..3 {
                let n = n * rng.random_range(1.0 - jitter..=1.0);
                out.push(Point { n, loss: self.loss(n) * (1.0 + noise * gauss(rng)) });
            }
        }
        out
    }
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The plain power law through the means of all sizes, by least squares of logarithms, at n = 1.
fn plain_law(curve: &Curve) -> f64 {
    let at: Vec<(f64, f64)> = curve.sizes().iter().map(|s| (s.n.ln(), s.mean.ln())).collect();
    let k = at.len() as f64;
    let (mx, my) = (at.iter().map(|p| p.0).sum::<f64>() / k, at.iter().map(|p| p.1).sum::<f64>() / k);
    let slope =
        at.iter().map(|p| (p.0 - mx) * (p.1 - my)).sum::<f64>() / at.iter().map(|p| (p.0 - mx).powi(2)).sum::<f64>();
    (my - slope * mx).exp()
}

/// Coverage of the 90 % interval at the full library and median relative errors: ours with its sign, ours, last point, plain law.
fn simulate(curves: usize, noise: f64, sizes: &[f64], jitter: f64) -> (f64, f64, f64, f64, f64) {
    let mut rng = ChaCha8Rng::seed_from_u64(20_250_101);
    let (mut inside, mut bias, mut ours, mut last, mut plain) = (0, Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..curves {
        let truth = Truth::any(&mut rng);
        let curve = Curve::fit(&truth.points(sizes, noise, jitter, &mut rng)).unwrap();
        let told = curve.at(1.0).known().unwrap();
        let real = truth.loss(1.0);
        inside += usize::from(told.low <= real && real <= told.high);
        bias.push(told.mean / real - 1.0);
        ours.push((told.mean / real - 1.0).abs());
        last.push((curve.sizes().last().unwrap().mean / real - 1.0).abs());
        plain.push((plain_law(&curve) / real - 1.0).abs());
    }
    (inside as f64 / curves as f64, middle(bias), middle(ours), middle(last), middle(plain))
}

#[test]
fn intervals_hold_and_errors_are_small_over_random_curves() {
    // The last: parts of whole titles, no two of them of one size.
    for (noise, sizes, jitter) in [
        (0.01, &[0.0625, 0.125, 0.25][..], 0.0),
        (0.02, &[0.0625, 0.125, 0.25], 0.0),
        (0.01, &[0.03125, 0.0625, 0.125, 0.25], 0.0),
        (0.015, &[0.0625, 0.125, 0.25], 0.25),
    ] {
        let (coverage, bias, ours, last, plain) = simulate(300, noise, sizes, jitter);
        println!(
            "noise {noise}, {} sizes: coverage {coverage:.3}, bias {bias:+.4}, error {ours:.4}, last {last:.4}, plain {plain:.4}",
            sizes.len()
        );
        assert!((0.80..=0.98).contains(&coverage), "noise {noise}: {coverage} of the truths lie inside");
        assert!(ours <= 0.05, "noise {noise}: median error {ours}");
        assert!(bias.abs() <= 0.015, "noise {noise}: leans by {bias}");
        assert!(ours < last, "noise {noise}: {ours} against the last point's {last}");
        assert!(ours < plain, "noise {noise}: {ours} against the plain law's {plain}");
    }
}

#[test]
fn probabilities_are_honest() {
    // Of the events called 80 to 100 % probable, at least 75 % must happen, and of those called below 20 %, at most 25 %.
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut sure, mut came, mut doubtful, mut came_still) = (0, 0, 0, 0);
    for _ in 0..200 {
        let truth = Truth::any(&mut rng);
        let curve = Curve::fit(&truth.points(&[0.0625, 0.125, 0.25], 0.015, 0.0, &mut rng)).unwrap();
        let threshold = truth.loss(1.0) * rng.random_range(0.9..1.1);
        let p = curve.at(1.0).known().unwrap().probability_below(threshold);
        let happens = truth.loss(1.0) * (1.0 + 0.015 * gauss(&mut rng)) < threshold;
        if p > 0.8 {
            sure += 1;
            came += usize::from(happens);
        } else if p < 0.2 {
            doubtful += 1;
            came_still += usize::from(happens);
        }
    }
    assert!(sure > 20 && doubtful > 20, "{sure} {doubtful}");
    assert!(came as f64 >= 0.75 * sure as f64, "{came} of {sure}");
    assert!(came_still as f64 <= 0.25 * doubtful as f64, "{came_still} of {doubtful}");
}

#[test]
fn nothing_is_said_beyond_eight_times_the_largest_training() {
    let points: Vec<Point> = [1.0, 2.0, 4.0].iter().map(|&n: &f64| Point { n, loss: 1.0 + 1.0 / n }).collect();
    let curve = Curve::fit(&points).unwrap();
    assert!(matches!(curve.at(32.0), Outlook::Known(_)));
    assert!(matches!(curve.at(32.1), Outlook::TooFar { farthest: 32.0, .. }));
    assert!(matches!(curve.at(f64::NAN), Outlook::TooFar { .. }));
    assert!(matches!(curve.at(0.0), Outlook::TooFar { .. }));
}

#[test]
fn a_flat_curve_stays_flat_and_a_prediction_is_consistent() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let points: Vec<Point> = [1.0, 2.0, 4.0]
        .iter()
        .flat_map(|&n| vec![n; 3])
        .map(|n| Point { n, loss: 0.02 * (1.0 + 0.01 * gauss(&mut rng)) })
        .collect();
    let told = Curve::fit(&points).unwrap().at(16.0).known().unwrap();
    assert!(told.low < told.mean && told.mean < told.high);
    assert!((told.mean / 0.02 - 1.0).abs() < 0.03, "noise taught nothing: {}", told.mean);
    assert!(told.probability_below(0.8 * 0.02) < 0.05);
    assert!((told.probability_below(told.low) - 0.05).abs() < 1e-3);
    assert!((told.probability_below(told.quantile(0.7)) - 0.7).abs() < 1e-3);
}

#[test]
fn the_unit_of_size_and_loss_does_not_matter() {
    let points: Vec<Point> = [1.0, 2.0, 4.0].iter().map(|&n: &f64| Point { n, loss: 1.0 + n.powf(-0.4) }).collect();
    let other: Vec<Point> = points.iter().map(|p| Point { n: p.n * 3600.0, loss: p.loss * 1e-4 }).collect();
    let a = Curve::fit(&points).unwrap().at(16.0).known().unwrap();
    let b = Curve::fit(&other).unwrap().at(16.0 * 3600.0).known().unwrap();
    for (x, y) in [(a.mean, b.mean), (a.low, b.low), (a.high, b.high)] {
        assert!((x * 1e-4 / y - 1.0).abs() < 1e-6);
    }
}

#[test]
fn what_is_no_curve_is_refused_with_the_remedy() {
    let p = |n, loss| Point { n, loss };
    assert_eq!(
        Curve::fit(&[p(1.0, 1.0), p(2.0, 0.9), p(2.01, 0.9)]).unwrap_err(),
        CurveError::TooFewSizes { found: 2 }
    );
    let narrow = Curve::fit(&[p(1.0, 1.0), p(1.3, 0.9), p(1.6, 0.9)]).unwrap_err();
    assert_eq!(narrow, CurveError::TooNarrow { ratio: 1.6 });
    let bad = Curve::fit(&[p(1.0, 1.0), p(2.0, f64::NAN), p(4.0, 0.9)]).unwrap_err();
    assert!(bad.to_string().contains("measure it again"), "{bad}");
    assert!(Curve::fit(&[p(1.0, 1.0), p(2.0, 0.0), p(4.0, 0.9)]).is_err());
    assert!(Curve::fit(&[]).is_err());
}
