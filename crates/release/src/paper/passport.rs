//! The training passport: what a model was taught, on which basis, and what was kept from it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use maud::{Markup, html};
use rights::{Act, Consent, Document, Link, Model, Record};
use rules::decision::{Answer, Decision, Reason};
use rules::question::Use;

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// Operations of training from which a general-purpose model is presumed, where other signs agree.
///
/// Source: European Commission, guidelines on general-purpose models of July 2025, as reported; check before relying on it.
pub const GENERAL_PURPOSE_FLOPS: f64 = 1e23;

/// What a passport tells; the training summary is made from the same.
pub struct Passport<'a> {
    /// The model.
    pub model: &'a Model,
    /// Shots that it may learn from on the day.
    pub allowed: &'a [Use],
    /// Shots that it may not learn from.
    pub barred: &'a [Use],
    /// The answer that parted them; the places in its reasons count allowed and barred together, in the order of `asked`.
    pub decision: &'a Decision,
    /// All shots asked about.
    pub asked: &'a [Use],
    /// Whether nothing was recorded, so that what is taught must stay in the sandbox.
    pub sandbox: bool,
    /// Facts of the training, label and value.
    pub facts: &'a [(String, String)],
    /// The record.
    pub record: &'a Record,
    /// The day.
    pub on: Date,
}

impl Passport<'_> {
    /// Whether there is something that may be taught.
    pub fn verdict(&self) -> Verdict {
        let share = format!("{} of {} shots meet the recorded conditions", self.allowed.len(), self.asked.len());
        let (state, answer) = if self.asked.is_empty() {
            (Tone::Open, "Unknown: no shot was there to be asked about")
        } else if self.sandbox {
            (Tone::Open, "Unknown: for the sandbox only")
        } else if self.allowed.is_empty() {
            (Tone::Bad, "No shot asked about may teach")
        } else if self.barred.is_empty() {
            (Tone::Good, "Every shot asked about meets the recorded conditions")
        } else {
            (Tone::Good, share.as_str())
        };
        let sentence = |reason: &Reason| format!("{}: {}", reason.rule, ink::by_name(self.record, &reason.sentence));
        Verdict { state, answer: answer.to_owned(), because: self.decision.reasons.iter().map(sentence).collect() }
    }
}

/// The passport as a page.
pub fn passport(paper: &Passport<'_>) -> String {
    let Verdict { state: tone, answer, .. } = paper.verdict();
    let (taught, kept) = (seconds(paper.allowed), seconds(paper.barred));
    let because = html! {
        p { (ink::count(paper.allowed.len(), "shot", "shots")) " (" (ink::seconds(taught)) ") may teach it on this day, "
            (ink::count(paper.barred.len(), "shot", "shots")) " (" (ink::seconds(kept)) ") may not." }
        @if let Some(person) = &paper.model.subject_person { p { "The model exists to show one person, " (ink::party(paper.record, person)) ": consent is asked for its making, not only for its use." } }
    };
    let body = html! {
        (model(paper))
        (manifest(paper))
        (barred(paper))
        (memorization(paper.model))
        (compute(paper.model))
        h2 { "How to make this decision again" }
        dl.facts.one {
            (fact("Facts", html! { span.hash { (ink::brief(&paper.decision.facts_hash, 80)) } }))
            @for pack in &paper.decision.packs { (fact("Rule pack", html! { (ink::text(&pack.pack)) " of " (ink::text(&pack.version)) " " span.hash { (ink::brief(&pack.hash, 80)) } })) }
        }
        (ink::signatures(&["Head of the model’s making", "Business affairs"]))
    };
    Sheet {
        kind: "Training passport",
        title: &paper.model.id,
        reference: paper.decision.facts_hash.get(..16).unwrap_or(&paper.decision.facts_hash),
        about: &paper.model.id,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because,
        body,
    }
    .page()
}

pub(super) fn seconds(uses: &[Use]) -> f64 {
    uses.iter().map(|one| one.seconds).filter(|s| s.is_finite()).sum()
}

