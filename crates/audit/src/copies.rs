//! Copies: shots that show the same pictures again, in a recap, another cut, another reel of the same title.

use crate::facts::{ShotFacts, distance};

/// Two shots are copies when their pictures differ by no more than this part of the weaker contrast of the two.
pub const OF_CONTRAST: f64 = 0.2;
/// However much contrast, copies differ by no more than this (root mean square, values 0 to 1): another encoding does.
pub const MOST: f64 = 0.03;
/// However little contrast, pictures nearer than this are copies: about one step of eight bits.
pub const LEAST: f64 = 0.004;

/// Shots in groups of copies, each group and all groups in the order of the shots; a shot without copies is a group alone.
///
/// Two shots are near when the root mean square difference of their descriptors is at most [`OF_CONTRAST`] of the weaker
/// contrast (so that two different dark pictures stay two), within [`LEAST`] and [`MOST`]; what is near to near is one group
/// (union-find), across titles too. Shots without a picture are never copies. The thresholds are engineering estimates.
pub fn groups(shots: &[ShotFacts]) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..shots.len()).collect();
    let contrasts: Vec<f64> = shots.iter().map(|s| contrast(&s.picture)).collect();
    // Means differ by no more than pictures do, so that only a window of the order by mean has to be compared.
    let mean = |p: &[u8]| p.iter().map(|v| f64::from(*v)).sum::<f64>() / p.len() as f64 / 255.0;
    let mut order: Vec<(f64, usize)> =
        shots.iter().enumerate().filter(|(_, s)| !s.picture.is_empty()).map(|(i, s)| (mean(&s.picture), i)).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    // The same holds of parts of the picture: most pairs are told apart by a few numbers.
    let parts: Vec<[f32; PARTS]> = order.iter().map(|&(_, i)| parts(&shots[i].picture)).collect();
    for (place, &(here, i)) in order.iter().enumerate() {
        let window = order[place + 1..].iter().zip(&parts[place + 1..]);
        for (&(_, j), other) in window.take_while(|((m, _), _)| m - here <= MOST + 1e-6) {
            let apart: f32 = parts[place].iter().zip(other).map(|(a, b)| (a - b) * (a - b)).sum();
            if apart > FARTHEST {
                continue;
            }
            if distance(&shots[i].picture, &shots[j].picture) <= limit(contrasts[i], contrasts[j]) {
                join(&mut parent, i, j);
            }
        }
    }
    listed(parent)
}

/// How far apart copies of such contrasts may be.
pub(crate) fn limit(one: f64, other: f64) -> f64 {
    (OF_CONTRAST * one.min(other)).clamp(LEAST, MOST)
}

pub(crate) fn join(parent: &mut [usize], i: usize, j: usize) {
    let (a, b) = (root(parent, i), root(parent, j));
    parent[a.max(b)] = a.min(b);
}

/// What was joined, group by group.
pub(crate) fn listed(mut parent: Vec<usize>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); parent.len()];
    for i in 0..parent.len() {
        groups[root(&mut parent, i)].push(i);
    }
    groups.retain(|g| !g.is_empty());
    groups
}

/// The shot that stands for a group: the longest, the first of several.
pub fn keeper(group: &[usize], shots: &[ShotFacts]) -> usize {
    let mut best = group[0];
    for &i in group {
        if shots[i].seconds > shots[best].seconds {
            best = i;
        }
    }
    best
}

/// Parts that a picture is divided into to be told from others quickly.
const PARTS: usize = 12;
/// Farther apart than this in their parts, pictures differ by more than [`MOST`]; with a little room for rounding.
const FARTHEST: f32 = (MOST * MOST) as f32 * 1.001;

