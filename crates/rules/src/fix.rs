//! What would change the answer: the smallest sets of changes, each tried before it is told.

use std::collections::BTreeSet;

use rights::{Consent, Record, Territories, Until};
use serde::{Deserialize, Serialize};

use crate::decision::{Answer, Decision, Reason};
use crate::question::{Question, Release};
use crate::rulebook::Rulebook;

/// A set of changes that would change the answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fix {
    /// All of them together.
    pub changes: Vec<Change>,
    /// The answer then; it was asked, not guessed.
    pub then: Answer,
    /// How much it asks for, papers and cuts added up; less is better.
    pub cost: u32,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// `cut`, `narrow`, `consent`, `record` or `export`.
    pub kind: String,
    /// What is changed: a use, a country, a consent, a row.
    pub what: String,
    /// In plain words.
    pub sentence: String,
    /// The uses that it is about.
    pub uses: Vec<usize>,
    #[serde(skip)]
    tried: Tried,
}

/// How a change is tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Tried {
    #[default]
    Nothing,
    Cut(usize),
    Without(Vec<String>),
    WithoutMedia(Vec<String>),
    Window(Option<String>, Option<String>),
    Consent(String, Widened),
    Shot(String),
    Free(String),
    Memorized(String),
    Deed(String, String),
    Export,
    Disclose,
}

/// What a new or wider consent would have to cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Widened {
    All,
    Fresh,
}

/// So many sets are tried before the search ends.
const TRIES: usize = 400;
/// So many alternatives are told.
const TOLD: usize = 5;
/// Up to so many different changes, sets are tried exactly from the smallest; beyond, changes are put together greedily.
const EXACT: usize = 12;

impl Rulebook {
    /// The smallest sets of changes after which the recorded conditions would be met, cheapest first; nothing if they are met,
    /// or if none was found.
    pub fn fix(&self, record: &Record, studio: &str, question: &Question) -> Vec<Fix> {
        let decision = self.decide(record, studio, question);
        if decision.decision == Answer::MeetsRecordedConditions {
            return Vec::new();
        }
        let mut search = Search { book: self, record, studio, question, tries: 0 };
        let mut fixes: Vec<Fix> = Vec::new();
        let all = search.changes(&decision, record, question);
        // Each way of getting there: papers only, cuts only, narrowing first, everything.
        for only in [&["consent", "record", "export"][..], &["cut", "export"], &["narrow", "export", "record"], &[]] {
            let usable: Vec<Change> =
                all.iter().filter(|change| only.is_empty() || only.contains(&change.kind.as_str())).cloned().collect();
            if let Some(fix) = search.smallest(&decision, &usable)
                && !fixes.iter().any(|known| known.changes == fix.changes)
            {
                fixes.push(fix);
            }
        }
        fixes.sort_by(|a, b| (a.changes.len(), a.cost, &a.changes).cmp(&(b.changes.len(), b.cost, &b.changes)));
        fixes.truncate(TOLD);
        fixes
    }
}

struct Search<'a> {
    book: &'a Rulebook,
    record: &'a Record,
    studio: &'a str,
    question: &'a Question,
    tries: usize,
}

