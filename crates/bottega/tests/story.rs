//! The story of Notte Rossa, from the contracts to the last cent: a trailer that is blocked, put right, released, verified
//! elsewhere and paid; a contract that bars training; a voice for dubbing only; a consent that is taken back.

mod stage;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use stage::{SHOT_FRAMES, SHOTS, Stage, bare, ffmpeg, many_shots, said};

/// The recorded story, and who is in the shots of the film that stands for it.
fn record() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rights/tests/notte/record.toml");
    let mut text = fs::read_to_string(file).unwrap();
    for number in (0..SHOTS).filter(|number| !(1..=5).contains(number)) {
        text += &format!(
            "\n[[shot]]\nid = \"s:notte-rossa/{number:04}\"\nwork = \"w:notte-rossa\"\nnumber = {number}\nverified_by = \"ed:lg\"\n"
        );
    }
    text
}

const TERMS: [&str; 10] = [
    "--purpose",
    "trailer",
    "--territory",
    "IT,DE",
    "--from",
    "2027-05-01",
    "--until",
    "2028-04-30",
    "--medium",
    "svod",
];

/// A library with the film, the record and keys.
fn studio() -> Stage {
    let stage = Stage::new();
    fs::copy(many_shots(), stage.path("Notte Rossa.mp4")).unwrap();
    stage.done(&["ingest", "Notte Rossa.mp4"]);
    fs::write(stage.path("record.toml"), record()).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
    stage.done(&["keys", "init", "--studio", "Bottega Studio"]);
    stage
}

fn trailer(stage: &Stage, to: &str, words: &[&str]) {
    let made = stage.run(&[&["trailer", "Notte Rossa", "--length", "8s", "-o", to], words].concat());
    assert!(made.code == 0 || made.code == 3, "{}", made.err);
}

/// The answer to a question, and its exit code.
fn asked(stage: &Stage, words: &[&str]) -> (i32, Value) {
    let said = stage.run(&[words, &["--json"]].concat());
    assert!(said.code == 0 || said.code == 3, "{}", said.err);
    (said.code, said.json())
}

fn released(stage: &Stage, timeline: &str, to: &str) -> (i32, Value) {
    asked(stage, &[&["release", timeline, "--to", to], &TERMS[..]].concat())
}

fn rules(answer: &Value) -> Vec<&str> {
    answer["reasons"].as_array().unwrap().iter().map(|reason| reason["rule"].as_str().unwrap()).collect()
}

