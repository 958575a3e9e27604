//! From a film to a finished trailer and back again: exact lengths, whole shots, the same cut for the same seed, films that
//! have moved, timelines edited elsewhere, and pictures equal to the film's bit for bit.

mod stage;

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stage::{Stage, data, ffmpeg};

fn trailer(stage: &Stage, title: &str, words: &[&str], out: &str) -> Value {
    let said = stage.run(&[&["trailer", title, "--json", "-o", out], words].concat());
    assert!(said.code == 0 || said.code == 3, "{}", said.err);
    said.json()
}

/// What ffprobe says of the picture: frames decoded and codec.
fn probe(file: &Path) -> (i64, String) {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-count_frames", "-select_streams", "v:0", "-of", "json"])
        .args(["-show_entries", "stream=nb_read_frames,codec_name"])
        .arg(file)
        .output()
        .expect("the tests need the ffprobe program");
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stream = &value["streams"][0];
    (stream["nb_read_frames"].as_str().unwrap().parse().unwrap(), stream["codec_name"].as_str().unwrap().to_owned())
}

fn integer(value: &Value, key: &str) -> i64 {
    value[key].as_i64().unwrap_or_else(|| panic!("{key} in {value:#}"))
}

/// The laws of a cut: exact length, ranges that follow one another, every clip inside its shot, no shot twice.
fn lawful(made: &Value, shots: &Value, frames: i64) {
    assert_eq!(made["frames"], frames);
    assert_eq!(probe(Path::new(made["master"].as_str().unwrap())).0, frames);
    let (mut at, mut seen) = (0, HashSet::new());
    for clip in made["clips"].as_array().unwrap() {
        let (start, end) = (integer(clip, "record_start"), integer(clip, "record_end"));
        assert!(start >= at && end > start && end <= frames, "{clip:#}");
        at = end;
        assert!(!clip["why"].as_array().unwrap().is_empty(), "{clip:#}");
        if clip["reel"].is_null() {
            continue;
        }
        let number = integer(clip, "shot");
        assert!(seen.insert(number), "shot {number} twice");
        let shot = &shots["shots"][number as usize];
        assert!(integer(clip, "start") >= integer(shot, "start") && integer(clip, "end") <= integer(shot, "end"));
        assert_eq!(integer(clip, "end") - integer(clip, "start"), end - start);
    }
    assert!(seen.len() > 1, "a trailer has several shots");
}

#[test]
fn a_film_becomes_trailers_of_exact_length_the_same_for_the_same_seed() {
    let stage = Stage::new();
    stage.with_film();
    let shots = stage.done(&["shots", "film"]);
    let made = trailer(&stage, "film", &["--length", "6s"], "six");
    lawful(&made, &shots, 144);
    lawful(&trailer(&stage, "film", &["--length", "20s", "--seed", "7"], "twenty"), &shots, 480);
    trailer(&stage, "film", &["--length", "6s"], "again");
    let otio = |folder: &str| fs::read(stage.path(folder).join("trailer.otio")).unwrap();
    assert!(otio("six") == otio("again"), "one seed, one timeline");
    for file in ["report", "sheet", "poster"] {
        assert!(fs::metadata(made[file].as_str().unwrap()).unwrap().len() > 1000, "{file}");
    }
}

#[test]
fn a_timeline_renders_in_every_codec_again_and_after_its_film_has_moved() {
    let stage = Stage::new();
    stage.with_film();
    let made = trailer(&stage, "film", &["--length", "6s"], "t");
    for (name, codec, file) in [("prores", "prores", "a.mov"), ("ffv1", "ffv1", "a.mkv"), ("h264", "h264", "a.mp4")] {
        let words = ["render", "t/trailer.otio", "--as", name, "-o", file];
        let rendered = stage.done(&words);
        assert_eq!((&rendered["reused"], &rendered["frames"]), (&Value::Bool(false), &made["frames"]));
        assert_eq!(probe(&stage.path(file)), (144, codec.to_owned()));
        let written = fs::metadata(stage.path(file)).unwrap().modified().unwrap();
        assert_eq!(stage.done(&words)["reused"], true, "made before, so not made again");
        assert_eq!(fs::metadata(stage.path(file)).unwrap().modified().unwrap(), written);
    }
    exact(&stage, &made);
    fs::create_dir(stage.path("elsewhere")).unwrap();
    fs::rename(stage.path("film.mp4"), stage.path("elsewhere/renamed.mp4")).unwrap();
    let found = stage.done(&["ingest", "elsewhere"]);
    assert_eq!(found["held"].as_array().unwrap().len(), 1, "known by its content: {found:#}");
    let moved = stage.done(&["render", "t/trailer.otio", "--as", "ffv1", "-o", "moved.mkv"]);
    assert_eq!(moved["frames"], made["frames"]);
    assert_eq!(frames(&stage.path("moved.mkv")), frames(&stage.path("a.mkv")), "the same film, the same pictures");
}

