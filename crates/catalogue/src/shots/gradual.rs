//! Gradual transitions without a plain colour: dissolves and wipes.
//!
//! Frames strictly between the last whole frame of the old shot, `old`, and the first whole one of the new shot, `new`,
//! are explained from these two alone. In a dissolve each is a mixture, `(1 - a) old + a new`, of the whole picture, `a`
//! rising evenly. In a wipe each place shows either the one or the other and changes once. A camera or a body that moves
//! shows pictures that are neither.

use rayon::prelude::*;

use super::cut::unlike;
use super::likeness::Ready;
use super::mark::{ACROSS, CHROMA, DOWN, FrameMark};

const ROUGH_ACROSS: usize = ACROSS / 2;
const ROUGH_DOWN: usize = DOWN / 2;
const ROUGH: usize = ROUGH_ACROSS * ROUGH_DOWN;
const SIZE: usize = ROUGH + 2 * CHROMA;
/// A colour cell counts as the luma cells it covers: three.
const CHROMA_WEIGHT: f32 = 1.7;
/// Frames from `old` to `new` that are tried.
const LENGTHS: [usize; 12] = [6, 7, 9, 11, 13, 16, 20, 25, 31, 38, 46, 56];
/// Moments at which a span is tried.
const LOOKS: usize = 7;

/// A frame at a quarter of its mark's cells, which hides small motion, and its colours.
pub(crate) type Rough = [i16; SIZE];

pub(crate) fn rough(mark: &FrameMark) -> Rough {
    let mut out = [0i16; SIZE];
    for y in 0..ROUGH_DOWN {
        for x in 0..ROUGH_ACROSS {
            let at = 2 * y * ACROSS + 2 * x;
            let sum: u16 = [at, at + 1, at + ACROSS, at + ACROSS + 1].iter().map(|&i| u16::from(mark.luma[i])).sum();
            out[y * ROUGH_ACROSS + x] = (sum / 2) as i16;
        }
    }
    for (o, &c) in out[ROUGH..].iter_mut().zip(mark.cb.iter().chain(&mark.cr)) {
        *o = (f32::from(c) * 2.0 * CHROMA_WEIGHT) as i16;
    }
    out
}

/// A span that may be a dissolve or a wipe.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Last whole frame of the old shot.
    pub(crate) old: usize,
    /// First whole frame of the new shot.
    pub(crate) new: usize,
    /// Whether it is rather a wipe.
    pub(crate) wipe: bool,
    /// How likely it is a transition at all, 0 to 1.
    pub(crate) likely: f32,
    worth: f32,
}

/// What the frames between two say of a mixture of the two.
#[derive(Clone, Copy, Debug, Default)]
struct Fit {
    /// Squared distance of the two, in squared codes a cell.
    apart: f32,
    /// Share of it that mixing at an even pace leaves.
    even: f32,
    /// Share of it that mixing at any pace leaves.
    free: f32,
    /// Share of it that taking each place from either leaves.
    either: f32,
    /// Largest distance of the wipe's share from an even pace.
    uneven_wipe: f32,
    /// Largest distance of the mixture from an even pace.
    uneven_mix: f32,
    /// Share of places that went back from new to old.
    back: f32,
    /// Neighbouring places of different state, against places.
    ragged: f32,
}

fn squared(a: &Rough, b: &Rough) -> f32 {
    a.iter().zip(b).map(|(&x, &y)| (i32::from(x) - i32::from(y)).pow(2)).sum::<i32>() as f32
}

