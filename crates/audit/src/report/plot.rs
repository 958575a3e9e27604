//! The learning curve drawn: hours on a logarithmic axis, the trainings, the interval, what is to be beaten.

use std::fmt::Write;

use maud::{Markup, html};

use crate::verdict::{Drawing, Scale, Verdict};

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 300.0;
/// Room left, right, above and below the axes.
const LEFT: f64 = 62.0;
const RIGHT: f64 = 128.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 44.0;
/// Labels nearer than this would touch.
const LINE: f64 = 15.0;

/// The axes: hours and told values to places.
struct Axes {
    hours: (f64, f64),
    values: (f64, f64),
}

impl Axes {
    fn x(&self, hours: f64) -> f64 {
        let (a, b) = (self.hours.0.ln(), self.hours.1.ln());
        LEFT + (WIDTH - LEFT - RIGHT) * (hours.ln() - a) / (b - a)
    }

    fn y(&self, told: f64) -> f64 {
        let (a, b) = self.values;
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (told - a) / (b - a)
    }
}

pub(super) fn curve(n: usize, d: &Drawing, v: &Verdict) -> Markup {
    let tell = |loss: f64| v.scale.tell(loss);
    let axes = axes(d, v);
    let line = |keep: &dyn Fn(f64) -> bool| {
        let mut path = String::new();
        for b in d.band.iter().filter(|b| keep(b[0])) {
            let letter = if path.is_empty() { 'M' } else { 'L' };
            let _ = write!(path, "{letter}{:.1} {:.1}", axes.x(b[0]), axes.y(tell(b[1])));
        }
        path
    };
    let mut band = String::new();
    for (b, i) in d.band.iter().map(|b| (b, 2)).chain(d.band.iter().rev().map(|b| (b, 3))) {
        let letter = if band.is_empty() { 'M' } else { 'L' };
        // A loss that may be 0 would lie at infinity in decibels.
        let told = tell(b[i]).clamp(axes.values.0 - 1e3, axes.values.1 + 1e3);
        let _ = write!(band, "{letter}{:.1} {:.1}", axes.x(b[0]), axes.y(told));
    }
    band.push('Z');
    let trained = d.points.iter().map(|p| p.n).fold(0.0, f64::max);
    let (right, floor) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    let clip = format!("inside-{n}");
    let labels = labels(&axes, d, v);
    let better = if v.scale == Scale::Loss { "lower is better" } else { "higher is better" };
    let told = format!("Learning curve of {}: {} against hours of film. {}", v.task, v.metric, v.because);
    html! {
        figure {
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(told) {
                clipPath id=(clip) { rect x=(LEFT) y=(TOP) width=(right - LEFT) height=(floor - TOP) {} }
                @for (value, words) in value_marks(&axes, v.scale) {
                    line.mesh x1=(LEFT) x2=(right) y1=(at(axes.y(value))) y2=(at(axes.y(value))) {}
                    text x=(LEFT - 8.0) y=(at(axes.y(value) + 4.0)) text-anchor="end" { (words) }
                }
                @for (hours, words) in hour_marks(axes.hours) {
                    line.mesh x1=(at(axes.x(hours))) x2=(at(axes.x(hours))) y1=(TOP) y2=(floor) {}
                    text x=(at(axes.x(hours))) y=(floor + 17.0) text-anchor="middle" { (words) }
                }
                path.axis d=(format!("M{LEFT} {TOP}V{floor}H{right}")) {}
                g clip-path=(format!("url(#{clip})")) {
                    path.band d=(band) {}
                    line.now x1=(at(axes.x(d.hours))) x2=(at(axes.x(d.hours))) y1=(TOP) y2=(floor) {}
                    line.classical x1=(LEFT) x2=(right) y1=(at(axes.y(tell(d.classical)))) y2=(at(axes.y(tell(d.classical)))) {}
                    line.target x1=(LEFT) x2=(right) y1=(at(axes.y(tell(d.target)))) y2=(at(axes.y(tell(d.target)))) {}
                    path.beyond d=(line(&|_| true)) {}
                    path.curve d=(line(&|n| n <= trained * 1.0001)) {}
                    @for p in &d.points { circle.seed cx=(at(axes.x(p.n))) cy=(at(axes.y(tell(p.loss)))) r="3.4" {} }
                    @if let (Some(mean), Some(low), Some(high)) = (v.predicted, v.low, v.high) {
                        @let x = axes.x(d.hours);
                        path.whisker d=(format!("M{x:.1} {:.1}V{:.1}M{:.1} {:.1}h10M{:.1} {:.1}h10", axes.y(low), axes.y(high), x - 5.0, axes.y(low), x - 5.0, axes.y(high))) {}
                        path.told d=(format!("M{x:.1} {:.1}l6 6l-6 6l-6 -6Z", axes.y(mean) - 6.0)) {}
                    }
                }
                @for (y, class, words) in &labels { text class=(class) x=(right + 8.0) y=(at(*y)) { (words) } }
                text x=((LEFT + right) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { "hours of film trained on, without copies" }
            }
            figcaption {
                (v.metric) ", " (better) ". "
                span.key { span.seed {} "one training" } span.key { span.curve {} "expected" } span.key { span.band {} "90 % interval" }
                @if v.predicted.is_some() { span.key { span.told {} "all of the library" } }
            }
        }
    }
}

/// The names at the right edge, set apart where they would touch: place, class and words.
fn labels(axes: &Axes, d: &Drawing, v: &Verdict) -> Vec<(f64, &'static str, String)> {
    let mut all = vec![
        (
            axes.y(v.scale.tell(d.classical)),
            "classical",
            format!("classical {}", v.scale.words(v.scale.tell(d.classical))),
        ),
        (axes.y(v.scale.tell(d.target)), "target", format!("target {}", v.scale.words(v.scale.tell(d.target)))),
    ];
    if let Some(mean) = v.predicted {
        all.push((axes.y(mean), "told", format!("expected {}", v.scale.words(mean))));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    for label in &mut all {
        label.0 += 4.0;
    }
    for i in 1..all.len() {
        all[i].0 = all[i].0.max(all[i - 1].0 + LINE);
    }
    // Pushed below the axis, they move up together.
    let over = (all[all.len() - 1].0 - (HEIGHT - BOTTOM + 4.0)).max(0.0);
    for label in &mut all {
        label.0 -= over;
    }
    all
}

fn axes(d: &Drawing, v: &Verdict) -> Axes {
    let first = d.points.iter().map(|p| p.n).fold(f64::INFINITY, f64::min);
    let last = d.band.iter().map(|b| b[0]).fold(d.hours, f64::max).max(d.hours * 1.1);
    let mut values = vec![v.scale.tell(d.classical), v.scale.tell(d.target)];
    values.extend(d.points.iter().map(|p| v.scale.tell(p.loss)));
    values.extend([v.low, v.high].into_iter().flatten());
    let (low, high) =
        values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b): (f64, f64), x| (a.min(*x), b.max(*x)));
    let room = 0.08 * (high - low).max(1e-6 * high.abs()).max(1e-12);
    Axes { hours: (first / 1.25, last), values: (low - room, high + room) }
}

