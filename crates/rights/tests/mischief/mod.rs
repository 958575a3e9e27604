//! What an enemy writes: true files spoiled by chance that can be had again, and what is too large, too deep or too strange.
//!
//! The tests `fuzz` of every crate that reads anything take this file in by its path. What must hold of a parser: it answers,
//! without a panic, within seconds and within memory; what it takes it can write and read again unchanged.
//!
//! `BOTTEGA_FUZZ=200000` runs many inputs (a parser that is slow gets a fixed part of them), `BOTTEGA_FUZZ_FROM` begins at
//! another number, `BOTTEGA_FUZZ_ONLY=17` runs input 17 alone and shows it.
#![allow(dead_code)]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[path = "../../../rules/tests/naive/dice.rs"]
pub(crate) mod dice;

use dice::Dice;

/// No input takes longer; the machine may have other work, so it is far more than any should.
const LONGEST: Duration = Duration::from_secs(30);

/// The length that no field of a true file has.
pub(crate) const HUGE: usize = 10 << 20;

/// Asks `ask` what it makes of seeds that were spoiled: `usual` inputs of a thousand in a usual run. It says whether it took one.
pub(crate) fn fuzz(name: &str, seeds: &[Vec<u8>], usual: u64, ask: impl Fn(&[u8]) -> bool) {
    let said = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let rounds = said("BOTTEGA_FUZZ").unwrap_or(1000) * usual / 1000;
    let from = said("BOTTEGA_FUZZ_FROM").unwrap_or(0);
    let only = said("BOTTEGA_FUZZ_ONLY");
    let numbers = only.map_or(from..from + rounds.max(1), |one| one..one + 1);
    let (begun, mut slowest, mut taken) = (Instant::now(), (Duration::ZERO, 0), 0);
    let all = numbers.end - numbers.start;
    watched(name, |at| {
        for number in numbers {
            let bytes = spoiled(seeds, &mut Dice::new(number));
            if only.is_some() {
                eprintln!(
                    "{name}: input {number}, {} bytes:\n{}",
                    bytes.len(),
                    bytes[..bytes.len().min(4000)].escape_ascii()
                );
            }
            at.store(number, Ordering::Relaxed);
            let start = Instant::now();
            match catch_unwind(AssertUnwindSafe(|| ask(&bytes))) {
                Ok(took) => taken += u64::from(took),
                Err(panic) => {
                    eprintln!("{name}: BOTTEGA_FUZZ_ONLY={number} shows the input that did this");
                    resume_unwind(panic);
                }
            }
            slowest = slowest.max((start.elapsed(), number));
        }
    });
    let (time, slow) = (begun.elapsed().as_secs_f64(), slowest.0.as_millis());
    println!("{name}: {all} inputs in {time:.1} s, {taken} taken, the slowest {slow} ms (input {})", slowest.1);
}

/// Asks `ask` about one input that is huge or deep: it must be done soon and may not take memory beyond `most` MB more.
pub(crate) fn withstands(name: &str, bytes: &[u8], most: u64, ask: impl Fn(&[u8])) {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let before = memory();
    let begun = Instant::now();
    watched(name, |_| ask(bytes));
    let grown = memory().saturating_sub(before);
    println!("{name}: {} bytes, {} ms, {grown} MB more memory", bytes.len(), begun.elapsed().as_millis());
    assert!(grown <= most, "{name}: {} bytes took {grown} MB more memory, and {most} are allowed", bytes.len());
}

/// The most memory that this process held, MB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) >> 10
}

