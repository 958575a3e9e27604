//! Voice or music: what the measures of a second say together.

use super::ear::{HOPS, Heard};

/// A pitch that changes as much in a twentieth of a second glides, octaves: about a third of a semitone.
const GLIDE: f32 = 0.025;
/// One that changes less is held: a tenth of a semitone.
const HELD: f32 = 0.008;

/// Likelihoods of a voice and of music at one hundredth of a second.
///
/// Speech comes in syllables, about four a second, with gaps (Houtgast and Steeneken 1985; the low-energy share is Scheirer
/// and Slaney's, 1997), with power in the telephone band and a pitch that glides; music keeps its bands, its level and its
/// pitches for longer.
pub(super) fn kinds(heard: &[Heard]) -> Vec<(f32, f32)> {
    let reach = HOPS / 2;
    let power: Vec<f32> = running(heard, |h| h.power, reach);
    let loudest = power.iter().copied().fold(0.0, f32::max);
    // Ten seconds around: what is far below them is no word, however it sounds.
    let around = running(heard, |h| h.power, 5 * HOPS);
    let low: Vec<f32> = (0..heard.len())
        .map(|i| {
            // Syllables leave gaps before and after; a sound that begins or ends, on one side only.
            let quiet = |near: &[Heard]| {
                near.iter().filter(|h| h.power < 0.5 * power[i]).count() as f32 / near.len().max(1) as f32
            };
            let before = quiet(&heard[i.saturating_sub(reach)..=i]);
            before.min(quiet(&heard[i..(i + reach).min(heard.len())]))
        })
        .collect();
    let band = running(heard, |h| h.speech_band * h.power.sqrt(), reach);
    let weight = running(heard, |h| h.power.sqrt() + 1e-9, reach);
    let voiced = running(heard, |h| f32::from(u8::from(h.pitched > 0.5 && h.speech_band > 0.2)), reach);
    let periodic = running(heard, |h| h.pitched, reach);
    let (glide, held) = pitches(heard, reach);
    let steady = running(heard, |h| h.steady, reach);
    (0..heard.len())
        .map(|i| {
            if power[i] < 1e-7 || power[i] < 1e-5 * loudest {
                return (0.0, 0.0);
            }
            let level = (power[i] / around[i].max(1e-12)).log10().clamp(-2.0, 0.5);
            let band = band[i] / weight[i];
            let syllables = modulation(heard, i);
            let voice = -2.7 + 3.2 * low[i] + 2.6 * band + 2.6 * syllables + 0.9 * voiced[i] + 3.0 * glide[i]
                - 14.0 * (steady[i] - 0.9).max(0.0)
                - 2.5 * held[i]
                - 10.0 * (0.25 - voiced[i]).max(0.0)
                + 0.9 * level;
            let music = -1.2 + 12.0 * (steady[i] - 0.86) - 4.0 * (low[i] - 0.3) + 1.0 * voiced[i] - 3.0 * glide[i]
                + 1.5 * held[i]
                - 10.0 * (0.3 - periodic[i]).max(0.0)
                - 1.6 * syllables;
            (logistic(voice), logistic(music))
        })
        .collect()
}

fn logistic(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// Mean over `reach` measures on either side.
fn running(heard: &[Heard], of: impl Fn(&Heard) -> f32, reach: usize) -> Vec<f32> {
    let mut sums = Vec::with_capacity(heard.len() + 1);
    sums.push(0.0f64);
    for h in heard {
        sums.push(sums[sums.len() - 1] + f64::from(of(h)));
    }
    (0..heard.len())
        .map(|i| {
            let (a, b) = (i.saturating_sub(reach), (i + reach).min(heard.len()));
            ((sums[b] - sums[a]) / (b - a) as f64) as f32
        })
        .collect()
}

/// Shares of the measures whose pitch glides, as a voice's does, and whose pitch is held, as a note's is.
fn pitches(heard: &[Heard], reach: usize) -> (Vec<f32>, Vec<f32>) {
    // Over a twentieth of a second, all of it pitched.
    let change = |w: &[Heard]| -> Option<f32> {
        let pitched =
            w.iter().all(|h| h.pitched > 0.45) && w.windows(2).all(|p| (p[1].pitch - p[0].pitch).abs() < 0.06);
        pitched.then(|| (w[w.len() - 1].pitch - w[0].pitch).abs())
    };
    let changes: Vec<Option<f32>> = heard.windows(6).map(change).collect();
    let share = |is: &dyn Fn(f32) -> bool| {
        let marks: Vec<Heard> = changes
            .iter()
            .map(|c| Heard { pitched: f32::from(u8::from(c.is_some_and(is))), ..Heard::default() })
            .collect();
        let mut out = running(&marks, |h| h.pitched, reach);
        out.resize(heard.len(), 0.0);
        out
    };
    (share(&|c| c >= GLIDE), share(&|c| c < HELD))
}

/// Share of the envelope's unrest, over a second, that lies at 3 to 7 Hz: the pace of syllables.
fn modulation(heard: &[Heard], at: usize) -> f32 {
    let reach = HOPS / 2;
    if at < reach || at + reach > heard.len() {
        return 0.0;
    }
    // Every fifth measure would alias; sums of five do not.
    let envelope: Vec<f32> = heard[at - reach..at + reach]
        .chunks_exact(5)
        .map(|c| c.iter().map(|h| (h.power * h.speech_band).sqrt()).sum::<f32>())
        .collect();
    let mean = envelope.iter().sum::<f32>() / envelope.len() as f32;
    let all: f32 = envelope.iter().map(|e| (e - mean).powi(2)).sum();
    if all <= 1e-4 * mean * mean * envelope.len() as f32 {
        return 0.0;
    }
    let n = envelope.len() as f32;
    let at_hertz = |k: f32| {
        let (mut re, mut im) = (0.0f32, 0.0f32);
        for (i, e) in envelope.iter().enumerate() {
            let (sin, cos) = (2.0 * std::f32::consts::PI * k * i as f32 / n).sin_cos();
            re += (e - mean) * cos;
            im += (e - mean) * sin;
        }
        re * re + im * im
    };
    let paced: f32 = (3..=7).map(|k| at_hertz(k as f32)).sum();
    (2.0 * paced / (n * all)).min(1.0)
}
