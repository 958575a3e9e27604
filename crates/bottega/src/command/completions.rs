use std::process::ExitCode;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::failure::Failure;
use crate::options::Options;

/// Print completions for a shell: `bottega completions bash > ~/.local/share/bash-completion/completions/bottega`.
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<ExitCode, Failure> {
        clap_complete::generate(self.shell, &mut Options::command(), "bottega", &mut std::io::stdout());
        Ok(ExitCode::SUCCESS)
    }
}
