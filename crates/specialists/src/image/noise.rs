//! Blind measure of grain: how strong at which light, and its covariance, from frames as they are.
//!
//! Two neighbouring frames, brought into line in whole pixels, differ by their grain alone where nothing else moves: such
//! blocks are chosen by how little picture they hold and how alike their variances are. So grain of any size is measured
//! in full, where methods that look at one frame's finest detail miss what is correlated. A single frame falls back to
//! blocks from which a plane is taken away.

use serde::{Deserialize, Serialize};

use super::align::{Field, Pyramid, search};
use super::grain::{Ar, Covariance, GrainModel, LEVELS, PlaneGrain};
use super::plane::{Plane, box_mean};
use super::spectrum::octaves;
use super::synth::field;

/// Side of the blocks looked at.
const BLOCK: usize = 24;
/// Blocks behind a level of light for it to stand by itself.
const ENOUGH: usize = 12;

/// A piece of pure grain.
struct Patch {
    light: f32,
    detail: f32,
    variance: f32,
    data: Vec<f32>,
    /// The same place in each chroma plane, if it was looked at.
    chroma: Vec<Vec<f32>>,
}

/// Covariances measured, from which a model is fitted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Of luma, all light together.
    pub luma: Covariance,
    /// Of luma in shadows, middle and lights.
    pub bands: [Covariance; 3],
    /// Deviation at the eight levels; `None` where too little was seen.
    pub levels: [Option<f32>; LEVELS],
    /// Of each chroma plane.
    pub chroma: Vec<Covariance>,
    /// How much of luma's grain each chroma plane repeats.
    pub shares: Vec<f32>,
    /// Whether neighbouring frames could be used.
    pub by_time: bool,
}

/// Measures grain in a run of frames, each of luma and chroma planes. Frames of one shot; two are enough, six are better.
///
/// Returns `None` for pictures too small, or clipped all over, to hold a single block.
pub fn measure(frames: &[Vec<Plane>]) -> Option<Measured> {
    let first = frames.first()?;
    if first[0].width < BLOCK || first[0].height < BLOCK {
        return None;
    }
    let mut patches = Vec::new();
    if frames.len() >= 2 {
        let pyramids: Vec<Pyramid> = frames.iter().map(|f| Pyramid::new(&f[0])).collect();
        for i in 1..frames.len() {
            between(&frames[i], &frames[i - 1], &pyramids[i], &pyramids[i - 1], &mut patches);
        }
    }
    let by_time = patches.len() >= ENOUGH;
    if !by_time {
        patches.clear();
        frames.iter().for_each(|f| within(&f[0], &mut patches));
    }
    settle(patches, by_time)
}

/// Blocks of the difference of two frames in line.
fn between(now: &[Plane], before: &[Plane], here: &Pyramid, there: &Pyramid, out: &mut Vec<Patch>) {
    let luma = &now[0];
    let field = search(here, there).whole();
    let (w, h) = (luma.width, luma.height);
    let smooth = box_mean(&luma.data, w, h, 3);
    for y in (0..=h - BLOCK).step_by(BLOCK) {
        for x in (0..=w - BLOCK).step_by(BLOCK) {
            let v = usual(&field, x, y);
            // What comes from beyond the border is a repetition, not a match.
            let (fx, fy) = (x as i32 + v.0 / 4, y as i32 + v.1 / 4);
            let inside = fx >= 0 && fy >= 0 && fx + BLOCK as i32 <= w as i32 && fy + BLOCK as i32 <= h as i32;
            if !inside {
                continue;
            }
            let a = luma.part(x, y, BLOCK, BLOCK);
            let b = before[0].part(fx as usize, fy as usize, BLOCK, BLOCK);
            if clipped(&a.data) || clipped(&b.data) {
                continue;
            }
            let data: Vec<f32> =
                a.data.iter().zip(&b.data).map(|(p, q)| (p - q) * std::f32::consts::FRAC_1_SQRT_2).collect();
            let mut chroma = Vec::new();
            for (plane, past) in now.iter().zip(before).skip(1) {
                let (sx, sy) = (w.div_ceil(plane.width), h.div_ceil(plane.height));
                let (cw, ch) = (BLOCK / sx, BLOCK / sy);
                let (cx, cy) = (x / sx, y / sy);
                let (px, py) = (cx as i32 + v.0 / 4 / sx as i32, cy as i32 + v.1 / 4 / sy as i32);
                let inside = px >= 0
                    && py >= 0
                    && px as usize + cw <= plane.width
                    && py as usize + ch <= plane.height
                    && cx + cw <= plane.width
                    && cy + ch <= plane.height;
                if inside {
                    let (a, b) = (plane.part(cx, cy, cw, ch), past.part(px as usize, py as usize, cw, ch));
                    let d = a.data.iter().zip(&b.data).map(|(p, q)| (p - q) * std::f32::consts::FRAC_1_SQRT_2);
                    chroma.push(d.collect());
                }
            }
            out.push(patch(&smooth, w, x, y, data, chroma));
        }
    }
}

