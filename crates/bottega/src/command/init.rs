use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::Call;
use crate::failure::Failure;

/// Make a folder a library.
///
/// Films stay where they are; what Bottega makes lies in `.bottega` inside the folder.
#[derive(Args)]
pub(crate) struct Init {
    /// The folder; made if it is not there.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

impl Init {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let made = acts::house::init(&self.dir)?;
        call.terminal.result(&made, |m| {
            format!("{} is a library; take films in with `bottega ingest FOLDER` from there\n", m.library.display())
        });
        Ok(ExitCode::SUCCESS)
    }
}
