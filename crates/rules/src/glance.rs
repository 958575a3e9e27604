//! A first look at a rule, to see which have nothing to say of a subject.
//!
//! Most rules are about something else than the subject at hand, and Cedar pays for each of them alike. A glance reads a policy's
//! conditions as Cedar does, but only the plain ones, and says `Some(false)` where the policy is surely silent: no error can then
//! come of it either. Whatever it cannot read it leaves to Cedar, and so does it with every rule that may speak: what is said is
//! always Cedar's word.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::subject::{Subject, Value};
use crate::vocabulary::{Kind, Type};

/// A policy's conditions.
#[derive(Debug)]
pub(crate) enum Glance {
    All(Vec<Glance>),
    Any(Vec<Glance>),
    Not(Box<Glance>),
    Has(usize),
    Empty(Operand),
    Compared(How, Operand, Operand),
    Truth(Operand),
    /// Left to Cedar.
    Unread,
}

/// How two values are held against one another.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    Equal,
    Less,
    LessOrEqual,
    Contains,
    ContainsAll,
    ContainsAny,
}

/// A fact, by its place among its kind's, or a value that the policy names.
#[derive(Debug)]
pub(crate) enum Operand {
    Fact(usize),
    Named(Value),
}

/// The facts of a subject that rules see, each in its kind's place; none where it is left out.
pub(crate) type Facts<'s> = Vec<Option<&'s Value>>;

/// Where each fact of a kind stands.
#[derive(Debug)]
pub(crate) struct Places(HashMap<&'static str, usize>);

impl Places {
    pub(crate) fn of(kind: Kind) -> Places {
        let seen = kind.terms().filter(|term| term.of != Type::Said);
        Places(seen.enumerate().map(|(at, term)| (term.name, at)).collect())
    }

    pub(crate) fn facts<'s>(&self, subject: &'s Subject) -> Facts<'s> {
        let mut facts = vec![None; self.0.len()];
        for (name, value) in subject.seen() {
            // What is no fact of its kind no policy can name.
            if let Some(at) = self.0.get(name) {
                facts[*at] = Some(value);
            }
        }
        facts
    }
}

impl Glance {
    /// Reads a policy in Cedar's JSON form.
    pub(crate) fn read(policy: &Json, places: &Places) -> Glance {
        let conditions = policy["conditions"].as_array().map_or(&[][..], Vec::as_slice);
        let all = conditions.iter().map(|condition| {
            let body = expression(&condition["body"], places);
            match condition["kind"].as_str() {
                Some("when") => body,
                Some("unless") => Glance::Not(Box::new(body)),
                _ => Glance::Unread,
            }
        });
        Glance::All(all.collect())
    }

    /// Whether the conditions hold; nothing where that is Cedar's to say.
    pub(crate) fn holds(&self, facts: &Facts<'_>) -> Option<bool> {
        match self {
            // As Cedar does: from left to right, and no further than needed. What follows the unread is not looked at, since
            // the unread may err.
            Glance::All(parts) => {
                for part in parts {
                    if !part.holds(facts)? {
                        return Some(false);
                    }
                }
                Some(true)
            }
            Glance::Any(parts) => {
                for part in parts {
                    if part.holds(facts)? {
                        return Some(true);
                    }
                }
                Some(false)
            }
            Glance::Not(part) => Some(!part.holds(facts)?),
            Glance::Has(at) => Some(facts[*at].is_some()),
            Glance::Empty(set) => match set.value(facts)? {
                Value::Words(words) => Some(words.is_empty()),
                Value::Longs(longs) => Some(longs.is_empty()),
                _ => None,
            },
            Glance::Truth(operand) => match operand.value(facts)? {
                Value::Bool(yes) => Some(*yes),
                _ => None,
            },
            Glance::Compared(how, left, right) => how.holds(left.value(facts)?, right.value(facts)?),
            Glance::Unread => None,
        }
    }
}

impl Operand {
    fn value<'v>(&'v self, facts: &Facts<'v>) -> Option<&'v Value> {
        match self {
            Operand::Fact(at) => facts[*at],
            Operand::Named(value) => Some(value),
        }
    }
}

