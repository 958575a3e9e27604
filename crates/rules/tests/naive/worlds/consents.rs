//! Consents that nearly carry what is asked, some that do not at all, and what happened to them.

use jiff::Timestamp;
use rights::consent::{Notice, Side};
use rights::{Act, Consent, Date, Entry, Event, EventKind, Medium, Pay, Purpose, Replica, Territories, Until};
use rules::Question;

use super::{Fate, document};
use crate::questions::{CAST, day, near};

/// What a carrying consent has to say.
struct Asked {
    acts: Vec<Act>,
    purposes: Vec<Purpose>,
    projects: Vec<String>,
    from: Date,
    until: Date,
    territories: Territories,
    media: Vec<Medium>,
    languages: Vec<String>,
}

fn asked(question: &Question) -> Asked {
    let projects = vec!["w:one".to_owned(), "w:two".to_owned()];
    let world = Territories::world();
    match question {
        Question::Release(release) => Asked {
            acts: vec![Act::Communicate, Act::Reproduce, Act::Adapt, Act::Distribute],
            purposes: vec![release.purpose],
            projects,
            from: release.from,
            until: release.until,
            territories: if release.territories.is_empty() { world } else { release.territories },
            media: release.media.clone(),
            languages: release.languages.clone(),
        },
        Question::Train(train) => Asked {
            acts: vec![Act::Train, Act::Reproduce, Act::Adapt],
            purposes: vec![Purpose::Training, Purpose::Picture],
            projects,
            from: train.on,
            until: train.on,
            territories: world,
            media: Medium::ALL.to_vec(),
            languages: Vec::new(),
        },
        Question::Make(make) => Asked {
            acts: vec![Act::Generate],
            purposes: vec![make.purpose],
            projects,
            from: make.on,
            until: make.on,
            territories: world,
            media: Medium::ALL.to_vec(),
            languages: make.language.iter().cloned().collect(),
        },
        _ => unreachable!("the cases ask three questions"),
    }
}

pub(crate) fn fill(fate: &mut Fate<'_>, question: &Question, entries: &mut Vec<Entry>) {
    let asked = asked(question);
    for person in CAST {
        if fate.flaw() {
            continue;
        }
        let name = &person[2..];
        let mut consents = vec![consent(fate, &asked, person, &format!("c:{name}/filmed"), false)];
        if fate.dice.one_in(2) || *person == "p:ada" {
            consents.push(consent(fate, &asked, person, &format!("c:{name}/replica"), true));
        }
        if fate.dice.one_in(3) {
            let replica = fate.dice.one_in(2);
            consents.push(consent(fate, &asked, person, &format!("c:{name}/other"), replica));
        }
        for consent in consents {
            events(fate, &asked, &consent, entries);
            entries.push(Entry::from(consent));
        }
    }
}

