//! A small band that plays music whose beats are known.

use catalogue::music::SAMPLE_RATE;

/// Kinds of music it plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Drums, four to a bar.
    Drums,
    /// Drums off the beat too.
    Syncopated,
    /// Swung eighths.
    Swing,
    /// Three to a bar.
    Waltz,
    /// A piano's broken chords.
    Arpeggio,
    /// Soft pads that change with the bar, a quiet bass on the beat.
    Pads,
    /// Drums whose tempo drifts by 5 % either way.
    Drift,
    /// Drums in noise.
    Noisy,
}

/// All of them.
pub(crate) const KINDS: [Kind; 8] =
    [Kind::Drums, Kind::Syncopated, Kind::Swing, Kind::Waltz, Kind::Arpeggio, Kind::Pads, Kind::Drift, Kind::Noisy];

/// A piece played.
pub(crate) struct Piece {
    /// Mono samples at [`SAMPLE_RATE`].
    pub(crate) samples: Vec<f32>,
    /// Its beats, seconds.
    pub(crate) beats: Vec<f64>,
}

/// Chance with a seed (splitmix64).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Plays half a minute of a kind; the seed chooses tempo (60 to 190 a minute), notes and accents.
pub(crate) fn play(kind: Kind, seed: u64) -> Piece {
    let mut chance = Chance(seed.wrapping_mul(977) + kind as u64);
    let tempo = 60.0 * (190.0f64 / 60.0).powf(chance.unit());
    let seconds = 30.0;
    let mut samples = vec![0.0f32; (seconds * f64::from(SAMPLE_RATE)) as usize];
    let meter = if kind == Kind::Waltz { 3 } else { 4 };
    let mut beats = Vec::new();
    let mut t = 0.3 + chance.unit();
    let root = 110.0 * 2f64.powf((chance.unit() * 12.0).floor() / 12.0);
    let mut n = 0usize;
    while t < seconds - 1.0 {
        let pace = if kind == Kind::Drift { 1.0 + 0.05 * (t * 0.35 + seed as f64).sin() } else { 1.0 };
        let beat = 60.0 / (tempo * pace);
        let place = n % meter;
        beats.push(t);
        let chord = root * [1.0, 1.335, 1.498, 1.189][(n / meter) % 4];
        let eighth = t + beat * if kind == Kind::Swing { 0.667 } else { 0.5 };
        match kind {
            Kind::Arpeggio => {
                for i in 0..2 {
                    let loud = if i == 0 { 0.3 } else { 0.16 };
                    let note = chord * 2.0 * [1.0, 1.26, 1.5, 2.0][(2 * n + i) % 4];
                    tone(&mut samples, t + beat * 0.5 * i as f64, note, 0.005, beat * 1.2, loud);
                }
                if place == 0 {
                    tone(&mut samples, t, chord / 2.0, 0.005, beat * 3.0, 0.25);
                }
            }
            Kind::Pads => {
                if place == 0 {
                    for step in [1.0, 1.26, 1.5] {
                        tone(&mut samples, t, chord * 2.0 * step, 0.06, beat * meter as f64, 0.1);
                    }
                }
                tone(&mut samples, t, chord / 2.0, 0.02, beat * 0.8, 0.2);
            }
            _ => {
                if place == 0 || (meter == 4 && place == 2) {
                    drum(&mut samples, t, 55.0, 0.6);
                }
                if (meter == 4 && place % 2 == 1) || (meter == 3 && place > 0) {
                    hiss(&mut samples, &mut chance, t, 0.12, 0.3);
                }
                hiss(&mut samples, &mut chance, t, 0.03, 0.16);
                hiss(&mut samples, &mut chance, eighth, 0.03, 0.1);
                if kind == Kind::Syncopated && chance.unit() < 0.4 {
                    drum(&mut samples, eighth, 55.0, 0.5);
                }
                if place == 0 {
                    tone(&mut samples, t, chord, 0.01, beat * meter as f64, 0.12);
                }
            }
        }
        t += beat;
        n += 1;
    }
    if kind == Kind::Noisy {
        samples.iter_mut().for_each(|s| *s += 0.08 * (chance.unit() as f32 - 0.5));
    }
    Piece { samples, beats }
}

fn at(samples: &mut [f32], from: f64, seconds: f64, wave: impl Fn(f64) -> f64) {
    let first = (from * f64::from(SAMPLE_RATE)) as usize;
    let len = (seconds * f64::from(SAMPLE_RATE)) as usize;
    for (i, s) in samples.iter_mut().skip(first).take(len).enumerate() {
        *s += wave(i as f64 / f64::from(SAMPLE_RATE)) as f32;
    }
}

fn tone(samples: &mut [f32], from: f64, hertz: f64, attack: f64, seconds: f64, loud: f64) {
    at(samples, from, seconds, |t| {
        let shape = (t / attack).min(1.0) * (1.0 - t / seconds) * (-1.5 * t).exp();
        let sum: f64 =
            (1..6).map(|h| (std::f64::consts::TAU * hertz * f64::from(h) * t).sin() / f64::from(h * h)).sum();
        loud * shape * sum
    });
}

fn drum(samples: &mut [f32], from: f64, hertz: f64, loud: f64) {
    at(samples, from, 0.2, |t| {
        loud * (-18.0 * t).exp() * (std::f64::consts::TAU * hertz * (t + 0.02 * (1.0 - (-40.0 * t).exp()))).sin()
    });
}

fn hiss(samples: &mut [f32], chance: &mut Chance, from: f64, seconds: f64, loud: f64) {
    let noise: Vec<f64> = (0..(seconds * f64::from(SAMPLE_RATE)) as usize + 1).map(|_| chance.unit() - 0.5).collect();
    at(samples, from, seconds, |t| {
        loud * (-5.0 * t / seconds).exp() * 2.0 * noise[(t * f64::from(SAMPLE_RATE)) as usize]
    });
}

/// Harmonic mean of precision and recall of `found` against `known`, each matched once within `window` seconds.
pub(crate) fn f_measure(known: &[f64], found: &[f64], window: f64) -> f64 {
    let (mut hits, mut j) = (0usize, 0usize);
    for k in known {
        while j < found.len() && found[j] < k - window {
            j += 1;
        }
        if j < found.len() && found[j] <= k + window {
            hits += 1;
            j += 1;
        }
    }
    if known.len() + found.len() == 0 { 1.0 } else { 2.0 * hits as f64 / (known.len() + found.len()) as f64 }
}