fn model(paper: &Passport<'_>) -> Markup {
    let m = paper.model;
    html! {
        h2 { "The model" }
        dl.facts {
            (fact("Aspect", ink::words(m.aspect.iter(), "not said")))
            (fact("Person it shows", html! { @match &m.subject_person { Some(id) => { (ink::party(paper.record, id)) }, None => "none" } }))
            (fact("Made from", ink::words(m.made_from.iter(), "no other model")))
            (fact("First used", html! { @match m.first_used { Some(day) => (day), None => span.dim { "not yet" } } }))
            (fact("The studio’s own", ink::yes(m.affiliated)))
            (fact("Open to the public", ink::yes(m.public_facing)))
            (fact("Access limited", ink::yes(m.access_limited)))
            @if let Some(n) = m.shots { (fact("Shots taught, as recorded", html! { (n) })) }
            @if let Some(n) = m.titles { (fact("Titles taught, as recorded", html! { (n) })) }
            (fact("Numbers learned", html! { @match m.params { Some(n) => (ink::amount(&n.to_string())), None => span.gap { "unknown" } } }))
            (fact("List of what it was taught", html! { @match &m.manifest { Some(list) => (ink::document(Some(list))), None => span.gap { "unknown" } } }))
            (fact("Hosted by", html! { @match &m.vendor { Some(vendor) => { (ink::party(paper.record, &vendor.party)) }, None => "the studio" } }))
            @for (label, value) in paper.facts { div { dt { (ink::text(label)) } dd { (ink::prose(value)) } } }
        }
    }
}

/// Papers that let a work be learned from: assignments that name training.
fn links<'a>(record: &'a Record, title: &str) -> Vec<&'a Link> {
    let work = record.work(title);
    work.into_iter().flat_map(|work| &work.chain_of_title).filter(|link| link.rights.contains(&Act::Train)).collect()
}

/// A person's consents that name training or the making of a model, in force on the day.
fn consents(record: &Record, person: &str, day: Date) -> Vec<Consent> {
    let standing = record.standing(person, day).into_iter();
    standing
        .filter(|s| {
            s.ended.is_none() && (s.consent.acts.contains(&Act::Train) || s.consent.acts.contains(&Act::CreateModel))
        })
        .map(|s| s.consent)
        .collect()
}

fn manifest(paper: &Passport<'_>) -> Markup {
    let mut titles: BTreeMap<&str, Vec<&Use>> = BTreeMap::new();
    for one in paper.allowed {
        titles.entry(&one.title).or_default().push(one);
    }
    html! {
        h2 { "What may teach it, and on which basis" }
        @if titles.is_empty() { p { "Nothing." } }
        @for (title, uses) in &titles { div {
            h3 { (ink::work(paper.record, title)) }
            p.small { "Work: "
                @let links = links(paper.record, title);
                @if links.is_empty() { span.dim { "no link names training; the rules rest on authorship or another basis" } }
                @for (n, link) in links.iter().enumerate() { @if n > 0 { "; " } (ink::words([&link.instrument], "")) " of " (link.date) " from " (ink::text(paper.record.name(&link.from))) ", " (ink::source(link.document.as_ref(), link.page)) }
            }
            table {
                thead { tr { th { "Shot" } th.num { "Seconds" } th { "Persons, and their consents to training" } } }
                tbody { @for one in uses { tr {
                    td.code { @match one.shot { Some(n) => { "#" (n) }, None => span.gap { "unknown" } } }
                    td.num { (format!("{:.2}", one.seconds)) }
                    td { (basis(paper, one)) }
                } } }
            }
        } }
    }
}

fn basis(paper: &Passport<'_>, one: &Use) -> Markup {
    let persons: BTreeSet<&str> =
        crate::appearance::seen(paper.record, one).into_iter().map(|seen| seen.person).collect();
    html! {
        @if persons.is_empty() { span.dim { "nobody in it" } }
        @for id in persons { div {
            (ink::party(paper.record, id)) ": "
            @let consents = consents(paper.record, id, paper.on);
            @if consents.is_empty() { span.dim { "no consent to training recorded; see the rules" } }
            @for (n, c) in consents.iter().enumerate() { @if n > 0 { "; " } span.id { (ink::text(&c.id)) } ", " (ink::source(c.document.as_ref(), c.page)) }
        } }
    }
}

/// A rule, what it said, and its sentence.
type Why<'a> = (&'a str, Answer, &'a str);

/// Shots of one title that are kept out for the same reasons.
struct Kept<'a> {
    title: &'a str,
    shots: Vec<Option<u32>>,
    seconds: f64,
    why: Vec<Why<'a>>,
}