impl Search<'_> {
    /// Tries a set; the decision after it.
    fn after(&mut self, changes: &[Change]) -> Option<Decision> {
        self.tries += 1;
        if self.tries > TRIES {
            return None;
        }
        let (mut record, mut question) = (self.record.clone(), self.question.clone());
        let cuts: BTreeSet<usize> = changes
            .iter()
            .filter_map(|change| if let Tried::Cut(at) = change.tried { Some(at) } else { None })
            .collect();
        for change in changes {
            apply(&change.tried, &mut record, &mut question);
        }
        if !cuts.is_empty() && !cut(&mut question, &cuts) {
            return None;
        }
        Some(self.book.decide(&record, self.studio, &question))
    }

    fn meets(&mut self, changes: &[Change]) -> bool {
        self.after(changes).is_some_and(|decision| decision.decision == Answer::MeetsRecordedConditions)
    }

    fn smallest(&mut self, decision: &Decision, usable: &[Change]) -> Option<Fix> {
        self.tries = 0;
        let found = if usable.len() <= EXACT { self.exact(usable) } else { None };
        let mut found = found.or_else(|| self.greedy(decision, usable))?;
        // What is not needed is left out again.
        for at in (0..found.len()).rev() {
            let mut less = found.clone();
            less.remove(at);
            if !less.is_empty() && self.meets(&less) {
                found = less;
            }
        }
        found.sort();
        let cost = found.iter().map(cost).sum();
        Some(Fix { changes: found, then: Answer::MeetsRecordedConditions, cost })
    }

    /// The smallest set, the cheapest of that size.
    fn exact(&mut self, usable: &[Change]) -> Option<Vec<Change>> {
        let mut sets: Vec<u32> = (1..1u32 << usable.len()).collect();
        let price =
            |set: u32| (0..usable.len()).filter(|at| set >> at & 1 == 1).map(|at| cost(&usable[at])).sum::<u32>();
        sets.sort_by_key(|set| (set.count_ones(), price(*set), *set));
        for set in sets {
            if self.tries >= TRIES {
                return None;
            }
            let chosen: Vec<Change> = usable
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1)
                .map(|(_, change)| change.clone())
                .collect();
            if self.meets(&chosen) {
                return Some(chosen);
            }
        }
        None
    }

    /// The change that answers most reasons first, then again.
    fn greedy(&mut self, decision: &Decision, usable: &[Change]) -> Option<Vec<Change>> {
        self.tries = 0;
        let mut chosen: Vec<Change> = Vec::new();
        let mut left: Vec<Reason> = decision.reasons.clone();
        while !left.is_empty() {
            let answers = |change: &Change| left.iter().filter(|reason| answers(change, reason)).count();
            let open = usable.iter().filter(|change| !chosen.contains(change));
            let best = open.max_by_key(|change| (answers(change), std::cmp::Reverse(cost(change))))?;
            if answers(best) == 0 {
                return None;
            }
            chosen.push(best.clone());
            let after = self.after(&chosen)?;
            if after.decision == Answer::MeetsRecordedConditions {
                return Some(chosen);
            }
            let cuts = chosen.iter().any(|change| change.kind == "cut");
            // Places of uses move when one is cut: then the reasons known at first are counted down.
            left = if cuts {
                decision.reasons.iter().filter(|reason| !settled(&chosen, reason)).cloned().collect()
            } else {
                after.reasons
            };
        }
        self.meets(&chosen).then_some(chosen)
    }

    /// Every change that may help against some reason.
    fn changes(&self, decision: &Decision, record: &Record, question: &Question) -> Vec<Change> {
        let mut all = BTreeSet::new();
        for reason in &decision.reasons {
            for at in &reason.uses {
                all.insert(change(
                    "cut",
                    format!("use {at}"),
                    format!("leave out use {at}"),
                    vec![*at],
                    Tried::Cut(*at),
                ));
            }
            papers(decision, reason, record, &mut all);
            if let Question::Release(ask) = question {
                narrower(reason, ask, &mut all);
            }
        }
        all.into_iter().collect()
    }
}

fn change(kind: &str, what: String, sentence: String, uses: Vec<usize>, tried: Tried) -> Change {
    Change { kind: kind.to_owned(), what, sentence, uses, tried }
}

