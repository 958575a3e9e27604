//! Whatever lies in a ledger's folder, in a proof or in a key is answered.

#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use std::fs;
use std::path::Path;

use jiff::civil::date;
use ledger::{
    Account, Checkpoint, Consistency, Currency, Duty, Entry, Hash, Inclusion, Key, Kind, Ledger, Line, Money, Note,
    Party, Period, Reading, Sum, Transaction, Verifier, check, verify_statement,
};
use mischief::{HUGE, fuzz, withstands};

/// A small ledger with facts, postings and a closing.
fn small(dir: &Path) -> (Vec<Verifier>, Reading) {
    let key = Key::make(&dir.join("key"), "studio").unwrap();
    let keys = vec![key.verifier()];
    let mut ledger = Ledger::open(&dir.join("ledger"), key).unwrap();
    let at = "2027-05-03T10:00:00Z".parse().unwrap();
    ledger.append(Entry::new(Kind::Decision, at, serde_json::json!({ "shot": 147 })).with_key("d:147")).unwrap();
    let eur = |text: &str| Money::parse(text, "EUR".parse::<Currency>().unwrap()).unwrap();
    let lines = vec![
        Line::debit("pool:notte".parse().unwrap(), eur("150.00")),
        Line::credit("payable:p:rossi".parse().unwrap(), eur("100.00")),
        Line::credit("payable:p:bianchi".parse().unwrap(), eur("50.00")),
    ];
    ledger
        .post(Transaction { at, on: date(2027, 5, 3), about: "replica days".into(), key: Some("a".into()), lines })
        .unwrap();
    let duty = Duty { id: "duty:1".into(), party: "p:verdi".parse().unwrap(), zero: Some("not used".into()) };
    ledger.close("2027-05".parse().unwrap(), &[duty], at).unwrap();
    drop(ledger);
    let reading = Reading::open(&dir.join("ledger"), &keys).unwrap();
    (keys, reading)
}

#[test]
fn files_of_a_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let (keys, _) = small(dir.path());
    let folder = dir.path().join("ledger");
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let whole: Vec<Vec<u8>> = names.iter().map(|path| fs::read(path).unwrap()).collect();
    // The kept checkpoint of the closing was the head before it was kept: put back, it is a head of this very ledger, and what
    // was written since is what a killed run leaves.
    let history = fs::read(folder.join("checkpoints")).unwrap();
    let earlier = history.splitn(2, |byte| *byte == b'\n').nth(1).unwrap();
    for (path, own) in names.iter().zip(&whole) {
        let is_head = path.ends_with("head");
        let seeds: Vec<Vec<u8>> = [own.clone(), own.clone()].into_iter().chain(whole.clone()).collect();
        fuzz(&format!("ledger: {}", path.file_name().unwrap().display()), &seeds, 250, |bytes| {
            fs::write(path, bytes).unwrap();
            let sound = check(&folder, &keys).is_ok_and(|report| report.sound());
            let read = Reading::open(&folder, &keys);
            assert_eq!(sound, read.is_ok(), "checking and opening agree");
            if let Ok(read) = read {
                read.entries().unwrap().for_each(|entry| drop(entry.unwrap()));
                // What a killed run left after the committed part is no flaw.
                assert!(bytes.starts_with(own) || (is_head && bytes == earlier), "a changed file is sound");
            }
            sound
        });
        fs::write(path, own).unwrap();
    }
    // A writer that meets such a folder refuses it, or mends what a killed run left.
    for (path, own) in names.iter().zip(&whole) {
        fuzz(
            &format!("ledger, to write: {}", path.file_name().unwrap().display()),
            std::slice::from_ref(own),
            25,
            |bytes| {
                fs::write(path, bytes).unwrap();
                let opened = Ledger::open(&folder, Key::load(&dir.path().join("key")).unwrap()).is_ok();
                for (path, own) in names.iter().zip(&whole) {
                    fs::write(path, own).unwrap();
                }
                opened
            },
        );
    }
}

