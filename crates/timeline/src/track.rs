//! Clips, gaps and transitions in a row.

use film::{FrameRange, Rate};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Clip;

/// A row of items, each beginning where the one before ends.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// Name a person reads: `Picture`, `Dialogue`, `Music`.
    pub name: String,
    /// Picture or sound.
    pub kind: Kind,
    /// What stands in it, in order.
    pub items: Vec<Item>,
    /// What a reader of another program wrote here and we keep as it was.
    pub metadata: Map<String, Value>,
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Pictures.
    Picture,
    /// Sound.
    Sound,
}

/// One item of a track.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A range of a medium.
    Clip(Box<Clip>),
    /// Black, or silence, for so many frames of the timeline's rate.
    Gap(i64),
    /// A passage from the item before to the item after; takes no time of its own.
    Transition(Transition),
}

/// A passage between two neighbours, over `before` frames of the one and `after` frames of the other.
///
/// During it both run: the outgoing clip runs on `after` frames past its end and the incoming one begins `before` frames
/// before its start, so both media must hold those frames (handles). Next to a gap it is a fade from or to black or silence.
#[derive(Clone, Debug, PartialEq)]
pub struct Transition {
    /// How.
    pub kind: TransitionKind,
    /// Frames before the cut.
    pub before: i64,
    /// Frames after the cut.
    pub after: i64,
    /// What a reader of another program wrote here and we keep as it was.
    pub metadata: Map<String, Value>,
}

/// How one picture gives way to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TransitionKind {
    /// Both mix.
    Dissolve,
    /// Through black.
    DipToBlack,
    /// Through white.
    DipToWhite,
}

/// An item and the frames of the timeline it takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed<'a> {
    /// Its place in [`Track::items`].
    pub index: usize,
    /// Frames of the timeline; of a transition, the frames it runs over, which its neighbours hold too.
    pub record: FrameRange,
    /// The item.
    pub item: &'a Item,
}

impl<'a> Placed<'a> {
    /// The clip, if it is one.
    pub fn clip(&self) -> Option<&'a Clip> {
        match self.item {
            Item::Clip(clip) => Some(clip),
            Item::Gap(_) | Item::Transition(_) => None,
        }
    }
}

impl Track {
    /// An empty track.
    pub fn new(name: impl Into<String>, kind: Kind) -> Track {
        Track { name: name.into(), kind, items: Vec::new(), metadata: Map::new() }
    }

    /// Frames it takes on a timeline at `rate`.
    pub fn len(&self, rate: Rate) -> i64 {
        self.items.iter().map(|item| item.len(rate)).sum()
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Every item in order with the frames of the timeline it takes.
    pub fn placed(&self, rate: Rate) -> impl Iterator<Item = Placed<'_>> {
        self.items.iter().enumerate().scan(0, move |at, (index, item)| {
            let record = match item {
                Item::Transition(t) => FrameRange::new(*at - t.before.max(0), *at + t.after.max(0)),
                _ => FrameRange::at(*at, item.len(rate)),
            };
            *at += item.len(rate);
            Some(Placed { index, record, item })
        })
    }

    /// The clip or gap that holds frame `frame` of the timeline; `None` past the track's end.
    pub fn at(&self, frame: i64, rate: Rate) -> Option<Placed<'_>> {
        self.placed(rate).find(|p| !matches!(p.item, Item::Transition(_)) && p.record.contains(frame))
    }

    /// The transition running at frame `frame` of the timeline, if one does.
    pub fn transition_at(&self, frame: i64, rate: Rate) -> Option<(Placed<'_>, &Transition)> {
        self.placed(rate).find_map(|p| match p.item {
            Item::Transition(t) if p.record.contains(frame) => Some((p, t)),
            _ => None,
        })
    }
}

impl Item {
    /// Frames of a timeline at `rate` that it takes; none for a transition.
    pub fn len(&self, rate: Rate) -> i64 {
        match self {
            Item::Clip(clip) => clip.record_len(rate),
            Item::Gap(frames) => (*frames).max(0),
            Item::Transition(_) => 0,
        }
    }

    /// Whether it takes no time on a timeline at `rate`.
    pub fn is_empty(&self, rate: Rate) -> bool {
        self.len(rate) == 0
    }
}