/// Sums of all pictures of a film, decoded.
fn frames(file: &Path) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(file)
        .args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let sum = |line: &str| line.rsplit(',').next().unwrap().trim().to_owned();
    text.lines().filter(|line| !line.starts_with('#')).map(sum).collect()
}

/// Every frame of `a.mkv` that no effect touches is the film's, bit for bit.
fn exact(stage: &Stage, made: &Value) {
    let (film, cut) = (frames(&stage.path("film.mp4")), frames(&stage.path("a.mkv")));
    let (mut equal, mut all) = (0, 0);
    for clip in made["clips"].as_array().unwrap().iter().filter(|clip| !clip["reel"].is_null()) {
        let (from, at) = (integer(clip, "start") as usize, integer(clip, "record_start") as usize);
        let length = (integer(clip, "record_end") - integer(clip, "record_start")) as usize;
        let same: Vec<bool> = (0..length).map(|i| film[from + i] == cut[at + i]).collect();
        // A fade or a dissolve touches a clip's ends only.
        let (first, last) = (same.iter().position(|&s| s), same.iter().rposition(|&s| s));
        let (first, last) = (first.expect("a clip that no effect covers"), last.unwrap());
        assert!(same[first..=last].iter().all(|&s| s), "changed inside a clip: {clip:#}");
        equal += last - first + 1;
        all += length;
    }
    assert!(equal * 10 >= all * 7, "{equal} of {all} frames equal the film's");
}

#[test]
fn a_timeline_edited_by_the_reference_library_renders_with_its_new_length() {
    let python = std::env::var("BOTTEGA_OTIO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import opentimelineio"]).output().is_ok_and(|o| o.status.success());
    if !there {
        eprintln!("SKIPPED: {python} has no opentimelineio; `pip install opentimelineio` and set BOTTEGA_OTIO_PYTHON");
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    trailer(&stage, "film", &["--length", "6s", "--no-title"], "t");
    let edit = "
import sys, opentimelineio as otio
t = otio.adapters.read_from_file(sys.argv[1])
for track in t.tracks:
    trimmed = otio.algorithms.track_trimmed_to_range(track, otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(72, 24)))
    track[:] = []
    for item in list(trimmed):
        track.append(item.deepcopy())
otio.adapters.write_to_file(t, sys.argv[2])
";
    let output = Command::new(&python)
        .args(["-c", edit])
        .args([stage.path("t/trailer.otio"), stage.path("t/edited.otio")])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(stage.done(&["render", "t/edited.otio", "-o", "edited.mp4"])["frames"], 72);
    assert_eq!(probe(&stage.path("edited.mp4")).0, 72);
}

#[test]
fn a_real_film_becomes_a_lawful_trailer() {
    let Some(film) = data("films/big_buck_bunny_640x360_24fps.mp4") else { return };
    let stage = Stage::new();
    // Two minutes of it, cut out without touching a frame.
    let words = ["-ss", "60", "-t", "120", "-i", film.to_str().unwrap(), "-c", "copy"];
    stage::ffmpeg(&words, &stage.path("bunny.mp4"));
    stage.done(&["ingest", "bunny.mp4"]);
    let shots = stage.done(&["shots", "bunny"]);
    lawful(&trailer(&stage, "bunny", &["--length", "20s"], "t"), &shots, 480);
}

#[test]
fn music_that_ends_early_is_said_and_a_film_too_short_is_refused_with_what_it_holds() {
    let stage = Stage::new();
    stage.with_film();
    ffmpeg(&["-f", "lavfi", "-i", "sine=440:d=3"], &stage.path("short.wav"));
    let made = trailer(&stage, "film", &["--length", "8s", "--music", "short.wav"], "t");
    let shots = stage.run(&["shots", "film", "--json"]).json();
    lawful(&made, &shots, 192);
    let notes = made["notes"].as_array().unwrap();
    assert!(notes.iter().any(|n| n.as_str().unwrap().contains("the music lasts 3.0 seconds")), "{notes:?}");
    stage.run(&["trailer", "film", "--length", "5m", "-o", "u"]).fails_with(&["7200 frames", "ask for at most"]);
    assert!(!stage.path("u").exists(), "nothing is left of what was refused");
}
