//! The vendor sheet: what each one outside may see, keep and learn from, until when, and whether deletion is proven.

use std::collections::BTreeSet;

use jiff::civil::Date;
use maud::{Markup, html};
use rights::{Model, Record, Transfer};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// What a vendor sheet tells.
pub struct VendorSheet<'a> {
    /// The vendor's record.
    pub vendor: &'a str,
    /// The studio's record, whose the weights should be.
    pub studio: &'a str,
    /// The record.
    pub record: &'a Record,
    /// The day.
    pub on: Date,
}

impl VendorSheet<'_> {
    fn models(&self) -> Vec<&Model> {
        let hosts = |m: &&Model| m.vendor.as_ref().is_some_and(|v| v.party == self.vendor);
        self.record.models.values().filter(hosts).collect()
    }

    fn transfers(&self) -> Vec<&Transfer> {
        self.record.transfers.values().filter(|t| t.to == self.vendor).collect()
    }

    /// Whether the vendor's terms are those that the studio's rules allow.
    pub fn verdict(&self) -> Verdict {
        let (models, transfers) = (self.models(), self.transfers());
        let faults: BTreeSet<&str> = models.iter().flat_map(|model| faults(model, self.studio)).collect();
        let open = transfers.iter().filter(|t| deletion(self.record, t).is_none()).count();
        let (state, answer) = if !faults.is_empty() {
            (Tone::Bad, "Terms that the studio’s rules do not allow")
        } else if models.is_empty() && transfers.is_empty() {
            (Tone::Plain, "Nothing is recorded with this vendor")
        } else if transfers.iter().any(|t| t.undertaking_on.is_none()) {
            (Tone::Open, "Material without an undertaking")
        } else {
            (Tone::Good, "Terms meet the recorded conditions")
        };
        let mut because: Vec<String> = faults.into_iter().map(str::to_owned).collect();
        because.push(format!(
            "{}, {}{}",
            ink::count(models.len(), "model", "models"),
            ink::count(transfers.len(), "delivery", "deliveries"),
            if transfers.is_empty() { String::new() } else { format!(", {open} without proof of deletion") }
        ));
        Verdict { state, answer: answer.to_owned(), because }
    }
}

/// The sheet as a page.
pub fn vendor_sheet(paper: &VendorSheet<'_>) -> String {
    let record = paper.record;
    let (models, transfers) = (paper.models(), paper.transfers());
    let Verdict { state: tone, answer, because } = paper.verdict();
    let (count, faults) = because.split_last().expect("the count always stands last");
    let because = html! {
        @if !faults.is_empty() { ul { @for fault in faults { li { (fault) } } } }
        p { (count) "." }
    };
    let body = html! {
        (terms(paper, &models))
        (deliveries(paper, &transfers))
        h2 { "Why it stays non-exclusive" }
        p { "The studio works with several vendors and is bound to none. A vendor keeps nothing, learns nothing from what it sees, and owns no weights made from the studio’s films." }
        (ink::signatures(&["For the vendor", "For the studio"]))
    };
    Sheet {
        kind: "Vendor sheet",
        title: record.name(paper.vendor),
        reference: paper.vendor,
        about: paper.vendor,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because,
        body,
    }
    .page()
}

/// What of a model's terms the rule VENDOR-NX does not allow.
fn faults<'a>(model: &Model, studio: &str) -> Vec<&'a str> {
    let Some(terms) = &model.vendor else { return Vec::new() };
    [
        (terms.exclusive, "the deal is exclusive"),
        (terms.retains_inputs, "the vendor keeps what it is given"),
        (terms.trains_on_inputs, "the vendor learns from what it is given"),
        (terms.weights_owner != studio, "the weights are not the studio’s"),
        (!terms.deletion_proof, "the vendor need not prove deletion"),
    ]
    .into_iter()
    .filter_map(|(bad, words)| bad.then_some(words))
    .collect()
}

/// The deed that proves that what was handed over is gone.
fn deletion<'a>(record: &'a Record, transfer: &Transfer) -> Option<&'a rights::Deed> {
    record.deeds_about(&transfer.id, "deletion").next()
}

fn terms(paper: &VendorSheet<'_>, models: &[&Model]) -> Markup {
    html! {
        h2 { "Models that it hosts or trains" }
        @if models.is_empty() { p { "None." } }
        @for model in models { @if let Some(terms) = &model.vendor { div.keep {
            h3 { span.id { (ink::text(&model.id)) } " " (ink::words(model.aspect.iter(), "")) }
            dl.facts {
                (fact("Exclusive", bad(terms.exclusive)))
                (fact("Keeps inputs", bad(terms.retains_inputs)))
                (fact("Learns from inputs", bad(terms.trains_on_inputs)))
                (fact("Owner of the weights", html! { @if terms.weights_owner == paper.studio { (ink::party(paper.record, &terms.weights_owner)) } @else { span.gap { (ink::text(paper.record.name(&terms.weights_owner))) } } }))
                (fact("Must prove deletion", html! { @if terms.deletion_proof { "yes" } @else { span.gap { "no" } } }))
                (fact("Access limited", ink::yes(model.access_limited)))
            }
        } } }
    }
}

fn bad(value: bool) -> Markup {
    html! { @if value { span.gap { "yes" } } @else { "no" } }
}

fn deliveries(paper: &VendorSheet<'_>, transfers: &[&Transfer]) -> Markup {
    html! {
        h2 { "What it was handed" }
        @if transfers.is_empty() { p { "Nothing is recorded." } }
        @else { table {
            thead { tr { th { "Day" } th { "What" } th { "Works" } th { "May learn from it" } th { "Undertaking" } th { "Union" } th { "Deletion proven" } } }
            tbody { @for t in transfers { tr {
                td.code { (t.on) }
                td { (ink::words([&t.what], "")) " " span.id { (ink::text(&t.id)) } }
                td { @for (n, id) in t.works.iter().enumerate() { @if n > 0 { ", " } (ink::work(paper.record, id)) } }
                td { (ink::yes(t.for_training)) }
                td.code { @match t.undertaking_on { Some(day) => (day), None => span.gap { "none" } } }
                td { @match t.union_approved { Some(true) => "approved", Some(false) => span.gap { "refused" }, None => span.dim { "–" } } }
                td { @match deletion(paper.record, t) { Some(deed) => { (deed.on) " " (ink::document(deed.document.as_ref())) }, None => span.gap { "no" } } }
            } } }
        } }
    }
}
