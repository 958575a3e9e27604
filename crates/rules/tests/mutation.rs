//! Each rule is spoiled in every small way there is, and its fixtures must notice.

mod fixture;

use std::str::FromStr;

use cedar_policy::{Policy, PolicySet};
use fixture::{World, cases, holds};
use rules::{Pack, PackText, Rulebook};
use serde_json::{Value, json};

/// Every way of spoiling an expression in one place: a condition dropped, an operator or a condition turned round.
fn spoiled(at: &Value) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    let Some((op, body)) = at.as_object().and_then(|map| map.iter().next()) else { return out };
    let put = |op: &str, body: Value| json!({ op: body });
    match op.as_str() {
        "&&" | "||" => {
            out.push((format!("{op}: its right side dropped"), body["left"].clone()));
            out.push((format!("{op}: its left side dropped"), body["right"].clone()));
            let other = if op == "&&" { "||" } else { "&&" };
            out.push((format!("{op} is {other}"), put(other, body.clone())));
        }
        "!" => out.push(("! dropped".into(), body["arg"].clone())),
        "<" | "<=" | ">" | ">=" | "==" | "!=" => {
            let others: &[&str] = match op.as_str() {
                "<" => &["<=", ">="],
                "<=" => &["<", ">"],
                ">" => &[">=", "<="],
                ">=" => &[">", "<"],
                "==" => &["!="],
                _ => &["=="],
            };
            out.extend(others.iter().map(|other| (format!("{op} is {other}"), put(other, body.clone()))));
        }
        "contains" | "containsAll" | "containsAny" | "isEmpty" | "." | "has" => {
            out.push((format!("{op} turned round"), put("!", json!({ "arg": at.clone() }))));
        }
        _ => {}
    }
    for (name, part) in body.as_object().into_iter().flatten() {
        for (what, spoiled) in spoiled(part) {
            let mut body = body.clone();
            body[name] = spoiled;
            out.push((what, put(op, body)));
        }
    }
    out
}

#[test]
fn a_spoiled_rule_is_noticed() {
    let world = World::read();
    let cases = cases();
    let texts = rules::shelf::ours();
    let packs: Vec<Pack> = texts.iter().map(|text| Pack::read(text).unwrap()).collect();
    let (mut noticed, mut refused, mut survived) = (0, 0, Vec::new());
    for (at, text) in texts.iter().enumerate() {
        let policies: Vec<Policy> = PolicySet::from_str(&text.cedar).unwrap().policies().cloned().collect();
        for policy in &policies {
            let id = policy.annotation("id").unwrap();
            let rule =
                packs[at].rules.keys().filter(|rule| id.starts_with(rule.as_str())).max_by_key(|r| r.len()).unwrap();
            let prepared: Vec<_> = cases[rule].iter().map(|case| (case, world.of(case))).collect();
            let mut source = policy.to_json().unwrap();
            let body = source["conditions"][0]["body"].clone();
            for (what, body) in spoiled(&body) {
                source["conditions"][0]["body"] = body;
                let mutant = Policy::from_json(None, source.clone()).unwrap().to_cedar().unwrap_or_default();
                let rest = policies.iter().filter(|other| other.annotation("id") != Some(id)).map(Policy::to_string);
                let cedar = rest.chain([mutant.clone()]).collect::<Vec<_>>().join("\n");
                let Ok(pack) = Pack::read(&PackText { cedar, ..text.clone() }) else {
                    refused += 1;
                    continue;
                };
                let mut all = packs.clone();
                all[at] = pack;
                let book = Rulebook::bind(all).unwrap();
                let holds = prepared
                    .iter()
                    .all(|(case, (record, question))| holds(&book, rule, case, record, question).is_ok());
                if holds { survived.push(format!("{id}: {what}: {mutant}")) } else { noticed += 1 }
            }
        }
    }
    let all = noticed + survived.len();
    let rate = noticed as f64 / all as f64;
    println!("{noticed} of {all} spoiled rules noticed ({:.1} %); {refused} more refused when read", 100.0 * rate);
    for one in &survived {
        println!("not noticed: {one}");
    }
    assert!(rate >= 0.95, "{} of {all} not noticed", survived.len());
}
