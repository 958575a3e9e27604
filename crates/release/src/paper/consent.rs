//! The consent sheet: the use described to a person, to be signed apart from every other paper.

use jiff::civil::Date;
use maud::{Markup, html};
use rights::{Consent, Event, EventKind, Record, Replica, Until};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// What a consent sheet tells.
pub struct ConsentSheet<'a> {
    /// The consent as it is proposed or was signed.
    pub consent: &'a Consent,
    /// The record.
    pub record: &'a Record,
    /// Day the sheet was made.
    pub on: Date,
}

impl ConsentSheet<'_> {
    /// Whether it is signed, and whether it still stands.
    pub fn verdict(&self) -> Verdict {
        let c = self.consent;
        let ended = self.ended();
        let past = match c.not_after {
            Some(Until::Day(last)) if last < self.on => Some(last),
            _ => None,
        };
        let (state, answer) = match (c.signed_at, &ended, past) {
            (None, None, _) => (Tone::Plain, "Consent, to be signed".to_owned()),
            (None, Some(event), _) => (Tone::Bad, format!("Consent, {} {}", ending(event), event.on)),
            (Some(day), Some(event), _) => {
                (Tone::Bad, format!("Consent, signed {day}, {} {}", ending(event), event.on))
            }
            (Some(day), None, Some(last)) => (Tone::Bad, format!("Consent, signed {day}, ended {last}")),
            (Some(day), None, None) => (Tone::Plain, format!("Consent, signed {day}")),
        };
        let mut because: Vec<String> = ended.iter().filter_map(|event| event.note.clone()).collect();
        if c.signed_at.is_none() && c.description.is_none() {
            because.push("the use is not described".to_owned());
        }
        Verdict { state, answer, because }
    }

    fn ended(&self) -> Option<Event> {
        self.consent.standing(self.record.events_of(&self.consent.id), self.on).ended
    }
}

fn ending(event: &Event) -> &'static str {
    if event.kind == EventKind::Revoke { "revoked" } else { "ended" }
}

