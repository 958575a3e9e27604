//! The tile: which chip carries what, and what it looks like in a picture.

use std::sync::OnceLock;

use crate::mark::Payload;
use crate::mark::code::{CODED, encode};

/// Chips along a side of the tile.
pub(crate) const SIDE: usize = 48;
/// Chips of a tile.
pub(crate) const CHIPS: usize = SIDE * SIDE;
/// Chips that carry each coded bit.
const EACH: usize = 6;

/// Chips to the height of a picture: a chip is wide enough to live through a scaling to half and less, whatever the size.
pub(crate) const DOWN: f32 = 140.0;
/// Pixels that a chip has at least, so that small pictures can be made smaller too.
pub(crate) const LEAST: f32 = 4.0;

/// What the chips of a tile are for; the same for every mark, and never to change, lest marked films become unreadable.
pub(crate) struct Plan {
    /// The pilot: plus or minus one, and zero where a chip carries data.
    pub(crate) pilot: Vec<f32>,
    /// Place and sign of the chips of each coded bit.
    pub(crate) data: Vec<[(usize, f32); EACH]>,
}

impl Plan {
    pub(crate) fn get() -> &'static Plan {
        static PLAN: OnceLock<Plan> = OnceLock::new();
        PLAN.get_or_init(|| {
            // Drawn from a hash rather than from a library of random numbers, whose order may change with its version.
            let mut source = blake3::Hasher::new().update(b"bottega mark 1").finalize_xof();
            let mut draw = || {
                let mut four = [0u8; 4];
                source.fill(&mut four);
                u32::from_le_bytes(four)
            };
            let mut order: Vec<usize> = (0..CHIPS).collect();
            for i in (1..CHIPS).rev() {
                order.swap(i, draw() as usize % (i + 1));
            }
            let signs: Vec<f32> = (0..CHIPS).map(|_| if draw() & 1 == 0 { 1.0 } else { -1.0 }).collect();
            let (data, pilots) = order.split_at(CODED * EACH);
            let mut pilot = vec![0.0; CHIPS];
            pilots.iter().for_each(|&chip| pilot[chip] = signs[chip]);
            let data = data.chunks_exact(EACH).map(|six| std::array::from_fn(|i| (six[i], signs[six[i]]))).collect();
            Plan { pilot, data }
        })
    }

    /// The chips of a mark.
    pub(crate) fn chips(&self, payload: Payload) -> Vec<f32> {
        let mut chips = self.pilot.clone();
        for (six, bit) in self.data.iter().zip(encode(payload)) {
            six.iter().for_each(|&(chip, sign)| chips[chip] = sign * bit);
        }
        chips
    }
}

/// Pixels to a chip in a picture that is marked.
pub(crate) fn chip_pixels(height: usize) -> f32 {
    (height as f32 / DOWN).max(LEAST)
}

/// Chips without what is slow among them: film has most of its power there, and the eye sees it best.
pub(crate) fn quickened(chips: &[f32]) -> Vec<f32> {
    const REACH: isize = 2;
    let side = SIDE as isize;
    let at = |x: isize, y: isize| chips[(y.rem_euclid(side) * side + x.rem_euclid(side)) as usize];
    let count = ((2 * REACH + 1) * (2 * REACH + 1)) as f32;
    let mut out = Vec::with_capacity(CHIPS);
    for y in 0..side {
        for x in 0..side {
            let around: f32 = (-REACH..=REACH)
                .flat_map(|j| (-REACH..=REACH).map(move |i| (i, j)))
                .map(|(i, j)| at(x + i, y + j))
                .sum();
            out.push(at(x, y) - around / count);
        }
    }
    out
}

/// The mark over a whole picture, [`UNIT`] being its root mean square; chips run into one another smoothly.
pub(crate) fn plane(payload: Payload, width: usize, height: usize) -> Vec<i8> {
    let chips = quickened(&Plan::get().chips(payload));
    let chip = chip_pixels(height);
    let places = |n: usize| -> Vec<(usize, usize, f32)> {
        (0..n)
            .map(|i| {
                let place = (i as f32 + 0.5) / chip;
                let whole = place.floor();
                (whole as usize % SIDE, (whole as usize + 1) % SIDE, place - whole)
            })
            .collect()
    };
    let (across, down) = (places(width), places(height));
    // Chips of power one, run into one another by straight lines, have the power (2/3)² where they are not quickened.
    let power = chips.iter().map(|c| c * c).sum::<f32>() / CHIPS as f32;
    let scale = UNIT / (power.sqrt() * 2.0 / 3.0);
    let mut plane = Vec::with_capacity(width * height);
    for &(top, bottom, v) in &down {
        let row: Vec<f32> =
            (0..SIDE).map(|x| (chips[top * SIDE + x] * (1.0 - v) + chips[bottom * SIDE + x] * v) * scale).collect();
        plane.extend(across.iter().map(|&(left, right, u)| (row[left] * (1.0 - u) + row[right] * u).round() as i8));
    }
    plane
}

/// Root mean square of [`plane`].
pub(crate) const UNIT: f32 = 32.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plan_never_changes() {
        let plan = Plan::get();
        assert_eq!(plan.pilot.iter().filter(|p| **p != 0.0).count(), CHIPS - CODED * EACH);
        let text: String =
            Plan::get().chips(Payload::SANDBOX).iter().map(|c| if *c > 0.0 { '+' } else { '-' }).collect();
        assert_eq!(blake3::hash(text.as_bytes()).to_hex()[..16], *"964c223788f2cce2");
    }

    #[test]
    fn as_strong_as_it_says_and_without_a_mean() {
        for (width, height) in [(1280, 720), (640, 360), (1920, 816)] {
            let plane = plane(Payload::new(99).unwrap(), width, height);
            let n = plane.len() as f32;
            let mean = plane.iter().map(|&v| f32::from(v)).sum::<f32>() / n;
            let power = plane.iter().map(|&v| f32::from(v).powi(2)).sum::<f32>() / n;
            assert!(mean.abs() < 1.0, "{mean}");
            assert!((power.sqrt() / UNIT - 1.0).abs() < 0.12, "{}", power.sqrt());
        }
    }
}
