//! The stock: the shots of a library, or, of one too large to be held, a fair choice of them.

use std::collections::BTreeSet;

use crate::facts::{ShotFacts, scatter};

/// Shots that are held at most. With their pictures they take some 130 MB, however large the library is, and their copies are
/// found within a minute.
pub const MOST_HELD: usize = 200_000;

/// Bands of the picture, from the top, whose mean light tells which bucket a shot falls into.
const BANDS: usize = 6;
/// Width of a bucket, in mean light 0 to 1.
const STEP: f64 = 0.1;
/// Nearer than this to the next bucket a shot is held for that bucket's sake too: its copy may lie there.
const MARGIN: f64 = 0.012;
/// Where buckets begin, and which are chosen: the same ones every time.
const SEED: u64 = 0x00b0_77e6_a000_0001;

/// What there is of all shots, held or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Totals {
    pub(crate) shots: usize,
    pub(crate) seconds: f64,
    pub(crate) frames: u64,
    /// Without a picture.
    pub(crate) unseen: usize,
    pub(crate) titles: BTreeSet<u32>,
}

impl Totals {
    pub(crate) fn add(&mut self, shot: &ShotFacts) {
        self.shots += 1;
        self.seconds += shot.seconds;
        self.frames += shot.frames;
        self.unseen += usize::from(shot.picture.is_empty());
        self.titles.insert(shot.title);
    }
}

/// The shots of a library, given one after the other; as many are held as [`MOST_HELD`].
///
/// Chosen are not shots but buckets of shots of like pictures, by a fixed hash, and half as many whenever there are too many
/// shots; so a shot is chosen with all its copies, and the share of copies in the choice is that of the library. Shots near
/// the wall of a chosen bucket are held to be compared with, and not counted.
///
/// ```
/// use audit::{Library, ShotFacts, Stock};
/// let mut stock = Stock::default();
/// for shot in 0..3 {
///     stock.add(ShotFacts { shot, seconds: 4.0, picture: [80 * shot as u8; 12].into(), ..ShotFacts::default() });
/// }
/// assert_eq!(Library::of_stock(&stock, None).summary().unique_shots, 3);
/// ```
#[derive(Clone, Debug)]
pub struct Stock {
    most: usize,
    halvings: u32,
    shots: Vec<ShotFacts>,
    /// Of each, the number of its own bucket, and the least of those that it is held for.
    buckets: Vec<(u64, u64)>,
    totals: Totals,
}

impl Default for Stock {
    fn default() -> Stock {
        Stock::holding(MOST_HELD)
    }
}

impl Stock {
    /// One that holds at most so many.
    pub(crate) fn holding(most: usize) -> Stock {
        Stock { most, halvings: 0, shots: Vec::new(), buckets: Vec::new(), totals: Totals::default() }
    }

    /// Takes one more shot.
    pub fn add(&mut self, shot: ShotFacts) {
        self.totals.add(&shot);
        let buckets = buckets(&shot);
        if buckets.1 > self.limit() {
            return;
        }
        self.shots.push(shot);
        self.buckets.push(buckets);
        while self.shots.len() > self.most && self.halvings < 63 {
            self.halvings += 1;
            let limit = self.limit();
            let mut held = self.buckets.iter().map(|b| b.1 <= limit);
            self.shots.retain(|_| held.next().expect("one for each"));
            self.buckets.retain(|b| b.1 <= limit);
        }
    }

    /// The shots held, in the order in which they were given.
    pub fn shots(&self) -> &[ShotFacts] {
        &self.shots
    }

    /// Whether every shot given is held.
    pub fn is_whole(&self) -> bool {
        self.halvings == 0
    }

    /// Whether shot `i` of those held is counted, and not only compared with.
    pub(crate) fn counts(&self, i: usize) -> bool {
        self.buckets[i].0 <= self.limit()
    }

    pub(crate) fn totals(&self) -> &Totals {
        &self.totals
    }

    fn limit(&self) -> u64 {
        u64::MAX >> self.halvings
    }
}

