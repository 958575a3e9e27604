//! One glance at a picture: a small grid of its luma, and what is counted on it.

use film::ColorRange;
use media::Picture;
use specialists::image::plane::likeness;

/// Samples across and down that a glance takes at most.
const ACROSS: usize = 160;
const DOWN: usize = 90;

/// Cells across and down that flashes are counted in.
pub const CELLS_ACROSS: usize = 16;
/// See [`CELLS_ACROSS`].
pub const CELLS_DOWN: usize = 9;

/// What a picture looks like, cheaply: single samples of its luma on a regular grid.
#[derive(Clone, Debug, PartialEq)]
pub struct Look {
    /// Frame number.
    pub number: i64,
    /// Luma on the grid, 0 black to 255 white, whatever range and depth the file has; what lies outside is cut off.
    pub luma: Vec<u8>,
    /// Mean of the luma, 0 to 1.
    pub mean: f32,
    /// Spread of the luma, 0 to 1.
    pub spread: f32,
    /// Share of the samples that are as good as black.
    pub dark: f32,
    /// Share of the samples outside what EBU R 103 lets pass; 0 for pictures of full range.
    pub illegal: f32,
    /// Mean luma of cells, in rows from the top, 0 to 1.
    pub cells: [f32; CELLS_ACROSS * CELLS_DOWN],
}

/// Luma below this is as good as black.
const BLACK: u8 = 18;

impl Look {
    /// Looks at a picture.
    pub fn at(picture: &Picture, range: ColorRange) -> Look {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let samples = Samples::of(picture);
        let (columns, rows) = (places(width, ACROSS), places(height, DOWN));
        let mut grid = Vec::with_capacity(columns.len() * rows.len());
        rows.iter().for_each(|&y| samples.row(y, &columns, &mut grid));
        Look::of(picture.number(), &grid, columns.len(), picture.bits(), range)
    }

    /// Of samples of `bits` bits in rows `across` wide, as the file codes them.
    pub fn of(number: i64, samples: &[u16], across: usize, bits: u8, range: ColorRange) -> Look {
        let bits = bits.clamp(8, 16);
        let full = range == ColorRange::Full;
        // Code values of 8 bit times `one`.
        let one = 1i32 << (bits - 8);
        let (low, span) = if full { (0, 256 * one - 1) } else { (16 * one, 219 * one) };
        // EBU R 103: luma from 5 to 246 at 8 bit.
        let (least, most) = if full { (0, u16::MAX) } else { ((5 * one) as u16, (247 * one - 1) as u16) };
        let scale = 255.0 / span as f32;
        let shade = |v: u16| ((i32::from(v) - low) as f32 * scale + 0.5) as u8;
        let luma: Vec<u8> = samples.iter().map(|&v| shade(v)).collect();
        let illegal = samples.iter().map(|&v| u32::from(v < least || v > most)).sum::<u32>();
        let count = luma.len().max(1);
        // At most 160 by 90 samples: no sum overflows 32 bits.
        let sum = luma.iter().map(|&v| u32::from(v)).sum::<u32>();
        let squares = luma.iter().map(|&v| u32::from(v) * u32::from(v)).sum::<u32>();
        let dark = luma.iter().map(|&v| u32::from(v < BLACK)).sum::<u32>();
        let mean = f64::from(sum) / count as f64;
        let spread = (f64::from(squares) / count as f64 - mean * mean).max(0.0).sqrt();
        Look {
            number,
            cells: cells(&luma, across.max(1)),
            mean: (mean / 255.0) as f32,
            spread: (spread / 255.0) as f32,
            dark: dark as f32 / count as f32,
            illegal: illegal as f32 / count as f32,
            luma,
        }
    }

    /// Whether there is nothing to see.
    pub fn is_black(&self) -> bool {
        self.dark >= 0.995
    }

    /// Whether it is one plain tone.
    pub fn is_plain(&self) -> bool {
        self.spread < 0.012
    }

    /// Mean difference of the luma, 0 to 1.
    pub fn change(&self, other: &Look) -> f32 {
        let sum = self.luma.iter().zip(&other.luma).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
        sum as f32 / (255.0 * self.luma.len().max(1) as f32)
    }

    /// Whether it is of another shot: much of the light has changed, and what is left is not where it was.
    pub fn is_other_shot(&self, other: &Look) -> bool {
        if self.luma.len() != other.luma.len() {
            return true;
        }
        let light = |look: &Look| look.luma.iter().map(|v| f32::from(*v)).collect::<Vec<_>>();
        // Most frames are like the last: they are not looked at further.
        self.change(other) > 0.045 && likeness(&light(self), &light(other)) < 0.7
    }

    /// Share of the cells whose light changes.
    pub fn reach(&self, other: &Look) -> f32 {
        let changed = self.cells.iter().zip(&other.cells).filter(|(a, b)| (*a - *b).abs() > 0.03).count();
        changed as f32 / self.cells.len() as f32
    }

    /// Whether the two cannot be told apart: not on the whole, nor anywhere.
    pub fn is_same(&self, other: &Look) -> bool {
        let count = self.luma.len().max(1) as u32;
        let (mut sum, mut moved) = (0u32, 0u32);
        // In parts, since most pictures differ from the first on.
        for (a, b) in self.luma.chunks(ACROSS * 8).zip(other.luma.chunks(ACROSS * 8)) {
            sum += a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>();
            if sum >= count / 2 {
                return false;
            }
            moved += a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b) > 8)).sum::<u32>();
        }
        // Coding lets a still picture shimmer by a fraction of a code value.
        moved * 2000 < count
    }
}

