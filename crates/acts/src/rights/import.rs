//! Taking in what was agreed: rows from TOML and CSV, and the papers that they name.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalogue::{Agreed, LibraryError, Paper};
use jobs::{Cancel, Progress, Unit};
use rights::{Document, Entry, Gravity, Place, Record, Row, Wrong};
use serde::Serialize;

use super::now;
use crate::House;

/// What came in.
#[derive(Debug, Serialize)]
pub struct Import {
    /// Files read for rows.
    pub files: usize,
    /// Rows by what became of them.
    #[serde(flatten)]
    pub rows: Agreed,
    /// Rows of each kind.
    pub kinds: BTreeMap<String, usize>,
    /// Papers that are kept now.
    pub papers: Vec<Paper>,
    /// What a person should look at.
    pub flags: Vec<Wrong>,
}

/// Why nothing came in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// A file or folder could not be read.
    #[error("{path} cannot be read: {error}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Rows that cannot be taken.
    #[error("nothing was recorded, since {} cannot be taken:\n{}", counted(.0.len()), listed(.0))]
    Wrong(Vec<Wrong>),
    /// Nothing there.
    #[error("{path} holds no TOML, no CSV and no paper: name the folder of contracts, or a file", path = .0.display())]
    Nothing(PathBuf),
    /// The library could not take it.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] jobs::Canceled),
}

fn counted(faults: usize) -> String {
    if faults == 1 { "a row".to_owned() } else { format!("{faults} rows") }
}

fn listed(wrong: &[Wrong]) -> String {
    const SHOWN: usize = 100;
    let mut lines: Vec<String> = wrong.iter().take(SHOWN).map(|w| format!("  {w}")).collect();
    if wrong.len() > SHOWN {
        lines.push(format!("  … and {} more", wrong.len() - SHOWN));
    }
    lines.join("\n")
}

