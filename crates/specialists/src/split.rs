//! What may be learned from and what is held out, so that no number is ever measured on what was taught.

use std::collections::{BTreeMap, BTreeSet};

use film::ContentHash;
use serde::{Deserialize, Serialize};

/// What a group of shots is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Learned from.
    Train,
    /// Watched while learning, to know when to stop.
    Watch,
    /// Held out until the end.
    Test,
}

/// Works from which whole ones can be held out.
const WORKS: usize = 5;
/// Titles of which this share of groups, of the one with fewer, has copies in the other are one work: another encoding, another
/// cut, a trailer. Less is a logo or a recap.
const ONE_WORK: f64 = 0.1;

/// Who has which role. Kept with the library: a group that was once held out stays so, whatever comes in later.
///
/// With five works or more whole ones are held out, fewer are divided by groups of shots that look alike (one camera set-up),
/// about 20 % held out and 10 % watched, by a hash of their content. Groups that hold copies of each other's shots have one
/// role, in whatever title they are; titles that are mostly copies of each other are one work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    roles: BTreeMap<String, Role>,
}

/// Shots of a reel that look alike, and copies of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Group {
    /// Number of the title in the library as it is now; nothing is kept by it.
    pub title: usize,
    /// Content of the reel.
    pub reel: ContentHash,
    /// Number of the set-up in the reel.
    pub setup: u32,
}

impl Group {
    fn key(&self) -> String {
        format!("{}/{}", self.reel, self.setup)
    }
}

fn by_hash(text: &str) -> Role {
    let hash = ContentHash::of(text.as_bytes()).to_string();
    let part = u32::from_str_radix(&hash[..4], 16).unwrap_or(0) % 100;
    match part {
        0..20 => Role::Test,
        20..30 => Role::Watch,
        _ => Role::Train,
    }
}

/// Groups that must have one role.
struct Set {
    groups: BTreeSet<Group>,
    works: BTreeSet<usize>,
    key: String,
    known: Option<Role>,
    named: bool,
    role: Role,
}

impl Set {
    /// Whether nothing may take it from what is held out.
    fn stays(&self) -> bool {
        self.named || self.known == Some(Role::Test)
    }
}

impl Split {
    /// Gives every group a role: those held out by name (numbers of titles), those known before, then the new ones. `copies`
    /// are groups that hold copies of each other's shots.
    pub fn settle(
        &mut self,
        groups: &[Group],
        copies: &[BTreeSet<Group>],
        hold_out: &BTreeSet<usize>,
    ) -> BTreeMap<(ContentHash, u32), Role> {
        let groups: BTreeSet<Group> = groups.iter().copied().collect();
        let works = works(&groups, copies);
        let all: BTreeSet<usize> = works.values().copied().collect();
        let by_work = !hold_out.is_empty() || all.len() >= WORKS;
        let before = self.known(&groups);
        let mut sets: Vec<Set> = joined(&groups, copies)
            .into_iter()
            .map(|groups| {
                let mut known: Vec<Role> = groups.iter().filter_map(|g| before.get(g).copied()).collect();
                known.sort_unstable();
                Set {
                    key: groups.iter().map(Group::key).min().expect("a set holds a group"),
                    works: groups.iter().map(|g| works[&g.title]).collect(),
                    // Once held out, always held out; and what was taught is not evidence later.
                    known: known.last().filter(|r| **r == Role::Test).or(known.first()).copied(),
                    named: groups.iter().any(|g| hold_out.contains(&g.title)),
                    role: Role::Train,
                    groups,
                }
            })
            .collect();
        // A whole work is held out as it was before, or by a hash of its content where nothing of it is known.
        let mut roles: BTreeMap<usize, (BTreeSet<Role>, String)> = BTreeMap::new();
        for g in &groups {
            let (known, first) = roles.entry(works[&g.title]).or_default();
            known.extend(before.get(g));
            let reel = g.reel.to_string();
            if first.is_empty() || reel < *first {
                *first = reel;
            }
        }
        let out = |(known, first): &(BTreeSet<Role>, String)| match known.is_empty() {
            true => by_hash(first) == Role::Test,
            false => known.iter().all(|r| *r == Role::Test),
        };
        let chosen = by_work && hold_out.is_empty();
        let held: BTreeSet<usize> = roles.iter().filter(|(_, r)| chosen && out(r)).map(|(work, _)| *work).collect();
        for set in &mut sets {
            let new = if set.works.iter().any(|w| held.contains(w)) {
                Role::Test
            } else {
                // What is watched is taken by groups: it decides nothing that is reported.
                match by_hash(&set.key) {
                    Role::Test if by_work => Role::Train,
                    role => role,
                }
            };
            set.role = if set.named { Role::Test } else { set.known.unwrap_or(new) };
        }
        fill(&mut sets, &all, by_work);
        let mut out = BTreeMap::new();
        for set in &sets {
            for group in &set.groups {
                self.roles.insert(group.key(), set.role);
                out.insert((group.reel, group.setup), set.role);
            }
        }
        out
    }

