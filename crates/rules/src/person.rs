//! Persons: whether a consent carries each way of using them, and what the rules say of the persons themselves.

use std::collections::BTreeSet;

use rights::work::Effect;
use rights::{Consent, Date, Engagement, Guild, Party, Purpose, Work};

use crate::case::{About, Asked, Case, Word};
use crate::consent::{self, Standing};
use crate::decision::{Answer, NearMiss};
use crate::need::{Class, Need, Uses};
use crate::subject::{Source, Subject};
use crate::vocabulary::Kind;

/// So many near misses are told of each person.
const NEAREST: usize = 3;

/// Facts around a person that the question brings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Around<'a> {
    pub(crate) reference_image: bool,
    pub(crate) disclosure: Option<&'a str>,
}

/// What the record holds about a person and a use of them.
struct Found<'a, 'c> {
    works: Vec<&'a Work>,
    engagements: Vec<&'a Engagement>,
    recorded: bool,
    carried: Option<bool>,
    uncovered: &'c [String],
    /// The consent that carries it.
    consent: Option<&'c Consent>,
}

impl<'a> Case<'a> {
    /// Judges one need: finds the consent that carries it, then asks the rules about the person.
    pub(crate) fn person(&mut self, need: &Need<'a>, uses: &Uses, around: &Around<'a>) -> Option<bool> {
        let record = self.record;
        let works: Vec<&'a Work> = works_of(self, need);
        let engagements = engagements(self, need, &works);
        let guilds: BTreeSet<Guild> = engagements.iter().filter_map(|e| e.guild).collect();
        let cover = self.cover(&works, &guilds);
        if let Some(party) = record.parties.get(need.person) {
            self.trail.saw("party", &party.id, party);
        }
        let mut standings = consent::standings(self, need);
        consent::likely_first(&self.asked, need, &mut standings);
        let mut words: Vec<(Standing<'a>, Subject, Word)> = Vec::new();
        let mut carrying = None;
        for standing in standings {
            let subject = consent::subject(self, need, &standing, &cover, &works);
            let word = self.ask(&subject, cover.packs);
            let answer = word.answer();
            words.push((standing, subject, word));
            if answer == Answer::MeetsRecordedConditions {
                carrying = words.pop();
                break;
            }
        }
        let about = About { uses: &uses.at, person: Some(need.person), times: uses.times.clone(), ..About::default() };
        let carried = match &carrying {
            Some((standing, subject, word)) => {
                let rows = [standing.consent.id.as_str(), need.person];
                self.take(subject, word, &About { consent: Some(&standing.consent), rows: &rows, ..about.clone() });
                Some(true)
            }
            None if words.is_empty() => None,
            None => {
                // The nearest says why: first those that are only unknown, then by how many rules they fail.
                words.sort_by_cached_key(|(standing, _, word)| {
                    let meant = need.acts.iter().all(|act| standing.consent.acts.contains(act));
                    (word.answer(), word.against().len(), !meant, standing.consent.id.clone())
                });
                for (standing, _, word) in words.iter().take(NEAREST) {
                    let miss = near_miss(record.name(need.person), need, standing, word, &self.asked);
                    self.near.push(miss);
                }
                let (standing, subject, word) = &words[0];
                let rows = [standing.consent.id.as_str(), need.person];
                let unanswered = (word.answer() == Answer::Blocked).then_some(false);
                self.take(subject, word, &About { rows: &rows, ..about.clone() });
                unanswered
            }
        };
        let recorded = carrying.is_some() || !words.is_empty();
        let consent = carrying.as_ref().map(|(standing, ..)| &*standing.consent);
        let found = Found { works, engagements, recorded, carried, uncovered: &cover.uncovered, consent };
        let subject = self.person_subject(need, uses, &found, around);
        let rows = [need.person];
        let answer = self.judge(&subject, cover.packs, &About { rows: &rows, consent, ..about });
        match (carried, answer) {
            (Some(true), Answer::MeetsRecordedConditions) => Some(true),
            (_, Answer::Blocked) | (Some(false), _) => Some(false),
            _ => None,
        }
    }

    fn person_subject(&mut self, need: &Need<'a>, uses: &Uses, found: &Found<'a, '_>, around: &Around<'a>) -> Subject {
        let Found { works, engagements, recorded, carried, uncovered, consent } = found;
        let record = self.record;
        let payee = consent::paid(self, need.person, *consent);
        let asked = self.asked.clone();
        let party = record.parties.get(need.person);
        let source = works.first().copied();
        let mut subject = self.subject(Kind::Person, need.person);
        subject
            .from(Source::row(need.person))
            .text("class", need.class.as_str())
            .said("person", record.name(need.person))
            .said("who", payee)
            .said("payee", record.name(payee))
            .said("work", source.map_or(need.work, |work| &work.title))
            .bool("recorded", *recorded)
            .words("uncovered", *uncovered)
            .said("consent", recorded.then_some("recorded"))
            .bool("carried", *carried)
            .bool("changed", !need.edits.is_empty())
            .bool("minor", minor(party, asked.on, works))
            .bool("deceased", party.and_then(Party::is_deceased))
            .long("years_since_death", years_since_death(party, need.from))
            .text("domicile", party.and_then(|party| party.domicile.as_deref()));
        let made = if need.class == Class::Replica { uses.times.minutes() } else { 0 };
        subject
            .from(Source::row("question"))
            .words("kinds", need.kinds.iter().map(|kind| kind.as_str()))
            .words("tags", &need.tags)
            .bool("named_in_prompt", need.prompted)
            .bool("reference_image", around.reference_image)
            .text("disclosure", around.disclosure)
            .long("made_minutes", made)
            .bool("solo", need.alone);
        let strikes = record
            .strikes
            .values()
            .filter(|strike| strike.from <= asked.on && strike.until.is_none_or(|until| asked.on <= until));
        let strikes: Vec<_> = strikes.collect();
        subject
            .from(Source::row(strikes.first().map_or("strike", |strike| &strike.id)))
            .words("strikes", strikes.iter().map(|strike| strike.guild.as_str()));
        self.trail_strikes(&strikes);
        let first = engagements.first();
        let covered = engagements.iter().map(|e| e.separate_ai_agreement);
        let scans = engagements.iter().filter(|e| e.craft == "crew").map(|e| e.scan_separate);
        subject
            .from(Source::row(first.map_or(need.person, |engagement| &engagement.id)))
            .listed("crafts", &engagements.iter().map(|e| e.craft.as_str()).collect::<Vec<_>>())
            .bool("separate_ai_agreement", all(covered))
            .bool("scan_separate", all(scans));
        self.barred(&mut subject, need, engagements);
        let reviewed = record
            .deeds_about(need.person, "review")
            .chain(works.iter().flat_map(|w| record.deeds_about(&w.id, "review")));
        let reviewed: Vec<_> = reviewed.filter(|deed| deed.on <= asked.on).collect();
        for deed in &reviewed {
            self.trail.saw("deed", &deed.id, deed);
        }
        subject
            .from(Source::row(reviewed.first().map_or(need.person, |deed| &deed.id)))
            .bool("reviewed", !reviewed.is_empty());
        subject
    }

    fn trail_strikes(&mut self, strikes: &[&'a rights::Strike]) {
        for strike in strikes {
            self.trail.saw("strike", &strike.id, strike);
        }
    }

    /// Topics of the use that a clause of the person's own papers bars.
    fn barred(&mut self, subject: &mut Subject, need: &Need<'a>, engagements: &[&'a Engagement]) {
        let machine: &[&str] = match need.class {
            Class::Training => &["ai_training"],
            Class::Subject => &["ai_training", "replica"],
            Class::Replica => &["replica"],
            // A clause that bars learning knows no exception for what serves this work only.
            Class::Post => &["ai_training"],
            Class::Footage => &[],
        };
        let topics = topics(machine, &need.purposes);
        let mut barred = Vec::new();
        let mut unread = Vec::new();
        let mut paper = Source::row(need.person);
        for name in engagements.iter().filter_map(|e| e.agreement.as_deref()) {
            let Some(agreement) = self.record.agreements.get(name) else {
                unread.push(name);
                continue;
            };
            self.trail.saw("agreement", &agreement.id, agreement);
            for clause in agreement.clauses.iter().filter(|clause| clause.effect == Effect::Barred) {
                if topics.contains(&clause.topic.as_str()) {
                    if barred.is_empty() {
                        paper = Source::paper(&agreement.id, &agreement.document, Some(clause.page));
                    }
                    barred.push(clause.topic.as_str());
                }
            }
        }
        barred.sort_unstable();
        barred.dedup();
        subject.from(paper).words("barred", barred).from(Source::row(need.person)).words("papers_unknown", unread);
    }
}

/// Topics of clauses that bar a use: those of what a machine does, and those of its purposes.
pub(crate) fn topics(machine: &[&'static str], purposes: &[Purpose]) -> Vec<&'static str> {
    let mut topics = machine.to_vec();
    topics.extend(purposes.iter().map(|purpose| purpose.as_str()));
    if purposes.contains(&Purpose::Trailer) {
        // A trailer promotes.
        topics.push("promotion");
    }
    topics
}

/// The work that is used, and the one that it is for.
fn works_of<'a>(case: &Case<'a>, need: &Need<'a>) -> Vec<&'a Work> {
    let mut works: Vec<&Work> = Vec::new();
    for id in [Some(need.work), need.project].into_iter().flatten() {
        if let Some(work) = case.record.works.get(id)
            && works.iter().all(|known| known.id != work.id)
        {
            works.push(work);
        }
    }
    works
}

fn engagements<'a>(case: &mut Case<'a>, need: &Need<'a>, works: &[&'a Work]) -> Vec<&'a Engagement> {
    let record = case.record;
    let all: Vec<&Engagement> = works.iter().flat_map(|work| record.engagements_on(&work.id, need.person)).collect();
    for engagement in &all {
        case.trail.saw("engagement", &engagement.id, engagement);
    }
    all
}

