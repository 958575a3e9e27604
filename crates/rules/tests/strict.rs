//! What a pack must be to be taken, and what a rule that cannot be asked does.

use std::path::Path;

use rules::{Pack, PackText, Rulebook};

const CEDAR: &str = r#"// A studio's own rule.
@id("HOUSE-1")
forbid (principal, action == Action::"consent", resource)
when { context has media && context.media.contains("airline") };
"#;

const SHEET: &str = r#"pack = "house"
version = "2026-11-01"
status = "in_force"
select = { always = true }

[[rule]]
id = "HOUSE-1"
effect = "deny"
sentence = "{subject} of {person} goes by {media}"
facts = ["media"]
remedy = "leave out aircraft"
source = "the studio"
evidence = "design"
"#;

fn text(cedar: &str, sheet: &str) -> PackText {
    PackText { name: "house".into(), cedar: cedar.into(), sheet: sheet.into() }
}

fn fault(cedar: &str, sheet: &str) -> (String, usize, String) {
    let fault = Pack::read(&text(cedar, sheet)).unwrap_err();
    (fault.place.file.clone(), fault.place.line, fault.what.clone())
}

#[test]
fn a_pack_that_is_whole_is_taken() {
    let pack = Pack::read(&text(CEDAR, SHEET)).unwrap();
    assert_eq!((pack.name.as_str(), pack.hash.len()), ("house", 64));
}

#[test]
fn a_pack_that_is_not_is_refused_with_file_and_line() {
    let sheet = |line: &str, by: &str| fault(CEDAR, &SHEET.replace(line, by));
    for (line, by, at, says) in [
        ("sentence = \"{subject} of {person} goes by {media}\"\n", "", 7, "no sentence"),
        ("source = \"the studio\"\n", "", 7, "no source"),
        ("remedy = \"leave out aircraft\"\n", "", 7, "no remedy"),
        ("evidence = \"design\"", "evidence = \"sure\"", 7, "evidence"),
        ("{media}", "{weather}", 7, "weather"),
        ("facts = [\"media\"]", "facts = [\"weather\"]", 7, "weather"),
        ("effect = \"deny\"", "effect = \"duty\"", 7, "[rule.duty]"),
        ("effect = \"deny\"", "effect = \"maybe\"", 8, "maybe"),
        ("facts", "fakts", 10, "fakts"),
        ("select = { always = true }", "select = { }", 4, "select"),
        ("status = \"in_force\"", "status = \"draft\"", 7, "only warn"),
        ("id = \"HOUSE-1\"", "id = \"HOUSE-2\"", 2, "HOUSE-1"),
    ] {
        let (file, found, what) = sheet(line, by);
        assert!(found == at && what.contains(says), "{by}: {file}:{found}: {what}");
    }
    let cedar = |from: &str, to: &str| fault(&CEDAR.replace(from, to), SHEET);
    for (from, to, says) in [
        ("contains(\"airline\")", "contains(7)", "schema"),
        ("context has media && ", "", "schema"),
        ("context.media", "context.weather", "schema"),
        ("forbid", "permit", "forbid"),
        ("Action::\"consent\"", "Action::\"dream\"", "no such subject"),
        ("action == Action::\"consent\"", "action", "which subjects"),
        ("HOUSE-1", "HOUSE-1.sometimes", "sometimes"),
        ("when {", "when", "no Cedar policy"),
    ] {
        let (file, line, what) = cedar(from, to);
        assert!(file == "house.cedar" && line == 2 && what.contains(says), "{to}: {file}:{line}: {what}");
    }
    let twice = fault(&format!("{CEDAR}\n{CEDAR}"), SHEET);
    assert!(twice.1 == 7 && twice.2.contains("twice"), "{twice:?}");
    let rule = SHEET.split_once("[[rule]]").unwrap().1;
    let twice = fault(CEDAR, &format!("{SHEET}\n[[rule]]{rule}"));
    assert!(twice.1 == 16 && twice.2.contains("twice"), "{twice:?}");
}

#[test]
fn a_studios_folder_is_read_as_strictly() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    write("house.cedar", CEDAR);
    assert!(Rulebook::with(dir.path()).unwrap_err().what.contains(".toml"));
    write("house.toml", SHEET);
    let book = Rulebook::with(dir.path()).unwrap();
    assert!(book.rules().iter().any(|rule| rule.id == "HOUSE-1" && rule.pack == "house"));
    write("core.toml", &SHEET.replace("HOUSE-1", "CORE-TERR").replace("\"house\"", "\"mine\""));
    write("core.cedar", &CEDAR.replace("HOUSE-1", "CORE-TERR"));
    let twice = Rulebook::with(dir.path()).unwrap_err();
    assert!(twice.what.contains("CORE-TERR") && twice.place.line == 7, "{twice}");
    assert!(Rulebook::with(Path::new("/nowhere")).is_err());
}

#[test]
fn the_schema_is_as_long_as_the_vocabulary() {
    let schema = rules::vocabulary::schema();
    for kind in rules::vocabulary::Kind::ALL {
        assert!(schema.contains(&format!("action {} appliesTo", kind.as_str())));
    }
}

/// The remedy of EQUITY-PENDING: a pack of the studio's own.
#[test]
fn a_pack_in_force_takes_the_place_of_a_pending_one() {
    let dir = tempfile::tempdir().unwrap();
    let sheet = SHEET.replace("{ always = true }", "{ guild = \"equity\" }").replace("\"house\"", "\"equity-2027\"");
    std::fs::write(dir.path().join("equity-2027.toml"), format!("valid_from = 2027-01-01\n{sheet}")).unwrap();
    std::fs::write(dir.path().join("equity-2027.cedar"), CEDAR).unwrap();
    let book = Rulebook::with(dir.path()).unwrap();
    let said = |start: &str, packs: &str| {
        let rows = format!(
            "[[party]]\nid='p:a'\nkind='person'\nname='A'\n[[work]]\nid='w:a'\nkind='feature'\ntitle='A'\n\
             guilds=['equity']\nphotography_start={start}\npacks=[{packs}]\nauthors=['p:a']\n"
        );
        let record = rights::Record::new(rights::read::toml("a.toml", &rows).unwrap().into_iter().map(|row| row.entry));
        let make = serde_json::json!({
            "ask": "make", "model": "m:a", "persons": ["p:a"], "purpose": "dub", "work": "A", "on": "2027-05-01",
        });
        let decision = book.decide(&record, "o:studio", &serde_json::from_value(make).unwrap());
        let pending = decision.reasons.iter().any(|reason| reason.rule == "EQUITY-PENDING");
        (pending, decision.packs.iter().any(|pack| pack.pack == "equity-2027"))
    };
    assert_eq!(said("2027-02-01", ""), (false, true), "by its days");
    assert_eq!(said("2026-02-01", ""), (true, false), "a work from before its days stays where it was");
    assert_eq!(said("2026-02-01", "'equity-2027'"), (false, true), "named");
}
