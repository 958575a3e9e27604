//! The clearance report: may this leave the house, and why.

use std::collections::{BTreeMap, BTreeSet};

use film::Rate;
use maud::{Markup, html};
use rights::consent::Standing;
use rights::{Flag, Record};
use rules::decision::{Answer, Decision, NearMiss, Reason};
use rules::question::{Release, Use};
use serde::{Deserialize, Serialize};

use super::duty;
use super::ink::{self, fact};
use super::sheet::{Sheet, Tone};
use crate::lineage::Shares;

/// What a clearance report tells.
pub struct Clearance<'a> {
    /// What is to be released: a file or a timeline, by name.
    pub name: &'a str,
    /// What was asked.
    pub question: &'a Release,
    /// What was answered.
    pub decision: &'a Decision,
    /// The record that was asked.
    pub record: &'a Record,
    /// Rate of what is made, for timecodes.
    pub rate: Option<Rate>,
    /// How much of the picture was filmed, if that was counted.
    pub shares: Option<&'a Shares>,
    /// What a person should look at in the record, as `rights::check` found it.
    pub flags: &'a [Flag],
    /// Where the ledger keeps the decision, if it does.
    pub ledger: Option<&'a Inclusion>,
}

/// Where an entry stands in the ledger, so that anyone can find it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    /// The entry.
    pub entry: String,
    /// Its place, from 0.
    pub index: u64,
    /// Entries the root speaks for.
    pub size: u64,
    /// The root.
    pub root: String,
    /// The file that proves it alone.
    pub proof: String,
}

/// The report as a page.
pub fn clearance(paper: &Clearance<'_>) -> String {
    let (decision, question) = (paper.decision, paper.question);
    let body = html! {
        (asked(paper))
        @if !decision.reasons.is_empty() {
            h2 { "What stops it" }
            @for reason in &decision.reasons { (stop(paper, reason, ink::outcome_of(reason.answer))) }
        }
        @if !decision.warnings.is_empty() {
            h2 { "What a person should look at" }
            @for reason in &decision.warnings { (stop(paper, reason, ink::outcome("warn"))) }
        }
        (persons(paper))
        (uses(paper))
        (third_party(paper))
        (duty::open(paper.record, &decision.duties, question.on))
        (rules(decision))
        @if !paper.flags.is_empty() {
            h2 { "Remarks on the record" }
            ul { @for flag in paper.flags { li { span.id { (ink::text(&flag.id)) } " " (ink::prose(&flag.what)) } } }
        }
        (evidence(paper))
        h2 { "Reviewed by" }
        p.lead {
            @if decision.needs_review_by.is_empty() { "The rule packs name no reviewer. " }
            @else { "The rule packs ask for a review by " (ink::text(&decision.needs_review_by)) ". " }
            "A signature says that its writer has read this report and the documents that it names."
        }
        (ink::signatures(&["Business affairs", "Second reviewer"]))
    };
    Sheet {
        kind: "Clearance report",
        title: paper.name,
        reference: decision.facts_hash.get(..16).unwrap_or(&decision.facts_hash),
        about: paper.name,
        on: question.on,
        tone: Tone::from(decision.decision),
        answer: html! { (ink::answer(decision.decision)) },
        because: because(paper.record, decision),
        body,
    }
    .page()
}

/// The answer's own reasons, each in a line.
fn because(record: &Record, decision: &Decision) -> Markup {
    let open = decision.duties.iter().filter(|duty| duty.done_by.is_none()).count();
    html! {
        @match decision.decision {
            Answer::MeetsRecordedConditions => p {
                "Every condition that was recorded is met for the use below."
                @if open > 0 { " " (ink::count(open, "duty is", "duties are")) " open." }
            },
            _ => {
                ul { @for reason in decision.reasons.iter().take(5) {
                    li { (ink::rule(&reason.rule)) " " (ink::told(record, &reason.sentence)) }
                } }
                @if decision.reasons.len() > 5 { p { "and " (decision.reasons.len() - 5) " more, below." } }
            }
        }
    }
}