impl How {
    fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        match (self, left, right) {
            (How::Equal, Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (How::Equal, Value::Text(a), Value::Text(b)) => Some(a == b),
            (How::Contains, Value::Words(set), Value::Text(one)) => Some(set.contains(one)),
            (How::ContainsAll, Value::Words(set), Value::Words(few)) => Some(few.iter().all(|one| set.contains(one))),
            (How::ContainsAny, Value::Words(set), Value::Words(few)) => Some(few.iter().any(|one| set.contains(one))),
            (How::Contains, Value::Longs(set), one) => Some(set.contains(&one.long()?)),
            (How::Equal, a, b) => Some(a.long()? == b.long()?),
            (How::Less, a, b) => Some(a.long()? < b.long()?),
            (How::LessOrEqual, a, b) => Some(a.long()? <= b.long()?),
            _ => None,
        }
    }
}

fn expression(json: &Json, places: &Places) -> Glance {
    let Some((operator, of)) = single(json) else { return Glance::Unread };
    let part = |side: &str| expression(&of[side], places);
    let compared = |how: How, left: &str, right: &str| match (operand(&of[left], places), operand(&of[right], places)) {
        (Some(left), Some(right)) => Glance::Compared(how, left, right),
        _ => Glance::Unread,
    };
    match operator {
        "&&" => Glance::All(vec![part("left"), part("right")]),
        "||" => Glance::Any(vec![part("left"), part("right")]),
        "!" => Glance::Not(Box::new(part("arg"))),
        "has" => match fact(of, places) {
            Some(at) => Glance::Has(at),
            None => Glance::Unread,
        },
        "==" => compared(How::Equal, "left", "right"),
        "!=" => Glance::Not(Box::new(compared(How::Equal, "left", "right"))),
        "<" => compared(How::Less, "left", "right"),
        "<=" => compared(How::LessOrEqual, "left", "right"),
        ">" => compared(How::Less, "right", "left"),
        ">=" => compared(How::LessOrEqual, "right", "left"),
        "contains" => compared(How::Contains, "left", "right"),
        "containsAll" => compared(How::ContainsAll, "left", "right"),
        "containsAny" => compared(How::ContainsAny, "left", "right"),
        "isEmpty" => operand(&of["arg"], places).map_or(Glance::Unread, Glance::Empty),
        "." | "Value" => operand(json, places).map_or(Glance::Unread, Glance::Truth),
        _ => Glance::Unread,
    }
}

fn operand(json: &Json, places: &Places) -> Option<Operand> {
    match single(json)? {
        (".", of) => fact(of, places).map(Operand::Fact),
        ("Value", value) => named(value).map(Operand::Named),
        ("Set", items) => {
            let items: Option<Vec<Value>> = items.as_array()?.iter().map(|item| named(&item["Value"])).collect();
            let words: Option<Vec<String>> = items?
                .into_iter()
                .map(|item| match item {
                    Value::Text(text) => Some(text),
                    _ => None,
                })
                .collect();
            words.map(|words| Operand::Named(Value::Words(words)))
        }
        _ => None,
    }
}

fn named(value: &Json) -> Option<Value> {
    match value {
        Json::Bool(yes) => Some(Value::Bool(*yes)),
        Json::Number(number) => number.as_i64().map(Value::Long),
        Json::String(text) => Some(Value::Text(text.clone())),
        _ => None,
    }
}

/// The fact that `context.NAME` or `context has NAME` names.
fn fact(of: &Json, places: &Places) -> Option<usize> {
    if of["left"] != serde_json::json!({ "Var": "context" }) {
        return None;
    }
    places.0.get(of["attr"].as_str()?).copied()
}

fn single(json: &Json) -> Option<(&str, &Json)> {
    let map = json.as_object()?;
    let (operator, of) = map.iter().next()?;
    (map.len() == 1).then_some((operator.as_str(), of))
}

#[cfg(test)]
mod tests {
    use rights::Date;

    use super::*;
    use crate::engine::{ACTIONS, AUTHORIZER, EVERYTHING, Engine, NOBODY, PRINCIPAL, RESOURCE};
    use crate::pack::{Pack, PackText};
    use crate::shelf;
    use crate::subject::Source;

