//! Advanced SubStation Alpha.

use super::{Cue, milliseconds};

/// Whether `text` is a script of this kind.
pub(super) fn is_ass(text: &str) -> bool {
    let mut lines = text.lines().map(|l| l.trim_start_matches('\u{feff}').trim());
    lines.clone().take(5).any(|l| l.eq_ignore_ascii_case("[Script Info]"))
        || lines.any(|l| l.eq_ignore_ascii_case("[Events]"))
}

/// All lines of dialogue; comments and drawings are left out.
pub(super) fn parse(text: &str, warnings: &mut Vec<String>) -> Vec<Cue> {
    // Start, End and Text where no Format line says otherwise.
    let (mut start, mut end, mut fields) = (1, 2, 10);
    let mut inside = false;
    let mut cues = Vec::new();
    let mut bad = 0;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line.eq_ignore_ascii_case("[Events]");
        } else if let Some(format) = line.strip_prefix("Format:").filter(|_| inside) {
            let names: Vec<String> = format.split(',').map(|n| n.trim().to_ascii_lowercase()).collect();
            let place = |name: &str, usual: usize| names.iter().position(|n| n == name).unwrap_or(usual);
            (start, end, fields) = (place("start", 1), place("end", 2), names.len().max(3));
        } else if let Some(dialogue) = line.strip_prefix("Dialogue:").filter(|_| inside) {
            // The text is the last field, and may hold commas.
            let values: Vec<&str> = dialogue.splitn(fields, ',').collect();
            let times =
                values.get(start).and_then(|s| milliseconds(s)).zip(values.get(end).and_then(|e| milliseconds(e)));
            match times.filter(|_| values.len() == fields) {
                Some((start_ms, end_ms)) => cues.push(Cue { start_ms, end_ms, text: plain(values[fields - 1]) }),
                None => bad += 1,
            }
        }
    }
    if bad > 0 {
        warnings.push(format!("{bad} lines of dialogue hold no times that can be read"));
    }
    cues
}

/// The text without its commands, which stand in braces; nothing of a drawing.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut drawing, mut closes) = (false, true);
    let mut rest = text;
    while !rest.is_empty() {
        // Once none is left it is not looked for again: a line may open thousands and end none.
        let close = if closes && rest.starts_with('{') { rest.find('}') } else { None };
        closes &= close.is_some() || !rest.starts_with('{');
        if let Some(close) = close {
            for command in rest[1..close].split('\\') {
                // `\p1` begins a drawing; `\pos` and `\pbo` do not.
                if let Some(scale) = command.strip_prefix('p').and_then(|n| n.trim().parse::<u32>().ok()) {
                    drawing = scale > 0;
                }
            }
            rest = &rest[close + 1..];
            continue;
        }
        // A brace that closes nowhere is said.
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let to = rest[first..].find('{').map_or(rest.len(), |i| i + first);
        if !drawing {
            out.push_str(&rest[..to]);
        }
        rest = &rest[to..];
    }
    let out = out.replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ");
    out.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}