/// Consents to get and facts to record.
fn papers(decision: &Decision, reason: &Reason, record: &Record, all: &mut BTreeSet<Change>) {
    let uses = reason.uses.clone();
    let entity = reason.facts.first().map(|fact| fact.entity.as_str()).unwrap_or_default();
    let name = reason.person.as_deref().map(|person| record.name(person)).unwrap_or_default();
    match (reason.rule.as_str(), &reason.person) {
        ("SAG-39F" | "SAG-39G" | "CORE-CLAUSE", _) => {}
        (_, Some(person)) => {
            let nearest = decision.near_misses.iter().find(|miss| miss.person == *person);
            match nearest {
                Some(miss) => {
                    let sentence = format!("get of {name} what {} lacks: {}", miss.consent, miss.fails.join(", "));
                    let tried = Tried::Consent(miss.consent.clone(), Widened::All);
                    all.insert(change("consent", miss.consent.clone(), sentence, uses, tried));
                }
                None => {
                    let sentence = format!("get and record a consent of {name} to this use");
                    all.insert(change(
                        "consent",
                        person.clone(),
                        sentence,
                        uses,
                        Tried::Consent(person.clone(), Widened::Fresh),
                    ));
                }
            }
            if reason.rule == "IT-612Q" {
                let tried = Tried::Deed(person.clone(), "review".into());
                all.insert(change(
                    "record",
                    person.clone(),
                    format!("review whether the likeness of {name} could deceive, and record it"),
                    vec![],
                    tried,
                ));
                all.insert(change(
                    "export",
                    "disclosure".into(),
                    "say in the end credits that likenesses were made".into(),
                    vec![],
                    Tried::Disclose,
                ));
            }
        }
        ("CORE-UNKNOWN", None) => {
            for fact in &reason.facts {
                if record.shots.contains_key(&fact.entity) {
                    let thing = fact.field == "holder" || fact.field == "grant";
                    let (sentence, tried) = if thing {
                        (
                            format!("record whose the thing in {} is, and the grant that lets it be used", fact.entity),
                            Tried::Free(fact.entity.clone()),
                        )
                    } else {
                        (
                            format!("confirm and record who and what is in {}", fact.entity),
                            Tried::Shot(fact.entity.clone()),
                        )
                    };
                    all.insert(change("record", fact.entity.clone(), sentence, uses.clone(), tried));
                }
            }
        }
        ("DGA-CONSULT", None) => {
            if let Some(work) = record.works.values().find(|work| reason.sentence.contains(&work.title)) {
                let sentence = format!("consult the director of {} and record it", work.title);
                all.insert(change(
                    "record",
                    work.id.clone(),
                    sentence,
                    vec![],
                    Tried::Deed(work.id.clone(), "consultation".into()),
                ));
            }
        }
        ("MODEL-MEMO", None) => {
            let sentence = format!("test whether {entity} repeats its lessons and record a report without repeats");
            all.insert(change("record", entity.to_owned(), sentence, uses, Tried::Memorized(entity.to_owned())));
        }
        ("EU-50-2", None) => {
            all.insert(change(
                "export",
                "credentials".into(),
                "export with credentials and mark".into(),
                vec![],
                Tried::Export,
            ));
        }
        _ => {}
    }
}

/// A smaller release.
fn narrower(reason: &Reason, ask: &Release, all: &mut BTreeSet<Change>) {
    let fact = |field: &str| reason.facts.iter().find(|fact| fact.field == field).map(|fact| fact.value.clone());
    match reason.rule.as_str() {
        "CORE-TERR" | "CORE-CHAIN" => {
            let Some(missing) = fact("territories_missing").and_then(|text| Territories::parse(text.split(", ")).ok())
            else {
                return;
            };
            leave_out(&missing, ask, all);
        }
        "CORE-MEDIUM" => {
            let given = fact("media").unwrap_or_default();
            let given: Vec<&str> = given.split(", ").collect();
            let gone: Vec<String> =
                ask.media.iter().map(|m| m.to_string()).filter(|medium| !given.contains(&medium.as_str())).collect();
            if !gone.is_empty() && gone.len() < ask.media.len() {
                let what = gone.join(", ");
                all.insert(change(
                    "narrow",
                    what.clone(),
                    format!("do without {what}"),
                    vec![],
                    Tried::WithoutMedia(gone),
                ));
            }
        }
        "CORE-TERM" => {
            let first = fact("not_before").filter(|day| *day > ask.from.to_string());
            let last = fact("not_after").filter(|day| *day < ask.until.to_string() && day.len() == 10);
            let (from, until) =
                (first.clone().unwrap_or(ask.from.to_string()), last.clone().unwrap_or(ask.until.to_string()));
            if from <= until && (first.is_some() || last.is_some()) {
                let what = format!("{from} to {until}");
                all.insert(change(
                    "narrow",
                    what.clone(),
                    format!("release from {what}"),
                    vec![],
                    Tried::Window(first, last),
                ));
            }
        }
        _ => {}
    }
}

