//! At what size and shift is the tile in there, and what does it say?

use rayon::prelude::*;
use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

use crate::mark::Payload;
use crate::mark::code::{CODED, decode};
use crate::mark::reader::Found;
use crate::mark::tile::{self, CHIPS, Plan, SIDE};

/// Samples of a folded tile along its side: two to a chip.
const FOLD: usize = 2 * SIDE;
/// Chip sizes looked for, relative to that of a picture that was neither cropped nor padded.
const SIZES: std::ops::Range<f32> = 0.72..3.2;
/// From one size to the next: over the width of a picture the pattern then drifts by less than a chip.
const STEP: f32 = 0.0025;
/// Places where the pilot seems to be that are looked at closely.
const CLOSELY: usize = 24;
/// Agreement of the whole tile below which a mark is not believed; chance, choosing among all payloads, reaches 0.6.
const BELIEVED: f32 = 0.66;

/// A size and shift at which the pilot seems to be.
#[derive(Clone, Copy, Debug)]
struct Place {
    across: f32,
    down: f32,
    shift: (usize, usize),
    /// How far it stands out, in standard deviations of what chance gives.
    height: f32,
}

/// Looks for a mark in whitened samples; `frames` of the answer is left at 0.
pub(crate) fn search(samples: &[f32], width: usize, height: usize) -> Option<Found> {
    let view = View { samples, width, height, pilot: Spectrum::new(&template(&Plan::get().pilot)) };
    let unit = height as f32 / tile::DOWN;
    // As it was made, whatever its size since; then as a crop or a padding can have left it.
    let own = tile::LEAST.max(unit);
    let mut known = vec![unit, own];
    known.dedup();
    if let Some(found) = view.best(&known) {
        return Some(found);
    }
    let count = ((SIZES.end / SIZES.start).ln() / STEP).ceil() as usize;
    let sizes: Vec<f32> = (0..count).map(|i| unit * SIZES.start * (STEP * i as f32).exp()).collect();
    view.best(&sizes)
}

struct View<'a> {
    samples: &'a [f32],
    width: usize,
    height: usize,
    pilot: Spectrum,
}

impl View<'_> {
    /// The mark at one of `sizes`, pixels to a chip.
    fn best(&self, sizes: &[f32]) -> Option<Found> {
        let mut places: Vec<Place> =
            sizes.par_iter().filter(|s| **s > 0.9).flat_map_iter(|&size| self.places(size, size, 3)).collect();
        places.sort_by(|a, b| b.height.total_cmp(&a.height));
        places.truncate(CLOSELY);
        places.par_iter().filter_map(|place| self.closely(place)).max_by(|a, b| a.confidence.total_cmp(&b.confidence))
    }

    /// Where the pilot stands out most at a size.
    fn places(&self, across: f32, down: f32, count: usize) -> Vec<Place> {
        let match_ = self.pilot.correlate(&self.fold(across, down));
        let n = match_.len() as f32;
        let deviation = (match_.iter().map(|v| v * v).sum::<f32>() / n).sqrt().max(f32::MIN_POSITIVE);
        let mut best: Vec<Place> = Vec::with_capacity(count + 1);
        for (i, v) in match_.iter().enumerate() {
            let height = v / deviation;
            if best.len() < count || best.last().is_some_and(|b| height > b.height) {
                best.push(Place { across, down, shift: (i % FOLD, i / FOLD), height });
                best.sort_by(|a, b| b.height.total_cmp(&a.height));
                best.truncate(count);
            }
        }
        best
    }

    /// All tiles laid on one another, a chip being `across` by `down` pixels.
    fn fold(&self, across: f32, down: f32) -> Vec<f32> {
        let places = |n: usize, chip: f32| -> Vec<usize> {
            (0..n).map(|i| ((i as f32 + 0.5) / chip * 2.0) as usize % FOLD).collect()
        };
        let columns = places(self.width, across);
        let rows = places(self.height, down);
        let mut sum = vec![0.0f32; FOLD * FOLD];
        let mut count = vec![0.0f32; FOLD * FOLD];
        for (line, &row) in self.samples.chunks_exact(self.width).zip(&rows) {
            let to = &mut sum[row * FOLD..(row + 1) * FOLD];
            let seen = &mut count[row * FOLD..(row + 1) * FOLD];
            for (v, &column) in line.iter().zip(&columns) {
                to[column] += v;
                seen[column] += 1.0;
            }
        }
        // By the root of their number: each place then has the same unrest.
        sum.iter_mut().zip(&count).for_each(|(s, n)| *s /= n.max(1.0).sqrt());
        sum
    }

    /// The size made finer around a place, and the code read there.
    fn closely(&self, place: &Place) -> Option<Found> {
        let mut best = *place;
        for step in [0.0012f32, 0.0005] {
            let around = best;
            for i in -1..=1 {
                for j in -1..=1 {
                    let (across, down) =
                        (around.across * (1.0 + step * i as f32), around.down * (1.0 + step * j as f32));
                    let found = self.places(across, down, 1)[0];
                    if found.height > best.height {
                        best = found;
                    }
                }
            }
        }
        let (payload, confidence) = read(&self.fold(best.across, best.down), best.shift)?;
        let scale = self.height as f32 / tile::DOWN / best.down;
        (confidence >= BELIEVED).then_some(Found { payload, confidence, scale, frames: 0 })
    }
}