/// Numbers of shots as people write them, `#0, #6–#23`.
pub fn numbers(shots: impl IntoIterator<Item = u32>) -> String {
    let known: Vec<u32> = BTreeSet::from_iter(shots).into_iter().collect();
    let runs = known.chunk_by(|a, b| b - a == 1).map(|run| match run {
        [first, second] => format!("#{first}, #{second}"),
        [first, .., last] => format!("#{first}–#{last}"),
        one => one.iter().map(|n| format!("#{n}")).collect(),
    });
    runs.collect::<Vec<String>>().join(", ")
}

fn barred(paper: &Passport<'_>) -> Markup {
    let same = |one: &Use, other: &Use| one.title == other.title && one.shot == other.shot && one.reel == other.reel;
    let why = |one: &Use| -> Vec<Why<'_>> {
        let reasons = paper.decision.reasons.iter().filter(|reason| {
            reason.uses.is_empty() || reason.uses.iter().any(|at| paper.asked.get(*at).is_some_and(|u| same(u, one)))
        });
        reasons.map(|reason| (reason.rule.as_str(), reason.answer, reason.sentence.as_str())).collect()
    };
    let mut kept: Vec<Kept<'_>> = Vec::new();
    for one in paper.barred {
        let why = why(one);
        match kept.iter_mut().find(|known| known.title == one.title && known.why == why) {
            Some(known) => {
                known.shots.push(one.shot);
                known.seconds += one.seconds;
            }
            None => kept.push(Kept { title: &one.title, shots: vec![one.shot], seconds: one.seconds, why }),
        }
    }
    html! {
        h2 { "What may not, and why" }
        @if paper.barred.is_empty() { p { "Nothing that was asked for." } }
        @else { table {
            thead { tr { th { "Title and shots" } th.num { "Seconds" } th { "Said" } th { "Why" } } }
            tbody { @for one in &kept { tr {
                th.side { (ink::text(one.title)) br; (numbers(one.shots.iter().flatten().copied())) @if one.shots.contains(&None) { " " span.gap { "shot unknown" } } }
                td.num { (format!("{:.2}", one.seconds)) }
                td { (ink::outcome_of(one.why.iter().map(|(_, answer, _)| *answer).max().unwrap_or(Answer::Unknown))) }
                td { @if one.why.is_empty() { span.gap { "no reason was given" } } @for (rule, _, sentence) in &one.why { div { (ink::rule(rule)) " " (ink::told(paper.record, sentence)) } } }
            } } }
        } }
    }
}

fn memorization(model: &Model) -> Markup {
    html! {
        h2 { "Does it repeat what it was taught?" }
        @match &model.memorization {
            None => p { span.gap { "Not tested." } " A model without this test is not registered." },
            Some(m) => p {
                "Asked " (m.prompts) " times, it repeated " b { (m.extracted) } " times"
                @if m.prompts > 0 { " (" (format!("{:.3} %", 100.0 * f64::from(m.extracted) / f64::from(m.prompts))) ")" }
                ". Report: " (ink::document(Some(&m.report))) "."
            },
        }
    }
}

/// Operations spent, and how far that is from a general-purpose model: a note, no finding.
pub(super) fn compute(model: &Model) -> Markup {
    html! {
        h2 { "Operations spent on training" }
        @match model.train_flops {
            None => p { span.gap { "Not recorded." } },
            Some(flops) => p {
                b { (power(flops)) } " floating-point operations. Note: "
                @if flops < GENERAL_PURPOSE_FLOPS {
                    "below 10" sup { "23" } ", from which guidance of the European Commission presumes a general-purpose model where other signs agree; by a factor of " (power(GENERAL_PURPOSE_FLOPS / flops.max(1.0))) "."
                } @else {
                    "at or above 10" sup { "23" } ": guidance of the European Commission may presume a general-purpose model. " span.gap { "A qualified person must look." }
                }
            },
        }
    }
}

fn power(x: f64) -> Markup {
    if !x.is_finite() || x <= 0.0 {
        return html! { "unknown" };
    }
    let exponent = x.log10().floor();
    html! { (format!("{:.1}", x / 10f64.powf(exponent))) " × 10" sup { (exponent) } }
}

/// The document of a test, for papers that name it alone.
pub(super) fn report(model: &Model) -> Option<&Document> {
    model.memorization.as_ref().map(|m| &m.report)
}
