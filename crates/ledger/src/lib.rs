//! What happened, and who is owed?
//!
//! The ledger is a folder (`.bottega/ledger/`) with a log that only grows: decisions, releases, human acts, and money in double
//! entry. What must be true:
//!
//! - **Nobody rewrites it quietly.** Every byte is under a hash, every hash under a signed root ([`Checkpoint`]); [`check`] finds
//!   any change. A folder put back whole to an older state is found by anyone who kept a later checkpoint ([`check_against`]).
//! - **Whole or absent, and never twice.** A batch counts from one rename on. An entry with a key is written once, however often
//!   its act is run.
//! - **To the cent.** Whole minor units, shares by largest remainder ([`allocate`]), every transaction balanced; a closed
//!   [`Period`] takes nothing more, and a mistake is undone by a [`Reversal`] and never edited.
//! - **To each their own.** A party's [`Statement`] is provable with a public key alone ([`verify_statement`]) and shows nobody
//!   else's lines.
//!
//! Reading order: [`hash`], [`tree`], `map` (the mathematics); [`currency`], [`money`], [`share`], [`account`], [`period`],
//! [`transaction`], [`closing`] (the money); [`key`], [`note`], [`checkpoint`] (who says so); [`entry`], `frame`, `matter`,
//! `books`, `survey` (how it lies on disk and what its rules are); [`ledger`], [`reading`], [`check`](mod@check) (the doors);
//! [`inclusion`], [`statement`], [`proof`], [`export`] (what leaves the house).

pub mod account;
mod books;
pub mod check;
pub mod checkpoint;
pub mod closing;
pub mod currency;
pub mod entry;
pub mod export;
mod frame;
pub mod hash;
pub mod inclusion;
pub mod key;
pub mod ledger;
mod map;
mod matter;
pub mod money;
pub mod note;
pub mod pending;
pub mod period;
pub mod proof;
pub mod reading;
pub mod share;
pub mod statement;
mod survey;
pub mod transaction;
pub mod tree;

pub use account::{Account, NameError, Party};
pub use books::Breach;
pub use check::{CheckError, Report, check, check_against};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use closing::{Duty, Met, Summary};
pub use currency::{Currency, CurrencyError};
pub use entry::{Entry, Kind, Mark, Receipt, Record, Written};
pub use export::ExportError;
pub use hash::{Hash, HashError};
pub use inclusion::{Consistency, Inclusion, InclusionError};
pub use key::{Key, KeyError, Verifier, VerifierError};
pub use ledger::{AppendError, CloseError, Ledger, OpenError};
pub use money::{Money, MoneyError, Sum};
pub use note::{Note, NoteError};
pub use pending::Pending;
pub use period::{Period, PeriodError};
pub use proof::{ProveError, StatementError, Verified, verify_statement};
pub use reading::{ReadError, Reading};
pub use share::allocate;
pub use statement::{Statement, StatementLine};
pub use survey::Problem;
pub use transaction::{Line, LineError, MOST_LINES, Reversal, Seconds, Side, Transaction};
