//! What must be true of every trailer, checked against the snapshot alone.

use std::collections::BTreeSet;

use catalogue::{Reel, Snapshot};
use director::Brief;
use film::FrameRange;
use timeline::{Clip, Item, Kind, Media, Timeline, Track};

/// The frames of its reel that each clip of `track` shows or lets hear, passages counted in, with its place on the timeline.
pub(crate) fn used<'t>(timeline: &Timeline, track: &'t Track) -> Vec<(&'t Clip, FrameRange, FrameRange)> {
    let placed: Vec<_> = track.placed(timeline.rate).collect();
    let mut used = Vec::new();
    for (at, p) in placed.iter().enumerate() {
        let Some(clip) = p.clip() else { continue };
        let head = match at.checked_sub(1).map(|b| placed[b].item) {
            Some(Item::Transition(t)) => clip.handle(t.before, timeline.rate),
            _ => 0,
        };
        let tail = match placed.get(at + 1).map(|n| n.item) {
            Some(Item::Transition(t)) => clip.handle(t.after, timeline.rate),
            _ => 0,
        };
        used.push((clip, FrameRange::new(clip.source.start() - head, clip.source.end() + tail), p.record));
    }
    used
}

fn reel<'s>(snapshot: &'s Snapshot, clip: &Clip) -> Option<&'s Reel> {
    let hash = clip.reel()?.hash?;
    snapshot.reels.iter().find(|reel| reel.hash == hash)
}

/// Where a frame of a reel lies in the film.
pub(crate) fn share(snapshot: &Snapshot, reel: &Reel, frame: i64) -> f64 {
    let seconds = |reel: &Reel| reel.clock.rate().seconds(reel.clock.grid_len());
    let before: f64 = snapshot.reels.iter().take_while(|r| r.hash != reel.hash).map(seconds).sum();
    (before + reel.clock.rate().seconds(frame)) / snapshot.reels.iter().map(seconds).sum::<f64>()
}

/// Panics, saying where, if a law is broken.
pub(crate) fn keep(snapshot: &Snapshot, brief: &Brief, timeline: &Timeline, case: &str) {
    let flaws = timeline.check();
    assert!(flaws.is_empty(), "{case}: {flaws:?}");
    assert_eq!(timeline.len(), brief.length, "{case}: length");
    let pictures: Vec<&Track> = timeline.of_kind(Kind::Picture).map(|(_, t)| t).collect();
    assert_eq!(pictures.len(), 1, "{case}");
    assert_eq!(pictures[0].len(timeline.rate), brief.length, "{case}: picture length");
    assert!(!pictures[0].items.iter().any(|i| matches!(i, Item::Gap(_))), "{case}: a hole in the picture");

    let fps = timeline.rate.fps();
    let mut shown = BTreeSet::new();
    for (clip, used, record) in used(timeline, pictures[0]) {
        let case = format!("{case}: {:?} at {record} of {used}", clip.name);
        assert!(!clip.why.is_empty(), "{case}: no reason");
        if let Media::Title(_) = clip.media {
            continue;
        }
        let reel = reel(snapshot, clip).expect("a clip is of a reel of the snapshot");
        let shot = reel.shots.iter().find(|s| Some(s.index) == clip.shot).expect("a clip is of a shot");
        assert!(shown.insert((reel.hash, shot.index)), "{case}: shown twice");
        assert!(shot.clean.covers(used), "{case}: reaches out of {}", shot.clean);
        let end = reel.clock.grid_len();
        assert!(used.start() >= shot.clean.start() + 2 || shot.range.start() == 0, "{case}: too near its start");
        assert!(used.end() <= shot.clean.end() - 2 || shot.range.end() == end, "{case}: too near its end");
        assert!(record.len() as f64 >= fps / 3.0, "{case}: too short to be read");
        if !brief.allow_lettering {
            assert!(shot.attributes.lettering < 0.4, "{case}: lettering");
        }
        for f in used.frames().map(|f| f as usize) {
            let (luma, contrast) = (reel.signals.luma[f], reel.signals.contrast[f]);
            assert!(contrast >= 0.012 && (luma >= 0.05 || contrast >= 0.035), "{case}: frame {f} is blank");
        }
        if let Some(until) = brief.boundary() {
            assert!(share(snapshot, reel, used.end()) <= f64::from(until) + 1e-9, "{case}: past the boundary");
        }
        let named = |list: &[director::ShotRef]| list.iter().any(|s| s.reel == reel.hash && s.shot == shot.index);
        assert!(!named(&brief.must_not), "{case}: must not be in");
        if let Some(reframe) = &clip.reframe {
            let steps = reframe.center.windows(2);
            let fast = |a: &timeline::Point, b: &timeline::Point| {
                f64::from((a.x - b.x).abs().max((a.y - b.y).abs())) / timeline.rate.seconds(b.frame - a.frame)
            };
            assert!(steps.clone().all(|w| fast(&w[0], &w[1]) <= 0.125), "{case}: the window rushes");
        }
    }
    for must in &brief.must {
        assert!(shown.contains(&(must.reel, must.shot)), "{case}: shot {} must be in", must.shot);
    }
    for (_, track) in timeline.of_kind(Kind::Sound) {
        for (clip, used, record) in used(timeline, track) {
            let Some(reel) = reel(snapshot, clip) else { continue };
            let case = format!("{case}: sound of {:?} at {record} of {used}", clip.name);
            if let Some(until) = brief.boundary() {
                assert!(share(snapshot, reel, used.end()) <= f64::from(until) + 1e-9, "{case}: past the boundary");
            }
            for edge in [used.start(), used.end()] {
                assert!(!cuts_word(reel, edge), "{case}: cuts a word at {edge}");
            }
        }
    }
    let title = timeline.markers.iter().find(|m| m.name == "title");
    assert_eq!(title.is_some(), brief.title_card, "{case}");
    if let Some(title) = title {
        assert!(3 * (title.range.start() + 1) >= 2 * brief.length, "{case}: the title comes too early");
    }
}

/// Whether sound cut just before `frame` is cut in a word.
fn cuts_word(reel: &Reel, frame: i64) -> bool {
    let line = reel.lines.iter().any(|l| l.range.start() < frame && frame < l.range.end());
    let sound = reel.sound.as_ref().expect("a clip of sound is of a reel with sound");
    let heard = |f: i64| {
        let Ok(at) = usize::try_from(f) else { return false };
        let Some(&voice) = sound.voice.get(at) else { return false };
        // Between words the level falls.
        let (low, high) = (at.saturating_sub(6), (at + 7).min(sound.level.len()));
        let near = sound.level[low..high].iter().copied().fold(f32::MIN, f32::max);
        voice >= 0.5 && sound.level[at] > -50.0 && sound.level[at] > near - 18.0
    };
    line || (heard(frame - 1) && heard(frame))
}