fn consent(fate: &mut Fate<'_>, asked: &Asked, person: &str, id: &str, replica: bool) -> Consent {
    let mut acts = asked.acts.clone();
    let mut purposes = asked.purposes.clone();
    if replica {
        acts.extend([Act::Generate, Act::CreateModel]);
        purposes.extend([Purpose::Dub, Purpose::SceneAdr]);
    }
    if fate.flaw() {
        acts.remove(fate.dice.below(acts.len()));
    }
    if fate.flaw() {
        purposes.remove(0);
    }
    let mut territories = asked.territories;
    let mut media = asked.media.clone();
    let mut projects = asked.projects.clone();
    if fate.flaw() {
        let out = Territories::parse([*fate.dice.of(&["IT", "US", "DE", "FR", "JP"])]).expect("territories");
        territories = territories.without(&out);
    }
    if fate.flaw() {
        media.pop();
    }
    if fate.flaw() || fate.dice.one_in(3) {
        projects.pop();
    }
    let exact = fate.dice.one_in(2);
    let notice = Notice {
        given_at: stamp(if fate.flaw() { "2026-06-18T07:00:01Z" } else { "2026-06-18T07:00:00Z" }),
        services_at: stamp("2026-06-20T07:00:00Z"),
        engaged_at: fate
            .dice
            .one_in(6)
            .then(|| stamp(fate.dice.word(&["2026-06-18T07:00:00Z", "2026-06-19T07:00:00Z"]))),
    };
    let dubbed = ["it", "de", "fr"].map(str::to_owned);
    let pay = Pay {
        basis: "equivalent_days".to_owned(),
        days: Some(2),
        amount: if fate.flaw() { "999.99" } else { "1500.00" }.to_owned(),
        minimum: fate.known("1000.00".to_owned()),
        currency: "USD".to_owned(),
        residuals: None,
    };
    Consent {
        id: id.to_owned(),
        person: person.to_owned(),
        by: fate.dice.one_in(3).then(|| format!("e:{}", &person[2..])),
        replica: if replica {
            *fate.dice.of(&[Replica::Employment, Replica::Employment, Replica::Independent, Replica::Background])
        } else {
            Replica::None
        },
        description: fate.known("own lines in other languages".to_owned()),
        tags: if fate.flaw() { Vec::new() } else { vec!["own_lines".to_owned(), "dub".to_owned()] },
        acts,
        purposes,
        projects,
        scenes: if fate.dice.one_in(6) { vec![31] } else { Vec::new() },
        languages: match fate.dice.below(5) {
            0 => Vec::new(),
            1 => asked.languages.clone(),
            2 => fate.dice.some(&dubbed),
            _ => dubbed.to_vec(),
        },
        territories,
        media,
        not_before: if exact && fate.flaw() {
            None
        } else if exact {
            Some(if fate.flaw() { near(fate.dice, asked.from) } else { asked.from })
        } else {
            Some(day("2026-07-01"))
        },
        not_after: if exact {
            fate.known(Until::Day(asked.until))
                .map(|last| if fate.flaw() { Until::Day(near(fate.dice, last.day())) } else { last })
        } else {
            Some(Until::Perpetual)
        },
        forbid: if fate.dice.one_in(4) {
            fate.dice
                .of(&[&["nudity", "advertising"][..], &["trailer"], &["training_other_models"], &["political", "dub"]])
                .iter()
                .map(|w| w.to_string())
                .collect()
        } else {
            Vec::new()
        },
        notice: fate.known(notice),
        separately_signed: fate.yes(),
        conspicuous: fate.yes(),
        specific: fate.yes(),
        represented_by: fate.known_of(&[Side::Counsel, Side::Union, Side::None]),
        replaces_work: if fate.flaw() { None } else { Some(fate.dice.one_in(2)) },
        made_by: fate.known_of(&["scan", "archive", "set_photography"].map(str::to_owned)),
        made_for: (!fate.dice.one_in(6)).then(|| fate.dice.of(&["w:one", "w:one", "w:two"]).to_string()),
        models: if replica && !fate.flaw() { vec!["m:child".to_owned()] } else { Vec::new() },
        biometrics: if fate.dice.one_in(6) { vec!["iris".to_owned()] } else { Vec::new() },
        signed_at: if fate.flaw() { Some(day("2026-08-01")) } else { fate.known(day("2026-06-22")) },
        business_reason: fate.known("other languages".to_owned()),
        pay: fate.known(pay),
        document: fate.known(document('7')),
        page: fate.known(1),
        verified_by: fate.known("legal:mv".to_owned()),
    }
}

fn stamp(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// Up to three events, on the days around the use.
fn events(fate: &mut Fate<'_>, asked: &Asked, consent: &Consent, entries: &mut Vec<Entry>) {
    if !fate.dice.one_in(6) {
        return;
    }
    for n in 0..1 + fate.dice.below(3) {
        let kind = *fate.dice.of(&[
            EventKind::Grant,
            EventKind::Grant,
            EventKind::Narrow,
            EventKind::Revoke,
            EventKind::Expire,
        ]);
        let on = match fate.dice.below(4) {
            0 => near(fate.dice, asked.from),
            1 => near(fate.dice, asked.until),
            2 => day("2026-08-01"),
            _ => near(fate.dice, day("2026-11-26")),
        };
        let narrow = kind == EventKind::Narrow;
        entries.push(Entry::from(Event {
            id: format!("v:{}/{n}", consent.id),
            consent: consent.id.clone(),
            kind,
            on,
            territories: if narrow && fate.dice.one_in(2) {
                Territories::parse([*fate.dice.of(&["EU", "IT", "US"])]).expect("territories")
            } else {
                Territories::default()
            },
            media: if narrow && fate.dice.one_in(3) { vec![Medium::Svod, Medium::Theatrical] } else { Vec::new() },
            purposes: if narrow && fate.dice.one_in(3) { vec![Purpose::Trailer, Purpose::Dub] } else { Vec::new() },
            not_after: (narrow && fate.dice.one_in(3)).then(|| near(fate.dice, asked.until)),
            note: None,
            document: Some(document('6')),
            page: Some(1),
        }));
    }
}
