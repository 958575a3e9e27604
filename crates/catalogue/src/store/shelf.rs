//! Titles, reels, shots and lines in the database.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use film::{Clock, ContentHash, FrameRange, Into, Rate};
use media::Probe;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::{Deserialize, Serialize};

use super::library::{Library, LibraryError};
use crate::snapshot::{Attributes, Line, Music, Shot};

/// How much of a reel was read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// Its shots.
    Quick,
    /// Everything.
    Full,
}

/// A title as listed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct TitleCard {
    /// Its number in the library.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its reels in order.
    pub reels: Vec<ReelCard>,
}

/// A reel as listed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ReelCard {
    /// Its number in the library.
    pub id: i64,
    /// Name of its title.
    pub title: String,
    /// Where it was last seen (absolute).
    pub path: PathBuf,
    /// Hash of its bytes.
    pub hash: ContentHash,
    /// How many frames it has.
    pub frames: i64,
    /// Nominal rate.
    pub rate: Rate,
    /// Whether its frames last differently.
    pub variable_rate: bool,
    /// Displayed width in square pixels.
    pub width: u32,
    /// Displayed height.
    pub height: u32,
    /// Length in seconds.
    pub duration_seconds: f64,
    /// Sound tracks.
    pub sound_tracks: usize,
    /// Shots found.
    pub shots: usize,
    /// How much of it was read.
    pub depth: Depth,
    /// Flaws, in words.
    pub warnings: Vec<String>,
}

/// A reel's shots as listed, in the reel's own frames.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShotList {
    /// Name of the title.
    pub title: String,
    /// Hash of the reel.
    pub reel: ContentHash,
    /// Where it was last seen.
    pub path: PathBuf,
    /// Nominal rate.
    pub rate: Rate,
    /// Its shots in order.
    pub shots: Vec<ShotCard>,
}

/// A shot as listed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ShotCard {
    /// Place in the reel, from 0.
    pub index: u32,
    /// First frame.
    pub start: i64,
    /// One past the last frame.
    pub end: i64,
    /// How it begins.
    pub into: Into,
    /// Frames that mix with the shot before.
    pub transition: Option<[i64; 2]>,
    /// Frames that are its alone.
    pub clean: [i64; 2],
    /// The frame that shows it best.
    pub key_frame: i64,
    /// Picture of it, where one was made.
    pub key_picture: Option<PathBuf>,
    /// Small pictures of it side by side in the order of time, where they were made.
    pub filmstrip: Option<PathBuf>,
    /// Length in seconds.
    pub seconds: f64,
    /// What a filmmaker asks.
    #[serde(flatten)]
    pub attributes: Attributes,
}

/// Where a file was seen, and how it looked from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Place {
    /// Absolute path.
    pub path: PathBuf,
    /// Size.
    pub bytes: u64,
    /// Time of its last change in nanoseconds since 1970.
    pub changed: i64,
}

impl Place {
    /// The place of the file `path` now, or of the sequence of pictures `files` known by `path`.
    pub fn of(path: &Path, files: &[PathBuf]) -> std::io::Result<Place> {
        let mut whole = Place { path: path.to_owned(), bytes: 0, changed: 0 };
        let one = [path.to_owned()];
        for file in if files.is_empty() { &one[..] } else { files } {
            let about = fs::metadata(file)?;
            // Opened too: a file that may not be read is found out here, with a clear word.
            fs::File::open(file)?.read_exact(&mut [0; 0])?;
            whole.bytes += about.len();
            whole.changed = whole.changed.max(about.mtime() * 1_000_000_000 + about.mtime_nsec());
        }
        Ok(whole)
    }
}

/// A reel in full, as it is put into the database in one go.
#[derive(Clone, Debug)]
pub struct ReelRecord {
    /// Hash of its bytes.
    pub hash: ContentHash,
    /// How much of it was read.
    pub depth: Depth,
    /// What the file holds.
    pub probe: Probe,
    /// When each frame shows.
    pub clock: Clock,
    /// Displayed size.
    pub size: (u32, u32),
    /// Active picture, fractions left, top, right, bottom.
    pub active: [f32; 4],
    /// Flaws, in words.
    pub warnings: Vec<String>,
    /// Shots in reel frames.
    pub shots: Vec<Shot>,
    /// Lines in reel frames.
    pub lines: Vec<Line>,
}

