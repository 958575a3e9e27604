//! Changing an edit, as an editor does, so that a clean timeline stays clean.
//!
//! Every act works on one track. It is done whole, or refused and nothing changed. Places are frames of the timeline;
//! `item` is a place in [`Track::items`](crate::Track::items). Acts that cut into a passage take it away and give it back
//! to the caller; acts that move an edge refuse when a passage there would run out of frames.

use film::{FrameRange, Rate};

use crate::check::{MOST_FRAMES, transition_fault};
use crate::clip::nearest;
use crate::row::{BetweenFrames, Piece, Row, shift_points};
use crate::{Clip, Flaw, Item, Timeline, Transition};

/// Why an edit was refused; the timeline is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// No such track.
    #[error("there is no track {0}; the timeline has {1}")]
    NoTrack(usize, usize),
    /// No clip there.
    #[error("item {0} of the track is not a clip; choose a clip")]
    NoClip(usize),
    /// No join between two items there.
    #[error("nothing ends before item {0} of the track; choose an item with a neighbor before it")]
    NoCut(usize),
    /// A frame that is not on the track.
    #[error("frame {0} is not on the track, which lasts {1} frames; choose a frame inside it")]
    OffTrack(i64, i64),
    /// Further than the clip or its neighbor is long.
    #[error("the clip cannot be made {by} frames shorter: {left} are left; trim less, or remove the clip")]
    TooFar {
        /// Frames asked for.
        by: i64,
        /// Frames there are to give.
        left: i64,
    },
    /// Beyond the reel's first or last frame.
    #[error("the clip {clip:?} would need frames {need} of a reel that holds {available}; move it less far")]
    NoFrames {
        /// Its name.
        clip: String,
        /// Frames it would need.
        need: FrameRange,
        /// Frames there are.
        available: FrameRange,
    },
    /// A reel of another rate has no frame border there.
    #[error(
        "the clip {clip:?} counts {rate} frames a second and has no cut at frame {frame}; go a frame to either side"
    )]
    BetweenFrames {
        /// Its name.
        clip: String,
        /// Its reel's rate.
        rate: Rate,
        /// The frame asked for.
        frame: i64,
    },
    /// A passage would run out of frames, or the edit would break another rule.
    #[error(transparent)]
    Breaks(Box<Flaw>),
}

impl From<BetweenFrames> for EditError {
    fn from(b: BetweenFrames) -> EditError {
        EditError::BetweenFrames { clip: b.clip, rate: b.rate, frame: b.frame }
    }
}

/// The passages that an edit took away, since it cut into them.
pub type Removed = Vec<Transition>;

/// Which end of a clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Where it begins.
    Head,
    /// Where it ends.
    Tail,
}

/// What an incoming clip does to what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Later items move on.
    Insert,
    /// It takes their place.
    Overwrite,
}

impl Timeline {
    /// Puts `clip` at frame `at`; later items of the track move on. Past the end, a gap leads to it.
    pub fn insert(&mut self, track: usize, at: i64, clip: Clip) -> Result<Removed, EditError> {
        self.place_clip(track, at, clip, Manner::Insert)
    }

    /// Puts `clip` at frame `at` in the place of what stands there; nothing else moves.
    pub fn overwrite(&mut self, track: usize, at: i64, clip: Clip) -> Result<Removed, EditError> {
        self.place_clip(track, at, clip, Manner::Overwrite)
    }

    fn place_clip(&mut self, track: usize, at: i64, clip: Clip, manner: Manner) -> Result<Removed, EditError> {
        let rate = self.rate;
        if !(0..=MOST_FRAMES).contains(&at) {
            return Err(EditError::OffTrack(at, self.track(track)?.len(rate)));
        }
        self.cutting(track, |row| {
            let len = clip.record_len(rate);
            let from = row.cut(at)?;
            let end = (at + len).min(row.len());
            let to = if manner == Manner::Insert || end <= at { from } else { row.cut(end)? };
            Ok(row.replace(from, to, vec![Piece::Clip(Box::new(clip))]))
        })
    }

