//! How a value is written on paper.

use film::{Rate, Timecode};
use maud::{Markup, html};
use rights::{Document, Record, Territories};
use rules::decision::Answer;
use rules::question::Use;

/// Characters of a name that are shown.
const SHOWN: usize = 120;
/// Characters of a sentence that are shown.
const SENTENCE: usize = 600;

/// A text from outside: kept to itself, so that its direction does not turn its neighbors; cut where it is huge; control
/// characters shown by their numbers, since what turns or hides letters must be seen by who signs.
pub(super) fn text(text: &str) -> Markup {
    html! { bdi { (brief(text, SHOWN)) } }
}

/// What a person signs: whole, however long, up to what a file may hold.
pub(super) fn whole(text: &str) -> Markup {
    html! { bdi { (brief(text, 1 << 20)) } }
}

/// A sentence from outside, of which more is shown.
pub(super) fn prose(text: &str) -> Markup {
    html! { bdi { (quoted(&brief(text, SENTENCE))) } }
}

/// A sentence of the rules as people read it: parties and works by name instead of by record, the first letter large.
pub(super) fn told(record: &Record, text: &str) -> Markup {
    let sentence = by_name(record, text);
    let mut letters = sentence.chars();
    let first = letters.next().filter(|_| !sentence.split(' ').next().unwrap_or_default().contains(':'));
    match first {
        Some(first) => prose(&first.to_uppercase().chain(letters).collect::<String>()),
        None => prose(&sentence),
    }
}

/// A sentence with parties and works by name instead of by record.
pub(super) fn by_name(record: &Record, text: &str) -> String {
    const MARKS: [char; 6] = [',', '.', ';', ')', '(', '`'];
    // The ends of a word are its marks; what lies between may be the name of a record.
    let named = |word: &str| {
        let id = word.trim_matches(MARKS);
        let name = match (record.parties.get(id), record.works.get(id)) {
            (Some(party), _) => &party.name,
            (None, Some(work)) => &work.title,
            (None, None) => return word.to_owned(),
        };
        word.replacen(id, &brief(name, SHOWN), 1)
    };
    brief(text, 4 * SENTENCE).split(' ').map(named).collect::<Vec<_>>().join(" ")
}

/// Words that the rules set in backquotes, in quotation marks.
fn quoted(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return text.to_owned();
    }
    let parts: Vec<&str> = text.split('`').collect();
    let mark = |n: usize| {
        if n == 0 {
            ""
        } else if n % 2 == 1 {
            "“"
        } else {
            "”"
        }
    };
    parts.iter().enumerate().map(|(n, part)| format!("{}{part}", mark(n))).collect()
}

