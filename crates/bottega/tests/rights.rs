//! What was agreed comes in whole or not at all, is never quietly rewritten, and goes out as it came in.

mod stage;

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use stage::Stage;

fn story() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rights/tests/notte/record.toml");
    fs::read_to_string(file).unwrap()
}

#[test]
fn a_record_comes_in_and_goes_out_as_it_came() {
    let stage = Stage::new();
    fs::create_dir(stage.path("contracts")).unwrap();
    fs::write(stage.path("contracts/record.toml"), story()).unwrap();
    fs::write(stage.path("contracts/contratto Rossi è.pdf"), "the paper").unwrap();
    let came = stage.done(&["rights", "import", "contracts"]);
    assert_eq!((&came["new"], &came["changed"], came["papers"].as_array().unwrap().len()), (&31.into(), &0.into(), 1));
    let again = stage.done(&["rights", "import", "contracts"]);
    assert_eq!((&again["new"], &again["same"]), (&0.into(), &31.into()));

    let who = stage.done(&["rights", "who", "notte rossa", "--shot", "3"]);
    assert_eq!(who["persons"][0]["name"], "Elena Rossi");
    assert!(who["gaps"].to_string().contains("painting"));
    stage.run(&["rights", "who", "Sintel"]).fails_with(&["Sintel", "rights import"]);

    stage.done(&["rights", "export", "-o", "out"]);
    stage.done(&["rights", "export", "--as", "omc", "-o", "out"]);
    let lists = stage.done(&["rights", "export", "--as", "csv", "-o", "lists"]);
    assert!(lists["files"].as_array().unwrap().iter().any(|file| file.as_str().unwrap().ends_with("consents.csv")));
    stage.done(&["init", "other"]);
    let other = stage.path("other");
    let mut elsewhere = stage::bare(&stage.path(""));
    elsewhere.arg("--library").arg(other).args(["--json", "rights", "import", "out/record.toml"]);
    assert_eq!(stage::said(&mut elsewhere).json()["new"], 31);
    let same = stage.done(&["rights", "import", "out/record.toml"]);
    assert_eq!(same["same"], 31, "what goes out is what came in");
}

#[test]
fn nothing_comes_in_where_one_row_is_wrong_and_every_fault_is_told() {
    let stage = Stage::new();
    fs::create_dir(stage.path("c")).unwrap();
    fs::write(stage.path("c/good.toml"), story()).unwrap();
    fs::write(
        stage.path("c/parties.csv"),
        "id,kind,name,ids.isni\np:a,person,A,0000 0001 2103 2684\np:b,person,B,\np:c,ghost,C,\n",
    )
    .unwrap();
    stage.run(&["rights", "import", "c"]).fails_with(&["nothing was recorded", "parties.csv:4", "ghost"]);
    fs::write(stage.path("c/parties.csv"), "id,kind,name,ids.isni\np:a,person,A,0000 0001 2103 2684\n").unwrap();
    stage.run(&["rights", "import", "c"]).fails_with(&["nothing was recorded", "parties.csv:2", "check digit"]);
    fs::write(stage.path("c/parties.csv"), b"id,kind,name\np:a,person,\xff\n").unwrap();
    stage.run(&["rights", "import", "c"]).fails_with(&["parties.csv:2", "UTF-8"]);
    let huge = format!("[[party]]\nid='p:h'\nkind='person'\nname='{}'\n", "x".repeat(10 << 20));
    fs::write(stage.path("c/parties.csv"), "id,kind,name\n").unwrap();
    fs::write(stage.path("c/huge.toml"), huge).unwrap();
    stage.run(&["rights", "import", "c"]).fails_with(&["huge.toml:4", "64 KB"]);
    fs::remove_file(stage.path("c/huge.toml")).unwrap();
    // Twice, and not the same.
    fs::write(stage.path("c/z.toml"), "[[party]]\nid='p:rossi-elena'\nkind='person'\nname='Another'\n").unwrap();
    stage.run(&["rights", "import", "c"]).fails_with(&["z.toml:1", "p:rossi-elena", "good.toml"]);
    fs::remove_file(stage.path("c/z.toml")).unwrap();
    assert_eq!(stage.done(&["rights", "export", "-o", "out"])["rows"], 0, "none of it was recorded");
    assert_eq!(stage.done(&["rights", "import", "c"])["new"], 31);
    // A consent is changed by events alone.
    let other = story().replace("not_after = 2031-12-31", "not_after = 2041-12-31");
    fs::write(stage.path("later.toml"), other).unwrap();
    stage.run(&["rights", "import", "later.toml"]).fails_with(&["c:bianchi-footage", "consent_event", "later.toml:"]);
    stage.run(&["rights", "import", "nowhere"]).fails_with(&["nowhere"]);
}

