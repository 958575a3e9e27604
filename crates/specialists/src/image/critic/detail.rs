//! Detail that is missing: enlarged sources, and ground that was smoothed over.

use super::Mark;
use crate::image::plane::{Plane, box_mean};

/// Samples of a line that is looked at.
const LINE: usize = 64;

/// How far, in dB, the finest detail of the picture's sharpest lines lies below what its coarser detail lets expect; the
/// smaller of both directions, since motion blurs in one alone.
///
/// A lens and a scaler for reduction let detail fall gently, as a power of frequency; an enlarged picture has an octave with
/// nothing in it.
pub(super) fn missing(p: &Plane) -> f32 {
    let rows = shortfall(p.height, p.width, |line, i| p.data[line * p.width + i]);
    let columns = shortfall(p.width, p.height, |line, i| p.data[i * p.width + line]);
    match (rows, columns) {
        (Some(a), Some(b)) => a.min(b),
        _ => 0.0,
    }
}

/// One direction; `None` if there is nothing sharp enough to tell by.
fn shortfall(lines: usize, long: usize, at: impl Fn(usize, usize) -> f32) -> Option<f32> {
    let mut parts: Vec<(f32, usize, usize)> = Vec::new();
    for line in (0..lines).step_by(2) {
        for begin in (0..long.saturating_sub(LINE - 1)).step_by(LINE) {
            // By the steepest step: edges have detail of all sizes.
            let steep = (begin + 1..begin + LINE).map(|i| (at(line, i) - at(line, i - 1)).abs()).fold(0.0, f32::max);
            parts.push((steep, line, begin));
        }
    }
    parts.sort_by(|a, b| b.0.total_cmp(&a.0));
    parts.truncate((parts.len() / 12).clamp(24, 1200));
    parts.retain(|part| part.0 >= 8.0);
    if parts.len() < 24 {
        return None;
    }
    let mut power = [0.0f64; LINE / 2 + 1];
    let turn = std::f32::consts::TAU / LINE as f32;
    let waves: Vec<(f32, f32)> = (0..LINE).map(|i| (turn * i as f32).sin_cos()).collect();
    for (_, line, begin) in &parts {
        let mean = (0..LINE).map(|i| at(*line, begin + i)).sum::<f32>() / LINE as f32;
        let tile: Vec<f32> =
            (0..LINE).map(|i| (at(*line, begin + i) - mean) * (0.5 - 0.5 * (turn * (i as f32 + 0.5)).cos())).collect();
        for (k, sum) in power.iter_mut().enumerate() {
            let (mut re, mut im) = (0.0f32, 0.0f32);
            for (i, v) in tile.iter().enumerate() {
                let (s, c) = waves[k * i % LINE];
                (re, im) = (re + v * c, im + v * s);
            }
            *sum += f64::from(re * re + im * im);
        }
    }
    let db = |k: usize| 10.0 * (power[k] + 1e-6).log10();
    let octave = |k: usize| (k as f64).log2();
    // A line through what lies from 1/16 to 1/4 of the sampling rate.
    let coarse: Vec<(f64, f64)> = (4..=13).map(|k| (octave(k), db(k))).collect();
    let n = coarse.len() as f64;
    let (mx, my) = (coarse.iter().map(|c| c.0).sum::<f64>() / n, coarse.iter().map(|c| c.1).sum::<f64>() / n);
    let slope = coarse.iter().map(|c| (c.0 - mx) * (c.1 - my)).sum::<f64>()
        / coarse.iter().map(|c| (c.0 - mx).powi(2)).sum::<f64>();
    let below: f64 = (20..=30).map(|k| my + slope * (octave(k) - mx) - db(k)).sum::<f64>() / 11.0;
    Some(below as f32)
}

/// How much finer detail stands out on edges than on ground with little texture, in dB.
///
/// Filters against grain spare edges and wipe the ground: its fine detail falls behind its coarse detail, that of the edges does
/// not.
pub(super) fn wiped(p: &Plane) -> Mark {
    let (w, h) = (p.width, p.height);
    let fine = box_mean(&p.data, w, h, 1);
    let coarse = box_mean(&p.data, w, h, 3);
    let mut blocks: Vec<(f32, f32, usize, usize)> = Vec::new();
    for y in (0..h.saturating_sub(15)).step_by(16) {
        for x in (0..w.saturating_sub(15)).step_by(16) {
            let (mut small, mut large) = (0.0f32, 0.0f32);
            for j in y..y + 16 {
                for i in j * w + x..j * w + x + 16 {
                    small += (p.data[i] - fine[i]).powi(2);
                    large += (fine[i] - coarse[i]).powi(2);
                }
            }
            blocks.push((large / 256.0, small / 256.0, x, y));
        }
    }
    // Ground with a texture that can be seen, and edges.
    let mut ground: Vec<&(f32, f32, usize, usize)> = blocks.iter().filter(|b| (0.05..6.0).contains(&b.0)).collect();
    let edges: Vec<f32> = blocks.iter().filter(|b| b.0 >= 30.0).map(|b| ratio(b.1, b.0)).collect();
    if ground.len() < 16 || edges.len() < 8 {
        return Mark { value: 0.0, place: (0, 0) };
    }
    ground.sort_by(|a, b| ratio(a.1, a.0).total_cmp(&ratio(b.1, b.0)));
    let typical = ratio(ground[ground.len() / 2].1, ground[ground.len() / 2].0);
    let edge = edges.iter().sum::<f32>() / edges.len() as f32;
    Mark { value: edge - typical, place: (ground[0].2, ground[0].3) }
}

/// Fine over coarse in dB; what rounding leaves is no detail.
fn ratio(fine: f32, coarse: f32) -> f32 {
    10.0 * ((fine + 0.02) / (coarse + 0.02)).log10()
}
