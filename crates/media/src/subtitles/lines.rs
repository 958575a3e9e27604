//! SubRip and WebVTT: a line of times, then lines of text, then an empty line.

use super::{Cue, milliseconds};

/// All cues. Numbers, identifiers, notes and styles are passed over; a line with an arrow that is no pair of times is
/// counted in a warning.
pub(super) fn parse(text: &str, warnings: &mut Vec<String>) -> Vec<Cue> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.lines().collect();
    let mut cues = Vec::new();
    let mut bad = Vec::new();
    let mut i = 0;
    while i < lines.len() {
        let line = lines[i].trim();
        if is_aside(line) {
            while i < lines.len() && !lines[i].trim().is_empty() {
                i += 1;
            }
            continue;
        }
        i += 1;
        if !line.contains("-->") {
            continue;
        }
        let times = times(line);
        if times.is_none() {
            bad.push(i);
        }
        let mut said: Vec<&str> = Vec::new();
        while i < lines.len() && !lines[i].trim().is_empty() && !lines[i].contains("-->") {
            said.push(lines[i]);
            i += 1;
        }
        // No empty line before the next cue: its number is not said.
        let runs_on = i < lines.len() && lines[i].contains("-->");
        if runs_on && said.last().is_some_and(|l| l.trim().bytes().all(|b| b.is_ascii_digit())) {
            said.pop();
        }
        if let Some((start_ms, end_ms)) = times {
            cues.push(Cue { start_ms, end_ms, text: plain(&said.join("\n")) });
        }
    }
    if let Some(first) = bad.first() {
        warnings.push(format!("{} lines hold no times that can be read, the first is line {first}", bad.len()));
    }
    cues
}

/// WebVTT's header and blocks that are not cues.
fn is_aside(line: &str) -> bool {
    let word = line.split_whitespace().next().unwrap_or_default();
    matches!(word.trim_start_matches('\u{feff}'), "WEBVTT" | "NOTE" | "STYLE" | "REGION") && !line.contains("-->")
}

fn times(line: &str) -> Option<(i64, i64)> {
    let (start, rest) = line.split_once("-->")?;
    // WebVTT's settings follow the second time.
    let end = rest.split_whitespace().next()?;
    Some((milliseconds(start)?, milliseconds(end)?))
}

/// Without tags, SubRip's `{\an8}` and character references.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // Once none is left it is not looked for again: a file may open thousands and end none.
    let (mut tags, mut commands) = (true, true);
    while let Some(c) = rest.chars().next() {
        let closed = match c {
            '<' if tags && tag(rest) => {
                let end = rest.find('>');
                tags = end.is_some();
                end
            }
            '{' if commands && rest.starts_with("{\\") => {
                let end = rest.find('}');
                commands = end.is_some();
                end
            }
            _ => None,
        };
        if let Some(end) = closed {
            rest = &rest[end + 1..];
            continue;
        }
        if c == '&'
            && let Some((letter, len)) = reference(rest)
        {
            out.push_str(&letter);
            rest = &rest[len..];
            continue;
        }
        out.push(c);
        rest = &rest[c.len_utf8()..];
    }
    out.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Whether a tag begins here, and not a `<` that is said (`I <3 you`).
fn tag(text: &str) -> bool {
    let next = text.chars().nth(1).unwrap_or(' ');
    next.is_ascii_alphabetic() || next == '/' || (next.is_ascii_digit() && text.chars().nth(3) == Some(':'))
}

fn reference(text: &str) -> Option<(String, usize)> {
    let end = text.bytes().take(11).position(|b| b == b';')?;
    let letter = match &text[1..end] {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "lrm" | "rlm" => return Some((String::new(), end + 1)),
        number => {
            let digits = number.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((letter.to_string(), end + 1))
}