/// The sheet as a page, with boxes for initials and lines to sign on.
pub fn consent_sheet(paper: &ConsentSheet<'_>) -> String {
    let (c, record) = (paper.consent, paper.record);
    let signed = c.signed_at.is_some();
    let Verdict { state, answer, .. } = paper.verdict();
    let body = html! {
        h2 { @if signed { "What was agreed" } @else { "What is asked" } }
        @if !signed { div.initials { "Initials" } }
        div.quote { @match (&c.description, signed) {
            (Some(words), _) => { (ink::whole(words)) }
            (None, true) => { span.gap { "The record does not say how the use was described." } }
            (None, false) => { span.gap { "The use is not described. Without a description this sheet cannot be signed." } }
        } }
        p { (replica(c.replica)) }
        @if let Some(reason) = &c.business_reason { p { b { "Why the studio asks: " } (ink::whole(reason)) } }
        @else if c.replica != Replica::None { p { b { "Why the studio asks: " } span.gap { "not recorded" } } }
        h2 { "How far it reaches" }
        dl.facts.one {
            (fact("Acts", ink::words(c.acts.iter().map(|a| a.as_str()), "none: not agreed")))
            (fact("Purposes", ink::words(c.purposes.iter().map(|p| p.as_str()), "none: not agreed")))
            (fact("Works", html! { @if c.projects.is_empty() { "none: not agreed" } @for (n, id) in c.projects.iter().enumerate() { @if n > 0 { ", " } (ink::work(record, id)) } }))
            (fact("Scenes", html! { @if c.scenes.is_empty() { "not limited to scenes" } @else { (c.scenes.iter().map(u32::to_string).collect::<Vec<_>>().join(", ")) } }))
            (fact("Languages", ink::words(&c.languages, "the work’s own")))
            (fact("Territories", html! { @if c.territories.is_empty() { "none: not agreed" } @else { (c.territories) } }))
            (fact("Media", ink::words(c.media.iter().map(|m| m.as_str()), "none: not agreed")))
            (fact("From", html! { @match c.not_before { Some(day) => (day), None => span.blank {} } }))
            (fact("Until", html! { @match c.not_after { Some(until) => (until), None => span.blank {} } }))
            (fact("Body data taken", ink::words(&c.biometrics, "none")))
        }
        p { "Anything that is not named above is not agreed. A new use, another work, another language or a longer time needs a new sheet." }
        h2 { "Never, whatever else it says" }
        @if c.forbid.is_empty() { p.dim { "Nothing is named." } }
        @else { ul { @for never in &c.forbid { li { (ink::words([never], "")) } } } }
        (pay(c))
        h2 { @if signed { "How it was signed" } @else { "Signing" } }
        @if !signed { div {
            p { span.box {} "I have had this sheet apart from my contract, and time to read it." }
            p { span.box {} "I could ask " span.blank {} " (agent, counsel, union) before signing." }
            p { span.box {} "I know that I may say no, and that what I have agreed can be read again on this sheet at any time." }
        } }
        @if signed { dl.facts {
            (fact("Signed", html! { @if let Some(day) = c.signed_at { (day) } }))
            (fact("Signed apart", ink::yes(c.separately_signed)))
            (fact("Conspicuous", ink::yes(c.conspicuous)))
            (fact("Specific, as read", ink::yes(c.specific)))
            (fact("Document, page", ink::source(c.document.as_ref(), c.page)))
            (fact("Read by", ink::words(c.verified_by.iter(), "nobody")))
        } }
        (events(paper))
        @if let Some(by) = &c.by { p { "Signed for the person by " (ink::party(record, by)) "." } }
        // What was signed is not signed again: the page is a copy from the record.
        @if signed { p.dim { "A copy from the record. What was signed is the document named above." } }
        @else { (ink::signatures(&[if c.by.is_some() { "For the person" } else { "The person" }, "For the studio"])) }
    };
    Sheet {
        kind: "Consent sheet",
        title: record.name(&c.person),
        reference: &c.id,
        about: &c.id,
        on: paper.on,
        tone: state,
        answer: html! { (answer) },
        because: html! { p {
            @if state == Tone::Bad { "No use may rest on this consent any longer. What follows is what was agreed, and what has happened since." }
            @else if signed { "What was agreed, as it is recorded. Anything that is not named below is not agreed." }
            @else { "Please read the description of the use, the limits, and what may never be done. Sign only if all three are as you understood them." }
        } },
        body,
    }
    .page()
}

fn replica(replica: Replica) -> &'static str {
    match replica {
        Replica::None => "No digital replica is made. The consent is for what was filmed or recorded.",
        Replica::Employment => "A digital replica is made with the person’s taking part (employment-based).",
        Replica::Independent => {
            "A digital replica is made from existing material, without the person’s taking part (independently created)."
        }
        Replica::Background => "A digital replica of a background actor is made.",
    }
}

fn pay(c: &Consent) -> Markup {
    html! {
        h2 { "What is paid" }
        @match &c.pay {
            None => p { span.gap { "Nothing is recorded." } },
            Some(pay) if pay.basis == "none" => p { "Nothing is paid for this use, as recorded." },
            Some(pay) => { dl.facts {
                (fact("Basis", ink::words([&pay.basis], "")))
                (fact("Amount", html! { b { (ink::text(&pay.amount)) " " (ink::text(&pay.currency)) } @if pay.basis != "flat" { " a day" } }))
                @if let Some(days) = pay.days { (fact("Days", html! { (days) })) }
                @if let Some(least) = &pay.minimum { (fact("Least for a day", html! { (ink::text(least)) " " (ink::text(&pay.currency)) })) }
                (fact("Residuals", ink::words(pay.residuals.iter(), "not said")))
            } },
        }
    }
}

fn events(paper: &ConsentSheet<'_>) -> Markup {
    let mut events: Vec<_> = paper.record.events_of(&paper.consent.id).collect();
    events.sort_by_key(|event| (event.on, event.kind));
    html! {
        @if !events.is_empty() {
            h2 { "What has happened since" }
            table {
                thead { tr { th { "Day" } th { "What" } th { "Note" } th { "Document, page" } } }
                tbody { @for event in events { tr {
                    td.code { (event.on) } td { b { (event.kind) } }
                    td { @if let Some(note) = &event.note { (ink::prose(note)) } }
                    td { (ink::source(event.document.as_ref(), event.page)) }
                } } }
            }
        }
    }
}
