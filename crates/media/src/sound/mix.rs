//! How the channels of a film come down to one or two.

use ffmpeg_next::ChannelLayout;

const LEFT: u64 = 1 << 0;
const RIGHT: u64 = 1 << 1;
const CENTER: u64 = 1 << 2;
const LOW: u64 = 1 << 3;
const BACK_CENTER: u64 = 1 << 8;
const LEFTS: u64 = 1 << 4 | 1 << 6 | 1 << 9;
const RIGHTS: u64 = 1 << 5 | 1 << 7 | 1 << 10;

/// How much of each channel of the source goes to each channel made, after ITU-R BS.775-4 annex 4.
pub(super) struct Mix {
    /// `weights[out][in]`.
    weights: Vec<Vec<f32>>,
}

impl Mix {
    /// From channels at the places of `mask` (libav's bits) to 1 or 2.
    pub(super) fn new(mask: u64, channels: usize, out: usize) -> Mix {
        let places: Vec<u64> = (0..64).map(|i| 1u64 << i).filter(|b| mask & b != 0).collect();
        let half = std::f32::consts::FRAC_1_SQRT_2;
        let mut left = vec![0f32; channels];
        let mut right = vec![0f32; channels];
        if places.len() != channels {
            // Places unknown: all alike.
            left.fill(1.0 / channels as f32);
            right.fill(1.0 / channels as f32);
        } else if channels == 1 {
            (left[0], right[0]) = (1.0, 1.0);
        } else {
            for (i, &place) in places.iter().enumerate() {
                (left[i], right[i]) = match place {
                    LEFT => (1.0, 0.0),
                    RIGHT => (0.0, 1.0),
                    CENTER => (half, half),
                    LOW => (0.0, 0.0),
                    BACK_CENTER => (0.5, 0.5),
                    p if p & LEFTS != 0 => (half, 0.0),
                    p if p & RIGHTS != 0 => (0.0, half),
                    // Above the head, and rarer places.
                    _ => (0.0, 0.0),
                };
            }
        }
        let weights = if out == 1 {
            vec![left.iter().zip(&right).map(|(l, r)| (l + r) / 2.0).collect()]
        } else {
            vec![left, right]
        };
        Mix { weights }
    }

    /// Mixes interleaved `samples` and appends them to `out`.
    pub(super) fn mix(&self, samples: &[f32], out: &mut Vec<f32>) {
        let channels = self.weights[0].len();
        if channels == self.weights.len() && channels == 1 {
            out.extend_from_slice(samples);
            return;
        }
        if self.weights == [[1.0, 0.0], [0.0, 1.0]] {
            out.extend_from_slice(samples);
            return;
        }
        out.reserve(samples.len() / channels * self.weights.len());
        for at in samples.chunks_exact(channels) {
            for weights in &self.weights {
                out.push(at.iter().zip(weights).map(|(s, w)| s * w).sum());
            }
        }
    }
}

/// Name of a layout as filmmakers write it.
pub(crate) fn layout_name(layout: ChannelLayout, channels: u16) -> String {
    let known = [
        (0x4, "mono"),
        (0x3, "stereo"),
        (0xb, "2.1"),
        (0x7, "3.0"),
        (0x103, "3.0(back)"),
        (0xf, "3.1"),
        (0x107, "4.0"),
        (0x33, "quad"),
        (0x603, "quad(side)"),
        (0x37, "5.0"),
        (0x607, "5.0(side)"),
        (0x3f, "5.1"),
        (0x60f, "5.1(side)"),
        (0x70f, "6.1"),
        (0x637, "7.0"),
        (0x63f, "7.1"),
        (0xff, "7.1(wide)"),
    ];
    let mask = layout.bits();
    match known.iter().find(|(m, _)| *m == mask) {
        Some((_, name)) => (*name).to_owned(),
        None => format!("{channels} channels"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_channels_and_effects_come_down_to_two_and_one() {
        let mix = Mix::new(0x3f, 6, 2);
        let mut out = Vec::new();
        mix.mix(&[1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0], &mut out);
        let half = std::f32::consts::FRAC_1_SQRT_2;
        assert_eq!(out, [1.0, 0.0, half, half + half]);
        out.clear();
        Mix::new(0x3, 2, 1).mix(&[1.0, 0.5], &mut out);
        Mix::new(0x4, 1, 2).mix(&[0.25], &mut out);
        assert_eq!(out, [0.75, 0.25, 0.25]);
    }
}
