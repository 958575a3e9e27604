//! Persons, companies, estates and guilds.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::word::{Document, Guild};

/// What kind of party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// A human being.
    Person,
    /// A company or institution.
    Org,
    /// Who speaks for a person who has died.
    Estate,
    /// A guild or union.
    Guild,
    /// A society that collects for many.
    Cmo,
}

/// Someone who can hold, give or be owed something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Name of this record, `p:rossi-elena`.
    pub id: String,
    /// What kind.
    pub kind: PartyKind,
    /// As it is written in credits.
    pub name: String,
    /// Other names, stage names, names in other scripts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<Date>,
    /// Whether they have died; unknown if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deceased: Option<bool>,
    /// Day of death.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died: Option<Date>,
    /// Where they live or last lived: a country, or a state of it, `US-CA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domicile: Option<String>,
    /// The day they come of age, where it is not the eighteenth birthday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor_until: Option<Date>,
    /// Identifiers by scheme (`isni`, `ipi`, a guild's name).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// For an estate: whose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_person: Option<String>,
    /// For an estate or guardian: the paper that lets it speak.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Evidence>,
    /// Agents and counsel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub representation: Vec<Representation>,
    /// For a guild: which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<Guild>,
}

impl Party {
    /// Whether they are under age on `day`; unknown without a day of birth.
    pub fn is_minor(&self, day: Date) -> Option<bool> {
        let of_age = match (self.minor_until, self.born) {
            (Some(until), _) => until,
            (None, Some(born)) => born.saturating_add(jiff::Span::new().years(18)),
            (None, None) => return None,
        };
        Some(day < of_age)
    }

    /// Whether they are known to have died, or known to live.
    pub fn is_deceased(&self) -> Option<bool> {
        self.deceased.or(self.died.map(|_| true))
    }
}

/// A document, a page, and who looked at it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Which.
    pub document: Document,
    /// Page, from 1.
    pub page: u32,
    /// Who of the studio's people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<Date>,
}

/// Who speaks for a party.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Representation {
    /// `agent`, `counsel`, `guardian`.
    pub kind: String,
    /// Who.
    pub party: String,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}