/// Yes if all say yes, no if one says no, unknown if one does not say or there is none.
fn all(answers: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut sum = None;
    for answer in answers {
        sum = match (sum, answer) {
            (_, Some(false)) | (Some(false), _) => return Some(false),
            (_, None) => return None,
            (_, Some(true)) => Some(true),
        };
    }
    sum
}

/// Whether the person is under age on the day, or was when a work was filmed.
fn minor(party: Option<&Party>, on: Date, works: &[&Work]) -> Option<bool> {
    let party = party?;
    let days = works.iter().filter_map(|work| work.photography_start).chain([on]);
    let mut any = false;
    for day in days {
        any |= party.is_minor(day)?;
    }
    Some(any)
}

pub(crate) fn years_since_death(party: Option<&Party>, day: Date) -> Option<i64> {
    party.and_then(|party| party.died).map(|died| years(died, day))
}

/// Whole years between two days.
pub(crate) fn years(first: Date, last: Date) -> i64 {
    let whole = i64::from(last.year()) - i64::from(first.year());
    whole - i64::from((last.month(), last.day()) < (first.month(), first.day()))
}

fn near_miss(name: &str, need: &Need<'_>, standing: &Standing<'_>, word: &Word, asked: &Asked) -> NearMiss {
    let fails: Vec<String> = word.against().into_iter().map(str::to_owned).collect();
    let consent = &standing.consent;
    let only = if fails.len() == 1 { "only " } else { "" };
    let lacks: Vec<String> = fails.iter().map(|rule| consent::lacks(rule, need, standing, asked)).collect();
    NearMiss {
        person: need.person.to_owned(),
        consent: consent.id.clone(),
        sentence: format!("{}, closest consent of {name}, fails {only}{}", consent.id, lacks.join(", ")),
        fails,
        document: consent.document.clone(),
        page: consent.page,
    }
}
