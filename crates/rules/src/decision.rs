//! The answer: what it is, why, what would change it, and what is owed.

use rights::{Date, Document};
use serde::{Deserialize, Serialize};

/// The three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Every condition that was recorded is met.
    MeetsRecordedConditions,
    /// Something that a rule needs is not recorded.
    Unknown,
    /// A rule says no.
    Blocked,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// The answer.
    pub decision: Answer,
    /// Every rule that says no or cannot tell, with the facts that made it so; blocked first.
    pub reasons: Vec<Reason>,
    /// Rules that would have a person look, and stop nothing.
    pub warnings: Vec<Reason>,
    /// What will be owed or must be done, with days.
    pub duties: Vec<Duty>,
    /// For each person that nothing carries: the closest consents and what each lacks.
    pub near_misses: Vec<NearMiss>,
    /// Every rule asked about every subject, and what it said: for the clearance report.
    pub checked: Vec<Checked>,
    /// Rule packs that govern, with their versions.
    pub packs: Vec<PackVersion>,
    /// BLAKE3 of question and of every fact looked at, so that the decision can be made again years later.
    pub facts_hash: String,
    /// Always false: records and checks of the conditions entered; a qualified person must decide.
    pub advice: bool,
    /// Who must look before anyone relies on it; empty where the packs name nobody.
    pub needs_review_by: String,
    /// The line that stands under every answer.
    pub disclaimer: String,
}

/// Why a rule says no, or cannot tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The rule's id, `CORE-TERM`.
    pub rule: String,
    /// Blocked or unknown.
    pub answer: Answer,
    /// One sentence in plain words, with the names in it.
    pub sentence: String,
    /// The facts that made it so.
    pub facts: Vec<Fact>,
    /// The paper that says it, where there is one.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
    /// What would change the answer.
    pub remedy: String,
    /// Where the rule comes from.
    pub source: String,
    /// How sure that source is: `P`, `S`, `C`, `R`, or `design`.
    pub evidence: String,
    /// Who reviewed the rule, and when; empty if nobody yet.
    pub reviewed_by: String,
    /// The uses it is about, by their place in the question; all of the question if empty.
    pub uses: Vec<usize>,
    /// The person it is about, where it is about one.
    pub person: Option<String>,
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fact {
    /// The record it stands in, `c:rossi-2026-014`.
    pub entity: String,
    /// Its field.
    pub field: String,
    /// What it says; `unknown` if nothing.
    pub value: String,
    /// The paper.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
}

/// A consent that nearly carries a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NearMiss {
    /// Whose.
    pub person: String,
    /// Which.
    pub consent: String,
    /// Rules that it fails, fewest first among a person's consents.
    pub fails: Vec<String>,
    /// `the closest consent fails only territory (US)`.
    pub sentence: String,
    /// The paper.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
}

/// A rule's word on one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checked {
    /// The rule.
    pub rule: String,
    /// About what: a person, a shot, a work, a model.
    pub subject: String,
    /// `pass`, `blocked`, `unknown`, `warn`, `duty`, `not_applicable`.
    pub outcome: String,
}

/// Something that must be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Duty {
    /// A name that stays the same when the same question is asked again.
    pub id: String,
    /// `pay`, `notify`, `label`, `consult`, `disclose`, `quarantine`.
    pub kind: String,
    /// To whom, by record; the public for labels.
    pub to: String,
    /// The rule it comes from.
    pub rule: String,
    /// In plain words.
    pub sentence: String,
    /// By when; unknown if the rule gives no day.
    pub due: Option<Date>,
    /// For payments: decimal amount and ISO 4217 currency, where the record gives them.
    pub amount: Option<(String, String)>,
    /// How the amount came about.
    pub basis: Option<String>,
    /// Seconds used, where it is paid for use.
    pub seconds: Option<f64>,
    /// The deed that answered it, if one did.
    pub done_by: Option<String>,
    /// The paper.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
}

/// A pack that governed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PackVersion {
    /// Its name.
    pub pack: String,
    /// Its version: the day it begins to hold.
    pub version: String,
    /// BLAKE3 of its text.
    pub hash: String,
}
