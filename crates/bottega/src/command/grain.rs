use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acts::fix::Wish;
use acts::grain::Measure;
use clap::{Args, Subcommand};

use super::Call;
use super::fix::{codec, house, words};
use crate::failure::Failure;

/// Measure the grain of a film or shot, or give one the grain of another.
#[derive(Args)]
pub(crate) struct Grain {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// How strong at which light, and of what size.
    Measure {
        /// A film's path, or a title or shot of the library: "Nosferatu#4".
        film: PathBuf,
    },
    /// Make a film with the grain of another.
    Match {
        /// The film that gets other grain: a path, or "Nosferatu#4".
        film: PathBuf,
        /// Where the grain comes from: a path, "Nosferatu#4", or what `grain measure --json` printed (a .json file, or - for
        /// standard input).
        #[arg(long)]
        to: PathBuf,
        /// Classical methods only, no learned nets.
        #[arg(long)]
        classical: bool,
        /// Seed of the grain.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// The film to make: .mov is ProRes 422 HQ, .mkv FFV1 (lossless), .mp4 H.264; else beside the film, as FFV1.
        #[arg(long, short = 'o', value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl Grain {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let house = house(call)?;
        match &self.what {
            What::Measure { film } => {
                let found = acts::grain::measure(house.as_ref(), film, t, call.cancel)?;
                t.result(&found, |m| {
                    let mut out =
                        format!("{}  frames {} to {}\n", t.bold(&m.film.display().to_string()), m.frames.0, m.frames.1);
                    out += &format!("  {:<10} {:.2} codes of 8 bits\n", "grain", m.deviation);
                    let levels: Vec<String> = m.levels.iter().map(|l| format!("{l:.1}")).collect();
                    out += &format!("  {:<10} {}\n", "by light", levels.join("  "));
                    let [fine, middle, coarse] = m.octaves_db;
                    out += &format!(
                        "  {:<10} fine {fine:.1} dB, middle {middle:.1} dB, coarse {coarse:.1} dB\n",
                        "by size"
                    );
                    if !m.by_time {
                        out +=
                            &t.faint("  too little held still from frame to frame; measured roughly, within frames\n");
                    }
                    out
                });
            }
            What::Match { film, to, classical, seed, out } => {
                let wanted = match read(to)? {
                    Some(measure) => measure,
                    None => acts::grain::measure(house.as_ref(), to, t, call.cancel)?,
                };
                let out = match out {
                    Some(out) => out.clone(),
                    None => {
                        let stem = film.file_stem().unwrap_or_default().to_string_lossy().replace('#', "-");
                        film.with_file_name(format!("{stem}-matched.mkv"))
                    }
                };
                let wish = Wish {
                    degrain: None,
                    deblock: None,
                    upscale: false,
                    regrain: None,
                    grain: None,
                    classical: *classical,
                    from: None,
                    length: None,
                    seed: *seed,
                    codec: codec(&out)?,
                    crf: 14,
                };
                let made = acts::grain::match_grain(house.as_ref(), film, &wanted, wish, &out, t, call.cancel)?;
                t.result(&made, |m| {
                    let [fine, middle, coarse] = m.octaves_off_db;
                    words(t, &m.made)
                        + &format!(
                            "  {:<14} {}: {:.2} codes before, {:.2} asked for, {:.2} after\n",
                            "match", m.how, m.before, m.wanted, m.after
                        )
                        + &format!(
                            "  {:<14} fine {fine:+.1} dB, middle {middle:+.1} dB, coarse {coarse:+.1} dB\n",
                            "off by size"
                        )
                });
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A measure that was printed before; `None` if `path` is something else.
fn read(path: &Path) -> Result<Option<Measure>, Failure> {
    let text = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else if path.extension().is_some_and(|e| e == "json") {
        std::fs::read_to_string(path).map_err(|e| Failure(format!("{}: {e}", path.display())))?
    } else {
        return Ok(None);
    };
    let parsed = serde_json::from_str(&text);
    parsed
        .map(Some)
        .map_err(|e| Failure(format!("{} is not what `bottega grain measure --json` prints: {e}", path.display())))
}