/// The vector that most cells of a block have: on plain ground grain makes them wander, and any will do.
fn usual(field: &Field, x: usize, y: usize) -> (i32, i32) {
    let cells: Vec<(i32, i32)> = (0..9).map(|i| field.at(x + 4 + 8 * (i % 3), y + 4 + 8 * (i / 3))).collect();
    let votes = |v: &(i32, i32)| (cells.iter().filter(|c| *c == v).count(), -(v.0.abs() + v.1.abs()));
    cells.iter().copied().max_by_key(votes).expect("nine cells")
}

/// Blocks of one frame, less the plane that fits each best.
fn within(luma: &Plane, out: &mut Vec<Patch>) {
    let (w, h) = (luma.width, luma.height);
    let smooth = box_mean(&luma.data, w, h, 3);
    for y in (0..=h - BLOCK).step_by(BLOCK / 2) {
        for x in (0..=w - BLOCK).step_by(BLOCK / 2) {
            let part = luma.part(x, y, BLOCK, BLOCK);
            if !clipped(&part.data) {
                out.push(patch(&smooth, w, x, y, level_ground(&part.data), Vec::new()));
            }
        }
    }
}

fn patch(smooth: &[f32], w: usize, x: usize, y: usize, data: Vec<f32>, chroma: Vec<Vec<f32>>) -> Patch {
    let n = (BLOCK * BLOCK) as f32;
    let rows = || (y..y + BLOCK).flat_map(|j| smooth[j * w + x..][..BLOCK].iter());
    let light = rows().sum::<f32>() / n;
    let detail = rows().map(|v| (v - light).powi(2)).sum::<f32>() / n;
    let mean = data.iter().sum::<f32>() / n;
    let variance = data.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / (n - 1.0);
    Patch { light, detail, variance, data, chroma }
}

/// Samples near black or white lose the half of their grain that would go beyond.
fn clipped(data: &[f32]) -> bool {
    let outside = data.iter().filter(|v| **v <= 1.0 || **v >= 254.0).count();
    outside * 50 > data.len()
}

fn level_ground(data: &[f32]) -> Vec<f32> {
    let n = BLOCK as f32;
    let middle = (n - 1.0) / 2.0;
    let (mut mean, mut gx, mut gy) = (0.0, 0.0, 0.0);
    for (i, v) in data.iter().enumerate() {
        let (x, y) = ((i % BLOCK) as f32 - middle, (i / BLOCK) as f32 - middle);
        (mean, gx, gy) = (mean + v, gx + v * x, gy + v * y);
    }
    let square = n * n * (n * n - 1.0) / 12.0;
    let (mean, gx, gy) = (mean / (n * n), gx / square, gy / square);
    let flat =
        |(i, v): (usize, &f32)| v - mean - gx * ((i % BLOCK) as f32 - middle) - gy * ((i / BLOCK) as f32 - middle);
    data.iter().enumerate().map(flat).collect()
}

/// Chooses the blocks that hold grain and nothing else, and sums them up.
fn settle(mut patches: Vec<Patch>, by_time: bool) -> Option<Measured> {
    if patches.is_empty() {
        return None;
    }
    let mut measured = Measured { by_time, ..Measured::default() };
    let share = if by_time { 0.5 } else { 0.15 };
    patches.sort_by(|a, b| a.light.total_cmp(&b.light));
    let levels = |p: &Patch| ((p.light / 256.0 * LEVELS as f32) as usize).min(LEVELS - 1);
    let mut dots: Vec<(f64, f64)> = Vec::new();
    for level in 0..LEVELS {
        let mut here: Vec<&Patch> = patches.iter().filter(|p| levels(p) == level).collect();
        if here.is_empty() {
            continue;
        }
        // The plainest, then those whose variance is what most have: what moves by itself has more.
        let by = |p: &&Patch| if by_time { p.detail } else { p.variance };
        here.sort_by(|a, b| by(a).total_cmp(&by(b)));
        here.truncate(((here.len() as f32 * share) as usize).max(ENOUGH.min(here.len())));
        let median = middle(here.iter().map(|p| p.variance).collect());
        let usual: Vec<&&Patch> = here.iter().filter(|p| p.variance <= 1.6 * median.max(1e-6)).collect();
        if usual.len() >= ENOUGH.min(patches.len()) {
            // A mean of what is left; leaving out the highest costs a little, which the lowest, kept, outweigh by as much.
            let low = here.iter().filter(|p| p.variance < median / 2.5).count();
            let kept: f32 = usual.iter().map(|p| p.variance).sum::<f32>() / usual.len() as f32;
            let variance = if low * 4 > here.len() { median } else { kept };
            measured.levels[level] = Some(variance.max(0.0).sqrt());
        }
        for p in usual {
            let mut r = Covariance::default();
            r.take(&p.data, BLOCK, BLOCK);
            measured.luma.join(&r);
            measured.bands[(level * 3 / LEVELS).min(2)].join(&r);
            for (i, c) in p.chroma.iter().enumerate() {
                if measured.chroma.len() <= i {
                    measured.chroma.push(Covariance::default());
                    dots.push((0.0, 0.0));
                }
                chroma(p, c, &mut measured.chroma[i], &mut dots[i]);
            }
        }
    }
    measured.shares = dots.iter().map(|(xy, xx)| if *xx > 0.0 { (xy / xx) as f32 } else { 0.0 }).collect();
    (measured.luma.pairs > 0.0).then_some(measured)
}

