use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::rights::terms::TermsOptions;
use super::{Call, NO};
use crate::failure::Failure;

/// Let a timeline leave the house: asked, made, judged, signed, written into the ledger, with its papers.
///
/// Only where every recorded condition is met and qc found nothing that stops it; else exit code 3, and nothing leaves.
#[derive(Args)]
pub(crate) struct Release {
    /// The timeline (OpenTimelineIO).
    file: PathBuf,
    #[command(flatten)]
    terms: TermsOptions,
    /// What to make: h264, prores or ffv1.
    #[arg(long = "as", value_parser = ["h264", "prores", "ffv1"], default_value = "h264")]
    codec: String,
    /// Folder for the film and its papers.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl Release {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let codec = acts::render::codec(&self.codec).expect("one of those that clap lets through");
        let terms = self.terms.terms();
        let made = acts::release::release(&call.house()?, &self.file, &terms, codec, &self.to, t, call.cancel)?;
        t.result(&made, |made| {
            let mut out = super::rights::ask::words(t, &made.decision);
            for finding in &made.findings {
                out += &format!("{} {}: {}\n", finding.severity, finding.check, finding.detail);
            }
            if let Some(file) = &made.file {
                out += &format!("{}  {}\n", t.verdict(true, "released"), file.display());
                if let Some(beside) = &made.credential {
                    out +=
                        &format!("  {}  {}\n", beside.display(), t.faint("its credential: give it away with the film"));
                }
            } else {
                out += &format!("{}\n", t.verdict(false, "nothing left the house"));
            }
            for line in &made.owed {
                out += &format!("  owed  {}  {}  {}\n", line.party, line.owed, line.what);
            }
            for path in &made.papers {
                out += &format!("  {}\n", path.display());
            }
            out
        });
        Ok(if made.released { ExitCode::SUCCESS } else { ExitCode::from(NO) })
    }
}
