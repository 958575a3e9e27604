//! Films and briefs that cannot give a common trailer: a clear error or a stated fallback.

mod laws;
mod world;

use std::sync::Arc;

use catalogue::{Shot, Signals, Snapshot};
use director::{Brief, DirectorError, ShotRef, rate, trailer};
use film::{Clock, FrameRange, Into, Rate, TimeBase};
use timeline::Canvas;
use world::World;

/// A film of shots of these lengths.
fn film(lengths: &[i64]) -> Snapshot {
    let mut film = World { shots: lengths.len().max(1), credits: false, ..World::new(31) }.film();
    let reel = &mut film.reels[0];
    let mut at = 0;
    let template = reel.shots[0].clone();
    reel.shots = lengths
        .iter()
        .enumerate()
        .map(|(index, &len)| {
            let range = FrameRange::at(at, len);
            at += len;
            let mut shot =
                Shot { index: index as u32, range, clean: range, key_frame: range.middle(), ..template.clone() };
            shot.into = if index == 0 { Into::Start } else { Into::Cut };
            shot.transition = None;
            shot.attributes.setup = index as u32;
            shot.attributes.blank = 0.0;
            shot.attributes.lettering = 0.0;
            shot
        })
        .collect();
    let n = at as usize;
    reel.clock = Clock::Constant { rate: Rate::FILM, frames: at };
    reel.signals =
        Arc::new(Signals { luma: vec![0.4; n], contrast: vec![0.2; n], sharpness: vec![0.5; n], ..Signals::default() });
    reel.sound = None;
    reel.has_sound = false;
    reel.lines.clear();
    film
}

fn refused(film: &Snapshot, brief: &Brief) -> DirectorError {
    let error = trailer(film, brief).expect_err("it cannot be done");
    let words = error.to_string();
    assert!(words.len() > 40, "says too little: {words}");
    error
}

#[test]
fn one_shot() {
    let film = film(&[2400]);
    let brief = Brief::new(10 * 24);
    let timeline = trailer(&film, &brief).unwrap();
    laws::keep(&film, &brief, &timeline, "one shot");
    assert!(timeline.notes.iter().any(|n| n.text.contains("too few shots")));
}

#[test]
fn a_few_shots() {
    for lengths in [&[100, 30, 90, 12, 200][..], &[9, 9, 9, 300], &[60; 12], &[24; 40]] {
        let film = film(lengths);
        for seconds in [4, 6, 10] {
            let brief = Brief { credits: vec!["Somebody".into()], ..Brief::new(seconds * 24) };
            let case = format!("{lengths:?}, {seconds} s");
            match trailer(&film, &brief) {
                Ok(timeline) => laws::keep(&film, &brief, &timeline, &case),
                Err(error) => assert!(matches!(error, DirectorError::TooShort { .. }), "{case}: {error}"),
            }
        }
    }
}

#[test]
fn one_frame_and_nothing() {
    assert!(matches!(refused(&film(&[1]), &Brief::new(240)), DirectorError::NothingToShow { .. }));
    assert!(matches!(refused(&film(&[]), &Brief::new(240)), DirectorError::NoReel { .. }));
    let none = Snapshot { title: "None".into(), reels: Vec::new() };
    assert!(matches!(refused(&none, &Brief::new(240)), DirectorError::NoReel { .. }));
}

#[test]
fn all_black() {
    let mut film = film(&[200; 30]);
    let signals = Arc::make_mut(&mut film.reels[0].signals);
    signals.luma.fill(0.01);
    signals.contrast.fill(0.0);
    let error = refused(&film, &Brief::new(240));
    assert!(error.to_string().contains("30 are black or blank"), "{error}");
}

#[test]
fn shorter_than_the_trailer() {
    let film = film(&[48; 10]);
    let DirectorError::TooShort { longest, .. } = refused(&film, &Brief::new(60 * 24)) else { panic!() };
    let brief = Brief::new(longest);
    laws::keep(&film, &brief, &trailer(&film, &brief).unwrap(), "the longest there can be");
    assert!(matches!(refused(&film, &Brief::new(longest + 24)), DirectorError::TooShort { .. }));
}

#[test]
fn no_sound_no_signals_no_lettering() {
    let mut film = World { sound: false, credits: false, ..World::new(32) }.film();
    for shot in &mut film.reels[0].shots {
        shot.attributes = catalogue::Attributes { sharpness: 0.5, brightness: 0.4, ..Default::default() };
        shot.attributes.setup = shot.index;
    }
    film.reels[0].signals = Arc::default();
    let brief = Brief::new(30 * 24);
    let timeline = trailer(&film, &brief).unwrap();
    assert_eq!((timeline.len(), timeline.check()), (30 * 24, vec![]));
    let notes: Vec<_> = timeline.notes.iter().map(|n| n.text.as_str()).collect();
    assert!(notes.iter().any(|n| n.contains("silent")) && notes.iter().any(|n| n.contains("lettering")), "{notes:?}");
    let last = film.reels[0].clock.grid_len() * 95 / 100;
    assert!(
        timeline.clips().filter(|c| c.2.shot.is_some()).all(|c| c.2.source.start() < last),
        "the credits would be there"
    );
}

