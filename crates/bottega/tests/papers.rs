//! Papers of the record: each names the right facts with document and page, carries the disclaimer, and is not written about what
//! is not recorded, nor over another file.

mod stage;

use std::fs;
use std::path::Path;

use serde_json::Value;
use stage::{Stage, many_shots};

const DISCLAIMER: &str =
    "Records and checks of the conditions entered by the studio. Not legal advice; a qualified person must decide.";

/// Rows that the story lacks, so that every paper has something to say.
const MORE: &str = r#"
[[party]]
id = "o:lucerna"
kind = "org"
name = "Lucerna Effetti"

[[party]]
id = "p:hart-ruth"
kind = "person"
name = "Ruth Hart"

[[consent]]
id = "c:rossi-scan"
person = "p:rossi-elena"
replica = "EBDR"
description = "A scan of her face for one stunt of Notte Rossa 2."
acts = ["create_model", "generate"]
biometrics = ["face"]
projects = ["w:notte-rossa-2"]
business_reason = "a fall that no one should take"

[[model]]
id = "m:grade-v3"
aspect = "image"
affiliated = false
vendor = { party = "o:lucerna", exclusive = false, retains_inputs = true, trains_on_inputs = false, weights_owner = "o:studio", deletion_proof = true }

[[transfer]]
id = "x:voice-out"
to = "o:lucerna"
what = "replica"
works = ["w:night-train"]
on = 2027-04-02
union_asked_on = 2027-03-08

[[transfer]]
id = "x:open-set"
to = "o:lucerna"
what = "training_set"
works = ["w:night-train"]
for_training = true
affiliated = false
public_facing = true
on = 2099-06-01

[[transfer]]
id = "x:notte-set"
to = "o:lucerna"
what = "training_set"
works = ["w:notte-rossa"]
for_training = true
on = 2099-06-01

[[text]]
id = "t:outline"
work = "w:night-train"
origin = "gai"
handed_to = "p:hart-ruth"

[[work]]
id = "w:last-train"
kind = "feature"
title = "Last Train"
photography_start = 2026-08-10
country = "US"
guilds = ["sag_aftra", "wga"]
authors = ["o:studio"]

[[consent]]
id = "c:hart-voice"
person = "p:hart-ruth"
replica = "EBDR"
acts = ["generate"]
purposes = ["dub"]
projects = ["w:last-train"]
document = "sha256:9999999999999999999999999999999999999999999999999999999999999999"
page = 1

[[synthetic]]
id = "y:porter"
work = "w:last-train"
human_role = true

[[strike]]
id = "k:sag"
guild = "sag_aftra"
from = 2026-01-01
"#;

/// A library with the film, the story and the rows above.
fn studio() -> Stage {
    let stage = Stage::new();
    fs::copy(many_shots(), stage.path("Notte Rossa.mp4")).unwrap();
    stage.done(&["ingest", "--quick", "Notte Rossa.mp4"]);
    recorded(&stage);
    stage
}

fn recorded(stage: &Stage) {
    let record = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rights/tests/notte/record.toml");
    fs::write(stage.path("record.toml"), fs::read_to_string(record).unwrap() + MORE).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
}

/// What was said of a paper and its page; the exit code must be `code`.
fn paper(stage: &Stage, code: i32, words: &[&str]) -> (Value, String) {
    let said = stage.run(&[&["rights", "paper"], words, &["--json"]].concat());
    assert_eq!(said.code, code, "{words:?}: {}{}", said.err, said.out);
    let said = said.json();
    assert_eq!(said["disclaimer"], DISCLAIMER);
    let page = fs::read_to_string(stage.path(said["file"].as_str().unwrap())).unwrap();
    for part in [("<header>", "</header>"), ("<footer>", "</footer>")] {
        let start = page.find(part.0).unwrap();
        assert!(page[start..page.find(part.1).unwrap()].contains(DISCLAIMER), "{words:?}");
    }
    // The answer on the page is the one that was printed.
    let answer = said["answer"].as_str().unwrap();
    assert!(page.contains(answer), "{words:?}: {answer}");
    let own = page.replace("legal:mv", "").replace("Not legal advice", "").to_lowercase();
    for never in ["legal", "compliant", "cleared", "infring"] {
        assert!(!own.contains(never), "{words:?} says {never}");
    }
    (said, page)
}

fn names(page: &str, facts: &[&str]) {
    for fact in facts {
        assert!(page.contains(fact), "no {fact:?}");
    }
}

