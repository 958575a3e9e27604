//! Models: the person one exists to show, where it came from, whether it repeats its lessons, and who else has it.

use std::collections::BTreeSet;

use rights::{Act, Model, Work};

use crate::case::{About, Case};
use crate::consent;
use crate::decision::Answer;
use crate::need::{Class, Need, Uses};
use crate::person::Around;
use crate::subject::{Source, Subject};
use crate::vocabulary::Kind;

impl<'a> Case<'a> {
    /// Judges a model. `likeness` says whether it makes persons, `unnamed` whether it is given a picture of nobody named.
    pub(crate) fn model(
        &mut self,
        name: &str,
        likeness: bool,
        unnamed: bool,
        works: &[&'a Work],
        project: Option<&'a Work>,
        uses: &[usize],
    ) {
        let record = self.record;
        let model = record.models.get(name);
        let mut all = works.to_vec();
        all.extend(project.filter(|project| works.iter().all(|work| work.id != project.id)));
        let cover = self.cover(&all, &BTreeSet::new());
        let mut subject = self.subject(Kind::Model, name);
        subject
            .from(Source::row(name))
            .said("model", name)
            .said("shows", model.and_then(|model| model.subject_person.as_deref()).map(|person| record.name(person)))
            .bool("recorded", model.is_some())
            .bool("named", name.contains(':'))
            .bool("likeness", likeness)
            .bool("unnamed", unnamed);
        let mut drifted = BTreeSet::new();
        let mut traced = true;
        let mut again = BTreeSet::new();
        if let Some(model) = model {
            self.trail.saw("model", &model.id, model);
            let work = project.or(works.first().copied());
            let about = Uses { at: uses.to_vec(), ..Uses::default() };
            let mut carried = None;
            if let Some(person) = model.subject_person.as_deref() {
                let need = self.creation(person, model, work);
                carried = self.person(&need, &about, &Around::default());
            }
            (drifted, traced) = self.ancestors(model);
            for person in &drifted {
                let need = self.creation(person, model, work);
                if self.agreed_again(&need, model, &all) {
                    again.insert(*person);
                }
            }
            self.recorded_model(&mut subject, model, carried);
        } else {
            subject.long("prompts", None).long("extracted", None);
        }
        let name_of = |person: &&str| record.name(person).to_owned();
        subject
            .from(Source::row(name))
            .bool("traced", traced)
            .words("drifted", drifted.iter().map(name_of))
            .words("reconsented", again.iter().map(name_of));
        self.judge(&subject, cover.packs, &About { uses, ..About::default() });
    }

    /// What a model needs of the person it exists to show: from its first use until the last day of what it makes.
    fn creation(&self, person: &'a str, model: &'a Model, work: Option<&'a Work>) -> Need<'a> {
        let on = self.asked.on;
        let first = on.min(self.asked.from);
        Need {
            person,
            work: work.map_or("", |work| &work.id),
            class: Class::Subject,
            model: Some(&model.id),
            project: None,
            acts: vec![Act::CreateModel],
            purposes: Vec::new(),
            scene: None,
            languages: Vec::new(),
            tags: Vec::new(),
            edits: Vec::new(),
            kinds: Vec::new(),
            from: model.first_used.map_or(first, |used| used.min(first)),
            until: self.asked.until.max(on),
            prompted: false,
            alone: false,
        }
    }

    /// Persons shown by the models that it was made from, and whether all of those are recorded.
    fn ancestors(&mut self, model: &'a Model) -> (BTreeSet<&'a str>, bool) {
        let record = self.record;
        let mut persons = BTreeSet::new();
        let mut seen = vec![model.id.as_str()];
        let mut next = model.made_from.as_deref();
        while let Some(id) = next {
            let Some(parent) = record.models.get(id) else { return (persons, false) };
            if seen.contains(&parent.id.as_str()) {
                break;
            }
            seen.push(&parent.id);
            self.trail.saw("model", &parent.id, parent);
            persons.extend(parent.subject_person.as_deref());
            next = parent.made_from.as_deref();
        }
        (persons, true)
    }

    /// Whether a consent of the person that names this very model carries its making.
    fn agreed_again(&mut self, need: &Need<'a>, model: &Model, works: &[&'a Work]) -> bool {
        let cover = self.cover(works, &BTreeSet::new());
        consent::standings(self, need).iter().any(|standing| {
            let names = standing.consent.models.contains(&model.id);
            names && {
                let subject = consent::subject(self, need, standing, &cover, works);
                self.ask(&subject, cover.packs).answer() == Answer::MeetsRecordedConditions
            }
        })
    }

    fn recorded_model(&mut self, subject: &mut Subject, model: &'a Model, carried: Option<bool>) {
        let record = self.record;
        subject
            .text("subject", model.subject_person.as_deref().map(|person| record.name(person)))
            .bool("subject_carried", carried)
            .bool("access_limited", model.access_limited);
        let memo = model.memorization.as_ref();
        subject
            .from(Source::paper(&model.id, &memo.map(|memo| memo.report.clone()), None))
            .long("prompts", memo.map(|memo| i64::from(memo.prompts)))
            .long("extracted", memo.map(|memo| i64::from(memo.extracted)));
        let vendor = model.vendor.as_ref();
        subject
            .from(Source::row(&model.id))
            .text("vendor", vendor.map(|vendor| record.name(&vendor.party)))
            .bool("vendor_exclusive", vendor.map(|vendor| vendor.exclusive))
            .bool("vendor_retains", vendor.map(|vendor| vendor.retains_inputs))
            .bool("vendor_trains", vendor.map(|vendor| vendor.trains_on_inputs))
            .bool("vendor_deletes", vendor.map(|vendor| vendor.deletion_proof))
            .bool("weights_own", vendor.map(|vendor| vendor.weights_owner == self.studio));
        let ended = model.subject_person.as_deref().and_then(|person| self.ended_creation(person));
        match ended {
            None => subject.text("subject_ended", None).day("ended_on", None),
            Some((consent, event)) => subject
                .from(Source::paper(&event.id, &event.document, event.page))
                .text("subject_ended", consent)
                .day("ended_on", event.on),
        };
    }

    /// The consent to make a model of the person that ended last, where none stands on the day.
    fn ended_creation(&mut self, person: &'a str) -> Option<(&'a str, &'a rights::Event)> {
        let record = self.record;
        let mut last: Option<(&str, &rights::Event)> = None;
        for consent in record.consents_of(person).filter(|consent| consent.acts.contains(&Act::CreateModel)) {
            self.trail.saw("consent", &consent.id, consent);
            let standing = consent.standing(record.events_of(&consent.id), self.asked.on);
            let end = standing.ended?;
            let event = record.events.get(&end.id)?;
            if last.is_none_or(|(_, known)| known.on < event.on) {
                last = Some((&consent.id, event));
            }
        }
        last
    }
}
