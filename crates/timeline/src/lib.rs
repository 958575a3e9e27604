//! What is the edit?
//!
//! A [`Timeline`] at an exact rate: [`Track`]s of [`Clip`]s, gaps and [`Transition`]s, with markers and notes. Every clip says
//! why it is there. What must be true: a timeline made by the acts of this room keeps its invariants (see
//! [`Timeline::check`]); a [`Locked`] one may not change, and only a locked one is rendered.
//!
//! Reading order: [`clip`], [`track`], [`timeline`], [`check`], [`edit`], [`relink`], [`lock`], [`otio`].

pub mod check;
pub mod clip;
pub mod edit;
pub mod lock;
pub mod otio;
pub mod relink;
mod row;
pub mod timeline;
pub mod track;

pub use check::{Fault, Flaw, Place};
pub use clip::{
    Alternative, Canvas, Clip, Fit, GainPoint, Grain, Media, Point, ReelMedia, Reframe, TitleCard, TitleStyle,
};
pub use edit::EditError;
pub use lock::{LockError, Locked, Obstacle, lock};
pub use relink::RelinkError;
pub use timeline::{Marker, Note, Timeline};
pub use track::{Item, Kind, Placed, Track, Transition, TransitionKind};
