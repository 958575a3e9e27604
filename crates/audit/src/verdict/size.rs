//! Size: the learning curve's word on one task.

use serde::Serialize;

use super::{AMBER, Evidence, GREEN, HeldOut, Level, Need, Verdict, supply};
use crate::cell::Wanted;
use crate::curve::{Curve, Outlook, Point};
use crate::density::likeness_in_shots;
use crate::library::Library;
use crate::reference::hours_words;
use crate::trace::compute_limited;

/// Places at which the curve's band is told.
const PLACES: usize = 40;
/// How sure the two ends of a range of hours make it.
const RANGE: (f64, f64) = (0.8, 0.95);

/// A learning curve to be drawn; losses, not told values.
#[derive(Clone, Debug, Serialize)]
pub struct Drawing {
    /// Every training.
    pub points: Vec<Point>,
    /// Size, expected loss, and both ends of the 90 % interval, from the smallest training to as far as can be told or needed.
    pub band: Vec<[f64; 4]>,
    /// Loss of the classical method.
    pub classical: f64,
    /// Loss to be reached.
    pub target: f64,
    /// Hours that the library gives.
    pub hours: f64,
    /// The expected exponent of the curve.
    pub exponent: f64,
    /// The loss expected to remain whatever is added.
    pub floor: f64,
    /// Spread between seeds, as a part of the loss.
    pub noise: f64,
}

pub(super) fn verdict(library: &Library, evidence: &Evidence, more: f64) -> Verdict {
    let share = if evidence.share > 0.0 { evidence.share.min(1.0) } else { 0.7 };
    let hours = share * (library.unique_hours() + more);
    let wants = if evidence.wants.is_empty() { Wanted::main_cells() } else { evidence.wants.clone() };
    let compute = compute_limited(&evidence.history);
    let tell = |loss: f64| evidence.scale.tell(loss);
    let mut out = Verdict {
        aspect: evidence.aspect.clone(),
        task: evidence.task.clone(),
        verdict: Level::Unknown,
        metric: evidence.metric.clone(),
        scale: evidence.scale,
        now: evidence.now.map(tell),
        predicted: None,
        low: None,
        high: None,
        classical: None,
        target: None,
        probability: None,
        hours: Some(hours),
        needs: Vec::new(),
        because: String::new(),
        density: supply::density(library, likeness_in_shots(&evidence.samples)),
        variety: supply::variety(library, &wants),
        as_shipped: false,
        compute,
        held_out: evidence.held_out,
        notes: Vec::new(),
        curve: None,
    };
    if evidence.held_out == Some(HeldOut::Setups) {
        out.notes.push(format!(
            "No whole title is held out: what it is judged on is {}, so nothing is promised about another title.",
            HeldOut::Setups.words()
        ));
    }
    if let Some(ending) = compute.filter(|c| c.falling) {
        out.notes.push(format!(
            "Limited by compute: at the end of the training the loss was still falling, by {:.1} % (give or take {:.1} %) over its last third. More film will not help yet; more training time may.",
            100.0 * ending.fall,
            200.0 * ending.error
        ));
    }
    if let Some(why) = library.nothing_to_hold_out() {
        out.because = why;
        return out;
    }
    if let Some(why) = &evidence.unmeasured {
        out.because = why.clone();
        return out;
    }
    if !(evidence.classical > 0.0 && evidence.classical.is_finite()) {
        out.because = "The classical method was not measured, so there is nothing to beat.".to_owned();
        return out;
    }
    let target = evidence.scale.target(evidence.classical, evidence.margin);
    out.classical = Some(tell(evidence.classical));
    out.target = Some(tell(target));
    if evidence.points.is_empty() {
        out.because = "No training was measured for this task.".to_owned();
        return out;
    }
    let curve = match Curve::fit(&evidence.points) {
        Ok(curve) => curve,
        Err(e) => {
            let text = e.to_string();
            out.because = format!("{}{}.", text[..1].to_uppercase(), &text[1..]);
            return out;
        }
    };
    let largest = curve.sizes()[curve.sizes().len() - 1];
    out.now = out.now.or(Some(tell(largest.mean)));
    out.curve = Some(drawing(&curve, evidence.classical, target, hours));
    let told = match curve.at(hours) {
        Outlook::Known(told) => told,
        Outlook::TooFar { farthest, .. } => {
            out.because = format!(
                "The largest training was on {}; nothing is told beyond {}, and this would be {}. Train on larger parts to know.",
                hours_words(curve.largest()),
                hours_words(farthest),
                hours_words(hours)
            );
            return out;
        }
    };
    let probability = told.probability_below(target);
    let ends = (tell(told.low), tell(told.high));
    out.predicted = Some(tell(told.mean));
    out.low = Some(ends.0.min(ends.1));
    out.high = Some(ends.0.max(ends.1));
    out.probability = Some(probability);
    // Weights that came with the program may reach the target by themselves: that speaks for them, not for the library.
    let alone = evidence.start.filter(|start| probability >= GREEN && told.probability_below(*start) < GREEN);
    out.as_shipped = alone.is_some();
    out.verdict = match probability {
        p if p >= GREEN && alone.is_none() => Level::Green,
        p if p >= AMBER => Level::Amber,
        _ => Level::Red,
    };
    if out.verdict != Level::Green && alone.is_none() {
        out.needs = needs(library, &curve, target, hours, share, &wants, out.verdict);
    }
    out.because = reason(&out, evidence, alone);
    out
}

