//! How fast: one decision among 10,000 consents, and a whole film: `cargo run --release -p rules --example decide`.

use std::time::Instant;

use rights::{Appearance, AppearanceKind, Consent, Date, Medium, Purpose, Record, Shot, Territories, Until};
use rules::question::{Release, Use};
use rules::{Answer, Question, Rulebook};

const SHOTS: u32 = 2_000;
const CAST: usize = 10;

fn record() -> Record {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/base.toml")).unwrap();
    let mut record = Record::new(rights::read::toml("base.toml", &text).unwrap().into_iter().map(|row| row.entry));
    let like = record.consents["c:footage"].clone();
    let ada = record.parties["p:ada"].clone();
    for n in 0..1_000 {
        let person = format!("p:person-{n:04}");
        record.add(rights::Party { id: person.clone(), name: format!("Person {n}"), ..ada.clone() }.into()).unwrap();
        for c in 0..10 {
            let good = c == 9;
            let consent = Consent {
                id: format!("c:{n:04}-{c}"),
                person: person.clone(),
                projects: vec![if good { "w:film" } else { "w:film-2" }.into()],
                territories: if good { Territories::world() } else { Territories::parse(["US"]).unwrap() },
                not_after: Some(Until::Perpetual),
                ..like.clone()
            };
            record.add(consent.into()).unwrap();
        }
    }
    for number in 10..10 + SHOTS {
        let appearance = (0..CAST).map(|at| Appearance {
            person: format!("p:person-{:04}", (number as usize * 7 + at) % 100),
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
            appearance: appearance.collect(),
            third_party: Vec::new(),
            made: None,
            edits: Vec::new(),
            verified_by: Some("lg".into()),
        };
        record.add(shot.into()).unwrap();
    }
    record
}

fn release(shots: impl Iterator<Item = u32>) -> Question {
    let used = |shot| Use {
        title: "Film".into(),
        shot: Some(shot),
        reel: None,
        seconds: 2.0,
        record: None,
        picture: true,
        sound: true,
        made: None,
        edits: Vec::new(),
    };
    let day = |text: &str| text.parse::<Date>().unwrap();
    Question::Release(Release {
        work: None,
        uses: shots.map(used).collect(),
        purpose: Purpose::Picture,
        territories: Territories::world(),
        media: vec![Medium::Theatrical, Medium::Svod],
        from: day("2027-05-01"),
        until: day("2030-04-30"),
        languages: Vec::new(),
        synthetics: Vec::new(),
        disclosure: None,
        credentials: true,
        mark: true,
        music: Vec::new(),
        on: day("2026-11-26"),
    })
}

fn main() {
    let begun = Instant::now();
    let book = Rulebook::load().unwrap();
    println!("the rulebook is read in {:.0?}", begun.elapsed());
    let record = record();
    let mut times: Vec<_> = (0..2_000)
        .map(|n| {
            // One shot, ten persons, ten consents each, of which the last carries.
            let question = release(std::iter::once(10 + n % SHOTS));
            let begun = Instant::now();
            let decision = book.decide(&record, "o:studio", &question);
            let took = begun.elapsed();
            assert_eq!(decision.decision, Answer::MeetsRecordedConditions, "{:#?}", decision.reasons);
            took
        })
        .collect();
    times.sort();
    println!("a shot of ten persons, a hundred consents looked at: p50 {:.0?}, p99 {:.0?}", times[1_000], times[1_980]);
    let film = release(10..10 + SHOTS);
    let begun = Instant::now();
    let decision = book.decide(&record, "o:studio", &film);
    let took = begun.elapsed();
    assert_eq!(decision.decision, Answer::MeetsRecordedConditions);
    println!("a film of {SHOTS} shots with {CAST} persons each: {took:.0?}, {} rules checked", decision.checked.len());
}