#[test]
fn a_chain_says_what_arrives_by_which_page_and_what_does_not() {
    let stage = Stage::new();
    recorded(&stage);
    let (said, page) = paper(&stage, 3, &["chain", "Notte Rossa", "-o", "chain.html"]);
    assert_eq!(
        (&said["paper"], &said["about"], &said["file"]),
        (&"chain".into(), &"w:notte-rossa".into(), &"chain.html".into())
    );
    assert_eq!((&said["state"], said["chain"]["gaps"].as_array().unwrap().len()), (&"bad".into(), 4));
    assert_eq!(said["because"].as_array().unwrap().len(), 1, "four acts, one reason: {said:#}");
    names(&page, &["22222222", ", p. 2", "33333333", ", p. 7", "Alfa Film", "without end"]);
    // Where the studio holds it, and of the work that another is made from.
    let europe = ["--territory", "IT,DE", "--medium", "svod", "--act", "communicate,adapt", "--until", "2030-12-31"];
    let (said, page) = paper(&stage, 0, &[&["chain", "w:notte-rossa-2"], &europe[..]].concat());
    assert_eq!((&said["state"], &said["file"]), (&"good".into(), &"chain-w-notte-rossa-2.html".into()));
    names(&page, &["the work is made from it", "Lucia Conti", ", p. 7"]);
    // What the finished work is made of is not said without its timeline.
    assert!(page.contains("was not given to this paper"));
    stage.run(&["rights", "paper", "chain", "Sintel"]).fails_with(&["Sintel", "Notte Rossa", "rights import"]);
    let wrong = stage.run(&["rights", "paper", "chain", "Notte Rossa", "--until", "2027-02-29"]);
    assert_eq!(wrong.code, 2);
    assert!(wrong.err.contains("no day"), "{}", wrong.err);
}

#[test]
fn a_passport_tells_each_shot_and_is_in_the_ledger() {
    let stage = studio();
    let (said, page) = paper(&stage, 0, &["passport", "m:light-v1", "--title", "Notte Rossa"]);
    let training = &said["training"];
    // Shots 2 to 5 show persons, of the others nobody said who is in them; in shot 1 nobody is.
    assert_eq!((&training["shots"]["allowed"], &training["decision"]), (&1.into(), &"blocked".into()), "{training:#}");
    names(
        &page,
        &["22222222", ", p. 2", "IT-CCNL-ATT20", "CORE-CLAUSE", "bars ai_training", "nobody in it", "Not tested."],
    );
    assert!(page.contains("#0, #6–#23"), "shots of one reason stand together");
    assert!(page.contains(training["facts_hash"].as_str().unwrap()));
    let asked = stage.run(&["rights", "ask", "train", "--model", "m:light-v1", "--title", "Notte Rossa", "--json"]);
    assert_eq!(asked.json()["ledger_entry"], training["ledger_entry"], "one question, one entry");
    let (said, page) = paper(&stage, 0, &["summary", "light"]);
    assert_eq!((&said["about"], &said["state"]), (&"m:light-v1".into(), &"plain".into()));
    names(&page, &["article 53(1)(d)", "opens no network", "unknown", "CORE-ACT"]);
    let (_, page) = paper(&stage, 0, &["summary", "m:grade-v3"]);
    assert!(page.contains("it is in the hands of"), "what a vendor trains on, nobody here can tell");
    stage.run(&["rights", "paper", "passport", "m:light"]).fails_with(&["m:light-v1", "[[model]]"]);
    stage.run(&["rights", "paper", "passport", "m:light-v1", "--title", "Sintel"]).fails_with(&["Sintel"]);
    // Without a film there is nothing to ask about, and the page says so.
    let bare = Stage::new();
    recorded(&bare);
    let (said, _) = paper(&bare, 3, &["passport", "m:voce-cole-v1"]);
    assert_ne!(said["state"], "good");
}

