//! The learning curve: how the loss of a specialist falls as it is given more film.

use serde::{Deserialize, Serialize};

mod normal;

/// How many times the largest trained size a curve may be followed; beyond it the answer is "unknown".
pub const FARTHEST: f64 = 8.0;

/// Fewest different sizes that make a curve.
pub const FEWEST_SIZES: usize = 3;

/// The largest training must be on at least so many times what the smallest was on.
pub const NARROWEST: f64 = 2.0;

/// What the width of every interval is multiplied by, because the law is only nearly a power law.
const INFLATION: f64 = 1.15;
/// Exponents tried, evenly from the first to the last.
const EXPONENTS: (usize, f64, f64) = (39, 0.05, 1.0);
/// Median, and spread of the logarithm, of the exponents expected before any training.
const EXPONENT_PRIOR: (f64, f64) = (0.35, 0.5);
/// Places of the floor tried, from 0 to a little over the loss at the largest size.
const FLOORS: (usize, f64) = (64, 1.15);
/// Mean and spread of floor and of fall before any training, in losses at the largest size: the ridge.
const RIDGE: (f64, f64) = (0.5, 0.5);
/// Relative spreads between seeds tried; the first is the floor below which no noise is believed.
const NOISES: [f64; 7] = [0.003, 0.006, 0.01, 0.016, 0.027, 0.05, 0.1];
/// Median, and spread of the logarithm, of the noise expected before any training.
const NOISE_PRIOR: (f64, f64) = (0.012, 0.9);
/// How far one size may lie off a true power law, whatever the seed, as a part of the loss.
const MISFIT: f64 = 0.002;

/// One training: how much it was given, and how well it then did on held-out film.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// How much it was given, in any one unit; Bottega uses hours of film without copies.
    pub n: f64,
    /// Held-out loss: positive, lower is better; mean squared error and the like.
    pub loss: f64,
}

/// The trainings of one size taken together.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Size {
    /// How much each was given.
    pub n: f64,
    /// Mean loss.
    pub mean: f64,
    /// How many there were.
    pub seeds: usize,
}

/// Why no curve could be drawn.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CurveError {
    /// Too few different sizes.
    #[error(
        "a learning curve needs trainings on at least {FEWEST_SIZES} different sizes, and there are {found}; train on a quarter, an eighth and a sixteenth of the film"
    )]
    TooFewSizes {
        /// Different sizes found.
        found: usize,
    },
    /// Sizes too near to each other.
    #[error(
        "the largest training was on only {ratio:.2} times as much as the smallest, too little to see how the loss falls; train on a quarter, an eighth and a sixteenth of the film"
    )]
    TooNarrow {
        /// The largest size in smallest ones.
        ratio: f64,
    },
    /// A size or loss that is not a positive number.
    #[error(
        "a training on {n} with loss {loss} cannot lie on a learning curve: both must be positive numbers; measure it again"
    )]
    BadPoint {
        /// Its size.
        n: f64,
        /// Its loss.
        loss: f64,
    },
}

/// A learning curve `L(n) = E + A n^-b` with everything that is not known about `E`, `A` and `b`.
///
/// A closed-form Bayesian grid: 39 exponents in [0.05, 1] with a log-normal prior (median 0.35, spread 0.5); for each,
/// `E` and `A` by weighted ridge, neither below 0; each weighted by its marginal likelihood, the noise between seeds
/// likewise. No optimizer, no chance. Source: design of the specialists, 10.1; the shape is that of Hestness et al. 2017,
/// the caution in following it that of Mahmood et al., CVPR 2022.
///
/// ```
/// use audit::curve::{Curve, Outlook, Point};
/// let points: Vec<Point> = [0.125, 0.25, 0.5].iter().map(|&n: &f64| Point { n, loss: 1.0 + n.powf(-0.5) }).collect();
/// let curve = Curve::fit(&points).unwrap();
/// let Outlook::Known(two_hours) = curve.at(2.0) else { panic!() };
/// assert!(two_hours.low < 1.707 && 1.707 < two_hours.high);
/// assert!(matches!(curve.at(5.0), Outlook::TooFar { .. }));
/// ```
#[derive(Clone, Debug)]
pub struct Curve {
    sizes: Vec<Size>,
    points: Vec<Point>,
    /// Loss at the largest size, the unit of all cells.
    unit: f64,
    cells: Vec<Cell>,
}

