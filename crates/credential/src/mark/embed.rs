//! Writing the mark into pictures.

use multiversion::multiversion;

use crate::mark::Payload;
use crate::mark::tile;

/// Samples along a side of the blocks that the strength is found for.
const BLOCK: usize = 8;
/// Gain of a mark whose root mean square is one code value of 8 bits.
const ONE: f32 = 32.0;
/// Bits by which pattern times gain is too large for 8-bit samples: [`tile::UNIT`] times [`ONE`].
const SHIFT: u32 = 10;
/// Strength in flats, in code values of 8 bits.
const FLAT: f32 = 0.45;
/// Strength added for each code value of the mean difference between neighbors.
const TEXTURE: f32 = 0.45;
/// Greatest strength.
const MOST: f32 = 3.6;
/// Differences above this count as this: one hard edge in a sky is no texture to hide in.
const EDGE: u8 = 14;
/// Rows of the grain that rounds.
const GRAIN: usize = 64;

/// A mark to write into the pictures of one film.
///
/// It is the same in every frame, so that adding frames up brings it out, and so that an encoder pays for it only once a shot.
///
/// ```
/// use credential::mark::{Mark, Payload};
/// let mut mark = Mark::new(Payload::new(42).unwrap());
/// let mut luma = vec![128u8; 640 * 360];
/// mark.embed(&mut luma, 640, 640, 360, 8);
/// let off = luma.iter().map(|v| v.abs_diff(128)).max().unwrap();
/// assert!((1..=4).contains(&off));
/// ```
pub struct Mark {
    payload: Payload,
    strength: f32,
    size: (usize, usize),
    pattern: Vec<i8>,
    grain: Vec<i16>,
    gains: Gains,
    line: Vec<u16>,
}

impl Mark {
    /// The mark that says `payload`.
    pub fn new(payload: Payload) -> Mark {
        Mark {
            payload,
            strength: 1.0,
            size: (0, 0),
            pattern: Vec::new(),
            grain: Vec::new(),
            gains: Gains::default(),
            line: Vec::new(),
        }
    }

    /// Stronger or weaker than usual by a factor, 0.25 to 2: a matter of taste and of what the copies go through.
    pub fn strength(mut self, factor: f32) -> Mark {
        self.strength = factor.clamp(0.25, 2.0);
        self
    }

    /// What it says.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// Writes the mark into a plane of luma: `height` lines of `width` samples of `bits` bits (8 to 16; more than 8 in two bytes,
    /// the low one first), a line beginning every `stride` bytes.
    ///
    /// # Panics
    /// If the plane is shorter than that.
    pub fn embed(&mut self, luma: &mut [u8], stride: usize, width: usize, height: usize, bits: u8) {
        if width < 2 * BLOCK || height < 2 * BLOCK {
            return;
        }
        let wide = bits > 8;
        let row = width * if wide { 2 } else { 1 };
        assert!(stride >= row && luma.len() >= stride * (height - 1) + row, "a plane has the lines that it says");
        if self.size != (width, height) {
            self.size = (width, height);
            self.pattern = tile::plane(self.payload, width, height);
            self.grain = grain(width);
        }
        self.gains.measure(luma, stride, width, height, bits, self.strength);
        for y in 0..height {
            let line = &mut luma[y * stride..y * stride + row];
            let pattern = &self.pattern[y * width..(y + 1) * width];
            let grain = &self.grain[(y % GRAIN) * width..][..width];
            let gain = self.gains.line(y);
            if wide {
                self.line.clear();
                self.line.extend(line.chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])));
                add_wide(&mut self.line, pattern, grain, gain, u32::from(bits.min(16)));
                line.chunks_exact_mut(2).zip(&self.line).for_each(|(to, v)| to.copy_from_slice(&v.to_le_bytes()));
            } else {
                add(line, pattern, grain, gain);
            }
        }
    }
}

/// What decides, sample by sample, between one code value and the next: always the same, so that a still picture stays still.
fn grain(width: usize) -> Vec<i16> {
    let mut bytes = vec![0u8; width * GRAIN * 2];
    blake3::Hasher::new().update(b"bottega grain 1").finalize_xof().fill(&mut bytes);
    bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]) & ((1 << SHIFT) - 1)).collect()
}

