//! What a person asks of a trailer, and the director's answer to it.

use std::fs;
use std::path::{Path, PathBuf};

use catalogue::music::TakeMusicError;
use catalogue::{LibraryError, LookupError, Music, Snapshot};
use director::{Brief, DirectorError, ShotRef, Tone};
use jobs::{Cancel, Progress};
use timeline::{Canvas, Fit, Timeline};

use crate::length::LengthError;
use crate::{House, Length};

/// What a person asks of a trailer.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The title: its name, part of it, or its number.
    pub title: String,
    /// Length of the trailer.
    pub length: Length,
    /// Music to cut to.
    pub music: Option<PathBuf>,
    /// Which of the many possible trailers.
    pub seed: u64,
    /// Keep clear of the film's last turning points.
    pub spoiler_free: bool,
    /// Share of the film, 0 to 1, after which nothing is shown.
    pub until: Option<f32>,
    /// How it should feel.
    pub tone: Tone,
    /// Shape of the picture.
    pub aspect: Option<Aspect>,
    /// Whether pictures of another shape get bars instead of losing their sides.
    pub letterbox: bool,
    /// Shots that must be in.
    pub must: Vec<ShotName>,
    /// Shots that must not.
    pub must_not: Vec<ShotName>,
    /// Words of the title card.
    pub title_text: Option<String>,
    /// Whether there is a title card.
    pub title_card: bool,
    /// Lines at the end, beside the attribution found beside the films.
    pub credits: Vec<String>,
    /// Whether the film's own titles and credits may be shown.
    pub allow_lettering: bool,
    /// Whether clips are given one grain.
    pub match_grain: bool,
    /// A trial, whatever is recorded of rights.
    pub sandbox: bool,
}

/// A shape of picture: `16:9`, `9:16`, `1:1`, or an exact raster `1920x1080`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aspect {
    /// A ratio.
    Ratio(u32, u32),
    /// A raster.
    Raster(u32, u32),
}

/// A shot as a person names it: `42`, or `2:42` for shot 42 of the second reel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShotName {
    /// Which reel, from 1.
    pub reel: usize,
    /// Which shot, from 0.
    pub shot: u32,
}

