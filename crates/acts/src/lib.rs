//! What can a person ask for?
//!
//! One act per file, the façade of every door to people: the command line now, the web page later. An act takes plain values,
//! reports to a [`jobs::Progress`], may be told to stop, and returns what scripts rely on as a serializable value.
//!
//! What must be true: films are opened in worker processes only ([`yard`]); whatever an act writes is whole or not there; an
//! act that was stopped goes on where it was when it is asked again.
//!
//! Reading order: [`house`], [`length`], [`ingest`], [`titles`], [`shots`], [`trailer`], [`draft`], [`render`], [`present`],
//! [`qc`], [`mark`]; specialists: [`train`], [`specialists`], [`fix`], [`grain`], [`audit`]; rights: [`rights`], [`desk`],
//! [`keys`], [`release`], [`verify`], [`statement`], `closing`, [`ledger`]; [`yard`].

pub mod audit;
mod closing;
pub mod desk;
pub mod draft;
pub mod fix;
pub mod grain;
pub mod house;
pub mod ingest;
pub mod keys;
pub mod ledger;
pub mod length;
pub mod made;
pub mod mark;
pub mod owed;
pub mod present;
pub mod qc;
pub mod release;
pub mod render;
pub mod rights;
pub mod shots;
pub mod specialists;
pub mod statement;
pub mod titles;
pub mod trailer;
pub mod train;
pub mod verify;
pub mod yard;

pub use house::{House, HouseError};
pub use length::Length;
