//! What a library teaches and is judged by: whatever it holds, nothing is measured on what was taught, and what cannot be
//! done is said.

mod stage;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use stage::{Stage, ffmpeg, many_shots, trainer};

fn film(file: &Path, graph: &str) {
    ffmpeg(&["-f", "lavfi", "-i", graph, "-c:v", "libx264", "-qp", "14", "-pix_fmt", "yuv420p"], file);
}

/// Some shots of the film of many shots, as another encoding.
fn part(file: &Path, from: &str, seconds: &str, filter: &str) {
    let whole = many_shots();
    let line = ["-ss", from, "-t", seconds, "-i", whole.to_str().unwrap(), "-an", "-vf", filter, "-c:v", "libx264"];
    ffmpeg(&[&line[..], &["-qp", "20", "-pix_fmt", "yuv420p"]].concat(), file);
}

/// Rows of a net's list: title, shot, role.
fn list(home: &Path) -> Vec<(String, String, String)> {
    let text = fs::read_to_string(home.join("manifest.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[0].to_owned(), cells[2].to_owned(), cells[3].to_owned())
    };
    text.lines().skip(1).map(row).collect()
}

#[test]
fn a_film_its_other_encoding_and_its_trailer_are_taught_or_held_out_together() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    part(&stage.path("again.mkv"), "0", "60", "scale=288:162");
    // From the middles of shots: seconds 4 to 6 are one of them.
    part(&stage.path("teaser.mkv"), "4.5", "1.2", "null");
    stage.done(&["ingest", "again.mkv", "teaser.mkv"]);
    stage.done(&["train", "image", "--task", "upscale", "--steps", "2", "--threads", "2"]);
    let rows = list(&stage.path("library/.bottega/specialists/image/upscale"));
    let role = |title: &str, shot: usize| {
        rows.iter().find(|r| r.0.eq_ignore_ascii_case(title) && r.1 == shot.to_string()).map(|r| r.2.clone())
    };
    let mut both = 0;
    for shot in 0..stage::SHOTS {
        if let (Some(one), Some(other)) = (role("film", shot), role("again", shot)) {
            assert_eq!(one, other, "shot {shot} of {rows:?}");
            both += 1;
        }
    }
    assert!(both > stage::SHOTS / 2, "{both} of {rows:?}");
    assert_eq!(role("teaser", 0), role("film", 2), "{rows:?}");
    let roles: BTreeSet<&str> = rows.iter().map(|r| r.2.as_str()).collect();
    assert_eq!(roles.len(), 3, "{roles:?}");
}

#[test]
fn what_was_taught_is_no_evidence_when_it_is_held_out_later() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    part(&stage.path("one.mkv"), "0", "24", "null");
    part(&stage.path("two.mkv"), "24", "24", "null");
    stage.done(&["ingest", "one.mkv", "two.mkv"]);
    stage.done(&["train", "image", "--task", "denoise", "--steps", "2", "--threads", "2"]);
    // For another task all of the first title is held out, and stays so.
    stage.done(&["train", "image", "--task", "upscale", "--steps", "2", "--threads", "2", "--hold-out", "One"]);
    part(&stage.path("three.mkv"), "10", "3", "hue=h=90");
    stage.done(&["ingest", "three.mkv"]);
    let said = stage.run(&["specialists", "--json"]);
    assert!(said.err.contains("denoise: the library has changed; it is judged anew"), "{}", said.err);
    let home = stage.path("library/.bottega/specialists/image/denoise");
    let gate: Value = serde_json::from_slice(&fs::read(home.join("gate.json")).unwrap()).unwrap();
    let judged: BTreeSet<(String, String)> = gate["scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["title"].as_str().unwrap().to_owned(), s["shot"].to_string()))
        .collect();
    let rows = list(&home);
    assert!(rows.iter().any(|r| r.0 == "One" && r.2 == "train"), "{rows:?}");
    for (title, shot, role) in &rows {
        let seen = judged.contains(&(title.clone(), shot.clone()));
        assert!(role == "test" || !seen, "{title} {shot} was for {role}, and is judged on");
    }
    assert!(!judged.is_empty());
    // Without its list nobody knows what it was taught: what was decided before holds, and that is said.
    let before = fs::read(home.join("gate.json")).unwrap();
    fs::remove_file(home.join("manifest.csv")).unwrap();
    part(&stage.path("four.mkv"), "40", "3", "hue=h=200");
    stage.done(&["ingest", "four.mkv"]);
    let said = stage.run(&["specialists", "--json"]);
    assert!(said.err.contains("no list says") && said.err.contains("teach it again"), "{}", said.err);
    assert_eq!(fs::read(home.join("gate.json")).unwrap(), before);
}

#[test]
fn with_nothing_to_judge_by_nothing_is_taught() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    film(&stage.path("one.mkv"), "testsrc2=s=320x180:r=24:d=3");
    stage.done(&["ingest", "one.mkv"]);
    stage.run(&["train", "image", "--steps", "2"]).fails_with(&[
        "denoise is not taught",
        "upscale is not taught",
        "held out to judge it by",
        "ingest more film",
    ]);
    assert!(!stage.path("library/.bottega/specialists/image/denoise/card.json").exists());
    let all = stage.done(&["specialists"]);
    assert!(all["specialists"].as_array().unwrap().iter().all(|s| s["state"] == "base"), "{all:#}");
}

#[test]
fn a_task_that_cannot_be_taught_does_not_keep_the_others_from_it() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    // Too small to be taken smaller, with grain all over.
    part(&stage.path("grainy.mkv"), "0", "60", "scale=208:116,noise=alls=60:allf=t");
    stage.done(&["ingest", "grainy.mkv"]);
    let said = stage.run(&["train", "image", "--task", "denoise,deblock", "--steps", "2", "--threads", "2", "--json"]);
    assert_eq!(said.code, 1, "{}", said.err);
    let made = said.json();
    assert_eq!(made["specialists"].as_array().unwrap().len(), 1, "{made:#}");
    assert_eq!((&made["specialists"][0]["task"], &made["failed"][0]["task"]), (&"deblock".into(), &"denoise".into()));
    let reason = made["failed"][0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("more grain than a clean picture may") && reason.contains("ingest film with less"),
        "{reason}"
    );
    assert!(said.err.contains(reason), "it is said when it happens");
}
