//! Film grain as numbers: how strong at which light, how large and of what shape, how chroma goes with luma.
//!
//! The shape is auto-regressive with lag 3, as in AV1 (Norkin and Birkbeck 2018): a sample is a weighted sum of the 24
//! that precede it, plus something new. It is fitted by Yule and Walker's equations to the covariance of frame
//! differences (see [`noise`](super::noise)), which hold the grain and not the picture.

use serde::{Deserialize, Serialize};

/// How many rows and columns back a sample leans on.
pub const LAG: usize = 3;
/// Light levels at which strength is kept: centres of eight equal bands of 0 to 255.
pub const LEVELS: usize = 8;
/// Weights of one shape.
const COUNT: usize = 2 * LAG * (LAG + 1);

/// Shape of grain: weights of the samples before, row by row from three above, then three to the left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ar {
    /// `[dy = -3: dx = -3..=3], [dy = -2], [dy = -1], [dy = 0: dx = -3..=-1]`.
    pub weights: Vec<f32>,
    /// Deviation of what is new in each sample, so that the grain has deviation 1.
    pub innovation: f32,
}

/// Grain of one plane.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneGrain {
    /// Deviation in 8-bit code values at the centres of [`LEVELS`] bands of luma.
    pub levels: [f32; LEVELS],
    /// Shapes from shadows to lights, one to three.
    pub bands: Vec<Ar>,
}

/// Grain of a shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GrainModel {
    /// Of luma.
    pub luma: PlaneGrain,
    /// Of each chroma plane: its own, and its share of luma's grain.
    pub chroma: Vec<(PlaneGrain, f32)>,
    /// How many samples it rests on.
    pub samples: u64,
}

/// Covariances of grain: `R(dx, dy)` for `dx` in -6..=6 and `dy` in 0..=3, with the count of pairs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Covariance {
    sums: Vec<f64>,
    /// Pairs behind the variance.
    pub pairs: f64,
}

const WIDE: usize = 4 * LAG + 1;

impl Default for Covariance {
    fn default() -> Covariance {
        Covariance { sums: vec![0.0; WIDE * (LAG + 1)], pairs: 0.0 }
    }
}

impl Covariance {
    /// Takes in a patch of pure grain, `width` by `height`, whose mean is removed here.
    pub fn take(&mut self, patch: &[f32], width: usize, height: usize) {
        let mean = patch.iter().sum::<f32>() / patch.len() as f32;
        let at = |x: usize, y: usize| f64::from(patch[y * width + x] - mean);
        for dy in 0..=LAG.min(height - 1) {
            for (k, dx) in (-2 * LAG as isize..=2 * LAG as isize).enumerate() {
                let wide = width.saturating_sub(dx.unsigned_abs());
                if wide == 0 {
                    continue;
                }
                let from = (-dx).max(0) as usize;
                let mut sum = 0.0;
                for y in dy..height {
                    for x in from..from + wide {
                        sum += at(x, y) * at((x as isize + dx) as usize, y - dy);
                    }
                }
                // Each lag has its own number of pairs; all are brought to that of the variance.
                self.sums[dy * WIDE + k] += sum * (height * width) as f64 / ((height - dy) * wide) as f64;
            }
        }
        // Taking away the mean takes away some variance.
        self.pairs += (height * width - 1) as f64;
    }

    /// Takes in another's.
    pub fn join(&mut self, other: &Covariance) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(a, b)| *a += b);
        self.pairs += other.pairs;
    }

    /// Covariance of samples `dx` and `dy` apart.
    pub fn at(&self, dx: isize, dy: isize) -> f64 {
        let (dx, dy) = if dy < 0 { (-dx, -dy) } else { (dx, dy) };
        let k = (dx + 2 * LAG as isize) as usize;
        if dy == 0 {
            // Both directions say the same.
            let m = (2 * LAG as isize - dx) as usize;
            return 0.5 * (self.sums[k] + self.sums[m]) / self.pairs.max(1.0);
        }
        // Stored towards the row above: R(dx, dy) there is of (x, y) and (x + dx, y - dy), which is R(-dx, dy) downwards.
        let m = (2 * LAG as isize - dx) as usize;
        self.sums[dy as usize * WIDE + m] / self.pairs.max(1.0)
    }

    /// Variance.
    pub fn variance(&self) -> f64 {
        self.at(0, 0)
    }

    /// What must be added to independent grain of covariance `have` to become this one; `None` if it has as much.
    pub fn beyond(&self, have: &Covariance) -> Option<Covariance> {
        let mut rest = Covariance { sums: vec![0.0; WIDE * (LAG + 1)], pairs: 1.0 };
        for (i, r) in rest.sums.iter_mut().enumerate() {
            *r = self.sums[i] / self.pairs.max(1.0) - have.sums[i] / have.pairs.max(1.0);
        }
        (rest.variance() > 0.0).then_some(rest)
    }

    /// This covariance times a number.
    pub fn scaled(&self, by: f64) -> Covariance {
        Covariance { sums: self.sums.iter().map(|v| v * by).collect(), pairs: self.pairs }
    }
}

