//! The whole way of a file into the library.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use film::{Clock, ContentHash, FrameRange};
use jobs::{Cancel, Progress, Silent, Unit};
use media::yard::YardError;
use rayon::prelude::*;

use super::name::named;
use super::read::{CLAIMS, Reel, limits};
use super::report::{Held, IngestError, IngestReport, NotFilm, Refused};
use super::walk::{Found, Kind, walk};
use super::yard::{Yard, call};
use crate::attributes::active;
use crate::attributes::describe::{self, Heard, describe};
use crate::reading::hearing::HearingJob;
use crate::reading::lines::{self, LinesJob, Said};
use crate::reading::picture_file;
use crate::reading::segment::picture_step;
use crate::reading::still::StillsJob;
use crate::reading::strip;
use crate::reading::survey::{self, Look, Survey, SurveyJob};
use crate::shots::{self, FoundShot};
use crate::snapshot::{Line, Shot};
use crate::store::shelf::{Place, ReelRecord};
use crate::store::{Depth, Library, ReelCard, signals};

/// What to take, and how.
pub struct Ingest<'a> {
    /// Files and folders.
    pub paths: &'a [PathBuf],
    /// Shots only.
    pub quick: bool,
    /// Where files are opened.
    pub yard: &'a dyn Yard,
    /// Workers side by side; 0 takes one for each core.
    pub workers: usize,
}

/// Takes films into the library.
///
/// Each file is hashed, looked into, read and then put into the library in one go, one after the other: an ingest that is
/// stopped or killed loses at most the segments at hand, and the next one goes on from there.
pub fn ingest(
    library: &Library,
    what: &Ingest<'_>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<IngestReport, IngestError> {
    let _lock = library.lock(progress, cancel)?;
    let found = walk(what.paths);
    let mut taking = Taking {
        library,
        what,
        progress,
        cancel,
        found: &found,
        report: IngestReport { found: found.len(), ..IngestReport::default() },
    };
    progress.begin("ingest", "files", Some(found.len() as u64), Unit::Files);
    for (i, one) in found.iter().enumerate() {
        cancel.check()?;
        taking.one(one)?;
        progress.at("ingest", i as u64 + 1);
    }
    progress.end("ingest");
    Ok(taking.report)
}

struct Taking<'a> {
    library: &'a Library,
    what: &'a Ingest<'a>,
    progress: &'a dyn Progress,
    cancel: &'a Cancel,
    found: &'a [Found],
    report: IngestReport,
}

