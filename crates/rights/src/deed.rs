//! What people did that a rule asks for: consultations, notices, reviews; and the facts around a use that are no grant.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::word::{Document, Guild};

/// A human act that a rule waits for: who did what, when, with which note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deed {
    /// Name of this record, `d:…`.
    pub id: String,
    /// What: `consultation`, `notice`, `disclosure`, `review`, `undertaking`, `approval`, `placement`, `contribution`,
    /// `payment`, `deletion`, or the studio's own.
    pub kind: String,
    /// About whom or what: the id of a work, a model, a person, a transfer, a duty.
    pub about: String,
    /// The rule it answers, where it answers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Who did it.
    pub by: String,
    /// Day.
    pub on: Date,
    /// What was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
}

/// A strike, while which consents of its guild are not used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Strike {
    /// Name of this record, `k:…`.
    pub id: String,
    /// Whose.
    pub guild: Guild,
    /// First day.
    pub from: Date,
    /// Last day, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// A text that writing starts from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Name of this record, `t:…`.
    pub id: String,
    /// For which work.
    pub work: String,
    /// Who wrote it: `human`, `writer_with_gai`, `gai`.
    pub origin: String,
    /// The writer it was handed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_to: Option<String>,
    /// Day it was disclosed to that writer as made by a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosed_on: Option<Date>,
    /// Whether it is named as source material in credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credited_as_source: Option<bool>,
    /// Whether the writer was made to use a machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_required: Option<bool>,
}

/// A performer that never was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Synthetic {
    /// Name of this record, `y:…`.
    pub id: String,
    /// In which work.
    pub work: String,
    /// Whether it plays a human being.
    pub human_role: bool,
    /// Whether the work has it as well, where it is in a trailer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_work: Option<bool>,
    /// Why it adds what a performer could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_memo: Option<Document>,
    /// Day the union was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_on: Option<Date>,
    /// `open`, `agreed`, `arbitration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bargaining: Option<String>,
}

/// Something handed to someone outside: footage, a replica, a set to learn from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// Name of this record, `x:…`.
    pub id: String,
    /// To whom.
    pub to: String,
    /// `footage`, `replica`, `training_set`, `script`.
    pub what: String,
    /// Works it holds.
    pub works: Vec<String>,
    /// The model it holds, for a replica.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether it is for teaching a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_training: Option<bool>,
    /// Whether the receiver belongs to the studio's group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affiliated: Option<bool>,
    /// Whether the public can use the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_facing: Option<bool>,
    /// Day it is to happen.
    pub on: Date,
    /// Day the receiver signed to keep the conditions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undertaking_on: Option<Date>,
    /// Day the union was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub union_asked_on: Option<Date>,
    /// Whether the union approved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub union_approved: Option<bool>,
}
