//! What kinds of shot there are, and how the titles cover each other.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::cell::{Light, Motion, Place, Wanted};
use crate::library::Library;
use crate::variety::THIN;

/// The grid of place, hour and motion, and each axis alone.
pub(super) fn variety(library: &Library) -> Markup {
    let grid = &library.grid;
    let most = Wanted::main_cells().iter().map(|w| grid.amount(w).shots).max().unwrap_or(0).max(1);
    // What the catalogue is mostly unsure of is not missing for certain.
    let none = if library.unsure() > 0.5 { "none known" } else { "missing" };
    let settings = [
        (Light::Day, Place::Exterior),
        (Light::Day, Place::Interior),
        (Light::Night, Place::Exterior),
        (Light::Night, Place::Interior),
    ];
    html! {
        section {
            h2 { "What kinds of shot there are" }
            p.dim { "Unique shots and their minutes. A kind with fewer than " (THIN) " shots is thin: too few to learn from and to test on." }
                div.wide { table.heat {
                    thead { tr { th {} @for m in Motion::ALL { th { (m.words()) } } } }
                    tbody { @for (light, place) in settings { tr {
                        th { (light.words()) " " (place.words()) }
                        @for &motion in Motion::ALL {
                            @let wanted = Wanted { place: Some(place), light: Some(light), motion: Some(motion), ..Wanted::default() };
                            @let amount = grid.amount(&wanted);
                            @let depth = 8.0 + 52.0 * (amount.shots as f64 / most as f64).sqrt();
                            td.thin[amount.shots < THIN] style=(format!("--depth:{depth:.0}%")) {
                                b { (amount.shots) } div.small { @if amount.shots == 0 { (none) } @else { (format!("{:.1} min", amount.seconds / 60.0)) @if amount.shots < THIN { ", thin" } } }
                            }
                        }
                    } } }
                } }
                div.axes { @for marginal in grid.marginals() {
                    @let all = marginal.amounts.iter().map(|(_, a)| a.seconds).sum::<f64>().max(1e-9);
                    div { h4 { (marginal.axis) }
                    @for (words, amount) in &marginal.amounts { @if amount.shots > 0 || !words.contains("unknown") {
                        @let share = 100.0 * amount.seconds / all;
                        div.bar { span { (words) } div { i style=(format!("width:{share:.1}%")) {} } span.n { (format!("{share:.0} %")) } }
                    } } }
                } }
            p.dim { (format!("Of {:.0} % of the shots the catalogue is unsure whether they play inside or outside, by day or by night.", 100.0 * library.unsure())) }
        }
    }
}

/// How the rest of the library covers each title; the least covered first.
pub(super) fn titles(library: &Library, names: &BTreeMap<u32, String>) -> Markup {
    let mut covers: Vec<_> = library.covers.iter().filter(|t| t.cover.is_some()).collect();
    if covers.is_empty() {
        return html! {};
    }
    covers.sort_by(|a, b| {
        let share = |t: &crate::neighbor::TitleCover| t.cover.map_or(0.0, |c| c.coverage);
        share(a).total_cmp(&share(b)).then(a.title.cmp(&b.title))
    });
    let rest = covers.len().saturating_sub(12);
    html! {
        section {
            h2 { "Would the others have prepared for it?" }
            p.dim { "For each title, the share of its shots that have a shot of another title in their neighborhood. A title with little is unlike the rest: what is learned without it will not hold for it." }
            @for t in covers.iter().take(12) { @if let Some(cover) = t.cover {
                @let share = 100.0 * cover.coverage;
                div.bar.title { span { (names.get(&t.title).cloned().unwrap_or_else(|| format!("Title {}", t.title))) } div { i style=(format!("width:{share:.1}%")) {} } span.n { (format!("{share:.0} %")) } }
            } }
            @if rest > 0 { p.dim { "And " (rest) " more, better covered." } }
        }
    }
}
