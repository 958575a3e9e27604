//! Asking: may these shots teach, may this be made, may this leave the house, may this be handed on?

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use catalogue::{Library, LibraryError, LookupError};
use film::{ContentHash, FrameRange};
use release::lineage::{Found, Library as Holdings, Lineage, Origin, lineage};
use rights::{Date, Medium, Purpose, Record, Territories};
use rules::question::{Make, Release, Train, Transfer, Use};
use rules::{Decision, PackFault, Question, TrainingBasis};
use serde::Serialize;
use timeline::Timeline;
use timeline::otio::OtioError;

use super::print::{self, PrintError};
use super::{STUDIO, rules, today};
use crate::House;
use crate::desk::DeskError;

/// A use out of the house, as a person asks about it.
#[derive(Clone, Debug)]
pub struct Terms {
    /// What for.
    pub purpose: Purpose,
    /// Where.
    pub territories: Territories,
    /// By which media.
    pub media: Vec<Medium>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Languages spoken, ISO 639-1.
    pub languages: Vec<String>,
    /// The work it is or is for, where the cut is of several.
    pub work: Option<String>,
    /// Synthetic performers in it, by their records.
    pub synthetics: Vec<String>,
    /// Where it says that likenesses were made: `end_credit`, `label`.
    pub disclosure: Option<String>,
}

/// An answer with what was asked.
#[derive(Debug, Serialize)]
pub struct Answered {
    /// The answer.
    #[serde(flatten)]
    pub decision: Decision,
    /// Entry of the ledger that holds it; none where the library may only be read.
    pub ledger_entry: Option<u64>,
    /// The page, where one was asked for.
    pub report: Option<PathBuf>,
    /// For a training: how many shots may teach, and how many may not.
    pub shots: Option<ShotCount>,
}

/// Shots of a training.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ShotCount {
    /// That may teach.
    pub allowed: usize,
    /// That may not.
    pub barred: usize,
    /// Whether nothing is recorded for them, so that what is taught stays in the house.
    pub sandbox: bool,
}

