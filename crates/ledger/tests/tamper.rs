//! Whatever is changed in a ledger's folder is found; whatever is changed in a proof is refused; nothing hostile panics.

use std::fs;
use std::path::Path;

use jiff::civil::date;
use ledger::{
    Currency, Duty, Entry, Key, Kind, Ledger, Line, Money, Party, Period, Reading, Reversal, Transaction, Verifier,
    check, check_against, verify_statement,
};
use proptest::prelude::*;

fn eur(text: &str) -> Money {
    Money::parse(text, "EUR".parse::<Currency>().unwrap()).unwrap()
}

fn pay(key: &str, day: i8, shares: &[(&str, &str)], total: &str) -> Transaction {
    let mut lines = vec![Line::debit("pool:notte".parse().unwrap(), eur(total))];
    lines.extend(
        shares.iter().map(|(party, amount)| Line::credit(format!("payable:{party}").parse().unwrap(), eur(amount))),
    );
    Transaction {
        at: "2027-05-03T10:00:00Z".parse().unwrap(),
        on: date(2027, 5, day),
        about: "replica days".into(),
        key: Some(key.into()),
        lines,
    }
}

/// A ledger with every kind of entry: facts, postings, a reversal, a closing and a change of keys.
fn small(dir: &Path) -> Vec<Verifier> {
    let first = Key::make(&dir.join("key-1"), "studio-1").unwrap();
    let second = Key::make(&dir.join("key-2"), "studio-2").unwrap();
    let keys = vec![first.verifier(), second.verifier()];
    let mut ledger = Ledger::open(&dir.join("ledger"), first).unwrap();
    let at = "2027-05-03T10:00:00Z".parse().unwrap();
    ledger.append(Entry::new(Kind::Decision, at, serde_json::json!({ "shot": 147 })).with_key("d:147")).unwrap();
    ledger.post(pay("a", 3, &[("p:rossi", "100.00"), ("p:bianchi", "50.00")], "150.00")).unwrap();
    let wrong = ledger.post(pay("b", 4, &[("p:rossi", "7.00")], "7.00")).unwrap();
    let why = "entered twice".to_owned();
    ledger.reverse(Reversal { at, on: date(2027, 5, 5), of: wrong.index, why, key: Some("c".into()) }).unwrap();
    let duty = Duty { id: "duty:1".into(), party: "p:verdi".parse().unwrap(), zero: Some("not used".into()) };
    ledger.close("2027-05".parse().unwrap(), &[duty], at).unwrap();
    ledger.rotate(second).unwrap();
    ledger.append(Entry::new(Kind::Act, at, serde_json::json!({ "approved": true }))).unwrap();
    keys
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut all: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn any_flipped_bit_of_any_file_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let keys = small(dir.path());
    let folder = dir.path().join("ledger");
    let clean = check(&folder, &keys).unwrap();
    assert!(clean.sound() && clean.vouched && clean.unfinished.is_empty(), "{clean:?}");
    let mut unseen = Vec::new();
    let mut tried = 0;
    for path in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        for i in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[i] ^= 1 << (i % 8);
            fs::write(&path, changed).unwrap();
            tried += 1;
            if check(&folder, &keys).unwrap().sound() {
                unseen.push((path.clone(), i));
            }
        }
        fs::write(&path, bytes).unwrap();
    }
    assert!(unseen.is_empty(), "{} of {tried} flips were not found: {unseen:?}", unseen.len());
    assert!(check(&folder, &keys).unwrap().sound());
    println!("{tried} flips, all found");
}

#[test]
fn cut_and_removed_files_are_found_and_an_older_state_only_against_a_checkpoint_kept_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    let keys = small(dir.path());
    let folder = dir.path().join("ledger");
    for path in files(&folder) {
        let bytes = fs::read(&path).unwrap();
        for end in 0..bytes.len() {
            fs::write(&path, &bytes[..end]).unwrap();
            assert!(!check(&folder, &keys).unwrap().sound(), "{} cut to {end}", path.display());
        }
        fs::remove_file(&path).unwrap();
        assert!(!check(&folder, &keys).is_ok_and(|r| r.sound()), "{} removed", path.display());
        fs::write(&path, &bytes).unwrap();
    }
    let older: Vec<_> = files(&folder).into_iter().map(|p| (p.clone(), fs::read(p).unwrap())).collect();
    let mut ledger = Ledger::open(&folder, Key::load(&dir.path().join("key-2")).unwrap()).unwrap();
    ledger.append(Entry::new(Kind::Act, jiff::Timestamp::now(), serde_json::json!(1))).unwrap();
    let kept = ledger.checkpoint().unwrap();
    drop(ledger);
    assert!(check_against(&folder, &keys, std::slice::from_ref(&kept)).unwrap().sound());
    older.into_iter().for_each(|(path, bytes)| fs::write(path, bytes).unwrap());
    assert!(check(&folder, &keys).unwrap().sound(), "an older state is whole in itself");
    assert!(!check_against(&folder, &keys, &[kept]).unwrap().sound());
}

#[test]
fn a_statement_proves_itself_alone_and_any_changed_byte_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let keys = small(dir.path());
    let reading = Reading::open(&dir.path().join("ledger"), &keys).unwrap();
    let (party, period): (Party, Period) = ("p:rossi".parse().unwrap(), "2027-05".parse().unwrap());
    let proof = reading.prove(&party, period).unwrap();
    let text = String::from_utf8(proof.clone()).unwrap();
    assert!(!text.contains("bianchi") && !text.contains("50.00") && !text.contains(":5000"), "{text}");
    let verified = verify_statement(&proof, &keys).unwrap();
    assert!(verified.complete);
    assert_eq!(verified.statement.lines.len(), 3);
    assert!(verify_statement(&proof, &[Key::make(&dir.path().join("other"), "studio-2").unwrap().verifier()]).is_err());
    for i in 0..proof.len() {
        let mut changed = proof.clone();
        changed[i] ^= 1 << (i % 8);
        assert!(verify_statement(&changed, &keys).is_err(), "byte {i} of {}", proof.len());
        assert!(verify_statement(&proof[..i], &keys).is_err());
    }
    assert!(reading.prove(&"p:nobody".parse().unwrap(), period).is_err());
    let idle = verify_statement(&reading.prove(&"p:verdi".parse().unwrap(), period).unwrap(), &keys).unwrap();
    assert!(idle.complete && idle.statement.lines.is_empty(), "zero is proven and explained");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn hostile_files_are_answered(log in prop::collection::vec(any::<u8>(), 0..600), cut in any::<usize>(), which in 0usize..3) {
        let dir = tempfile::tempdir().unwrap();
        let keys = small(dir.path());
        let folder = dir.path().join("ledger");
        let path = &files(&folder)[which];
        // Random bytes after a true beginning reach deeper than random bytes alone.
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(cut % (bytes.len() + 1));
        bytes.extend(&log);
        fs::write(path, &bytes).unwrap();
        let _ = check(&folder, &keys);
        let _ = Reading::open(&folder, &keys);
        let _ = Ledger::open(&folder, Key::load(&dir.path().join("key-2")).unwrap());
        let _ = verify_statement(&bytes, &keys);
    }
}