#[multiversion(targets("x86_64+avx2"))]
fn add(line: &mut [u8], pattern: &[i8], grain: &[i16], gain: &[i16]) {
    for (((v, &p), &n), &g) in line.iter_mut().zip(pattern).zip(grain).zip(gain) {
        // |pattern| <= 127 and gain <= 2 * 3.6 * 32: the sum stays within 16 bits.
        let delta = (i16::from(p) * g + n) >> SHIFT;
        *v = (i16::from(*v) + delta).clamp(0, 255) as u8;
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn add_wide(line: &mut [u16], pattern: &[i8], grain: &[i16], gain: &[i16], bits: u32) {
    let shift = SHIFT - (bits - 8);
    let top = (1i32 << bits) - 1;
    let mask = (1i32 << shift) - 1;
    for (((v, &p), &n), &g) in line.iter_mut().zip(pattern).zip(grain).zip(gain) {
        let delta = (i32::from(p) * i32::from(g) + (i32::from(n) & mask)) >> shift;
        *v = (i32::from(*v) + delta).clamp(0, top) as u16;
    }
}

/// How strong the mark may be where: found for blocks, blended between them.
#[derive(Default)]
struct Gains {
    width: usize,
    across: usize,
    down: usize,
    /// Of blocks.
    raw: Vec<f32>,
    /// Of blocks, brought over the width.
    wide: Vec<i16>,
    line: Vec<i16>,
    edges: Vec<u16>,
    light: Vec<u16>,
}

impl Gains {
    fn measure(&mut self, luma: &[u8], stride: usize, width: usize, height: usize, bits: u8, strength: f32) {
        (self.width, self.across, self.down) = (width, width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        self.raw.clear();
        let mut lines: [Vec<u8>; 2] = [Vec::new(), Vec::new()];
        for block in 0..self.down {
            self.edges.clear();
            self.edges.resize(self.across * BLOCK, 0);
            self.light.clear();
            self.light.resize(self.across * BLOCK, 0);
            let mut looked = 0;
            // Every other line tells enough.
            for y in (block * BLOCK..((block + 1) * BLOCK).min(height - 1)).step_by(2) {
                looked += 1;
                let here = &luma[y * stride..];
                let below = &luma[(y + 1) * stride..];
                if bits > 8 {
                    for (line, from) in lines.iter_mut().zip([here, below]) {
                        line.clear();
                        let samples = from[..width * 2].chunks_exact(2);
                        line.extend(samples.map(|b| (u16::from_le_bytes([b[0], b[1]]) >> (bits - 8)) as u8));
                    }
                    look(&lines[0], &lines[1], &mut self.edges, &mut self.light);
                } else {
                    look(&here[..width], &below[..width], &mut self.edges, &mut self.light);
                }
            }
            let looked = looked.max(1) as f32;
            for (x, (edges, light)) in self.edges.chunks(BLOCK).zip(self.light.chunks(BLOCK)).enumerate() {
                let count = BLOCK.min(width - x * BLOCK) as f32 * looked;
                let sum = |values: &[u16]| values.iter().map(|&v| u32::from(v)).sum::<u32>() as f32;
                self.raw.push(strength * may(sum(edges) / (2.0 * count), sum(light) / count));
            }
        }
        self.spread();
    }

    /// Never stronger than around: where texture ends, the strength of the flat beside it holds.
    fn spread(&mut self) {
        self.wide.clear();
        let mut row = vec![0.0f32; self.across];
        for y in 0..self.down {
            let rows = [y.saturating_sub(1), y, (y + 1).min(self.down - 1)];
            for (x, to) in row.iter_mut().enumerate() {
                let columns = [x.saturating_sub(1), x, (x + 1).min(self.across - 1)];
                let mut sum = 0.0;
                for &j in &rows {
                    for &i in &columns {
                        sum += self.raw[j * self.across + i];
                    }
                }
                *to = self.raw[y * self.across + x].min(sum / 9.0) * ONE;
            }
            // Straight lines between the middles of blocks.
            let begin = self.wide.len();
            self.wide.resize(begin + self.width, 0);
            let line = &mut self.wide[begin..];
            let half = BLOCK / 2;
            line[..half].fill(row[0] as i16);
            for (x, eight) in line[half..].chunks_mut(BLOCK).enumerate() {
                let (left, right) = (row[x], row[(x + 1).min(self.across - 1)]);
                let step = (right - left) / BLOCK as f32;
                for (i, to) in eight.iter_mut().enumerate() {
                    *to = (left + step * i as f32) as i16;
                }
            }
        }
        self.line.resize(self.width, 0);
    }

    /// The gain of the samples of line `y`.
    fn line(&mut self, y: usize) -> &[i16] {
        let place = y + BLOCK / 2;
        let (below, part) = ((place / BLOCK).min(self.down - 1), (place % BLOCK) as i16);
        let above = (place / BLOCK).saturating_sub(1).min(self.down - 1);
        let (above, below) =
            (&self.wide[above * self.width..][..self.width], &self.wide[below * self.width..][..self.width]);
        blend(&mut self.line, above, below, part);
        &self.line
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn blend(to: &mut [i16], above: &[i16], below: &[i16], part: i16) {
    for ((to, &a), &b) in to.iter_mut().zip(above).zip(below) {
        *to = (a * (BLOCK as i16 - part) + b * part) >> 3;
    }
}

/// Adds up, by columns, what a line differs from its neighbors right and below, and its light.
#[multiversion(targets("x86_64+avx2"))]
fn look(here: &[u8], below: &[u8], edges: &mut [u16], light: &mut [u16]) {
    let n = here.len();
    let (here, below, edges, light) = (&here[..n], &below[..n], &mut edges[..n], &mut light[..n]);
    for x in 0..n {
        light[x] += u16::from(here[x]);
        edges[x] += u16::from(here[x].abs_diff(below[x]).min(EDGE));
    }
    for x in 0..n - 1 {
        edges[x] += u16::from(here[x].abs_diff(here[x + 1]).min(EDGE));
    }
}

/// How strong a mark goes unseen among differences of `edges` and in light of `light`, in code values.
fn may(edges: f32, light: f32) -> f32 {
    // Letterbox bars, and what is as black: a lifted black is seen at once.
    if light < 20.0 && edges < 0.5 {
        return 0.0;
    }
    let dark = ((light - 10.0) / 42.0).clamp(0.3, 1.0);
    (FLAT + TEXTURE * edges).min(MOST) * dark
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(a: &[u8], b: &[u8]) -> f32 {
        a.iter().zip(b).map(|(a, b)| (f32::from(*a) - f32::from(*b)).powi(2)).sum::<f32>() / a.len() as f32
    }

    #[test]
    fn weak_in_flats_stronger_in_texture_and_nothing_in_bars() {
        let (width, height) = (256, 144);
        let mut mark = Mark::new(Payload::new(5).unwrap());
        let mut marked = |make: &dyn Fn(usize, usize) -> u8| {
            let plain: Vec<u8> = (0..width * height).map(|i| make(i % width, i / width)).collect();
            let mut luma = plain.clone();
            mark.embed(&mut luma, width, width, height, 8);
            power(&plain, &luma)
        };
        let flat = marked(&|_, _| 128);
        let texture = marked(&|x, y| 100 + ((x * 7919 + y * 104_729) % 23) as u8);
        assert_eq!(marked(&|_, _| 16), 0.0, "a letterbox bar stays black");
        assert!(flat > 0.1 && flat < 0.5, "{flat}");
        assert!(texture > 3.0 * flat, "{texture} {flat}");
    }

    #[test]
    fn ten_bits_get_what_eight_get_and_finer() {
        let (width, height, stride) = (320, 180, 700);
        let mut mark = Mark::new(Payload::new(5).unwrap());
        let mut eight = vec![90u8; width * height];
        mark.embed(&mut eight, width, width, height, 8);
        let mut ten = vec![0u8; stride * height];
        for line in ten.chunks_mut(stride) {
            line[..width * 2].chunks_exact_mut(2).for_each(|b| b.copy_from_slice(&360u16.to_le_bytes()));
            line[width * 2..].fill(7);
        }
        mark.embed(&mut ten, stride, width, height, 10);
        assert!(
            ten.chunks(stride).all(|line| line[width * 2..].iter().all(|&b| b == 7)),
            "only the picture is touched"
        );
        let mut agree = 0.0;
        for (y, line) in ten.chunks(stride).enumerate() {
            for x in 0..width {
                let v = u16::from_le_bytes([line[2 * x], line[2 * x + 1]]);
                agree += (f32::from(v) / 4.0 - 90.0) * (f32::from(eight[y * width + x]) - 90.0);
            }
        }
        // The same mark in both: their product is its power.
        let product = agree / (width * height) as f32;
        assert!((0.1..0.4).contains(&product), "{product}");
    }
}
