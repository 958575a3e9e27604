//! What shows in a frame of a timeline: which clip, mixed with which.

use timeline::{Clip, Item, Kind, Placed, Timeline, Track, TransitionKind};

/// What shows in one frame.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Layer<'a> {
    /// Nothing: black.
    Black,
    /// A clip, `offset` frames of the timeline after its start (before 0 and past its end in a transition).
    Clip { key: ClipKey, clip: &'a Clip, offset: i64 },
    /// One giving way to another; `done` of the passage, 0 to 1, taken at the frame's middle.
    Passage { kind: TransitionKind, from: Box<Layer<'a>>, to: Box<Layer<'a>>, done: f32, frames: i64 },
}

/// A clip by its place: track, item.
pub(crate) type ClipKey = (usize, usize);

/// The picture tracks of a timeline, laid out.
pub(crate) struct Plan<'a> {
    tracks: Vec<(usize, &'a Track, Vec<Placed<'a>>)>,
}

impl<'a> Plan<'a> {
    pub(crate) fn new(timeline: &'a Timeline) -> Plan<'a> {
        let lay = |(at, track): (usize, &'a Track)| (at, track, track.placed(timeline.rate).collect());
        Plan { tracks: timeline.of_kind(Kind::Picture).map(lay).collect() }
    }

    /// What shows in frame `frame`.
    pub(crate) fn at(&self, frame: i64) -> Layer<'a> {
        self.below(self.tracks.len(), frame)
    }

    /// The clip at `key` as a layer, `frame` being a frame of the timeline.
    pub(crate) fn clip(&self, key: ClipKey, frame: i64) -> Option<Layer<'a>> {
        let (_, _, placed) = self.tracks.iter().find(|t| t.0 == key.0)?;
        let p = placed.get(key.1)?;
        p.clip().map(|clip| Layer::Clip { key, clip, offset: frame - p.record.start() })
    }

    fn below(&self, top: usize, frame: i64) -> Layer<'a> {
        for level in (0..top).rev() {
            let (at, _, placed) = &self.tracks[level];
            let running = placed.iter().position(|p| matches!(p.item, Item::Transition(_)) && p.record.contains(frame));
            if let Some(i) = running {
                let Item::Transition(t) = placed[i].item else { unreachable!("it was found as one") };
                let beside = |p: Option<&Placed<'a>>| match p.and_then(|p| p.clip().map(|c| (p, c))) {
                    Some((p, clip)) => Layer::Clip { key: (*at, p.index), clip, offset: frame - p.record.start() },
                    // Next to a gap, a passage leads to what lies below.
                    None => self.below(level, frame),
                };
                let frames = placed[i].record.len();
                return Layer::Passage {
                    kind: t.kind,
                    from: Box::new(beside(i.checked_sub(1).and_then(|i| placed.get(i)))),
                    to: Box::new(beside(placed.get(i + 1))),
                    done: ((frame - placed[i].record.start()) as f32 + 0.5) / frames as f32,
                    frames,
                };
            }
            let shown = placed.iter().find(|p| p.record.contains(frame) && p.clip().is_some());
            if let Some((p, clip)) = shown.and_then(|p| p.clip().map(|c| (p, c))) {
                return Layer::Clip { key: (*at, p.index), clip, offset: frame - p.record.start() };
            }
        }
        Layer::Black
    }
}

/// How much plain colour lies over a dip that is `done` (0 to 1): all of it in the middle, however few frames it has.
pub(crate) fn dip(done: f32, frames: i64) -> f32 {
    let n = frames as f32;
    let share = 1.0 - (2.0 * done - 1.0).abs();
    // An even number of frames has none in the very middle; its two middle ones are.
    if frames % 2 == 0 { (share * n / (n - 1.0)).min(1.0) } else { share }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use film::{FrameRange, Rate};
    use serde_json::Map;
    use timeline::{Canvas, Media, ReelMedia, Transition};

    use super::*;

    fn clip(name: &str, start: i64, len: i64) -> Item {
        let reel =
            ReelMedia { path: PathBuf::from(name), hash: None, available: FrameRange::new(0, 1000), rate: Rate::FILM };
        Item::Clip(Box::new(Clip::new(name, Media::Reel(reel), FrameRange::at(start, len))))
    }

    fn passage(kind: TransitionKind, before: i64, after: i64) -> Item {
        Item::Transition(Transition { kind, before, after, metadata: Map::new() })
    }

    #[test]
    fn cuts_dissolves_and_gaps() {
        let mut t = Timeline::new("t", Rate::FILM, Canvas { width: 64, height: 36 });
        let mut low = Track::new("Picture", Kind::Picture);
        low.items = vec![clip("a", 100, 10), passage(TransitionKind::Dissolve, 2, 2), clip("b", 200, 10), Item::Gap(5)];
        let mut high = Track::new("Over", Kind::Picture);
        high.items = vec![Item::Gap(15), clip("c", 0, 3), passage(TransitionKind::Dissolve, 2, 0)];
        t.tracks = vec![low, high];
        let plan = Plan::new(&t);
        let Layer::Clip { clip, offset, .. } = plan.at(7) else { panic!() };
        assert_eq!((clip.name.as_str(), offset), ("a", 7));
        let Layer::Passage { from, to, done, .. } = plan.at(11) else { panic!() };
        assert!(matches!(*from, Layer::Clip { clip, offset: 11, .. } if clip.name == "a"));
        assert!(matches!(*to, Layer::Clip { clip, offset: 1, .. } if clip.name == "b"));
        assert_eq!(done, 0.875);
        assert!(matches!(plan.at(15), Layer::Clip { clip, .. } if clip.name == "c"));
        let Layer::Passage { to, .. } = plan.at(17) else { panic!() };
        assert!(matches!(*to, Layer::Clip { clip, .. } if clip.name == "b"), "the upper clip fades to what lies below");
        assert_eq!(plan.at(21), Layer::Black);
    }

    #[test]
    fn a_dip_reaches_its_colour() {
        for n in [2i64, 3, 8, 13] {
            let shares: Vec<f32> = (0..n).map(|i| dip((i as f32 + 0.5) / n as f32, n)).collect();
            assert!((shares[n as usize / 2] - 1.0).abs() < 1e-5, "{n}: {shares:?}");
            assert!((shares[0] - shares[n as usize - 1]).abs() < 1e-5);
        }
    }
}