    /// Cuts the item at frame `at` in two; a cut that is there already stays as it is.
    pub fn split(&mut self, track: usize, at: i64) -> Result<Removed, EditError> {
        let len = self.track(track)?.len(self.rate);
        if !(0..=len).contains(&at) {
            return Err(EditError::OffTrack(at, len));
        }
        self.cutting(track, |row| row.cut(at).map(|_| Vec::new()))
    }

    /// Takes the frames `range` off the track and leaves a gap; nothing moves.
    pub fn lift(&mut self, track: usize, range: FrameRange) -> Result<Removed, EditError> {
        self.take(track, range, true)
    }

    /// Takes the frames `range` off the track and closes up.
    pub fn extract(&mut self, track: usize, range: FrameRange) -> Result<Removed, EditError> {
        self.take(track, range, false)
    }

    fn take(&mut self, track: usize, range: FrameRange, leave_gap: bool) -> Result<Removed, EditError> {
        let len = self.track(track)?.len(self.rate);
        if let Some(at) = [range.start(), range.end()].into_iter().find(|at| !(0..=len).contains(at)) {
            return Err(EditError::OffTrack(at, len));
        }
        if range.is_empty() {
            return Ok(Vec::new());
        }
        self.cutting(track, |row| {
            let from = row.cut(range.start())?;
            let to = row.cut(range.end())?;
            let gap = if leave_gap { vec![Piece::Gap(range.len())] } else { Vec::new() };
            Ok(row.replace(from, to, gap))
        })
    }

    /// Moves a clip to frame `to` of track `onto`, by the same manner at both ends: [`Manner::Insert`] closes up behind it
    /// and makes room (`to` counts before it left), [`Manner::Overwrite`] leaves a gap behind and covers what is there.
    pub fn move_clip(
        &mut self,
        (track, item): (usize, usize),
        (onto, to): (usize, i64),
        manner: Manner,
    ) -> Result<Removed, EditError> {
        let rate = self.rate;
        self.track(onto)?;
        let placed = self.track(track)?.placed(rate).nth(item).ok_or(EditError::NoClip(item))?;
        let (clip, record) = (placed.clip().ok_or(EditError::NoClip(item))?.clone(), placed.record);
        let before = self.tracks.clone();
        let go = || {
            let mut removed = self.take(track, record, manner == Manner::Overwrite)?;
            let closed = manner == Manner::Insert && onto == track && to > record.start();
            let to = if closed { (to - record.len()).max(record.start()) } else { to };
            removed.extend(self.place_clip(onto, to, clip, manner)?);
            Ok(removed)
        };
        go().inspect_err(|_| self.tracks = before)
    }

    /// Moves one edge of a clip by `by` frames (later is positive); all that follows moves along.
    pub fn ripple(&mut self, track: usize, item: usize, edge: Edge, by: i64) -> Result<(), EditError> {
        self.shaping(track, |row, places| {
            let piece = places(item).ok_or(EditError::NoClip(item))?;
            if matches!(row.pieces[piece], Piece::Gap(_)) {
                return Err(EditError::NoClip(item));
            }
            move_edge(&mut row.pieces[piece], edge, by, row.rate)
        })
    }

    /// Moves the cut before `item` by `by` frames (later is positive): one neighbor grows by what the other loses.
    pub fn roll(&mut self, track: usize, item: usize, by: i64) -> Result<(), EditError> {
        self.shaping(track, |row, places| {
            let piece = places(item).filter(|&piece| piece > 0).ok_or(EditError::NoCut(item))?;
            move_edge(&mut row.pieces[piece - 1], Edge::Tail, by, row.rate)?;
            move_edge(&mut row.pieces[piece], Edge::Head, by, row.rate)
        })
    }

    /// Shows other frames of the same reel, `by` frames of the reel later, in the same place.
    pub fn slip(&mut self, track: usize, item: usize, by: i64) -> Result<(), EditError> {
        self.shaping(track, |row, places| {
            let piece = places(item).map(|piece| &mut row.pieces[piece]);
            let Some(Piece::Clip(clip)) = piece else { return Err(EditError::NoClip(item)) };
            let by = by.clamp(-2 * MOST_FRAMES, 2 * MOST_FRAMES);
            reach(clip, clip.source.shift(by))
        })
    }