/// The number of a shot's bucket, and the least number of all buckets near it; numbers are spread evenly.
fn buckets(shot: &ShotFacts) -> (u64, u64) {
    let luma = if shot.picture.len().is_multiple_of(3) { shot.picture.len() / 3 } else { shot.picture.len() };
    if luma < BANDS {
        let own = scatter(SEED ^ (u64::from(shot.reel) << 32 | u64::from(shot.shot)));
        return (own, own);
    }
    // Each band's own cell, and the one next to it where that is near.
    let mut cells = [(0i64, None); BANDS];
    for (k, cell) in cells.iter_mut().enumerate() {
        let band = &shot.picture[k * luma / BANDS..(k + 1) * luma / BANDS];
        let mean = band.iter().map(|v| f64::from(*v)).sum::<f64>() / band.len() as f64 / 255.0;
        let offset = (scatter(SEED + k as u64) % 1000) as f64 / 1000.0;
        let place = mean / STEP + offset;
        let within = place - place.floor();
        *cell = (
            place.floor() as i64,
            match within * STEP {
                w if w < MARGIN => Some(place.floor() as i64 - 1),
                w if w > STEP - MARGIN => Some(place.floor() as i64 + 1),
                _ => None,
            },
        );
    }
    let number = |others: usize| {
        (0..BANDS).try_fold(SEED, |hash, k| {
            let cell = if others >> k & 1 == 1 { cells[k].1? } else { cells[k].0 };
            Some(scatter(hash ^ cell as u64))
        })
    };
    let own = number(0).expect("every band has its own cell");
    (own, (0..1 << BANDS).filter_map(number).min().unwrap_or(own))
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::facts::bytes;
    use crate::library::Library;

    /// Shots of which each is there `copies` times, in as many encodings, title after title.
    fn titles(different: u32, copies: u32, bytes_each: usize) -> impl Iterator<Item = ShotFacts> {
        (0..copies).flat_map(move |copy| {
            (0..different).map(move |shot| {
                let mut rng = ChaCha8Rng::seed_from_u64(u64::from(shot));
                let light: f32 = rng.random_range(0.1..0.8);
                let mut tone = light;
                let scene: Vec<f32> = (0..bytes_each)
                    .map(|i| {
                        if i % (bytes_each / 18) == 0 {
                            tone = light + rng.random_range(-0.3..0.3);
                        }
                        tone + rng.random_range(-0.1..0.1)
                    })
                    .collect();
                let mut again = ChaCha8Rng::seed_from_u64(u64::from(shot) << 8 | u64::from(copy));
                let picture = bytes(scene.iter().map(|v| v + again.random_range(-0.008..0.008)));
                ShotFacts { title: copy, reel: copy, shot, seconds: 4.0, frames: 96, picture, ..ShotFacts::default() }
            })
        })
    }

    #[test]
    fn of_a_library_too_large_to_hold_a_part_speaks_for_all() {
        for copies in [1, 4] {
            let (mut all, mut some) = (Stock::default(), Stock::holding(1_200));
            for shot in titles(4_800 / copies, copies, 108) {
                all.add(shot.clone());
                some.add(shot);
                assert!(some.shots().len() <= 1_200);
            }
            assert!(all.is_whole() && !some.is_whole());
            let (all, some) = (Library::of_stock(&all, Some(0.5)), Library::of_stock(&some, Some(0.5)));
            let (a, b) = (all.summary(), some.summary());
            assert_eq!((a.shots, a.film_hours, a.frames, a.titles), (b.shots, b.film_hours, b.frames, b.titles));
            assert!(a.sampled_shots.is_none() && a.unique_shots.abs_diff(4_800 / copies as usize) < 5);
            let counted = b.sampled_shots.unwrap();
            assert!((100..1_200).contains(&counted), "{counted}");
            // Copies are as many in the choice as in all: repeated film makes a large library no larger.
            let near = |a: f64, b: f64| (b / a - 1.0).abs() < 0.1;
            assert!(near(a.unique_shots as f64, b.unique_shots as f64), "{copies}: {a:?} {b:?}");
            assert!(near(a.unique_hours, b.unique_hours), "{copies}: {a:?} {b:?}");
            assert!(near(a.effective_frames.unwrap(), b.effective_frames.unwrap()), "{copies}: {a:?} {b:?}");
            let held = |l: &Library| l.grid.cells().map(|(_, amount)| amount.shots).sum::<usize>();
            assert!(near(held(&all) as f64, held(&some) as f64));
        }
    }

    #[test]
    fn what_is_held_of_a_studio_fits_in_memory() {
        let each = size_of::<ShotFacts>() + size_of::<(u64, u64)>() + 432;
        // A vector that grows is twice as large for a moment.
        assert!(2 * MOST_HELD * each < 1 << 28, "{each} bytes a shot");
    }

    #[test]
    #[ignore = "thirty million shots, some minutes in a release build: prints what it took"]
    fn twenty_thousand_titles_are_held_within_the_bound() {
        let begun = std::time::Instant::now();
        let mut stock = Stock::default();
        for title in 0..20_000u32 {
            for shot in 0..1_500u32 {
                let hash = |k: u64| scatter(u64::from(title) << 40 | u64::from(shot) << 16 | k);
                let tone: Vec<u8> = (0..18).map(|k| (hash(k) % 200) as u8).collect();
                let picture = (0..432).map(|i| tone[i / 24] + (i % 24) as u8).collect();
                stock.add(ShotFacts {
                    title,
                    reel: title,
                    shot,
                    seconds: 4.5,
                    frames: 108,
                    picture,
                    ..Default::default()
                });
            }
        }
        let held = stock.shots().len();
        let summary = Library::of_stock(&stock, None).summary();
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let most = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM unknown");
        println!("{held} held, {most}, {:.0} s; {summary:?}", begun.elapsed().as_secs_f64());
        assert!(held <= MOST_HELD && summary.shots == 30_000_000);
        assert!((summary.unique_shots as f64 / 3e7 - 1.0).abs() < 0.05);
    }
}
