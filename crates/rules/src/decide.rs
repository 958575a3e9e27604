//! Deciding: a question is taken apart into works, shots, persons, models and the rest, each is judged once, and the words are
//! folded. All must pass; any one consent may carry a person.

use std::collections::BTreeMap;

use rights::{AppearanceKind, Date, Medium, Purpose, Record, Shot, Territories, Work};

use crate::case::{Asked, Case};
use crate::consent::Wanted;
use crate::decision::{Decision, PackVersion};
use crate::need::{Class, Need, Uses};
use crate::question::{Question, Use};
use crate::rulebook::Rulebook;
use crate::shot::taken;

/// The line that stands under every answer.
pub const DISCLAIMER: &str =
    "Records and checks of the conditions entered by the studio. Not legal advice; a qualified person must decide.";

pub(crate) fn decide(book: &Rulebook, record: &Record, studio: &str, question: &Question) -> Decision {
    let mut case = Case::new(book, record, studio, asked(record, question));
    match question {
        Question::Release(ask) => case.release(ask),
        Question::Train(ask) => case.train(ask),
        Question::Make(ask) => case.make(ask),
        Question::Transfer(ask) => case.transfer(&ask.transfer, ask.on),
        Question::Close(ask) => case.period(ask),
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

/// A work, the number of its shot, and the row of that shot.
type ShotKey<'a> = (&'a str, Option<u32>, Option<&'a str>);

/// Uses sorted by what is judged once.
#[derive(Default)]
pub(crate) struct Sorted<'a> {
    pub(crate) titles: BTreeMap<&'a str, Vec<usize>>,
    shots: BTreeMap<ShotKey<'a>, (Option<&'a Shot>, Vec<usize>)>,
    pub(crate) needs: BTreeMap<Need<'a>, Uses>,
}

impl<'a> Case<'a> {
    /// Sorts a use's shot and the persons in it.
    pub(crate) fn footage(
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
                // What of them is to be seen or heard may not be recorded: then it may be all.
                if kinds.is_empty() && !appearance.kinds.is_empty() {
                    continue;
                }
                let key = need(self.blank(&appearance.person, work, kinds, row.scene));
                let uses = sorted.needs.entry(key).or_default();
                uses.at.push(at);
                uses.times.add(at, appearance.seconds.map_or(used.seconds, |seconds| seconds.min(used.seconds)));
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
            edits: Vec::new(),
            kinds,
            from: self.asked.from,
            until: self.asked.until,
            prompted: false,
            alone: false,
        }
    }

    /// Judges the shots and the things of others in them.
    pub(crate) fn shots(&mut self, sorted: &Sorted<'a>, wanted: &Wanted<'_>) {
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

pub(crate) fn words(list: &[String]) -> Vec<&str> {
    let mut words: Vec<&str> = list.iter().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
}
