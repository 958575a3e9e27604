//! Which shot goes where: a beam search over the slots, then exchanges until none helps.

use crate::candidate::Field;
use crate::chance::Chance;
use crate::footage::Footage;
use crate::order;
use crate::score::Score;
use crate::slot::Slot;

/// Candidates weighed for each slot.
const OPTIONS: usize = 48;
/// Partial casts kept from slot to slot.
const BEAM: usize = 48;
/// Rounds of exchanges at most; a few are enough.
const ROUNDS: usize = 24;
/// How much chance may weigh in a score.
const CHANCE: f32 = 0.13;

/// What a shot of an earlier draft loses.
const STALE: f32 = 0.2;

/// A candidate in a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Choice {
    /// Its place in the field.
    pub(crate) candidate: usize,
    /// First frame of the reel that is shown, the handle before it left out.
    pub(crate) start: i64,
    pub(crate) score: Score,
    /// Its score with chance and what earlier drafts used counted in.
    worth: f32,
}

/// A slot with its shot, and the next best.
pub(crate) struct Cast {
    pub(crate) taken: Choice,
    /// Others with their worth beside the one taken, 1 being equal.
    pub(crate) others: Vec<(Choice, f32)>,
}

/// Fills every slot, each shot used once at most and every asked-for shot in; `None` where that cannot be.
///
/// `used` lists shots of earlier drafts, which this one should leave if it can do as well without.
pub(crate) fn cast(
    footage: &Footage<'_>,
    field: &Field,
    slots: &[Slot],
    used: &[usize],
    chance: &mut Chance,
) -> Option<Vec<Cast>> {
    let mut search = Search::new(footage, field, slots, used, chance)?;
    let mut picks = search.beam()?;
    search.exchange(&mut picks);
    Some(search.casts(&picks))
}

struct Search<'a> {
    field: &'a Field,
    slots: &'a [Slot],
    /// Options of each slot, the best first; of a slot whose shot is asked for, that alone.
    options: Vec<Vec<Choice>>,
    /// Whether a slot's shot was asked for.
    fixed: Vec<bool>,
    /// Place of each candidate among those in any option.
    pooled: Vec<usize>,
    pool: usize,
    distances: Vec<f32>,
}

