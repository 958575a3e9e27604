//! A question being answered: what was asked of which rules, what they said, and which rows were looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use rights::{Consent, Date, Guild, Purpose, Record, Territories, Work};

use crate::decision::{Answer, Checked, Duty, NearMiss, Reason};
use crate::duty;
use crate::engine::{Packs, Sheaf, Spoken};
use crate::govern::Coverage;
use crate::need::Times;
use crate::pack::Effect;
use crate::rulebook::Rulebook;
use crate::subject::{Source, Subject};
use crate::trail::Trail;
use crate::vocabulary::Kind;

/// What every subject of a question shares.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) ask: &'static str,
    pub(crate) on: Date,
    pub(crate) from: Date,
    pub(crate) until: Date,
    pub(crate) purpose: Option<Purpose>,
    /// Where it goes; none for uses inside the house.
    pub(crate) territories: Territories,
    /// By which media; none for uses inside the house.
    pub(crate) media: Vec<rights::Medium>,
}

/// What the rules said about one subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    pub(crate) spoken: Vec<Spoken>,
    pub(crate) rules: Vec<Arc<str>>,
}

impl Word {
    /// Blocked if any rule blocks, else unknown if any cannot tell.
    pub(crate) fn answer(&self) -> Answer {
        let worst = |effect: Effect| match effect {
            Effect::Deny | Effect::Gate => Answer::Blocked,
            Effect::Unknown => Answer::Unknown,
            Effect::Duty | Effect::Warn => Answer::MeetsRecordedConditions,
        };
        self.spoken.iter().map(|s| worst(s.effect)).max().unwrap_or(Answer::MeetsRecordedConditions)
    }

    /// Rules that block or cannot tell.
    pub(crate) fn against(&self) -> Vec<&str> {
        let mut rules: Vec<&str> = self
            .spoken
            .iter()
            .filter(|s| matches!(s.effect, Effect::Deny | Effect::Gate | Effect::Unknown))
            .map(|s| &*s.rule)
            .collect();
        rules.dedup();
        rules
    }
}

/// What a word is about, beside its subject.
#[derive(Clone, Debug, Default)]
pub(crate) struct About<'r> {
    pub(crate) uses: &'r [usize],
    pub(crate) person: Option<&'r str>,
    /// For how long the person is in the uses.
    pub(crate) times: Times,
    pub(crate) consent: Option<&'r Consent>,
    /// The rows that a deed may name to answer a duty.
    pub(crate) rows: &'r [&'r str],
}

/// A question being answered.
pub(crate) struct Case<'a> {
    pub(crate) book: &'a Rulebook,
    pub(crate) record: &'a Record,
    pub(crate) studio: &'a str,
    pub(crate) asked: Asked,
    pub(crate) trail: Trail<'a>,
    pub(crate) near: Vec<NearMiss>,
    pub(crate) duties: Vec<Duty>,
    pub(crate) packs: Packs,
    reasons: Vec<Reason>,
    warnings: Vec<Reason>,
    said: HashMap<(bool, Answer, Arc<str>, String), usize>,
    checked: BTreeMap<(String, Arc<str>), &'static str>,
    /// Of each duty, by its id.
    times: HashMap<String, Times>,
    covers: HashMap<(Vec<&'a str>, BTreeSet<Guild>), Arc<Coverage>>,
    sheaves: HashMap<(Kind, Packs), Arc<Sheaf>>,
}

/// What a case came to.
pub(crate) struct Outcome {
    pub(crate) answer: Answer,
    pub(crate) reasons: Vec<Reason>,
    pub(crate) warnings: Vec<Reason>,
    pub(crate) duties: Vec<Duty>,
    pub(crate) near: Vec<NearMiss>,
    pub(crate) checked: Vec<Checked>,
}

/// So many facts of one reason are shown: a film may have thousands of shots with the same gap.
const SHOWN: usize = 40;

