//! Chain of title: the way a work's rights came, paper by paper, and where it breaks off.

use std::collections::BTreeMap;

use film::Rate;
use jiff::civil::Date;
use maud::{Markup, html};
use rights::chain::{Chain, Wanted};
use rights::{Act, Link, Record, Territories, Work};
use rules::question::Use;

use super::graph::{Broken, graph};
use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// What a chain of title tells.
pub struct ChainOfTitle<'a> {
    /// The work.
    pub work: &'a Work,
    /// The studio's record.
    pub studio: &'a str,
    /// The use that the chain was followed for.
    pub wanted: &'a Wanted<'a>,
    /// What `rights::chain::chain` found.
    pub chain: &'a Chain,
    /// The record.
    pub record: &'a Record,
    /// What the work is made of, where that is known: its parts made by models are listed.
    pub uses: &'a [Use],
    /// Rate of the work, for timecodes.
    pub rate: Option<Rate>,
    /// The day.
    pub on: Date,
}

impl ChainOfTitle<'_> {
    /// Whether the chain carries the use.
    pub fn verdict(&self) -> Verdict {
        let chain = self.chain;
        let name = |id| self.record.name(id);
        let mut because = Vec::new();
        for gap in gaps(self) {
            because.push(format!(
                "{}, {}, {}: {}",
                gap.acts.iter().map(|act| act.as_str()).collect::<Vec<_>>().join(", "),
                gap.territories,
                name(gap.author),
                ink::by_name(self.record, gap.because)
            ));
        }
        for (grant, territories) in &chain.given_away {
            let to = self.record.grants.get(grant).map_or("unknown", |grant| name(&grant.party));
            because.push(format!("{grant} gave it exclusively to {to} in {territories}"));
        }
        let (state, answer) = if !chain.gaps.is_empty() || !chain.given_away.is_empty() {
            (Tone::Bad, "The chain does not carry this use")
        } else if !chain.known {
            because.push("authors, or a work that it is made from, are not recorded".to_owned());
            (Tone::Open, "Unknown: not all authors are recorded")
        } else if unproven(self) > 0 {
            (Tone::Bad, "Unbroken as recorded; blocked by rule CORE-DOC")
        } else {
            (Tone::Good, "Unbroken as recorded")
        };
        if unproven(self) > 0 {
            because.push(format!("{} {UNPROVEN}", ink::count(unproven(self), "link", "links")));
        }
        Verdict { state, answer: answer.to_owned(), because }
    }
}

const UNPROVEN: &str = "without document, page or reader";

/// Links that carry the use and that nobody can look up, or nobody read: those that CORE-DOC is about.
fn unproven(paper: &ChainOfTitle<'_>) -> usize {
    let steps = paper.chain.steps.iter();
    steps.filter(|step| step.document.is_none() || step.page.is_none() || step.verified_by.is_none()).count()
}

/// Acts that are missing of one author, in one place, for one reason.
struct Missing<'a> {
    work: &'a str,
    author: &'a str,
    acts: Vec<Act>,
    territories: Territories,
    because: &'a str,
}

/// The gaps, those that differ by their act alone told as one.
fn gaps<'a>(paper: &ChainOfTitle<'a>) -> Vec<Missing<'a>> {
    let mut all: Vec<Missing<'a>> = Vec::new();
    for gap in &paper.chain.gaps {
        let same = |one: &&mut Missing<'_>| {
            (one.work, one.author, one.because) == (&gap.work, &gap.author, &gap.because)
                && one.territories == gap.territories
        };
        match all.iter_mut().find(same) {
            Some(one) => one.acts.push(gap.act),
            None => all.push(Missing {
                work: &gap.work,
                author: &gap.author,
                acts: vec![gap.act],
                territories: gap.territories,
                because: &gap.because,
            }),
        }
    }
    all
}

