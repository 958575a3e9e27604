//! The shot detector against a list of shots checked by hand (data folder; skipped loudly where it is absent).

use std::path::{Path, PathBuf};

use catalogue::shots::{FrameMark, ShotEye, detect};
use film::Into;
use media::{Pictures, PicturesOptions, Skip};

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("BOTTEGA_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    folder.join("shots").is_dir().then_some(folder)
}

fn marks(path: &Path, frames: i64) -> Vec<FrameMark> {
    let probe = media::probe(path).unwrap();
    let index = media::index(path, &probe).unwrap();
    let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
    let mut pictures = Pictures::open(path, &probe, &index, options).unwrap();
    let mut eye = ShotEye::new(8);
    let mut marks = Vec::new();
    while let Some(p) = pictures.next().unwrap() {
        if p.number() >= frames {
            break;
        }
        marks.push(eye.see(p.plane(0), Some([p.plane(1), p.plane(2)])));
    }
    marks
}

#[test]
fn the_hand_checked_film() {
    let Some(data) = data() else {
        eprintln!("SKIPPED: no data folder (set BOTTEGA_DATA): the hand-checked shot list was not tested");
        return;
    };
    let text = std::fs::read_to_string(data.join("shots/big_buck_bunny_first_300s.shots.json")).unwrap();
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let numbers =
        |key: &str| -> Vec<i64> { list[key].as_array().unwrap().iter().map(|v| v.as_i64().unwrap()).collect() };
    let (cuts, traps) = (numbers("hard_cuts"), numbers("not_cuts"));
    let marks = marks(&data.join("films/big_buck_bunny_640x360_24fps.mp4"), 7163);
    assert_eq!(marks.len(), 7163);
    let shots = detect(&marks, film::Rate::FILM);
    let found: Vec<i64> = shots.iter().filter(|s| s.into == Into::Cut).map(|s| s.range.start()).collect();
    let near = |list: &[i64], at: i64| list.iter().any(|&x| (x - at).abs() <= 1);
    let missed: Vec<_> = cuts.iter().filter(|&&c| !near(&found, c)).collect();
    let wrong: Vec<_> = found.iter().filter(|&&f| !near(&cuts, f)).collect();
    let hits = (cuts.len() - missed.len()) as f64;
    let f1 = 2.0 * hits / (cuts.len() + found.len()) as f64;
    println!("{} of {} hard cuts, missed {missed:?}, wrong {wrong:?}, F1 {f1:.3}", hits, cuts.len());
    assert!(f1 >= 0.98, "missed {missed:?}, wrong {wrong:?}, F1 {f1:.3}");
    assert!(!traps.iter().any(|&t| near(&found, t)), "fooled by a trap");
}
