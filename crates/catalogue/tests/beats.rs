//! Beats of music that a small band plays.

mod band;

use std::path::Path;

use band::{KINDS, f_measure, play};
use catalogue::Music;
use catalogue::music::{SAMPLE_RATE, hear};
use film::ContentHash;

fn heard(samples: &[f32]) -> Music {
    hear(samples, ContentHash::of(b""), Path::new("made"))
}

#[test]
fn beats_of_known_music() {
    let scores: Vec<f64> = KINDS
        .iter()
        .flat_map(|&kind| (2000..2003).map(move |seed| (kind, seed)))
        .map(|(kind, seed)| {
            let piece = play(kind, seed);
            f_measure(&piece.beats, &heard(&piece.samples).beats, 0.070)
        })
        .collect();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    assert!(mean >= 0.85, "{mean:.3} of {scores:.2?}");
}

#[test]
fn sound_without_a_beat_says_so() {
    let mut chance = band::Chance(5);
    let noise: Vec<f32> = (0..SAMPLE_RATE * 10).map(|_| 0.2 * (chance.unit() as f32 - 0.5)).collect();
    let (drums, noise) = (heard(&play(band::Kind::Drums, 3).samples).confidence, heard(&noise).confidence);
    assert!(noise < 0.25 && drums > 2.0 * noise, "noise {noise}, drums {drums}");
    for samples in [vec![], vec![0.0; 10], vec![0.0; SAMPLE_RATE as usize * 5], vec![f32::NAN; 50_000]] {
        let music = heard(&samples);
        assert!(music.beats.is_empty() && music.tempo == 0.0 && music.confidence == 0.0);
    }
}

#[test]
fn parts_are_told_by_their_energy() {
    let piece = play(band::Kind::Drums, 3);
    let quiet = piece.samples.len() / 2;
    let samples: Vec<f32> =
        piece.samples.iter().enumerate().map(|(i, s)| if i < quiet { 0.03 * s } else { *s }).collect();
    let music = heard(&samples);
    assert!(music.sections.len() >= 2, "{:?}", music.sections);
    assert!(music.sections.iter().any(|s| (s.start - 15.0).abs() < 1.5), "{:?}", music.sections);
    assert!(music.sections[0].energy < 0.4 && music.sections[music.sections.len() - 1].energy > 0.9);
    let covered = music.sections.windows(2).all(|w| w[0].end == w[1].start);
    assert!(covered && music.sections[0].start == 0.0);
}
