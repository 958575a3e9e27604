//! Schemes of pay, run side by side on the same release and the same pool, for people who negotiate.
//!
//! Every scheme accounts for every unit of the pool: what its lines pay and what it holds back add up to the pool exactly.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use ledger::{Money, Sum, allocate};
use rights::{Agreement, Consent, Record};
use rules::question::Use;
use serde::{Deserialize, Serialize};

use crate::appearance::milliseconds;
use crate::money::{self, Line, Owed};

/// A way to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// The pool by works' seconds, then by the points that were negotiated.
    Points,
    /// The pool by confirmed seconds of appearance.
    ProRata,
    /// Equivalent days at the daily rate, or the least a day may be paid; the pool is only compared.
    DayRates,
    /// The pool in equal parts, one to each person who is seen or heard.
    Flat,
    /// The pool by what each work gave to the model, above the noise; what is in the noise by seconds.
    Attribution,
}

impl Scheme {
    /// All of them, in the order of the page.
    pub const ALL: [Scheme; 5] = [Scheme::Points, Scheme::ProRata, Scheme::DayRates, Scheme::Flat, Scheme::Attribution];

    /// What happens to a holder who comes as two: what a negotiator should know of it.
    pub fn splitting(self) -> &'static str {
        match self {
            Scheme::Points => "Whoever divides their points between two names gains nothing beyond rounding.",
            Scheme::ProRata => "Whoever is seen under two names gains nothing: the seconds are the same.",
            Scheme::DayRates => "Days are counted for each contract: two contracts for the same days would pay twice.",
            Scheme::Flat => "Two names are paid twice: who counts as a person must be agreed.",
            Scheme::Attribution => "A work divided in two loses to the noise floor; persons gain nothing.",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scheme::Points => "contract points",
            Scheme::ProRata => "pro rata by seconds",
            Scheme::DayRates => "day rates",
            Scheme::Flat => "flat per person",
            Scheme::Attribution => "attribution share",
        })
    }
}

/// How much a work gave to what a model made, as it was measured: a part of 1, give or take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The work.
    pub work: String,
    /// Its part, 0 to 1.
    pub share: f64,
    /// Half the width of its confidence interval.
    pub half: f64,
}

/// What is simulated.
pub struct Deal<'a> {
    /// What there is to share.
    pub pool: Money,
    /// What is released.
    pub uses: &'a [Use],
    /// The record.
    pub record: &'a Record,
    /// Day on which consents are looked at.
    pub on: Date,
    /// What was measured of the works; nothing if it was not.
    pub measured: &'a [Measured],
    /// The noise floor: parts below it pay nothing by attribution.
    pub floor: f64,
}

/// What a scheme pays.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Payout {
    /// Which.
    pub scheme: Scheme,
    /// Lines, those that pay nothing and say why among them.
    pub lines: Vec<Line>,
    /// What of the pool is paid to nobody, and why; negative where more is owed than there is.
    pub held: Vec<Held>,
    /// What a reader should know.
    pub notes: Vec<String>,
}

/// A part of the pool that nobody gets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Held {
    /// Of which work, if of one.
    pub work: Option<String>,
    /// How much.
    pub amount: Sum,
    /// Why.
    pub because: String,
}

impl Payout {
    fn new(scheme: Scheme) -> Payout {
        Payout { scheme, lines: Vec::new(), held: Vec::new(), notes: Vec::new() }
    }

    fn hold(&mut self, work: Option<&str>, amount: Sum, because: impl Into<String>) {
        if amount.minor != 0 {
            self.held.push(Held { work: work.map(str::to_owned), amount, because: because.into() });
        }
    }

    /// What is paid in the currency of `pool`, in its smallest units.
    pub fn paid(&self, pool: Money) -> i128 {
        self.lines.iter().map(|line| i128::from(line.minor(pool.currency))).sum()
    }

    /// What is held of it, in its smallest units.
    pub fn kept(&self) -> i128 {
        self.held.iter().map(|held| held.amount.minor).sum()
    }
}

fn sum(money: Money) -> Sum {
    Sum { minor: i128::from(money.minor), currency: money.currency }
}