/// Does something, and ends the whole process where an input takes too long: a loop cannot be left otherwise.
fn watched(name: &str, work: impl FnOnce(&AtomicU64)) {
    struct Done<'a>(&'a AtomicBool);
    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let (at, done) = (AtomicU64::new(u64::MAX), AtomicBool::new(false));
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let (mut seen, mut since) = (u64::MAX, Instant::now());
            while !done.load(Ordering::Relaxed) {
                let now = at.load(Ordering::Relaxed);
                if now != seen {
                    (seen, since) = (now, Instant::now());
                }
                if since.elapsed() > LONGEST {
                    eprintln!(
                        "{name}: input {seen} takes more than {} s (BOTTEGA_FUZZ_ONLY shows it)",
                        LONGEST.as_secs()
                    );
                    std::process::abort();
                }
                std::thread::park_timeout(Duration::from_millis(200));
            }
        });
        let done = Done(&done);
        work(&at);
        drop(done);
        watch.thread().unpark();
    });
}

/// Letters and numbers that parsers stumble over.
const STRANGE: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xc0\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\r",
    b"\n\n",
    "\u{202e}".as_bytes(),
    "\u{2066}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{feff}".as_bytes(),
    "\u{43e}".as_bytes(),
    "\u{0430}\u{0435}".as_bytes(),
    "e\u{301}".as_bytes(),
    "\u{1f3ac}".as_bytes(),
    "\u{2028}".as_bytes(),
    "\u{85}".as_bytes(),
    "\u{661}\u{662}".as_bytes(),
    "\u{ff11}".as_bytes(),
    "\u{130}".as_bytes(),
    "\u{df}".as_bytes(),
    b"\x1b[31m",
    b"\x7f",
    b"\"",
    b"'",
    b"\"\"\"",
    b"'''",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\\uD83D\\uDE00",
    b"{",
    b"}",
    b"[",
    b"]",
    b"[[",
    b"]]",
    b"(",
    b")",
    b"<",
    b">",
    b"&",
    b"&#x110000;",
    b";",
    b",",
    b":",
    b"=",
    b"#",
    b"@",
    b"-",
    b"+",
    b".",
    b"/",
    b"..",
    b"*",
    b"%s",
    b"null",
    b"true",
    b"NaN",
    b"nan",
    b"inf",
    b"-inf",
    b"Infinity",
    b"-0",
    b"-0.0",
    b"0",
    b"00",
    b"1e999",
    b"-1e999",
    b"1e-400",
    b"0.1e1",
    b"0.30000000000000004",
    b"255",
    b"256",
    b"65536",
    b"2147483647",
    b"2147483648",
    b"-2147483649",
    b"4294967295",
    b"4294967296",
    b"9007199254740993",
    b"9223372036854775807",
    b"9223372036854775808",
    b"-9223372036854775808",
    b"-9223372036854775809",
    b"18446744073709551615",
    b"18446744073709551616",
    b"340282366920938463463374607431768211456",
    b"0x7fffffffffffffff",
    b"0b1",
    b"1_000",
    b"99999999999999999999999999999999999999999999999999",
    b"2026-02-29",
    b"2026-13-01",
    b"2026-00-10",
    b"2026-01-32",
    b"0000-01-01",
    b"9999-12-31",
    b"10000-01-01",
    b"-0001-01-01",
    b"2026-02-30T25:61:61Z",
    b"2026-06-30T23:59:60Z",
    b"2026-06-20T10:00:00+99:99",
    b"2026-06-20T10:00:00Z",
    b"9999-12-31T23:59:59.999999999Z",
    b"00:00:00",
    b"99:59:59:24",
    b"WORLD",
    b"-WORLD",
    b"UK",
    b"XX",
    b"EU",
    b"-EU",
    b"perpetual",
    b"constructor",
    b"__proto__",
    b" ",
    b"\t",
    b"                ",
];

/// A true file, spoiled a little or a lot.
pub(crate) fn spoiled(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seeds[dice.below(seeds.len())].clone();
    // Of a long text mostly a few paragraphs: what is spoiled there is then read, and not refused for something before it.
    if !dice.one_in(4) {
        let parts: Vec<&[u8]> = paragraphs(&bytes);
        if parts.len() > 4 {
            let some: Vec<&[u8]> = (0..dice.below(6) + 1).map(|_| *dice.of(&parts)).collect();
            bytes = some.concat();
        }
    }
    if dice.one_in(40) {
        return bytes;
    }
    let most = *dice.of(&[1, 2, 3, 8]);
    for _ in 0..1 + dice.below(most) {
        once(&mut bytes, seeds, dice);
    }
    bytes
}

