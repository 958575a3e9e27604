//! The law of the house: who may use whom, as ARCHITECTURE.md says, and how files are kept.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn house() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Words in backquotes.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn law() -> BTreeMap<String, BTreeSet<String>> {
    let page = fs::read_to_string(house().join("ARCHITECTURE.md")).unwrap();
    let table = page.split("## Who may use whom").nth(1).unwrap().split("\n## ").next().unwrap();
    table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|');
            let room = quoted(cells.next().unwrap()).remove(0);
            (room, quoted(cells.next().unwrap()).into_iter().collect())
        })
        .collect()
}

#[test]
fn rooms_use_only_whom_the_table_allows() {
    let law = law();
    let rooms: BTreeSet<String> =
        fs::read_dir(house().join("crates")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(rooms, law.keys().cloned().collect(), "the table and the folder crates/ name the same rooms");
    for room in &rooms {
        let manifest = fs::read_to_string(house().join("crates").join(room).join("Cargo.toml")).unwrap();
        // What tests use counts as well.
        let used: BTreeSet<String> = manifest
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|name| rooms.contains(*name))
            .map(str::to_owned)
            .collect();
        assert_eq!(&used, &law[room], "what `{room}` uses, and what ARCHITECTURE.md says");
        let tensors = manifest.lines().any(|line| line.starts_with("ort") || line.starts_with("tch"));
        assert_eq!(tensors, room == "neural", "only neural names a tensor library, and `{room}`?");
    }
}

fn sources(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn files_are_kept_as_the_house_keeps_them() {
    let mut files = Vec::new();
    sources(&house().join("crates"), &mut files);
    assert!(files.len() > 50);
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let place = path.strip_prefix(house()).unwrap().display().to_string();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        if ["util", "utils", "common", "helper", "helpers", "manager", "base", "misc"].contains(&stem.as_str()) {
            wrong.push(format!("{place}: a file is named by its noun"));
        }
        if text.lines().count() > 600 {
            wrong.push(format!("{place}: {} lines are more than one sitting", text.lines().count()));
        }
        if !text.starts_with("//!") && !place.contains("/src/command/") {
            wrong.push(format!("{place}: says nothing of itself at its head"));
        }
        if path.ends_with("src/lib.rs") && text.lines().any(|l| l.contains("fn ") && !l.trim_start().starts_with("//"))
        {
            wrong.push(format!("{place}: a title page has no code"));
        }
        // Written apart, so that this file does not find itself.
        for word in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!("), concat!("unimple", "mented!(")] {
            if text.contains(word) {
                wrong.push(format!("{place}: says {word}"));
            }
        }
        let names = |what: &str| text.lines().any(|l| l.contains(what) && !l.trim_start().starts_with("//"));
        if !place.contains("crates/media/") && names(concat!("ffmpeg", "_next::")) {
            wrong.push(format!("{place}: only media names FFmpeg"));
        }
        // Tests may look into the library from outside.
        if place.contains("/src/") && !place.contains("crates/catalogue/") && names(concat!("rus", "qlite::")) {
            wrong.push(format!("{place}: only catalogue has a database"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
