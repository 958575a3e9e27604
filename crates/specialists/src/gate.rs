//! The gate: a learned state runs only where, on what was held out, it beats its classical twin and doing nothing; what a
//! library taught must beat the shipped weights as well, or these run.

use std::collections::{BTreeMap, BTreeSet};

use film::ContentHash;
use serde::{Deserialize, Serialize};

use crate::image::synth::hash;

/// How one held-out shot fared, in the task's own measure (higher is better).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Title.
    pub title: String,
    /// Content of the reel; not kept by what was judged before a title's reels were told apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reel: Option<ContentHash>,
    /// Shot.
    pub shot: u32,
    /// Group of shots that look alike.
    pub setup: u32,
    /// Doing nothing.
    pub nothing: f64,
    /// The classical twin.
    pub classical: f64,
    /// The learned net.
    pub learned: f64,
    /// The shipped weights, where what a library taught is held against them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<f64>,
}

/// A mean and its 90 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Mean.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What the gate decided, and by what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether the learned net may run.
    pub open: bool,
    /// In words, with the numbers.
    pub because: String,
    /// What the learned net gains over the classical twin.
    pub over_classical: Interval,
    /// What it gains over doing nothing.
    pub over_nothing: Interval,
    /// What it gains over the shipped weights, where it was held against them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_base: Option<Interval>,
    /// Means: learned, classical, nothing.
    pub learned: Interval,
    /// Mean of the classical twin.
    pub classical: f64,
    /// Mean of doing nothing.
    pub nothing: f64,
    /// Held-out shots.
    pub shots: usize,
    /// Titles they come from.
    pub titles: usize,
    /// The worst tenth of shots gains at most this over doing nothing.
    pub p10_over_nothing: f64,
}

/// Resamples of the bootstrap.
const RESAMPLES: u64 = 1000;
/// Fewest shots that can open a gate, and fewest clusters of them: what is drawn from one alone has no spread, and the least
/// gain would look sure.
const FEWEST: usize = 4;

/// Decides on held-out shots; `None` where there is none, for then nothing can be said.
pub fn decide(scores: &[Score]) -> Option<Decision> {
    let over_classical = interval(scores, |s| s.learned - s.classical)?;
    let over_nothing = interval(scores, |s| s.learned - s.nothing)?;
    let beside_base = scores.iter().all(|s| s.base.is_some());
    let over_base = beside_base.then(|| interval(scores, |s| s.learned - s.base.unwrap_or(s.learned))).flatten();
    let learned = interval(scores, |s| s.learned)?;
    let mean = |f: &dyn Fn(&Score) -> f64| scores.iter().map(f).sum::<f64>() / scores.len() as f64;
    let titles = scores.iter().map(|s| s.title.as_str()).collect::<std::collections::BTreeSet<_>>().len();
    let mut gains: Vec<f64> = scores.iter().map(|s| s.learned - s.nothing).collect();
    gains.sort_by(f64::total_cmp);
    let adds = over_base.is_none_or(|o| o.low > 0.0);
    let witnesses = clusters(scores, |_| 0.0).len();
    let enough = scores.len() >= FEWEST && witnesses >= FEWEST;
    let open = enough && over_classical.low > 0.0 && over_nothing.low > 0.0 && adds;
    let say = |i: &Interval| format!("{:+.2} dB [{:+.2}, {:+.2}]", i.mean, i.low, i.high);
    let because = if scores.len() < FEWEST {
        format!("only {} shots are held out, and {FEWEST} are needed to judge by", scores.len())
    } else if !enough {
        format!(
            "its {} held-out shots come from only {witnesses} camera set-ups, and {FEWEST} are needed to judge by",
            scores.len()
        )
    } else if open {
        let base = over_base.map(|o| format!("{} over the shipped weights, ", say(&o))).unwrap_or_default();
        format!(
            "it gains {base}{} over the classical method and {} over doing nothing",
            say(&over_classical),
            say(&over_nothing)
        )
    } else if over_nothing.low <= 0.0 {
        format!("it is not surely better than doing nothing: {}", say(&over_nothing))
    } else if over_classical.low <= 0.0 {
        format!("it is not surely better than the classical method: {}", say(&over_classical))
    } else {
        let base = over_base.as_ref().map(say).unwrap_or_default();
        format!("it is not surely better than the shipped weights: {base}")
    };
    Some(Decision {
        open,
        because,
        over_classical,
        over_nothing,
        over_base,
        learned,
        classical: mean(&|s| s.classical),
        nothing: mean(&|s| s.nothing),
        shots: scores.len(),
        titles,
        p10_over_nothing: gains[gains.len() / 10],
    })
}

/// Sums and counts of a value over what is drawn together: titles where there are enough of them, else groups of shots that
/// look alike.
fn clusters(scores: &[Score], value: impl Fn(&Score) -> f64) -> Vec<(f64, f64)> {
    let titles: BTreeSet<&str> = scores.iter().map(|s| s.title.as_str()).collect();
    let mut clusters: BTreeMap<(&str, Option<ContentHash>, u32), (f64, f64)> = BTreeMap::new();
    for s in scores {
        let (reel, setup) = if titles.len() >= FEWEST { (None, 0) } else { (s.reel, s.setup) };
        let (sum, count) = clusters.entry((&s.title, reel, setup)).or_default();
        (*sum, *count) = (*sum + value(s), *count + 1.0);
    }
    clusters.into_values().collect()
}