    /// The groups that had a role before. Libraries of before kept the roles of all reels of a title under one of them.
    fn known(&self, groups: &BTreeSet<Group>) -> BTreeMap<Group, Role> {
        let mut reels: BTreeMap<usize, BTreeSet<ContentHash>> = BTreeMap::new();
        for g in groups {
            reels.entry(g.title).or_default().insert(g.reel);
        }
        let keyed: BTreeSet<&str> = self.roles.keys().filter_map(|key| Some(key.split_once('/')?.0)).collect();
        let role = |g: &Group| {
            if keyed.contains(g.reel.to_string().as_str()) {
                return self.roles.get(&g.key()).copied();
            }
            let others = reels[&g.title].iter().map(|reel| Group { reel: *reel, ..*g });
            others.filter_map(|other| self.roles.get(&other.key()).copied()).max()
        };
        groups.iter().filter_map(|g| Some((*g, role(g)?))).collect()
    }
}

/// Where chance left a role empty, another gives to it: a whole work where works are held out, else a set; of what has no role
/// from before if it can be, the first in hash order. What was held out before, or by name, stays so.
fn fill(sets: &mut [Set], works: &BTreeSet<usize>, by_work: bool) {
    // Too few to go round: something is learned from, so that what is missing is film to judge it by, whatever the hash says.
    if sets.len() < 3 {
        if sets.iter().all(|s| s.role != Role::Train)
            && let Some(free) = sets.iter_mut().find(|s| !s.stays())
        {
            free.role = Role::Train;
        }
        return;
    }
    for needed in [Role::Train, Role::Test, Role::Watch] {
        if sets.iter().any(|s| s.role == needed) {
            continue;
        }
        let whole = by_work && needed != Role::Watch;
        // What is given together: the sets of a work, or one set.
        let parts: Vec<Vec<usize>> = if whole {
            let of = |work: &usize| (0..sets.len()).filter(|i| sets[*i].works.contains(work)).collect();
            works.iter().map(of).collect()
        } else {
            (0..sets.len()).map(|i| vec![i]).collect()
        };
        let role = |part: &[usize]| part.iter().map(|i| sets[*i].role).filter(|r| *r != Role::Watch).max();
        let gives = |from: Role| -> Vec<&Vec<usize>> {
            let free = parts.iter().filter(|part| part.iter().all(|i| !sets[*i].stays()));
            free.filter(|part| role(part).unwrap_or(Role::Watch) == from).collect()
        };
        // Whole works stay whole: what is watched is then not taken from what is held out.
        let donors: &[Role] = if by_work && !whole { &[Role::Train] } else { &[Role::Train, Role::Watch, Role::Test] };
        let from = donors.iter().copied().max_by_key(|from| gives(*from).len());
        let Some(from) = from.filter(|from| gives(*from).len() > 1) else { continue };
        let order = |part: &&Vec<usize>| {
            let known = part.iter().any(|i| sets[*i].known.is_some());
            (known, part.iter().map(|i| sets[*i].key.clone()).min())
        };
        let given = gives(from).into_iter().min_by_key(order).cloned().unwrap_or_default();
        given.into_iter().for_each(|i| sets[i].role = needed);
    }
}

/// Groups in sets that must have one role: those that copies join.
fn joined(groups: &BTreeSet<Group>, copies: &[BTreeSet<Group>]) -> Vec<BTreeSet<Group>> {
    let groups: Vec<Group> = groups.iter().copied().collect();
    let mut first: Vec<usize> = (0..groups.len()).collect();
    let root = |first: &[usize], mut i: usize| {
        while first[i] != i {
            i = first[i];
        }
        i
    };
    for alike in copies {
        let mut members = alike.iter().filter_map(|g| groups.binary_search(g).ok());
        let Some(mut one) = members.next() else { continue };
        for other in members {
            let (a, b) = (root(&first, one), root(&first, other));
            one = a.min(b);
            first[a.max(b)] = one;
        }
    }
    let mut sets: BTreeMap<usize, BTreeSet<Group>> = BTreeMap::new();
    for (i, g) in groups.iter().enumerate() {
        sets.entry(root(&first, i)).or_default().insert(*g);
    }
    sets.into_values().collect()
}

