//! What is said about a file: what it is, how it was made, of which shots, who decided that it may leave.
//!
//! There is no field for a person. Who appears and who agreed stands in the studio's records; the file carries only the
//! decision's id, by which those who may look can look.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::mark::Payload;

/// Everything that a credential says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// What the film, picture or paper is called.
    pub title: String,
    /// What was done, in order; the first says how the file came to be.
    pub actions: Vec<Action>,
    /// What it was made of.
    pub ingredients: Vec<Ingredient>,
    /// Whether machines may learn from it.
    pub mining: Mining,
    /// The decision that let it leave.
    pub clearance: Clearance,
}

/// Something done to the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// What.
    pub deed: Deed,
    /// What kind of source the result has, in the words of the IPTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceType>,
    /// In plain words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Timestamp>,
    /// Which ingredients it used: places in [`Claim::ingredients`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ingredients: Vec<usize>,
}

impl Action {
    /// An action of which nothing more is said.
    pub fn new(deed: Deed) -> Action {
        Action { deed, source: None, description: None, when: None, ingredients: Vec::new() }
    }

    /// With the kind of its source.
    pub fn from_source(mut self, source: SourceType) -> Action {
        self.source = Some(source);
        self
    }

    /// With the ingredients that it used.
    pub fn using(mut self, ingredients: impl IntoIterator<Item = usize>) -> Action {
        self.ingredients = ingredients.into_iter().collect();
        self
    }
}

/// What was done, in the words of C2PA (Content Credentials 2.2, 18.16, "Actions").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// Made anew.
    #[serde(rename = "c2pa.created")]
    Created,
    /// Changed in what it shows.
    #[serde(rename = "c2pa.edited")]
    Edited,
    /// Shots put into it.
    #[serde(rename = "c2pa.placed")]
    Placed,
    /// Graded.
    #[serde(rename = "c2pa.color_adjustments")]
    Graded,
    /// Reframed.
    #[serde(rename = "c2pa.cropped")]
    Reframed,
    /// Brought to another size.
    #[serde(rename = "c2pa.resized")]
    Resized,
    /// Brought into another codec.
    #[serde(rename = "c2pa.transcoded")]
    Transcoded,
    /// Let out of the house.
    #[serde(rename = "c2pa.published")]
    Published,
}

/// IPTC digital source type: what a picture or sound is, as to machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SourceType {
    /// Filmed with a digital camera.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")]
    DigitalCapture,
    /// Scanned from a negative.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm")]
    NegativeFilm,
    /// Scanned from a positive.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/positiveFilm")]
    PositiveFilm,
    /// Made by people with tools that generate nothing.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation")]
    DigitalCreation,
    /// Edited by people with tools that generate nothing.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/humanEdits")]
    HumanEdits,
    /// Mended by an algorithm without a change of what is shown: noise, sharpness.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicallyEnhanced")]
    AlgorithmicallyEnhanced,
    /// Made by an algorithm that learned from nothing.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia")]
    AlgorithmicMedia,
    /// Made by a trained model.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia")]
    TrainedAlgorithmicMedia,
    /// Filmed, with parts made by a trained model.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia")]
    CompositeWithTrainedAlgorithmicMedia,
    /// Put together of filmed elements.
    #[serde(rename = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeCapture")]
    CompositeCapture,
}

/// A shot, or another file, that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ingredient {
    /// Title of the work that it is from.
    pub title: String,
    /// Number of the shot in its reel, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shot: Option<u32>,
    /// Frames of the reel, `[start, end)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frames: Option<[i64; 2]>,
    /// Content hash of the reel, as the catalogue writes it.
    pub reel: String,
    /// What it is to the file.
    pub relation: Relation,
}

/// What an ingredient is to the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Relation {
    /// It is seen or heard in it.
    #[serde(rename = "componentOf")]
    ComponentOf,
    /// It went into the making without being seen: a model, a reference.
    #[serde(rename = "inputTo")]
    InputTo,
}

/// Whether machines may learn from the file: the four keys of the CAWG's training and data mining assertion 1.1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mining {
    /// Text and data mining.
    pub data_mining: Permission,
    /// Being put into a trained model as its input.
    pub ai_inference: Permission,
    /// Training a model that generates.
    pub ai_generative_training: Permission,
    /// Training any other model.
    pub ai_training: Permission,
}

impl Mining {
    /// All four keys are reserved.
    pub fn reserved() -> Mining {
        let no = || Permission::NotAllowed;
        Mining { data_mining: no(), ai_inference: no(), ai_generative_training: no(), ai_training: no() }
    }

    pub(crate) fn keys(&self) -> [(&'static str, &Permission); 4] {
        [
            ("cawg.data_mining", &self.data_mining),
            ("cawg.ai_inference", &self.ai_inference),
            ("cawg.ai_generative_training", &self.ai_generative_training),
            ("cawg.ai_training", &self.ai_training),
        ]
    }
}

/// A permission for machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "use", content = "conditions")]
pub enum Permission {
    /// Allowed.
    Allowed,
    /// Reserved.
    NotAllowed,
    /// Allowed under the conditions stated; whoever cannot read them must take it as reserved.
    Constrained(String),
}

/// The decision by which the file may leave, and where it stands in the studio's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clearance {
    /// Id of the decision.
    pub decision: String,
    /// Where it stands in the log; `None` before it is logged, and in a sandbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPlace>,
    /// What the invisible mark in the picture says; `None` where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Payload>,
}

/// A place in the studio's append-only log, with what proves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogPlace {
    /// Root of the log, in hexadecimal digits.
    pub root: String,
    /// The signed checkpoint that holds that root.
    pub checkpoint: String,
    /// Proof that the decision is in it, as the ledger writes it.
    pub inclusion: Value,
}