impl Library {
    /// All titles by name.
    pub fn titles(&self) -> Result<Vec<TitleCard>, LibraryError> {
        let db = self.db();
        let read = || -> rusqlite::Result<Vec<TitleCard>> {
            let mut q = db.prepare("SELECT id, name FROM title ORDER BY name COLLATE NOCASE, id")?;
            let names: Vec<(i64, String)> =
                q.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?;
            names.into_iter().map(|(id, name)| Ok(TitleCard { reels: reels(&db, id, &name)?, id, name })).collect()
        };
        read().map_err(|e| self.trouble(e))
    }

    /// The reel whose file has this hash, and where it lies.
    pub fn reel(&self, hash: ContentHash) -> Result<Option<ReelCard>, LibraryError> {
        Ok(self.titles()?.into_iter().flat_map(|t| t.reels).find(|r| r.hash == hash))
    }

    /// The shots of every reel of the title `id`.
    pub fn shots(&self, title: &TitleCard) -> Result<Vec<ShotList>, LibraryError> {
        title
            .reels
            .iter()
            .map(|reel| {
                let record = self.record(reel.hash)?;
                let folder = self.reading(reel.hash);
                let shots = record
                    .shots
                    .into_iter()
                    .map(|s| ShotCard {
                        index: s.index,
                        start: s.range.start(),
                        end: s.range.end(),
                        into: s.into,
                        transition: s.transition.map(|t| [t.start(), t.end()]),
                        clean: [s.clean.start(), s.clean.end()],
                        key_frame: s.key_frame,
                        key_picture: Some(crate::reading::picture_file(&folder, s.key_frame)).filter(|p| p.is_file()),
                        filmstrip: Some(crate::reading::strip::file(&folder, s.range.start())).filter(|p| p.is_file()),
                        seconds: record.clock.seconds(s.range.end()) - record.clock.seconds(s.range.start()),
                        attributes: s.attributes,
                    })
                    .collect();
                Ok(ShotList {
                    title: title.name.clone(),
                    reel: reel.hash,
                    path: reel.path.clone(),
                    rate: reel.rate,
                    shots,
                })
            })
            .collect()
    }

    /// All that the database holds of a reel.
    pub fn record(&self, hash: ContentHash) -> Result<ReelRecord, LibraryError> {
        let db = self.db();
        record(&db, hash).map_err(|e| self.trouble(e))
    }

    /// Depth to which the file with this hash was read; `None` if it is not in the library.
    pub fn depth(&self, hash: ContentHash) -> Result<Option<Depth>, LibraryError> {
        let depth: Option<String> = self
            .db()
            .query_row("SELECT depth FROM reel WHERE hash = ?", [hash.to_string()], |r| r.get(0))
            .optional()
            .map_err(|e| self.trouble(e))?;
        Ok(depth.map(|d| if d == "full" { Depth::Full } else { Depth::Quick }))
    }

    /// The hash a file at this place had when it looked just so; `None` if it was never seen or has changed since.
    pub fn known(&self, place: &Place) -> Result<Option<ContentHash>, LibraryError> {
        let hash: Option<String> = self
            .db()
            .query_row(
                "SELECT hash FROM reel JOIN place ON place.reel = reel.id WHERE path = ? AND bytes = ? AND changed = ?",
                params![path_blob(&place.path), place.bytes as i64, place.changed],
                |r| r.get(0),
            )
            .optional()
            .map_err(|e| self.trouble(e))?;
        Ok(hash.and_then(|h| h.parse().ok()))
    }

    /// Where the reel with this hash has been seen, the last first.
    pub fn places(&self, hash: ContentHash) -> Result<Vec<PathBuf>, LibraryError> {
        places(&self.db(), hash).map_err(|e| self.trouble(e))
    }

    /// Notes that the reel with this hash lies at `place` too; places where it no longer lies are forgotten.
    pub fn seen(&self, hash: ContentHash, place: &Place) -> Result<(), LibraryError> {
        let gone: Vec<PathBuf> = self.places(hash)?.into_iter().filter(|p| *p != place.path && !p.exists()).collect();
        let mut db = self.db();
        let mut write = || -> rusqlite::Result<()> {
            let tx = db.transaction()?;
            let reel: i64 = tx.query_row("SELECT id FROM reel WHERE hash = ?", [hash.to_string()], |r| r.get(0))?;
            put_place(&tx, reel, place)?;
            for path in &gone {
                tx.execute("DELETE FROM place WHERE path = ?", [path_blob(path)])?;
            }
            tx.commit()
        };
        write().map_err(|e| self.trouble(e))
    }

