//! Any changed byte is noticed.

mod media;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use credential::{Trust, sign, verify};

/// Turns one bit of every byte of `places` over, one at a time (all eight in turn where `all` bits count), and returns the
/// places where nobody noticed.
fn unnoticed(whole: &[u8], places: &[usize], all: bool, name: &str, trust: &Trust, dir: &Path) -> Vec<usize> {
    let next = AtomicUsize::new(0);
    let mut found: Vec<usize> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2)
            .map(|worker| {
                let next = &next;
                scope.spawn(move || {
                    let file = dir.join(format!("changed-{worker}-{name}"));
                    let mut found = Vec::new();
                    while let Some(&place) = places.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let bits = if all { 0..8 } else { place * 5 % 8..place * 5 % 8 + 1 };
                        for bit in bits {
                            let mut changed = whole.to_vec();
                            changed[place] ^= 1 << bit;
                            fs::write(&file, &changed).unwrap();
                            if verify(&file, trust).unwrap().valid {
                                found.push(place);
                            }
                        }
                    }
                    found
                })
            })
            .collect();
        workers.into_iter().flat_map(|w| w.join().unwrap()).collect()
    });
    found.sort_unstable();
    found
}

fn tried(step: usize) {
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    let only = std::env::var("BOTTEGA_TAMPER").unwrap_or_default();
    let mut all = Vec::new();
    for plain in media::make(dir.path()) {
        let name = plain.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(&only) {
            continue;
        }
        let out = dir.path().join(format!("signed-{name}"));
        sign(&plain, &out, &media::claim(), &keys).unwrap();
        assert!(verify(&out, &trust).unwrap().valid);
        let whole = fs::read(&out).unwrap();
        // Head and end are tried whole: the boxes and sizes stand there.
        let places: Vec<usize> =
            (0..whole.len()).filter(|i| i % step == 0 || *i < 64 || *i + 96 > whole.len()).collect();
        let found = unnoticed(&whole, &places, step == 1, &name, &trust, dir.path());
        println!(
            "{name}: {} of {} bytes ({:.1} %) changed one by one, {} unnoticed",
            places.len(),
            whole.len(),
            100.0 * places.len() as f64 / whole.len() as f64,
            found.len()
        );
        all.extend(found.iter().take(12).map(|i| format!("{name}: byte {i}, {:02x}", whole[*i])));
    }
    assert_eq!(all, [] as [String; 0]);
}

#[test]
fn a_byte_in_many_is_changed() {
    tried(61);
}

/// Minutes long: `cargo test -p credential --test tamper -- --ignored --nocapture`.
#[test]
#[ignore = "every bit of five files: minutes"]
fn every_bit_is_changed() {
    tried(1);
}

#[test]
fn nothing_is_added_or_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    for plain in media::make(dir.path()) {
        let name = plain.file_name().unwrap().to_string_lossy().into_owned();
        let out = dir.path().join(format!("signed-{name}"));
        sign(&plain, &out, &media::claim(), &keys).unwrap();
        let whole = fs::read(&out).unwrap();
        let mut more = whole.clone();
        more.extend_from_slice(b"\x00\x00\x00\x0cfreemore");
        for changed in [&whole[..whole.len() - 1], &whole[..whole.len() - 86], &whole[..whole.len() / 2], &more[..]] {
            fs::write(&out, changed).unwrap();
            let found = verify(&out, &trust).unwrap();
            assert!(!found.valid && !found.intact, "{name} of {} bytes, not {}", changed.len(), whole.len());
        }
    }
}
