//! Beside the reference library: it reads ours, we read its edits, and both read the same in files of others.

mod made;

use std::path::{Path, PathBuf};
use std::process::Command;

use film::{ContentHash, FrameRange, Rate};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::Value;
use timeline::otio;
use timeline::{Canvas, Clip, GainPoint, Item, Kind, Media, ReelMedia, Timeline, Track};

/// The Python that has the reference library: `BOTTEGA_OTIO_PYTHON`, else `python3`; `None`, said aloud, if it has not.
fn python() -> Option<String> {
    let python = std::env::var("BOTTEGA_OTIO_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import opentimelineio"]).output().is_ok_and(|o| o.status.success());
    if !there {
        eprintln!("SKIPPED: {python} has no opentimelineio; `pip install opentimelineio` and set BOTTEGA_OTIO_PYTHON");
    }
    there.then_some(python)
}

fn judge(python: &str, args: &[&str]) -> Result<String, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference_library.py");
    let out = Command::new(python).arg(script).args(args).output().expect("python was there a moment ago");
    if out.status.success() {
        Ok(String::from_utf8(out.stdout).unwrap())
    } else {
        Err(String::from_utf8_lossy(&out.stderr).into_owned())
    }
}

fn facts(python: &str, file: &Path) -> Value {
    serde_json::from_str(&judge(python, &["facts", file.to_str().unwrap()]).unwrap()).unwrap()
}

/// Everything that a timeline says of time and media agrees with what the library read.
fn agree(timeline: &Timeline, facts: &Value, what: &str) {
    let rate = timeline.rate;
    let close = |a: f64, b: f64, slack: f64| (a - b).abs() <= slack + 1e-6 * b.abs();
    assert_eq!(facts.as_array().unwrap().len(), timeline.tracks.len(), "{what}");
    for (track, theirs) in timeline.tracks.iter().zip(facts.as_array().unwrap()) {
        let kind = if track.kind == Kind::Picture { "Video" } else { "Audio" };
        assert_eq!(theirs["kind"], kind, "{what}");
        let items = theirs["items"].as_array().unwrap();
        assert_eq!(items.len(), track.items.len(), "{what}: {items:#?}");
        // A medium of another rate lasts whole frames here and fractions there: half a frame apart for each such clip.
        let mut drift = 0.0;
        for (placed, theirs) in track.placed(rate).zip(items) {
            let number = |v: &Value| v.as_f64().unwrap();
            if let Item::Transition(t) = placed.item {
                assert_eq!((number(&theirs["in"][0]), number(&theirs["out"][0])), (t.before as f64, t.after as f64));
                continue;
            }
            assert!(close(number(&theirs["record"]), rate.seconds(placed.record.start()), drift), "{what}: {theirs}");
            let Some(clip) = placed.clip() else {
                assert_eq!(theirs["kind"], "Gap", "{what}");
                continue;
            };
            if clip.source_rate(rate) != rate {
                drift += 0.5 / rate.fps();
            }
            assert_eq!(theirs["name"].as_str().unwrap(), clip.name, "{what}");
            let [start, len] = [&theirs["source"][0], &theirs["source"][1]];
            assert!(close(number(&len[0]) / number(&len[1]), clip.source_rate(rate).seconds(clip.source.len()), 0.0));
            if let Media::Reel(reel) = &clip.media {
                let first = theirs["available"][0][0].as_f64().unwrap_or(0.0);
                assert!(close(number(&start[0]) - first, clip.source.start() as f64, 0.0), "{what}: {theirs}");
                if let Some(url) = theirs["url"].as_str() {
                    let ends = reel.path.to_string_lossy().len() <= url.len();
                    assert!(ends, "{what}: {url} is shorter than {}", reel.path.display());
                }
                if reel.is_measured() {
                    assert_eq!(number(&theirs["available"][1][0]), reel.available.len() as f64, "{what}");
                }
            }
        }
    }
}

#[test]
fn it_reads_ours_with_the_same_ranges_and_links() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut runner = TestRunner::deterministic();
    for i in 0..12 {
        let timeline = made::timelines().new_tree(&mut runner).unwrap().current();
        let (ours, theirs) = (dir.path().join(format!("{i}.otio")), dir.path().join(format!("{i} again.otio")));
        std::fs::write(&ours, otio::write(&timeline)).unwrap();
        agree(&timeline, &facts(&python, &ours), &format!("timeline {i}"));
        judge(&python, &["resave", ours.to_str().unwrap(), theirs.to_str().unwrap()]).unwrap();
        let again = otio::read(&std::fs::read(&theirs).unwrap()).unwrap();
        assert_eq!(again.timeline, timeline, "saved again by the library");
        assert_eq!(again.losses, []);
    }
}

fn cut() -> Timeline {
    let rate: Rate = "24000/1001".parse().unwrap();
    let mut timeline = Timeline::new("cut", rate, Canvas { width: 640, height: 360 });
    let mut track = Track::new("Picture", Kind::Picture);
    for (i, name) in ["one", "two", "three", "four"].into_iter().enumerate() {
        let path = format!("../films/a reel, 50% #{i} «映画».mov");
        let hash = Some(ContentHash::of(name.as_bytes()));
        let reel = ReelMedia { path: path.into(), hash, available: FrameRange::new(0, 1000), rate };
        let mut clip = Clip::new(name, Media::Reel(reel), FrameRange::at(100 * i as i64, 24 + i as i64));
        clip.why = vec![format!("because {i}")];
        clip.gain = vec![GainPoint { frame: 0, db: 0.0 }, GainPoint { frame: 10, db: -3.0 }];
        track.items.push(Item::Clip(Box::new(clip)));
    }
    timeline.tracks.push(track);
    timeline
}