fn asked(paper: &Clearance<'_>) -> Markup {
    let q = paper.question;
    html! {
        h2 { "What was asked" }
        dl.facts {
            (fact("Work", html! { @match &q.work { Some(id) => (ink::work(paper.record, id)), None => span.dim { "that of the uses" } } }))
            (fact("Purpose", ink::words([q.purpose.as_str()], "")))
            (fact("Territories", html! { (q.territories) }))
            (fact("Media", ink::words(q.media.iter().map(|m| m.as_str()), "none named")))
            (fact("Window", html! { (q.from) " – " (q.until) }))
            (fact("Languages", ink::words(&q.languages, "none named")))
            (fact("Signed credentials", ink::yes(Some(q.credentials))))
            (fact("Invisible mark", ink::yes(Some(q.mark))))
            (fact("Disclosure", ink::words(q.disclosure.iter(), "none chosen")))
            (fact("Synthetic performers", ink::words(&q.synthetics, "none")))
            (fact("Music of others", ink::words(&q.music, "none")))
            (fact("Uses", html! { (q.uses.len()) ", " (ink::seconds(q.uses.iter().map(|u| u.seconds).sum())) }))
        }
    }
}

fn stop(paper: &Clearance<'_>, reason: &Reason, said: Markup) -> Markup {
    html! {
        div.stop {
            div.top { (said) span { (ink::rule(&reason.rule)) } }
            p.what { (ink::told(paper.record, &reason.sentence)) }
            @if let Some(person) = &reason.person { p.small { "Person: " (ink::party(paper.record, person)) } }
            @if !reason.uses.is_empty() { p.small { "Where: " (places(paper, &reason.uses)) } }
            @if !reason.facts.is_empty() { table {
                thead { tr { th { "Fact" } th { "Says" } th { "Document, page" } } }
                tbody { @for f in &reason.facts { tr {
                    td { span.id { (ink::text(&f.entity)) } " " (ink::text(&f.field)) }
                    td { @if f.value == "unknown" { span.gap { "unknown" } } @else { (ink::prose(&f.value)) } }
                    td { (ink::source_if(f.document.as_ref(), f.page)) }
                } } }
            } }
            @if !reason.remedy.is_empty() { p.remedy { b { "What would change it: " } (ink::told(paper.record, &reason.remedy)) } }
            p.small.dim {
                "Document: " (ink::source_if(reason.document.as_ref(), reason.page))
                " · Rule from: " (ink::prose(&reason.source)) " · evidence " (ink::text(&reason.evidence))
                " · " @if reason.reviewed_by.is_empty() { "not reviewed yet" } @else { "reviewed by " (ink::text(&reason.reviewed_by)) }
            }
        }
    }
}

/// The first places of some uses.
fn places(paper: &Clearance<'_>, uses: &[usize]) -> Markup {
    const SHOWN: usize = 6;
    html! {
        @for (n, at) in uses.iter().take(SHOWN).enumerate() {
            @if n > 0 { "; " }
            @match paper.question.uses.get(*at) {
                Some(one) => { (shot(one)) " at " span.code { (ink::place(one, paper.rate)) } }
                None => { "use " (at + 1) }
            }
        }
        @if uses.len() > SHOWN { "; and " (uses.len() - SHOWN) " more" }
    }
}

fn shot(one: &Use) -> Markup {
    html! { (ink::text(&one.title)) @match one.shot { Some(n) => { " #" (n) } None => { " " span.gap { "shot unknown" } } } }
}

/// What a person is in: shots, seconds, and whether someone confirmed it.
struct Cast<'a> {
    shots: BTreeSet<(&'a str, u32)>,
    seconds: f64,
    kinds: BTreeSet<&'static str>,
    confirmed: bool,
}

fn cast<'a>(record: &'a Record, uses: &'a [Use]) -> BTreeMap<&'a str, Cast<'a>> {
    let mut cast: BTreeMap<&str, Cast<'_>> = BTreeMap::new();
    let blank = || Cast { shots: BTreeSet::new(), seconds: 0.0, kinds: BTreeSet::new(), confirmed: true };
    for one in uses {
        for seen in crate::appearance::seen(record, one) {
            let entry = cast.entry(seen.person).or_insert_with(blank);
            entry.shots.extend(one.shot.map(|n| (one.title.as_str(), n)));
            entry.seconds += seen.milliseconds as f64 / 1000.0;
            entry.kinds.extend(seen.kinds.iter().copied());
            entry.confirmed &= seen.confirmed;
        }
    }
    cast
}

