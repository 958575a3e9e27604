//! Loudness to a target, under a peak that is never passed.

use std::collections::VecDeque;

use ebur128::{EbuR128, Mode};
use media::encode::SAMPLE_RATE;
use serde::{Deserialize, Serialize};

/// What a master's sound is brought to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoudnessTarget {
    /// Integrated loudness, LUFS (ITU-R BS.1770).
    pub lufs: f32,
    /// The highest true peak, dBTP.
    pub peak: f32,
}

impl LoudnessTarget {
    /// What the web plays at: -16 LUFS, -1 dBTP.
    pub const WEB: LoudnessTarget = LoudnessTarget { lufs: -16.0, peak: -1.0 };
    /// EBU R 128: -23 LUFS, -1 dBTP.
    pub const R128: LoudnessTarget = LoudnessTarget { lufs: -23.0, peak: -1.0 };
}

/// Sound levels along a master.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Levels {
    /// Momentary loudness every tenth of a second, LUFS, at least -70.
    pub momentary: Vec<f32>,
    /// The highest sample of each tenth of a second, dBFS, at least -90.
    pub peaks: Vec<f32>,
}

/// What was measured of a stretch of sound.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    /// Integrated loudness; `None` if nothing rises above the gate.
    pub(crate) lufs: Option<f64>,
    pub(crate) peak_dbtp: f64,
    pub(crate) levels: Levels,
}

/// Measures sound block by block.
pub(crate) struct Meter {
    meter: EbuR128,
    levels: Levels,
    /// Samples since the last tenth of a second, and the highest of them.
    since: usize,
    high: f32,
}

const TENTH: usize = SAMPLE_RATE as usize / 10;

impl Meter {
    pub(crate) fn new() -> Meter {
        let mode = Mode::I | Mode::M | Mode::TRUE_PEAK | Mode::HISTOGRAM;
        let meter = EbuR128::new(2, SAMPLE_RATE, mode).expect("stereo at 48 kHz is measured");
        Meter { meter, levels: Levels::default(), since: 0, high: 0.0 }
    }

    /// Takes interleaved stereo samples.
    pub(crate) fn hear(&mut self, mut samples: &[f32]) {
        while !samples.is_empty() {
            let n = (2 * (TENTH - self.since)).min(samples.len());
            let (now, rest) = samples.split_at(n);
            self.meter.add_frames_f32(now).expect("whole stereo samples");
            self.high = now.iter().fold(self.high, |h, s| h.max(s.abs()));
            self.since += n / 2;
            if self.since == TENTH {
                self.tick();
            }
            samples = rest;
        }
    }

    fn tick(&mut self) {
        let momentary = self.meter.loudness_momentary().expect("measured") as f32;
        self.levels.momentary.push(momentary.max(-70.0));
        self.levels.peaks.push(decibels(f64::from(self.high)).max(-90.0) as f32);
        (self.since, self.high) = (0, 0.0);
    }

    pub(crate) fn end(mut self) -> Measured {
        if self.since > 0 {
            self.tick();
        }
        let lufs = self.meter.loudness_global().expect("measured");
        let peak = (0..2).map(|c| self.meter.true_peak(c).expect("measured")).fold(0.0, f64::max);
        Measured { lufs: lufs.is_finite().then_some(lufs), peak_dbtp: decibels(peak), levels: self.levels }
    }
}

pub(crate) fn decibels(amplitude: f64) -> f64 {
    20.0 * amplitude.max(1e-9).log10()
}

/// Samples that the limiter looks ahead: 5 milliseconds, so that it is down before a peak comes.
const AHEAD: usize = SAMPLE_RATE as usize * 5 / 1000;

/// Gain, then a limiter of true peaks that looks ahead; the sound comes out some 5 ms late until it is flushed.
pub(crate) struct Limiter {
    gain: f32,
    ceiling: f32,
    /// The last samples of each side, for the oversampled peak.
    history: [[f32; TAPS]; 2],
    delay: VecDeque<[f32; 2]>,
    /// Lowest gains still in the window, rising: (sample, gain).
    low: VecDeque<(u64, f32)>,
    released: f32,
    /// The window of the smoothing and its sum.
    smooth: VecDeque<f32>,
    sum: f64,
    at: u64,
    /// The deepest reduction so far, as a factor.
    pub(crate) deepest: f32,
}

const TAPS: usize = 12;
/// Delay of the oversampling filter.
const CENTER: usize = TAPS / 2;

impl Limiter {
    /// `gain` and `peak` in decibels.
    pub(crate) fn new(gain: f64, peak: f64) -> Limiter {
        Limiter {
            gain: 10f64.powf(gain / 20.0) as f32,
            ceiling: 10f64.powf(peak / 20.0) as f32,
            history: [[0.0; TAPS]; 2],
            delay: VecDeque::with_capacity(2 * AHEAD),
            low: VecDeque::new(),
            released: 1.0,
            smooth: VecDeque::from(vec![1.0; AHEAD]),
            sum: AHEAD as f64,
            at: 0,
            deepest: 1.0,
        }
    }

