//! Listening to a whole sound track.

use ebur128::{EbuR128, Mode};
use film::{FrameRange, Rate};

use super::ear::{Ear, HERTZ, HOPS, Heard};
use super::kind::kinds;
use crate::snapshot::{SoundKind, SoundSignals, SoundSpan};

/// Samples a second that [`listen`] takes.
pub const SAMPLE_RATE: u32 = 48_000;
/// No track is louder than this on purpose (24 dB over full scale): what is, is damage, and would drown all else.
const LOUDEST: f32 = 16.0;
/// Shortest span of one kind, seconds.
const SHORTEST: f64 = 0.5;
/// Frames from one measured loudness to the next: each measure adds up the whole window anew.
const LOUDNESS_STEP: i64 = 3;
/// Below this level a frame is silent, dBFS.
const SILENT: f32 = -60.0;

/// Listens to a sound track: `more` appends the next stereo samples, interleaved at [`SAMPLE_RATE`], and says false when
/// there are no more; the values come for `frames` frames of `rate`.
///
/// Sample 0 is the first sample of frame 0. A track that ends early is silent from there on. Samples that are no numbers
/// count as silence.
pub fn listen<E>(
    mut more: impl FnMut(&mut Vec<f32>) -> Result<bool, E>,
    rate: Rate,
    frames: i64,
) -> Result<SoundSignals, E> {
    let mut meter =
        EbuR128::new(2, SAMPLE_RATE, Mode::M).expect("two channels at 48 kHz are within the meter's limits");
    let mut out = SoundSignals::default();
    let (mut ear, mut heard, mut thin) = (Ear::new(), Vec::new(), Thinner::default());
    let (mut held, mut narrow): (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
    let (mut ended, mut loudness) = (false, -70.0);
    for frame in 0..frames {
        let length = 2 * (rate.sample_at(frame + 1, SAMPLE_RATE) - rate.sample_at(frame, SAMPLE_RATE)) as usize;
        while held.len() < length && !ended {
            let from = held.len();
            ended = !more(&mut held)?;
            let sound = |s: f32| if s.is_finite() { s.clamp(-LOUDEST, LOUDEST) } else { 0.0 };
            held[from..].iter_mut().for_each(|s| *s = sound(*s));
        }
        held.resize(held.len().max(length), 0.0);
        let samples = &held[..length];
        let power = samples.iter().map(|s| f64::from(s * s)).sum::<f64>() / length.max(1) as f64;
        out.level.push(decibels(power).max(-90.0));
        meter.add_frames_f32(samples).expect("whole stereo frames");
        if frame % LOUDNESS_STEP == 0 {
            // The window of momentary loudness is the 400 ms up to here.
            let now = meter.loudness_momentary().unwrap_or(f64::NEG_INFINITY);
            loudness = if now.is_finite() { now.max(-70.0) as f32 } else { -70.0 };
        }
        out.loudness.push(loudness);
        narrow.clear();
        thin.take(samples, &mut narrow);
        ear.hear(&narrow, &mut heard);
        held.drain(..length);
    }
    ear.hear(&vec![0.0; HERTZ / 10], &mut heard);
    spread(&heard, rate, frames, &mut out);
    out.spans = spans(&out, rate);
    Ok(out)
}

fn decibels(power: f64) -> f32 {
    (10.0 * power.max(1e-12).log10()) as f32
}

/// Stereo at 48 kHz to mono at 12 kHz: the mean of four after a mean of four, enough against folding for what is measured.
#[derive(Default)]
struct Thinner {
    last: [f32; 8],
    at: usize,
}

impl Thinner {
    fn take(&mut self, stereo: &[f32], out: &mut Vec<f32>) {
        // A raised cosine over eight samples.
        const WEIGHTS: [f32; 8] = [0.0190, 0.0765, 0.1735, 0.2310, 0.2310, 0.1735, 0.0765, 0.0190];
        for pair in stereo.chunks_exact(2) {
            self.last[self.at % 8] = 0.5 * (pair[0] + pair[1]);
            self.at += 1;
            if self.at.is_multiple_of(4) {
                out.push((0..8).map(|i| self.last[(self.at + i) % 8] * WEIGHTS[i]).sum());
            }
        }
    }
}

/// The hundredths of a second as frames.
fn spread(heard: &[Heard], rate: Rate, frames: i64, out: &mut SoundSignals) {
    let kinds = kinds(heard);
    let loud = (heard.iter().map(|h| f64::from(h.flux)).sum::<f64>() / heard.len().max(1) as f64) as f32;
    for frame in 0..frames {
        let hop = |frame: i64| (rate.seconds(frame) * HOPS as f64).round() as usize;
        let (a, b) = (hop(frame).min(heard.len().saturating_sub(1)), hop(frame + 1).min(heard.len()).max(1));
        let a = a.min(b - 1);
        let mean = |of: &dyn Fn(usize) -> f32| (a..b).map(of).sum::<f32>() / (b - a) as f32;
        out.voice.push(mean(&|i| kinds[i].0));
        out.music.push(mean(&|i| kinds[i].1));
        let peak = (a..b).map(|i| heard[i].flux).fold(0.0, f32::max);
        out.onset.push((peak / (8.0 * loud).max(1e-3)).min(1.0));
    }
}

/// Frames of one kind in a row; spans shorter than half a second join what is before them.
fn spans(sound: &SoundSignals, rate: Rate) -> Vec<SoundSpan> {
    let kind = |i: usize| {
        if sound.level[i] < SILENT && sound.loudness[i] < SILENT {
            (SoundKind::Silence, 1.0)
        } else if sound.voice[i] > 0.5 && sound.voice[i] >= sound.music[i] {
            (SoundKind::Speech, sound.voice[i])
        } else if sound.music[i] > 0.5 {
            (SoundKind::Music, sound.music[i])
        } else {
            (SoundKind::Other, 1.0 - sound.voice[i].max(sound.music[i]))
        }
    };
    let mut rows: Vec<(SoundKind, usize, usize, f32)> = Vec::new();
    for i in 0..sound.level.len() {
        let (kind, sure) = kind(i);
        match rows.last_mut() {
            Some(row) if row.0 == kind => (row.2, row.3) = (i + 1, row.3 + sure),
            _ => rows.push((kind, i, i + 1, sure)),
        }
    }
    let least = rate.frames_in_seconds(SHORTEST).max(1) as usize;
    let mut joined: Vec<(SoundKind, usize, usize, f32)> = Vec::new();
    for row in rows {
        match joined.last_mut() {
            Some(last) if last.0 == row.0 || row.2 - row.1 < least => (last.2, last.3) = (row.2, last.3 + row.3),
            // What begins too short becomes what follows it.
            Some(last) if last.2 - last.1 < least => *last = (row.0, last.1, row.2, last.3 + row.3),
            _ => joined.push(row),
        }
    }
    let span = |(kind, a, b, sure): (SoundKind, usize, usize, f32)| SoundSpan {
        range: FrameRange::new(a as i64, b as i64),
        kind,
        confidence: (sure / (b - a) as f32).clamp(0.0, 1.0),
    };
    joined.into_iter().map(span).collect()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::path::Path;

    use super::*;

    const SECONDS: i64 = 12;

    fn of(wave: impl Fn(f64) -> f32) -> SoundSignals {
        let mut at = 0i64;
        let more = |out: &mut Vec<f32>| {
            for _ in 0..4800 {
                let s = wave(at as f64 / 48_000.0);
                out.extend([s, s]);
                at += 1;
            }
            Ok::<bool, Infallible>(at < SECONDS * 48_000)
        };
        listen(more, Rate::FILM, SECONDS * 24).unwrap()
    }

    fn mean(values: &[f32]) -> f32 {
        values.iter().sum::<f32>() / values.len() as f32
    }

    /// Syllables: a gliding pitch through two formants, four a second, with a pause after every sixth.
    fn voice(t: f64) -> f32 {
        let syllable = t * 4.0;
        let within = syllable.fract();
        if (syllable as i64) % 6 == 5 || within > 0.75 {
            return 0.0;
        }
        let pitch = 110.0 + 18.0 * (t * 5.0).sin();
        let phase = 110.0 * t - 18.0 / 5.0 * (t * 5.0).cos();
        let formant = |f: f64, c: f64| (-((f - c) / 250.0).powi(2)).exp();
        let vowel = [(700.0, 1200.0), (400.0, 2000.0), (500.0, 900.0)][(syllable as usize) % 3];
        let sum: f64 = (1..30)
            .map(|h| {
                let f = pitch * f64::from(h);
                (formant(f, vowel.0) + 0.6 * formant(f, vowel.1) + 0.05)
                    * (2.0 * std::f64::consts::PI * f64::from(h) * phase).sin()
            })
            .sum();
        (0.1 * sum * (std::f64::consts::PI * within / 0.75).sin()) as f32
    }

    /// A pad of three notes that changes every two seconds.
    fn pad(t: f64) -> f32 {
        let root = [220.0, 174.6, 196.0][(t / 2.0) as usize % 3];
        let note = |f: f64| {
            (1..5).map(|h| (2.0 * std::f64::consts::PI * f * f64::from(h) * t).sin() / f64::from(h)).sum::<f64>()
        };
        (0.06 * (note(root) + note(root * 1.25) + note(root * 1.5))) as f32
    }

    #[test]
    fn voice_and_music_are_told_apart() {
        let (speech, music, silence) = (of(voice), of(pad), of(|_| 0.0));
        assert!(mean(&speech.voice) > 0.7, "{}", mean(&speech.voice));
        assert!(mean(&speech.music) < 0.4, "{}", mean(&speech.music));
        assert!(mean(&music.voice) < 0.3, "{}", mean(&music.voice));
        assert!(mean(&music.music) > 0.6, "{}", mean(&music.music));
        assert_eq!(silence.spans.len(), 1);
        assert_eq!(silence.spans[0].kind, SoundKind::Silence);
        assert!(silence.loudness.iter().all(|&l| l == -70.0));
        assert!(mean(&silence.voice) == 0.0);
    }

    #[test]
    fn attacks_and_levels_stand_at_their_frames() {
        // It begins at once and dies away, so that its end is no attack.
        let beep = |t: f64| if (5.0..6.0).contains(&t) { (t * 6000.0).sin() as f32 * (6.0 - t) as f32 } else { 0.0 };
        let sound = of(beep);
        let strongest = (0..sound.onset.len()).max_by(|&a, &b| sound.onset[a].total_cmp(&sound.onset[b])).unwrap();
        assert!((119..=121).contains(&strongest), "{strongest}");
        assert!(sound.level[119] <= -60.0 && sound.level[120] > -12.0 && sound.level[145] <= -60.0);
    }

    #[test]
    fn damaged_samples_give_numbers_in_bounds() {
        let waves: [fn(f64) -> f32; 3] = [
            |_| f32::NAN,
            |t| if t < 6.0 { f32::MAX * (t * 3000.0).sin() as f32 } else { f32::NEG_INFINITY },
            |t| if (t * 48_000.0) as i64 % 1000 == 0 { f32::MAX } else { 1e-40 },
        ];
        for sound in waves.map(of) {
            let shares = [&sound.voice, &sound.music, &sound.onset];
            assert!(shares.iter().all(|v| v.iter().all(|v| (0.0..=1.0).contains(v))));
            assert!(sound.level.iter().all(|l| (-90.0..=30.0).contains(l)));
            assert!(sound.loudness.iter().all(|l| (-70.0..=40.0).contains(l)));
        }
    }

    #[test]
    fn frames_are_cut_at_their_exact_samples_however_sound_arrives() {
        let rate: Rate = "29.97".parse().unwrap();
        // Noise from the very first sample of frame 997 to the very last of frame 998.
        let (from, to) = (rate.sample_at(997, SAMPLE_RATE), rate.sample_at(999, SAMPLE_RATE));
        let heard = |chunk: i64| {
            let (mut at, mut seed) = (0i64, 1u32);
            let more = |out: &mut Vec<f32>| {
                for _ in 0..chunk {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let s = if (from..to).contains(&at) { seed as i32 as f32 / 2.0f32.powi(32) } else { 0.0 };
                    out.extend([s, -0.5 * s]);
                    at += 1;
                }
                Ok::<bool, Infallible>(at < 40 * 48_000)
            };
            listen(more, rate, 1100).unwrap()
        };
        let sound = heard(1024);
        assert_eq!(sound, heard(1), "by single samples");
        assert_eq!(sound, heard(77_777), "by seconds");
        let loud: Vec<usize> = (0..1100).filter(|&f| sound.level[f] > -90.0).collect();
        assert_eq!(loud, [997, 998]);
    }

    #[test]
    fn a_tone_is_as_loud_as_the_standard_says() {
        // EBU Tech 3341, case 1: 1 kHz at -23 dBFS in both channels is -23 LUFS within 0.1.
        let amplitude = 10f64.powf(-23.0 / 20.0);
        let sound = of(|t| (amplitude * (2.0 * std::f64::consts::PI * 1000.0 * t).sin()) as f32);
        assert!(sound.loudness[24..].iter().all(|l| (l + 23.0).abs() < 0.1), "{:?}", &sound.loudness[24..30]);
        // A sine's RMS lies 3 dB below its peak.
        assert!(sound.level[1..].iter().all(|l| (l + 26.0).abs() < 0.1));
    }

    #[test]
    fn spans_follow_what_is_heard_and_cover_it() {
        let noise = |t: f64| {
            let x = ((t * 48_000.0).round() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let x = (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            0.1 * ((x >> 40) as f32 / (1u64 << 23) as f32 - 1.0)
        };
        let all = of(move |t| match t {
            t if t < 4.0 => voice(t),
            t if t < 8.0 => pad(t),
            t if t < 10.0 => 0.0,
            t => noise(t),
        });
        let next = |at: &mut i64, s: &SoundSpan| {
            let whole = s.range.start() == *at && (0.0..=1.0).contains(&s.confidence);
            *at = s.range.end();
            Some(whole)
        };
        assert!(all.spans.iter().scan(0, next).all(|whole| whole));
        assert_eq!(all.spans.last().unwrap().range.end(), SECONDS * 24);
        let at = |seconds: i64| all.spans.iter().find(|s| s.range.contains(seconds * 24)).unwrap().kind;
        assert_eq!((at(2), at(6), at(9)), (SoundKind::Speech, SoundKind::Music, SoundKind::Silence), "{:?}", all.spans);
        assert_eq!(at(11), SoundKind::Other, "noise is neither: {:?}", all.spans);
        // Where a note begins after silence there is a step, as before a syllable; but nobody speaks.
        let notes = of(|t| if t % 2.0 < 1.0 { (0.2 * (2764.0 * t).sin()) as f32 } else { 0.0 });
        assert!(notes.spans.iter().all(|s| s.kind != SoundKind::Speech), "{:?}", notes.spans);
        assert!(all.spans.iter().all(|s| s.range.len() >= 12), "{:?}", all.spans);
        assert!(
            of(|_| 0.0).spans.len() == 1
                && listen(|_| Ok::<bool, Infallible>(false), Rate::FILM, 0).unwrap().spans.is_empty()
        );
    }

    #[test]
    fn dialogue_of_a_real_trailer_sounds_like_voices() {
        let data = std::env::var_os("BOTTEGA_DATA").map_or_else(
            || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
            std::path::PathBuf::from,
        );
        let film = data.join("trailers/sintel_trailer_480x204_24fps.mp4");
        let lines = data.join("subtitles/sintel_trailer_vtt-demos/sintel.vtt");
        let Ok(probe) = media::probe(&film) else {
            eprintln!("SKIPPED: {} is not here", film.display());
            return;
        };
        let frames = media::index(&film, &probe).unwrap().frames();
        let mut sounds = media::Sounds::open(&film, &probe, 0, SAMPLE_RATE, 2).unwrap();
        let sound = listen(|out| sounds.read(out), Rate::FILM, frames).unwrap();
        let cues = media::subtitles::Subtitles::read(&lines).unwrap().cues;
        let inside = |f: usize| {
            let ms = f as i64 * 1000 / 24;
            cues.iter().any(|c| (c.start_ms..c.end_ms).contains(&ms))
        };
        let (said, unsaid): (Vec<usize>, Vec<usize>) = (0..frames as usize).partition(|&f| inside(f));
        let mut higher = 0.0;
        for &a in &said {
            higher += unsaid
                .iter()
                .map(|&b| match sound.voice[a].total_cmp(&sound.voice[b]) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                })
                .sum::<f64>();
        }
        let auc = higher / (said.len() * unsaid.len()) as f64;
        println!("area under the curve of voice, lines against the rest of the trailer: {auc:.3}");
        assert!(auc > 0.6, "{auc}");
    }
}
