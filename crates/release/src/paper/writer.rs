//! Disclosure to a writer that a text was made with a machine.

use jiff::civil::Date;
use maud::html;
use rights::{Record, Text};
use rules::Decision;

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// Who asks for the disclosure.
const RULE: &str = "WGA-DISCLOSE";

/// What the disclosure tells.
pub struct WriterDisclosure<'a> {
    /// The text.
    pub text: &'a Text,
    /// What the rules answered to a release of its work.
    pub decision: &'a Decision,
    /// The record.
    pub record: &'a Record,
    /// Day it was written.
    pub on: Date,
}

impl WriterDisclosure<'_> {
    /// Whether it is disclosed.
    pub fn verdict(&self) -> Verdict {
        let t = self.text;
        let duty =
            self.decision.duties.iter().find(|duty| duty.rule == RULE && duty.id.ends_with(&format!("/{}", t.id)));
        let (state, answer) = match (t.origin.as_str(), duty) {
            ("human", _) => (Tone::Plain, "Written by a person: nothing to disclose"),
            (_, Some(duty)) if duty.done_by.is_none() => (Tone::Bad, "To be disclosed before the text is handed over"),
            (_, Some(_)) => (Tone::Good, "Disclosed"),
            _ if t.disclosed_on.is_some() => (Tone::Good, "Disclosed"),
            ("gai", None) if t.handed_to.is_none() && super::said(self.decision, RULE, &t.id).is_some() => {
                (Tone::Open, "To be disclosed to the writer who is to work from it")
            }
            _ => (Tone::Plain, "No rule that governs its work asks for a disclosure"),
        };
        let because = "A writer must know before working from a text whether a machine made it.";
        Verdict { state, answer: answer.to_owned(), because: vec![because.to_owned()] }
    }
}

/// The disclosure as a page.
pub fn writer_disclosure(paper: &WriterDisclosure<'_>) -> String {
    let (t, record) = (paper.text, paper.record);
    let writer = t.handed_to.as_deref().map_or("a writer to be named", |id| record.name(id));
    let Verdict { state: tone, answer, because } = paper.verdict();
    let origin = match t.origin.as_str() {
        "gai" => "made by a generative model",
        "writer_with_gai" => "written by a writer who used a generative model with the studio’s consent",
        "human" => "written by a person",
        _ => "of unknown origin",
    };
    let body = html! {
        h2 { "The text" }
        dl.facts {
            (fact("Record", html! { span.id { (ink::text(&t.id)) } }))
            (fact("For the work", ink::work(record, &t.work)))
            (fact("Origin", html! { (origin) }))
            (fact("Handed to", html! { @match &t.handed_to { Some(id) => { (ink::party(record, id)) }, None => "nobody yet" } }))
            (fact("Disclosed on", html! { @match t.disclosed_on { Some(day) => (day), None => span.gap { "not yet" } } }))
            (fact("Named as source", ink::yes(t.credited_as_source)))
            (fact("Tool required", ink::yes(t.tool_required)))
        }
        h2 { "Disclosure" }
        div.quote { "The studio tells " (ink::text(writer)) " that the text named above is " (origin) "." }
        ul {
            li { "A text made by a model is not literary material, source material or assigned material, and takes nothing from the writer’s credit." }
            li { "The writer is not required to use such a tool." }
        }
        p.dim { "Rules " (ink::rule(RULE)) ", " (ink::rule("WGA-NOTWRITER")) ", " (ink::rule("WGA-NOFORCE")) ", from article 72 of the WGA Minimum Basic Agreement, as reported." }
        (ink::signatures(&["The writer, received", "For the studio"]))
    };
    Sheet {
        kind: "Disclosure to a writer",
        title: writer,
        reference: &t.id,
        about: &t.id,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because: html! { @for line in because { p { (line) } } },
        body,
    }
    .page()
}
