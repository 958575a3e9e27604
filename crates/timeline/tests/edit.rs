//! Edits by chance keep a clean timeline clean, and every length is what an editor would reckon.

mod made;

use film::FrameRange;
use proptest::prelude::*;
use timeline::edit::{Edge, EditError, Manner};
use timeline::{Clip, Item, Timeline};

#[derive(Clone, Debug)]
enum Act {
    Insert(i64),
    Overwrite(i64),
    Split(i64),
    Lift(i64, i64),
    Extract(i64, i64),
    Move(usize, usize, i64, Manner),
    Ripple(usize, Edge, i64),
    Roll(usize, i64),
    Slip(usize, i64),
}

fn acts() -> impl Strategy<Value = Act> {
    let at = -2i64..260;
    let by = -30i64..30;
    let item = 0usize..10;
    let edge = prop_oneof![Just(Edge::Head), Just(Edge::Tail)];
    let manner = prop_oneof![Just(Manner::Insert), Just(Manner::Overwrite)];
    prop_oneof![
        at.clone().prop_map(Act::Insert),
        at.clone().prop_map(Act::Overwrite),
        at.clone().prop_map(Act::Split),
        (at.clone(), 0i64..40).prop_map(|(a, n)| Act::Lift(a, n)),
        (at.clone(), 0i64..40).prop_map(|(a, n)| Act::Extract(a, n)),
        (item.clone(), 0usize..4, at, manner).prop_map(|(i, t, a, m)| Act::Move(i, t, a, m)),
        (item.clone(), edge, by.clone()).prop_map(|(i, e, b)| Act::Ripple(i, e, b)),
        (item.clone(), by.clone()).prop_map(|(i, b)| Act::Roll(i, b)),
        (item, by).prop_map(|(i, b)| Act::Slip(i, b)),
    ]
}

