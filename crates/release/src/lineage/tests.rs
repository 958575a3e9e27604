//! What a cut is made of, on hand-made timelines.

use film::Rate;
use timeline::{Canvas, TitleCard, TitleStyle, Transition, TransitionKind};

use super::*;

fn reel(name: &str, known: bool) -> Media {
    Media::Reel(ReelMedia {
        path: format!("/films/{name}").into(),
        hash: known.then(|| ContentHash::of(name.as_bytes())),
        available: FrameRange::new(0, 10_000),
        rate: Rate::FILM,
    })
}

fn clip(name: &str, start: i64, end: i64) -> Item {
    Item::Clip(Box::new(Clip::new(name, reel(name, true), FrameRange::new(start, end))))
}

fn cut(picture: Vec<Item>, sound: Vec<Item>) -> Timeline {
    let mut timeline = Timeline::new("cut", Rate::FILM, Canvas { width: 1920, height: 1080 });
    timeline.tracks.push(Track { items: picture, ..Track::new("Picture", Kind::Picture) });
    timeline.tracks.push(Track { items: sound, ..Track::new("Sound", Kind::Sound) });
    timeline
}

/// `a.mov` has shots of 100 frames up to frame 300; `made.mov` was made; anything else is no film.
fn read(timeline: &Timeline) -> Lineage {
    let a = ContentHash::of(b"a.mov");
    let made = ContentHash::of(b"made.mov");
    let shots = |hash: &ContentHash, frames: FrameRange| -> Vec<Found> {
        if *hash == made {
            return vec![Found { title: "Made".into(), shot: None, frames }];
        }
        if *hash != a {
            return Vec::new();
        }
        let shot = |n: i64| Found {
            title: "Notte Rossa".into(),
            shot: Some(n as u32 + 1),
            frames: FrameRange::new(100 * n, 100 * n + 100),
        };
        (0..3).map(shot).collect()
    };
    let origin = |hash: &ContentHash, _: FrameRange| {
        if *hash == a {
            Some(Origin::Real)
        } else if *hash == made {
            Some(Origin::Generated(Made { model: "m:x".into(), persons: vec!["p:a".into()], ..Made::default() }))
        } else {
            None
        }
    };
    lineage(timeline, &Library { shots: &shots, origin: &origin })
}

#[test]
fn a_clip_over_several_shots_is_a_use_of_each() {
    let found = read(&cut(vec![clip("a.mov", 50, 250)], vec![clip("a.mov", 50, 250)]));
    let seen: Vec<_> = found.uses.iter().map(|u| (u.shot, u.record.unwrap(), u.picture, u.sound)).collect();
    assert_eq!(
        seen,
        [(Some(1), (0, 50), true, true), (Some(2), (50, 150), true, true), (Some(3), (150, 200), true, true)]
    );
    assert!((found.uses.iter().map(|u| u.seconds).sum::<f64>() - 200.0 / 24.0).abs() < 1e-9);
    assert_eq!(found.shares, Shares { real: 200, ..Shares::default() });
}

#[test]
fn a_source_is_where_the_frames_lie_in_their_reel() {
    // The second half again, its sound with it, and other sound of the same reel.
    let picture = vec![clip("a.mov", 50, 250), clip("a.mov", 150, 200), clip("a.mov", 150, 200)];
    let found = read(&cut(picture, vec![clip("a.mov", 50, 250), clip("a.mov", 120, 170)]));
    let seen: Vec<_> = found.sources.iter().map(|s| (s.shot.unwrap(), s.frames.unwrap())).collect();
    let range = FrameRange::new;
    assert_eq!(
        seen,
        [(1, range(50, 100)), (2, range(100, 200)), (3, range(200, 250)), (2, range(150, 200)), (2, range(120, 170))]
    );
    assert!(found.sources.iter().all(|s| s.title == "Notte Rossa" && s.reel == Some(ContentHash::of(b"a.mov"))));
    let missing = Item::Clip(Box::new(Clip::new("Night Train #3", Media::Missing, FrameRange::new(0, 12))));
    let found = read(&cut(vec![missing], Vec::new()));
    assert_eq!((found.sources[0].title.as_str(), found.sources[0].frames), ("Night Train #3", None));
}

#[test]
fn what_no_shot_holds_has_none() {
    let found = read(&cut(vec![clip("a.mov", 250, 350), clip("b.mov", 0, 10)], Vec::new()));
    let seen: Vec<_> = found.uses.iter().map(|u| (u.title.as_str(), u.shot, u.record.unwrap())).collect();
    assert_eq!(
        seen,
        [("Notte Rossa", Some(3), (0, 50)), ("Notte Rossa", None, (50, 100)), ("b.mov", None, (100, 110))]
    );
    assert_eq!((found.shares.real, found.shares.unknown), (100, 10));
}

#[test]
fn music_is_named_by_file_and_lettering_is_no_use() {
    let card = TitleCard { lines: vec!["NOTTE".into()], style: TitleStyle::Title };
    let card = Item::Clip(Box::new(Clip::new("card", Media::Title(card), FrameRange::new(0, 48))));
    let found = read(&cut(vec![card], vec![clip("song.wav", 0, 20), clip("song.wav", 40, 48)]));
    assert!(found.uses.is_empty());
    assert_eq!(found.music, ["song.wav"]);
    assert_eq!(found.shares.lettering, 48);
}

#[test]
fn a_transition_uses_what_it_shows_past_the_cut() {
    let mix = Transition { kind: TransitionKind::Dissolve, before: 6, after: 6, metadata: serde_json::Map::new() };
    let found = read(&cut(vec![clip("a.mov", 0, 100), Item::Transition(mix), clip("a.mov", 200, 300)], Vec::new()));
    let seen: Vec<_> = found.uses.iter().map(|u| (u.shot.unwrap(), u.record.unwrap())).collect();
    assert_eq!(seen, [(1, (0, 100)), (2, (94, 100)), (2, (100, 106)), (3, (100, 200))]);
}

#[test]
fn what_a_model_made_says_so() {
    let found = read(&cut(vec![clip("made.mov", 0, 24), clip("a.mov", 0, 24)], Vec::new()));
    assert_eq!(found.uses[0].made.as_ref().unwrap().model, "m:x");
    assert_eq!(found.shares, Shares { real: 24, generated: 24, ..Shares::default() });
    assert_eq!(found.shares.part(found.shares.generated), 0.5);
}

#[test]
fn a_medium_that_is_not_said_is_a_use_of_what_its_name_says() {
    let missing = Item::Clip(Box::new(Clip::new("Night Train #3", Media::Missing, FrameRange::new(0, 12))));
    let unhashed = Item::Clip(Box::new(Clip::new("x", reel("c.mov", false), FrameRange::new(0, 12))));
    let found = read(&cut(vec![missing, unhashed], Vec::new()));
    assert_eq!((found.uses[0].title.as_str(), found.uses[1].title.as_str()), ("Night Train #3", "c.mov"));
    assert_eq!(found.shares.unknown, 24);
    assert_eq!(read(&cut(Vec::new(), Vec::new())), Lineage::default());
}