#[test]
fn proofs() {
    let dir = tempfile::tempdir().unwrap();
    let (keys, reading) = small(dir.path());
    let period: Period = "2027-05".parse().unwrap();
    let seeds: Vec<Vec<u8>> =
        ["p:rossi", "p:verdi"].iter().map(|party| reading.prove(&party.parse().unwrap(), period).unwrap()).collect();
    fuzz("ledger::verify_statement", &seeds, 1000, |bytes| {
        let verified = verify_statement(bytes, &keys).is_ok();
        assert!(!verified || seeds.iter().any(|seed| seed == bytes), "a changed proof holds");
        verified
    });
    let head = reading.signed_head();
    fuzz("ledger::Note, Checkpoint", &[head.clone().into_bytes()], 2000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let Ok(note) = Note::parse(text) else { return false };
        assert_eq!(note.to_string(), text);
        let _ = Checkpoint::of(&note);
        assert!(Checkpoint::verify(text, &keys).is_err() || text == head);
        true
    });
    let seeds: Vec<Vec<u8>> = (0..3).map(|i| serde_json::to_vec(&reading.inclusion(i).unwrap()).unwrap()).collect();
    let entry = reading.entry(1).unwrap().unwrap();
    fuzz("ledger::Inclusion", &seeds, 1000, |bytes| {
        let Ok(read) = serde_json::from_slice::<Inclusion>(bytes) else { return false };
        read.verify(entry.text.as_bytes(), &keys).is_ok()
    });
    let (old, _) = Checkpoint::verify(&head, &keys).unwrap();
    let grown = serde_json::to_vec(&reading.consistency(1, 3).unwrap()).unwrap();
    fuzz("ledger::Consistency", &[grown], 1000, |bytes| {
        let Ok(read) = serde_json::from_slice::<Consistency>(bytes) else { return false };
        let of = |size| Checkpoint { size, ..old.clone() };
        read.verify(&of(read.old), &of(read.new)) && read.old == read.new
    });
}

/// Reads a text and holds it against what is written again.
fn kept<T: std::str::FromStr + ToString + PartialEq + std::fmt::Debug>(text: &str) -> bool {
    let Ok(read) = text.parse::<T>() else { return false };
    let again = read.to_string().parse::<T>().ok();
    assert_eq!(again.as_ref(), Some(&read));
    true
}

#[test]
fn words_keys_and_amounts() {
    let dir = tempfile::tempdir().unwrap();
    let key = Key::make(&dir.path().join("key"), "studio").unwrap();
    let mut seeds: Vec<Vec<u8>> =
        ["2027-05", "2027-Q2", "EUR", "JPY", "p:rossi-elena", "payable:p:rossi", "-1500.00", "0.01"]
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
    seeds.push(key.verifier().to_string().into_bytes());
    seeds.push(Hash::of(b"x").to_string().into_bytes());
    let currencies: Vec<Currency> = ["EUR", "JPY", "KWD"].iter().map(|code| code.parse().unwrap()).collect();
    fuzz("ledger: words, amounts", &seeds, 5000, |bytes| {
        let Ok(text) = std::str::from_utf8(bytes) else { return false };
        let mut took = kept::<Period>(text) | kept::<Currency>(text) | kept::<Party>(text) | kept::<Account>(text);
        took |= kept::<Hash>(text) | kept::<Verifier>(text);
        for currency in &currencies {
            if let Ok(money) = Money::parse(text, *currency) {
                assert_eq!(Money::parse(&money.decimal(), *currency).as_ref(), Ok(&money));
                let sum = Sum { currency: *currency, minor: money.minor.into() };
                assert_eq!(serde_json::from_str::<Sum>(&serde_json::to_string(&sum).unwrap()).unwrap(), sum);
                took = true;
            }
        }
        took
    });
    let path = dir.path().join("key");
    let whole = fs::read(&path).unwrap();
    fuzz("ledger::Key", std::slice::from_ref(&whole), 500, |bytes| {
        fs::write(&path, bytes).unwrap();
        match Key::load(&path) {
            Ok(_) => {
                assert!(bytes == whole, "a changed key is taken");
                true
            }
            Err(e) => {
                assert!(
                    !e.to_string().contains(std::str::from_utf8(&whole[28..60]).unwrap()),
                    "the error tells the key"
                );
                false
            }
        }
    });
}

