//! The loudness of a master as a curve.

use maud::{Markup, html};

use crate::loudness::LoudnessTarget;
use crate::master::Master;

const WIDTH: f64 = 1140.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 44.0;
const LOWEST: f64 = -54.0;

/// Momentary loudness over time, peaks above it, the target as a line.
pub(super) fn curve(master: &Master, target: LoudnessTarget) -> Markup {
    let Some(peak) = master.true_peak_dbtp.filter(|_| !master.levels.momentary.is_empty()) else {
        return html! { p.dim { "The film has no sound." } };
    };
    let n = master.levels.momentary.len().max(2);
    let x = |i: usize| LEFT + (WIDTH - LEFT) * i as f64 / (n - 1) as f64;
    let y = |db: f64| HEIGHT * (db.clamp(LOWEST, 3.0) - 3.0) / (LOWEST - 3.0);
    let path = |values: &[f32]| {
        let points: Vec<String> =
            values.iter().enumerate().map(|(i, &v)| format!("{:.1},{:.1}", x(i), y(f64::from(v)))).collect();
        points.join(" ")
    };
    let measured = master.loudness_lufs.map_or("silence".to_owned(), |l| format!("{l:.1} LUFS"));
    let words = format!(
        "{measured} integrated (target {:.1}), true peak {peak:.1} dBTP (limit {:.1})",
        target.lufs, target.peak
    );
    html! {
        p { (words) }
        svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(words) {
            @for db in [0, -12, -24, -36, -48] {
                line x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(f64::from(db)))) y2=(format!("{:.1}", y(f64::from(db)))) stroke="#333" {}
                text x="6" y=(format!("{:.1}", y(f64::from(db)) + 4.0)) { (db) }
            }
            polyline points=(path(&master.levels.peaks)) fill="none" stroke="#6b6b6b" stroke-width="1" {}
            polyline points=(path(&master.levels.momentary)) fill="none" stroke="#8fb2d6" stroke-width="1.6" {}
            line x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(f64::from(target.lufs)))) y2=(format!("{:.1}", y(f64::from(target.lufs)))) stroke="#94c49b" stroke-dasharray="6 5" {}
            line x1=(LEFT) x2=(WIDTH) y1=(format!("{:.1}", y(f64::from(target.peak)))) y2=(format!("{:.1}", y(f64::from(target.peak)))) stroke="#e08a7c" stroke-dasharray="3 5" {}
        }
        p.meta { "Blue: momentary loudness (LUFS). Gray: sample peaks (dBFS). Green dashes: the target. Red dots: the peak limit." }
    }
}
