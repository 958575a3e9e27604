//! The classical denoiser, second half: overlapped 8x8 blocks shrunk in their frequencies, each by the power that grain of
//! this shape has there (Yu and Sapiro 2011; the two passes, threshold then Wiener, as in BM3D, Dabov et al. 2007).

use multiversion::multiversion;
use rayon::prelude::*;

use super::grain::{Ar, LEVELS, level};
use super::plane::Plane;
use super::synth::field;

const N: usize = 8;
const STEP: usize = 4;
type Block = [f32; N * N];

/// Power of grain of deviation 1 at each of 64 frequencies, a row for each horizontal one; none at a block's mean, which is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Power(pub [f32; N * N]);

impl Power {
    /// Of white grain.
    pub fn white() -> Power {
        Power(std::array::from_fn(|i| if i == 0 { 0.0 } else { 1.0 }))
    }

    /// Of a shape, from a field made of it.
    pub fn of(shape: &Ar) -> Power {
        const SIDE: usize = 192;
        let made = field(shape, SIDE, SIDE, 20);
        let mut power = [0.0f32; N * N];
        let mut count = 0.0;
        for y in (0..SIDE).step_by(N) {
            for x in (0..SIDE).step_by(N) {
                let mut block = [0.0; N * N];
                (0..N).for_each(|j| block[j * N..][..N].copy_from_slice(&made[(y + j) * SIDE + x..][..N]));
                let f = forward(&block);
                power.iter_mut().zip(&f).for_each(|(p, v)| *p += v * v);
                count += 1.0;
            }
        }
        Power(std::array::from_fn(|i| if i == 0 { 0.0 } else { (power[i] / count).max(0.01) }))
    }
}

/// Shrinks `plane`, whose grain has at each place `left` of the variance that `levels` say, and the frequencies of `power`.
/// `firm` is 1 for what measures best; more is smoother.
pub fn shrink(plane: &Plane, left: &[f32], levels: &[f32; LEVELS], power: &Power, firm: f32) -> Plane {
    if plane.width < N || plane.height < N {
        return plane.clone();
    }
    let first = pass(plane, None, left, levels, power, firm, 0);
    pass(plane, Some(&first), left, levels, power, firm, 2)
}

/// One pass over all blocks; with a pilot, by its power (Wiener), else by a threshold.
fn pass(
    plane: &Plane,
    pilot: Option<&Plane>,
    left: &[f32],
    levels: &[f32; LEVELS],
    power: &Power,
    firm: f32,
    offset: usize,
) -> Plane {
    let (w, h) = (plane.width, plane.height);
    let tops = starts(h, offset);
    // Bands of rows side by side; each adds into its own sum, which reaches a block beyond it.
    let band = tops.len().div_ceil(rayon::current_num_threads() * 4).max(4);
    let made: Vec<(usize, Vec<f32>, Vec<f32>)> = tops
        .par_chunks(band)
        .map(|tops| {
            let (top, tall) = (tops[0], tops[tops.len() - 1] + N - tops[0]);
            let (mut sum, mut weight) = (vec![0.0f32; tall * w], vec![0.0f32; tall * w]);
            for &y in tops {
                row(plane, pilot, left, levels, power, firm, (y, top, offset), &mut sum, &mut weight);
            }
            (top, sum, weight)
        })
        .collect();
    let (mut sum, mut weight) = (vec![0.0f32; w * h], vec![0.0f32; w * h]);
    for (top, s, q) in &made {
        sum[top * w..].iter_mut().zip(s).for_each(|(a, b)| *a += b);
        weight[top * w..].iter_mut().zip(q).for_each(|(a, b)| *a += b);
    }
    sum.iter_mut().zip(&weight).for_each(|(s, q)| *s /= q.max(1e-9));
    Plane { width: w, height: h, data: sum }
}

fn starts(length: usize, offset: usize) -> Vec<usize> {
    let last = length - N;
    let mut all: Vec<usize> = std::iter::once(0).chain((offset..=last).step_by(STEP)).chain([last]).collect();
    all.dedup();
    all.sort_unstable();
    all.dedup();
    all
}