fn leave_out(missing: &Territories, ask: &Release, all: &mut BTreeSet<Change>) {
    if missing.is_empty() || ask.territories.without(missing).is_empty() {
        return;
    }
    let codes: Vec<String> = missing.codes().into_iter().map(str::to_owned).collect();
    let what = missing.to_string();
    all.insert(change("narrow", what.clone(), format!("leave out {what}"), vec![], Tried::Without(codes)));
}

/// Whether a change may settle a reason.
fn answers(change: &Change, reason: &Reason) -> bool {
    match (&change.tried, &reason.person) {
        (Tried::Cut(at), _) => reason.uses.contains(at),
        (Tried::Consent(id, _), Some(person)) => {
            id == person || reason.facts.iter().any(|f| f.entity == *id) || change.uses == reason.uses
        }
        (Tried::Shot(row) | Tried::Free(row) | Tried::Memorized(row), _) => {
            reason.facts.iter().any(|fact| fact.entity == *row)
        }
        (Tried::Export, _) => reason.rule == "EU-50-2",
        (Tried::Disclose | Tried::Deed(..), _) => ["IT-612Q", "DGA-CONSULT"].contains(&reason.rule.as_str()),
        (Tried::Without(_), _) => ["CORE-TERR", "CORE-CHAIN"].contains(&reason.rule.as_str()),
        (Tried::WithoutMedia(_), _) => reason.rule == "CORE-MEDIUM",
        (Tried::Window(..), _) => reason.rule == "CORE-TERM",
        _ => false,
    }
}

/// Whether the chosen changes settle a reason: all of its uses cut, or one change of another kind.
fn settled(chosen: &[Change], reason: &Reason) -> bool {
    let cut = |at: &usize| chosen.iter().any(|change| change.tried == Tried::Cut(*at));
    (!reason.uses.is_empty() && reason.uses.iter().all(cut))
        || chosen.iter().any(|change| change.kind != "cut" && answers(change, reason))
}

/// What is asked of people: a flag is nothing much, a fact a little, a cut more, a narrower release more again, a signature most.
fn cost(change: &Change) -> u32 {
    match change.kind.as_str() {
        "export" => 1,
        "record" => 2,
        "cut" => 3,
        "narrow" => 4,
        _ => 6,
    }
}

fn cut(question: &mut Question, cuts: &BTreeSet<usize>) -> bool {
    let uses = match question {
        Question::Release(ask) => &mut ask.uses,
        Question::Train(ask) => &mut ask.uses,
        _ => return false,
    };
    let mut at = 0;
    uses.retain(|_| {
        at += 1;
        !cuts.contains(&(at - 1))
    });
    // A release of nothing is no release.
    !uses.is_empty()
}

fn apply(tried: &Tried, record: &mut Record, question: &mut Question) {
    match (tried, question) {
        (Tried::Without(codes), Question::Release(ask)) => {
            let gone = Territories::parse(codes.iter().map(String::as_str)).expect("codes of a set");
            ask.territories = ask.territories.without(&gone);
        }
        (Tried::WithoutMedia(media), Question::Release(ask)) => {
            ask.media.retain(|medium| !media.contains(&medium.to_string()));
        }
        (Tried::Window(first, last), Question::Release(ask)) => {
            let day = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
            ask.from = day(first).unwrap_or(ask.from);
            ask.until = day(last).unwrap_or(ask.until);
        }
        (Tried::Export, Question::Release(ask)) => (ask.credentials, ask.mark) = (true, true),
        (Tried::Disclose, Question::Release(ask)) => ask.disclosure = Some("end_credit".into()),
        (Tried::Consent(id, how), question) => agree(record, question, id, *how),
        (Tried::Shot(id), _) => {
            if let Some(shot) = record.shots.get_mut(id) {
                shot.verified_by = Some("supposed".into());
            }
        }
        (Tried::Free(id), _) => {
            for thing in record.shots.get_mut(id).into_iter().flat_map(|shot| &mut shot.third_party) {
                thing.holder = "public_domain".into();
            }
        }
        (Tried::Memorized(id), _) => {
            if let Some(model) = record.models.get_mut(id) {
                let report = nobodys();
                model.memorization =
                    Some(rights::model::Memorization { prompts: 1000, extracted: 0, max_copy_grade: None, report });
            }
        }
        (Tried::Deed(about, kind), question) => {
            let on = on(question);
            let deed = rights::Deed {
                id: format!("d:supposed/{kind}/{}", about.replace(':', "-")),
                kind: kind.clone(),
                about: about.clone(),
                rule: None,
                by: "supposed".into(),
                on,
                note: None,
                document: None,
            };
            record.add(deed.into()).expect("a deed of a name of its own");
        }
        _ => {}
    }
}

