//! The ledger: is every byte of it as it was written, and a copy for the auditor.

use std::path::{Path, PathBuf};

use ledger::{Account, AppendError, CheckError, ExportError, ReadError, Receipt, Report, Reversal, Sum};
use serde::Serialize;

use crate::House;
use crate::desk::DeskError;
use crate::rights::{now, today};
use crate::verify::{VerifyError, ledger_keys};

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The folder.
    pub folder: PathBuf,
    /// Whether nothing is wrong, and a key from outside the ledger vouches for it.
    pub sound: bool,
    /// Why nobody vouches for it, where nobody does: it may then be another one, made anew.
    pub unvouched: Option<String>,
    /// What was looked at.
    #[serde(flatten)]
    pub report: Report,
}

/// What was written out.
#[derive(Debug, Serialize)]
pub struct Exported {
    /// The folder.
    pub folder: PathBuf,
    /// How many entries.
    pub entries: u64,
    /// What each account comes to, debits less credits.
    pub accounts: Vec<Balance>,
}

/// An account.
#[derive(Debug, Serialize)]
pub struct Balance {
    /// Its name.
    pub account: Account,
    /// In each currency.
    pub sums: Vec<Sum>,
}

/// A posting that was undone.
#[derive(Debug, Serialize)]
pub struct Reversed {
    /// The entry of the posting.
    pub reversed: u64,
    /// Why.
    pub because: String,
    /// The entry that undoes it.
    #[serde(flatten)]
    pub receipt: Receipt,
}

/// Why it was not checked, exported, or written in.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be checked.
    #[error(transparent)]
    Check(#[from] CheckError),
    /// The folder of trust.
    #[error(transparent)]
    Trust(#[from] VerifyError),
    /// No reason was given.
    #[error("a reversal says why it is made, and whoever has a line in the posting reads it: give it with --because")]
    NoReason,
    /// The key or the ledger.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The posting cannot be undone.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// Checks every byte of the ledger of `house`, and that it goes on from the checkpoints in `kept`, which someone kept elsewhere.
///
/// The key outside the ledger vouches for what is inside it: the library's own, or those in the folder `trust`, which
/// `bottega keys trust` wrote.
pub fn check(house: &House, kept: &[String], trust: Option<&Path>) -> Result<Checked, LedgerError> {
    let folder = house.ledger_folder();
    let (trusted, trouble) = match trust {
        Some(folder) => (ledger_keys(folder)?, None),
        None => match ledger::Key::load(&house.ledger_key()) {
            Ok(key) => (vec![key.verifier()], None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        },
    };
    let report = ledger::check_against(&folder, &trusted, kept)?;
    // Before its first entry only the signature under the head names a key, and the check held that against the trusted.
    let vouched = report.vouched || (report.entries == 0 && !trusted.is_empty());
    let unvouched = (!vouched).then(|| {
        let trouble = trouble.unwrap_or_else(|| "no key at hand ever signed for it".to_owned());
        format!(
            "nobody outside this ledger vouches for it, so that it may be another one, made anew: {trouble}; name a folder that \
             `bottega keys trust` wrote with --trust"
        )
    });
    Ok(Checked { folder, sound: report.sound() && vouched, unvouched, report })
}

/// Undoes the posting `entry` by an entry of its own in the period of today, once.
pub fn reverse(house: &House, entry: u64, because: &str) -> Result<Reversed, LedgerError> {
    if because.trim().is_empty() {
        return Err(LedgerError::NoReason);
    }
    let reversal =
        Reversal { at: now(), on: today(), of: entry, why: because.to_owned(), key: Some(format!("reverse {entry}")) };
    let receipt = house.ledger()?.reverse(reversal)?;
    Ok(Reversed { reversed: entry, because: because.to_owned(), receipt })
}

/// Writes the whole ledger into the new folder `to`: tables, and a copy that can be checked elsewhere.
pub fn export(house: &House, to: &Path) -> Result<Exported, LedgerError> {
    let reading = house.reading()?;
    reading.export(to)?;
    let accounts = reading.balances().map(|(account, sums)| Balance { account: account.clone(), sums }).collect();
    Ok(Exported { folder: to.to_owned(), entries: reading.size(), accounts })
}
