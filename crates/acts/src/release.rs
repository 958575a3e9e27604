//! Leaving the house: asked, made, judged, signed, written down, and handed over with its papers.
//!
//! Killed anywhere, the same command goes on: what was rendered and signed lies under `.bottega/releases/` by its decision, and
//! the ledger takes an entry of one key once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalogue::LibraryError;
use credential::{
    Action, Claim, Clearance, Deed, Ingredient, LogPlace, Mining, Payload, Relation, SignError, SourceType, sidecar,
};
use film::ContentHash;
use jobs::{Cancel, Progress, Whole};
use ledger::{Entry, Kind, Period, Receipt};
use media::encode::Codec;
use qc::{Finding, Passed, Policy};
use release::lineage::{Lineage, Source};
use release::money;
use release::paper::clearance::Inclusion;
use release::paper::disclosure::{DisclosurePack, disclosure_pack};
use render::MasterSpec;
use rights::Record;
use rules::question::Release as Asked;
use rules::{Cleared, Decision, PackFault, Question};
use serde::Serialize;
use timeline::Timeline;

use crate::desk::DeskError;
use crate::owed::{self, PostError};
use crate::qc::QcError;
use crate::render::RenderError;
use crate::rights::ask::{AskError, Terms, clearance, question, read};
use crate::rights::print::{self, PrintError};
use crate::rights::{STUDIO, now, rules, today};
use crate::verify::Carried;
use crate::{House, render as rendering};

mod place;

use place::Place;

/// What came of a release.
#[derive(Debug, Serialize)]
pub struct Released {
    /// Whether it left.
    pub released: bool,
    /// The answer that let it, or did not.
    #[serde(flatten)]
    pub decision: Decision,
    /// What qc found, if it came so far.
    pub findings: Vec<Finding>,
    /// The film.
    pub file: Option<PathBuf>,
    /// Its credential, where it lies beside the film and not in it.
    pub credential: Option<PathBuf>,
    /// Hash of its bytes.
    pub hash: Option<ContentHash>,
    /// Number in its invisible mark.
    pub mark: Option<u64>,
    /// Entry of the decision in the ledger.
    pub ledger_entry: Option<u64>,
    /// What was posted, line by line.
    pub owed: Vec<money::Line>,
    /// Its papers.
    pub papers: Vec<PathBuf>,
}

/// Why nothing left.
#[derive(Debug, thiserror::Error)]
pub enum ReleaseError {
    /// It could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The timeline.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// It could not be judged.
    #[error(transparent)]
    Qc(#[from] QcError),
    /// Keys or ledger.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The rules could not be read.
    #[error(transparent)]
    Rules(#[from] PackFault),
    /// The library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// What is owed could not be posted.
    #[error(transparent)]
    Post(#[from] PostError),
    /// Today lies in a period whose books are closed.
    #[error(
        "nothing can be posted today: {period} was closed by entry {by} of the ledger, and it lasts until {last}; release after that day"
    )]
    Closed {
        /// The period.
        period: Period,
        /// The entry that closed it.
        by: u64,
        /// Its last day.
        last: rights::Date,
    },
    /// Another file lies where the film is to go.
    #[error(
        "{path} is there already and is not this film as it was released before; choose another folder with --to, or move that \
         file away", path = path.display()
    )]
    Taken {
        /// Which.
        path: PathBuf,
    },
    /// A paper could not be written there.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// A file could not be written.
    #[error("{path} cannot be written: {error}; choose another folder with --to, or make room", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Releases the timeline `file` on these terms into the folder `to`, or says why not.
