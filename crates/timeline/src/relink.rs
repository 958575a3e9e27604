//! Finding a reel again: by its path from the timeline's folder, else by its hash.

use std::io;
use std::path::{Component, Path, PathBuf};

use film::{ContentHash, FrameRange};

use crate::{Item, Media, ReelMedia, Timeline};

/// Why a reel could not be found.
#[derive(Debug, thiserror::Error)]
pub enum RelinkError {
    /// No file there, and no other file known by its hash.
    #[error("the reel {} is not there{}; put it back, ingest the folder it now lies in, or correct the path in the timeline", path.display(), hashed(hash))]
    Gone {
        /// Where it was looked for.
        path: PathBuf,
        /// Hash it is known by.
        hash: Option<ContentHash>,
    },
    /// Another film under its name.
    #[error("{} is another film than the one that was cut (hash {} expected); ingest the folder where the right one lies, or make the cut anew", path.display(), hash.short())]
    Changed {
        /// Where it was looked for.
        path: PathBuf,
        /// Hash it is known by.
        hash: ContentHash,
    },
    /// The system would not let it be read.
    #[error("{} could not be read: {error}; check that it may be read and that its disk is there", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

fn hashed(hash: &Option<ContentHash>) -> String {
    hash.map_or_else(String::new, |h| format!(", and no film with hash {} is known", h.short()))
}

/// The absolute path of a reel that a timeline in `folder` refers to.
///
/// The path is tried first, from `folder`; `same` says whether the file there has the hash (from a cache, or by reading
/// it), and is not asked when no hash is known. Otherwise `find` is asked where a film with that hash lies now.
///
/// # Errors
/// [`RelinkError`], naming path, hash and remedy.
pub fn relink(
    media: &ReelMedia,
    folder: &Path,
    mut same: impl FnMut(&Path, &ContentHash) -> io::Result<bool>,
    mut find: impl FnMut(&ContentHash) -> Option<PathBuf>,
) -> Result<PathBuf, RelinkError> {
    let path = std::path::absolute(folder.join(&media.path))
        .map(|path| plain(&path))
        .map_err(|error| RelinkError::Unreadable { path: media.path.clone(), error })?;
    let there = path.is_file() || is_sequence(&path);
    let Some(hash) = media.hash else {
        return if there { Ok(path) } else { Err(RelinkError::Gone { path, hash: None }) };
    };
    let trouble = match there.then(|| same(&path, &hash)) {
        Some(Ok(true)) => return Ok(path),
        Some(Ok(false)) => RelinkError::Changed { path, hash },
        Some(Err(error)) => RelinkError::Unreadable { path, error },
        None => RelinkError::Gone { path, hash: Some(hash) },
    };
    match find(&hash).filter(|found| found.is_file() || is_sequence(found)) {
        Some(found) => std::path::absolute(&found).map_err(|error| RelinkError::Unreadable { path: found, error }),
        None => Err(trouble),
    }
}

/// Whether `path` is the pattern of an image sequence (`%04d`) in a folder that exists.
fn is_sequence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let Some(at) = name.find('%') else { return false };
    let digits = name[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
    digits.starts_with('d') && path.parent().is_some_and(Path::is_dir)
}

/// Makes every path relative to `folder`, where the timeline's file will lie; an already relative path stays.
pub fn make_relative(timeline: &mut Timeline, folder: &Path) {
    let folder = plain(folder);
    each_reel(timeline, |_, media| {
        if media.path.is_absolute()
            && let Some(path) = relative(&plain(&media.path), &folder)
        {
            media.path = path;
        }
    });
}

/// `path` as seen from `folder`, both absolute; `None` if they share no root.
fn relative(path: &Path, folder: &Path) -> Option<PathBuf> {
    let (mut a, mut b) = (path.components().peekable(), folder.components().peekable());
    if a.peek()? != b.peek()? {
        return None;
    }
    while a.peek().is_some() && a.peek() == b.peek() {
        a.next();
        b.next();
    }
    Some(b.map(|_| Component::ParentDir).chain(a).collect())
}

/// `path` without `.` and `..`, by its letters alone.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if matches!(out.components().next_back(), Some(Component::Normal(_))) => {
                out.pop();
            }
            Component::ParentDir if out.has_root() => {}
            part => out.push(part),
        }
    }
    out
}

