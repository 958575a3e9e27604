//! How much of a texture lies at which size: power by octaves, the measure by which two grains are compared.

/// Power in the octaves of spatial frequency from 1/2 (the finest) downwards: 1/2 to 1/4, 1/4 to 1/8, 1/8 to 1/16 cycles a
/// sample, a mean over all 64x64 tiles under a Hann window.
///
/// Frequency is the larger of the two directions', so that the corners count to the finest octave.
pub fn octaves(data: &[f32], width: usize, height: usize) -> [f64; 3] {
    const N: usize = 64;
    let mut power = [0.0f64; 3];
    let mut count = [0usize; 3];
    let (cos, sin): (Vec<f32>, Vec<f32>) =
        (0..N).map(|k| (std::f32::consts::TAU * k as f32 / N as f32).sin_cos()).map(|(s, c)| (c, s)).unzip();
    let hann: Vec<f32> =
        (0..N).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / N as f32).cos()).collect();
    for ty in (0..height.saturating_sub(N - 1)).step_by(N) {
        for tx in (0..width.saturating_sub(N - 1)).step_by(N) {
            let mean: f32 =
                (0..N).map(|y| data[(ty + y) * width + tx..][..N].iter().sum::<f32>()).sum::<f32>() / (N * N) as f32;
            let tile: Vec<f32> = (0..N * N)
                .map(|i| (data[(ty + i / N) * width + tx + i % N] - mean) * hann[i / N] * hann[i % N])
                .collect();
            // Rows, then columns; half of the frequencies say it all.
            let mut rows = vec![(0.0f32, 0.0f32); N * (N / 2 + 1)];
            for y in 0..N {
                for u in 0..=N / 2 {
                    let (mut re, mut im) = (0.0, 0.0);
                    for x in 0..N {
                        let k = (u * x) % N;
                        re += tile[y * N + x] * cos[k];
                        im -= tile[y * N + x] * sin[k];
                    }
                    rows[y * (N / 2 + 1) + u] = (re, im);
                }
            }
            for u in 0..=N / 2 {
                for v in 0..N {
                    let f = u.max(v.min(N - v));
                    let octave = match f {
                        16..=32 => 0,
                        8..=15 => 1,
                        4..=7 => 2,
                        _ => continue,
                    };
                    let (mut re, mut im) = (0.0f32, 0.0f32);
                    for y in 0..N {
                        let (a, b) = rows[y * (N / 2 + 1) + u];
                        let k = (v * y) % N;
                        re += a * cos[k] + b * sin[k];
                        im += b * cos[k] - a * sin[k];
                    }
                    power[octave] += f64::from(re * re + im * im);
                    count[octave] += 1;
                }
            }
        }
    }
    // A Hann window in two directions keeps (3/8)² of the power.
    let scale = (N * N) as f64 * (0.375f64 * 0.375);
    [0, 1, 2].map(|i| power[i] / count[i].max(1) as f64 / scale)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::synth::normal;

    #[test]
    fn white_noise_has_the_same_power_everywhere() {
        let n: Vec<f32> = normal(4).take(256 * 256).collect();
        for p in octaves(&n, 256, 256) {
            assert!((p - 1.0).abs() < 0.1, "{p}");
        }
    }
}