#[test]
fn a_ledger_that_nobody_vouches_for_is_not_sound_and_of_namesakes_none_is_picked() {
    let stage = Stage::new();
    let party = |id: &str| format!("[[party]]\nid = '{id}'\nkind = 'person'\nname = 'Anna Neri'\n");
    fs::write(stage.path("two.toml"), party("p:neri-a") + &party("p:neri-b")).unwrap();
    stage.done(&["rights", "import", "two.toml"]);
    stage.done(&["keys", "init", "--studio", "Studio"]);
    stage.done(&["keys", "trust", "-o", "trust"]);
    stage.run(&["statement", "anna neri", "--period", "2027-Q2"]).fails_with(&["p:neri-a", "p:neri-b"]);
    stage.run(&["rights", "paper", "consent", "Anna Neri"]).fails_with(&["p:neri-a", "p:neri-b"]);
    stage.done(&["statement", "p:neri-a", "--period", "2027-Q2"]);

    let key = stage.path("library/.bottega/ledger.key");
    let check = |words: &[&str]| {
        let said = stage.run(&[&["ledger", "check", "--json"], words].concat());
        (said.code, said.json()["sound"].clone(), said.json()["unvouched"].to_string())
    };
    assert_eq!(check(&[]), (0, true.into(), "null".to_owned()));
    fs::rename(&key, stage.path("away")).unwrap();
    let (code, sound, why) = check(&[]);
    assert_eq!((code, sound), (3, false.into()), "{why}");
    assert!(why.contains("ledger.key") && why.contains("--trust"), "{why}");
    assert_eq!(check(&["--trust", "trust"]), (0, true.into(), "null".to_owned()), "keys kept elsewhere vouch as well");
    // Made anew with another key, and put in its place.
    fs::remove_dir_all(stage.path("library/.bottega/ledger")).unwrap();
    stage.done(&["keys", "list"]);
    assert_eq!(check(&["--trust", "trust"]).0, 3);
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    fs::set_permissions(&key, mode).unwrap();
    assert_eq!(check(&[]).0, 3);
}

