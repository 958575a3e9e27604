//! The whole record, and finding things in it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::consent::{Consent, Event, Standing};
use crate::deed::{Deed, Strike, Synthetic, Text, Transfer};
use crate::entry::Entry;
use crate::model::Model;
use crate::party::{Party, PartyKind};
use crate::shot::Shot;
use crate::work::{Agreement, Engagement, Grant, Work};

/// Everything recorded, by the names of its rows.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Persons, companies, estates, guilds.
    pub parties: BTreeMap<String, Party>,
    /// Works.
    pub works: BTreeMap<String, Work>,
    /// Who was engaged on what.
    pub engagements: BTreeMap<String, Engagement>,
    /// Papers with clauses and points.
    pub agreements: BTreeMap<String, Agreement>,
    /// Rights in and out.
    pub grants: BTreeMap<String, Grant>,
    /// Consents.
    pub consents: BTreeMap<String, Consent>,
    /// What happened to them.
    pub events: BTreeMap<String, Event>,
    /// Shots.
    pub shots: BTreeMap<String, Shot>,
    /// Models.
    pub models: BTreeMap<String, Model>,
    /// Human acts.
    pub deeds: BTreeMap<String, Deed>,
    /// Strikes.
    pub strikes: BTreeMap<String, Strike>,
    /// Texts.
    pub texts: BTreeMap<String, Text>,
    /// Performers that never were.
    pub synthetics: BTreeMap<String, Synthetic>,
    /// Things handed out of the house.
    pub transfers: BTreeMap<String, Transfer>,
    consents_of: BTreeMap<String, Vec<String>>,
    events_of: BTreeMap<String, Vec<String>>,
    shot_of: BTreeMap<(String, u32), Vec<String>>,
    engaged: BTreeMap<(String, String), Vec<String>>,
    deeds_about: BTreeMap<String, Vec<String>>,
    titled: BTreeMap<String, Vec<String>>,
}

/// Why a row cannot take the place of one that is there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// Consents and their events are never edited.
    #[error(
        "{kind} `{id}` is recorded already and says something else; it is never edited: record a [[consent_event]] (narrow, revoke, grant) or a new consent"
    )]
    Kept {
        /// What kind of row.
        kind: &'static str,
        /// Its name.
        id: String,
    },
}

