//! Copies among shots that are known frame by frame: a trailer or a recap shows a part of a shot, whose best picture is
//! another than that of the whole.

use crate::copies::{MOST, contrast, join, limit, listed};

/// A picture of a shot: means of its planes in codes, which of two copies lie close together.
struct Glance<'a> {
    shot: usize,
    means: [f32; 3],
    contrast: f64,
    codes: &'a [u8],
}

/// Shots in groups of copies, as [`copies::groups`](crate::copies::groups) lists them and by the same limits.
///
/// Each shot is some small pictures of 8 bits, all luma first, then each color difference; the first one shows it best, and is
/// looked for among all pictures of every other shot. The others should lie a few frames apart. Shots without a picture are
/// never copies.
pub fn groups(shots: &[Vec<Vec<u8>>]) -> Vec<Vec<usize>> {
    let mut all: Vec<Glance<'_>> = Vec::new();
    for (shot, pictures) in shots.iter().enumerate() {
        all.extend(pictures.iter().filter(|codes| !codes.is_empty()).map(|codes| glance(shot, codes)));
    }
    // What is looked for, before the order is by light.
    let best: Vec<Glance<'_>> =
        shots.iter().enumerate().filter_map(|(i, p)| Some(glance(i, p.first().filter(|c| !c.is_empty())?))).collect();
    all.sort_by(|a, b| a.means[0].total_cmp(&b.means[0]));
    // A plane is a third of a picture: its mean differs by no more than this where the whole differs by `MOST`.
    let near = (MOST * 255.0 * 3f64.sqrt()) as f32 + 1e-3;
    let mut parent: Vec<usize> = (0..shots.len()).collect();
    for one in &best {
        let from = all.partition_point(|g| g.means[0] < one.means[0] - near);
        for other in all[from..].iter().take_while(|g| g.means[0] <= one.means[0] + near) {
            let close = (1..3).all(|p| (one.means[p] - other.means[p]).abs() <= near);
            if close && one.shot != other.shot && alike(one, other) {
                join(&mut parent, one.shot, other.shot);
            }
        }
    }
    listed(parent)
}

fn glance(shot: usize, codes: &[u8]) -> Glance<'_> {
    let plane = (codes.len() / 3).max(1);
    let mean = |p: usize| {
        let part = codes.get(p * plane..(p + 1) * plane).unwrap_or_default();
        part.iter().map(|v| f32::from(*v)).sum::<f32>() / plane as f32
    };
    Glance { shot, means: [0, 1, 2].map(mean), contrast: contrast(codes), codes }
}

/// Root mean square difference within the limit of the two contrasts; given up as soon as it is beyond.
fn alike(a: &Glance<'_>, b: &Glance<'_>) -> bool {
    if a.codes.len() != b.codes.len() {
        return false;
    }
    let most = (limit(a.contrast, b.contrast) * 255.0).powi(2) * a.codes.len() as f64;
    let mut sum = 0u32;
    for (p, q) in a.codes.chunks(48).zip(b.codes.chunks(48)) {
        sum += p.iter().zip(q).map(|(x, y)| u32::from(x.abs_diff(*y)).pow(2)).sum::<u32>();
        if f64::from(sum) > most {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Frames of a shot that drifts across something larger.
    fn shot(rng: &mut ChaCha8Rng, frames: usize) -> Vec<Vec<u8>> {
        let wide: Vec<u8> = (0..432 + 9 * frames).map(|_| rng.random_range(16..236)).collect();
        (0..frames).map(|i| wide[9 * i..9 * i + 432].to_vec()).collect()
    }

    #[test]
    fn a_part_of_a_shot_is_its_copy_and_another_shot_is_not() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let film: Vec<Vec<Vec<u8>>> = (0..20).map(|_| shot(&mut rng, 12)).collect();
        // The last four frames of a shot, encoded anew; its own best picture is none that the whole shot is known by.
        let trailer: Vec<Vec<u8>> = film[7][8..]
            .iter()
            .map(|p| p.iter().map(|v| v.saturating_add_signed(rng.random_range(-4i8..=4))).collect())
            .collect();
        let mut all = film.clone();
        all.push(trailer);
        all.push(shot(&mut rng, 4));
        all.push(Vec::new());
        let found = groups(&all);
        assert!(found.contains(&vec![7, 20]), "{found:?}");
        assert_eq!(found.len(), 22);
        assert!(groups(&[]).is_empty());
    }
}
