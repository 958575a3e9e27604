//! What the rules answer about what a paper is about.

use rights::{Consent, Date, Purpose, Record, Replica, Strike, Territories};
use rules::question::{Make, Release};
use rules::{Answer, Decision, Question, Rulebook};

use crate::rights::STUDIO;

/// A replica of a consent's person, for each work that the consent is for; no other consent is looked at.
pub(super) fn of_consent(book: &Rulebook, record: &Record, consent: &Consent, on: Date) -> Vec<Decision> {
    let mut alone = record.clone();
    alone.consents.retain(|id, _| *id == consent.id);
    works(consent).map(|work| book.decide(&alone, STUDIO, &replica(consent, work, on))).collect()
}

/// A release of a work, as far as its texts and these synthetic performers go.
pub(super) fn of_work(book: &Rulebook, record: &Record, work: &str, synthetics: &[&str], on: Date) -> Decision {
    let question = Release {
        work: Some(work.to_owned()),
        uses: Vec::new(),
        purpose: Purpose::Picture,
        territories: Territories::default(),
        media: Vec::new(),
        from: on,
        until: on,
        languages: Vec::new(),
        synthetics: synthetics.iter().map(|id| (*id).to_owned()).collect(),
        disclosure: None,
        credentials: true,
        mark: true,
        music: Vec::new(),
        on,
    };
    book.decide(record, STUDIO, &Question::Release(question))
}

/// Consents to a replica that a rule blocks because of this strike, each with the rule: on `on` if it lasts then, else on its
/// first day.
pub(super) fn resting<'a>(
    book: &Rulebook,
    record: &'a Record,
    strike: &Strike,
    on: Date,
) -> Vec<(&'a Consent, String)> {
    let mut alone = record.clone();
    alone.strikes.retain(|id, _| *id == strike.id);
    let lasts = strike.from <= on && strike.until.is_none_or(|until| on <= until);
    let on = if lasts { on } else { strike.from };
    let blocks = |consent: &Consent| {
        works(consent).find_map(|work| {
            let decision = book.decide(&alone, STUDIO, &replica(consent, work, on));
            let mut reasons = decision.reasons.into_iter();
            let strikes = |fact: &rules::decision::Fact| fact.field == "strikes";
            reasons.find(|one| one.answer == Answer::Blocked && one.facts.iter().any(strikes)).map(|one| one.rule)
        })
    };
    let consents = record.consents.values().filter(|consent| consent.replica != Replica::None);
    consents.filter_map(|consent| Some((consent, blocks(consent)?))).collect()
}

/// Works that a consent is for.
fn works(consent: &Consent) -> impl Iterator<Item = &str> {
    let home = consent.made_for.as_ref().filter(|home| !consent.projects.contains(home));
    consent.projects.iter().chain(home).map(String::as_str)
}

fn replica(consent: &Consent, work: &str, on: Date) -> Question {
    Question::Make(Make {
        model: consent.models.first().cloned().unwrap_or_default(),
        persons: vec![consent.person.clone()],
        purpose: consent.purposes.first().copied().unwrap_or(Purpose::Picture),
        work: work.to_owned(),
        scene: None,
        language: None,
        tags: Vec::new(),
        prompt: None,
        reference_image: false,
        on,
    })
}
