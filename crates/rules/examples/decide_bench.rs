//! How fast, with every agreement and law in force: `nice cargo run --release -p rules --example decide_bench`.
//!
//! One decision in a record of 10,000 consents; the same where all 10,000 are of one person; a feature film's whole clearance; and Cedar
//! alone, asked the same policies about one consent, so that what the house adds can be seen.

use std::hint::black_box;
use std::time::{Duration, Instant};

use cedar_policy::{Authorizer, Context, Entities, EntityUid, Policy, PolicySet, Request};
use rights::{
    Appearance, AppearanceKind, Consent, Date, Guild, Medium, Purpose, Record, Replica, Shot, Territories, Until,
};
use rules::question::{Made, Release, Use};
use rules::vocabulary::{Kind, Type};
use rules::{Answer, Question, Rulebook};
use serde_json::{Map, Value, json};

const SHOTS: u32 = 2_000;
const CAST: usize = 10;
const STUDIO: &str = "o:studio";

/// A film made under every agreement that was in force, so that no rule is left out.
fn record(persons: usize, each: usize) -> Record {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/base.toml")).unwrap();
    let mut record = Record::new(rights::read::toml("base.toml", &text).unwrap().into_iter().map(|row| row.entry));
    let mut film = record.works["w:film"].clone();
    film.guilds = Some(Guild::ALL.iter().copied().filter(|guild| *guild != Guild::Equity).collect());
    record.add(film.into()).unwrap();
    let (footage, replica) = (record.consents["c:footage"].clone(), record.consents["c:replica"].clone());
    let ada = record.parties["p:ada"].clone();
    let engagement = record.engagements["n:ada"].clone();
    for n in 0..persons {
        let person = format!("p:person-{n:04}");
        let row =
            rights::Party { id: person.clone(), name: format!("Person {n:04}"), aliases: Vec::new(), ..ada.clone() };
        record.add(row.into()).unwrap();
        let row = rights::Engagement { id: format!("n:{n:04}"), party: person.clone(), ..engagement.clone() };
        record.add(row.into()).unwrap();
        for c in 0..each {
            // The last but one carries what was filmed, the last a replica; all before fail by the work or the country.
            let like = if c + 1 == each { &replica } else { &footage };
            let good = c + 2 >= each;
            let consent = Consent {
                id: format!("c:{n:04}-{c:05}"),
                person: person.clone(),
                projects: vec![if good { "w:film" } else { "w:film-2" }.into()],
                territories: if good { Territories::world() } else { Territories::parse(["US"]).unwrap() },
                not_after: Some(Until::Perpetual),
                // No two of a record are alike to the letter.
                page: Some(1 + (n * 7 + c) as u32 % 90),
                signed_at: like.signed_at.map(|day| day.saturating_sub(jiff::Span::new().days((n + c) as i64 % 300))),
                ..like.clone()
            };
            assert!(c + 1 != each || consent.replica == Replica::Employment);
            record.add(consent.into()).unwrap();
        }
    }
    for number in 10..10 + SHOTS {
        let appearance = (0..CAST).map(|at| Appearance {
            person: format!("p:person-{:04}", (number as usize * 7 + at) % persons.min(100)),
            kinds: vec![AppearanceKind::Face, AppearanceKind::Voice],
            seconds: Some(2.0),
            confidence: None,
            verified_by: None,
        });
        let shot = Shot {
            span: None,
            id: format!("s:film/{number:04}"),
            work: "w:film".into(),
            number,
            media: None,
            scene: Some(number / 20),
            appearance: appearance.take(persons).collect(),
            third_party: Vec::new(),
            made: None,
            edits: Vec::new(),
            verified_by: Some("lg".into()),
        };
        record.add(shot.into()).unwrap();
    }
    record
}

/// A release of these shots everywhere; `dubbed` puts one voice of them into another language by a model.
fn release(shots: impl Iterator<Item = u32>, dubbed: Option<&str>) -> Question {
    let day = |text: &str| text.parse::<Date>().unwrap();
    let used = |shot| Use {
        title: "Film".into(),
        shot: Some(shot),
        reel: None,
        seconds: 2.0,
        record: None,
        picture: true,
        sound: true,
        made: dubbed.map(|person| Made {
            model: "m:light".into(),
            persons: vec![person.into()],
            kinds: vec![AppearanceKind::Voice],
            purpose: Some(Purpose::Dub),
            scene: Some(31),
            tags: vec!["own_lines".into()],
        }),
        edits: Vec::new(),
    };
    Question::Release(Release {
        work: None,
        uses: shots.map(used).collect(),
        purpose: Purpose::Picture,
        territories: Territories::world(),
        media: vec![Medium::Theatrical, Medium::Svod],
        from: day("2027-05-01"),
        until: day("2030-04-30"),
        languages: vec!["de".into()],
        synthetics: Vec::new(),
        disclosure: Some("end_credit".into()),
        credentials: true,
        mark: true,
        music: Vec::new(),
        on: day("2026-11-26"),
    })
}

/// Asks `n` times and sorts the times.
fn times(n: usize, mut ask: impl FnMut(usize)) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..n)
        .map(|at| {
            let begun = Instant::now();
            ask(at);
            begun.elapsed()
        })
        .collect();
    times.sort();
    times
}