/// Round values on the axis, with their words.
fn value_marks(axes: &Axes, scale: Scale) -> Vec<(f64, String)> {
    let (low, high) = axes.values;
    let rough = (high - low) / 5.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|s| s * power).find(|s| *s >= rough).unwrap_or(10.0 * power);
    let (shown, digits) = match scale {
        Scale::Share => (100.0, (-(step * 100.0).log10().floor()).max(0.0) as usize),
        _ => (1.0, (-step.log10().floor()).max(0.0) as usize),
    };
    let unit = match scale {
        Scale::Share => " %",
        Scale::Decibel => " dB",
        Scale::Loss => "",
    };
    let mut out = Vec::new();
    let mut value = (low / step).ceil() * step;
    while value <= high {
        out.push((value, format!("{:.digits$}{unit}", value * shown)));
        value += step;
    }
    out
}

/// Round hours on the axis, with their words; at most eight.
fn hour_marks((first, last): (f64, f64)) -> Vec<(f64, String)> {
    let minutes = [0.5, 1.0, 2.0, 5.0, 10.0, 30.0].into_iter().map(|m| (m / 60.0, format!("{m} min")));
    let hours = (0..8).flat_map(|p| [1.0, 2.0, 5.0].map(|h| h * 10f64.powi(p))).map(|h| (h, format!("{h} h")));
    let all: Vec<(f64, String)> = minutes.chain(hours).filter(|(h, _)| *h >= first && *h <= last).collect();
    let every = all.len().div_ceil(8).max(1);
    all.into_iter().step_by(every).collect()
}

/// A place to a tenth of a unit.
fn at(place: f64) -> String {
    format!("{place:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        for (low, high) in [(33.02, 36.4), (0.0001, 0.00013), (-0.2, 1.1), (99.0, 1e6)] {
            let marks = value_marks(&Axes { hours: (1.0, 2.0), values: (low, high) }, Scale::Loss);
            assert!((2..=6).contains(&marks.len()), "{low} {high}: {marks:?}");
        }
        assert_eq!(value_marks(&Axes { hours: (1.0, 2.0), values: (0.8, 0.9) }, Scale::Share)[1].1, "82 %");
        for range in [(0.01, 0.2), (0.05, 6.0), (1.0, 90_000.0)] {
            let marks = hour_marks(range);
            assert!((2..=8).contains(&marks.len()), "{range:?}: {marks:?}");
        }
        assert_eq!(
            hour_marks((0.02, 0.3)).iter().map(|m| m.1.as_str()).collect::<Vec<_>>(),
            ["2 min", "5 min", "10 min"]
        );
    }
}
