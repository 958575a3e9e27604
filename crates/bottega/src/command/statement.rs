use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use ledger::Period;

use super::Call;
use crate::failure::Failure;

/// State what a party was due in a period, with a proof that can be checked alone.
#[derive(Args)]
pub(crate) struct Statement {
    /// The party: its record, p:rossi-elena, or its name.
    party: String,
    /// 2027-Q2, or 2027-05.
    #[arg(long)]
    period: Period,
    /// Folder for the page and the proof; `bottega verify PROOF --trust DIR` checks it anywhere.
    #[arg(long, short = 'o', value_name = "DIR")]
    out: Option<PathBuf>,
}

impl Statement {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let made = acts::statement::statement(&call.house()?, &self.party, self.period, self.out.as_deref())?;
        t.result(&made, |made| {
            let s = &made.statement;
            let mut out = format!("{}  {}\n", t.bold(s.party.as_str()), s.period);
            for line in &s.lines {
                let l = &line.line;
                out += &format!(
                    "  {}  {}  {}{}  {}\n",
                    line.on,
                    l.money(),
                    l.used.as_deref().unwrap_or(&line.about),
                    l.seconds.map_or(String::new(), |seconds| format!("  {seconds} s")),
                    t.faint(l.zero.as_deref().or(l.basis.as_deref()).unwrap_or_default())
                );
            }
            let owed: Vec<String> = s.owed.iter().map(ToString::to_string).collect();
            out += &format!("  owed  {}\n", if owed.is_empty() { "nothing".to_owned() } else { owed.join(", ") });
            if !made.complete {
                out += &format!("  {}\n", t.faint("the period is open: more lines may come"));
            }
            for path in made.page.iter().chain(&made.proof) {
                out += &format!("  {}\n", path.display());
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
