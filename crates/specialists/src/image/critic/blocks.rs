//! Blocking: steps that lie on a grid of eight.

use super::Mark;
use crate::image::plane::Plane;

/// Side of a block.
const SIDE: usize = 8;
/// A step above this is an edge of the picture, code values.
const EDGE: f32 = 24.0;
/// Ground that changes by more than this from sample to sample hides a block, code values.
const BUSY: f32 = 4.0;

/// How much higher, in code values, steps are on the lines of the grid that has the highest than on all others; the mean of
/// both directions. Clean pictures have 0.0 to 0.1, however they are cropped.
pub(super) fn blocks(p: &Plane) -> Mark {
    let across = Steps::of(p, 1);
    let down = Steps::of(p, p.width);
    let value = 0.5 * (across.above() + down.above());
    Mark { value, place: across.worst() }
}

/// Steps in one direction, by where they lie in the grid.
struct Steps {
    sums: [f64; SIDE],
    counts: [f64; SIDE],
    /// The same by cells of 64, of all phases.
    cells: Vec<[f32; SIDE]>,
    across: usize,
}

impl Steps {
    /// `step` from a sample to the next in the direction looked in: 1 along rows, the width down columns.
    fn of(p: &Plane, step: usize) -> Steps {
        let across = p.width.div_ceil(64);
        let mut s = Steps {
            sums: [0.0; SIDE],
            counts: [0.0; SIDE],
            cells: vec![[0.0; SIDE]; across * p.height.div_ceil(64)],
            across,
        };
        let (x0, y0) = if step == 1 { (2, 0) } else { (0, 2) };
        let (x1, y1) =
            if step == 1 { (p.width.saturating_sub(1), p.height) } else { (p.width, p.height.saturating_sub(1)) };
        for y in y0..y1 {
            for x in x0..x1 {
                let i = y * p.width + x;
                let here = (p.data[i] - p.data[i - step]).abs();
                let before = (p.data[i - step] - p.data[i - 2 * step]).abs();
                let after = (p.data[i + step] - p.data[i]).abs();
                if before > BUSY || after > BUSY || here > EDGE {
                    continue;
                }
                let phase = if step == 1 { x % SIDE } else { y % SIDE };
                let above = here - 0.5 * (before + after);
                s.sums[phase] += f64::from(above);
                s.counts[phase] += 1.0;
                s.cells[y / 64 * across + x / 64][phase] += above;
            }
        }
        s
    }

    fn mean(&self, k: usize) -> f64 {
        self.sums[k % SIDE] / self.counts[k % SIDE].max(1.0)
    }

    /// Where in eight the grid lies.
    fn phase(&self) -> usize {
        (0..SIDE).max_by(|a, b| self.mean(*a).total_cmp(&self.mean(*b))).expect("eight phases")
    }

    /// Mean on the grid's lines, less the highest mean of all others, so that fine texture cancels out.
    fn above(&self) -> f32 {
        let k = self.phase();
        // Half a block on there are the lines of blocks of four, which count with those of eight.
        let rest = [1, 2, 3, 5, 6, 7].map(|on| self.mean(k + on)).into_iter().fold(f64::MIN, f64::max);
        (self.mean(k) - rest).max(0.0) as f32
    }

    /// Corner of the cell whose lines of the grid stand out most.
    fn worst(&self) -> (usize, usize) {
        let k = self.phase();
        let worst = (0..self.cells.len()).max_by(|a, b| self.cells[*a][k].total_cmp(&self.cells[*b][k]));
        worst.map_or((0, 0), |at| (at % self.across * 64, at / self.across * 64))
    }
}
