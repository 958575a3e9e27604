//! Nothing that a pack or a question says brings its readers down, and answers are read as they were written.

#[allow(dead_code)]
mod fixture;
#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use fixture::World;
use mischief::{HUGE, fuzz, withstands};
use rules::{Decision, Pack, PackText, Question, Rulebook};

/// Both files of a pack in one text, parted by a letter that neither holds.
const PART: char = '\u{1}';

fn pack(text: &str) -> PackText {
    let (cedar, sheet) = text.split_once(PART).unwrap_or((text, ""));
    PackText { name: "house".into(), cedar: cedar.into(), sheet: sheet.into() }
}

/// Small packs of the house.
fn packs() -> Vec<Vec<u8>> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("packs");
    let read = |name: String| std::fs::read_to_string(dir.join(name)).unwrap();
    ["dk-draft", "it-l132", "equity", "us-ny-ads", "us-tn", "wga-2026"]
        .iter()
        .map(|name| format!("{}{PART}{}", read(format!("{name}.cedar")), read(format!("{name}.toml"))).into_bytes())
        .collect()
}

#[test]
fn packs_of_a_studio() {
    let whole = packs();
    // One half spoiled beside the other as it is.
    let halves: Vec<(String, String)> = whole
        .iter()
        .map(|text| std::str::from_utf8(text).unwrap().split_once(PART).unwrap())
        .map(|(cedar, sheet)| (cedar.to_owned(), sheet.to_owned()))
        .collect();
    let tried = |text: &str| match Pack::read(&pack(text)) {
        Ok(_) => true,
        Err(fault) => {
            let told = pack(text);
            let of = if fault.place.file.ends_with(".cedar") { told.cedar } else { told.sheet };
            let lines = of.bytes().filter(|b| *b == b'\n').count() + 1;
            assert!((1..=lines).contains(&fault.place.line), "{fault}");
            assert!(fault.what.len() < 3000, "a fault repeats {} bytes of what it found", fault.what.len());
            false
        }
    };
    for (cedar, sheet) in &halves {
        let seeds = [cedar.clone().into_bytes()];
        fuzz("rules::Pack, policies", &seeds, 60, |bytes| {
            std::str::from_utf8(bytes).is_ok_and(|text| tried(&format!("{}{PART}{sheet}", text.replace(PART, ""))))
        });
        let seeds = [sheet.clone().into_bytes()];
        fuzz("rules::Pack, sheet", &seeds, 50, |bytes| {
            std::str::from_utf8(bytes).is_ok_and(|text| tried(&format!("{cedar}{PART}{text}")))
        });
    }
}

#[test]
fn questions_and_their_answers() {
    let world = World::read();
    let cases: Vec<_> = fixture::cases().into_values().flatten().collect();
    let worlds: Vec<_> = cases.iter().step_by(17).map(|case| world.of(case)).collect();
    let seeds: Vec<Vec<u8>> = worlds.iter().map(|(_, question)| serde_json::to_vec(question).unwrap()).collect();
    let book = Rulebook::load().unwrap();
    let (record, _) = &worlds[0];
    fuzz("rules::Question", &seeds, 1000, |bytes| {
        let Ok(question) = serde_json::from_slice::<Question>(bytes) else { return false };
        let again = serde_json::to_vec(&question).unwrap();
        assert_eq!(serde_json::from_slice::<Question>(&again).unwrap(), question);
        if bytes.len() < 5000 {
            let decision = book.decide(record, "o:studio", &question);
            let again = serde_json::to_vec(&decision).unwrap();
            assert_eq!(serde_json::from_slice::<Decision>(&again).unwrap(), decision);
        }
        true
    });
    let answers: Vec<Vec<u8>> = worlds
        .iter()
        .map(|(record, question)| serde_json::to_vec(&book.decide(record, "o:studio", question)).unwrap())
        .collect();
    fuzz("rules::Decision", &answers, 1000, |bytes| {
        let Ok(decision) = serde_json::from_slice::<Decision>(bytes) else { return false };
        let again = serde_json::to_vec(&decision).unwrap();
        assert_eq!(serde_json::from_slice::<Decision>(&again).unwrap(), decision);
        true
    });
}

#[test]
fn huge_and_deep_packs() {
    let whole = packs();
    let (cedar, sheet) = std::str::from_utf8(&whole[0]).unwrap().split_once(PART).unwrap();
    let tried = |name: &str, cedar: &str, sheet: &str| {
        withstands(&format!("rules::Pack, {name}"), format!("{cedar}{PART}{sheet}").as_bytes(), 700, |bytes| {
            if let Err(fault) = Pack::read(&pack(std::str::from_utf8(bytes).unwrap())) {
                assert!(fault.what.len() < 3000, "{} bytes", fault.what.len());
            }
        });
    };
    let x = "x".repeat(HUGE);
    let rule = |when: String| {
        let head = cedar.split("when").next().unwrap().lines().filter(|l| !l.starts_with("//")).collect::<Vec<_>>();
        format!("{}\nwhen {{ {when} }};\n", head.join("\n"))
    };
    // The first is the most that is let in, so Cedar must hold it.
    for deep in [22, 390, 1000, 1_000_000] {
        tried(&format!("{deep} brackets"), &rule(format!("{}true{}", "(".repeat(deep), ")".repeat(deep))), sheet);
        tried(&format!("{deep} open brackets"), &rule("(".repeat(deep)), sheet);
        tried(&format!("{deep} sets"), &rule("[".repeat(deep)), sheet);
        tried(&format!("{deep} records"), &rule("{a:".repeat(deep)), sheet);
        tried(&format!("{deep} nots"), &rule(format!("{}true", "!".repeat(deep))), sheet);
        tried(&format!("{deep} minuses"), &rule(format!("{}1 == 1", "-".repeat(deep))), sheet);
        tried(&format!("{deep} ors"), &rule(format!("true{}", " || true".repeat(deep))), sheet);
        tried(&format!("{deep} ands"), &rule(format!("true{}", " && true".repeat(deep))), sheet);
        tried(&format!("{deep} sums"), &rule(format!("1{} == 1", " + 1".repeat(deep))), sheet);
        tried(&format!("{deep} fields"), &rule(format!("context{} == 1", ".a".repeat(deep))), sheet);
        tried(&format!("{deep} ifs"), &rule("if true then true else ".repeat(deep) + "true"), sheet);
    }
    tried("a policy's word of 10 MB", &rule(format!("context.{x} == 1")), sheet);
    tried("a policy's text of 10 MB", &rule(format!("\"{x}\" == \"\"")), sheet);
    tried("an id of 10 MB", &format!("@id(\"{x}\")\nforbid (principal, action, resource);"), sheet);
    tried("100,000 policies", &"@id(\"a\")\nforbid (principal, action, resource);\n".repeat(100_000), sheet);
    tried("100,000 rules", cedar, &format!("{sheet}{}", "\n[[rule]]\nid = \"a\"\n".repeat(100_000)));
    tried("a sheet's text of 10 MB", cedar, &sheet.replacen("source = \"", &format!("source = \"{x}"), 1));
    tried("open braces", cedar, &sheet.replacen("remedy = \"", &format!("remedy = \"{}", "{".repeat(HUGE / 10)), 1));
    tried(
        "10 MB of braces",
        cedar,
        &sheet.replacen("remedy = \"", &format!("remedy = \"{}", "{}".repeat(HUGE / 2)), 1),
    );
}