/// The chain as a page.
pub fn chain_of_title(paper: &ChainOfTitle<'_>) -> String {
    let chain = paper.chain;
    let unproven = unproven(paper);
    let Verdict { state: tone, answer, .. } = paper.verdict();
    let because = html! {
        @if !chain.gaps.is_empty() { p { (ink::count(gaps(paper).len(), "gap", "gaps")) ": what did not arrive is listed below." } }
        @if !chain.given_away.is_empty() { p { (ink::count(chain.given_away.len(), "exclusive grant", "exclusive grants")) " of the studio’s own stand in the way." } }
        @if unproven > 0 { p { (ink::count(unproven, "link", "links")) " " (UNPROVEN) "." } }
        @if tone == Tone::Good { p { "Every author’s right arrives at " (ink::party(paper.record, paper.studio)) " for the use below, each link that carries it with document, page and reader." } }
    };
    let body = html! {
        h2 { "The use that was followed" }
        dl.facts {
            (fact("Acts", ink::words(paper.wanted.acts.iter().map(|a| a.as_str()), "none")))
            (fact("Territories", html! { (paper.wanted.territories) }))
            (fact("Media", ink::words(paper.wanted.media.iter().map(|m| m.as_str()), "inside the house")))
            (fact("Window", html! { (paper.wanted.from) " – " @if paper.wanted.until == Date::MAX { "without end" } @else { (paper.wanted.until) } }))
        }
        @for work in works(paper) { (one(paper, work)) }
        (given(paper))
        (portions(paper))
        (hands(paper))
        (ink::signatures(&["Business affairs", "Counsel"]))
    };
    Sheet {
        kind: "Chain of title",
        title: &paper.work.title,
        reference: &paper.work.id,
        about: &paper.work.id,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because,
        body,
    }
    .page()
}

/// The work and all that it is made from, each once.
fn works<'a>(paper: &ChainOfTitle<'a>) -> Vec<&'a Work> {
    let mut works: Vec<&Work> = Vec::new();
    let mut open = vec![paper.work];
    while let Some(work) = open.pop() {
        if works.iter().any(|known| known.id == work.id) {
            continue;
        }
        works.push(work);
        open.extend(work.based_on.iter().filter_map(|id| paper.record.works.get(id)));
    }
    works
}

fn one(paper: &ChainOfTitle<'_>, work: &Work) -> Markup {
    let record = paper.record;
    let gaps: Vec<Missing<'_>> = gaps(paper).into_iter().filter(|gap| gap.work == work.id).collect();
    let mut broken: BTreeMap<&str, Broken<'_>> = BTreeMap::new();
    for gap in &gaps {
        let one =
            broken.entry(gap.author).or_insert(Broken { author: gap.author, acts: Vec::new(), place: String::new() });
        one.acts.extend(gap.acts.iter().map(|act| act.as_str()));
        one.place = gap.territories.to_string();
    }
    let broken: Vec<Broken<'_>> = broken.into_values().collect();
    let mut links: Vec<&Link> = work.chain_of_title.iter().collect();
    links.sort_by_key(|link| link.date);
    html! {
        h2 { (ink::text(&work.title)) @if work.id != paper.work.id { " " span.dim { "(the work is made from it)" } } }
        dl.facts {
            (fact("Authors", html! { @if work.authors.is_empty() { span.gap { "not recorded" } } @for (n, author) in work.authors.iter().enumerate() { @if n > 0 { ", " } (ink::party(record, author)) } }))
            (fact("Identifiers", html! { @if work.ids.is_empty() { span.dim { "none" } } @for (scheme, id) in &work.ids { (ink::text(scheme)) " " span.id { (ink::text(id)) } " " } }))
            @if !work.public_domain.is_empty() { (fact("Public domain", html! { (work.public_domain) })) }
        }
        (graph(record, work, paper.studio, &broken))
        @for gap in &gaps {
            div.stop {
                p.what { span.gap { "Gap: " } (ink::words(gap.acts.iter().map(|act| act.as_str()), "")) ", " (gap.territories) }
                p { (ink::party(record, gap.author)) ": " (ink::told(record, gap.because)) "." }
            }
        }
        @if links.is_empty() {
            @if !work.authors.iter().all(|author| author == paper.studio) || work.authors.is_empty() { p { span.gap { "No link is recorded." } } }
            @else { p { "The studio is the author: no link is needed." } }
        } @else { table {
            thead { tr { th { "Day" } th { "From" } th { "To" } th { "Instrument" } th { "Rights" } th { "Where, until" } th { "Paper" } th { "Read by" } } }
            tbody { @for link in links { tr {
                td.code { (link.date) }
                td { (ink::party(record, &link.from)) }
                td { (ink::party(record, &link.to)) }
                td { (ink::words([&link.instrument], "")) @if link.ai_training_mentioned == Some(false) { br; span.dim { "training not mentioned" } } }
                td { (ink::words(link.rights.iter().map(|a| a.as_str()), "none")) }
                td { (ink::places(&link.territories)) br; (link.until) }
                td.fails[!link.is_proven()] { (ink::source(link.document.as_ref(), link.page)) }
                td { @match &link.verified_by { Some(by) => { (ink::text(by)) }, None => span.gap { "nobody" } } }
            } } }
        } }
    }
}