/// The sentence of a verdict that could be given; `alone` is the loss of the weights that came with the program, where these
/// reach the target and the library adds nothing sure.
fn reason(v: &Verdict, evidence: &Evidence, alone: Option<f64>) -> String {
    let words = |value: Option<f64>| evidence.scale.words(value.unwrap_or(f64::NAN));
    let classical =
        if evidence.classical_name.is_empty() { "the classical method" } else { evidence.classical_name.as_str() };
    let chance = (100.0 * v.probability.unwrap_or(0.0)).clamp(1.0, 99.0).round();
    let mut text = format!(
        "Trained on {} it should reach {} ({} to {}); {classical} reaches {}. The chance to beat that by {} is {}{chance} %.",
        hours_words(v.hours.unwrap_or(0.0)),
        words(v.predicted),
        words(v.low),
        words(v.high),
        words(v.classical),
        evidence.scale.margin_words(evidence.margin),
        if chance >= 99.0 {
            "at least "
        } else if chance <= 1.0 {
            "at most "
        } else {
            ""
        },
    );
    if let Some(alone) = alone {
        text.push_str(&format!(
            " But the shipped weights that it began with reach {} by themselves, and it is not sure that this library adds to that: use them as they are.",
            evidence.scale.words(evidence.scale.tell(alone))
        ));
    }
    let instead = if evidence.instead.is_empty() { classical } else { evidence.instead.as_str() };
    if v.verdict == Level::Red {
        text.push_str(&format!(" Use {instead} instead."));
    }
    match v.needs.first() {
        Some(need) if need.hours.is_some() => text.push_str(&format!(" {} would make it green.", need.amount())),
        Some(_) => text.push_str(
            " How much more film would make it green is unknown: more than can be told from trainings of this size.",
        ),
        None => {}
    }
    if v.verdict != Level::Green && v.compute.is_some_and(|c| c.falling) {
        text.push_str(" First train for longer: it was still learning when its time was up.");
    }
    text
}

/// How much more film, and of what, would make it green.
fn needs(
    library: &Library,
    curve: &Curve,
    target: f64,
    hours: f64,
    share: f64,
    wants: &[Wanted],
    level: Level,
) -> Vec<Need> {
    let more = |sure: f64| reached(curve, target, sure, hours).map(|n| (n - hours) / share);
    let need = Need {
        hours: more(GREEN),
        low: more(RANGE.0),
        high: more(RANGE.1),
        cells: library.grid.thin(wants).iter().map(Wanted::words).collect(),
    };
    // A red task that no told amount of film would turn needs something else than film.
    if need.hours.is_none() && level == Level::Red { Vec::new() } else { vec![need] }
}

/// The smallest size from `from` on at which the target is undercut with probability `sure`.
fn reached(curve: &Curve, target: f64, sure: f64, from: f64) -> Option<f64> {
    let enough = |n: f64| curve.at(n).known().is_some_and(|p| p.probability_below(target) >= sure);
    let farthest = curve.farthest();
    if enough(from) {
        return Some(from);
    }
    let steps = 16;
    let place = |i: usize| from * (farthest / from).powf(i as f64 / steps as f64);
    let found = (1..=steps).find(|&i| enough(place(i).min(farthest)))?;
    let (mut low, mut high) = (place(found - 1), place(found).min(farthest));
    for _ in 0..8 {
        let middle = (low * high).sqrt();
        if enough(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

fn drawing(curve: &Curve, classical: f64, target: f64, hours: f64) -> Drawing {
    let first = curve.sizes()[0].n;
    let last = curve.farthest().min(1.6 * hours.max(curve.largest()));
    let band = (0..=PLACES)
        .filter_map(|i| curve.at(first * (last / first).powf(i as f64 / PLACES as f64)).known())
        .map(|p| [p.n, p.mean, p.low, p.high])
        .collect();
    Drawing {
        points: curve.points().to_vec(),
        band,
        classical,
        target,
        hours,
        exponent: curve.exponent(),
        floor: curve.floor(),
        noise: curve.noise(),
    }
}
