use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::Call;
use crate::failure::Failure;

pub(super) mod ask;
mod due;
mod export;
mod fix;
mod import;
mod paper;
mod simulate;
pub(super) mod terms;
mod who;

/// Record what was agreed, and ask what it allows.
///
/// Records and checks of the conditions entered by the studio. Not legal advice; a qualified person must decide.
#[derive(Args)]
pub(crate) struct Rights {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Import(import::Import),
    Export(export::Export),
    Who(who::Who),
    Ask(ask::Ask),
    Fix(fix::Fix),
    Due(due::Due),
    Simulate(simulate::Simulate),
    Paper(Box<paper::Paper>),
}

impl Rights {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        match &self.what {
            What::Import(c) => c.run(call),
            What::Export(c) => c.run(call),
            What::Who(c) => c.run(call),
            What::Ask(c) => c.run(call),
            What::Fix(c) => c.run(call),
            What::Due(c) => c.run(call),
            What::Simulate(c) => c.run(call),
            What::Paper(c) => c.run(call),
        }
    }
}