/// The mean of each part, weighted so that the sum of squared differences is at most the mean squared difference of the whole.
fn parts(picture: &[u8]) -> [f32; PARTS] {
    let n = picture.len();
    std::array::from_fn(|k| {
        let part = &picture[k * n / PARTS..(k + 1) * n / PARTS];
        let weight = (part.len() as f32 / n as f32).sqrt();
        let sum: f32 = part.iter().map(|v| f32::from(*v)).sum();
        if part.is_empty() { 0.0 } else { weight * sum / part.len() as f32 / 255.0 }
    })
}

fn root(parent: &mut [usize], mut i: usize) -> usize {
    while parent[i] != i {
        parent[i] = parent[parent[i]];
        i = parent[i];
    }
    i
}

/// Standard deviation of the luma of a descriptor that holds three planes; of all of it otherwise.
pub(crate) fn contrast(picture: &[u8]) -> f64 {
    let plane = if picture.len().is_multiple_of(3) { &picture[..picture.len() / 3] } else { picture };
    let k = plane.len().max(1) as f64;
    let mean = plane.iter().map(|v| f64::from(*v)).sum::<f64>() / k;
    (plane.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / k).sqrt() / 255.0
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::facts::bytes;

    fn shot(title: u32, shot: u32, seconds: f64, picture: Vec<f32>) -> ShotFacts {
        let picture = bytes(picture);
        ShotFacts { title, shot, seconds, frames: (seconds * 24.0) as u64, picture, ..Default::default() }
    }

    fn any_picture(rng: &mut ChaCha8Rng) -> Vec<f32> {
        (0..432).map(|_| rng.random_range(0.0..1.0)).collect()
    }

    #[test]
    fn another_encoding_is_a_copy_and_another_shot_is_not() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let one = any_picture(&mut rng);
        let again: Vec<f32> = one.iter().map(|v| v + rng.random_range(-0.02..0.02)).collect();
        let like: Vec<f32> = one.iter().map(|v| v + rng.random_range(-0.12..0.12)).collect();
        let shots = [
            shot(1, 0, 4.0, one),
            shot(1, 1, 2.0, any_picture(&mut rng)),
            shot(2, 0, 5.0, again),
            shot(2, 1, 5.0, like),
        ];
        let found = groups(&shots);
        assert_eq!(found, [vec![0, 2], vec![1], vec![3]]);
        assert_eq!(keeper(&found[0], &shots), 2, "the longer one stands for both");
    }

    #[test]
    fn two_dark_pictures_stay_two_and_two_black_ones_are_one() {
        let dark = |place: usize| {
            let mut p: Vec<f32> = vec![0.05; 144];
            p[place..place + 30].fill(0.09);
            p.extend([0.5; 288]);
            p
        };
        let black = vec![0.0625; 432];
        let shots = [
            shot(1, 0, 1.0, dark(0)),
            shot(1, 1, 1.0, dark(80)),
            shot(1, 2, 1.0, black.clone()),
            shot(2, 0, 1.0, black),
        ];
        assert_eq!(groups(&shots), [vec![0], vec![1], vec![2, 3]]);
    }

    #[test]
    fn shots_without_a_picture_are_no_copies() {
        let shots = [shot(1, 0, 1.0, Vec::new()), shot(1, 1, 1.0, Vec::new())];
        assert_eq!(groups(&shots).len(), 2);
        assert!(groups(&[]).is_empty());
    }

    proptest::proptest! {
        #[test]
        fn every_shot_is_in_one_group_whatever_the_order(seed in 0u64..200, count in 1usize..40) {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let pool: Vec<Vec<f32>> = (0..5).map(|_| any_picture(&mut rng)).collect();
            let shots: Vec<ShotFacts> =
                (0..count).map(|i| shot(0, i as u32, 1.0, pool[rng.random_range(0..5usize)].clone())).collect();
            let found = groups(&shots);
            let mut all = found.concat();
            all.sort_unstable();
            proptest::prop_assert_eq!(all, (0..count).collect::<Vec<_>>());
            let backwards: Vec<ShotFacts> = shots.iter().rev().cloned().collect();
            proptest::prop_assert_eq!(found.len(), groups(&backwards).len());
        }
    }
}