/// Puts the true length in the place of every reel's whose timeline did not say it.
///
/// `facts` gives the frames that a reel holds, and the frame that the file's own timecode gives its first one (0 without
/// timecode): a source range that lies outside the reel, but inside when counted from the timecode, is counted so.
pub fn measure(timeline: &mut Timeline, mut facts: impl FnMut(&ReelMedia) -> Option<(FrameRange, i64)>) {
    each_reel(timeline, |source, media| {
        if media.is_measured() {
            return;
        }
        if let Some((available, start)) = facts(media) {
            media.available = available;
            if !available.covers(*source) && available.covers(source.shift(-start)) {
                *source = source.shift(-start);
            }
        }
    });
}

fn each_reel(timeline: &mut Timeline, mut act: impl FnMut(&mut FrameRange, &mut ReelMedia)) {
    for item in timeline.tracks.iter_mut().flat_map(|track| &mut track.items) {
        if let Item::Clip(clip) = item
            && let Media::Reel(media) = &mut clip.media
        {
            act(&mut clip.source, media);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use film::Rate;

    fn reel(path: &str, hash: Option<ContentHash>) -> ReelMedia {
        ReelMedia { path: path.into(), hash, available: FrameRange::new(0, 10), rate: Rate::FILM }
    }

    #[test]
    fn path_first_then_hash_then_a_way_out() {
        let dir = tempfile::tempdir().unwrap();
        let hash = ContentHash::of(b"film");
        let same = |path: &Path, hash: &ContentHash| Ok(ContentHash::of(&std::fs::read(path)?) == *hash);
        std::fs::create_dir(dir.path().join("cut")).unwrap();
        std::fs::write(dir.path().join("a film.mov"), "film").unwrap();
        let folder = dir.path().join("cut");
        let media = reel("../a film.mov", Some(hash));
        assert_eq!(relink(&media, &folder, same, |_| None).unwrap(), dir.path().join("a film.mov"));

        // Moved: found by hash. Another film in its place: found by hash, and never taken for it.
        std::fs::rename(dir.path().join("a film.mov"), dir.path().join("b.mov")).unwrap();
        let find = |_: &ContentHash| Some(dir.path().join("b.mov"));
        assert_eq!(relink(&media, &folder, same, find).unwrap(), dir.path().join("b.mov"));
        std::fs::write(dir.path().join("a film.mov"), "another").unwrap();
        assert_eq!(relink(&media, &folder, same, find).unwrap(), dir.path().join("b.mov"));
        assert!(matches!(relink(&media, &folder, same, |_| None), Err(RelinkError::Changed { .. })));

        // Unhashed, as another program leaves it: the path alone decides.
        assert!(relink(&reel("../b.mov", None), &folder, same, |_| None).is_ok());
        let gone = relink(&reel("../c.mov", None), &folder, same, |_| None).unwrap_err();
        assert!(gone.to_string().contains("c.mov") && gone.to_string().contains("put it back"), "{gone}");
    }

    #[test]
    fn relative_paths_climb_out_of_the_folder() {
        for (path, folder, expected) in [
            ("/studio/films/a.mov", "/studio/trailer", "../films/a.mov"),
            ("/studio/films/./x/../a.mov", "/studio/films", "a.mov"),
            ("/a.mov", "/studio/trailer", "../../a.mov"),
        ] {
            assert_eq!(relative(&plain(Path::new(path)), &plain(Path::new(folder))).unwrap(), Path::new(expected));
        }
    }
}
