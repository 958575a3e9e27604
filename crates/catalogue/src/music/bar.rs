//! Which beats begin a bar.

use super::onset::Steps;

/// Places in `beats` that begin a bar of three or four, by accents, bass and changes of harmony.
pub(super) fn downbeats(steps: &Steps, beats: &[usize]) -> Vec<u32> {
    if beats.len() < 8 {
        return Vec::new();
    }
    let near = |values: &[f32], t: usize| {
        values[t.saturating_sub(3)..(t + 4).min(values.len())].iter().copied().fold(0.0, f32::max)
    };
    let harmony = |i: usize| -> [f32; 12] {
        let (a, b) = (beats[i], beats.get(i + 1).copied().unwrap_or(steps.notes.len()).min(steps.notes.len()));
        let mut sum = [0.0; 12];
        steps.notes[a.min(b)..b].iter().for_each(|n| sum.iter_mut().zip(n).for_each(|(s, n)| *s += n));
        let size = sum.iter().map(|s| s * s).sum::<f32>().sqrt().max(1e-6);
        sum.map(|s| s / size)
    };
    let harmonies: Vec<[f32; 12]> = (0..beats.len()).map(harmony).collect();
    let weight: Vec<f32> = (0..beats.len())
        .map(|i| {
            let change = match i {
                0 => 0.0,
                _ => 1.0 - harmonies[i].iter().zip(&harmonies[i - 1]).map(|(a, b)| a * b).sum::<f32>(),
            };
            0.5 * near(&steps.onset, beats[i]).min(6.0) + 0.5 * near(&steps.bass, beats[i]).min(6.0) + 6.0 * change
        })
        .collect();
    let mean = weight.iter().sum::<f32>() / weight.len() as f32;
    // How far the first beats of bars stand out; four to a bar is what most music has.
    let stands_out = |meter: usize, phase: usize| {
        let firsts: Vec<f32> = weight.iter().skip(phase).step_by(meter).copied().collect();
        (firsts.iter().sum::<f32>() / firsts.len() as f32 - mean) * if meter == 4 { 1.1 } else { 1.0 }
    };
    let choices = (0..4).map(|p| (4, p)).chain((0..3).map(|p| (3, p)));
    let (meter, phase) =
        choices.max_by(|a, b| stands_out(a.0, a.1).total_cmp(&stands_out(b.0, b.1))).expect("there are choices");
    (phase..beats.len()).step_by(meter).map(|i| i as u32).collect()
}