/// Pays the same release under every scheme.
pub fn simulate(deal: &Deal<'_>) -> Vec<Payout> {
    let people = People::of(deal);
    Scheme::ALL
        .into_iter()
        .map(|scheme| {
            let mut payout = Payout::new(scheme);
            match scheme {
                Scheme::Points => points(deal, &people, &mut payout),
                Scheme::ProRata => seconds(deal.pool, None, &people, &mut payout),
                Scheme::DayRates => days(deal, &people, &mut payout),
                Scheme::Flat => flat(deal.pool, &people, &mut payout),
                Scheme::Attribution => attribution(deal, &people, &mut payout),
            }
            zeros(deal, &people, &mut payout);
            payout
        })
        .collect()
}

/// Works, and who is in them.
struct People<'a> {
    /// Seconds of each work, in thousandths.
    works: BTreeMap<&'a str, u64>,
    /// By person and work: confirmed time, and time that nobody confirmed.
    times: BTreeMap<(&'a str, &'a str), (u64, u64)>,
}

impl<'a> People<'a> {
    fn of(deal: &Deal<'a>) -> People<'a> {
        let mut works: BTreeMap<&str, u64> = BTreeMap::new();
        for one in deal.uses {
            let time = works.entry(money::work(deal.record, &one.title)).or_default();
            *time = time.saturating_add(milliseconds(one.seconds));
        }
        People { works, times: money::airtime(deal.record, deal.uses) }
    }

    /// Confirmed time of each person, in one work or in all.
    fn confirmed(&self, work: Option<&str>) -> BTreeMap<(&'a str, &'a str), u64> {
        let here = self.times.iter().filter(|((_, of), (sure, _))| *sure > 0 && work.is_none_or(|work| work == *of));
        here.map(|(key, (sure, _))| (*key, *sure)).collect()
    }
}

/// The one agreement on a work's pool.
fn agreement<'a>(record: &'a Record, work: &str) -> Result<&'a Agreement, String> {
    let mut all = record.agreements.values().filter(|a| a.work == work && a.about == "ai_pool");
    match (all.next(), all.next()) {
        (None, _) => Err("no agreement on points is recorded".to_owned()),
        (Some(one), None) => Ok(one),
        (Some(one), Some(two)) => {
            Err(format!("both {} and {} speak of the pool: which governs is not recorded", one.id, two.id))
        }
    }
}

fn points(deal: &Deal<'_>, people: &People<'_>, payout: &mut Payout) {
    let weights: Vec<u64> = people.works.values().copied().collect();
    let Some(shares) = allocate(deal.pool.minor, &weights) else {
        return payout.hold(None, sum(deal.pool), "no work is used for any time");
    };
    for (work, minor) in people.works.keys().zip(shares) {
        by_points(deal, work, Money::new(minor, deal.pool.currency), payout);
    }
}

/// Pays a work's part of the pool by its points, or holds it.
fn by_points(deal: &Deal<'_>, work: &str, part: Money, payout: &mut Payout) {
    match agreement(deal.record, work) {
        Ok(agreement) => match money::pool(agreement, part) {
            Some(lines) => payout.lines.extend(lines),
            None => payout.hold(Some(work), sum(part), format!("nobody has a point in {}", agreement.id)),
        },
        Err(why) => payout.hold(Some(work), sum(part), why),
    }
}

/// Pays `part` by confirmed seconds, in one work or in all.
fn seconds(part: Money, work: Option<&str>, people: &People<'_>, payout: &mut Payout) {
    let times = people.confirmed(work);
    let weights: Vec<u64> = times.values().copied().collect();
    // Each is bounded, so the sum of as many as a film can have stays far from the end of the type.
    let whole = weights.iter().copied().fold(0, u64::saturating_add);
    let Some(shares) = allocate(part.minor, &weights) else {
        return payout.hold(work, sum(part), "nobody is confirmed to be seen or heard");
    };
    for (((person, work), time), minor) in times.into_iter().zip(shares) {
        let because = || "the seconds come to less than the smallest unit".to_owned();
        payout.lines.push(Line {
            work: Some(work.to_owned()),
            milliseconds: time,
            basis: format!("{} of {} confirmed seconds", written(time), written(whole)),
            ..Line::new(person, "seen or heard", Owed::of(Money::new(minor, part.currency), because))
        });
    }
}

