//! What remains where a film has too few shots for acts: the best of them in the film's order, each as long as it can bear.

use film::FrameRange;

use crate::DirectorError;
use crate::candidate::{Field, shortest};
use crate::footage::Footage;

/// Shots in the film's order and the frames of the timeline that each has, `frames` in all.
///
/// # Errors
/// [`DirectorError::TooManyMust`] where those asked for do not fit.
pub(crate) fn plain(footage: &Footage<'_>, field: &Field, frames: i64) -> Result<Vec<(usize, i64)>, DirectorError> {
    let all = &field.candidates;
    let least = shortest(footage.rate);
    let must = all.iter().filter(|c| c.must).count();
    if must as i64 * least > frames {
        return Err(DirectorError::TooManyMust { count: must, need: must as i64 * least, have: frames });
    }
    let mut order: Vec<usize> = (0..all.len()).collect();
    let worth = |at: usize| all[at].quality + 0.5 * all[at].novelty + 0.5 * all[at].striking;
    order.sort_by(|&a, &b| all[b].must.cmp(&all[a].must).then(worth(b).total_cmp(&worth(a))).then(a.cmp(&b)));
    // Two seconds each would be well; more shots where these are too short to fill it.
    let mut count = ((footage.rate.seconds(frames) / 2.0).round() as usize).clamp(1, all.len()).max(must);
    let most = |at: usize| record_most(footage, field, at);
    while count < all.len() && order[..count].iter().map(|&at| most(at)).sum::<i64>() < frames {
        count += 1;
    }
    let mut taken = order[..count].to_vec();
    // Too many for the length: the least wanted go.
    while taken.len() as i64 * least > frames {
        taken.pop();
    }
    taken.sort_unstable();
    let most: Vec<i64> = taken.iter().map(|&at| most(at)).collect();
    Ok(taken.into_iter().zip(fill(&most, frames)).collect())
}

/// Frames of the timeline that a candidate can fill.
pub(crate) fn record_most(footage: &Footage<'_>, field: &Field, at: usize) -> i64 {
    let candidate = &field.candidates[at];
    let rate = footage.reel(candidate.reel).clock.rate();
    let most = rate.convert(candidate.run.len(), footage.rate);
    if footage.source_len(candidate.reel, most) <= candidate.run.len() { most } else { most - 1 }
}

/// `frames` shared out as evenly as `most` of each allows.
fn fill(most: &[i64], frames: i64) -> Vec<i64> {
    let sum = |level: i64| most.iter().map(|&m| m.min(level)).sum::<i64>();
    let (mut low, mut high) = (0, frames);
    while low < high {
        let level = (low + high + 1) / 2;
        if sum(level) <= frames { low = level } else { high = level - 1 }
    }
    let mut left = frames - sum(low);
    most.iter()
        .map(|&m| {
            let more = i64::from(m > low && left > 0);
            left -= more;
            m.min(low) + more
        })
        .collect()
}

/// The best `len` frames of the timeline of a candidate.
pub(crate) fn moment(footage: &Footage<'_>, field: &Field, at: usize, len: i64) -> FrameRange {
    let candidate = &field.candidates[at];
    let need = footage.source_len(candidate.reel, len);
    let (start, _) = candidate.best(need, candidate.talk > 0.0).expect("it was given no more frames than it has");
    FrameRange::at(start, need)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_shots_give_all_and_long_ones_share_the_rest() {
        assert_eq!(fill(&[10, 100, 100], 71), [10, 31, 30]);
        assert_eq!(fill(&[10, 20], 30), [10, 20]);
        assert_eq!(fill(&[50], 24), [24]);
    }
}
