//! Where does this file come from, and who says so?
//!
//! A file that leaves the house carries a signed credential ([`sign()`](sign::sign)) that anyone can check without a network and
//! without the studio's library ([`verify()`](verify::verify)): C2PA inside MP4, MOV, JPEG, PNG and WAV, a [`sidecar`] beside what
//! C2PA does not hold. What a stranger strips from the file stays in its picture as an invisible [`mark`].
//!
//! What must be true: no byte of a signed file changes unnoticed; nothing is fetched, ever; a credential names works, shots and
//! decisions, never persons; who signed is believed because of roots that the verifier gives, not of what the file says; a key
//! that others can read is not used.
//!
//! Reading order: [`claim`], [`chain`], [`keys`], [`revoked`], [`sign`](mod@sign), [`verify`](mod@verify), [`sidecar`], [`mark`].

mod boxes;
pub mod chain;
pub mod claim;
pub mod keys;
pub mod kind;
pub mod mark;
pub mod revoked;
mod seal;
pub mod sidecar;
pub mod sign;
mod store;
pub mod verify;

pub use chain::{AnchorError, Anchors, Signer};
pub use claim::{Action, Claim, Clearance, Deed, Ingredient, LogPlace, Mining, Permission, Relation, SourceType};
pub use keys::{KeyError, Keys, Known};
pub use kind::Kind;
pub use mark::{Mark, Payload};
pub use revoked::{Reason, Revoked, RevokedError};
pub use sign::{SignError, Signed, sign};
pub use verify::{Problem, Trust, Verified, VerifyError, Wrong, verify};
