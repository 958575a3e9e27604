//! What if: the verdicts anew, with film that is only planned.

use serde::Serialize;

use crate::cell::{Cell, Light, Motion, Place, Wanted};
use crate::curve::FARTHEST;
use crate::facts::Kind;
use crate::library::Library;
use crate::variety::Amount;
use crate::verdict::{Audit, Evidence, Level, audit, audit_with};

mod rows;

/// One planned acquisition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Planned {
    /// Hours of film.
    pub hours: f64,
    /// What it is called; empty if nobody said.
    pub title: String,
    /// What kind of shots it brings, as far as somebody said.
    pub cells: Wanted,
}

/// Planned acquisitions.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Plan {
    /// Each.
    pub rows: Vec<Planned>,
}

/// Why a plan could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}; {remedy}")]
pub struct PlanError {
    /// Which file.
    pub file: String,
    /// Which line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub remedy: String,
}

impl Plan {
    /// A bare amount: `+40h`, `40 hours`, `+90m`.
    ///
    /// # Errors
    /// Where it is no amount of film.
    ///
    /// ```
    /// use audit::whatif::Plan;
    /// assert_eq!(Plan::bare("+40h").unwrap().hours(), 40.0);
    /// assert_eq!(Plan::bare("+90m").unwrap().hours(), 1.5);
    /// assert!(Plan::bare("a lot").is_err());
    /// ```
    pub fn bare(text: &str) -> Result<Plan, PlanError> {
        let hours = rows::hours(text).ok_or_else(|| PlanError {
            file: "plan".to_owned(),
            line: 1,
            problem: format!("`{text}` is no amount of film"),
            remedy: "write it like +40h or +90m".to_owned(),
        })?;
        Ok(Plan { rows: vec![Planned { hours, title: String::new(), cells: Wanted::default() }] })
    }

    /// A list of titles as comma-separated values; `file` is only named in errors.
    ///
    /// The first line names the columns, in any order: `hours` and `title`, and as wanted `interior/exterior` (or `place`),
    /// `day/night` (or `hour`), `motion` (`still`, `slow`, `fast`) and `kind` (`animation`, `live action`). Cells may be empty,
    /// and in quotes (RFC 4180). Empty lines are passed over.
    ///
    /// # Errors
    /// Names the first line that cannot be understood, and what may stand there.
    ///
    /// ```
    /// let plan = audit::whatif::Plan::csv("hours,title,day/night\n1.6,\"Night, Again\",night\n", "list.csv").unwrap();
    /// assert_eq!(plan.rows[0].title, "Night, Again");
    /// ```
    pub fn csv(text: &str, file: &str) -> Result<Plan, PlanError> {
        rows::read(text, file).map(|rows| Plan { rows })
    }

    /// Hours of all of it.
    pub fn hours(&self) -> f64 {
        self.rows.iter().map(|r| r.hours).sum()
    }
}

/// How one task's verdict changes.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Which aspect.
    pub aspect: String,
    /// Which task.
    pub task: String,
    /// On size, now and then.
    pub verdict: (Level, Level),
    /// What would be reached, now and then; `None` where it cannot be told.
    pub predicted: (Option<f64>, Option<f64>),
    /// How probable the target is, now and then.
    pub probability: (Option<f64>, Option<f64>),
    /// On variety, now and then.
    pub variety: (Level, Level),
}

/// The verdicts with the plan carried out.
#[derive(Clone, Debug, Serialize)]
pub struct WhatIf {
    /// What was planned.
    pub plan: Plan,
    /// Hours without copies that it is taken for.
    pub hours: f64,
    /// What changes, one for each verdict.
    pub changes: Vec<Change>,
    /// The verdicts then; the library in it is still that of now.
    pub then: Audit,
    /// What had to be assumed.
    pub assumed: Vec<String>,
}

