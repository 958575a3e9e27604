//! A chain of title drawn: who gave what to whom, from the authors down to the studio.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rights::{Link, Record, Work};

use super::ink;

/// More parties than this are a table's matter.
const MOST: usize = 24;
const WIDTH: usize = 640;
const ASIDE: usize = 170;
const BOX: usize = 42;
const ROW: usize = 112;

/// A way that does not arrive, drawn in red from its author to the studio.
pub(super) struct Broken<'a> {
    /// The author's record.
    pub author: &'a str,
    /// Acts that did not arrive.
    pub acts: Vec<&'a str>,
    /// Where they are missing.
    pub place: String,
}

/// The graph of one work's links; nothing if there are too many parties to read.
pub(super) fn graph(record: &Record, work: &Work, studio: &str, broken: &[Broken<'_>]) -> Markup {
    let rows = rows(work, studio);
    let Some(deepest) = rows.values().max().copied() else { return html! {} };
    if work.chain_of_title.is_empty() && broken.is_empty() {
        return html! {};
    }
    if rows.len() > MOST {
        return html! { p.dim { "More than " (MOST) " parties: see the table." } };
    }
    // Ways that are missing run down the left side, beside the boxes.
    let left = if broken.is_empty() { 0 } else { ASIDE };
    let room = WIDTH - left;
    let mut across: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for depth in 0..=deepest {
        let here: Vec<&str> = rows.iter().filter(|(_, row)| **row == depth).map(|(id, _)| *id).collect();
        for (n, id) in here.iter().enumerate() {
            across.insert(id, (left + (2 * n + 1) * room / (2 * here.len()), depth * ROW + 4));
        }
    }
    let widest = (0..=deepest).map(|d| rows.values().filter(|row| **row == d).count()).max().unwrap_or(1);
    let wide = (room / widest.max(1)).saturating_sub(16).min(210);
    let letters = wide / 8;
    let height = deepest * ROW + BOX + 8;
    let describe = format!(
        "Chain of title of {}: {} links, {} gaps",
        ink::brief(&work.title, 80),
        work.chain_of_title.len(),
        broken.len()
    );
    html! {
        svg viewBox=(format!("0 0 {WIDTH} {height}")) width=(WIDTH) height=(height) role="img" aria-label=(describe) {
            @for (n, gap) in broken.iter().enumerate().take(4) {
                @if let (Some(from), Some(to)) = (across.get(gap.author), across.get(studio)) { (red(n, *from, *to, gap)) }
            }
            @for (n, link) in work.chain_of_title.iter().enumerate() {
                @if let (Some(from), Some(to)) = (across.get(link.from.as_str()), across.get(link.to.as_str())) { (edge(work, n, link, *from, *to)) }
            }
            @for (id, (x, y)) in &across { (node(record, work, studio, id, (*x, *y), wide, letters)) }
        }
    }
}

/// In which row each party stands: authors in the first, whoever receives below whoever gives, the studio last.
fn rows<'a>(work: &'a Work, studio: &'a str) -> BTreeMap<&'a str, usize> {
    let mut rows: BTreeMap<&str, usize> = work.authors.iter().map(|author| (author.as_str(), 0)).collect();
    let links = &work.chain_of_title;
    for link in links {
        rows.entry(&link.from).or_insert(0);
        rows.entry(&link.to).or_insert(1);
    }
    // A circle of papers would push for ever; as many rounds as there are parties are enough for any chain.
    for _ in 0..rows.len() {
        for link in links.iter().filter(|link| link.from != link.to) {
            let below = (rows[link.from.as_str()] + 1).min(rows.len());
            let row = rows.get_mut(link.to.as_str()).expect("entered above");
            *row = below.max(*row);
        }
    }
    let deepest = rows.iter().filter(|(id, _)| **id != studio).map(|(_, row)| *row).max();
    if let Some(deepest) = deepest {
        rows.insert(studio, deepest + 1);
    }
    // Rows that nobody stands in are drawn together.
    let mut used: Vec<usize> = rows.values().copied().collect();
    used.sort_unstable();
    used.dedup();
    rows.values_mut().for_each(|row| *row = used.partition_point(|other| other < row));
    rows
}

fn node(
    record: &Record,
    work: &Work,
    studio: &str,
    id: &str,
    at: (usize, usize),
    wide: usize,
    letters: usize,
) -> Markup {
    let (x, y) = at;
    let left = x.saturating_sub(wide / 2);
    let name = short(record.name(id), letters);
    let part = if id == studio {
        "studio"
    } else if work.authors.iter().any(|author| author == id) {
        "author"
    } else {
        "holder"
    };
    let fill = if id == studio { "#f0f3f6" } else { "#ffffff" };
    html! {
        rect x=(left) y=(y) width=(wide) height=(BOX) fill=(fill) stroke="#33475f" stroke-width="1.2" {}
        text x=(x) y=(y + 18) text-anchor="middle" { (name) }
        text.soft x=(x) y=(y + 33) text-anchor="middle" { (part) }
    }
}

fn edge(work: &Work, n: usize, link: &Link, from: (usize, usize), to: (usize, usize)) -> Markup {
    let (x1, y1, x2, y2) = (from.0, from.1 + BOX, to.0, to.1);
    // Links between the same two are drawn side by side.
    let twins = work.chain_of_title[..n].iter().filter(|other| other.from == link.from && other.to == link.to).count();
    let (x1, x2) = (x1 + 14 * twins, x2 + 14 * twins);
    let (mx, my) = (usize::midpoint(x1, x2) + 8, usize::midpoint(y1, y2) - 2 + 26 * twins);
    let paper = match (&link.document, link.page) {
        (Some(document), Some(page)) => format!("doc {}, p. {page}", &document.digits()[..8]),
        (Some(document), None) => format!("doc {}, no page", &document.digits()[..8]),
        (None, _) => "no document".to_owned(),
    };
    let proven = link.document.is_some() && link.page.is_some();
    let stroke = if proven { "#33475f" } else { "#a3221c" };
    html! {
        line x1=(x1) y1=(y1) x2=(x2) y2=(y2.saturating_sub(7)) stroke=(stroke) stroke-width="1.4" stroke-dasharray=(if link.instrument == "license" { "6 3" } else { "none" }) {}
        path d=(format!("M{} {} l8 0 l-4 8 z", x2.saturating_sub(4), y2.saturating_sub(8))) fill=(stroke) {}
        text.soft x=(mx) y=(my) { (short(&link.instrument.replace('_', " "), 24)) " " (link.date) " · " (short(&link.territories.to_string(), 22)) }
        text.soft.warn[!proven] x=(mx) y=(my + 13) { (paper) }
    }
}

/// A way that is missing: a red broken line beside the others, with what is missing.
fn red(n: usize, from: (usize, usize), to: (usize, usize), gap: &Broken<'_>) -> Markup {
    let x = ASIDE - 14 - 9 * n;
    let (y1, y2) = (from.1 + BOX / 2 + 5 * n, to.1 + BOX / 2 + 5 * n);
    let my = usize::midpoint(y1, y2).saturating_sub(16) + 52 * n;
    html! {
        path d=(format!("M{} {y1} H{x} V{y2} H{}", from.0, to.0)) fill="none" stroke="#a3221c" stroke-width="1.6" stroke-dasharray="3 4" {}
        text.warn x=(ASIDE - 48) y=(my) text-anchor="end" { "gap" }
        text.soft x=(ASIDE - 48) y=(my + 15) text-anchor="end" { (short(&gap.acts.join(", ").replace('_', " "), 22)) }
        text.soft x=(ASIDE - 48) y=(my + 29) text-anchor="end" { (short(&gap.place, 22)) }
    }
}

fn short(text: &str, letters: usize) -> String {
    let text = ink::brief(text, 200);
    if text.chars().count() <= letters {
        return text;
    }
    text.chars().take(letters.saturating_sub(1)).chain("…".chars()).collect()
}
