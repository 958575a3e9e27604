//! The three questions, each from its first line to its last.

use rights::{Act, AppearanceKind, Date, Medium, Purpose, Record, Shot, Territories, ThirdParty, Work};
use rules::question::{Make, Release, Train, Use};

use super::models::{self, Way};
use super::packs::{Governing, parse};
use super::paper::{Kind, Need};
use super::{persons, title};

/// The one work of a name.
fn named<'r>(record: &'r Record, name: &str, found: &mut Vec<String>) -> Option<&'r Work> {
    let works: Vec<&Work> = match record.works.get(name) {
        Some(work) => vec![work],
        None => {
            let name = name.to_lowercase();
            let bears = |work: &&Work| {
                work.title.to_lowercase() == name || work.aliases.iter().any(|alias| alias.to_lowercase() == name)
            };
            record.works.values().filter(bears).collect()
        }
    };
    if works.len() != 1 {
        found.push(format!("CORE-UNKNOWN: {} works bear the name {name}", works.len()));
        return None;
    }
    Some(works[0])
}

/// What was recorded of the shot of a use: every row that may be meant.
fn rows<'r>(record: &'r Record, work: &Work, used: &Use, found: &mut Vec<String>) -> Vec<&'r Shot> {
    let mut rows = Vec::new();
    if used.shot.is_none() && used.made.is_some() {
        // Made of nothing that was filmed: whom it shows, it says itself.
        return rows;
    }
    for shot in record.shots.values() {
        let reel = used.reel.is_none() || shot.media.is_none() || used.reel == shot.media;
        if shot.work == work.id && Some(shot.number) == used.shot && reel {
            rows.push(shot);
        }
    }
    if rows.is_empty() {
        found.push(format!("CORE-UNKNOWN: shot {:?} of {}", used.shot, work.id));
    }
    for shot in &rows {
        // Who confirmed each person of a shot confirmed its persons.
        let each = !shot.appearance.is_empty() && shot.appearance.iter().all(|one| one.verified_by.is_some());
        if shot.verified_by.is_none() && !each {
            found.push(format!("CORE-UNKNOWN: nobody confirmed {}", shot.id));
        }
    }
    rows
}

/// Who of a shot is in what is used of it, and whether their voice is.
fn used_of(shot: &Shot, used: &Use) -> Vec<(String, bool)> {
    let mut persons = Vec::new();
    for appearance in &shot.appearance {
        let mut shown = appearance.kinds.is_empty();
        for kind in &appearance.kinds {
            shown |= match kind {
                AppearanceKind::Face | AppearanceKind::Body => used.picture,
                AppearanceKind::Voice => used.sound,
                AppearanceKind::Performance => used.picture || used.sound,
            };
        }
        if shown {
            persons.push((appearance.person.clone(), used.sound && appearance.kinds.contains(&AppearanceKind::Voice)));
        }
    }
    persons
}

/// A grant to the studio that covers a use of a thing of someone else's.
fn granted(
    record: &Record,
    id: &str,
    works: &[&str],
    holder: &str,
    act: Act,
    ask: (&[Purpose], &Territories, &[Medium], Date, Date),
) -> bool {
    let (purposes, territories, media, from, until) = ask;
    record.grants.get(id).is_some_and(|grant| {
        grant.direction == rights::work::Direction::In
            && grant.party == holder
            && works.contains(&grant.work.as_str())
            && grant.acts.contains(&act)
            && (grant.purposes.is_empty() || purposes.iter().all(|purpose| grant.purposes.contains(purpose)))
            && territories.codes().iter().all(|code| grant.territories.contains(code))
            && (grant.media.is_empty() || media.iter().all(|medium| grant.media.contains(medium)))
            && grant.from <= from
            && grant.until.day() >= until
            && grant.document.is_some()
            && grant.page.is_some()
            && grant.verified_by.is_some()
    })
}

fn free(thing: &ThirdParty, studio: &str) -> bool {
    thing.holder == "public_domain" || thing.holder == studio
}

/// Acts that a release is: showing, and more where it is more than the work as it was made.
fn release_acts(release: &Release) -> Vec<Act> {
    let mut acts = vec![Act::Communicate];
    if release.purpose != Purpose::Picture {
        acts.push(Act::Adapt);
    }
    if release.media.contains(&Medium::HomeVideo) {
        acts.push(Act::Distribute);
    }
    acts
}

