//! The library as the audit sees it: size, density and variety in one value.

use serde::{Serialize, Serializer};

use crate::cell::{Cell, Light, Place};
use crate::copies;
use crate::density::{Density, density_of};
use crate::facts::{Kind, ShotFacts};
use crate::neighbor::{TitleCover, between_titles};
use crate::reference::{Standing, standing};
use crate::stock::{Stock, Totals};
use crate::variety::Grid;

/// Fewest unique shots of which any can be held out: fewer leave no four to test on.
pub const FEWEST_SHOTS: usize = 20;

/// A library, measured.
#[derive(Clone, Debug)]
pub struct Library {
    /// Its density.
    pub density: Density,
    /// Its variety.
    pub grid: Grid,
    /// Titles.
    pub titles: usize,
    /// How each title is covered by the others, copies counted once; titles that are nothing but copies are left out.
    pub covers: Vec<TitleCover>,
}

/// What the answer says of the library; serialized as `library` of the audit's JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Hours of film, copies and all.
    pub film_hours: f64,
    /// Hours without copies: those that count.
    pub unique_hours: f64,
    /// Titles.
    pub titles: usize,
    /// Shots.
    pub shots: usize,
    /// Shots without copies.
    pub unique_shots: usize,
    /// Shots that this was counted in, where there are too many to hold them all: copies, worth and kinds are then scaled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampled_shots: Option<usize>,
    /// Effective number of unique shots (Vendi).
    #[serde(serialize_with = "tenth")]
    pub effective_shots: f64,
    /// Whether that was computed of all shots and not scaled from some.
    pub effective_shots_exact: bool,
    /// Frames.
    pub frames: u64,
    /// Frames as what they are worth, where it was measured.
    pub effective_frames: Option<f64>,
    /// Plausible cells of the attribute grid that have something.
    pub cells_held: usize,
    /// Plausible cells there are, for the kinds of picture that the library has.
    pub cells_plausible: usize,
    /// Mean share of a title's shots that the other titles cover, where there are enough.
    pub covered_by_others: Option<f64>,
    /// Where the library stands beside the standard training sets.
    pub standing: Vec<Standing>,
}

fn tenth<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_f64((value * 10.0).round() / 10.0)
}

impl Library {
    /// Measures a library; `rho`, how alike the frames of one shot are, from [`crate::density::Likeness`].
    pub fn of(shots: &[ShotFacts], rho: Option<f64>) -> Library {
        let mut totals = Totals::default();
        shots.iter().for_each(|s| totals.add(s));
        Library::measured(shots, |_| true, &totals, rho)
    }

    /// The same where there may be too many shots to hold: what is counted of those held is taken for all.
    pub fn of_stock(stock: &Stock, rho: Option<f64>) -> Library {
        Library::measured(stock.shots(), |i| stock.counts(i), stock.totals(), rho)
    }

    fn measured(shots: &[ShotFacts], counts: impl Fn(usize) -> bool, totals: &Totals, rho: Option<f64>) -> Library {
        // A copy beside its original would shrink the neighborhood of both to nothing.
        let keepers = copies::groups(shots).into_iter().map(|g| copies::keeper(&g, shots));
        let unique: Vec<&ShotFacts> = keepers.filter(|i| counts(*i)).map(|i| &shots[i]).collect();
        let mut counted = Totals::default();
        shots.iter().enumerate().filter(|(i, _)| counts(*i)).for_each(|(_, s)| counted.add(s));
        Library {
            density: density_of(totals, &counted, &unique, rho),
            grid: Grid::of_unique(&unique, totals.shots as f64 / counted.shots.max(1) as f64),
            titles: totals.titles.len(),
            covers: between_titles(&unique),
        }
    }

    /// Hours without copies.
    pub fn unique_hours(&self) -> f64 {
        self.density.unique_hours
    }

    /// Mean share of a title's shots that the other titles cover; `None` with one title, or titles of too few shots.
    pub fn covered(&self) -> Option<f64> {
        let known: Vec<f64> = self.covers.iter().filter_map(|t| t.cover).map(|c| c.coverage).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
    }

    /// Share of the shots, 0 to 1, of which place or hour is unknown.
    pub fn unsure(&self) -> f64 {
        let (mut unsure, mut all) = (0, 0);
        for (cell, amount) in self.grid.cells() {
            all += amount.shots;
            if cell.place == Place::Unknown || cell.light == Light::Unknown {
                unsure += amount.shots;
            }
        }
        if all == 0 { 1.0 } else { unsure as f64 / all as f64 }
    }

    /// Why nothing can be held out to judge by, if so.
    pub fn nothing_to_hold_out(&self) -> Option<String> {
        let unique = self.density.unique_shots;
        (unique < FEWEST_SHOTS).then(|| {
            format!(
                "The library has {unique} unique {}; fewer than {FEWEST_SHOTS} leave nothing to hold out, so nothing can be judged.",
                if unique == 1 { "shot" } else { "shots" }
            )
        })
    }

    /// What the answer says of it.
    pub fn summary(&self) -> Summary {
        let d = &self.density;
        let held = self.grid.held();
        Summary {
            film_hours: d.hours,
            unique_hours: d.unique_hours,
            titles: self.titles,
            shots: d.shots,
            unique_shots: d.unique_shots,
            sampled_shots: d.sampled,
            effective_shots: d.vendi.value,
            effective_shots_exact: d.vendi.exact,
            frames: d.frames,
            effective_frames: d.effective_frames,
            cells_held: held,
            cells_plausible: self.grid.kinds().len() * Cell::plausible(Kind::Unknown).len(),
            covered_by_others: self.covered(),
            standing: standing(d.unique_hours),
        }
    }
}