fn fit(rough: &[Rough], old: usize, new: usize, looks: usize) -> Fit {
    let (s, e) = (&rough[old], &rough[new]);
    let d2 = squared(s, e).max(1.0);
    let wipe_d2 =
        s[..ROUGH].iter().zip(&e[..ROUGH]).map(|(&x, &y)| (i32::from(x) - i32::from(y)).pow(2)).sum::<i32>().max(1)
            as f32;
    let n = (new - old) as f32;
    let looks = looks.min(new - old - 1);
    let mut f = Fit { apart: d2 / (4.0 * SIZE as f32), ..Fit::default() };
    let mut was_new = [false; ROUGH];
    for k in 1..=looks {
        let t = old + (k * (new - old) + looks.div_ceil(2)) / (looks + 1);
        let even = (t - old) as f32 / n;
        let v = &rough[t];
        let (mut along, mut length) = (0i32, 0i32);
        for ((&x, &a), &b) in v.iter().zip(s).zip(e) {
            let (p, q) = (i32::from(x) - i32::from(a), i32::from(b) - i32::from(a));
            along += p * q;
            length += p * p;
        }
        let share = along as f32 / d2;
        let left = (length as f32 / d2 - share * share).max(0.0);
        f.free += left;
        f.even += left + (share - even) * (share - even);
        f.uneven_mix = f.uneven_mix.max((share - even).abs());
        let (mut either, mut gone, mut back) = (0i32, 0i32, 0i32);
        let mut state = [false; ROUGH];
        for i in 0..ROUGH {
            let (x, a, b) = (i32::from(v[i]), i32::from(s[i]), i32::from(e[i]));
            let (p, q) = ((x - a) * (x - a), (x - b) * (x - b));
            either += p.min(q);
            let weight = (a - b) * (a - b);
            state[i] = q < p;
            if state[i] {
                gone += weight;
            } else if was_new[i] {
                back += weight;
            }
        }
        f.either += either as f32 / wipe_d2;
        f.back += back as f32 / wipe_d2;
        f.uneven_wipe = f.uneven_wipe.max((gone as f32 / wipe_d2 - even).abs());
        let mut ragged = 0;
        for y in 0..ROUGH_DOWN {
            for x in 0..ROUGH_ACROSS {
                let i = y * ROUGH_ACROSS + x;
                ragged += i32::from(x > 0 && state[i] != state[i - 1]);
                ragged += i32::from(y > 0 && state[i] != state[i - ROUGH_ACROSS]);
            }
        }
        f.ragged += ragged as f32 / ROUGH as f32;
        was_new = state;
    }
    let looks = looks as f32;
    Fit { even: f.even / looks, free: f.free / looks, either: f.either / looks, ragged: f.ragged / looks, ..f }
}

impl Fit {
    /// What the better of both explanations leaves, 0 to about 1.
    fn left(&self) -> (f32, bool) {
        let mix = self.even;
        let wipe = self.either + 0.25 * self.uneven_wipe * self.uneven_wipe + 0.5 * self.back;
        if wipe < mix { (wipe, true) } else { (mix, false) }
    }
}

/// Likely dissolves and wipes in order, none overlapping another; `barred` tells of frames whose step from the one before
/// is a sure cut.
pub(crate) fn spans(marks: &[FrameMark], rough: &[Rough], barred: &[bool]) -> Vec<Span> {
    let mut free_until = vec![marks.len(); marks.len()];
    for i in (0..marks.len().saturating_sub(1)).rev() {
        free_until[i] = if barred[i + 1] { i + 1 } else { free_until[i + 1] };
    }
    let mut candidates: Vec<Span> =
        (0..marks.len()).into_par_iter().filter_map(|old| best_from(marks, rough, old, free_until[old])).collect();
    candidates.sort_by(|a, b| b.worth.total_cmp(&a.worth));
    let mut taken = vec![false; marks.len()];
    let mut found = Vec::new();
    for mut span in candidates {
        if taken[span.old + 1..span.new].iter().any(|&t| t) {
            continue;
        }
        span.likely = likely(marks, rough, &span, free_until[span.old]);
        if span.likely >= 0.5 {
            taken[span.old + 1..span.new].fill(true);
            found.push(span);
        } else {
            // Another span about the same frames may still be right, but not one within.
            let quarter = (span.new - span.old) / 4;
            taken[span.old + 1 + quarter..span.new - quarter].fill(true);
        }
    }
    found.sort_by_key(|s| s.old);
    found
}

/// The span from `old` that is worth most, if any may be a transition at all.
fn best_from(marks: &[FrameMark], rough: &[Rough], old: usize, until: usize) -> Option<Span> {
    let mut best: Option<Span> = None;
    // Long spans need not begin at every frame.
    let lengths = LENGTHS.iter().filter(|&&length| old.is_multiple_of((length / 8).max(1)));
    for new in lengths.map(|length| old + length).take_while(|&new| new < until) {
        let apart = squared(&rough[old], &rough[new]) / (4.0 * SIZE as f32);
        let spread = marks[old].deviation.max(marks[new].deviation);
        if apart < 4.0 || apart < 0.15 * spread * spread {
            continue;
        }
        let f = fit(rough, old, new, LOOKS);
        let (left, wipe) = f.left();
        let worth = f.apart * (-18.0 * left).exp();
        if left < 0.12 && worth > best.map_or(0.0, |b| b.worth) {
            best = Some(Span { old, new, wipe, likely: 0.0, worth });
        }
    }
    best
}

