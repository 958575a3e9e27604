//! Everything of a record that is neither work nor shot nor consent: parties, engagements, papers, models, deeds.

use std::collections::BTreeMap;

use rights::model::{Memorization, Vendor};
use rights::party::Evidence;
use rights::work::{Clause, Direction, Effect};
use rights::{
    Act, Agreement, Deed, Engagement, Entry, Grant, Guild, Medium, Model, Party, PartyKind, Purpose, Strike, Synthetic,
    Territories, Text, Until,
};
use rules::Question;

use super::{Fate, STUDIO, document};
use crate::questions::{CAST, day, near};

pub(crate) fn fill(fate: &mut Fate<'_>, question: &Question, entries: &mut Vec<Entry>) {
    let asked = match question {
        Question::Release(release) => release.on,
        Question::Train(train) => train.on,
        Question::Make(make) => make.on,
        _ => day("2026-11-26"),
    };
    parties(fate, entries);
    engagements(fate, entries);
    models(fate, entries);
    grants(fate, question, entries);
    for (kind, about) in
        [("consultation", "w:one"), ("consultation", "w:two"), ("review", "w:one"), ("review", "p:ada")]
    {
        if fate.flaw() || fate.dice.one_in(6) {
            continue;
        }
        entries.push(Entry::from(Deed {
            id: format!("d:{kind}/{about}"),
            kind: kind.to_owned(),
            about: about.to_owned(),
            rule: None,
            by: "p:regista".to_owned(),
            on: if fate.dice.one_in(4) { near(fate.dice, asked) } else { day("2026-07-01") },
            note: None,
            document: None,
        }));
    }
    if fate.dice.one_in(10) {
        entries.push(Entry::from(Strike {
            id: "k:one".to_owned(),
            guild: *fate.dice.of(&[Guild::SagAftra, Guild::SagAftra, Guild::Wga]),
            from: near(fate.dice, asked),
            until: fate.dice.one_in(2).then(|| near(fate.dice, asked)),
        }));
    }
    if fate.dice.one_in(10) {
        let clause = Clause {
            topic: fate.dice.of(&["ai_training", "trailer", "replica", "dub"]).to_string(),
            effect: if fate.dice.one_in(2) { Effect::Barred } else { Effect::Allowed },
            page: 2,
            text_hash: None,
        };
        entries.push(Entry::from(paper("a:work", "w:one", vec![clause])));
    }
    if fate.dice.one_in(8) {
        entries.push(Entry::from(Text {
            id: "t:one".to_owned(),
            work: "w:one".to_owned(),
            origin: fate.dice.of(&["human", "writer_with_gai", "gai"]).to_string(),
            handed_to: None,
            disclosed_on: None,
            credited_as_source: match fate.dice.below(3) {
                0 => None,
                n => Some(n == 1),
            },
            tool_required: None,
        }));
    }
    if fate.dice.one_in(3) {
        entries.push(Entry::from(Synthetic {
            id: "y:one".to_owned(),
            work: "w:one".to_owned(),
            human_role: fate.dice.one_in(2),
            in_work: Some(true),
            value_memo: fate.known(document('a')),
            notice_on: fate.known(day("2026-07-01")),
            bargaining: fate.known("open".to_owned()),
        }));
    }
}

fn parties(fate: &mut Fate<'_>, entries: &mut Vec<Entry>) {
    let names = ["Ada Neri", "Bruno Verdi", "Carla Blu"];
    for (id, name) in CAST.iter().zip(names) {
        let dead = fate.dice.one_in(6);
        if fate.flaw() {
            continue;
        }
        entries.push(Entry::from(Party {
            id: (*id).to_owned(),
            kind: PartyKind::Person,
            name: name.to_owned(),
            aliases: if *id == "p:carla" { vec!["Carlotta".to_owned()] } else { Vec::new() },
            born: fate.known_of(&["2009-06-01", "1980-01-01", "1980-01-01", "1980-01-01"]).map(day),
            deceased: fate.known(dead),
            died: (dead && fate.dice.one_in(2)).then(|| day("2025-09-01")),
            domicile: fate.known_of(&["IT", "US-CA", "US-NY", "US-TN"].map(str::to_owned)),
            minor_until: None,
            ids: BTreeMap::new(),
            for_person: None,
            authority: None,
            representation: Vec::new(),
            guild: None,
        }));
        let evidence = Evidence {
            document: document('1'),
            page: 3,
            verified_by: fate.known("legal:mv".to_owned()),
            verified_on: None,
        };
        entries.push(Entry::from(Party {
            id: format!("e:{}", &id[2..]),
            kind: if fate.flaw() { PartyKind::Org } else { PartyKind::Estate },
            name: format!("Heirs of {name}"),
            aliases: Vec::new(),
            born: None,
            deceased: None,
            died: None,
            domicile: None,
            minor_until: None,
            ids: BTreeMap::new(),
            for_person: fate.known((*id).to_owned()),
            authority: fate.known(evidence),
            representation: Vec::new(),
            guild: None,
        }));
    }
}

