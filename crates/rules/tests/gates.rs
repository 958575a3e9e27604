//! The gates, and what is owed whatever is asked.

use rights::Record;
use rules::question::{Release, Train, Use};
use rules::{Answer, Cleared, Makeable, Question, Rulebook, TrainingBasis};

fn record(more: &str) -> Record {
    let base = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/base.toml")).unwrap();
    let rows = [("base.toml", base.as_str()), ("more.toml", more)]
        .into_iter()
        .flat_map(|(file, text)| rights::read::toml(file, text).unwrap_or_else(|e| panic!("{e:?}")));
    Record::new(rows.map(|row| row.entry))
}

fn question<T: serde::de::DeserializeOwned>(json: &str) -> T {
    serde_json::from_str(json).unwrap()
}

fn train(uses: &str) -> Train {
    question(&format!(r#"{{ "model": "m:light", "uses": [{uses}], "on": "2026-11-26" }}"#))
}

const ONE: &str = r#"{ "title": "Film", "shot": 1, "seconds": 4.0 }"#;
const TWO: &str = r#"{ "title": "Film", "shot": 2, "seconds": 2.0 }"#;
const OTHER: &str = r#"{ "title": "Something Else", "shot": 1, "seconds": 2.0 }"#;

#[test]
fn barred_shots_are_left_out_and_the_others_teach() {
    let book = Rulebook::load().unwrap();
    let revoked = "[[consent_event]]\nid = 'v:1'\nconsent = 'c:footage'\nkind = 'revoke'\non = 2026-11-02\n";
    let basis = TrainingBasis::ask(&book, &record(revoked), "o:studio", train(&format!("{ONE}, {TWO}, {OTHER}")));
    let shots = |uses: &[Use]| uses.iter().map(|used| (used.title.clone(), used.shot)).collect::<Vec<_>>();
    assert_eq!(shots(basis.allowed()), [("Film".into(), Some(2))], "{:#?}", basis.decision().reasons);
    assert_eq!(basis.barred().len(), 2);
    assert!(!basis.is_sandbox());
}

#[test]
fn a_library_without_rights_is_a_sandbox() {
    let book = Rulebook::load().unwrap();
    let basis =
        TrainingBasis::ask(&book, &Record::default(), "o:studio", Train { model: "light".into(), ..train(OTHER) });
    assert!(basis.is_sandbox() && basis.allowed().len() == 1 && basis.barred().is_empty());
    assert_eq!(basis.decision().decision, Answer::Unknown);
    let model = TrainingBasis::ask(&book, &Record::default(), "o:studio", train(OTHER));
    assert!(!model.is_sandbox(), "a word against the model bars all");
}

#[test]
fn only_what_meets_the_conditions_goes_through() {
    let book = Rulebook::load().unwrap();
    let ask = |territories: &str| -> Release {
        question(&format!(
            r#"{{ "uses": [{ONE}, {TWO}], "purpose": "trailer", "territories": [{territories}], "media": ["svod"],
                "from": "2027-05-01", "until": "2028-04-30", "credentials": true, "mark": true, "on": "2026-11-26" }}"#
        ))
    };
    let cleared = Cleared::ask(&book, &record(""), "o:studio", ask("\"IT\"")).unwrap();
    assert!(matches!(cleared.question(), Question::Release(_)));
    let nowhere = Cleared::ask(&book, &record(""), "o:studio", ask("")).unwrap_err();
    assert_eq!(nowhere.decision, Answer::Unknown);
    let make = question(
        r#"{ "model": "m:voice", "persons": ["p:ada"], "purpose": "dub", "work": "Film", "language": "de", "on": "2026-11-26" }"#,
    );
    assert!(Makeable::ask(&book, &record(""), "o:studio", make).is_ok());
}

#[test]
fn what_is_owed_is_found_without_a_question_and_answered_by_a_deed() {
    let book = Rulebook::load().unwrap();
    let rows = r#"
[[work]]
id = "w:sold"
kind = "feature"
title = "Sold"
photography_start = 2026-08-01
country = "US"
guilds = ["sag_aftra", "wga", "dga"]
authors = ["o:studio"]

[[transfer]]
id = "x:sold"
to = "o:out"
what = "training_set"
works = ["w:sold"]
for_training = true
affiliated = false
public_facing = true
on = 2027-03-01

[[text]]
id = "t:made"
work = "w:sold"
origin = "gai"
handed_to = "p:zoe"
credited_as_source = false

[[consent_event]]
id = "v:1"
consent = "c:replica"
kind = "revoke"
on = 2026-11-02
"#;
    let on = "2026-11-26".parse().unwrap();
    let due = book.due(&record(rows), "o:studio", on);
    let mut rules: Vec<_> = due.iter().map(|duty| (duty.rule.as_str(), duty.kind.as_str())).collect();
    rules.sort_unstable();
    let wanted = [
        ("CORE-REVOKED", "quarantine"),
        ("DGA-NOTICE", "notify"),
        ("SAG-39L", "notify"),
        ("WGA-DISCLOSE", "disclose"),
        ("WGA-NOTICE", "notify"),
    ];
    assert_eq!(rules, wanted, "{due:#?}");
    let notice = due.iter().find(|duty| duty.rule == "WGA-NOTICE").unwrap();
    assert_eq!(notice.due.map(|day| day.to_string()).as_deref(), Some("2027-03-01"));
    let told = format!(
        "{rows}\n[[deed]]\nid = 'd:told'\nkind = 'notice'\nabout = '{}'\nby = 'o:studio'\non = 2026-11-20\n",
        notice.id
    );
    let told = rights::Record::new(
        record(rows).entries().into_iter().chain(
            rights::read::toml(
                "told.toml",
                told.split("[[deed]]").nth(1).map(|d| format!("[[deed]]{d}")).unwrap().as_str(),
            )
            .unwrap()
            .into_iter()
            .map(|row| row.entry),
        ),
    );
    assert_eq!(book.due(&told, "o:studio", on).len(), due.len() - 1);
}
