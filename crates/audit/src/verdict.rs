//! The verdict: for each specialist, whether the library is enough, and if not, what would be.

use serde::{Deserialize, Serialize};

use crate::cell::Wanted;
use crate::curve::{Point, db_of_mse, mse_of_db};
use crate::library::{Library, Summary};
use crate::reference::{GENERATION, figures, hours_words, ratio_words, thousands};
use crate::trace::Ending;

mod size;
mod supply;

pub use size::Drawing;

/// Surer than this of beating the classical method by the margin is green.
pub const GREEN: f64 = 0.9;
/// Surer than this is amber; below, red.
pub const AMBER: f64 = 0.5;
/// Below so many hours a generator that paints whatever is asked is out of reach.
pub const GENERATOR_HOURS: f64 = 10_000.0;

/// A verdict's color.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Enough.
    Green,
    /// Perhaps, or not quite.
    Amber,
    /// Not enough.
    Red,
    /// Nobody can tell.
    Unknown,
}

impl Verdict {
    /// What it means, in a word or two.
    pub fn words(&self) -> &'static str {
        if self.as_shipped { "Use what is shipped" } else { self.verdict.words() }
    }
}

impl Level {
    /// The color as a word, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Level::Green => "green",
            Level::Amber => "amber",
            Level::Red => "red",
            Level::Unknown => "unknown",
        }
    }

    /// What it means, in a word or two.
    pub fn words(self) -> &'static str {
        match self {
            Level::Green => "Enough",
            Level::Amber => "Not quite sure",
            Level::Red => "Not enough",
            Level::Unknown => "Unknown",
        }
    }
}

/// How a loss is told to people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// As it is; a margin is a part of it: 0.05 asks for 5 % less.
    #[default]
    Loss,
    /// A mean squared error of values up to 1, told in decibels; a margin is in decibels.
    Decibel,
    /// One less the share that is right; told as that share, a margin is in shares.
    Share,
}

impl Scale {
    /// A loss as people are told it.
    pub fn tell(self, loss: f64) -> f64 {
        match self {
            Scale::Loss => loss,
            Scale::Decibel => db_of_mse(loss),
            Scale::Share => 1.0 - loss,
        }
    }

    /// The loss that beats `classical` by just the margin.
    pub fn target(self, classical: f64, margin: f64) -> f64 {
        match self {
            Scale::Loss => classical * (1.0 - margin),
            Scale::Decibel => mse_of_db(db_of_mse(classical) + margin),
            Scale::Share => (classical - margin).max(0.0),
        }
    }

    /// A told value with its unit.
    pub fn words(self, told: f64) -> String {
        match self {
            Scale::Loss if told.abs() < 0.01 => format!("{told:.5}"),
            Scale::Loss => format!("{told:.4}"),
            Scale::Decibel => format!("{told:.2} dB"),
            Scale::Share => format!("{:.1} %", 100.0 * told),
        }
    }

    /// The margin in words.
    pub fn margin_words(self, margin: f64) -> String {
        match self {
            Scale::Loss => format!("{} %", figures(100.0 * margin)),
            Scale::Decibel => format!("{} dB", figures(margin)),
            Scale::Share => format!("{} points", figures(100.0 * margin)),
        }
    }
}

/// How what a specialist is judged on was held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldOut {
    /// Whole titles, of which nothing was learned from.
    Titles,
    /// Whole titles, and camera set-ups of titles that are learned from.
    TitlesAndSetups,
    /// Camera set-ups of titles that are learned from.
    Setups,
}

impl HeldOut {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            HeldOut::Titles => "whole titles that nothing is learned from",
            HeldOut::TitlesAndSetups => "whole titles, and camera set-ups of titles that are learned from",
            HeldOut::Setups => "camera set-ups of the very titles that are learned from",
        }
    }
}

/// What was measured of one specialist, by small trainings on parts of the library.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Which aspect: `motion`, `image`, `light`…
    pub aspect: String,
    /// Which task of it: "frame interpolation".
    pub task: String,
    /// What the loss measures: "PSNR on held-out shots".
    pub metric: String,
    /// How the loss is told.
    pub scale: Scale,
    /// The trainings; `n` in hours of film without copies.
    pub points: Vec<Point>,
    /// Held-out loss of the specialist as it stands, if there is one.
    pub now: Option<f64>,
    /// Held-out loss of the weights that the trainings began with, if they did not begin with nothing: what the library adds is
    /// what lies below it.
    pub start: Option<f64>,
    /// Held-out loss of the best classical method.
    pub classical: f64,
    /// What that method is: "motion-compensated blend".
    pub classical_name: String,
    /// By how much it must be beaten; the unit is the scale's.
    pub margin: f64,
    /// Which part of the library's hours without copies it may train on; 0.7 where a fifth tests and a tenth validates.
    pub share: f64,
    /// Held-out losses along the longest training, as (step, loss).
    pub history: Vec<(f64, f64)>,
    /// Losses of single samples as (which shot, loss), to see how alike the frames of a shot are to it.
    pub samples: Vec<(u64, f64)>,
    /// What it will be asked for; the twelve cells of place, hour and motion if empty.
    pub wants: Vec<Wanted>,
    /// What to use where the library is not enough; the classical method if empty.
    pub instead: String,
    /// How what it was judged on was held out; `None` where nothing was.
    pub held_out: Option<HeldOut>,
    /// Why nothing was measured, a whole sentence, where somebody knows.
    pub unmeasured: Option<String>,
}

/// What would make it enough.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    /// Hours of film to add, copies not counted; `None` where it is more than can be told.
    pub hours: Option<f64>,
    /// Hours that would make it 80 % sure.
    pub low: Option<f64>,
    /// Hours that would make it 95 % sure; `None` where that is more than can be told.
    pub high: Option<f64>,
    /// Of what, in words; the emptiest first.
    pub cells: Vec<String>,
}

