//! The story of Notte Rossa, asked.

use rights::{Date, Medium, Purpose, Record, Territories};
use rules::question::{Release, Train, Use};
use rules::{Answer, Question, Rulebook};

fn record() -> Record {
    let text = include_str!("../../rights/tests/notte/record.toml");
    Record::new(rights::read::toml("record.toml", text).unwrap().into_iter().map(|row| row.entry))
}

fn used(title: &str, shot: u32) -> Use {
    Use {
        title: title.into(),
        shot: Some(shot),
        reel: None,
        seconds: 2.0,
        record: None,
        picture: true,
        sound: true,
        made: None,
        edits: Vec::new(),
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn trailer(shots: &[u32], territories: &[&str]) -> Release {
    Release {
        work: None,
        uses: shots.iter().map(|n| used("Notte Rossa", *n)).collect(),
        purpose: Purpose::Trailer,
        territories: Territories::parse(territories.iter().copied()).unwrap(),
        media: vec![Medium::Svod],
        from: day("2027-05-01"),
        until: day("2028-04-30"),
        languages: Vec::new(),
        synthetics: Vec::new(),
        disclosure: None,
        credentials: true,
        mark: true,
        music: Vec::new(),
        on: day("2026-11-26"),
    }
}

fn rules(decision: &rules::Decision) -> Vec<&str> {
    decision.reasons.iter().map(|reason| reason.rule.as_str()).collect()
}

#[test]
fn a_trailer_of_what_is_recorded_meets_the_conditions() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let decision = book.decide(&record(), "o:studio", &Question::Release(trailer(&[1, 2], &["IT", "DE"])));
    assert_eq!(decision.decision, Answer::MeetsRecordedConditions, "{:#?}", decision.reasons);
    assert!(!decision.advice && decision.facts_hash.len() == 64);
}

#[test]
fn what_is_revoked_blocks_and_what_is_not_known_is_unknown() {
    let book = Rulebook::load().unwrap();
    let ask = |shots: &[u32], territories: &[&str]| {
        book.decide(&record(), "o:studio", &Question::Release(trailer(shots, territories)))
    };
    let painting = ask(&[1, 3], &["IT"]);
    assert_eq!((painting.decision, rules(&painting)), (Answer::Unknown, vec!["CORE-UNKNOWN"]));
    assert_eq!(painting.reasons[0].uses, [1]);
    assert!(painting.reasons[0].sentence.contains("painting"));
    let revoked = ask(&[4], &["IT"]);
    assert_eq!((revoked.decision, rules(&revoked)), (Answer::Blocked, vec!["CORE-REVOKED"]));
    assert_eq!(revoked.reasons[0].page, Some(1));
    assert!(revoked.near_misses[0].sentence.contains("revoked 2026-11-02"), "{}", revoked.near_misses[0].sentence);
    let america = ask(&[2], &["IT", "US"]);
    assert_eq!((america.decision, rules(&america)), (Answer::Blocked, vec!["CORE-CHAIN"]));
    let nowhere = ask(&[77], &["IT"]);
    assert_eq!(nowhere.decision, Answer::Unknown);
}

#[test]
fn a_covered_film_does_not_teach() {
    let book = Rulebook::load().unwrap();
    let train = |post| {
        let ask = Train {
            model: "light".into(),
            post_production_only: post,
            uses: vec![used("Notte Rossa", 1), used("Notte Rossa", 2), used("Something Else", 1)],
            on: day("2026-11-26"),
        };
        book.decide(&record(), "o:studio", &Question::Train(ask))
    };
    let decision = train(false);
    assert_eq!(decision.decision, Answer::Blocked);
    assert!(rules(&decision).contains(&"CORE-CLAUSE"), "{:?}", rules(&decision));
}

fn dub(language: &str, purpose: Purpose) -> rules::question::Make {
    rules::question::Make {
        model: "m:voce-cole-v1".into(),
        persons: vec!["p:cole-james".into()],
        purpose,
        work: "Night Train".into(),
        scene: None,
        language: Some(language.into()),
        tags: vec!["own_lines".into()],
        prompt: None,
        reference_image: false,
        on: day("2026-11-26"),
    }
}

#[test]
fn a_replica_for_dubbing_dubs_and_does_nothing_else() {
    let book = Rulebook::load().unwrap();
    let mut record = record();
    let text = r#"
[[deed]]
id = "d:director"
kind = "consultation"
about = "w:night-train"
by = "o:studio"
on = 2026-11-01

[[model]]
id = "m:voce-cole-v1"
aspect = "voice"
subject_person = "p:cole-james"
affiliated = true
public_facing = false
access_limited = true
memorization = { prompts = 5000, extracted = 0, report = "sha256:9999999999999999999999999999999999999999999999999999999999999999" }
"#;
    for row in rights::read::toml("more.toml", text).unwrap() {
        record.add(row.entry).unwrap();
    }
    let ask = |make| book.decide(&record, "o:studio", &Question::Make(make));
    let italian = ask(dub("it", Purpose::Dub));
    assert_eq!(italian.decision, Answer::MeetsRecordedConditions, "{:#?}", italian.reasons);
    let pay = italian.duties.iter().find(|duty| duty.kind == "pay").unwrap();
    assert_eq!((pay.rule.as_str(), pay.to.as_str()), ("SAG-EBDR-PAY", "p:cole-james"));
    assert_eq!(pay.amount, Some(("3000.00".into(), "USD".into())));
    let french = ask(dub("fr", Purpose::Dub));
    assert_eq!((french.decision, rules(&french)), (Answer::Blocked, vec!["CORE-SCOPE", "TN-ELVIS"]));
    assert!(!rules(&ask(dub("it", Purpose::Sequel))).is_empty());
    let mut named = dub("it", Purpose::Dub);
    named.prompt = Some("as Elena Rossi would say it".into());
    let elena = ask(named);
    assert!(rules(&elena).contains(&"SAG-PROMPT"), "{:?}", rules(&elena));
}

#[test]
fn every_rule_says_where_it_comes_from() {
    let book = Rulebook::load().unwrap();
    let rules = book.rules();
    println!("{} rules in {} packs", rules.len(), book.packs().len());
    for rule in &rules {
        for word in ["legal", "compliant", "infringing", "cleared"] {
            let text = format!("{} {}", rule.sentence, rule.remedy).to_lowercase();
            assert!(!text.split(|c: char| !c.is_alphanumeric()).any(|w| w == word), "{} says {word}", rule.id);
        }
        assert!(rule.reviewed_by.is_empty(), "{}: nobody has reviewed it yet", rule.id);
    }
}

#[test]
fn what_would_change_the_answer_is_tried_before_it_is_told() {
    let book = Rulebook::load().unwrap();
    let record = record();
    let ask = |shots: &[u32], territories: &[&str]| {
        book.fix(&record, "o:studio", &Question::Release(trailer(shots, territories)))
    };
    assert!(ask(&[1, 2], &["IT"]).is_empty(), "nothing to change");
    let told = |fixes: &[rules::Fix]| -> Vec<Vec<String>> {
        fixes
            .iter()
            .map(|fix| fix.changes.iter().map(|change| format!("{} {}", change.kind, change.what)).collect())
            .collect()
    };
    let america = ask(&[1, 2], &["IT", "US"]);
    assert!(told(&america).contains(&vec!["narrow US".to_owned()]), "{america:#?}");
    let revoked = ask(&[1, 4], &["IT"]);
    assert_eq!(told(&revoked)[0], ["cut use 1"], "{revoked:#?}");
    assert!(told(&revoked).contains(&vec!["consent c:verdi-footage".to_owned()]), "{revoked:#?}");
    let painting = ask(&[1, 3], &["IT"]);
    assert!(told(&painting).contains(&vec!["record s:notte-rossa/0003".to_owned()]), "{painting:#?}");
    let all = ask(&[1, 2, 3, 4, 5], &["IT", "US"]);
    assert!(all.iter().all(|fix| fix.then == Answer::MeetsRecordedConditions) && !all.is_empty(), "{all:#?}");
    assert!(all[0].changes.len() <= 3, "{all:#?}");
}

/// The story with some of its text changed.
fn changed(changes: &[(&str, &str)]) -> Record {
    let mut text = include_str!("../../rights/tests/notte/record.toml").to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    Record::new(rights::read::toml("record.toml", &text).unwrap().into_iter().map(|row| row.entry))
}

const PAID: (&str, &str) = (
    "signed_at = 2026-09-14\n",
    "signed_at = 2026-09-14\npay = { basis = 'flat', amount = '800.00', currency = 'EUR' }\n",
);

#[test]
fn the_estate_of_one_who_has_died_is_paid() {
    let book = Rulebook::load().unwrap();
    let decision = book.decide(&changed(&[PAID]), "o:studio", &Question::Release(trailer(&[5], &["IT"])));
    assert_eq!(decision.decision, Answer::MeetsRecordedConditions, "{:#?}", decision.reasons);
    let pay = decision.duties.iter().find(|duty| duty.kind == "pay").unwrap();
    assert_eq!((pay.to.as_str(), pay.id.as_str()), ("e:bianchi-heirs", "CORE-PAY/p:bianchi-carlo/c:bianchi-footage"));
    assert!(pay.sentence.starts_with("pay Heirs of Carlo Bianchi under"), "{}", pay.sentence);
    // The living are paid themselves.
    let decision = book.decide(&record(), "o:studio", &Question::Release(trailer(&[2], &["IT"])));
    assert_eq!(decision.duties.iter().find(|duty| duty.kind == "pay").unwrap().to, "p:rossi-elena");
}

#[test]
fn what_is_owed_for_several_shots_is_for_the_time_of_all() {
    let book = Rulebook::load().unwrap();
    // Face, voice and performance in one shot, the body in the other: two needs, one duty. Nobody is longer in it than it is.
    let record = changed(&[("holder = \"unknown\"", "holder = \"public_domain\"")]);
    let decision = book.decide(&record, "o:studio", &Question::Release(trailer(&[2, 3], &["IT"])));
    let pay: Vec<_> = decision.duties.iter().filter(|duty| duty.kind == "pay").collect();
    assert_eq!(pay.iter().map(|duty| duty.seconds).collect::<Vec<_>>(), [Some(4.0)], "{pay:#?}");
    // The same shot recorded twice shows her once.
    let twice = "[[shot]]\nid = 's:x/2'\nwork = 'w:notte-rossa'\nnumber = 2\nverified_by = 'ed:lg'\n\
        appearance = [{ person = 'p:rossi-elena', kinds = ['body'], seconds = 1.0 }]\n";
    let mut record = record;
    record.add(rights::read::toml("x.toml", twice).unwrap().remove(0).entry).unwrap();
    let decision = book.decide(&record, "o:studio", &Question::Release(trailer(&[2], &["IT"])));
    assert_eq!(decision.duties.iter().find(|duty| duty.kind == "pay").unwrap().seconds, Some(2.0));
}

#[test]
fn only_the_countries_that_are_missing_are_left_out() {
    let book = Rulebook::load().unwrap();
    let record = changed(&[("territories = [\"WORLD\", \"-US\"]", "territories = [\"IT\"]")]);
    let fixes = book.fix(&record, "o:studio", &Question::Release(trailer(&[1, 2], &["IT", "US"])));
    let told: Vec<&str> = fixes.iter().flat_map(|fix| &fix.changes).map(|change| change.what.as_str()).collect();
    assert_eq!(told, ["US"], "{fixes:#?}");
}

#[test]
fn a_near_miss_names_what_is_missing() {
    let book = Rulebook::load().unwrap();
    let near = |change: &dyn Fn(&mut Release)| {
        let mut ask = trailer(&[2], &["IT"]);
        change(&mut ask);
        let decision = book.decide(&record(), "o:studio", &Question::Release(ask));
        decision.near_misses[0].sentence.clone()
    };
    let medium = near(&|ask| ask.media = vec![Medium::Svod, Medium::Airline]);
    assert!(medium.ends_with("CORE-MEDIUM (medium: airline)"), "{medium}");
    let early = near(&|ask| (ask.from, ask.on) = (day("2024-05-01"), day("2024-05-01")));
    assert!(early.contains("CORE-TERM (term: only from 2024-05-13)"), "{early}");
    let sequel = near(&|ask| ask.purpose = Purpose::Sequel);
    assert!(sequel.contains("CORE-PURPOSE (purpose: sequel)"), "{sequel}");
}
