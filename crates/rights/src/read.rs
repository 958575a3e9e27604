//! Reading rows from TOML, every one with its file and line.

use std::fmt;

use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::entry::Entry;
use crate::word::brief;

/// The longest file that is read, bytes.
pub const LONGEST_FILE: usize = 64 << 20;
/// The longest text in a field, bytes: a page of a contract is 3 to 4 KB.
pub const LONGEST_TEXT: usize = 64 << 10;
/// More faults of a file than a person reads; the rest is not looked for.
pub const MOST_FAULTS: usize = 1000;

/// Files up to this length may be written by hand, and all their faults are told.
const LONGEST_WRITTEN: usize = 256 << 10;

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The file, as it was named.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A row, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The row.
    pub entry: Entry,
    /// Its first line.
    pub place: Place,
    /// Whether it is a shot of which the file says only who is in it: see [`crate::sheet::complete`].
    pub partial: bool,
}

/// Something in a file that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, thiserror::Error)]
#[error("{place}: {what}")]
pub struct Wrong {
    /// Where.
    pub place: Place,
    /// What, and what to do.
    pub what: String,
}

/// Reads the rows of a TOML file; every fault is told, not the first one only.
///
/// ```
/// let rows = rights::read::toml("party.toml", r#"
/// [[party]]
/// id = "p:rossi-elena"
/// kind = "person"
/// name = "Elena Rossi"
/// born = 1988-04-02
/// "#).unwrap();
/// assert_eq!((rows[0].entry.id(), rows[0].place.line), ("p:rossi-elena", 2));
/// let wrong = rights::read::toml("party.toml", "[[party]]\nid = 'p:x'\nkind = 'person'\nname = 'X'\nborn = 1988-02-30").unwrap_err();
/// assert_eq!(wrong[0].place.line, 5);
/// ```
pub fn toml(file: &str, text: &str) -> Result<Vec<Row>, Vec<Wrong>> {
    let lines = Lines::of(file, text);
    if text.len() > LONGEST_FILE {
        let what = format!("the file is longer than {} MB: split it", LONGEST_FILE >> 20);
        return Err(vec![lines.wrong(0, what)]);
    }
    let table = match DeTable::parse(text) {
        Ok(table) => table,
        Err(first) => {
            // All faults of a text that a person wrote; of a huge one the first, since each may take more room than the text.
            let all = if text.len() <= LONGEST_WRITTEN { DeTable::parse_recoverable(text).1 } else { vec![first] };
            let fault = |e: &toml::de::Error| {
                lines.wrong(e.span().map_or(0, |span| span.start), format!("no TOML: {}", brief_lines(e.message())))
            };
            return Err(all.iter().take(MOST_FAULTS).map(fault).collect());
        }
    };
    let mut wrong = Vec::new();
    let mut rows = Vec::new();
    for (kind, value) in table.get_ref() {
        let at = kind.span().start;
        let kind: &str = kind.get_ref();
        if !Entry::KINDS.contains(&kind) {
            let what = format!("`{}` is no kind of row; kinds are {}", brief(kind), Entry::KINDS.join(", "));
            wrong.push(lines.wrong(at, what));
            continue;
        }
        let Some(items) = value.get_ref().as_array() else {
            wrong.push(lines.wrong(at, format!("`{kind}` is a list of rows: write [[{kind}]], not [{kind}]")));
            continue;
        };
        for item in items {
            if wrong.len() == MOST_FAULTS {
                break;
            }
            match row(kind, item, &lines) {
                Ok(row) => rows.push(row),
                Err(fault) => wrong.push(fault),
            }
        }
    }
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    wrong.sort();
    if wrong.is_empty() { Ok(rows) } else { Err(wrong) }
}

