//! Reading rows from CSV: lists are kept in spreadsheets.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::entry::Entry;
use crate::read::{LONGEST_FILE, MOST_FAULTS, Place, Row, Wrong, brief_lines, fit};
use crate::record::Record;
use crate::shot::Shot;
use crate::word::brief;

/// A field of a field of a field: no row has more.
const DEEPEST: usize = 4;

/// Reads a CSV file (RFC 4180, UTF-8, commas, a first line of field names) of rows of one kind.
///
/// The file's name says the kind: `parties.csv`, `works.csv`, `consents.csv`, `deeds.csv` and so on, or `appearances.csv` with the
/// columns `work, shot, person, kinds, seconds, confidence, verified_by`, from which shots are put together; a row without a
/// person says by `verified_by` who confirmed that the shot shows nobody else. A list is written
/// with semicolons, a field within a field with a dot (`ids.isni`, `pay.amount`), an empty cell is a field left out.
///
/// ```
/// let rows = rights::sheet::csv("consents.csv", "id,person,acts,territories\nc:1,p:a,communicate;adapt,WORLD;-US\n").unwrap();
/// assert_eq!((rows[0].entry.id(), rows[0].place.line), ("c:1", 2));
/// ```
pub fn csv(file: &str, text: &str) -> Result<Vec<Row>, Vec<Wrong>> {
    let wrong = |line: u64, what: String| Wrong { place: Place { file: file.to_owned(), line: line as usize }, what };
    let name = std::path::Path::new(file).file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let appearances = name == "appearances" || name == "appearance";
    let kind = Entry::KINDS.iter().copied().find(|kind| name == *kind || name == plural(kind));
    let Some(kind) = kind.or(appearances.then_some("shot")) else {
        let names: Vec<String> = Entry::KINDS.iter().map(|kind| plural(kind)).collect();
        let what =
            format!("the file's name says what its rows are: name it appearances.csv or {}.csv", names.join(".csv, "));
        return Err(vec![wrong(1, what)]);
    };
    if text.len() > LONGEST_FILE {
        return Err(vec![wrong(1, format!("the file is longer than {} MB: split it", LONGEST_FILE >> 20))]);
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|e| vec![wrong(1, format!("no CSV: {e}"))])?.clone();
    let mut columns = BTreeSet::new();
    for header in &headers {
        fit(header).map_err(|what| vec![wrong(1, format!("a column's name: {what}"))])?;
        if header.split('.').count() > DEEPEST {
            return Err(vec![wrong(1, format!("`{}` is a field within too many", brief(header)))]);
        }
        if !columns.insert(header) {
            return Err(vec![wrong(1, format!("the column `{}` is there twice", brief(header)))]);
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut shots: BTreeMap<String, Listed> = BTreeMap::new();
    let mut faults = Vec::new();
    for record in reader.records() {
        if faults.len() == MOST_FAULTS {
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(e) => {
                let line = e.position().map_or(1, csv::Position::line);
                faults.push(wrong(line, format!("no CSV: {e}")));
                continue;
            }
        };
        let line = record.position().map_or(1, csv::Position::line);
        let fields = match fields(&headers, &record) {
            Ok(fields) => fields,
            Err(what) => {
                faults.push(wrong(line, what));
                continue;
            }
        };
        if appearances {
            if let Err(what) = appear(fields, line as usize, &mut shots) {
                faults.push(wrong(line, what));
            }
            continue;
        }
        match Entry::of_cells(kind, Value::Object(fields)) {
            Ok(entry) => {
                let place = Place { file: file.to_owned(), line: line as usize };
                rows.push(Row { entry, place, partial: false });
            }
            Err((path, what)) => {
                faults.push(wrong(line, format!("{kind}: {}: {}", brief(&path.to_string()), brief_lines(&what))))
            }
        }
    }
    for Listed { line, shot, whole, each } in shots.into_values() {
        let mut shot = shot;
        // One person who was confirmed says nothing of who else is in the shot.
        let all = each.iter().all(Option::is_some).then(|| each.last().cloned()).flatten().flatten();
        if let Some(by) = whole.or(all) {
            shot.insert("verified_by".into(), by);
        }
        match Entry::of_cells("shot", Value::Object(shot)) {
            Ok(entry) => rows.push(Row { entry, place: Place { file: file.to_owned(), line }, partial: true }),
            Err((path, what)) => faults.push(wrong(line as u64, format!("shot: {path}: {}", brief_lines(&what)))),
        }
    }
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    faults.sort();
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

/// The file that holds rows of `kind`: `parties.csv` for `party`.
pub fn file_name(kind: &str) -> String {
    format!("{}.csv", plural(kind))
}

fn plural(kind: &str) -> String {
    kind.strip_suffix('y').map_or_else(|| format!("{kind}s"), |stem| format!("{stem}ies"))
}

fn fields(headers: &csv::StringRecord, record: &csv::StringRecord) -> Result<Map<String, Value>, String> {
    let mut fields = Map::new();
    for (header, cell) in headers.iter().zip(record).filter(|(_, cell)| !cell.is_empty()) {
        fit(cell).map_err(|what| format!("`{}`: {what}", brief(header)))?;
        let mut within = &mut fields;
        let mut names = header.split('.').peekable();
        while let Some(name) = names.next() {
            if names.peek().is_none() {
                within.insert(name.to_owned(), cell.into());
                break;
            }
            let inner = within.entry(name).or_insert_with(|| Value::Object(Map::new()));
            within = inner.as_object_mut().ok_or_else(|| format!("`{}` is both a field and a table", brief(header)))?;
        }
    }
    Ok(fields)
}

/// A shot as a list of appearances gives it.
struct Listed {
    line: usize,
    shot: Map<String, Value>,
    /// Who confirmed it in a row without a person.
    whole: Option<Value>,
    /// Who confirmed each person.
    each: Vec<Option<Value>>,
}

/// Puts a row of appearances to its shot.
fn appear(mut fields: Map<String, Value>, line: usize, shots: &mut BTreeMap<String, Listed>) -> Result<(), String> {
    let work = fields.remove("work").and_then(|w| w.as_str().map(str::to_owned)).ok_or("the cell `work` is empty")?;
    let number = fields.remove("shot").and_then(|n| n.as_str()?.parse::<u32>().ok());
    let number = number.ok_or("the cell `shot` holds no shot's number")?;
    let id = format!("s:{}/{number:04}", work.strip_prefix("w:").unwrap_or(&work));
    let listed = shots.entry(id.clone()).or_insert_with(|| {
        let mut shot = Map::new();
        shot.insert("id".into(), id.into());
        shot.insert("work".into(), work.into());
        shot.insert("number".into(), number.into());
        shot.insert("appearance".into(), Value::Array(Vec::new()));
        Listed { line, shot, whole: None, each: Vec::new() }
    });
    let by = fields.get("verified_by").cloned();
    // A row without a person says that nobody else is in the shot, or nobody at all, and who looked.
    if fields.contains_key("person") {
        listed.each.push(by);
        listed.shot["appearance"].as_array_mut().expect("made above").push(Value::Object(fields));
    } else {
        listed.whole = by.or(listed.whole.take());
    }
    Ok(())
}

/// Gives shots of which a list says only who is in them whatever else is known of them: from the row of the same shot that
/// comes in with them, else from `record`.
///
/// A confirmation that is recorded stays only where the list names the same persons: of others nobody confirmed anything.
pub fn complete(rows: Vec<Row>, record: &Record) -> Vec<Row> {
    let (lists, mut rows): (Vec<Row>, Vec<Row>) = rows.into_iter().partition(|row| row.partial);
    let mut beside: BTreeMap<(String, u32), Vec<usize>> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        if let Entry::Shot(shot) = &row.entry {
            beside.entry((shot.work.clone(), shot.number)).or_default().push(at);
        }
    }
    for row in lists {
        let Entry::Shot(list) = row.entry else { unreachable!("only shots are put together from lists") };
        // Of several rows, one for each reel, the one of the list's own name.
        let of_shot = beside.get(&(list.work.clone(), list.number)).map_or(&[][..], Vec::as_slice);
        let at = of_shot.iter().copied().find(|at| of_shot.len() == 1 || rows[*at].entry.id() == list.id);
        match at.map(|at| &mut rows[at].entry) {
            Some(Entry::Shot(shot)) if shot.appearance.is_empty() => {
                shot.verified_by = list.verified_by.or(shot.verified_by.take());
                shot.appearance = list.appearance;
            }
            _ => {
                let entry = Entry::from(over(*list, record));
                rows.push(Row { entry, ..row });
            }
        }
    }
    rows.sort_by(|a, b| a.place.cmp(&b.place));
    rows
}

/// A list of who is in a shot, laid over what is recorded of it under whatever name.
fn over(list: Shot, record: &Record) -> Shot {
    let same: Vec<&Shot> = record.shot(&list.work, list.number).collect();
    let only = if let [one] = same[..] { Some(one) } else { None };
    let Some(known) = record.shots.get(&list.id).or(only) else { return list };
    let confirmed = known.verified_by.clone().filter(|_| known.appearance == list.appearance);
    Shot { appearance: list.appearance, verified_by: list.verified_by.or(confirmed), ..known.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Entry;

    #[test]
    fn shots_are_put_together_from_appearances() {
        let text = "work,shot,person,kinds,seconds,confidence,verified_by\nw:a,7,p:x,face;voice,4.1,0.99,ed:lg\nw:a,7,p:y,body,2.0,,ed:lg\nw:a,8,,,,,ed:lg\n";
        let rows = csv("in/appearances.csv", text).unwrap();
        assert_eq!(rows.len(), 2);
        let Entry::Shot(shot) = &rows[0].entry else { panic!("a shot") };
        assert_eq!((shot.id.as_str(), shot.appearance.len(), rows[0].place.line), ("s:a/0007", 2, 2));
        let Entry::Shot(empty) = &rows[1].entry else { panic!("a shot") };
        assert!(empty.appearance.is_empty() && empty.verified_by.is_some());
    }

    #[test]
    fn one_confirmed_person_confirms_no_shot() {
        let shot = |rows: &str| {
            let text = format!("work,shot,person,kinds,verified_by\n{rows}");
            let Entry::Shot(shot) = csv("appearances.csv", &text).unwrap().remove(0).entry else { panic!("a shot") };
            shot.verified_by
        };
        assert_eq!(shot("w:a,7,p:x,face,ed:lg\nw:a,7,p:y,body,\n"), None);
        assert_eq!(shot("w:a,7,p:x,face,ed:lg\nw:a,7,p:y,body,ed:lg\n").as_deref(), Some("ed:lg"));
        assert_eq!(shot("w:a,7,p:x,face,\nw:a,7,,,ed:lg\n").as_deref(), Some("ed:lg"));
        assert_eq!(shot("w:a,7,p:x,face,\n"), None);
    }

    #[test]
    fn a_list_of_appearances_leaves_the_rest_of_a_shot() {
        let kept = "[[shot]]\nid='s:a/7'\nwork='w:a'\nnumber=7\nscene=31\nmedia='reel'\nverified_by='ed:lg'\n\
            third_party=[{what='painting',holder='unknown'}]\nappearance=[{person='p:x',kinds=['face']}]\n";
        let record = Record::new(crate::read::toml("a.toml", kept).unwrap().into_iter().map(|row| row.entry));
        let over = |list: &str, record: &Record| {
            let rows = csv("appearances.csv", &format!("work,shot,person,kinds,verified_by\n{list}")).unwrap();
            let mut rows = complete(rows, record);
            assert_eq!(rows.len(), 1);
            let Entry::Shot(shot) = rows.remove(0).entry else { panic!("a shot") };
            *shot
        };
        let shot = over("w:a,7,p:y,body,\n", &record);
        assert_eq!((shot.id.as_str(), shot.scene, shot.third_party.len()), ("s:a/7", Some(31), 1));
        assert_eq!((shot.appearance[0].person.as_str(), shot.verified_by), ("p:y", None), "nobody confirmed that");
        assert_eq!(over("w:a,7,p:x,face,\n", &record).verified_by.as_deref(), Some("ed:lg"));
        assert_eq!(over("w:a,7,p:x,face,\n", &Record::default()).id, "s:a/0007");
        // A row of the same shot that comes in beside the list.
        let beside = "[[shot]]\nid='s:a/0007'\nwork='w:a'\nnumber=7\nthird_party=[{what='song',holder='unknown'}]\n";
        let mut rows = crate::read::toml("b.toml", beside).unwrap();
        rows.extend(csv("appearances.csv", "work,shot,person,kinds\nw:a,7,p:y,body\n").unwrap());
        let rows = complete(rows, &Record::default());
        let [Row { entry: Entry::Shot(shot), .. }] = &rows[..] else { panic!("one shot") };
        assert_eq!((shot.third_party.len(), shot.appearance.len()), (1, 1));
    }

    #[test]
    fn faults_are_told_with_their_lines() {
        let text = "id,person,acts\nc:1,p:a,communicate\nc:2,p:a,fly\n\"c:3,p:a,adapt\n";
        let faults = csv("consents.csv", text).unwrap_err();
        assert_eq!(faults[0].place.line, 3, "{faults:?}");
        assert!(csv("things.csv", "id\n1\n").unwrap_err()[0].what.contains("consents.csv"));
        assert!(csv("consents.csv", "id,id\n1,2\n").unwrap_err()[0].what.contains("twice"));
        assert!(csv("consents.csv", "").unwrap().is_empty());
        for (file, text, line, word) in [
            ("parties.csv", "id,kind,name\np:a,person,A\np:b\0,person,B\n".to_owned(), 3, "control character"),
            ("parties.csv", "id,kind,name\np:a,person,A\u{202e}B\n".to_owned(), 2, "turns the order"),
            ("parties.csv", format!("id,kind,{}name\np:a,person,A\n", "a.".repeat(30_000)), 1, "within too many"),
            ("parties.csv", format!("id,kind,name\np:a,person,{}\n", "x".repeat(10 << 20)), 2, "none is longer"),
            ("shots.csv", "id,work,number\ns:a/1,w:a,1\ns:a/2,w:a,4294967296\n".to_owned(), 3, "no whole number"),
            ("models.csv", "id,params\nm:a,18446744073709551615\n".to_owned(), 2, "no whole number"),
            ("appearances.csv", "work,shot,person,kinds,seconds\nw:a,1,p:a,face,nan\n".to_owned(), 2, "no number"),
            ("strikes.csv", "id,guild,from\nk:a,wga,2026-02-30\n".to_owned(), 2, "day"),
            ("consents.csv", "id,person,territories\nc:a,p:a,IT;UK\n".to_owned(), 2, "GB"),
        ] {
            let fault = &csv(file, &text).unwrap_err()[0];
            assert!(fault.place.line == line && fault.what.contains(word) && fault.what.len() < 1000, "{fault}");
        }
    }

    #[test]
    fn a_cell_is_read_as_its_field_should_be() {
        let text =
            "id,person,description,scenes,page,separately_signed\nc:1,p:a,true,31;44,12,yes\nc:2,p:a,0012,,,false\n";
        let rows = csv("consents.csv", text).unwrap();
        let [Entry::Consent(one), Entry::Consent(two)] = [&rows[0].entry, &rows[1].entry] else { panic!("consents") };
        assert_eq!((one.description.as_deref(), &one.scenes[..], one.page), (Some("true"), &[31, 44][..], Some(12)));
        assert_eq!((two.description.as_deref(), two.separately_signed), (Some("0012"), Some(false)));
    }

    #[test]
    fn fields_within_fields_and_amounts_as_text() {
        let text = "id,person,pay.basis,pay.amount,pay.currency\nc:1,p:a,flat,1500.00,EUR\n";
        let Entry::Consent(consent) = csv("consents.csv", text).unwrap().remove(0).entry else { panic!("a consent") };
        assert_eq!(consent.pay.unwrap().amount, "1500.00");
        let text = "id,kind,name,ids.isni\np:a,person,1984,0000 0001 2103 2683\n";
        assert_eq!(csv("parties.csv", text).unwrap().len(), 1);
    }
}
