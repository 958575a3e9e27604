//! What a shot is worth in a slot.

use crate::act::Act;
use crate::candidate::Candidate;
use crate::footage::Footage;
use crate::slot::Slot;

/// The parts of a score, each already weighed; they add up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Score {
    pub(crate) parts: [f32; PARTS.len()],
}

/// What the parts of a score are called.
pub(crate) const PARTS: [&str; 7] =
    ["picture quality", "energy", "place in the film", "strikingness", "novelty", "dialogue", "best moment"];

/// Weights of the parts by act, in the order of [`PARTS`], and how far from its place in the film a shot may lie.
fn weights(act: Act) -> ([f32; PARTS.len()], f32) {
    match act {
        Act::Hook => ([0.24, 0.42, 0.06, 0.16, 0.16, 0.12, 0.1], 0.35),
        Act::Setup => ([0.3, 0.15, 0.33, 0.12, 0.1, 0.28, 0.06], 0.1),
        Act::Turn => ([0.22, 0.24, 0.26, 0.15, 0.13, 0.26, 0.08], 0.15),
        Act::Button => ([0.3, 0.34, 0.06, 0.16, 0.2, 0.3, 0.06], 0.4),
        _ => ([0.26, 0.5, 0.1, 0.14, 0.1, 0.0, 0.1], 0.22),
    }
}

impl Score {
    /// The worth of `candidate` in `slot`, `moment` being that of its best frames there; `first` of the story's slots.
    pub(crate) fn new(footage: &Footage<'_>, slot: &Slot, candidate: &Candidate, moment: f32, first: bool) -> Score {
        let (weights, spread) = weights(slot.act);
        let far = (candidate.position - slot.position) / spread;
        let mut quality = candidate.quality;
        if quality < 0.35 {
            quality -= 2.0 * (0.35 - quality);
        }
        let mut striking = candidate.striking;
        if first {
            // The world is opened by a wide exterior where the film has one.
            let a = &footage.shot(candidate.reel, candidate.shot).attributes;
            striking = 0.4 * striking + 0.6 * (0.5 + (a.exterior - 0.5) * a.exterior_confidence);
        }
        let values = [
            quality,
            1.0 - (candidate.energy - slot.energy).abs(),
            (-far * far).exp(),
            striking,
            candidate.novelty,
            if slot.talk { candidate.talk } else { 0.0 },
            moment.clamp(0.0, 1.5),
        ];
        let mut parts = [0.0; PARTS.len()];
        for (part, (weight, value)) in parts.iter_mut().zip(weights.iter().zip(values)) {
            *part = weight * value;
        }
        Score { parts }
    }

    pub(crate) fn total(&self) -> f32 {
        self.parts.iter().sum()
    }

    /// The name of the part in which this one falls furthest short of `other`, and by how much.
    pub(crate) fn lacks(&self, other: &Score) -> (&'static str, f32) {
        let short = |at: &usize| other.parts[*at] - self.parts[*at];
        let worst = (0..PARTS.len()).max_by(|a, b| short(a).total_cmp(&short(b))).expect("a score has parts");
        (PARTS[worst], short(&worst))
    }
}
