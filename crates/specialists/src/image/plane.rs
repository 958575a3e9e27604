//! A picture plane to work on: numbers in 8-bit code values, whatever the depth of the film.

use media::Raster;
use multiversion::multiversion;
use rayon::prelude::*;

use super::synth::uniform_at;

/// One plane; row after row, no gaps. 0 to 255 are the code values of 8 bits, with fractions for deeper film.
#[derive(Clone, Default, PartialEq)]
pub struct Plane {
    /// Samples in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// The samples.
    pub data: Vec<f32>,
}

impl std::fmt::Debug for Plane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Plane({}x{})", self.width, self.height)
    }
}

impl Plane {
    /// A plane of one value.
    pub fn new(width: usize, height: usize, value: f32) -> Plane {
        Plane { width, height, data: vec![value; width * height] }
    }

    /// A plane of 8-bit samples.
    pub fn of_bytes(width: usize, height: usize, bytes: &[u8]) -> Plane {
        Plane { width, height, data: bytes.iter().map(|b| f32::from(*b)).collect() }
    }

    /// Plane `plane` of a picture; deeper samples are divided down, keeping their fractions.
    pub fn of_raster(picture: &Raster, plane: usize) -> Plane {
        let bits = picture.layout().bits;
        let from = picture.plane(plane);
        let mut data = Vec::with_capacity(from.width * from.height);
        for row in from.bytes.chunks(from.stride).take(from.height) {
            if bits <= 8 {
                data.extend(row[..from.width].iter().map(|b| f32::from(*b)));
            } else {
                let down = 1.0 / (1u32 << (bits - 8)) as f32;
                let words = row[..from.width * 2].chunks_exact(2);
                data.extend(words.map(|w| f32::from(u16::from_ne_bytes([w[0], w[1]])) * down));
            }
        }
        Plane { width: from.width, height: from.height, data }
    }

    /// Writes into plane `plane` of a picture, rounded to its depth.
    ///
    /// With the seed of a dither the rounding is shaken by half a step each way, so that smooth ground that lost its grain does
    /// not band.
    pub fn into_raster(&self, picture: &mut Raster, plane: usize, dither: Option<u64>) {
        let bits = picture.layout().bits.max(8);
        let to = picture.plane_mut(plane);
        let (stride, tall) = (to.stride, self.height);
        to.bytes.par_chunks_mut(stride).take(tall).enumerate().for_each(|(y, row)| {
            round(self.row(y), bits, dither.map(|seed| (seed, (y * self.width) as u64)), row);
        });
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[f32] {
        &self.data[y * self.width..][..self.width]
    }

    /// The part of `width` by `height` samples whose corner is at (`x`, `y`).
    ///
    /// # Panics
    /// If it reaches beyond the plane.
    pub fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Plane {
        assert!(x + width <= self.width && y + height <= self.height, "a part lies inside");
        let rows = (y..y + height).flat_map(|y| self.row(y)[x..x + width].iter().copied());
        Plane { width, height, data: rows.collect() }
    }

    /// Half the size, each sample the mean of four.
    pub fn halved(&self) -> Plane {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut data = Vec::with_capacity(width * height);
        for y in 0..height {
            let (a, b) = (self.row(2 * y), self.row(2 * y + 1));
            data.extend((0..width).map(|x| 0.25 * (a[2 * x] + a[2 * x + 1] + b[2 * x] + b[2 * x + 1])));
        }
        Plane { width, height, data }
    }

    /// Mean squared difference.
    pub fn apart(&self, other: &Plane) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height), "planes of one size");
        let sum: f64 = self.data.iter().zip(&other.data).map(|(a, b)| f64::from(a - b).powi(2)).sum();
        sum / self.data.len().max(1) as f64
    }

    /// Peak signal-to-noise ratio in dB (peak 255); at most 100.
    pub fn psnr(&self, other: &Plane) -> f64 {
        psnr(self.apart(other))
    }
}

/// Rounds a row to codes of `bits`; with a seed and a place to begin at, dithered.
#[multiversion(targets("x86_64+avx2"))]
fn round(from: &[f32], bits: u8, dither: Option<(u64, u64)>, to: &mut [u8]) {
    let (up, most) = ((1u32 << (bits - 8)) as f32, ((1u32 << bits) - 1) as f32);
    // Half a step added and the rest cut off is rounding.
    let code = |x: usize, v: f32| {
        let shake = dither.map_or(0.5, |(seed, at)| uniform_at(seed, at + x as u64));
        (v * up + shake).clamp(0.0, most) as u16
    };
    if bits == 8 {
        to.iter_mut().zip(from).enumerate().for_each(|(x, (o, v))| *o = code(x, *v) as u8);
    } else {
        for (x, (o, v)) in to.chunks_exact_mut(2).zip(from).enumerate() {
            o.copy_from_slice(&code(x, *v).to_ne_bytes());
        }
    }
}

