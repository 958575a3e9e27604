//! The parts of a piece.

use super::onset::{STEPS, Steps};
use crate::snapshot::MusicSection;

/// Looks a second; a part is at least so many looks long; how far around a border is compared.
const LOOKS: usize = 2;
const SHORTEST: usize = 5 * LOOKS;
const REACH: usize = 8 * LOOKS;

/// Parts of the piece, borders where what is before and what is after are each alike and unlike each other (Foote, "Automatic
/// Audio Segmentation Using a Measure of Audio Novelty", 2000); each with its energy beside the others.
pub(super) fn sections(steps: &Steps, loudness: &[f32], seconds: f64) -> Vec<MusicSection> {
    let per = STEPS / LOOKS;
    let looks: Vec<Vec<f32>> = (0..steps.timbre.len() / per)
        .map(|i| {
            let mut mean = vec![0.0f32; 20];
            for t in i * per..(i + 1) * per {
                mean[..8].iter_mut().zip(&steps.timbre[t]).for_each(|(m, v)| *m += v / per as f32);
                mean[8..].iter_mut().zip(&steps.notes[t]).for_each(|(m, v)| *m += 0.8 * v / per as f32);
            }
            mean
        })
        .collect();
    let unlike = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt();
    let n = looks.len();
    let novelty: Vec<f32> = (0..n)
        .map(|i| {
            let (a, b) = (i.saturating_sub(REACH), (i + REACH).min(n));
            if i - a < SHORTEST || b - i < SHORTEST {
                return 0.0;
            }
            let mean = |from: usize, to: usize| -> Vec<f32> {
                let mut sum = [0.0; 20];
                looks[from..to].iter().for_each(|l| sum.iter_mut().zip(l).for_each(|(s, v)| *s += v));
                sum.iter().map(|s| s / (to - from) as f32).collect()
            };
            let (before, after) = (mean(a, i), mean(i, b));
            let within = |from: usize, to: usize, mean: &[f32]| {
                looks[from..to].iter().map(|l| unlike(l, mean)).sum::<f32>() / (to - from) as f32
            };
            unlike(&before, &after) / (within(a, i, &before) + within(i, b, &after) + 0.2)
        })
        .collect();
    let mut borders = vec![0];
    let mut peaks: Vec<usize> = (1..n.saturating_sub(1))
        .filter(|&i| novelty[i] > 0.55 && novelty[i] >= novelty[i - 1] && novelty[i] > novelty[i + 1])
        .collect();
    peaks.sort_by(|&a, &b| novelty[b].total_cmp(&novelty[a]));
    for peak in peaks {
        if borders.iter().all(|&b: &usize| b.abs_diff(peak) >= SHORTEST) && n - peak >= SHORTEST {
            borders.push(peak);
        }
    }
    borders.sort_unstable();
    let level = |from: f64, to: f64| {
        let (a, b) = ((from * 10.0) as usize, ((to * 10.0) as usize).min(loudness.len()));
        let part = &loudness[a.min(b)..b];
        part.iter().sum::<f32>() / part.len().max(1) as f32
    };
    let edges: Vec<f64> = borders.iter().map(|&b| b as f64 / LOOKS as f64).chain([seconds]).collect();
    let levels: Vec<f32> = edges.windows(2).map(|w| level(w[0], w[1])).collect();
    let (low, high) = levels.iter().fold((f32::MAX, f32::MIN), |(low, high), &l| (low.min(l), high.max(l)));
    edges
        .windows(2)
        .zip(&levels)
        .map(|(w, l)| MusicSection {
            start: w[0],
            end: w[1],
            // Six decibels from the quietest to the loudest part is a full rise; less is less of one.
            energy: if high > low { 1.0 - (high - l) / (high - low).max(6.0) } else { 0.5 },
        })
        .collect()
}
