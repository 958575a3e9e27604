//! The ledger: is every byte of it as it was written, and a copy for the auditor.

use std::path::{Path, PathBuf};

use ledger::{Account, CheckError, ExportError, ReadError, Report, Sum};
use serde::Serialize;

use crate::House;

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// The folder.
    pub folder: PathBuf,
    /// Whether nothing is wrong.
    pub sound: bool,
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

/// Why it was not exported.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// Checks every byte of the ledger of `house`, and that it goes on from the checkpoints in `kept`, which someone kept elsewhere.
pub fn check(house: &House, kept: &[String]) -> Result<Checked, CheckError> {
    let folder = house.ledger_folder();
    // The key outside the ledger vouches for what is inside it.
    let trusted: Vec<_> = ledger::Key::load(&house.ledger_key()).map(|key| key.verifier()).into_iter().collect();
    let report = ledger::check_against(&folder, &trusted, kept)?;
    Ok(Checked { folder, sound: report.sound(), report })
}

/// Writes the whole ledger into the new folder `to`: tables, and a copy that can be checked elsewhere.
pub fn export(house: &House, to: &Path) -> Result<Exported, LedgerError> {
    let reading = house.reading()?;
    reading.export(to)?;
    let accounts = reading.balances().map(|(account, sums)| Balance { account: account.clone(), sums }).collect();
    Ok(Exported { folder: to.to_owned(), entries: reading.size(), accounts })
}
