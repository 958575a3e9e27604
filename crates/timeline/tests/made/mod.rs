//! Timelines made by chance, clean by construction or nearly so.

use film::{ContentHash, FrameRange, Rate};
use proptest::prelude::*;
use timeline::{
    Alternative, Canvas, Clip, Fit, GainPoint, Item, Kind, Marker, Media, Note, Place, Point, ReelMedia, Reframe,
    Timeline, TitleCard, TitleStyle, Track, Transition, TransitionKind,
};

pub(crate) fn rates() -> impl Strategy<Value = Rate> {
    prop::sample::select(vec!["24", "24000/1001", "25", "30000/1001", "30", "50", "60000/1001"])
        .prop_map(|text| text.parse().unwrap())
}

fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{1,8}", Just("A \"quoted\"\nname, 100% #1 映画 🎬".to_owned())]
}

/// A reel of 200 frames at the timeline's rate, or sometimes at another.
pub(crate) fn clip(rate: Rate) -> impl Strategy<Value = Clip> {
    let path =
        prop_oneof![words().prop_map(|w| format!("../films/{w}.mov")), words().prop_map(|w| format!("/films/{w}"))];
    let media_rate = prop_oneof![4 => Just(rate), 1 => rates()];
    let parts = (words(), path, media_rate, 0i64..150, 2i64..50, any::<Option<bool>>(), any::<bool>());
    parts.prop_map(move |(name, path, media_rate, start, len, gain, title)| {
        let media = Media::Reel(ReelMedia {
            hash: (start % 3 != 0).then(|| ContentHash::of(path.as_bytes())),
            path: path.into(),
            available: FrameRange::new(0, 200),
            rate: media_rate,
        });
        let card = TitleCard { lines: vec![name.clone() + "."], style: TitleStyle::Card };
        let media = if title && len % 5 == 0 { Media::Title(card) } else { media };
        let mut clip = Clip::new(name, media, FrameRange::at(start, len));
        if let Some(fill) = gain {
            clip.gain = vec![GainPoint { frame: 0, db: -6.5 }, GainPoint { frame: len, db: 0.0 }];
            clip.why = vec!["it is quiet".into(), "and sharp".into()];
            clip.shot = Some(len as u32);
            clip.alternatives = vec![Alternative {
                reel: ContentHash::of(b"other"),
                shot: 3,
                source: FrameRange::at(start, 9),
                score: 0.875,
                why: "dark".into(),
            }];
            let fit = if fill { Fit::Fill } else { Fit::Letterbox };
            clip.reframe = Some(Reframe { fit, center: vec![Point { frame: 1, x: 0.25, y: 0.5 }] });
        }
        clip
    })
}

fn track(rate: Rate, kind: Kind) -> impl Strategy<Value = Track> {
    let item = prop_oneof![
        4 => clip(rate).prop_map(|c| Item::Clip(Box::new(c))),
        1 => (1i64..30).prop_map(Item::Gap),
        1 => (0i64..6, 0i64..6, 0usize..3).prop_map(|(before, after, kind)| Item::Transition(Transition {
            kind: [TransitionKind::Dissolve, TransitionKind::DipToBlack, TransitionKind::DipToWhite][kind],
            before,
            after,
            metadata: Default::default(),
        })),
    ];
    (words(), prop::collection::vec(item, 0..9))
        .prop_map(move |(name, items)| Track { items, ..Track::new(name, kind) })
}

/// A timeline that passes [`Timeline::check`]: items that would not are left out of it.
pub(crate) fn timelines() -> impl Strategy<Value = Timeline> {
    let tracks = |rate| {
        let pictures = prop::collection::vec(track(rate, Kind::Picture), 0..3);
        (Just(rate), words(), pictures, prop::collection::vec(track(rate, Kind::Sound), 0..3), 0usize..40)
    };
    rates().prop_flat_map(tracks).prop_map(|(rate, name, pictures, sounds, mark)| {
        let mut t = Timeline::new(name, rate, Canvas { width: 1280, height: 720 });
        t.tracks = pictures.into_iter().chain(sounds).collect();
        loop {
            let bad = t.check().into_iter().find_map(|flaw| match flaw.place {
                Place::Item { track, item, .. } => Some((track, item)),
                _ => None,
            });
            let Some((track, item)) = bad else { break };
            t.tracks[track].items.remove(item);
        }
        let range = FrameRange::new(0, t.len().min(mark as i64));
        t.markers.push(Marker { name: "hook".into(), range, comment: "it begins".into() });
        t.notes.push(Note { author: "Ada".into(), range, text: "longer?".into() });
        assert_eq!(t.check(), []);
        t
    })
}
