//! The list of planned titles: comma-separated values, read strictly and refused in words.

use super::{KINDS, LIGHTS, MOTIONS, PLACES, PlanError, Planned};
use crate::cell::Wanted;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Column {
    Hours,
    Title,
    Place,
    Light,
    Motion,
    Kind,
}

const COLUMNS: &[(&str, Column)] = &[
    ("hours", Column::Hours),
    ("title", Column::Title),
    ("interior/exterior", Column::Place),
    ("place", Column::Place),
    ("int/ext", Column::Place),
    ("day/night", Column::Light),
    ("hour", Column::Light),
    ("motion", Column::Motion),
    ("kind", Column::Kind),
];

/// More than this for one title is a slip of the pen.
const MOST_HOURS: f64 = 1e7;

/// Where in which file.
struct At<'a> {
    file: &'a str,
    line: usize,
}

impl At<'_> {
    fn error(&self, problem: impl Into<String>, remedy: impl Into<String>) -> PlanError {
        PlanError { file: self.file.to_owned(), line: self.line, problem: problem.into(), remedy: remedy.into() }
    }
}

pub(super) fn read(text: &str, file: &str) -> Result<Vec<Planned>, PlanError> {
    let mut lines = records(text.trim_start_matches('\u{feff}'), file)?.into_iter();
    let want = "begin with a line `hours,title` (and as wanted interior/exterior, day/night, motion, kind)";
    let Some((line, names)) = lines.next() else {
        return Err(At { file, line: 1 }.error("the list is empty", want));
    };
    let at = At { file, line };
    let mut columns = Vec::new();
    for name in &names {
        let known = COLUMNS.iter().find(|(n, _)| n.eq_ignore_ascii_case(name.trim()));
        let column = known.ok_or_else(|| at.error(format!("there is no column `{}`", name.trim()), want))?.1;
        if columns.contains(&column) {
            return Err(at.error(format!("column `{}` stands there twice", name.trim()), "leave one of them out"));
        }
        columns.push(column);
    }
    for (column, name) in [(Column::Hours, "hours"), (Column::Title, "title")] {
        if !columns.contains(&column) {
            return Err(at.error(format!("column `{name}` is missing"), want));
        }
    }
    lines.map(|(line, cells)| row(&At { file, line }, &columns, &cells)).collect()
}

fn row(at: &At<'_>, columns: &[Column], cells: &[String]) -> Result<Planned, PlanError> {
    if cells.len() != columns.len() {
        return Err(at.error(
            format!("{} cells where the first line names {}", cells.len(), columns.len()),
            "put a text that holds a comma in quotes",
        ));
    }
    let mut planned = Planned { hours: 0.0, title: String::new(), cells: Wanted::default() };
    for (column, cell) in columns.iter().zip(cells) {
        let cell = cell.trim();
        match column {
            Column::Hours => {
                planned.hours = hours(cell).ok_or_else(|| {
                    at.error(format!("`{cell}` is no amount of film"), "write hours like 1.6, 40h or 90m")
                })?;
            }
            Column::Title => planned.title = cell.to_owned(),
            Column::Place => planned.cells.place = word(at, cell, PLACES)?,
            Column::Light => planned.cells.light = word(at, cell, LIGHTS)?,
            Column::Motion => planned.cells.motion = word(at, cell, MOTIONS)?,
            Column::Kind => planned.cells.kind = word(at, cell, KINDS)?,
        }
    }
    Ok(planned)
}

fn word<T: Copy>(at: &At<'_>, cell: &str, words: &[(&str, T)]) -> Result<Option<T>, PlanError> {
    if cell.is_empty() {
        return Ok(None);
    }
    match words.iter().find(|(w, _)| w.eq_ignore_ascii_case(cell)) {
        Some((_, value)) => Ok(Some(*value)),
        None => {
            let known: Vec<&str> = words.iter().map(|(w, _)| *w).collect();
            Err(at.error(format!("`{cell}` is not understood"), format!("write {}, or nothing", known.join(", "))))
        }
    }
}

/// An amount of film in hours: `40`, `+40h`, `40 hours`, `90m`, `90 min`.
pub(super) fn hours(text: &str) -> Option<f64> {
    let text = text.trim().trim_start_matches('+').trim_start().to_ascii_lowercase();
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number: f64 = number.parse().ok()?;
    let hours = match unit.trim() {
        "" | "h" | "hour" | "hours" => number,
        "m" | "min" | "minutes" => number / 60.0,
        _ => return None,
    };
    (hours > 0.0 && hours <= MOST_HOURS).then_some(hours)
}

/// The records of a text with the line each begins at; RFC 4180, empty lines left out.
fn records(text: &str, file: &str) -> Result<Vec<(usize, Vec<String>)>, PlanError> {
    let mut out = Vec::new();
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    // A cell that was closed by a quote takes no more text.
    let mut closed = false;
    let (mut line, mut begin) = (1, 1);
    let mut letters = text.chars().peekable();
    loop {
        let letter = letters.next();
        match letter {
            Some('"') if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            Some('"') if quoted => (quoted, closed) = (false, true),
            Some('"') if cell.trim().is_empty() && !closed => {
                cell.clear();
                quoted = true;
            }
            None if quoted => {
                return Err(At { file, line: begin }.error("a quote is opened and not closed", "close it with \""));
            }
            Some(c) if quoted => {
                line += usize::from(c == '\n');
                cell.push(c);
            }
            Some(',') => {
                cells.push(std::mem::take(&mut cell));
                closed = false;
            }
            Some('\r') if letters.peek() == Some(&'\n') => {}
            Some('\n') | None => {
                cells.push(std::mem::take(&mut cell));
                closed = false;
                if cells.iter().any(|c| !c.trim().is_empty()) {
                    out.push((begin, std::mem::take(&mut cells)));
                }
                cells.clear();
                line += 1;
                begin = line;
                if letter.is_none() {
                    return Ok(out);
                }
            }
            Some(c) if closed && !c.is_whitespace() => {
                return Err(At { file, line }
                    .error(format!("`{c}` after a closing quote"), "write a quote within quotes twice"));
            }
            Some(_) if closed => {}
            Some(c) => cell.push(c),
        }
    }
}
