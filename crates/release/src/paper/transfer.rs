//! Request to a union to approve that a replica is handed on: 21 days to answer.

use jiff::civil::Date;
use maud::html;
use rights::{Record, Transfer};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// Days that the union has to answer.
///
/// Source: SAG-AFTRA TV/Theatrical 2026, section 39.I, from the union's summary; check the agreement.
const DAYS: i64 = 21;

/// What the request tells.
pub struct TransferRequest<'a> {
    /// What is to be handed on.
    pub transfer: &'a Transfer,
    /// The record.
    pub record: &'a Record,
    /// Day the request was written or is looked at.
    pub on: Date,
}

impl TransferRequest<'_> {
    /// Last day to answer.
    fn until(&self) -> Date {
        self.transfer.union_asked_on.unwrap_or(self.on).saturating_add(jiff::Span::new().days(DAYS))
    }

    /// What the union said, if it was asked.
    pub fn verdict(&self) -> Verdict {
        let t = self.transfer;
        let (state, answer) = match (t.union_approved, t.union_asked_on) {
            (Some(true), _) => (Tone::Good, "The union approved"),
            (Some(false), _) => (Tone::Bad, "The union said no: the studio stays responsible"),
            (None, None) => (Tone::Open, "Approval to be asked for"),
            (None, Some(_)) if self.on > self.until() => (Tone::Open, "21 days have passed without an answer"),
            (None, Some(_)) => (Tone::Open, "Waiting for the union’s answer"),
        };
        let because = match t.undertaking_on {
            None => "The receiver has not signed the undertaking yet.",
            Some(_) => "The receiver signed the undertaking.",
        };
        Verdict { state, answer: answer.to_owned(), because: vec![because.to_owned()] }
    }
}

/// The request as a page.
pub fn transfer_request(paper: &TransferRequest<'_>) -> String {
    let (t, record) = (paper.transfer, paper.record);
    let until = paper.until();
    let Verdict { state: tone, answer, because } = paper.verdict();
    let body = html! {
        div.clock {
            div { "Asked" b { @match t.union_asked_on { Some(day) => (day), None => { (paper.on) } } } @if t.union_asked_on.is_none() { "if sent today" } }
            div { "Answer due by" b { (until) } "21 days" }
            div { "Transfer planned" b { (t.on) } @if t.on <= until && t.union_approved.is_none() { span.gap { "before the answer is due" } } }
        }
        h2 { "What is to be handed on" }
        dl.facts {
            (fact("Receiver", ink::party(record, &t.to)))
            (fact("What", ink::words([&t.what], "")))
            (fact("Works", html! { @for (n, id) in t.works.iter().enumerate() { @if n > 0 { ", " } (ink::work(record, id)) } @if t.works.is_empty() { span.gap { "none named" } } }))
            (fact("To train a model", ink::yes(t.for_training)))
            (fact("Receiver in the group", ink::yes(t.affiliated)))
            (fact("Undertaking signed", html! { @match t.undertaking_on { Some(day) => (day), None => span.gap { "no" } } }))
        }
        h2 { "What the receiver takes upon itself" }
        ol {
            li { "To use what it receives only as the consents of the persons shown allow, and for the works named." }
            li { "To let only those read it who need it, and to keep a log of reading." }
            li { "To train nothing from it, and to hand it to nobody." }
            li { "To delete it when its work is done, and to prove that it did." }
        }
        p { "Until the union approves the receiver, the studio stays responsible for every use." }
        p.dim { "Rule " (ink::rule("SAG-39I")) ", from SAG-AFTRA TV/Theatrical 2026, section 39.I (from the union’s summary)." }
        (ink::signatures(&["For the studio", "For the receiver", "For the union"]))
    };
    Sheet {
        kind: "Request to approve a transfer",
        title: record.name(&t.to),
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
