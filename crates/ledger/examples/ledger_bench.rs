//! Measures a ledger: appends, a check of everything, and flips at random places that the check must find.
//!
//! `cargo run --release -p ledger --example ledger_bench -- [ENTRIES] [FLIPS] [FLIPPED_ENTRIES]`

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use jiff::civil::date;
use ledger::{Entry, Key, Kind, Ledger, Line, Money, Reading, Record, Transaction, check, verify_statement};
use rand::RngExt;

const BATCH: u64 = 1000;

/// Every tenth entry is a posting of two lines, the others are decisions.
fn record(i: u64) -> Result<Record, Box<dyn Error>> {
    let at = "2027-05-03T10:00:00Z".parse()?;
    if !i.is_multiple_of(10) {
        let body = serde_json::json!({ "shot": i % 1800, "rule": "CORE-TERM", "result": "pass", "facts": i });
        return Ok(Entry::new(Kind::Decision, at, body).with_key(format!("decision:{i}")).into());
    }
    let amount = Money::new(100 + i as i64 % 900, "EUR".parse()?);
    let party = format!("payable:p:{}", i % 5000);
    let lines = vec![Line::debit("pool:w:notte".parse()?, amount), Line::credit(party.parse()?, amount)];
    let (key, about) = (Some(format!("pay:{i}")), "replica days".to_owned());
    Ok(Transaction { at, on: date(2027, 4 + (i / 10 % 3) as i8, 3), about, key, lines }.into())
}

/// Writes `entries` entries; says how long that took in seconds.
fn fill(dir: &Path, key: Key, entries: u64) -> Result<f64, Box<dyn Error>> {
    let mut ledger = Ledger::open(dir, key)?;
    let mut spent = 0.0;
    for start in (0..entries).step_by(BATCH as usize) {
        let batch: Vec<Record> = (start..entries.min(start + BATCH)).map(record).collect::<Result<_, _>>()?;
        let began = Instant::now();
        ledger.append_all(batch)?;
        spent += began.elapsed().as_secs_f64();
    }
    ledger.close("2027-Q2".parse()?, &[], "2027-07-01T10:00:00Z".parse()?)?;
    Ok(spent)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut numbers = std::env::args().skip(1).map(|n| n.parse::<u64>());
    let mut number = |otherwise| numbers.next().unwrap_or(Ok(otherwise));
    let (entries, flips, flipped_entries) = (number(1_000_000)?, number(10_000)?, number(300)?);
    let dir = tempfile::tempdir_in(".")?;
    let key = Key::make(&dir.path().join("key"), "studio")?;
    let keys = [key.verifier()];

    let large = dir.path().join("large");
    let spent = fill(&large, key, entries)?;
    let bytes: u64 = fs::read_dir(&large)?.map(|e| e.and_then(|e| e.metadata()).map_or(0, |m| m.len())).sum();
    println!("{entries} entries, {bytes} bytes: appended in {spent:.1} s, {:.0}/s", entries as f64 / spent);
    println!("  batches of {BATCH}; per batch the log is synced, the head written aside, synced and renamed");
    let began = Instant::now();
    let report = check(&large, &keys)?;
    println!("checked in {:.1} s, {} problems", began.elapsed().as_secs_f64(), report.problems.len());
    let began = Instant::now();
    let reading = Reading::open(&large, &keys)?;
    println!("opened in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    for _ in 0..1000 {
        let index = rand::rng().random_range(0..reading.size());
        reading.inclusion(index).ok_or("an entry without a proof")?;
    }
    println!("1000 inclusion proofs in {:.3} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let proof = reading.prove(&"p:10".parse()?, "2027-Q2".parse()?)?;
    println!("one party's proof in {:.2} s, {} bytes", began.elapsed().as_secs_f64(), proof.len());
    let began = Instant::now();
    let verified = verify_statement(&proof, &keys)?;
    let (lines, complete) = (verified.statement.lines.len(), verified.complete);
    println!("verified in {:.4} s: {lines} lines, complete: {complete}", began.elapsed().as_secs_f64());
    drop(reading);

    let small = dir.path().join("small");
    fill(&small, Key::load(&dir.path().join("key"))?, flipped_entries)?;
    let paths: Vec<_> = fs::read_dir(&small)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    let contents: Vec<Vec<u8>> = paths.iter().map(fs::read).collect::<Result<_, _>>()?;
    let length: usize = contents.iter().map(Vec::len).sum();
    let (mut found, began) = (0, Instant::now());
    for _ in 0..flips {
        let mut at = rand::rng().random_range(0..length);
        let file = contents
            .iter()
            .position(|c| {
                at < c.len() || {
                    at -= c.len();
                    false
                }
            })
            .expect("within one of them");
        let mut changed = contents[file].clone();
        changed[at] ^= 1 << rand::rng().random_range(0..8);
        fs::write(&paths[file], changed)?;
        found += u64::from(!check(&small, &keys)?.sound());
        fs::write(&paths[file], &contents[file])?;
    }
    println!("{found} of {flips} random flips in {length} bytes found, in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}
