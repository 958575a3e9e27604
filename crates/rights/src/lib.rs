//! What was agreed?
//!
//! The studio's record of rights: who made and who appears in a [`Work`], what was agreed with them, which document says so on
//! which page. Plain values and nothing else: this room opens no file, keeps no database and decides nothing; `catalogue` keeps
//! the record and `rules` asks it.
//!
//! What must be true: every grant and consent names a document and a page, or says that it does not; what happens to a consent
//! is an [`Event`], never an edit; what is not recorded is unknown, and unknown is never taken for yes; a row that cannot be
//! right (a date that does not exist, a wrong check digit, a cycle of assignments) is refused with its file and line.
//!
//! Reading order: [`word`], [`territory`], [`identifier`], [`party`], [`work`], [`consent`], [`shot`], [`model`], [`deed`],
//! [`entry`], [`record`], [`chain`], [`who`]; coming in and going out: [`read`], `cell`, [`sheet`], [`check`], [`write`], [`omc`].

mod cell;
pub mod chain;
pub mod check;
pub mod consent;
pub mod deed;
pub mod entry;
pub mod identifier;
pub mod model;
pub mod omc;
pub mod party;
pub mod read;
pub mod record;
pub mod sheet;
pub mod shot;
pub mod territory;
pub mod who;
pub mod word;
pub mod work;
pub mod write;

pub use check::{Flag, Gravity};
pub use consent::{Consent, Event, EventKind, Pay, Replica};
pub use deed::{Deed, Strike, Synthetic, Text, Transfer};
pub use entry::Entry;
pub use jiff::Timestamp;
pub use jiff::civil::Date;
pub use model::Model;
pub use party::{Party, PartyKind};
pub use read::{Place, Row, Wrong};
pub use record::{Record, Refused};
pub use shot::{Appearance, Made, Shot, ThirdParty};
pub use territory::Territories;
pub use word::{Act, AppearanceKind, Document, Guild, Medium, Purpose, Until, today};
pub use work::{Agreement, Engagement, Grant, Link, Points, Work};
