//! The sheet that every paper is written on: head, answer, body, foot, and how it prints.

use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use rules::decide::DISCLAIMER;
use rules::decision::Answer;
use serde::Serialize;

use super::ink;

/// How grave the answer of a paper is: it colors the band, and a word says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Nothing stops it.
    Good,
    /// Something is not known.
    Open,
    /// Something stops it.
    Bad,
    /// It answers no question.
    Plain,
}

impl From<Answer> for Tone {
    fn from(answer: Answer) -> Tone {
        match answer {
            Answer::MeetsRecordedConditions => Tone::Good,
            Answer::Unknown => Tone::Open,
            Answer::Blocked => Tone::Bad,
        }
    }
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Open => "open",
            Tone::Bad => "bad",
            Tone::Plain => "plain",
        }
    }
}

/// What a paper says first of all, for whoever writes it and does not look at the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// How grave it is.
    pub state: Tone,
    /// The answer in a few words, as it stands on the page.
    pub answer: String,
    /// Why, a sentence each, parties by name.
    pub because: Vec<String>,
}

/// One paper.
pub(super) struct Sheet<'a> {
    /// What kind of paper: words of ours.
    pub kind: &'static str,
    /// What it is about.
    pub title: &'a str,
    /// Its number or hash, if it has one.
    pub reference: &'a str,
    /// The record that it is about: what tells a new print of this paper from another paper.
    pub about: &'a str,
    /// Day it was made.
    pub on: Date,
    /// The answer, first of all.
    pub tone: Tone,
    /// The answer in a few words.
    pub answer: Markup,
    /// What follows from it, in a sentence or two.
    pub because: Markup,
    /// All the rest.
    pub body: Markup,
}

impl Sheet<'_> {
    /// The page as HTML.
    pub(super) fn page(&self) -> String {
        let reference = mark(self.reference);
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="paper" content={ (self.kind) ": " (ink::brief(self.about, 200)) };
                    title { (self.kind) ": " (ink::brief(self.title, 120)) }
                    style { (PreEscaped(include_str!("page.css"))) (PreEscaped(running(self.kind, &reference))) }
                }
                body {
                    header {
                        div.strip {
                            span.kind { (self.kind) }
                            span { @if !reference.is_empty() { (reference) " · " } (self.on) }
                        }
                        p.disclaimer { (DISCLAIMER) }
                    }
                    main {
                        h1 { (ink::text(self.title)) }
                        div class={ "answer " (self.tone.class()) } {
                            p.verdict { (self.answer) }
                            div.because { (self.because) }
                        }
                        (self.body)
                    }
                    footer { p.disclaimer { (DISCLAIMER) } }
                }
            }
        }
        .into_string()
    }
}

/// Whether `old`, a page or the beginning of one, is an earlier print of the paper `new`: of the same kind, about the same record.
pub fn same_paper(old: &str, new: &str) -> bool {
    fn name(page: &str) -> Option<&str> {
        let rest = page.split_once("<meta name=\"paper\" content=\"")?.1;
        rest.split_once('"').map(|(name, _)| name)
    }
    name(new).is_some_and(|new| name(old) == Some(new))
}

/// What may stand in a style sheet of a name from outside: letters, digits and a few marks of ASCII, not many of them.
fn mark(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || "-_:./ ".contains(*c)).take(40).collect()
}

/// Head and foot of every printed page after the first; the first and the last carry those of the page itself.
fn running(kind: &str, reference: &str) -> String {
    let dot = if reference.is_empty() { "" } else { " · " };
    format!(
        "@page{{@top-left{{content:\"{kind}{dot}{reference}\"}}@top-right{{content:\"{DISCLAIMER}\"}}\
         @bottom-left{{content:\"{DISCLAIMER}\"}}@bottom-right{{content:counter(page) \" / \" counter(pages)}}}}\
         @page:first{{@top-left{{content:none}}@top-right{{content:none}}}}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_gets_into_the_style() {
        assert_eq!(mark("a\"}</style><script>"), "a/stylescript");
        assert_eq!(mark(&"9".repeat(64)).len(), 40);
    }
}