fn row(kind: &str, item: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Result<Row, Wrong> {
    let value = plain(item, lines)?;
    if !value.is_object() {
        return Err(lines.wrong(item.span().start, format!("a {kind} is a table of fields")));
    }
    let entry = Entry::parse(kind, value).map_err(|(path, what)| {
        let field = brief_lines(&path.to_string());
        let field = if field == "." { String::new() } else { format!("{field}: ") };
        lines.wrong(along(item, &path).span().start, format!("{kind}: {field}{}", brief_lines(&what)))
    })?;
    Ok(Row { entry, place: lines.place(item.span().start), partial: false })
}

/// The deepest value that the path leads to.
fn along<'t, 'i>(mut at: &'t Spanned<DeValue<'i>>, path: &serde_path_to_error::Path) -> &'t Spanned<DeValue<'i>> {
    for segment in path.iter() {
        let next = match segment {
            Segment::Seq { index } => at.get_ref().get(*index),
            Segment::Map { key } => at.get_ref().get(key.as_str()),
            Segment::Enum { .. } | Segment::Unknown => None,
        };
        match next {
            Some(value) => at = value,
            None => break,
        }
    }
    at
}

/// Errors of the parser repeat what was found; a found text may be huge.
pub(crate) fn brief_lines(what: &str) -> String {
    const KEPT: usize = 400;
    if what.chars().count() <= KEPT { what.to_owned() } else { what.chars().take(KEPT).chain("…".chars()).collect() }
}

/// Whether a text may stand in the record: of a length, and without letters that are not what they seem.
pub(crate) fn fit(text: &str) -> Result<(), String> {
    if text.len() > LONGEST_TEXT {
        return Err(format!(
            "a text of {} bytes; none is longer than {} KB: keep the document and give its hash",
            text.len(),
            LONGEST_TEXT >> 10
        ));
    }
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\t' | '\r');
    // Those that turn the order of letters round, by which a name shows as another (Unicode TR 36).
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match text.chars().find(|c| control(*c) || turns(*c)) {
        Some(c) if turns(c) => {
            Err(format!("a letter (U+{:04X}) that turns the order of others round: take it out", c as u32))
        }
        Some(c) => Err(format!("a control character (U+{:04X}) in a text: take it out", c as u32)),
        None => Ok(()),
    }
}

/// A value without its places; days and times as text.
fn plain(value: &Spanned<DeValue<'_>>, lines: &Lines<'_>) -> Result<Value, Wrong> {
    let at = value.span().start;
    Ok(match value.get_ref() {
        DeValue::String(text) => {
            fit(text).map_err(|what| lines.wrong(at, what))?;
            Value::from(text.as_ref())
        }
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::from)
            .map_err(|_| lines.wrong(at, "a number too large".into()))?,
        DeValue::Float(number) => number
            .as_str()
            .parse::<f64>()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| lines.wrong(at, "a number that is none (nan, inf)".into()))?,
        DeValue::Boolean(yes) => Value::from(*yes),
        DeValue::Datetime(time) => Value::from(time.to_string()),
        DeValue::Array(items) => items.iter().map(|item| plain(item, lines)).collect::<Result<Vec<_>, _>>()?.into(),
        DeValue::Table(fields) => {
            let mut map = Map::new();
            for (key, item) in fields {
                fit(key.get_ref()).map_err(|what| lines.wrong(key.span().start, what))?;
                map.insert(key.get_ref().to_string(), plain(item, lines)?);
            }
            Value::Object(map)
        }
    })
}

/// Where lines begin.
struct Lines<'a> {
    file: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(file: &'a str, text: &str) -> Lines<'a> {
        let starts =
            std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Lines { file, starts: starts.collect() }
    }

    fn place(&self, at: usize) -> Place {
        Place { file: self.file.to_owned(), line: self.starts.partition_point(|start| *start <= at).max(1) }
    }

    fn wrong(&self, at: usize, what: String) -> Wrong {
        Wrong { place: self.place(at), what }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<(usize, String)> {
        toml("x.toml", text).unwrap_err().into_iter().map(|w| (w.place.line, w.what)).collect()
    }

    #[test]
    fn every_fault_is_told_with_its_line() {
        let text = "[[party]]\nid = 'p:a'\nkind = 'ghost'\nname = 'A'\n\n[[party]]\nid = 'p:b'\nkind = 'person'\nnome = 'B'\n\n[[work]]\nid = 'w:a'\nkind = 'feature'\ntitle = 'A'\nchain_of_title = [\n  { from = 'p:a', to = 'o:s', instrument = 'assignment', date = 2020-01-01,\n    rights = ['adapt'], territories = ['UK'], until = 'perpetual' }]\n[[spaceship]]\nid = 'x'\n";
        let found = faults(text);
        let lines: Vec<usize> = found.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 9, 17, 18], "{found:?}");
        assert!(found[0].1.contains("ghost") && found[0].1.contains("person"));
        assert!(found[1].1.contains("nome"));
        assert!(found[2].1.contains("GB"));
        assert!(found[3].1.contains("consent_event"));
    }

    #[test]
    fn days_that_do_not_exist_and_files_that_are_no_toml_are_refused() {
        assert_eq!(faults("[[strike]]\nid = 'k:1'\nguild = 'wga'\nfrom = 2026-02-29\n")[0].0, 4);
        assert_eq!(faults("[[strike]]\nid = 'k:1'\nguild = 'wga'\nfrom = '2026-13-01'\n")[0].0, 4);
        assert_eq!(faults("[[party]]\nid = \"p:\n")[0].0, 2);
        assert!(faults("\u{0}\u{1}")[0].1.contains("no TOML"));
        assert!(faults("[party]\nid = 1\n")[0].1.contains("[[party]]"));
        assert!(toml("x.toml", "").unwrap().is_empty());
    }

    #[test]
    fn a_huge_text_is_refused_and_not_repeated() {
        let text = format!("[[party]]\nid = 'p:a'\nkind = 'person'\nname = '{}'\n", "x".repeat(10 << 20));
        let found = faults(&text);
        assert_eq!(found[0].0, 4);
        assert!(found[0].1.len() < 1000);
        let text = format!("[[party]]\nid = 'p:a'\nkind = '{}'\nname = 'A'\n", "x".repeat(60_000));
        assert!(faults(&text)[0].1.len() < 1000);
    }
}
