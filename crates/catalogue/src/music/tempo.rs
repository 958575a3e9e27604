//! How fast the music is, over time.

use super::onset::STEPS;

const SLOWEST: f32 = 48.0;
const FASTEST: f32 = 215.0;
const TEMPI: usize = 110;
/// Steps from one window to the next, and steps of a window.
const HOP: usize = STEPS / 2;
const WINDOW: usize = 8 * STEPS;

/// Period of the beat in steps, for every step; empty if nothing ever begins.
///
/// For each window of eight seconds, how well each tempo explains the onsets (likeness to itself one, two, three and four
/// periods later); then the path through them that fits best while changing little (Viterbi).
pub(super) fn periods(onset: &[f32]) -> Vec<f32> {
    if onset.len() < 2 * STEPS || onset.iter().all(|&o| o == 0.0) {
        return Vec::new();
    }
    // Attacks are a step or two wide: without a little blur a period between steps finds no likeness.
    let soft: Vec<f32> = (0..onset.len())
        .map(|t| {
            let at = |d: isize| onset.get((t as isize + d) as usize).copied().unwrap_or(0.0);
            0.4 * at(0) + 0.2 * (at(-1) + at(1)) + 0.1 * (at(-2) + at(2))
        })
        .collect();
    let tempi: Vec<f32> =
        (0..TEMPI).map(|i| SLOWEST * (FASTEST / SLOWEST).powf(i as f32 / (TEMPI - 1) as f32)).collect();
    let windows = (onset.len().saturating_sub(WINDOW) / HOP) + 1;
    let scores: Vec<Vec<f32>> = (0..windows).map(|w| explain(&soft, w * HOP, &tempi)).collect();
    let path = steadiest(&scores);
    let at = |t: usize| {
        let w = (t.saturating_sub(WINDOW / 2) / HOP).min(windows - 1);
        60.0 * STEPS as f32 / tempi[path[w]]
    };
    (0..onset.len()).map(at).collect()
}

fn explain(onset: &[f32], from: usize, tempi: &[f32]) -> Vec<f32> {
    let window = &onset[from..(from + WINDOW).min(onset.len())];
    let longest = (4.0 * 60.0 * STEPS as f32 / SLOWEST) as usize + 2;
    let like: Vec<f32> = (0..longest)
        .map(|lag| {
            if lag >= window.len() {
                return 0.0;
            }
            let pairs = window.len() - lag;
            window[..pairs].iter().zip(&window[lag..]).map(|(a, b)| a * b).sum::<f32>() / pairs as f32
        })
        .collect();
    let zero = like[0].max(1e-6);
    let at = |lag: f32| {
        let (i, part) = (lag as usize, lag.fract());
        (like.get(i).copied().unwrap_or(0.0) * (1.0 - part) + like.get(i + 1).copied().unwrap_or(0.0) * part) / zero
    };
    tempi
        .iter()
        .map(|tempo| {
            let period = 60.0 * STEPS as f32 / tempo;
            let comb = at(period) + 0.6 * at(2.0 * period) + 0.35 * at(3.0 * period) + 0.35 * at(4.0 * period);
            // People tap near 120 a minute (van Noorden and Moelants, 1999).
            let octaves = (tempo / 115.0).log2();
            comb / 2.3 * (-0.5 * (octaves / 0.75).powi(2)).exp()
        })
        .collect()
}

fn steadiest(scores: &[Vec<f32>]) -> Vec<usize> {
    let mut best = scores[0].clone();
    let mut from: Vec<Vec<usize>> = Vec::new();
    for row in &scores[1..] {
        let mut back = Vec::with_capacity(TEMPI);
        let next: Vec<f32> = (0..TEMPI)
            .map(|i| {
                let cost = |j: usize| best[j] - 0.02 * (i as f32 - j as f32).abs().min(12.0);
                let j = (0..TEMPI).max_by(|&a, &b| cost(a).total_cmp(&cost(b))).expect("there are tempi");
                back.push(j);
                cost(j) + row[i]
            })
            .collect();
        from.push(back);
        best = next;
    }
    let mut at = (0..TEMPI).max_by(|&a, &b| best[a].total_cmp(&best[b])).expect("there are tempi");
    let mut path = vec![at];
    for back in from.iter().rev() {
        at = back[at];
        path.push(at);
    }
    path.reverse();
    path
}
