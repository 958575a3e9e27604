//! Shots that look like one camera set-up: what is cut back to.

use crate::reading::sight::Sight;
use crate::snapshot::{Shot, THUMB};

/// How unlike two small pictures may be, mean difference in codes, to be of one set-up.
const ALIKE: f32 = 11.0;

struct Look {
    thumbs: Vec<[u8; THUMB]>,
    mean: [f32; 3],
}

/// Gives each shot the number of its group, numbered in the order they first appear.
pub fn group(sights: &[Sight], shots: &mut [Shot]) {
    let looks: Vec<Look> = shots.iter().map(|s| look(sights, s)).collect();
    let mut next = 0;
    for i in 0..shots.len() {
        // The most alike of all shots before; a set-up may return after an hour.
        let best = (0..i)
            .filter(|&j| (0..3).all(|k| (looks[i].mean[k] - looks[j].mean[k]).abs() < 2.0 * ALIKE))
            .map(|j| (unlike(&looks[i], &looks[j]), j))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        shots[i].attributes.setup = match best {
            Some((d, j)) if d < ALIKE => shots[j].attributes.setup,
            _ => {
                next += 1;
                next - 1
            }
        };
    }
}

fn look(sights: &[Sight], shot: &Shot) -> Look {
    let range = if shot.clean.is_empty() { shot.range } else { shot.clean };
    // Where it begins, where it ends, and its middle: a set-up that moves is met again at one of them.
    let at = [range.start() + range.len() / 8, range.middle(), range.end() - 1 - range.len() / 8];
    let mut thumbs: Vec<[u8; THUMB]> = at.iter().filter_map(|&f| sights.get(f as usize)).map(|s| s.thumb).collect();
    thumbs.dedup();
    let count = (thumbs.len() * 144).max(1) as f32;
    let mean = [0, 1, 2]
        .map(|p| thumbs.iter().flat_map(|t| &t[p * 144..(p + 1) * 144]).map(|&v| f32::from(v)).sum::<f32>() / count);
    Look { thumbs, mean }
}

/// Mean difference of the two nearest small pictures; colour counts twice, since walls differ less than lights.
fn unlike(a: &Look, b: &Look) -> f32 {
    let mut best = f32::MAX;
    for p in &a.thumbs {
        for q in &b.thumbs {
            let part = |r: std::ops::Range<usize>| {
                p[r.clone()].iter().zip(&q[r]).map(|(x, y)| u32::from(x.abs_diff(*y))).sum::<u32>() as f32
            };
            best = best.min(part(0..144) / 144.0 + 2.0 * part(144..THUMB) / 288.0);
        }
    }
    best
}