pub(crate) fn release(record: &Record, studio: &str, release: &Release) -> Vec<String> {
    let mut found = Vec::new();
    if release.uses.is_empty() || release.territories.is_empty() || release.media.is_empty() {
        found.push("CORE-UNKNOWN: what, where or by which media is not said".to_owned());
    }
    if release.until < release.from {
        found.push("CORE-TERM: it ends before it begins".to_owned());
    }
    let used: Vec<Option<&Work>> = release.uses.iter().map(|used| named(record, &used.title, &mut found)).collect();
    let project = match &release.work {
        Some(name) => named(record, name, &mut found),
        None => {
            let first = used.first().copied().flatten();
            if used.iter().any(|work| work.map(|work| &work.id) != first.map(|work| &work.id)) {
                found.push("CORE-UNKNOWN: for which work the release is".to_owned());
            }
            first
        }
    };
    let Some(project) = project else {
        found.push("CORE-UNKNOWN: for which work the release is".to_owned());
        return found;
    };
    let us = release.territories.contains("US");
    let acts = release_acts(release);
    let wanted = title::Use {
        acts: &acts,
        territories: release.territories,
        media: &release.media,
        from: release.from,
        until: release.until,
    };
    // What no rule was asked about is not allowed: the work that it is for is governed as well as each that is used. Which
    // agreements a work was made under is always asked; their rules are about machines, and asked for where one was at work.
    let mut all = Governing::default();
    if release.uses.iter().any(|used| used.made.is_some()) || !release.synthetics.is_empty() {
        all.add_work(project);
    }
    if project.guilds.is_none() {
        found.push(format!("CORE-UNKNOWN: guilds of {}", project.id));
    }
    for (used, work) in release.uses.iter().zip(&used) {
        let Some(work) = *work else { continue };
        let changed = used.made.is_some() || !used.edits.is_empty();
        if changed {
            all.add_work(work);
        }
        if work.guilds.is_none() {
            found.push(format!("CORE-UNKNOWN: guilds of {}", work.id));
        }
        persons::papers(record, work, (false, used.made.is_some()), &[release.purpose], &mut found);
        found.extend(title::obstacles(record, studio, work, &wanted));
        for shot in rows(record, work, used, &mut found) {
            for (person, voice) in used_of(shot, used) {
                let need = Need {
                    person: &person,
                    kind: Kind::Footage,
                    acts: acts.clone(),
                    purposes: vec![release.purpose],
                    project: Some(&project.id),
                    territories: release.territories,
                    media: release.media.clone(),
                    from: release.from,
                    until: release.until,
                    asked: release.on,
                    scene: shot.scene,
                    languages: Vec::new(),
                    tags: Vec::new(),
                    edits: used.edits.clone(),
                    voice,
                    us,
                    photography: project.photography_start,
                };
                found.extend(persons::obstacles(record, &[work, project], &need, None));
            }
            for thing in &shot.third_party {
                let ask =
                    (&[release.purpose][..], &release.territories, &release.media[..], release.from, release.until);
                let granted = thing
                    .grant
                    .as_ref()
                    .is_some_and(|id| granted(record, id, &[&project.id], &thing.holder, Act::Communicate, ask));
                if !free(thing, studio) && (thing.holder == "unknown" || !granted) {
                    found.push(format!("CORE-UNKNOWN: {} of {}", thing.what, thing.holder));
                }
            }
        }
        made(record, studio, release, used, (work, project), us, &mut found);
    }
    found.extend(all.obstacles.iter().cloned());
    for work in used.iter().flatten().chain([&project]) {
        let mut governing = Governing::default();
        governing.add_work(work);
        machine_written(record, work, &governing, &mut found);
    }
    synthetics(record, release, all, &mut found);
    for music in &release.music {
        // A file of music is known by the work that bears its name, or by a grant of it.
        let ask = (&[release.purpose][..], &release.territories, &release.media[..], release.from, release.until);
        let by_grant = record.grants.values().any(|grant| {
            grant.work == *music && granted(record, &grant.id, &[music], &grant.party, Act::Communicate, ask)
        });
        let mut lacks = Vec::new();
        if let Some(work) = named(record, music, &mut lacks) {
            lacks.extend(title::obstacles(record, studio, work, &wanted));
        }
        if !by_grant {
            found.extend(lacks);
        }
    }
    found
}