#[allow(clippy::too_many_arguments)] // one row of the pass above, with all that it knows
#[multiversion(targets("x86_64+avx2+fma"))]
fn row(
    plane: &Plane,
    pilot: Option<&Plane>,
    left: &[f32],
    levels: &[f32; LEVELS],
    power: &Power,
    firm: f32,
    (y, top, offset): (usize, usize, usize),
    sum: &mut [f32],
    weight: &mut [f32],
) {
    let w = plane.width;
    for x in starts(w, offset) {
        let mut block = [0.0f32; N * N];
        let mut kept = [0.0f32; N];
        for j in 0..N {
            let at = (y + j) * w + x;
            block[j * N..][..N].copy_from_slice(&plane.data[at..at + N]);
            kept.iter_mut().zip(&left[at..at + N]).for_each(|(k, l)| *k += l);
        }
        let mut f = forward(&block);
        let deviation = level(levels, f[0] / N as f32);
        let variance = firm * deviation * deviation * kept.iter().sum::<f32>() / (N * N) as f32;
        let confidence = match pilot {
            None => {
                const LIMIT: f32 = 2.6 * 2.6;
                let limit = LIMIT * variance;
                let mut alive = [0.0f32; N];
                for j in (0..N * N).step_by(N) {
                    for i in 0..N {
                        let v = f[j + i];
                        let lives = if v * v < limit * power.0[j + i] { 0.0 } else { 1.0 };
                        f[j + i] = lives * v;
                        alive[i] += lives;
                    }
                }
                1.0 / alive.iter().sum::<f32>()
            }
            Some(pilot) => {
                let mut guess = [0.0f32; N * N];
                for j in 0..N {
                    let at = (y + j) * w + x;
                    guess[j * N..][..N].copy_from_slice(&pilot.data[at..at + N]);
                }
                let mut g = forward(&guess);
                // The mean is no grain's: so strong that its gain is 1.
                g[0] = 1e6;
                let mut open = [0.0f32; N];
                for j in (0..N * N).step_by(N) {
                    for i in 0..N {
                        let energy = g[j + i] * g[j + i];
                        let gain = energy / (energy + variance * power.0[j + i] + 1e-6);
                        f[j + i] *= gain;
                        open[i] += gain * gain;
                    }
                }
                1.0 / open.iter().sum::<f32>()
            }
        };
        let back = inverse(&f);
        for j in 0..N {
            let at = (y + j - top) * w + x;
            for i in 0..N {
                sum[at + i] += confidence * back[j * N + i];
                weight[at + i] += confidence;
            }
        }
    }
}

/// Cosines of the transform of eight: `COS[k]` is cos(k pi / 16).
const COS: [f32; 8] = [
    1.0,
    0.980_785_25,
    0.923_879_5,
    0.831_469_6,
    std::f32::consts::FRAC_1_SQRT_2,
    0.555_570_24,
    0.382_683_43,
    0.195_090_32,
];

/// The orthonormal cosine transform of each column, rows of eight at a time (even and odd parts apart: a third of the products).
#[inline(always)]
fn down(x: &Block) -> Block {
    let mut out = [0.0f32; N * N];
    for i in 0..N {
        let v: [f32; N] = std::array::from_fn(|r| x[r * N + i]);
        let s: [f32; 4] = std::array::from_fn(|r| 0.5 * (v[r] + v[7 - r]));
        let d: [f32; 4] = std::array::from_fn(|r| 0.5 * (v[r] - v[7 - r]));
        let (p, q, r, t) = (s[0] + s[3], s[1] + s[2], s[0] - s[3], s[1] - s[2]);
        out[i] = COS[4] * (p + q);
        out[4 * N + i] = COS[4] * (p - q);
        out[2 * N + i] = COS[2] * r + COS[6] * t;
        out[6 * N + i] = COS[6] * r - COS[2] * t;
        out[N + i] = COS[1] * d[0] + COS[3] * d[1] + COS[5] * d[2] + COS[7] * d[3];
        out[3 * N + i] = COS[3] * d[0] - COS[7] * d[1] - COS[1] * d[2] - COS[5] * d[3];
        out[5 * N + i] = COS[5] * d[0] - COS[1] * d[1] + COS[7] * d[2] + COS[3] * d[3];
        out[7 * N + i] = COS[7] * d[0] - COS[5] * d[1] + COS[3] * d[2] - COS[1] * d[3];
    }
    out
}

