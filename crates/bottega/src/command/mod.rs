//! The commands.

use std::process::ExitCode;

use acts::House;
use clap::Subcommand;
use jobs::Cancel;

use crate::failure::Failure;
use crate::options::Options;
use crate::terminal::Terminal;

mod audit;
mod completions;
mod fix;
mod grain;
mod ingest;
mod init;
mod keys;
mod ledger;
mod man;
mod qc;
mod release;
mod render;
mod rights;
mod shots;
mod specialists;
mod statement;
mod titles;
mod trailer;
mod train;
mod verify;

/// The answer is no.
const NO: u8 = 3;

#[derive(Subcommand)]
pub(crate) enum Command {
    Init(init::Init),
    Ingest(ingest::Ingest),
    Titles(titles::Titles),
    Shots(shots::Shots),
    Trailer(Box<trailer::Trailer>),
    Render(render::Render),
    Qc(qc::Qc),
    Audit(audit::Audit),
    Train(train::Train),
    Specialists(specialists::Specialists),
    Fix(fix::Fix),
    Grain(grain::Grain),
    Rights(Box<rights::Rights>),
    Release(Box<release::Release>),
    Verify(verify::Verify),
    Statement(statement::Statement),
    Ledger(ledger::Ledger),
    Keys(keys::Keys),
    Completions(completions::Completions),
    Man(man::Man),
}

/// What every command is given.
pub(crate) struct Call<'a> {
    options: &'a Options,
    terminal: &'a Terminal,
    cancel: &'a Cancel,
}

impl Call<'_> {
    fn house(&self) -> Result<House, Failure> {
        Ok(House::open(self.options.library.as_deref())?)
    }
}

/// Does what was typed.
pub(crate) fn run(options: &Options, terminal: &Terminal, cancel: &Cancel) -> Result<ExitCode, Failure> {
    let call = Call { options, terminal, cancel };
    match &options.command {
        Command::Init(c) => c.run(&call),
        Command::Ingest(c) => c.run(&call),
        Command::Titles(c) => c.run(&call),
        Command::Shots(c) => c.run(&call),
        Command::Trailer(c) => c.run(&call),
        Command::Render(c) => c.run(&call),
        Command::Qc(c) => c.run(&call),
        Command::Audit(c) => c.run(&call),
        Command::Train(c) => c.run(&call),
        Command::Specialists(c) => c.run(&call),
        Command::Fix(c) => c.run(&call),
        Command::Grain(c) => c.run(&call),
        Command::Rights(c) => c.run(&call),
        Command::Release(c) => c.run(&call),
        Command::Verify(c) => c.run(&call),
        Command::Statement(c) => c.run(&call),
        Command::Ledger(c) => c.run(&call),
        Command::Keys(c) => c.run(&call),
        Command::Completions(c) => c.run(),
        Command::Man(c) => c.run(&call),
    }
}