/// Why no trailer was cut.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// No such title.
    #[error(transparent)]
    Title(#[from] LookupError),
    /// The library could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The music could not be used.
    #[error(transparent)]
    Music(#[from] TakeMusicError),
    /// No such length.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// No such reel.
    #[error("{title} has {reels} reels, and reel {asked} was asked for")]
    NoReel {
        /// The title.
        title: String,
        /// How many it has.
        reels: usize,
        /// Which was asked for, from 1.
        asked: usize,
    },
    /// Only its shots are known.
    #[error("{0} was read quickly, and a trailer needs all of it; run `bottega ingest` on it without --quick")]
    Quick(String),
    /// The director says no.
    #[error(transparent)]
    Director(#[from] DirectorError),
}

/// A trailer cut, not yet rendered.
pub struct Draft {
    /// What was known of the title.
    pub snapshot: Snapshot,
    /// The cut, media by absolute paths; one for each variant.
    pub timelines: Vec<Timeline>,
    /// Whom to name: the attribution found beside the films and the music.
    pub attribution: Vec<String>,
    /// The music as heard.
    pub music: Option<Music>,
}

/// Has the director cut `variants` trailers.
pub fn draft(
    house: &House,
    wanted: &Wanted,
    variants: usize,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Draft, DraftError> {
    let title = house.library().title(&wanted.title)?;
    if title.reels.iter().any(|reel| reel.depth != catalogue::Depth::Full) {
        return Err(DraftError::Quick(title.name));
    }
    let snapshot = house.library().snapshot(&title)?;
    let music = match &wanted.music {
        None => None,
        Some(path) => Some(hear(house, path, progress, cancel)?),
    };
    let mut attribution = Vec::new();
    let files = snapshot.reels.iter().map(|reel| reel.path.as_path()).chain(wanted.music.as_deref());
    for line in files.flat_map(attribution_of) {
        if !attribution.contains(&line) {
            attribution.push(line);
        }
    }
    let rate = director::rate(&snapshot)?;
    let first = &snapshot.reels[0];
    let brief = Brief {
        seed: wanted.seed,
        tone: wanted.tone,
        music: music.clone(),
        until: wanted.until,
        spoiler_free: wanted.spoiler_free,
        must: shots(&snapshot, &wanted.must)?,
        must_not: shots(&snapshot, &wanted.must_not)?,
        canvas: wanted.aspect.map(|aspect| aspect.canvas(first.width, first.height)),
        fit: if wanted.letterbox { Fit::Letterbox } else { Fit::Fill },
        title: wanted.title_text.clone(),
        title_card: wanted.title_card,
        credits: wanted.credits.iter().chain(&attribution).cloned().collect(),
        allow_lettering: wanted.allow_lettering,
        ..Brief::new(wanted.length.frames(rate)?)
    };
    let timelines = match variants {
        0 | 1 => vec![director::trailer(&snapshot, &brief)?],
        several => director::variants(&snapshot, &brief, several)?,
    };
    Ok(Draft { snapshot, timelines, attribution, music })
}

fn shots(snapshot: &Snapshot, names: &[ShotName]) -> Result<Vec<ShotRef>, DraftError> {
    let find = |name: &ShotName| match snapshot.reels.get(name.reel.wrapping_sub(1)) {
        Some(reel) => Ok(ShotRef { reel: reel.hash, shot: name.shot }),
        None => {
            Err(DraftError::NoReel { title: snapshot.title.clone(), reels: snapshot.reels.len(), asked: name.reel })
        }
    };
    names.iter().map(find).collect()
}

fn hear(house: &House, path: &Path, progress: &dyn Progress, cancel: &Cancel) -> Result<Music, DraftError> {
    Ok(catalogue::music::take_music(house.library(), path, house.workers(), progress, cancel)?)
}

/// The lines of the text file beside a medium that says whom to name: `film.attribution.txt` beside `film.mp4`.
fn attribution_of(medium: &Path) -> Vec<String> {
    let text = fs::read_to_string(medium.with_extension("attribution.txt")).unwrap_or_default();
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

impl Aspect {
    /// The raster for a film of `width` by `height`: its shorter side becomes the trailer's, numbers made even.
    pub fn canvas(self, width: u32, height: u32) -> Canvas {
        let even = |n: f64| ((n / 2.0).round() as u32).max(1) * 2;
        match self {
            Aspect::Raster(width, height) => Canvas { width, height },
            Aspect::Ratio(across, down) => {
                let short = f64::from(width.min(height));
                let shape = f64::from(across) / f64::from(down);
                match shape >= 1.0 {
                    true => Canvas { width: even(short * shape), height: even(short) },
                    false => Canvas { width: even(short), height: even(short / shape) },
                }
            }
        }
    }
}

impl std::str::FromStr for Aspect {
    type Err = String;

    fn from_str(text: &str) -> Result<Aspect, String> {
        let pair = |by: char| -> Option<(u32, u32)> {
            let (a, b) = text.split_once(by)?;
            let (a, b) = (a.trim().parse().ok()?, b.trim().parse().ok()?);
            (a > 0 && b > 0 && a <= 16384 && b <= 16384).then_some((a, b))
        };
        if let Some((a, b)) = pair(':') {
            return Ok(Aspect::Ratio(a, b));
        }
        if let Some((a, b)) = pair('x').filter(|(a, b)| a % 2 == 0 && b % 2 == 0) {
            return Ok(Aspect::Raster(a, b));
        }
        Err(format!("`{text}` is not a shape; write 16:9, 9:16, 1:1, or an even raster such as 1920x1080"))
    }
}

impl std::str::FromStr for ShotName {
    type Err = String;

    fn from_str(text: &str) -> Result<ShotName, String> {
        let bad = |_| format!("`{text}` is not a shot; write its number, or REEL:NUMBER for a title of several reels");
        match text.split_once(':') {
            Some((reel, shot)) => {
                Ok(ShotName { reel: reel.trim().parse().map_err(bad)?, shot: shot.trim().parse().map_err(bad)? })
            }
            None => Ok(ShotName { reel: 1, shot: text.trim().parse().map_err(bad)? }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let canvas = |text: &str| text.parse::<Aspect>().map(|a| a.canvas(1920, 804));
        assert_eq!(canvas("9:16"), Ok(Canvas { width: 804, height: 1430 }));
        assert_eq!(canvas("1:1"), Ok(Canvas { width: 804, height: 804 }));
        assert_eq!(canvas("1280x720"), Ok(Canvas { width: 1280, height: 720 }));
        for text in ["", "16", "16:0", "1921x1080", "0x0", "99999:1"] {
            assert!(text.parse::<Aspect>().is_err(), "{text}");
        }
        assert_eq!("2:42".parse(), Ok(ShotName { reel: 2, shot: 42 }));
        assert!("a".parse::<ShotName>().is_err());
    }

    #[test]
    fn attribution_lies_beside_the_medium() {
        let folder = tempfile::tempdir().unwrap();
        let film = folder.path().join("a film.mp4");
        fs::write(folder.path().join("a film.attribution.txt"), "\n  Made by A.  \n\nCC BY\n").unwrap();
        assert_eq!(attribution_of(&film), ["Made by A.", "CC BY"]);
        assert!(attribution_of(Path::new("/nowhere/b.mp4")).is_empty());
    }
}
