//! What lies under the paths that a person named.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use media::sequence::Sequence;

use crate::store::library::FOLDER;

/// One thing found: a file, or numbered pictures that make one reel.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The file; of a sequence, its first picture.
    pub path: PathBuf,
    /// What it seems to be.
    pub kind: Kind,
}

/// What a thing found seems to be from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// To be looked into.
    Perhaps,
    /// Numbered pictures, all its files.
    Sequence(Vec<PathBuf>),
    /// Text of what is said, for a film beside it.
    Subtitle,
    /// Something else, in words.
    Other(&'static str),
    /// Not to be had: reason and remedy.
    Refused(String, &'static str),
}

const SUBTITLES: [&str; 4] = ["srt", "vtt", "ass", "ssa"];
const PICTURES: [&str; 22] = [
    "png", "jpg", "jpeg", "tif", "tiff", "bmp", "dpx", "exr", "tga", "webp", "heic", "avif", "psd", "svg", "ico",
    "cr2", "nef", "dng", "jp2", "j2k", "j2c", "ppm",
];
const DOCUMENTS: [&str; 42] = [
    "txt", "sub", "sbv", "md", "pdf", "doc", "docx", "odt", "rtf", "html", "htm", "xml", "json", "yaml", "yml", "toml",
    "csv", "log", "nfo", "ini", "url", "fountain", "fdx", "edl", "otio", "fcpxml", "ale", "aaf", "xmp", "py", "rs",
    "js", "css", "sh", "zip", "gz", "xz", "tar", "rar", "7z", "db", "part",
];
/// Fewer numbered pictures than this are taken for photographs.
const REEL: usize = 12;

/// Walks files and folders in a steady order; each thing is found once, links that lead in circles included.
pub fn walk(paths: &[PathBuf]) -> Vec<Found> {
    let mut walk = Walk::default();
    for path in paths {
        // What a person names is looked at even where its name is hidden.
        walk.look(&absolute(path), true);
    }
    walk.found
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// Device and number of folders and files seen.
    seen: HashSet<(u64, u64)>,
    /// Files found already, and pictures of sequences.
    done: HashSet<PathBuf>,
}

impl Walk {
    fn add(&mut self, path: &Path, kind: Kind) {
        self.done.insert(path.to_owned());
        self.found.push(Found { path: path.to_owned(), kind });
    }

    fn look(&mut self, path: &Path, named: bool) {
        if self.done.contains(path) {
            return;
        }
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(e) => {
                let (reason, remedy) = if fs::symlink_metadata(path).is_ok() {
                    (format!("a link that leads nowhere: {e}"), "mend the link, or name the film itself")
                } else if media::sequence::Sequence::of(path).is_some() {
                    return self.sequence(path);
                } else {
                    (format!("cannot be found: {e}"), "check the spelling of the path")
                };
                return self.add(path, Kind::Refused(reason, remedy));
            }
        };
        // Two names of one file on disk (hard links) are two files to a person: only folders and links are followed once.
        let link = fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink());
        let new = self.seen.insert((about.dev(), about.ino()));
        if !new && (about.is_dir() || link) {
            return;
        }
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let hidden = name.starts_with('.') && !named;
        if about.is_dir() {
            if name != FOLDER && !hidden {
                self.folder(path);
            }
            return;
        }
        if hidden {
            return self.add(path, Kind::Other("a hidden file"));
        }
        if !about.is_file() {
            return self.add(path, Kind::Other("not a regular file"));
        }
        let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let has = |list: &[&str]| list.contains(&ending.as_str());
        if has(&SUBTITLES) {
            self.add(path, Kind::Subtitle);
        } else if has(&PICTURES) {
            self.sequence(path);
        } else if has(&DOCUMENTS) {
            self.add(path, Kind::Other("a document"));
        } else {
            self.add(path, Kind::Perhaps);
        }
    }

    fn sequence(&mut self, path: &Path) {
        let files = Sequence::of(path).map(|s| s.files()).unwrap_or_default();
        if files.len() < REEL {
            return self.add(path, Kind::Other("a still picture"));
        }
        self.done.extend(files.iter().cloned());
        self.add(path, Kind::Sequence(files));
    }

    fn folder(&mut self, path: &Path) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(e) => {
                return self
                    .add(path, Kind::Refused(format!("the folder cannot be read: {e}"), "get leave to read it"));
            }
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(Result::ok).map(|e| e.path()).collect();
        paths.sort();
        for path in paths {
            self.look(&path, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_found_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for file in
            ["a.mp4", "b \"q\"\nnew.mov", "a.srt", "notes.txt", ".hidden.mp4", "сцена.mkv", "still.png", "no-ending"]
        {
            fs::write(root.join(file), "x").unwrap();
        }
        fs::create_dir_all(root.join("sub/.bottega")).unwrap();
        fs::write(root.join("sub/.bottega/c.mp4"), "x").unwrap();
        fs::create_dir(root.join("frames")).unwrap();
        for i in 1..=15 {
            fs::write(root.join(format!("frames/f.{i:04}.dpx")), "x").unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("sub/loop")).unwrap();
        std::os::unix::fs::symlink("nowhere", root.join("sub/broken.mp4")).unwrap();
        let found = walk(&[root.to_owned(), root.join("a.mp4"), root.join("missing.mp4")]);
        let kind = |name: &str| {
            let all: Vec<&Found> = found.iter().filter(|f| f.path.ends_with(name)).collect();
            all.iter().map(|f| f.kind.clone()).collect::<Vec<_>>()
        };
        assert_eq!(kind("b \"q\"\nnew.mov"), [Kind::Perhaps]);
        assert_eq!(kind("сцена.mkv"), [Kind::Perhaps]);
        assert_eq!(kind("no-ending"), [Kind::Perhaps]);
        assert_eq!(kind("a.srt"), [Kind::Subtitle]);
        assert_eq!(kind("notes.txt"), [Kind::Other("a document")]);
        assert_eq!(kind("still.png"), [Kind::Other("a still picture")]);
        assert_eq!(kind(".hidden.mp4"), [Kind::Other("a hidden file")]);
        assert!(matches!(&kind("f.0001.dpx")[..], [Kind::Sequence(files)] if files.len() == 15));
        assert!(matches!(&kind("sub/broken.mp4")[..], [Kind::Refused(why, _)] if why.contains("leads nowhere")));
        assert!(matches!(&kind("missing.mp4")[..], [Kind::Refused(..)]));
        assert_eq!(kind("c.mp4"), [], "our own folder is no film folder");
        assert_eq!(kind("a.mp4").len(), 1, "a path named twice is one file");
        assert_eq!(found.len(), 11);
    }
}
