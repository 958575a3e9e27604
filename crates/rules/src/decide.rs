//! Deciding: a question is taken apart into works, shots, persons, models and the rest, each is judged once, and the words are
//! folded. All must pass; any one consent may carry a person.

use std::collections::BTreeMap;

use rights::{Act, AppearanceKind, Date, Medium, Purpose, Record, Shot, Territories, Work};

use crate::case::{Asked, Case};
use crate::consent::Wanted;
use crate::decision::{Decision, PackVersion};
use crate::need::{Class, Need, Uses, release_acts};
use crate::person::Around;
use crate::question::{Question, Release, Train, Use};
use crate::rulebook::Rulebook;
use crate::shot::taken;
use crate::work::{Title, Used};

/// The line that stands under every answer.
pub const DISCLAIMER: &str =
    "Records and checks of the conditions entered by the studio. Not legal advice; a qualified person must decide.";

pub(crate) fn decide(book: &Rulebook, record: &Record, studio: &str, question: &Question) -> Decision {
    let mut case = Case::new(book, record, studio, asked(record, question));
    match question {
        Question::Release(ask) => case.release(ask),
        Question::Train(ask) => case.train(ask),
        Question::Make(_) | Question::Transfer(_) | Question::Close(_) => {
            case.work("", &Used { acts: Vec::new(), machine: true, project: None }, &[])
        }
    }
    let governing = case.packs;
    let (outcome, trail) = case.close();
    let governs = |at: &usize| governing >> at & 1 == 1;
    let packs: Vec<PackVersion> = (0..book.packs().len())
        .filter(governs)
        .map(|at| {
            let pack = &book.packs()[at];
            PackVersion { pack: pack.name.clone(), version: pack.version.clone(), hash: pack.hash.clone() }
        })
        .collect();
    let facts_hash = trail.hash(&(studio, question), &packs);
    let reviewers =
        book.packs().iter().enumerate().filter(|(at, _)| governs(at)).map(|(_, pack)| pack.reviewed_by.as_str());
    let mut reviewers: Vec<&str> = reviewers.filter(|by| !by.is_empty()).collect();
    reviewers.sort_unstable();
    reviewers.dedup();
    Decision {
        decision: outcome.answer,
        reasons: outcome.reasons,
        warnings: outcome.warnings,
        duties: outcome.duties,
        near_misses: outcome.near,
        checked: outcome.checked,
        packs,
        facts_hash,
        advice: false,
        needs_review_by: reviewers.join(", "),
        disclaimer: DISCLAIMER.to_owned(),
    }
}

fn asked(record: &Record, question: &Question) -> Asked {
    let inside = |ask: &'static str, on: Date, purpose: Option<Purpose>| Asked {
        ask,
        on,
        from: on,
        until: on,
        purpose,
        territories: Territories::default(),
        media: Vec::new(),
    };
    match question {
        Question::Train(ask) => inside("train", ask.on, None),
        Question::Make(ask) => inside("make", ask.on, Some(ask.purpose)),
        Question::Transfer(ask) => {
            inside("transfer", record.transfers.get(&ask.transfer).map_or(ask.on, |t| t.on.max(ask.on)), None)
        }
        Question::Close(ask) => inside("close", ask.on, None),
        Question::Release(ask) => Asked {
            ask: "release",
            on: ask.on,
            from: ask.from,
            until: ask.until.max(ask.from),
            purpose: Some(ask.purpose),
            territories: ask.territories,
            media: media(&ask.media),
        },
    }
}

fn media(list: &[Medium]) -> Vec<Medium> {
    let mut media = list.to_vec();
    media.sort_unstable();
    media.dedup();
    media
}

/// Uses sorted by what is judged once.
#[derive(Default)]
pub(crate) struct Sorted<'a> {
    titles: BTreeMap<&'a str, Vec<usize>>,
    shots: BTreeMap<(&'a str, Option<u32>, Option<&'a str>), (Option<&'a Shot>, Vec<usize>)>,
    pub(crate) needs: BTreeMap<Need<'a>, Uses>,
}

impl<'a> Case<'a> {
    fn release(&mut self, ask: &'a Release) {
        let acts = release_acts(ask.purpose, ask.media.contains(&Medium::HomeVideo));
        let machine = !ask.synthetics.is_empty() || ask.uses.iter().any(|used| used.made.is_some());
        let project = self.project(ask);
        let mut sorted = Sorted::default();
        for (at, used) in ask.uses.iter().enumerate() {
            sorted.titles.entry(&used.title).or_default().push(at);
            let Title::One(work) = self.title(&used.title) else { continue };
            self.footage(&mut sorted, work, used, at, |need| Need {
                class: Class::Footage,
                project: project.map(|work| work.id.as_str()),
                acts: acts.clone(),
                purposes: vec![ask.purpose],
                against: against(ask.purpose, &[]),
                edits: words(&used.edits),
                from: ask.from,
                until: ask.until,
                ..need
            });
        }
        let used = |title: &str| {
            let made = |used: &Use| used.title == title && (used.made.is_some() || !used.edits.is_empty());
            Used { acts: acts.clone(), machine: machine || ask.uses.iter().any(made), project }
        };
        for (title, uses) in &sorted.titles {
            self.work(title, &used(title), uses);
        }
        let thing = Wanted::thing(
            &self.asked.clone(),
            vec![Act::Communicate.as_str()],
            vec![ask.purpose.as_str()],
            project.map(|work| work.id.as_str()),
        );
        self.shots(&sorted, &thing);
        let around = Around { disclosure: ask.disclosure.as_deref(), ..Around::default() };
        for (need, uses) in &sorted.needs {
            self.person(need, uses, &around);
        }
    }