/// Verifies where there is not even a loopback, if this machine lets anybody make such a place.
fn without_network(film: &Path, trust: &[&str]) {
    if !Command::new("unshare").args(["-rn", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED verification without a network: no empty network namespace can be made here");
        return;
    }
    let mut command = Command::new("unshare");
    command.args(["-rn", env!("CARGO_BIN_EXE_bottega"), "--json", "verify"]).arg(film).args(trust);
    let alone = said(command.env_remove("BOTTEGA_LIBRARY").stdin(Stdio::null()));
    assert_eq!((alone.code, &alone.json()["valid"]), (0, &true.into()), "{}", alone.err);
}

#[test]
fn a_trailer_is_blocked_put_right_released_verified_and_paid() {
    let stage = studio();
    // A contract that bars training says so with its page, before any work is spent.
    let (code, answer) = asked(&stage, &["rights", "ask", "train", "--model", "light", "--title", "Notte Rossa"]);
    assert_eq!((code, &answer["decision"]), (3, &"blocked".into()));
    assert!(rules(&answer).contains(&"IT-CCNL-ATT20"));
    let clause = answer["reasons"].as_array().unwrap().iter().find(|reason| reason["rule"] == "CORE-CLAUSE").unwrap();
    assert_eq!(clause["page"], 12);
    assert_eq!(answer["shots"]["barred"], 4, "the shots of Rossi, Verdi and Bianchi");

    // With a revoked consent and a painting of unknown owner nothing leaves.
    trailer(&stage, "first", &["--must", "3,4"]);
    let (code, answer) = released(&stage, "first/trailer.otio", "out");
    assert_eq!((code, &answer["released"], &answer["decision"]), (3, &false.into(), &"blocked".into()));
    assert!(rules(&answer).contains(&"CORE-REVOKED") && rules(&answer).contains(&"CORE-UNKNOWN"), "{answer:#}");
    assert!(answer["near_misses"][0]["sentence"].as_str().unwrap().contains("CORE-REVOKED"));
    assert!(!stage.path("out").exists(), "nothing left the house");

    // Without them it meets the recorded conditions, and leaves with its papers.
    trailer(&stage, "second", &["--must", "2", "--must-not", "3,4"]);
    let (code, answer) = released(&stage, "second/trailer.otio", "out");
    assert_eq!((code, &answer["released"]), (0, &true.into()), "{answer:#}");
    let film = stage.path("out/trailer.mp4");
    for file in ["trailer.mp4", "trailer-clearance.html", "trailer-disclosure.html"] {
        assert!(stage.path("out").join(file).is_file(), "{file}");
    }
    assert!(answer["owed"].as_array().unwrap().iter().any(|line| line["party"] == "p:rossi-elena"));

    // Verified on another machine: no library, the studio's public keys alone.
    stage.done(&["keys", "trust", "-o", "trust"]);
    let elsewhere = tempfile::tempdir().unwrap();
    let verify = |file: &Path, words: &[&str]| {
        let said = said(bare(elsewhere.path()).arg("--json").arg("verify").arg(file).args(words));
        (said.code, said.json())
    };
    let trust = stage.path("trust");
    let trust = ["--trust", trust.to_str().unwrap()];
    let (code, proof) = verify(&film, &trust);
    assert_eq!(
        (code, &proof["valid"], &proof["ledger_inclusion"]["proven"]),
        (0, &true.into(), &true.into()),
        "{proof:#}"
    );
    assert_eq!(proof["signer"]["name"], "Bottega Studio");
    without_network(&film, &trust);
    assert!(proof["ingredients"].as_array().unwrap().iter().all(|one| one["title"] == "Notte Rossa"));
    let (code, stranger) = verify(&film, &[]);
    assert_eq!((code, &stranger["valid"]), (3, &false.into()), "nobody is believed without a reason");
    let mut bytes = fs::read(&film).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(elsewhere.path().join("changed.mp4"), bytes).unwrap();
    let (code, changed) = verify(&elsewhere.path().join("changed.mp4"), &trust);
    assert_eq!((code, &changed["valid"]), (3, &false.into()));

    // A copy that lost its credential on the way, and was compressed anew: the picture itself says which release it was.
    let copied = elsewhere.path().join("copied.mp4");
    ffmpeg(&["-i", film.to_str().unwrap(), "-map_metadata", "-1", "-c:v", "libx264", "-crf", "23"], &copied);
    let (code, bare_copy) = verify(&copied, &trust);
    assert_eq!((code, &bare_copy["problems"][0]["problem"]), (3, &"no-credential".into()), "{bare_copy:#}");
    assert_eq!(bare_copy["mark"]["id"], answer["mark"], "{bare_copy:#}");
    let (_, known) = asked(&stage, &["verify", copied.to_str().unwrap()]);
    assert_eq!(known["mark"]["release"]["name"], "Notte Rossa - trailer", "{known:#}");
    assert_eq!(known["mark"]["release"]["decision"], proof["decision"]);

    // Asked again, nothing is written or posted twice.
    let before = stage.done(&["ledger", "check"]);
    let (code, again) = released(&stage, "second/trailer.otio", "out");
    assert_eq!((code, &again["hash"]), (0, &answer["hash"]));
    assert_eq!(stage.done(&["ledger", "check"])["entries"], before["entries"]);

    // Paid, with a proof of her own that anyone can check.
    let today = stage.done(&["statement", "p:rossi-elena", "--period", &quarter(&proof), "-o", "statements"]);
    assert_eq!(
        (&today["owed"][0]["minor"], &today["owed"][0]["currency"]),
        (&"100000".into(), &"EUR".into()),
        "{today:#}"
    );
    let paper = today["proof"].as_str().unwrap();
    let paper = stage.path(paper);
    let (code, proven) = verify(&paper, &trust);
    assert_eq!((code, &proven["valid"]), (0, &true.into()), "{proven:#}");
    assert!(!fs::read_to_string(&paper).unwrap().contains("conti"), "nobody else's lines");
    let forged = fs::read_to_string(&paper).unwrap().replace("100000", "900000");
    fs::write(elsewhere.path().join("forged.proof.json"), forged).unwrap();
    assert_eq!(verify(&elsewhere.path().join("forged.proof.json"), &trust).0, 3);
    stage.done(&["rights", "simulate", "second/trailer.otio", "--pool", "10000.00", "--report", "schemes.html"]);

    // Wrong, and undone by an entry of its own, once.
    let posting = today["lines"][0]["entry"].to_string();
    stage.run(&["ledger", "reverse", &posting, "--because", " "]).fails_with(&["--because"]);
    stage.run(&["ledger", "reverse", "0", "--because", "no posting"]).fails_with(&["entry 0 is no posting"]);
    let undo = ["ledger", "reverse", &posting, "--because", "she was not asked for these days"];
    let undone = stage.done(&undo);
    assert_eq!((&undone["reversed"].to_string(), &undone["fresh"]), (&posting, &true.into()), "{undone:#}");
    let again = stage.done(&undo);
    assert_eq!((&again["index"], &again["fresh"]), (&undone["index"], &false.into()));
    let stated = stage.done(&["statement", "elena rossi", "--period", &quarter(&proof)]);
    assert_eq!(
        (&stated["owed"][0]["minor"], stated["lines"].as_array().unwrap().len()),
        (&"0".into(), 2),
        "{stated:#}"
    );
    // The quarter of today can still be released in, so it stays open; one that has passed is closed.
    stage.run(&["ledger", "close", &quarter(&proof)]).fails_with(&["lasts until", "after that day"]);
    assert_eq!(stage.done(&["ledger", "close", "2020-Q1"])["closed"], true);

    // Taken back: the same cut does not leave a second time.
    fs::write(
        stage.path("letter.toml"),
        "[[consent_event]]\nid = 'v:rossi'\nconsent = 'c:rossi-footage'\nkind = 'revoke'\non = 2026-11-01\n",
    )
    .unwrap();
    stage.done(&["rights", "import", "letter.toml"]);
    let (code, answer) = released(&stage, "second/trailer.otio", "out2");
    assert_eq!((code, rules(&answer).contains(&"CORE-REVOKED")), (3, true));

    // Nobody rewrites it quietly.
    let exported = stage.done(&["ledger", "export", "-o", "audit"]);
    assert!(exported["accounts"].to_string().contains("payable:p:rossi-elena"));
    let log = stage.path("library/.bottega/ledger/entries.log");
    let mut bytes = fs::read(&log).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 0x20;
    fs::write(&log, bytes).unwrap();
    let found = stage.run(&["ledger", "check", "--json"]);
    assert_eq!((found.code, &found.json()["sound"]), (3, &false.into()));
}

/// Words on the title cards of a timeline file, changed as one mends a slip of the pen.
fn respell(file: &Path) {
    fn walk(value: &mut Value, seen: &mut bool) {
        match value {
            Value::Object(map) => map.iter_mut().for_each(|(name, item)| match item {
                Value::Array(lines) if name == "lines" => lines.iter_mut().for_each(|line| {
                    *line = format!("{}!", line.as_str().unwrap()).into();
                    *seen = true;
                }),
                item => walk(item, seen),
            }),
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, seen)),
            _ => {}
        }
    }
    let mut timeline: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut seen = false;
    walk(&mut timeline, &mut seen);
    assert!(seen, "a trailer has a title card");
    fs::write(file, timeline.to_string()).unwrap();
}

