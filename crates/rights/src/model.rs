//! Models, as far as rights go.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::word::Document;

/// A model that is to be taught, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Name of this record, `m:volto-rossi-v2`.
    pub id: String,
    /// The specialist it is for: `light`, `image`, `face`.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "role")]
    pub aspect: Option<String>,
    /// The person it exists to show, if it is made for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_person: Option<String>,
    /// The model it was made from by more training or by merging.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_from: Option<String>,
    /// Whether it belongs to the studio's own group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub affiliated: Option<bool>,
    /// Whether the public can use it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_facing: Option<bool>,
    /// Numbers it learned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params: Option<u64>,
    /// The list of what it was taught.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Document>,
    /// How many shots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shots: Option<u64>,
    /// Of how many titles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub titles: Option<u64>,
    /// Floating-point operations spent on training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_flops: Option<f64>,
    /// Day of first use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_used: Option<Date>,
    /// Whether only those who need it can read its files, and reading is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_limited: Option<bool>,
    /// What came of asking whether it repeats what it was taught.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "memorisation")]
    pub memorization: Option<Memorization>,
    /// The terms, where someone else hosts or trains it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vendor: Option<Vendor>,
}

/// A test whether a model repeats its lessons.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memorization {
    /// How often it was asked.
    pub prompts: u32,
    /// How often it repeated.
    pub extracted: u32,
    /// The grade of the closest copy found, `D0` to `D5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_copy_grade: Option<String>,
    /// The report.
    pub report: Document,
}

/// What a vendor may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// Who.
    pub party: String,
    /// Whether the studio may use nobody else.
    pub exclusive: bool,
    /// Whether it keeps what it is given.
    pub retains_inputs: bool,
    /// Whether it learns from what it is given.
    pub trains_on_inputs: bool,
    /// Whose the weights are.
    pub weights_owner: String,
    /// Whether it must prove that it deleted.
    pub deletion_proof: bool,
}
