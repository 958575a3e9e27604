//! One row of the record, of whatever kind.

use serde::Serialize;
use serde_json::Value;

use crate::consent::{Consent, Event};
use crate::deed::{Deed, Strike, Synthetic, Text, Transfer};
use crate::model::Model;
use crate::party::Party;
use crate::shot::Shot;
use crate::work::{Agreement, Engagement, Grant, Work};

/// Gives every kind of row its name in files, its parser and its writer, so that a kind is added in one place.
macro_rules! entries {
    ($($(#[$doc:meta])* $kind:ident = $text:literal),+ $(,)?) => {
        /// One row of the record.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Entry { $($(#[$doc])* $kind(Box<$kind>)),+ }

        impl Entry {
            /// Names of the kinds as files write them, `[[party]]`.
            pub const KINDS: &'static [&'static str] = &[$($text),+];

            /// Its kind as files write it.
            pub fn kind(&self) -> &'static str {
                match self { $(Entry::$kind(_) => $text),+ }
            }

            /// Its name.
            pub fn id(&self) -> &str {
                match self { $(Entry::$kind(row) => &row.id),+ }
            }

            /// Reads a row of `kind`; the error names the field: `not_after: …`.
            pub fn parse(kind: &str, value: Value) -> Result<Entry, (serde_path_to_error::Path, String)> {
                match kind {
                    $($text => serde_path_to_error::deserialize(value)
                        .map(|row: $kind| row.into())
                        .map_err(|e| (e.path().clone(), e.inner().to_string())),)+
                    other => unreachable!("`{other}` is checked against KINDS by the reader"),
                }
            }
        }

        $(impl From<$kind> for Entry {
            fn from(row: $kind) -> Entry { Entry::$kind(Box::new(row)) }
        })+
    };
}

entries! {
    /// A person, company, estate or guild.
    Party = "party",
    /// A film, a script, a piece of music.
    Work = "work",
    /// A person engaged on a work.
    Engagement = "engagement",
    /// A paper with clauses and points.
    Agreement = "agreement",
    /// Rights given in or out.
    Grant = "grant",
    /// A person's consent.
    Consent = "consent",
    /// What happened to one.
    Event = "consent_event",
    /// Who and what is in a shot.
    Shot = "shot",
    /// A model.
    Model = "model",
    /// A human act that a rule waits for.
    Deed = "deed",
    /// A strike.
    Strike = "strike",
    /// A text.
    Text = "text",
    /// A performer that never was.
    Synthetic = "synthetic",
    /// Something handed out of the house.
    Transfer = "transfer",
}

impl Entry {
    /// As the record keeps it.
    pub fn body(&self) -> Value {
        serde_json::to_value(self).expect("plain values")
    }
}
