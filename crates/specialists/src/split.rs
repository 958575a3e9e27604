//! What may be learned from and what is held out, so that no number is ever measured on what was taught.

use std::collections::BTreeMap;

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

/// Titles from which whole titles can be held out.
const TITLES: usize = 5;

/// Who has which role. Kept with the library: a group that was once held out stays so, whatever comes in later.
///
/// With five titles or more whole titles are held out, fewer are divided by groups of shots that look alike (one camera
/// set-up), about 20 % held out and 10 % watched, by a hash of their content.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Split {
    roles: BTreeMap<String, Role>,
}

/// A group: a title's reel, and the shots in it that look alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Group {
    /// Content of the title: its first reel's hash.
    pub title: ContentHash,
    /// Number of the set-up.
    pub setup: u32,
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

impl Split {
    /// Gives every group a role: those held out by name, those known before, then the new ones.
    pub fn settle(&mut self, groups: &[Group], hold_out: &[ContentHash]) -> BTreeMap<(ContentHash, u32), Role> {
        let titles: std::collections::BTreeSet<ContentHash> = groups.iter().map(|g| g.title).collect();
        let by_title = !hold_out.is_empty() || titles.len() >= TITLES;
        let known = self.roles.clone();
        let mut out = BTreeMap::new();
        for g in groups {
            let key = format!("{}/{}", g.title, g.setup);
            let by_content = by_title && hold_out.is_empty() && by_hash(&g.title.to_string()) == Role::Test;
            let new = if hold_out.contains(&g.title) || by_content {
                Role::Test
            } else {
                // What is watched is taken by groups: it decides nothing that is reported.
                match by_hash(&key) {
                    Role::Test if by_title => Role::Train,
                    role => role,
                }
            };
            // Once held out, always held out; and what was taught is not evidence later.
            let role = match (self.roles.get(&key), new) {
                (Some(Role::Test), _) => Role::Test,
                (Some(_), Role::Test) if hold_out.contains(&g.title) => Role::Test,
                (Some(known), _) => *known,
                (None, new) => new,
            };
            self.roles.insert(key, role);
            out.insert((g.title, g.setup), role);
        }
        // A library so small that chance left a role empty: another gives of its groups, the first in hash order. What was
        // held out before, or by name, stays so.
        for needed in [Role::Train, Role::Test, Role::Watch] {
            if out.len() < 3 || out.values().any(|r| *r == needed) {
                continue;
            }
            let key = |k: &(ContentHash, u32)| format!("{}/{}", k.0, k.1);
            let stays = |k: &(ContentHash, u32)| known.get(&key(k)) == Some(&Role::Test) || hold_out.contains(&k.0);
            let gives = |role: Role| out.iter().filter(move |(k, r)| **r == role && !stays(k)).map(|(k, _)| *k);
            let from = [Role::Train, Role::Watch, Role::Test].into_iter().max_by_key(|role| gives(*role).count());
            if let Some(k) = from.filter(|role| gives(*role).count() > 1).and_then(|role| gives(role).next()) {
                self.roles.insert(key(&k), needed);
                out.insert(k, needed);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(titles: u8, setups: u32) -> Vec<Group> {
        let title = |t: u8| ContentHash::of(&[t]);
        (0..titles).flat_map(|t| (0..setups).map(move |setup| Group { title: title(t), setup })).collect()
    }

    #[test]
    fn what_was_held_out_stays_so_when_the_library_grows() {
        let mut split = Split::default();
        let before = split.settle(&groups(2, 40), &[]);
        assert!(before.values().any(|r| *r == Role::Test) && before.values().any(|r| *r == Role::Watch));
        let after = split.settle(&groups(9, 40), &[]);
        for (group, role) in &before {
            if *role == Role::Test {
                assert_eq!(after[group], Role::Test);
            }
        }
        // With many titles, whole ones are held out.
        let mut fresh = Split::default();
        let many = fresh.settle(&groups(30, 5), &[]);
        let title = many.iter().find(|(_, r)| **r == Role::Test).unwrap().0.0;
        assert!(many.iter().filter(|(k, _)| k.0 == title).all(|(_, r)| *r == Role::Test));
    }

    #[test]
    fn titles_held_out_by_name_are_and_no_others() {
        let mut split = Split::default();
        let title = ContentHash::of(&[1]);
        let roles = split.settle(&groups(3, 10), &[title]);
        assert!(roles.iter().all(|(k, r)| (*r == Role::Test) == (k.0 == title)));
    }

    #[test]
    fn a_tiny_library_still_holds_something_out() {
        // Many libraries of one title, so that chance leaves each role empty in some.
        for (setups, title) in (3..8).flat_map(|setups| (0..60u8).map(move |title| (setups, title))) {
            let groups: Vec<Group> =
                (0..setups).map(|setup| Group { title: ContentHash::of(&[title, 7]), setup }).collect();
            let roles = Split::default().settle(&groups, &[]);
            for role in [Role::Train, Role::Watch, Role::Test] {
                assert!(roles.values().any(|r| *r == role), "{setups} groups: {role:?}");
            }
        }
        // All of it held out by name: nothing is taken from that.
        let named = Split::default().settle(&groups(1, 6), &[ContentHash::of(&[0])]);
        assert!(named.values().all(|r| *r == Role::Test));
        assert_eq!(Split::default().settle(&groups(1, 1), &[]).len(), 1);
    }
}
