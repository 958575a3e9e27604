//! The packs that come with the house, and the reading of a studio's own from its folder.

use std::path::Path;

use rights::Place;

use crate::pack::{PackFault, PackText};

/// Both files of each pack, by name.
macro_rules! shelf {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../packs/", $name, ".cedar")), include_str!(concat!("../packs/", $name, ".toml")))),+]
    };
}

const SHELF: &[(&str, &str, &str)] = shelf![
    "core",
    "studio",
    "sag-aftra-2023",
    "sag-aftra-2026",
    "wga-2023",
    "wga-2026",
    "dga-2023",
    "dga-2026",
    "iatse-2024",
    "afm-2024",
    "ccnl-attori",
    "ccnl-doppiaggio",
    "it-l132",
    "eu-tdm",
    "eu-ai-act",
    "us-ca",
    "us-ny",
    "us-ny-ads",
    "us-tn",
    "us-federal-draft",
    "dk-draft",
    "equity",
];

/// The packs that come with the house, as text.
pub fn ours() -> Vec<PackText> {
    let text = |(name, cedar, sheet): &(&str, &str, &str)| PackText {
        name: (*name).to_owned(),
        cedar: (*cedar).to_owned(),
        sheet: (*sheet).to_owned(),
    };
    SHELF.iter().map(text).collect()
}

/// Reads the packs of a folder: each `NAME.toml` with its `NAME.cedar`, by name.
pub fn folder(dir: &Path) -> Result<Vec<PackText>, PackFault> {
    let fault =
        |path: &Path, what: String| PackFault { place: Place { file: path.display().to_string(), line: 1 }, what };
    let entries = std::fs::read_dir(dir).map_err(|e| fault(dir, format!("the folder cannot be read: {e}")))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|e| fault(dir, format!("the folder cannot be read: {e}")))?.path());
    }
    paths.sort();
    let is = |path: &Path, end: &str| path.extension().is_some_and(|e| e == end);
    for path in paths.iter().filter(|path| is(path, "cedar")) {
        if !paths.contains(&path.with_extension("toml")) {
            return Err(fault(path, "it has no .toml of the same name beside it".into()));
        }
    }
    let mut texts = Vec::new();
    for path in paths.iter().filter(|path| is(path, "toml")) {
        let read =
            |path: &Path| std::fs::read_to_string(path).map_err(|e| fault(path, format!("it cannot be read: {e}")));
        texts.push(PackText {
            name: path.with_extension("").display().to_string(),
            cedar: read(&path.with_extension("cedar"))?,
            sheet: read(path)?,
        });
    }
    Ok(texts)
}