impl Record {
    /// A record of these rows; a later row of the same kind and name takes the place of an earlier one.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Record {
        let mut record = Record::default();
        for entry in entries {
            record.put(entry);
        }
        record
    }

    /// Adds a row, or puts it in the place of the one of its name. Consents and events may only be added.
    pub fn add(&mut self, entry: Entry) -> Result<(), Refused> {
        let differs = match &entry {
            Entry::Consent(new) => self.consents.get(&new.id).is_some_and(|old| *old != **new),
            Entry::Event(new) => self.events.get(&new.id).is_some_and(|old| *old != **new),
            _ => false,
        };
        if differs {
            return Err(Refused::Kept { kind: entry.kind(), id: entry.id().to_owned() });
        }
        self.put(entry);
        Ok(())
    }

    fn put(&mut self, entry: Entry) {
        fn note<K: Ord>(index: &mut BTreeMap<K, Vec<String>>, key: K, id: &str) {
            // By name: in which order rows came in decides nothing.
            let ids = index.entry(key).or_default();
            if let Err(at) = ids.binary_search_by(|known| known.as_str().cmp(id)) {
                ids.insert(at, id.to_owned());
            }
        }
        let id = entry.id().to_owned();
        match entry {
            Entry::Party(row) => drop(self.parties.insert(id, *row)),
            Entry::Work(row) => {
                let names = |work: &Work| {
                    work.aliases.iter().chain([&work.title]).map(|name| name.to_lowercase()).collect::<Vec<_>>()
                };
                for name in self.works.get(&id).map(names).unwrap_or_default() {
                    self.titled.entry(name).or_default().retain(|known| *known != id);
                }
                for name in names(&row) {
                    note(&mut self.titled, name, &id);
                }
                self.works.insert(id, *row);
            }
            Entry::Engagement(row) => {
                if let Some(old) = self.engagements.get(&id) {
                    let key = (old.work.clone(), old.party.clone());
                    self.engaged.entry(key).or_default().retain(|known| *known != id);
                }
                note(&mut self.engaged, (row.work.clone(), row.party.clone()), &id);
                self.engagements.insert(id, *row);
            }
            Entry::Agreement(row) => drop(self.agreements.insert(id, *row)),
            Entry::Grant(row) => drop(self.grants.insert(id, *row)),
            Entry::Consent(row) => {
                if let Some(old) = self.consents.get(&id) {
                    self.consents_of.entry(old.person.clone()).or_default().retain(|known| *known != id);
                }
                note(&mut self.consents_of, row.person.clone(), &id);
                self.consents.insert(id, *row);
            }
            Entry::Event(row) => {
                if let Some(old) = self.events.get(&id) {
                    self.events_of.entry(old.consent.clone()).or_default().retain(|known| *known != id);
                }
                note(&mut self.events_of, row.consent.clone(), &id);
                self.events.insert(id, *row);
            }
            Entry::Shot(row) => {
                if let Some(old) = self.shots.get(&id) {
                    let key = (old.work.clone(), old.number);
                    self.shot_of.entry(key).or_default().retain(|known| *known != id);
                }
                note(&mut self.shot_of, (row.work.clone(), row.number), &id);
                self.shots.insert(id, *row);
            }
            Entry::Model(row) => drop(self.models.insert(id, *row)),
            Entry::Deed(row) => {
                if let Some(old) = self.deeds.get(&id) {
                    self.deeds_about.entry(old.about.clone()).or_default().retain(|known| *known != id);
                }
                note(&mut self.deeds_about, row.about.clone(), &id);
                self.deeds.insert(id, *row);
            }
            Entry::Strike(row) => drop(self.strikes.insert(id, *row)),
            Entry::Text(row) => drop(self.texts.insert(id, *row)),
            Entry::Synthetic(row) => drop(self.synthetics.insert(id, *row)),
            Entry::Transfer(row) => drop(self.transfers.insert(id, *row)),
        }
    }

    /// Every row, kind by kind, by name.
    pub fn entries(&self) -> Vec<Entry> {
        fn all<T: Clone + Into<Entry>>(rows: &BTreeMap<String, T>) -> impl Iterator<Item = Entry> {
            rows.values().cloned().map(Into::into)
        }
        all(&self.parties)
            .chain(all(&self.works))
            .chain(all(&self.engagements))
            .chain(all(&self.agreements))
            .chain(all(&self.grants))
            .chain(all(&self.consents))
            .chain(all(&self.events))
            .chain(all(&self.shots))
            .chain(all(&self.models))
            .chain(all(&self.deeds))
            .chain(all(&self.strikes))
            .chain(all(&self.texts))
            .chain(all(&self.synthetics))
            .chain(all(&self.transfers))
            .collect()
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.parties.is_empty() && self.works.is_empty() && self.consents.is_empty()
    }

    /// The work of a catalogue's title, or of a work's own name: by id, title or another title of it.
    pub fn work(&self, name: &str) -> Option<&Work> {
        self.works_named(name).into_iter().next()
    }

    /// All works of a name; more than one if two bear the same title, so that which is meant is not known.
    pub fn works_named(&self, name: &str) -> Vec<&Work> {
        if let Some(work) = self.works.get(name) {
            return vec![work];
        }
        let ids = self.titled.get(&name.to_lowercase()).into_iter().flatten();
        let mut works: Vec<&Work> = ids.filter_map(|id| self.works.get(id)).collect();
        works.sort_by_key(|work| &work.id);
        works
    }

    /// A party's name as people read it.
    pub fn name<'a>(&'a self, party: &'a str) -> &'a str {
        self.parties.get(party).map_or(party, |party| &party.name)
    }

    /// What was recorded of the shot `number` of a work; several rows if its title has several reels.
    pub fn shot(&self, work: &str, number: u32) -> impl Iterator<Item = &Shot> {
        self.shot_of.get(&(work.to_owned(), number)).into_iter().flatten().filter_map(|id| self.shots.get(id))
    }

    /// The consents of a person, as they stand on `day`; those that an estate or guardian signed among them.
    pub fn standing(&self, person: &str, day: Date) -> Vec<Standing> {
        let ids = self.consents_of.get(person).into_iter().flatten();
        ids.filter_map(|id| self.consents.get(id))
            .map(|consent| consent.standing(self.events_of(&consent.id), day))
            .collect()
    }

    /// The consents of a person as they were given.
    pub fn consents_of<'a>(&'a self, person: &str) -> impl Iterator<Item = &'a Consent> {
        self.consents_of.get(person).into_iter().flatten().filter_map(|id| self.consents.get(id))
    }

    /// What happened to a consent.
    pub fn events_of<'a>(&'a self, consent: &str) -> impl Iterator<Item = &'a Event> {
        self.events_of.get(consent).into_iter().flatten().filter_map(|id| self.events.get(id))
    }

    /// A person's engagements on a work.
    pub fn engagements_on<'a>(&'a self, work: &str, party: &str) -> impl Iterator<Item = &'a Engagement> {
        let ids = self.engaged.get(&(work.to_owned(), party.to_owned()));
        ids.into_iter().flatten().filter_map(|id| self.engagements.get(id))
    }

    /// Human acts about something.
    pub fn deeds_named<'a>(&'a self, about: &str) -> impl Iterator<Item = &'a Deed> {
        self.deeds_about.get(about).into_iter().flatten().filter_map(|id| self.deeds.get(id))
    }

    /// Human acts about something, of a kind.
    pub fn deeds_about<'a>(&'a self, about: &str, kind: &'a str) -> impl Iterator<Item = &'a Deed> {
        let ids = self.deeds_about.get(about).into_iter().flatten();
        ids.filter_map(|id| self.deeds.get(id)).filter(move |deed| deed.kind == kind)
    }

    /// The estate that speaks for a person.
    pub fn estate_of(&self, person: &str) -> Option<&Party> {
        self.parties
            .values()
            .find(|party| party.kind == PartyKind::Estate && party.for_person.as_deref() == Some(person))
    }
}
