use std::path::PathBuf;
use std::process::ExitCode;

use acts::fix::Wish;
use acts::{House, HouseError, Length};
use clap::Args;
use media::encode::Codec;

use super::Call;
use crate::failure::Failure;

/// Mend a film: take its grain away or put it back, take away what compression did, double its size.
///
/// Sound, colour tags, range and, as far as the codec holds it, depth are kept. Only what the gate lets through runs; else
/// the classical method does, and the result says so. Beside the film lie a picture of source and result side by side and
/// the recipe by which it was made.
#[derive(Args)]
pub(crate) struct Fix {
    /// The film: a path, or a title or shot of the library: "Nosferatu", "Nosferatu#4".
    film: PathBuf,
    /// Take grain away: auto, or how much of it, 0 to 100.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_parser = percent, value_name = "AMOUNT")]
    degrain: Option<f32>,
    /// Take the traces of compression away: auto asks the film how hard it was compressed, else a quantizer of H.264, 0 to 51.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_parser = quantizer, value_name = "QP")]
    deblock: Option<Quantizer>,
    /// Enlarge: 2x.
    #[arg(long, value_parser = ["2x"], value_name = "TIMES")]
    upscale: Option<String>,
    /// Put the film's own grain back: auto, or how much of it, 0 to 200.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "auto", value_parser = percent, value_name = "AMOUNT")]
    regrain: Option<f32>,
    /// Classical methods only, no learned nets.
    #[arg(long)]
    classical: bool,
    /// Begin here: 60s, 1440f, or a timecode.
    #[arg(long)]
    from: Option<Length>,
    /// Mend so much of it.
    #[arg(long, short)]
    length: Option<Length>,
    /// Seed of the grain.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Quality of H.264: 0 is lossless, 51 the worst.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u8).range(0..=51))]
    crf: u8,
    /// The film to make: .mov is ProRes 422 HQ, .mkv FFV1 (lossless), .mp4 H.264.
    #[arg(long, short = 'o', value_name = "FILE")]
    out: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Quantizer {
    Auto,
    Given(f32),
}

fn percent(text: &str) -> Result<f32, String> {
    if text == "auto" {
        return Ok(1.0);
    }
    match text.trim_end_matches('%').parse::<f32>() {
        Ok(v) if (0.0..=200.0).contains(&v) => Ok(v / 100.0),
        _ => Err(format!("`{text}` is no amount; write auto, or a number such as 60")),
    }
}

fn quantizer(text: &str) -> Result<Quantizer, String> {
    if text == "auto" {
        return Ok(Quantizer::Auto);
    }
    match text.parse::<f32>() {
        Ok(v) if (0.0..=51.0).contains(&v) => Ok(Quantizer::Given(v)),
        _ => Err(format!("`{text}` is no quantizer; write auto, or a number from 0 to 51")),
    }
}

/// The library, if there is one: mending a file needs none.
pub(crate) fn house(call: &Call<'_>) -> Result<Option<House>, Failure> {
    match (House::open(call.options.library.as_deref()), &call.options.library) {
        (Ok(house), _) => Ok(Some(house)),
        (Err(HouseError::Nowhere(_)), None) => Ok(None),
        (Err(e), _) => Err(e.into()),
    }
}

/// The codec of a file's ending.
pub(crate) fn codec(out: &std::path::Path) -> Result<Codec, Failure> {
    let ending = out.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    [Codec::ProRes, Codec::Ffv1, Codec::H264].into_iter().find(|c| c.ending() == ending).ok_or_else(|| {
        Failure(format!(
            "{} ends in none of .mov (ProRes), .mkv (FFV1, lossless) and .mp4 (H.264); name it so with -o",
            out.display()
        ))
    })
}

impl Fix {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let wish = Wish {
            degrain: self.degrain.map(|a| a.min(1.0)),
            deblock: self.deblock.map(|q| match q {
                Quantizer::Auto => None,
                Quantizer::Given(qp) => Some(qp),
            }),
            upscale: self.upscale.is_some(),
            regrain: self.regrain,
            grain: None,
            classical: self.classical,
            from: self.from.clone(),
            length: self.length.clone(),
            seed: self.seed,
            codec: codec(&self.out)?,
            crf: self.crf,
        };
        let made = acts::fix::fix(house(call)?.as_ref(), &self.film, &wish, &self.out, t, call.cancel)?;
        t.result(&made, |made| words(t, made));
        Ok(ExitCode::SUCCESS)
    }
}

/// What was mended, for a person.
pub(crate) fn words(t: &crate::terminal::Terminal, made: &acts::fix::Mended) -> String {
    let f = &made.fixed;
    let mut out = format!(
        "{}  {} frames, {}x{} {}, {:.1} frames a second\n",
        t.bold(&f.file.display().to_string()),
        f.frames,
        f.width,
        f.height,
        f.format,
        f.frames_per_second
    );
    for pass in &f.passes {
        let idle = match pass.untouched {
            0 => String::new(),
            n => format!(", nothing to do on {n} frames"),
        };
        out += &format!("  {:<14} {}{idle}\n", pass.task.to_string(), pass.by);
    }
    if let Some(qp) = made.quantizer {
        out += &format!("  {:<14} {qp:.0}\n", "quantizer");
    }
    for shot in f.shots.iter().take(8) {
        out += &format!("  {:<14} {:.1} codes from frame {}\n", "grain", shot.grain.luma.mean(), shot.frame);
    }
    if f.shots.len() > 8 {
        out += &format!("  {:<14} {} more shots in the recipe\n", "", f.shots.len() - 8);
    }
    out += &format!("  {:<14} {}\n", "side by side", made.sheet.display());
    out += &format!("  {:<14} {}\n", "recipe", made.recipe.display());
    for note in &f.notes {
        out += &format!("  {}\n", t.faint(note));
    }
    out
}
