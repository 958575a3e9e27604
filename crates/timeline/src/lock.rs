//! A timeline that may not change any more: the only thing that is rendered.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};

use film::ContentHash;

use crate::check::{Fault, Flaw, Place, place};
use crate::relink::RelinkError;
use crate::{Media, ReelMedia, Timeline};

/// A clean timeline whose every reel was found; made by [`lock`] alone, and unchangeable.
#[derive(Clone, Debug)]
pub struct Locked {
    timeline: Timeline,
    paths: HashMap<(PathBuf, Option<ContentHash>), PathBuf>,
}

impl Locked {
    /// The timeline.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Absolute path of a reel that the timeline refers to.
    ///
    /// # Panics
    /// If `reel` is not one of this timeline's.
    pub fn path(&self, reel: &ReelMedia) -> &Path {
        self.paths.get(&key(reel)).expect("locking found every reel of the timeline")
    }

    /// Absolute paths of all its reels, each once, in order of name.
    pub fn paths(&self) -> Vec<&Path> {
        let mut paths: Vec<&Path> = self.paths.values().map(PathBuf::as_path).collect();
        paths.sort();
        paths.dedup();
        paths
    }
}

fn key(reel: &ReelMedia) -> (PathBuf, Option<ContentHash>) {
    (reel.path.clone(), reel.hash)
}

/// Why a timeline could not be locked: everything that stands in the way, not only the first.
#[derive(Debug, thiserror::Error)]
#[error("the timeline cannot be locked:{}", list(.0))]
pub struct LockError(pub Vec<Obstacle>);

fn list(obstacles: &[Obstacle]) -> String {
    obstacles.iter().map(|o| format!("\n  {o}")).collect()
}

/// One thing that stands in the way of a lock.
#[derive(Debug, thiserror::Error)]
pub enum Obstacle {
    /// The timeline breaks a rule.
    #[error(transparent)]
    Flaw(#[from] Flaw),
    /// A clip without a medium.
    #[error("{0}: the timeline does not say which film it shows; link it to a film, or remove the clip")]
    Missing(Place),
    /// A reel that was not found.
    #[error("{place}: {error}")]
    NotFound {
        /// First clip that needs it.
        place: Place,
        /// Why.
        error: RelinkError,
    },
}

/// Locks a timeline: checks it, finds each reel's file by `resolve` (asked once a reel), and lets nobody change it after.
///
/// `resolve` is usually [`crate::relink::relink`] with the folder of the timeline's file.
///
/// # Errors
/// [`LockError`] lists every obstacle with its clip, place and remedy.
///
/// # Panics
/// If `resolve` gives a relative path: the caller's mistake.
pub fn lock(
    timeline: Timeline,
    mut resolve: impl FnMut(&ReelMedia) -> Result<PathBuf, RelinkError>,
) -> Result<Locked, LockError> {
    let mut obstacles: Vec<Obstacle> = timeline.check().into_iter().map(Obstacle::from).collect();
    let too_long = |o: &Obstacle| matches!(o, Obstacle::Flaw(Flaw { fault: Fault::TooLong(_), .. }));
    if obstacles.iter().any(too_long) {
        // Its places cannot be added up; nothing more can be said of it.
        return Err(LockError(obstacles));
    }
    if timeline.is_empty() {
        obstacles.push(Obstacle::Flaw(Flaw { place: Place::Timeline, fault: Fault::Empty }));
    }
    let mut paths = HashMap::new();
    let mut failed = HashMap::new();
    for (at, track) in timeline.tracks.iter().enumerate() {
        for placed in track.placed(timeline.rate) {
            let Some(clip) = placed.clip() else { continue };
            let here = || place(at, track, &placed, timeline.rate);
            match &clip.media {
                Media::Title(_) => {}
                Media::Missing => obstacles.push(Obstacle::Missing(here())),
                Media::Reel(reel) => {
                    let Entry::Vacant(vacant) = paths.entry(key(reel)) else { continue };
                    if failed.contains_key(vacant.key()) {
                        continue;
                    }
                    match resolve(reel) {
                        Ok(path) => {
                            assert!(path.is_absolute(), "a reel is found by an absolute path, not {}", path.display());
                            vacant.insert(path);
                        }
                        Err(error) => {
                            failed.insert(vacant.into_key(), ());
                            obstacles.push(Obstacle::NotFound { place: here(), error });
                        }
                    }
                }
            }
        }
    }
    if obstacles.is_empty() { Ok(Locked { timeline, paths }) } else { Err(LockError(obstacles)) }
}

#[cfg(test)]
mod tests {
    use film::{FrameRange, Rate};

    use super::*;
    use crate::{Canvas, Clip, Item, Kind, Track};

    fn clip(name: &str, path: &str, source: FrameRange) -> Item {
        let reel = ReelMedia { path: path.into(), hash: None, available: FrameRange::new(0, 100), rate: Rate::FILM };
        Item::Clip(Box::new(Clip::new(name, Media::Reel(reel), source)))
    }

    fn timeline(items: Vec<Item>) -> Timeline {
        let mut t = Timeline::new("cut", Rate::FILM, Canvas { width: 64, height: 36 });
        t.tracks.push(Track { items, ..Track::new("Picture", Kind::Picture) });
        t
    }

    #[test]
    fn every_reel_is_asked_for_once() {
        let cut = timeline(vec![
            clip("a", "a.mov", FrameRange::new(0, 10)),
            clip("b", "b.mov", FrameRange::new(5, 10)),
            clip("a again", "a.mov", FrameRange::new(20, 30)),
        ]);
        let mut asked = 0;
        let locked = lock(cut.clone(), |reel| {
            asked += 1;
            Ok(Path::new("/films").join(&reel.path))
        })
        .unwrap();
        assert_eq!(asked, 2);
        assert_eq!(locked.timeline(), &cut);
        assert_eq!(locked.paths(), [Path::new("/films/a.mov"), Path::new("/films/b.mov")]);
        assert_eq!(locked.path(cut.clips().nth(2).unwrap().2.reel().unwrap()), Path::new("/films/a.mov"));
    }

    #[test]
    fn all_obstacles_are_told_at_once() {
        let cut = timeline(vec![
            clip("past the end", "a.mov", FrameRange::new(90, 110)),
            Item::Clip(Box::new(Clip::new("lost", Media::Missing, FrameRange::new(0, 5)))),
            clip("gone", "b.mov", FrameRange::new(0, 5)),
            clip("gone too", "b.mov", FrameRange::new(5, 9)),
        ]);
        let error = lock(cut, |reel| match reel.path.to_str() {
            Some("b.mov") => Err(RelinkError::Gone { path: "/b.mov".into(), hash: None }),
            _ => Ok("/a.mov".into()),
        })
        .unwrap_err();
        let words = error.to_string();
        assert_eq!(error.0.len(), 3, "{words}");
        for said in [
            "clip \"past the end\" at 00:00:00:00",
            "trim the clip",
            "clip \"lost\" at 00:00:00:20",
            "clip \"gone\" at 00:00:01:01",
            "put it back",
        ] {
            assert!(words.contains(said), "{said} is not in {words}");
        }
        let empty = lock(timeline(vec![]), |_| Ok("/a.mov".into())).unwrap_err();
        assert!(empty.to_string().contains("no frame"));
    }
}