/// At most `most` places spread over `len`, each in the middle of its part.
fn places(len: usize, most: usize) -> Vec<usize> {
    let count = len.min(most);
    (0..count).map(|i| (2 * i + 1) * len / (2 * count)).collect()
}

fn cells(luma: &[u8], across: usize) -> [f32; CELLS_ACROSS * CELLS_DOWN] {
    let mut sums = [0u32; CELLS_ACROSS * CELLS_DOWN];
    let mut counts = [0u32; CELLS_ACROSS * CELLS_DOWN];
    let down = luma.len().div_ceil(across).max(1);
    // Columns `borders[i]..borders[i + 1]` are those of the cells `i`.
    let borders: Vec<usize> = (0..=CELLS_ACROSS).map(|i| (i * across).div_ceil(CELLS_ACROSS)).collect();
    for (y, row) in luma.chunks_exact(across).enumerate() {
        let first = y * CELLS_DOWN / down * CELLS_ACROSS;
        for (i, border) in borders.windows(2).enumerate() {
            sums[first + i] += row[border[0]..border[1]].iter().map(|&v| u32::from(v)).sum::<u32>();
            counts[first + i] += (border[1] - border[0]) as u32;
        }
    }
    let mut cells = [0.0; CELLS_ACROSS * CELLS_DOWN];
    for (cell, (sum, count)) in cells.iter_mut().zip(sums.into_iter().zip(counts)) {
        *cell = sum as f32 / (255.0 * count.max(1) as f32);
    }
    cells
}

/// Where the luma of a picture lies; of RGB, the green, which makes up most of it.
struct Samples<'a> {
    bytes: &'a [u8],
    stride: usize,
    /// Bytes from one pixel to the next, and to the sample in it.
    step: usize,
    first: usize,
    wide: bool,
    big: bool,
}

impl<'a> Samples<'a> {
    fn of(picture: &'a Picture) -> Samples<'a> {
        let plane = picture.plane(0);
        let wide = picture.bits() > 8;
        let sample = if wide { 2 } else { 1 };
        let name = picture.format();
        let packed = |channels: usize, at: usize| (channels * sample, at * sample);
        let (step, first) = match name.trim_end_matches("le").trim_end_matches("be") {
            "rgb24" | "bgr24" | "rgb48" | "bgr48" => packed(3, 1),
            "rgba" | "bgra" | "rgb0" | "bgr0" | "rgba64" | "bgra64" => packed(4, 1),
            "argb" | "abgr" | "0rgb" | "0bgr" => packed(4, 2),
            "yuyv422" | "yvyu422" | "ya8" | "ya16" => packed(2, 0),
            "uyvy422" => packed(2, 1),
            _ => packed(1, 0),
        };
        Samples { bytes: plane.bytes, stride: plane.stride, step, first, wide, big: name.ends_with("be") }
    }

    /// Appends the samples of row `y` in `columns`.
    fn row(&self, y: usize, columns: &[usize], out: &mut Vec<u16>) {
        let row = &self.bytes[y * self.stride + self.first..];
        let at = columns.iter().map(|x| x * self.step);
        match (self.wide, self.big) {
            (false, _) => out.extend(at.map(|at| u16::from(row[at]))),
            (true, false) => out.extend(at.map(|at| u16::from_le_bytes([row[at], row[at + 1]]))),
            (true, true) => out.extend(at.map(|at| u16::from_be_bytes([row[at], row[at + 1]]))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_and_depths_mean_the_same_light() {
        let of = |v: u16, bits, range| Look::of(0, &[v; 160 * 90], 160, bits, range);
        for (black, white, bits, range) in [
            (16, 235, 8, ColorRange::Limited),
            (64, 940, 10, ColorRange::Limited),
            (0, 255, 8, ColorRange::Full),
            (0, 1023, 10, ColorRange::Full),
        ] {
            let (b, w) = (of(black, bits, range), of(white, bits, range));
            assert!(b.is_black() && b.mean == 0.0 && b.illegal == 0.0);
            assert!(!w.is_black() && w.mean == 1.0 && w.is_plain() && w.illegal == 0.0);
            assert!((w.cells[17] - 1.0).abs() < 1e-6);
            assert_eq!(b.change(&w), 1.0);
        }
        assert_eq!(of(252, 8, ColorRange::Limited).illegal, 1.0);
        assert_eq!(of(3, 8, ColorRange::Limited).illegal, 1.0);
        assert_eq!(of(1000, 10, ColorRange::Limited).illegal, 1.0);
    }

    #[test]
    fn small_pictures_and_small_movements() {
        assert_eq!(places(3, 160), [0, 1, 2]);
        assert_eq!(places(1920, 160)[..2], [6, 18]);
        let still: Vec<u16> = (0..14400u16).map(|i| 40 + i % 100).collect();
        let look = |v: &[u16]| Look::of(0, v, 160, 8, ColorRange::Limited);
        let mut blink = still.clone();
        blink[4000..4012].iter_mut().for_each(|v| *v += 30);
        assert!(look(&still).is_same(&look(&still)));
        assert!(!look(&still).is_same(&look(&blink)), "twelve samples of fourteen thousand");
    }
}