fn likely(marks: &[FrameMark], rough: &[Rough], span: &Span, until: usize) -> f32 {
    let f = fit(rough, span.old, span.new, 64);
    let length = span.new - span.old;
    let reach = length.max(12);
    // What was before must not come back: it does after an explosion, a flash, a body that passes.
    let earlier: Vec<Ready<'_>> =
        [0, reach / 2].iter().map(|d| Ready::of(&marks[span.old.saturating_sub(*d)])).collect();
    let mut apart = f32::MAX;
    for d in [0, reach / 4, reach / 2, reach, 2 * reach] {
        let later = Ready::of(&marks[(span.new + d).min(until - 1)]);
        for e in &earlier {
            apart = apart.min(unlike(e, &later));
        }
    }
    let before = span.old.saturating_sub(length / 2);
    let after = (span.new + length / 2).min(until - 1);
    let d2 = 4.0 * SIZE as f32 * f.apart;
    let drift = (squared(&rough[before], &rough[span.old]) + squared(&rough[after], &rough[span.new])) / d2;
    let middle = &marks[(span.old + span.new) / 2];
    let ends = (marks[span.old].deviation + marks[span.new].deviation) / 2.0;
    let dip = 1.0 - middle.deviation / (ends + 1.0);
    let same = correlation(&rough[span.old], &rough[span.new], open(&earlier[0]));
    let places = earlier[0].against(&Ready::of(&marks[span.new])).places;
    // The frames around move no more than such a transition can hide.
    let steady = -2.0 * (drift.max(0.5) / 0.5).ln();
    // One picture under two lights is one shot; so is one of which most places stay what they are.
    let all = if span.wipe { places.min(0.9) - 0.75 } else { places.min(0.95) - 0.88 };
    let other = 10.0 * (apart.min(0.72) - 0.37 + all)
        - 15.0 * (0.3 - apart).max(0.0)
        - 8.0 * (same - 0.55).max(0.0)
        - 30.0 * (same - 0.8).max(0.0);
    let score = if span.wipe {
        (90.0 * (0.05 - f.either)).min(3.0) + 10.0 * (0.28 - f.ragged)
            - 20.0 * f.back
            - 30.0 * (f.uneven_wipe - 0.22).max(0.0)
            - 3.0 * f32::from(u8::from(length < 8))
    } else {
        // Two unlike pictures mixed have less contrast than either.
        (90.0 * (0.06 - f.even)).min(3.0) + 10.0 * (dip.clamp(-0.1, 0.25) - 0.08) - 0.5
    };
    1.0 / (1.0 + (-(score + other + steady)).exp())
}

/// Which rough cells lie inside a letterbox.
fn open(ready: &Ready<'_>) -> [bool; ROUGH] {
    let [top, bottom, left, right] = ready.bars().map(|b| b.div_ceil(2));
    std::array::from_fn(|i| {
        let (x, y) = (i % ROUGH_ACROSS, i / ROUGH_ACROSS);
        (top..ROUGH_DOWN - bottom).contains(&y) && (left..ROUGH_ACROSS - right).contains(&x)
    })
}

/// Correlation of two frames' luma, -1 to 1: near 1 for one picture under two lights.
fn correlation(a: &Rough, b: &Rough, open: [bool; ROUGH]) -> f32 {
    let cells = || (0..ROUGH).filter(|&i| open[i]).map(|i| (f32::from(a[i]), f32::from(b[i])));
    let n = cells().count().max(1) as f32;
    let (sa, sb) = cells().fold((0.0, 0.0), |(sa, sb), (x, y)| (sa + x, sb + y));
    let (ma, mb) = (sa / n, sb / n);
    let (ab, aa, bb) = cells().fold((0.0, 1.0f32, 1.0f32), |(ab, aa, bb), (x, y)| {
        let (x, y) = (x - ma, y - mb);
        (ab + x * y, aa + x * x, bb + y * y)
    });
    ab / (aa * bb).sqrt()
}
