//! Finding the record that a person means, or saying what there is.

use std::collections::BTreeMap;

use catalogue::LookupError;
use rights::{Consent, Model, Party, Record, Work};

use super::PaperError;
use crate::House;

/// The row of this name.
pub(super) fn named<'a, T>(
    rows: &'a BTreeMap<String, T>,
    kind: &'static str,
    table: &'static str,
    asked: &str,
) -> Result<&'a T, PaperError> {
    rows.get(asked).ok_or_else(|| PaperError::NotRecorded {
        kind,
        table,
        asked: asked.to_owned(),
        known: near(rows, asked),
    })
}

/// Names of rows, those that begin as `asked` does first.
fn near<T>(rows: &BTreeMap<String, T>, asked: &str) -> Vec<String> {
    let mut names: Vec<String> = rows.keys().cloned().collect();
    let common = |name: &String| name.chars().zip(asked.chars()).take_while(|(a, b)| a == b).count();
    names.sort_by_key(|name| std::cmp::Reverse(common(name)));
    names
}

/// The work of a record's name or title, or of the title that the catalogue takes it for.
pub(super) fn work<'a>(house: &House, record: &'a Record, asked: &str) -> Result<&'a Work, PaperError> {
    let mut works = record.works_named(asked);
    if works.is_empty() {
        works = match house.library().title(asked) {
            Ok(title) => record.works_named(&title.name),
            Err(LookupError::Library(error)) => return Err(error.into()),
            Err(_) => Vec::new(),
        };
    }
    match works.as_slice() {
        [work] => Ok(work),
        [] => {
            let known = record.works.values().map(|work| format!("{} ({})", work.title, work.id)).collect();
            Err(PaperError::NotRecorded { kind: "work", table: "work", asked: asked.to_owned(), known })
        }
        several => {
            let known = several.iter().map(|work| work.id.clone()).collect();
            Err(PaperError::Several { kind: "works", asked: asked.to_owned(), known })
        }
    }
}

/// The model of a record's name, or the only one of an aspect.
pub(super) fn model<'a>(record: &'a Record, asked: &str) -> Result<&'a Model, PaperError> {
    let of_aspect: Vec<&Model> = record.models.values().filter(|m| m.aspect.as_deref() == Some(asked)).collect();
    match of_aspect.as_slice() {
        [] => named(&record.models, "model", "model", asked),
        _ if record.models.contains_key(asked) => Ok(&record.models[asked]),
        [model] => Ok(model),
        several => {
            let known = several.iter().map(|model| model.id.clone()).collect();
            Err(PaperError::Several { kind: "models", asked: asked.to_owned(), known })
        }
    }
}

/// The party of a record's name, or as it stands in credits; none if two bear that name.
pub(super) fn party<'a>(record: &'a Record, asked: &str) -> Option<&'a Party> {
    record.parties.get(asked).or_else(|| {
        let name = asked.to_lowercase();
        let mut all = record.parties.values().filter(|party| party.name.to_lowercase() == name);
        all.next().filter(|_| all.next().is_none())
    })
}

/// The consent of a record's name, or the only one of a person.
pub(super) fn consent<'a>(record: &'a Record, asked: &str) -> Result<&'a Consent, PaperError> {
    if let Some(consent) = record.consents.get(asked) {
        return Ok(consent);
    }
    let Some(person) = party(record, asked) else {
        return named(&record.consents, "consent or person", "consent", asked);
    };
    let consents: Vec<&Consent> = record.consents_of(&person.id).collect();
    match consents.as_slice() {
        [] => {
            let asked = format!("that of {}", person.name);
            Err(PaperError::NotRecorded {
                kind: "consent",
                table: "consent",
                asked,
                known: near(&record.consents, "c:"),
            })
        }
        [consent] => Ok(consent),
        several => {
            let known = several.iter().map(|consent| consent.id.clone()).collect();
            Err(PaperError::Several { kind: "consents", asked: person.name.clone(), known })
        }
    }
}