/// A mean over shots with a bootstrap interval: clusters are drawn anew, titles where there are four or more, else groups of
/// shots that look alike, for shots of one title are no independent witnesses. `None` of no shots.
pub fn interval(scores: &[Score], value: impl Fn(&Score) -> f64) -> Option<Interval> {
    let clusters = clusters(scores, value);
    let n = clusters.len() as u64;
    if n == 0 {
        return None;
    }
    let mean = clusters.iter().map(|c| c.0).sum::<f64>() / clusters.iter().map(|c| c.1).sum::<f64>();
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|r| {
            let (mut sum, mut count) = (0.0, 0.0);
            for k in 0..n {
                let c = clusters[(hash(r, k) % n) as usize];
                (sum, count) = (sum + c.0, count + c.1);
            }
            sum / count
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |p: f64| means[((means.len() - 1) as f64 * p) as usize];
    Some(Interval { mean, low: at(0.05), high: at(0.95) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(titles: u32, gain: f64, spread: f64) -> Vec<Score> {
        (0..titles * 6)
            .map(|i| {
                let wobble = spread * ((i as f64 * 2.399).sin() + ((i / 6) as f64 * 1.7).cos());
                Score {
                    title: format!("t{}", i / 6),
                    reel: None,
                    shot: i % 6,
                    setup: i % 6,
                    nothing: 30.0,
                    classical: 32.0,
                    learned: 32.0 + gain + wobble,
                    base: None,
                }
            })
            .collect()
    }

    fn judged(scores: &[Score]) -> Decision {
        decide(scores).expect("some shots")
    }

    #[test]
    fn only_what_is_surely_better_passes() {
        assert!(judged(&scores(6, 0.8, 0.1)).open);
        assert!(!judged(&scores(6, 0.02, 0.5)).open, "a gain lost in the spread");
        assert!(!judged(&scores(6, -0.5, 0.1)).open);
        let few = judged(&scores(1, 3.0, 0.0)[..3]);
        assert!(!few.open && few.because.contains("only 3"));
        assert_eq!(decide(&[]), None, "nothing is said, and no number written that is none");
    }

    #[test]
    fn one_setup_is_one_witness_however_many_shots_it_has() {
        let mut one = scores(1, 0.001, 0.0);
        one.iter_mut().for_each(|s| s.setup = 0);
        let d = judged(&one);
        assert!(!d.open && d.because.contains("6 held-out shots come from only 1 camera"), "{}", d.because);
        // Six set-ups, or the same one in six reels, are six.
        assert!(judged(&scores(1, 0.5, 0.0)).open);
        one.iter_mut().for_each(|s| s.reel = Some(ContentHash::of(&s.shot.to_le_bytes())));
        assert!(judged(&one).open);
        // Three titles of one set-up each are three witnesses.
        let mut three = scores(3, 0.5, 0.0);
        three.iter_mut().for_each(|s| s.setup = 0);
        assert!(!judged(&three).open);
    }

    #[test]
    fn the_shipped_gates_stand_by_the_same_rule() {
        for task in crate::image::task::Task::ALL {
            let kept = crate::shelf::base(task).unwrap();
            assert_eq!(judged(&kept.gate.scores).open, kept.gate.decision.open, "{task}");
        }
    }

    #[test]
    fn better_than_the_classical_but_worse_than_nothing_does_not_pass() {
        let mut all = scores(6, 0.8, 0.1);
        all.iter_mut().for_each(|s| s.nothing = 35.0);
        let d = judged(&all);
        assert!(!d.open && d.because.contains("nothing"), "{}", d.because);
    }

    #[test]
    fn what_a_library_taught_must_add_to_the_shipped_weights() {
        let beside = |less: f64| {
            let mut all = scores(6, 0.8, 0.1);
            all.iter_mut().for_each(|s| s.base = Some(s.learned - less));
            judged(&all)
        };
        let more = beside(0.2);
        assert!(
            more.open && more.because.contains("+0.20 dB [+0.20, +0.20] over the shipped weights"),
            "{}",
            more.because
        );
        let less = beside(-0.1);
        assert!(!less.open && less.because.contains("shipped weights"), "{}", less.because);
        assert!(judged(&scores(6, 0.8, 0.1)).over_base.is_none());
    }

    #[test]
    fn shots_of_one_title_are_no_independent_witnesses() {
        let width = |i: Option<Interval>| i.map(|i| i.high - i.low).unwrap();
        let by_title = interval(&scores(4, 0.5, 1.0), |s| s.learned);
        let mut apart = scores(4, 0.5, 1.0);
        apart.iter_mut().enumerate().for_each(|(i, s)| s.title = format!("own {i}"));
        assert!(width(by_title) > width(interval(&apart, |s| s.learned)));
    }
}
