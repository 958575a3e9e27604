//! Every rule has cases that it passes and cases that it speaks in, and all of them hold.

mod fixture;

use fixture::{World, cases, holds};
use rules::{Answer, Rulebook};

#[test]
fn every_fixture_holds() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let world = World::read();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for (rule, list) in cases() {
        for case in &list {
            count += 1;
            let (record, question) = world.of(case);
            match holds(&book, &rule, case, &record, &question) {
                Err(e) => wrong.push(e),
                Ok(decision) => {
                    for reason in decision.reasons.iter().filter(|reason| reason.rule == rule) {
                        let explained = !reason.sentence.is_empty()
                            && !reason.sentence.contains('{')
                            && !reason.facts.is_empty()
                            && !reason.remedy.is_empty()
                            && !reason.source.is_empty();
                        if !explained {
                            wrong.push(format!("{} ({}): not explained: {reason:?}", case.file, case.says));
                        }
                    }
                }
            }
        }
    }
    println!("{count} cases");
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_rule_has_fixtures_of_both_kinds() {
    let book = Rulebook::load().unwrap();
    let all = cases();
    let mut wrong = Vec::new();
    for rule in book.rules() {
        let list = all.get(&rule.id).map_or(&[][..], Vec::as_slice);
        let has = |end: &str| list.iter().any(|case| case.file.ends_with(end));
        if !has(".pass.toml") || !has(".fail.toml") {
            wrong.push(rule.id.clone());
        }
        let speaks_unknown = rule.cedar.contains(".unknown\")");
        if speaks_unknown && !list.iter().any(|case| case.expect == "unknown") {
            wrong.push(format!("{} (unknown)", rule.id));
        }
    }
    for rule in all.keys().filter(|rule| book.rules().iter().all(|known| known.id != **rule)) {
        wrong.push(format!("{rule} is no rule"));
    }
    assert!(wrong.is_empty(), "no pass or fail fixture: {}", wrong.join(", "));
}

#[test]
fn the_small_world_meets_the_conditions() {
    let book = Rulebook::load().unwrap();
    let world = World::read();
    for ask in ["release", "made", "train", "make", "transfer", "close"] {
        let text = format!("says = ''\nask = '{ask}'\nexpect = 'pass'");
        let case: fixture::Case = toml::from_str(&text).unwrap();
        let (record, question) = world.of(&case);
        let decision = book.decide(&record, "o:studio", &question);
        assert_eq!(decision.decision, Answer::MeetsRecordedConditions, "{ask}: {:#?}", decision.reasons);
        let again = book.decide(&record, "o:studio", &question);
        assert_eq!(decision, again);
    }
}
