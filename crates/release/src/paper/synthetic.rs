//! Memo on a synthetic performer in a human role: what it adds, who was told, where bargaining stands.

use jiff::civil::Date;
use maud::html;
use rights::{Record, Synthetic};
use rules::Decision;

use super::ink::{self, fact};
use super::sheet::{Sheet, Tone, Verdict};

/// Who asks for notice, memo and bargaining.
const RULE: &str = "SAG-39K";

/// What the memo tells.
pub struct SyntheticMemo<'a> {
    /// The performer that never was.
    pub synthetic: &'a Synthetic,
    /// What it adds that a performer could not, in the filmmaker's words; empty lines to write on if not given.
    pub value: Option<&'a str>,
    /// What the rules answered to a release of its work with it.
    pub decision: &'a Decision,
    /// The record.
    pub record: &'a Record,
    /// Day the memo was written.
    pub on: Date,
}

impl SyntheticMemo<'_> {
    fn missing(&self) -> Vec<&'static str> {
        let s = self.synthetic;
        [
            // Words on this page are no paper on record until they are signed and recorded.
            (s.value_memo.is_none(), "what it adds, as `value_memo` on record"),
            (s.notice_on.is_none(), "notice to the union"),
            (s.bargaining.is_none(), "where bargaining stands"),
        ]
        .into_iter()
        .filter_map(|(missing, what)| missing.then_some(what))
        .collect()
    }

    /// Whether what the rule asks for is recorded.
    pub fn verdict(&self) -> Verdict {
        let missing = self.missing();
        let said = super::said(self.decision, RULE, &self.synthetic.id);
        let (state, answer) = match (self.synthetic.human_role, said) {
            (false, _) => (Tone::Plain, "It plays no human being"),
            (true, Some("blocked")) => (Tone::Bad, "Something that the rule asks for is missing"),
            (true, Some(_)) => (Tone::Good, "What the rule asks for is recorded"),
            (true, None) => (Tone::Plain, "No rule that governs its work asks for this memo"),
        };
        let because = match missing.is_empty() || !self.synthetic.human_role {
            true => "Notice, memo and bargaining are looked at where it plays a human being.".to_owned(),
            false => format!("Missing: {}.", missing.join(", ")),
        };
        Verdict { state, answer: answer.to_owned(), because: vec![because] }
    }
}

/// The memo as a page.
pub fn synthetic_memo(paper: &SyntheticMemo<'_>) -> String {
    let (s, record) = (paper.synthetic, paper.record);
    let Verdict { state: tone, answer, because } = paper.verdict();
    let body = html! {
        h2 { "The performer" }
        dl.facts {
            (fact("Record", html! { span.id { (ink::text(&s.id)) } }))
            (fact("Work", ink::work(record, &s.work)))
            (fact("Plays a human being", ink::yes(Some(s.human_role))))
            (fact("Also in the work itself", ink::yes(s.in_work)))
            (fact("Notice to the union", html! { @match s.notice_on { Some(day) => (day), None => span.gap { "not given" } } }))
            (fact("Bargaining", html! { @match &s.bargaining { Some(words) => { (ink::text(words)) }, None => span.gap { "not recorded" } } }))
            (fact("Memo on file", ink::document(s.value_memo.as_ref())))
        }
        h2 { "What it adds that a performer could not" }
        div.quote { @match paper.value {
            Some(words) => { (ink::whole(words)) }
            None => { @for _ in 0..4 { p { span.blank style="width:100%" { "\u{a0}" } } } }
        } }
        p { "“Significant additional value” is not defined by the agreement as it is reported. The record asks for a text and a reviewer; it does not judge." }
        h2 { "Whom it replaces, and what is paid" }
        p { "Roles that a performer would have played: " span.blank {} }
        p { "Remuneration goes to the health and pension plan, as the agreement is reported. Amount: " span.blank {} }
        p.dim { "Rule " (ink::rule(RULE)) ", from SAG-AFTRA TV/Theatrical 2026, section 39.K (from the union’s summary)." }
        (ink::signatures(&["The filmmaker", "Business affairs"]))
    };
    Sheet {
        kind: "Memo on a synthetic performer",
        title: &s.id,
        reference: &s.id,
        about: &s.id,
        on: paper.on,
        tone,
        answer: html! { (answer) },
        because: html! { @for line in because { p { (line) } } },
        body,
    }
    .page()
}