#[test]
fn its_edits_come_back() {
    let Some(python) = python() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (file, out) = (dir.path().join("cut.otio"), dir.path().join("edited.otio"));
    let before = cut();
    std::fs::write(&file, otio::write(&before)).unwrap();
    for act in ["edit", "edit-bare"] {
        judge(&python, &[act, file.to_str().unwrap(), out.to_str().unwrap()]).unwrap();
        let after = otio::read(&std::fs::read(&out).unwrap()).unwrap();
        let got: Vec<_> = after.timeline.clips().map(|(_, r, c)| (c.name.as_str(), r.start(), c.source)).collect();
        assert_eq!(
            got,
            [
                ("two", 0, FrameRange::new(103, 125)),
                ("four", 22, FrameRange::new(300, 327)),
                ("one", 49, FrameRange::new(0, 24))
            ]
        );
        assert_eq!(after.timeline.rate, before.rate, "read from the float alone when need be");
        assert_eq!(after.timeline.check(), []);
        let paths: Vec<&Path> = after.timeline.clips().map(|(_, _, c)| c.reel().unwrap().path.as_path()).collect();
        assert_eq!(paths[1], Path::new("../films/a reel, 50% #3 «映画».mov"));
        if act == "edit" {
            let two = after.timeline.clips().next().unwrap().2;
            assert_eq!(two.why, ["because 1"]);
            assert_eq!(two.gain.iter().map(|p| p.frame).collect::<Vec<_>>(), [-3, 7], "points stay on their pictures");
            assert!(two.reel().unwrap().hash.is_some());
        }
    }
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("BOTTEGA_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let there = folder.join("timelines").is_dir();
    if !there {
        eprintln!("SKIPPED: no timelines under {}; set BOTTEGA_DATA", folder.display());
    }
    there.then_some(folder.join("timelines"))
}

#[test]
fn files_of_other_programs() {
    let Some(data) = data() else { return };
    let python = python();
    let dir = tempfile::tempdir().unwrap();
    let mut read = 0;
    let mut files = Vec::new();
    for folder in std::fs::read_dir(data).unwrap() {
        files.extend(std::fs::read_dir(folder.unwrap().path()).unwrap().map(|f| f.unwrap().path()));
    }
    files.sort();
    for file in files {
        let bytes = std::fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let got = match otio::read(&bytes) {
            Ok(got) => got,
            Err(error) => {
                let words = error.to_string();
                if name.ends_with(".otio") {
                    eprintln!("{name}: {words}");
                }
                assert!(words.contains("; "), "no remedy: {words}");
                continue;
            }
        };
        read += 1;
        let flaws = got.timeline.check();
        eprintln!("{name}: read, {} losses, {} flaws", got.losses.len(), flaws.len());
        flaws.iter().take(3).for_each(|flaw| eprintln!("  {flaw}"));
        let written = otio::write(&got.timeline);
        let again = otio::read(written.as_bytes()).unwrap();
        assert_eq!(again.timeline, got.timeline, "{name}");
        // Where nothing was laid flat or left out, the library reads the same from theirs and from ours.
        let changed = ["nested", "switched off", "track of kind", "between the frames", "half of a transition"];
        let same = !got.losses.iter().any(|loss| changed.iter().any(|c| loss.what.contains(c)));
        if let (Some(python), true) = (&python, same) {
            if let Err(words) = judge(python, &["facts", file.to_str().unwrap()]) {
                // It refuses schemas newer than itself, which we write back as they were.
                assert!(words.contains("unsupported schema version"), "{name}: {words}");
                continue;
            }
            let ours = dir.path().join("ours.otio");
            std::fs::write(&ours, &written).unwrap();
            agree(&got.timeline, &facts(python, &ours), &name);
            let mut theirs = facts(python, &file);
            let mut of_ours = facts(python, &ours);
            theirs.as_array_mut().unwrap().sort_by_key(|track| track["kind"] == "Audio");
            // A track's own trim is laid flat in ours.
            let trimmed: Vec<bool> =
                theirs.as_array().unwrap().iter().map(|t| t["trimmed"].as_bool().unwrap()).collect();
            for facts in [&mut theirs, &mut of_ours] {
                let mut trim = trimmed.iter();
                facts.as_array_mut().unwrap().retain_mut(|track| {
                    track["trimmed"] = false.into();
                    !trim.next().unwrap()
                });
                let tracks = facts.as_array_mut().unwrap();
                for item in tracks.iter_mut().flat_map(|t| t["items"].as_array_mut().unwrap()) {
                    item["url"] = Value::Null;
                    if item["kind"] == "Gap" {
                        // A gap has no place in any medium; and its name nobody sees.
                        item["source"][0] = Value::Null;
                        item["name"] = Value::Null;
                    }
                }
            }
            let differ = different(&of_ours, &theirs, "$");
            assert_eq!(differ, None, "{name}");
        }
    }
    assert!(read >= 8, "only {read} timelines were read");
}

/// The first place where two values differ.
fn different(a: &Value, b: &Value, path: &str) -> Option<String> {
    match (a, b) {
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().find_map(|(i, (x, y))| different(x, y, &format!("{path}[{i}]")))
        }
        (Value::Object(x), Value::Object(_)) => x.iter().find_map(|(k, v)| different(v, &b[k], &format!("{path}.{k}"))),
        _ => (a != b).then(|| format!("{path}: ours {a}, theirs {b}")),
    }
}
