//! What may never make an answer better, and what may never change it.
//!
//! A law is tried on every case of chance that the engine permits or refuses: the case is made worse in one way, and what was refused
//! must not be permitted then. The two cases differ in one fact, so a break of a law names its own cause.

use rights::{Consent, Date, Entry, Event, EventKind, Medium, Record, Territories, Until};
use rules::{Answer, Decision, Question, Rulebook};
use serde_json::Value;

use crate::dice::Dice;
use crate::found;
use crate::permits::cases;
use crate::worlds::{self, Case, STUDIO};

fn decide(book: &Rulebook, case: &Case) -> Decision {
    book.decide(&case.record(), STUDIO, &case.question)
}

fn permits(book: &Rulebook, case: &Case) -> bool {
    decide(book, case).decision == Answer::MeetsRecordedConditions
}

/// Tries a law on many cases: `worse` makes a case worse in one way, or says that it cannot be; it may ready the case first.
fn law(name: &str, first: u64, worse: impl Fn(&mut Dice, &mut Case) -> Option<Case>) {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let (mut tried, mut taken) = (0, 0);
    for seed in first..first + cases(3_000) {
        let mut case = worlds::case(seed);
        let mut dice = Dice::new(seed ^ 0x5eed);
        let Some(bad) = worse(&mut dice, &mut case) else { continue };
        tried += 1;
        if !permits(&book, &bad) {
            continue;
        }
        taken += 1;
        if !permits(&book, &case) {
            let decision = decide(&book, &case);
            let why: Vec<&str> = decision.reasons.iter().map(|reason| reason.rule.as_str()).collect();
            panic!("{name}: case {seed} is refused ({why:?}), and permitted once it is worse:\n{}", found::text(&bad));
        }
    }
    println!("{name}: {tried} pairs, {taken} permitted though worse");
    assert!(taken > 0, "{name}: no pair says anything");
}

/// The place of a row of a kind, by chance.
fn row(dice: &mut Dice, case: &Case, is: impl Fn(&Entry) -> bool) -> Option<usize> {
    let rows: Vec<usize> = (0..case.entries.len()).filter(|at| is(&case.entries[*at])).collect();
    if rows.is_empty() { None } else { Some(*dice.of(&rows)) }
}

/// Gives every link its paper: a paper that is not there is asked for even where another leads the same way, so that taking it
/// away, or out of the window, helps.
fn papers(case: &mut Case) {
    for entry in &mut case.entries {
        if let Entry::Work(work) = entry {
            for link in &mut work.chain_of_title {
                link.document = Some(worlds::document('2'));
                link.page = Some(2);
                link.verified_by = Some("legal:mv".to_owned());
            }
        }
    }
}

/// The days of a question, to be written anew.
fn window(question: &Question) -> (Date, Date) {
    match question {
        Question::Release(release) => (release.from, release.until),
        Question::Train(train) => (train.on, train.on),
        Question::Make(make) => (make.on, make.on),
        _ => unreachable!("the cases ask three questions"),
    }
}

