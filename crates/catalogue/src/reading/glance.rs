//! A quick look at a reel: its shots only, from the pictures that a decoder cannot do without.

use std::path::{Path, PathBuf};

use film::{FrameRange, Into};
use jobs::{Cancel, Progress, Unit, Whole};
use media::yard::Refusal;
use media::{Index, Pictures, PicturesOptions, Probe, Skip};
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::segment::{SegmentJob, claim, unwritable};
use super::survey;
use crate::shots::quick::{self, Glimpses};
use crate::shots::{FoundShot, FrameMark, ShotEye};

/// Written at the head of a glance's file.
const MAGIC: &[u8; 8] = b"BTGGLC\x00\x01";
/// How exactly cuts are placed: within a frame nothing has to be looked at again in most films.
const WITHIN: i64 = 1;

/// Glances of a whole reel, to be made into shots.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SettleJob {
    /// The reel's file.
    pub path: PathBuf,
    /// What was glanced at, in order, covering the reel.
    pub segments: Vec<FrameRange>,
    /// Where the glances lie.
    pub into: PathBuf,
}

/// A shot as it comes home from a worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Settled {
    range: FrameRange,
    into: Into,
    transition: Option<FrameRange>,
    confidence: f32,
}

impl From<Settled> for FoundShot {
    fn from(s: Settled) -> FoundShot {
        FoundShot { range: s.range, into: s.into, transition: s.transition, confidence: s.confidence }
    }
}

/// File of the glance at `range` in folder `into`.
pub(crate) fn file(into: &Path, range: FrameRange) -> PathBuf {
    into.join(format!("{:08}-{:08}.glance", range.start(), range.end()))
}

/// Glances at the segments of a job, leaving out those already there.
pub fn glance(job: &SegmentJob, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Refusal> {
    let reel = Reel::open(&job.path, &job.into)?;
    for &range in &job.segments {
        let path = file(&job.into, range);
        if read(&path).is_some() || !claim(&job.claims, range)? {
            continue;
        }
        let id = format!("{} {range}", job.path.display());
        progress.begin(&id, "frames", Some(range.len() as u64), Unit::Frames);
        let options = PicturesOptions { threads: job.threads, skip: Skip::Draft };
        let seen = reel.look(range, options, &mut |done| {
            progress.at(&id, done as u64);
            !cancel.is_canceled()
        })?;
        let mut bytes = MAGIC.to_vec();
        for (number, mark) in &seen {
            bytes.extend(number.to_le_bytes());
            mark.write(&mut bytes);
        }
        Whole::write(&path, &bytes).map_err(|e| unwritable(&path, &e))?;
        progress.at(&id, range.len() as u64);
        progress.end(&id);
    }
    Ok(())
}

/// Makes shots of the glances at a reel; looks again where a cut would be too uncertain.
pub fn settle(job: &SettleJob, progress: &dyn Progress, cancel: &Cancel) -> Result<Vec<Settled>, Refusal> {
    let reel = Reel::open(&job.path, &job.into)?;
    let id = format!("{} shots", job.path.display());
    progress.begin(&id, "shots", None, Unit::Steps);
    let mut seen = Vec::new();
    for &range in &job.segments {
        seen.extend(read(&file(&job.into, range)).ok_or_else(|| broken("a glance is missing".to_owned()))?);
    }
    let glimpses = Glimpses { seen, frames: reel.index.frames(), keyframes: reel.index.keyframes.clone() };
    let mut looks = 0;
    let found = quick::find(glimpses, reel.index.clock.rate(), WITHIN, |range| {
        looks += 1;
        progress.at(&id, looks);
        let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
        reel.look(range, options, &mut |_| !cancel.is_canceled())
    })?;
    progress.end(&id);
    let settled =
        |s: FoundShot| Settled { range: s.range, into: s.into, transition: s.transition, confidence: s.confidence };
    Ok(found.into_iter().map(settled).collect())
}

fn broken(reason: String) -> Refusal {
    Refusal { reason, remedy: "copy the file again, or convert it with another program".to_owned() }
}

struct Reel {
    path: PathBuf,
    probe: Probe,
    index: Index,
}

impl Reel {
    fn open(path: &Path, folder: &Path) -> Result<Reel, Refusal> {
        let refuse = |e: media::ProbeError| Refusal { reason: e.reason(), remedy: e.remedy().to_owned() };
        let probe = media::probe(path).map_err(refuse)?;
        let index = survey::shared(folder)?;
        Ok(Reel { path: path.to_owned(), probe, index })
    }

    /// Marks of the frames of a range that the decoder gives; `go_on` is told how many frames are done.
    fn look(
        &self,
        range: FrameRange,
        options: PicturesOptions,
        go_on: &mut dyn FnMut(i64) -> bool,
    ) -> Result<Vec<(i64, FrameMark)>, Refusal> {
        let stream = self.probe.picture.as_ref().ok_or_else(|| broken("it has no picture".to_owned()))?;
        let mut pictures =
            Pictures::open(&self.path, &self.probe, &self.index, options).map_err(|e| broken(e.to_string()))?;
        if range.start() > 0 {
            pictures.seek(range.start()).map_err(|e| broken(e.to_string()))?;
        }
        let mut frame = Frame::default();
        let mut eye: Option<ShotEye> = None;
        let mut seen = Vec::new();
        while let Some(picture) = pictures.next().map_err(|e| broken(e.to_string()))? {
            let number = picture.number();
            if number >= range.end() {
                break;
            }
            let view = frame.view(&picture, stream).map_err(|e| broken(e.to_string()))?;
            let eye = eye.get_or_insert_with(|| ShotEye::new(view.bits));
            seen.push((number, eye.see(view.luma, view.chroma)));
            if number % 64 < 2 && !go_on(number - range.start()) {
                return Err(broken("interrupted".to_owned()));
            }
        }
        Ok(seen)
    }
}

/// The glance in a file; `None` if there is none of this version.
fn read(path: &Path) -> Option<Vec<(i64, FrameMark)>> {
    let bytes = std::fs::read(path).ok()?;
    let records = bytes.strip_prefix(MAGIC)?.chunks_exact(8 + FrameMark::BYTES);
    records
        .remainder()
        .is_empty()
        .then(|| {
            records
                .map(|r| Some((i64::from_le_bytes(r[..8].try_into().ok()?), FrameMark::read(&r[8..])?)))
                .collect::<Option<Vec<_>>>()
        })
        .flatten()
}
