//! A summary of training content in the shape of the template of article 53(1)(d) of the AI Act, made from the record and the rules' answer alone.
//!
//! The headings follow the template of 24 July 2025 as it is reported; check them against C(2025) 8311 before filing.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use rules::question::Use;

use super::ink::{self, fact};
use super::passport::{self, Passport};
use super::sheet::{Sheet, Tone, Verdict};

/// What the summary says of itself.
pub fn summary_verdict(paper: &Passport<'_>) -> Verdict {
    let because = "Whether the model owes one is unknown; the studio gives it of its own will.";
    let mut verdict = Verdict {
        state: Tone::Plain,
        answer: "Made from the record and the rules’ answer, not written by hand".to_owned(),
        because: vec![because.to_owned()],
    };
    if paper.sandbox {
        verdict.state = Tone::Open;
        verdict.because.push("Nothing is recorded of the titles: what is taught stays in the sandbox.".to_owned());
    }
    verdict
}

/// The summary as a page, from the same values as the passport.
pub fn training_summary(paper: &Passport<'_>) -> String {
    let Verdict { state, answer, .. } = summary_verdict(paper);
    let body = html! {
        (general(paper))
        (sources(paper))
        (processing(paper))
        (passport::compute(paper.model))
        (ink::signatures(&["Provider", "Business affairs"]))
    };
    Sheet {
        kind: "Training summary (voluntary)",
        title: &paper.model.id,
        reference: paper.decision.facts_hash.get(..16).unwrap_or(&paper.decision.facts_hash),
        about: &paper.model.id,
        on: paper.on,
        tone: state,
        answer: html! { (answer) },
        because: html! { p {
            "It has the shape of the template for general-purpose models under the European AI Act, article 53(1)(d). Whether the model owes one is "
            b { "unknown" } "; the studio gives it of its own will unless a qualified person decides otherwise."
            @if paper.sandbox { " " span.gap { "Nothing is recorded of the titles: what is taught stays in the sandbox." } }
        } },
        body,
    }
    .page()
}

fn general(paper: &Passport<'_>) -> Markup {
    let seconds = passport::seconds(paper.allowed);
    let titles: BTreeSet<&str> = paper.allowed.iter().map(|one| one.title.as_str()).collect();
    let picture = paper.allowed.iter().any(|one| one.picture);
    let sound = paper.allowed.iter().any(|one| one.sound);
    html! {
        h2 { "1  General information" }
        dl.facts {
            (fact("Model", html! { span.id { (ink::text(&paper.model.id)) } }))
            (fact("Aspect", ink::words(paper.model.aspect.iter(), "not said")))
            (fact("Modalities", html! { @match (picture, sound) { (true, true) => "moving pictures, sound", (true, false) => "moving pictures", (false, true) => "sound", (false, false) => "none" } }))
            (fact("Size", html! { (size(seconds)) }))
            (fact("Titles", html! { (titles.len()) }))
            (fact("Latest date of data", html! { span.gap { "unknown" } }))
            (fact("As answered on", html! { (paper.on) }))
            (fact("Made from", ink::words(paper.model.made_from.iter(), "no other model")))
            (fact("Put into use", html! { @match paper.model.first_used { Some(day) => (day), None => "not yet" } }))
        }
    }
}

/// A range, as the template asks for ranges.
fn size(seconds: f64) -> &'static str {
    match seconds / 3600.0 {
        hours if hours <= 0.0 => "none",
        hours if hours < 10_000.0 => "less than 10,000 hours",
        hours if hours < 1_000_000.0 => "10,000 to 1 million hours",
        _ => "more than 1 million hours",
    }
}

fn sources(paper: &Passport<'_>) -> Markup {
    let (made, filmed): (Vec<&Use>, Vec<&Use>) = paper.allowed.iter().partition(|one| one.made.is_some());
    let free = |one: &&Use| paper.record.work(&one.title).is_some_and(|work| !work.public_domain.is_empty());
    let (public, own): (Vec<&Use>, Vec<&Use>) = filmed.into_iter().partition(free);
    html! {
        h2 { "2  Where the data comes from" }
        h3 { "2.1  Publicly available datasets" }
        (table(paper, &public, "None."))
        @if !public.is_empty() { p.small.dim { "Works in the public domain in at least one country, from the studio’s own copies." } }
        h3 { "2.2  Private data: the studio’s library and what it holds under agreements" }
        (table(paper, &own, "None."))
        h3 { "2.3  Data crawled or scraped from the internet" }
        @match &paper.model.vendor {
            None => p { "None: the program that trains opens no network." },
            Some(vendor) => p { span.gap { "Unknown: " } "it is in the hands of " (ink::party(paper.record, &vendor.party)) "." },
        }
        h3 { "2.4  Data of users" }
        p { "None is recorded." }
        h3 { "2.5  Data made by models" }
        (table(paper, &made, "None."))
        h3 { "2.6  Other data" }
        p { "None is recorded." }
    }
}

fn table(paper: &Passport<'_>, uses: &[&Use], nothing: &str) -> Markup {
    let mut titles: BTreeMap<&str, (usize, f64)> = BTreeMap::new();
    for one in uses {
        let sum = titles.entry(&one.title).or_default();
        *sum = (sum.0 + 1, sum.1 + one.seconds);
    }
    html! {
        @if titles.is_empty() { p { (nothing) } }
        @else { table {
            thead { tr { th { "Title" } th.num { "Shots" } th.num { "Minutes" } } }
            tbody { @for (title, (shots, seconds)) in titles { tr {
                td { (ink::work(paper.record, title)) } td.num { (shots) } td.num { (format!("{:.2}", seconds / 60.0)) }
            } } }
        } }
    }
}

fn processing(paper: &Passport<'_>) -> Markup {
    let mut rules: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for reason in &paper.decision.reasons {
        rules.entry(&reason.rule).or_default().extend(&reason.uses);
    }
    html! {
        h2 { "3  How it was processed" }
        h3 { "3.1  Reservations of rights that were honored" }
        p { (ink::count(paper.barred.len(), "shot is", "shots are")) " kept out of training because a rule says no or cannot tell." }
        @if !rules.is_empty() { table {
            thead { tr { th { "Rule" } th.num { "Shots" } } }
            tbody { @for (rule, uses) in rules { tr { td { (ink::rule(rule)) } td.num { @if uses.is_empty() { "all" } @else { (uses.len()) } } } } }
        } }
        h3 { "3.2  Content that the law forbids" }
        p { "The data is finished films of the studio’s library. No further removal is recorded." }
        h3 { "3.3  Repetition" }
        p { @match (&paper.model.memorization, passport::report(paper.model)) {
            (Some(m), report) => { (m.extracted) " of " (m.prompts) " attempts to draw training content out succeeded; report " (ink::document(report)) "." }
            _ => { span.gap { "Not tested." } }
        } }
    }
}