/// The code in a folded tile whose first chip lies at `shift`, and how well the whole tile agrees with what it says.
fn read(fold: &[f32], shift: (usize, usize)) -> Option<(Payload, f32)> {
    let at = |x: usize, y: usize| fold[(y % FOLD) * FOLD + x % FOLD];
    const PULSE: [(usize, f32); 4] = [(0, 0.35), (1, 1.0), (2, 1.0), (3, 0.35)];
    let mut chips = Vec::with_capacity(CHIPS);
    for y in 0..SIDE {
        for x in 0..SIDE {
            // One sample before the chip: the shift counts from its first sample.
            let (left, top) = (2 * x + shift.0 + FOLD - 1, 2 * y + shift.1 + FOLD - 1);
            let sum: f32 = PULSE
                .iter()
                .flat_map(|&(j, v)| PULSE.iter().map(move |&(i, u)| (i, j, u * v)))
                .map(|(i, j, weight)| weight * at(left + i, top + j))
                .sum();
            chips.push(sum);
        }
    }
    let chips = tile::quickened(&chips);
    let plan = Plan::get();
    let mut bits = [0.0f32; CODED];
    for (bit, six) in bits.iter_mut().zip(&plan.data) {
        *bit = six.iter().map(|&(chip, sign)| sign * chips[chip]).sum();
    }
    let payload = decode(&bits)?;
    let coded = crate::mark::code::encode(payload);
    let agree: f32 = bits.iter().zip(&coded).map(|(a, b)| a * b).sum();
    let power: f32 = bits.iter().map(|b| b * b).sum();
    Some((payload, agree / (power * CODED as f32).sqrt().max(f32::MIN_POSITIVE)))
}

/// Chips as they look in a folded tile.
fn template(chips: &[f32]) -> Vec<f32> {
    let chips = tile::quickened(chips);
    let mut out = vec![0.0; FOLD * FOLD];
    for (i, chip) in chips.iter().enumerate() {
        let (x, y) = (2 * (i % SIDE), 2 * (i / SIDE));
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            out[(y + dy) * FOLD + x + dx] = *chip;
        }
    }
    out
}

/// A template, transformed.
struct Spectrum {
    forward: Arc<dyn Fft<f32>>,
    back: Arc<dyn Fft<f32>>,
    template: Vec<Complex32>,
}

impl Spectrum {
    fn new(template: &[f32]) -> Spectrum {
        let mut planner = FftPlanner::new();
        let (forward, back) = (planner.plan_fft_forward(FOLD), planner.plan_fft_inverse(FOLD));
        let mut own = Spectrum { forward, back, template: Vec::new() };
        own.template = own.transform(template.iter().map(|&v| Complex32::new(v, 0.0)).collect(), &own.forward);
        own
    }

    fn transform(&self, mut values: Vec<Complex32>, fft: &Arc<dyn Fft<f32>>) -> Vec<Complex32> {
        fft.process(&mut values);
        let mut turned = turn(&values);
        fft.process(&mut turned);
        turn(&turned)
    }

    /// How well the template fits at every shift.
    fn correlate(&self, fold: &[f32]) -> Vec<f32> {
        let mut values = self.transform(fold.iter().map(|&v| Complex32::new(v, 0.0)).collect(), &self.forward);
        values.iter_mut().zip(&self.template).for_each(|(v, t)| *v *= t.conj());
        values[0] = Complex32::ZERO;
        self.transform(values, &self.back).iter().map(|v| v.re).collect()
    }
}

fn turn(values: &[Complex32]) -> Vec<Complex32> {
    (0..FOLD * FOLD).map(|i| values[(i % FOLD) * FOLD + i / FOLD]).collect()
}