/// What [`down`] did, undone.
#[inline(always)]
fn up(f: &Block) -> Block {
    let mut out = [0.0f32; N * N];
    for i in 0..N {
        let v: [f32; N] = std::array::from_fn(|r| 0.5 * f[r * N + i]);
        let (p, q) = (COS[4] * (v[0] + v[4]), COS[4] * (v[0] - v[4]));
        let (r, t) = (COS[2] * v[2] + COS[6] * v[6], COS[6] * v[2] - COS[2] * v[6]);
        let s = [p + r, q + t, q - t, p - r];
        let d = [
            COS[1] * v[1] + COS[3] * v[3] + COS[5] * v[5] + COS[7] * v[7],
            COS[3] * v[1] - COS[7] * v[3] - COS[1] * v[5] - COS[5] * v[7],
            COS[5] * v[1] - COS[1] * v[3] + COS[7] * v[5] + COS[3] * v[7],
            COS[7] * v[1] - COS[5] * v[3] + COS[3] * v[5] - COS[1] * v[7],
        ];
        for r in 0..4 {
            out[r * N + i] = s[r] + d[r];
            out[(7 - r) * N + i] = s[r] - d[r];
        }
    }
    out
}

/// Rows for columns.
#[inline(always)]
fn turned(x: &Block) -> Block {
    std::array::from_fn(|i| x[(i % N) * N + i / N])
}

/// The transform of a block, turned: a row for each horizontal frequency. A turn is spared that way each time.
#[inline(always)]
fn forward(block: &Block) -> Block {
    down(&turned(&down(block)))
}

/// The block of a turned transform.
#[inline(always)]
fn inverse(f: &Block) -> Block {
    up(&turned(&up(f)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::grain::PlaneGrain;
    use crate::image::synth::{add, normal};

    #[test]
    fn there_and_back_is_the_same_block() {
        let block: Block = std::array::from_fn(|i| normal(3).nth(i).unwrap());
        let back = inverse(&forward(&block));
        assert!(block.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-5));
        let energy = |b: &Block| b.iter().map(|v| v * v).sum::<f32>();
        assert!((energy(&block) - energy(&forward(&block))).abs() < 1e-3);
    }

    #[test]
    fn knowing_the_shape_of_grain_is_worth_something() {
        let (w, h) = (200usize, 133usize);
        let clean: Vec<f32> = (0..w * h)
            .map(|i| 120.0 + 60.0 * ((i % w) as f32 * 0.05).sin() + if (i / w) % 40 < 20 { 25.0 } else { 0.0 })
            .collect();
        let clean = Plane { width: w, height: h, data: clean };
        let shape = Ar::soft(0.6);
        let grain = PlaneGrain::even(10.0, shape.clone());
        let mut noisy = clean.clone();
        add(&mut noisy, &clean, &grain, 4);
        let left = vec![1.0; w * h];
        let blind = shrink(&noisy, &left, &grain.levels, &Power::white(), 1.0).psnr(&clean);
        let knowing = shrink(&noisy, &left, &grain.levels, &Power::of(&shape), 1.0).psnr(&clean);
        assert!(knowing > noisy.psnr(&clean) + 4.0, "{knowing}");
        assert!(knowing > blind + 2.0, "{knowing} {blind}");
        let still = shrink(&clean, &left, &[0.0; LEVELS], &Power::white(), 1.0);
        assert!(still.psnr(&clean) > 60.0);
    }
}
