//! Small media that the tests sign, made by the `ffmpeg` program.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::process::Command;

use credential::{
    Action, Claim, Clearance, Deed, Ingredient, Keys, LogPlace, Mining, Payload, Permission, Relation, SourceType,
};
use serde_json::json;

/// Names of one file of each kind that C2PA holds.
pub(crate) const NAMES: [&str; 5] = ["film.mp4", "film.mov", "still.jpg", "still.png", "sound.wav"];

/// Makes one small file of each kind in `dir`.
pub(crate) fn make(dir: &Path) -> Vec<PathBuf> {
    let picture = ["-f", "lavfi", "-i", "testsrc=size=64x48:rate=24:duration=0.25"];
    let sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=8000:duration=0.1"];
    NAMES
        .iter()
        .map(|name| {
            let path = dir.join(name);
            let mut command = Command::new("ffmpeg");
            command.args(["-v", "error", "-nostdin", "-y"]);
            match *name {
                "sound.wav" => command.args(sound),
                "still.jpg" | "still.png" => command.args(picture).args(["-frames:v", "1", "-update", "1"]),
                _ => command.args(picture).args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]),
            };
            assert!(command.arg(&path).status().expect("the ffmpeg program runs").success());
            path
        })
        .collect()
}

pub(crate) fn keys(dir: &Path) -> Keys {
    Keys::init(&dir.join("keys"), "Officina Prova").unwrap()
}

pub(crate) fn claim() -> Claim {
    let shot = |title: &str, shot, start, end| Ingredient {
        title: title.to_owned(),
        shot: Some(shot),
        frames: Some([start, end]),
        reel: format!("b3-{shot:064x}"),
        relation: Relation::ComponentOf,
    };
    Claim {
        title: "Sintel, a trailer".to_owned(),
        actions: vec![
            Action::new(Deed::Created).from_source(SourceType::CompositeCapture),
            Action::new(Deed::Placed).using([0, 1, 2]),
            Action::new(Deed::Edited).from_source(SourceType::CompositeWithTrainedAlgorithmicMedia).using([3]),
        ],
        ingredients: vec![
            shot("Sintel", 12, 1200, 1260),
            shot("Sintel", 12, 1200, 1260),
            shot("Caminandes", 7, 0, 24),
            Ingredient {
                title: "grain, a specialist".to_owned(),
                shot: None,
                frames: None,
                reel: "weights-77".to_owned(),
                relation: Relation::InputTo,
            },
        ],
        mining: Mining { ai_inference: Permission::Constrained("with a license".to_owned()), ..Mining::reserved() },
        clearance: Clearance {
            decision: "decision-0042".to_owned(),
            log: Some(LogPlace {
                root: "00ff".repeat(16),
                checkpoint: "bottega.example/log\n42\nroot\n".to_owned(),
                inclusion: json!({ "index": 41, "hashes": ["aa", "bb"], "z": 1, "a": { "y": 2, "b": 3 } }),
            }),
            watermark: Payload::new(0x42),
        },
    }
}
