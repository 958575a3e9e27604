//! How well beats are found: on music made here, whose beats are known, and in any real file.
//!
//! `beats` prints the benchmark: F-measure of the beats at ±70 ms and ±40 ms by kind of music, over seeds 1000 to 1009 (seeds
//! below 100 were used while building), with a bootstrap 95 % interval over pieces. `beats FILE` prints tempo, confidence,
//! sections and beats of a file; `beats FILE OUT.wav` also writes it with a click on every beat (needs nothing else).

use std::io::Write;
use std::path::Path;

use catalogue::music::{SAMPLE_RATE, hear};
use film::ContentHash;

#[path = "../tests/band/mod.rs"]
mod band;

use band::{KINDS, f_measure, play};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first() {
        None => benchmark(),
        Some(file) => real(Path::new(file), args.get(1).map(Path::new)),
    }
}

fn benchmark() {
    let mut all = Vec::new();
    println!("{:<12} {:>8} {:>8}", "kind", "F 70 ms", "F 40 ms");
    for kind in KINDS {
        let scores: Vec<(f64, f64)> = (1000..1010)
            .map(|seed| {
                let piece = play(kind, seed);
                let music = hear(&piece.samples, ContentHash::of(b""), Path::new("made"));
                (f_measure(&piece.beats, &music.beats, 0.070), f_measure(&piece.beats, &music.beats, 0.040))
            })
            .collect();
        let mean = |of: fn(&(f64, f64)) -> f64| scores.iter().map(of).sum::<f64>() / scores.len() as f64;
        println!("{:<12} {:>8.3} {:>8.3}", format!("{kind:?}"), mean(|s| s.0), mean(|s| s.1));
        all.extend(scores);
    }
    let mut chance = band::Chance(7);
    let mut means: Vec<f64> = (0..1000)
        .map(|_| {
            (0..all.len()).map(|_| all[(chance.unit() * all.len() as f64) as usize].0).sum::<f64>() / all.len() as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let mean = all.iter().map(|s| s.0).sum::<f64>() / all.len() as f64;
    println!("all {} pieces: F at 70 ms {mean:.3}, 95 % interval {:.3} to {:.3}", all.len(), means[25], means[974]);
}

fn real(file: &Path, out: Option<&Path>) {
    let mut sounds = media::Sounds::open_music(file, SAMPLE_RATE, 1).expect("a file with sound");
    let mut samples = Vec::new();
    while sounds.read(&mut samples).expect("sound that decodes") {}
    let begun = std::time::Instant::now();
    let music = hear(&samples, ContentHash::of(b""), file);
    println!("{:.1} s of music heard in {:.2} s", music.seconds, begun.elapsed().as_secs_f64());
    println!("{:.1} beats a minute, confidence {:.2}, {} beats", music.tempo, music.confidence, music.beats.len());
    for s in &music.sections {
        println!("  {:6.1} to {:6.1} s, energy {:.2}", s.start, s.end, s.energy);
    }
    println!("{:.2?}", music.beats);
    let Some(out) = out else { return };
    for (i, beat) in music.beats.iter().enumerate() {
        let pitch = if music.downbeats.contains(&(i as u32)) { 1600.0 } else { 1000.0 };
        let at = (beat * f64::from(SAMPLE_RATE)) as usize;
        for (k, s) in samples.iter_mut().skip(at).take(600).enumerate() {
            *s = 0.6 * *s
                + 0.4
                    * (k as f32 * pitch * std::f32::consts::TAU / SAMPLE_RATE as f32).sin()
                    * (1.0 - k as f32 / 600.0);
        }
    }
    let mut wav = Vec::new();
    let bytes = samples.len() as u32 * 2;
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    for (n, size) in [(16, 4), (1, 2), (1, 2), (SAMPLE_RATE, 4), (SAMPLE_RATE * 2, 4), (2, 2), (16, 2)] {
        wav.extend(&u32::to_le_bytes(n)[..size]);
    }
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    samples.iter().for_each(|s| wav.extend(((s.clamp(-1.0, 1.0) * 32767.0) as i16).to_le_bytes()));
    std::fs::File::create(out).and_then(|mut f| f.write_all(&wav)).expect("a file that can be written");
}