pub fn release(
    house: &House,
    file: &Path,
    terms: &Terms,
    codec: Codec,
    to: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Released, ReleaseError> {
    // Before anything is made: without keys nothing can leave.
    let keys = house.keys().map_err(DeskError::from)?;
    let cut = read(file)?;
    let record = house.library().agreed()?;
    let (asked, lineage) = question(house.library(), &record, &cut, terms)?;
    let mut ledger = house.ledger()?;
    let cleared = match Cleared::ask(&rules(house)?, &record, STUDIO, asked) {
        Ok(cleared) => cleared,
        Err(decision) => {
            let receipt = house.write_down(&mut ledger, &decision).map_err(DeskError::from)?;
            return Ok(Released { ledger_entry: Some(receipt.index), ..Released::stayed(*decision) });
        }
    };
    let answer = house.write_down(&mut ledger, cleared.decision()).map_err(DeskError::from)?;

    let ending = codec.ending();
    let leaving = Leaving {
        house,
        keys: &keys,
        cut: &cut,
        lineage: &lineage,
        record: &record,
        payload: Payload::of_decision(&cleared.decision().facts_hash),
        staged: house.library().folder().join("releases").join(&cleared.decision().facts_hash),
        place: Place::of(to, file, ending),
    };
    // Before it is made: what could not be handed over is not worth the work.
    for period in Period::both_of(today()) {
        if let Some(by) = ledger.closed(period) {
            return Err(ReleaseError::Closed { period, by, last: period.last() });
        }
    }
    leaving.place.may(house, &ledger, &cut.name, &pages(&leaving, put(&cleared), cleared.decision(), None))?;
    drop(ledger);

    let master = leaving.staged.join(format!("master.{ending}"));
    let mut spec = MasterSpec::new(codec);
    spec.mark = Some(leaving.payload);
    spec.metadata = vec![("title".to_owned(), cut.name.clone())];
    let program = &house.workers().program;
    rendering::render(program, Some(house.library()), file, &spec, &master, progress, cancel)?;
    let check = crate::qc::qc(program, &master, &Policy::draft(), progress, cancel)?;
    let Some(passed) = check.passed() else {
        let findings = check.findings().to_vec();
        let stayed = Released::stayed(cleared.decision().clone());
        return Ok(Released { findings, ledger_entry: Some(answer.index), ..stayed });
    };

    let mut released = leave(&cleared, &passed, &leaving, answer)?;
    released.findings = check.findings().to_vec();
    Ok(released)
}

impl Released {
    fn stayed(decision: Decision) -> Released {
        Released {
            released: false,
            decision,
            findings: Vec::new(),
            file: None,
            credential: None,
            hash: None,
            mark: None,
            ledger_entry: None,
            owed: Vec::new(),
            papers: Vec::new(),
        }
    }
}

/// What a release needs beside the two proofs that it may.
struct Leaving<'a> {
    house: &'a House,
    keys: &'a credential::Keys,
    cut: &'a Timeline,
    lineage: &'a Lineage,
    record: &'a Record,
    payload: Payload,
    /// Where it is made, by its decision.
    staged: PathBuf,
    /// Where it goes.
    place: Place,
}

/// The release that was asked for.
fn put(cleared: &Cleared) -> &Asked {
    let Question::Release(asked) = cleared.question() else { unreachable!("only a release is cleared") };
    asked
}

/// Signs, writes down and hands over. Takes nothing but what was cleared and has passed.
fn leave(cleared: &Cleared, passed: &Passed, leaving: &Leaving<'_>, answer: Receipt) -> Result<Released, ReleaseError> {
    let decision = cleared.decision();
    let asked = put(cleared);
    let mut ledger = leaving.house.ledger()?;
    let read = |error: ledger::ReadError| ReleaseError::Desk(error.into());
    let entry = ledger.entry(answer.index).map_err(read)?.expect("it was written before the film was made");
    let proof = ledger.inclusion(answer.index).expect("it was written before the film was made");
    let (root, size) = (ledger.head().root.to_string(), ledger.head().size);
    let carried = Carried { entry: entry.text, proof };

    // By the master's own bytes: one decision holds for every cut of the same shots at the same places, whatever stands on
    // its title cards.
    let signed = leaving.staged.join(hash_of(passed.file())?.to_string()).join(name_of("signed", passed.file()));
    if !is_signed(leaving, &signed, decision)? {
        if let Some(folder) = signed.parent() {
            fs::create_dir_all(folder).map_err(unwritten(folder))?;
        }
        let claim = claim(leaving, decision, &carried, &root)?;
        credential::sign(passed.file(), &signed, &claim, leaving.keys)?;
    }
    let hash = hash_of(&signed)?;

    let lines = money::lines(leaving.record, &asked.uses, decision, today());
    let body = serde_json::json!({
        "name": leaving.cut.name,
        "file": hash,
        "facts_hash": decision.facts_hash,
        "mark": leaving.payload.id(),
    });
    let fact = Entry::new(Kind::Release, now(), body).with_key(format!("release {hash}"));
    owed::post(&mut ledger, fact, &leaving.cut.name, asked, &lines)?;

    // Its credential goes first: the film never lies there without it.
    let sidecar = Some(sidecar::path_of(&signed)).filter(|beside| beside.exists());
    if let Some(beside) = &sidecar {
        hand_over(beside, &leaving.place.sidecar)?;
    }
    hand_over(&signed, &leaving.place.film)?;
    let papers = papers(leaving, asked, decision, answer.index, size, &root)?;
    Ok(Released {
        released: true,
        decision: decision.clone(),
        findings: Vec::new(),
        file: Some(leaving.place.film.clone()),
        credential: sidecar.map(|_| leaving.place.sidecar.clone()),
        hash: Some(hash),
        mark: Some(leaving.payload.id()),
        ledger_entry: Some(answer.index),
        owed: lines,
        papers,
    })
}

