//! A stretch of a reel, decoded once; its result is a file, whole or not there.

use std::path::{Path, PathBuf};

use film::FrameRange;
use jobs::{Cancel, Progress, Unit, Whole};
use media::yard::Refusal;
use media::{Index, Picture, PictureStream, Pictures, PicturesOptions, Probe, Skip};
use serde::{Deserialize, Serialize};

use super::closeup::{Closeup, EVERY, Lit};
use super::frame::Frame;
use super::proxy::Proxy;
use super::sight::Sight;
use super::still;
use super::strip::{self, Small};
use super::survey;
use crate::attributes::key::{self, Best};
use crate::shots::{FrameMark, ShotEye, eye};

/// Written at the head of a segment's file; another number means it must be read anew.
const MAGIC: &[u8; 8] = b"BTGSEG\x00\x02";

/// What to read, as it goes to a worker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentJob {
    /// The reel's file.
    pub path: PathBuf,
    /// Frames to read, in this order; each begins where decoding can begin. Other workers have the same list.
    pub segments: Vec<FrameRange>,
    /// Folder in which a worker claims a segment before reading it.
    pub claims: PathBuf,
    /// Folder for the results.
    pub into: PathBuf,
    /// Decoding threads.
    pub threads: usize,
}

/// What one stretch of a reel gave.
#[derive(Clone, Debug, Default)]
pub struct Segment {
    /// First frame.
    pub start: i64,
    /// One a frame.
    pub sights: Vec<Sight>,
    /// One a frame.
    pub marks: Vec<FrameMark>,
    /// One frame in a while.
    pub closeups: Vec<Closeup>,
    /// What was ever lit.
    pub lit: Lit,
    /// Pictures for film strips.
    pub smalls: Vec<Small>,
    /// Small gray pictures of the first and the last frame, for what happens between segments.
    pub ends: [Proxy; 2],
    /// The same as the shots' eye saw them.
    pub grays: [eye::Proxy; 2],
    /// Flaws, in words.
    pub warnings: Vec<String>,
}

/// File of the segment `range` in folder `into`.
pub(crate) fn file(into: &Path, range: FrameRange) -> PathBuf {
    into.join(format!("{:08}-{:08}.segment", range.start(), range.end()))
}

/// File of the picture saved of `frame` in a reel's folder.
pub(crate) fn picture_file(folder: &Path, frame: i64) -> PathBuf {
    folder.join("pictures").join(format!("{frame:08}.jpg"))
}

/// One frame in so many may become a key frame: two or so a second.
pub(crate) fn picture_step(rate: film::Rate) -> i64 {
    i64::from(rate.nominal() / 2).clamp(4, 30)
}

/// Whether this worker is the first that asked for segment `range`: of several, one makes the file.
pub(crate) fn claim(claims: &Path, range: FrameRange) -> Result<bool, Refusal> {
    match std::fs::File::create_new(claims.join(format!("{:08}", range.start()))) {
        Ok(_) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(unwritable(claims, &e)),
    }
}

/// The reel's folder takes no file.
pub(crate) fn unwritable(path: &Path, e: &std::io::Error) -> Refusal {
    Refusal {
        reason: format!("its reading cannot be written to {}: {e}", path.display()),
        remedy: "make room on the library's disk".to_owned(),
    }
}

