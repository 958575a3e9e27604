//! The report: one page that says whether the library is enough, to the person who pays first and to the engineer last.

use std::collections::BTreeMap;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::library::Library;
use crate::reference::{GENERATION, figures, ratio_words, thousands};
use crate::request::Asked;
use crate::verdict::{Audit, Level, Part, Verdict};
use crate::whatif::WhatIf;

mod grid;
mod method;
mod plot;
mod table;

/// What the report tells.
pub struct ReportSpec<'a> {
    /// Heading: what the library is called.
    pub name: &'a str,
    /// The verdicts.
    pub audit: &'a Audit,
    /// The library they are about.
    pub library: &'a Library,
    /// What the titles are called; a title without a name is told by its number.
    pub titles: &'a BTreeMap<u32, String>,
    /// The verdicts with planned film, if anything is planned.
    pub what_if: Option<&'a WhatIf>,
    /// What was asked for, and how far it lies.
    pub requests: &'a [Asked],
    /// Further remarks, one line each.
    pub notes: &'a [String],
}

/// The page, whole: no scripts, nothing from elsewhere, all text escaped; light and dark, and fit to be printed.
pub fn report(spec: &ReportSpec<'_>) -> String {
    let audit = spec.audit;
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Is it enough? " (spec.name) }
                style { (PreEscaped(include_str!("report/page.css"))) }
            }
            body {
                header {
                    p.over { "Library audit" }
                    h1 { (spec.name) }
                    p.answer { (answer(audit)) }
                    (facts(audit))
                }
                main {
                    (table::reference(audit))
                    h2 { "Task by task" }
                    (tasks(audit))
                    div.cards { @for (n, v) in audit.verdicts.iter().enumerate() { (card(n, v)) } }
                    (grid::variety(spec.library))
                    (grid::titles(spec.library, spec.titles))
                    @if !spec.requests.is_empty() { (asked(spec.requests)) }
                    @if let Some(what_if) = spec.what_if { (planned(what_if)) }
                    @if !spec.notes.is_empty() { h2 { "Good to know" } ul { @for note in spec.notes { li { (note) } } } }
                    (method::engineers(spec))
                }
            }
        }
    };
    markup.into_string()
}

/// The one sentence; general generation, which no library of ours could do, is told apart.
pub fn answer(audit: &Audit) -> String {
    let own: Vec<&Verdict> = audit.verdicts.iter().filter(|v| v.aspect != "generator" || v.curve.is_some()).collect();
    let count = |level: Level| own.iter().filter(|v| v.verdict == level).count();
    let shipped = own.iter().filter(|v| v.as_shipped).count();
    let (green, amber, red, unknown) =
        (count(Level::Green), count(Level::Amber) - shipped, count(Level::Red), count(Level::Unknown));
    let far = ratio_words(audit.library.unique_hours / GENERATION.film_hours).replace("of it", "of what it takes");
    let end = format!("It is {far} for a model that makes film from words alone.");
    if own.is_empty() {
        return format!("Nothing was trained yet, so nothing is known of single tasks. {end}");
    }
    let of = own.len();
    if unknown == of {
        let tasks =
            if of == 1 { "the task asked about".to_owned() } else { format!("any of the {of} tasks asked about") };
        return format!("Whether the library is enough for {tasks} is unknown. {end}");
    }
    let mut parts = Vec::new();
    if green == of {
        parts.push(format!(
            "enough for {}",
            if of == 1 { "the task measured".into() } else { format!("all {of} tasks measured") }
        ));
    } else {
        if green > 0 {
            parts.push(format!("enough for {green} of {of} tasks"));
        }
        if amber > 0 {
            parts.push(format!("perhaps enough for {amber}"));
        }
        if red > 0 {
            parts.push(format!("not enough for {red}"));
        }
        if unknown > 0 {
            parts.push(format!("unknown for {unknown}"));
        }
    }
    let mut said = if parts.is_empty() { String::new() } else { format!("The library is {}. ", parts.join(", ")) };
    if shipped > 0 {
        said.push_str(&format!(
            "For {shipped} of {of} tasks the shipped weights suffice as they are, and it is not sure that the library adds to them. "
        ));
    }
    format!("{said}The library is {far} for a model that makes film from words alone.")
}

