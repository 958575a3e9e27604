//! What a use owes, line by line: to whom, for what, how much, by which paper; and why nothing, where it is nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use ledger::{Currency, CurrencyError, Money, Sum, allocate};
use rights::{Agreement, Consent, Document, Record};
use rules::decision::{Decision, Duty};
use rules::question::Use;
use serde::Serialize;

use crate::appearance::{milliseconds, seen};

/// One line of what is owed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// To whom.
    pub party: String,
    /// For which work; none where it is for several.
    pub work: Option<String>,
    /// For what, in plain words.
    pub what: String,
    /// How long they were seen or heard, in thousandths of a second.
    pub milliseconds: u64,
    /// How the amount came about.
    pub basis: String,
    /// How much.
    pub owed: Owed,
    /// The rule that asks for it.
    pub rule: Option<String>,
    /// The duty that it meets, or would meet if its amount were known.
    pub duty: Option<String>,
    /// The agreement or consent that says how much.
    pub agreement: Option<String>,
    /// The paper.
    pub document: Option<Document>,
    /// Its page.
    pub page: Option<u32>,
    /// The deed that answered it, where it is paid.
    pub answered_by: Option<String>,
}

/// How much is owed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// So much.
    Amount(Money),
    /// Nothing, and why.
    Zero(String),
    /// Something, and nobody can say how much; or nobody can say whether.
    Unknown(String),
}

impl Owed {
    /// An amount, or nothing because of `why` where it is none.
    pub(crate) fn of(money: Money, why: impl FnOnce() -> String) -> Owed {
        if money.minor == 0 { Owed::Zero(why()) } else { Owed::Amount(money) }
    }
}

impl std::fmt::Display for Owed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Owed::Amount(money) => money.fmt(f),
            Owed::Zero(why) => write!(f, "nothing: {why}"),
            Owed::Unknown(why) => write!(f, "unknown: {why}"),
        }
    }
}

impl Line {
    pub(crate) fn new(party: &str, what: &str, owed: Owed) -> Line {
        Line {
            party: party.to_owned(),
            work: None,
            what: what.to_owned(),
            milliseconds: 0,
            basis: String::new(),
            owed,
            rule: None,
            duty: None,
            agreement: None,
            document: None,
            page: None,
            answered_by: None,
        }
    }

    /// The amount in smallest units of `currency`; 0 if it is none, unknown or in another.
    pub fn minor(&self, currency: Currency) -> i64 {
        match self.owed {
            Owed::Amount(money) if money.currency == currency => money.minor,
            _ => 0,
        }
    }
}

/// What the lines come to in each currency.
pub fn totals(lines: &[Line]) -> Vec<Sum> {
    let mut sums: BTreeMap<Currency, i128> = BTreeMap::new();
    for line in lines {
        if let Owed::Amount(money) = line.owed {
            *sums.entry(money.currency).or_default() += i128::from(money.minor);
        }
    }
    sums.into_iter().map(|(currency, minor)| Sum { currency, minor }).collect()
}

/// How long each person is in the uses: by person and work, confirmed and not.
pub(crate) fn airtime<'a>(record: &'a Record, uses: &'a [Use]) -> BTreeMap<(&'a str, &'a str), (u64, u64)> {
    let mut times: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for one in uses {
        for seen in seen(record, one) {
            let time = times.entry((seen.person, work(record, &one.title))).or_default();
            let part = if seen.confirmed { &mut time.0 } else { &mut time.1 };
            *part = part.saturating_add(seen.milliseconds);
        }
    }
    times
}

/// The record of a title, or the title itself where no work bears it or several do.
pub(crate) fn work<'a>(record: &'a Record, title: &'a str) -> &'a str {
    match record.works_named(title).as_slice() {
        [work] => &work.id,
        _ => title,
    }
}

/// What the pay duties of `decision` owe, and for every person who is seen or heard and owed nothing, why.
///
/// A duty's amount is read exactly or not at all: an amount that is no amount of its currency is unknown, with the reason.
pub fn lines(record: &Record, uses: &[Use], decision: &Decision, on: Date) -> Vec<Line> {
    let times = airtime(record, uses);
    let duties = decision.duties.iter().filter(|duty| duty.kind == "pay");
    let mut lines: Vec<Line> = duties.clone().map(|duty| owed(record, duty, &times)).collect();
    let told: BTreeSet<&str> = duties.map(|duty| person(record, &duty.to)).collect();
    let persons: BTreeSet<&str> = times.keys().map(|(person, _)| *person).collect();
    lines.extend(persons.into_iter().filter(|id| !told.contains(id)).map(|id| nothing(record, id, &times, on)));
    lines
}

type Times<'a> = BTreeMap<(&'a str, &'a str), (u64, u64)>;

/// For whom an estate speaks; else the party itself.
fn person<'a>(record: &'a Record, party: &'a str) -> &'a str {
    record.parties.get(party).and_then(|party| party.for_person.as_deref()).unwrap_or(party)
}

/// Where and how long a person is in the uses: their only work, and all their time, confirmed or not.
fn presence(times: &Times<'_>, id: &str) -> (Option<String>, u64) {
    let mine: Vec<_> = times.iter().filter(|((person, _), _)| *person == id).collect();
    let whole = mine.iter().map(|(_, (sure, unsure))| sure.saturating_add(*unsure)).fold(0, u64::saturating_add);
    let work = match mine.as_slice() {
        [((_, work), _)] => Some((*work).to_owned()),
        _ => None,
    };
    (work, whole)
}

