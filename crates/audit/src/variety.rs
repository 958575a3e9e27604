//! Variety: what kinds of shots there are, how much of each, and what is missing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cell::{Brightness, Cell, Light, Motion, Palette, Place, Wanted};
use crate::copies;
use crate::facts::{Kind, ShotFacts};

/// With fewer shots than this a cell is thin: too few to learn from and to hold any out.
pub const THIN: usize = 20;

/// How much there is of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// Shots.
    pub shots: usize,
    /// Seconds.
    pub seconds: f64,
}

impl Amount {
    fn add(&mut self, other: Amount) {
        self.shots += other.shots;
        self.seconds += other.seconds;
    }
}

/// How much there is of each value of one axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Marginal {
    /// What the axis is about.
    pub axis: &'static str,
    /// Each value in words, and how much there is of it.
    pub amounts: Vec<(&'static str, Amount)>,
}

/// The attribute grid of a library, copies counted once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Grid {
    cells: BTreeMap<Cell, Amount>,
}

impl Grid {
    /// The grid of a library; of copies only the longest counts.
    pub fn of(shots: &[ShotFacts]) -> Grid {
        let groups = copies::groups(shots);
        let unique: Vec<&ShotFacts> = groups.iter().map(|g| &shots[copies::keeper(g, shots)]).collect();
        Grid::of_unique(&unique, 1.0)
    }

    /// The grid of shots none of which is a copy, each of which stands for `scale` shots.
    pub(crate) fn of_unique(shots: &[&ShotFacts], scale: f64) -> Grid {
        let mut grid = Grid::default();
        for shot in shots {
            grid.add(Cell::of(&shot.look), Amount { shots: 1, seconds: shot.seconds });
        }
        for amount in grid.cells.values_mut() {
            amount.shots = (amount.shots as f64 * scale).round() as usize;
            amount.seconds *= scale;
        }
        grid
    }

    /// Counts more of a cell.
    pub fn add(&mut self, cell: Cell, amount: Amount) {
        self.cells.entry(cell).or_default().add(amount);
    }

    /// Every cell that has something, in order.
    pub fn cells(&self) -> impl Iterator<Item = (&Cell, &Amount)> {
        self.cells.iter()
    }

    /// How much there is of what is asked for.
    pub fn amount(&self, wanted: &Wanted) -> Amount {
        let mut all = Amount::default();
        for (_, amount) in self.cells.iter().filter(|(cell, _)| wanted.has(cell)) {
            all.add(*amount);
        }
        all
    }

    /// How much there is on each axis.
    pub fn marginals(&self) -> Vec<Marginal> {
        fn one<T: Copy>(
            grid: &Grid,
            axis: &'static str,
            values: &[T],
            words: impl Fn(T) -> &'static str,
            wish: impl Fn(T) -> Wanted,
        ) -> Marginal {
            Marginal { axis, amounts: values.iter().map(|&v| (words(v), grid.amount(&wish(v)))).collect() }
        }
        let any = Wanted::default();
        vec![
            one(self, "place", Place::ALL, Place::words, |v| Wanted { place: Some(v), ..any }),
            one(self, "hour", Light::ALL, Light::words, |v| Wanted { light: Some(v), ..any }),
            one(self, "motion", Motion::ALL, Motion::words, |v| Wanted { motion: Some(v), ..any }),
            one(self, "brightness", Brightness::ALL, Brightness::words, |v| Wanted { brightness: Some(v), ..any }),
            one(self, "palette", Palette::ALL, Palette::words, |v| Wanted { palette: Some(v), ..any }),
            one(self, "kind", Kind::ALL, Kind::words, |v| Wanted { kind: Some(v), ..any }),
        ]
    }

    /// The kinds of picture that the library is known to have; the unknown one where nobody said.
    pub fn kinds(&self) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = self.cells.keys().map(|c| c.kind).filter(|k| *k != Kind::Unknown).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() { vec![Kind::Unknown] } else { kinds }
    }

    /// The plausible cells that have nothing, for each kind of picture that the library has.
    pub fn empty(&self) -> Vec<Cell> {
        self.kinds().into_iter().flat_map(Cell::plausible).filter(|c| !self.cells.contains_key(c)).collect()
    }

    /// How many plausible cells have something.
    pub fn held(&self) -> usize {
        self.cells.keys().filter(|c| c.is_plausible()).count()
    }

    /// Which of the wishes have fewer than [`THIN`] shots, the emptiest first.
    pub fn thin(&self, wishes: &[Wanted]) -> Vec<Wanted> {
        let mut thin: Vec<(usize, Wanted)> =
            wishes.iter().map(|w| (self.amount(w).shots, *w)).filter(|(shots, _)| *shots < THIN).collect();
        thin.sort_by_key(|(shots, _)| *shots);
        thin.into_iter().map(|(_, w)| w).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Look;

    fn shot(i: u32, exterior: f32, day: f32, motion: f32) -> ShotFacts {
        let look = Look {
            exterior,
            exterior_confidence: 0.9,
            day,
            day_confidence: 0.9,
            motion,
            brightness: 0.4,
            saturation: 0.3,
            hue: Some(30.0),
            kind: Kind::Animation,
        };
        // Pictures far apart: none is a copy of another.
        let picture = (0..48).map(|p| if p % 24 == i % 24 { 255 } else { 128 * u8::from(i / 24 == p / 24) }).collect();
        ShotFacts { title: 1, shot: i, seconds: 4.0, frames: 96, picture, look, ..ShotFacts::default() }
    }

    #[test]
    fn the_grid_counts_shots_and_seconds_and_names_what_is_missing() {
        let shots: Vec<ShotFacts> =
            (0..30).map(|i| shot(i, 1.0, 1.0, 0.5)).chain((30..36).map(|i| shot(i, 0.0, 0.0, 0.01))).collect();
        let grid = Grid::of(&shots);
        let wish = |p, l, m| Wanted { place: Some(p), light: Some(l), motion: Some(m), ..Wanted::default() };
        let chase = wish(Place::Exterior, Light::Day, Motion::Fast);
        assert_eq!(grid.amount(&chase), Amount { shots: 30, seconds: 120.0 });
        let thin = grid.thin(&Wanted::main_cells());
        assert_eq!(thin.len(), 11);
        assert_eq!(thin.last(), Some(&wish(Place::Interior, Light::Night, Motion::Still)), "the emptiest come first");
        assert_eq!(grid.held(), 2);
        assert_eq!(grid.empty().len(), Cell::plausible(Kind::Animation).len() - 2);
        for marginal in grid.marginals() {
            assert_eq!(marginal.amounts.iter().map(|(_, a)| a.shots).sum::<usize>(), 36, "{}", marginal.axis);
        }
    }

    #[test]
    fn copies_count_once() {
        let shots: Vec<ShotFacts> = (0..8).map(|i| shot(i, 1.0, 1.0, 0.5)).collect();
        let twice = [shots.clone(), shots.clone()].concat();
        assert_eq!(Grid::of(&twice), Grid::of(&shots));
        assert_eq!(Grid::of(&[]).empty().len(), Cell::plausible(Kind::Unknown).len());
    }
}
