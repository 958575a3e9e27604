//! What is shown while a command runs, and how.

use std::collections::HashMap;
use std::io::{IsTerminal, Write};
use std::process;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jobs::{Cancel, Progress, Unit};
use serde::Serialize;

use crate::options::{Options, When};

/// Standard output and error of a command.
pub(crate) struct Terminal {
    quiet: bool,
    json: bool,
    color_out: bool,
    color_err: bool,
    bars: MultiProgress,
    drawn: bool,
    stages: Mutex<HashMap<String, Stage>>,
}

struct Stage {
    bar: ProgressBar,
    what: String,
    total: Option<u64>,
    unit: Unit,
    begun: Instant,
    told: Instant,
}

/// How often a stage is told of where no bar can be drawn.
const TOLD_EVERY: Duration = Duration::from_secs(15);

impl Terminal {
    pub(crate) fn new(options: &Options) -> Terminal {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
        let color = |terminal: bool| match options.color {
            When::Always => true,
            When::Never => false,
            When::Auto => terminal && !plain,
        };
        let terminal = std::io::stderr().is_terminal();
        let drawn = terminal && !options.quiet;
        let target = if drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Terminal {
            quiet: options.quiet,
            json: options.json,
            color_out: color(std::io::stdout().is_terminal()),
            color_err: color(terminal),
            bars: MultiProgress::with_draw_target(target),
            drawn,
            stages: Mutex::default(),
        }
    }

    /// A flag that Ctrl-C and a polite kill raise; a second one ends the program at once.
    pub(crate) fn cancel_on_interrupt(&self) -> Cancel {
        let cancel = Cancel::new();
        let raised = cancel.clone();
        let set = ctrlc::set_handler(move || {
            if raised.is_canceled() {
                process::exit(130);
            }
            raised.cancel();
        });
        if let Err(e) = set {
            tracing::debug!("Ctrl-C ends the program at once: {e}");
        }
        cancel
    }

    /// Prints the result: as JSON if that was asked for, else as `words` says it.
    pub(crate) fn result<T: Serialize>(&self, value: &T, words: impl FnOnce(&T) -> String) {
        self.bars.clear().unwrap_or_default();
        let text = match self.json {
            true => serde_json::to_string_pretty(value).expect("results are JSON") + "\n",
            false => words(value),
        };
        // A reader that has seen enough (`| head`) is no error.
        let _ = std::io::stdout().lock().write_all(text.as_bytes());
    }

    /// A remark for a person.
    pub(crate) fn remark(&self, line: &str) {
        if !self.quiet {
            self.line(line);
        }
    }

    fn line(&self, line: &str) {
        self.bars.suspend(|| eprintln!("{line}"));
    }

    /// Why the command could not be done.
    pub(crate) fn error(&self, words: &str) {
        let label = self.paint(self.color_err, "1;31", "error:");
        self.line(&format!("{label} {words}"));
    }

    /// The command was told to stop.
    pub(crate) fn interrupted(&self) {
        self.line("interrupted; run it again to go on");
    }

    /// Bold, for standard output.
    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint(self.color_out, "1", text)
    }

    /// Faint, for standard output.
    pub(crate) fn faint(&self, text: &str) -> String {
        self.paint(self.color_out, "2", text)
    }

    /// Green or red, for standard output.
    pub(crate) fn verdict(&self, good: bool, text: &str) -> String {
        self.paint(self.color_out, if good { "32" } else { "31" }, text)
    }

    fn paint(&self, on: bool, code: &str, text: &str) -> String {
        if on { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

impl Progress for Terminal {
    fn begin(&self, id: &str, what: &str, total: Option<u64>, unit: Unit) {
        let bar = match total {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        let counts = match unit {
            Unit::Bytes => "{bytes}/{total_bytes} {bytes_per_sec}",
            Unit::Frames => "{human_pos}/{human_len} frames {per_sec}",
            Unit::Files => "{human_pos}/{human_len} files",
            Unit::Steps => "{human_pos}/{human_len}",
        };
        let style = match total {
            Some(_) => format!("{{msg:28!}} {{wide_bar}} {counts} {{eta}} left"),
            None => "{msg:28!} {spinner} {human_pos} {elapsed}".to_owned(),
        };
        bar.set_style(ProgressStyle::with_template(&style).expect("a template of ours"));
        bar.set_message(what.to_owned());
        let now = Instant::now();
        let bar = self.bars.add(bar);
        let stage = Stage { bar, what: what.to_owned(), total, unit, begun: now, told: now };
        if let Some(old) = self.stages.lock().unwrap_or_else(|p| p.into_inner()).insert(id.to_owned(), stage) {
            old.bar.finish_and_clear();
        }
    }

    fn at(&self, id: &str, done: u64) {
        let mut stages = self.stages.lock().unwrap_or_else(|p| p.into_inner());
        let Some(stage) = stages.get_mut(id) else { return };
        stage.bar.set_position(done);
        if self.drawn || self.quiet || stage.told.elapsed() < TOLD_EVERY {
            return;
        }
        stage.told = Instant::now();
        let seconds = stage.begun.elapsed().as_secs_f64();
        let rate = done as f64 / seconds;
        let unit = match stage.unit {
            Unit::Frames => " frames",
            Unit::Files => " files",
            Unit::Bytes => " bytes",
            Unit::Steps => "",
        };
        match stage.total {
            Some(total) if rate > 0.0 => eprintln!(
                "{}: {done} of {total}{unit}, {rate:.0} a second, {:.0} s left",
                stage.what,
                total.saturating_sub(done) as f64 / rate
            ),
            _ => eprintln!("{}: {done}{unit} in {seconds:.0} s", stage.what),
        }
    }

    fn end(&self, id: &str) {
        if let Some(stage) = self.stages.lock().unwrap_or_else(|p| p.into_inner()).remove(id) {
            stage.bar.finish_and_clear();
        }
    }

    fn say(&self, line: &str) {
        self.remark(line);
    }
}