/// Reads the segments of a job that no other worker has claimed, leaving out those already there.
pub fn read_segments(job: &SegmentJob, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Refusal> {
    let refuse = |reason: String, remedy: &str| Refusal { reason, remedy: remedy.to_owned() };
    let probe = media::probe(&job.path).map_err(|e| refuse(e.reason(), e.remedy()))?;
    let index = survey::shared(&job.into)?;
    for &range in &job.segments {
        if file(&job.into, range).is_file() || !claim(&job.claims, range)? {
            continue;
        }
        let segment = read(job, &probe, &index, range, progress, cancel)?;
        Whole::write(&file(&job.into, range), &segment.to_bytes()).map_err(|e| unwritable(&job.into, &e))?;
    }
    Ok(())
}

fn read(
    job: &SegmentJob,
    probe: &Probe,
    index: &Index,
    range: FrameRange,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Segment, Refusal> {
    let broken = |reason: String| Refusal {
        reason,
        remedy: "copy the file again, or convert it with another program".to_owned(),
    };
    let stream = probe.picture.as_ref().ok_or_else(|| broken("it has no picture".to_owned()))?;
    let options = PicturesOptions { threads: job.threads, skip: Skip::Nothing };
    let mut pictures = Pictures::open(&job.path, probe, index, options).map_err(|e| broken(e.to_string()))?;
    if range.start() > 0 {
        pictures.seek(range.start()).map_err(|e| broken(e.to_string()))?;
    }
    let id = format!("{} {range}", job.path.display());
    progress.begin(&id, "frames", Some(range.len() as u64), Unit::Frames);
    let mut segment = Segment { start: range.start(), ..Segment::default() };
    let mut frame = Frame::default();
    let mut watcher: Option<ShotEye> = None;
    let mut before: Option<Proxy> = None;
    let step = picture_step(stream.rate);
    let mut stills = Stills { folder: &job.into, stream, best: Best::from(range.start()), picture: None };
    while segment.end() < range.end() {
        if cancel.check().is_err() {
            return Err(broken("interrupted".to_owned()));
        }
        let Some(picture) = pictures.next().map_err(|e| broken(e.to_string()))? else { break };
        let number = picture.number();
        if number >= range.end() {
            segment.hold(number.min(range.end()));
            break;
        }
        let color = picture.color().matrix;
        let view = frame.view(&picture, stream).map_err(|e| broken(e.to_string()))?;
        let watcher = watcher.get_or_insert_with(|| ShotEye::new(view.bits));
        let mark = watcher.see(view.luma, view.chroma);
        let proxy = Proxy::shown(watcher.proxy(), view.full, view.rotation);
        let sight = Sight::of(&view, &proxy, before.as_ref());
        // Frames that could not be decoded show the one after them, as a player holding on does.
        while segment.end() < number {
            segment.sights.push(sight.at_rest());
            segment.marks.push(FrameMark { change: 0.0, fresh: 0.0, ..mark.clone() });
        }
        segment.sights.push(sight);
        segment.marks.push(mark);
        if number % EVERY == 0 {
            segment.closeups.push(Closeup::of(&view, number, &mut segment.lit));
        }
        if segment.marks.last().is_some_and(|m| m.fresh > 0.5) {
            stills.keep(number).map_err(|e| broken(e.to_string()))?;
        }
        if number % (2 * step) == 0 {
            let small = still::rgb(&view, color.or(stream.color.matrix), strip::SIDE);
            let jpeg = still::jpeg(&small).map_err(|e| broken(e.to_string()))?;
            segment.smalls.push(Small { frame: number, jpeg });
        }
        if before.is_none() {
            segment.ends[0] = proxy.clone();
            segment.grays[0] = watcher.proxy().clone();
        }
        before = Some(proxy);
        if number % step == 0 {
            stills.offer(key::worth(segment.sights.last().expect("pushed above")), picture);
        }
        if number % 64 == 0 {
            progress.at(&id, segment.sights.len() as u64);
        }
    }
    stills.keep(range.end()).map_err(|e| broken(e.to_string()))?;
    if segment.sights.is_empty() {
        return Err(broken(format!("none of its frames {range} can be decoded")));
    }
    segment.hold(range.end());
    segment.ends[1] = before.unwrap_or_default();
    segment.grays[1] = watcher.map(|w| w.proxy().clone()).unwrap_or_default();
    segment.warnings = pictures.warnings().to_vec();
    progress.at(&id, range.len() as u64);
    progress.end(&id);
    Ok(segment)
}

/// Keeps the picture of the best frame since the last abrupt change, which is mostly that of the shot's key frame.
struct Stills<'a> {
    folder: &'a Path,
    stream: &'a PictureStream,
    best: Best,
    picture: Option<Picture>,
}

impl Stills<'_> {
    fn offer(&mut self, worth: f32, picture: Picture) {
        if self.best.offer(picture.number(), worth) {
            self.picture = Some(picture);
        }
    }

    /// A shot ends, the next begins at `next`.
    fn keep(&mut self, next: i64) -> std::io::Result<()> {
        self.best = Best::from(next);
        let Some(picture) = self.picture.take() else { return Ok(()) };
        let mut frame = Frame::default();
        let view = frame.view(&picture, self.stream).map_err(std::io::Error::other)?;
        let rgb = still::rgb(&view, picture.color().matrix.or(self.stream.color.matrix), still::WIDEST);
        still::save(&picture_file(self.folder, picture.number()), &rgb)
    }
}

