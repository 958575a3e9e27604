//! Leaving the house: asked, made, judged, signed, written down, and handed over with its papers.
//!
//! Killed anywhere, the same command goes on: what was rendered and signed lies under `.bottega/releases/` by its decision, and
//! the ledger takes an entry of one key once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use catalogue::LibraryError;
use credential::{
    Action, Claim, Clearance, Deed, Ingredient, LogPlace, Mining, Payload, Relation, SignError, SourceType,
};
use film::ContentHash;
use jobs::{Cancel, Progress, Whole};
use ledger::{Entry, Kind};
use media::encode::Codec;
use qc::{Finding, Passed, Policy};
use release::lineage::Lineage;
use release::money;
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
use crate::rights::{STUDIO, now, rules, today};
use crate::verify::Carried;
use crate::{House, render as rendering};

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
    drop(ledger);

    let payload = Payload::of_decision(&cleared.decision().facts_hash);
    let staged = house.library().folder().join("releases").join(&cleared.decision().facts_hash);
    let ending = codec.ending();
    let master = staged.join(format!("master.{ending}"));
    let mut spec = MasterSpec::new(codec);
    spec.mark = Some(payload);
    spec.metadata = vec![("title".to_owned(), cut.name.clone())];
    let program = &house.workers().program;
    rendering::render(program, Some(house.library()), file, &spec, &master, progress, cancel)?;
    let check = crate::qc::qc(program, &master, &Policy::draft(), progress, cancel)?;
    let Some(passed) = check.passed() else {
        let findings = check.findings().to_vec();
        return Ok(Released { findings, ..Released::stayed(cleared.decision().clone()) });
    };

    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let leaving = Leaving {
        house,
        keys: &keys,
        cut: &cut,
        lineage: &lineage,
        record: &record,
        payload,
        signed: staged.join(format!("signed.{ending}")),
        out: to.join(format!("{stem}.{ending}")),
    };
    let mut released = leave(&cleared, &passed, &leaving)?;
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
    signed: PathBuf,
    out: PathBuf,
}

/// Signs, writes down and hands over. Takes nothing but what was cleared and has passed.
fn leave(cleared: &Cleared, passed: &Passed, leaving: &Leaving<'_>) -> Result<Released, ReleaseError> {
    let decision = cleared.decision();
    let Question::Release(asked) = cleared.question() else { unreachable!("only a release is cleared") };
    let mut ledger = leaving.house.ledger()?;
    let answer = leaving.house.write_down(&mut ledger, decision).map_err(DeskError::from)?;
    let read = |error: ledger::ReadError| ReleaseError::Desk(error.into());
    let entry = ledger.entry(answer.index).map_err(read)?.expect("it was just written");
    let proof = ledger.inclusion(answer.index).expect("it was just written");
    let (root, size) = (ledger.head().root.to_string(), ledger.head().size);
    let carried = Carried { entry: entry.text, proof };

    if !is_signed(leaving, decision) {
        let claim = claim(leaving, decision, &carried, &root);
        credential::sign(passed.file(), &leaving.signed, &claim, leaving.keys)?;
    }
    let write = |path: &Path| {
        let path = path.to_owned();
        move |error| ReleaseError::Write { path, error }
    };
    let hash = ContentHash::of_file(&leaving.signed, |_| true)
        .map_err(write(&leaving.signed))?
        .expect("nothing stops the reading");

    let lines = money::lines(leaving.record, &asked.uses, decision, today());
    let body = serde_json::json!({
        "name": leaving.cut.name,
        "file": hash,
        "facts_hash": decision.facts_hash,
        "mark": leaving.payload.id(),
    });
    let fact = Entry::new(Kind::Release, now(), body).with_key(format!("release {hash}"));
    owed::post(&mut ledger, fact, &leaving.cut.name, asked, &lines)?;

    let whole = Whole::begin(&leaving.out).map_err(write(&leaving.out))?;
    fs::copy(&leaving.signed, whole.part()).map_err(write(&leaving.out))?;
    whole.keep().map_err(write(&leaving.out))?;
    let papers = papers(leaving, asked, decision, answer.index, size, &root)?;
    Ok(Released {
        released: true,
        decision: decision.clone(),
        findings: Vec::new(),
        file: Some(leaving.out.clone()),
        hash: Some(hash),
        mark: Some(leaving.payload.id()),
        ledger_entry: Some(answer.index),
        owed: lines,
        papers,
    })
}

/// Whether an earlier run, killed since, signed it already.
fn is_signed(leaving: &Leaving<'_>, decision: &Decision) -> bool {
    let trust = credential::Trust { anchors: leaving.keys.anchors().clone(), ..Default::default() };
    leaving.signed.exists()
        && credential::verify(&leaving.signed, &trust).is_ok_and(|said| {
            said.valid && said.clearance.is_some_and(|clearance| clearance.decision == decision.facts_hash)
        })
}

fn claim(leaving: &Leaving<'_>, decision: &Decision, carried: &Carried, root: &str) -> Claim {
    let ingredients: Vec<Ingredient> = leaving
        .lineage
        .uses
        .iter()
        .map(|one| Ingredient {
            title: one.title.clone(),
            shot: one.shot,
            frames: one.record.map(|(start, end)| [start, end]),
            reel: one.reel.clone().unwrap_or_default(),
            relation: Relation::ComponentOf,
        })
        .collect();
    let generated = leaving.lineage.shares.generated > 0;
    let source = if generated { SourceType::CompositeWithTrainedAlgorithmicMedia } else { SourceType::HumanEdits };
    Claim {
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
    }
}

fn papers(
    leaving: &Leaving<'_>,
    asked: &Asked,
    decision: &Decision,
    entry: u64,
    size: u64,
    root: &str,
) -> Result<Vec<PathBuf>, ReleaseError> {
    let inclusion = release::paper::clearance::Inclusion {
        entry: decision.facts_hash.clone(),
        index: entry,
        size,
        root: root.to_owned(),
        proof: "in the film's own credential; `bottega verify` checks it".to_owned(),
    };
    let disclosure = release::paper::disclosure::DisclosurePack {
        name: &leaving.cut.name,
        question: asked,
        decision,
        record: leaving.record,
        rate: Some(leaving.cut.rate),
        shares: Some(&leaving.lineage.shares),
    };
    let pages = [
        ("clearance.html", clearance(leaving.cut, asked, decision, leaving.record, leaving.lineage, Some(&inclusion))),
        ("disclosure.html", release::paper::disclosure::disclosure_pack(&disclosure)),
    ];
    let mut papers = Vec::new();
    for (name, text) in pages {
        let path = leaving.out.with_file_name(name);
        Whole::write(&path, text.as_bytes()).map_err(|error| ReleaseError::Write { path: path.clone(), error })?;
        papers.push(path);
    }
    Ok(papers)
}
