//! Clips, gaps and transitions in a row.

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
