//! Works, how they came to the studio, and who was engaged on them.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::territory::Territories;
use crate::word::{Act, Document, Guild, Medium, Purpose, Until};

/// A film, an episode, a screenplay, a piece of music.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Name of this record, `w:notte-rossa`.
    pub id: String,
    /// `feature`, `short`, `episode`, `script`, `music`, `footage`.
    pub kind: String,
    /// Its title; the catalogue's title of the same name is this work's picture.
    pub title: String,
    /// Other titles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// First day of photography.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photography_start: Option<Date>,
    /// Where it was made, a country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// Agreements that it was made under; unknown if not said, an empty list says none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guilds: Option<Vec<Guild>>,
    /// Rule packs that govern it beside those its guilds and dates choose.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packs: Vec<String>,
    /// Identifiers by scheme (`eidr`, `isan`, `iswc`, `isrc`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// Its first owners: where every chain of title begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Whether nobody's leave is needed any more, and the country where this holds, `US`.
    #[serde(default, skip_serializing_if = "Territories::is_empty")]
    pub public_domain: Territories,
    /// Assignments from party to party.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain_of_title: Vec<Link>,
    /// Works that it is made from; their rights are asked as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub based_on: Vec<String>,
}

/// One assignment or licence: from whom, to whom, what, by which document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// Who gave.
    pub from: String,
    /// Who received.
    pub to: String,
    /// `assignment`, `license`, `work_for_hire`, `inheritance`, `merger`.
    pub instrument: String,
    /// Day it takes effect.
    pub date: Date,
    /// Acts given.
    pub rights: Vec<Act>,
    /// Where.
    pub territories: Territories,
    /// Media given; all if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Medium>,
    /// Last day.
    pub until: Until,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Who of the studio's people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
    /// Whether it speaks of training models.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ai_training_mentioned: Option<bool>,
}

impl Link {
    /// Whether it names a document and a page, and somebody read them.
    pub fn is_proven(&self) -> bool {
        self.document.is_some() && self.page.is_some() && self.verified_by.is_some()
    }
}

/// What the studio has given away, or was given for something that is not one of its works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Name of this record, `g:…`.
    pub id: String,
    /// `in` to the studio, or `out` of it.
    pub direction: Direction,
    /// Which work.
    pub work: String,
    /// The other side.
    pub party: String,
    /// Acts.
    pub acts: Vec<Act>,
    /// Purposes; all if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Where.
    pub territories: Territories,
    /// Media; all if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Medium>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Until,
    /// Whether nobody else may have the same, the studio included.
    #[serde(default)]
    pub exclusive: bool,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Who of the studio's people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
}

/// Which way a grant goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the studio.
    In,
    /// Out of it.
    Out,
}

/// A person engaged on a work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Engagement {
    /// Name of this record, `n:…`.
    pub id: String,
    /// Who.
    pub party: String,
    /// On what.
    pub work: String,
    /// `performer`, `dubbing`, `director`, `writer`, `cinematography`, `crew`, `musician`, or `other`.
    pub craft: String,
    /// Character or task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Day of the engagement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged_on: Option<Date>,
    /// The agreement it was made under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guild: Option<Guild>,
    /// The paper of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// Whether a paper of its own beside the collective agreement lets models learn from the performance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate_ai_agreement: Option<bool>,
    /// Whether a scan of the person was asked for in a paper of its own, and was no condition of the work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan_separate: Option<bool>,
}

/// A paper signed for a work: its clauses, and how money is shared under it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Name of this record, `a:…`.
    pub id: String,
    /// Which work.
    pub work: String,
    /// What it is about: `engagement`, `ai_pool`, `license`.
    #[serde(rename = "for")]
    pub about: String,
    /// Clauses that matter, by page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
    /// Who shares in a pool, in whole points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub points: Vec<Points>,
    /// Where the shares come from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// One clause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clause {
    /// What about: `ai_training`, `replica`, `transfer`, or a purpose, `trailer`.
    pub topic: String,
    /// `allowed` or `barred`.
    pub effect: Effect,
    /// Its page, from 1.
    pub page: u32,
    /// Hash of its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_hash: Option<Document>,
}

/// What a clause says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Yes.
    Allowed,
    /// No.
    Barred,
}

/// One party's share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Points {
    /// Who.
    pub party: String,
    /// As what.
    pub class: String,
    /// How many points of the sum.
    pub points: u32,
}
