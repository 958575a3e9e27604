//! The main job: a title in, a finished and editable trailer out.

use std::io;
use std::path::{Path, PathBuf};

use catalogue::{LibraryError, Snapshot};
use credential::Payload;
use film::{ContentHash, FrameRange, Rate};
use jobs::{Cancel, Progress, Unit};
use media::encode::Codec;
use media::yard::YardError;
use qc::{Expected, Finding, Policy};
use render::{Master, MasterSpec};
use serde::Serialize;
use timeline::lock::LockError;
use timeline::{Item, Kind, Locked, Media, Timeline};

use crate::draft::{Draft, DraftError, Wanted, draft};
use crate::present::{Showing, present};
use crate::qc::QcError;
use crate::{House, render as rendering};

/// What `trailer` made.
#[derive(Debug, Serialize)]
pub struct Trailer {
    /// The editable timeline, OpenTimelineIO.
    pub timeline: PathBuf,
    /// The film.
    pub master: PathBuf,
    /// The report.
    pub report: PathBuf,
    /// The contact sheet.
    pub sheet: PathBuf,
    /// The poster.
    pub poster: PathBuf,
    /// Frames of the trailer.
    pub frames: i64,
    /// Frames a second.
    pub rate: Rate,
    /// Clips of the picture, in order.
    pub clips: Vec<ClipCard>,
    /// Whether qc found nothing that stops it.
    pub passed: bool,
    /// What qc found.
    pub findings: Vec<Finding>,
    /// Integrated loudness.
    pub loudness_lufs: Option<f64>,
    /// True peak.
    pub true_peak_dbtp: Option<f64>,
    /// What a person should know.
    pub notes: Vec<String>,
    /// Further variants, if several were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<Trailer>,
}

/// A clip of the picture.
#[derive(Debug, Serialize)]
pub struct ClipCard {
    /// Hash of the reel; none for a title card.
    pub reel: Option<ContentHash>,
    /// Its shot.
    pub shot: Option<u32>,
    /// First frame of the reel (its own frames).
    pub start: i64,
    /// One past the last.
    pub end: i64,
    /// First frame of the trailer.
    pub record_start: i64,
    /// One past the last.
    pub record_end: i64,
    /// Why it is there.
    pub why: Vec<String>,
    /// What would have come next.
    pub alternatives: Vec<AlternativeCard>,
}

/// A clip that was weighed and not taken, in the reel's own frames.
#[derive(Debug, Serialize)]
pub struct AlternativeCard {
    /// Hash of the reel.
    pub reel: ContentHash,
    /// Its shot.
    pub shot: u32,
    /// First frame.
    pub start: i64,
    /// One past the last.
    pub end: i64,
    /// How it scored beside the one taken.
    pub score: f32,
    /// Why it came second.
    pub why: String,
}

