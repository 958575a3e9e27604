use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use ledger::Period;

use super::{Call, NO};
use crate::failure::Failure;

/// Check the ledger, undo a posting, close its periods, or write it out.
#[derive(Args)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Look at every byte: is it as it was written? Exit code 3 if something is not, or if no key from outside vouches for it.
    Check {
        /// Folder with the ledger's public keys, as `bottega keys trust` writes it; else the library's own key vouches.
        #[arg(long, value_name = "DIR")]
        trust: Option<PathBuf>,
        /// A checkpoint that somebody kept elsewhere; the ledger must go on from it. May be given several times.
        #[arg(long = "kept", value_name = "FILE")]
        kept: Vec<PathBuf>,
    },
    /// Write tables and a copy that can be checked elsewhere into a new folder.
    Export {
        /// The folder, which must not exist yet.
        #[arg(long, short = 'o', value_name = "DIR")]
        out: PathBuf,
    },
    /// Undo a posting by an entry of its own: nothing is ever edited. Done once, however often it is asked.
    Reverse {
        /// The posting: its number in the ledger, from 0.
        entry: u64,
        /// Why; whoever has a line in the posting reads it.
        #[arg(long, value_name = "WORDS")]
        because: String,
    },
    /// Close a period that has ended: nothing more can be posted into it. Exit code 3 if its books do not meet the rules.
    Close {
        /// Which: 2027-Q2, or 2027-05.
        period: Period,
    },
}

impl Ledger {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let (t, house) = (call.terminal, call.house()?);
        match &self.what {
            What::Check { trust, kept } => {
                let read = |path: &PathBuf| {
                    fs::read_to_string(path).map_err(|e| Failure(format!("{} cannot be read: {e}", path.display())))
                };
                let kept = kept.iter().map(read).collect::<Result<Vec<_>, _>>()?;
                let checked = acts::ledger::check(&house, &kept, trust.as_deref())?;
                t.result(&checked, |checked| {
                    let mut out = String::new();
                    for problem in &checked.report.problems {
                        out += &format!("{}, byte {}: {}\n", problem.file, problem.at, problem.what);
                    }
                    for line in &checked.report.unfinished {
                        out += &format!("{}\n", t.faint(line));
                    }
                    if let Some(why) = &checked.unvouched {
                        out += &format!("{why}\n");
                    }
                    let verdict = match checked.report.sound() {
                        true if checked.sound => "every byte is as it was written",
                        true => "consistent with itself, and nobody vouches for it",
                        false => "something was changed",
                    };
                    out + &format!(
                        "{}: {} entries, {} checkpoints: {}\n",
                        checked.folder.display(),
                        checked.report.entries,
                        checked.report.checkpoints,
                        t.verdict(checked.sound, verdict)
                    )
                });
                Ok(if checked.sound { ExitCode::SUCCESS } else { ExitCode::from(NO) })
            }
            What::Export { out } => {
                t.result(&acts::ledger::export(&house, out)?, |made| {
                    let mut out = format!("{}  {} entries\n", t.bold(&made.folder.display().to_string()), made.entries);
                    for balance in &made.accounts {
                        let sums: Vec<String> = balance.sums.iter().map(ToString::to_string).collect();
                        out += &format!("  {:<40} {}\n", balance.account.as_str(), sums.join(", "));
                    }
                    out
                });
                Ok(ExitCode::SUCCESS)
            }
            What::Reverse { entry, because } => {
                t.result(&acts::ledger::reverse(&house, *entry, because)?, |made| {
                    let when = if made.receipt.fresh { "is" } else { "was, by an earlier call," };
                    format!("entry {} {when} undone by entry {} of the ledger\n", made.reversed, made.receipt.index)
                });
                Ok(ExitCode::SUCCESS)
            }
            What::Close { period } => {
                let made = acts::statement::close(&house, *period)?;
                t.result(&made, |made| match &made.receipt {
                    Some(receipt) => format!("{} is closed, entry {} of the ledger\n", made.period, receipt.index),
                    None => {
                        let words = made.answers.iter().map(|one| super::rights::ask::words(t, &one.decision));
                        words.collect::<String>() + &format!("{} stays open\n", made.period)
                    }
                });
                Ok(if made.closed { ExitCode::SUCCESS } else { ExitCode::from(NO) })
            }
        }
    }
}
