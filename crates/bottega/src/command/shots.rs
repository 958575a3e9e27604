use std::process::ExitCode;

use catalogue::{Camera, ShotCard};
use clap::Args;
use film::Timecode;

use super::Call;
use crate::failure::Failure;

/// List a title shot by shot.
#[derive(Args)]
pub(crate) struct Shots {
    /// The title: its name, part of it, or its number.
    title: String,
}

impl Shots {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let shots = acts::shots::shots(&call.house()?, &self.title)?;
        t.result(&shots, |shots| {
            let mut out = String::new();
            let reels = if shots.reels.is_empty() { std::slice::from_ref(&shots.first) } else { &shots.reels[..] };
            for reel in reels {
                out += &format!("{}  {}\n", t.bold(&reel.title), t.faint(&reel.path.display().to_string()));
                for shot in &reel.shots {
                    out += &format!(
                        "{:>5}  {}  {:>6.2} s  {:<8}  {}\n",
                        shot.index,
                        Timecode::new(shot.start, reel.rate, false),
                        shot.seconds,
                        shot.into.to_string(),
                        words(shot)
                    );
                }
            }
            out
        });
        Ok(ExitCode::SUCCESS)
    }
}

/// What a filmmaker asks, in few words; what is unsure is left out.
fn words(shot: &ShotCard) -> String {
    let a = &shot.attributes;
    let mut words = Vec::new();
    if a.lettering > 0.5 {
        words.push("titles".to_owned());
    }
    if a.blank > 0.5 {
        words.push("blank".to_owned());
    }
    if a.exterior_confidence > 0.5 {
        words.push(if a.exterior > 0.5 { "exterior" } else { "interior" }.to_owned());
    }
    if a.day_confidence > 0.5 {
        words.push(if a.day > 0.5 { "day" } else { "night" }.to_owned());
    }
    words.push(
        match a.camera {
            Camera::Static => "static",
            Camera::PanLeft => "pan left",
            Camera::PanRight => "pan right",
            Camera::TiltUp => "tilt up",
            Camera::TiltDown => "tilt down",
            Camera::ZoomIn => "zoom in",
            Camera::ZoomOut => "zoom out",
            Camera::Handheld => "handheld",
            Camera::Moving => "moving",
        }
        .to_owned(),
    );
    if a.dialogue_seconds > 0.0 {
        words.push(format!("dialogue {:.1} s", a.dialogue_seconds));
    }
    words.join(", ")
}
