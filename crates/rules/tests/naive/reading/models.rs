//! Whether a model may be taught, used, or what it made shown.

use rights::{Act, Date, Purpose, Record, Territories};

use super::packs::Governing;
use super::paper::{self, Kind, Need};

/// Which way the model is met.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Way {
    /// It is to be taught.
    Taught,
    /// It is to make something, or made something that is to be shown.
    Used,
}

/// What stands in the way of `id` on `day`.
pub(crate) fn obstacles(
    record: &Record,
    studio: &str,
    governing: &Governing,
    id: &str,
    way: Way,
    (from, until): (Date, Date),
    us: bool,
) -> Vec<String> {
    let mut found = Vec::new();
    let Some(model) = record.models.get(id) else {
        // A model to be taught may be named by the aspect that it is for.
        if way == Way::Used || id.starts_with("m:") {
            found.push(format!("CORE-UNKNOWN: model {id}"));
        }
        return found;
    };
    if way == Way::Used {
        let repeats = model
            .memorization
            .as_ref()
            .is_none_or(|memo| memo.prompts == 0 || u64::from(memo.extracted) * 1000 > u64::from(memo.prompts));
        if repeats {
            found.push(format!("MODEL-MEMO: {id}"));
        }
    }
    if let Some(vendor) = &model.vendor {
        let more = vendor.exclusive
            || vendor.retains_inputs
            || vendor.trains_on_inputs
            || !vendor.deletion_proof
            || vendor.weights_owner != studio;
        if more {
            found.push(format!("VENDOR-NX: {id}"));
        }
    }
    if let Some(person) = &model.subject_person {
        let need = create_need(person, (from, until), us);
        let carried = record.consents.values().any(|consent| {
            let first = model.first_used.unwrap_or(from).min(from);
            consent.person == *person
                && consent.signed_at.is_some_and(|signed| signed <= first)
                && paper::lacks(record, governing, consent, &need).is_empty()
        });
        if !carried {
            found.push(format!("MODEL-SUBJECT: {id} shows {person}"));
        }
        if governing.has("sag-aftra-2026") && model.access_limited != Some(true) {
            found.push(format!("SAG-39H: {id}"));
        }
    }
    drift(record, governing, id, (from, until), us, &mut found);
    found
}

fn create_need<'a>(person: &'a str, (from, until): (Date, Date), us: bool) -> Need<'a> {
    Need {
        person,
        kind: Kind::Subject,
        acts: vec![Act::CreateModel],
        purposes: Vec::<Purpose>::new(),
        project: None,
        territories: Territories::default(),
        media: Vec::new(),
        from,
        until,
        asked: from,
        scene: None,
        languages: Vec::new(),
        tags: Vec::new(),
        edits: Vec::new(),
        voice: true,
        us,
        photography: None,
    }
}

/// A model made from one that shows a person needs a consent of that person that names it.
fn drift(
    record: &Record,
    governing: &Governing,
    id: &str,
    (from, until): (Date, Date),
    us: bool,
    found: &mut Vec<String>,
) {
    let mut seen = vec![id];
    let mut next = record.models[id].made_from.as_deref();
    while let Some(parent) = next {
        if seen.contains(&parent) {
            return;
        }
        seen.push(parent);
        let Some(model) = record.models.get(parent) else {
            found.push(format!("MODEL-DRIFT: {id} was made from {parent}, which is not recorded"));
            return;
        };
        if let Some(person) = &model.subject_person {
            // "A new consent that names the model" is one to make such a model, with all that this asks.
            let need = create_need(person, (from, until), us);
            let named = record.consents.values().any(|consent| {
                consent.person == *person
                    && consent.models.iter().any(|model| model == id)
                    && paper::lacks(record, governing, consent, &need).is_empty()
            });
            if !named {
                found.push(format!("MODEL-DRIFT: {id} was made from {parent}, which shows {person}"));
            }
        }
        next = model.made_from.as_deref();
    }
}
