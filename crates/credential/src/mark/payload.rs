//! What a mark says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Forty bits that name a decision in the studio's log, or say that there is none.
///
/// ```
/// use credential::mark::Payload;
/// assert_eq!(Payload::new(7).unwrap().id(), 7);
/// assert_eq!(Payload::new(1 << 40), None);
/// assert!(Payload::SANDBOX.is_sandbox());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Payload(u64);

impl Payload {
    /// Bits of a payload.
    pub const BITS: u32 = 40;

    /// Rights unknown: made in a sandbox, not to leave the house.
    pub const SANDBOX: Payload = Payload(0);

    /// The payload `id`; `None` if it needs more than 40 bits.
    pub fn new(id: u64) -> Option<Payload> {
        (id >> Self::BITS == 0).then_some(Payload(id))
    }

    /// The payload of a decision: the first 40 bits of the BLAKE3 hash of its id, never that of a sandbox.
    ///
    /// Two of a million decisions share theirs with a chance of one in two: a payload finds the decision in the log together
    /// with the film, it does not prove it.
    pub fn of_decision(decision: &str) -> Payload {
        let hash = blake3::hash(decision.as_bytes());
        let id = hash.as_bytes()[..5].iter().fold(0u64, |id, &b| id << 8 | u64::from(b));
        Payload(id.max(1))
    }

    /// The number.
    pub fn id(self) -> u64 {
        self.0
    }

    /// Whether it says that the rights are unknown.
    pub fn is_sandbox(self) -> bool {
        self == Self::SANDBOX
    }
}

impl TryFrom<u64> for Payload {
    type Error = String;

    fn try_from(id: u64) -> Result<Payload, String> {
        Payload::new(id).ok_or_else(|| format!("the mark {id} does not fit into {} bits", Self::BITS))
    }
}

impl From<Payload> for u64 {
    fn from(payload: Payload) -> u64 {
        payload.0
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_sandbox() { f.write_str("rights unknown (sandbox)") } else { write!(f, "{:010x}", self.0) }
    }
}