/// Does an act and gives the length that its track should have after.
fn act(t: &mut Timeline, track: usize, clip: Clip, act: &Act) -> Result<i64, EditError> {
    let len = |t: &Timeline| t.tracks.get(track).map_or(0, |x| x.len(t.rate));
    let (before, new) = (len(t), clip.record_len(t.rate));
    Ok(match *act {
        Act::Insert(at) => t.insert(track, at, clip).map(|_| before.max(at) + new)?,
        Act::Overwrite(at) => t.overwrite(track, at, clip).map(|_| before.max(at + new))?,
        Act::Split(at) => t.split(track, at).map(|_| before)?,
        Act::Lift(at, n) => t.lift(track, FrameRange::at(at, n)).map(|_| before)?,
        Act::Extract(at, n) => t.extract(track, FrameRange::at(at, n)).map(|_| before - n)?,
        Act::Move(item, onto, to, manner) => {
            let placed = t.tracks.get(track).and_then(|x| x.placed(t.rate).nth(item));
            let (start, moved) = placed.map_or((0, 0), |p| (p.record.start(), p.record.len()));
            t.move_clip((track, item), (onto, to), manner)?;
            match (onto == track, manner) {
                (true, Manner::Insert) if to > start => before.max((to - moved).max(start) + moved),
                (true, Manner::Insert) => before,
                (true, Manner::Overwrite) => before.max(to + moved),
                (false, Manner::Insert) => before - moved,
                (false, Manner::Overwrite) => before,
            }
        }
        Act::Ripple(item, edge, by) => {
            t.ripple(track, item, edge, by).map(|()| before + if edge == Edge::Tail { by } else { -by })?
        }
        Act::Roll(item, by) => t.roll(track, item, by).map(|()| before)?,
        Act::Slip(item, by) => t.slip(track, item, by).map(|()| before)?,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn edits_keep_a_clean_timeline_clean(
        (mut t, steps) in made::timelines().prop_flat_map(|t| {
            let step = (0usize..5, made::clip(t.rate), acts());
            (Just(t), prop::collection::vec(step, 1..16))
        })
    ) {
        // Marks stay where they are while the edit changes under them.
        t.markers.clear();
        t.notes.clear();
        for (track, clip, step) in steps {
            let before = t.clone();
            match act(&mut t, track, clip, &step) {
                Ok(len) => prop_assert_eq!(t.tracks[track].len(t.rate), len, "{:?}", &step),
                Err(error) => {
                    prop_assert_eq!(&t, &before, "refused, and changed all the same: {}", &error);
                    prop_assert!(error.to_string().contains(';'), "no way out: {}", error);
                }
            }
            prop_assert_eq!(t.check(), vec![], "after {:?}", &step);
        }
    }

    /// A cut changes nothing that is seen or heard, and taking what was put in brings back what was.
    #[test]
    fn a_split_shows_the_same_pictures(mut t in made::timelines(), at in 0i64..200, made in made::clip(film::Rate::FILM)) {
        for track in 0..t.tracks.len() {
            let pictures = |t: &Timeline| -> Vec<_> {
                (0..t.tracks[track].len(t.rate)).map(|f| {
                    let placed = t.tracks[track].at(f, t.rate).unwrap();
                    placed.clip().map(|c| {
                        let gain: Vec<_> = c.gain.iter().map(|p| p.frame + placed.record.start()).collect();
                        (c.name.clone(), c.reel().map(|r| r.rate == t.rate), c.source_at(f - placed.record.start(), t.rate), gain)
                    })
                }).collect()
            };
            let same_rate = t.tracks[track].items.iter().all(|i| match i {
                Item::Clip(c) => c.source_rate(t.rate) == t.rate,
                _ => true,
            });
            let before = pictures(&t);
            if same_rate && t.split(track, at).is_ok() {
                prop_assert_eq!(pictures(&t), before.clone());
                let len = made.record_len(t.rate);
                t.insert(track, at, made.clone()).unwrap();
                t.extract(track, FrameRange::at(at, len)).unwrap();
                prop_assert_eq!(pictures(&t), before);
            }
        }
    }
}

fn reel(name: &str, start: i64, end: i64) -> Item {
    let media = timeline::ReelMedia {
        path: format!("{name}.mov").into(),
        hash: None,
        available: FrameRange::new(0, 100),
        rate: film::Rate::FILM,
    };
    Item::Clip(Box::new(Clip::new(name, timeline::Media::Reel(media), FrameRange::new(start, end))))
}

fn dissolve(before: i64, after: i64) -> Item {
    let kind = timeline::TransitionKind::Dissolve;
    Item::Transition(timeline::Transition { kind, before, after, metadata: Default::default() })
}

fn row(items: Vec<Item>) -> Timeline {
    let mut t = Timeline::new("cut", film::Rate::FILM, timeline::Canvas { width: 64, height: 36 });
    t.tracks.push(timeline::Track { items, ..timeline::Track::new("Picture", timeline::Kind::Picture) });
    assert_eq!(t.check(), []);
    t
}

/// Each item in a word: `a[10,20)`, `gap 5`, `x 2+3`.
fn said(t: &Timeline) -> String {
    let word = |item: &Item| match item {
        Item::Clip(c) => format!("{}{}", c.name, c.source).replace(' ', ""),
        Item::Gap(n) => format!("gap{n}"),
        Item::Transition(x) => format!("x{}+{}", x.before, x.after),
    };
    t.tracks[0].items.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn acts_do_what_editors_say() {
    let start = || row(vec![reel("a", 10, 30), dissolve(4, 4), reel("b", 40, 60), reel("c", 0, 20)]);
    let clip = |name: &str| match reel(name, 50, 60) {
        Item::Clip(clip) => *clip,
        _ => unreachable!("a reel's item is a clip"),
    };
    let mut t = start();
    assert_eq!(t.insert(0, 40, clip("n")).unwrap(), []);
    assert_eq!(said(&t), "a[10,30) x4+4 b[40,60) n[50,60) c[0,20)");
    assert_eq!(t.overwrite(0, 18, clip("m")).unwrap().len(), 1, "the dissolve it covers goes");
    assert_eq!(said(&t), "a[10,28) m[50,60) b[48,60) n[50,60) c[0,20)");
    let mut t = start();
    t.ripple(0, 0, Edge::Tail, -5).unwrap();
    t.roll(0, 3, 6).unwrap();
    t.slip(0, 2, 10).unwrap();
    assert_eq!(said(&t), "a[10,25) x4+4 b[50,76) c[6,20)");
    t.move_clip((0, 3), (0, 0), Manner::Insert).unwrap();
    assert_eq!(said(&t), "c[6,20) a[10,25) x4+4 b[50,76)");
    t.lift(0, FrameRange::new(0, 14)).unwrap();
    t.split(0, 50).unwrap();
    t.extract(0, FrameRange::new(50, 55)).unwrap();
    assert_eq!(said(&t), "gap14 a[10,25) x4+4 b[50,71)");
}

#[test]
fn refusals_name_what_is_missing() {
    let mut t = row(vec![reel("a", 10, 30), dissolve(4, 4), reel("b", 40, 60), reel("c", 0, 20)]);
    let words = |error: EditError| error.to_string();
    assert!(
        words(t.roll(0, 3, -1).unwrap_err()).contains("\"c\" would need frames [-1, 20) of a reel that holds [0, 100)")
    );
    assert!(words(t.ripple(0, 0, Edge::Tail, 67).unwrap_err()).contains("needs frames [97, 101)"), "no handle is left");
    assert!(words(t.ripple(0, 2, Edge::Head, 17).unwrap_err()).contains("which lasts 3"), "the dissolve takes 4");
    assert!(words(t.ripple(0, 3, Edge::Head, 20).unwrap_err()).contains("19 are left"));
    assert!(words(t.roll(0, 1, 2).unwrap_err()).contains("nothing ends before item 1"));
    assert!(words(t.split(0, 61).unwrap_err()).contains("60 frames"));
    assert!(words(t.lift(7, FrameRange::new(0, 1)).unwrap_err()).contains("no track 7"));
}