/// Why no trailer was made.
#[derive(Debug, thiserror::Error)]
pub enum TrailerError {
    /// None was cut.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The record could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A reel is gone.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A worker said no, or could not go on.
    #[error(transparent)]
    Worker(#[from] YardError),
    /// It could not be judged.
    #[error(transparent)]
    Qc(#[from] QcError),
    /// A file could not be written.
    #[error("{path} cannot be written: {error}; choose another folder with -o, or make room", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Cuts `variants` trailers and finishes each: timeline, master, qc, contact sheet, poster and report in the folder `out`
/// (in folders `variant-1`, `variant-2`, … of it, if several).
pub fn trailer(
    house: &House,
    wanted: &Wanted,
    variants: usize,
    loudness: &str,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Trailer, TrailerError> {
    let out = std::path::absolute(out).map_err(|error| TrailerError::Write { path: out.to_owned(), error })?;
    progress.begin("draft", "cutting", Some(variants.max(1) as u64), Unit::Steps);
    let mut draft = draft(house, wanted, variants, progress, cancel)?;
    progress.end("draft");
    let standing = standing(house, &draft.snapshot.title, wanted.sandbox)?;
    for cut in &mut draft.timelines {
        let range = FrameRange::new(0, cut.len());
        cut.notes.push(timeline::Note { author: "bottega".to_owned(), range, text: standing.clone() });
    }
    if wanted.match_grain {
        for cut in &mut draft.timelines {
            let program = &house.workers().program;
            let said = crate::grain::sit_together(program, cut, wanted.seed, progress, cancel)?;
            let range = film::FrameRange::new(0, cut.len());
            cut.notes.extend(said.into_iter().map(|text| timeline::Note { author: "bottega".to_owned(), range, text }));
        }
    }
    let mut made = Vec::new();
    for (i, cut) in draft.timelines.iter().enumerate() {
        let folder = if draft.timelines.len() > 1 { out.join(format!("variant-{}", i + 1)) } else { out.clone() };
        made.push(finish(house, &draft, cut, wanted, loudness, &folder, progress, cancel)?);
    }
    let mut first = made.remove(0);
    first.variants = made;
    Ok(first)
}

#[allow(clippy::too_many_arguments)] // one step of the act above, with all that the act knows
fn finish(
    house: &House,
    draft: &Draft,
    cut: &Timeline,
    wanted: &Wanted,
    loudness: &str,
    folder: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Trailer, TrailerError> {
    let file = |name: &str| folder.join(name);
    let (otio, film) = (file("trailer.otio"), file("trailer.mp4"));
    let program = &house.workers().program;
    let locked = rendering::lock(cut.clone(), folder, Some(house.library()))?;
    rendering::write_otio(cut, &otio).map_err(|error| TrailerError::Write { path: otio.clone(), error })?;
    let mut spec = MasterSpec::new(Codec::H264);
    spec.loudness = rendering::loudness(loudness).unwrap_or(spec.loudness);
    spec.metadata = metadata(cut, &draft.attribution);
    // A draft is no release: whatever its pictures come from, they say so until someone asked.
    spec.mark = Some(Payload::SANDBOX);
    let (master, _) = rendering::master(program, Some(house.library()), &locked, &spec, &film, progress, cancel)?;
    let check = crate::qc::qc(program, &film, &policy(&locked, &master, loudness), progress, cancel)?;
    let showing = Showing {
        title: cut.name.clone(),
        master: master.clone(),
        loudness: loudness.to_owned(),
        check: check.clone(),
        pictures: pictures(house, wanted),
        attribution: draft.attribution.clone(),
        notes: cut.notes.iter().map(|note| note.text.clone()).collect(),
        poster_title: wanted.title_card.then(|| wanted.title_text.clone().unwrap_or(draft.snapshot.title.clone())),
        sheet: file("sheet.png"),
        poster: file("poster.png"),
        report: file("report.html"),
    };
    let (report, sheet, poster) = (showing.report.clone(), showing.sheet.clone(), showing.poster.clone());
    let mut notes: Vec<String> = showing.notes.iter().chain(&master.notes).cloned().collect();
    notes.extend(present(program, &locked, showing, progress, cancel)?);
    Ok(Trailer {
        timeline: otio,
        master: film,
        report,
        sheet,
        poster,
        frames: master.frames,
        rate: master.rate,
        clips: clips(cut, &draft.snapshot),
        passed: check.passed().is_some(),
        findings: check.findings().to_vec(),
        loudness_lufs: master.loudness_lufs,
        true_peak_dbtp: master.true_peak_dbtp,
        notes,
        variants: Vec::new(),
    })
}

/// What the report says of the rights in a draft.
fn standing(house: &House, title: &str, sandbox: bool) -> Result<String, LibraryError> {
    let recorded = house.library().agreed()?.work(title).is_some();
    Ok(match (sandbox, recorded) {
        (true, _) => "sandbox: a trial, made without asking what is recorded; its pictures are marked `unknown` and it cannot be released as it is",
        (false, false) => "rights unknown: nothing is recorded of this title; its pictures are marked `unknown`, and a release is refused until `bottega rights import` has recorded it",
        (false, true) => "a draft: its pictures are marked `unknown`; `bottega rights ask release` says on which terms it may leave the house",
    }
    .to_owned())
}

fn metadata(cut: &Timeline, attribution: &[String]) -> Vec<(String, String)> {
    let mut words = vec![("title".to_owned(), cut.name.clone())];
    if !attribution.is_empty() {
        words.push(("copyright".to_owned(), attribution.join(" / ")));
    }
    words
}

/// What a draft must be, and where black, stillness and silence are meant: at titles, gaps, fades and dips.
fn policy(locked: &Locked, master: &Master, loudness: &str) -> Policy {
    let mut expected = Vec::new();
    let cut = locked.timeline();
    for (_, track) in cut.of_kind(Kind::Picture) {
        for placed in track.placed(cut.rate) {
            let because = match placed.item {
                Item::Gap(_) => "gap",
                Item::Transition(_) => "transition",
                Item::Clip(clip) if matches!(clip.media, Media::Title(_)) => "title card",
                Item::Clip(_) => continue,
            };
            expected.push(Expected { range: placed.record, because: because.to_owned() });
        }
    }
    let target = match loudness {
        "r128" => qc::LoudnessTarget::R128,
        _ => qc::LoudnessTarget::STREAMING,
    };
    Policy { loudness: Some(target), frames: Some(master.frames), expected, ..Policy::draft() }
}

fn pictures(house: &House, wanted: &Wanted) -> Vec<(ContentHash, u32, PathBuf)> {
    let Ok(title) = house.library().title(&wanted.title) else { return Vec::new() };
    let Ok(reels) = house.library().shots(&title) else { return Vec::new() };
    let of = |reel: catalogue::ShotList| {
        let hash = reel.reel;
        reel.shots.into_iter().filter_map(move |shot| Some((hash, shot.index, shot.key_picture?)))
    };
    reels.into_iter().flat_map(of).collect()
}

fn clips(cut: &Timeline, snapshot: &Snapshot) -> Vec<ClipCard> {
    // The grid's frames as the reel's own.
    let own = |hash: Option<ContentHash>, range: FrameRange| match snapshot.reels.iter().find(|r| Some(r.hash) == hash)
    {
        Some(reel) if !range.is_empty() => {
            let own = reel.clock.frames_at(range);
            (own.start(), own.end())
        }
        _ => (range.start(), range.end()),
    };
    let mut cards = Vec::new();
    for (_, track) in cut.of_kind(Kind::Picture) {
        for placed in track.placed(cut.rate) {
            let Item::Clip(clip) = placed.item else { continue };
            let hash = match &clip.media {
                Media::Reel(reel) => reel.hash,
                Media::Title(_) | Media::Missing => None,
            };
            let (start, end) = own(hash, clip.source);
            let alternative = |a: &timeline::Alternative| {
                let (start, end) = own(Some(a.reel), a.source);
                AlternativeCard { reel: a.reel, shot: a.shot, start, end, score: a.score, why: a.why.clone() }
            };
            cards.push(ClipCard {
                reel: hash,
                shot: clip.shot,
                start,
                end,
                record_start: placed.record.start(),
                record_end: placed.record.end(),
                why: clip.why.clone(),
                alternatives: clip.alternatives.iter().map(alternative).collect(),
            });
        }
    }
    cards
}