#[test]
fn what_is_handed_over_is_what_was_made_now_and_goes_over_nothing_else() {
    let stage = studio();
    let reel = fs::read(stage.path("Notte Rossa.mp4")).unwrap();
    trailer(&stage, "cut", &["--must", "2", "--must-not", "3,4"]);
    // A reel at the very place, another page at a paper's: nothing is made, and nothing written over.
    fs::create_dir(stage.path("films")).unwrap();
    fs::write(stage.path("films/trailer.mp4"), &reel).unwrap();
    fs::create_dir(stage.path("pages")).unwrap();
    fs::write(stage.path("pages/trailer-clearance.html"), "<p>mine").unwrap();
    for (to, file) in [("films", "trailer.mp4"), ("pages", "trailer-clearance.html")] {
        let before = fs::read(stage.path(to).join(file)).unwrap();
        let words = [&["release", "cut/trailer.otio", "--to", to], &TERMS[..]].concat();
        stage.run(&words).fails_with(&[file, "is there already"]);
        assert_eq!(fs::read(stage.path(to).join(file)).unwrap(), before);
        assert_eq!(fs::read_dir(stage.path(to)).unwrap().count(), 1);
    }
    let ask = [&["rights", "ask", "release", "cut/trailer.otio", "--report", "Notte Rossa.mp4"], &TERMS[..]].concat();
    stage.run(&ask).fails_with(&["Notte Rossa.mp4", "is there already"]);
    let pool = ["rights", "simulate", "cut/trailer.otio", "--pool", "1.00", "--report", "Notte Rossa.mp4"];
    stage.run(&pool).fails_with(&["Notte Rossa.mp4", "is there already"]);
    assert_eq!(fs::read(stage.path("Notte Rossa.mp4")).unwrap(), reel);

    // What an ingredient says lies in the reel, not on the timeline.
    let (code, first) = released(&stage, "cut/trailer.otio", "out");
    assert_eq!(code, 0, "{first:#}");
    let said = stage.done(&["verify", "out/trailer.mp4"]);
    let shots = said["ingredients"].as_array().unwrap();
    assert!(!shots.is_empty());
    for one in shots {
        let [shot, start, end] = [&one["shot"], &one["frames"][0], &one["frames"][1]].map(|n| n.as_i64().unwrap());
        assert!(shot * SHOT_FRAMES <= start && start < end && end <= (shot + 1) * SHOT_FRAMES, "{one}");
    }

    // A slip on a title card is mended the same day: the decision is the same, the film is not.
    respell(&stage.path("cut/trailer.otio"));
    let (code, mended) = released(&stage, "cut/trailer.otio", "out");
    assert_eq!((code, &mended["facts_hash"]), (0, &first["facts_hash"]), "{mended:#}");
    assert_ne!(mended["hash"], first["hash"], "the cut as it is now");
    assert_eq!(stage.done(&["verify", "out/trailer.mp4"])["valid"], true);

    // Matroska holds no credential: it lies beside the film, and is told.
    let words = [&["release", "cut/trailer.otio", "--as", "ffv1", "--to", "archive"], &TERMS[..]].concat();
    let (code, archived) = asked(&stage, &words);
    assert_eq!((code, &archived["credential"]), (0, &"archive/trailer.mkv.credential.json".into()), "{archived:#}");
    stage.done(&["keys", "trust", "-o", "trust"]);
    assert_eq!(stage.done(&["verify", "archive/trailer.mkv", "--trust", "trust"])["valid"], true);

    // A stolen key is taken back: the same command signs anew.
    let stolen = said["signer"]["serial"].as_str().unwrap();
    stage.done(&["keys", "revoke", stolen, "--reason", "key-compromise"]);
    assert_eq!(stage.run(&["verify", "out/trailer.mp4"]).code, 3);
    let (code, _) = released(&stage, "cut/trailer.otio", "out");
    let said = stage.done(&["verify", "out/trailer.mp4"]);
    assert!(code == 0 && said["signer"]["serial"] != stolen, "{said:#}");
    // Without the list nobody can say that no key was taken back.
    fs::remove_file(stage.path("trust/revoked.json")).unwrap();
    stage.run(&["verify", "out/trailer.mp4", "--trust", "trust"]).fails_with(&["trust/revoked.json", "fetch it"]);
    fs::write(stage.path("library/.bottega/keys/revoked.json"), "{}").unwrap();
    stage.run(&["verify", "out/trailer.mp4"]).fails_with(&["revoked.json"]);
}