fn chroma(p: &Patch, c: &[f32], r: &mut Covariance, dot: &mut (f64, f64)) {
    // Blocks of chroma are half as wide, or as wide, and half as tall, or as tall.
    let (cw, ch) = match c.len() {
        n if n == BLOCK * BLOCK => (BLOCK, BLOCK),
        n if n == BLOCK * BLOCK / 2 => (BLOCK / 2, BLOCK),
        n if n == BLOCK * BLOCK / 4 => (BLOCK / 2, BLOCK / 2),
        _ => return,
    };
    let mean = c.iter().sum::<f32>() / c.len() as f32;
    r.take(c, cw, ch);
    let luma_mean = p.data.iter().sum::<f32>() / p.data.len() as f32;
    for (i, v) in c.iter().enumerate() {
        let at = (i / cw) * (BLOCK / ch) * BLOCK + (i % cw) * (BLOCK / cw);
        let l = p.data[at] - luma_mean;
        dot.0 += f64::from(l * (v - mean));
        dot.1 += f64::from(l * l);
    }
}

fn middle(mut v: Vec<f32>) -> f32 {
    let at = v.len() / 2;
    *v.select_nth_unstable_by(at, f32::total_cmp).1
}

impl Measured {
    /// Deviation of luma at each level: what was seen, and between and beyond it the nearest.
    pub fn curve(&self) -> [f32; LEVELS] {
        let all = self.luma.variance().max(0.0).sqrt() as f32;
        let seen: Vec<(usize, f32)> = self.levels.iter().enumerate().filter_map(|(i, l)| Some((i, (*l)?))).collect();
        std::array::from_fn(|i| {
            let below = seen.iter().rev().find(|(at, _)| *at <= i);
            let above = seen.iter().find(|(at, _)| *at >= i);
            match (below, above) {
                (Some(a), Some(b)) if a.0 != b.0 => a.1 + (b.1 - a.1) * (i - a.0) as f32 / (b.0 - a.0) as f32,
                (Some(a), _) => a.1,
                (None, Some(b)) => b.1,
                (None, None) => all,
            }
        })
    }

    /// Takes in what was measured elsewhere in the same shot.
    pub fn join(&mut self, other: &Measured) {
        self.luma.join(&other.luma);
        self.bands.iter_mut().zip(&other.bands).for_each(|(a, b)| a.join(b));
        for (a, b) in self.levels.iter_mut().zip(&other.levels) {
            *a = match (*a, *b) {
                (Some(x), Some(y)) => Some(((x * x + y * y) / 2.0).sqrt()),
                (x, y) => x.or(y),
            };
        }
        self.chroma.iter_mut().zip(&other.chroma).for_each(|(a, b)| a.join(b));
        self.shares.iter_mut().zip(&other.shares).for_each(|(a, b)| *a = 0.5 * (*a + b));
        self.by_time &= other.by_time;
    }

    /// Power of luma's grain in three octaves, finest first, from a field made of it.
    pub fn octaves(&self) -> [f64; 3] {
        const SIDE: usize = 256;
        let made = field(&Ar::fit(&self.luma), SIDE, SIDE, 31);
        octaves(&made, SIDE, SIDE).map(|p| p * self.luma.variance())
    }

