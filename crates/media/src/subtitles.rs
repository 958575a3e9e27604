//! What is said and when: subtitles in the film, beside it, or in memory.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

mod ass;
mod embedded;
mod letters;
mod lines;

pub use embedded::embedded;

/// One line of dialogue.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Cue {
    /// Milliseconds from the first picture frame.
    pub start_ms: i64,
    /// Milliseconds; after the start.
    pub end_ms: i64,
    /// Plain text, lines parted by `\n`, no markup.
    pub text: String,
}

/// Cues in order of their start, and what had to be mended.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Subtitles {
    /// Sorted by start.
    pub cues: Vec<Cue>,
    /// What was not as it should be, in plain sentences.
    pub warnings: Vec<String>,
}

/// Why there are no subtitles.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubtitleError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// Nothing in it has the form of a subtitle.
    #[error("no subtitle is in it; SubRip, WebVTT and ASS can be read")]
    NoCues,
    /// The track is not text, or is not there.
    #[error("subtitle track {track} of {path} cannot be read as text: {cause}", path = path.display())]
    Track {
        /// The film.
        path: PathBuf,
        /// Track asked for, 0-based.
        track: usize,
        /// Why not.
        cause: String,
    },
}

/// A subtitle file beside a film.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Beside {
    /// Where it is.
    pub path: PathBuf,
    /// Language as its name states it: `en` of `film.en.srt`.
    pub language: Option<String>,
}

/// Largest file taken for subtitles; a whole film's are some hundred kilobytes.
const LARGEST: u64 = 32 << 20;

impl Subtitles {
    /// Reads SubRip, WebVTT or ASS, told apart by what is in them, in UTF-8, UTF-16 or Windows-1252 (of which Latin-1 is
    /// part).
    ///
    /// ```
    /// let found = media::subtitles::Subtitles::parse(b"1\n00:00:01,000 --> 00:00:02,500\nCaff\xe8?\n").unwrap();
    /// assert_eq!(found.cues[0].text, "Caffè?");
    /// assert!(found.warnings[0].contains("Windows-1252"));
    /// ```
    pub fn parse(bytes: &[u8]) -> Result<Subtitles, SubtitleError> {
        let mut warnings = Vec::new();
        let text = letters::decode(bytes, &mut warnings);
        let cues =
            if ass::is_ass(&text) { ass::parse(&text, &mut warnings) } else { lines::parse(&text, &mut warnings) };
        Subtitles { cues, warnings }.mended().ok_or(SubtitleError::NoCues)
    }

    /// Reads the file at `path`.
    pub fn read(path: &Path) -> Result<Subtitles, SubtitleError> {
        let unreadable = |cause: String| SubtitleError::Unreadable { path: path.to_owned(), cause };
        let size = fs::metadata(path).map_err(|e| unreadable(e.to_string()))?.len();
        if size > LARGEST {
            return Err(unreadable(format!("{} MiB is too large for subtitles", size >> 20)));
        }
        Subtitles::parse(&fs::read(path).map_err(|e| unreadable(e.to_string()))?)
    }

    /// Sorts, drops what says nothing, gives every cue a length; `None` if nothing is left.
    fn mended(mut self) -> Option<Subtitles> {
        self.cues.retain(|c| !c.text.trim().is_empty());
        let unordered = self.cues.windows(2).filter(|w| w[1].start_ms < w[0].start_ms).count();
        if unordered > 0 {
            self.warnings.push(format!("{unordered} subtitles were out of order; sorted by their times"));
            self.cues.sort_by_key(|c| (c.start_ms, c.end_ms));
        }
        let mut turned = 0;
        for cue in &mut self.cues {
            if cue.end_ms <= cue.start_ms {
                turned += 1;
                cue.end_ms = cue.start_ms + 2000;
            }
        }
        if turned > 0 {
            self.warnings.push(format!("{turned} subtitles ended before they began; given two seconds each"));
        }
        (!self.cues.is_empty()).then_some(self)
    }
}

/// Subtitle files beside the film `film`: of the same name, a language or remark between name and ending allowed.
///
/// Those that name no language come first, then by name.
pub fn beside(film: &Path) -> Vec<Beside> {
    let (Some(stem), Some(folder)) = (film.file_stem(), film.parent()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let beside = |path: PathBuf| -> Option<Beside> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        if !matches!(ending.as_str(), "srt" | "vtt" | "ass" | "ssa") || !path.is_file() {
            return None;
        }
        let between = path.file_stem()?.as_bytes().strip_prefix(stem.as_bytes())?;
        if between.is_empty() {
            return Some(Beside { path, language: None });
        }
        let words = std::str::from_utf8(between.strip_prefix(b".")?).ok()?;
        let language = words.split('.').find(|w| is_language(w)).map(str::to_owned);
        Some(Beside { path, language })
    };
    let mut found: Vec<Beside> = entries.flatten().filter_map(|e| beside(e.path())).collect();
    found.sort_by(|a, b| (a.language.is_some(), &a.path).cmp(&(b.language.is_some(), &b.path)));
    found
}

/// `en`, `ita`, `pt-BR`.
fn is_language(word: &str) -> bool {
    let mut parts = word.split(['-', '_']);
    let first = parts.next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|p| (2..=4).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// `[h:]mm:ss,mmm`, with a comma or a point, in milliseconds.
fn milliseconds(text: &str) -> Option<i64> {
    let (whole, part) = text.trim().split_once([',', '.']).unwrap_or((text.trim(), "0"));
    let mut seconds = 0i64;
    let fields: Vec<&str> = whole.split(':').collect();
    if !(2..=3).contains(&fields.len()) {
        return None;
    }
    for field in fields {
        let field = field.trim();
        if field.is_empty() || field.len() > 4 || !field.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        seconds = seconds * 60 + field.parse::<i64>().ok()?;
    }
    if part.is_empty() || part.len() > 9 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digits: String = part.chars().chain("00".chars()).take(3).collect();
    Some(seconds * 1000 + digits.parse::<i64>().ok()?)
}
