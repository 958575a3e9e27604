//! Whether one consent carries one person.

use rights::consent::Side;
use rights::{Act, Consent, Date, EventKind, Medium, Purpose, Record, Replica, Territories, Until};

use super::packs::{Governing, parse};

/// What of a person is asked for.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Kind {
    /// What was filmed is shown.
    Footage,
    /// What was filmed teaches a model.
    Lesson,
    /// A likeness, voice or performance is made, or was.
    Replica,
    /// A model is made whose subject is the person.
    Subject,
}

/// What a consent has to carry.
#[derive(Clone)]
pub(crate) struct Need<'a> {
    pub(crate) person: &'a str,
    pub(crate) kind: Kind,
    pub(crate) acts: Vec<Act>,
    pub(crate) purposes: Vec<Purpose>,
    /// The work it is for; any, where the question names none.
    pub(crate) project: Option<&'a str>,
    /// Empty inside the house.
    pub(crate) territories: Territories,
    /// Empty inside the house.
    pub(crate) media: Vec<Medium>,
    pub(crate) from: Date,
    pub(crate) until: Date,
    /// The day of the question.
    pub(crate) asked: Date,
    pub(crate) scene: Option<u32>,
    pub(crate) languages: Vec<String>,
    pub(crate) tags: Vec<String>,
    pub(crate) edits: Vec<String>,
    /// Whether their voice is used.
    pub(crate) voice: bool,
    /// Whether the law of the United States is asked.
    pub(crate) us: bool,
    /// The day photography of the project began.
    pub(crate) photography: Option<Date>,
}

/// Edits that are ordinary post-production: the list of `SAG-ALTER`.
pub(crate) const ORDINARY: &[&str] = &[
    "as_scripted",
    "cosmetics",
    "wardrobe",
    "noise_reduction",
    "timing",
    "speed",
    "continuity",
    "pitch",
    "tone",
    "clarity",
    "vfx",
    "filters",
    "standards_and_practices",
    "ratings",
    "dialogue_adjustment",
];

/// Nothing if some consent carries the person; else for each of their consents what it lacks.
pub(crate) fn obstacles(record: &Record, governing: &Governing, need: &Need<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for consent in record.consents.values().filter(|consent| consent.person == need.person) {
        let lacks = lacks(record, governing, consent, need);
        if lacks.is_empty() {
            return Vec::new();
        }
        found.push(format!("{} lacks {}", consent.id, lacks.join(", ")));
    }
    if found.is_empty() {
        found.push(format!("CORE-UNKNOWN: no consent of {}", need.person));
    }
    found
}

/// A consent as its events by `day` left it; nothing if they ended it.
pub(crate) fn standing_on(record: &Record, consent: &Consent, day: Date) -> Option<Consent> {
    let order = |kind| match kind {
        EventKind::Grant => 0,
        EventKind::Narrow => 1,
        EventKind::Revoke => 2,
        EventKind::Expire => 3,
    };
    let mut events: Vec<_> =
        record.events.values().filter(|event| event.consent == consent.id && event.on <= day).collect();
    events.sort_by_key(|event| (event.on, order(event.kind)));
    let mut left = consent.clone();
    let mut ended = false;
    for event in events {
        match event.kind {
            EventKind::Grant => ended = false,
            EventKind::Revoke | EventKind::Expire => ended = true,
            EventKind::Narrow => {
                if !event.territories.is_empty() {
                    left.territories = left.territories.and(&event.territories);
                }
                if !event.media.is_empty() {
                    left.media.retain(|medium| event.media.contains(medium));
                }
                if !event.purposes.is_empty() {
                    left.purposes.retain(|purpose| event.purposes.contains(purpose));
                }
                if let Some(last) = event.not_after {
                    let before = left.not_after.map_or(last, Until::day);
                    left.not_after = Some(Until::Day(before.min(last)));
                }
            }
        }
    }
    (!ended).then_some(left)
}