#[test]
fn huge_and_deep_ledgers() {
    let dir = tempfile::tempdir().unwrap();
    let (keys, reading) = small(dir.path());
    let proof = reading.prove(&"p:rossi".parse().unwrap(), "2027-05".parse().unwrap()).unwrap();
    let proof = String::from_utf8(proof).unwrap();
    let tried = |name: &str, bytes: Vec<u8>| {
        withstands(&format!("ledger::verify_statement, {name}"), &bytes, 300, |bytes| {
            assert!(verify_statement(bytes, &keys).unwrap_err().to_string().len() < 3000);
        });
    };
    tried("a party of 10 MB", proof.replace("p:rossi", &"x".repeat(HUGE)).into_bytes());
    tried("a format of 10 MB", proof.replace("bottega statement 1", &"x".repeat(HUGE)).into_bytes());
    tried("a field of 10 MB", proof.replacen("\"format\"", &format!("\"{}\"", "x".repeat(HUGE)), 1).into_bytes());
    tried("a million brackets", "[".repeat(1_000_000).into_bytes());
    tried("a million fields", "{\"a\":".repeat(1_000_000).into_bytes());
    tried("a note of 10 MB", proof.replacen("\\n", &"\\n".repeat(HUGE / 2), 1).into_bytes());

    let folder = dir.path().join("ledger");
    let log = folder.join("entries.log");
    let whole = fs::read(&log).unwrap();
    let tried = |name: &str, bytes: Vec<u8>| {
        fs::write(&log, &bytes).unwrap();
        withstands(&format!("ledger::check, {name}"), &bytes, 400, |_| {
            let report = check(&folder, &keys).unwrap();
            assert!(!report.sound() && report.problems.len() <= 1000);
            assert!(Reading::open(&folder, &keys).is_err());
        });
        fs::write(&log, &whole).unwrap();
    };
    let deep = |json: &str| {
        let leaf = Hash::of_leaf(json.as_bytes());
        format!("bottega ledger 1\ne {:08x} {leaf} {json}\n", json.len()).into_bytes()
    };
    let entry = |body: &str| format!("{{\"kind\":\"act\",\"at\":\"2027-05-03T10:00:00Z\",\"body\":{body}}}");
    tried("10,000 brackets", deep(&entry(&"[".repeat(10_000))));
    tried("10,000 brackets closed", deep(&entry(&format!("{}{}", "[".repeat(10_000), "]".repeat(10_000)))));
    tried("a text of a million", deep(&entry(&format!("\"{}\"", "x".repeat(1_000_000)))));
    tried("a million empty lines", [b"bottega ledger 1\n".to_vec(), b"\n".repeat(1_000_000)].concat());
    tried("a million sealed lines", [b"bottega ledger 1\n".to_vec(), b"l \n".repeat(1_000_000)].concat());
    for name in ["head", "checkpoints"] {
        let path = folder.join(name);
        let own = fs::read(&path).unwrap();
        let long = [own.clone(), own.repeat(20_000)].concat();
        fs::write(&path, &long).unwrap();
        withstands(&format!("ledger::check, {name} of {} MB", long.len() >> 20), &long, 400, |_| {
            let _ = check(&folder, &keys);
            let _ = Reading::open(&folder, &keys);
        });
        fs::write(&path, own).unwrap();
    }
}