/// Reads a decimal amount exactly. The rules write two decimals or four of every currency, also of those that have fewer:
/// zeros too many say nothing, anything else is refused.
pub(crate) fn read(amount: &str, currency: &str) -> Result<Money, String> {
    let currency: Currency = currency.parse().map_err(|e: CurrencyError| e.to_string())?;
    let shorter = || {
        let (whole, fraction) = amount.split_once('.')?;
        let (kept, rest) = fraction.split_at_checked(currency.decimals() as usize)?;
        let plain = if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") };
        (!rest.is_empty() && rest.bytes().all(|b| b == b'0')).then_some(plain)
    };
    let plain = shorter().unwrap_or_else(|| amount.to_owned());
    Money::parse(&plain, currency).map_err(|e| e.to_string())
}

fn owed(record: &Record, duty: &Duty, times: &Times<'_>) -> Line {
    let amount = match &duty.amount {
        None => Owed::Unknown("the record gives no amount".into()),
        Some((amount, currency)) => match read(amount, currency) {
            Ok(money) => Owed::of(money, || duty.basis.clone().unwrap_or_else(|| "the record says so".into())),
            Err(why) => Owed::Unknown(why),
        },
    };
    let (work, time) = presence(times, person(record, &duty.to));
    Line {
        work,
        milliseconds: duty.seconds.map_or(time, milliseconds),
        basis: duty.basis.clone().unwrap_or_default(),
        rule: Some(duty.rule.clone()),
        duty: Some(duty.id.clone()),
        document: duty.document.clone(),
        page: duty.page,
        answered_by: duty.done_by.clone(),
        ..Line::new(&duty.to, &duty.sentence, amount)
    }
}

fn nothing(record: &Record, id: &str, times: &Times<'_>, on: Date) -> Line {
    let (work, time) = presence(times, id);
    let standing = record.standing(id, on);
    let mine: BTreeSet<&str> = times.keys().filter(|(person, _)| *person == id).map(|(_, work)| *work).collect();
    let about = |consent: &&Consent| {
        consent.projects.is_empty() || consent.projects.iter().any(|project| mine.contains(project.as_str()))
    };
    let alive: Vec<_> = standing.iter().filter(|s| s.ended.is_none()).map(|s| &s.consent).filter(about).collect();
    let free = alive.iter().find(|consent| consent.pay.as_ref().is_some_and(|pay| pay.basis == "none"));
    let silent = alive.iter().find(|consent| consent.pay.is_none());
    let because = match (free, silent, alive.is_empty()) {
        (Some(consent), ..) => Owed::Zero(format!("consent {} says that nothing is paid", consent.id)),
        // What is left out is unknown, not free.
        (None, Some(consent), _) => Owed::Unknown(format!(
            "consent {} does not say what is paid: record its `pay`, `basis = \"none\"` where it is nothing",
            consent.id
        )),
        (None, None, false) => Owed::Zero("no rule that was asked asks for a payment for this use".into()),
        (None, None, true) => {
            Owed::Unknown("no consent in force for this work is recorded, so what was agreed is not known".into())
        }
    };
    let named = free.or(silent);
    Line {
        work,
        milliseconds: time,
        duty: named.map(|consent| format!("CORE-PAY/{id}/{}", consent.id)),
        agreement: named.map(|consent| consent.id.clone()),
        document: named.and_then(|consent| consent.document.clone()),
        page: named.and_then(|consent| consent.page),
        ..Line::new(id, "seen or heard", because)
    }
}

/// Splits `total` by the points of an agreement, exactly; `None` where nobody has a point.
///
/// A party that is named twice has the sum of its points, so that naming it twice changes nothing.
pub fn pool(agreement: &Agreement, total: Money) -> Option<Vec<Line>> {
    let mut holders: BTreeMap<&str, (u64, BTreeSet<&str>)> = BTreeMap::new();
    for share in &agreement.points {
        let holder = holders.entry(&share.party).or_default();
        holder.0 += u64::from(share.points);
        holder.1.insert(&share.class);
    }
    let weights: Vec<u64> = holders.values().map(|(points, _)| *points).collect();
    let whole: u64 = weights.iter().sum();
    let shares = allocate(total.minor, &weights)?;
    let line = |((party, (points, classes)), minor): ((&str, (u64, BTreeSet<&str>)), i64)| {
        let classes: Vec<&str> = classes.into_iter().collect();
        let because = || {
            let why = if points == 0 { "has no points" } else { "its points come to less than the smallest unit" };
            format!("{why} in {}", agreement.id)
        };
        Line {
            work: Some(agreement.work.clone()),
            basis: format!("{points} of {whole} points"),
            agreement: Some(agreement.id.clone()),
            document: agreement.document.clone(),
            page: agreement.page,
            ..Line::new(party, &classes.join(", "), Owed::of(Money::new(minor, total.currency), because))
        }
    };
    Some(holders.into_iter().zip(shares).map(line).collect())
}

#[cfg(test)]
mod tests;
