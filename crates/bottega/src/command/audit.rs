use std::path::PathBuf;
use std::process::ExitCode;

use acts::audit::Wish;
use clap::Args;
use specialists::image::task::Task;

use super::Call;
use crate::failure::Failure;

/// Is this library enough, for which job? Verdicts with error bars, and what to add.
///
/// Trains each specialist on small parts of the library, follows the learning curve to all of it and never beyond eight times
/// the largest part, and weighs how dense and how varied the library is. Stopped or killed, the same command goes on. Without
/// the engines that train and run nets it says what needs neither, and the rest is unknown.
#[derive(Args)]
pub(crate) struct Audit {
    /// Only these tasks: denoise, deblock, upscale.
    #[arg(long = "task", value_delimiter = ',', value_name = "TASKS")]
    tasks: Vec<Task>,
    /// Planned film: +40h, 1.5h, or a list of titles as CSV (columns hours, title, and as wanted place, day/night, motion,
    /// kind).
    #[arg(long, num_args = 1.., value_name = "PLAN")]
    what_if: Vec<String>,
    /// What will be asked for, and how far it lies from the library: "night exterior, fast", or a shot like "Nosferatu#4".
    #[arg(long = "request", value_name = "REQUEST")]
    requests: Vec<String>,
    /// Titles that are animation; the library keeps it.
    #[arg(long, num_args = 1.., value_name = "TITLE")]
    animation: Vec<String>,
    /// Titles that are live action; the library keeps it.
    #[arg(long, num_args = 1.., value_name = "TITLE")]
    live_action: Vec<String>,
    /// Steps of each small training.
    #[arg(long, default_value_t = 240, value_parser = clap::value_parser!(u64).range(20..))]
    steps: u64,
    /// Train on everything as well, once the prediction is written down, and say how far off it was.
    #[arg(long)]
    validate: bool,
    /// A control: shuffle what is to be learned, so that nothing can be.
    #[arg(long, hide = true)]
    shuffled: bool,
    /// The page; else audit.html in the library's folder.
    #[arg(long, short = 'o', value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Audit {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let wish = Wish {
            tasks: if self.tasks.is_empty() { Task::ALL.to_vec() } else { self.tasks.clone() },
            steps: self.steps,
            what_if: self.what_if.clone(),
            requests: self.requests.clone(),
            animation: self.animation.clone(),
            live_action: self.live_action.clone(),
            validate: self.validate,
            shuffled: self.shuffled,
            page: self.out.clone(),
        };
        let answer = acts::audit::audit(&call.house()?, &wish, t, call.cancel)?;
        t.result(&answer, |answer| {
            let l = &answer.audit.library;
            let mut out = format!(
                "{:.2} hours of film, {} shots, {} of them unique, worth {:.0} by their variety\n",
                l.film_hours, l.shots, l.unique_shots, l.effective_shots
            );
            for v in &answer.audit.verdicts {
                let word = v.verdict.name().to_uppercase();
                out += &format!(
                    "{}  {}\n",
                    t.bold(&format!("{} {}", v.aspect, v.task)),
                    t.verdict(word == "GREEN", &word)
                );
                out += &format!("  {}\n", v.because);
                for note in &v.notes {
                    out += &format!("  {note}\n");
                }
                for need in &v.needs {
                    out += &format!("  needs {}\n", need.words());
                }
                for part in [("density", &v.density), ("variety", &v.variety)] {
                    out += &format!("  {:<8} {:<7} {}\n", part.0, part.1.verdict.name(), part.1.because);
                }
            }
            for asked in &answer.requests {
                let word = asked.verdict.name().to_uppercase();
                out += &format!("{}  {}\n", t.bold(&asked.request), t.verdict(word == "GREEN", &word));
                out += &format!("  {}\n", asked.because);
            }
            if let Some(what_if) = &answer.what_if {
                out += &format!("{}\n", t.bold(&format!("with {:.1} hours more", what_if.hours)));
                for c in &what_if.changes {
                    out += &format!(
                        "  {:<24} {} to {}\n",
                        format!("{} {}", c.aspect, c.task),
                        c.verdict.0.name(),
                        c.verdict.1.name()
                    );
                }
                for line in &what_if.assumed {
                    out += &format!("  {line}\n");
                }
            }
            for v in &answer.validated {
                let off = v.came.map(|came| 100.0 * (v.predicted / came - 1.0));
                out += &format!(
                    "  {:<10} predicted {:.3e} [{:.3e}, {:.3e}], came {:.3e}: off by {:.1} %\n",
                    v.task.to_string(),
                    v.predicted,
                    v.low,
                    v.high,
                    v.came.unwrap_or(f64::NAN),
                    off.unwrap_or(f64::NAN)
                );
            }
            out + &format!("page  {}\n", answer.page.display())
        });
        Ok(ExitCode::SUCCESS)
    }
}
