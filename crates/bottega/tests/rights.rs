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
