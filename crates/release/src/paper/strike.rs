//! The banner of a strike: which consents rest while it lasts.

use std::collections::BTreeSet;

use jiff::civil::Date;
use maud::html;
use rights::{Consent, Record, Strike};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};
use super::union::guild;

/// What the banner tells.
pub struct StrikeBanner<'a> {
    /// The strike.
    pub strike: &'a Strike,
    /// Consents that a rule blocks while it lasts, each with that rule, as the rules answered.
    pub resting: &'a [(&'a Consent, String)],
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
            true => {
                let state = if self.resting.is_empty() { Tone::Open } else { Tone::Bad };
                (state, format!("On strike since {}", self.strike.from), self.blocked("."))
            }
            false if self.strike.from > self.on => {
                (Tone::Open, format!("A strike from {}", self.strike.from), self.blocked(" from that day."))
            }
            false => {
                let because = "No consent rests for this strike on this day.".to_owned();
                (Tone::Plain, format!("Not on strike on {}", self.on), because)
            }
        };
        Verdict { state, answer, because: vec![because] }
    }

    fn rules(&self) -> BTreeSet<&str> {
        self.resting.iter().map(|(_, rule)| rule.as_str()).collect()
    }

    fn blocked(&self, when: &str) -> String {
        let rules: Vec<&str> = self.rules().into_iter().collect();
        match rules.as_slice() {
            [] => "No rule that governs the works on record speaks of it: look into the union’s agreement.".to_owned(),
            rules => {
                let count = ink::count(self.resting.len(), "consent", "consents");
                format!("{count} to a replica blocked by rule {}{when}", rules.join(", "))
            }
        }
    }
}

/// The banner as a page: to be hung on a wall, and laid before whoever asks for a replica.
pub fn strike_banner(paper: &StrikeBanner<'_>) -> String {
    let (strike, record) = (paper.strike, paper.record);
    let name = guild(record, strike.guild);
    let active = paper.active();
    let Verdict { state, answer, because } = paper.verdict();
    let body = html! {
        @if active && !paper.resting.is_empty() { div.banner role="alert" { "While this strike lasts, no replica is used where a person of " (ink::text(&name)) " could refuse to work." } }
        dl.facts {
            (fact("Union", html! { (ink::text(&name)) }))
            (fact("Record", html! { span.id { (ink::text(&strike.id)) } }))
            (fact("From", html! { (strike.from) }))
            (fact("Until", html! { @match strike.until { Some(day) => (day), None => "its end is not known" } }))
        }
        h2 { @if active { "Consents that rest" } @else { "Consents that it is about" } }
        @if paper.resting.is_empty() { p { "No consent on record is blocked by a rule for this strike." } }
        @else { table {
            thead { tr { th { "Person" } th { "Consent" } th { "Works" } th { "Document, page" } } }
            tbody { @for (c, rule) in paper.resting { tr {
                td { (ink::party(record, &c.person)) }
                td { span.id { (ink::text(&c.id)) } " " (c.replica.as_str()) br; (ink::rule(rule)) }
                td { @for (n, id) in c.projects.iter().enumerate() { @if n > 0 { ", " } (ink::work(record, id)) } }
                td { (ink::source(c.document.as_ref(), c.page)) }
            } } }
        } }
        @if active { p { "What was filmed before is not touched. Ask again when the end of the strike is recorded." } }
        @if paper.rules().contains("SAG-39G") { p.dim { "Rule " (ink::rule("SAG-39G")) ", from SAG-AFTRA TV/Theatrical 2026, section 39.G (from the union’s summary): works photographed from 2026-07-01." } }
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
