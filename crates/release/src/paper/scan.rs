//! Notice that a person is to be scanned: 48 hours before, or at the engagement where that is later.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use rights::{Consent, Record};
use rules::Decision;

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// Hours between notice and services.
///
/// Source: SAG-AFTRA 2023 TV/Theatrical, as the union's guide to digital replicas tells it; check the agreement that governs.
const HOURS: i64 = 48;

/// Who asks for the hours.
const RULE: &str = "SAG-NOTICE48";

/// What a scan notice tells.
pub struct ScanNotice<'a> {
    /// The consent that the scan is for.
    pub consent: &'a Consent,
    /// What the rules answered to a replica by this consent, for each work that it is for.
    pub decisions: &'a [Decision],
    /// When the services begin, where the consent has no notice yet.
    pub services_at: Option<Timestamp>,
    /// Where it takes place.
    pub place: &'a str,
    /// The record.
    pub record: &'a Record,
    /// Day the notice was written.
    pub on: Date,
}

impl ScanNotice<'_> {
    fn services(&self) -> Option<Timestamp> {
        self.consent.notice.as_ref().map(|notice| notice.services_at).or(self.services_at)
    }

    fn due(&self) -> Option<Timestamp> {
        self.services().and_then(|at| at.checked_sub(SignedDuration::from_hours(HOURS)).ok())
    }

    fn clock(&self) -> (Tone, String, &'static str) {
        let (Some(notice), Some(due)) = (&self.consent.notice, self.due()) else {
            let because = "The clock runs back from the beginning of services.";
            return (Tone::Open, "Notice to be given".to_owned(), because);
        };
        let hours = notice.services_at.duration_since(notice.given_at).as_secs_f64() / 3600.0;
        let answer = format!("Notice given {hours:.0} hours before");
        let said = |outcome: &str| {
            let checked = self.decisions.iter().flat_map(|decision| &decision.checked);
            checked.filter(|one| one.rule == RULE).any(|one| one.outcome == outcome)
        };
        let late_engagement = notice.engaged_at.is_some_and(|at| at > due && notice.given_at <= at);
        let (tone, because) = if self.decisions.is_empty() {
            (Tone::Open, "For which work it is made is not recorded, so whether 48 hours are asked for is unknown.")
        } else if said("blocked") {
            (
                Tone::Bad,
                "Blocked by rule SAG-NOTICE48: less than 48 hours. Move the services, or record the later engagement.",
            )
        } else if !said("pass") {
            (Tone::Plain, "No rule that governs its works asks for 48 hours.")
        } else if notice.given_at <= due {
            (Tone::Good, "Meets the recorded condition of 48 hours.")
        } else if late_engagement {
            (Tone::Good, "Given at the engagement, which was itself later than 48 hours before.")
        } else {
            (Tone::Good, "The rule asks for no notice of a replica that was made so.")
        };
        (tone, answer, because)
    }

    /// Whether notice was given in time.
    pub fn verdict(&self) -> Verdict {
        let (state, answer, because) = self.clock();
        Verdict { state, answer, because: vec![because.to_owned()] }
    }
}

/// The notice as a page.
pub fn scan_notice(paper: &ScanNotice<'_>) -> String {
    let (c, record) = (paper.consent, paper.record);
    let (services, due) = (paper.services(), paper.due());
    let (tone, answer, because) = paper.clock();
    let body = html! {
        div.clock {
            div { "Notice due by" b { (minute(due)) } "48 hours before" }
            div { "Notice given" b { @match &c.notice { Some(notice) => (minute(Some(notice.given_at))), None => span.blank {} } } @if let Some(at) = c.notice.as_ref().and_then(|n| n.engaged_at) { "engaged " (minute(Some(at))) } }
            div { "Services begin" b { (minute(services)) } @if paper.place.is_empty() { "place not said" } @else { (ink::text(paper.place)) } }
        }
        h2 { "To" }
        p { (ink::party(record, &c.person)) }
        h2 { "What is taken" }
        dl.facts.one {
            (fact("Kind of replica", html! { (c.replica.as_str()) }))
            (fact("Body data", ink::words(&c.biometrics, "none named")))
            (fact("Works", html! { @if c.projects.is_empty() { span.gap { "not named" } } @for (n, id) in c.projects.iter().enumerate() { @if n > 0 { ", " } (ink::work(record, id)) } }))
            (fact("Paid as", html! { @match &c.pay { Some(pay) => { (ink::words([&pay.basis], "")) ", " (ink::text(&pay.amount)) " " (ink::text(&pay.currency)) }, None => span.gap { "not recorded" } } }))
        }
        h2 { "Why the studio asks" }
        div.quote { @match &c.business_reason { Some(reason) => { (ink::whole(reason)) }, None => { span.gap { "No reason is recorded. A reason must be recorded before consent is asked for." } } } }
        h2 { "The use, as it will stand on the consent sheet" }
        div.quote { @match &c.description { Some(words) => { (ink::whole(words)) }, None => { span.gap { "Not described." } } } }
        p { "You may say no. You may bring your agent, counsel or union representative. Consent is asked for on a sheet of its own." }
        (ink::signatures(&["Received by the person or their agent", "For the studio"]))
    };
    Sheet {
        kind: "Notice of scanning",
        title: record.name(&c.person),
        reference: &c.id,
        about: &c.id,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because: html! { p { (because) } },
        body,
    }
    .page()
}

fn minute(at: Option<Timestamp>) -> Markup {
    html! { @match at { Some(at) => (at.strftime("%Y-%m-%d %H:%M UTC")), None => span.blank {} } }
}
