//! What is kept of a frame to find shots by.

/// Cells of the small gray picture, across.
pub const ACROSS: usize = 32;
/// Cells of the small gray picture, down.
pub const DOWN: usize = 18;
/// Cells of the small colour pictures, across.
pub const CHROMA_ACROSS: usize = 8;
/// Cells of the small colour pictures, down.
pub const CHROMA_DOWN: usize = 6;
/// Classes of the histogram.
pub const CLASSES: usize = 32;

/// Cells of the small gray picture.
pub(crate) const CELLS: usize = ACROSS * DOWN;
pub(crate) const CHROMA: usize = CHROMA_ACROSS * CHROMA_DOWN;

/// A frame as the shot detector remembers it; [`FrameMark::BYTES`] bytes in a file.
///
/// All values are 8-bit codes of the file, not turned for display and not stretched to full range.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameMark {
    /// Luma, [`ACROSS`] x [`DOWN`], rows from the top; the whole picture whatever its shape.
    pub luma: [u8; CELLS],
    /// Cb, [`CHROMA_ACROSS`] x [`CHROMA_DOWN`]; 128 where the picture is gray.
    pub cb: [u8; CHROMA],
    /// Cr, likewise.
    pub cr: [u8; CHROMA],
    /// Share of each of [`CLASSES`] classes of luma, 255 for all.
    pub classes: [u8; CLASSES],
    /// Mean luma.
    pub mean: f32,
    /// Standard deviation of luma.
    pub deviation: f32,
    /// Mean absolute difference of luma from the frame seen before; `NaN` of the first frame an eye sees.
    pub change: f32,
    /// How much of this frame no motion from the frame seen before explains, as a share of its texture: near 0 within a
    /// shot, near 1 at a cut; at most 4, `NaN` of the first frame an eye sees.
    pub fresh: f32,
}

impl FrameMark {
    /// Bytes of a mark in a file.
    pub const BYTES: usize = CELLS + 2 * CHROMA + CLASSES + 4 * 4;

    /// Appends the mark to a file's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        for part in [&self.luma[..], &self.cb, &self.cr, &self.classes] {
            out.extend(part);
        }
        for v in [self.mean, self.deviation, self.change, self.fresh] {
            out.extend(v.to_le_bytes());
        }
    }

    /// Reads what [`FrameMark::write`] wrote; `None` if there are not [`FrameMark::BYTES`] bytes.
    pub fn read(bytes: &[u8]) -> Option<FrameMark> {
        fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            let (head, tail) = bytes.split_first_chunk::<N>()?;
            *bytes = tail;
            Some(*head)
        }
        let b = &mut &bytes[..];
        let (luma, cb, cr, classes) = (take(b)?, take(b)?, take(b)?, take(b)?);
        let mut number = || Some(f32::from_le_bytes(take(b)?));
        let mark = FrameMark {
            luma,
            cb,
            cr,
            classes,
            mean: number()?,
            deviation: number()?,
            change: number()?,
            fresh: number()?,
        };
        (bytes.len() == FrameMark::BYTES).then_some(mark)
    }

    /// Whether the picture is of one colour, as black between shots is; bars of a letterbox may have another.
    pub fn is_plain(&self) -> bool {
        let bars = self.bars();
        let barred = bars.iter().any(|&b| b > 0 && b < DOWN / 3);
        // The row that a bar's edge crosses is of neither colour.
        let [top, bottom, left, right] = if barred { bars.map(|b| if b > 0 { b + 1 } else { 0 }) } else { [0; 4] };
        let open = (top..DOWN - bottom).flat_map(|y| &self.luma[y * ACROSS + left..(y + 1) * ACROSS - right]);
        let (low, high) = open.fold((255u8, 0u8), |(l, h), &v| (l.min(v), h.max(v)));
        let flat = |c: &[u8]| c.iter().max().zip(c.iter().min()).is_some_and(|(h, l)| h - l <= 6);
        // Colours of bars reach into every coarse cell at the border.
        let colors = barred || (flat(&self.cb) && flat(&self.cr));
        let few = self.classes.iter().filter(|&&share| share > 2).count() <= 4;
        high - low <= 10 && colors && (self.deviation < 3.0 || (barred && few))
    }

    /// Flat rows and columns at the border, all of the corner's luma: top, bottom, left, right, in cells.
    pub(crate) fn bars(&self) -> [usize; 4] {
        let corner = self.luma[0];
        let like = |v: u8| v.abs_diff(corner) <= 4;
        let row = |y: usize| self.luma[y * ACROSS..(y + 1) * ACROSS].iter().all(|&v| like(v));
        let column = |x: usize| (0..DOWN).all(|y| like(self.luma[y * ACROSS + x]));
        let most = [DOWN / 3, ACROSS / 3];
        [
            (0..most[0]).take_while(|&y| row(y)).count(),
            (0..most[0]).take_while(|&y| row(DOWN - 1 - y)).count(),
            (0..most[1]).take_while(|&x| column(x)).count(),
            (0..most[1]).take_while(|&x| column(ACROSS - 1 - x)).count(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_a_file() {
        let mark = FrameMark {
            luma: std::array::from_fn(|i| (i * 7) as u8),
            cb: [3; CHROMA],
            cr: std::array::from_fn(|i| i as u8),
            classes: [8; CLASSES],
            mean: 99.5,
            deviation: 12.25,
            change: 0.5,
            fresh: 0.125,
        };
        let mut bytes = Vec::new();
        mark.write(&mut bytes);
        assert_eq!(bytes.len(), FrameMark::BYTES);
        assert_eq!(FrameMark::read(&bytes), Some(mark));
        assert_eq!(FrameMark::read(&bytes[1..]), None);
        bytes.push(0);
        assert_eq!(FrameMark::read(&bytes), None);
    }
}
