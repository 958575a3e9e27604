//! What every paper must keep to: its words, its disclaimer, its escaping, and that it stands alone.

use rights::Record;

mod story;

/// Text without markup.
fn words(html: &str) -> String {
    let body = &html[html.find("<body>").expect("a body")..];
    let mut out = String::new();
    let mut inside = false;
    for c in body.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

fn between<'a>(html: &'a str, open: &str, close: &str) -> &'a str {
    let start = html.find(open).unwrap_or_else(|| panic!("no {open}"));
    &html[start..start + html[start..].find(close).unwrap_or_else(|| panic!("no {close}"))]
}

/// Every element is closed in its turn.
fn balanced(html: &str) -> Result<(), String> {
    const VOID: [&str; 6] = ["meta", "br", "col", "rect", "line", "path"];
    let mut open: Vec<&str> = Vec::new();
    let mut rest = &html[html.find("</style>").expect("a style") + "</style>".len()..];
    // The head is still open there.
    open.extend(["html", "head"]);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').ok_or("an element without end")?;
        let (tag, after) = rest.split_at(end);
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            let last = open.pop();
            if last != Some(name) && !VOID.contains(&name) {
                return Err(format!("</{name}> closes {last:?}"));
            }
            if VOID.contains(&name) {
                open.extend(last);
            }
        } else {
            let name = tag.split(' ').next().expect("a name");
            if !VOID.contains(&name) {
                open.push(name);
            }
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("left open: {open:?}")) }
}

#[test]
fn no_paper_says_what_only_a_court_can() {
    for (name, html) in story::papers() {
        // The record's own names are not our words.
        let text = words(&html).replace("legal:mv", "").replace("Not legal advice", "").to_lowercase();
        for word in ["legal", "cleared", "compliant", "compliance", "infring", "lawful", "guarantee"] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
}

#[test]
fn every_paper_has_the_disclaimer_at_head_and_foot() {
    let papers = story::papers();
    assert!(papers.len() >= 21);
    for (name, html) in papers {
        for part in [
            between(&html, "<header>", "</header>"),
            between(&html, "<footer>", "</footer>"),
            between(&html, "@top-right{content", "}"),
        ] {
            assert!(part.contains(release::paper::DISCLAIMER), "{name}: {part}");
        }
        assert!(html.contains("@bottom-left{content:\"Records and checks"), "{name}");
    }
}

#[test]
fn every_paper_stands_alone_and_runs_nothing() {
    for (name, html) in story::papers() {
        for never in
            ["<script", "javascript:", "http:", "https:", "src=", "href=", "url(", "@import", " onload", " onclick"]
        {
            assert!(!html.contains(never), "{name} has {never}");
        }
        assert!(
            html.starts_with("<!DOCTYPE html>") && html.contains("<html lang=\"en\">") && html.contains("size: A4")
        );
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn the_answer_comes_first() {
    for (name, html) in story::papers() {
        let answer = html.find("class=\"verdict\"").unwrap_or_else(|| panic!("{name} has no answer"));
        assert!(answer < html.find("<h2>").unwrap_or(usize::MAX), "{name}");
    }
    let papers = story::papers();
    let text = |name: &str| words(&papers.iter().find(|(n, _)| *n == name).expect("the paper").1);
    assert!(text("clearance").contains("Blocked"));
    assert!(text("clearance-met").contains("Meets the recorded conditions"));
    assert!(text("chain").contains("The chain does not carry this use"));
    assert!(text("scan").contains("Notice given 93 hours before"));
    assert!(text("transfer").contains("2027-03-29"), "21 days after the 8th");
    assert!(text("simulator").contains("20,000.01 EUR"));
    assert!(text("statement-cole").contains("3,000.00 USD"));
    assert!(
        text("statement-verdi").contains("Why nothing is paid")
            || text("statement-verdi").contains("What is not known")
    );
    assert!(text("disclosure").contains("Contains digital replicas of performers, and performers made by computer."));
}

#[test]
fn hostile_names_stay_text() {
    for (name, html) in story::hostile("\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{}}</style>") {
        assert!(!html.contains("<script") && !html.contains("<img"), "{name}");
        assert_eq!(html.matches("</style>").count(), 1, "{name}");
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn names_that_turn_or_hide_letters_are_shown_as_they_are() {
    for (name, html) in story::hostile("Rоssi \u{202E}anelE\u{0}\u{200B} ‏אלנה‎ 埃琳娜") {
        assert!(!html.contains(['\u{202E}', '\u{0}', '\u{200B}', '\u{200F}', '\u{200E}']), "{name}");
        assert!(html.contains("[U+202E]"), "{name}");
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn huge_names_do_not_swell_a_page() {
    let papers = story::hostile(&"W".repeat(64 << 10));
    for (name, html) in papers {
        assert!(html.len() < 600_000, "{name} has {} bytes", html.len());
        assert!(html.contains("more characters)"), "{name}");
    }
}

#[test]
fn an_empty_record_makes_every_paper_all_the_same() {
    let empty = Record::default();
    for (name, html) in story::papers_of(&empty, story::record(), story::question(), story::decision(), "Nothing") {
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert!(html.contains(release::paper::DISCLAIMER), "{name}");
    }
    let mut decision = story::decision();
    (decision.reasons, decision.warnings, decision.duties) = (Vec::new(), Vec::new(), Vec::new());
    (decision.near_misses, decision.checked, decision.packs) = (Vec::new(), Vec::new(), Vec::new());
    decision.facts_hash = String::new();
    let mut question = story::question();
    question.uses.clear();
    for (name, html) in story::papers_of(&empty, story::record(), question, decision, "") {
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
    }
}

#[test]
fn the_rules_own_answer_goes_on_paper() {
    let book = rules::Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let (record, question) = (story::record(), story::question());
    let decision = book.decide(record, "o:studio", &rules::Question::Release(question.clone()));
    assert_eq!(decision.decision, rules::Answer::Blocked);
    for (name, html) in story::papers_of(record, record, question.clone(), decision.clone(), "Notte Rossa, trailer 1") {
        balanced(&html).unwrap_or_else(|why| panic!("{name}: {why}"));
        let text = words(&html).replace("legal:mv", "").replace("Not legal advice", "").to_lowercase();
        for word in ["legal", "cleared", "compliant", "infring"] {
            assert!(!text.contains(word), "{name} says {word}");
        }
    }
    // What is paid is what the duties say, to the unit.
    let lines = release::money::lines(record, &question.uses, &decision, story::TODAY);
    let duties = decision.duties.iter().filter(|duty| duty.kind == "pay").count();
    assert!(lines.len() >= duties);
}
