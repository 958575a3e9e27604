//! What scripts rely on: the shape of every command's JSON, the exit codes, and where the library is looked for.

mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use stage::{SHOTS, Stage, bare, many_shots, said};

/// Every key of a document with the types met there, one a line.
fn shape(document: &Value) -> String {
    fn walk(place: &str, value: &Value, seen: &mut BTreeMap<String, BTreeSet<&'static str>>) {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(n) if n.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        seen.entry(place.to_owned()).or_default().insert(kind);
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(&format!("{place}[]"), item, seen)),
            Value::Object(map) => map.iter().for_each(|(key, item)| walk(&format!("{place}.{key}"), item, seen)),
            _ => {}
        }
    }
    let mut seen = BTreeMap::new();
    walk("", document, &mut seen);
    seen.iter()
        .map(|(place, kinds)| format!("{place}: {}\n", kinds.iter().copied().collect::<Vec<_>>().join(" | ")))
        .collect()
}

/// Holds a document against the golden copy of its shape; `BOTTEGA_GOLDEN=write` writes the copy anew.
fn golden(name: &str, document: &Value) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/{name}.txt"));
    let now = shape(document);
    if std::env::var_os("BOTTEGA_GOLDEN").is_some_and(|v| v == "write") {
        fs::write(&file, &now).unwrap();
    }
    let held = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(now, held, "the JSON of {name} changed shape; fields are only ever added");
}

#[test]
fn every_command_prints_json_of_the_promised_shape() {
    let stage = Stage::new();
    golden("init", &stage.done(&["init", "another"]));
    let films = stage.path("films");
    fs::create_dir(&films).unwrap();
    fs::copy(many_shots(), films.join("film.mp4")).unwrap();
    fs::copy(many_shots(), films.join("same.mp4")).unwrap();
    fs::write(films.join("notes.txt"), "notes").unwrap();
    fs::write(films.join("broken.mp4"), "this is no film").unwrap();
    let taken = stage.done(&["ingest", "films"]);
    golden("ingest", &taken);
    let sum: usize =
        ["taken", "held", "not_film", "refused"].iter().map(|list| taken[list].as_array().unwrap().len()).sum();
    assert_eq!(taken["found"], sum, "every file is in exactly one list");
    assert_eq!(taken["found"], 4);
    golden("titles", &stage.done(&["titles"]));
    let shots = stage.done(&["shots", "film"]);
    golden("shots", &shots);
    assert_eq!(shots["shots"].as_array().unwrap().len(), SHOTS);
    let trailer = stage.run(&["trailer", "film", "--length", "6s", "-o", "trailer", "--json"]);
    assert!(trailer.code == 0 || trailer.code == 3, "{}", trailer.err);
    let made = trailer.json();
    assert_eq!(made["passed"], trailer.code == 0, "the exit code says what the verdict is");
    golden("trailer", &without_findings(&made));
    let again = stage.done(&["render", "trailer/trailer.otio", "--as", "ffv1", "-o", "again.mkv"]);
    golden("render", &again);
    let judged = stage.run(&["qc", "trailer/trailer.mp4", "--json"]);
    golden("qc", &without_findings(&judged.json()));
    stage::ffmpeg(
        &["-f", "lavfi", "-i", "color=black:s=320x180:r=24:d=6", "-c:v", "libx264"],
        &stage.path("black.mp4"),
    );
    let no = stage.run(&["qc", "black.mp4", "--json"]);
    assert_eq!(no.code, 3, "{}{}", no.err, no.out);
    let no = no.json();
    let black = no["findings"].as_array().unwrap().iter().find(|f| f["check"] == "black").expect("black is found");
    golden("finding", black);
    golden("specialists", &stage.done(&["specialists"]));
    golden("fix", &stage.done(&["fix", "film#2", "--degrain", "--regrain", "-o", "fixed.mkv"]));
    golden("grain", &stage.done(&["grain", "measure", "film#2"]));
}

