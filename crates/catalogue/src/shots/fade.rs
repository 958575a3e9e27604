//! Fades from, to and through a plain colour.

use super::gradual::Rough;
use super::mark::FrameMark;

/// Shortest fade, frames that mix on one side; shorter is a cut to or from a plain colour.
const SHORTEST: usize = 3;

/// A stretch of plain colour with its fades.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fade {
    /// First frame of it all.
    pub(crate) start: usize,
    /// One past the last.
    pub(crate) end: usize,
    /// The plain frames.
    pub(crate) plain: (usize, usize),
    /// Frames that mix before and after the plain ones.
    pub(crate) mixing: (usize, usize),
}

/// The fades in order.
pub(crate) fn fades(marks: &[FrameMark], rough: &[Rough]) -> Vec<Fade> {
    let mut found: Vec<Fade> = Vec::new();
    let mut at = 0;
    while at < marks.len() {
        if !marks[at].is_plain() {
            at += 1;
            continue;
        }
        // Flat frames of changing colour are part of a ramp; the plain ones proper are the longest that agree.
        let mut chain = at;
        let (mut start, mut end) = (at, at);
        while chain < marks.len() && marks[chain].is_plain() {
            let first = chain;
            while chain < marks.len() && marks[chain].is_plain() && (marks[chain].mean - marks[first].mean).abs() < 2.0
            {
                chain += 1;
            }
            if chain - first > end - start {
                (start, end) = (first, chain);
            }
        }
        let least = found.last().map_or(0, |f| f.end);
        let enough = |n: usize| if n >= SHORTEST { n } else { 0 };
        let before = enough(ramp(rough, start, least, -1));
        let after = enough(ramp(rough, end - 1, marks.len(), 1));
        if before + after > 0 {
            found.push(Fade { start: start - before, end: end + after, plain: (start, end), mixing: (before, after) });
        }
        at = chain.max(end + after);
    }
    found
}

/// How many frames from the plain frame `from` in direction `step` grow evenly out of its colour.
fn ramp(rough: &[Rough], from: usize, limit: usize, step: isize) -> usize {
    let plain = &rough[from];
    let frame = |k: usize| {
        from.checked_add_signed(step * k as isize).filter(|&i| if step > 0 { i < limit } else { i >= limit })
    };
    let away = |k: usize| -> Option<Vec<f32>> {
        let v = &rough[frame(k)?];
        Some(v.iter().zip(plain).map(|(&a, &b)| f32::from(a) - f32::from(b)).collect())
    };
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
    let mut sizes: Vec<f32> = Vec::new();
    let mut last: Option<Vec<f32>> = None;
    for k in 1..=120 {
        let Some(v) = away(k) else { break };
        let size = dot(&v, &v).sqrt();
        if let Some(l) = &last {
            let was = dot(l, l).sqrt();
            // The same picture, only more of it; what has hardly left the colour yet cannot be compared.
            let noise = 4.0 * (v.len() as f32).sqrt();
            if was > noise && dot(&v, l) / (size * was) < 0.9 {
                break;
            }
            if size < was * 0.97 && was > noise {
                break;
            }
        }
        sizes.push(size);
        last = Some(v);
    }
    // The ramp ends where it has reached what stays.
    let Some(top) = sizes.iter().copied().reduce(f32::max) else { return 0 };
    let noise = 4.0 * (plain.len() as f32).sqrt();
    if top < 2.0 * noise {
        return 0;
    }
    let steepest = sizes.windows(2).map(|w| w[1] - w[0]).fold(sizes[0], f32::max);
    let mut count = 0;
    // Frames may be shown two or three times, so the next step is looked for in the next three.
    let ahead = |k: usize| sizes[k + 1..(k + 4).min(sizes.len())].iter().copied().fold(0.0, f32::max) - sizes[k];
    while count + 1 < sizes.len() && sizes[count] < 0.97 * top && ahead(count) > 0.12 * steepest {
        count += 1;
    }
    let reached = sizes[count.min(sizes.len() - 1)];
    // A step straight to the picture is a cut.
    let largest =
        sizes.iter().take(count + 1).scan(0.0, |was, &s| Some(s - std::mem::replace(was, s))).fold(0.0f32, f32::max);
    if largest > 0.6 * reached { 0 } else { count }
}