fn given(paper: &ChainOfTitle<'_>) -> Markup {
    html! {
        @if !paper.chain.given_away.is_empty() {
            h2 { "Given away exclusively" }
            table {
                thead { tr { th { "Grant" } th { "To" } th { "Where" } th { "Until" } th { "Document, page" } } }
                tbody { @for (id, where_) in &paper.chain.given_away {
                    @let grant = paper.record.grants.get(id);
                    tr {
                        td { span.id { (ink::text(id)) } }
                        td { @if let Some(grant) = grant { (ink::party(paper.record, &grant.party)) } }
                        td { (where_) }
                        td.code { @if let Some(grant) = grant { (grant.until) } }
                        td { @if let Some(grant) = grant { (ink::source(grant.document.as_ref(), grant.page)) } }
                    }
                } }
            }
        }
    }
}

/// Portions made by models: what a registration or an insurer asks for.
fn portions(paper: &ChainOfTitle<'_>) -> Markup {
    let made: Vec<_> = paper.uses.iter().filter_map(|one| one.made.as_ref().map(|made| (one, made))).collect();
    html! {
        h2 { "Portions made by models" }
        @if paper.uses.is_empty() { p { "What the finished work is made of was not given to this paper: " span.gap { "unknown" } "." } }
        @else if made.is_empty() { p { "None of the " (paper.uses.len()) " stretches was made or changed by a model, as recorded." } }
        @else { table {
            thead { tr { th { "At" } th { "Title and shot" } th { "What" } th { "Persons shown" } th.num { "Seconds" } } }
            tbody { @for (one, made) in made { tr {
                td.code { (ink::place(one, paper.rate)) }
                td { (ink::text(&one.title)) @if let Some(n) = one.shot { " #" (n) } }
                td { (super::clearance::what(one)) }
                td { @if made.persons.is_empty() { span.dim { "nobody" } } @for (n, id) in made.persons.iter().enumerate() { @if n > 0 { ", " } (ink::party(paper.record, id)) } }
                td.num { (format!("{:.2}", one.seconds)) }
            } } }
        } }
    }
}

/// What people did on it, where someone recorded that.
fn hands(paper: &ChainOfTitle<'_>) -> Markup {
    let deeds: Vec<_> = paper.record.deeds_about(&paper.work.id, "contribution").collect();
    html! {
        h2 { "Human contributions" }
        @if deeds.is_empty() { p { "None is recorded. " span.dim { "Where parts were made by models, who chose, arranged and changed them is worth recording." } } }
        @else { table {
            thead { tr { th { "Day" } th { "Who" } th { "What" } th { "Document" } } }
            tbody { @for deed in deeds { tr {
                td.code { (deed.on) } td { (ink::party(paper.record, &deed.by)) }
                td { @match &deed.note { Some(note) => { (ink::prose(note)) }, None => span.gap { "not said" } } }
                td { (ink::document(deed.document.as_ref())) }
            } } }
        } }
    }
}
