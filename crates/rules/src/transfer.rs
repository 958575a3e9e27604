//! Things handed to someone outside.

use std::collections::BTreeSet;

use rights::{Act, Date, Purpose, Transfer, Work};

use crate::case::{About, Case};
use crate::need::{Class, Need, Uses};
use crate::person::Around;
use crate::subject::Source;
use crate::vocabulary::Kind;
use crate::work::Used;

impl<'a> Case<'a> {
    /// Judges a transfer, the chain of title of what it holds and, where a model is to learn, the persons in it.
    pub(crate) fn transfer(&mut self, name: &str, on: Date) {
        let record = self.record;
        let row = record.transfers.get(name);
        let works: Vec<&Work> = row.iter().flat_map(|row| &row.works).filter_map(|id| record.works.get(id)).collect();
        if let Some(row) = row {
            self.trail.saw("transfer", &row.id, row);
            let acts = acts(row);
            for id in &row.works {
                let project = record.works.get(id);
                self.work(
                    id,
                    &Used { acts: acts.clone(), machine: teaches(row), topics: &["transfer", "ai_training"], project },
                    &[],
                );
            }
            if teaches(row) {
                self.pupils(&works);
            }
            if let Some(model) = &row.model {
                self.model(model, true, false, &works, None, &[]);
            }
        }
        self.transfer_alone(name, row, &works, on);
    }

    /// The transfer's own facts.
    pub(crate) fn transfer_alone(&mut self, name: &str, row: Option<&'a Transfer>, works: &[&'a Work], on: Date) {
        let cover = self.cover(works, &BTreeSet::new());
        let day = row.map_or(on, |row| row.on);
        let mut subject = self.subject(Kind::Transfer, name);
        subject
            .from(Source::row(name))
            .said("transfer", name)
            .bool("recorded", row.is_some())
            .bool("holds", row.is_some_and(|row| !row.works.is_empty() && works.len() == row.works.len()))
            .text("what", row.map(|row| row.what.as_str()))
            .text("to", row.map(|row| self.record.name(&row.to)))
            .day("transfer_on", row.map(|_| day))
            .bool("for_training", row.and_then(|row| row.for_training))
            .bool("affiliated", row.and_then(|row| row.affiliated))
            .bool("public_facing", row.and_then(|row| row.public_facing))
            .day("undertaking_on", row.and_then(|row| row.undertaking_on))
            .day("union_asked_on", row.and_then(|row| row.union_asked_on))
            .long("union_days", row.and_then(|row| days(row.union_asked_on?, day)))
            .bool("union_approved", row.and_then(|row| row.union_approved));
        self.judge(&subject, cover.packs, &About::default());
    }

    /// Everyone engaged on these works or seen in them.
    fn pupils(&mut self, works: &[&'a Work]) {
        let record = self.record;
        for work in works {
            let seen = record.shots.values().filter(|shot| shot.work == work.id);
            let mut persons: BTreeSet<&str> =
                seen.flat_map(|shot| &shot.appearance).map(|appearance| appearance.person.as_str()).collect();
            let performs = |craft: &str| ["performer", "dubbing", "musician"].contains(&craft);
            let engaged = record.engagements.values().filter(|e| e.work == work.id && performs(&e.craft));
            persons.extend(engaged.map(|engagement| engagement.party.as_str()));
            for person in persons {
                let need = Need {
                    class: Class::Training,
                    acts: vec![Act::Train],
                    purposes: vec![Purpose::Training],
                    ..self.blank(person, work, Vec::new(), None)
                };
                self.person(&need, &Uses::default(), &Around::default());
            }
        }
    }
}

/// Whether a model outside is to learn from it; a set to learn from is for that, whatever else is said.
fn teaches(row: &Transfer) -> bool {
    row.what == "training_set" || row.for_training == Some(true)
}

fn acts(row: &Transfer) -> Vec<Act> {
    match row.what.as_str() {
        _ if teaches(row) => vec![Act::Reproduce, Act::Train],
        "replica" => Vec::new(),
        _ => vec![Act::Reproduce],
    }
}

/// Days from one day to another.
fn days(from: Date, to: Date) -> Option<i64> {
    from.until(to).ok().map(|span| i64::from(span.get_days()))
}