/// Places of the weights, in order.
fn places() -> impl Iterator<Item = (isize, isize)> {
    let lag = LAG as isize;
    (1..=lag).rev().flat_map(move |dy| (-lag..=lag).map(move |dx| (dx, -dy))).chain((-lag..0).map(|dx| (dx, 0)))
}

impl Ar {
    /// White grain.
    pub fn white() -> Ar {
        Ar { weights: vec![0.0; COUNT], innovation: 1.0 }
    }

    /// Round grain, the same in both directions: neighbours correlate by `by`, 0 to 0.8.
    pub fn soft(by: f32) -> Ar {
        let mut r = Covariance { sums: vec![0.0; WIDE * (LAG + 1)], pairs: 1.0 };
        for dy in 0..=LAG {
            for k in 0..WIDE {
                let dx = k as f64 - 2.0 * LAG as f64;
                // A Gaussian spot's own covariance is Gaussian.
                r.sums[dy * WIDE + k] = f64::from(by).powf(dx * dx + (dy * dy) as f64);
            }
        }
        Ar::fit(&r)
    }

    /// Fits the weights to a covariance.
    pub fn fit(r: &Covariance) -> Ar {
        let variance = r.variance();
        if variance <= 0.0 {
            return Ar::white();
        }
        let at: Vec<(isize, isize)> = places().collect();
        // A little white keeps the equations solvable where the grain is very smooth.
        for ridge in [1e-3, 1e-2, 5e-2, 0.2] {
            let mut a = vec![vec![0.0f64; COUNT + 1]; COUNT];
            for (i, p) in at.iter().enumerate() {
                for (j, q) in at.iter().enumerate() {
                    a[i][j] = lagged(r, p.0 - q.0, p.1 - q.1);
                }
                a[i][i] += ridge * variance;
                a[i][COUNT] = r.at(p.0, p.1);
            }
            let Some(w) = solve(a) else { continue };
            let explained: f64 = w.iter().zip(&at).map(|(w, p)| w * r.at(p.0, p.1)).sum();
            let new = (1.0 - explained / variance).max(1e-4);
            let mut ar = Ar { weights: w.iter().map(|v| *v as f32).collect(), innovation: new.sqrt() as f32 };
            // What the equations say of its strength holds far from borders; a field made says it truly, and tells a
            // runaway at once.
            let probe = super::synth::field(&ar, 160, 160, 77);
            let power = probe.iter().map(|v| f64::from(v * v)).sum::<f64>() / probe.len() as f64;
            if power.is_finite() && power < 4.0 {
                ar.innovation /= power.sqrt().max(1e-3) as f32;
                return ar;
            }
        }
        Ar::white()
    }

    /// Weights of the row `dy` above, from three left to three right.
    pub(crate) fn above(&self, dy: usize) -> &[f32] {
        let row = 2 * LAG + 1;
        &self.weights[(LAG - dy) * row..][..row]
    }

    /// Weights of the three samples to the left, the farthest first.
    pub(crate) fn left(&self) -> [f32; 3] {
        let at = COUNT - LAG;
        [self.weights[at], self.weights[at + 1], self.weights[at + 2]]
    }
}

/// Covariance at lags up to six across and three down; beyond three down it is taken as none.
fn lagged(r: &Covariance, dx: isize, dy: isize) -> f64 {
    if dy.unsigned_abs() > LAG || dx.unsigned_abs() > 2 * LAG { 0.0 } else { r.at(dx, dy) }
}

/// Gauss's elimination with the largest pivot.
fn solve(mut a: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = a.len();
    for i in 0..n {
        let best = (i..n).max_by(|p, q| a[*p][i].abs().total_cmp(&a[*q][i].abs()))?;
        a.swap(i, best);
        if a[i][i].abs() < 1e-12 {
            return None;
        }
        let pivot = a[i].clone();
        for row in a.iter_mut().skip(i + 1) {
            let f = row[i] / pivot[i];
            row.iter_mut().zip(&pivot).skip(i).for_each(|(v, p)| *v -= f * p);
        }
    }
    let mut x = vec![0.0; n];
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| a[i][j] * x[j]).sum();
        x[i] = (a[i][n] - sum) / a[i][i];
    }
    x.iter().all(|v| v.is_finite()).then_some(x)
}

