//! One row of the record, of whatever kind.

use serde::{Deserializer, Serialize};
use serde_json::Value;

use crate::cell::Cell;
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
            pub fn parse(kind: &str, mut value: Value) -> Result<Entry, (serde_path_to_error::Path, String)> {
                usual(kind, &mut value);
                Entry::of(kind, value)
            }

            /// Reads a row whose fields are text, as cells of a list are; what a field should be says how its text is read.
            pub(crate) fn of_cells(kind: &str, mut cells: Value) -> Result<Entry, (serde_path_to_error::Path, String)> {
                usual(kind, &mut cells);
                Entry::of(kind, Cell(cells))
            }

            fn of<'de, D: Deserializer<'de>>(kind: &str, row: D) -> Result<Entry, (serde_path_to_error::Path, String)> {
                match kind {
                    $($text => serde_path_to_error::deserialize(row)
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

/// Other usual ways of writing a row become ours: a shot's number in its name, identifiers of several guilds in a table of
/// their own, a vendor's terms beside its name.
fn usual(kind: &str, row: &mut Value) {
    let Some(row) = row.as_object_mut() else { return };
    match kind {
        "shot" if !row.contains_key("number") => {
            let ending =
                row.get("id").and_then(Value::as_str).and_then(|id| id.rsplit_once('/')?.1.parse::<u32>().ok());
            if let Some(number) = ending {
                row.insert("number".into(), number.into());
            }
        }
        "party" => {
            let ids = row.get_mut("ids").and_then(Value::as_object_mut);
            if let Some(ids) = ids
                && let Some(Value::Object(guilds)) = ids.get("guild").cloned()
            {
                ids.remove("guild");
                ids.extend(guilds);
            }
        }
        "model" => {
            let vendor = match row.get("vendor") {
                Some(Value::String(name)) => name.clone(),
                _ => return,
            };
            row.remove("vendor");
            let terms = row.remove("vendor_terms");
            if vendor != "none"
                && let Some(Value::Object(mut terms)) = terms
            {
                let proof = terms.get("deletion_proof").and_then(Value::as_str).map(|word| word == "required");
                if let Some(proof) = proof {
                    terms.insert("deletion_proof".into(), proof.into());
                }
                terms.insert("party".into(), vendor.into());
                row.insert("vendor".into(), Value::Object(terms));
            }
        }
        "consent" if row.get("status").is_some_and(|status| status == "active") => {
            // How it stands is told by its events.
            row.remove("status");
        }
        _ => {}
    }
}

impl Entry {
    /// As the record keeps it.
    pub fn body(&self) -> Value {
        serde_json::to_value(self).expect("plain values")
    }
}
