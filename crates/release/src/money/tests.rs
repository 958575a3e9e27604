//! What is owed, on small records.

use rights::Entry;
use rules::decision::Answer;
use serde_json::json;

use super::*;

fn record() -> Record {
    let text = "[[party]]\nid='p:a'\nkind='person'\nname='A'\n[[party]]\nid='p:b'\nkind='person'\nname='B'\n\
        [[party]]\nid='p:c'\nkind='person'\nname='C'\n[[party]]\nid='e:c'\nkind='estate'\nname='Heirs of C'\nfor_person='p:c'\n\
        [[work]]\nid='w:x'\nkind='feature'\ntitle='X'\n\
        [[shot]]\nid='s:x/1'\nwork='w:x'\nnumber=1\nverified_by='ed'\nappearance=[{person='p:a',kinds=['face'],seconds=1.5},{person='p:b',kinds=['face']},{person='p:c',kinds=['face']}]\n\
        [[consent]]\nid='c:b'\nperson='p:b'\nacts=['communicate']\npay={basis='none',amount='0',currency='EUR'}\n";
    Record::new(rights::read::toml("x.toml", text).unwrap().into_iter().map(|row| row.entry))
}

fn uses() -> Vec<Use> {
    vec![serde_json::from_value(json!({ "title": "X", "shot": 1, "seconds": 2.0 })).unwrap()]
}

fn decision(duties: serde_json::Value) -> Decision {
    Decision {
        decision: Answer::MeetsRecordedConditions,
        reasons: Vec::new(),
        warnings: Vec::new(),
        duties: serde_json::from_value(duties).unwrap(),
        near_misses: Vec::new(),
        checked: Vec::new(),
        packs: Vec::new(),
        facts_hash: String::new(),
        advice: false,
        needs_review_by: String::new(),
        disclaimer: String::new(),
    }
}

fn pay(id: &str, to: &str, amount: Option<(&str, &str)>) -> serde_json::Value {
    json!({ "id": id, "kind": "pay", "to": to, "rule": "R", "sentence": "Pay.", "due": null, "amount": amount,
        "basis": null, "seconds": null, "done_by": null, "document": null, "page": null })
}

const DAY: Date = jiff::civil::date(2027, 1, 1);

#[test]
fn everyone_who_is_seen_has_a_line() {
    let found = lines(&record(), &uses(), &decision(json!([pay("u", "e:c", Some(("12.50", "EUR")))])), DAY);
    let seen: Vec<_> =
        found.iter().map(|line| (line.party.as_str(), line.milliseconds, line.work.as_deref())).collect();
    assert_eq!(seen, [("e:c", 2000, Some("w:x")), ("p:a", 1500, Some("w:x")), ("p:b", 2000, Some("w:x"))]);
    assert!(matches!(found[1].owed, Owed::Unknown(_)), "nothing was agreed with A");
    assert!(matches!(&found[2].owed, Owed::Zero(why) if why.contains("c:b")));
    let sums = totals(&found);
    assert_eq!((sums.len(), sums[0].minor), (1, 1250));
}

#[test]
fn pay_that_a_consent_leaves_out_is_unknown_and_a_consent_for_other_works_says_nothing() {
    let with = |rows: &str| {
        let mut record = record();
        let rows = rights::read::toml("more.toml", rows).unwrap();
        rows.into_iter().for_each(|row| record.add(row.entry).unwrap());
        let found = lines(&record, &uses(), &decision(json!([])), DAY);
        found.into_iter().find(|line| line.party == "p:a").unwrap()
    };
    let silent = with("[[consent]]\nid='c:a'\nperson='p:a'\nprojects=['w:x']\nacts=['communicate']\n");
    assert!(matches!(&silent.owed, Owed::Unknown(why) if why.contains("c:a")), "{:?}", silent.owed);
    assert_eq!(silent.duty.as_deref(), Some("CORE-PAY/p:a/c:a"), "named as the duty is named once its terms are known");
    let free = "[[work]]\nid='w:y'\nkind='feature'\ntitle='Y'\n[[consent]]\nid='c:a'\nperson='p:a'\nprojects=['w:y']\n\
        acts=['communicate']\npay={basis='none',amount='0',currency='EUR'}\n";
    assert!(matches!(with(free).owed, Owed::Unknown(_)), "free in another work");
}

#[test]
fn an_amount_is_read_exactly_or_not_at_all() {
    let bad = [None, Some(("12.505", "EUR")), Some(("1,5", "EUR")), Some(("1", "eur")), Some(("1e9", "EUR"))];
    for amount in bad {
        let found = lines(&record(), &[], &decision(json!([pay("u", "p:a", amount)])), DAY);
        assert!(matches!(&found[0].owed, Owed::Unknown(why) if !why.is_empty()), "{amount:?}");
    }
    let plain = |amount, currency| read(amount, currency).map(|money| money.minor);
    assert_eq!((plain("1500.00", "JPY"), plain("1.5000", "EUR"), plain("1.5", "EUR")), (Ok(1500), Ok(150), Ok(150)));
    for (amount, currency) in [("1500.50", "JPY"), ("1.", "JPY"), (".00", "JPY"), ("", "EUR"), ("1.2345", "EUR")] {
        assert!(plain(amount, currency).is_err(), "{amount} {currency}");
    }
    let zero = lines(&record(), &[], &decision(json!([pay("u", "p:a", Some(("0.00", "EUR")))])), DAY);
    assert!(matches!(&zero[0].owed, Owed::Zero(why) if !why.is_empty()));
    assert!(lines(&Record::default(), &[], &decision(json!([])), DAY).is_empty());
}

#[test]
fn currencies_are_never_added_to_each_other() {
    let duties = json!([
        pay("1", "p:a", Some(("1.00", "EUR"))),
        pay("2", "p:a", Some(("100", "JPY"))),
        pay("3", "p:b", Some(("2.00", "EUR")))
    ]);
    let sums = totals(&lines(&record(), &[], &decision(duties), DAY));
    let seen: Vec<_> = sums.iter().map(ToString::to_string).collect();
    assert_eq!(seen, ["3.00 EUR", "100 JPY"]);
}

#[test]
fn points_are_shared_exactly_and_a_party_named_twice_is_one() {
    let agreement = |points: serde_json::Value| -> Agreement {
        let row = json!({ "id": "a:1", "work": "w:x", "for": "ai_pool", "points": points });
        let Ok(Entry::Agreement(row)) = Entry::parse("agreement", row) else { panic!("an agreement") };
        *row
    };
    let total = Money::new(100, "EUR".parse().unwrap());
    let share = |party: &str, points: u32| json!({ "party": party, "class": "c", "points": points });
    let one = pool(&agreement(json!([share("p:a", 2), share("p:b", 1), share("p:c", 0)])), total).unwrap();
    let two =
        pool(&agreement(json!([share("p:a", 1), share("p:b", 1), share("p:a", 1), share("p:c", 0)])), total).unwrap();
    assert_eq!(one, two);
    assert_eq!(one[0].minor(total.currency), 67);
    assert!(matches!(&one[2].owed, Owed::Zero(why) if why.contains("no points")));
    assert!(pool(&agreement(json!([])), total).is_none());
}