impl Taking<'_> {
    fn one(&mut self, found: &Found) -> Result<(), IngestError> {
        let path = found.path.clone();
        match &found.kind {
            Kind::Perhaps => self.film(&path, &[]),
            Kind::Sequence(files) => self.film(&path, files),
            Kind::Other(reason) => {
                self.report.not_film.push(NotFilm { path, reason: (*reason).to_owned() });
                Ok(())
            }
            Kind::Subtitle => {
                let reason = match self.film_of(&path) {
                    Some(film) => {
                        format!("subtitles, used by {}", film.file_name().unwrap_or_default().to_string_lossy())
                    }
                    None => "subtitles; no film of this name lies beside them".to_owned(),
                };
                self.report.not_film.push(NotFilm { path, reason });
                Ok(())
            }
            Kind::Refused(reason, remedy) => {
                self.report.refused.push(Refused { path, reason: reason.clone(), remedy: (*remedy).to_owned() });
                Ok(())
            }
        }
    }

    /// The film found that a subtitle file belongs to.
    fn film_of(&self, subtitle: &Path) -> Option<&Path> {
        let films = self.found.iter().filter(|f| f.kind == Kind::Perhaps && f.path.parent() == subtitle.parent());
        films.map(|f| f.path.as_path()).find(|film| lines::files(film).iter().any(|p| p == subtitle))
    }

    fn film(&mut self, path: &Path, files: &[PathBuf]) -> Result<(), IngestError> {
        let refused =
            |reason: String, remedy: &str| Refused { path: path.to_owned(), reason, remedy: remedy.to_owned() };
        let place = match Place::of(path, files) {
            Ok(place) => place,
            Err(e) => {
                self.report.refused.push(refused(
                    format!("cannot be read: {e}"),
                    "check that the file exists and that you may read it",
                ));
                return Ok(());
            }
        };
        let wanted = if self.what.quick { Depth::Quick } else { Depth::Full };
        let known = self.library.known(&place)?;
        let hash = match known {
            Some(hash) => hash,
            None if place.bytes == 0 => {
                self.report.refused.push(refused("the file is empty".to_owned(), "copy or download the file again"));
                return Ok(());
            }
            None => match self.hash(path, files, place.bytes) {
                Ok(Some(hash)) => hash,
                Ok(None) => return Err(jobs::Canceled.into()),
                Err(e) => {
                    self.report.refused.push(refused(
                        format!("cannot be read: {e}"),
                        "check that the file exists and that you may read it",
                    ));
                    return Ok(());
                }
            },
        };
        if self.library.depth(hash)?.is_some_and(|d| d >= wanted) {
            let same_as = match known {
                Some(_) => path.to_owned(),
                None => self.library.places(hash)?.into_iter().next().unwrap_or_else(|| path.to_owned()),
            };
            self.library.seen(hash, &place)?;
            // A run killed in its last moment may have left them.
            remove_segments(&self.library.reading(hash));
            let lines_added = self.new_lines(path, hash, &place)?;
            self.report.held.push(Held { path: path.to_owned(), same_as, lines_added });
            return Ok(());
        }
        match self.take(path, files, hash, &place, wanted) {
            Ok(Outcome::Taken(card)) => self.report.taken.push(*card),
            Ok(Outcome::NotFilm(reason)) => self.report.not_film.push(NotFilm { path: path.to_owned(), reason }),
            Err(Stopped::Yard(e)) => match (e.refusal(), e) {
                (Some(r), _) => {
                    self.room()?;
                    self.report.refused.push(refused(r.reason, &r.remedy));
                }
                (None, YardError::Canceled(c)) => return Err(c.into()),
                (None, e) => return Err(IngestError::NoWorker(e.to_string())),
            },
            Err(Stopped::Ingest(e)) => return Err(e),
        }
        Ok(())
    }

    /// Takes in subtitles that were laid beside a film after it was taken, if it has no lines yet; how many lines.
    fn new_lines(&self, path: &Path, hash: ContentHash, place: &Place) -> Result<Option<usize>, IngestError> {
        let beside = lines::files(path);
        if beside.is_empty() || self.library.depth(hash)? != Some(Depth::Full) {
            return Ok(None);
        }
        let mut record = self.library.record(hash)?;
        if !record.lines.is_empty() {
            return Ok(None);
        }
        let said = match self.said(path, false, beside) {
            Ok(said) => said,
            Err(YardError::Canceled(c)) => return Err(c.into()),
            // The film is held as it was.
            Err(e) => {
                self.progress.say(&format!("its subtitles are left out: {e}"));
                return Ok(None);
            }
        };
        said.warnings.iter().for_each(|warning| self.progress.say(warning));
        record.lines = said.on(&record.clock);
        if record.lines.is_empty() {
            return Ok(None);
        }
        describe::note_dialogue(&mut record.shots, &record.clock, &record.lines);
        self.library.put(&record, place, "", 0)?;
        Ok(Some(record.lines.len()))
    }

    /// Has a worker read the words beside a film and in it.
    fn said(&self, path: &Path, sequence: bool, beside: Vec<PathBuf>) -> Result<Said, YardError> {
        let mut may = limits(path, sequence, &[]);
        may.read.extend(beside.iter().cloned());
        let job = LinesJob { path: path.to_owned(), beside };
        call(self.what.yard, "lines", &job, &may, &Silent, self.cancel)
    }

    /// A refusal because the library's disk is full is no fault of the film's.
    fn room(&self) -> Result<(), IngestError> {
        let mut probe = tempfile::NamedTempFile::new_in(self.library.folder())
            .map_err(|e| self.library.file(&self.library.folder(), e))?;
        std::io::Write::write_all(&mut probe, &[0; 1 << 16])
            .map_err(|e| self.library.file(&self.library.folder(), e))?;
        Ok(())
    }

    fn hash(&self, path: &Path, files: &[PathBuf], bytes: u64) -> std::io::Result<Option<ContentHash>> {
        let id = format!("hash {}", path.display());
        self.progress.begin(&id, "hashing", Some(bytes), Unit::Bytes);
        let mut done = 0;
        let mut block = |n: u64| {
            done += n;
            self.progress.at(&id, done);
            !self.cancel.is_canceled()
        };
        let hash = if files.is_empty() {
            ContentHash::of_file(path, &mut block)
        } else {
            // A sequence is known by the hashes of its pictures in order.
            let mut all = Vec::new();
            for file in files {
                match ContentHash::of_file(file, &mut block)? {
                    Some(hash) => all.extend(hash.to_string().into_bytes()),
                    None => return Ok(None),
                }
            }
            Ok(Some(ContentHash::of(&all)))
        };
        self.progress.end(&id);
        hash
    }

    fn take(
        &self,
        path: &Path,
        files: &[PathBuf],
        hash: ContentHash,
        place: &Place,
        depth: Depth,
    ) -> Result<Outcome, Stopped> {
        let (yard, progress, cancel) = (self.what.yard, self.progress, self.cancel);
        let sequence = !files.is_empty();
        let folder = self.library.reading(hash);
        let survey: Look =
            call(yard, "survey", &SurveyJob { path: path.to_owned() }, &limits(path, sequence, &[]), progress, cancel)?;
        let survey = match survey {
            Look::Film(survey) => *survey,
            Look::Other(reason) if claims_to_be_film(path) && !reason.starts_with("sound only") => {
                let reason = format!("named like a film, but {reason}");
                let refusal = media::yard::Refusal { reason, remedy: "copy or download the file again".to_owned() };
                return Err(YardError::Refused(refusal).into());
            }
            Look::Other(reason) => return Ok(Outcome::NotFilm(reason)),
        };
        let workers = match self.what.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            n => n,
        };
        let reel = Reel { path, sequence, survey: &survey, folder: &folder, workers, yard, progress, cancel };
        let clock = survey.index.clock.clone();
        survey::share(&folder, &survey.index).map_err(|e| IngestError::Library(self.library.file(&folder, e)))?;
        if depth == Depth::Quick {
            let shots = shots_of(&reel.glance()?);
            unchanged(path, files, place)?;
            return self.put_quick(path, hash, place, &survey, shots).map_err(Stopped::Ingest);
        }
        // Words and sound are taken beside the pictures: they ask little of the processor.
        let (read, heard) = thread::scope(|scope| {
            let ear = scope.spawn(|| {
                let said = self.said(path, sequence, lines::files(path))?;
                let warning = match survey.probe.sounds.is_empty() {
                    true => None,
                    false => self.listen(path, &survey, &clock, &folder)?,
                };
                Ok::<_, YardError>((said, warning))
            });
            (reel.read(), ear.join().expect("listening does not panic"))
        });
        let mut reading = read?;
        let (said, sound_warning) = heard?;
        let mut shots = shots_of(&shots::detect(&reading.marks, clock.rate()));
        let said_warnings = said.warnings.clone();
        let lines: Vec<Line> = said.on(&clock);
        let sound = signals::read_sound(&signals::sound_file(&folder));
        let heard = Heard { sound: sound.as_ref(), lines: &lines };
        describe(&mut reading, &mut shots, &clock, heard, picture_step(clock.rate()));
        // Key frames whose picture the decode did not keep: very short shots, and those that begin gradually.
        let frames = without_picture(&folder, &shots);
        if !frames.is_empty() {
            let job = StillsJob { path: path.to_owned(), frames, into: folder.clone() };
            let limits = limits(path, sequence, std::slice::from_ref(&folder));
            call::<_, ()>(yard, "stills", &job, &limits, progress, cancel)?;
        }
        let picture = survey.probe.picture.as_ref().expect("a film has a picture");
        let mut warnings = survey.warnings.clone();
        warnings.extend(reading.warnings.iter().cloned());
        warnings.extend(said_warnings);
        warnings.extend(sound_warning);
        let file = |e| IngestError::Library(self.library.file(&folder, e));
        signals::write_sights(&folder, &reading.sights).map_err(file)?;
        shots
            .par_iter()
            .try_for_each(|shot| {
                let own = if shot.clean.is_empty() { shot.range } else { shot.clean };
                strip::write(&folder, shot.range.start(), own, shot.key_frame, &reading.smalls)
            })
            .map_err(file)?;
        let record = ReelRecord {
            hash,
            depth,
            size: picture.display_size(),
            active: active::of(&reading.lit, picture.rotation),
            clock,
            warnings,
            shots,
            lines,
            probe: survey.probe,
        };
        unchanged(path, files, place)?;
        let (name, part) = self.name(path, record.size)?;
        let card = self.library.put(&record, place, &name, part).map_err(IngestError::Library)?;
        // All that they held is joined and kept.
        remove_spare_pictures(&folder, &record.shots);
        remove_segments(&folder);
        Ok(Outcome::Taken(Box::new(card)))
    }

    /// Puts in a reel of which the shots only are known.
    fn put_quick(
        &self,
        path: &Path,
        hash: ContentHash,
        place: &Place,
        survey: &Survey,
        shots: Vec<Shot>,
    ) -> Result<Outcome, IngestError> {
        let size = survey.probe.picture.as_ref().expect("a film has a picture").display_size();
        let record = ReelRecord {
            hash,
            depth: Depth::Quick,
            probe: survey.probe.clone(),
            clock: survey.index.clock.clone(),
            size,
            active: [0.0, 0.0, 1.0, 1.0],
            warnings: survey.warnings.clone(),
            shots,
            lines: Vec::new(),
        };
        let (name, part) = self.name(path, size)?;
        let card = self.library.put(&record, place, &name, part)?;
        remove_segments(&self.library.reading(hash));
        Ok(Outcome::Taken(Box::new(card)))
    }

    /// Has a worker listen to the reel's sound, unless that was done; sound that cannot be heard is a warning, and the film
    /// is taken without.
    fn listen(&self, path: &Path, survey: &Survey, clock: &Clock, folder: &Path) -> Result<Option<String>, YardError> {
        let into = signals::sound_file(folder);
        if signals::read_sound(&into).is_some_and(|sound| sound.level.len() as i64 == clock.grid_len()) {
            return Ok(None);
        }
        // What an earlier reading left fits no longer, and must not stay if this one fails; most often there is nothing.
        let _ = fs::remove_file(&into);
        fs::create_dir_all(folder).map_err(|e| YardError::Crashed(format!("{}: {e}", folder.display())))?;
        let job = HearingJob {
            path: path.to_owned(),
            probe: survey.probe.clone(),
            rate: clock.rate(),
            frames: clock.grid_len(),
            into,
        };
        let may = limits(path, false, &[folder.to_owned()]);
        match call::<_, ()>(self.what.yard, "listen", &job, &may, &Silent, self.cancel) {
            Ok(()) => Ok(None),
            Err(e) => match e.refusal() {
                Some(refusal) => Ok(Some(format!("its sound is left out: {}; {}", refusal.reason, refusal.remedy))),
                None => Err(e),
            },
        }
    }

    /// The title's name and the reel's place in it: another encoding of a film held already is a title of its own.
    fn name(&self, path: &Path, size: (u32, u32)) -> Result<(String, i64), IngestError> {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let said = named(&stem);
        let part = said.part.map_or(0, i64::from);
        let titles = self.library.titles()?;
        let free = |name: &str| -> bool {
            titles.iter().filter(|t| t.name == name).all(|_| part > 0)
                && !self.library.has_title_part(name, part).unwrap_or(true)
        };
        let mut names = vec![said.title.clone(), format!("{} ({}x{})", said.title, size.0, size.1)];
        names.extend((2..1000).map(|n| format!("{} ({}x{}, {n})", said.title, size.0, size.1)));
        let name = names.into_iter().find(|n| free(n)).unwrap_or(stem);
        Ok((name, part))
    }
}

