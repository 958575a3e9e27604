//! Every rule, broken once.

use film::{ContentHash, FrameRange, Rate};
use timeline::{
    Canvas, Clip, Fault, Fit, GainPoint, Item, Kind, Marker, Media, Point, ReelMedia, Reframe, Timeline, TitleCard,
    TitleStyle, Track, Transition, TransitionKind,
};

fn clip(start: i64, end: i64) -> Clip {
    let hash = Some(ContentHash::of(b"a"));
    let reel = ReelMedia { path: "a.mov".into(), hash, available: FrameRange::new(0, 100), rate: Rate::FILM };
    Clip::new("a", Media::Reel(reel), FrameRange::new(start, end))
}

fn item(start: i64, end: i64) -> Item {
    Item::Clip(Box::new(clip(start, end)))
}

fn passage(before: i64, after: i64) -> Item {
    Item::Transition(Transition { kind: TransitionKind::Dissolve, before, after, metadata: Default::default() })
}

fn cut(items: Vec<Item>) -> Timeline {
    let mut t = Timeline::new("cut", Rate::FILM, Canvas { width: 64, height: 36 });
    t.tracks.push(Track { items, ..Track::new("Picture", Kind::Picture) });
    t
}

fn faults(t: &Timeline) -> Vec<Fault> {
    t.check().into_iter().map(|flaw| flaw.fault).collect()
}

#[test]
fn what_is_allowed() {
    for items in [
        vec![],
        vec![item(0, 100)],
        vec![item(0, 96), passage(0, 4), item(20, 30)],
        vec![passage(0, 5), item(0, 10), passage(5, 0)],
        vec![Item::Gap(10), passage(5, 5), item(5, 20), passage(3, 3), Item::Gap(10)],
        vec![item(10, 20), passage(5, 5), item(10, 20), passage(5, 5), item(10, 20)],
    ] {
        let t = cut(items);
        assert_eq!(faults(&t), [], "{t:?}");
    }
}

#[test]
fn transitions_need_neighbors_frames_and_handles() {
    let fault = |items: Vec<Item>| match faults(&cut(items))[..] {
        [fault] => fault,
        ref other => panic!("{other:?}"),
    };
    assert!(matches!(fault(vec![item(10, 20), passage(0, 0), item(10, 20)]), Fault::TransitionLength { .. }));
    assert!(matches!(fault(vec![item(10, 20), passage(-1, 3), item(10, 20)]), Fault::TransitionLength { .. }));
    assert_eq!(fault(vec![Item::Gap(9), passage(2, 2), Item::Gap(9)]), Fault::TransitionNeighbors);
    assert_eq!(fault(vec![item(10, 20), passage(5, 1)]), Fault::TransitionReach { need: 1, have: 0 });
    let crowded = cut(vec![item(10, 20), passage(5, 6), item(10, 20), passage(5, 5), item(10, 20)]);
    assert_eq!(
        faults(&crowded),
        [Fault::TransitionReach { need: 6, have: 5 }, Fault::TransitionReach { need: 5, have: 4 }]
    );
    let short = FrameRange::new(98, 102);
    assert!(
        matches!(fault(vec![item(0, 98), passage(4, 4), item(10, 20)]), Fault::NoHandle { need, .. } if need == short)
    );
    assert!(
        matches!(fault(vec![item(0, 50), passage(4, 4), item(3, 20)]), Fault::NoHandle { need, .. } if need.start() == -1)
    );
}

#[test]
fn handles_count_in_the_reels_own_rate() {
    let mut out = clip(0, 90);
    if let Media::Reel(reel) = &mut out.media {
        reel.rate = "48".parse().unwrap();
    }
    assert_eq!(out.record_len(Rate::FILM), 45);
    assert_eq!(out.source_at(-3, Rate::FILM), -6);
    let with = |after| cut(vec![Item::Clip(Box::new(out.clone())), passage(0, after), item(0, 20)]);
    assert_eq!(faults(&with(5)), []);
    assert!(matches!(faults(&with(6))[..], [Fault::NoHandle { need, .. }] if need == FrameRange::new(90, 102)));
}

