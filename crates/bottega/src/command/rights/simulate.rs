use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ledger::{Currency, Money};

use crate::command::Call;
use crate::failure::Failure;

/// Pay the same release under several schemes, side by side.
#[derive(Args)]
pub(crate) struct Simulate {
    /// The timeline (OpenTimelineIO).
    file: PathBuf,
    /// What there is to share, 10000.00.
    #[arg(long)]
    pool: String,
    /// ISO 4217.
    #[arg(long, default_value = "EUR")]
    currency: Currency,
    /// Write the page there.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Simulate {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let pool = Money::parse(&self.pool, self.currency)?;
        let made = acts::rights::simulate(&call.house()?, &self.file, pool, self.report.as_deref())?;
        t.result(&made, |made| {
            let mut out = String::new();
            for payout in &made.schemes {
                out += &format!("{}\n", t.bold(&payout.scheme.to_string()));
                for line in &payout.lines {
                    out += &format!("  {:<28} {}  {}\n", line.party, line.owed, t.faint(&line.basis));
                }
                for held in &payout.held {
                    out += &format!("  {:<28} {}  {}\n", "held", held.amount, t.faint(&held.because));
                }
                for note in &payout.notes {
                    out += &format!("  {}\n", t.faint(note));
                }
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
