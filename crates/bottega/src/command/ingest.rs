use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Call;
use crate::failure::Failure;

/// Take films into the library.
///
/// Every file found ends in exactly one list: taken, already held, not a film, or refused with reason and remedy. Films are
/// never copied or changed. Stopped or killed, it goes on where it was when run again.
#[derive(Args)]
pub(crate) struct Ingest {
    /// Films, and folders of films.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Find the shots only; a later ingest without it learns the rest.
    #[arg(long)]
    quick: bool,
}

impl Ingest {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let house = call.house()?;
        let t = call.terminal;
        let report = acts::ingest::ingest(&house, &self.paths, self.quick, t, call.cancel)?;
        t.result(&report, |report| {
            let mut out = String::new();
            for reel in &report.taken {
                out += &format!(
                    "{}  {}  {}x{}  {} fps  {}  {} shots\n",
                    t.verdict(true, "taken"),
                    t.bold(&reel.title),
                    reel.width,
                    reel.height,
                    (reel.rate.fps() * 1000.0).round() / 1000.0,
                    super::titles::clock(reel.duration_seconds),
                    reel.shots
                );
                for warning in &reel.warnings {
                    out += &format!("       {}\n", t.faint(warning));
                }
            }
            for held in &report.held {
                let whose = if held.path == held.same_as {
                    String::new()
                } else {
                    format!(" (the same as {})", held.same_as.display())
                };
                let lines = held.lines_added.map_or(String::new(), |n| format!(", {n} lines of dialogue added"));
                out += &format!("held   {}{whose}{lines}\n", held.path.display());
            }
            for other in &report.not_film {
                out += &t.faint(&format!("other  {}: {}\n", other.path.display(), other.reason));
            }
            for refused in &report.refused {
                out += &format!(
                    "{} {}: {}; {}\n",
                    t.verdict(false, "refused"),
                    refused.path.display(),
                    refused.reason,
                    refused.remedy
                );
            }
            out + &format!(
                "{} found: {} taken, {} held, {} not films, {} refused\n",
                report.found,
                report.taken.len(),
                report.held.len(),
                report.not_film.len(),
                report.refused.len()
            )
        });
        // One named film that is refused could not be done; a folder's refusals are told, and the rest was done.
        let nothing = report.taken.is_empty() && report.held.is_empty();
        Ok(if nothing && !report.refused.is_empty() { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}
