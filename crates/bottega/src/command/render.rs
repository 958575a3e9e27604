use std::path::PathBuf;
use std::process::ExitCode;

use acts::House;
use acts::render::{codec, loudness};
use clap::Args;
use film::Timecode;
use render::MasterSpec;

use super::Call;
use crate::failure::Failure;

/// Render a timeline, the director's or one edited by hand or in another program.
#[derive(Args)]
pub(crate) struct Render {
    /// The timeline: OpenTimelineIO.
    timeline: PathBuf,
    /// What to make: H.264 in MP4, ProRes 422 HQ in MOV, or FFV1 in MKV (lossless).
    #[arg(long = "as", value_parser = ["h264", "prores", "ffv1"], default_value = "h264", value_name = "WHAT")]
    what: String,
    /// Loudness: web is -16 LUFS, r128 is -23 LUFS.
    #[arg(long, value_parser = ["web", "r128"], default_value = "web")]
    loudness: String,
    /// Quality of H.264: 0 is lossless, 51 the worst.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u8).range(0..=51))]
    crf: u8,
    /// Speed of H.264 against size: ultrafast to veryslow.
    #[arg(long, default_value = "veryfast", value_parser = PRESETS)]
    preset: String,
    /// The film to make.
    #[arg(long, short = 'o', value_name = "FILE")]
    out: PathBuf,
}

const PRESETS: [&str; 9] =
    ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];

impl Render {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let codec = codec(&self.what).expect("clap allows these names only");
        let spec = MasterSpec {
            loudness: loudness(&self.loudness).expect("clap allows these names only"),
            crf: self.crf,
            preset: self.preset.clone(),
            ..MasterSpec::new(codec)
        };
        if !self.out.extension().is_some_and(|e| e.eq_ignore_ascii_case(codec.ending())) {
            return Err(Failure(format!(
                "{} is to be {}, whose files end in .{}; name it so with -o, or choose another with --as",
                self.out.display(),
                self.what,
                codec.ending()
            )));
        }
        // A timeline can be rendered without a library, as long as its paths lead to its reels.
        let house = match (House::open(call.options.library.as_deref()), &call.options.library) {
            (Ok(house), _) => Some(house),
            (Err(e), Some(_)) => return Err(e.into()),
            (Err(acts::HouseError::Nowhere(_)), None) => None,
            (Err(e), None) => return Err(e.into()),
        };
        let library = house.as_ref().map(House::library);
        let program = acts::house::workers()?.program;
        let made = acts::render::render(&program, library, &self.timeline, &spec, &self.out, t, call.cancel)?;
        t.result(&made, |made| {
            let m = &made.master;
            let loud = match (m.loudness_lufs, m.true_peak_dbtp) {
                (Some(lufs), Some(peak)) => format!("{lufs:.1} LUFS, {peak:.1} dBTP"),
                _ => "no sound".to_owned(),
            };
            let length = Timecode::new(m.frames, m.rate, true);
            let mut out =
                format!("{}  {length}  {}x{}  {loud}\n", t.bold(&m.file.display().to_string()), m.width, m.height);
            if made.reused {
                out += &t.faint("made before from the same timeline; not made again\n");
            }
            for note in &m.notes {
                out += &format!("  {}\n", t.faint(note));
            }
            for loss in &made.losses {
                out += &format!("  not kept: {} at {}: {}\n", loss.what, loss.place, loss.kept_as);
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}
