//! The gates as types: what was not answered cannot be handed on.

use rights::Record;
use serde::Serialize;

use crate::decision::{Answer, Decision};
use crate::question::{Question, Use};
use crate::rulebook::Rulebook;

/// These shots may teach this model; or nothing is recorded, and what is taught stays in the sandbox.
#[derive(Clone, Debug, Serialize)]
pub struct TrainingBasis {
    allowed: Vec<Use>,
    barred: Vec<Use>,
    sandbox: bool,
    decision: Decision,
}

/// This cut may be used so, here, then.
#[derive(Clone, Debug, Serialize)]
pub struct Cleared {
    question: Question,
    decision: Decision,
}

/// This may be made of these persons.
#[derive(Clone, Debug, Serialize)]
pub struct Makeable {
    question: Question,
    decision: Decision,
}