fn engagements(fate: &mut Fate<'_>, entries: &mut Vec<Entry>) {
    for work in ["w:one", "w:two"] {
        for person in CAST {
            if fate.flaw() || fate.dice.one_in(8) {
                continue;
            }
            let craft = *fate.dice.of(&["performer", "performer", "dubbing", "crew"]);
            let name = format!("{}/{}", &person[2..], &work[2..]);
            let guild = match fate.dice.below(8) {
                0 => Some(*fate.dice.of(&[Guild::SagAftra, Guild::CcnlAttori, Guild::CcnlDoppiaggio])),
                _ if fate.flaw() => Some(*fate.dice.of(Guild::ALL)),
                _ => None,
            };
            let signed = fate.dice.one_in(3);
            entries.push(Entry::from(Engagement {
                id: format!("n:{name}"),
                party: (*person).to_owned(),
                work: work.to_owned(),
                craft: craft.to_owned(),
                role: None,
                engaged_on: None,
                guild,
                agreement: signed.then(|| format!("a:{name}")),
                separate_ai_agreement: fate.yes(),
                scan_separate: fate.yes(),
            }));
            if signed && !fate.flaw() {
                let topics = ["ai_training", "trailer", "replica", "dub", "promotion"];
                let clause = Clause {
                    topic: fate.dice.of(&topics).to_string(),
                    effect: if fate.dice.one_in(3) { Effect::Barred } else { Effect::Allowed },
                    page: 12,
                    text_hash: None,
                };
                let clauses = if fate.dice.one_in(2) { vec![clause] } else { Vec::new() };
                entries.push(Entry::from(paper(&format!("a:{name}"), work, clauses)));
            }
        }
    }
}

fn paper(id: &str, work: &str, clauses: Vec<Clause>) -> Agreement {
    Agreement {
        id: id.to_owned(),
        work: work.to_owned(),
        about: "engagement".to_owned(),
        clauses,
        points: Vec::new(),
        source: None,
        approved_by: None,
        document: Some(document('4')),
        page: Some(1),
    }
}

fn models(fate: &mut Fate<'_>, entries: &mut Vec<Entry>) {
    for (id, subject, parent) in
        [("m:plain", None, None), ("m:face", Some("p:ada"), None), ("m:child", None, Some("m:face"))]
    {
        let memo = Memorization {
            prompts: if fate.flaw() { 0 } else { 5000 },
            extracted: if fate.flaw() { 6 } else { *fate.dice.of(&[0, 5]) },
            report: document('9'),
            max_copy_grade: None,
        };
        let mut vendor = Vendor {
            party: "o:vendor".to_owned(),
            exclusive: fate.flaw(),
            retains_inputs: fate.flaw(),
            trains_on_inputs: fate.flaw(),
            weights_owner: STUDIO.to_owned(),
            deletion_proof: !fate.flaw(),
        };
        if fate.flaw() {
            vendor.weights_owner = "o:vendor".to_owned();
        }
        if fate.flaw() {
            continue;
        }
        entries.push(Entry::from(Model {
            id: id.to_owned(),
            aspect: Some("voice".to_owned()),
            subject_person: subject.map(str::to_owned),
            made_from: parent.map(|parent| if fate.flaw() { "m:lost" } else { parent }.to_owned()),
            affiliated: Some(true),
            public_facing: Some(false),
            params: None,
            manifest: None,
            shots: None,
            titles: None,
            train_flops: None,
            first_used: fate.dice.one_in(3).then(|| day("2026-07-15")),
            access_limited: fate.yes(),
            memorization: fate.known(memo),
            vendor: fate.dice.one_in(4).then_some(vendor),
        }));
    }
}

fn grants(fate: &mut Fate<'_>, question: &Question, entries: &mut Vec<Entry>) {
    let (first, last) = match question {
        Question::Release(release) => (release.from, release.until),
        Question::Train(train) => (train.on, train.on),
        Question::Make(make) => (make.on, make.on),
        _ => return,
    };
    let second = fate.dice.one_in(8);
    let mut grant = |id: &str, direction, work: &str, party: &str, exclusive| {
        let exact = fate.dice.one_in(3);
        entries.push(Entry::from(Grant {
            id: id.to_owned(),
            direction,
            work: work.to_owned(),
            party: party.to_owned(),
            acts: if fate.flaw() || direction == Direction::Out { fate.dice.some(Act::ALL) } else { Act::ALL.to_vec() },
            purposes: if fate.flaw() { fate.dice.some(Purpose::ALL) } else { Vec::new() },
            territories: Territories::parse([if fate.flaw() || direction == Direction::Out {
                *fate.dice.of(&["IT", "US", "EU", "JP"])
            } else {
                "WORLD"
            }])
            .expect("territories"),
            media: if fate.flaw() { fate.dice.some(&[Medium::Svod, Medium::Theatrical]) } else { Vec::new() },
            from: if exact {
                near(fate.dice, if direction == Direction::Out { last } else { first })
            } else {
                day("2020-01-01")
            },
            until: if exact || direction == Direction::Out {
                Until::Day(near(fate.dice, if direction == Direction::Out { first } else { last }))
            } else {
                Until::Perpetual
            },
            exclusive,
            document: fate.known(document('5')),
            page: fate.known(5),
            verified_by: fate.known("legal:mv".to_owned()),
        }));
    };
    let shown = if second { "w:two" } else { "w:one" };
    grant("g:in", Direction::In, shown, "o:gallery", false);
    grant("g:song", Direction::In, "noise.wav", "o:label", false);
    grant("g:out", Direction::Out, "w:one", "o:broadcaster", true);
    if fate.dice.one_in(2) {
        entries.pop();
    }
}