#[test]
fn everything_else() {
    let with = |change: &dyn Fn(&mut Clip)| {
        let mut c = clip(10, 20);
        change(&mut c);
        faults(&cut(vec![Item::Clip(Box::new(c))]))
    };
    assert!(matches!(with(&|c| c.source = FrameRange::new(95, 101))[..], [Fault::Outside { .. }]));
    assert!(matches!(with(&|c| c.source = FrameRange::new(5, 5))[..], [Fault::EmptyClip(_)]));
    assert!(matches!(with(&|c| c.source = FrameRange::new(0, i64::MAX))[..], [Fault::TooLong(_)]));
    let gain = |frame, db| GainPoint { frame, db };
    assert_eq!(with(&|c| c.gain = vec![gain(5, 0.0), gain(5, 1.0)]), [Fault::Gain]);
    assert_eq!(with(&|c| c.gain = vec![gain(5, f32::NAN)]), [Fault::Gain]);
    let frame = |x| Some(Reframe { fit: Fit::Fill, center: vec![Point { frame: 0, x, y: 0.5 }] });
    assert_eq!(with(&|c| c.reframe = frame(1.5)), [Fault::Reframe]);
    let blank = TitleCard { lines: vec![" ".into()], style: TitleStyle::Title };
    assert_eq!(with(&|c| c.media = Media::Title(blank.clone())), [Fault::BlankTitle]);
    assert_eq!(faults(&cut(vec![Item::Gap(0)])), [Fault::GapLength(0)]);
    assert_eq!(faults(&cut(vec![Item::Gap(-3), item(0, 9)])), [Fault::GapLength(-3)]);

    let mut t = cut(vec![item(0, 24)]);
    t.canvas.height = 35;
    t.rate = Rate::new(5000, 1).unwrap();
    t.tracks.insert(0, Track::new("Music", Kind::Sound));
    t.markers.push(Marker { name: "late".into(), range: FrameRange::new(4000, 6000), comment: String::new() });
    let words: Vec<String> = t.check().iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), 4, "{words:#?}");
    assert!(words[2].starts_with("track 2 \"Picture\": a picture track stands after a sound track; move"));
    assert!(words[3].contains("marker \"late\""));
}

#[test]
fn lookups() {
    let mut t = cut(vec![item(0, 10), Item::Gap(5), item(20, 30)]);
    t.tracks.push(Track { items: vec![Item::Gap(8), item(50, 54)], ..Track::new("Over", Kind::Picture) });
    t.tracks.push(Track { items: vec![item(0, 40)], ..Track::new("Sound", Kind::Sound) });
    assert_eq!((t.len(), t.seconds()), (40, 40.0 / 24.0));
    let shown = |frame| t.picture_at(frame).map(|(track, placed)| (track, placed.index, placed.record.start()));
    assert_eq!(shown(7), Some((0, 0, 0)));
    assert_eq!(shown(8), Some((1, 1, 8)), "the upper track hides the lower");
    assert_eq!(shown(12), None);
    assert_eq!(shown(15), Some((0, 2, 15)));
    assert_eq!(shown(25), None);
    let records: Vec<_> = t.clips().map(|(track, range, _)| (track, range.start(), range.end())).collect();
    assert_eq!(records, [(0, 0, 10), (0, 15, 25), (1, 8, 12), (2, 0, 40)]);
    let dissolve = cut(vec![item(10, 20), passage(2, 3), item(10, 20)]);
    let running: Vec<i64> = (0..20).filter(|&f| dissolve.tracks[0].transition_at(f, dissolve.rate).is_some()).collect();
    assert_eq!(running, [8, 9, 10, 11, 12]);
}
