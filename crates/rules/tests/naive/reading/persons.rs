//! What a person's other papers and their age say, whatever they consented to.

use rights::work::Effect;
use rights::{Agreement, Date, Guild, Purpose, Record, Work};

use super::packs::Governing;
use super::paper::{self, Kind, Need};

/// What stands in the way of using `need.person` of `work`. `tags` are what is made of them.
pub(crate) fn obstacles(record: &Record, works: &[&Work], need: &Need<'_>, training: Option<bool>) -> Vec<String> {
    let mut governing = Governing::default();
    for work in works {
        governing.add_work(work);
        governing.add_person(record, work, need.person);
    }
    let mut found = paper::obstacles(record, &governing, need);
    // What was filmed and is shown as it was needs the agreements' rules about machines no more than a film of 1950 does.
    let changed = need.edits.iter().any(|edit| !paper::ORDINARY.contains(&edit.as_str()));
    if need.kind != Kind::Footage || changed {
        found.extend(governing.obstacles.iter().cloned());
    }
    if need.kind == Kind::Lesson && engagements(record, works, need.person).next().is_none() {
        found.push(format!("CORE-UNKNOWN: the engagement of {}", need.person));
    }
    clauses(record, works, need, training.is_some(), &mut found);
    if let Some(this_very_work) = training
        && !this_very_work
    {
        italian_agreements(record, works, need, &mut found);
    }
    sexual(record, need, &mut found);
    if matches!(need.kind, Kind::Replica | Kind::Subject) {
        if governing.has("sag-aftra-2026") && on_strike(record, need.asked) {
            found.push(format!("SAG-39G: {}", need.person));
        }
        if governing.has("iatse-2024") {
            let crew = engagements(record, works, need.person).filter(|engagement| engagement.craft == "crew");
            if crew.into_iter().any(|engagement| engagement.scan_separate != Some(true)) {
                found.push(format!("IATSE-SCAN: {}", need.person));
            }
        }
    }
    found
}

fn engagements<'a>(
    record: &'a Record,
    works: &'a [&Work],
    person: &'a str,
) -> impl Iterator<Item = &'a rights::Engagement> {
    record
        .engagements
        .values()
        .filter(move |engagement| engagement.party == person && works.iter().any(|work| work.id == engagement.work))
}

fn clauses(record: &Record, works: &[&Work], need: &Need<'_>, training: bool, found: &mut Vec<String>) {
    for engagement in engagements(record, works, need.person) {
        let Some(name) = &engagement.agreement else { continue };
        let Some(agreement) = record.agreements.get(name) else {
            found.push(format!("CORE-CLAUSE: {name}, under which {} was engaged, is not recorded", need.person));
            continue;
        };
        let replica = matches!(need.kind, Kind::Replica | Kind::Subject);
        for topic in barred(agreement, training, replica, &need.purposes) {
            found.push(format!("CORE-CLAUSE: {name} bars {topic} of {}", need.person));
        }
    }
}

/// Topics of a paper's clauses that bar a use.
fn barred<'a>(agreement: &'a Agreement, training: bool, replica: bool, purposes: &[Purpose]) -> Vec<&'a str> {
    let mut topics = Vec::new();
    for clause in agreement.clauses.iter().filter(|clause| clause.effect == Effect::Barred) {
        let about = match clause.topic.as_str() {
            "ai_training" | "training" => training,
            "replica" => replica,
            topic => purposes.iter().any(|purpose| purpose.as_str() == topic),
        };
        if about {
            topics.push(clause.topic.as_str());
        }
    }
    topics
}

/// Papers of a work that no engagement names bind whoever uses the work.
pub(crate) fn papers(
    record: &Record,
    work: &Work,
    (training, replica): (bool, bool),
    purposes: &[Purpose],
    found: &mut Vec<String>,
) {
    for agreement in record.agreements.values().filter(|agreement| agreement.work == work.id) {
        let named = record.engagements.values().any(|one| one.agreement.as_ref() == Some(&agreement.id));
        if !named {
            for topic in barred(agreement, training, replica, purposes) {
                found.push(format!("CORE-CLAUSE: {} bars {topic} of {}", agreement.id, work.id));
            }
        }
    }
}

/// The Italian agreements let no model learn from a performance or a dubbing voice without a paper of its own.
fn italian_agreements(record: &Record, works: &[&Work], need: &Need<'_>, found: &mut Vec<String>) {
    for (guild, craft, rule) in
        [(Guild::CcnlAttori, "performer", "IT-CCNL-ATT20"), (Guild::CcnlDoppiaggio, "dubbing", "IT-CCNL-DOP22")]
    {
        for work in works {
            let mine: Vec<_> = engagements(record, works, need.person).filter(|one| one.work == work.id).collect();
            let covered = work.guilds.iter().flatten().any(|one| *one == guild)
                || mine.iter().any(|engagement| engagement.guild == Some(guild));
            if !covered || (craft == "dubbing" && !need.voice) {
                continue;
            }
            let free = mine.iter().all(|one| one.craft != craft || one.separate_ai_agreement == Some(true));
            if mine.is_empty() || !free {
                found.push(format!("{rule}: {}", need.person));
            }
        }
    }
}

fn sexual(record: &Record, need: &Need<'_>, found: &mut Vec<String>) {
    let sexual = need.tags.iter().any(|tag| ["nudity", "sexual", "simulated_sex"].contains(&tag.as_str()));
    let age_changed = need.tags.iter().any(|tag| ["age_up", "de_age"].contains(&tag.as_str()));
    let minor = record.parties.get(need.person).and_then(|party| party.is_minor(need.from));
    if sexual && (age_changed || minor != Some(false)) {
        found.push(format!("SAG-39F: {}", need.person));
    }
}

/// A strike counts on the day the question is asked: whether it will last into the use nobody knows.
fn on_strike(record: &Record, on: Date) -> bool {
    record.strikes.values().any(|strike| {
        strike.guild == Guild::SagAftra && strike.from <= on && strike.until.is_none_or(|last| last >= on)
    })
}
