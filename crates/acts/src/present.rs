//! Showing what was made: contact sheet, poster and the report.

use std::path::{Path, PathBuf};

use film::ContentHash;
use jobs::{Cancel, Progress, Unit};
use media::yard::{Refusal, YardError};
use render::{Check, CheckFinding, LoudnessTarget, Master, PosterSpec, ReportSpec};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use timeline::Locked;

use crate::render::Edit;
use crate::yard::{job, limits, refusal, reply};

/// What to show beside the edit itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct Showing {
    /// Heading.
    pub(crate) title: String,
    /// The film made.
    pub(crate) master: Master,
    /// What its sound was to reach.
    pub(crate) loudness: String,
    /// What qc found in it.
    pub(crate) check: qc::Report,
    /// Pictures of shots, for the alternatives.
    pub(crate) pictures: Vec<(ContentHash, u32, PathBuf)>,
    /// Whom to name.
    pub(crate) attribution: Vec<String>,
    /// Further remarks.
    pub(crate) notes: Vec<String>,
    /// Words for the poster.
    pub(crate) poster_title: Option<String>,
    /// Where the contact sheet goes.
    pub(crate) sheet: PathBuf,
    /// Where the poster goes.
    pub(crate) poster: PathBuf,
    /// Where the report goes.
    pub(crate) report: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Job {
    #[serde(flatten)]
    edit: Edit,
    showing: Showing,
}

/// Makes sheet, poster and report in a worker; gives what a person should know of them.
pub(crate) fn present(
    program: &Path,
    locked: &Locked,
    showing: Showing,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Vec<String>, YardError> {
    let read = locked
        .paths()
        .into_iter()
        .map(Path::to_owned)
        .chain(showing.pictures.iter().map(|(.., path)| path.clone()))
        .chain([showing.master.file.clone()]);
    let limits = limits(read, &[&showing.sheet, &showing.poster, &showing.report]);
    media::yard::call(program, "present", &Job { edit: Edit::of(locked), showing }, &limits, progress, cancel)
}

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { edit, showing } = job(value)?;
    let locked = edit.lock()?;
    let no = |e: String| refusal(e, "choose another place with -o, or make room");
    progress.begin("present", "sheet, poster, report", Some(4), Unit::Steps);
    render::sheet(&locked, &showing.sheet, cancel).map_err(|e| no(e.to_string()))?;
    progress.at("present", 1);
    let poster = PosterSpec { frame: None, title: showing.poster_title.clone() };
    render::poster(&locked, &poster, &showing.poster, cancel).map_err(|e| no(e.to_string()))?;
    progress.at("present", 2);
    let stills = render::clip_stills(&locked, 420, 420, cancel).map_err(|e| no(e.to_string()))?;
    progress.at("present", 3);
    let picture = |alternative: &timeline::Alternative| {
        let of =
            |(reel, shot, _): &&(ContentHash, u32, PathBuf)| *reel == alternative.reel && *shot == alternative.shot;
        std::fs::read(&showing.pictures.iter().find(of)?.2).ok()
    };
    let spec = ReportSpec {
        title: &showing.title,
        timeline: locked.timeline(),
        master: &showing.master,
        target: crate::render::loudness(&showing.loudness).unwrap_or(LoudnessTarget::WEB),
        stills: &stills,
        alternative: &picture,
        check: Some(check(&showing.check)),
        attribution: &showing.attribution,
        notes: &showing.notes,
    };
    let notes = render::report(&spec, &showing.report).map_err(|e| no(format!("{}: {e}", showing.report.display())))?;
    progress.end("present");
    reply(&notes)
}

fn check(report: &qc::Report) -> Check {
    let finding = |f: &qc::Finding| CheckFinding {
        check: f.check.clone(),
        severity: f.severity.to_string(),
        range: (f.end > f.start).then_some((f.start, f.end)),
        detail: f.detail.clone(),
        picture: f.picture.as_ref().map(|jpeg| jpeg.0.clone()),
    };
    Check { passed: report.passed().is_some(), findings: report.findings().iter().map(finding).collect() }
}
