//! The banner of a strike: which consents rest while it lasts.

use std::collections::BTreeSet;

use jiff::civil::Date;
use maud::html;
use rights::{Consent, Record, Replica, Strike};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};
use super::union::guild;

/// What the banner tells.
pub struct StrikeBanner<'a> {
    /// The strike.
    pub strike: &'a Strike,
    /// The record.
    pub record: &'a Record,
    /// The day.
    pub on: Date,
}

impl StrikeBanner<'_> {
    fn active(&self) -> bool {
        self.strike.from <= self.on && self.strike.until.is_none_or(|until| until >= self.on)
    }

    /// Whether it lasts.
    pub fn verdict(&self) -> Verdict {
        let (state, answer, because) = match self.active() {
            true => (
                Tone::Bad,
                format!("On strike since {}", self.strike.from),
                "Replicas under this union are blocked by rule SAG-39G.",
            ),
            false if self.strike.from > self.on => (
                Tone::Open,
                format!("A strike from {}", self.strike.from),
                "Replicas under this union are blocked by rule SAG-39G from that day.",
            ),
            false => {
                (Tone::Plain, format!("Not on strike on {}", self.on), "No consent rests for this strike on this day.")
            }
        };
        Verdict { state, answer, because: vec![because.to_owned()] }
    }
}

/// The banner as a page: to be hung on a wall, and laid before whoever asks for a replica.
pub fn strike_banner(paper: &StrikeBanner<'_>) -> String {
    let (strike, record) = (paper.strike, paper.record);
    let name = guild(record, strike.guild);
    let active = paper.active();
    let Verdict { state, answer, because } = paper.verdict();
    let works: BTreeSet<&str> = record
        .works
        .values()
        .filter(|work| work.guilds.as_ref().is_some_and(|guilds| guilds.contains(&strike.guild)))
        .map(|work| work.id.as_str())
        .collect();
    let covered = |consent: &&Consent| {
        consent.replica != Replica::None
            && (consent.projects.iter().any(|work| works.contains(work.as_str()))
                || record.engagements.values().any(|e| e.party == consent.person && e.guild == Some(strike.guild)))
    };
    let resting: Vec<&Consent> = record.consents.values().filter(covered).collect();
    let body = html! {
        @if active { div.banner role="alert" { "While this strike lasts, no replica is used where a person of " (ink::text(&name)) " could refuse to work." } }
        dl.facts {
            (fact("Union", html! { (ink::text(&name)) }))
            (fact("Record", html! { span.id { (ink::text(&strike.id)) } }))
            (fact("From", html! { (strike.from) }))
            (fact("Until", html! { @match strike.until { Some(day) => (day), None => "its end is not known" } }))
        }
        h2 { @if active { "Consents that rest" } @else { "Consents that it is about" } }
        @if resting.is_empty() { p { "No consent to a replica under this union is recorded." } }
        @else { table {
            thead { tr { th { "Person" } th { "Consent" } th { "Works" } th { "Document, page" } } }
            tbody { @for c in resting { tr {
                td { (ink::party(record, &c.person)) }
                td { span.id { (ink::text(&c.id)) } " " (c.replica.as_str()) }
                td { @for (n, id) in c.projects.iter().enumerate() { @if n > 0 { ", " } (ink::work(record, id)) } }
                td { (ink::source(c.document.as_ref(), c.page)) }
            } } }
        } }
        @if active { p { "What was filmed before is not touched. Ask again when the end of the strike is recorded." } }
        p.dim { "Rule " (ink::rule("SAG-39G")) ", from SAG-AFTRA TV/Theatrical 2026, section 39.G (from the union’s summary)." }
    };
    Sheet {
        kind: "Strike",
        title: &name,
        reference: &strike.id,
        about: &strike.id,
        on: paper.on,
        tone: state,
        answer: html! { (answer) },
        because: html! { @for line in because { p { (line) } } },
        body,
    }
    .page()
}