fn written(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

fn days(deal: &Deal<'_>, people: &People<'_>, payout: &mut Payout) {
    let mut persons: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for ((person, work), (sure, unsure)) in &people.times {
        persons.entry(person).or_default().push((work, sure.saturating_add(*unsure)));
    }
    for (person, works) in persons {
        let standing = deal.record.standing(person, deal.on);
        let by_days = |consent: &&Consent| {
            consent.pay.as_ref().is_some_and(|pay| matches!(pay.basis.as_str(), "equivalent_days" | "day_rate"))
        };
        let alive = standing.iter().filter(|s| s.ended.is_none()).map(|s| &s.consent);
        for consent in alive.filter(by_days) {
            // The days of a consent are paid once, in however many of its works they are seen.
            let about: Vec<&(&str, u64)> =
                works.iter().filter(|(work, _)| consent.projects.iter().any(|project| project == work)).collect();
            if about.is_empty() {
                continue;
            }
            let (owed, basis) = day_pay(consent);
            payout.lines.push(Line {
                work: if let [(work, _)] = about.as_slice() { Some((*work).to_owned()) } else { None },
                milliseconds: about.iter().map(|(_, time)| *time).fold(0, u64::saturating_add),
                basis,
                agreement: Some(consent.id.clone()),
                document: consent.document.clone(),
                page: consent.page,
                ..Line::new(person, "equivalent days", owed)
            });
        }
    }
    let over = i128::from(deal.pool.minor) - payout.paid(deal.pool);
    let left = Sum { minor: over, currency: deal.pool.currency };
    let because =
        if over < 0 { "day rates come to more than the pool" } else { "day rates come to less than the pool" };
    payout.hold(None, left, because);
    if payout.lines.iter().any(|line| matches!(line.owed, Owed::Amount(m) if m.currency != deal.pool.currency)) {
        payout.notes.push("Some day rates are in another currency; they are not set against the pool.".into());
    }
}

/// Days at the daily rate or at the least that a day may be paid, as the rules count them.
fn day_pay(consent: &Consent) -> (Owed, String) {
    let pay = consent.pay.as_ref().expect("asked for above");
    let Some((amount, basis)) = rules::pay::day_rate(pay) else {
        return (Owed::Unknown(format!("`{}` is not an amount", pay.amount)), String::new());
    };
    match money::read(&amount.to_string(), &pay.currency) {
        Ok(money) => (Owed::of(money, || "the rate or the days are none".to_owned()), basis),
        Err(why) => (Owed::Unknown(why), basis),
    }
}

fn flat(pool: Money, people: &People<'_>, payout: &mut Payout) {
    let mut persons: BTreeMap<&str, (u64, BTreeSet<&str>)> = BTreeMap::new();
    for ((person, work), time) in people.confirmed(None) {
        let entry = persons.entry(person).or_default();
        entry.0 = entry.0.saturating_add(time);
        entry.1.insert(work);
    }
    let Some(shares) = allocate(pool.minor, &vec![1; persons.len()]) else {
        return payout.hold(None, sum(pool), "nobody is confirmed to be seen or heard");
    };
    let count = persons.len();
    for ((person, (time, works)), minor) in persons.into_iter().zip(shares) {
        let because = || "there are more persons than smallest units".to_owned();
        payout.lines.push(Line {
            work: if works.len() == 1 { works.first().map(|work| (*work).to_owned()) } else { None },
            milliseconds: time,
            basis: format!("one of {count} persons"),
            ..Line::new(person, "seen or heard", Owed::of(Money::new(minor, pool.currency), because))
        });
    }
}

/// Parts of a whole, as whole numbers that add up.
const WHOLE: u64 = 1_000_000_000;

/// The part of the pool that each work earns by attribution, in billionths, and what is left for the seconds.
///
/// A work whose share does not reach the floor, or whose interval reaches 0, earns nothing; above it, it earns what lies over
/// the floor, so that nobody gains much by passing it narrowly. Where shares add up to more than 1 they are measured against
/// their sum.
fn earned(measured: &[Measured], floor: f64) -> (Vec<(&Measured, u64)>, u64) {
    let known = |m: &&Measured| m.share.is_finite() && m.half.is_finite() && m.share > 0.0;
    let sum: f64 = measured.iter().filter(known).map(|m| m.share).sum();
    let floor = if floor.is_finite() { floor.max(0.0) } else { f64::INFINITY };
    let mut left = WHOLE;
    let mut parts = Vec::new();
    for m in measured {
        let counts = known(&m) && m.share >= floor && m.share - m.half.abs() > 0.0;
        let part = if counts { (m.share - floor).max(0.0) / sum.max(1.0) } else { 0.0 };
        let part = ((part * WHOLE as f64).round() as u64).min(left);
        left -= part;
        parts.push((m, part));
    }
    (parts, left)
}

fn attribution(deal: &Deal<'_>, people: &People<'_>, payout: &mut Payout) {
    let (parts, left) = earned(deal.measured, deal.floor);
    let weights: Vec<u64> = parts.iter().map(|(_, part)| *part).chain([left]).collect();
    let shares = allocate(deal.pool.minor, &weights).expect("the parts and what is left are a whole");
    let currency = deal.pool.currency;
    for ((m, part), minor) in parts.iter().zip(&shares) {
        let words = format!("{:.1} % ± {:.1} %", 100.0 * m.share, 100.0 * m.half.abs());
        if *part == 0 {
            payout.notes.push(format!(
                "{}: {words} is within the noise floor of {:.1} %; its part goes by seconds.",
                m.work,
                100.0 * deal.floor
            ));
            continue;
        }
        let work = money::work(deal.record, &m.work);
        let before = payout.lines.len();
        match agreement(deal.record, work) {
            Ok(_) => by_points(deal, work, Money::new(*minor, currency), payout),
            Err(_) => seconds(Money::new(*minor, currency), Some(work), people, payout),
        }
        for line in &mut payout.lines[before..] {
            line.basis = format!("measured {words}, above the floor; {}", line.basis);
        }
    }
    if deal.measured.is_empty() {
        payout.notes.push("Nothing was measured: the whole pool goes by seconds.".into());
    } else if left == WHOLE {
        payout.notes.push("No work stands out of the noise: the whole pool goes by seconds. A contract table is the better basis here.".into());
    }
    payout
        .notes
        .push("A statistical estimate of what the model’s result would lose without a work; not authorship.".into());
    let rest = Money::new(*shares.last().expect("what is left is one of them"), currency);
    if rest.minor != 0 {
        let before = payout.lines.len();
        seconds(rest, None, people, payout);
        for line in &mut payout.lines[before..] {
            line.basis = format!("not attributed; {}", line.basis);
        }
    }
}

/// Adds a line for everyone who has a part in the release and none in the payout, saying why.
fn zeros(deal: &Deal<'_>, people: &People<'_>, payout: &mut Payout) {
    let mut everyone: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for ((person, _), (sure, unsure)) in &people.times {
        let time = everyone.entry(person).or_default();
        *time = (time.0.saturating_add(*sure), time.1.saturating_add(*unsure));
    }
    for work in people.works.keys() {
        for share in agreement(deal.record, work).into_iter().flat_map(|agreement| &agreement.points) {
            everyone.entry(&share.party).or_default();
        }
    }
    let told: BTreeSet<String> = payout.lines.iter().map(|line| line.party.clone()).collect();
    for (party, (sure, unsure)) in everyone.into_iter().filter(|(party, _)| !told.contains(*party)) {
        let because = match payout.scheme {
            Scheme::Points => "has no points in any agreement on a pool",
            Scheme::DayRates => "no consent in force for this work agrees on days",
            _ if sure == 0 && unsure > 0 => "seen or heard, but nobody confirmed it",
            _ => "neither seen nor heard in what is released; this scheme pays for that alone",
        };
        let time = sure.saturating_add(unsure);
        payout.lines.push(Line { milliseconds: time, ..Line::new(party, "takes part", Owed::Zero(because.into())) });
    }
}

#[cfg(test)]
mod tests;
