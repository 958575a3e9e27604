//! What do we hold, and know of it?
//!
//! Films come in by one door ([`ingest`](mod@ingest)): each file is hashed, looked into, and decoded once ([`reading`]); its
//! shots and what a filmmaker asks of them ([`attributes`]) go into the library ([`store`]), the only database of the house.
//! What is known of a title at one moment is a [`Snapshot`], plain values that the director reads.
//!
//! What must be true: a film's file is never changed; every file found ends in exactly one list; a reel is in the library
//! whole or not at all; a reading does not depend on how the reel was split; a library of a newer version is not touched.
//!
//! Reading order: [`snapshot`], [`store`], [`ingest`](mod@ingest), [`reading`], [`shots`], [`sound`], [`music`], [`attributes`].

pub mod attributes;
pub mod ingest;
pub mod music;
pub mod reading;
pub mod shots;
pub mod snapshot;
pub mod sound;
pub mod store;

pub use ingest::{HANDLERS, Here, Ingest, IngestError, IngestReport, Workers, Yard, ingest};
pub use snapshot::*;
pub use store::{Agreed, Depth, Library, LibraryError, LookupError, Paper, ReelCard, ShotCard, ShotList, TitleCard};