enum Outcome {
    Taken(Box<ReelCard>),
    NotFilm(String),
}

enum Stopped {
    Yard(YardError),
    Ingest(IngestError),
}

impl From<YardError> for Stopped {
    fn from(e: YardError) -> Self {
        Stopped::Yard(e)
    }
}

impl From<IngestError> for Stopped {
    fn from(e: IngestError) -> Self {
        Stopped::Ingest(e)
    }
}

/// Found shots with the frames that are theirs alone; the key frame is the middle one until a better is known.
fn shots_of(found: &[FoundShot]) -> Vec<Shot> {
    let mut shots: Vec<Shot> = Vec::with_capacity(found.len());
    for (i, f) in found.iter().enumerate() {
        let start = f.transition.map_or(f.range.start(), |t| t.end().clamp(f.range.start(), f.range.end()));
        let end = found
            .get(i + 1)
            .and_then(|n| n.transition)
            .map_or(f.range.end(), |t| t.start().clamp(start, f.range.end()));
        shots.push(Shot {
            index: i as u32,
            range: f.range,
            into: f.into,
            transition: f.transition,
            clean: FrameRange::new(start, end),
            key_frame: FrameRange::new(start, end)
                .middle()
                .clamp(f.range.start(), (f.range.end() - 1).max(f.range.start())),
            attributes: Default::default(),
        });
    }
    shots
}

