//! What people really have on their disks: each ends in a clear error or a stated fallback, and nothing is lost.

mod stage;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use serde_json::Value;
use stage::{Stage, ffmpeg, many_shots};

/// A second or two of moving picture with sound.
const PICTURE: [&str; 4] = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=2"];
const SOUND: [&str; 4] = ["-f", "lavfi", "-i", "sine=440:d=2"];

fn film(file: &Path, with: &[&str]) {
    ffmpeg(&[&PICTURE[..], &SOUND, &["-pix_fmt", "yuv420p"], with].concat(), file);
}

/// The list that `name` ended in, and its entry there.
fn list_of<'a>(report: &'a Value, name: &str) -> (&'static str, &'a Value) {
    let mut met = Vec::new();
    for list in ["taken", "held", "not_film", "refused"] {
        let entries = report[list].as_array().unwrap();
        met.extend(entries.iter().filter(|e| e["path"].as_str().unwrap().ends_with(name)).map(|e| (list, e)));
    }
    assert_eq!(met.len(), 1, "{name} is in exactly one list: {report:#}");
    met[0]
}

fn sum(report: &Value) -> usize {
    ["taken", "held", "not_film", "refused"].iter().map(|list| report[list].as_array().unwrap().len()).sum()
}

#[test]
fn what_is_no_whole_film_is_refused_with_reason_and_remedy_and_the_rest_is_taken() {
    let stage = Stage::new();
    let at = |name: &str| stage.path("films").join(name);
    fs::create_dir(stage.path("films")).unwrap();
    film(&at("good.mp4"), &[]);
    let whole = fs::read(at("good.mp4")).unwrap();
    fs::write(at("truncated.mp4"), &whole[..whole.len() / 2]).unwrap();
    fs::write(at("empty.mp4"), "").unwrap();
    fs::write(at("mislabelled.mp4"), "a shopping list: bread, salt, film stock\n".repeat(40)).unwrap();
    fs::write(at("notes.txt"), "notes").unwrap();
    ffmpeg(&SOUND, &at("sound-only.mp4"));
    ffmpeg(&PICTURE, &at("silent.mp4"));
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24", "-frames:v", "1"], &at("one-frame.mp4"));
    let before: Vec<Vec<u8>> = names(&at("")).iter().map(|name| fs::read(at(name)).unwrap()).collect();
    let report = stage.done(&["ingest", "films"]);
    assert_eq!(report["found"], 8);
    assert_eq!(sum(&report), 8, "{report:#}");
    for taken in ["good.mp4", "silent.mp4", "one-frame.mp4"] {
        assert_eq!(list_of(&report, taken).0, "taken", "{report:#}");
    }
    for no in ["truncated.mp4", "empty.mp4", "mislabelled.mp4", "sound-only.mp4", "notes.txt"] {
        let (list, entry) = list_of(&report, no);
        assert!(list == "refused" || list == "not_film", "{no}: {list}");
        assert!(entry["reason"].as_str().unwrap().len() > 8, "{entry}");
        if list == "refused" {
            assert!(entry["remedy"].as_str().unwrap().len() > 8, "{entry}");
        }
    }
    assert_eq!(list_of(&report, "one-frame.mp4").1["frames"], 1);
    let after: Vec<Vec<u8>> = names(&at("")).iter().map(|name| fs::read(at(name)).unwrap()).collect();
    assert!(before == after, "films are never changed, and nothing is put beside them");
    let again = stage.done(&["ingest", "films"]);
    assert_eq!((again["taken"].as_array().unwrap().len(), sum(&again)), (0, 8), "{again:#}");
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn films_that_cannot_fill_a_trailer_say_so() {
    let stage = Stage::new();
    film(&stage.path("single.mp4"), &[]);
    ffmpeg(&["-f", "lavfi", "-i", "color=black:s=160x90:r=24:d=4", "-pix_fmt", "yuv420p"], &stage.path("dark.mp4"));
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24", "-frames:v", "1"], &stage.path("frame.mp4"));
    let report = stage.done(&["ingest", "single.mp4", "dark.mp4", "frame.mp4"]);
    assert_eq!(report["taken"].as_array().unwrap().len(), 3, "{report:#}");
    for title in ["single", "dark", "frame"] {
        let said = stage.run(&["trailer", title, "--length", "60s", "-o", "out", "--json"]);
        said.fails_with(&["can be shown"]);
        assert!(!stage.path("out/trailer.mp4").exists());
    }
}

#[test]
fn every_make_of_picture_is_taken_with_its_frames() {
    let stage = Stage::new();
    let at = |name: &str| stage.path("films").join(name);
    fs::create_dir(stage.path("films")).unwrap();
    let x264 = |pixels: &'static str| ["-c:v", "libx264", "-pix_fmt", pixels];
    ffmpeg(&[&PICTURE[..], &x264("yuv444p")].concat(), &at("full-chroma.mkv"));
    ffmpeg(&[&PICTURE[..], &x264("yuv420p10le")].concat(), &at("ten-bit.mkv"));
    let odd = [
        "-f",
        "lavfi",
        "-i",
        "gradients=s=161x91:r=24:d=2:x0=10:y0=10:x1=150:y1=80:nb_colors=2:c0=0x204060:c1=0xe0a030",
        "-c:v",
        "ffv1",
        "-pix_fmt",
        "yuv444p",
    ];
    ffmpeg(&odd, &at("odd.mkv"));
    // A phone: rotated, and at a rate that varies.
    film(&at("upright.mp4"), &[]);
    turn(&at("upright.mp4"), &at("rotated.mp4"));
    let uneven = ["-vf", "select='not(eq(mod(n,7),3))',hue=h=40", "-fps_mode", "vfr", "-pix_fmt", "yuv420p"];
    ffmpeg(&[&PICTURE[..], &uneven].concat(), &at("uneven.mkv"));
    let report = stage.done(&["ingest", "films"]);
    assert_eq!((report["taken"].as_array().unwrap().len(), report["found"].clone()), (5, 5.into()), "{report:#}");
    for (name, frames, width, height) in [
        ("full-chroma.mkv", 48, 160, 90),
        ("ten-bit.mkv", 48, 160, 90),
        ("odd.mkv", 48, 161, 91),
        ("rotated.mp4", 48, 90, 160),
        ("uneven.mkv", 41, 160, 90),
    ] {
        let reel = list_of(&report, name).1;
        assert_eq!(reel["frames"], frames, "{name}");
        assert_eq!((reel["width"].clone(), reel["height"].clone()), (width.into(), height.into()), "{name}: {reel:#}");
    }
}

/// Gives an MP4 the matrix of a phone held upright, where the picture's track has that of one held level.
fn turn(from: &Path, to: &Path) {
    let mut bytes = fs::read(from).unwrap();
    fs::remove_file(from).unwrap();
    let matrix = |numbers: [i32; 9]| numbers.iter().flat_map(|n| n.to_be_bytes()).collect::<Vec<u8>>();
    let (one, unit) = (0x1_0000, 0x4000_0000);
    let level = matrix([one, 0, 0, 0, one, 0, 0, 0, unit]);
    let upright = matrix([0, one, 0, -one, 0, 0, 0, 0, unit]);
    // The first matrix is the film's own; the second the first track's, which is the picture's.
    let at = (0..bytes.len() - 36).filter(|&i| bytes[i..i + 36] == level[..]).nth(1).expect("a track's matrix");
    bytes[at..at + 36].copy_from_slice(&upright);
    fs::write(to, bytes).unwrap();
}

#[test]
fn names_of_any_bytes_are_taken_and_made() {
    let stage = Stage::new();
    let folder = stage.path("films and \"more\"");
    fs::create_dir(&folder).unwrap();
    let names: [&[u8]; 6] = [
        b"with spaces.mp4",
        b"quo\"te's $(x).mp4",
        b"new\nline.mp4",
        "七人の侍.mp4".as_bytes(),
        "Броненосец.mp4".as_bytes(),
        b"not-\xff\xfe-utf8.mp4",
    ];
    for (i, name) in names.iter().enumerate() {
        let hue = format!("hue=h={}", i * 50);
        film(&folder.join(OsStr::from_bytes(name)), &["-vf", &hue]);
    }
    let report = stage.done(&[OsStr::new("ingest"), folder.as_os_str()]);
    // A name that is no text cannot be put into a timeline's file: it is refused, and the others are taken.
    assert_eq!((report["taken"].as_array().unwrap().len(), sum(&report)), (names.len() - 1, names.len()), "{report:#}");
    let refused = &report["refused"][0];
    assert!(refused["reason"].as_str().unwrap().contains("UTF-8"), "{refused}");
    assert!(refused["remedy"].as_str().unwrap().contains("rename"), "{refused}");
    let titles = stage.done(&["titles"]);
    assert_eq!(titles["titles"].as_array().unwrap().len(), names.len() - 1);
    for title in titles["titles"].as_array().unwrap() {
        stage.done(&["shots", &title["id"].to_string()]);
    }
    for name in &names[..names.len() - 1] {
        let file = folder.join(OsStr::from_bytes(name));
        let said = stage.run(&[OsStr::new("qc"), file.as_os_str(), OsStr::new("--json")]);
        assert!(said.code == 0 || said.code == 3, "{}", said.err);
        said.json();
    }
    let nameless = folder.join(OsStr::from_bytes(names[5]));
    stage.run(&[OsStr::new("qc"), nameless.as_os_str()]).fails_with(&["UTF-8"]);
    let odd = stage.path(OsStr::from_bytes(b"lib-\xff"));
    stage.done(&[OsStr::new("init"), odd.as_os_str()]);
}

#[test]
fn subtitles_in_any_letters_and_order_become_lines() {
    let stage = Stage::new();
    let srt = "2\n00:00:01,000 --> 00:00:01,800\nSeñor, ¿qué pasó?\n\n1\n00:00:00,100 --> 00:00:00,900\nÀ bientôt\n";
    let latin: Vec<u8> = srt.chars().map(|c| u32::from(c) as u8).collect();
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(srt.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (i, (name, bytes)) in [("utf8", srt.as_bytes()), ("latin", &latin), ("wide", &wide)].into_iter().enumerate() {
        film(&stage.path(format!("{name}.mp4")), &["-vf", &format!("hue=h={}", 60 * i)]);
        fs::write(stage.path(format!("{name}.srt")), bytes).unwrap();
        let report = stage.done(&["ingest", &format!("{name}.mp4")]);
        assert_eq!(report["taken"].as_array().unwrap().len(), 1, "{report:#}");
        let spoken = stage.done(&["shots", name])["shots"]
            .as_array()
            .unwrap()
            .iter()
            .map(|shot| shot["dialogue_seconds"].as_f64().unwrap_or_else(|| panic!("{shot:#}")))
            .sum::<f64>();
        assert!((spoken - 1.6).abs() < 0.15, "{name}: {spoken} s of lines");
    }
    let db = rusqlite::Connection::open(stage.path("library/.bottega/catalogue.db")).unwrap();
    let mut rows = db.prepare("SELECT words FROM line ORDER BY reel, number").unwrap();
    let lines: Vec<String> = rows.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(lines, ["À bientôt", "Señor, ¿qué pasó?"].repeat(3));
}

#[test]
fn a_place_that_cannot_be_written_is_named_and_nothing_is_left_there() {
    let stage = Stage::new();
    stage.with_film();
    let made = stage.run(&["trailer", "film", "--length", "6s", "--no-title", "-o", "t"]);
    assert!(made.code == 0 || made.code == 3, "{}", made.err);
    fs::write(stage.path("a-file"), "kept").unwrap();
    stage.run(&["trailer", "film", "--length", "6s", "-o", "a-file/trailer"]).fails_with(&["a-file", "-o"]);
    stage.run(&["trailer", "film", "--length", "6s", "-o", "/proc/nowhere"]).fails_with(&["/proc/nowhere"]);
    stage.run(&["render", "t/trailer.otio", "-o", "a-file/again.mp4"]).fails_with(&["a-file"]);
    stage.run(&["render", "t/trailer.otio", "-o", "/proc/again.mp4"]).fails_with(&["/proc"]);
    stage.run(&["init", "a-file"]).fails_with(&["a-file"]);
    let missing = stage.run(&["ingest", "no-such-film.mp4", "--json"]);
    let refused = &missing.json()["refused"][0];
    assert!(missing.code == 1 && refused["path"].as_str().unwrap().ends_with("no-such-film.mp4"), "{refused}");
    assert!(refused["remedy"].as_str().unwrap().contains("check the spelling"));
    assert_eq!(fs::read(stage.path("a-file")).unwrap(), b"kept");
    fs::write(stage.path("broken.otio"), "{\"OTIO_SCHEMA\": \"Timeline.1\"").unwrap();
    stage.run(&["render", "broken.otio", "-o", "b.mp4"]).fails_with(&["broken.otio"]);
    stage.run(&["render", "t/trailer.otio", "--as", "prores", "-o", "b.mp4"]).fails_with(&["b.mp4", ".mov"]);
    stage.run(&["qc", "no-such.mp4"]).fails_with(&["no-such.mp4", "check its name"]);
    fs::remove_file(stage.path("film.mp4")).unwrap();
    let gone = stage.run(&["render", "t/trailer.otio", "-o", "gone.mp4"]);
    gone.fails_with(&["film.mp4", "ingest the folder"]);
    assert!(!stage.path("gone.mp4").exists());
}

#[test]
fn a_library_of_a_newer_version_is_left_alone() {
    let stage = Stage::new();
    let base = stage.path("library/.bottega/catalogue.db");
    let db = rusqlite::Connection::open(&base).unwrap();
    db.pragma_update(None, "journal_mode", "DELETE").unwrap();
    db.pragma_update(None, "user_version", 9999).unwrap();
    drop(db);
    let before = fs::read(&base).unwrap();
    film(&stage.path("film.mp4"), &[]);
    for words in [&["titles"][..], &["ingest", "film.mp4"], &["init", "library"]] {
        stage.run(words).fails_with(&["newer Bottega", "9999", "nothing was changed"]);
    }
    assert!(fs::read(&base).unwrap() == before);
    fs::write(&base, "not a database at all, but long enough to be looked at. ".repeat(40)).unwrap();
    stage.run(&["titles"]).fails_with(&["damaged", "library"]);
}

#[test]
fn a_full_disk_is_said_and_what_was_there_stays() {
    let stage = Stage::new();
    stage.with_film();
    let made = stage.run(&["trailer", "film", "--length", "6s", "-o", "t"]);
    assert!(made.code == 0 || made.code == 3, "{}", made.err);
    let small = stage.path("small");
    fs::create_dir(&small).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=64k", "none"])
        .arg(&small)
        .output()
        .is_ok_and(|o| o.status.success());
    if !mounted {
        eprintln!("SKIPPED: a full disk needs leave to mount a small one");
        return;
    }
    let said = stage.run(&["render", "t/trailer.otio", "--as", "ffv1", "-o", "small/full.mkv"]);
    let left: Vec<_> = fs::read_dir(&small).unwrap().map(|e| e.unwrap().file_name()).collect();
    let library = stage.run(&["init", "small/library"]);
    std::process::Command::new("umount").arg(&small).status().unwrap();
    said.fails_with(&["small", "No space left", "make room"]);
    assert!(left.is_empty(), "{left:?} was left on the full disk");
    library.fails_with(&["small", "full", "room"]);
    assert!(fs::metadata(many_shots()).unwrap().len() > 0);
}
