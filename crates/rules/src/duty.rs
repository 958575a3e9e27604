//! Duties: what a rule says must be done, to whom, by when, for how much, and whether a deed has answered it.

use rights::{Date, Guild, PartyKind, Record};

use crate::case::{About, Asked};
use crate::decision::Duty;
use crate::pack::Owed;
use crate::pay::{self, Rounding};
use crate::rulebook::Rulebook;
use crate::subject::{Subject, Value};

/// The name of the duty that `rule` creates about `subject`, if it creates one.
pub(crate) fn id(book: &Rulebook, record: &Record, subject: &Subject, rule: &str, about: &About<'_>) -> Option<String> {
    let owed = book.sheet(rule).1.duty.as_ref()?;
    let whom = about.person.map_or_else(|| receiver(record, &subject.say(&owed.to)), str::to_owned);
    Some(format!("{rule}/{whom}/{}", subject.name))
}

/// The duty that `rule` creates about `subject`.
pub(crate) fn duty(
    book: &Rulebook,
    record: &Record,
    asked: &Asked,
    subject: &Subject,
    rule: &str,
    about: &About<'_>,
) -> Option<Duty> {
    let (_, sheet) = book.sheet(rule);
    let owed = sheet.duty.as_ref()?;
    let to = receiver(record, &subject.say(&owed.to));
    let id = id(book, record, subject, rule, about)?;
    let money = money(owed, subject, about);
    let paper = sheet.facts.iter().filter_map(|name| subject.fact(name)).find(|fact| fact.document.is_some());
    let rows = about.rows.iter().copied().chain([subject.name.as_str()]);
    Some(Duty {
        done_by: answered(record, &id, rule, rows, asked),
        id,
        kind: owed.kind.clone(),
        to,
        rule: rule.to_owned(),
        // The minutes of all its needs, where it has several.
        sentence: subject.say(&owed.sentence.replace("{made_minutes}", &about.times.minutes().to_string())),
        due: due(owed, subject),
        amount: money.as_ref().map(|(amount, currency, _)| (amount.to_string(), currency.clone())),
        basis: money.map(|(_, _, basis)| basis).or_else(|| {
            (owed.kind == "pay").then(|| "the record gives no terms that an amount follows from".to_owned())
        }),
        seconds: (owed.kind == "pay").then(|| about.times.seconds()).filter(|seconds| *seconds > 0.0),
        document: paper.as_ref().and_then(|fact| fact.document.clone()),
        page: paper.and_then(|fact| fact.page),
    })
}

fn due(owed: &Owed, subject: &Subject) -> Option<Date> {
    let day = subject.date(owed.due.as_deref()?)?;
    Some(day.saturating_add(jiff::Span::new().days(owed.days)))
}

/// A guild by its own record where there is one.
fn receiver(record: &Record, name: &str) -> String {
    let Ok(guild) = name.parse::<Guild>() else { return name.to_owned() };
    let is = |party: &&rights::Party| party.kind == PartyKind::Guild && party.guild == Some(guild);
    record.parties.values().find(is).map_or_else(|| name.to_owned(), |party| party.id.clone())
}

fn money(owed: &Owed, subject: &Subject, about: &About<'_>) -> Option<(pay::Amount, String, String)> {
    let formula = owed.formula.as_deref()?;
    let terms = about.consent?.pay.as_ref()?;
    let (amount, basis) = match formula {
        "consent" => pay::by_terms(terms)?,
        "day_rate" => pay::day_rate(terms)?,
        _ => {
            let minutes = about.times.minutes();
            let solo = subject.get("solo") == Some(&Value::Bool(true));
            pay::sessions(pay::Amount::parse(&terms.amount)?, minutes, solo, Rounding::Up)
        }
    };
    let residuals = terms.residuals.as_deref().filter(|word| *word != "none");
    let basis = residuals.map_or(basis.clone(), |word| format!("{basis}; residuals {word}"));
    Some((amount, terms.currency.clone(), basis))
}

/// The deed that answers a duty: about the duty itself, or about one of its rows and naming the rule.
fn answered<'s>(
    record: &Record,
    id: &str,
    rule: &str,
    rows: impl Iterator<Item = &'s str>,
    asked: &Asked,
) -> Option<String> {
    let mine = |deed: &&rights::Deed| deed.on <= asked.on.max(asked.until);
    let named = record.deeds_named(id).find(mine);
    let by_rule =
        rows.flat_map(|row| record.deeds_named(row)).filter(|deed| deed.rule.as_deref() == Some(rule)).find(mine);
    named.or(by_rule).map(|deed| deed.id.clone())
}
