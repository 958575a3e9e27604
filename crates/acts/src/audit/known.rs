//! What the catalogue knows of the library, reel by reel, as the audit takes it.

use std::collections::{BTreeMap, HashSet};

use ::audit::density::Likeness;
use ::audit::{Kind, Look, Request, ShotFacts, Stock, copies};
use catalogue::{Attributes, Reel, Shot, THUMB};
use film::ContentHash;

use super::AuditError;
use crate::House;

/// Frames of a shot whose small pictures are held against each other.
const FRAMES: usize = 6;

/// The library, read once; of its shots as many are held as fit.
pub(super) struct Known {
    pub(super) stock: Stock,
    /// How alike the pictures of a shot are.
    pub(super) rho: Option<f64>,
    pub(super) names: BTreeMap<u32, String>,
    /// Seconds of each shot.
    pub(super) seconds: BTreeMap<ContentHash, Vec<f32>>,
    /// Reels as the stock numbers them.
    reels: Vec<ContentHash>,
}

impl Known {
    /// Reads it; `kinds`, how titles were made, by their first reel.
    pub(super) fn of(house: &House, kinds: &BTreeMap<ContentHash, Kind>) -> Result<Known, AuditError> {
        let mut known = Known {
            stock: Stock::default(),
            rho: None,
            names: BTreeMap::new(),
            seconds: BTreeMap::new(),
            reels: Vec::new(),
        };
        let mut likeness = Likeness::default();
        for (n, title) in house.library().titles()?.iter().enumerate() {
            let title_number = n as u32;
            known.names.insert(title_number, title.name.clone());
            let kind = title.reels.first().and_then(|r| kinds.get(&r.hash)).copied().unwrap_or_default();
            for reel in house.library().snapshot(title)?.reels {
                let number = known.reels.len() as u32;
                known.reels.push(reel.hash);
                let fps = reel.clock.rate().fps();
                let mut seconds = vec![0.0; reel.shots.iter().map(|s| s.index as usize + 1).max().unwrap_or(0)];
                for shot in &reel.shots {
                    let length = shot.range.len() as f64 / fps;
                    seconds[shot.index as usize] = length as f32;
                    likeness.add(frames(&reel, shot));
                    known.stock.add(ShotFacts {
                        title: title_number,
                        reel: number,
                        shot: shot.index,
                        seconds: length,
                        frames: shot.range.len() as u64,
                        picture: thumb(&reel, shot.key_frame).unwrap_or_default().into(),
                        look: Look { kind, ..look(&shot.attributes) },
                    });
                }
                known.seconds.insert(reel.hash, seconds);
            }
        }
        known.rho = likeness.rho();
        Ok(known)
    }

    /// Shots that are copies of a longer one.
    pub(super) fn copied(&self) -> HashSet<(ContentHash, u32)> {
        let shots = self.stock.shots();
        let mut copied = HashSet::new();
        for group in copies::groups(shots) {
            let keeper = copies::keeper(&group, shots);
            let others = group.iter().filter(|i| **i != keeper).map(|i| &shots[*i]);
            copied.extend(others.map(|s| (self.reels[s.reel as usize], s.shot)));
        }
        copied
    }
}

/// What `text` asks for: a shot of the library like `Nosferatu#4` (`#2:4` of its second reel), or a kind of shot in words.
pub(super) fn request(house: &House, text: &str) -> Result<Request, AuditError> {
    let library = house.library();
    let Some((title, shot)) = text.rsplit_once('#') else {
        return Request::words(text).map_err(AuditError::Request);
    };
    let card = library.title(title)?;
    let (reel, shot) = shot.split_once(':').unwrap_or(("1", shot));
    let snapshot = library.snapshot(&card)?;
    let reel = reel.parse::<usize>().ok().and_then(|n| snapshot.reels.get(n.checked_sub(1)?));
    let found = reel.zip(shot.parse::<u32>().ok());
    let found = found.and_then(|(reel, shot)| Some((reel, reel.shots.iter().find(|s| s.index == shot)?)));
    let (reel, shot) = found.ok_or_else(|| {
        AuditError::Request(format!("there is no shot {text}; `bottega shots \"{title}\"` lists them"))
    })?;
    let title = library.titles()?.iter().position(|t| t.id == card.id).unwrap_or_default() as u32;
    let picture = thumb(reel, shot.key_frame).unwrap_or_default().into();
    Ok(Request::Picture { name: text.to_owned(), title, picture })
}

fn thumb(reel: &Reel, frame: i64) -> Option<&[u8]> {
    let at = frame as usize * THUMB;
    reel.signals.thumbs.get(at..at + THUMB)
}

/// Small pictures of a shot, evenly spread over the frames that are its alone.
fn frames(reel: &Reel, shot: &Shot) -> Vec<Vec<f64>> {
    let count = FRAMES.min(shot.clean.len().max(0) as usize);
    let places = (0..count).map(|k| shot.clean.start() + (2 * k as i64 + 1) * shot.clean.len() / (2 * count as i64));
    places.filter_map(|f| Some(thumb(reel, f)?.iter().map(|v| f64::from(*v)).collect())).collect()
}

fn look(a: &Attributes) -> Look {
    let hue = a.palette.first().and_then(|(r, g, b, _)| {
        let [r, g, b] = [*r, *g, *b].map(f32::from);
        let (most, least) = (r.max(g).max(b), r.min(g).min(b));
        let span = most - least;
        // Grays have no hue.
        (span > 24.0).then(|| {
            let sixth = if most == r {
                (g - b) / span
            } else if most == g {
                2.0 + (b - r) / span
            } else {
                4.0 + (r - g) / span
            };
            (60.0 * sixth).rem_euclid(360.0)
        })
    });
    Look {
        day: a.day,
        day_confidence: a.day_confidence,
        exterior: a.exterior,
        exterior_confidence: a.exterior_confidence,
        motion: a.motion,
        brightness: a.brightness,
        saturation: a.saturation,
        hue,
        ..Look::default()
    }
}
