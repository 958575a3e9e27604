//! Image sequences: numbered pictures that are one reel.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use film::Rate;

/// Endings of picture files that make up sequences.
const PICTURES: [&str; 14] =
    ["dpx", "png", "tif", "tiff", "jpg", "jpeg", "bmp", "tga", "exr", "j2k", "jp2", "j2c", "ppm", "webp"];

/// Numbered pictures in one folder, `name.0001.png`, `name.0002.png`, …, without a gap.
///
/// Pictures state no rate; [`Rate::FILM`] is assumed, and the probe says so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence {
    /// Pattern as libav reads it: `%04d` in place of the number, other percent signs doubled.
    pub pattern: PathBuf,
    /// Number of the first picture.
    pub first: i64,
    /// How many pictures follow each other without a gap.
    pub frames: i64,
    /// How many more of the same name lie behind a gap.
    pub stray: i64,
    /// Rate they are shown at.
    pub rate: Rate,
    folder: PathBuf,
    before: Vec<u8>,
    digits: usize,
    after: Vec<u8>,
}

impl Sequence {
    /// The sequence that `path` names: a pattern (`shot.%04d.dpx`), or the first of at least two numbered pictures.
    ///
    /// `None` for anything else, and for a picture in the middle of a sequence: each sequence has one name.
    pub fn of(path: &Path) -> Option<Sequence> {
        let name = path.file_name()?.as_bytes();
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        if !PICTURES.contains(&ending.as_str()) {
            return None;
        }
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        if let Some((before, digits, after)) = pattern(name).filter(|_| fs::symlink_metadata(path).is_err()) {
            let (first, width) = numbers(&folder, &before, digits, &after).into_iter().min()?;
            return Sequence::counted(folder, before, width, after, first);
        }
        let (before, number, after) = split(name)?;
        let first: i64 = std::str::from_utf8(number).ok()?.parse().ok()?;
        let digits = number.len();
        let (before, after) = (before.to_vec(), after.to_vec());
        let earlier = named(&before, digits, first - 1, &after);
        if first > 0 && (folder.join(&earlier).is_file()) {
            return None;
        }
        Sequence::counted(folder, before, digits, after, first).filter(|s| s.frames > 1)
    }

    /// The files, in order.
    pub fn files(&self) -> Vec<PathBuf> {
        (self.first..self.first + self.frames)
            .map(|n| self.folder.join(named(&self.before, self.digits, n, &self.after)))
            .collect()
    }

    fn counted(folder: PathBuf, before: Vec<u8>, digits: usize, after: Vec<u8>, first: i64) -> Option<Sequence> {
        let mut found: Vec<i64> =
            numbers(&folder, &before, digits, &after).into_iter().map(|(n, _)| n).filter(|&n| n >= first).collect();
        found.sort_unstable();
        found.dedup();
        let frames = found.iter().zip(first..).take_while(|(n, want)| **n == *want).count() as i64;
        if frames == 0 {
            return None;
        }
        let escape = |bytes: &[u8]| -> Vec<u8> {
            bytes.iter().flat_map(|&b| if b == b'%' { vec![b'%', b'%'] } else { vec![b] }).collect()
        };
        let mut name = escape(folder.as_os_str().as_bytes());
        if !name.is_empty() && name.last() != Some(&b'/') {
            name.push(b'/');
        }
        name.extend(escape(&before));
        name.extend(format!("%0{digits}d").bytes());
        name.extend(escape(&after));
        let stray = found.len() as i64 - frames;
        let pattern = PathBuf::from(OsString::from_vec(name));
        Some(Sequence { pattern, first, frames, stray, rate: Rate::FILM, folder, before, digits, after })
    }
}

/// Splits `name` around its last run of digits before the ending: `a.0001.png` -> `a.`, `0001`, `.png`.
fn split(name: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let dot = name.iter().rposition(|&b| b == b'.')?;
    let end = name[..dot].iter().rposition(u8::is_ascii_digit)? + 1;
    let start = name[..end].iter().rposition(|b| !b.is_ascii_digit()).map_or(0, |i| i + 1);
    // Longer numbers are dates and identifiers, and would not fit.
    (end - start <= 12 && end == dot).then_some((&name[..start], &name[start..end], &name[end..]))
}

/// Splits a pattern around its `%04d` or `%d`; the digits are 0 where the pattern does not fix them.
fn pattern(name: &[u8]) -> Option<(Vec<u8>, usize, Vec<u8>)> {
    let at = name.iter().position(|&b| b == b'%')?;
    let rest = &name[at + 1..];
    let d = rest.iter().position(|&b| b == b'd')?;
    let digits = std::str::from_utf8(&rest[..d]).ok()?;
    let digits = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    Some((name[..at].to_vec(), digits, rest[d + 1..].to_vec()))
}

fn named(before: &[u8], digits: usize, number: i64, after: &[u8]) -> OsString {
    OsString::from_vec([before, format!("{number:0digits$}").as_bytes(), after].concat())
}

/// Numbers found in `folder` between `before` and `after`, with their digits; `digits` 0 takes any.
fn numbers(folder: &Path, before: &[u8], digits: usize, after: &[u8]) -> Vec<(i64, usize)> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let Ok(entries) = fs::read_dir(here) else { return Vec::new() };
    let number = |name: &OsStr| -> Option<(i64, usize)> {
        let middle = name.as_bytes().strip_prefix(before)?.strip_suffix(after)?;
        if middle.is_empty() || middle.len() > 12 || !middle.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let n: i64 = std::str::from_utf8(middle).ok()?.parse().ok()?;
        let fits = digits == 0 || middle.len() == digits || (middle.len() > digits && middle[0] != b'0');
        fits.then_some((n, if middle[0] == b'0' { middle.len() } else { 1 }))
    };
    entries.flatten().filter_map(|e| number(&e.file_name())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_named_by_its_first_picture_or_its_pattern() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("100% done");
        fs::create_dir(&folder).unwrap();
        for n in [7, 8, 9, 10, 12] {
            fs::write(folder.join(format!("shot 3.{n:04}.png")), "x").unwrap();
        }
        fs::write(folder.join("alone_0001.png"), "x").unwrap();
        let s = Sequence::of(&folder.join("shot 3.0007.png")).unwrap();
        assert_eq!((s.first, s.frames, s.stray), (7, 4, 1));
        assert!(s.pattern.to_str().unwrap().ends_with("/100%% done/shot 3.%04d.png"));
        assert_eq!(s.files()[3], folder.join("shot 3.0010.png"));
        assert_eq!(Sequence::of(&folder.join("shot 3.%04d.png")).unwrap().pattern, s.pattern);
        assert_eq!(Sequence::of(&folder.join("shot 3.0008.png")), None, "in the middle");
        assert_eq!(Sequence::of(&folder.join("alone_0001.png")), None, "a still");
        assert_eq!(Sequence::of(&folder.join("film 2.mp4")), None);
    }
}