/// Which part of a consent a rule looks at: its column in the matrix.
const COLUMNS: [(&str, &[&str]); 6] = [
    ("Acts", &["CORE-ACT"]),
    ("Purposes", &["CORE-PURPOSE"]),
    ("Works", &["CORE-PROJECT"]),
    ("Territories", &["CORE-TERR"]),
    ("Media", &["CORE-MEDIUM"]),
    ("Term", &["CORE-TERM", "CORE-REVOKED"]),
];

fn persons(paper: &Clearance<'_>) -> Markup {
    let cast = cast(paper.record, &paper.question.uses);
    html! {
        h2 { "Persons and their consents" }
        @if cast.is_empty() {
            p { "No person is recorded in the shots used. Shots that nobody has looked at are listed under " b { "Uses" } "." }
        } @else {
            p.lead { "Every person must be carried by one consent. What a consent lacks for this use is shaded." }
            @for (id, seen) in &cast { (person(paper, id, seen)) }
        }
    }
}

fn person(paper: &Clearance<'_>, id: &str, seen: &Cast<'_>) -> Markup {
    let decision = paper.decision;
    // A person's word is the gravest that any rule said of them.
    let worst = decision.reasons.iter().filter(|r| r.person.as_deref() == Some(id)).map(|r| r.answer).max();
    let consents = paper.record.standing(id, paper.question.on);
    // A consent may be close to several of the things that are asked of it, and lack something else for each.
    let missed = |consent: &str| -> Vec<&NearMiss> {
        decision.near_misses.iter().filter(|near| near.person == id && near.consent == consent).collect()
    };
    html! {
        div.keep {
            h3 { (ink::party(paper.record, id)) " · " @match worst { Some(answer) => (ink::outcome_of(answer)), None => (ink::outcome("carried")) } }
            p.small.dim {
                (ink::count(seen.shots.len(), "shot", "shots")) ", " (ink::seconds(seen.seconds)) ", "
                (ink::words(&seen.kinds, "nothing named")) ", "
                @if seen.confirmed { "confirmed by a person" } @else { span.gap { "not confirmed by a person" } }
            }
            @if consents.is_empty() { p { span.gap { "No consent is recorded." } } }
            @else { table.matrix {
                colgroup { col.wide; col.wide; col.wide; col.wide; col.thin; col.wide; col.wide; col.wide; }
                thead { tr { th { "Consent" } @for (head, _) in COLUMNS { th { (head) } } th { "Paper" } } }
                tbody { @for standing in &consents { (consent(standing, &missed(&standing.consent.id))) } }
            } }
            @for near in decision.near_misses.iter().filter(|near| near.person == id).take(3) {
                p.remedy { (ink::told(paper.record, &near.sentence)) " " span.id { (ink::text(&near.consent)) } " " span.dim { (ink::source_if(near.document.as_ref(), near.page)) } }
            }
        }
    }
}

fn consent(standing: &Standing, near: &[&NearMiss]) -> Markup {
    let c = &standing.consent;
    let cells = [
        ink::words(c.acts.iter().map(|a| a.as_str()), "none named"),
        ink::words(c.purposes.iter().map(|p| p.as_str()), "none named"),
        ink::words(&c.projects, "none named"),
        html! { @if c.territories.is_empty() { span.dim { "none named" } } @else { (c.territories) } },
        ink::words(c.media.iter().map(|m| m.as_str()), "none named"),
        html! {
            @match c.not_before { Some(day) => (day), None => span.gap { "unknown" } } " – "
            @match c.not_after { Some(until) => (until), None => span.gap { "unknown" } }
            @if let Some(event) = &standing.ended { br; span.gap { (event.kind) " " (event.on) } }
        },
    ];
    let fails = |rules: &[&str]| near.iter().flat_map(|near| &near.fails).any(|rule| rules.contains(&rule.as_str()));
    html! {
        tr {
            td { span.id { (ink::text(&c.id)) } @if c.replica != rights::Replica::None { br; (c.replica.as_str()) } }
            @for (cell, (_, rules)) in cells.iter().zip(COLUMNS) { td.fails[fails(rules)] { (cell) } }
            td { (ink::source(c.document.as_ref(), c.page)) }
        }
    }
}

