//! The judgment.

use std::path::{Path, PathBuf};

use film::Rate;
use serde::{Deserialize, Serialize};

use crate::{Finding, Severity};

/// Everything that was found in one film.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    file: PathBuf,
    passed: bool,
    findings: Vec<Finding>,
    frames: i64,
    rate: Rate,
    loudness_lufs: Option<f64>,
    true_peak_dbtp: Option<f64>,
}

impl Report {
    pub(crate) fn new(file: &Path, frames: i64, rate: Rate, mut findings: Vec<Finding>) -> Report {
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.start.cmp(&b.start)));
        let passed = findings.iter().all(|finding| finding.severity < Severity::Error);
        Report { file: file.to_owned(), passed, findings, frames, rate, loudness_lufs: None, true_peak_dbtp: None }
    }

    pub(crate) fn heard(mut self, loudness: Option<(f64, f64)>) -> Report {
        let finite = |n: f64| n.is_finite().then_some(n);
        self.loudness_lufs = loudness.and_then(|(lufs, _)| finite(lufs));
        self.true_peak_dbtp = loudness.and_then(|(_, peak)| finite(peak));
        self
    }

    /// The film.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// What was found, the weightiest first, then in order of frame.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    pub(crate) fn findings_mut(&mut self) -> &mut [Finding] {
        &mut self.findings
    }

    /// Frames of picture that were seen.
    pub fn frames(&self) -> i64 {
        self.frames
    }

    /// Their rate; the nominal one where it varies.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// Integrated loudness of the first sound track, LUFS; `None` without sound or in silence.
    pub fn loudness(&self) -> Option<f64> {
        self.loudness_lufs
    }

    /// Its highest true peak, dBTP.
    pub fn true_peak(&self) -> Option<f64> {
        self.true_peak_dbtp
    }

    /// The proof that nothing stops this film; `None` if something does.
    pub fn passed(&self) -> Option<Passed> {
        self.passed.then(|| Passed { file: self.file.clone() })
    }
}

/// Proof that qc found nothing that stops a film; made by [`Report::passed`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    file: PathBuf,
}

impl Passed {
    /// The film that passed.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

#[cfg(test)]
mod tests {
    use film::FrameRange;

    use super::*;

    #[test]
    fn only_errors_stop() {
        let at = |severity| Finding::new("black", severity, FrameRange::new(3, 4), "x");
        let report = |findings| Report::new(Path::new("/a.mp4"), 10, Rate::FILM, findings);
        let fit = report(vec![at(Severity::Note), at(Severity::Warning)]);
        assert_eq!(fit.passed().unwrap().file(), Path::new("/a.mp4"));
        assert_eq!(fit.findings()[0].severity, Severity::Warning);
        assert_eq!(report(vec![at(Severity::Error)]).passed(), None);
        let json = serde_json::to_value(&fit).unwrap();
        assert_eq!((json["file"].as_str(), json["passed"].as_bool()), (Some("/a.mp4"), Some(true)));
    }
}
