use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use rules::Answer;

use super::terms::TermsOptions;
use crate::command::{Call, NO};
use crate::failure::Failure;

/// Say the least that would have to change so that a timeline may leave the house: a consent, a cut, a territory.
///
/// Every way that is shown was tried. Exit code 3 where the answer is no as things are.
#[derive(Args)]
pub(crate) struct Fix {
    /// The timeline (OpenTimelineIO).
    file: PathBuf,
    #[command(flatten)]
    terms: TermsOptions,
}

impl Fix {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let fixes = acts::rights::fix(&call.house()?, &self.file, &self.terms.terms())?;
        let meets = fixes.decision.decision == Answer::MeetsRecordedConditions;
        t.result(&fixes, |fixes| {
            if meets {
                return super::ask::words(t, &fixes.decision);
            }
            let mut out = String::new();
            for (number, fix) in (1..).zip(&fixes.fixes) {
                let then = match fix.then {
                    Answer::MeetsRecordedConditions => t.verdict(true, "meets the recorded conditions"),
                    Answer::Unknown => t.verdict(false, "unknown"),
                    Answer::Blocked => t.verdict(false, "blocked"),
                };
                out += &format!("{}  then: {then}\n", t.bold(&format!("way {number}")));
                for change in &fix.changes {
                    out += &format!("  {:<10} {}\n", change.kind, change.sentence);
                }
            }
            if fixes.fixes.is_empty() {
                out += "no set of changes was found that would change the answer\n";
            }
            out + &format!("{}\n", t.faint(&fixes.decision.disclaimer))
        });
        Ok(if meets { ExitCode::SUCCESS } else { ExitCode::from(NO) })
    }
}