fn uses(paper: &Clearance<'_>) -> Markup {
    // A reason that names no use is about all of them.
    let word = |at: usize| {
        let about = |reason: &&Reason| reason.uses.is_empty() || reason.uses.contains(&at);
        let worst = paper.decision.reasons.iter().filter(about).map(|reason| reason.answer).max();
        worst.unwrap_or(Answer::MeetsRecordedConditions)
    };
    html! {
        h2 { "Uses, in order" }
        @if let Some(shares) = paper.shares { (bar(shares)) }
        @if paper.question.uses.is_empty() { p { "No stretch of any title is used." } }
        @else { table {
            thead { tr { th { "At" } th { "Title and shot" } th { "What" } th.num { "Seconds" } th { "Persons" } th { "Rules" } } }
            tbody { @for (at, one) in paper.question.uses.iter().enumerate() { tr {
                td.code { (ink::place(one, paper.rate)) }
                td { (shot(one)) }
                td { (what(one)) }
                td.num { (format!("{:.2}", one.seconds)) }
                td { (in_it(paper.record, one)) }
                td { (ink::outcome_of(word(at))) }
            } } }
        } }
    }
}

/// Picture, sound, and how they were made.
pub(super) fn what(one: &Use) -> Markup {
    html! {
        @match (one.picture, one.sound) { (true, true) => "picture, sound", (true, false) => "picture", (false, true) => "sound", (false, false) => "–" }
        @if let Some(made) = &one.made { br; "made by " span.id { (ink::text(&made.model)) } }
        @if !one.edits.is_empty() { br; "changed: " (ink::words(&one.edits, "")) }
    }
}

fn in_it(record: &Record, one: &Use) -> Markup {
    let known = crate::appearance::rows(record, one).next().is_some();
    let persons: BTreeSet<&str> = crate::appearance::seen(record, one).into_iter().map(|seen| seen.person).collect();
    html! {
        @if !known && one.made.is_none() { span.gap { "not recorded" } }
        @else if persons.is_empty() { span.dim { "nobody" } }
        @else { @for (n, id) in persons.iter().enumerate() { @if n > 0 { ", " } (ink::text(record.name(id))) } }
    }
}

/// How much of the picture was filmed, as a bar with its numbers.
pub(super) fn bar(shares: &Shares) -> Markup {
    let parts = [
        ("real", "filmed", shares.real),
        ("restored", "restored", shares.restored),
        ("generated", "made by a model", shares.generated),
        ("lettering", "lettering", shares.lettering),
        ("unseen", "origin unknown", shares.unknown),
    ];
    let shown: Vec<_> = parts.into_iter().filter(|(_, _, frames)| *frames > 0).collect();
    html! {
        @if !shown.is_empty() {
            div.bar aria-hidden="true" { @for (class, _, frames) in &shown { i class=(class) style=(format!("flex:{frames} 0 0")) {} } }
            div.legend { @for (class, words, frames) in &shown { span {
                i class={ "key " (class) } aria-hidden="true" {} (words) " " b { (format!("{:.1} %", 100.0 * shares.part(*frames))) }
            } } }
        }
    }
}