    /// The work that a release is, or is for.
    fn project(&self, ask: &'a Release) -> Option<&'a Work> {
        if let Some(name) = &ask.work {
            return match self.title(name) {
                Title::One(work) => Some(work),
                Title::Unknown => None,
            };
        }
        let mut works = ask.uses.iter().map(|used| match self.title(&used.title) {
            Title::One(work) => Some(work),
            Title::Unknown => None,
        });
        let first = works.next()??;
        works.all(|work| work.is_some_and(|work| work.id == first.id)).then_some(first)
    }

    fn train(&mut self, ask: &'a Train) {
        let model = self.record.models.get(&ask.model);
        let subject_person = model.and_then(|model| model.subject_person.as_deref());
        let mut sorted = Sorted::default();
        for (at, used) in ask.uses.iter().enumerate() {
            sorted.titles.entry(&used.title).or_default().push(at);
        }
        // What serves the making of the very work learns from one work only.
        let post = ask.post_production_only && subject_person.is_none() && sorted.titles.len() == 1;
        for (at, used) in ask.uses.iter().enumerate() {
            let Title::One(work) = self.title(&used.title) else { continue };
            self.footage(&mut sorted, work, used, at, |need| {
                let subject = subject_person == Some(need.person);
                let (class, acts, purposes) = match (subject, post) {
                    (true, _) => (Class::Subject, vec![Act::CreateModel], Vec::new()),
                    (_, true) => (Class::Post, vec![Act::Adapt], vec![Purpose::Picture]),
                    (_, false) => (Class::Training, vec![Act::Train], vec![Purpose::Training]),
                };
                Need {
                    class,
                    acts,
                    purposes,
                    model: Some(&ask.model),
                    project: Some(&work.id),
                    against: if subject || post { Vec::new() } else { vec!["training_other_models"] },
                    from: ask.on,
                    until: ask.on,
                    ..need
                }
            });
        }
        let acts = vec![if post { Act::Adapt } else { Act::Train }];
        for (title, uses) in &sorted.titles {
            let project = match self.title(title) {
                Title::One(work) => Some(work),
                Title::Unknown => None,
            };
            self.work(title, &Used { acts: acts.clone(), machine: true, project }, uses);
        }
        let purpose = if post { Purpose::Picture } else { Purpose::Training };
        let thing = Wanted::thing(&self.asked.clone(), vec![acts[0].as_str()], vec![purpose.as_str()], None);
        self.shots(&sorted, &thing);
        for (need, uses) in &sorted.needs {
            self.person(need, uses, &Around::default());
        }
    }

    /// Sorts a use's shot and the persons in it.
    fn footage(
        &mut self,
        sorted: &mut Sorted<'a>,
        work: &'a Work,
        used: &'a Use,
        at: usize,
        need: impl Fn(Need<'a>) -> Need<'a>,
    ) {
        let rows = self.shots_of(work, used);
        if rows.is_empty() {
            // What was made without a shot says itself whom it shows.
            if used.shot.is_some() || used.made.is_none() {
                sorted.shots.entry((&work.id, used.shot, None)).or_default().1.push(at);
            }
            return;
        }
        for row in rows {
            let entry = sorted.shots.entry((&work.id, used.shot, Some(&row.id))).or_default();
            entry.0 = Some(row);
            entry.1.push(at);
            for appearance in &row.appearance {
                let kinds = taken(&appearance.kinds, used);
                if kinds.is_empty() {
                    continue;
                }
                let key = need(self.blank(&appearance.person, work, kinds, row.scene));
                let uses = sorted.needs.entry(key).or_default();
                uses.at.push(at);
                uses.seconds += appearance.seconds.map_or(used.seconds, |seconds| seconds.min(used.seconds));
            }
        }
    }

    /// A need that nothing is said of yet.
    pub(crate) fn blank(
        &self,
        person: &'a str,
        work: &'a Work,
        kinds: Vec<AppearanceKind>,
        scene: Option<u32>,
    ) -> Need<'a> {
        // The scene matters only where a consent names scenes; else uses in all scenes are one need.
        let scene = scene.filter(|_| self.record.consents_of(person).any(|consent| !consent.scenes.is_empty()));
        Need {
            person,
            work: &work.id,
            class: Class::Footage,
            model: None,
            project: Some(&work.id),
            acts: Vec::new(),
            purposes: Vec::new(),
            scene,
            languages: Vec::new(),
            tags: Vec::new(),
            against: Vec::new(),
            edits: Vec::new(),
            kinds,
            from: self.asked.from,
            until: self.asked.until,
            prompted: false,
        }
    }

    fn shots(&mut self, sorted: &Sorted<'a>, wanted: &Wanted<'_>) {
        for ((work, number, _), (row, uses)) in &sorted.shots {
            let work = &self.record.works[*work];
            self.shot(work, *number, *row, uses);
            for thing in row.iter().flat_map(|row| &row.third_party) {
                let wanted = wanted.of_work(&work.id);
                self.thing(Some(work), *row, thing, &wanted, uses);
            }
        }
    }
}

/// Words of consents' `forbid` that a use of this purpose falls under.
pub(crate) fn against<'a>(purpose: Purpose, tags: &[&'a str]) -> Vec<&'a str> {
    let mut words = tags.to_vec();
    words.push(purpose.as_str());
    words.sort_unstable();
    words.dedup();
    words
}

pub(crate) fn words(list: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = list.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
}