/// Peak signal-to-noise ratio in dB of a mean squared error in 8-bit code values; at most 100.
pub fn psnr(error: f64) -> f64 {
    (10.0 * (255.0f64.powi(2) / error.max(1e-9)).log10()).min(100.0)
}

/// How alike two pictures are whatever their light and contrast, sample by sample: 1 the same, 0 nothing in common.
pub fn likeness(a: &[f32], b: &[f32]) -> f32 {
    let n = a.len().max(1) as f32;
    let mean = |v: &[f32]| v.iter().sum::<f32>() / n;
    let (ma, mb) = (mean(a), mean(b));
    let (mut xy, mut xx, mut yy) = (0.0f32, 0.0f32, 0.0f32);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (x - ma, y - mb);
        (xy, xx, yy) = (xy + x * y, xx + x * x, yy + y * y);
    }
    xy / (xx * yy).sqrt().max(1e-3)
}

/// Mean over a square of `2 * radius + 1`, clamped at the borders.
pub fn box_mean(data: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    box_mean_of(width, height, radius, |y, row| row.copy_from_slice(&data[y * width..][..width]))
}

/// The same of rows that are made when they are needed.
pub(crate) fn box_mean_of(width: usize, height: usize, radius: usize, row: impl Fn(usize, &mut [f32])) -> Vec<f32> {
    let mut out = vec![0.0f32; width * height];
    let mut wide = vec![0.0f32; width + 2 * radius];
    let mut across = vec![0.0f32; width * height];
    for (y, sums) in across.chunks_exact_mut(width.max(1)).enumerate() {
        row(y, &mut wide[radius..radius + width]);
        let (first, last) = (wide[radius], wide[radius + width - 1]);
        wide[..radius].fill(first);
        wide[radius + width..].fill(last);
        add_up(|k| &wide[k..k + width], 2 * radius + 1, 1.0, sums);
    }
    let scale = 1.0 / ((2 * radius + 1) * (2 * radius + 1)) as f32;
    for (y, means) in out.chunks_exact_mut(width.max(1)).enumerate() {
        let row = |k: usize| &across[(y + k).saturating_sub(radius).min(height - 1) * width..][..width];
        add_up(row, 2 * radius + 1, scale, means);
    }
    out
}

/// Sum of `count` rows, times `scale`; five and seven, which are asked for most, in one go.
#[inline(always)]
fn add_up<'a>(row: impl Fn(usize) -> &'a [f32], count: usize, scale: f32, out: &mut [f32]) {
    match count {
        5 => add_up_of::<5>(std::array::from_fn(row), scale, out),
        7 => add_up_of::<7>(std::array::from_fn(row), scale, out),
        _ => {
            out.fill(0.0);
            (0..count).for_each(|k| out.iter_mut().zip(row(k)).for_each(|(o, v)| *o += v));
            out.iter_mut().for_each(|o| *o *= scale);
        }
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn add_up_of<const N: usize>(rows: [&[f32]; N], scale: f32, out: &mut [f32]) {
    let n = out.len();
    let rows = rows.map(|row| &row[..n]);
    for i in 0..n {
        let mut sum = rows[0][i];
        for row in &rows[1..] {
            sum += row[i];
        }
        out[i] = sum * scale;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_depth_comes_back_as_it_was() {
        for (format, most) in [("yuv420p", 255u16), ("yuv422p10le", 1023), ("yuv444p12le", 4095), ("gray", 255)] {
            let mut picture = Raster::new(format, 17, 9).unwrap();
            let bits = picture.layout().bits;
            let to = picture.plane_mut(0);
            for (i, row) in to.bytes.chunks_mut(to.stride).take(9).enumerate() {
                for x in 0..17 {
                    let code = ((i * 17 + x) * 7919 % (usize::from(most) + 1)) as u16;
                    if bits <= 8 {
                        row[x] = code as u8;
                    } else {
                        row[2 * x..2 * x + 2].copy_from_slice(&code.to_ne_bytes());
                    }
                }
            }
            let plane = Plane::of_raster(&picture, 0);
            assert!(plane.data.iter().all(|v| (0.0..256.0).contains(v)), "{format}");
            let mut copy = Raster::new(format, 17, 9).unwrap();
            plane.into_raster(&mut copy, 0, None);
            assert_eq!(Plane::of_raster(&copy, 0), plane, "{format}");
        }
    }

    #[test]
    fn a_box_mean_is_the_mean_of_the_box() {
        let plane: Vec<f32> = (0..9 * 7).map(|i| ((i * 37) % 11) as f32).collect();
        let mean = box_mean(&plane, 9, 7, 1);
        let at = |x: usize, y: usize| plane[y * 9 + x];
        let want: f32 = (2..5).flat_map(|y| (3..6).map(move |x| at(x, y))).sum::<f32>() / 9.0;
        assert!((mean[3 * 9 + 4] - want).abs() < 1e-4);
    }
}