#[test]
fn variable_rate() {
    let mut film = World::new(33).film();
    let frames = film.reels[0].clock.grid_len();
    let pts: Vec<i64> = (0..frames).map(|f| f * 1000 / 24).collect();
    film.reels[0].clock =
        Clock::Variable { rate: Rate::FILM, base: TimeBase { num: 1, den: 1000 }, pts: pts.into(), last: 42 };
    let brief = Brief::new(30 * 24);
    let timeline = trailer(&film, &brief).unwrap();
    laws::keep(&film, &brief, &timeline, "variable rate");
    assert!(timeline.notes.iter().any(|n| n.text.contains("variable frame rate")));
}

#[test]
fn contradictory_briefs() {
    let film = World::new(34).film();
    let hash = film.reels[0].hash;
    let fit = |s: &&Shot| s.clean.len() > 60 && s.attributes.blank == 0.0 && s.attributes.lettering < 0.4;
    let good: Vec<ShotRef> =
        film.reels[0].shots.iter().filter(fit).map(|s| ShotRef { reel: hash, shot: s.index }).collect();
    let base = Brief::new(30 * 24);
    let must = |must: Vec<ShotRef>| Brief { must, ..base.clone() };

    let both = Brief { must_not: vec![good[3]], ..must(vec![good[3]]) };
    assert!(matches!(refused(&film, &both), DirectorError::Contradiction { .. }));
    let late = Brief { until: Some(0.5), ..must(vec![good[good.len() - 1]]) };
    assert!(matches!(refused(&film, &late), DirectorError::MustSpoils { .. }));
    let nowhere = ShotRef { reel: hash, shot: 9999 };
    assert!(matches!(refused(&film, &must(vec![nowhere])), DirectorError::NoSuchShot { .. }));
    assert!(matches!(refused(&film, &must(good[..100].to_vec())), DirectorError::TooManyMust { .. }));
    let credits = ShotRef { reel: hash, shot: film.reels[0].shots.len() as u32 - 1 };
    assert!(matches!(refused(&film, &must(vec![credits])), DirectorError::MustUnfit { .. }));
    let blank = film.reels[0].shots.iter().find(|s| s.attributes.blank == 1.0 && s.attributes.lettering < 0.4).unwrap();
    let blank = ShotRef { reel: hash, shot: blank.index };
    assert!(matches!(refused(&film, &must(vec![blank])), DirectorError::MustUnfit { .. }));
    assert!(matches!(refused(&film, &Brief::new(24)), DirectorError::Length { .. }));
    assert!(matches!(refused(&film, &Brief { until: Some(f32::NAN), ..base.clone() }), DirectorError::Until(_)));
    let odd = Brief { canvas: Some(Canvas { width: 853, height: 480 }), ..base.clone() };
    assert!(matches!(refused(&film, &odd), DirectorError::Canvas { .. }));

    // Many, but not too many.
    let many = must(good[..24].to_vec());
    laws::keep(&film, &many, &trailer(&film, &many).unwrap(), "many must be in");
}

#[test]
fn allowed_lettering_may_be_asked_for() {
    let film = World::new(35).film();
    let credits = film.reels[0].shots.iter().rev().find(|s| s.clean.len() > 40 && s.attributes.blank == 0.0).unwrap();
    let must = vec![ShotRef { reel: film.reels[0].hash, shot: credits.index }];
    let brief = Brief { must, allow_lettering: true, ..Brief::new(30 * 24) };
    laws::keep(&film, &brief, &trailer(&film, &brief).unwrap(), "lettering allowed");
}

#[test]
fn a_brief_survives_writing_and_leaves_may_be_left_out() {
    let brief = Brief { until: Some(0.7), credits: vec!["x".into()], ..Brief::new(720) };
    let written = serde_json::to_string(&brief).unwrap();
    assert_eq!(serde_json::from_str::<Brief>(&written).unwrap(), brief);
    assert_eq!(serde_json::from_str::<Brief>(r#"{"length":720}"#).unwrap(), Brief::new(720));
}

#[test]
fn a_long_film_is_drafted_fast() {
    let film = World { shots: 2600, pace: 2.2, ..World::new(36) }.film();
    let minutes = film.reels[0].clock.rate().seconds(film.reels[0].clock.grid_len()) / 60.0;
    assert!(minutes > 80.0, "{minutes}");
    let brief =
        Brief { music: Some(world::music(180.0, 120.0)), ..Brief::new(rate(&film).unwrap().frames_in_seconds(150.0)) };
    let begun = std::time::Instant::now();
    let timeline = trailer(&film, &brief).unwrap();
    let took = begun.elapsed();
    eprintln!("{minutes:.0} minutes, {} shots: drafted in {took:.2?}", film.reels[0].shots.len());
    laws::keep(&film, &brief, &timeline, "a long film");
    assert!(took.as_secs() < 30, "{took:?}");
}