/// The verdicts anew with the film of `plan`, whose trainings are nobody's yet.
///
/// The new film is taken to be as free of copies as the library is, of shots as long, to be like it otherwise, and usable in
/// the same share. What lies beyond eight times the largest training is unknown then. Density cannot be foretold and stays.
pub fn what_if(library: &Library, evidence: &[Evidence], plan: &Plan) -> WhatIf {
    let d = &library.density;
    let unique = if d.hours > 0.0 { d.unique_hours / d.hours } else { 1.0 };
    let each = if d.unique_shots > 0 { d.unique_hours * 3600.0 / d.unique_shots as f64 } else { 4.5 };
    let mut then_library = library.clone();
    for row in &plan.rows {
        let seconds = row.hours * unique * 3600.0;
        let shots = (seconds / each.max(0.5)).round() as usize;
        for (cell, share) in spread(library, &row.cells) {
            let amount = Amount { shots: (shots as f64 * share).round() as usize, seconds: seconds * share };
            then_library.grid.add(cell, amount);
        }
    }
    let hours = plan.hours() * unique;
    let now = audit(library, evidence);
    let mut then = audit_with(&then_library, evidence, hours);
    then.library = now.library.clone();
    let changes: Vec<Change> = now
        .verdicts
        .iter()
        .zip(&then.verdicts)
        .map(|(a, b)| Change {
            aspect: a.aspect.clone(),
            task: a.task.clone(),
            verdict: (a.verdict, b.verdict),
            predicted: (a.predicted, b.predicted),
            probability: (a.probability, b.probability),
            variety: (a.variety.verdict, b.variety.verdict),
        })
        .collect();
    let mut assumed = vec![
        format!("Of the new film, {:.0} % is taken to be unique, as of the library.", 100.0 * unique),
        format!("Its shots are taken to last {each:.1} s, and to be learned from as those of the library are."),
    ];
    if plan.rows.iter().any(|r| r.cells == Wanted::default()) {
        assumed.push(
            "Where nobody said what kind of shots are planned, they are taken to be like the library's.".to_owned(),
        );
    }
    if changes.iter().any(|c| c.verdict.1 == Level::Unknown && c.verdict.0 != Level::Unknown) {
        assumed.push(format!(
            "Where it is unknown then, that lies beyond {FARTHEST} times the largest training; train on larger parts to know."
        ));
    }
    WhatIf { plan: plan.clone(), hours, changes, then, assumed }
}

/// Over which cells a planned title spreads: those of the library that fit, in proportion; else one that fits.
fn spread(library: &Library, wanted: &Wanted) -> Vec<(Cell, f64)> {
    let fits: Vec<(Cell, f64)> =
        library.grid.cells().filter(|(c, _)| wanted.has(c)).map(|(c, a)| (*c, a.shots as f64)).collect();
    let all: f64 = fits.iter().map(|(_, s)| s).sum();
    if all > 0.0 {
        return fits.into_iter().map(|(c, s)| (c, s / all)).collect();
    }
    let kind = wanted.kind.unwrap_or(Kind::Unknown);
    let cells: Vec<Cell> = Cell::plausible(kind).into_iter().filter(|c| wanted.has(c)).collect();
    if cells.is_empty() {
        return Vec::new();
    }
    let share = 1.0 / cells.len() as f64;
    cells.into_iter().map(|c| (c, share)).collect()
}

/// The word of a column's value, and what it means.
const PLACES: &[(&str, Place)] =
    &[("interior", Place::Interior), ("int", Place::Interior), ("exterior", Place::Exterior), ("ext", Place::Exterior)];
const LIGHTS: &[(&str, Light)] = &[("day", Light::Day), ("night", Light::Night)];
const MOTIONS: &[(&str, Motion)] = &[("still", Motion::Still), ("slow", Motion::Slow), ("fast", Motion::Fast)];
const KINDS: &[(&str, Kind)] =
    &[("animation", Kind::Animation), ("live action", Kind::LiveAction), ("live-action", Kind::LiveAction)];

#[cfg(test)]
mod tests;
