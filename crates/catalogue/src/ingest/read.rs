//! One reel, read by several workers side by side.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;

use film::FrameRange;
use jobs::{Cancel, Progress, Unit};
use media::yard::{Limits, YardError};

use super::yard::{Yard, call};
use crate::reading::{Reading, Survey, glance, plan, segment};
use crate::shots::FoundShot;

/// Memory of one worker. A decoder at 4K holds some hundred pictures at most.
const MEMORY: u64 = 1 << 30;
/// How the name of a folder begins in which workers claim segments.
pub(crate) const CLAIMS: &str = "claims-";
/// Seconds without progress until a worker is taken for stuck.
const SILENCE: u64 = 120;

/// A reel to be read.
pub(crate) struct Reel<'a> {
    /// Its file; of a sequence, the first.
    pub(crate) path: &'a Path,
    /// Whether it is a sequence of pictures, so that its whole folder must be open to workers.
    pub(crate) sequence: bool,
    /// What its first look gave.
    pub(crate) survey: &'a Survey,
    /// Where results go.
    pub(crate) folder: &'a Path,
    /// Workers side by side.
    pub(crate) workers: usize,
    pub(crate) yard: &'a dyn Yard,
    pub(crate) progress: &'a dyn Progress,
    pub(crate) cancel: &'a Cancel,
}

/// What a worker may use that reads the film at `path` and writes to `write`.
pub(crate) fn limits(path: &Path, sequence: bool, write: &[PathBuf]) -> Limits {
    let mut read = vec![path.to_owned()];
    if sequence {
        read.extend(path.parent().map(Path::to_owned));
    }
    Limits { memory_bytes: MEMORY, seconds: SILENCE, cpu_seconds: None, read, write: write.to_vec() }
}

impl Reel<'_> {
    /// Reads all segments that are not yet in the folder, and joins them.
    pub(crate) fn read(&self) -> Result<Reading, YardError> {
        let survey = self.survey;
        let ranges = self.ranges();
        let size = survey.probe.picture.as_ref().map_or((16, 9), |p| p.display_size());
        let aspect = size.1 as f32 / size.0 as f32;
        // A segment's file of another version is noticed on joining: then what is missing is read once more.
        for _ in 0..2 {
            if let Some(reading) = Reading::join(self.folder, &ranges, aspect) {
                return Ok(reading);
            }
            self.hand_out("read", &ranges, &segment::file)?;
        }
        Reading::join(self.folder, &ranges, aspect)
            .ok_or_else(|| YardError::Crashed("its reading is not where it was written".to_owned()))
    }

    /// Finds the shots only, from few of the frames.
    pub(crate) fn glance(&self) -> Result<Vec<FoundShot>, YardError> {
        let segments = self.ranges();
        self.hand_out("glance", &segments, &glance::file)?;
        let job = glance::SettleJob { path: self.path.to_owned(), segments, into: self.folder.to_owned() };
        let limits = limits(self.path, self.sequence, &[self.folder.to_owned()]);
        let found: Vec<glance::Settled> = call(self.yard, "settle", &job, &limits, self.progress, self.cancel)?;
        Ok(found.into_iter().map(FoundShot::from).collect())
    }

    fn ranges(&self) -> Vec<FrameRange> {
        let index = &self.survey.index;
        plan::segments(index.frames(), &index.keyframes, index.clock.rate(), index.can_seek(), self.workers)
    }

    /// Has workers do the job `name` for those of `ranges` whose file is not there yet.
    fn hand_out(
        &self,
        name: &str,
        ranges: &[FrameRange],
        file: &dyn Fn(&Path, FrameRange) -> PathBuf,
    ) -> Result<(), YardError> {
        let id = self.path.display().to_string();
        let what = self.path.file_name().map_or_else(|| id.clone(), |n| n.to_string_lossy().into_owned());
        self.progress.begin(&id, &what, Some(self.survey.index.frames() as u64), Unit::Frames);
        let sum = Sum { id: &id, to: self.progress, done: Mutex::new(HashMap::new()) };
        let (held, missing): (Vec<FrameRange>, Vec<FrameRange>) =
            ranges.iter().partition(|&&r| file(self.folder, r).is_file());
        sum.at("read before", held.iter().map(|r| r.len() as u64).sum());
        let outcome = self.share(name, missing, &sum);
        self.progress.end(&id);
        outcome
    }

    /// Shares a job's ranges among workers.
    fn share(&self, name: &str, missing: Vec<FrameRange>, sum: &Sum<'_>) -> Result<(), YardError> {
        if missing.is_empty() {
            return Ok(());
        }
        let unwritable = |e| YardError::Crashed(format!("{}: {e}", self.folder.display()));
        std::fs::create_dir_all(self.folder).map_err(unwritable)?;
        let hands = self.workers.max(1).min(missing.len());
        // A reel of one segment gets all cores for its decoder.
        let threads = (self.workers.max(1) / hands).max(1);
        // Workers take segments as they come to them, so that all end together and each starts but once.
        let claims = tempfile::Builder::new().prefix(CLAIMS).tempdir_in(self.folder).map_err(unwritable)?;
        let job = segment::SegmentJob {
            path: self.path.to_owned(),
            segments: missing,
            claims: claims.path().to_owned(),
            into: self.folder.to_owned(),
            threads,
        };
        let failed: Mutex<Option<YardError>> = Mutex::new(None);
        let limits = limits(self.path, self.sequence, &[self.folder.to_owned()]);
        let hand = || {
            if let Err(e) = call::<_, ()>(self.yard, name, &job, &limits, sum, self.cancel) {
                failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(e);
                // The others need not go on: nothing is left for them.
                for &range in &job.segments {
                    let _ = segment::claim(&job.claims, range);
                }
            }
        };
        thread::scope(|scope| (0..hands).for_each(|_| drop(scope.spawn(hand))));
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Adds up what workers report into one count.
struct Sum<'a> {
    id: &'a str,
    to: &'a dyn Progress,
    done: Mutex<HashMap<String, u64>>,
}

impl Progress for Sum<'_> {
    fn begin(&self, _: &str, _: &str, _: Option<u64>, _: Unit) {}

    fn at(&self, id: &str, done: u64) {
        let total = {
            let mut all = self.done.lock().unwrap_or_else(|e| e.into_inner());
            all.insert(id.to_owned(), done);
            all.values().sum()
        };
        self.to.at(self.id, total);
    }

    fn end(&self, _: &str) {}

    fn say(&self, line: &str) {
        self.to.say(line);
    }
}