impl<'a> Case<'a> {
    pub(crate) fn new(book: &'a Rulebook, record: &'a Record, studio: &'a str, asked: Asked) -> Case<'a> {
        Case {
            book,
            record,
            studio,
            asked,
            trail: Trail::default(),
            near: Vec::new(),
            duties: Vec::new(),
            packs: 0,
            reasons: Vec::new(),
            warnings: Vec::new(),
            said: HashMap::new(),
            checked: BTreeMap::new(),
            times: HashMap::new(),
            covers: HashMap::new(),
            sheaves: HashMap::new(),
        }
    }

    /// A subject with the facts of the question.
    pub(crate) fn subject(&self, kind: Kind, name: &str) -> Subject {
        let Asked { ask, on, from, until, purpose, .. } = &self.asked;
        let mut subject = Subject::new(kind, name);
        subject
            .from(Source::row("question"))
            .text("ask", *ask)
            .day("on", *on)
            .day("from", *from)
            .day("until", *until)
            .text("purpose", purpose.map(Purpose::as_str));
        subject
    }

    /// Which packs govern uses of these works, for a person engaged under these guilds.
    pub(crate) fn cover(&mut self, works: &[&'a Work], guilds: &BTreeSet<Guild>) -> Arc<Coverage> {
        let key = (works.iter().map(|work| work.id.as_str()).collect::<Vec<_>>(), guilds.clone());
        if let Some(known) = self.covers.get(&key) {
            return Arc::clone(known);
        }
        let found = Arc::new(self.book.cover(self.record, self.studio, &self.asked, works, guilds));
        self.packs |= found.packs;
        self.covers.insert(key, Arc::clone(&found));
        found
    }

    /// Puts a subject before the rules.
    pub(crate) fn ask(&mut self, subject: &Subject, packs: Packs) -> Word {
        let book = self.book;
        let sheaf = self.sheaves.entry((subject.kind, packs)).or_insert_with(|| book.sheaf(packs, subject.kind));
        Word { spoken: sheaf.ask(subject), rules: sheaf.rules.clone() }
    }

    /// Asks, and takes down what was said.
    pub(crate) fn judge(&mut self, subject: &Subject, packs: Packs, about: &About<'_>) -> Answer {
        let word = self.ask(subject, packs);
        self.take(subject, &word, about);
        word.answer()
    }

    /// Takes down what the rules said of a subject.
    pub(crate) fn take(&mut self, subject: &Subject, word: &Word, about: &About<'_>) {
        self.check_off(subject, word, about.person.unwrap_or(&subject.name));
        let mut silenced: Option<&str> = None;
        for spoken in &word.spoken {
            match spoken.effect {
                // A consent that does not carry the use is not paid for it.
                Effect::Duty if subject.kind == Kind::Consent && about.consent.is_none() => {}
                Effect::Duty => self.owe(subject, &spoken.rule, about),
                // What is blocked need not be known.
                Effect::Unknown if silenced == Some(&spoken.rule) => {}
                _ => {
                    if matches!(spoken.effect, Effect::Deny | Effect::Gate) {
                        silenced = Some(&spoken.rule);
                    }
                    self.reason(subject, spoken, about);
                }
            }
        }
    }

    /// Takes down a duty. Needs of a person that differ only in what of them is used, or in the scene, owe one duty, for the
    /// time of all of them.
    fn owe(&mut self, subject: &Subject, rule: &str, about: &About<'_>) {
        let Some(id) = duty::id(self.book, self.record, subject, rule, about) else { return };
        let times = self.times.entry(id.clone()).or_default();
        times.join(&about.times);
        let about = About { times: times.clone(), ..about.clone() };
        let duty = duty::duty(self.book, self.record, &self.asked, subject, rule, &about).expect("it has an id");
        if let Some(deed) = duty.done_by.as_deref().and_then(|deed| self.record.deeds.get(deed)) {
            self.trail.saw("deed", &deed.id, deed);
        }
        match self.duties.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = duty,
            None => self.duties.push(duty),
        }
    }

    /// Notes for the report what each rule said.
    fn check_off(&mut self, subject: &Subject, word: &Word, name: &str) {
        for rule in &word.rules {
            let worst = word.spoken.iter().filter(|s| s.rule == *rule).map(|s| s.effect).min();
            let outcome = match worst {
                Some(Effect::Deny | Effect::Gate) => "blocked",
                Some(Effect::Unknown) => "unknown",
                Some(Effect::Duty) => "duty",
                Some(Effect::Warn) => "warn",
                None if self.book.is_about(rule, subject) => "pass",
                None => "not_applicable",
            };
            let weight = |outcome: &str| {
                ["blocked", "unknown", "duty", "warn", "pass", "not_applicable"].iter().position(|o| *o == outcome)
            };
            let known = self.checked.entry((name.to_owned(), Arc::clone(rule))).or_insert(outcome);
            if weight(outcome) < weight(known) {
                *known = outcome;
            }
        }
    }

    fn reason(&mut self, subject: &Subject, spoken: &Spoken, about: &About<'_>) {
        let (_, sheet) = self.book.sheet(&spoken.rule);
        let warns = spoken.effect == Effect::Warn;
        let answer = match spoken.effect {
            Effect::Deny | Effect::Gate => Answer::Blocked,
            Effect::Warn => Answer::MeetsRecordedConditions,
            _ => Answer::Unknown,
        };
        let unknown = answer == Answer::Unknown;
        let wording = sheet.on.get(subject.kind.as_str());
        let text = match (wording, unknown) {
            (Some(wording), _) => &wording.sentence,
            (None, true) => sheet.unknown.as_ref().unwrap_or(&sheet.sentence),
            (None, false) => &sheet.sentence,
        };
        let remedy = match (wording, unknown) {
            (Some(wording), _) => &wording.remedy,
            (None, true) => sheet.record.as_ref().unwrap_or(&sheet.remedy),
            (None, false) => &sheet.remedy,
        };
        let sentence = match &spoken.error {
            Some(e) => format!("{} could not be asked about {}, so it blocks: {e}", spoken.rule, subject.name),
            None => subject.say(text),
        };
        let names = wording.map_or(&sheet.facts, |wording| &wording.facts);
        let mut facts: Vec<_> = names.iter().filter_map(|name| subject.fact(name)).collect();
        if unknown && facts.iter().any(|fact| fact.value == "unknown") {
            // Only what is missing is of interest where something is missing.
            facts.retain(|fact| fact.value == "unknown");
        }
        let key = (warns, answer, Arc::clone(&spoken.rule), sentence.clone());
        let list = if warns { &mut self.warnings } else { &mut self.reasons };
        if let Some(at) = self.said.get(&key) {
            let known = &mut list[*at];
            known.uses.extend(about.uses);
            for fact in facts {
                if known.facts.len() < SHOWN && !known.facts.contains(&fact) {
                    known.facts.push(fact);
                }
            }
            return;
        }
        let paper = facts.iter().find(|fact| fact.document.is_some());
        list.push(Reason {
            rule: spoken.rule.to_string(),
            answer,
            sentence,
            document: paper.and_then(|fact| fact.document.clone()),
            page: paper.and_then(|fact| fact.page),
            facts,
            remedy: subject.say(remedy),
            source: sheet.source.clone(),
            evidence: sheet.evidence.clone(),
            reviewed_by: sheet.reviewed_by.clone(),
            uses: about.uses.to_vec(),
            person: about.person.map(str::to_owned),
        });
        self.said.insert(key, list.len() - 1);
    }

    /// The answer, in its order.
    pub(crate) fn close(mut self) -> (Outcome, Trail<'a>) {
        for reason in self.reasons.iter_mut().chain(&mut self.warnings) {
            reason.uses.sort_unstable();
            reason.uses.dedup();
        }
        let order =
            |reason: &Reason| (std::cmp::Reverse(reason.answer), reason.rule.clone(), reason.uses.first().copied());
        self.reasons.sort_by_cached_key(order);
        self.warnings.sort_by_cached_key(order);
        self.duties.sort_by(|a, b| (a.due.is_none(), a.due, &a.id).cmp(&(b.due.is_none(), b.due, &b.id)));
        self.near.sort_by(|a, b| (&a.person, a.fails.len(), &a.consent).cmp(&(&b.person, b.fails.len(), &b.consent)));
        self.near.dedup();
        let answer = self.reasons.iter().map(|reason| reason.answer).max().unwrap_or(Answer::MeetsRecordedConditions);
        let checked = self.checked.into_iter().map(|((subject, rule), outcome)| Checked {
            rule: rule.to_string(),
            subject,
            outcome: outcome.to_owned(),
        });
        let outcome = Outcome {
            answer,
            reasons: self.reasons,
            warnings: self.warnings,
            duties: self.duties,
            near: self.near,
            checked: checked.collect(),
        };
        (outcome, self.trail)
    }
}