/// What a model made in a use: of whom, by which model, with which mark.
fn made(
    record: &Record,
    studio: &str,
    release: &Release,
    used: &Use,
    (work, project): (&Work, &Work),
    us: bool,
    found: &mut Vec<String>,
) {
    let eu = Territories::parse(["EU"]).expect("a territory");
    // A change to a performance is something made as well, by whatever means.
    if (used.made.is_some() || !used.edits.is_empty())
        && !eu.and(&release.territories).is_empty()
        && release.until >= parse("2026-08-02")
        && !(release.credentials && release.mark)
    {
        found.push("EU-50-2".to_owned());
    }
    let Some(made) = &used.made else { return };
    let mut governing = Governing::default();
    governing.add_work(work);
    governing.add_work(project);
    found.extend(governing.obstacles.iter().cloned());
    let days = (release.from, release.until);
    found.extend(models::obstacles(record, studio, &governing, &made.model, Way::Used, days, us));
    directors(record, &[work, project], &governing, release.on, found);
    let mut persons = made.persons.clone();
    if let Some(person) = record.models.get(&made.model).and_then(|model| model.subject_person.clone()) {
        persons.push(person);
    }
    for person in &persons {
        let mut purposes = vec![made.purpose.unwrap_or(release.purpose)];
        // The picture with a dubbed voice is still the picture; any other use is one of its own.
        if release.purpose != Purpose::Picture && !purposes.contains(&release.purpose) {
            purposes.push(release.purpose);
        }
        let need = Need {
            person,
            kind: Kind::Replica,
            acts: vec![Act::Generate],
            purposes,
            project: Some(&project.id),
            territories: release.territories,
            media: release.media.clone(),
            from: release.from,
            until: release.until,
            asked: release.on,
            scene: made.scene,
            languages: release.languages.clone(),
            tags: made.tags.clone(),
            edits: used.edits.clone(),
            voice: true,
            us,
            photography: project.photography_start,
        };
        found.extend(persons::obstacles(record, &[work, project], &need, None));
        let reviewed = record.deeds.values().any(|deed| {
            deed.kind == "review" && [person, &work.id, &project.id].contains(&&deed.about) && deed.on <= release.on
        });
        if release.territories.contains("IT")
            && release.until >= parse("2025-10-10")
            && (release.disclosure.is_none() || !reviewed)
        {
            found.push(format!("IT-612Q: {person}"));
        }
    }
}

/// On a picture of the directors' guild the director is consulted first.
fn directors(record: &Record, works: &[&Work], governing: &Governing, on: Date, found: &mut Vec<String>) {
    if !governing.has("dga-2023") {
        return;
    }
    for work in works.iter().filter(|work| work.guilds.iter().flatten().any(|guild| guild.as_str() == "dga")) {
        let consulted =
            record.deeds.values().any(|deed| deed.kind == "consultation" && deed.about == work.id && deed.on <= on);
        if !consulted {
            found.push(format!("DGA-CONSULT: {}", work.id));
        }
    }
}

fn machine_written(record: &Record, work: &Work, governing: &Governing, found: &mut Vec<String>) {
    for text in record.texts.values() {
        if governing.has("wga-2023")
            && text.work == work.id
            && text.origin == "gai"
            && text.credited_as_source != Some(false)
        {
            found.push(format!("WGA-NOTWRITER: {}", text.id));
        }
    }
}

fn synthetics(record: &Record, release: &Release, mut governing: Governing, found: &mut Vec<String>) {
    for id in &release.synthetics {
        let Some(synthetic) = record.synthetics.get(id) else {
            found.push(format!("CORE-UNKNOWN: {id}"));
            continue;
        };
        if let Some(work) = record.works.get(&synthetic.work) {
            governing.add_work(work);
        }
        let told = synthetic.value_memo.is_some() && synthetic.notice_on.is_some() && synthetic.bargaining.is_some();
        if synthetic.human_role && governing.has("sag-aftra-2026") && !told {
            found.push(format!("SAG-39K: {id}"));
        }
    }
}

