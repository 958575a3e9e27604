//! Neighbors: how far what is asked for lies from what there is, and whether one title covers another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::cell::{Brightness, Light, Motion, Palette, Place, Wanted};
use crate::facts::{Kind, Look, ShotFacts, distance, sample, scatter};

/// The neighbor whose distance counts is the fifth: a single odd likeness says nothing.
pub const NEIGHBOR: usize = 5;

/// More shots than this are represented by so many, chosen evenly.
const MOST: usize = 2_000;

/// How far a request lies from the library.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    /// Distance to the fifth nearest shot.
    pub distance: f64,
    /// Share of the library's own shots, in percent, that lie nearer to their fellows than the request does: below 90 the
    /// request is of the library's own kind, above 99 the library holds nothing like it.
    pub percentile: f64,
}

/// How far a picture lies from the library; `None` where fewer than six shots can be compared with it.
pub fn reach_of_picture<'a>(shots: impl IntoIterator<Item = &'a ShotFacts>, request: &[u8]) -> Option<Reach> {
    let pictures = shots.into_iter().map(|s| &*s.picture);
    let library: Vec<&[u8]> = pictures.filter(|p| !p.is_empty() && p.len() == request.len()).collect();
    reach(&library, request, distance)
}

/// How far a wish lies from the library, on the axes that it names; `None` with fewer than six shots.
///
/// Each axis is brought to about one unit between its ends; place and hour of which the catalogue is unsure lie in the middle.
pub fn reach_of_wish<'a>(shots: impl IntoIterator<Item = &'a ShotFacts>, wish: &Wanted) -> Option<Reach> {
    let library: Vec<Vec<f32>> = shots.into_iter().map(|s| axes(&s.look, wish)).collect();
    let apart = |a: &[f32], b: &[f32]| {
        let square: f32 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
        (f64::from(square) / a.len() as f64).sqrt()
    };
    reach(&library.iter().map(Vec::as_slice).collect::<Vec<_>>(), &axes(&center(wish), wish), apart)
}

fn reach<T>(library: &[&[T]], request: &[T], apart: impl Fn(&[T], &[T]) -> f64) -> Option<Reach> {
    let chosen: Vec<&[T]> = sample(library.len(), MOST).iter().map(|&i| library[i]).collect();
    if chosen.len() <= NEIGHBOR || request.is_empty() {
        return None;
    }
    let asked = fifth(chosen.iter().map(|p| apart(p, request)));
    let own = radii(&chosen, apart);
    // What is just as far, to rounding, is not nearer.
    let nearer = own.iter().filter(|d| **d < asked - 1e-9).count();
    Some(Reach { distance: asked, percentile: 100.0 * nearer as f64 / own.len() as f64 })
}

/// Distance of each to its fifth nearest other.
fn radii<T>(all: &[&[T]], apart: impl Fn(&[T], &[T]) -> f64) -> Vec<f64> {
    (0..all.len())
        .map(|i| fifth(all.iter().enumerate().filter(|(j, _)| *j != i).map(|(_, p)| apart(p, all[i]))))
        .collect()
}

/// The fifth smallest, or the largest of fewer.
fn fifth(distances: impl Iterator<Item = f64>) -> f64 {
    let mut nearest = [f64::INFINITY; NEIGHBOR];
    let mut held = 0;
    for d in distances {
        let place = nearest[..held].partition_point(|n| *n <= d);
        if place < NEIGHBOR {
            held = (held + 1).min(NEIGHBOR);
            nearest[place..held].rotate_right(1);
            nearest[place] = d;
        }
    }
    if held == 0 { f64::INFINITY } else { nearest[held - 1] }
}

/// A look on the axes that a wish names.
fn axes(look: &Look, wish: &Wanted) -> Vec<f32> {
    let sure = |value: f32, confidence: f32| 0.5 + (value - 0.5) * confidence.clamp(0.0, 1.0);
    let mut out = Vec::new();
    if wish.place.is_some() {
        out.push(sure(look.exterior, look.exterior_confidence));
    }
    if wish.light.is_some() {
        out.push(sure(look.day, look.day_confidence));
    }
    if wish.motion.is_some() {
        // 0.01 to 1 width a second, by proportion.
        out.push((look.motion.max(0.01).log10() + 2.0) / 2.0);
    }
    if wish.brightness.is_some() {
        out.push(look.brightness);
    }
    if wish.palette.is_some() {
        let (sin, cos) = look.hue.unwrap_or(0.0).to_radians().sin_cos();
        let strength = if look.hue.is_some() { look.saturation.min(0.5) } else { 0.0 };
        out.extend([strength * cos, strength * sin]);
    }
    if wish.kind.is_some() {
        out.push(match look.kind {
            Kind::Animation => 1.0,
            Kind::LiveAction => 0.0,
            Kind::Unknown => 0.5,
        });
    }
    out
}

