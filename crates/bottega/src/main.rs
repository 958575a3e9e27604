//! The command line of Bottega: what a person types, one command per file.
//!
//! Results go to standard output, as words or (`--json`) as one JSON document; progress, remarks and errors go to standard
//! error. Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 done, and the answer is no; 130 interrupted.

mod command;
mod failure;
mod options;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use crate::failure::Failure;
use crate::options::Options;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    // A worker of ours: `bottega yard JOB`, called by nobody else, and before anything is set up.
    let mut words = std::env::args_os().skip(1);
    if let (Some(first), Some(job), None) = (words.next(), words.next(), words.next())
        && first == "yard"
    {
        return acts::yard::serve(&job.to_string_lossy());
    }
    let options = Options::parse();
    let terminal = Terminal::new(&options);
    let cancel = terminal.cancel_on_interrupt();
    match command::run(&options, &terminal, &cancel) {
        Ok(code) => code,
        Err(_) if cancel.is_canceled() => {
            terminal.interrupted();
            ExitCode::from(130)
        }
        Err(Failure(words)) => {
            terminal.error(&words);
            ExitCode::from(1)
        }
    }
}
