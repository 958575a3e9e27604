//! Banding: a smooth ground that should glide, and steps instead.

use super::Mark;
use crate::image::plane::Plane;

/// Samples that lie flat on both sides of a step.
const FLAT: usize = 10;
/// What flat ground may wander, code values.
const WANDER: f32 = 0.75;
/// Steps between these are seen and are no edge of the picture, code values.
const STEP: std::ops::RangeInclusive<f32> = 1.5..=12.0;

/// Steps between flat grounds where more follow in the same direction, a thousand samples; the mean of both directions.
///
/// An edge between two flat colours, as drawn film has them, stands alone; bands come one after the other, each a step further
/// on the way from dark to light.
pub(super) fn bands(p: &Plane) -> Mark {
    let across = p.width.div_ceil(64);
    let mut cells = vec![0u32; across * p.height.div_ceil(64)];
    let mut count = 0u32;
    for y in 0..p.height {
        count += stairs(p.row(y), |x| cells[y / 64 * across + x / 64] += 1);
    }
    for x in 0..p.width {
        let column: Vec<f32> = (0..p.height).map(|y| p.data[y * p.width + x]).collect();
        count += stairs(&column, |y| cells[y / 64 * across + x / 64] += 1);
    }
    let value = 500.0 * count as f32 / p.data.len().max(1) as f32;
    let worst = (0..cells.len()).max_by_key(|i| cells[*i]).unwrap_or(0);
    Mark { value, place: (worst % across * 64, worst / across * 64) }
}

/// Counts the steps of a line that belong to a stair of two or more.
fn stairs(line: &[f32], mut at: impl FnMut(usize)) -> u32 {
    let n = line.len();
    let mut found: Vec<(usize, bool)> = Vec::new();
    let mut x = FLAT;
    while x + FLAT <= n {
        // Codecs spread a step over two samples: what lies between is not asked to be flat.
        let before = line[x - 2];
        let after = line[x + 1];
        let step = after - before;
        if STEP.contains(&step.abs()) && flat(&line[x - FLAT..x - 1], before) && flat(&line[x + 1..x + FLAT], after) {
            found.push((x, step > 0.0));
            x += FLAT - 2;
        } else {
            x += 1;
        }
    }
    let mut count = 0;
    for (i, (x, up)) in found.iter().enumerate() {
        let near = |other: Option<&(usize, bool)>| other.is_some_and(|o| o.1 == *up && o.0.abs_diff(*x) <= 12 * FLAT);
        if near(found.get(i + 1)) || near(i.checked_sub(1).and_then(|j| found.get(j))) {
            at(*x);
            count += 1;
        }
    }
    count
}

fn flat(part: &[f32], level: f32) -> bool {
    part.iter().all(|v| (v - level).abs() <= WANDER)
}