/// The look in the middle of what a wish names.
fn center(wish: &Wanted) -> Look {
    let sure = 0.75;
    let (hue, saturation) = match wish.palette {
        Some(Palette::Warm) => (Some(25.0), 0.3),
        Some(Palette::Cold) => (Some(215.0), 0.3),
        Some(Palette::Neutral) => (None, 0.08),
        Some(Palette::Monochrome) | None => (None, 0.0),
    };
    Look {
        exterior: if wish.place == Some(Place::Exterior) { 1.0 } else { 0.0 },
        exterior_confidence: if matches!(wish.place, None | Some(Place::Unknown)) { 0.0 } else { sure },
        day: if wish.light == Some(Light::Day) { 1.0 } else { 0.0 },
        day_confidence: if matches!(wish.light, None | Some(Light::Unknown)) { 0.0 } else { sure },
        motion: match wish.motion {
            Some(Motion::Still) => 0.02,
            Some(Motion::Fast) => 0.6,
            _ => 0.15,
        },
        brightness: match wish.brightness {
            Some(Brightness::Dark) => 0.13,
            Some(Brightness::Bright) => 0.7,
            _ => 0.38,
        },
        saturation,
        hue,
        kind: wish.kind.unwrap_or_default(),
    }
}

/// How one body of film covers another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// How thickly the trained-on shots lie where the others lie; 1 is as thickly as those themselves.
    pub density: f64,
    /// Share of the others, 0 to 1, that have a trained-on shot within their own neighborhood.
    pub coverage: f64,
}

/// Whether film `trained` covers film `asked`: train on the one, be asked for the other.
///
/// A shot's neighborhood reaches to the fifth nearest shot of its own body. `None` with fewer than six shots to ask for, or
/// none trained on. Source: Naeem et al., Reliable Fidelity and Diversity Metrics, ICML 2020 (density and coverage).
pub fn cover(trained: &[&[u8]], asked: &[&[u8]]) -> Option<Cover> {
    let thin = |all: &[&'_ [u8]]| sample(all.len(), MOST);
    let asked: Vec<&[u8]> = thin(asked).into_iter().map(|i| asked[i]).collect();
    let trained: Vec<&[u8]> = thin(trained).into_iter().map(|i| trained[i]).collect();
    if asked.len() <= NEIGHBOR || trained.is_empty() {
        return None;
    }
    let (mut covered, mut inside) = (0usize, 0usize);
    for (center, radius) in asked.iter().zip(radii(&asked, distance)) {
        let here = trained.iter().filter(|t| distance(t, center) <= radius).count();
        inside += here;
        covered += usize::from(here > 0);
    }
    Some(Cover {
        density: inside as f64 / (NEIGHBOR * trained.len()) as f64,
        coverage: covered as f64 / asked.len() as f64,
    })
}

/// How the rest of the library covers one title.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct TitleCover {
    /// The title asked for.
    pub title: u32,
    /// Its shots.
    pub shots: usize,
    /// How all others together cover it; `None` where there are too few shots to say.
    pub cover: Option<Cover>,
}

/// More titles than this are represented by so many, chosen evenly.
const MOST_TITLES: usize = 500;

