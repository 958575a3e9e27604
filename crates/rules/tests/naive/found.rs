//! A case written out, so that it can be read and asked again.

use crate::reading;
use crate::worlds::{Case, STUDIO};

/// The record as TOML, the question, and what the second reader has against it.
pub(crate) fn text(case: &Case) -> String {
    let record = case.record();
    let question = toml::to_string(&case.question).unwrap_or_else(|e| format!("{:?} ({e})", case.question));
    let against = reading::obstacles(&record, STUDIO, &case.question).join("\n# ");
    format!("{}\n# The question:\n{question}\n# What stands in the way:\n# {against}\n", rights::write::toml(&record))
}
