//! How much begins when.

use realfft::RealFftPlanner;

use super::hear::SAMPLE_RATE;

/// Steps a second that music is measured in.
pub(super) const STEPS: usize = 100;
/// Samples from one step to the next.
pub(super) const STEP: usize = SAMPLE_RATE as usize / STEPS;
const WINDOW: usize = 1024;
const BANDS: usize = 36;
/// Bands below 160 Hz: bass drum and bass.
const BASS: usize = 7;

/// Music measured a hundred times a second.
#[derive(Default)]
pub(super) struct Steps {
    /// How much begins, in units of its own spread; 0 where nothing does.
    pub(super) onset: Vec<f32>,
    /// The same of the bass alone.
    pub(super) bass: Vec<f32>,
    /// Strength of each of the twelve notes.
    pub(super) notes: Vec<[f32; 12]>,
    /// Timbre: the bands in eight groups, logarithmic.
    pub(super) timbre: Vec<[f32; 8]>,
}

/// Measures mono samples at [`SAMPLE_RATE`].
pub(super) fn steps(samples: &[f32]) -> Steps {
    let mut planner = RealFftPlanner::<f32>::new();
    let fft = planner.plan_fft_forward(WINDOW);
    let taper: Vec<f32> = (0..WINDOW)
        .map(|i| 0.5 - 0.5 * (2.0 * std::f32::consts::PI * (i as f32 + 0.5) / WINDOW as f32).cos())
        .collect();
    let hertz = SAMPLE_RATE as f32 / WINDOW as f32;
    // Bands of equal width in pitch from 40 to 10,000 Hz, at least one line of the spectrum each.
    let edge = |b: usize| ((40.0 * 250f32.powf(b as f32 / BANDS as f32)) / hertz) as usize;
    let edges: Vec<(usize, usize)> =
        (0..BANDS).map(|b| (edge(b).max(1), edge(b + 1).max(edge(b) + 1).clamp(2, WINDOW / 2))).collect();
    let note: Vec<Option<usize>> = (0..=WINDOW / 2)
        .map(|i| {
            let hz = i as f32 * hertz;
            (110.0..1800.0).contains(&hz).then(|| (12.0 * (hz / 440.0).log2()).round().rem_euclid(12.0) as usize)
        })
        .collect();
    let mut spectrum = fft.make_output_vec();
    let mut frame = vec![0.0f32; WINDOW];
    let mut rows: Vec<[f32; BANDS]> = Vec::new();
    let mut out = Steps::default();
    for step in 0..samples.len() / STEP {
        let first = (step * STEP) as isize - (WINDOW / 2) as isize;
        for (i, f) in frame.iter_mut().enumerate() {
            let at = first + i as isize;
            let s = if at < 0 { 0.0 } else { samples.get(at as usize).copied().unwrap_or(0.0) };
            *f = s * taper[i];
        }
        fft.process(&mut frame, &mut spectrum).expect("lengths are the plan's");
        let mut row = [0.0; BANDS];
        for (b, &(a, z)) in edges.iter().enumerate() {
            let power: f32 = spectrum[a..z].iter().map(|c| c.norm_sqr()).sum();
            row[b] = (1.0 + 40.0 * power.sqrt()).ln();
        }
        let mut notes = [0.0f32; 12];
        for (c, note) in spectrum.iter().zip(&note) {
            if let Some(note) = note {
                notes[*note] += c.norm();
            }
        }
        let size = notes.iter().map(|n| n * n).sum::<f32>().sqrt().max(1e-6);
        notes.iter_mut().for_each(|n| *n /= size);
        out.notes.push(notes);
        let mut timbre = [0.0; 8];
        row.iter().enumerate().for_each(|(b, r)| timbre[b * 8 / BANDS] += r * 8.0 / BANDS as f32);
        out.timbre.push(timbre);
        rows.push(row);
    }
    let rise = |t: usize, from: usize, to: usize| -> f32 {
        let before = &rows[t.saturating_sub(2)];
        (from..to)
            .map(|b| {
                // A voice that slides into the next band begins nothing (Böck and Widmer, 2013).
                let was = before[b.saturating_sub(1)..(b + 2).min(BANDS)].iter().copied().fold(0.0, f32::max);
                (rows[t][b] - was).max(0.0)
            })
            .sum()
    };
    out.onset = stand_out(&(0..rows.len()).map(|t| rise(t, 0, BANDS)).collect::<Vec<_>>());
    out.bass = stand_out(&(0..rows.len()).map(|t| rise(t, 0, BASS)).collect::<Vec<_>>());
    out
}

/// What stands out of its surroundings of a second, in units of the spread of it all.
fn stand_out(values: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0f64];
    values.iter().for_each(|v| sums.push(sums[sums.len() - 1] + f64::from(*v)));
    let mut out: Vec<f32> = (0..values.len())
        .map(|t| {
            let (a, b) = (t.saturating_sub(STEPS / 2), (t + STEPS / 2).min(values.len()));
            (values[t] - ((sums[b] - sums[a]) / (b - a) as f64) as f32).max(0.0)
        })
        .collect();
    let spread = (out.iter().map(|v| f64::from(v * v)).sum::<f64>() / out.len().max(1) as f64).sqrt() as f32;
    if spread > 1e-3 {
        out.iter_mut().for_each(|v| *v /= spread);
    } else {
        out.iter_mut().for_each(|v| *v = 0.0);
    }
    out
}