impl Need {
    /// In words: "12 hours more film (8 to 21), above all night exterior, still".
    pub fn words(&self) -> String {
        let cells = self.cells.iter().take(4).cloned().collect::<Vec<_>>().join("; ");
        let much = self.amount();
        if cells.is_empty() { much } else { format!("{much}, above all {cells}") }
    }

    /// How much, in words, without saying of what.
    pub fn amount(&self) -> String {
        // Of the range, only the numbers, in the unit of the amount.
        let same = |hours: f64| figures(if self.hours.is_some_and(|h| h < 0.995) { hours * 60.0 } else { hours });
        let range = match (self.low, self.high) {
            (Some(low), Some(high)) => format!(" ({} to {})", same(low), same(high)),
            (Some(low), None) => format!(" (at least {}, upper end unknown)", same(low)),
            _ => String::new(),
        };
        match self.hours {
            Some(hours) => format!("{} more film{range}", hours_words(hours.max(1.0 / 60.0))),
            None => "more film, how much is unknown".to_owned(),
        }
    }
}

/// A verdict on density or variety, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The color.
    pub verdict: Level,
    /// Why.
    pub because: String,
}

/// The verdict on one task.
///
/// `verdict` is that on size, by the learning curve; density and variety have their own. All values are told in the scale's
/// unit, so that with decibels and shares more is better.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// Which aspect.
    pub aspect: String,
    /// Which task.
    pub task: String,
    /// Whether the library is large enough.
    pub verdict: Level,
    /// What is measured.
    pub metric: String,
    /// How it is told.
    pub scale: Scale,
    /// The specialist as it stands; else the best of the largest trainings.
    pub now: Option<f64>,
    /// What a training on all of the library would reach.
    pub predicted: Option<f64>,
    /// Lower end of its 90 % interval.
    pub low: Option<f64>,
    /// Upper end of its 90 % interval.
    pub high: Option<f64>,
    /// The best classical method.
    pub classical: Option<f64>,
    /// What must be reached: the classical method and the margin.
    pub target: Option<f64>,
    /// How probable it is to be reached.
    pub probability: Option<f64>,
    /// Hours of film without copies that it would train on.
    pub hours: Option<f64>,
    /// What would make it enough; empty where it is, or where film is not what is missing.
    pub needs: Vec<Need>,
    /// Why, in a sentence or two.
    pub because: String,
    /// Whether the library is dense enough.
    pub density: Part,
    /// Whether it is varied enough.
    pub variety: Part,
    /// Whether the shipped weights reach the target by themselves, and it is not sure that the library adds to them.
    pub as_shipped: bool,
    /// How the longest training ended.
    pub compute: Option<Ending>,
    /// How what it was judged on was held out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_out: Option<HeldOut>,
    /// Further remarks.
    pub notes: Vec<String>,
    /// The learning curve, to be drawn.
    pub curve: Option<Drawing>,
}

/// The whole answer; its JSON is that of `bottega audit`.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// One for each task, and one for a generator that paints whatever is asked.
    pub verdicts: Vec<Verdict>,
    /// What the library holds.
    pub library: Summary,
}

/// Whether the library is enough for each of the tasks measured.
///
/// Repeated film adds nothing: sizes are hours without copies.
pub fn audit(library: &Library, evidence: &[Evidence]) -> Audit {
    audit_with(library, evidence, 0.0)
}

/// The same with `more` hours added to what each task may train on, before its own share is taken.
pub(crate) fn audit_with(library: &Library, evidence: &[Evidence], more: f64) -> Audit {
    let mut verdicts: Vec<Verdict> = evidence.iter().map(|e| size::verdict(library, e, more)).collect();
    verdicts.push(unconditional_generator(library, more));
    Audit { verdicts, library: library.summary() }
}

/// The row on general generation: red by construction below [`GENERATOR_HOURS`], unknown above.
fn unconditional_generator(library: &Library, more: f64) -> Verdict {
    let hours = library.unique_hours() + more;
    let ratio = hours / GENERATION.film_hours;
    let (verdict, because) = if hours < GENERATOR_HOURS {
        (
            Level::Red,
            format!(
                "Film from words alone is out of reach: the library is {}, a model that does it was trained on {} hours; that is {}, {} orders of magnitude. More training on a small library teaches it to repeat its shots, not to invent. Use retrieval and the conditional specialists, or an external model.",
                hours_words(hours),
                thousands(GENERATION.film_hours),
                ratio_words(ratio),
                figures((-ratio.max(1e-9).log10()).round().max(1.0)),
            ),
        )
    } else {
        (
            Level::Unknown,
            format!(
                "The library is {}, {}; no training of this size was measured here.",
                hours_words(hours),
                ratio_words(ratio)
            ),
        )
    };
    let part = |what: &str| Part {
        verdict: Level::Red,
        because: format!("No {what} makes up for orders of magnitude of size."),
    };
    Verdict {
        aspect: "generator".to_owned(),
        task: "film from words alone".to_owned(),
        verdict,
        metric: "none".to_owned(),
        scale: Scale::Loss,
        now: None,
        predicted: None,
        low: None,
        high: None,
        classical: None,
        target: None,
        probability: None,
        hours: Some(hours),
        needs: Vec::new(),
        because,
        density: if verdict == Level::Red { part("density") } else { supply::density(library, None) },
        variety: if verdict == Level::Red { part("variety") } else { supply::variety(library, &Wanted::main_cells()) },
        as_shipped: false,
        compute: None,
        held_out: None,
        notes: Vec::new(),
        curve: None,
    }
}

#[cfg(test)]
mod tests;