/// Refuses a file that was written to since it was hashed: what was read of it is of no one file.
fn unchanged(path: &Path, files: &[PathBuf], place: &Place) -> Result<(), YardError> {
    if Place::of(path, files).is_ok_and(|now| now == *place) {
        return Ok(());
    }
    Err(YardError::Refused(media::yard::Refusal {
        reason: "it changed while being read".to_owned(),
        remedy: "ingest it again when nothing writes to it".to_owned(),
    }))
}

fn claims_to_be_film(path: &Path) -> bool {
    const FILMS: [&str; 26] = [
        "mp4", "m4v", "mov", "mkv", "webm", "avi", "mpg", "mpeg", "m2v", "mxf", "ts", "m2ts", "mts", "vob", "ogv",
        "wmv", "flv", "3gp", "asf", "dv", "rm", "rmvb", "y4m", "divx", "f4v", "mpe",
    ];
    path.extension().is_some_and(|e| FILMS.contains(&e.to_string_lossy().to_lowercase().as_str()))
}

fn without_picture(folder: &Path, shots: &[Shot]) -> Vec<i64> {
    let mut frames: Vec<i64> =
        shots.iter().map(|s| s.key_frame).filter(|&f| !picture_file(folder, f).is_file()).collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}

/// Removes the pictures that turned out to be of no shot's key frame.
fn remove_spare_pictures(folder: &Path, shots: &[Shot]) {
    let kept: HashSet<PathBuf> = shots.iter().map(|s| picture_file(folder, s.key_frame)).collect();
    let Ok(entries) = fs::read_dir(folder.join("pictures")) else { return };
    for path in entries.filter_map(Result::ok).map(|e| e.path()).filter(|p| !kept.contains(p)) {
        // One left behind costs room only.
        let _ = fs::remove_file(path);
    }
}

fn remove_segments(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|e| e.path()) {
        // One left behind costs room only.
        if path.extension().is_some_and(|e| e == "segment" || e == "glance") {
            let _ = fs::remove_file(path);
        } else if path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(CLAIMS)) {
            let _ = fs::remove_dir_all(path);
        }
    }
}
