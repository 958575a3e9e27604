//! The disclosure pack: the end-credit line, where the label stands, and what each place asks for.

use std::collections::BTreeSet;

use film::Rate;
use maud::{Markup, html};
use rights::{Purpose, Record};
use rules::decision::Decision;
use rules::question::{Release, Use};

use super::ink;
use super::sheet::{Sheet, Tone};
use crate::lineage::Shares;

/// What the pack tells.
pub struct DisclosurePack<'a> {
    /// What is released, by name.
    pub name: &'a str,
    /// What was asked.
    pub question: &'a Release,
    /// What was answered: a line that speaks of consent needs one for everyone shown.
    pub decision: &'a Decision,
    /// The record.
    pub record: &'a Record,
    /// Rate of what is made, for timecodes.
    pub rate: Option<Rate>,
    /// How much of the picture was filmed, if that was counted.
    pub shares: Option<&'a Shares>,
}

/// The line for the end credits; none where no model made anything and no likeness was made.
///
/// Names are not in it: who is shown is for the consents to say, and a credit that names a person is an agreement of its own.
/// It speaks of consent only where `decision` stops nobody who is shown.
pub fn credit_line(uses: &[Use], synthetics: usize, decision: &Decision) -> Option<String> {
    let made: Vec<_> = uses.iter().filter_map(|one| one.made.as_ref()).collect();
    let mut shown = made.iter().flat_map(|made| &made.persons).peekable();
    let mut parts = Vec::new();
    if shown.peek().is_some() {
        let stopped = |id: &String| decision.reasons.iter().any(|reason| reason.person.as_ref() == Some(id));
        let consent = if shown.any(stopped) { "" } else { ", made with their consent" };
        parts.push(format!("digital replicas of performers{consent}"));
    } else if !made.is_empty() {
        parts.push("pictures or sound made with generative models".to_owned());
    }
    if synthetics > 0 {
        parts.push("performers made by computer".to_owned());
    }
    (!parts.is_empty()).then(|| format!("Contains {}.", parts.join(", and ")))
}

/// The pack as a page.
pub fn disclosure_pack(paper: &DisclosurePack<'_>) -> String {
    let q = paper.question;
    let line = credit_line(&q.uses, q.synthetics.len(), paper.decision);
    let chosen = q.disclosure.as_deref();
    let (tone, answer) = match (&line, chosen) {
        (None, _) => (Tone::Good, "Nothing to disclose, as recorded"),
        (Some(_), Some(_)) => (Tone::Good, "A place for the disclosure is chosen"),
        (Some(_), None) => (Tone::Open, "A place for the disclosure must be chosen"),
    };
    let body = html! {
        @if let Some(line) = &line {
            h2 { "End-credit line" }
            div.quote { (line) }
            p { "The line speaks of consent only where no rule stops anyone who is shown." }
            (placement(chosen))
        }
        h2 { "What it is about" }
        @if let Some(shares) = paper.shares { (super::clearance::bar(shares)) }
        (made(paper))
        (places(paper))
        h2 { "In the file" }
        ul {
            li { "Signed credentials: " (ink::yes(Some(q.credentials))) ". They carry no personal data." }
            li { "Invisible mark: " (ink::yes(Some(q.mark))) "." }
        }
        (ink::signatures(&["The filmmaker", "Business affairs"]))
    };
    Sheet {
        kind: "Disclosure pack",
        title: paper.name,
        reference: "",
        about: paper.name,
        on: q.on,
        tone,
        answer: html! { (answer) },
        because: html! { p { @match chosen { Some(place) => { "Chosen: " (ink::words([place], "")) "." }, None => { @if line.is_some() { "Neither an end credit nor a label was chosen in the question." } @else { "No use was made or changed by a model, and no synthetic performer is named." } } } } },
        body,
    }
    .page()
}

fn placement(chosen: Option<&str>) -> Markup {
    let tick = |word: &str| if chosen == Some(word) { "☒ " } else { "☐ " };
    html! {
        h2 { "Where it stands" }
        table {
            thead { tr { th { "Place" } th { "How" } } }
            tbody {
                tr { th.side { (tick("end_credit")) "End credit" } td { "The line above, in the end credits, in the size of the smallest credit there or larger, on screen for at least two seconds. Meant for evidently artistic works, so that the work itself is not disturbed." } }
                tr { th.side { (tick("label")) "Label" } td { "A label from the first frame: lower left, inside the title-safe area (5 % from each edge), at least 3 % of the picture’s height, at least three seconds, and in the description where the film is offered. For advertising and for anything that may be taken for news." } }
            }
        }
        p.small.dim { "Sizes and times are the studio’s own choice, not taken from a law. A qualified person must decide which place is right." }
    }
}

fn made(paper: &DisclosurePack<'_>) -> Markup {
    let made: Vec<_> = paper.question.uses.iter().filter_map(|one| one.made.as_ref().map(|m| (one, m))).collect();
    html! {
        @if made.is_empty() && paper.question.synthetics.is_empty() { p { "Nothing." } }
        @if !made.is_empty() { table {
            thead { tr { th { "At" } th { "Title and shot" } th { "What" } th { "Persons shown" } } }
            tbody { @for (one, made) in made { tr {
                td.code { (ink::place(one, paper.rate)) }
                td { (ink::text(&one.title)) @if let Some(n) = one.shot { " #" (n) } }
                td { (super::clearance::what(one)) }
                td { @if made.persons.is_empty() { span.dim { "nobody" } } @for (n, id) in made.persons.iter().enumerate() { @if n > 0 { ", " } (ink::party(paper.record, id)) } }
            } } }
        } }
        @for id in &paper.question.synthetics { @let known = paper.record.synthetics.get(id); p {
            "Synthetic performer " span.id { (ink::text(id)) } ": "
            @match known.map(|s| s.in_work) { Some(Some(true)) => "also in the work itself.", Some(Some(false)) => "only here, not in the work itself.", _ => span.gap { "whether the work has it is unknown." } }
        } }
    }
}

/// What places of the release ask for, as far as the rules of this house know.
fn places(paper: &DisclosurePack<'_>) -> Markup {
    let q = paper.question;
    let made = q.uses.iter().any(|one| one.made.is_some()) || !q.synthetics.is_empty();
    let europe = rights::Territories::parse(["EU"]).expect("a word of the list");
    let mut lines: BTreeSet<(&str, &str)> = BTreeSet::new();
    if made && !q.territories.and(&europe).is_empty() {
        lines.insert(("European Union", "Real persons shown who did or said this never: disclose; in evidently artistic works so that enjoyment is not hampered (EU-50-4). The export carries signed credentials and the invisible mark (EU-50-2)."));
    }
    if made && q.territories.contains("IT") {
        lines.insert((
            "Italy",
            "Likeness of a real person: consent, label, and a review whether it can deceive (IT-612Q).",
        ));
    }
    if q.territories.contains("US")
        && !q.synthetics.is_empty()
        && matches!(q.purpose, Purpose::Trailer | Purpose::Promotion | Purpose::Advertising)
    {
        lines.insert(("New York", "A trailer or advertisement with a synthetic performer whom the film lacks: conspicuous disclosure (NY-396B)."));
    }
    html! {
        h2 { "Where it is shown" }
        @if lines.is_empty() { p { "No rule on disclosure is known for these territories and what is used. " span.dim { "That says nothing of rules that are not in the packs." } } }
        @else { table {
            thead { tr { th { "Place" } th { "What the rule pack asks for" } } }
            tbody { @for (place, words) in lines { tr { th.side { (place) } td { (words) } } } }
        } }
    }
}
