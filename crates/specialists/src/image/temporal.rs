//! The classical denoiser, first half: a mean along the motion, where frames agree (a motion-compensated temporal Wiener
//! filter; Dubois and Sabri 1984, with patches for the weights as in Buades et al. 2005).

use multiversion::multiversion;
use rayon::prelude::*;

use super::grain::{LEVELS, level};
use super::plane::{Plane, box_mean, box_mean_of};

/// A mean over time, and how much of the grain's variance is left in each place.
pub struct Mean {
    /// The picture.
    pub plane: Plane,
    /// Variance left, as a share of one frame's: 0.2 where five frames agree, 1 where none does.
    pub left: Vec<f32>,
}

/// Rows that are worked on at a time: what they need stays near the processor.
const BAND: usize = 32;
/// Radius of the square in which frames are compared.
const NEAR: usize = 2;

/// Mean of `now` and its neighbours in line with it, weighed by how well each agrees within the grain of `levels`
/// (deviation at the eight levels of light).
pub fn mean(now: &Plane, others: &[Plane], levels: &[f32; LEVELS]) -> Mean {
    let (w, h) = (now.width, now.height);
    let mut plane = now.clone();
    let mut left = vec![1.0f32; w * h];
    let table: Vec<f32> = (0..256).map(|l| 1.0 / (2.0 * level(levels, l as f32).max(0.35).powi(2))).collect();
    let bands = plane.data.par_chunks_mut((BAND * w).max(1)).zip(left.par_chunks_mut((BAND * w).max(1)));
    bands.enumerate().for_each(|(i, (sum, square))| {
        // With the rows that a square reaches beyond the band.
        let (from, to) = ((i * BAND).saturating_sub(NEAR), ((i + 1) * BAND + NEAR).min(h));
        let inside = (i * BAND - from) * w..(i * BAND - from) * w + sum.len();
        let here = &now.data[from * w..to * w];
        let light = box_mean(here, w, to - from, NEAR);
        // One over the squared difference that grain alone makes between two frames: it depends on the light alone, so that all
        // neighbours share it.
        let per_grain: Vec<f32> = light[inside.clone()].iter().map(|l| table[usize::from(*l as u8)]).collect();
        let mut weight = vec![1.0f32; sum.len()];
        for other in others {
            let there = &other.data[from * w..to * w];
            let apart = box_mean_of(w, to - from, NEAR, |y, row| {
                let (a, b) = (&here[y * w..][..w], &there[y * w..][..w]);
                row.iter_mut().zip(a).zip(b).for_each(|((r, a), b)| *r = (a - b) * (a - b));
            });
            let part = inside.clone();
            take(&there[part.clone()], &apart[part], &per_grain, sum, &mut weight, square);
        }
        for ((s, w), q) in sum.iter_mut().zip(&weight).zip(square) {
            *s /= w;
            *q /= w * w;
        }
    });
    Mean { plane, left }
}

#[multiversion(targets("x86_64+avx2+fma"))]
fn take(other: &[f32], apart: &[f32], per_grain: &[f32], sum: &mut [f32], weight: &mut [f32], square: &mut [f32]) {
    let n = other.len();
    let (apart, per_grain) = (&apart[..n], &per_grain[..n]);
    let (sum, weight, square) = (&mut sum[..n], &mut weight[..n], &mut square[..n]);
    for i in 0..n {
        // 1 where the difference is what grain alone makes.
        let ratio = apart[i] * per_grain[i];
        let over = (ratio - 1.15).max(0.0) * 1.4;
        let w = 1.0 / (1.0 + over * over * over);
        let w = if w < 0.02 { 0.0 } else { w };
        sum[i] += w * other[i];
        weight[i] += w;
        square[i] += w * w;
    }
}
