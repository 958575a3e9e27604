//! May we?
//!
//! Rules as dated packs of data, asked about the record of `rights`. Plain values in, a [`Decision`] out: this room keeps nothing.
//!
//! Reading order: [`question`], [`decision`], [`gate`].

pub mod decision;
pub mod question;