#[test]
fn a_release_killed_at_any_moment_posts_once() {
    let stage = studio();
    trailer(&stage, "cut", &["--must", "2", "--must-not", "3,4"]);
    let kills: u64 = std::env::var("BOTTEGA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    for kill in 0..kills {
        let mut child = stage
            .command()
            .args(["release", "cut/trailer.otio", "--to", "out"])
            .args(TERMS)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(20 + kill * 997 % 2500));
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        let checked = stage.run(&["ledger", "check", "--json"]);
        assert_eq!((checked.code, &checked.json()["sound"]), (0, &true.into()), "after kill {kill}: {}", checked.out);
    }
    let (code, answer) = released(&stage, "cut/trailer.otio", "out");
    assert_eq!(code, 0, "{answer:#}");
    let accounts = stage.done(&["ledger", "export", "-o", "audit"])["accounts"].clone();
    let payable = accounts.as_array().unwrap().iter().find(|a| a["account"] == "payable:p:rossi-elena").unwrap();
    assert_eq!(payable["sums"][0]["minor"], "-100000", "owed once, however often it was killed");
    let entries = fs::read_to_string(stage.path("audit/entries.csv")).unwrap();
    assert_eq!(
        entries.lines().filter(|line| line.contains("release")).filter(|line| line.contains("\"\"file\"\"")).count(),
        1
    );
}

