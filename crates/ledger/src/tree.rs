//! The tree over the log: RFC 6962, with proofs that an entry is in it and that it only ever grew.
//!
//! Ours and not `ct-merkle`: that crate keeps every value in memory beside its hashes, and the log of a studio is read as a
//! stream. Verification follows RFC 9162 §2.1.3.2 and §2.1.4.2 step by step.

use crate::Hash;

/// All hashes of a tree, for proofs: 64 bytes per leaf.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    /// `levels[k][i]` is the hash of the whole subtree over leaves `i << k .. (i + 1) << k`.
    levels: Vec<Vec<Hash>>,
}

/// Only the right edge of a tree, for a root: 32 bytes per doubling.
#[derive(Clone, Debug, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Tree {
    /// A tree without leaves.
    pub fn new() -> Tree {
        Tree::default()
    }

    /// The tree over these leaf hashes.
    pub fn over(leaves: impl IntoIterator<Item = Hash>) -> Tree {
        let mut tree = Tree::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }

    /// Adds a leaf by its hash ([`Hash::of_leaf`]).
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(hash);
            if row.len() % 2 == 1 {
                return;
            }
            hash = Hash::of_node(&row[row.len() - 2], &row[row.len() - 1]);
        }
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |row| row.len() as u64)
    }

    /// The hash of leaf `index`.
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.levels.first()?.get(usize::try_from(index).ok()?).copied()
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        self.span(0, self.size())
    }

    /// The root when the tree had `size` leaves; `None` if it never had.
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        (size <= self.size()).then(|| self.span(0, size))
    }

    /// The way from leaf `index` to the root over the first `size` leaves, lowest first; `None` outside.
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        let (mut low, mut high) = (0, size);
        let mut path = Vec::new();
        while high - low > 1 {
            let middle = low + split(high - low);
            if index < middle {
                path.push(self.span(middle, high));
                high = middle;
            } else {
                path.push(self.span(low, middle));
                low = middle;
            }
        }
        path.reverse();
        Some(path)
    }

    /// The proof that the tree over `new` leaves begins with the one over `old`; `None` outside.
    pub fn consistency(&self, old: u64, new: u64) -> Option<Vec<Hash>> {
        if old > new || new > self.size() {
            return None;
        }
        let mut path = Vec::new();
        if old > 0 {
            self.subproof(old, 0, new, true, &mut path);
        }
        Some(path)
    }

    fn subproof(&self, old: u64, low: u64, high: u64, whole: bool, path: &mut Vec<Hash>) {
        if old == high - low {
            if !whole {
                path.push(self.span(low, high));
            }
            return;
        }
        let k = split(high - low);
        if old <= k {
            self.subproof(old, low, low + k, whole, path);
            path.push(self.span(low + k, high));
        } else {
            self.subproof(old - k, low + k, high, false, path);
            path.push(self.span(low, low + k));
        }
    }

    /// The root over leaves `low..high`. The recursion of RFC 6962 only ever asks for whole subtrees on the left, which are kept.
    fn span(&self, low: u64, high: u64) -> Hash {
        let n = high - low;
        if n == 0 {
            return Hash::of(b"");
        }
        if n.is_power_of_two() && low.is_multiple_of(n) {
            return self.levels[n.trailing_zeros() as usize][(low / n) as usize];
        }
        let middle = low + split(n);
        Hash::of_node(&self.span(low, middle), &self.span(middle, high))
    }
}

impl Frontier {
    /// The edge of a tree without leaves.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// Adds a leaf by its hash.
    pub fn push(&mut self, leaf: Hash) {
        let mut hash = leaf;
        // As many peaks merge as the size ends in ones.
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for every set bit of the size");
            hash = Hash::of_node(&left, &hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return Hash::of(b"") };
        peaks.fold(*last, |right, left| Hash::of_node(left, &right))
    }
}

/// The largest power of two below `n`, for `n` of two or more.
fn split(n: u64) -> u64 {
    1 << (63 - (n - 1).leading_zeros())
}