/// Reads files and folders: `.toml` and `.csv` hold rows, whatever else lies there is a paper, kept by its hash.
///
/// All rows come in, or none does and every fault is told. Running it again with the same files changes nothing.
pub fn import(
    house: &House,
    paths: &[PathBuf],
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Import, ImportError> {
    let mut files = Vec::new();
    for path in paths {
        let before = files.len();
        walk(path, &mut files)?;
        if files.len() == before {
            return Err(ImportError::Nothing(path.clone()));
        }
    }
    files.sort();
    files.dedup();
    let (tables, papers): (Vec<PathBuf>, Vec<PathBuf>) = files.into_iter().partition(|path| rows_in(path).is_some());

    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for path in &tables {
        cancel.check()?;
        match read(path)? {
            Ok(found) => rows.extend(found),
            Err(faults) => wrong.extend(faults),
        }
    }
    // Who is in a shot may stand in a list, and the rest of it in another file.
    let rows = rights::sheet::complete(rows, &Record::default());
    twice(&rows, &mut wrong);
    if !wrong.is_empty() {
        wrong.sort();
        return Err(ImportError::Wrong(wrong));
    }

    progress.begin("papers", "papers", Some(papers.len() as u64), Unit::Files);
    let mut kept = Vec::new();
    for (done, path) in papers.iter().enumerate() {
        cancel.check()?;
        kept.push(house.library().keep_paper(path, now())?);
        progress.at("papers", done as u64 + 1);
    }
    progress.end("papers");

    // The library is held from reading to writing, so that two imports do not each miss what the other brings.
    let _alone = house.library().lock(progress, cancel)?;
    let record = house.library().agreed()?;
    let rows = rights::sheet::complete(rows, &record);
    let mut flags = Vec::new();
    let (merged, places) = merged(record.clone(), &rows)?;
    let known = LazyCell::new(|| rights::check::check(&record));
    for flag in rights::check::check(&merged) {
        let of = |id: &String| places.get(&(flag.kind, id.clone())).cloned();
        // Of two rows that do not go together the new one is shown, whichever the flag is on.
        let place = of(&flag.id).or_else(|| flag.beside.as_ref().and_then(of));
        let words = format!("{} `{}`: {}", flag.kind, flag.id, flag.what);
        match (flag.gravity, place) {
            // What was wrong before is no fault of these rows, and may be mended by later ones only.
            (Gravity::Refuse, None) if known.contains(&flag) => flags.push(Wrong { place: recorded(), what: words }),
            (Gravity::Refuse, Some(place)) => wrong.push(Wrong { place, what: words }),
            // A row recorded earlier that a new one breaks: the new one is what cannot be taken, and we know no place for it.
            (Gravity::Refuse, None) => wrong.push(Wrong { place: recorded(), what: words }),
            (Gravity::Look, Some(place)) => flags.push(Wrong { place, what: words }),
            (Gravity::Look, None) => {}
        }
    }
    if !wrong.is_empty() {
        wrong.sort();
        return Err(ImportError::Wrong(wrong));
    }
    let agreed = house.library().agree(&rows, now())?;
    for (document, place) in named(&rows) {
        if house.library().paper(&document)?.is_none() {
            let what = format!("the paper {document} is named and not kept: import its file as well");
            flags.push(Wrong { place, what });
        }
    }
    flags.extend(misplaced(house, &rows)?);
    flags.sort();
    let mut kinds = BTreeMap::new();
    for row in &rows {
        *kinds.entry(row.entry.kind().to_owned()).or_default() += 1;
    }
    Ok(Import { files: tables.len(), rows: agreed, kinds, papers: kept, flags })
}

fn recorded() -> Place {
    Place { file: "already recorded".to_owned(), line: 0 }
}

/// Reads the rows of a file of this name and text.
type Reader = fn(&str, &str) -> Result<Vec<Row>, Vec<Wrong>>;

/// The reader of a file, if it holds rows.
fn rows_in(path: &Path) -> Option<Reader> {
    match path.extension().map(|e| e.to_ascii_lowercase()).as_deref().and_then(|e| e.to_str()) {
        Some("toml") => Some(rights::read::toml),
        Some("csv") => Some(rights::sheet::csv),
        _ => None,
    }
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> Result<(), ImportError> {
    let fault = |error| ImportError::Read { path: path.to_owned(), error };
    let about = fs::metadata(path).map_err(fault)?;
    if !about.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).map_err(fault)? {
        let entry = entry.map_err(fault)?;
        // Hidden files are a system's, and links could lead round in a circle.
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let kind = entry.file_type().map_err(fault)?;
        if !hidden && (kind.is_dir() || kind.is_file()) {
            walk(&entry.path(), files)?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Result<Vec<Row>, Vec<Wrong>>, ImportError> {
    let fault = |error| ImportError::Read { path: path.to_owned(), error };
    let name = path.display().to_string();
    let whole = |what: String| Ok(Err(vec![Wrong { place: Place { file: name.clone(), line: 1 }, what }]));
    // A huge file is refused before it is read.
    if fs::metadata(path).map_err(fault)?.len() > rights::read::LONGEST_FILE as u64 {
        return whole(format!("the file is longer than {} MB: split it", rights::read::LONGEST_FILE >> 20));
    }
    let bytes = fs::read(path).map_err(fault)?;
    let reader = rows_in(path).expect("chosen by it");
    match String::from_utf8(bytes) {
        Ok(text) => Ok(reader(&name, &text)),
        Err(e) => {
            let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
            let what = "it is not UTF-8 here: save it again as UTF-8".to_owned();
            Ok(Err(vec![Wrong { place: Place { file: name, line }, what }]))
        }
    }
}

/// Rows of one kind and name that say different things in one import.
fn twice(rows: &[Row], wrong: &mut Vec<Wrong>) {
    let mut seen: BTreeMap<(&str, &str), &Row> = BTreeMap::new();
    for row in rows {
        let key = (row.entry.kind(), row.entry.id());
        if let Some(first) = seen.get(&key).filter(|first| first.entry != row.entry) {
            let what = format!("{} `{}` stands at {} too and says something else", key.0, key.1, first.place);
            wrong.push(Wrong { place: row.place.clone(), what });
        }
        seen.entry(key).or_insert(row);
    }
}

type Places = BTreeMap<(&'static str, String), Place>;

fn merged(mut record: Record, rows: &[Row]) -> Result<(Record, Places), ImportError> {
    let mut places = Places::new();
    let mut wrong = Vec::new();
    for row in rows {
        if let Err(refused) = record.add(row.entry.clone()) {
            wrong.push(Wrong { place: row.place.clone(), what: refused.to_string() });
        }
        places.insert((row.entry.kind(), row.entry.id().to_owned()), row.place.clone());
    }
    if wrong.is_empty() { Ok((record, places)) } else { Err(ImportError::Wrong(wrong)) }
}

/// Papers that rows name, each with its first place.
fn named(rows: &[Row]) -> BTreeMap<Document, Place> {
    fn search(value: &serde_json::Value, found: &mut BTreeSet<Document>) {
        match value {
            serde_json::Value::String(text) if text.starts_with("sha256:") => found.extend(Document::parse(text).ok()),
            serde_json::Value::Array(items) => items.iter().for_each(|item| search(item, found)),
            serde_json::Value::Object(map) => {
                // The hash of a clause's words is no file.
                map.iter().filter(|(key, _)| *key != "text_hash").for_each(|(_, item)| search(item, found));
            }
            _ => {}
        }
    }
    let mut places = BTreeMap::new();
    for row in rows {
        let mut found = BTreeSet::new();
        search(&row.entry.body(), &mut found);
        for document in found {
            places.entry(document).or_insert_with(|| row.place.clone());
        }
    }
    places
}

/// Shots that the catalogue's title does not have.
fn misplaced(house: &House, rows: &[Row]) -> Result<Vec<Wrong>, LibraryError> {
    let record = house.library().agreed()?;
    let mut held: BTreeMap<String, Option<usize>> = BTreeMap::new();
    let mut flags = Vec::new();
    for row in rows {
        let Entry::Shot(shot) = &row.entry else { continue };
        let Some(work) = record.works.get(&shot.work) else { continue };
        let most = held.entry(work.title.clone()).or_insert_with(|| {
            house.library().title(&work.title).ok().map(|t| t.reels.iter().map(|r| r.shots).max().unwrap_or(0))
        });
        if let Some(most) = *most
            && shot.number as usize >= most
        {
            let what = format!(
                "shot `{}`: {} has shots 0 to {}; `bottega shots` lists them",
                shot.id,
                work.title,
                most.saturating_sub(1)
            );
            flags.push(Wrong { place: row.place.clone(), what });
        }
    }
    Ok(flags)
}
