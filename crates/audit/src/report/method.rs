//! The engineer's part: how it was measured, the numbers, and what not to make of them.

use maud::{Markup, html};

use super::{ReportSpec, chance};
use crate::curve::FARTHEST;
use crate::density::KERNEL_WIDTH;
use crate::reference::{figures, thousands};
use crate::verdict::{AMBER, GREEN, HeldOut};

pub(super) fn engineers(spec: &ReportSpec<'_>) -> Markup {
    let d = &spec.library.density;
    // How it was done here; where nothing was trained, how it would be.
    let held_out = spec.audit.verdicts.iter().find_map(|v| v.held_out).map_or(
        "whole titles where there are enough of them, else camera set-ups of the titles that are learned from",
        HeldOut::words,
    );
    let percent = |p: f64| format!("{:.0} %", 100.0 * p);
    html! {
        section.method {
            h2 { "For engineers: how this was measured" }
            div.wide { table {
                thead { tr { th { "Task" } th.n { "Trainings" } th.n { "Sizes, h" } th.n { "Exponent b" } th.n { "Floor E" } th.n { "Seed noise" } th.n { "Hours" } th.n { "Predicted" } th.n { "90 %" } th.n { "Target" } th.n { "Chance" } th.n { "Still falling" } } }
                tbody { @for v in &spec.audit.verdicts { @if let Some(c) = &v.curve {
                    @let words = |x: Option<f64>| x.map_or_else(|| "unknown".to_owned(), |x| v.scale.words(x));
                    @let sizes = c.points.iter().fold((f64::INFINITY, 0.0f64), |(a, b), p| (a.min(p.n), b.max(p.n)));
                    tr {
                        td { (v.task) }
                        td.n { (c.points.len()) }
                        td.n { (figures(sizes.0)) " to " (figures(sizes.1)) }
                        td.n { (format!("{:.2}", c.exponent)) }
                        td.n { (v.scale.words(v.scale.tell(c.floor))) }
                        td.n { (format!("{:.1} %", 100.0 * c.noise)) }
                        td.n { (figures(c.hours)) }
                        td.n { (words(v.predicted)) }
                        td.n { (words(v.low)) " to " (words(v.high)) }
                        td.n { (words(v.target)) }
                        td.n { (chance(v.probability)) }
                        td.n { (v.compute.map_or_else(|| "not measured".to_owned(), |e| format!("{}, {:+.1} ± {:.1} %", if e.falling { "yes" } else { "no" }, -100.0 * e.fall, 200.0 * e.error))) }
                    }
                } } }
            } }
            dl.words {
                dt { "Size" }
                dd { "Each specialist is trained on nested parts of what may be learned from, camera set-up by camera set-up, several seeds each, and measured on film held out: " (held_out) ". A curve L(n) = E + A n" sup { "−b" } " is laid through: 39 exponents with a log-normal prior (median 0.35, spread 0.5); E and A by ridge, neither below 0; all weighted by marginal likelihood. Intervals are widened by 1.15. Nothing is told beyond " (FARTHEST) " times the largest training. Green is a chance of " (percent(GREEN)) " or more to beat the best classical method by the target margin, amber " (percent(AMBER)) " or more, red less." }
                dt { "Density" }
                dd { "Copies are shots whose small pictures differ by less than another encoding would make them, across titles too; of each group the longest counts. The effective number of shots is the Vendi score, exp of the entropy of the eigenvalues of K/n, with a Gaussian kernel of the fixed width " (KERNEL_WIDTH) " on the root mean square difference of the pictures" @if !d.vendi.exact { ", computed of " (d.vendi.of) " shots and scaled by its own growth" } ". Frames within a shot count as m / (1 + (m−1)ρ), ρ by analysis of variance: for a task of the losses of the weights that trainings begin with, on frames of shots that have several; for the library of the small pictures of some frames of each shot." @if let (Some(rho), Some(worth)) = (d.rho, d.effective_frames) { " By the pictures ρ is " (format!("{rho:.2}")) ", and " (thousands(d.frames as f64)) " frames are worth " (figures(worth)) "." }
                    @if let Some(sampled) = d.sampled { " There are too many shots to compare them all: copies, worth, kinds and what titles cover are counted in " (thousands(sampled as f64)) " of " (thousands(d.shots as f64)) ", chosen with a fixed seed by what they look like, so that copies are chosen together, and scaled." } }
                dt { "Variety" }
                dd { "Unique shots by place, hour, motion, brightness, palette and kind; place and hour only where the catalogue is sure, animation or live action only where somebody said. Between titles: coverage after Naeem and others (2020), with the fifth neighbor. A request lies as far as its fifth nearest shot; beside it, how many shots lie nearer to their fellows." }
                dt { "Compute" }
                dd { "A line is laid through the last third of the longest training’s held-out losses. Where it still falls, by more than half a percent and two standard errors, compute is what is missing, and the curve shows less than the film could give." }
            }
            h3 { "What not to make of it" }
            ul {
                li { "The interval holds if the curve is nearly a power law. Over simulated curves of that kind 96 to 97 % of the truths lay inside the 90 % interval, and the median error was 1.6 to 3.4 % from a quarter of the film. That tests the estimator, not the law on this film." }
                li { "More film of the same kind moves along the curve. Film of a new kind may move the curve itself; the cells to add are where the library is thinnest, not a proof that they help." }
                li { "Day and night, inside and outside are judged by the catalogue from the pictures, and are wrong at times. Small pictures do not see who is in them." }
                li { "The thresholds of density (300 and 60 effective shots) and of thin cells are engineering estimates. Those of size follow from measurement." }
                li { "Standard sets were chosen by others for other film. Their hours say what has sufficed, not what is necessary." }
            }
        }
    }
}