fn unwritten(path: &Path) -> impl FnOnce(io::Error) -> ReleaseError {
    let path = path.to_owned();
    move |error| ReleaseError::Write { path, error }
}

fn hash_of(file: &Path) -> Result<ContentHash, ReleaseError> {
    ContentHash::of_whole_file(file).map_err(unwritten(file))
}

/// `stem` with the ending of `file`.
fn name_of(stem: &str, file: &Path) -> PathBuf {
    Path::new(stem).with_extension(file.extension().unwrap_or_default())
}

/// Copies a file, whole or not at all.
fn hand_over(from: &Path, to: &Path) -> Result<(), ReleaseError> {
    let whole = Whole::begin(to).map_err(unwritten(to))?;
    fs::copy(from, whole.part()).map_err(unwritten(to))?;
    whole.keep().map_err(unwritten(to))
}

/// Whether an earlier run, killed since, signed it already, with a key that is believed still.
fn is_signed(leaving: &Leaving<'_>, signed: &Path, decision: &Decision) -> Result<bool, ReleaseError> {
    let revoked = leaving.keys.revoked().map_err(DeskError::from)?;
    let trust = credential::Trust { anchors: leaving.keys.anchors().clone(), revoked };
    Ok(signed.exists()
        && credential::verify(signed, &trust).is_ok_and(|said| {
            said.valid && said.clearance.is_some_and(|clearance| clearance.decision == decision.facts_hash)
        }))
}

fn claim(leaving: &Leaving<'_>, decision: &Decision, carried: &Carried, root: &str) -> Result<Claim, ReleaseError> {
    let mut ingredients = Vec::new();
    for one in &leaving.lineage.sources {
        ingredients.push(Ingredient {
            title: one.title.clone(),
            shot: one.shot,
            frames: own_frames(leaving.house, one)?,
            reel: one.reel.map(|reel| reel.to_string()).unwrap_or_default(),
            relation: Relation::ComponentOf,
        });
    }
    let generated = leaving.lineage.shares.generated > 0;
    let source = if generated { SourceType::CompositeWithTrainedAlgorithmicMedia } else { SourceType::HumanEdits };
    Ok(Claim {
        title: leaving.cut.name.clone(),
        actions: vec![
            Action::new(Deed::Created).from_source(source),
            Action::new(Deed::Placed).using(0..ingredients.len()),
        ],
        ingredients,
        mining: Mining::reserved(),
        clearance: Clearance {
            decision: decision.facts_hash.clone(),
            log: Some(LogPlace {
                root: root.to_owned(),
                checkpoint: carried.proof.checkpoint.clone(),
                inclusion: serde_json::to_value(carried).expect("plain values"),
            }),
            watermark: Some(leaving.payload),
        },
    })
}

/// A stretch of a reel in the reel's own frames: the timeline counts on its constant grid.
fn own_frames(house: &House, source: &Source) -> Result<Option<[i64; 2]>, ReleaseError> {
    let (Some(reel), Some(frames)) = (source.reel, source.frames) else { return Ok(None) };
    if house.library().reel(reel)?.is_none() {
        return Ok(Some([frames.start(), frames.end()]));
    }
    let own = house.library().record(reel)?.clock.frames_at(frames);
    Ok(Some([own.start(), own.end()]))
}

/// Clearance report and disclosure pack.
fn pages(leaving: &Leaving<'_>, asked: &Asked, decision: &Decision, inclusion: Option<&Inclusion>) -> [String; 2] {
    let disclosure = DisclosurePack {
        name: &leaving.cut.name,
        question: asked,
        decision,
        record: leaving.record,
        rate: Some(leaving.cut.rate),
        shares: Some(&leaving.lineage.shares),
    };
    [clearance(leaving.cut, asked, decision, leaving.record, leaving.lineage, inclusion), disclosure_pack(&disclosure)]
}

fn papers(
    leaving: &Leaving<'_>,
    asked: &Asked,
    decision: &Decision,
    entry: u64,
    size: u64,
    root: &str,
) -> Result<Vec<PathBuf>, ReleaseError> {
    let inclusion = Inclusion {
        entry: decision.facts_hash.clone(),
        index: entry,
        size,
        root: root.to_owned(),
        proof: "in the film's own credential; `bottega verify` checks it".to_owned(),
    };
    let paths = [&leaving.place.clearance, &leaving.place.disclosure];
    for (path, html) in paths.into_iter().zip(pages(leaving, asked, decision, Some(&inclusion))) {
        print::keep(path, &html)?;
    }
    Ok(paths.map(PathBuf::clone).to_vec())
}
