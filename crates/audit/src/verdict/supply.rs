//! Density and variety: what the library supplies, whatever is learned from it.

use super::{Level, Part};
use crate::cell::Wanted;
use crate::density::effective_frames;
use crate::library::Library;
use crate::reference::{figures, thousands};

/// With so many effective shots a library is dense; an engineering estimate, about a feature film's worth of setups.
const DENSE: f64 = 300.0;
/// With fewer than so many it is not; about one short film's.
const SPARSE: f64 = 60.0;
/// The other titles should cover at least this share of a title.
const COVERED: f64 = 0.5;

/// Whether there are enough truly different shots; `rho`, how alike the frames of a shot are to this task.
pub(super) fn density(library: &Library, rho: Option<f64>) -> Part {
    let d = &library.density;
    if d.shots == 0 || 2 * d.unseen > d.shots {
        return Part {
            verdict: Level::Unknown,
            because: "Most shots have no picture to compare; read them again.".to_owned(),
        };
    }
    let mut verdict = match d.vendi.value {
        v if v >= DENSE => Level::Green,
        v if v >= SPARSE => Level::Amber,
        _ => Level::Red,
    };
    let mut because = format!(
        "{} shots, {}{} of them unique, are worth {}{} that share nothing.",
        thousands(d.shots as f64),
        if d.sampled.is_some() { "about " } else { "" },
        thousands(d.unique_shots as f64),
        if d.vendi.exact { "" } else { "about " },
        figures(d.vendi.value)
    );
    if 2 * d.unique_shots < d.shots {
        verdict = verdict.max(Level::Amber);
        because.push_str(" More than half are copies of others, and add nothing.");
    }
    if let Some(rho) = rho {
        let frames = d.unique_hours * 3600.0 * d.frames as f64 / (d.hours * 3600.0).max(1e-9);
        let each = (frames / d.unique_shots as f64).round().max(1.0) as u64;
        let worth = effective_frames(&[each], rho) * d.unique_shots as f64;
        because.push_str(&format!(
            " To this task the frames of a shot are alike by {rho:.2}: {} frames are worth {}.",
            figures(frames),
            figures(worth)
        ));
    }
    Part { verdict, because }
}

/// Whether there is enough of everything that will be asked for.
pub(super) fn variety(library: &Library, wants: &[Wanted]) -> Part {
    let asks_where = wants.iter().any(|w| w.place.is_some() || w.light.is_some());
    if asks_where && library.unsure() > 0.5 {
        return Part {
            verdict: Level::Unknown,
            because: format!(
                "The catalogue is unsure of place or hour in {:.0} % of the shots.",
                100.0 * library.unsure()
            ),
        };
    }
    let thin = library.grid.thin(wants);
    let mut verdict = match thin.len() {
        0 => Level::Green,
        n if 2 * n <= wants.len() => Level::Amber,
        _ => Level::Red,
    };
    let mut because = if thin.is_empty() {
        format!("All {} kinds of shot that are asked for are there.", wants.len())
    } else {
        let names: Vec<String> = thin.iter().take(3).map(Wanted::words).collect();
        let (are, rest) = (if thin.len() == 1 { "is" } else { "are" }, thin.len().saturating_sub(3));
        let rest = if rest > 0 { format!("; and {rest} more") } else { String::new() };
        format!("{} of {} kinds of shot {are} thin or missing: {}{rest}.", thin.len(), wants.len(), names.join("; "))
    };
    match library.covered() {
        Some(covered) if covered < COVERED => {
            verdict = verdict.max(Level::Amber);
            because.push_str(&format!(
                " The titles are unlike each other: the others cover {:.0} % of a title.",
                100.0 * covered
            ));
        }
        Some(covered) => {
            because.push_str(&format!(" The other titles cover {:.0} % of a title.", 100.0 * covered));
        }
        None => {}
    }
    Part { verdict, because }
}