    /// The grain that must be added to what has `have` to make it look like this; `None` if it has as much already.
    pub fn beyond(&self, have: &Measured) -> Option<GrainModel> {
        let rest = self.luma.beyond(&have.luma)?;
        let (want, has) = (self.curve(), have.curve());
        let levels = std::array::from_fn(|i| (want[i].powi(2) - has[i].powi(2)).max(0.0).sqrt());
        let own = self.model();
        let chroma = own.chroma.iter().enumerate().map(|(i, (grain, share))| {
            let less = have.chroma.get(i).map_or(0.0, |c| c.variance().max(0.0) as f32);
            let left = (grain.mean().powi(2) - less).max(0.0).sqrt();
            (PlaneGrain::even(left, grain.bands[0].clone()), *share)
        });
        Some(GrainModel {
            luma: PlaneGrain { levels, bands: vec![Ar::fit(&rest)] },
            chroma: chroma.collect(),
            samples: own.samples,
        })
    }

    /// Mean deviation of luma, 8-bit code values.
    pub fn deviation(&self) -> f32 {
        self.luma.variance().max(0.0).sqrt() as f32
    }

    /// Fits a model.
    pub fn model(&self) -> GrainModel {
        const OWN: f64 = 40_000.0;
        let whole = Ar::fit(&self.luma);
        let bands = if self.bands.iter().filter(|b| b.pairs >= OWN).count() >= 2 {
            self.bands.iter().map(|b| if b.pairs >= OWN { Ar::fit(b) } else { whole.clone() }).collect()
        } else {
            vec![whole]
        };
        let luma = PlaneGrain { levels: self.curve(), bands };
        let chroma = self.chroma.iter().zip(&self.shares).map(|(r, share)| {
            let of_luma = f64::from(*share).powi(2) * self.luma.variance();
            let own = (r.variance() - of_luma).max(0.0).sqrt() as f32;
            (PlaneGrain::even(own, Ar::fit(r)), *share)
        });
        GrainModel { luma, chroma: chroma.collect(), samples: self.luma.pairs as u64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::synth::add;

    /// A picture with plain and busy parts and all kinds of light, drifting by whole pixels.
    fn scene(at: usize) -> Plane {
        let (w, h) = (384usize, 240usize);
        let f = |x: usize, y: usize| {
            let (u, v) = ((x + 2 * at) as f32, y as f32);
            let slow = 125.0 + 85.0 * (u * 0.013).sin() * (v * 0.021).cos();
            if (y / 60).is_multiple_of(2) { slow } else { slow + 20.0 * (u * 0.7).sin() * (v * 0.9).cos() }
        };
        Plane { width: w, height: h, data: (0..w * h).map(|i| f(i % w, i / w)).collect() }
    }

    fn grainy(grain: &PlaneGrain, frames: usize) -> Vec<Vec<Plane>> {
        let one = |i: usize| {
            let clean = scene(i);
            let mut p = clean.clone();
            add(&mut p, &clean, grain, 100 + i as u64);
            p.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
            vec![p]
        };
        (0..frames).map(one).collect()
    }

    #[test]
    fn strength_is_measured_within_a_tenth_whatever_the_size_of_the_grain() {
        for deviation in [2.0f32, 5.0, 10.0, 25.0] {
            for by in [0.0, 0.4, 0.7] {
                let frames = grainy(&PlaneGrain::even(deviation, Ar::soft(by)), 3);
                let m = measure(&frames).unwrap();
                // Rounding to whole codes is noise as well.
                let want = (deviation * deviation + 1.0 / 12.0).sqrt();
                assert!(m.by_time);
                assert!((m.deviation() / want - 1.0).abs() < 0.1, "{deviation} {by}: {}", m.deviation());
            }
        }
    }

    #[test]
    fn strength_follows_light() {
        let mut grain = PlaneGrain::even(1.0, Ar::soft(0.4));
        grain.levels = [3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];
        let m = measure(&grainy(&grain, 5)).unwrap();
        let curve = m.curve();
        for (level, (found, want)) in curve.iter().zip(grain.levels).enumerate().skip(2).take(4) {
            assert!((found / want - 1.0).abs() < 0.12, "{level}: {found} for {want}");
        }
    }

    #[test]
    fn a_single_frame_is_measured_roughly_and_nothing_small_is_measured_at_all() {
        let frames = grainy(&PlaneGrain::even(8.0, Ar::soft(0.3)), 1);
        let m = measure(&frames).unwrap();
        assert!(!m.by_time && (m.deviation() / 8.0 - 1.0).abs() < 0.3, "{}", m.deviation());
        assert!(measure(&[vec![Plane::new(10, 10, 50.0)]]).is_none());
        assert!(measure(&[vec![Plane::new(64, 64, 0.0)]]).is_none());
        assert!(measure(&[]).is_none());
        let clean = measure(&[vec![scene(0)], vec![scene(1)]]).unwrap();
        assert!(clean.deviation() < 0.3, "{}", clean.deviation());
    }
}
