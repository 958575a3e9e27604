//! Hard cuts: two frames side by side of which nothing before the one is found after the other.

use super::likeness::{Ready, unlike_color, unlike_light};
use super::mark::FrameMark;

/// Frames looked at on each side of a moment.
const SIDE: usize = 4;

/// How unlike two frames are, 0 to about 1.
pub(crate) fn unlike(a: &Ready<'_>, b: &Ready<'_>) -> f32 {
    0.7 * a.unlike(b) + 0.15 * unlike_light(a.mark, b.mark) + 0.15 * unlike_color(a.mark, b.mark)
}

/// Unlikeness of each frame to the one before; the first is 0.
pub(crate) fn steps(marks: &[FrameMark]) -> Vec<f32> {
    let mut before: Option<Ready<'_>> = None;
    marks
        .iter()
        .map(|mark| {
            // A frame shown twice (animation on twos) need not be compared.
            if before.as_ref().is_some_and(|b| b.mark.luma == mark.luma && b.mark.cb == mark.cb) {
                return 0.0;
            }
            let now = Ready::of(mark);
            let step = before.as_ref().map_or(0.0, |b| unlike(b, &now));
            before = Some(now);
            step
        })
        .collect()
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
pub(crate) fn cuts(marks: &[FrameMark], steps: &[f32]) -> Vec<Moment> {
    let mut found: Vec<Moment> = Vec::new();
    for at in 1..marks.len() {
        let Some(likely) = weigh(marks, steps, at).filter(|&l| l >= 0.5) else { continue };
        match found.last_mut() {
            // Of moments closer than the shortest shot only the strongest is a cut.
            Some(last) if at - last.at < 3 => {
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
fn weigh(marks: &[FrameMark], steps: &[f32], at: usize) -> Option<f32> {
    let step = steps[at];
    if step < 0.15 {
        return None;
    }
    // Both sides: what is before must not come back after, as it does after a flash or a passing body.
    let before: Vec<Ready<'_>> = (at.saturating_sub(SIDE)..at).rev().map(|i| Ready::of(&marks[i])).collect();
    let after: Vec<Ready<'_>> = (at..(at + SIDE).min(marks.len())).map(|i| Ready::of(&marks[i])).collect();
    let mut across = step;
    for a in &before {
        for b in &after {
            across = across.min(unlike(a, b));
        }
    }
    // Either side by itself: in a whip pan or an explosion every step is large.
    let around = |i: usize| if i > 0 && i < steps.len() { steps[i] } else { 0.0 };
    let left = (1..SIDE).map(|k| around(at.wrapping_sub(k))).fold(0.0f32, f32::max);
    let right = (1..SIDE).map(|k| around(at + k)).fold(0.0f32, f32::max);
    let within = left.max(right);
    let fresh = marks[at].fresh;
    let fresh = if fresh.is_nan() { 0.8 } else { fresh };
    // Logistic.
    let score = 14.0 * (across - 0.32) + 3.0 * (fresh.min(1.5) - 0.5) - 10.0 * (within - 0.12).max(0.0);
    Some(1.0 / (1.0 + (-score).exp()))
}
