//! Hearing a piece of music.

use std::path::Path;

use ebur128::{Channel, EbuR128, Mode};
use film::ContentHash;

use super::{bar, beat, onset, section, tempo};
use crate::snapshot::Music;

/// Samples a second that [`hear`] takes.
pub const SAMPLE_RATE: u32 = 24_000;

/// Hears music: mono samples at [`SAMPLE_RATE`]. `hash` and `path` are those of its file.
///
/// Without a steady beat the tempo is 0, the confidence low, and there are no beats.
///
/// ```
/// let clicks: Vec<f32> = (0..24_000 * 10).map(|i| if i % 12_000 < 200 { 0.8 } else { 0.0 }).collect();
/// let music = catalogue::music::hear(&clicks, film::ContentHash::of(b"clicks"), "clicks.wav".as_ref());
/// assert!((music.tempo - 120.0).abs() < 1.0);
/// ```
pub fn hear(samples: &[f32], hash: ContentHash, path: &Path) -> Music {
    let samples: Vec<f32> = samples.iter().map(|s| if s.is_finite() { *s } else { 0.0 }).collect();
    let seconds = samples.len() as f64 / f64::from(SAMPLE_RATE);
    let loudness = loudness(&samples);
    let steps = onset::steps(&samples);
    let mut periods = tempo::periods(&steps.onset);
    let found = beat::beats(&steps.onset, &periods);
    let found = beat::level(&steps.onset, &mut periods, found);
    let confidence = confidence(&steps.onset, &found);
    let found = if confidence < 0.03 { Vec::new() } else { found };
    let downbeats = bar::downbeats(&steps, &found);
    let mut beats: Vec<f64> = found.iter().map(|&t| beat::refine(&samples, t)).collect();
    // Two beats cannot be heard at one attack.
    beats.dedup_by(|b, a| *b <= *a + 0.1);
    let downbeats = downbeats.into_iter().filter(|&d| (d as usize) < beats.len()).collect();
    let mut gaps: Vec<f64> = beats.windows(2).map(|w| w[1] - w[0]).collect();
    gaps.sort_by(f64::total_cmp);
    let tempo = gaps.get(gaps.len() / 2).map_or(0.0, |gap| (60.0 / gap) as f32);
    let sections = section::sections(&steps, &loudness, seconds);
    Music { hash, path: path.to_owned(), seconds, tempo, beats, downbeats, confidence, sections, loudness }
}

/// Momentary loudness every tenth of a second, at least -70 LUFS; mono counts as in both loudspeakers.
fn loudness(samples: &[f32]) -> Vec<f32> {
    let mut meter = EbuR128::new(1, SAMPLE_RATE, Mode::M).expect("one channel at 24 kHz is within the meter's limits");
    meter.set_channel(0, Channel::DualMono).expect("channel 0 is there");
    samples
        .chunks(SAMPLE_RATE as usize / 10)
        .map(|tenth| {
            meter.add_frames_f32(tenth).expect("mono samples");
            let lufs = meter.loudness_momentary().unwrap_or(f64::NEG_INFINITY);
            if lufs.is_finite() { lufs.max(-70.0) as f32 } else { -70.0 }
        })
        .collect()
}

/// How steady the beat is, 0 to 1: how much more begins at the beats than a row of random times would catch.
fn confidence(onset: &[f32], beats: &[usize]) -> f32 {
    if beats.len() < 4 {
        return 0.0;
    }
    let near = |t: usize| onset[t.saturating_sub(2)..(t + 3).min(onset.len())].iter().copied().fold(0.0, f32::max);
    let on = beats.iter().map(|&t| near(t).min(6.0)).sum::<f32>() / beats.len() as f32;
    let (first, last) = (beats[0], beats[beats.len() - 1]);
    let any = (first..last).map(|t| near(t).min(6.0)).sum::<f32>() / (last - first).max(1) as f32;
    let hit = beats.iter().filter(|&&t| near(t) > 1.0).count() as f32 / beats.len() as f32;
    // In noise a row of beats finds something to stand on too, but not at even distances.
    let gaps: Vec<f32> = beats.windows(2).map(|w| (w[1] - w[0]) as f32).collect();
    let mean = gaps.iter().sum::<f32>() / gaps.len() as f32;
    let spread = (gaps.iter().map(|g| (g - mean).powi(2)).sum::<f32>() / gaps.len() as f32).sqrt() / mean;
    let even = 1.0 / (1.0 + (spread / 0.08).powi(2));
    ((on - any) / (on + any).max(1e-6) * 1.4 * hit * even).clamp(0.0, 1.0)
}