/// One law of the grid, in units of the largest size and the loss there.
#[derive(Clone, Copy, Debug)]
struct Cell {
    weight: f64,
    exponent: f64,
    floor: f64,
    fall: f64,
    /// Variance of the fall.
    variance: f64,
    noise: f64,
}

/// What the loss will be at some size, or that nobody knows.
#[derive(Clone, Debug)]
pub enum Outlook {
    /// It can be told.
    Known(Prediction),
    /// Too far beyond what was trained: unknown.
    TooFar {
        /// The size asked for.
        n: f64,
        /// The largest size that can be told.
        farthest: f64,
    },
}

impl Outlook {
    /// The prediction, if there is one.
    pub fn known(self) -> Option<Prediction> {
        match self {
            Outlook::Known(prediction) => Some(prediction),
            Outlook::TooFar { .. } => None,
        }
    }
}

/// The loss that one training on `n` would reach.
#[derive(Clone, Debug, Serialize)]
pub struct Prediction {
    /// How much it would be given.
    pub n: f64,
    /// Expected loss.
    pub mean: f64,
    /// Lower end of the 90 % interval.
    pub low: f64,
    /// Upper end of the 90 % interval.
    pub high: f64,
    #[serde(skip)]
    spread: Spread,
}

/// A mixture of normal distributions, widened about its median.
#[derive(Clone, Debug)]
struct Spread {
    median: f64,
    /// Weight, mean and standard deviation of each.
    parts: Vec<(f64, f64, f64)>,
}

impl Curve {
    /// The curve through trainings of at least three sizes, in any order; sizes within 2 % count as one, with several seeds.
    ///
    /// # Errors
    /// With fewer sizes, sizes that span less than [`NARROWEST`], or where a size or loss is not a positive number.
    pub fn fit(points: &[Point]) -> Result<Curve, CurveError> {
        if let Some(p) = points.iter().find(|p| !(p.n.is_finite() && p.loss.is_finite() && p.n > 0.0 && p.loss > 0.0)) {
            return Err(CurveError::BadPoint { n: p.n, loss: p.loss });
        }
        let groups = grouped(points);
        if groups.len() < FEWEST_SIZES {
            return Err(CurveError::TooFewSizes { found: groups.len() });
        }
        let ratio = groups[groups.len() - 1][0].n / groups[0][0].n;
        if ratio < NARROWEST {
            return Err(CurveError::TooNarrow { ratio });
        }
        let sizes: Vec<Size> = groups
            .iter()
            .map(|g| Size { n: g[0].n, mean: g.iter().map(|p| p.loss).sum::<f64>() / g.len() as f64, seeds: g.len() })
            .collect();
        let largest = sizes[sizes.len() - 1];
        // Scatter of the seeds of each size, as a part of the loss.
        let scatter: Vec<f64> =
            groups.iter().zip(&sizes).map(|(g, s)| g.iter().map(|p| (p.loss / s.mean - 1.0).powi(2)).sum()).collect();
        let cells = grid(&sizes, &scatter, largest);
        Ok(Curve { sizes, points: groups.concat(), unit: largest.mean, cells })
    }

    /// What one training on `n` would reach; unknown beyond [`FARTHEST`] times the largest size trained.
    pub fn at(&self, n: f64) -> Outlook {
        if !(n > 0.0 && n <= self.farthest() * (1.0 + 1e-9)) {
            return Outlook::TooFar { n, farthest: self.farthest() };
        }
        let reach = n / self.largest();
        let parts: Vec<(f64, f64, f64)> = self
            .cells
            .iter()
            .map(|c| {
                let slope = reach.powf(-c.exponent);
                let mean = c.floor + c.fall * slope;
                let variance = slope * slope * c.variance + mean * mean * (c.noise * c.noise + MISFIT * MISFIT);
                (c.weight, self.unit * mean, self.unit * variance.sqrt())
            })
            .collect();
        Outlook::Known(Prediction::of(n, parts))
    }