#[test]
fn rights_and_ledger_print_json_of_the_promised_shape() {
    let stage = Stage::new();
    fs::copy(many_shots(), stage.path("Notte Rossa.mp4")).unwrap();
    stage.done(&["ingest", "Notte Rossa.mp4"]);
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rights/tests/notte/record.toml");
    golden("rights_import", &stage.done(&[Path::new("rights"), Path::new("import"), &record]));
    golden("rights_who", &stage.done(&["rights", "who", "Notte Rossa"]));
    golden("keys", &stage.done(&["keys", "init", "--studio", "Studio"]));
    golden("ledger_check", &stage.done(&["ledger", "check"]));
    golden("rights_due", &stage.done(&["rights", "due"]));
    let ask = stage.run(&["rights", "ask", "train", "--model", "light", "--title", "Notte Rossa", "--json"]);
    assert_eq!(ask.code, 3, "{}", ask.err);
    golden("rights_ask", &ask.json());
    let out = "[[work]]\nid = 'w:late'\nkind = 'feature'\ntitle = 'Late'\nphotography_start = 2026-08-01\nguilds = ['sag_aftra']\n\
        [[transfer]]\nid = 'x:voice-out'\nto = 'o:alfa-film'\nwhat = 'replica'\nworks = ['w:late']\non = 2027-04-02\n";
    fs::write(stage.path("transfer.toml"), out).unwrap();
    stage.done(&["rights", "import", "transfer.toml"]);
    let ask = stage.run(&["rights", "ask", "transfer", "x:voice-out", "--json"]);
    assert_eq!(ask.code, 3, "{}", ask.err);
    golden("rights_ask_transfer", &ask.json());
    let chain = stage.run(&["rights", "paper", "chain", "Notte Rossa", "--json"]);
    assert_eq!(chain.code, 3, "the United States did not arrive: {}", chain.err);
    golden("rights_paper_chain", &chain.json());
    golden("rights_paper_consent", &stage.done(&["rights", "paper", "consent", "c:cole-dub"]));
    golden("rights_paper_passport", &stage.done(&["rights", "paper", "passport", "m:light-v1"]));
    let verify = stage.run(&["verify", "Notte Rossa.mp4", "--json"]);
    assert_eq!(verify.code, 3, "a film that nobody signed: {}", verify.err);
    golden("verify", &verify.json());
    golden("statement", &stage.done(&["statement", "p:rossi-elena", "--period", "2027-Q2"]));
}

/// What is found depends on the film; the shape of a finding is held by itself.
fn without_findings(made: &Value) -> Value {
    let mut made = made.clone();
    made["findings"] = Value::Array(Vec::new());
    made
}

#[test]
fn exit_codes_say_how_it_went() {
    let stage = Stage::new();
    assert_eq!(stage.run(&["titles"]).code, 0);
    stage.run(&["shots", "anything"]).fails_with(&["no title yet", "bottega ingest"]);
    stage.with_film();
    stage.run(&["shots", "no such title"]).fails_with(&["no such title"]);
    stage.run(&["trailer", "no such title", "-o", "t"]).fails_with(&["no such title"]);
    for wrong in [&["nonsense"][..], &["ingest"], &["trailer", "x"], &["render", "a.otio", "--as", "gif", "-o", "a"]] {
        let said = stage.run(wrong);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
        assert!(said.err.contains("Usage") || said.err.contains("--help"), "{}", said.err);
    }
    for hello in ["--help", "--version"] {
        let said = said(bare(&stage.path("")).arg(hello));
        assert!(said.code == 0 && said.out.contains("bottega"));
    }
}

#[test]
fn the_library_is_the_named_one_else_the_environments_else_the_nearest_above() {
    let stage = Stage::new();
    let (named, environment) = (stage.path("library"), stage.path("other"));
    for folder in ["other", "above"] {
        stage.done(&["init", folder]);
    }
    let deep = stage.path("above/a/b");
    fs::create_dir_all(&deep).unwrap();
    let film = many_shots();
    let title = |command: &mut Command| said(command.args(["titles", "--json"])).json()["titles"][0]["name"].clone();
    for (library, name) in [(&named, "named"), (&environment, "environment"), (&stage.path("above"), "above")] {
        let copy = stage.path(format!("{name}.mp4"));
        fs::copy(&film, &copy).unwrap();
        let taken = said(bare(&deep).arg("--library").arg(library).args(["ingest", "--quick", "--json"]).arg(&copy));
        assert_eq!(taken.code, 0, "{}", taken.err);
    }
    assert_eq!(title(bare(&deep).arg("--library").arg(&named).env("BOTTEGA_LIBRARY", &environment)), "Named");
    assert_eq!(title(bare(&deep).env("BOTTEGA_LIBRARY", &environment)), "Environment");
    assert_eq!(title(&mut bare(&deep)), "Above");
    said(bare(&stage.path("")).arg("titles")).fails_with(&["no library", "bottega init"]);
    said(bare(&deep).arg("--library").arg(stage.path("nowhere")).arg("titles"))
        .fails_with(&["nowhere", "bottega init"]);
}

#[test]
fn interrupted_is_130_and_it_goes_on_when_run_again() {
    let stage = Stage::new();
    fs::copy(many_shots(), stage.path("film.mp4")).unwrap();
    let mut command = stage.command();
    command.args(["ingest", "film.mp4", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    // At work: something of the film has been kept.
    let readings = stage.path("library/.bottega/readings");
    let begun = Instant::now();
    while fs::read_dir(&readings).map_or(0, Iterator::count) == 0 && begun.elapsed() < Duration::from_secs(30) {
        thread::sleep(Duration::from_millis(2));
    }
    let told = Instant::now();
    // The shell's own: a bare system has no program of that name.
    assert!(Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let took = told.elapsed();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stdout.is_empty(), "no result of what was not done");
    assert!(String::from_utf8_lossy(&output.stderr).contains("run it again"));
    assert!(took < Duration::from_secs(10), "it stops at once, not after {took:?}");
    stage.done(&["ingest", "film.mp4"]);
    let titles = stage.done(&["titles"]);
    assert_eq!(titles["titles"].as_array().unwrap().len(), 1);
    assert_eq!(stage.done(&["shots", "film"])["shots"].as_array().unwrap().len(), SHOTS);
}
