//! Papers: pages of HTML that print to A4, hold everything they need, run no script and need no network.
//!
//! Each file makes one paper from plain values. Whatever comes from outside is escaped and kept from running into its
//! neighbors (names in other scripts, huge names, control characters).
//!
//! Before a release: [`clearance`], [`chain`], [`disclosure`]. Before training: [`passport`], [`summary`]. For persons and
//! unions: [`consent`], [`scan`], [`union`], [`synthetic`], [`transfer`], [`writer`], [`strike`], [`statement`]. For others:
//! [`vendor`], [`simulator`].

pub mod chain;
pub mod clearance;
pub mod consent;
pub mod disclosure;
mod duty;
mod graph;
mod ink;
pub mod passport;
pub mod scan;
mod sheet;
pub mod simulator;
pub mod statement;
pub mod strike;
pub mod summary;
pub mod synthetic;
pub mod transfer;
pub mod union;
pub mod vendor;
pub mod writer;

use rules::Decision;

pub use chain::{ChainOfTitle, chain_of_title};
pub use clearance::{Clearance, Inclusion, clearance};
pub use consent::{ConsentSheet, consent_sheet};
pub use disclosure::{DisclosurePack, disclosure_pack};
pub use passport::{Passport, passport};
pub use rules::decide::DISCLAIMER;
pub use scan::{ScanNotice, scan_notice};
pub use sheet::{Tone, Verdict, same_paper};
pub use simulator::{Simulator, simulator};
pub use statement::{Posted, Statement, statement};
pub use strike::{StrikeBanner, strike_banner};
pub use summary::{summary_verdict, training_summary};
pub use synthetic::{SyntheticMemo, synthetic_memo};
pub use transfer::{TransferRequest, transfer_request};
pub use union::{UnionNotice, union_notice};
pub use vendor::{VendorSheet, vendor_sheet};
pub use writer::{WriterDisclosure, writer_disclosure};

/// What a rule said of a subject; nothing if it was not asked, since it does not govern.
fn said<'d>(decision: &'d Decision, rule: &str, subject: &str) -> Option<&'d str> {
    decision.checked.iter().find(|one| one.rule == rule && one.subject == subject).map(|one| one.outcome.as_str())
}
