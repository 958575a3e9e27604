//! What is said, from subtitles beside a film or inside it.

use std::path::{Path, PathBuf};

use film::{Clock, FrameRange};
use jobs::{Cancel, Progress, Unit};
use media::subtitles::{Subtitles, beside, embedded};
use media::yard::Refusal;
use serde::{Deserialize, Serialize};

use crate::snapshot::Line;

/// The film whose lines are wanted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LinesJob {
    /// Its file.
    pub path: PathBuf,
    /// Subtitle files to try, the best first.
    pub beside: Vec<PathBuf>,
}

/// Subtitles of a film.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Said {
    /// Start and end in milliseconds, and the words.
    pub cues: Vec<(i64, i64, String)>,
    /// What was repaired, or could not be read.
    pub warnings: Vec<String>,
}

/// Subtitle files beside a film, those of no stated language first.
pub fn files(film: &Path) -> Vec<PathBuf> {
    beside(film).into_iter().map(|b| b.path).collect()
}

/// Reads the first subtitles that can be read: beside the film, then inside it. None at all is no error.
pub fn read_lines(job: &LinesJob, progress: &dyn Progress, cancel: &Cancel) -> Result<Said, Refusal> {
    let id = format!("{} lines", job.path.display());
    progress.begin(&id, "subtitles", None, Unit::Steps);
    let mut said = Said::default();
    let keep = |said: &mut Said, from: String, found: Subtitles| {
        said.warnings.extend(found.warnings.into_iter().map(|w| format!("{from}: {w}")));
        said.cues = found.cues.into_iter().map(|c| (c.start_ms, c.end_ms, c.text)).collect();
    };
    for path in &job.beside {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match Subtitles::read(path) {
            Ok(found) => keep(&mut said, name, found),
            Err(e) => said.warnings.push(format!("subtitles {name}: {e}")),
        }
        if !said.cues.is_empty() {
            return Ok(said);
        }
    }
    let probe = media::probe(&job.path).map_err(|e| Refusal { reason: e.reason(), remedy: e.remedy().to_owned() })?;
    for (track, _) in probe.subtitles.iter().enumerate().filter(|(_, s)| s.text) {
        if cancel.check().is_err() || !said.cues.is_empty() {
            break;
        }
        match embedded(&job.path, &probe, track) {
            Ok(found) => keep(&mut said, format!("subtitle track {}", track + 1), found),
            Err(e) => said.warnings.push(format!("subtitle track {}: {e}", track + 1)),
        }
    }
    progress.end(&id);
    Ok(said)
}

impl Said {
    /// The lines in the frames of a reel; what lies beyond its end is left out.
    pub fn on(self, clock: &Clock) -> Vec<Line> {
        let frames = clock.frames();
        let frame_at = |ms: i64| {
            let seconds = ms.max(0) as f64 / 1000.0;
            // The frame on show then: the last that began before, a hair's breadth allowed for rounding to milliseconds.
            let (mut low, mut high) = (0, frames);
            while low < high {
                let mid = (low + high) / 2;
                if clock.seconds(mid) <= seconds + 0.0005 { low = mid + 1 } else { high = mid }
            }
            (low - 1).max(0)
        };
        let end = clock.seconds(frames);
        self.cues
            .into_iter()
            .filter(|(start, ..)| (*start as f64) < end * 1000.0)
            .map(|(start, stop, text)| {
                let first = frame_at(start);
                // A line that ends as a frame begins is not on show in it.
                let last = if stop as f64 >= end * 1000.0 { frames } else { frame_at(stop).max(first + 1) };
                Line { range: FrameRange::new(first, last.min(frames).max(first)), text }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use film::Rate;

    #[test]
    fn lines_stand_on_frames() {
        let clock = Clock::Constant { rate: Rate::new(25, 1).unwrap(), frames: 100 };
        let cue = |a, b| (a, b, "Ecco.".to_owned());
        let said =
            Said { cues: vec![cue(1000, 2000), cue(1010, 1020), cue(3500, 9000), cue(4000, 5000)], warnings: vec![] };
        let ranges: Vec<FrameRange> = said.on(&clock).into_iter().map(|l| l.range).collect();
        assert_eq!(ranges, [FrameRange::new(25, 50), FrameRange::new(25, 26), FrameRange::new(87, 100)]);
    }
}