    /// Numbers by chance, always the same: each is less than what it is asked for.
    fn drawing(mut state: u64) -> impl FnMut(usize) -> usize {
        move |below| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        }
    }

    /// Every word and number that a policy of the house names, so that conditions are met as often as missed.
    fn named_in_packs(packs: &[PackText]) -> (Vec<String>, Vec<i64>) {
        let (mut words, mut numbers) = (vec!["else".to_owned()], vec![0]);
        for pack in packs {
            let quoted = pack.cedar.split('"').skip(1).step_by(2);
            words.extend(
                quoted.filter(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '_')).map(str::to_owned),
            );
            let digits = pack.cedar.split(|c: char| !c.is_ascii_digit());
            numbers.extend(digits.filter_map(|number| number.parse::<i64>().ok()).flat_map(|n| [n - 1, n, n + 1]));
        }
        (words, numbers)
    }

    fn subject(kind: Kind, draw: &mut impl FnMut(usize) -> usize, words: &[String], numbers: &[i64]) -> Subject {
        let mut subject = Subject::new(kind, "drawn");
        subject.from(Source::row("drawn"));
        for term in kind.terms() {
            if !term.always && draw(3) == 0 {
                continue;
            }
            let mut some = |most: usize| draw(most + 1);
            match term.of {
                Type::Bool => subject.bool(term.name, some(1) == 1),
                Type::Long => subject.long(term.name, numbers[some(numbers.len() - 1)]),
                Type::Day => {
                    let day = Date::constant(2022 + some(8) as i16, 1 + some(11) as i8, 1 + some(27) as i8);
                    subject.day(term.name, day)
                }
                Type::Text => subject.text(term.name, words[some(words.len() - 1)].as_str()),
                Type::Words => {
                    let count = some(4);
                    subject.words(term.name, (0..count).map(|_| words[some(words.len() - 1)].clone()))
                }
                Type::Longs => {
                    let count = some(3);
                    subject.longs(term.name, (0..count).map(|_| numbers[some(numbers.len() - 1)]).collect())
                }
                Type::Said => &mut subject,
            };
        }
        subject
    }

    /// Whatever the facts, a glance leaves the house's policies that speak, and hardly another: those that calculate.
    #[test]
    fn a_glance_reads_what_cedar_reads() {
        let texts = shelf::ours();
        let packs: Vec<Pack> = texts.iter().map(|text| Pack::read(text).unwrap()).collect();
        let (words, numbers) = named_in_packs(&texts);
        let engine = Engine::default();
        let mut draw = drawing(1);
        let (mut asked, mut left, mut spoke) = (0, 0, 0);
        for _ in 0..if cfg!(debug_assertions) { 300 } else { 10_000 } {
            for kind in Kind::ALL {
                let sheaf = engine.sheaf(&packs, (1 << packs.len()) - 1, kind);
                let subject = subject(kind, &mut draw, &words, &numbers);
                let whole = sheaf.whole(&subject);
                assert_eq!(sheaf.ask(&subject), whole, "{subject:?}");
                asked += sheaf.len();
                left += sheaf.glance(&subject).len();
                spoke += whole.len();
            }
        }
        assert!(spoke * 20 > asked && spoke * 2 < asked, "of {asked}, {spoke} spoke: the facts drawn say little");
        assert!(left * 50 < spoke * 51, "{left} were left where {spoke} spoke");
    }

    /// What cannot be read may err, and what errs blocks: nothing after it is looked at.
    #[test]
    fn what_a_glance_cannot_read_is_left_to_cedar() {
        let policy = |condition: &str| {
            let text = format!("forbid (principal, action == Action::\"consent\", resource) when {{ {condition} }};");
            cedar_policy::Policy::parse(None, text).unwrap().to_json().unwrap()
        };
        let places = Places::of(Kind::Consent);
        let mut subject = Subject::new(Kind::Consent, "c:1");
        subject.from(Source::row("c:1")).long("page", 3).text("class", "replica").bool("minor", None);
        let facts = places.facts(&subject);
        let holds = |condition: &str| Glance::read(&policy(condition), &places).holds(&facts);
        for unread in [
            "context.page * 9223372036854775807 > 0 && false",
            "context.class like \"r*\" && false",
            "context.minor && false",
            "context.page && false",
            "(if context.class == \"replica\" then true else false) && false",
            "context.class.contains(\"r\") && false",
            "resource == Subject::\"subject\"",
        ] {
            assert_eq!(holds(unread), None, "{unread}");
        }
        assert_eq!(holds("false && context.page * 9223372036854775807 > 0"), Some(false));
        assert_eq!(holds("context has minor && context.minor"), Some(false));
        assert_eq!(holds("context.class == \"replica\" && context.page >= 3 && context.page < 4"), Some(true));
        assert_eq!(holds("true } unless { context.page == 3"), Some(false));
    }

    /// A condition of any kind about a consent, sensible or not.
    fn condition(draw: &mut impl FnMut(usize) -> usize, deep: usize) -> String {
        let bools = ["context.minor", "context.by_other", "true", "false", "context.page", "context.class"];
        let texts = ["context.class", "context.ended", "\"replica\"", "\"footage\"", "context.page"];
        let numbers = ["context.page", "context.on", "context.from", "3", "-1", "20270501", "context.class"];
        let words =
            ["context.wanted_acts", "context.acts", "[\"train\"]", "[\"train\", \"adapt\"]", "[]", "context.page"];
        let longs = ["context.scenes", "[1, 3]", "context.acts"];
        let mut one = |of: &[&'static str]| of[draw(of.len())];
        if deep == 0 {
            return match one(&["truth", "has", "text", "number", "number", "all", "in", "longs", "empty", "other"]) {
                "truth" => one(&bools).to_owned(),
                "has" => format!("context has {}", one(&["minor", "ended", "page", "acts", "class", "scenes"])),
                "text" => format!("{} {} {}", one(&texts), one(&["==", "!="]), one(&texts)),
                "number" => {
                    format!("{} {} {}", one(&numbers), one(&["<", "<=", ">", ">=", "==", "!="]), one(&numbers))
                }
                "all" => format!("{}.{}({})", one(&words), one(&["containsAll", "containsAny"]), one(&words)),
                "in" => format!("{}.contains({})", one(&words), one(&texts)),
                "longs" => format!("{}.contains({})", one(&longs), one(&numbers)),
                "empty" => {
                    format!("{}.isEmpty()", one(&["context.acts", "context.scenes", "context.wanted_acts", "[]"]))
                }
                _ => one(&[
                    "context.page * 9223372036854775807 > 0",
                    "context.class like \"r*\"",
                    "(if context.by_other then context.minor else true)",
                    "context == {}",
                    "resource == Subject::\"else\"",
                ])
                .to_owned(),
            };
        }
        let joint = one(&["&&", "||", "!", "="]);
        let left = condition(draw, deep - 1);
        match joint {
            "!" => format!("!({left})"),
            "=" => left,
            joint => format!("({left}) {joint} ({})", condition(draw, deep - 1)),
        }
    }

    /// Conditions that no schema was held against: where a glance is sure, Cedar says the same and does not err.
    #[test]
    fn where_a_glance_is_sure_cedar_says_the_same() {
        use cedar_policy::{Decision, Policy, PolicySet, Request};
        let places = Places::of(Kind::Consent);
        let mut draw = drawing(7);
        let (mut silent, mut speaks, mut unread) = (0, 0, 0);
        for _ in 0..20_000 {
            let mut subject = Subject::new(Kind::Consent, "c:1");
            subject.from(Source::row("c:1"));
            let some = |draw: &mut dyn FnMut(usize) -> usize| draw(3) > 0;
            let yes = some(&mut draw);
            subject.bool("minor", some(&mut draw).then_some(yes)).bool("by_other", yes);
            subject.long("page", some(&mut draw).then_some(draw(5) as i64));
            subject.day("on", Date::constant(2027, 5, 1)).day("from", Date::constant(2027, 5, 1 + draw(2) as i8));
            subject.text("class", if yes { "replica" } else { "footage" });
            subject.text("ended", some(&mut draw).then_some("revoked"));
            let mut acts = || ["train", "adapt", "train"][..draw(4)].to_vec();
            let (given, wanted) = (acts(), acts());
            subject.listed("acts", &given).words("wanted_acts", &wanted);
            subject.longs("scenes", vec![1, 3][..draw(3)].to_vec());
            let body = condition(&mut draw, 3);
            let kind = if draw(4) == 0 { "unless" } else { "when" };
            let text = format!("forbid (principal, action, resource) {kind} {{ {body} }};");
            let policy = Policy::parse(Some("p".parse().unwrap()), &text).unwrap_or_else(|e| panic!("{text}: {e}"));
            let sure = Glance::read(&policy.to_json().unwrap(), &places).holds(&places.facts(&subject));
            let set = PolicySet::from_policies([EVERYTHING.clone(), policy]).unwrap();
            let action = ACTIONS[Kind::Consent as usize].clone();
            let request = Request::new(PRINCIPAL.clone(), action, RESOURCE.clone(), subject.context(), None).unwrap();
            let response = AUTHORIZER.is_authorized(&request, &set, &NOBODY);
            let errs = response.diagnostics().errors().next().is_some();
            let said = response.decision() == Decision::Deny;
            match sure {
                None => unread += 1,
                Some(holds) => {
                    assert!(!errs && holds == said, "{text}\n{subject:?}: {sure:?}, and Cedar {said}, errs: {errs}");
                    *if holds { &mut speaks } else { &mut silent } += 1;
                }
            }
        }
        assert!(silent.min(speaks).min(unread) > 2_000, "{silent} silent, {speaks} speak, {unread} unread");
    }
}
