use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use film::Timecode;
use qc::{LoudnessTarget, Policy};

use super::{Call, NO};
use crate::failure::Failure;

/// Judge a film: black, freezes, flashes, silence, clipping, loudness, lengths, colour tags; and closely, shot by shot,
/// blocking, banding, enlarged sources, wiped texture, unlike grain.
///
/// Exit code 3 if something stops it.
#[derive(Args)]
pub(crate) struct Qc {
    /// The film.
    file: PathBuf,
    /// Loudness to hold against: web is -16 LUFS, r128 is -23 LUFS; else loudness is only measured.
    #[arg(long, value_parser = ["web", "r128"])]
    loudness: Option<String>,
    /// Leave out the close look at pictures, which takes most of the time.
    #[arg(long)]
    quick: bool,
}

impl Qc {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let loudness = self.loudness.as_deref().map(|name| match name {
            "r128" => LoudnessTarget::R128,
            _ => LoudnessTarget::STREAMING,
        });
        let policy = Policy { loudness, closely: !self.quick, ..Policy::draft() };
        let program = acts::house::workers()?.program;
        let report = acts::qc::qc(&program, &self.file, &policy, t, call.cancel)?;
        let passed = report.passed().is_some();
        t.result(&report, |report| {
            let mut out = String::new();
            for f in report.findings() {
                let from = Timecode::new(f.start, report.rate(), true);
                out += &format!("{:<8} {from}  {}: {}\n", f.severity.to_string(), f.check, f.detail);
            }
            let verdict = if passed { "passed" } else { "did not pass" };
            out + &format!("{}: {}\n", report.file().display(), t.verdict(passed, verdict))
        });
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(NO) })
    }
}