    /// Puts a reel with all its shots and lines in, or replaces a quick reading of it: all or nothing.
    ///
    /// `name` is the title's; a title of that name and `place_in_title` greater than zero joins it, else a new one is made.
    pub fn put(
        &self,
        record: &ReelRecord,
        place: &Place,
        name: &str,
        place_in_title: i64,
    ) -> Result<ReelCard, LibraryError> {
        let mut db = self.db();
        let mut write = || -> rusqlite::Result<i64> {
            let tx = db.transaction()?;
            let hash = record.hash.to_string();
            let old: Option<(i64, i64, i64)> = tx
                .query_row("SELECT id, title, place FROM reel WHERE hash = ?", [&hash], |r| {
                    Ok((r.get(0)?, r.get(1)?, r.get(2)?))
                })
                .optional()?;
            let (title, at) = match old {
                Some((_, title, at)) => (title, at),
                None => (title_for(&tx, name, place_in_title)?, place_in_title),
            };
            let (pts, last) = match &record.clock {
                Clock::Constant { .. } => (None, None),
                Clock::Variable { pts, last, .. } => {
                    (Some(pts.iter().flat_map(|p| p.to_le_bytes()).collect::<Vec<u8>>()), Some(*last))
                }
            };
            let columns = params![
                title,
                at,
                hash,
                if record.depth == Depth::Full { "full" } else { "quick" },
                json(&record.probe),
                record.clock.rate().to_string(),
                record.clock.frames(),
                pts,
                last,
                record.size.0,
                record.size.1,
                json(&record.active),
                json(&record.warnings),
            ];
            tx.execute(
                "INSERT INTO reel (title, place, hash, depth, probe, rate, frames, pts, last, width, height, active, warnings)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
                 ON CONFLICT (hash) DO UPDATE SET depth = ?4, probe = ?5, rate = ?6, frames = ?7, pts = ?8, last = ?9,
                 width = ?10, height = ?11, active = ?12, warnings = ?13",
                columns,
            )?;
            let reel: i64 = tx.query_row("SELECT id FROM reel WHERE hash = ?", [&hash], |r| r.get(0))?;
            put_place(&tx, reel, place)?;
            put_shots(&tx, reel, record)?;
            tx.commit()?;
            Ok(title)
        };
        let title = write().map_err(|e| self.trouble(e))?;
        let name: String =
            db.query_row("SELECT name FROM title WHERE id = ?", [title], |r| r.get(0)).map_err(|e| self.trouble(e))?;
        let cards = reels(&db, title, &name).map_err(|e| self.trouble(e))?;
        Ok(cards.into_iter().find(|c| c.hash == record.hash).expect("it was put in above"))
    }

    /// Whether a title of this name has a reel in this place.
    pub fn has_title_part(&self, name: &str, place_in_title: i64) -> Result<bool, LibraryError> {
        self.db()
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM title JOIN reel ON reel.title = title.id WHERE name = ? AND place = ?)",
                params![name, place_in_title],
                |r| r.get(0),
            )
            .map_err(|e| self.trouble(e))
    }

    /// Music heard before, by its hash.
    pub fn music(&self, hash: ContentHash) -> Result<Option<Music>, LibraryError> {
        let heard: Option<String> = self
            .db()
            .query_row("SELECT heard FROM music WHERE hash = ?", [hash.to_string()], |r| r.get(0))
            .optional()
            .map_err(|e| self.trouble(e))?;
        // Music written down by an older program in other words is heard again.
        Ok(heard.and_then(|h| serde_json::from_str(&h).ok()))
    }

    /// Puts music in.
    pub fn put_music(&self, music: &Music) -> Result<(), LibraryError> {
        self.db()
            .execute(
                "INSERT OR REPLACE INTO music (hash, path, heard) VALUES (?, ?, ?)",
                params![music.hash.to_string(), path_blob(&music.path), json(music)],
            )
            .map_err(|e| self.trouble(e))?;
        Ok(())
    }
}