fn print(what: &str, times: &[Duration]) {
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{what}: p50 {:.1?}, p99 {:.1?}, longest {:.1?}, of {}", at(0.5), at(0.99), at(1.0), times.len());
}

/// Every policy of every pack that speaks about a consent, as Cedar reads it, and a request with every fact there.
fn cedar(book: &Rulebook) -> (PolicySet, Request, usize) {
    let mut set = PolicySet::new();
    set.add(Policy::parse(None, "permit (principal, action, resource);").unwrap()).unwrap();
    let mut count = 0;
    for pack in book.packs() {
        let name = format!("{}/packs/{}.cedar", env!("CARGO_MANIFEST_DIR"), pack.name);
        let text = std::fs::read_to_string(name).unwrap();
        for policy in text.parse::<PolicySet>().unwrap().policies() {
            if policy.to_string().contains(r#"Action::"consent""#) {
                set.add(policy.new_id(format!("policy-{count}").parse().unwrap())).unwrap();
                count += 1;
            }
        }
    }
    let mut facts = Map::new();
    for term in Kind::Consent.terms() {
        let value = match term.of {
            Type::Bool => Value::Bool(true),
            Type::Long => json!(5_000),
            Type::Day => json!(20_270_501),
            Type::Text => json!("none"),
            Type::Words => json!(["communicate", "theatrical", "svod"]),
            Type::Longs => json!([31, 44]),
            Type::Said => continue,
        };
        facts.insert(term.name.to_owned(), value);
    }
    let uid = |text: &str| text.parse::<EntityUid>().unwrap();
    let context = Context::from_json_value(Value::Object(facts), None).unwrap();
    let consent = uid(r#"Action::"consent""#);
    let request =
        Request::new(uid(r#"Studio::"studio""#), consent, uid(r#"Subject::"subject""#), context, None).unwrap();
    (set, request, count)
}

fn main() {
    let begun = Instant::now();
    let book = Rulebook::load().unwrap();
    println!("{} rules of {} packs, read in {:.0?}", book.rules().len(), book.packs().len(), begun.elapsed());
    let ask = |record: &Record, question: &Question| {
        let decision = book.decide(record, STUDIO, question);
        assert_eq!(decision.decision, Answer::MeetsRecordedConditions, "{:#?}", decision.reasons);
        decision
    };

    let many = record(1_000, 10);
    assert!(many.consents.len() >= 10_000);
    let one = |n: usize, dubbed| release(std::iter::once(10 + n as u32 % SHOTS), dubbed);
    let decision = ask(&many, &one(0, Some("p:person-0070")));
    println!("{} packs govern, {} answers of rules for one shot", decision.packs.len(), decision.checked.len());
    // The first asks build the sets of policies; they are asked again and again after that.
    let plain: Vec<Question> = (0..2_000).map(|n| one(n, None)).collect();
    let dubbed: Vec<Question> = (0..2_000).map(|n| one(n, Some("p:person-0070"))).collect();
    print(
        "one decision, 10,000 consents: one person made by a model",
        &times(2_000, |n| drop(black_box(ask(&many, &dubbed_alone(&dubbed[n]))))),
    );
    print(
        "one decision, 10,000 consents: a shot of ten persons",
        &times(2_000, |n| drop(black_box(ask(&many, &plain[n])))),
    );
    print(
        "one decision, 10,000 consents: a shot of ten persons, one dubbed by a model",
        &times(2_000, |n| drop(black_box(ask(&many, &dubbed[n])))),
    );
    let barred: Vec<Question> = plain.iter().map(airborne).collect();
    print(
        "one decision, 10,000 consents: a shot of ten persons, blocked, a hundred consents told apart",
        &times(2_000, |n| {
            let decision = book.decide(&many, STUDIO, &barred[n]);
            assert_eq!(decision.decision, Answer::Blocked);
            drop(black_box(decision));
        }),
    );
    let alone = record(1, 10_000);
    print(
        "one decision, all 10,000 consents of the one person shown",
        &times(20, |_| drop(black_box(ask(&alone, &one(0, None))))),
    );

    let film = release(10..10 + SHOTS, None);
    let begun = Instant::now();
    let decision = ask(&many, &film);
    println!(
        "a film of {SHOTS} shots with {CAST} persons each: {:.2?}, {} answers",
        begun.elapsed(),
        decision.checked.len()
    );

    let (set, request, count) = cedar(&book);
    let (authorizer, nobody) = (Authorizer::new(), Entities::empty());
    let response = authorizer.is_authorized(&request, &set, &nobody);
    println!("Cedar alone: {count} policies about a consent, {} of them err", response.diagnostics().errors().count());
    print(
        "Cedar alone, one consent",
        &times(20_000, |_| drop(black_box(authorizer.is_authorized(&request, &set, &nobody)))),
    );
}

/// The same, by a medium that no consent gives.
fn airborne(question: &Question) -> Question {
    let Question::Release(release) = question else { unreachable!("made above") };
    Question::Release(Release { media: vec![Medium::Theatrical, Medium::Airline], ..release.clone() })
}

/// The same use of a shot that shows nobody: shot 2 of the small world.
fn dubbed_alone(question: &Question) -> Question {
    let Question::Release(release) = question else { unreachable!("made above") };
    let mut release = release.clone();
    release.uses[0].shot = Some(2);
    Question::Release(release)
}