/// The root to which `path` leads from `leaf` at `index` in a tree of `size` leaves; `None` if it leads nowhere.
pub fn climb(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut place, mut last, mut root) = (index, size - 1, leaf);
    for step in path {
        if last == 0 {
            return None;
        }
        if place & 1 == 1 || place == last {
            root = Hash::of_node(step, &root);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            root = Hash::of_node(&root, step);
        }
        place >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// Whether `path` shows that the tree of `new` leaves with root `new_root` begins with the one of `old` leaves and `old_root`.
pub fn grew(old: u64, old_root: Hash, new: u64, new_root: Hash, path: &[Hash]) -> bool {
    if old == 0 || old == new {
        let same = if old == new { old_root == new_root } else { old_root == Hash::of(b"") };
        return path.is_empty() && same;
    }
    if old > new {
        return false;
    }
    let mut steps = path.iter();
    let first = if old.is_power_of_two() { Some(&old_root) } else { steps.next() };
    let Some(first) = first else { return false };
    let (mut place, mut last) = (old - 1, new - 1);
    while place & 1 == 1 {
        place >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (*first, *first);
    for step in steps {
        if last == 0 {
            return false;
        }
        if place & 1 == 1 || place == last {
            before = Hash::of_node(step, &before);
            after = Hash::of_node(step, &after);
            while place & 1 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            after = Hash::of_node(&after, step);
        }
        place >>= 1;
        last >>= 1;
    }
    before == old_root && after == new_root && last == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition of RFC 6962 §2.1, word for word and slow.
    fn plain(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Hash::of(b""),
            [one] => *one,
            _ => {
                let k = (1..).map(|i| 1usize << i).take_while(|k| *k < leaves.len()).last().unwrap_or(1);
                Hash::of_node(&plain(&leaves[..k]), &plain(&leaves[k..]))
            }
        }
    }

    fn leaves(n: u64) -> Vec<Hash> {
        (0..n).map(|i| Hash::of_leaf(&i.to_be_bytes())).collect()
    }

    #[test]
    fn the_eight_published_roots() {
        // The reference leaves and roots of the certificate-transparency repository.
        let inputs: [&[u8]; 8] = [
            b"",
            &[0x00],
            &[0x10],
            &[0x20, 0x21],
            &[0x30, 0x31],
            &[0x40, 0x41, 0x42, 0x43],
            &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
            &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
        ];
        let roots = [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
        ];
        let mut tree = Tree::new();
        for (input, root) in inputs.iter().zip(roots) {
            tree.push(Hash::of_leaf(input));
            assert_eq!(tree.root().to_string(), root);
        }
    }

    #[test]
    fn every_small_tree_equals_the_definition_and_proves_itself() {
        let all = leaves(40);
        let (mut tree, mut edge) = (Tree::new(), Frontier::new());
        for n in 0..=40u64 {
            assert_eq!(tree.root(), plain(&all[..n as usize]));
            assert_eq!(edge.root(), tree.root());
            for i in 0..n {
                let path = tree.inclusion(i, n).unwrap();
                assert_eq!(climb(all[i as usize], i, n, &path), Some(tree.root()));
                for other in (0..n + 2).filter(|o| *o != i) {
                    assert_ne!(climb(all[i as usize], other, n, &path), Some(tree.root()), "{i} taken for {other}");
                }
            }
            for old in 0..=n {
                let path = tree.consistency(old, n).unwrap();
                let before = tree.root_at(old).unwrap();
                assert!(grew(old, before, n, tree.root(), &path), "{old} to {n}");
                if old != n && old != 0 {
                    assert!(!grew(old, Hash::of(b"other"), n, tree.root(), &path));
                    assert!(!grew(old, before, n, Hash::of(b"other"), &path));
                    let mut long = path.clone();
                    long.push(Hash::ZERO);
                    assert!(!grew(old, before, n, tree.root(), &long));
                }
            }
            if n < 40 {
                tree.push(all[n as usize]);
                edge.push(all[n as usize]);
            }
        }
    }

    proptest! {
        #[test]
        fn a_changed_path_leads_elsewhere(n in 2u64..300, pick in any::<u64>(), step in any::<usize>(), bit in 0usize..256) {
            let tree = Tree::over(leaves(n));
            let i = pick % n;
            let mut path = tree.inclusion(i, n).unwrap();
            let at = step % path.len();
            path[at].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(climb(tree.leaf(i).unwrap(), i, n, &path), Some(tree.root()));
            let old = 1 + pick % (n - 1);
            let mut path = tree.consistency(old, n).unwrap();
            let at = step % path.len();
            path[at].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!grew(old, tree.root_at(old).unwrap(), n, tree.root(), &path));
        }

        #[test]
        fn any_path_is_answered(index in any::<u64>(), size in any::<u64>(), old in any::<u64>(), n in 0usize..200) {
            let path = vec![Hash::ZERO; n];
            climb(Hash::ZERO, index, size, &path);
            prop_assert!(!grew(old, Hash::of(b"a"), size, Hash::of(b"b"), &path));
        }
    }
}
