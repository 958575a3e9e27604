//! Killed at any moment: nothing is lost, nothing is doubled, no half file passes for a whole one, and the next run completes.
//!
//! `BOTTEGA_KILLS=100` kills that often instead of a few times each; the moments are seeded, so that a run can be had again.

mod stage;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use stage::{Stage, ffmpeg};

fn kills() -> u64 {
    std::env::var("BOTTEGA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12)
}

/// The moments, as shares of a whole run's time.
fn moments() -> impl Iterator<Item = f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    (0..kills()).map(move |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

/// Starts the command and kills it after `wait`; says whether it was still at work.
fn killed(mut command: Command, wait: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(wait);
    let at_work = child.try_wait().unwrap().is_none();
    child.kill().unwrap_or_default();
    child.wait().unwrap();
    at_work
}

/// What the library holds, without where it lies.
fn rows(library: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(library.join(".bottega/catalogue.db")).unwrap();
    let sound: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    let strays: i64 = db.query_row("SELECT count(*) FROM pragma_foreign_key_check", [], |row| row.get(0)).unwrap();
    assert_eq!(strays, 0, "rows without what they belong to");
    let mut all = Vec::new();
    for ask in [
        "SELECT name FROM title",
        "SELECT hash || depth || frames FROM reel",
        "SELECT reel.hash || number || ' ' || start || ' ' || end || begins || key_frame || attributes FROM shot JOIN reel ON reel.id = reel",
        "SELECT count(*) FROM place",
    ] {
        let mut rows = db.prepare(ask).unwrap();
        let mut rows: Vec<String> = rows
            .query_map([], |row| row.get::<_, rusqlite::types::Value>(0).map(|value| format!("{value:?}")))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        rows.sort();
        all.extend(rows);
    }
    all
}

/// Every packet of a film, as sums; the file itself carries a number drawn anew each time.
fn content(file: &Path) -> Vec<u8> {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-xerror", "-i"])
        .arg(file)
        .args(["-map", "0", "-c", "copy", "-f", "framemd5", "-"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Three short films of two shots each.
fn films(stage: &Stage) {
    fs::create_dir(stage.path("films")).unwrap();
    for i in 0..3 {
        let graph = format!(
            "testsrc2=s=160x90:r=24:d=2,hue=h={}[a];mandelbrot=s=160x90:r=24:start_x=-0.7{i},trim=duration=2,format=yuv420p,setsar=1[b];[a]format=yuv420p,setsar=1[c];[c][b]concat=n=2:v=1[v];sine={}:d=4[s]",
            i * 90,
            300 + 100 * i
        );
        ffmpeg(&["-filter_complex", &graph, "-map", "[v]", "-map", "[s]"], &stage.path(format!("films/film-{i}.mp4")));
    }
}

#[test]
fn an_ingest_killed_at_any_moment_goes_on_and_ends_as_if_it_had_not_been() {
    let stage = Stage::new();
    films(&stage);
    let begun = Instant::now();
    let whole = stage.done(&["ingest", "films"]);
    let time = begun.elapsed();
    assert_eq!(whole["taken"].as_array().unwrap().len(), 3, "{whole:#}");
    let expected = rows(&stage.path("library"));
    let mut hits = 0;
    for (i, moment) in moments().enumerate() {
        let library = stage.path(format!("killed-{i}"));
        stage.done(&["init", library.to_str().unwrap()]);
        let mut command = stage::bare(&stage.path(""));
        command.arg("--library").arg(&library).args(["ingest", "films"]);
        hits += u32::from(killed(command, time.mul_f64(moment)));
        rows(&library);
        let again = stage::said(
            stage::bare(&stage.path("")).arg("--library").arg(&library).args(["ingest", "films", "--json"]),
        );
        assert_eq!(again.code, 0, "{}", again.err);
        let again = again.json();
        let met = again["taken"].as_array().unwrap().len() + again["held"].as_array().unwrap().len();
        assert_eq!((met, &again["found"]), (3, &Value::from(3)), "{again:#}");
        assert_eq!(rows(&library), expected, "kill {i} at {moment:.3} of {time:?}");
        fs::remove_dir_all(&library).unwrap();
    }
    eprintln!("{hits} of {} kills met an ingest at work", kills());
    assert!(hits > 0, "no kill met an ingest at work");
}

#[test]
fn a_render_killed_at_any_moment_leaves_no_half_file_and_the_next_completes() {
    let stage = Stage::new();
    stage.with_film();
    let made = stage.run(&["trailer", "film", "--length", "6s", "-o", "t"]);
    assert!(made.code == 0 || made.code == 3, "{}", made.err);
    let out = stage.path("again.mkv");
    let words = ["render", "t/trailer.otio", "--as", "ffv1", "-o", "again.mkv"];
    let begun = Instant::now();
    let whole = stage.done(&words);
    let time = begun.elapsed();
    let expected = content(&out);
    let mut hits = 0;
    for (i, moment) in moments().enumerate() {
        fs::remove_file(&out).unwrap();
        let mut command = stage.command();
        command.args(words);
        hits += u32::from(killed(command, time.mul_f64(moment)));
        if out.exists() {
            assert!(content(&out) == expected, "kill {i} at {moment:.3}: a half file under the whole one's name");
        }
        let mut again = stage.done(&words);
        // Killed between the file and the note of it, it is there and known, or made again.
        again["reused"] = whole["reused"].clone();
        assert_eq!(again, whole, "kill {i} at {moment:.3}");
        assert!(content(&out) == expected, "kill {i} at {moment:.3}");
        let parts: Vec<_> = fs::read_dir(stage.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!parts.iter().any(|name| name.to_string_lossy().contains(".part")), "{parts:?}");
    }
    eprintln!("{hits} of {} kills met a render at work", kills());
    assert!(hits > 0, "no kill met a render at work");
}