/// Contracts that somebody wrote to deceive, or in haste: each is refused, with its file and line.
#[test]
fn hostile_contracts_are_refused_by_file_and_line() {
    let stage = Stage::new();
    let party = |ids: &str| format!("[[party]]\nid = 'p:x'\nkind = 'person'\nname = 'X'\nids = {{ {ids} }}\n");
    let work = |ids: &str| format!("[[work]]\nid = 'w:x'\nkind = 'feature'\ntitle = 'X'\nids = {{ {ids} }}\n");
    let link = |from: &str, to: &str| {
        format!(
            "\n[[work.chain_of_title]]\nfrom = '{from}'\nto = '{to}'\ninstrument = 'assignment'\ndate = 2020-01-01\nrights = ['adapt']\nterritories = ['WORLD']\nuntil = 'perpetual'\n"
        )
    };
    let orgs =
        ["o:a", "o:b", "o:c"].map(|id| format!("[[party]]\nid = '{id}'\nkind = 'org'\nname = '{id}'\n")).concat();
    let circle = format!("{orgs}{}{}{}{}", work(""), link("o:a", "o:b"), link("o:b", "o:c"), link("o:c", "o:a"));
    let grant = |field: &str| {
        format!(
            "[[grant]]\nid = 'g:x'\ndirection = 'out'\nwork = 'w:x'\nparty = 'o:a'\nacts = ['adapt']\nexclusive = true\n{field}\n"
        )
    };
    let x = "x".repeat(10 << 20);
    for (name, text, line, word) in [
        ("no day", "[[strike]]\nid = 'k:x'\nguild = 'wga'\nfrom = 2026-02-29\n".to_owned(), 4, "no TOML"),
        ("no day as text", "[[strike]]\nid = 'k:x'\nguild = 'wga'\nfrom = '2026-13-01'\n".into(), 4, "from"),
        ("year 10000", "[[strike]]\nid = 'k:x'\nguild = 'wga'\nfrom = '10000-01-01'\n".into(), 4, "from"),
        (
            "end before beginning",
            "[[strike]]\nid = 'k:x'\nguild = 'wga'\nfrom = 2026-02-02\nuntil = 2026-02-01\n".into(),
            1,
            "before",
        ),
        ("until no day", grant("territories = ['IT']\nfrom = 2026-01-01\nuntil = '2026-02-30'"), 10, "no day"),
        (
            "unknown territory",
            grant("from = 2026-01-01\nuntil = 'perpetual'\nterritories = ['IT', 'XK']"),
            10,
            "no territory",
        ),
        ("UK", grant("from = 2026-01-01\nuntil = 'perpetual'\nterritories = ['UK']"), 10, "GB"),
        ("circle", circle, 13, "circle"),
        ("field of 10 MB", format!("[[party]]\nid = 'p:x'\nkind = 'person'\nname = '{x}'\n"), 4, "64 KB"),
        (
            "name of a field of 10 MB",
            format!("[[party]]\nid = 'p:x'\nkind = 'person'\nname = 'X'\n{x} = 1\n"),
            5,
            "64 KB",
        ),
        (
            "letters turned round",
            "[[party]]\nid = 'p:x'\nkind = 'person'\nname = 'Elena \u{202e}issoR'\n".into(),
            4,
            "U+202E",
        ),
        (
            "id of look-alikes",
            "[[party]]\nid = 'p:r\u{43e}ssi'\nkind = 'person'\nname = 'X'\n".into(),
            1,
            "small letters",
        ),
        ("10,000 brackets", format!("[[party]]\nid = {}\n", "[".repeat(10_000)), 2, "no TOML"),
        ("isni", party("isni = '0000 0001 2103 2684'"), 1, "check digit is 4 and should be 3"),
        ("orcid", party("orcid = '0000-0002-1825-0098'"), 1, "check digit is 8 and should be 7"),
        ("ipi", party("ipi = '00045620793'"), 1, "check digit is 93 and should be 92"),
        ("eidr", work("eidr = '10.5240/EA73-79D7-1B2B-B378-3A73-N'"), 1, "check digit is N and should be M"),
        ("isan", work("isan = '0000-0000-D07A-0090-R'"), 1, "check digit is R and should be Q"),
        ("iswc", work("iswc = 'T-034.524.680-2'"), 1, "check digit is 2 and should be 1"),
        ("isrc", work("isrc = 'US-RC1-76-0783'"), 1, "form of an ISRC"),
    ] {
        fs::create_dir_all(stage.path("h")).unwrap();
        fs::write(stage.path("h/contract.toml"), text).unwrap();
        let place = format!("contract.toml:{line}:");
        stage.run(&["rights", "import", "h"]).fails_with(&["nothing was recorded", &place, word]);
        assert_eq!(stage.done(&["rights", "export", "-o", "out"])["rows"], 0, "{name}: none of it was recorded");
    }
}

/// What can be true and seldom is comes in, with a word to a person, by file and line.
#[test]
fn rival_grants_and_names_that_look_alike_are_shown_by_file_and_line() {
    let stage = Stage::new();
    let grant = |id: &str, party: &str, from: &str| {
        format!(
            "[[grant]]\nid = '{id}'\ndirection = 'out'\nwork = 'w:x'\nparty = '{party}'\nacts = ['communicate']\nterritories = ['IT', 'DE']\nmedia = ['svod']\nfrom = {from}\nuntil = 2028-12-31\nexclusive = true\n"
        )
    };
    let before = format!(
        "[[party]]\nid = 'p:m'\nkind = 'person'\nname = 'Paul Rossi'\n[[party]]\nid = 'o:a'\nkind = 'org'\nname = 'A'\n[[party]]\nid = 'o:b'\nkind = 'org'\nname = 'B'\n[[work]]\nid = 'w:x'\nkind = 'feature'\ntitle = 'X'\n{}",
        grant("g:m", "o:a", "2027-01-01")
    );
    fs::write(stage.path("before.toml"), before).unwrap();
    assert!(stage.done(&["rights", "import", "before.toml"])["flags"].as_array().unwrap().is_empty());
    // Names that stand before and after what is there, and days before and after: each time the new row is the one shown.
    for (number, (party, id, from)) in
        [("p:a", "g:a", "2026-01-01"), ("p:z", "g:z", "2028-01-01")].into_iter().enumerate()
    {
        let name = ["PauI Rossi", "Paul R\u{43e}ssi"][number];
        let text = format!("\n[[party]]\nid = '{party}'\nkind = 'person'\nname = '{name}'\n{}", grant(id, "o:b", from));
        let file = format!("new-{number}.toml");
        fs::write(stage.path(&file), text).unwrap();
        let flags = stage.done(&["rights", "import", &file])["flags"].to_string();
        for (line, word) in [(2, "written with other letters"), (6, "one of them is exclusive")] {
            let place = format!("\"file\":\"{file}\",\"line\":{line}");
            assert!(flags.contains(&place) && flags.contains(word), "{file}:{line} {flags}");
        }
    }
}

