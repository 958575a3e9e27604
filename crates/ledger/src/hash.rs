//! The hash of the log: SHA-256 as RFC 6962 uses it, where a leaf can never be taken for a node.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// A SHA-256 hash, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub(crate) [u8; 32]);

/// A text that is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a hash (64 lowercase hexadecimal digits)")]
pub struct HashError(pub String);

impl Hash {
    /// Thirty-two zero bytes: where a chain begins, and an empty place in a map.
    pub const ZERO: Hash = Hash([0; 32]);

    /// The plain hash of bytes.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// The hash of a leaf (RFC 6962 §2.1).
    pub fn of_leaf(bytes: &[u8]) -> Hash {
        Hash::tagged(0x00, &[bytes])
    }

    /// The hash of two subtrees side by side (RFC 6962 §2.1).
    pub fn of_node(left: &Hash, right: &Hash) -> Hash {
        Hash::tagged(0x01, &[&left.0, &right.0])
    }

    /// A hash whose first byte says what it is of, so that no two kinds can be exchanged.
    pub(crate) fn tagged(tag: u8, parts: &[&[u8]]) -> Hash {
        let mut sha = Sha256::new();
        sha.update([tag]);
        parts.iter().for_each(|p| sha.update(p));
        Hash(sha.finalize().into())
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Bit `i`, counted from the first byte's highest.
    pub(crate) fn bit(&self, i: usize) -> bool {
        self.0[i / 8] >> (7 - i % 8) & 1 == 1
    }
}

/// Bytes as lowercase hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(2 * bytes.len());
    for b in bytes {
        out.push(DIGITS[usize::from(b >> 4)] as char);
        out.push(DIGITS[usize::from(b & 15)] as char);
    }
    out
}

/// `N` bytes from exactly `2 N` lowercase hexadecimal digits: one text per value, so that no byte of it can change unseen.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let text = text.as_bytes();
    if text.len() != 2 * N {
        return None;
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(out)
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({})", hex(&self.0[..6]))
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(s: &str) -> Result<Hash, HashError> {
        unhex(s).map(Hash).ok_or_else(|| HashError(s.chars().take(80).collect()))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Hash, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_one_text_per_hash() {
        let empty = Hash::of(b"");
        assert_eq!(empty.to_string(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Hash::of_leaf(b"").to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
        assert_eq!(empty.to_string().parse(), Ok(empty));
        assert!(empty.to_string().to_uppercase().parse::<Hash>().is_err());
        assert!("é".repeat(32).parse::<Hash>().is_err());
    }
}
