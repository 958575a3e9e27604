//! Schemes of pay side by side: the same release, the same pool, and who would get what.

use std::collections::BTreeMap;

use jiff::civil::Date;
use ledger::Money;
use maud::{Markup, html};
use rights::Record;

use super::ink;
use super::sheet::{Sheet, Tone};
use super::statement::{money_of, owed};
use crate::money::{Line, Owed};
use crate::scheme::Payout;

/// What the page tells.
pub struct Simulator<'a> {
    /// What is released, by name.
    pub name: &'a str,
    /// What there is to share.
    pub pool: Money,
    /// What `scheme::simulate` found.
    pub payouts: &'a [Payout],
    /// The record.
    pub record: &'a Record,
    /// The day.
    pub on: Date,
}

/// What a party gets under one scheme: an amount in the pool's currency, and whether there is more to say.
#[derive(Default)]
struct Cell {
    minor: i128,
    paid: bool,
    unknown: bool,
    other: Vec<Money>,
}

/// The schemes as a page.
pub fn simulator(paper: &Simulator<'_>) -> String {
    let table = side_by_side(paper);
    let body = html! {
        h2 { "Side by side" }
        (matrix(paper, &table))
        h2 { "What each scheme says" }
        @for payout in paper.payouts { (one(paper, payout)) }
        p.small.dim { "Measurement can divide money between works. It cannot say how much of a work is the actor’s, the writer’s or the director’s: that division is negotiated, and recorded as points." }
    };
    Sheet {
        kind: "Schemes of pay",
        title: paper.name,
        reference: "",
        about: paper.name,
        on: paper.on,
        tone: Tone::Plain,
        answer: html! { (money_of(&paper.pool)) " under " (ink::count(paper.payouts.len(), "scheme", "schemes")) },
        because: html! { p { "The same release and the same pool each time. Amounts are exact: what is paid and what is held add up to the pool. This is a simulation; nothing is posted." } },
        body,
    }
    .page()
}

fn side_by_side<'a>(paper: &'a Simulator<'_>) -> BTreeMap<&'a str, Vec<Cell>> {
    let mut table: BTreeMap<&str, Vec<Cell>> = BTreeMap::new();
    for (n, payout) in paper.payouts.iter().enumerate() {
        for line in &payout.lines {
            let cells = table.entry(&line.party).or_default();
            cells.resize_with(paper.payouts.len(), Cell::default);
            match line.owed {
                Owed::Amount(money) if money.currency == paper.pool.currency => {
                    cells[n].minor += i128::from(money.minor);
                    cells[n].paid = true;
                }
                Owed::Amount(money) => cells[n].other.push(money),
                Owed::Zero(_) => {}
                Owed::Unknown(_) => cells[n].unknown = true,
            }
        }
    }
    table
}

fn sum(minor: i128, pool: Money) -> String {
    ink::amount(&ledger::Sum { minor, currency: pool.currency }.decimal())
}

fn matrix(paper: &Simulator<'_>, table: &BTreeMap<&str, Vec<Cell>>) -> Markup {
    html! {
        table {
            caption { "In " (paper.pool.currency) ". The most that each would get is bold." }
            thead { tr { th { "Who" } @for payout in paper.payouts { th.num { (payout.scheme) } } } }
            tbody { @for (party, cells) in table {
                @let most = cells.iter().filter(|cell| cell.paid).map(|cell| cell.minor).max();
                tr { td { (ink::party(paper.record, party)) } @for cell in cells { td.num { (amount(cell, paper.pool, most)) } } }
            } }
            tfoot {
                tr.sum { td { "Paid" } @for payout in paper.payouts { td.num { (sum(payout.paid(paper.pool), paper.pool)) } } }
                tr { td { "Held" } @for payout in paper.payouts { td.num { @let kept = payout.kept(); @if kept == 0 { "–" } @else if kept < 0 { span.gap { (sum(kept, paper.pool)) } } @else { (sum(kept, paper.pool)) } } } }
                tr.sum { td { "Pool" } @for _ in paper.payouts { td.num { (ink::amount(&paper.pool.decimal())) } } }
            }
        }
    }
}

fn amount(cell: &Cell, pool: Money, most: Option<i128>) -> Markup {
    html! {
        @if cell.paid { @if Some(cell.minor) == most { b { (sum(cell.minor, pool)) } } @else { (sum(cell.minor, pool)) } }
        @for money in &cell.other { @if cell.paid { br; } (money_of(money)) }
        @if cell.unknown { span.gap { "unknown" } }
        @if !cell.paid && cell.other.is_empty() && !cell.unknown { span.dim { "0" } }
    }
}

fn one(paper: &Simulator<'_>, payout: &Payout) -> Markup {
    let (paid, none): (Vec<&Line>, Vec<&Line>) =
        payout.lines.iter().partition(|line| !matches!(line.owed, Owed::Zero(_)));
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in none {
        if let Owed::Zero(why) = &line.owed {
            reasons.entry(why).or_default().push(paper.record.name(&line.party));
        }
    }
    let name = payout.scheme.to_string();
    let head = name[..1].to_uppercase() + &name[1..];
    html! {
        h3 { (head) }
        p.small { (payout.scheme.splitting()) }
        @for note in &payout.notes { p.small.dim { (ink::prose(note)) } }
        @if !paid.is_empty() { table {
            thead { tr { th { "Who" } th { "Work" } th { "Basis" } th { "Document, page" } th.num { "Amount" } } }
            tbody { @for line in &paid { tr {
                td { (ink::text(paper.record.name(&line.party))) }
                td { @match &line.work { Some(work) => (ink::text(paper.record.work(work).map_or(work, |w| &w.title))), None => "several" } }
                td { (ink::prose(&line.basis)) @if let Owed::Unknown(why) = &line.owed { " " span.gap { (ink::prose(why)) } } }
                td { (ink::source_if(line.document.as_ref(), line.page)) }
                td.num { (owed(&line.owed)) }
            } } }
        } }
        @if !payout.held.is_empty() { p.small { b { "Held: " } @for (n, held) in payout.held.iter().enumerate() {
            @if n > 0 { "; " } (ink::amount(&held.amount.decimal())) " " (held.amount.currency) @if let Some(work) = &held.work { " of " (ink::work(paper.record, work)) } ", " (ink::prose(&held.because))
        } "." } }
        @for (why, names) in &reasons { p.small { b { "Nothing for " }
            @for (n, name) in names.iter().enumerate() { @if n > 0 { ", " } (ink::text(name)) } ": " (ink::prose(why)) "."
        } }
    }
}
