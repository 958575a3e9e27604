//! Grain made from a seed: the same seed gives the same grain on every machine.

use rayon::prelude::*;

use super::grain::{Ar, GrainModel, LAG, PlaneGrain};
use super::plane::Plane;

/// A number whose bits look random, from a seed and a place (SplitMix64; Steele et al. 2014).
pub fn hash(seed: u64, at: u64) -> u64 {
    let mut z = seed ^ at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A normal number of mean 0 and deviation 1 for a seed and a place: the sum of eight uniform ones, in whole numbers until the
/// last step, so that no library's rounding enters.
pub fn normal_at(seed: u64, at: u64) -> f32 {
    let (a, b) = (hash(seed, 2 * at), hash(seed, 2 * at + 1));
    let parts = |v: u64| (v & 0xffff) + ((v >> 16) & 0xffff) + ((v >> 32) & 0xffff) + (v >> 48);
    // Mean of eight: 4 * 65535; deviation: 65536 * sqrt(8 / 12).
    ((parts(a) + parts(b)) as f32 - 262_140.0) / 53_509.9
}

/// Normal numbers without end.
pub fn normal(seed: u64) -> impl Iterator<Item = f32> {
    (0..).map(move |at| normal_at(seed, at))
}

/// A uniform number from 0 to 1.
pub fn uniform_at(seed: u64, at: u64) -> f32 {
    (hash(seed, at) >> 40) as f32 / (1u64 << 24) as f32
}

/// Rows and columns made before the picture begins, so that its corner is grain like the rest.
const LEAD: usize = 24;

/// A field of grain of deviation 1.
pub fn field(ar: &Ar, width: usize, height: usize, seed: u64) -> Vec<f32> {
    let (w, h) = (width + 2 * LEAD, height + LEAD);
    let mut data = vec![0.0f32; w * h];
    data.par_chunks_mut(w).enumerate().for_each(|(y, row)| {
        for (x, v) in row.iter_mut().enumerate() {
            *v = ar.innovation * normal_at(seed, (y * w + x) as u64);
        }
    });
    for y in 0..h {
        let (done, rest) = data.split_at_mut(y * w);
        let row = &mut rest[..w];
        // What the rows above say goes to all samples at once.
        for dy in 1..=LAG.min(y) {
            let above = &done[(y - dy) * w..][..w];
            for (k, weight) in ar.above(dy).iter().enumerate() {
                if *weight != 0.0 {
                    let from = &above[k..w - 2 * LAG + k];
                    row[LAG..w - LAG].iter_mut().zip(from).for_each(|(o, a)| *o += weight * a);
                }
            }
        }
        let left = ar.left();
        for x in LAG..w {
            row[x] += left[0] * row[x - 3] + left[1] * row[x - 2] + left[2] * row[x - 1];
        }
    }
    let rows = data.chunks_exact(w).skip(LEAD);
    rows.flat_map(|row| row[LEAD..LEAD + width].iter().copied()).collect()
}

/// Adds grain to a plane: fields of each band, weighed by the picture's own light.
pub fn add(plane: &mut Plane, luma: &Plane, grain: &PlaneGrain, seed: u64) {
    let made = make(plane.width, plane.height, luma, grain, seed);
    plane.data.iter_mut().zip(&made).for_each(|(v, g)| *v += g);
}

/// The grain that [`add`] adds; `luma` may be larger than the plane, as it is beside chroma.
pub fn make(width: usize, height: usize, luma: &Plane, grain: &PlaneGrain, seed: u64) -> Vec<f32> {
    // One white field under all bands: where they mix, their grain is the same grain.
    let fields: Vec<Vec<f32>> = grain.bands.iter().map(|ar| field(ar, width, height, seed)).collect();
    let (sx, sy) = (luma.width.div_ceil(width.max(1)).max(1), luma.height.div_ceil(height.max(1)).max(1));
    let mut out = vec![0.0f32; width * height];
    out.par_chunks_mut(width.max(1)).enumerate().for_each(|(y, row)| {
        let light = luma.row((y * sy).min(luma.height - 1));
        for (x, v) in row.iter_mut().enumerate() {
            let l = light[(x * sx).min(luma.width - 1)];
            let at = y * width + x;
            let (band, part) = grain.place(l);
            let (a, b) = (fields[band][at], fields[(band + 1).min(fields.len() - 1)][at]);
            // Kept at deviation 1 while it goes over from one band to the next, taking them as alike.
            *v = grain.deviation(l) * (a + part * (b - a));
        }
    });
    out
}

/// Grain on all planes of a frame; `planes[0]` is luma. Chroma carries its own grain and its share of luma's.
pub fn add_to_frame(planes: &mut [Plane], model: &GrainModel, seed: u64) {
    let luma = planes[0].clone();
    let of_luma = make(luma.width, luma.height, &luma, &model.luma, seed);
    for (plane, (grain, share)) in planes.iter_mut().skip(1).zip(&model.chroma) {
        let own = make(plane.width, plane.height, &luma, grain, hash(seed, 0xc0de + u64::from(share.to_bits())));
        let (sx, sy) =
            (luma.width.div_ceil(plane.width.max(1)).max(1), luma.height.div_ceil(plane.height.max(1)).max(1));
        let w = plane.width;
        for (i, v) in plane.data.iter_mut().enumerate() {
            let at = ((i / w) * sy).min(luma.height - 1) * luma.width + ((i % w) * sx).min(luma.width - 1);
            *v += own[i] + share * of_luma[at];
        }
    }
    planes[0].data.iter_mut().zip(&of_luma).for_each(|(v, g)| *v += g);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn normal_numbers_are_normal() {
        let n: Vec<f32> = normal(9).take(200_000).collect();
        let mean = n.iter().sum::<f32>() / n.len() as f32;
        let square = n.iter().map(|v| v * v).sum::<f32>() / n.len() as f32;
        let beyond = n.iter().filter(|v| v.abs() > 2.0).count() as f32 / n.len() as f32;
        assert!(mean.abs() < 0.01 && (square - 1.0).abs() < 0.01 && (beyond - 0.0455).abs() < 0.004);
    }

    #[test]
    fn the_same_seed_gives_the_same_grain_and_another_gives_another() {
        let ar = Ar::soft(0.5);
        let (a, b, c) = (field(&ar, 64, 48, 1), field(&ar, 64, 48, 1), field(&ar, 64, 48, 2));
        assert_eq!(a, b);
        let dot = a.iter().zip(&c).map(|(x, y)| x * y).sum::<f32>() / a.len() as f32;
        assert!(dot.abs() < 0.1, "{dot}");
    }
}