#[test]
fn a_person_gets_sheet_and_notice() {
    let stage = Stage::new();
    recorded(&stage);
    let (_, page) = paper(&stage, 0, &["consent", "c:cole-dub"]);
    names(
        &page,
        &[
            "own lines of Night Train",
            "77777777",
            ", p. 1",
            "2029-06-30",
            "A copy from the record",
            "training other models",
        ],
    );
    assert!(!page.contains("class=\"signatures\""), "what is signed is not signed again");
    let (said, page) = paper(&stage, 0, &["consent", "Marta Verdi"]);
    assert_eq!((&said["state"], &said["about"]), (&"bad".into(), &"c:verdi-footage".into()));
    names(&page, &["revoked 2026-11-02", "66666666", "letter of her counsel"]);
    let (said, page) = paper(&stage, 0, &["consent", "c:rossi-scan"]);
    assert_eq!(said["answer"], "Consent, to be signed");
    names(&page, &["Initials", "For the studio", "Nothing is recorded.", "none: not agreed"]);
    stage.run(&["rights", "paper", "consent", "James Cole"]).fails_with(&["c:cole-dub", "c:cole-footage"]);
    stage.run(&["rights", "paper", "consent", "Lucia Conti"]).fails_with(&["Lucia Conti", "[[consent]]"]);
    stage.run(&["rights", "paper", "consent", "c:none"]).fails_with(&["c:none", "c:cole-dub"]);

    let (said, page) = paper(&stage, 0, &["scan-notice", "c:cole-dub", "--place", "Rome"]);
    assert_eq!(said["answer"], "Notice given 93 hours before");
    names(&page, &["2026-06-22 07:00 UTC", "Rome"]);
    let time = ["--services", "2027-01-05T08:00+01:00"];
    let (said, page) = paper(&stage, 0, &[&["scan-notice", "c:rossi-scan"], &time[..]].concat());
    assert_eq!(said["state"], "open");
    names(&page, &["2027-01-03 07:00 UTC", "a fall that no one should take", "face"]);
    stage
        .run(&[&["rights", "paper", "scan-notice", "c:cole-dub"], &time[..]].concat())
        .fails_with(&["2026-06-24T07:00:00Z"]);
    stage.run(&["rights", "paper", "scan-notice", "c:rossi-footage"]).fails_with(&["no replica", "paper consent"]);
}

#[test]
fn unions_writers_and_vendors_get_theirs() {
    let stage = Stage::new();
    recorded(&stage);
    stage.run(&["rights", "paper", "union-notice", "x:open-set"]).fails_with(&["--guild", "sag_aftra, wga, dga"]);
    stage.run(&["rights", "paper", "union-notice", "x:open-set", "--guild", "equity"]).fails_with(&["equity", "wga"]);
    let (said, page) = paper(&stage, 0, &["union-notice", "x:open-set", "--guild", "wga"]);
    assert_eq!(said["file"], "union-notice-x-open-set-wga.html");
    names(&page, &["WGA-NOTICE", "The studio gives notice", "2099-06-01"]);
    // What is not recorded is not stated to a union.
    let (said, page) = paper(&stage, 0, &["union-notice", "x:notte-set"]);
    assert_eq!(said["answer"], "Unknown whether notice is owed");
    assert!(!page.contains("The studio gives notice"));
    let (_, page) = paper(&stage, 0, &["transfer", "x:voice-out"]);
    names(&page, &["2027-03-29", "SAG-39I"]);
    stage.run(&["rights", "paper", "transfer", "x:open-set"]).fails_with(&["training_set", "union-notice"]);
    stage.run(&["rights", "paper", "transfer", "x:none"]).fails_with(&["x:open-set", "x:voice-out"]);
    let (said, page) = paper(&stage, 0, &["writer", "t:outline"]);
    assert_eq!((&said["name"], &said["state"]), (&"Ruth Hart".into(), &"bad".into()));
    names(&page, &["made by a generative model", "WGA-DISCLOSE"]);
    let (said, page) = paper(&stage, 0, &["synthetic", "y:porter", "--value", "a porter with no face"]);
    // Words on the page are no memo on record: SAG-39K blocks all the same.
    let missing = "Missing: what it adds, as `value_memo` on record, notice to the union, where bargaining stands.";
    assert_eq!((&said["because"][0], &said["state"]), (&missing.into(), &"bad".into()));
    names(&page, &["a porter with no face", "SAG-39K"]);
    let (said, page) = paper(&stage, 0, &["strike"]);
    assert_eq!(said["answer"], "On strike since 2026-01-01");
    names(&page, &["c:hart-voice", "99999999", "SAG-39G"]);
    assert!(!page.contains("c:cole-dub"), "Night Train was photographed before the rule");
    let (said, page) = paper(&stage, 0, &["vendor", "m:grade-v3"]);
    assert_eq!(
        (&said["about"], &said["because"][0]),
        (&"o:lucerna".into(), &"the vendor keeps what it is given".into())
    );
    names(&page, &["x:voice-out", "m:grade-v3"]);
    stage.run(&["rights", "paper", "vendor", "m:light-v1"]).fails_with(&["m:light-v1", "vendor = {"]);
    let bare = Stage::new();
    bare.run(&["rights", "paper", "strike"]).fails_with(&["no strike", "[[strike]]", "rights import"]);
}

