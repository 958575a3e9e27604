use std::process::ExitCode;

use acts::train::{TrainActError, Wish};
use clap::{Args, ValueEnum};

use super::{Call, NO};
use crate::failure::Failure;

/// Teach a specialist on the library's titles, on this machine.
///
/// Part of the titles is held out; on them the specialist must beat the classical method and doing nothing, or it does not
/// run. Stopped or killed, the same command goes on where it was. A task that cannot be taught does not keep the others from
/// it; the exit code is then 1, and `failed` in the JSON says why.
#[derive(Args)]
pub(crate) struct Train {
    /// Which specialist.
    #[arg(value_enum, required = true)]
    aspects: Vec<Aspect>,
    /// Only these of its tasks: denoise, deblock, upscale.
    #[arg(long = "task", value_delimiter = ',', value_name = "TASKS")]
    tasks: Vec<specialists::image::task::Task>,
    /// Titles to hold out, by name; else some are chosen by their content.
    #[arg(long, value_name = "TITLE")]
    hold_out: Vec<String>,
    /// Steps at most for each task.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..))]
    steps: Option<u64>,
    /// Minutes at most for each task.
    #[arg(long)]
    minutes: Option<f64>,
    /// Begin from nothing instead of the weights that come with Bottega.
    #[arg(long)]
    fresh: bool,
    /// Another seed gives another run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Threads; else all cores.
    #[arg(long)]
    threads: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Aspect {
    /// Grain, compression, size.
    Image,
}

impl Train {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let tasks =
            if self.tasks.is_empty() { specialists::image::task::Task::ALL.to_vec() } else { self.tasks.clone() };
        let wish = Wish {
            tasks,
            hold_out: self.hold_out.clone(),
            steps: self.steps,
            minutes: self.minutes,
            fresh: self.fresh,
            seed: self.seed,
            threads: self.threads,
        };
        let Aspect::Image = self.aspects[0];
        let lessons = match acts::train::train(&call.house()?, &wish, t, call.cancel) {
            Err(TrainActError::Barred(decision)) => {
                t.result(&decision, |decision| super::rights::ask::words(t, decision));
                return Ok(ExitCode::from(NO));
            }
            lessons => lessons?,
        };
        t.result(&lessons, |lessons| {
            let mut out = String::new();
            for one in &lessons.specialists {
                let m = &one.metrics[0];
                out += &format!("{}\n", t.bold(&format!("{} {}", one.aspect, one.task)));
                out += &format!(
                    "  {:<14} {} steps in {:.0} s, {}\n",
                    "taught", one.steps, one.seconds, one.stopped_because
                );
                out += &format!(
                    "  {:<14} {:.2} dB [{:.2}, {:.2}]; classical {:.2}, nothing {:.2} ({})\n",
                    "held out", m.value, m.low, m.high, m.classical, m.nothing, m.name
                );
                let verdict =
                    if one.gate.open { "it runs from now on" } else { "it does not run; what ran before does" };
                out += &format!("  {:<14} {}: {}\n", "gate", t.verdict(one.gate.open, verdict), one.gate.because);
                out += &format!("  {:<14} {}\n", "page", one.page.display());
            }
            for one in &lessons.failed {
                out += &format!("{}\n", t.bold(&format!("image {}", one.task)));
                out += &format!("  {:<14} {}\n", "not taught", one.reason);
            }
            out
        });
        // What was taught is kept and told; that something was not is told by the code.
        Ok(if lessons.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
