//! A picture as the analyses look at it: luma and colour-difference planes.

use media::Plane;

/// A picture in luma and, unless it is gray, two colour differences.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// Luma.
    pub luma: Plane<'a>,
    /// Cb and Cr, at any subsampling; `None` of a gray picture.
    pub chroma: Option<[Plane<'a>; 2]>,
    /// Significant bits of a sample; more than 8 means 16-bit words.
    pub bits: u8,
    /// Whether black is code 0 and white the highest (full range); studio levels otherwise.
    pub full: bool,
    /// Degrees to turn clockwise for display: 0, 90, 180, 270.
    pub rotation: u16,
    /// Displayed height over displayed width.
    pub aspect: f32,
}

impl View<'_> {
    /// Bytes of a sample.
    pub(crate) fn step(&self) -> usize {
        if self.bits > 8 { 2 } else { 1 }
    }

    /// Bits to drop for 8.
    pub(crate) fn shift(&self) -> u32 {
        u32::from(self.bits.max(8) - 8)
    }

    /// Where the middles of `across` x `down` equal parts of the displayed picture lie in `plane`.
    pub(crate) fn places(&self, plane: &Plane<'_>, across: usize, down: usize) -> Places {
        let (w, h) = (plane.width, plane.height);
        let middles = |n: usize, size: usize, back: bool, step: usize| -> Vec<usize> {
            let at = |i: usize| ((2 * i + 1) * size / (2 * n)).min(size - 1);
            (0..n).map(|i| if back { size - 1 - at(i) } else { at(i) } * step).collect()
        };
        let (row, sample) = (plane.stride, self.step());
        // Turned by a quarter, what lies across in display lies down in the file.
        let (x, y) = match self.rotation {
            90 => (middles(across, h, true, row), middles(down, w, false, sample)),
            180 => (middles(across, w, true, sample), middles(down, h, true, row)),
            270 => (middles(across, h, false, row), middles(down, w, true, sample)),
            _ => (middles(across, w, false, sample), middles(down, h, false, row)),
        };
        Places { x, y }
    }

    /// The sample at column `x`, row `y` of `places` as 8 bits.
    #[inline]
    pub(crate) fn at(&self, plane: &Plane<'_>, places: &Places, x: usize, y: usize) -> u8 {
        let at = places.x[x] + places.y[y];
        if self.bits > 8 {
            (u16::from_ne_bytes([plane.bytes[at], plane.bytes[at + 1]]) >> self.shift()).min(255) as u8
        } else {
            plane.bytes[at]
        }
    }

    /// Copies row `y` of the luma plane as 8 bits into `out`.
    pub(crate) fn luma_row(&self, y: usize, out: &mut Vec<u8>) {
        out.clear();
        let row = row(&self.luma, y, self.step());
        if self.bits > 8 {
            let shift = self.shift();
            out.extend(row.chunks_exact(2).map(|p| (u16::from_ne_bytes([p[0], p[1]]) >> shift).min(255) as u8));
        } else {
            out.extend_from_slice(row);
        }
    }
}

/// Bytes into a plane, for each displayed column and row; a sample's place is the sum of both.
pub(crate) struct Places {
    x: Vec<usize>,
    y: Vec<usize>,
}

/// Row `y` of a plane whose samples have `bytes` bytes each.
pub(crate) fn row<'a>(plane: &Plane<'a>, y: usize, bytes: usize) -> &'a [u8] {
    &plane.bytes[y * plane.stride..y * plane.stride + plane.width * bytes]
}