/// An amount's digits, its whole part in groups of three.
pub(super) fn amount(decimal: &str) -> String {
    let (sign, digits) = decimal.strip_prefix('-').map_or(("", decimal), |digits| ("−", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut out = sign.to_owned();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// The first `most` characters, with control characters made visible.
pub(super) fn brief(text: &str, most: usize) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    for c in chars.by_ref().take(most) {
        match c {
            '\n' | '\t' => out.push(' '),
            c if c.is_control() || turns(c) => out.push_str(&format!("[U+{:04X}]", u32::from(c))),
            c => out.push(c),
        }
    }
    let rest = chars.count();
    if rest > 0 {
        out.push_str(&format!("… ({rest} more characters)"));
    }
    out
}

/// Whether it turns the direction of letters, or is not seen at all.
fn turns(c: char) -> bool {
    matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// A party by name, with its record's name beneath: look-alike names have different ones.
pub(super) fn party(record: &Record, id: &str) -> Markup {
    let name = record.name(id);
    html! { (text(name)) @if name != id { " " span.id { (text(id)) } } }
}

/// A work by title, with its record's name.
pub(super) fn work(record: &Record, name: &str) -> Markup {
    match record.works_named(name).as_slice() {
        [work] => html! { (text(&work.title)) " " span.id { (text(&work.id)) } },
        [] => html! { (text(name)) " " span.gap { "not recorded" } },
        _ => html! { (text(name)) " " span.gap { "several works bear this title" } },
    }
}

/// Which document, which page; in red where nothing is recorded.
pub(super) fn source(document: Option<&Document>, page: Option<u32>) -> Markup {
    html! { span.source {
        @match document {
            Some(document) => { span.doc title=(document) { (&document.digits()[..8]) } }
            None => { span.gap { "no document" } }
        }
        @match page {
            Some(page) => { ", p. " (page) }
            None => { @if document.is_some() { ", " span.gap { "no page" } } }
        }
    } }
}

/// A whole document, of which no page is recorded.
pub(super) fn document(document: Option<&Document>) -> Markup {
    html! { span.source {
        @match document {
            Some(document) => { span.doc title=(document) { (&document.digits()[..8]) } }
            None => { span.dim { "–" } }
        }
    } }
}

/// A source of something that needs none: nothing where there is none.
pub(super) fn source_if(document: Option<&Document>, page: Option<u32>) -> Markup {
    if document.is_none() && page.is_none() {
        html! { span.dim { "–" } }
    } else {
        source(document, page)
    }
}

/// The three answers in words.
pub(super) fn answer(answer: Answer) -> &'static str {
    match answer {
        Answer::MeetsRecordedConditions => "Meets the recorded conditions",
        Answer::Unknown => "Unknown",
        Answer::Blocked => "Blocked",
    }
}

/// What a rule said, by shape, color and word.
pub(super) fn outcome(outcome: &str) -> Markup {
    let (class, shape, words) = match outcome {
        "pass" => ("good", "●", "pass"),
        "blocked" => ("bad", "■", "blocked"),
        "unknown" => ("open", "◆", "unknown"),
        "warn" => ("open", "▲", "look"),
        "duty" => ("plain", "▶", "duty"),
        "done" => ("good", "●", "done"),
        "carried" => ("good", "●", "nothing stops it"),
        "not_applicable" => ("none", "–", "not applicable"),
        other => return html! { span.tag.none { (text(other)) } },
    };
    html! { span class={ "tag " (class) } { span aria-hidden="true" { (shape) } " " (words) } }
}

/// An answer as an outcome.
pub(super) fn outcome_of(answer: Answer) -> Markup {
    outcome(match answer {
        Answer::MeetsRecordedConditions => "pass",
        Answer::Unknown => "unknown",
        Answer::Blocked => "blocked",
    })
}

/// A rule by its id.
pub(super) fn rule(id: &str) -> Markup {
    html! { span.rule { (brief(id, 60)) } }
}

/// Words of our lists, `scene_adr`, in a row.
pub(super) fn words<T: AsRef<str>>(words: impl IntoIterator<Item = T>, nothing: &str) -> Markup {
    let words: Vec<String> = words.into_iter().map(|word| brief(&word.as_ref().replace('_', " "), 80)).collect();
    if words.is_empty() {
        return html! { span.dim { (nothing) } };
    }
    html! { bdi { (words.join(", ")) } }
}

/// Territories, so that `-US` stays in one piece at the end of a line.
pub(super) fn places(territories: &Territories) -> String {
    territories.to_string().replace('-', "\u{2011}")
}

/// Seconds, to the hundredth.
pub(super) fn seconds(seconds: f64) -> String {
    if seconds.is_finite() { format!("{seconds:.2} s") } else { "unknown".to_owned() }
}

/// Where a use lies in what is made: timecode if the rate is known, else frames.
pub(super) fn place(one: &Use, rate: Option<Rate>) -> String {
    match (one.record, rate) {
        (None, _) => "–".to_owned(),
        (Some((start, end)), None) => format!("frames {start}–{end}"),
        (Some((start, end)), Some(rate)) => {
            let code = |frame| Timecode::new(frame, rate, rate.has_drop_frame());
            format!("{}–{}", code(start), code(end))
        }
    }
}

/// `1 shot`, `2 shots`.
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A label with its value, for lists of facts.
pub(super) fn fact(label: &str, value: Markup) -> Markup {
    html! { div { dt { (label) } dd { (value) } } }
}

/// A yes, a no, or nothing recorded.
pub(super) fn yes(value: Option<bool>) -> Markup {
    match value {
        Some(true) => html! { "yes" },
        Some(false) => html! { "no" },
        None => html! { span.gap { "unknown" } },
    }
}

/// Lines to sign on, one for each role.
pub(super) fn signatures(roles: &[&str]) -> Markup {
    html! {
        div.signatures { @for role in roles { div {
            div.line {}
            p { (role) }
            p.dim { "Name, date" }
        } } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_turns_or_hides_letters_is_seen() {
        assert_eq!(brief("a\u{202E}b\u{0}c\nd", 100), "a[U+202E]b[U+0000]c d");
        assert_eq!(brief("क्‍ष", 100), "क्‍ष", "joiners belong to the script");
        assert!(brief(&"x".repeat(65_536), 120).ends_with("… (65416 more characters)"));
        let rows = "[[party]]\nid='o:a'\nkind='org'\nname='Alfa <Film>'\n";
        let record = Record::new(rights::read::toml("a.toml", rows).unwrap().into_iter().map(|row| row.entry));
        let told = |sentence| told(&record, sentence).into_string();
        assert_eq!(told("gave it (o:a), o:ab"), "<bdi>Gave it (Alfa &lt;Film&gt;), o:ab</bdi>");
        assert_eq!((told("c:x was revoked"), told("")), ("<bdi>c:x was revoked</bdi>".into(), "<bdi></bdi>".into()));
        assert_eq!(quoted("covers `trailer`, or"), "covers “trailer”, or");
        assert_eq!(quoted("a ` b"), "a ` b");
        assert_eq!(amount("-1234567.05"), "−1,234,567.05");
        assert_eq!((amount("0.01"), amount("100"), amount("1000")), ("0.01".into(), "100".into(), "1,000".into()));
        assert_eq!(text("<b>").into_string(), "<bdi>&lt;b&gt;</bdi>");
    }
}
