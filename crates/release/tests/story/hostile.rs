//! The story with another text in the place of every name.

use rights::{Entry, Record};
use serde_json::Value;

use super::{decision, papers_of, question, record};

/// Puts `new` in the place of every text that people write freely.
fn replace(value: &mut Value, new: &str) {
    const FREE: [&str; 24] = [
        "name",
        "title",
        "description",
        "business_reason",
        "note",
        "what",
        "role",
        "source",
        "approved_by",
        "verified_by",
        "sentence",
        "remedy",
        "value",
        "field",
        "entity",
        "evidence",
        "basis",
        "needs_review_by",
        "instrument",
        "craft",
        "origin",
        "bargaining",
        "pack",
        "holder",
    ];
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                match field {
                    Value::String(text) if FREE.contains(&key.as_str()) => *text = new.to_owned(),
                    other => replace(other, new),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, new)),
        _ => {}
    }
}

/// Every paper, with `new` in the place of every text that people write freely.
pub(crate) fn hostile(new: &str) -> Vec<(&'static str, String)> {
    let entries = record().entries().into_iter().map(|entry| {
        let (kind, mut body) = (entry.kind(), entry.body());
        replace(&mut body, new);
        Entry::parse(kind, body).map_err(|(path, why)| format!("{kind} {path}: {why}")).expect("plain values")
    });
    let told = Record::new(entries);
    let mut decision = serde_json::to_value(decision()).expect("plain values");
    replace(&mut decision, new);
    let mut question = serde_json::to_value(question()).expect("plain values");
    replace(&mut question, new);
    question["music"] = serde_json::json!([new]);
    papers_of(
        &told,
        &told,
        serde_json::from_value(question).expect("a question"),
        serde_json::from_value(decision).expect("a decision"),
        new,
    )
}
