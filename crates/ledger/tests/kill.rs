//! A writer killed at any moment loses nothing that it had said was done, leaves no part of a batch, and opens again.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use ledger::{Key, Kind, Ledger, Reading, check_against};

/// The example, which `cargo test` builds beside this test.
fn writer() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().join("examples/append_until_killed")
}

#[test]
fn killed_at_any_moment() {
    let kills: u64 = std::env::var("BOTTEGA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("ledger");
    let mut said = None;
    let mut torn = 0;
    for kill in 0..kills {
        let out = dir.path().join("said");
        let mut child = Command::new(writer())
            .arg(dir.path())
            .stdout(Stdio::from(fs::File::create(&out).unwrap()))
            .spawn()
            .unwrap();
        // Spread without a random source: odd steps over a third of a second.
        std::thread::sleep(Duration::from_micros(40_000 + kill * 77_773 % 330_000));
        child.kill().unwrap();
        child.wait().unwrap();
        // A number is only read if its line was ended.
        let text = fs::read_to_string(&out).unwrap();
        let last =
            text.rsplit_once('\n').and_then(|(lines, _)| lines.rsplit('\n').next()).map(|n| n.parse::<u64>().unwrap());
        said = last.or(said);
        if !folder.join("head").exists() {
            continue;
        }
        let key = Key::load(&dir.path().join("key")).unwrap();
        let keys = [key.verifier()];
        let report = check_against(&folder, &keys, &[]).unwrap();
        assert!(report.sound(), "kill {kill}: {report:?}");
        torn += u64::from(!report.unfinished.is_empty());
        let ledger = Ledger::open(&folder, key).unwrap();
        let acts = Reading::open(&folder, &keys).unwrap();
        let acts = acts.entries().unwrap().filter(|e| e.as_ref().unwrap().kind == Kind::Act).count();
        assert_eq!(acts % 3, 0, "kill {kill}: a batch is whole or absent");
        assert!(said.is_none_or(|index| index < ledger.size()), "kill {kill}: entry {said:?} was said to be done");
        let after = check_against(&folder, &keys, &[]).unwrap();
        assert!(after.sound() && after.unfinished.is_empty(), "kill {kill}: tidied when opened");
    }
    println!("{kills} kills, {torn} left something unfinished; last entry said to be done: {said:?}");
}