/// The quarter in which the film was signed.
fn quarter(proof: &Value) -> String {
    let day = proof["signed_at"].as_str().unwrap();
    let month: u32 = day[5..7].parse().unwrap();
    format!("{}-Q{}", &day[..4], month.div_ceil(3))
}

#[test]
fn a_voice_may_dub_and_do_nothing_else() {
    let stage = studio();
    let make = |words: &[&str]| {
        let first =
            ["rights", "ask", "make", "--model", "m:voce-cole-v1", "--person", "p:cole-james", "--tag", "own_lines"];
        asked(&stage, &[&first[..], words].concat())
    };
    let dub = ["--purpose", "dub", "--work", "Night Train", "--language", "it"];
    let (code, answer) = make(&dub);
    assert_eq!(code, 3);
    assert!(rules(&answer).contains(&"MODEL-MEMO"), "a model that nobody tested: {answer:#}");
    fs::write(
        stage.path("memo.toml"),
        "[[model]]\nid = 'm:voce-cole-v1'\naspect = 'voice'\nsubject_person = 'p:cole-james'\naffiliated = true\npublic_facing = false\n\
         access_limited = true\nmemorization = { prompts = 5000, extracted = 0, report = 'sha256:9999999999999999999999999999999999999999999999999999999999999999' }\n\
         [[deed]]\nid = 'd:consult'\nkind = 'consultation'\nabout = 'w:night-train'\nby = 'legal:mv'\non = 2026-07-01\n",
    )
    .unwrap();
    stage.done(&["rights", "import", "memo.toml"]);
    let (code, answer) = make(&dub);
    assert_eq!((code, &answer["decision"]), (0, &"meets_recorded_conditions".into()), "{answer:#}");
    assert!(answer["duties"].as_array().unwrap().iter().any(|duty| duty["kind"] == "pay"));
    for (words, rule) in [
        (["--purpose", "dub", "--work", "Night Train", "--language", "fr"], "SAG-39D"),
        (["--purpose", "trailer", "--work", "Night Train", "--language", "it"], "CORE-PURPOSE"),
        (["--purpose", "dub", "--work", "Notte Rossa 2", "--language", "it"], "CORE-PROJECT"),
    ] {
        let (code, answer) = make(&words);
        assert_eq!(code, 3, "{words:?}");
        let said = rules(&answer);
        assert!(said.contains(&rule) || (rule == "SAG-39D" && !said.is_empty()), "{words:?}: {said:?}");
    }
}

#[test]
fn without_a_record_all_is_a_trial_and_nothing_leaves() {
    let stage = Stage::new();
    stage.with_film();
    stage
        .run(&[
            "release",
            "none.otio",
            "--to",
            "out",
            "--purpose",
            "trailer",
            "--territory",
            "IT",
            "--from",
            "2027-01-01",
            "--until",
            "2027-12-31",
            "--medium",
            "svod",
        ])
        .fails_with(&["keys init"]);
    stage.done(&["keys", "init", "--studio", "Bottega Studio"]);
    let made = stage.run(&["trailer", "film", "--length", "6s", "--sandbox", "-o", "t", "--json"]);
    assert!(made.json()["notes"].to_string().contains("sandbox"), "{}", made.out);
    let page = fs::read_to_string(stage.path("t/report.html")).unwrap();
    assert!(page.contains("sandbox"), "its report says so");
    let (code, answer) = released(&stage, "t/trailer.otio", "out");
    assert_eq!((code, &answer["decision"]), (3, &"unknown".into()), "{answer:#}");
    assert!(!answer["reasons"].as_array().unwrap().is_empty(), "with the list of what is missing");
    let (_, answer) = asked(&stage, &["rights", "ask", "train", "--model", "image"]);
    assert_eq!((&answer["shots"]["sandbox"], &answer["shots"]["barred"]), (&true.into(), &0.into()));
}