#[test]
fn an_import_killed_at_any_moment_is_whole_or_absent() {
    let stage = Stage::new();
    let mut text = story();
    for i in 0..3000 {
        text += &format!("\n[[party]]\nid = \"p:extra-{i}\"\nkind = \"person\"\nname = \"Extra {i}\"\n");
    }
    fs::write(stage.path("record.toml"), text).unwrap();
    let kills: u64 = std::env::var("BOTTEGA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    for kill in 0..kills {
        let mut child = stage
            .command()
            .args(["rights", "import", "record.toml"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(5 + kill * 997 % 400));
        child.kill().unwrap_or_default();
        child.wait().unwrap();
        let rows = stage.done(&["rights", "export", "-o", "out"])["rows"].as_u64().unwrap();
        assert!(rows == 0 || rows == 3031, "{rows} rows after kill {kill}");
    }
    let came = stage.done(&["rights", "import", "record.toml"]);
    assert_eq!(came["new"].as_u64().unwrap() + came["same"].as_u64().unwrap(), 3031);
}

/// A transfer is asked about as everything else is, and a studio's own rules are asked with ours, read as strictly.
#[test]
fn transfers_and_a_studios_own_packs_are_asked() {
    let stage = Stage::new();
    let rows = "\n[[transfer]]\nid = 'x:reels'\nto = 'o:alfa-film'\nwhat = 'footage'\nworks = ['w:notte-rossa']\nfor_training = false\non = 2027-04-02\n";
    fs::write(stage.path("record.toml"), story() + rows).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
    let ask = |id: &str| stage.run(&["rights", "ask", "transfer", id, "--json"]);
    let nowhere = ask("x:nowhere");
    assert_eq!((nowhere.code, &nowhere.json()["decision"]), (3, &"unknown".into()));
    let before = ask("x:reels").json();
    assert!(before["ledger_entry"].is_u64() && !before["reasons"].to_string().contains("HOUSE-1"), "{before:#}");
    let packs = stage.path("library/.bottega/packs");
    fs::create_dir(&packs).unwrap();
    let sheet = "pack = 'house'\nversion = '2026-11-01'\nstatus = 'in_force'\nselect = { always = true }\n\n[[rule]]\nid = 'HOUSE-1'\neffect = 'deny'\n\
        sentence = '{transfer} hands on footage'\nfacts = ['what']\nremedy = 'keep it'\nsource = 'the studio'\nevidence = 'design'\n";
    fs::write(packs.join("house.toml"), sheet).unwrap();
    ask("x:reels").fails_with(&["house.cedar"]);
    fs::write(packs.join("house.cedar"), "@id(\"HOUSE-1\")\nforbid (principal, action, resource);\n").unwrap();
    ask("x:reels").fails_with(&["house.cedar:1", "which subjects"]);
    let cedar = "@id(\"HOUSE-1\")\nforbid (principal, action == Action::\"transfer\", resource)\nwhen { context has what && context.what == \"footage\" };\n";
    fs::write(packs.join("house.cedar"), cedar).unwrap();
    let asked = ask("x:reels");
    assert_eq!((asked.code, &asked.json()["decision"]), (3, &"blocked".into()));
    assert!(asked.json()["reasons"].to_string().contains("x:reels hands on footage"));
}

/// A list of who is in a shot says nothing of what else is in it, and takes nothing of that away.
#[test]
fn a_list_of_appearances_leaves_the_things_of_others() {
    let stage = Stage::new();
    fs::write(stage.path("record.toml"), story()).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
    let list = "work,shot,person,kinds,verified_by\nw:notte-rossa,3,p:rossi-elena,face,ed:lg\nw:notte-rossa,3,p:verdi-marta,body,\n";
    fs::write(stage.path("appearances.csv"), list).unwrap();
    assert_eq!(stage.done(&["rights", "import", "appearances.csv"])["changed"], 1);
    assert_eq!(stage.done(&["rights", "import", "appearances.csv"])["same"], 1);
    let who = stage.done(&["rights", "who", "notte rossa", "--shot", "3"]);
    assert_eq!(who["persons"].as_array().unwrap().len(), 2);
    let gaps = who["gaps"].to_string();
    assert!(gaps.contains("painting") && gaps.contains("nobody has confirmed"), "{gaps}");
}