    fn track(&self, track: usize) -> Result<&crate::Track, EditError> {
        self.tracks.get(track).ok_or(EditError::NoTrack(track, self.tracks.len()))
    }

    /// An act that cuts: passages that no longer fit go.
    fn cutting(
        &mut self,
        track: usize,
        act: impl FnOnce(&mut Row) -> Result<Removed, BetweenFrames>,
    ) -> Result<Removed, EditError> {
        let mut row = Row::of(self.track(track)?.items.clone(), self.rate);
        let mut removed = act(&mut row)?;
        row.tidy();
        let mut items = row.items();
        while let Some(at) = (0..items.len()).find(|&at| match &items[at] {
            Item::Transition(t) => transition_fault(&items, at, t, self.rate).is_some(),
            _ => false,
        }) {
            if let Item::Transition(t) = items.remove(at) {
                removed.push(t);
            }
        }
        // Gaps that a passage held apart.
        let mut row = Row::of(items, self.rate);
        row.tidy();
        self.keep(track, row)?;
        Ok(removed)
    }

    /// An act that moves edges: it is refused when anything no longer fits.
    fn shaping(
        &mut self,
        track: usize,
        act: impl FnOnce(&mut Row, &dyn Fn(usize) -> Option<usize>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let items = &self.track(track)?.items;
        let passages = |end: usize| items[..end].iter().filter(|item| matches!(item, Item::Transition(_))).count();
        let place = |item: usize| match items.get(item)? {
            Item::Transition(_) => None,
            _ => Some(item - passages(item)),
        };
        let mut row = Row::of(items.clone(), self.rate);
        act(&mut row, &place)?;
        row.tidy();
        self.keep(track, row)
    }

    /// Takes over the changed row if the track stays clean.
    fn keep(&mut self, track: usize, row: Row) -> Result<(), EditError> {
        let before = std::mem::replace(&mut self.tracks[track].items, row.items());
        let mut flaws = Vec::new();
        self.check_track(track, &self.tracks[track], &mut flaws);
        match flaws.into_iter().next() {
            None => Ok(()),
            Some(flaw) => {
                self.tracks[track].items = before;
                Err(EditError::Breaks(Box::new(flaw)))
            }
        }
    }
}

/// Moves one edge of a piece `by` timeline frames later.
fn move_edge(piece: &mut Piece, edge: Edge, by: i64, rate: Rate) -> Result<(), EditError> {
    let by = by.clamp(-2 * MOST_FRAMES, 2 * MOST_FRAMES);
    let longer = if edge == Edge::Tail { by } else { -by };
    let len = piece.len(rate);
    let gap = matches!(piece, Piece::Gap(_));
    if len + longer < i64::from(!gap) {
        return Err(EditError::TooFar { by: -longer, left: len - i64::from(!gap) });
    }
    let clip = match piece {
        Piece::Gap(frames) => {
            *frames += longer;
            return Ok(());
        }
        Piece::Clip(clip) => clip,
    };
    // In frames of the reel, so that the clip lasts exactly as asked on the timeline.
    let near = nearest(len + longer, rate, clip.source_rate(rate));
    let source = [near, near - 1, near + 1].into_iter().filter(|&n| n > 0).find_map(|frames| {
        let source = match edge {
            Edge::Tail => FrameRange::at(clip.source.start(), frames),
            Edge::Head => FrameRange::new(clip.source.end() - frames, clip.source.end()),
        };
        (nearest(frames, clip.source_rate(rate), rate) == len + longer).then_some(source)
    });
    let source = source.ok_or_else(|| EditError::BetweenFrames {
        clip: clip.name.clone(),
        rate: clip.source_rate(rate),
        frame: by,
    })?;
    reach(clip, source)?;
    if edge == Edge::Head {
        shift_points(clip, -by);
    }
    Ok(())
}

/// Lets a clip show `source`, if its reel holds that.
fn reach(clip: &mut Clip, source: FrameRange) -> Result<(), EditError> {
    if let Some(reel) = clip.reel().filter(|reel| !reel.available.covers(source)) {
        let available = reel.available;
        return Err(EditError::NoFrames { clip: clip.name.clone(), need: source, available });
    }
    clip.source = source;
    Ok(())
}
