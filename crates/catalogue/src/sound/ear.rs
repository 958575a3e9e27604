//! A hundredth of a second of sound, measured.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

/// Samples a second that the ear works on: voices lie below 6 kHz.
pub(super) const HERTZ: usize = 12_000;
/// Measures a second.
pub(super) const HOPS: usize = 100;
/// Samples from one measure to the next.
pub(super) const HOP: usize = HERTZ / HOPS;
const WINDOW: usize = 512;
/// Hertz from one value of the spectrum to the next.
const BIN: f32 = HERTZ as f32 / (2 * WINDOW) as f32;
/// Bands that attacks and steadiness are measured in.
const BANDS: usize = 24;

/// What is measured every hundredth of a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Heard {
    /// Mean square.
    pub(super) power: f32,
    /// Share of the power between 300 and 3,400 Hz.
    pub(super) speech_band: f32,
    /// How periodic it is, 0 to 1, at periods of a voice.
    pub(super) pitched: f32,
    /// Its pitch in octaves above 80 Hz.
    pub(super) pitch: f32,
    /// How much louder the bands became.
    pub(super) flux: f32,
    /// How alike the bands are to those a fifth of a second ago, 0 to 1.
    pub(super) steady: f32,
}

/// Measures sound as it comes.
pub(super) struct Ear {
    fft: Arc<dyn RealToComplex<f32>>,
    back: Arc<dyn realfft::ComplexToReal<f32>>,
    taper: Vec<f32>,
    taper_like: Vec<f32>,
    held: Vec<f32>,
    spectrum: Vec<Complex32>,
    frame: Vec<f32>,
    /// Which band each bin of the spectrum counts for; the lowest bins for none.
    band_of: Vec<Option<usize>>,
    past: Vec<[f32; BANDS]>,
    hops: usize,
}

impl Ear {
    pub(super) fn new() -> Ear {
        let mut planner = RealFftPlanner::<f32>::new();
        // Twice as long as the window, so that the likeness to itself does not wrap around.
        let (fft, back) = (planner.plan_fft_forward(2 * WINDOW), planner.plan_fft_inverse(2 * WINDOW));
        let taper: Vec<f32> = (0..WINDOW)
            .map(|i| 0.5 - 0.5 * (2.0 * std::f32::consts::PI * (i as f32 + 0.5) / WINDOW as f32).cos())
            .collect();
        let like = |lag: usize| (0..WINDOW - lag).map(|i| taper[i] * taper[i + lag]).sum::<f32>();
        let taper_like: Vec<f32> = (0..WINDOW / 2).map(like).collect();
        let (frame, spectrum) = (fft.make_input_vec(), fft.make_output_vec());
        // From 60 to 6,000 Hz in equal steps of pitch.
        let band = |hz: f32| (hz > 60.0).then(|| ((hz / 60.0).ln() / 100.0f32.ln() * BANDS as f32) as usize);
        let band_of = (0..spectrum.len()).map(|i| band(i as f32 * BIN).map(|b| b.min(BANDS - 1))).collect();
        Ear {
            fft,
            back,
            taper,
            taper_like,
            // Half a window of silence first, so that a measure lies in the middle of its window.
            held: vec![0.0; WINDOW / 2],
            spectrum,
            frame,
            band_of,
            past: vec![[0.0; BANDS]; HOPS / 5],
            hops: 0,
        }
    }

    /// Takes samples at [`HERTZ`]; gives the measures that became complete.
    pub(super) fn hear(&mut self, samples: &[f32], out: &mut Vec<Heard>) {
        self.held.extend_from_slice(samples);
        let mut at = 0;
        while self.held.len() - at >= WINDOW {
            out.push(self.measure(at));
            at += HOP;
        }
        self.held.drain(..at);
    }

    fn measure(&mut self, at: usize) -> Heard {
        let window = &self.held[at..at + WINDOW];
        self.frame[WINDOW..].fill(0.0);
        self.frame.iter_mut().zip(window.iter().zip(&self.taper)).for_each(|(f, (s, t))| *f = s * t);
        let middle = &window[WINDOW / 2 - HOP / 2..WINDOW / 2 + HOP / 2];
        let power = middle.iter().map(|s| s * s).sum::<f32>() / HOP as f32;
        self.fft.process(&mut self.frame, &mut self.spectrum).expect("lengths are the plan's");
        let (mut all, mut speech) = (1e-12f32, 0.0f32);
        let mut bands = [0.0f32; BANDS];
        for (i, (c, band)) in self.spectrum.iter_mut().zip(&self.band_of).enumerate() {
            let p = c.norm_sqr();
            all += p;
            if (300.0..3400.0).contains(&(i as f32 * BIN)) {
                speech += p;
            }
            if let Some(band) = *band {
                bands[band] += p;
            }
            *c = Complex32::new(p, 0.0);
        }
        bands.iter_mut().for_each(|b| *b = (1.0 + *b * 100.0).ln());
        let before = self.past[(self.hops + self.past.len() - 2) % self.past.len()];
        let long_ago = self.past[self.hops % self.past.len()];
        let flux = bands.iter().zip(&before).map(|(b, a)| (b - a).max(0.0)).sum::<f32>() / BANDS as f32;
        let dot = |a: &[f32; BANDS], b: &[f32; BANDS]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f32>();
        let size = (dot(&bands, &bands) * dot(&long_ago, &long_ago)).sqrt();
        let steady = if size > 1e-6 { dot(&bands, &long_ago) / size } else { 0.0 };
        let slot = self.hops % self.past.len();
        self.past[slot] = bands;
        self.hops += 1;
        let (pitched, pitch) = self.pitch();
        Heard { power, speech_band: speech / all, pitched, pitch, flux, steady }
    }

    /// The strongest period between 80 and 400 Hz: the spectrum's power, turned back, is the sound's likeness to itself.
    fn pitch(&mut self) -> (f32, f32) {
        self.back.process(&mut self.spectrum, &mut self.frame).expect("lengths are the plan's");
        let frame = &self.frame;
        let zero = frame[0] / self.taper_like[0];
        if zero <= 1e-9 {
            return (0.0, 0.0);
        }
        let like = |lag: usize| frame[lag] / self.taper_like[lag] / zero;
        let (mut best, mut at) = (0.0f32, 0);
        for lag in HERTZ / 400..=HERTZ / 80 {
            let here = like(lag);
            if here > best && here >= like(lag - 1) && here >= like(lag + 1) {
                (best, at) = (here, lag);
            }
        }
        if at == 0 {
            return (0.0, 0.0);
        }
        // Between whole samples: a held note must not seem to glide because its period is none.
        let (before, after) = (like(at - 1), like(at + 1));
        let bend = before - 2.0 * best + after;
        let period = at as f32 + if bend < -1e-6 { (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { 0.0 };
        (best.min(1.0), (HERTZ as f32 / period / 80.0).log2())
    }
}
