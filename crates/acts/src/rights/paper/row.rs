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

/// The party of a record's name, or all that bear the name as it stands in credits: namesakes are for a person to tell apart.
pub(crate) fn parties<'a>(record: &'a Record, asked: &str) -> Vec<&'a Party> {
    match record.parties.get(asked) {
        Some(party) => vec![party],
        None => {
            let name = asked.to_lowercase();
            record.parties.values().filter(|party| party.name.to_lowercase() == name).collect()
        }
    }
}

/// The one party that is meant; none where nobody bears the name.
pub(super) fn party<'a>(record: &'a Record, asked: &str) -> Result<Option<&'a Party>, PaperError> {
    match parties(record, asked).as_slice() {
        [] => Ok(None),
        [party] => Ok(Some(party)),
        several => {
            let known = several.iter().map(|party| party.id.clone()).collect();
            Err(PaperError::Several { kind: "parties", asked: asked.to_owned(), known })
        }
    }
}

/// The consent of a record's name, or the only one of a person.
pub(super) fn consent<'a>(record: &'a Record, asked: &str) -> Result<&'a Consent, PaperError> {
    if let Some(consent) = record.consents.get(asked) {
        return Ok(consent);
    }
    let Some(person) = party(record, asked)? else {
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