fn third_party(paper: &Clearance<'_>) -> Markup {
    let mut things = Vec::new();
    let mut done = BTreeSet::new();
    for one in &paper.question.uses {
        for row in crate::appearance::rows(paper.record, one) {
            if done.insert(&row.id) {
                things.extend(row.third_party.iter().map(|thing| (one, thing)));
            }
        }
    }
    html! {
        h2 { "What belongs to others" }
        @if things.is_empty() && paper.question.music.is_empty() { p { "Nothing of others is recorded in the shots used." } }
        @else { table {
            thead { tr { th { "What" } th { "Where" } th { "Holder" } th { "Reserved against mining" } th { "Grant" } } }
            tbody {
                @for (one, thing) in things { tr {
                    td { (ink::text(&thing.what)) }
                    td { (shot(one)) }
                    td { @match thing.holder.as_str() { "unknown" => span.gap { "unknown" }, "public_domain" => "public domain", id => (ink::party(paper.record, id)) } }
                    td { @if thing.tdm == "unknown" { span.gap { "unknown" } } @else { (ink::text(&thing.tdm)) } }
                    td { @match &thing.grant { Some(id) => { (grant(paper.record, id)) }, None => { @if thing.holder == "public_domain" { "none needed" } @else { span.gap { "none" } } } } }
                } }
                @for file in &paper.question.music { tr { td { (ink::text(file)) } td { "music" } td { span.dim { "see rules" } } td { "–" } td { "–" } } }
            }
        } }
    }
}

fn grant(record: &Record, id: &str) -> Markup {
    html! {
        span.id { (ink::text(id)) } " "
        @match record.grants.get(id) {
            Some(grant) => { (ink::source(grant.document.as_ref(), grant.page)) ", until " (grant.until) }
            None => { span.gap { "not recorded" } }
        }
    }
}

/// Every rule that was asked, in one line each: how often it said what, and of whom.
fn rules(decision: &Decision) -> Markup {
    const OUTCOMES: [&str; 6] = ["blocked", "unknown", "warn", "duty", "pass", "not_applicable"];
    let mut said: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
    for checked in &decision.checked {
        said.entry(&checked.rule).or_default().entry(&checked.outcome).or_default().push(&checked.subject);
    }
    html! {
        h2 { "Every rule, and what it said" }
        @if said.is_empty() { p { span.gap { "No rule was asked." } } }
        @else { table {
            thead { tr { th { "Rule" } th { "Said" } th.num { "Times" } th { "Of" } } }
            tbody { @for (rule, outcomes) in &said {
                @let kinds: Vec<_> = OUTCOMES.iter().filter_map(|o| outcomes.get(o).map(|of| (*o, of))).chain(outcomes.iter().filter(|(o, _)| !OUTCOMES.contains(o)).map(|(o, of)| (*o, of))).collect();
                @for (n, (outcome, of)) in kinds.iter().enumerate() { tr {
                    td { @if n == 0 { (ink::rule(rule)) } }
                    td { (ink::outcome(outcome)) }
                    td.num { (of.len()) }
                    td.small { @if *outcome == "not_applicable" { span.dim { "–" } } @else { (subjects(of)) } }
                } }
            } }
        } }
    }
}

fn subjects(of: &[&str]) -> Markup {
    const SHOWN: usize = 8;
    let once: BTreeSet<&str> = of.iter().copied().collect();
    html! {
        @for (n, subject) in once.iter().take(SHOWN).enumerate() { @if n > 0 { ", " } span.id { (ink::text(subject)) } }
        @if once.len() > SHOWN { span.dim { " and " (once.len() - SHOWN) " more" } }
    }
}

fn evidence(paper: &Clearance<'_>) -> Markup {
    let decision = paper.decision;
    html! {
        h2 { "How to make this decision again" }
        dl.facts.one {
            (fact("Facts", html! { span.hash { (ink::brief(&decision.facts_hash, 80)) } }))
            @match paper.ledger {
                Some(ledger) => {
                    (fact("Ledger entry", html! { span.hash { (ink::brief(&ledger.entry, 80)) } ", number " (ledger.index) " of " (ledger.size) }))
                    (fact("Ledger root", html! { span.hash { (ink::brief(&ledger.root, 80)) } }))
                    (fact("Proof", html! { (ink::text(&ledger.proof)) }))
                }
                None => (fact("Ledger", html! { span.dim { "not entered" } })),
            }
        }
        @if !decision.packs.is_empty() { table {
            thead { tr { th { "Rule pack" } th { "In force from" } th { "Hash" } } }
            tbody { @for pack in &decision.packs { tr { td { (ink::text(&pack.pack)) } td { (ink::text(&pack.version)) } td.hash { (ink::brief(&pack.hash, 80)) } } } }
        } }
    }
}
