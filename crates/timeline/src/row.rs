//! A track taken apart for an edit: pieces in a row, and the passage at each join.

use film::Rate;

use crate::clip::nearest;
use crate::{Clip, Item, Transition};

/// The pieces of a track and its transitions, `joins[i]` before `pieces[i]`, one more after the last.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) joins: Vec<Option<Transition>>,
    pub(crate) rate: Rate,
}

/// A stretch of a track.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Clip(Box<Clip>),
    Gap(i64),
}

/// A medium counts too few frames a second to be cut at this frame of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BetweenFrames {
    pub(crate) clip: String,
    pub(crate) rate: Rate,
    pub(crate) frame: i64,
}

impl Piece {
    pub(crate) fn len(&self, rate: Rate) -> i64 {
        match self {
            Piece::Clip(clip) => clip.record_len(rate),
            Piece::Gap(frames) => *frames,
        }
    }
}

impl Row {
    /// Takes a track's items apart; of several transitions at one join the last stays (a clean track has no such).
    pub(crate) fn of(items: Vec<Item>, rate: Rate) -> Row {
        let mut row = Row { pieces: Vec::new(), joins: vec![None], rate };
        for item in items {
            match item {
                Item::Clip(clip) => row.push(Piece::Clip(clip)),
                Item::Gap(frames) => row.push(Piece::Gap(frames)),
                Item::Transition(t) => *row.joins.last_mut().expect("a row has a join more than pieces") = Some(t),
            }
        }
        row
    }

    pub(crate) fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
        self.joins.push(None);
    }

    pub(crate) fn len(&self) -> i64 {
        self.pieces.iter().map(|piece| piece.len(self.rate)).sum()
    }

    /// The frame where each piece begins, and the row's end.
    pub(crate) fn starts(&self) -> Vec<i64> {
        let mut at = 0;
        let mut starts = vec![0];
        for piece in &self.pieces {
            at += piece.len(self.rate);
            starts.push(at);
        }
        starts
    }

    /// Makes a join at frame `at`, padding with a gap past the end, and gives its place.
    pub(crate) fn cut(&mut self, at: i64) -> Result<usize, BetweenFrames> {
        let len = self.len();
        if at > len {
            self.push(Piece::Gap(at - len));
            return Ok(self.pieces.len());
        }
        let starts = self.starts();
        let place = starts.partition_point(|&start| start < at);
        if starts[place] == at {
            return Ok(place);
        }
        let piece = place - 1;
        let offset = at - starts[piece];
        let (left, right) = match &self.pieces[piece] {
            Piece::Gap(frames) => (Piece::Gap(offset), Piece::Gap(frames - offset)),
            Piece::Clip(clip) => {
                let (left, right) = cut_clip(clip, offset, self.rate).ok_or_else(|| BetweenFrames {
                    clip: clip.name.clone(),
                    rate: clip.source_rate(self.rate),
                    frame: at,
                })?;
                (Piece::Clip(Box::new(left)), Piece::Clip(Box::new(right)))
            }
        };
        self.pieces.splice(piece..=piece, [left, right]);
        self.joins.insert(place, None);
        Ok(place)
    }

    /// Takes out the pieces `from..to` and puts `pieces` in their place, cuts at both ends; gives the transitions that went.
    pub(crate) fn replace(&mut self, from: usize, to: usize, pieces: Vec<Piece>) -> Vec<Transition> {
        let gone = self.joins[from..=to].iter_mut().filter_map(Option::take).collect();
        let joins = pieces.len() + 1;
        self.joins.splice(from..=to, std::iter::repeat_with(|| None).take(joins));
        self.pieces.splice(from..to, pieces);
        gone
    }

    /// Joins neighbouring gaps and leaves out empty ones, where no transition stands between.
    pub(crate) fn tidy(&mut self) {
        let mut i = 0;
        while i < self.pieces.len() {
            let next = match (&self.pieces[i], self.pieces.get(i + 1)) {
                (Piece::Gap(0), _) if self.joins[i].is_none() || self.joins[i + 1].is_none() => {
                    self.pieces.remove(i);
                    let join = self.joins.remove(i + 1);
                    self.joins[i] = self.joins[i].take().or(join);
                    continue;
                }
                (Piece::Gap(a), Some(Piece::Gap(b))) if self.joins[i + 1].is_none() => a + b,
                _ => {
                    i += 1;
                    continue;
                }
            };
            self.pieces[i] = Piece::Gap(next);
            self.pieces.remove(i + 1);
            self.joins.remove(i + 1);
        }
    }

    pub(crate) fn items(self) -> Vec<Item> {
        let mut items = Vec::with_capacity(self.pieces.len());
        let mut joins = self.joins.into_iter();
        let mut join = || joins.next().flatten().map(Item::Transition);
        for piece in self.pieces {
            items.extend(join());
            items.push(match piece {
                Piece::Clip(clip) => Item::Clip(clip),
                Piece::Gap(frames) => Item::Gap(frames),
            });
        }
        items.extend(join());
        items
    }
}

/// The two parts of a clip cut `offset` timeline frames after its start; `None` if its medium has no frame border there.
fn cut_clip(clip: &Clip, offset: i64, rate: Rate) -> Option<(Clip, Clip)> {
    let total = clip.record_len(rate);
    let near = nearest(offset, rate, clip.source_rate(rate));
    [near, near - 1, near + 1].into_iter().find_map(|len| {
        if !(1..clip.source.len()).contains(&len) {
            return None;
        }
        let middle = clip.source.start() + len;
        let mut left = clip.clone();
        left.source = film::FrameRange::new(clip.source.start(), middle);
        let mut right = clip.clone();
        right.source = film::FrameRange::new(middle, clip.source.end());
        shift_points(&mut right, -offset);
        (left.record_len(rate) == offset && right.record_len(rate) == total - offset).then_some((left, right))
    })
}

/// Moves a clip's points of loudness and reframing `by` frames, when its start moves the other way.
pub(crate) fn shift_points(clip: &mut Clip, by: i64) {
    clip.gain.iter_mut().for_each(|point| point.frame = point.frame.saturating_add(by));
    if let Some(reframe) = &mut clip.reframe {
        reframe.center.iter_mut().for_each(|point| point.frame = point.frame.saturating_add(by));
    }
}