/// What a paper says is blocked is what the rules block, and nothing else.
#[test]
fn papers_say_what_the_rules_answer() {
    let stage = Stage::new();
    recorded(&stage);
    let more = r#"
[[strike]]
id = "k:wga"
guild = "wga"
from = 2026-02-01

[[consent]]
id = "c:rossi-late"
person = "p:rossi-elena"
replica = "EBDR"
projects = ["w:notte-rossa-2"]
notice = { given_at = 2026-06-24T01:00:00Z, services_at = 2026-06-24T11:00:00Z }

[[consent]]
id = "c:hart-late"
person = "p:hart-ruth"
replica = "EBDR"
projects = ["w:last-train"]
notice = { given_at = 2026-06-24T01:00:00Z, services_at = 2026-06-24T11:00:00Z }

[[engagement]]
id = "n:hart"
party = "p:hart-ruth"
work = "w:night-train"
craft = "performer"
guild = "sag_aftra"

[[consent]]
id = "c:hart-early"
person = "p:hart-ruth"
replica = "EBDR"
projects = ["w:night-train"]
notice = { given_at = 2026-06-24T01:00:00Z, services_at = 2026-06-24T11:00:00Z }

[[text]]
id = "t:with-model"
work = "w:night-train"
origin = "writer_with_gai"
handed_to = "p:hart-ruth"
"#;
    fs::write(stage.path("more.toml"), more).unwrap();
    stage.done(&["rights", "import", "more.toml"]);
    let (said, page) = paper(&stage, 0, &["strike", "k:wga"]);
    assert_eq!((&said["state"], page.contains("SAG-39G")), (&"open".into(), false), "{said:#}");
    // Ten hours before: an Italian film is under no agreement that asks for 48.
    let (said, page) = paper(&stage, 0, &["scan-notice", "c:rossi-late"]);
    assert_eq!((&said["state"], page.contains("SAG-NOTICE48")), (&"plain".into(), false), "{said:#}");
    let (said, page) = paper(&stage, 0, &["scan-notice", "c:hart-early"]);
    assert_eq!((&said["state"], page.contains("SAG-NOTICE48")), (&"bad".into(), true), "{said:#}");
    let (said, _) = paper(&stage, 0, &["writer", "t:with-model"]);
    assert_eq!(said["state"], "plain", "{said:#}");
    // A paper that nobody read is none that a release may rest on.
    let unread = fs::read_to_string(stage.path("record.toml")).unwrap();
    let unread = unread.replacen("page = 7\nverified_by = \"legal:mv\"\n", "page = 7\n", 1);
    fs::write(stage.path("record.toml"), unread).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
    let italy = ["--territory", "IT", "--medium", "svod", "--until", "2030-12-31"];
    let (said, _) = paper(&stage, 3, &[&["chain", "Notte Rossa"], &italy[..]].concat());
    assert_eq!(said["answer"], "Unbroken as recorded; blocked by rule CORE-DOC");
    let gaps = stage.done(&["rights", "who", "Notte Rossa"])["gaps"].to_string();
    assert!(gaps.contains("no document, page or reader"), "{gaps}");
}

#[test]
fn a_page_is_written_over_nothing_but_an_earlier_print_of_itself() {
    let stage = Stage::new();
    recorded(&stage);
    let write = |out: &str, words: &[&str]| stage.run(&[&["rights", "paper"], words, &["-o", out]].concat());
    assert_eq!(write("a.html", &["consent", "c:cole-dub"]).code, 0);
    assert_eq!(write("a.html", &["consent", "c:cole-dub"]).code, 0, "the same paper once more");
    let held = fs::read(stage.path("a.html")).unwrap();
    // Of the same kind and about the same person, and another paper all the same.
    write("a.html", &["consent", "c:cole-footage"]).fails_with(&["a.html", "-o"]);
    write("a.html", &["scan-notice", "c:cole-dub"]).fails_with(&["a.html", "-o"]);
    assert_eq!(fs::read(stage.path("a.html")).unwrap(), held);
    fs::write(stage.path("film.mkv"), [0xff; 9000]).unwrap();
    write("film.mkv", &["strike"]).fails_with(&["film.mkv", "-o"]);
    fs::create_dir(stage.path("papers")).unwrap();
    assert_eq!(write("papers", &["strike"]).code, 0);
    assert!(stage.path("papers/strike-k-sag.html").is_file());
    assert_eq!(write("new/folder/s.html", &["strike"]).code, 0);
    assert!(stage.path("new/folder/s.html").is_file());
    // A record's name does not choose the folder.
    fs::write(stage.path("up.toml"), "[[text]]\nid = 't:../../up'\nwork = 'w:night-train'\norigin = 'human'\n")
        .unwrap();
    if stage.run(&["rights", "import", "up.toml"]).code == 0 {
        let (said, _) = paper(&stage, 0, &["writer", "t:../../up"]);
        assert!(
            !said["file"].as_str().unwrap().contains(['/', '.']) || said["file"] == "writer-t-------up.html",
            "{said:#}"
        );
    }
}