fn facts(audit: &Audit) -> Markup {
    let l = &audit.library;
    let about = if l.effective_shots_exact { "" } else { "about " };
    html! {
        dl.facts {
            div { dt { "Film" } dd { (length(l.film_hours)) } p { (l.titles) @if l.titles == 1 { " title" } @else { " titles" } } }
            div { dt { "Without copies" } dd { (length(l.unique_hours)) } p { (thousands(l.unique_shots as f64)) " of " (thousands(l.shots as f64)) " shots" } }
            div { dt { "Worth" } dd { (about) (figures(l.effective_shots)) " shots" } p { "that share nothing" } }
            div { dt { "Kinds of shot" } dd { (l.cells_held) " of " (l.cells_plausible) } p { "plausible ones are there" } }
        }
    }
}

/// Hours as a person says them.
fn length(hours: f64) -> String {
    let minutes = hours * 60.0;
    match minutes {
        m if m < 1.0 => format!("{:.0} s", m * 60.0),
        m if m < 100.0 => format!("{m:.0} min"),
        m if m < 6000.0 => format!("{:.0} h {:02.0} min", (m / 60.0).floor(), (m % 60.0).floor()),
        _ => format!("{} h", thousands(hours)),
    }
}

fn badge(level: Level) -> Markup {
    worded(level, level.words())
}

fn worded(level: Level, words: &str) -> Markup {
    html! { span class=(format!("badge {}", level.name())) { i aria-hidden="true" { (sign(level)) } (words) } }
}

/// A shape for each color, for those who do not see it.
fn sign(level: Level) -> &'static str {
    match level {
        Level::Green => "●",
        Level::Amber => "◐",
        Level::Red => "○",
        Level::Unknown => "?",
    }
}

fn tasks(audit: &Audit) -> Markup {
    html! {
        nav.tasks aria-label="Tasks" {
            @for (n, v) in audit.verdicts.iter().enumerate() {
                a href=(format!("#task-{n}")) class=(v.verdict.name()) { span.name { (v.task) } (worded(v.verdict, v.words())) }
            }
        }
    }
}

fn card(n: usize, v: &Verdict) -> Markup {
    html! {
        article.card.whole[v.curve.is_none()] id=(format!("task-{n}")) {
            div.head { h3 { span.dim { (v.aspect) " · " } (v.task) } (worded(v.verdict, v.words())) }
            p { (v.because) }
            @if let Some(drawing) = &v.curve { (plot::curve(n, drawing, v)) }
            dl.parts { (part("Density", &v.density)) (part("Variety", &v.variety)) }
            @if let Some(need) = v.needs.first() { p.add { b { "What to add. " } (capital(&need.words())) "." } }
            @for note in &v.notes { p.note { (note) } }
        }
    }
}

fn part(name: &str, part: &Part) -> Markup {
    html! { div { dt { (name) " " (badge(part.verdict)) } dd { (part.because) } } }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |c| c.to_uppercase().chain(letters).collect())
}

/// A chance in words; what is all but sure is not called sure.
fn chance(probability: Option<f64>) -> String {
    match probability {
        None => "unknown".to_owned(),
        Some(p) if p > 0.99 => "over 99 %".to_owned(),
        Some(p) if p < 0.01 => "under 1 %".to_owned(),
        Some(p) => format!("{:.0} %", 100.0 * p),
    }
}

fn asked(requests: &[Asked]) -> Markup {
    let words = |level: Level| match level {
        Level::Green => "Yes",
        Level::Amber => "Partly",
        Level::Red => "No",
        Level::Unknown => "Unknown",
    };
    html! {
        section {
            h2 { "What was asked for" }
            div.wide { table {
                thead { tr { th { "Request" } th { "Like the library?" } th { "Why" } } }
                tbody { @for a in requests { tr { td { (capital(&a.request)) } td { (worded(a.verdict, words(a.verdict))) } td { (a.because) } } } }
            } }
        }
    }
}

fn planned(what_if: &WhatIf) -> Markup {
    html! {
        section {
            h2 { "With the planned film: " (length(what_if.plan.hours())) " more" }
            div.wide { table {
                thead { tr { th { "Task" } th { "Now" } th { "Then" } th { "Chance now" } th { "Chance then" } th { "Variety then" } } }
                tbody { @for c in &what_if.changes { tr {
                    td { (c.task) } td { (badge(c.verdict.0)) } td { (badge(c.verdict.1)) }
                    td { (chance(c.probability.0)) } td { (chance(c.probability.1)) } td { (badge(c.variety.1)) }
                } } }
            } }
            @for line in &what_if.assumed { p.dim { (line) } }
        }
    }
}

#[cfg(test)]
mod tests;