fn title_for(db: &Connection, name: &str, place: i64) -> rusqlite::Result<i64> {
    let free = db
        .query_row(
            "SELECT id FROM title WHERE name = ?1 AND NOT EXISTS (SELECT 1 FROM reel WHERE reel.title = title.id AND (place = ?2 OR ?2 = 0 OR place = 0))",
            params![name, place],
            |r| r.get(0),
        )
        .optional()?;
    match free {
        Some(id) => Ok(id),
        None => {
            db.execute("INSERT INTO title (name) VALUES (?)", [name])?;
            Ok(db.last_insert_rowid())
        }
    }
}

fn put_place(db: &Connection, reel: i64, place: &Place) -> rusqlite::Result<()> {
    // Taken out first, so that the newest place has the highest row number.
    db.execute("DELETE FROM place WHERE path = ?", [path_blob(&place.path)])?;
    db.execute(
        "INSERT INTO place (path, reel, bytes, changed) VALUES (?, ?, ?, ?)",
        params![path_blob(&place.path), reel, place.bytes as i64, place.changed],
    )?;
    Ok(())
}

fn put_shots(db: &Connection, reel: i64, record: &ReelRecord) -> rusqlite::Result<()> {
    db.execute("DELETE FROM shot WHERE reel = ?", [reel])?;
    db.execute("DELETE FROM line WHERE reel = ?", [reel])?;
    let mut shot = db.prepare(
        "INSERT INTO shot (reel, number, start, end, begins, mix_start, mix_end, clean_start, clean_end, key_frame, attributes)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    for s in &record.shots {
        shot.execute(params![
            reel,
            s.index,
            s.range.start(),
            s.range.end(),
            s.into.to_string(),
            s.transition.map(FrameRange::start),
            s.transition.map(FrameRange::end),
            s.clean.start(),
            s.clean.end(),
            s.key_frame,
            json(&s.attributes),
        ])?;
    }
    let mut line = db.prepare("INSERT INTO line (reel, number, start, end, words) VALUES (?, ?, ?, ?, ?)")?;
    for (i, l) in record.lines.iter().enumerate() {
        line.execute(params![reel, i as i64, l.range.start(), l.range.end(), l.text])?;
    }
    Ok(())
}

fn places(db: &Connection, hash: ContentHash) -> rusqlite::Result<Vec<PathBuf>> {
    let mut q = db
        .prepare("SELECT path FROM place JOIN reel ON place.reel = reel.id WHERE hash = ? ORDER BY place.rowid DESC")?;
    q.query_map([hash.to_string()], |r| Ok(blob_path(r.get(0)?)))?.collect()
}

fn reels(db: &Connection, title: i64, name: &str) -> rusqlite::Result<Vec<ReelCard>> {
    let mut q = db.prepare(
        "SELECT id, hash, depth, probe, rate, frames, pts, last, width, height, warnings,
                (SELECT count(*) FROM shot WHERE shot.reel = reel.id)
         FROM reel WHERE title = ? ORDER BY place, id",
    )?;
    let rows = q.query_map([title], |r| {
        let hash: String = r.get(1)?;
        let probe: Option<Probe> = serde_json::from_str(&r.get::<_, String>(3)?).ok();
        let clock = clock(r, 4, probe.as_ref())?;
        Ok(ReelCard {
            id: r.get(0)?,
            title: name.to_owned(),
            path: PathBuf::new(),
            hash: hash.parse().map_err(|_| broken(1, &hash))?,
            frames: clock.frames(),
            rate: clock.rate(),
            variable_rate: clock.is_variable(),
            width: r.get(8)?,
            height: r.get(9)?,
            duration_seconds: clock.seconds(clock.frames()),
            sound_tracks: probe.map_or(0, |p| p.sounds.len()),
            shots: r.get::<_, i64>(11)? as usize,
            depth: if r.get::<_, String>(2)? == "full" { Depth::Full } else { Depth::Quick },
            warnings: serde_json::from_str(&r.get::<_, String>(10)?).unwrap_or_default(),
        })
    })?;
    let mut cards: Vec<ReelCard> = rows.collect::<Result<_, _>>()?;
    for card in &mut cards {
        let seen = places(db, card.hash)?;
        // The last place where it still lies; the last of all if it lies nowhere.
        card.path = seen.iter().find(|p| p.exists()).or(seen.first()).cloned().unwrap_or_default();
    }
    Ok(cards)
}

