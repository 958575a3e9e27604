//! Hard cuts: two frames side by side of which nothing before the one is found after the other.

use film::Rate;
use rayon::prelude::*;

use super::likeness::{Ready, unlike_color, unlike_light};
use super::mark::FrameMark;

/// Unlikeness from which a step may be a cut.
const LEAST: f32 = 0.08;
/// Frames of the shortest shot.
const SHORTEST: usize = 3;
/// Frames compared in one go by one core.
const STRETCH: usize = 256;

/// How unlike two frames are, 0 to about 1.
pub(crate) fn unlike(a: &Ready<'_>, b: &Ready<'_>) -> f32 {
    0.7 * a.against(b).whole + 0.15 * unlike_light(a.mark, b.mark) + 0.15 * unlike_color(a.mark, b.mark)
}

/// Unlikeness of each frame to the one before; the first is 0.
pub(crate) fn steps(marks: &[FrameMark]) -> Vec<f32> {
    let stretch = |first: usize| {
        // What was made ready of the frame before serves the next one as well.
        let mut last: Option<(usize, Ready<'_>)> = None;
        let until = (first + STRETCH).min(marks.len());
        (first..until).map(move |at| {
            let (before, now) = (&marks[at - 1], &marks[at]);
            // What hardly changed at full sharpness (and is known to: an eye's first frame is not) has not changed here.
            if now.fresh < 0.05 {
                return 0.1 * now.fresh;
            }
            // A frame shown twice (animation on twos) need not be compared.
            if before.luma == now.luma && before.cb == now.cb && before.cr == now.cr {
                return 0.0;
            }
            let ready = Ready::of(now);
            let earlier = last.take().filter(|(i, _)| i + 1 == at).map_or_else(|| Ready::of(before), |(_, r)| r);
            let unlike = unlike(&earlier, &ready);
            last = Some((at, ready));
            unlike
        })
    };
    let mut steps = vec![0.0; marks.len().min(1)];
    let firsts: Vec<usize> = (1..marks.len()).step_by(STRETCH).collect();
    steps.par_extend(firsts.into_par_iter().flat_map_iter(stretch));
    steps
}

/// A moment between two frames that may be a cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// First frame after it.
    pub(crate) at: usize,
    /// How likely it is a cut, 0 to 1; a cut from one half.
    pub(crate) likely: f32,
}

/// The cuts in order.
pub(crate) fn cuts(marks: &[FrameMark], steps: &[f32], rate: Rate) -> Vec<Moment> {
    let side = (rate.fps() / 6.0).round().clamp(4.0, 12.0) as usize;
    let mut found: Vec<Moment> = Vec::new();
    let weighed: Vec<Option<f32>> = (1..marks.len()).into_par_iter().map(|at| weigh(marks, steps, at, side)).collect();
    for (at, likely) in (1..).zip(weighed) {
        let Some(likely) = likely.filter(|&l| l >= 0.5) else { continue };
        match found.last_mut() {
            // Of moments closer than the shortest shot only the strongest is a cut.
            Some(last) if at - last.at < SHORTEST => {
                if likely * steps[at] > last.likely * steps[last.at] {
                    *last = Moment { at, likely };
                }
            }
            _ => found.push(Moment { at, likely }),
        }
    }
    found
}

/// How likely a cut lies before frame `at`; `None` if it plainly does not.
fn weigh(marks: &[FrameMark], steps: &[f32], at: usize, side: usize) -> Option<f32> {
    let step = steps[at];
    if step < LEAST {
        return None;
    }
    // Either side by itself: in a whip pan or an explosion every step is large, at a cut one is.
    let near = side - 1;
    let left = steps[at.saturating_sub(near).max(1)..at].iter().copied().fold(0.0, f32::max);
    let right = steps[at + 1..(at + 1 + near).min(steps.len())].iter().copied().fold(0.0, f32::max);
    if step < left.max(right) {
        return None;
    }
    // Both sides: what is before must not come back after, as it does after a flash or a passing body.
    let (last, first) = (Ready::of(&marks[at - 1]), Ready::of(&marks[at]));
    let before: Vec<Ready<'_>> = (at.saturating_sub(side)..at - 1).map(|i| Ready::of(&marks[i])).collect();
    let after: Vec<Ready<'_>> = (at + 1..(at + side).min(marks.len())).map(|i| Ready::of(&marks[i])).collect();
    let mut across = step;
    for a in before.iter().chain([&last]) {
        for b in after.iter().chain([&first]) {
            across = across.min(unlike(a, b));
        }
        if across < LEAST {
            return None;
        }
    }
    // Something shown for so short a time, and then the very same again, is no shot.
    let blink = (at + side..at + 3 * side / 2).filter_map(|i| marks.get(i)).map(|m| unlike(&last, &Ready::of(m)));
    let blinked =
        (side..3 * side / 2).filter_map(|d| at.checked_sub(1 + d)).map(|i| unlike(&first, &Ready::of(&marks[i])));
    let back = blink.chain(blinked).fold(1.0, f32::min);
    if back < 0.25 * step {
        across = across.min(back);
    }
    // A light that flickers for longer leaves what it shines on where it is.
    if alike_but_for_light(&marks[at - 1], &marks[at]) > 0.3 {
        let later = (at + side..at + 3 * side).filter_map(|i| marks.get(i)).map(|m| unlike(&last, &Ready::of(m)));
        let earlier =
            (1..=3 * side).filter_map(|d| at.checked_sub(1 + d)).map(|i| unlike(&first, &Ready::of(&marks[i])));
        let back = later.chain(earlier).fold(1.0, f32::min);
        if back < 0.3 * step {
            across = across.min(back);
        }
    }
    if across < LEAST {
        return None;
    }
    let fresh = if marks[at].fresh.is_nan() { 0.8 } else { marks[at].fresh.min(1.2) };
    let places = last.against(&first).places;
    let prominence = (across / (left.max(right) + 0.04)).clamp(0.3, 6.0);
    // Logistic; the weights were fitted, with strong regularisation, on splices of the benchmark's development seeds.
    let score =
        4.8 * (prominence / 2.3).ln() + 8.0 * (across.min(0.6) - 0.22) + 2.7 * (fresh - 0.7) + 6.2 * (places - 0.6);
    Some(1.0 / (1.0 + (1.8 - score).exp()))
}

/// Correlation of the cells of two frames, -1 to 1: high where only the light changed.
fn alike_but_for_light(a: &FrameMark, b: &FrameMark) -> f32 {
    let mean = |m: &FrameMark| m.luma.iter().map(|&v| f32::from(v)).sum::<f32>() / m.luma.len() as f32;
    let (ma, mb) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 1.0f32, 1.0f32);
    for (&x, &y) in a.luma.iter().zip(&b.luma) {
        let (x, y) = (f32::from(x) - ma, f32::from(y) - mb);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    ab / (aa * bb).sqrt()
}