fn on(question: &Question) -> rights::Date {
    match question {
        Question::Train(ask) => ask.on,
        Question::Make(ask) => ask.on,
        Question::Release(ask) => ask.on,
        Question::Transfer(ask) => ask.on,
        Question::Close(ask) => ask.on,
    }
}

fn nobodys() -> rights::Document {
    rights::Document::parse(&format!("sha256:{}", "0".repeat(64))).expect("64 digits")
}

/// Supposes a new consent that has all that a use could ask of one, in the image of the nearest where there is one.
fn agree(record: &mut Record, question: &Question, id: &str, how: Widened) {
    let near = (how == Widened::All).then(|| record.consents.get(id).cloned()).flatten();
    let person = near.as_ref().map_or_else(|| id.to_owned(), |consent| consent.person.clone());
    let works: Vec<String> = record.works.keys().cloned().collect();
    let on = on(question);
    let early = on.saturating_sub(jiff::Span::new().days(30));
    let from = near.as_ref().and_then(|consent| consent.not_before).unwrap_or(early).min(early);
    let estate = record
        .estate_of(&person)
        .filter(|_| record.parties.get(&person).is_some_and(|p| p.is_deceased() == Some(true)));
    let by = near.as_ref().and_then(|consent| consent.by.clone()).or_else(|| estate.map(|estate| estate.id.clone()));
    let base = near.unwrap_or_default();
    let (tags, languages) = match question {
        Question::Make(ask) => (ask.tags.clone(), ask.language.iter().cloned().collect()),
        Question::Release(ask) => {
            let made = ask.uses.iter().filter_map(|used| used.made.as_ref()).flat_map(|made| made.tags.clone());
            (made.chain(ask.uses.iter().flat_map(|used| used.edits.clone())).collect(), ask.languages.clone())
        }
        _ => (Vec::new(), Vec::new()),
    };
    let supposed = Consent {
        id: format!("c:supposed/{}", person.replace(':', "-")),
        person: person.clone(),
        by,
        description: Some(base.description.clone().unwrap_or_else(|| "as asked".into())),
        tags,
        acts: rights::Act::ALL.to_vec(),
        purposes: rights::Purpose::ALL.to_vec(),
        projects: works,
        scenes: Vec::new(),
        languages,
        territories: Territories::world(),
        media: rights::Medium::ALL.to_vec(),
        not_before: Some(from),
        not_after: Some(Until::Perpetual),
        forbid: Vec::new(),
        notice: base.notice.clone(),
        separately_signed: Some(true),
        conspicuous: Some(true),
        specific: Some(true),
        represented_by: Some(rights::consent::Side::Counsel),
        replaces_work: base.replaces_work.or(Some(false)),
        biometrics: Vec::new(),
        signed_at: Some(from),
        business_reason: Some("as asked".into()),
        document: Some(nobodys()),
        page: Some(1),
        verified_by: Some("supposed".into()),
        models: record.models.keys().cloned().collect(),
        ..base
    };
    record.add(supposed.into()).ok();
}
