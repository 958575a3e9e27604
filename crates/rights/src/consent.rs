//! What a person has consented to, and what has happened to that consent since.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::territory::Territories;
use crate::word::{Act, Document, Medium, Purpose, Until};

/// What of a person is made anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replica {
    /// Nothing: the consent is for what was filmed.
    #[default]
    #[serde(rename = "none")]
    None,
    /// Employment-based digital replica: made with the person's taking part.
    #[serde(rename = "EBDR")]
    Employment,
    /// Independently created digital replica: made from what there is.
    #[serde(rename = "ICDR")]
    Independent,
    /// Of a background actor.
    #[serde(rename = "background")]
    Background,
}

impl Replica {
    /// As it is written in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Replica::None => "none",
            Replica::Employment => "EBDR",
            Replica::Independent => "ICDR",
            Replica::Background => "background",
        }
    }
}

/// A person's consent. Lists that are left out are unknown, not unlimited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Name of this record, `c:rossi-2026-014`.
    pub id: String,
    /// Whose likeness, voice or performance.
    pub person: String,
    /// Who signed, where it was not the person: an estate, a guardian.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// What is made anew.
    #[serde(default)]
    pub replica: Replica,
    /// The use, as it was described to the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The description in words that a request can be held against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Acts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
    /// Purposes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// Works it may be used in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<String>,
    /// Scenes; all if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenes: Vec<u32>,
    /// Languages, by ISO 639-1; the work's own if not said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Territories::is_empty")]
    pub territories: Territories,
    /// Media.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Medium>,
    /// First day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Date>,
    /// Last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Until>,
    /// Never, whatever else it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbid: Vec<String>,
    /// When the person was told, and when the services began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Whether it was signed apart from the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separately_signed: Option<bool>,
    /// Whether it stood where it could not be missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conspicuous: Option<bool>,
    /// Whether the use it describes is reasonably specific, as the reader judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specific: Option<bool>,
    /// Who stood by the person: `counsel`, `union`, `none`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub represented_by: Option<Side>,
    /// Whether it replaces work that the person would have done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces_work: Option<bool>,
    /// How the replica was made: `scan`, `set_photography`, `archive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_by: Option<String>,
    /// The work whose services it was made in; the only project, if there is one only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made_for: Option<String>,
    /// Models that may be made from a model of the person, by their records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub models: Vec<String>,
    /// Kinds of body data taken: `face`, `voice`, `finger`, `palm`, `iris`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub biometrics: Vec<String>,
    /// Day of the signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_at: Option<Date>,
    /// Why the studio asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_reason: Option<String>,
    /// What is owed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
    /// Who of the studio's people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
}

/// Who stood by a person who signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A lawyer.
    Counsel,
    /// A union.
    Union,
    /// Nobody.
    None,
}

/// Notice of services, to the minute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// When notice was given.
    pub given_at: Timestamp,
    /// When the services began.
    pub services_at: Timestamp,
    /// When the person was engaged, where that was later than two days before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engaged_at: Option<Timestamp>,
}

/// What is owed for a use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pay {
    /// `equivalent_days`, `day_rate`, `flat`, `none`.
    pub basis: String,
    /// Days the person would have worked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// For a day, or flat: a decimal number as text, `"1500.00"`.
    #[serde(alias = "daily")]
    pub amount: String,
    /// The least a day may be paid, where an agreement says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<String>,
    /// ISO 4217.
    pub currency: String,
    /// How residuals are counted: `as_if_performed`, `none`.
    #[serde(default, skip_serializing_if = "Option::is_none", alias = "residual_class")]
    pub residuals: Option<String>,
}

/// Something that happened to a consent; events are added, never changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Name of this record, `v:…`.
    pub id: String,
    /// Which consent.
    pub consent: String,
    /// What.
    pub kind: EventKind,
    /// From which day.
    pub on: Date,
    /// For a narrowing: the territories that are left.
    #[serde(default, skip_serializing_if = "Territories::is_empty")]
    pub territories: Territories,
    /// For a narrowing: the media that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Medium>,
    /// For a narrowing: the purposes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// For a narrowing: the last day now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Date>,
    /// Why, or who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// Its page, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<u32>,
}