impl Segment {
    /// One past the last frame.
    pub fn end(&self) -> i64 {
        self.start + self.sights.len() as i64
    }

    /// Repeats the last frame up to `end`.
    fn hold(&mut self, end: i64) {
        while self.end() < end {
            let (Some(sight), Some(mark)) = (self.sights.last(), self.marks.last()) else { return };
            let (sight, mark) = (sight.at_rest(), FrameMark { change: 0.0, fresh: 0.0, ..mark.clone() });
            self.sights.push(sight);
            self.marks.push(mark);
        }
    }

    /// The segment as a file holds it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        let number = |out: &mut Vec<u8>, n: usize| out.extend((n as u64).to_le_bytes());
        out.extend(self.start.to_le_bytes());
        number(&mut out, self.sights.len());
        self.sights.iter().for_each(|s| s.write(&mut out));
        self.marks.iter().for_each(|m| m.write(&mut out));
        number(&mut out, self.closeups.len());
        self.closeups.iter().for_each(|c| c.write(&mut out));
        out.extend(&self.lit.columns);
        out.extend(&self.lit.rows);
        number(&mut out, self.smalls.len());
        for small in &self.smalls {
            out.extend(small.frame.to_le_bytes());
            number(&mut out, small.jpeg.len());
            out.extend(&small.jpeg);
        }
        for end in &self.ends {
            number(&mut out, end.width);
            number(&mut out, end.height);
            out.extend(&end.luma);
        }
        for gray in &self.grays {
            number(&mut out, gray.width);
            number(&mut out, gray.height);
            out.extend(&gray.luma);
        }
        let warnings = serde_json::to_vec(&self.warnings).expect("texts are JSON");
        number(&mut out, warnings.len());
        out.extend(warnings);
        out
    }

    /// Reads a segment's file; `None` if it is not one of this version's.
    pub fn from_bytes(bytes: &[u8]) -> Option<Segment> {
        let mut bytes = Bytes(bytes.strip_prefix(MAGIC)?);
        let mut segment = Segment { start: i64::from_le_bytes(bytes.take(8)?.try_into().ok()?), ..Segment::default() };
        let n = bytes.number()?;
        segment.sights = (0..n).map(|_| Sight::read(bytes.take(Sight::BYTES)?)).collect::<Option<_>>()?;
        segment.marks = (0..n).map(|_| FrameMark::read(bytes.take(FrameMark::BYTES)?)).collect::<Option<_>>()?;
        let n = bytes.number()?;
        segment.closeups = (0..n).map(|_| Closeup::read(bytes.take(Closeup::BYTES)?)).collect::<Option<_>>()?;
        segment.lit = Lit { columns: bytes.take(256)?.to_vec(), rows: bytes.take(256)?.to_vec() };
        let n = bytes.number()?;
        let small = |bytes: &mut Bytes<'_>| {
            let frame = i64::from_le_bytes(bytes.take(8)?.try_into().ok()?);
            let n = bytes.number()?;
            Some(Small { frame, jpeg: bytes.take(n)?.to_vec() })
        };
        segment.smalls = (0..n).map(|_| small(&mut bytes)).collect::<Option<_>>()?;
        for end in &mut segment.ends {
            let (width, height) = (bytes.number()?, bytes.number()?);
            *end = Proxy { width, height, luma: bytes.take(width.checked_mul(height)?)?.to_vec() };
        }
        for gray in &mut segment.grays {
            let (width, height) = (bytes.number()?, bytes.number()?);
            *gray = eye::Proxy { width, height, luma: bytes.take(width.checked_mul(height)?)?.to_vec() };
        }
        let n = bytes.number()?;
        segment.warnings = serde_json::from_slice(bytes.take(n)?).ok()?;
        bytes.0.is_empty().then_some(segment)
    }
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }

    fn number(&mut self) -> Option<usize> {
        usize::try_from(u64::from_le_bytes(self.take(8)?.try_into().ok()?)).ok().filter(|&n| n < 1 << 32)
    }
}