impl PlaneGrain {
    /// The same strength and shape at every light.
    pub fn even(deviation: f32, shape: Ar) -> PlaneGrain {
        PlaneGrain { levels: [deviation; LEVELS], bands: vec![shape] }
    }

    /// Deviation at a luma of 0 to 255.
    pub fn deviation(&self, luma: f32) -> f32 {
        level(&self.levels, luma)
    }

    /// Mean deviation over the range of light.
    pub fn mean(&self) -> f32 {
        self.levels.iter().sum::<f32>() / LEVELS as f32
    }

    /// Between which bands a luma lies: the lower one, and the share of the upper.
    pub(crate) fn place(&self, luma: f32) -> (usize, f32) {
        let n = self.bands.len();
        if n < 2 {
            return (0, 0.0);
        }
        let at = (luma / 256.0 * n as f32 - 0.5).clamp(0.0, n as f32 - 1.0);
        let band = (at as usize).min(n - 2);
        // Mostly one band or the other, with a short way between.
        (band, ((at - band as f32 - 0.5) * 4.0 + 0.5).clamp(0.0, 1.0))
    }

    /// The same grain, `by` times as strong.
    pub fn scaled(&self, by: f32) -> PlaneGrain {
        PlaneGrain { levels: self.levels.map(|l| l * by), bands: self.bands.clone() }
    }
}

/// Value of a curve kept at the centres of [`LEVELS`] bands.
pub fn level(levels: &[f32; LEVELS], luma: f32) -> f32 {
    let at = (luma / 256.0 * LEVELS as f32 - 0.5).clamp(0.0, LEVELS as f32 - 1.0);
    let i = (at as usize).min(LEVELS - 2);
    levels[i] + (at - i as f32) * (levels[i + 1] - levels[i])
}

impl GrainModel {
    /// Grain of one strength and shape, chroma at half of it.
    pub fn even(deviation: f32, shape: &Ar) -> GrainModel {
        let own = PlaneGrain::even(0.5 * deviation, shape.clone());
        GrainModel {
            luma: PlaneGrain::even(deviation, shape.clone()),
            chroma: vec![(own.clone(), 0.0), (own, 0.0)],
            samples: 0,
        }
    }

    /// The same grain, `by` times as strong.
    pub fn scaled(&self, by: f32) -> GrainModel {
        let chroma = self.chroma.iter().map(|(g, share)| (g.scaled(by), *share)).collect();
        GrainModel { luma: self.luma.scaled(by), chroma, samples: self.samples }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::spectrum::octaves;
    use crate::image::synth::field;

    #[test]
    fn a_fit_of_made_grain_is_the_grain_that_was_made() {
        for by in [0.0, 0.3, 0.6, 0.75] {
            let true_shape = Ar::soft(by);
            let made = field(&true_shape, 256, 256, 5);
            let mut r = Covariance::default();
            r.take(&made, 256, 256);
            assert!((r.variance() - 1.0).abs() < 0.08, "{by}: {}", r.variance());
            let again = field(&Ar::fit(&r), 256, 256, 6);
            for (a, b) in octaves(&made, 256, 256).iter().zip(octaves(&again, 256, 256)) {
                let db = 10.0 * (a / b).log10();
                assert!(db.abs() < 1.0, "{by}: {db} dB");
            }
        }
    }

    #[test]
    fn slanted_grain_keeps_its_slant() {
        let base = field(&Ar::white(), 300, 300, 8);
        let mut slanted = vec![0.0f32; 300 * 300];
        for y in 2..298 {
            for x in 2..298 {
                slanted[y * 300 + x] = base[y * 300 + x] + 0.8 * base[(y - 1) * 300 + x + 1];
            }
        }
        let inner: Vec<f32> = (4..290).flat_map(|y| slanted[y * 300 + 4..y * 300 + 290].to_vec()).collect();
        let mut r = Covariance::default();
        r.take(&inner, 286, 286);
        let again = field(&Ar::fit(&r), 286, 286, 3);
        let mut s = Covariance::default();
        s.take(&again, 286, 286);
        let norm = |c: &Covariance, dx, dy| c.at(dx, dy) / c.variance();
        assert!((norm(&r, 1, -1) - norm(&s, 1, -1)).abs() < 0.06, "{} {}", norm(&r, 1, -1), norm(&s, 1, -1));
        assert!(norm(&r, 1, -1).abs() > 0.35 && norm(&s, 1, 1).abs() < 0.1);
    }

    #[test]
    fn grain_that_holds_no_samples_is_white() {
        assert_eq!(Ar::fit(&Covariance::default()), Ar::white());
    }
}
