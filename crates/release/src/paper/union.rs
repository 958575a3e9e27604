//! Notice to a union that performances, scripts or films are handed to others to train a model that the public can use.

use jiff::civil::Date;
use maud::html;
use rights::{Guild, Record, Transfer};

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// What a notice to a union tells.
pub struct UnionNotice<'a> {
    /// What is handed out.
    pub transfer: &'a Transfer,
    /// Whom the notice is for.
    pub guild: Guild,
    /// The record.
    pub record: &'a Record,
    /// Day the notice was written.
    pub on: Date,
}

/// Which paper asks for it, and what the union may ask in turn, as reported; each to be checked against the agreement.
fn basis(guild: Guild) -> (&'static str, &'static str, &'static str) {
    match guild {
        Guild::SagAftra => (
            "SAG-39L",
            "SAG-AFTRA TV/Theatrical 2026, section 39.L (from the union’s summary)",
            "The union may ask to meet and discuss.",
        ),
        Guild::Wga => (
            "WGA-NOTICE",
            "WGA Minimum Basic Agreement 2026 (as reported)",
            "The guild may ask to discuss remuneration. Rights about training stay reserved.",
        ),
        Guild::Dga => (
            "DGA-NOTICE",
            "DGA Basic Agreement 2026 (as reported)",
            "The guild is to be consulted before training data is licensed.",
        ),
        _ => ("none", "no rule of this union is recorded", "Ask the union what it expects."),
    }
}

impl UnionNotice<'_> {
    /// Whether the rule asks for it; nothing where that is not known.
    fn owed(&self) -> Option<bool> {
        let t = self.transfer;
        let facts = [t.for_training, t.affiliated.map(|own| !own), t.public_facing];
        if facts.contains(&Some(false)) {
            return Some(false);
        }
        facts.iter().all(Option::is_some).then_some(true)
    }

    /// Whether notice is owed, and still in time.
    pub fn verdict(&self) -> Verdict {
        let (state, answer) = match self.owed() {
            Some(true) if self.on > self.transfer.on => (Tone::Bad, "The notice is late: delivery was before it"),
            Some(true) => (Tone::Open, "Notice to be given before delivery"),
            None => (Tone::Open, "Unknown whether notice is owed"),
            Some(false) => (Tone::Plain, "No notice is owed under this rule, as recorded"),
        };
        let because =
            "Notice is owed where material goes to others outside the group to train a model that the public can use.";
        Verdict { state, answer: answer.to_owned(), because: vec![because.to_owned()] }
    }
}

/// The notice as a page.
pub fn union_notice(paper: &UnionNotice<'_>) -> String {
    let (t, record) = (paper.transfer, paper.record);
    let (rule, source, may) = basis(paper.guild);
    let name = guild(record, paper.guild);
    let Verdict { state: tone, answer, because } = paper.verdict();
    let body = html! {
        h2 { "To" }
        p { (ink::text(&name)) }
        h2 { "What is handed out" }
        dl.facts {
            (fact("Receiver", ink::party(record, &t.to)))
            (fact("What", ink::words([&t.what], "")))
            (fact("Day of delivery", html! { (t.on) }))
            (fact("To train a model", ink::yes(t.for_training)))
            (fact("Receiver in the group", ink::yes(t.affiliated)))
            (fact("Open to the public", ink::yes(t.public_facing)))
        }
        table {
            thead { tr { th { "Work" } th { "Photography began" } th { "Agreements it was made under" } } }
            tbody { @for id in &t.works { @let work = record.work(id); tr {
                td { (ink::work(record, id)) }
                td.code { @match work.and_then(|w| w.photography_start) { Some(day) => (day), None => span.gap { "unknown" } } }
                td { @match work.and_then(|w| w.guilds.as_ref()) { Some(guilds) => (ink::words(guilds.iter().map(|g| g.as_str()), "none")), None => span.gap { "unknown" } } }
            } } }
        }
        h2 { "Notice" }
        @match paper.owed() {
            Some(true) => div.quote {
                "The studio gives notice that it intends to hand the material named above to " (ink::text(record.name(&t.to)))
                ", who is not of the studio’s group, for the training of a model that the public can use. Delivery is planned for " (t.on) "."
            },
            // A notice would state what nobody has recorded, or what is not so.
            None => p { "Its words are not set here: " span.gap { "what is unknown above must be recorded first." } },
            Some(false) => p { "None is written: what is recorded above does not ask for one." },
        }
        p { (may) " " span.dim { "Rule " (ink::rule(rule)) ", from " (source) "." } }
        @if paper.owed() != Some(false) { (ink::signatures(&["For the studio", "Received for the union"])) }
    };
    Sheet {
        kind: "Notice to a union",
        title: &name,
        reference: &t.id,
        about: &format!("{} {}", t.id, paper.guild),
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because: html! { @for line in because { p { (line) } } },
        body,
    }
    .page()
}

/// A union as the record names it, else by its word.
pub(super) fn guild(record: &Record, guild: Guild) -> String {
    let party = record.parties.values().find(|party| party.guild == Some(guild));
    party.map_or_else(|| guild.as_str().replace('_', " ").to_uppercase(), |party| party.name.clone())
}