/// Rules by which this consent does not carry the need.
pub(crate) fn lacks(record: &Record, governing: &Governing, consent: &Consent, need: &Need<'_>) -> Vec<&'static str> {
    // A consent carries a stretch of days only if it carries each of them: what is known to end within it ends the use.
    let mut days = vec![need.from, need.until];
    days.extend(record.events.values().filter(|event| event.consent == consent.id).map(|event| event.on));
    days.retain(|day| need.from <= *day && *day <= need.until);
    let mut lacks = Vec::new();
    if consent.by.as_deref().is_some_and(|by| by != need.person && !speaks(record, by, need.person)) {
        lacks.push("CORE-AUTHORITY");
    }
    for day in days {
        match standing_on(record, consent, day) {
            None => lacks.push("CORE-REVOKED"),
            Some(left) => core(&left, need, &mut lacks),
        }
    }
    if matches!(need.kind, Kind::Replica | Kind::Subject) {
        replica(record, governing, consent, need, &mut lacks);
    }
    if need.kind == Kind::Footage && governing.has("sag-aftra-2023") {
        let beyond = need.edits.iter().filter(|edit| !ORDINARY.contains(&edit.as_str()));
        if beyond.into_iter().any(|edit| !consent.tags.contains(edit)) {
            lacks.push("SAG-ALTER");
        }
    }
    lacks.sort();
    lacks.dedup();
    lacks
}

fn core(consent: &Consent, need: &Need<'_>, lacks: &mut Vec<&'static str>) {
    if consent.document.is_none() || consent.page.is_none() || consent.verified_by.is_none() {
        lacks.push("CORE-DOC");
    }
    if need.acts.iter().any(|act| !consent.acts.contains(act)) {
        lacks.push("CORE-ACT");
    }
    if need.purposes.iter().any(|purpose| !consent.purposes.contains(purpose)) {
        lacks.push("CORE-PURPOSE");
    }
    if need.project.is_some_and(|project| !consent.projects.iter().any(|known| known == project)) {
        lacks.push("CORE-PROJECT");
    }
    if need.territories.codes().iter().any(|code| !consent.territories.contains(code)) {
        lacks.push("CORE-TERR");
    }
    if need.media.iter().any(|medium| !consent.media.contains(medium)) {
        lacks.push("CORE-MEDIUM");
    }
    // A consent that names no first day holds from its signature.
    let begun = consent.not_before.or(consent.signed_at).is_some_and(|first| first <= need.from);
    let lasts = consent.not_after.is_some_and(|last| last.day() >= need.until);
    if !begun || !lasts {
        lacks.push("CORE-TERM");
    }
    // Scenes belong to what a model makes, not to the making of the model.
    let in_scene = need.kind == Kind::Subject
        || consent.scenes.is_empty()
        || need.scene.is_some_and(|scene| consent.scenes.contains(&scene));
    let spoken =
        consent.languages.is_empty() || need.languages.iter().all(|language| consent.languages.contains(language));
    if !in_scene || !spoken || need.tags.iter().any(|tag| !consent.tags.contains(tag)) {
        lacks.push("CORE-SCOPE");
    }
    for word in &consent.forbid {
        let forbidden = need.purposes.iter().any(|purpose| purpose.as_str() == word)
            || need.acts.iter().any(|act| act.as_str() == word)
            || need.tags.contains(word)
            || (word == "training_other_models" && need.kind == Kind::Lesson);
        if forbidden {
            lacks.push("CORE-FORBID");
        }
    }
}

/// What a consent to making a person anew has to have besides.
fn replica(record: &Record, governing: &Governing, consent: &Consent, need: &Need<'_>, lacks: &mut Vec<&'static str>) {
    // Without a scan there are no services to give notice of, and nothing to give a reason for before asking.
    let scanned = consent.made_by.as_deref().is_none_or(|how| how == "scan");
    let told = consent.notice.as_ref().is_some_and(|notice| {
        let two_days = jiff::SignedDuration::from_hours(48);
        let in_time = notice.services_at.duration_since(notice.given_at) >= two_days;
        let late = notice
            .engaged_at
            .is_some_and(|at| notice.services_at.duration_since(at) < two_days && notice.given_at <= at);
        in_time || late
    });
    if governing.has("sag-aftra-2023") {
        if scanned && !told {
            lacks.push("SAG-NOTICE48");
        }
        if consent.conspicuous != Some(true) || consent.separately_signed != Some(true) {
            lacks.push("SAG-CONSPIC");
        }
        if consent.description.as_deref().unwrap_or_default().is_empty() || consent.specific != Some(true) {
            lacks.push("SAG-DESC");
        }
        if need.kind == Kind::Replica && consent.replica == Replica::Employment && !same_picture(consent, need) {
            lacks.push("SAG-EBDR-OTHER");
        }
    }
    if governing.has("sag-aftra-2026") {
        let made_by = consent.made_by.as_deref();
        if consent.replica == Replica::Independent && (made_by.is_none() || made_by == Some("set_photography")) {
            lacks.push("SAG-39A");
        }
        if need.kind == Kind::Replica && consent.tags.is_empty() {
            lacks.push("SAG-39B");
        }
        let dubbed = need.kind == Kind::Replica && need.purposes.contains(&Purpose::Dub);
        let early = need.photography.is_some_and(|day| day < parse("2027-07-01"));
        if dubbed && !early && need.languages.iter().any(|language| !consent.languages.contains(language)) {
            lacks.push("SAG-39D");
        }
        let body = consent.biometrics.iter().any(|kind| ["finger", "palm", "iris"].contains(&kind.as_str()));
        let other = [Purpose::Advertising, Purpose::Promotion, Purpose::Sequel, Purpose::Training];
        if body && need.purposes.iter().any(|purpose| other.contains(purpose)) {
            lacks.push("SAG-39E");
        }
        if scanned && consent.business_reason.as_deref().unwrap_or_default().is_empty() {
            lacks.push("SAG-39J");
        }
    }
    if need.us {
        let void = [
            consent.replaces_work,
            consent.specific.map(|specific| !specific),
            consent.represented_by.map(|side| side == Side::None),
        ];
        // Void if all three hold; not void for sure only if one is known not to.
        if !void.contains(&Some(false)) {
            lacks.push("CA-927");
        }
        estate(record, consent, need, lacks);
    }
}

/// Whether an employment-based replica stays in its picture, or has a new paper, signed before and paid enough.
fn same_picture(consent: &Consent, need: &Need<'_>) -> bool {
    let only = (consent.projects.len() == 1).then(|| consent.projects[0].as_str());
    let Some(picture) = consent.made_for.as_deref().or(only) else { return false };
    if need.project == Some(picture) {
        return true;
    }
    let before = consent.signed_at.is_some_and(|day| day <= need.from);
    let paid = consent.pay.as_ref().is_some_and(|pay| {
        let minimum = pay.minimum.as_deref().and_then(cents);
        cents(&pay.amount).zip(minimum).is_some_and(|(amount, minimum)| amount >= minimum)
    });
    before && paid
}

fn cents(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "00"));
    Some(whole.parse::<u64>().ok()? * 100 + format!("{part:0<2}").parse::<u64>().ok()?)
}

/// Of a person who has died in California or New York, only an estate speaks whose authority someone read.
fn estate(record: &Record, consent: &Consent, need: &Need<'_>, lacks: &mut Vec<&'static str>) {
    let party = record.parties.get(need.person);
    let dead = party.and_then(|party| party.deceased.or(party.died.map(|_| true)));
    let domicile = party.and_then(|party| party.domicile.as_deref());
    let concerned = match (dead, domicile) {
        (Some(false), _) => false,
        (_, Some(place)) => place == "US-CA" || place == "US-NY",
        (_, None) => true,
    };
    let signed = consent.by.as_deref().is_some_and(|by| speaks(record, by, need.person));
    if concerned && !signed {
        lacks.push("CA-3344.1/NY-50F");
    }
}

/// Whether someone has a paper, read by someone, that lets them speak for a person.
fn speaks(record: &Record, by: &str, person: &str) -> bool {
    record.parties.get(by).is_some_and(|by| {
        by.for_person.as_deref() == Some(person)
            && by.authority.as_ref().is_some_and(|paper| paper.verified_by.is_some())
    })
}