pub(crate) fn train(record: &Record, studio: &str, train: &Train) -> Vec<String> {
    let mut found = Vec::new();
    if train.uses.is_empty() {
        found.push("CORE-UNKNOWN: what is to be learned from is not said".to_owned());
    }
    let mut governing = Governing::default();
    let mut works = Vec::new();
    for used in &train.uses {
        let Some(work) = named(record, &used.title, &mut found) else { continue };
        works.push(work);
        governing.add_work(work);
        // "This very work": what learns from two works serves neither alone. What serves the making of the picture is a change of
        // it; otherwise it is a lesson.
        let alone = train
            .uses
            .iter()
            .all(|other| named(record, &other.title, &mut Vec::new()).is_some_and(|one| one.id == work.id));
        let subject = record.models.get(&train.model).and_then(|model| model.subject_person.as_ref());
        let this_very_work = train.post_production_only && alone && subject.is_none();
        let (act, purpose) =
            if this_very_work { (Act::Adapt, Purpose::Picture) } else { (Act::Train, Purpose::Training) };
        let wanted =
            title::Use { acts: &[act], territories: Territories::world(), media: &[], from: train.on, until: train.on };
        persons::papers(record, work, (true, false), &[purpose], &mut found);
        found.extend(title::obstacles(record, studio, work, &wanted));
        for shot in rows(record, work, used, &mut found) {
            for (person, voice) in used_of(shot, used) {
                // A model whose subject they are learns from them under the consent to make it: MODEL-SUBJECT asks for that.
                if subject == Some(&person) {
                    continue;
                }
                let need = Need {
                    kind: if this_very_work { Kind::Footage } else { Kind::Lesson },
                    acts: vec![act],
                    purposes: vec![purpose],
                    scene: shot.scene,
                    voice,
                    ..inside(&person, this_very_work.then_some(&work.id), train.on)
                };
                found.extend(persons::obstacles(record, &[work], &need, Some(this_very_work)));
            }
            for thing in &shot.third_party {
                let ask = (&[purpose][..], &Territories::default(), &[][..], train.on, train.on);
                let granted =
                    thing.grant.as_ref().is_some_and(|id| granted(record, id, &[&work.id], &thing.holder, act, ask));
                if !free(thing, studio) && !granted && thing.tdm != "none" {
                    found.push(format!("EU-TDM: {} of {}", thing.what, thing.holder));
                }
            }
        }
    }
    found.extend(governing.obstacles.iter().cloned());
    directors(record, &works, &governing, train.on, &mut found);
    let days = (train.on, train.on);
    found.extend(models::obstacles(record, studio, &governing, &train.model, Way::Taught, days, true));
    found
}

pub(crate) fn make(record: &Record, studio: &str, make: &Make) -> Vec<String> {
    let mut found = Vec::new();
    let Some(work) = named(record, &make.work, &mut found) else { return found };
    let mut governing = Governing::default();
    governing.add_work(work);
    found.extend(governing.obstacles.iter().cloned());
    found.extend(models::obstacles(record, studio, &governing, &make.model, Way::Used, (make.on, make.on), true));
    directors(record, &[work], &governing, make.on, &mut found);
    let wanted = title::Use {
        acts: &[Act::Adapt],
        territories: Territories::world(),
        media: &[],
        from: make.on,
        until: make.on,
    };
    found.extend(title::obstacles(record, studio, work, &wanted));
    persons::papers(record, work, (false, true), &[make.purpose], &mut found);
    let mut persons = make.persons.clone();
    if let Some(person) = record.models.get(&make.model).and_then(|model| model.subject_person.clone()) {
        // A model that exists to show a person shows that person.
        persons.push(person);
    }
    // Who is named in the words has to agree as those have who are asked for.
    let prompt = make.prompt.clone().unwrap_or_default().to_lowercase();
    for party in record.parties.values().filter(|party| party.kind == rights::PartyKind::Person) {
        let mut names = [&party.name].into_iter().chain(&party.aliases);
        if names.any(|name| prompt.contains(&name.to_lowercase())) {
            persons.push(party.id.clone());
        }
    }
    // A model that shows one person is given pictures of that person, unless another is named.
    if make.reference_image && persons.is_empty() {
        found.push("CORE-UNKNOWN: whose picture the model is given".to_owned());
    }
    for person in &persons {
        let need = Need {
            kind: Kind::Replica,
            acts: vec![Act::Generate],
            purposes: vec![make.purpose],
            scene: make.scene,
            languages: make.language.iter().cloned().collect(),
            tags: make.tags.clone(),
            photography: work.photography_start,
            ..inside(person, Some(&work.id), make.on)
        };
        found.extend(persons::obstacles(record, &[work], &need, None));
    }
    found
}

/// A need inside the house, on one day: no country is shown anything, and the law of every one is asked.
fn inside<'a>(person: &'a str, project: Option<&'a str>, on: Date) -> Need<'a> {
    Need {
        person,
        kind: Kind::Lesson,
        acts: Vec::new(),
        purposes: Vec::new(),
        project,
        territories: Territories::default(),
        media: Vec::new(),
        from: on,
        until: on,
        asked: on,
        scene: None,
        languages: Vec::new(),
        tags: Vec::new(),
        edits: Vec::new(),
        voice: true,
        us: true,
        photography: None,
    }
}
