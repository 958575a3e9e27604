//! The engine permits nothing that the second reader does not.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rules::{Answer, Rulebook};

use crate::worlds::Case;
use crate::{found, reading, shrink, worlds};

/// What came of many cases.
#[derive(Default, Debug)]
struct Tally {
    permits: u64,
    stricter: u64,
    falsely: u64,
    /// Rules that denied where the second reader found nothing, with one case of each.
    by: BTreeMap<String, (u64, u64)>,
    wrong: Vec<u64>,
}

/// How many cases: 5,000, or what `BOTTEGA_CASES` says.
pub(crate) fn cases(ordinary: u64) -> u64 {
    std::env::var("BOTTEGA_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(ordinary)
}

/// The number the first case has: cases of another run are had with `BOTTEGA_SEED`.
fn first() -> u64 {
    std::env::var("BOTTEGA_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

#[test]
fn false_permits() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let (cases, first) = (cases(5_000), first());
    let next = AtomicU64::new(first);
    let work = || {
        let mut tally = Tally::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + cases {
                return tally;
            }
            let case = worlds::case(seed);
            let record = case.record();
            let decision = book.decide(&record, worlds::STUDIO, &case.question);
            let permitted = decision.decision == Answer::MeetsRecordedConditions;
            let may = reading::obstacles(&record, worlds::STUDIO, &case.question).is_empty();
            tally.permits += u64::from(permitted);
            if permitted && !may {
                // A few are enough to look at; all are counted.
                tally.falsely += 1;
                if tally.wrong.len() < 100 {
                    tally.wrong.push(seed);
                }
            }
            if may && !permitted {
                tally.stricter += 1;
                for reason in &decision.reasons {
                    let of = tally.by.entry(reason.rule.clone()).or_insert((0, seed));
                    of.0 += 1;
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        hands.into_iter().map(|hand| hand.join().expect("a hand")).collect()
    });
    let mut all = Tally::default();
    for tally in tallies {
        all.permits += tally.permits;
        all.stricter += tally.stricter;
        all.falsely += tally.falsely;
        all.wrong.extend(tally.wrong);
        for (rule, (count, seed)) in tally.by {
            all.by.entry(rule).or_insert((0, seed)).0 += count;
        }
    }
    println!(
        "{cases} cases: {} permitted ({:.1} %), {} false permits, engine stricter in {}: {:?}",
        all.permits,
        all.permits as f64 * 100.0 / cases as f64,
        all.falsely,
        all.stricter,
        all.by
    );
    report(&book, all.wrong);
}

/// Prints the case of `BOTTEGA_SEED` with both answers: for looking at one.
#[test]
#[ignore = "prints one case, checks nothing"]
fn one_case() {
    let book = Rulebook::load().unwrap_or_else(|e| panic!("{e}"));
    let case = worlds::case(first());
    let decision = book.decide(&case.record(), worlds::STUDIO, &case.question);
    println!("{}\n# The engine: {:?}", found::text(&case), decision.decision);
    for reason in &decision.reasons {
        println!("# {}: {}", reason.rule, reason.sentence);
    }
}

/// The rules that the second reader has against a case.
fn against(case: &Case) -> Vec<String> {
    let mut rules = Vec::new();
    let mut closest: Option<String> = None;
    for line in reading::obstacles(&case.record(), worlds::STUDIO, &case.question) {
        match line.split_once(" lacks ") {
            Some((_, lacks)) if closest.as_ref().is_none_or(|known| lacks.len() < known.len()) => {
                closest = Some(lacks.to_owned());
            }
            Some(_) => {}
            None => rules.push(line.split(':').next().unwrap_or_default().to_owned()),
        }
    }
    rules.extend(closest);
    rules.sort();
    rules.dedup();
    rules
}

/// Panics with the smallest record and question of each way in which the engine permitted too much.
fn report(book: &Rulebook, mut wrong: Vec<u64>) {
    wrong.sort();
    let mut ways: BTreeMap<Vec<String>, (u64, usize)> = BTreeMap::new();
    for seed in &wrong {
        ways.entry(against(&worlds::case(*seed))).or_insert((*seed, 0)).1 += 1;
    }
    if wrong.is_empty() {
        return;
    }
    let mut told: Vec<_> = ways.iter().collect();
    told.sort_by_key(|(rules, (_, count))| (rules.len(), usize::MAX - count));
    for (rules, (seed, count)) in told.iter().take(12) {
        let small = shrink::smallest(&worlds::case(*seed), &|case| {
            let decision = book.decide(&case.record(), worlds::STUDIO, &case.question);
            decision.decision == Answer::MeetsRecordedConditions && against(case) == **rules
        });
        println!("==== {rules:?}: {count} cases, the first is {seed}\n{}", found::text(&small));
    }
    panic!("{} false permits: {ways:#?}", wrong.len());
}
