//! Who has something to say about a work or a shot of it, and what is not known.

use jiff::civil::Date;
use serde::Serialize;

use crate::consent::{Consent, Event};
use crate::record::Record;
use crate::shot::ThirdParty;
use crate::word::AppearanceKind;
use crate::work::{Engagement, Link, Work};

/// Everyone of a work, or of one of its shots.
#[derive(Clone, Debug, Serialize)]
pub struct Who {
    /// The work's record.
    pub work: String,
    /// Its title.
    pub title: String,
    /// The shot, if one was asked about.
    pub shot: Option<u32>,
    /// Persons, by name.
    pub persons: Vec<Person>,
    /// Assignments, by day.
    pub chain_of_title: Vec<Link>,
    /// Things of others in it.
    pub third_party: Vec<Thing>,
    /// What is not recorded and will be asked for.
    pub gaps: Vec<String>,
}

/// One person.
#[derive(Clone, Debug, Serialize)]
pub struct Person {
    /// The party's record.
    pub party: String,
    /// As credited.
    pub name: String,
    /// Engagements on the work.
    pub engagements: Vec<Engagement>,
    /// Shots they are in, with what of them.
    pub appearances: Vec<Seen>,
    /// Consents, as they stand on the day asked about.
    pub consents: Vec<Stand>,
}

/// An appearance.
#[derive(Clone, Debug, Serialize)]
pub struct Seen {
    /// Shot number.
    pub shot: u32,
    /// What of the person.
    pub kinds: Vec<AppearanceKind>,
    /// Whether a person confirmed it.
    pub verified: bool,
}

/// A consent on a day.
#[derive(Clone, Debug, Serialize)]
pub struct Stand {
    /// What is left of it.
    #[serde(flatten)]
    pub consent: Consent,
    /// What ended it.
    pub ended: Option<Event>,
}

/// Something that belongs to others.
#[derive(Clone, Debug, Serialize)]
pub struct Thing {
    /// In which shot.
    pub shot: u32,
    /// What.
    #[serde(flatten)]
    pub thing: ThirdParty,
}

/// Gathers everyone of `work`, or of its shot `number`, on `day`. `shots` are the numbers that the catalogue holds.
pub fn who(record: &Record, work: &Work, number: Option<u32>, shots: &[u32], day: Date) -> Who {
    let mine = |shot: &&crate::Shot| shot.work == work.id && number.is_none_or(|n| shot.number == n);
    let rows: Vec<&crate::Shot> = record.shots.values().filter(mine).collect();
    let mut parties: Vec<&str> = rows.iter().flat_map(|s| &s.appearance).map(|a| a.person.as_str()).collect();
    if number.is_none() {
        parties.extend(record.engagements.values().filter(|e| e.work == work.id).map(|e| e.party.as_str()));
        parties.extend(work.authors.iter().map(String::as_str));
    }
    parties.sort_by_key(|id| record.name(id));
    parties.dedup();
    let persons = parties.iter().map(|id| person(record, work, id, &rows, day)).collect();
    let mut chain_of_title = work.chain_of_title.clone();
    chain_of_title.sort_by_key(|link| link.date);
    let third_party = rows
        .iter()
        .flat_map(|shot| shot.third_party.iter().map(|thing| Thing { shot: shot.number, thing: thing.clone() }))
        .collect();
    Who {
        work: work.id.clone(),
        title: work.title.clone(),
        shot: number,
        persons,
        chain_of_title,
        third_party,
        gaps: gaps(record, work, number, shots, &rows),
    }
}

fn person(record: &Record, work: &Work, id: &str, rows: &[&crate::Shot], day: Date) -> Person {
    let seen = rows.iter().flat_map(|shot| {
        shot.appearance.iter().filter(|a| a.person == id).map(|a| Seen {
            shot: shot.number,
            kinds: a.kinds.clone(),
            verified: a.verified_by.is_some() || shot.verified_by.is_some(),
        })
    });
    Person {
        party: id.to_owned(),
        name: record.name(id).to_owned(),
        engagements: record.engagements_on(&work.id, id).cloned().collect(),
        appearances: seen.collect(),
        consents: record
            .standing(id, day)
            .into_iter()
            .map(|standing| Stand { consent: standing.consent, ended: standing.ended })
            .collect(),
    }
}

fn gaps(record: &Record, work: &Work, number: Option<u32>, shots: &[u32], rows: &[&crate::Shot]) -> Vec<String> {
    let mut gaps = Vec::new();
    if work.authors.is_empty() && work.public_domain.is_empty() {
        gaps.push(format!("{}: its authors are not recorded, so no chain of title can begin", work.title));
    }
    if work.guilds.is_none() {
        gaps.push(format!("{}: under which agreements it was made is not recorded", work.title));
    }
    for link in work.chain_of_title.iter().filter(|link| !link.is_proven()) {
        gaps.push(format!(
            "the {} of {} from {} has no document, page or reader",
            link.instrument,
            link.date,
            record.name(&link.from)
        ));
    }
    let silent: Vec<u32> = shots
        .iter()
        .copied()
        .filter(|n| number.is_none_or(|asked| asked == *n) && !rows.iter().any(|row| row.number == *n))
        .collect();
    match silent.as_slice() {
        [] => {}
        [one] => gaps.push(format!("who is in shot {one} is not recorded")),
        many => gaps.push(format!(
            "who is in {} of {} shots is not recorded, shot {} first",
            many.len(),
            shots.len(),
            many[0]
        )),
    }
    for shot in rows.iter().filter(|shot| shot.verified_by.is_none()) {
        if shot.appearance.is_empty() || shot.appearance.iter().any(|a| a.verified_by.is_none()) {
            gaps.push(format!("nobody has confirmed who is in shot {}", shot.number));
        }
    }
    for shot in rows {
        for thing in shot.third_party.iter().filter(|thing| thing.holder == "unknown") {
            gaps.push(format!("shot {}: whose the {} is, is unknown", shot.number, thing.what));
        }
    }
    gaps
}
