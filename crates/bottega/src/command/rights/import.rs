use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::command::Call;
use crate::failure::Failure;

/// Take in what was agreed: rows from TOML and CSV, and the papers that they name.
///
/// All rows come in, or none does and every fault is told with its file and line. Other files are papers, kept by their
/// SHA-256. Rows are only ever added: a row of the same name takes the place of the older one, which stays in its history;
/// consents are changed by events alone.
#[derive(Args)]
pub(crate) struct Import {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

impl Import {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let came = acts::rights::import(&call.house()?, &self.paths, t, call.cancel)?;
        t.result(&came, |came| {
            let mut out = format!(
                "{}  {} new, {} changed, {} as before; {} papers kept\n",
                t.bold("recorded"),
                came.rows.new,
                came.rows.changed,
                came.rows.same,
                came.papers.len()
            );
            for (kind, rows) in &came.kinds {
                out += &format!("  {kind:<14} {rows}\n");
            }
            for flag in &came.flags {
                out += &format!("{}  {flag}\n", t.verdict(false, "look"));
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