/// For each title, how all others together cover it, in the order of the titles; for [`MOST_TITLES`] of more.
pub fn between_titles(shots: &[&ShotFacts]) -> Vec<TitleCover> {
    let mut by_title: BTreeMap<u32, Vec<&[u8]>> = BTreeMap::new();
    for shot in shots {
        let pictures = by_title.entry(shot.title).or_default();
        pictures.extend((!shot.picture.is_empty()).then_some(&*shot.picture));
    }
    // One order for all titles: the others of each are the first in it that are not its own.
    let mut order: Vec<&ShotFacts> = shots.iter().copied().filter(|s| !s.picture.is_empty()).collect();
    order.sort_by_key(|s| scatter(u64::from(s.reel) << 32 | u64::from(s.shot)));
    let titles: Vec<(&u32, &Vec<&[u8]>)> = by_title.iter().collect();
    let chosen = sample(titles.len(), MOST_TITLES).into_iter().map(|i| titles[i]);
    chosen
        .map(|(&title, own)| {
            let others: Vec<&[u8]> =
                order.iter().filter(|s| s.title != title).take(MOST).map(|s| &*s.picture).collect();
            TitleCover { title, shots: own.len(), cover: cover(&others, own) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::facts::bytes;

    fn cloud(center: f32, count: usize, title: u32, rng: &mut ChaCha8Rng) -> Vec<ShotFacts> {
        (0..count)
            .map(|i| {
                let picture = bytes((0..48).map(|_| center + rng.random_range(-0.1..0.1)));
                ShotFacts {
                    title,
                    reel: title,
                    shot: i as u32,
                    seconds: 4.0,
                    frames: 96,
                    picture,
                    ..Default::default()
                }
            })
            .collect()
    }

    #[test]
    fn what_the_library_is_like_is_near_and_the_rest_far() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let library = cloud(0.4, 120, 1, &mut rng);
        let own = cloud(0.4, 60, 2, &mut rng);
        let mean = own.iter().map(|s| reach_of_picture(&library, &s.picture).unwrap().percentile).sum::<f64>() / 60.0;
        assert!((30.0..70.0).contains(&mean), "{mean}");
        let strange = cloud(0.8, 1, 3, &mut rng);
        assert_eq!(reach_of_picture(&library, &strange[0].picture).unwrap().percentile, 100.0);
        assert_eq!(reach_of_picture(&library[..5], &strange[0].picture), None);
        assert_eq!(reach_of_picture(&library, &[]), None);
    }

    #[test]
    fn a_wish_for_what_is_not_there_lies_far() {
        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let mut library = cloud(0.4, 60, 1, &mut rng);
        for s in &mut library {
            s.look = Look {
                exterior: rng.random_range(0.0..0.3),
                exterior_confidence: 0.9,
                motion: rng.random_range(0.01..0.2),
                ..Look::default()
            };
        }
        let far = Wanted { place: Some(Place::Exterior), motion: Some(Motion::Fast), ..Wanted::default() };
        let near = Wanted { place: Some(Place::Interior), motion: Some(Motion::Slow), ..Wanted::default() };
        assert_eq!(reach_of_wish(&library, &far).unwrap().percentile, 100.0);
        assert!(reach_of_wish(&library, &near).unwrap().percentile < 90.0);
        assert_eq!(reach_of_wish(&library, &Wanted::default()), None, "nothing asked");
    }

    #[test]
    fn a_title_like_the_others_is_covered_and_a_strange_one_is_not() {
        let mut rng = ChaCha8Rng::seed_from_u64(8);
        let mut shots = cloud(0.4, 60, 1, &mut rng);
        shots.extend(cloud(0.4, 60, 2, &mut rng));
        shots.extend(cloud(0.9, 60, 3, &mut rng));
        let found = between_titles(&shots.iter().collect::<Vec<_>>());
        assert_eq!(found.iter().map(|t| t.title).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(found[0].cover.unwrap().coverage > 0.9, "{found:?}");
        assert!(found[2].cover.unwrap().coverage < 0.05, "{found:?}");
        let alone = between_titles(&shots[..60].iter().collect::<Vec<_>>());
        assert_eq!(alone[0].cover, None);
        let same: Vec<&[u8]> = shots[..60].iter().map(|s| &*s.picture).collect();
        assert_eq!(cover(&same, &same).unwrap().coverage, 1.0);
    }

    #[test]
    fn the_fifth_nearest_is_the_fifth() {
        assert_eq!(fifth([5.0, 1.0, 9.0, 2.0, 7.0, 3.0, 8.0].into_iter()), 7.0);
        assert_eq!(fifth([5.0, 1.0].into_iter()), 5.0);
        assert_eq!(fifth([1.0, 1.0, 1.0, 1.0, 1.0, 0.5].into_iter()), 1.0);
    }
}