/// The work of each title, by the number of its first title.
fn works(groups: &BTreeSet<Group>, copies: &[BTreeSet<Group>]) -> BTreeMap<usize, usize> {
    let mut count: BTreeMap<usize, usize> = BTreeMap::new();
    groups.iter().for_each(|g| *count.entry(g.title).or_default() += 1);
    // Groups of a title that have a copy in another.
    let mut shared: BTreeMap<(usize, usize), BTreeSet<Group>> = BTreeMap::new();
    for alike in copies {
        let titles: BTreeSet<usize> = alike.iter().map(|g| g.title).collect();
        for one in alike {
            for other in titles.iter().filter(|t| **t != one.title) {
                shared.entry((one.title, *other)).or_default().insert(*one);
            }
        }
    }
    let mut works: BTreeMap<usize, usize> = count.keys().map(|t| (*t, *t)).collect();
    for ((one, other), alike) in shared {
        let (Some(all), Some(more)) = (count.get(&one), count.get(&other)) else { continue };
        if all <= more && alike.len() as f64 >= ONE_WORK * *all as f64 {
            let (a, b) = (works[&one], works[&other]);
            works.values_mut().filter(|w| **w == a.max(b)).for_each(|w| *w = a.min(b));
        }
    }
    works
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reel(of: &[u8]) -> ContentHash {
        ContentHash::of(of)
    }

    /// Titles of one reel each, from `first` on.
    fn groups(first: u8, titles: u8, setups: u32) -> Vec<Group> {
        let of = |t: u8| (0..setups).map(move |setup| Group { title: t.into(), reel: reel(&[t]), setup });
        (first..first + titles).flat_map(of).collect()
    }

    fn settle(split: &mut Split, groups: &[Group]) -> BTreeMap<(ContentHash, u32), Role> {
        split.settle(groups, &[], &BTreeSet::new())
    }

    /// Shares of a title's groups that are held out.
    fn held(groups: &[Group], roles: &BTreeMap<(ContentHash, u32), Role>, title: usize) -> (usize, usize) {
        let its: Vec<&Group> = groups.iter().filter(|g| g.title == title).collect();
        (its.iter().filter(|g| roles[&(g.reel, g.setup)] == Role::Test).count(), its.len())
    }

    #[test]
    fn what_was_held_out_stays_so_when_the_library_grows() {
        let mut split = Split::default();
        let before = settle(&mut split, &groups(0, 2, 40));
        assert!(before.values().any(|r| *r == Role::Test) && before.values().any(|r| *r == Role::Watch));
        let after = settle(&mut split, &groups(0, 9, 40));
        assert!(before.iter().all(|(group, role)| after[group] == *role));
    }

    #[test]
    fn with_five_titles_or_more_whole_ones_are_held_out_and_at_least_one() {
        for first in 0..120u8 {
            let groups = groups(first, 5 + first % 4, 4);
            let mut split = Split::default();
            let roles = settle(&mut split, &groups);
            let titles: BTreeSet<usize> = groups.iter().map(|g| g.title).collect();
            let shares: Vec<(usize, usize)> = titles.iter().map(|t| held(&groups, &roles, *t)).collect();
            assert!(shares.iter().all(|(out, all)| *out == 0 || out == all), "from {first}: {shares:?}");
            assert!(shares.iter().any(|(out, _)| *out > 0), "from {first}: nothing is held out");
            for role in [Role::Train, Role::Watch] {
                assert!(roles.values().any(|r| *r == role), "from {first}: {role:?}");
            }
            assert_eq!(settle(&mut split, &groups), roles, "asked again it says the same");
        }
    }

    #[test]
    fn titles_held_out_by_name_are_and_no_others() {
        let groups = groups(0, 3, 10);
        let roles = Split::default().settle(&groups, &[], &BTreeSet::from([1]));
        assert_eq!([0, 1, 2].map(|t| held(&groups, &roles, t)), [(0, 10), (10, 10), (0, 10)]);
    }

    #[test]
    fn a_tiny_library_still_holds_something_out() {
        // Many libraries of one title, so that chance leaves each role empty in some.
        for (setups, title) in (1..8).flat_map(|setups| (0..60u8).map(move |title| (setups, title))) {
            let groups: Vec<Group> =
                (0..setups).map(|setup| Group { title: 0, reel: reel(&[title, 7]), setup }).collect();
            let roles = settle(&mut Split::default(), &groups);
            // One or two do not go round: they are learned from first.
            let needed = if setups < 3 { &[Role::Train][..] } else { &[Role::Train, Role::Watch, Role::Test] };
            for role in needed {
                assert!(roles.values().any(|r| r == role), "{setups} groups: {role:?}");
            }
        }
        // All of it held out by name: nothing is taken from that.
        let named = Split::default().settle(&groups(0, 1, 6), &[], &BTreeSet::from([0]));
        assert!(named.values().all(|r| *r == Role::Test));
        assert_eq!(settle(&mut Split::default(), &groups(0, 1, 1)).len(), 1);
    }

    #[test]
    fn copies_have_one_role_and_a_film_with_its_trailer_is_one_work() {
        for first in 0..60u8 {
            // A film, its re-encode, its trailer of a third of the set-ups; two or seven other titles.
            let film = groups(first, 2, 12);
            let trailer = groups(first + 2, 1, 4);
            let others = groups(first + 3, if first % 2 == 0 { 2 } else { 7 }, 6);
            let all = [film.clone(), trailer.clone(), others].concat();
            let again = |i: usize| film[12 + i];
            let copies: Vec<BTreeSet<Group>> = (0..12)
                .map(|i| {
                    [film[i], again(i)]
                        .into_iter()
                        .chain(trailer.iter().copied().filter(|g| g.setup == i as u32))
                        .collect()
                })
                .collect();
            let mut split = Split::default();
            let roles = split.settle(&all, &copies, &BTreeSet::new());
            let role = |g: &Group| roles[&(g.reel, g.setup)];
            for alike in &copies {
                assert_eq!(alike.iter().map(role).collect::<BTreeSet<_>>().len(), 1, "from {first}");
            }
            assert!(roles.values().any(|r| *r == Role::Test) && roles.values().any(|r| *r == Role::Train));
            if first % 2 == 1 {
                // Eight works: the three titles are held out together or not at all.
                let shares = [0, 1, 2].map(|t| held(&all, &roles, usize::from(first) + t));
                assert!(shares.iter().all(|s| s.0 == 0) || shares.iter().all(|s| s.0 == s.1), "{shares:?}");
            }
            // A copy that comes later takes the role of what it is a copy of.
            let late: Vec<Group> = groups(first + 100, 1, 12);
            let copies: Vec<BTreeSet<Group>> = (0..12).map(|i| BTreeSet::from([film[i], late[i]])).collect();
            let after = split.settle(&[all.clone(), late.clone()].concat(), &copies, &BTreeSet::new());
            for (one, other) in film.iter().zip(&late) {
                assert_eq!(after[&(one.reel, one.setup)], role(one), "nothing changes for what was known");
                assert_eq!(after[&(other.reel, other.setup)], role(one));
            }
        }
    }

    #[test]
    fn a_logo_that_all_titles_share_does_not_make_them_one_work() {
        let groups = groups(40, 8, 30);
        let logo: BTreeSet<Group> = groups.iter().copied().filter(|g| g.setup == 0).collect();
        let roles = Split::default().settle(&groups, std::slice::from_ref(&logo), &BTreeSet::new());
        let out = |t: usize| held(&groups, &roles, t);
        let whole = (40..48).filter(|t| out(*t) == (30, 30)).count();
        assert!((1..7).contains(&whole), "{whole} of eight titles");
        assert!(logo.iter().all(|g| roles[&(g.reel, g.setup)] == Role::Test), "what is held out is nowhere taught");
    }

    #[test]
    fn a_reel_that_comes_before_the_others_changes_no_role() {
        for title in 0..40u8 {
            let of = |n: u8| (0..9).map(move |setup| Group { title: 0, reel: reel(&[title, n]), setup });
            let mut split = Split::default();
            let before = settle(&mut split, &of(2).collect::<Vec<_>>());
            let after = settle(&mut split, &of(1).chain(of(2)).collect::<Vec<_>>());
            assert!(before.iter().all(|(group, role)| after[group] == *role), "title {title}");
        }
        // A library of before kept the roles of the second reel under the first.
        let mut split = Split::default();
        split.roles.insert(format!("{}/3", reel(b"one")), Role::Test);
        let second =
            [Group { title: 0, reel: reel(b"two"), setup: 3 }, Group { title: 0, reel: reel(b"one"), setup: 3 }];
        assert!(settle(&mut split, &second).values().all(|r| *r == Role::Test));
    }
}