fn paragraphs(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut parts, mut from) = (Vec::new(), 0);
    for at in 1..bytes.len() {
        if bytes[at - 1..=at] == *b"\n\n" {
            parts.push(&bytes[from..=at]);
            from = at + 1;
        }
    }
    parts.push(&bytes[from..]);
    parts
}

fn once(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], dice: &mut Dice) {
    let n = bytes.len();
    let at = dice.below(n + 1);
    let few = |dice: &mut Dice| {
        let most = *dice.of(&[2, 8, 40, 400, 10_000]);
        dice.below(most) + 1
    };
    match dice.below(16) {
        0 if n > 0 => bytes[at % n] ^= 1 << dice.below(8),
        1 if n > 0 => bytes[at % n] = *dice.of(&[0, 1, 9, 10, 13, 32, 34, 39, 44, 45, 48, 57, 0x7f, 0x80, 0xc3, 0xff]),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..n.min(at + few(dice)))),
        4 => {
            let some: Vec<u8> = (0..few(dice).min(64)).map(|_| dice.below(256) as u8).collect();
            bytes.splice(at..at, some);
        }
        5 => {
            let block = bytes[at..n.min(at + few(dice))].to_vec();
            let to = dice.below(n + 1);
            let times = if dice.one_in(20) { 1 + dice.below(100) } else { 1 };
            bytes.splice(to..to, block.repeat(times));
        }
        6 => {
            let other = dice.of(seeds);
            let from = dice.below(other.len() + 1);
            let block = other[from..other.len().min(from + few(dice))].to_vec();
            let end = if dice.one_in(2) { at } else { n.min(at + block.len()) };
            bytes.splice(at..end, block);
        }
        // A number, a word or a quoted text becomes another.
        7..=10 => {
            let like: fn(u8) -> bool = match dice.below(3) {
                0 => |b| b.is_ascii_digit() || matches!(b, b'-' | b'.'),
                1 => |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'),
                _ => |b| !matches!(b, b'"' | b'\'' | b'\n'),
            };
            if let Some(from) = (at..n).find(|i| like(bytes[*i])) {
                let end = (from..n).find(|i| !like(bytes[*i])).unwrap_or(n);
                let new = if dice.one_in(3) {
                    part(dice.of::<Vec<u8>>(seeds), like, dice)
                } else {
                    dice.of(STRANGE).to_vec()
                };
                bytes.splice(from..end, new);
            }
        }
        11 | 12 => drop(bytes.splice(at..at, dice.of(STRANGE).iter().copied())),
        13 => {
            // Lines change places, or one goes.
            let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
            if lines.len() > 1 {
                let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
                if dice.one_in(2) {
                    lines.swap(a, b);
                } else {
                    lines.remove(a);
                }
                *bytes = lines.concat();
            }
        }
        14 if dice.one_in(30) => {
            let open = dice.of::<&[u8]>(&[
                b"[", b"{", b"(", b"[[", b"{\"a\":", b"a.", b"\"a\".", b"!", b"-", b"<a>", b"a={", b"x=[",
            ]);
            bytes.splice(at..at, open.repeat(10_000));
        }
        15 if dice.one_in(30) => {
            let letter = *dice.of(b"x9 \n\\\"\0;,");
            bytes.splice(at..at, vec![letter; *dice.of(&[70_000, 300_000, 2 << 20])]);
        }
        _ => drop(bytes.splice(at..at, [dice.below(256) as u8])),
    }
}

/// A piece of a seed of the same letters.
fn part(seed: &[u8], like: fn(u8) -> bool, dice: &mut Dice) -> Vec<u8> {
    let at = dice.below(seed.len() + 1);
    let from = (at..seed.len()).find(|i| like(seed[*i])).unwrap_or(at);
    seed[from..].iter().copied().take_while(|b| like(*b)).take(200).collect()
}