    /// The largest size trained.
    pub fn largest(&self) -> f64 {
        self.sizes[self.sizes.len() - 1].n
    }

    /// The largest size about which anything is said.
    pub fn farthest(&self) -> f64 {
        self.largest() * FARTHEST
    }

    /// The sizes trained, the smallest first.
    pub fn sizes(&self) -> &[Size] {
        &self.sizes
    }

    /// Every training, the smallest size first.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The exponent `b` expected: 0.05 learns hardly anything from more film, 1 very much.
    pub fn exponent(&self) -> f64 {
        self.cells.iter().map(|c| c.weight * c.exponent).sum()
    }

    /// The loss `E` expected to remain however much film is given.
    pub fn floor(&self) -> f64 {
        self.unit * self.cells.iter().map(|c| c.weight * c.floor).sum::<f64>()
    }

    /// Spread between seeds expected, as a part of the loss.
    pub fn noise(&self) -> f64 {
        self.cells.iter().map(|c| c.weight * c.noise).sum()
    }
}

impl Prediction {
    fn of(n: f64, parts: Vec<(f64, f64, f64)>) -> Prediction {
        let mean = parts.iter().map(|(w, m, _)| w * m).sum();
        let mut spread = Spread { median: 0.0, parts };
        spread.median = spread.narrow_quantile(0.5);
        Prediction { n, mean, low: spread.quantile(0.05).max(0.0), high: spread.quantile(0.95), spread }
    }

    /// How probable it is, 0 to 1, that one training on this much film ends with a loss below `threshold`.
    pub fn probability_below(&self, threshold: f64) -> f64 {
        let s = &self.spread;
        s.below(s.median + (threshold - s.median) / INFLATION)
    }

    /// The loss that is undercut with probability `p`, which lies between 0 and 1.
    pub fn quantile(&self, p: f64) -> f64 {
        self.spread.quantile(p.clamp(1e-4, 1.0 - 1e-4)).max(0.0)
    }
}

impl Spread {
    /// Share of the unwidened mixture below `x`.
    fn below(&self, x: f64) -> f64 {
        self.parts.iter().map(|&(w, m, s)| w * normal::below((x - m) / s)).sum::<f64>().clamp(0.0, 1.0)
    }

    fn narrow_quantile(&self, p: f64) -> f64 {
        let ends = |sign: f64| self.parts.iter().map(move |&(_, m, s)| m + sign * 5.0 * s);
        let mut low = ends(-1.0).fold(f64::INFINITY, f64::min);
        let mut high = ends(1.0).fold(f64::NEG_INFINITY, f64::max);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if self.below(middle) < p { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.median + INFLATION * (self.narrow_quantile(p) - self.median)
    }
}

/// Mean squared error of pictures whose values reach 1, at a peak signal-to-noise ratio of `db` decibels.
///
/// ```
/// use audit::curve::{db_of_mse, mse_of_db};
/// assert!((mse_of_db(30.0) - 0.001).abs() < 1e-12);
/// assert!((db_of_mse(mse_of_db(41.6)) - 41.6).abs() < 1e-9);
/// ```
pub fn mse_of_db(db: f64) -> f64 {
    10f64.powf(-db / 10.0)
}

/// Peak signal-to-noise ratio in decibels of a mean squared error, for values that reach 1.
pub fn db_of_mse(mse: f64) -> f64 {
    -10.0 * mse.max(1e-12).log10()
}

/// Points by size, the smallest first.
fn grouped(points: &[Point]) -> Vec<Vec<Point>> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a.n.total_cmp(&b.n));
    let mut groups: Vec<Vec<Point>> = Vec::new();
    for p in sorted {
        match groups.last_mut() {
            // Subsets of whole shots come out nearly, not exactly, as long as asked for.
            Some(g) if p.n <= g[0].n * 1.02 => g.push(Point { n: g[0].n, ..p }),
            _ => groups.push(vec![p]),
        }
    }
    groups
}