impl<'a> Search<'a> {
    fn new(
        footage: &Footage<'_>,
        field: &'a Field,
        slots: &'a [Slot],
        used: &[usize],
        chance: &mut Chance,
    ) -> Option<Search<'a>> {
        let luck: Vec<f32> = field.candidates.iter().map(|_| CHANCE * (chance.share() - 0.5)).collect();
        let first = slots.iter().position(|slot| slot.act == crate::act::Act::Setup);
        let weigh = |at: usize, candidate: usize| {
            let (slot, shot) = (&slots[at], &field.candidates[candidate]);
            let head = footage.handle(shot.reel, slot.head);
            let tail = footage.handle(shot.reel, slot.tail);
            let need = head + footage.source_len(shot.reel, slot.record.len()) + tail;
            let (start, moment) = shot.best(need, slot.talk)?;
            let score = Score::new(footage, slot, shot, moment, Some(at) == first);
            let stale = if used.contains(&candidate) { STALE } else { 0.0 };
            let worth = score.total() + luck[candidate] - stale;
            Some(Choice { candidate, start: start + head, score, worth })
        };
        let better = |a: &Choice, b: &Choice| b.worth.total_cmp(&a.worth).then(a.candidate.cmp(&b.candidate));
        let mut options: Vec<Vec<Choice>> = vec![Vec::new(); slots.len()];
        let mut fixed = vec![false; slots.len()];
        // Shots that were asked for first, those that fit the fewest slots before others.
        let mut wanted: Vec<(usize, Vec<(usize, Choice)>)> = (0..field.candidates.len())
            .filter(|&c| field.candidates[c].must)
            .map(|c| (c, (0..slots.len()).filter_map(|at| weigh(at, c).map(|o| (at, o))).collect()))
            .collect();
        wanted.sort_by_key(|(candidate, fits)| (fits.len(), *candidate));
        for (_, fits) in wanted {
            let free = fits.into_iter().filter(|(at, _)| !fixed[*at]);
            let (at, option) = free.min_by(|a, b| better(&a.1, &b.1))?;
            fixed[at] = true;
            options[at] = vec![option];
        }
        for at in (0..slots.len()).filter(|&at| !fixed[at]) {
            let all = (0..field.candidates.len()).filter(|&c| !field.candidates[c].must);
            let mut fits: Vec<Choice> = all.filter_map(|candidate| weigh(at, candidate)).collect();
            fits.sort_by(better);
            // Enough that others taking the best leave some.
            fits.truncate(OPTIONS.max(slots.len() + 8));
            options[at] = fits;
        }
        let mut pooled = vec![usize::MAX; field.candidates.len()];
        let mut members = Vec::new();
        for option in options.iter().flatten() {
            if pooled[option.candidate] == usize::MAX {
                pooled[option.candidate] = members.len();
                members.push(option.candidate);
            }
        }
        let pool = members.len();
        let mut distances = vec![0.0; pool * pool];
        for a in 0..pool {
            for b in 0..a {
                let far = field.candidates[members[a]].distance(&field.candidates[members[b]]);
                distances[a * pool + b] = far;
                distances[b * pool + a] = far;
            }
        }
        Some(Search { field, slots, options, fixed, pooled, pool, distances })
    }

    fn cost(&self, first: usize, a: usize, second: usize, b: usize) -> f32 {
        let (one, other) = (&self.field.candidates[a], &self.field.candidates[b]);
        let distance = self.distances[self.pooled[a] * self.pool + self.pooled[b]];
        order::cost((&self.slots[first], &self.slots[second]), second - first, one, other, distance)
    }

    fn beam(&self) -> Option<Vec<Choice>> {
        let mut beam: Vec<(f32, Vec<Choice>)> = vec![(0.0, Vec::new())];
        for at in 0..self.slots.len() {
            let mut next: Vec<(f32, usize, usize)> = Vec::new();
            for (parent, (score, picks)) in beam.iter().enumerate() {
                let free = |o: &Choice| picks.iter().all(|p| p.candidate != o.candidate);
                let open = self.options[at].iter().enumerate().filter(|(_, o)| free(o));
                for (place, option) in open.take(OPTIONS) {
                    let cost: f32 =
                        picks.iter().enumerate().map(|(j, p)| self.cost(j, p.candidate, at, option.candidate)).sum();
                    next.push((score + option.worth - cost, parent, place));
                }
            }
            next.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2)));
            next.truncate(BEAM);
            beam = next
                .into_iter()
                .map(|(score, parent, place)| {
                    let mut picks = beam[parent].1.clone();
                    picks.push(self.options[at][place]);
                    (score, picks)
                })
                .collect();
        }
        beam.into_iter().next().map(|(_, picks)| picks)
    }

    /// What `option` is worth in slot `at` beside the other picks; slot `besides` left out of account.
    fn net(&self, picks: &[Choice], at: usize, option: &Choice, besides: usize) -> f32 {
        let cost = |j: usize| {
            let other = picks[j].candidate;
            if j < at { self.cost(j, other, at, option.candidate) } else { self.cost(at, option.candidate, j, other) }
        };
        option.worth - (0..picks.len()).filter(|&j| j != at && j != besides).map(cost).sum::<f32>()
    }

    /// Replaces and swaps as long as it helps.
    fn exchange(&mut self, picks: &mut [Choice]) {
        for _ in 0..ROUNDS {
            let mut helped = false;
            for at in (0..picks.len()).filter(|&at| !self.fixed[at]) {
                let mut best = (self.net(picks, at, &picks[at], at) + 1e-5, None);
                for option in &self.options[at] {
                    if picks.iter().any(|p| p.candidate == option.candidate) {
                        continue;
                    }
                    let net = self.net(picks, at, option, at);
                    if net > best.0 {
                        best = (net, Some(*option));
                    }
                }
                if let Some(option) = best.1 {
                    picks[at] = option;
                    helped = true;
                }
            }
            for a in 0..picks.len() {
                for b in a + 1..picks.len() {
                    if self.fixed[a] || self.fixed[b] {
                        continue;
                    }
                    let find = |at: usize, c: usize| self.options[at].iter().find(|o| o.candidate == c).copied();
                    let (Some(to_a), Some(to_b)) = (find(a, picks[b].candidate), find(b, picks[a].candidate)) else {
                        continue;
                    };
                    let pair = |x: &Choice, y: &Choice| {
                        self.net(picks, a, x, b) + self.net(picks, b, y, a) - self.cost(a, x.candidate, b, y.candidate)
                    };
                    if pair(&to_a, &to_b) > pair(&picks[a], &picks[b]) + 1e-5 {
                        picks[a] = to_a;
                        picks[b] = to_b;
                        helped = true;
                    }
                }
            }
            if !helped {
                break;
            }
        }
    }

    fn casts(&self, picks: &[Choice]) -> Vec<Cast> {
        let cast = |(at, taken): (usize, &Choice)| {
            let mine = self.net(picks, at, taken, at).max(0.05);
            let free = |o: &&Choice| picks.iter().all(|p| p.candidate != o.candidate);
            let mut others: Vec<(Choice, f32)> = self.options[at]
                .iter()
                .filter(free)
                .map(|o| (*o, (self.net(picks, at, o, at) / mine).max(0.0)))
                .collect();
            others.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.candidate.cmp(&b.0.candidate)));
            others.truncate(3);
            Cast { taken: *taken, others }
        };
        picks.iter().enumerate().map(cast).collect()
    }
}
