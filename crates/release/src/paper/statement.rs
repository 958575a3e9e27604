//! The statement of one person: what was used, how long, on which basis, how much, and how to check it alone.

use jiff::civil::Date;
use ledger::{Money, Period};
use maud::{Markup, html};
use rights::Record;

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone};
use crate::money::{Line, Owed, totals};

/// What a statement tells.
pub struct Statement<'a> {
    /// Whose: lines of others are left out.
    pub party: &'a str,
    /// Which period.
    pub period: Period,
    /// Lines, each with the ledger's entry if it is posted.
    pub lines: &'a [Posted],
    /// The file that proves the statement alone, beside it.
    pub proof: Option<&'a str>,
    /// The ledger's root that the proof leads to.
    pub root: Option<&'a str>,
    /// The record.
    pub record: &'a Record,
    /// Day the statement was made.
    pub on: Date,
}

/// A line and where the ledger keeps it.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// What is owed.
    pub line: Line,
    /// The ledger's entry.
    pub entry: Option<String>,
    /// The day it was posted.
    pub on: Option<Date>,
    /// What it was used in: a release, by name.
    pub release: String,
}

/// The statement as a page.
pub fn statement(paper: &Statement<'_>) -> String {
    let mine: Vec<&Posted> = paper.lines.iter().filter(|posted| posted.line.party == paper.party).collect();
    let lines: Vec<Line> = mine.iter().map(|posted| posted.line.clone()).collect();
    let sums = totals(&lines);
    let open: Vec<&Posted> = mine.iter().copied().filter(|p| matches!(p.line.owed, Owed::Unknown(_))).collect();
    let zeros: Vec<&Posted> = mine.iter().copied().filter(|p| matches!(p.line.owed, Owed::Zero(_))).collect();
    let answer = html! {
        @for (n, sum) in sums.iter().enumerate() { @if n > 0 { " and " } (ink::amount(&sum.decimal())) " " (sum.currency) }
        @if sums.is_empty() { "Nothing in this period" @if !open.is_empty() { ", and something not known" } }
    };
    let because = html! { p {
        "For " (paper.period) ", in " (ink::count(mine.len(), "line", "lines")) "."
        @if !open.is_empty() { " " span.gap { (ink::count(open.len(), "amount is", "amounts are")) " not known; see below." } }
    } };
    let body = html! {
        dl.facts {
            (fact("For", ink::party(paper.record, paper.party)))
            (fact("Period", html! { (paper.period) }))
            @for name in ["isni", "ipi"] { @if let Some(id) = paper.record.parties.get(paper.party).and_then(|p| p.ids.get(name)) { (fact(if name == "isni" { "ISNI" } else { "IPI" }, html! { span.id { (ink::text(id)) } })) } }
        }
        h2 { "Line by line" }
        @if mine.is_empty() { p { "No line is recorded for this period." } }
        @else { table {
            thead { tr { th { "Used in" } th { "What" } th.num { "Seconds" } th { "Basis" } th { "Document, page" } th.num { "Amount" } } }
            tbody { @for posted in &mine { (row(paper.record, posted)) } }
            tfoot { @for sum in &sums { tr.sum { td colspan="5" { "Total" } td.num { (ink::amount(&sum.decimal())) " " (sum.currency) } } } }
        } }
        (why("Why nothing is paid", paper.record, &zeros))
        (why("What is not known", paper.record, &open))
        (entries(&mine))
        (check(paper))
    };
    Sheet {
        kind: "Statement",
        title: paper.record.name(paper.party),
        reference: &paper.period.to_string(),
        about: &format!("{} {}", paper.party, paper.period),
        on: paper.on,
        tone: if open.is_empty() { Tone::Plain } else { Tone::Open },
        answer,
        because,
        body,
    }
    .page()
}

fn row(record: &Record, posted: &Posted) -> Markup {
    let line = &posted.line;
    html! {
        tr {
            td { (ink::text(&posted.release)) @if let Some(work) = &line.work { br; span.dim.small { (ink::work(record, work)) } } }
            td { (ink::prose(&line.what)) @if let Some(rule) = &line.rule { br; (ink::rule(rule)) } }
            td.num { @if line.milliseconds > 0 { (format!("{:.2}", line.milliseconds as f64 / 1000.0)) } @else { "–" } }
            td { @if line.basis.is_empty() { span.dim { "–" } } @else { (ink::prose(&line.basis)) } @if let Some(id) = &line.agreement { br; span.id { (ink::text(id)) } } }
            td { (ink::source_if(line.document.as_ref(), line.page)) }
            td.num { (owed(&line.owed)) @if line.answered_by.is_some() { br; span.dim.small { "paid" } } }
        }
    }
}

/// An amount, a zero, or that nobody knows.
pub(super) fn owed(owed: &Owed) -> Markup {
    html! { @match owed {
        Owed::Amount(money) => { (money_of(money)) }
        Owed::Zero(_) => { "0" }
        Owed::Unknown(_) => { span.gap { "unknown" } }
    } }
}

/// An amount with its currency.
pub(super) fn money_of(money: &Money) -> Markup {
    html! { (ink::amount(&money.decimal())) " " (money.currency) }
}

fn why(head: &str, record: &Record, lines: &[&Posted]) -> Markup {
    html! { @if !lines.is_empty() {
        h2 { (head) }
        ul { @for posted in lines { li {
            (ink::text(&posted.release)) @if let Some(work) = &posted.line.work { ", " (ink::work(record, work)) } ": "
            @match &posted.line.owed { Owed::Zero(because) | Owed::Unknown(because) => { (ink::prose(because)) }, Owed::Amount(_) => {} } "."
        } } }
    } }
}

fn entries(mine: &[&Posted]) -> Markup {
    html! {
        h2 { "In the ledger" }
        @if mine.iter().all(|posted| posted.entry.is_none()) { p { span.gap { "No line is posted yet." } " An amount that is not posted may still change." } }
        @else { table {
            thead { tr { th { "Posted" } th { "Entry" } th.num { "Amount" } } }
            tbody { @for posted in mine { tr {
                td.code { @match posted.on { Some(day) => (day), None => span.dim { "not yet" } } }
                td { @match &posted.entry { Some(entry) => { span.hash { (ink::brief(entry, 80)) } }, None => span.dim { "not posted" } } }
                td.num { (owed(&posted.line.owed)) }
            } } }
        } }
    }
}

fn check(paper: &Statement<'_>) -> Markup {
    html! {
        h2 { "How to check it" }
        @match paper.proof {
            Some(file) => {
                p { "The file " b { (ink::text(file)) } " comes with this statement. It proves that each entry above stands in the ledger, and shows nobody else’s lines. On any machine, without the studio’s library:" }
                p { span.rule { "bottega verify " (ink::text(file)) } }
                @if let Some(root) = paper.root { p.small { "It must lead to the ledger’s root " span.hash { (ink::brief(root, 80)) } "." } }
            }
            None => p { span.gap { "No proof file was made." } " Ask the studio for one." },
        }
        p { "What looks wrong is put right by a new entry that reverses the old one; nothing is changed behind your back." }
    }
}