/// What can happen to a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// Given, or given again after it was revoked.
    Grant,
    /// Made smaller.
    Narrow,
    /// Taken back.
    Revoke,
    /// Come to its end before its last day.
    Expire,
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EventKind::Grant => "granted",
            EventKind::Narrow => "narrowed",
            EventKind::Revoke => "revoked",
            EventKind::Expire => "expired",
        })
    }
}

/// A consent as it stands on a day, after its events.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// What is left of it.
    pub consent: Consent,
    /// The event that ended it, if it is ended.
    pub ended: Option<Event>,
}

impl Consent {
    /// What is left of it on `day`, after those of `events` that are about it and took effect by then.
    ///
    /// Events of one day count in the order grant, narrow, revoke, expire, so that a day's doubt is settled against use. A grant
    /// after a revocation revives what the consent was before, narrowings included.
    pub fn standing<'a>(&self, events: impl IntoIterator<Item = &'a Event>, day: Date) -> Standing {
        let mut mine: Vec<&Event> = events.into_iter().filter(|e| e.consent == self.id && e.on <= day).collect();
        mine.sort_by_key(|e| (e.on, e.kind));
        let mut standing = Standing { consent: self.clone(), ended: None };
        for event in mine {
            let left = &mut standing.consent;
            match event.kind {
                EventKind::Grant => standing.ended = None,
                EventKind::Revoke | EventKind::Expire => standing.ended = Some(event.clone()),
                EventKind::Narrow => {
                    if !event.territories.is_empty() {
                        left.territories = left.territories.and(&event.territories);
                    }
                    if !event.media.is_empty() {
                        left.media.retain(|m| event.media.contains(m));
                    }
                    if !event.purposes.is_empty() {
                        left.purposes.retain(|p| event.purposes.contains(p));
                    }
                    if let Some(last) = event.not_after {
                        left.not_after = Some(Until::Day(left.not_after.map_or(last, |until| until.day().min(last))));
                    }
                }
            }
        }
        standing
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn event(kind: EventKind, on: Date) -> Event {
        Event {
            id: "v:1".into(),
            consent: "c:1".into(),
            kind,
            on,
            territories: Territories::default(),
            media: Vec::new(),
            purposes: Vec::new(),
            not_after: None,
            note: None,
            document: None,
            page: None,
        }
    }

    #[test]
    fn a_consent_is_what_its_events_left_of_it() {
        let consent = Consent {
            id: "c:1".into(),
            territories: Territories::world(),
            media: vec![Medium::Svod, Medium::Tv],
            ..Consent::default()
        };
        let narrow = Event {
            territories: Territories::parse(["EU"]).unwrap(),
            media: vec![Medium::Tv],
            not_after: Some(date(2030, 1, 1)),
            ..event(EventKind::Narrow, date(2027, 1, 1))
        };
        let revoke = event(EventKind::Revoke, date(2028, 1, 1));
        let again = event(EventKind::Grant, date(2028, 6, 1));
        let events = [again, revoke, narrow];
        let on = |y| consent.standing(&events, date(y, 3, 1));
        assert_eq!(on(2026).consent, consent);
        let left = on(2027).consent;
        assert_eq!((left.territories.len(), left.media.as_slice()), (27, &[Medium::Tv][..]));
        assert_eq!(left.not_after, Some(Until::Day(date(2030, 1, 1))));
        assert_eq!(on(2028).ended.unwrap().kind, EventKind::Revoke);
        let revived = on(2029);
        assert!(revived.ended.is_none() && revived.consent == left);
    }

    #[test]
    fn granted_and_revoked_on_one_day_is_revoked() {
        let consent = Consent { id: "c:1".into(), ..Consent::default() };
        let day = date(2027, 1, 1);
        let events = [event(EventKind::Revoke, day), event(EventKind::Grant, day)];
        assert!(consent.standing(&events, day).ended.is_some());
    }
}