/// Why it could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// The timeline could not be read.
    #[error("{path} could not be read: {error}; check its name and that you may read it", path = path.display())]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is no timeline.
    #[error("{path}: {error}", path = path.display())]
    NotATimeline {
        /// Which.
        path: PathBuf,
        /// Why.
        error: OtioError,
    },
    /// No such title.
    #[error(transparent)]
    Title(#[from] LookupError),
    /// The library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The rules could not be read.
    #[error(transparent)]
    Rules(#[from] PackFault),
    /// The ledger.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The page could not be written there.
    #[error(transparent)]
    Print(#[from] PrintError),
}

/// May the shots of these titles (all, if none is named) teach the model?
pub fn train(house: &House, model: &str, titles: &[String], post: bool) -> Result<Answered, AskError> {
    let basis = basis(house, model, titles, post)?;
    let mut answered = write_down(house, basis.decision().clone())?;
    answered.shots =
        Some(ShotCount { allowed: basis.allowed().len(), barred: basis.barred().len(), sandbox: basis.is_sandbox() });
    Ok(answered)
}

/// Which shots of these titles (all, if none is named) may teach the model: what every training begins with.
pub fn training_basis(
    house: &House,
    model: &str,
    titles: &[String],
    post_production_only: bool,
) -> Result<TrainingBasis, Box<AskError>> {
    basis(house, model, titles, post_production_only).map_err(Box::new)
}

fn basis(house: &House, model: &str, titles: &[String], post_production_only: bool) -> Result<TrainingBasis, AskError> {
    let uses = shots(house, titles)?;
    let question = Train { model: model.to_owned(), post_production_only, uses, on: today() };
    Ok(TrainingBasis::ask(&rules(house)?, &house.library().agreed()?, STUDIO, question))
}

/// Every shot of these titles (all, if none is named), as a training asks about it.
pub(super) fn shots(house: &House, titles: &[String]) -> Result<Vec<Use>, AskError> {
    let library = house.library();
    let cards = match titles {
        [] => library.titles()?,
        named => named.iter().map(|name| library.title(name)).collect::<Result<_, _>>()?,
    };
    let mut uses = Vec::new();
    for card in &cards {
        for reel in library.shots(card)? {
            uses.extend(reel.shots.iter().map(|shot| Use {
                title: card.name.clone(),
                shot: Some(shot.index),
                reel: Some(reel.reel.to_string()),
                seconds: shot.seconds,
                picture: true,
                sound: true,
                record: None,
                made: None,
                edits: Vec::new(),
            }));
        }
    }
    Ok(uses)
}

/// May the model make this of these persons?
pub fn make(house: &House, question: Make) -> Result<Answered, AskError> {
    let record = house.library().agreed()?;
    write_down(house, rules(house)?.decide(&record, STUDIO, &Question::Make(question)))
}

/// May what the transfer of this record holds be handed on?
pub fn transfer(house: &House, transfer: &str) -> Result<Answered, AskError> {
    let record = house.library().agreed()?;
    let question = Transfer { transfer: transfer.to_owned(), on: today() };
    write_down(house, rules(house)?.decide(&record, STUDIO, &Question::Transfer(question)))
}

/// May this timeline leave the house on these terms? With `page`, the clearance report is written there.
pub fn release(house: &House, file: &Path, terms: &Terms, page: Option<&Path>) -> Result<Answered, AskError> {
    let cut = read(file)?;
    let record = house.library().agreed()?;
    let (question, lineage) = question(house.library(), &record, &cut, terms)?;
    let decision = rules(house)?.decide(&record, STUDIO, &Question::Release(question.clone()));
    if let Some(page) = page {
        print::keep(page, &clearance(&cut, &question, &decision, &record, &lineage, None))?;
    }
    let mut answered = write_down(house, decision)?;
    answered.report = page.map(Path::to_owned);
    Ok(answered)
}

/// The clearance report of a cut.
pub(crate) fn clearance(
    cut: &Timeline,
    question: &Release,
    decision: &Decision,
    record: &Record,
    lineage: &Lineage,
    ledger: Option<&release::paper::clearance::Inclusion>,
) -> String {
    let flags = rights::check::check(record);
    release::paper::clearance::clearance(&release::paper::clearance::Clearance {
        name: &cut.name,
        question,
        decision,
        record,
        rate: Some(cut.rate),
        shares: Some(&lineage.shares),
        flags: &flags,
        ledger,
    })
}

/// Reads a timeline file.
pub(crate) fn read(file: &Path) -> Result<Timeline, AskError> {
    let bytes = fs::read(file).map_err(|error| AskError::Unreadable { path: file.to_owned(), error })?;
    let reading =
        timeline::otio::read(&bytes).map_err(|error| AskError::NotATimeline { path: file.to_owned(), error })?;
    Ok(reading.timeline)
}

/// The question that a cut puts on these terms, credentials and mark included: nothing leaves without them.
pub(crate) fn question(
    library: &Library,
    record: &Record,
    cut: &Timeline,
    terms: &Terms,
) -> Result<(Release, Lineage), LibraryError> {
    let lineage = lineage_of(library, record, cut)?;
    let question = Release {
        work: terms.work.clone(),
        uses: lineage.uses.clone(),
        purpose: terms.purpose,
        territories: terms.territories,
        media: terms.media.clone(),
        from: terms.from,
        until: terms.until,
        languages: terms.languages.clone(),
        synthetics: terms.synthetics.clone(),
        disclosure: terms.disclosure.clone(),
        credentials: true,
        mark: true,
        music: lineage.music.clone(),
        on: today(),
    };
    Ok((question, lineage))
}

/// What a cut is made of, by what the library holds and what is recorded of its shots.
pub(crate) fn lineage_of(library: &Library, record: &Record, cut: &Timeline) -> Result<Lineage, LibraryError> {
    // Lookups cannot fail in the middle: what goes wrong is told after. A cut takes many clips of few reels: each is read once.
    let trouble: RefCell<Option<LibraryError>> = RefCell::new(None);
    let reels: RefCell<HashMap<ContentHash, Option<Rc<Held>>>> = RefCell::default();
    let reel = |hash: &ContentHash| {
        reels
            .borrow_mut()
            .entry(*hash)
            .or_insert_with(|| match Held::of(library, *hash) {
                Ok(held) => held.map(Rc::new),
                Err(error) => {
                    trouble.borrow_mut().get_or_insert(error);
                    None
                }
            })
            .clone()
    };
    let shots = |hash: &ContentHash, range: FrameRange| reel(hash).map_or_else(Vec::new, |held| held.shots_in(range));
    let origin = |hash: &ContentHash, range: FrameRange| {
        let held = reel(hash)?;
        let made = held
            .shots_in(range)
            .into_iter()
            .find_map(|found| row_of(record, &found.title, found.shot, Some(&hash.to_string()))?.made.clone());
        Some(match made {
            Some(made) => Origin::Generated(made),
            None if held.mended => Origin::Restored,
            None => Origin::Real,
        })
    };
    let mut found = lineage(cut, &Holdings { shots: &shots, origin: &origin });
    for one in &mut found.uses {
        if let Some(row) = row_of(record, &one.title, one.shot, one.reel.as_deref()) {
            one.edits.clone_from(&row.edits);
        }
    }
    match trouble.into_inner() {
        Some(error) => Err(error),
        None => Ok(found),
    }
}

/// What the library holds of a reel that a cut takes from.
struct Held {
    shots: Vec<Found>,
    /// Whether `fix` made it.
    mended: bool,
}

impl Held {
    fn of(library: &Library, hash: ContentHash) -> Result<Option<Held>, LibraryError> {
        let Some(card) = library.reel(hash)? else { return Ok(None) };
        let record = library.record(hash)?;
        // The timeline counts on the reel's constant grid, the catalogue in the reel's own frames. Frames that mix two shots
        // show both.
        let grid = |start: i64, end: i64| {
            FrameRange::new(record.clock.grid_at(start), record.clock.grid_at((end - 1).max(start)) + 1)
        };
        let mix = |at: usize| record.shots.get(at).and_then(|shot| shot.transition);
        let shots = (0u32..).zip(&record.shots).map(|(number, shot)| {
            let start = shot.transition.map_or(shot.range.start(), |mix| mix.start().min(shot.range.start()));
            let end = mix(number as usize + 1).map_or(shot.range.end(), |mix| mix.end().max(shot.range.end()));
            Found { title: card.title.clone(), shot: Some(number), frames: grid(start, end) }
        });
        Ok(Some(Held { shots: shots.collect(), mended: crate::fix::is_mended(&card.path, hash) }))
    }

    fn shots_in(&self, range: FrameRange) -> Vec<Found> {
        let shows = |found: &&Found| found.frames.overlap(range).is_some_and(|common| !common.is_empty());
        self.shots.iter().filter(shows).cloned().collect()
    }
}

/// What is recorded of a shot.
fn row_of<'a>(record: &'a Record, title: &str, shot: Option<u32>, reel: Option<&str>) -> Option<&'a rights::Shot> {
    record.shot(&record.work(title)?.id, shot?).find(|row| row.is_of(reel))
}

/// Puts an answer into the ledger; a library that may only be read answers all the same.
pub(super) fn write_down(house: &House, decision: Decision) -> Result<Answered, AskError> {
    let mut entry = None;
    if house.library().is_writable() {
        let mut ledger = house.ledger()?;
        entry = Some(house.write_down(&mut ledger, &decision).map_err(DeskError::from)?.index);
    }
    Ok(Answered { decision, ledger_entry: entry, report: None, shots: None })
}