fn record(db: &Connection, hash: ContentHash) -> rusqlite::Result<ReelRecord> {
    let (reel, mut record) = db.query_row(
        "SELECT id, depth, probe, width, rate, frames, pts, last, height, active, warnings FROM reel WHERE hash = ?",
        [hash.to_string()],
        |r| {
            let text: String = r.get(2)?;
            let probe: Probe = serde_json::from_str(&text).map_err(|e| broken(2, &e.to_string()))?;
            let record = ReelRecord {
                hash,
                depth: if r.get::<_, String>(1)? == "full" { Depth::Full } else { Depth::Quick },
                clock: clock(r, 4, Some(&probe))?,
                probe,
                size: (r.get(3)?, r.get(8)?),
                active: serde_json::from_str(&r.get::<_, String>(9)?).unwrap_or([0.0, 0.0, 1.0, 1.0]),
                warnings: serde_json::from_str(&r.get::<_, String>(10)?).unwrap_or_default(),
                shots: Vec::new(),
                lines: Vec::new(),
            };
            Ok((r.get::<_, i64>(0)?, record))
        },
    )?;
    let mut q = db.prepare(
        "SELECT number, start, end, begins, mix_start, mix_end, clean_start, clean_end, key_frame, attributes
         FROM shot WHERE reel = ? ORDER BY number",
    )?;
    record.shots = q
        .query_map([reel], |r| {
            let range = |a: usize| -> rusqlite::Result<FrameRange> {
                let (start, end): (i64, i64) = (r.get(a)?, r.get(a + 1)?);
                if start <= end {
                    Ok(FrameRange::new(start, end))
                } else {
                    Err(broken(a, "a range that ends before it starts"))
                }
            };
            let begins: String = r.get(3)?;
            Ok(Shot {
                index: r.get(0)?,
                range: range(1)?,
                into: serde_json::from_value(begins.as_str().into()).map_err(|_| broken(3, &begins))?,
                transition: r.get::<_, Option<i64>>(4)?.map(|_| range(4)).transpose()?,
                clean: range(6)?,
                key_frame: r.get(8)?,
                // Attributes that an older program did not note take their defaults.
                attributes: attributes(&r.get::<_, String>(9)?),
            })
        })?
        .collect::<Result<_, _>>()?;
    let mut q = db.prepare("SELECT start, end, words FROM line WHERE reel = ? ORDER BY number")?;
    record.lines = q
        .query_map([reel], |r| {
            let (start, end): (i64, i64) = (r.get(0)?, r.get(1)?);
            Ok(Line { range: FrameRange::new(start, end.max(start)), text: r.get(2)? })
        })?
        .collect::<Result<_, _>>()?;
    Ok(record)
}

fn attributes(text: &str) -> Attributes {
    let mut whole = serde_json::to_value(Attributes::default()).expect("attributes are JSON");
    if let (Some(whole), Ok(serde_json::Value::Object(found))) = (whole.as_object_mut(), serde_json::from_str(text)) {
        whole.extend(found);
    }
    serde_json::from_value(whole).unwrap_or_default()
}

/// The clock in columns `at`: rate, frames, pts, last.
fn clock(r: &Row<'_>, at: usize, probe: Option<&Probe>) -> rusqlite::Result<Clock> {
    let text: String = r.get(at)?;
    let rate: Rate = text.parse().map_err(|_| broken(at, &text))?;
    let pts: Option<Vec<u8>> = r.get(at + 2)?;
    let base = probe.and_then(|p| p.picture.as_ref()).map(|p| p.time_base);
    Ok(match (pts, base) {
        (Some(pts), Some(base)) => {
            let pts: Arc<[i64]> =
                pts.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().expect("eight bytes"))).collect();
            Clock::Variable { rate, base, pts, last: r.get(at + 3)? }
        }
        _ => Clock::Constant { rate, frames: r.get(at + 1)? },
    })
}

fn broken(column: usize, what: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        rusqlite::types::Type::Text,
        format!("`{what}` makes no sense there").into(),
    )
}

fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("plain values are JSON")
}

fn path_blob(path: &Path) -> &[u8] {
    path.as_os_str().as_bytes()
}

fn blob_path(bytes: Vec<u8>) -> PathBuf {
    PathBuf::from(OsString::from_vec(bytes))
}