/// Every law of the grid with its weight, the hopeless ones left out.
fn grid(sizes: &[Size], scatter: &[f64], largest: Size) -> Vec<Cell> {
    let (count, first, last) = EXPONENTS;
    let spare: f64 = sizes.iter().map(|s| s.seeds as f64 - 1.0).sum();
    let scattered: f64 = scatter.iter().sum();
    let mut cells = Vec::with_capacity(count * FLOORS.0 * NOISES.len());
    for noise in NOISES {
        let prior = normal::log_density((noise / NOISE_PRIOR.0).ln() / NOISE_PRIOR.1)
            - spare * noise.ln()
            - 0.5 * scattered / (noise * noise);
        // What each size weighs: its seeds average out, its misfit does not.
        let weights: Vec<f64> = sizes
            .iter()
            .map(|s| {
                let level = s.mean / largest.mean;
                1.0 / (level * level * (noise * noise / s.seeds as f64 + MISFIT * MISFIT))
            })
            .collect();
        let prior = prior + 0.5 * weights.iter().map(|w| w.ln()).sum::<f64>();
        for i in 0..count {
            let exponent = first + (last - first) * i as f64 / (count - 1) as f64;
            // The density of the logarithm belongs to even steps of the logarithm; these are even steps of b.
            let prior =
                prior + normal::log_density((exponent / EXPONENT_PRIOR.0).ln() / EXPONENT_PRIOR.1) - exponent.ln();
            for j in 0..FLOORS.0 {
                let floor = FLOORS.1 * (j as f64 + 0.5) / FLOORS.0 as f64;
                let prior = prior + normal::log_density((floor - RIDGE.0) / RIDGE.1);
                cells.extend(ridge(sizes, &weights, largest, exponent, floor, noise, prior));
            }
        }
    }
    let best = cells.iter().map(|c| c.weight).fold(f64::NEG_INFINITY, f64::max);
    cells.retain(|c| c.weight > best - 14.0);
    let total: f64 = cells.iter().map(|c| (c.weight - best).exp()).sum();
    for c in &mut cells {
        c.weight = (c.weight - best).exp() / total;
    }
    cells
}

/// The fall `A` by ridge where the exponent, floor and noise are given, cut off below 0; its weight still a logarithm.
fn ridge(
    sizes: &[Size],
    weights: &[f64],
    largest: Size,
    exponent: f64,
    floor: f64,
    noise: f64,
    prior: f64,
) -> Option<Cell> {
    let precise = 1.0 / (RIDGE.1 * RIDGE.1);
    let (mut precision, mut pull, mut square) = (precise, RIDGE.0 * precise, RIDGE.0 * RIDGE.0 * precise);
    for (s, w) in sizes.iter().zip(weights) {
        let x = (s.n / largest.n).powf(-exponent);
        let rest = s.mean / largest.mean - floor;
        precision += w * x * x;
        pull += w * x * rest;
        square += w * rest * rest;
    }
    let sd = 1.0 / precision.sqrt();
    let mean = pull / precision;
    // What is left of the normal distribution above 0, and its first two moments.
    let cut = -mean / sd;
    let kept = 1.0 - normal::below(cut);
    if kept < 1e-6 {
        return None;
    }
    let hazard = normal::log_density(cut).exp() / kept;
    Some(Cell {
        weight: prior - 0.5 * (square - mean * pull) - 0.5 * precision.ln() + kept.ln(),
        exponent,
        floor,
        fall: mean + sd * hazard,
        variance: sd * sd * (1.0 + cut * hazard - hazard * hazard).clamp(0.0, 1.0),
        noise,
    })
}

#[cfg(test)]
mod tests;
