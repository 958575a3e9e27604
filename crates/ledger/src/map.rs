//! A map that is a tree: each name has one place in it, so a name stands there once or not at all.
//!
//! The place is the name's hash, bit by bit from the root; a subtree with a single name is that name's leaf. Leaf and node carry
//! different tags, so on the way of a name's bits there is one leaf at most: whoever signed the root can't show two people two
//! different values under one name. Siblings on the way are hashes of salted values and give nothing away.

use crate::Hash;

const LEAF: u8 = 0x10;
const NODE: u8 = 0x11;

/// Names' hashes with their values' hashes, in the order of the names' hashes.
#[derive(Clone, Debug)]
pub(crate) struct Map(Vec<(Hash, Hash)>);

/// The place of a name.
pub(crate) fn place(name: &str) -> Hash {
    Hash::of(name.as_bytes())
}

impl Map {
    /// The map of these names and values; `None` if a name comes twice.
    pub(crate) fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, Hash)>) -> Option<Map> {
        let mut all: Vec<_> = pairs.into_iter().map(|(name, value)| (place(name), value)).collect();
        all.sort_unstable();
        all.windows(2).all(|w| w[0].0 != w[1].0).then_some(Map(all))
    }

    /// The root.
    pub(crate) fn root(&self) -> Hash {
        root(&self.0, 0)
    }

    /// The siblings on the way to `name`, lowest first; `None` if it is not there.
    pub(crate) fn path(&self, name: &str) -> Option<Vec<Hash>> {
        let place = place(name);
        let mut rest = &self.0[..];
        let mut path = Vec::new();
        while rest.len() > 1 {
            let depth = path.len();
            let (zeros, ones) = rest.split_at(rest.partition_point(|(p, _)| !p.bit(depth)));
            let (mine, other) = if place.bit(depth) { (ones, zeros) } else { (zeros, ones) };
            path.push(root(other, depth + 1));
            rest = mine;
        }
        path.reverse();
        rest.first().is_some_and(|(p, _)| *p == place).then_some(path)
    }
}

fn root(pairs: &[(Hash, Hash)], depth: usize) -> Hash {
    match pairs {
        [] => Hash::ZERO,
        [(place, value)] => leaf(place, value),
        _ => {
            let (zeros, ones) = pairs.split_at(pairs.partition_point(|(p, _)| !p.bit(depth)));
            Hash::tagged(NODE, &[&root(zeros, depth + 1).0, &root(ones, depth + 1).0])
        }
    }
}

fn leaf(place: &Hash, value: &Hash) -> Hash {
    Hash::tagged(LEAF, &[&place.0, &value.0])
}

/// The root to which `path` leads from `name` with `value`; `None` for a path longer than a place has bits.
pub(crate) fn climb(name: &str, value: &Hash, path: &[Hash]) -> Option<Hash> {
    if path.len() > 256 {
        return None;
    }
    let place = place(name);
    Some(path.iter().enumerate().fold(leaf(&place, value), |hash, (i, sibling)| {
        let (left, right) = if place.bit(path.len() - 1 - i) { (sibling, &hash) } else { (&hash, sibling) };
        Hash::tagged(NODE, &[&left.0, &right.0])
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found_and_only_with_its_value() {
        for n in 0..60u32 {
            let names: Vec<String> = (0..n).map(|i| format!("p:{i}")).collect();
            let pairs: Vec<(&str, Hash)> = names.iter().map(|s| (s.as_str(), Hash::of_leaf(s.as_bytes()))).collect();
            let map = Map::of(pairs.iter().copied()).unwrap();
            for (name, value) in &pairs {
                let path = map.path(name).unwrap();
                assert_eq!(climb(name, value, &path), Some(map.root()));
                assert_ne!(climb(name, &Hash::ZERO, &path), Some(map.root()));
                assert_ne!(climb("p:other", value, &path), Some(map.root()));
                for i in 0..path.len() {
                    let mut changed = path.clone();
                    changed[i].0[7] ^= 1;
                    assert_ne!(climb(name, value, &changed), Some(map.root()));
                }
            }
            assert_eq!(map.path("p:nobody"), None);
        }
        assert!(Map::of([("p:1", Hash::ZERO), ("p:1", Hash::ZERO)]).is_none());
    }
}
