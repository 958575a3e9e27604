use std::process::ExitCode;

use clap::Args;

use super::Call;
use crate::failure::Failure;

/// List what the library holds.
#[derive(Args)]
pub(crate) struct Titles {}

impl Titles {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let titles = acts::titles::titles(&call.house()?)?;
        t.result(&titles, |titles| {
            let mut out = String::new();
            for title in &titles.titles {
                out += &format!("{:>4}  {}\n", title.id, t.bold(&title.name));
                for reel in &title.reels {
                    out += &format!(
                        "      {}  {}x{}  {} fps  {} shots  {}\n",
                        clock(reel.duration_seconds),
                        reel.width,
                        reel.height,
                        (reel.rate.fps() * 1000.0).round() / 1000.0,
                        reel.shots,
                        t.faint(&reel.path.display().to_string())
                    );
                }
            }
            if titles.titles.is_empty() {
                out += "the library holds no title yet; take films in with `bottega ingest FOLDER`\n";
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}

/// Seconds as `1:02:03`.
pub(super) fn clock(seconds: f64) -> String {
    let s = seconds.round() as i64;
    match s / 3600 {
        0 => format!("{}:{:02}", s / 60, s % 60),
        h => format!("{h}:{:02}:{:02}", s / 60 % 60, s % 60),
    }
}
