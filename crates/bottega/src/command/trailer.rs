use std::path::PathBuf;
use std::process::ExitCode;

use acts::Length;
use acts::draft::{Aspect, ShotName, Wanted};
use clap::{Args, ValueEnum};
use film::Timecode;

use super::{Call, NO};
use crate::failure::Failure;

/// Cut a trailer of a title.
///
/// Makes an editable timeline (OpenTimelineIO), the film, a report that plays it beside its timeline and says why each clip
/// is there, a contact sheet and a poster. The same seed gives the same cut.
#[derive(Args)]
pub(crate) struct Trailer {
    /// The title: its name, part of it, or its number.
    title: String,
    /// Length: 60s, 1m30s, 1440f (frames), or a timecode.
    #[arg(long, short, default_value = "60s")]
    length: Length,
    /// Music to cut to; without it the film's own sound sets the rhythm.
    #[arg(long, short, value_name = "FILE")]
    music: Option<PathBuf>,
    /// Keep clear of the film's last turning points (nothing after 66 % of it).
    #[arg(long, conflicts_with = "until")]
    spoiler_free: bool,
    /// Show nothing after this share of the film: 70% or 0.7.
    #[arg(long, value_parser = share, value_name = "SHARE")]
    until: Option<f32>,
    /// Another seed gives another cut.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many different cuts to make.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=20))]
    variants: u8,
    /// How it should feel.
    #[arg(long, value_enum, default_value = "balanced")]
    tone: Tone,
    /// Shape of the picture: 16:9, 9:16, 1:1, or a raster such as 1920x1080; else the film's own.
    #[arg(long)]
    aspect: Option<Aspect>,
    /// Put bars where the picture has another shape, instead of cutting off its sides.
    #[arg(long)]
    letterbox: bool,
    /// Shots that must be in: 12,40, or REEL:SHOT for a title of several reels.
    #[arg(long, value_delimiter = ',', value_name = "SHOTS")]
    must: Vec<ShotName>,
    /// Shots that must not.
    #[arg(long, value_delimiter = ',', value_name = "SHOTS")]
    must_not: Vec<ShotName>,
    /// Words of the title card, else the title's name.
    #[arg(long, value_name = "WORDS")]
    title_text: Option<String>,
    /// No title card.
    #[arg(long)]
    no_title: bool,
    /// A line at the end; may be given several times.
    #[arg(long = "credit", value_name = "LINE")]
    credits: Vec<String>,
    /// The film's own titles and credits may be shown.
    #[arg(long)]
    allow_lettering: bool,
    /// Give clips of unequal grain one grain, by adding to those that have less.
    #[arg(long)]
    match_grain: bool,
    /// A trial, whatever is recorded of rights; its report says so.
    #[arg(long)]
    sandbox: bool,
    /// Loudness: web is -16 LUFS, r128 is -23 LUFS.
    #[arg(long, value_parser = ["web", "r128"], default_value = "web")]
    loudness: String,
    /// Folder for what is made.
    #[arg(long, short = 'o', value_name = "DIR")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tone {
    /// Long clips, dissolves, a late and moderate rise.
    Quiet,
    /// A calm set-up and a rising montage.
    Balanced,
    /// Short clips and much motion from the start.
    Driving,
}

fn share(text: &str) -> Result<f32, String> {
    let bad = || format!("`{text}` is not a share of the film; write 70% or 0.7");
    let share = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f32>().map_err(|_| bad())? / 100.0,
        None => text.trim().parse::<f32>().map_err(|_| bad())?,
    };
    if share > 0.0 && share <= 1.0 { Ok(share) } else { Err(bad()) }
}

impl Trailer {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let wanted = Wanted {
            title: self.title.clone(),
            length: self.length.clone(),
            music: self.music.clone(),
            seed: self.seed,
            spoiler_free: self.spoiler_free,
            until: self.until,
            tone: match self.tone {
                Tone::Quiet => director::Tone::Quiet,
                Tone::Balanced => director::Tone::Balanced,
                Tone::Driving => director::Tone::Driving,
            },
            aspect: self.aspect,
            letterbox: self.letterbox,
            must: self.must.clone(),
            must_not: self.must_not.clone(),
            title_text: self.title_text.clone(),
            title_card: !self.no_title,
            credits: self.credits.clone(),
            allow_lettering: self.allow_lettering,
            match_grain: self.match_grain,
            sandbox: self.sandbox,
        };
        let variants = usize::from(self.variants);
        let house = call.house()?;
        let made = acts::trailer::trailer(&house, &wanted, variants, &self.loudness, &self.out, t, call.cancel)?;
        t.result(&made, |first| {
            let mut out = String::new();
            for made in std::iter::once(first).chain(&first.variants) {
                out += &format!(
                    "{}  {} clips, {}\n",
                    t.bold(&made.master.display().to_string()),
                    made.clips.len(),
                    Timecode::new(made.frames, made.rate, true)
                );
                for (what, path) in [
                    ("timeline", &made.timeline),
                    ("report", &made.report),
                    ("contact sheet", &made.sheet),
                    ("poster", &made.poster),
                ] {
                    out += &format!("  {what:<14} {}\n", path.display());
                }
                let loud = match (made.loudness_lufs, made.true_peak_dbtp) {
                    (Some(lufs), Some(peak)) => format!("{lufs:.1} LUFS, {peak:.1} dBTP"),
                    _ => "no sound".to_owned(),
                };
                out += &format!("  {:<14} {loud}\n", "sound");
                let verdict = if made.passed { "passed" } else { "did not pass" };
                out += &format!("  {:<14} {}\n", "qc", t.verdict(made.passed, verdict));
                for finding in &made.findings {
                    out += &format!("    {} {}: {}\n", finding.severity, finding.check, finding.detail);
                }
                for note in &made.notes {
                    out += &format!("  {}\n", t.faint(note));
                }
            }
            out
        });
        let passed = made.passed && made.variants.iter().all(|made| made.passed);
        Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(NO) })
    }
}