#[test]
fn permits_never_grow_when_a_grant_or_a_consent_is_removed() {
    law("removed", 1_000_000, |dice, case| {
        // A grant out is no grant to the studio: taking it away may help.
        let at = row(dice, case, |entry| match entry {
            Entry::Consent(_) => true,
            Entry::Grant(grant) => grant.direction == rights::work::Direction::In,
            _ => false,
        })?;
        let mut bad = case.clone();
        bad.entries.remove(at);
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_link_to_the_studio_is_removed() {
    law("unlinked", 2_000_000, |dice, case| {
        papers(case);
        let at = row(dice, case, |entry| matches!(entry, Entry::Work(work) if !work.chain_of_title.is_empty()))?;
        let mut bad = case.clone();
        let Entry::Work(work) = &mut bad.entries[at] else { return None };
        // Where one right goes to two, taking away the one may leave it to the other.
        if work.chain_of_title.iter().any(|link| link.to == "o:beta") {
            return None;
        }
        let to_studio: Vec<usize> =
            (0..work.chain_of_title.len()).filter(|n| work.chain_of_title[*n].to == STUDIO).collect();
        if to_studio.is_empty() {
            return None;
        }
        work.chain_of_title.remove(*dice.of(&to_studio));
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_term_is_shortened() {
    law("shortened", 3_000_000, |dice, case| {
        let (from, until) = window(&case.question);
        let at = row(dice, case, |entry| match entry {
            Entry::Consent(_) => true,
            Entry::Grant(grant) => grant.direction == rights::work::Direction::In,
            _ => false,
        })?;
        let mut bad = case.clone();
        let day = *dice.of(&[from, until, until.yesterday().ok()?, until.tomorrow().ok()?]);
        let shorter = |until: Until| Until::Day(until.day().min(day));
        match &mut bad.entries[at] {
            Entry::Consent(consent) if dice.one_in(3) => {
                consent.not_before = Some(consent.not_before.or(consent.signed_at)?.max(day));
            }
            Entry::Consent(consent) => consent.not_after = consent.not_after.map(shorter),
            Entry::Grant(grant) => grant.until = shorter(grant.until),
            _ => {}
        }
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_window_is_longer() {
    law("longer", 4_000_000, |dice, case| {
        papers(case);
        let mut bad = case.clone();
        let Question::Release(release) = &mut bad.question else { return None };
        // A window that ends before it begins is none.
        if release.until < release.from {
            return None;
        }
        if dice.one_in(2) {
            release.until = release.until.checked_add(jiff::Span::new().days(1 + dice.below(90) as i64)).ok()?;
        } else {
            release.from = release.from.checked_sub(jiff::Span::new().days(1 + dice.below(90) as i64)).ok()?;
        }
        Some(bad)
    });
}

/// Fields that are facts: without one of them less is known. Those left out here say what bars, or what is not so.
const FACTS: &[(&str, &[&str])] = &[
    (
        "consent",
        &[
            "description",
            "tags",
            "acts",
            "purposes",
            "projects",
            "territories",
            "media",
            "not_after",
            "notice",
            "document",
            "separately_signed",
            "conspicuous",
            "specific",
            "represented_by",
            "replaces_work",
            "signed_at",
            "page",
            "business_reason",
            "pay",
            "verified_by",
            "models",
        ],
    ),
    ("work", &["photography_start", "guilds", "authors", "public_domain"]),
    ("grant", &["document", "page", "verified_by"]),
    ("shot", &["verified_by"]),
    ("model", &["memorization", "access_limited"]),
    ("party", &["born", "authority", "for_person"]),
    ("engagement", &["separate_ai_agreement", "scan_separate"]),
    ("synthetic", &["value_memo", "notice_on", "bargaining"]),
    ("deed", &["about"]),
];

#[test]
fn permits_never_grow_when_a_fact_is_made_unknown() {
    law("unknown", 5_000_000, |dice, case| {
        let at = row(dice, case, |entry| {
            let out = matches!(entry, Entry::Grant(grant) if grant.direction == rights::work::Direction::Out);
            FACTS.iter().any(|(kind, _)| *kind == entry.kind()) && !out
        })?;
        let (_, fields) = FACTS.iter().find(|(kind, _)| *kind == case.entries[at].kind())?;
        let mut body = case.entries[at].body();
        body.as_object_mut()?.remove(*dice.of(fields))?;
        let mut bad = case.clone();
        bad.entries[at] = Entry::parse(case.entries[at].kind(), body).ok()?;
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_paper_of_the_chain_is_not_there() {
    law("paperless", 6_000_000, |dice, case| {
        let at = row(dice, case, |entry| matches!(entry, Entry::Work(work) if !work.chain_of_title.is_empty()))?;
        let mut bad = case.clone();
        let Entry::Work(work) = &mut bad.entries[at] else { return None };
        let n = dice.below(work.chain_of_title.len());
        let link = &mut work.chain_of_title[n];
        match dice.below(3) {
            0 => link.document = None,
            1 => link.page = None,
            _ => link.verified_by = None,
        }
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_country_or_a_medium_is_added() {
    law("wider", 7_000_000, |dice, case| {
        let mut bad = case.clone();
        let Question::Release(release) = &mut bad.question else { return None };
        // An empty list is not "nowhere": it is not said.
        if release.territories.is_empty() || release.media.is_empty() {
            return None;
        }
        if dice.one_in(2) {
            let more = Territories::parse([*dice.of(&["IT", "US", "JP", "FR", "DK"])]).ok()?;
            release.territories = release.territories.or(&more);
        } else {
            let more = *dice.of(&[Medium::Svod, Medium::Tv, Medium::Theatrical, Medium::HomeVideo, Medium::Social]);
            if release.media.contains(&more) {
                return None;
            }
            release.media.push(more);
        }
        Some(bad)
    });
}

#[test]
fn permits_never_grow_when_a_consent_is_revoked() {
    law("revoked", 8_000_000, |dice, case| {
        let at = row(dice, case, |entry| matches!(entry, Entry::Consent(_)))?;
        let Entry::Consent(consent) = &case.entries[at] else { return None };
        let (from, until) = window(&case.question);
        let on = *dice.of(&[from, until, from.yesterday().ok()?, until.tomorrow().ok()?]);
        let kind = *dice.of(&[EventKind::Revoke, EventKind::Expire, EventKind::Narrow]);
        let mut bad = case.clone();
        bad.entries.push(Entry::from(event(consent, kind, on)));
        Some(bad)
    });
}

fn event(consent: &Consent, kind: EventKind, on: Date) -> Event {
    Event {
        id: "v:law".to_owned(),
        consent: consent.id.clone(),
        kind,
        on,
        territories: Territories::parse(["EU"]).expect("territories"),
        media: vec![Medium::Svod],
        purposes: Vec::new(),
        not_after: None,
        note: None,
        document: None,
        page: None,
    }
}

#[test]
fn revoked_on_or_before_the_first_day_no_consent_carries() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let mut asked = 0;
    for seed in 9_000_000..9_000_000 + cases(3_000) {
        let mut case = worlds::case(seed);
        let (from, _) = window(&case.question);
        let consents: Vec<Consent> = case.record().consents.values().cloned().collect();
        for (n, consent) in consents.iter().enumerate() {
            let revoke = Event { id: format!("v:law/{n}"), ..event(consent, EventKind::Revoke, from) };
            // Later grants would give it back.
            case.entries.retain(|entry| !matches!(entry, Entry::Event(event) if event.consent == consent.id));
            case.entries.push(Entry::from(revoke));
        }
        let decision = decide(&book, &case);
        let named = match &case.question {
            Question::Make(make) => !make.persons.is_empty(),
            _ => false,
        };
        if named {
            asked += 1;
            let met = decision.decision == Answer::MeetsRecordedConditions;
            assert!(!met, "case {seed}: every consent is revoked\n{}", found::text(&case));
        }
    }
    assert!(asked > 0, "no case names a person");
}

/// A row moved to another place, and lists that are sets turned round.
fn turned(dice: &mut Dice, case: &Case) -> Case {
    let mut other = case.clone();
    for at in (1..other.entries.len()).rev() {
        other.entries.swap(at, dice.below(at + 1));
    }
    for entry in &mut other.entries {
        let mut body = entry.body();
        for list in
            ["acts", "purposes", "projects", "media", "guilds", "authors", "appearance", "chain_of_title", "tags"]
        {
            if let Some(Value::Array(items)) = body.get_mut(list) {
                items.reverse();
            }
        }
        *entry = Entry::parse(entry.kind(), body).unwrap_or_else(|(path, e)| panic!("{path}: {e}"));
    }
    other
}

#[test]
fn the_same_question_has_the_same_hash_and_rows_have_no_order() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let mut hashes = 0;
    for seed in 10_000_000..10_000_000 + cases(3_000) {
        let case = worlds::case(seed);
        let decision = decide(&book, &case);
        assert_eq!(decision, decide(&book, &case), "case {seed} is answered twice, and differently");
        let mut rows = case.clone();
        rows.entries.reverse();
        let again = decide(&book, &rows);
        hashes += u64::from(again.facts_hash != decision.facts_hash);
        let again = Decision { facts_hash: decision.facts_hash.clone(), ..again };
        assert_eq!(decision, again, "case {seed} is answered by the order of its rows");
        let other = turned(&mut Dice::new(seed), &case);
        let turned = decide(&book, &other).decision;
        assert_eq!(decision.decision, turned, "case {seed} is answered by the order of a list\n{}", found::text(&case));
        let record: Record = case.record();
        assert_eq!(record.entries(), Record::new(record.entries()).entries());
    }
    assert_eq!(hashes, 0, "cases whose hash is another when the rows come in another order");
}