    /// Takes interleaved samples and appends those that are ready.
    pub(crate) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        for pair in samples.chunks_exact(2) {
            self.step([pair[0] * self.gain, pair[1] * self.gain], out);
        }
    }

    /// Appends what is still held back.
    pub(crate) fn flush(&mut self, out: &mut Vec<f32>) {
        for _ in 0..AHEAD + CENTER - 1 {
            self.step([0.0; 2], out);
        }
    }

    fn step(&mut self, sample: [f32; 2], out: &mut Vec<f32>) {
        let mut peak = 0f32;
        for (line, &s) in self.history.iter_mut().zip(&sample) {
            line.copy_within(1.., 0);
            line[TAPS - 1] = s;
            // The sample CENTER back, and three places between it and the next.
            let here = line[TAPS - 1 - CENTER].abs();
            peak = peak.max(here);
            // Only near the ceiling can a value between samples pass it.
            let around = line.iter().fold(0f32, |m, v| m.max(v.abs()));
            if around > self.ceiling * 0.5 {
                for phase in &PHASES.with(|p| *p) {
                    let between: f32 = line.iter().zip(phase).map(|(a, b)| a * b).sum();
                    peak = peak.max(between.abs());
                }
            }
        }
        self.delay.push_back(sample);
        let wanted = if peak > self.ceiling { self.ceiling / peak } else { 1.0 };
        // The lowest wanted gain of the last AHEAD samples...
        while self.low.back().is_some_and(|l| l.1 >= wanted) {
            self.low.pop_back();
        }
        self.low.push_back((self.at, wanted));
        if self.low.front().is_some_and(|l| l.0 + AHEAD as u64 <= self.at) {
            self.low.pop_front();
        }
        let lowest = self.low.front().map_or(1.0, |l| l.1);
        // ...let go slowly (80 ms)...
        let release = 1.0 - (-1.0 / (0.08 * SAMPLE_RATE as f32)).exp();
        self.released =
            if lowest < self.released { lowest } else { self.released + (lowest - self.released) * release };
        // ...and taken up evenly over as many samples, which reaches it just when the peak comes.
        self.smooth.push_back(self.released);
        self.sum += f64::from(self.released) - f64::from(self.smooth.pop_front().expect("the window is full"));
        let factor = (self.sum / AHEAD as f64) as f32;
        self.at += 1;
        if self.delay.len() >= AHEAD + CENTER {
            let [l, r] = self.delay.pop_front().expect("it is longer than that");
            self.deepest = self.deepest.min(factor);
            out.extend([l * factor, r * factor]);
        }
    }
}

thread_local! {
    /// Lanczos kernels of the places a quarter, a half and three quarters past the middle sample.
    static PHASES: [[f32; TAPS]; 3] = std::array::from_fn(|p| {
        let fraction = (p as f64 + 1.0) / 4.0;
        std::array::from_fn(|k| {
            let away = k as f64 - (TAPS - 1 - CENTER) as f64 - fraction;
            let x = std::f64::consts::PI * away;
            let half = CENTER as f64;
            let window = if away.abs() < half { (x / half).sin() / (x / half) } else { 0.0 };
            ((x.sin() / x) * window) as f32
        })
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(gain: f64, peak: f64, sound: &[f32]) -> Vec<f32> {
        let (mut limiter, mut out) = (Limiter::new(gain, peak), Vec::new());
        for block in sound.chunks(2 * 1000) {
            limiter.push(block, &mut out);
        }
        limiter.flush(&mut out);
        out
    }

    fn measured(sound: &[f32]) -> Measured {
        let mut meter = Meter::new();
        meter.hear(sound);
        meter.end()
    }

    fn noise(seconds: usize, level: f32) -> Vec<f32> {
        let mut state = 1u32;
        (0..seconds * SAMPLE_RATE as usize * 2)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ((state >> 8) as f32 / 8_388_608.0 - 1.0) * level
            })
            .collect()
    }

    #[test]
    fn quiet_sound_passes_exactly_and_in_place() {
        let sound = noise(1, 0.2);
        assert_eq!(through(0.0, -1.0, &sound), sound);
    }

    #[test]
    fn peaks_between_samples_are_held_too() {
        // A sine at a quarter of the rate, its peaks between samples: samples reach 0.71, the curve 1.0.
        let sine: Vec<f32> =
            (0..48_000).flat_map(|n| [((n as f32 + 0.5) * std::f32::consts::FRAC_PI_2).sin() * 0.95; 2]).collect();
        let before = measured(&sine).peak_dbtp;
        assert!(before > -0.8, "{before}");
        for gain in [0.0, 6.0, 12.0] {
            let out = through(gain, -1.0, &sine);
            assert_eq!(out.len(), sine.len());
            let after = measured(&out).peak_dbtp;
            assert!(after <= -0.9 && after > -1.6, "{gain} dB: {after}");
        }
        let hot = measured(&through(14.0, -1.0, &noise(2, 0.9))).peak_dbtp;
        assert!(hot <= -0.8, "{hot}");
    }

    #[test]
    fn the_meter_knows_the_standard_tone() {
        // EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS measures -23 LUFS.
        let level = 10f32.powf(-23.0 / 20.0);
        let tone: Vec<f32> = (0..48_000 * 5)
            .flat_map(|n| [(n as f32 * 1000.0 / 48_000.0 * std::f32::consts::TAU).sin() * level; 2])
            .collect();
        let m = measured(&tone);
        assert!((m.lufs.unwrap() + 23.0).abs() < 0.1, "{m:?}");
        assert_eq!((m.levels.momentary.len(), m.levels.peaks.len()), (50, 50));
        assert!((m.levels.peaks[20] + 23.0).abs() < 0.1);
        assert_eq!(measured(&[0.0; 96_000]).lufs, None);
    }
}
