use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, CommandFactory};
use serde_json::json;

use super::Call;
use crate::failure::Failure;
use crate::options::Options;

/// Write the manual pages into a folder: `bottega man ~/.local/share/man/man1`.
#[derive(Args)]
pub(crate) struct Man {
    /// The folder; made if it is not there.
    dir: PathBuf,
}

impl Man {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let cannot = |e: std::io::Error| Failure(format!("{} cannot be written: {e}", self.dir.display()));
        std::fs::create_dir_all(&self.dir).map_err(cannot)?;
        clap_mangen::generate_to(Options::command(), &self.dir).map_err(cannot)?;
        call.terminal.result(&json!({ "dir": self.dir }), |_| {
            format!("manual pages are in {}; read one with `man -l {0}/bottega.1`\n", self.dir.display())
        });
        Ok(ExitCode::SUCCESS)
    }
}
