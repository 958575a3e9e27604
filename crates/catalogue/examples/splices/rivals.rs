//! Other detectors on the same films.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::score::{self, Score};
use crate::{Known, row};

/// Prints each rival's lines, at the threshold with the best F1 of hard cuts.
pub(crate) fn print(films: &[Known], folder: &Path) {
    let python = match python(folder) {
        Ok(python) => python,
        Err(why) => return println!("no rivals: {why}"),
    };
    let script = folder.join("rivals.py");
    std::fs::write(&script, include_str!("rivals.py")).expect("the temporary folder can be written");
    let out = Command::new(python).arg(script).args(films.iter().map(|f| &f.path)).output().expect("python runs");
    let Ok(found) = serde_json::from_slice::<BTreeMap<PathBuf, BTreeMap<String, Vec<i64>>>>(&out.stdout) else {
        return println!("no rivals: {}", String::from_utf8_lossy(&out.stderr));
    };
    let mut best: BTreeMap<String, (f64, String, Vec<Score>, Vec<Score>)> = BTreeMap::new();
    let Some(kinds) = found.values().next() else { return };
    for kind in kinds.keys() {
        let (mut cuts, mut soft) = (Vec::new(), Vec::new());
        for film in films {
            let found: Vec<i64> = found[&film.path][kind].iter().copied().filter(|&f| f < film.truth.frames).collect();
            let truth: Vec<(i64, i64)> = film.truth.gradual.iter().map(|g| (g.1, g.2)).collect();
            // A cut reported inside a gradual transition is right as far as such a detector can be.
            let hard: Vec<i64> =
                found.iter().copied().filter(|f| !truth.iter().any(|t| (t.0 - 1..=t.1 + 1).contains(f))).collect();
            cuts.push(score::cuts(&hard, &film.truth.cuts).0);
            soft.push(score::touched(&found, &truth));
        }
        let f1 = cuts.iter().copied().fold(Score::default(), Score::plus).f1();
        let name = kind.split(' ').next().unwrap_or_default().to_owned();
        if best.get(&name).is_none_or(|b| f1 > b.0) {
            best.insert(name, (f1, kind.clone(), cuts, soft));
        }
    }
    for (_, kind, cuts, soft) in best.into_values() {
        row(&format!("{kind}, hard cuts"), &cuts);
        let all = soft.into_iter().fold(Score::default(), Score::plus);
        println!(
            "{:32} a cut inside {} of {} gradual transitions ({:.3})",
            format!("{kind}, gradual"),
            all.hits,
            all.truth,
            all.recall()
        );
    }
}

fn python(folder: &Path) -> Result<PathBuf, String> {
    let home = folder.join("venv");
    let python = home.join("bin/python");
    let works =
        |p: &Path| Command::new(p).args(["-c", "import scenedetect, cv2"]).output().is_ok_and(|o| o.status.success());
    if works(&python) {
        return Ok(python);
    }
    let run = |c: &mut Command| {
        c.output().map_err(|e| e.to_string()).and_then(|o| {
            if o.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&o.stderr).into_owned()) }
        })
    };
    run(Command::new("python3").args(["-m", "venv"]).arg(&home))
        .map_err(|e| format!("python3 with venv is missing: {e}"))?;
    run(Command::new(&python).args(["-m", "pip", "install", "-q", "scenedetect", "opencv-python-headless"]))
        .map_err(|e| format!("scenedetect could not be installed: {e}"))?;
    if works(&python) { Ok(python) } else { Err("scenedetect was installed and cannot be imported".into()) }
}
