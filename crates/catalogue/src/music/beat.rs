//! Where the beats are.

use super::hear::SAMPLE_RATE;
use super::onset::{STEP, STEPS};

/// How dearly a beat pays for standing off its period.
const TIGHTNESS: f32 = 60.0;

/// Steps at which a beat falls, given the period at every step: the row of steps that gathers most onset while keeping to
/// the period (dynamic programming after Ellis, "Beat Tracking by Dynamic Programming", 2007).
pub(super) fn beats(onset: &[f32], periods: &[f32]) -> Vec<usize> {
    if periods.is_empty() {
        return Vec::new();
    }
    let n = onset.len();
    let mut score = vec![0.0f32; n];
    let mut from = vec![usize::MAX; n];
    for t in 0..n {
        let period = periods[t];
        let (near, far) = ((period * 0.55) as usize, (period * 1.9) as usize);
        let mut best = 0.0f32;
        for gap in near.max(1)..=far.min(t) {
            let off = (gap as f32 / period).ln();
            let value = score[t - gap] - TIGHTNESS * off * off;
            if value > best {
                (best, from[t]) = (value, t - gap);
            }
        }
        score[t] = best + onset[t].min(6.0);
    }
    let last = n.saturating_sub(periods[n - 1].ceil() as usize);
    let Some(mut t) = (last..n).max_by(|&a, &b| score[a].total_cmp(&score[b])) else { return Vec::new() };
    let mut out = vec![t];
    while from[t] != usize::MAX {
        t = from[t];
        out.push(t);
    }
    out.reverse();
    // Before the music begins and after it ends a steady row goes on over nothing.
    let mean = out.iter().map(|&t| peak(onset, t)).sum::<f32>() / out.len() as f32;
    let sounds = |&&t: &&usize| peak(onset, t) > 0.25 * mean;
    let (Some(first), Some(end)) = (out.iter().position(|t| sounds(&t)), out.iter().rposition(|t| sounds(&t))) else {
        return Vec::new();
    };
    out[first..=end].to_vec()
}

fn peak(onset: &[f32], t: usize) -> f32 {
    onset[t.saturating_sub(3)..(t + 4).min(onset.len())].iter().copied().fold(0.0, f32::max)
}

/// The level of the beat: twice or half as fast where the onsets between the beats, or every other beat, say so.
pub(super) fn level(onset: &[f32], periods: &mut [f32], found: Vec<usize>) -> Vec<usize> {
    if found.len() < 8 {
        return found;
    }
    let mean = |steps: &mut dyn Iterator<Item = usize>| {
        let all: Vec<f32> = steps.map(|t| peak(onset, t).min(6.0)).collect();
        all.iter().sum::<f32>() / all.len().max(1) as f32
    };
    let on = mean(&mut found.iter().copied());
    let between = mean(&mut found.windows(2).map(|w| (w[0] + w[1]) / 2));
    let even = mean(&mut found.iter().step_by(2).copied());
    let odd = mean(&mut found.iter().skip(1).step_by(2).copied());
    let tempo = 60.0 * STEPS as f32 / periods[periods.len() / 2];
    let factor = if tempo < 80.0 && between > 0.75 * on {
        0.5
    } else if tempo > 150.0 && even.min(odd) < 0.3 * even.max(odd) {
        2.0
    } else {
        return found;
    };
    periods.iter_mut().for_each(|p| *p *= factor);
    beats(onset, periods)
}

/// The attack that is heard at a beat, in seconds: where the sound's power rises most within 35 ms, if it clearly does.
pub(super) fn refine(samples: &[f32], step: usize) -> f64 {
    const GRAIN: usize = SAMPLE_RATE as usize / 400;
    let middle = step * STEP;
    let grains = 14;
    let first = middle.saturating_sub(grains * GRAIN);
    let power = |g: usize| {
        let from = first + g * GRAIN;
        samples.get(from..from + GRAIN).map_or(0.0, |s| s.iter().map(|x| x * x).sum::<f32>() / GRAIN as f32)
    };
    let powers: Vec<f32> = (0..2 * grains).map(power).collect();
    let mean = powers.iter().sum::<f32>() / powers.len() as f32;
    let rise = |g: usize| powers[g..g + 3].iter().sum::<f32>() / 3.0 - powers[g - 3..g].iter().sum::<f32>() / 3.0;
    let best = (3..powers.len() - 3).max_by(|&a, &b| rise(a).total_cmp(&rise(b))).expect("there are grains");
    if mean > 1e-9 && rise(best) > 0.6 * mean {
        (first + best * GRAIN) as f64 / f64::from(SAMPLE_RATE)
    } else {
        middle as f64 / f64::from(SAMPLE_RATE)
    }
}
