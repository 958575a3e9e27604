//! Exports: plain tables for anyone's spreadsheet, and a copy of the ledger that can be checked elsewhere.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::reading::ReadError;
use crate::survey::{HEAD, HISTORY, LOG};
use crate::{Kind, Line, Reading, Side};

/// An export that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Something is there already.
    #[error("{0}: there is something here already; name a folder that does not exist yet")]
    Exists(PathBuf),
    /// The ledger could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file system's own trouble.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
}

impl Reading {
    /// Writes the new folder `to`, whole or not at all:
    ///
    /// - `entries.csv` and `entries.json`: every entry, in the log's order;
    /// - `lines.csv`: every line of every posting, amounts as decimals;
    /// - `accounts.csv` and `accounts.json`: what each account comes to, debits less credits;
    /// - `keys.txt`: the public keys;
    /// - `ledger/`: the ledger itself as it was read, which [`crate::check`] verifies on any machine.
    ///
    /// It holds everyone's lines: it is for an auditor, and a party gets a [`Reading::prove`].
    pub fn export(&self, to: &Path) -> Result<(), ExportError> {
        if to.symlink_metadata().is_ok() {
            return Err(ExportError::Exists(to.to_owned()));
        }
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let part = to.with_file_name(name);
        let io = |source| ExportError::Io { path: part.clone(), source };
        match fs::remove_dir_all(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(io(e)),
            _ => {}
        }
        let made = self.fill(&part);
        if made.is_err() {
            // What is half made has no use; the reason why is what counts.
            let _ = fs::remove_dir_all(&part);
        }
        made?;
        fs::rename(&part, to).map_err(|source| ExportError::Io { path: to.to_owned(), source })
    }

    fn fill(&self, dir: &Path) -> Result<(), ExportError> {
        let io = |source| ExportError::Io { path: dir.to_owned(), source };
        fs::create_dir_all(dir.join("ledger")).map_err(io)?;
        self.copy(&dir.join("ledger")).map_err(io)?;
        let keys: String = self.keys().iter().map(|key| format!("{key}\n")).collect();
        fs::write(dir.join("keys.txt"), keys).map_err(io)?;
        self.write_accounts(dir).map_err(io)?;
        self.write_entries(dir)
    }

    /// The ledger as it was read, even if somebody went on writing.
    fn copy(&self, dir: &Path) -> io::Result<()> {
        for (name, length) in [(LOG, self.head.log), (HISTORY, self.head.history)] {
            let mut out = File::create(dir.join(name))?;
            let copied = io::copy(&mut File::open(self.dir.join(name))?.take(length), &mut out)?;
            if copied != length {
                return Err(io::Error::other(format!("{name} became shorter while the ledger was open")));
            }
        }
        fs::write(dir.join(HEAD), self.signed_head())
    }

    fn write_accounts(&self, dir: &Path) -> io::Result<()> {
        let mut table = csv::Writer::from_path(dir.join("accounts.csv"))?;
        table.write_record(["account", "currency", "debits_less_credits"])?;
        let mut all = Vec::new();
        for (account, sums) in self.balances() {
            for sum in sums {
                table.write_record([account.as_str(), sum.currency.code(), &sum.decimal()])?;
                all.push(serde_json::json!({
                    "account": account, "currency": sum.currency, "minor": sum.minor.to_string(), "amount": sum.decimal(),
                }));
            }
        }
        table.flush()?;
        fs::write(dir.join("accounts.json"), serde_json::to_vec_pretty(&all)?)
    }

    fn write_entries(&self, dir: &Path) -> Result<(), ExportError> {
        let io = |source| ExportError::Io { path: dir.to_owned(), source };
        let of_csv = |e: csv::Error| ExportError::Io { path: dir.to_owned(), source: e.into() };
        let mut json = BufWriter::new(File::create(dir.join("entries.json")).map_err(io)?);
        let mut entries = csv::Writer::from_path(dir.join("entries.csv")).map_err(of_csv)?;
        let mut lines = csv::Writer::from_path(dir.join("lines.csv")).map_err(of_csv)?;
        entries.write_record(["entry", "kind", "at", "key", "body"]).map_err(of_csv)?;
        lines
            .write_record([
                "entry", "line", "on", "about", "account", "side", "amount", "currency", "duty", "used", "seconds",
                "basis", "zero", "pending",
            ])
            .map_err(of_csv)?;
        for entry in self.entries()? {
            let entry = entry?;
            let text = |value: Option<String>| value.unwrap_or_default();
            let index = entry.index.to_string();
            let (kind, at, mark) =
                (entry.kind.to_string(), entry.at.to_string(), text(entry.mark.map(|m| m.to_string())));
            entries.write_record([&index, &kind, &at, &mark, &entry.body.to_string()]).map_err(of_csv)?;
            let open = if entry.index == 0 { "[\n" } else { ",\n" };
            let sealed = entry.sealed.join(",");
            write!(json, "{open}{{\"entry\":{index},\"lines\":[{sealed}],\"written\":{}}}", entry.text).map_err(io)?;
            if !matches!(entry.kind, Kind::Posting | Kind::Reversal) {
                continue;
            }
            let of_body = |name: &str| entry.body[name].as_str().unwrap_or_default().to_owned();
            for (number, sealed) in entry.sealed.iter().enumerate() {
                let line: Line = serde_json::from_str(sealed).expect("a line that was verified can be read");
                let side = match line.side {
                    Side::Debit => "debit",
                    Side::Credit => "credit",
                };
                lines
                    .write_record([
                        &index,
                        &number.to_string(),
                        &of_body("on"),
                        &of_body("about"),
                        line.account.as_str(),
                        side,
                        &line.money().decimal(),
                        line.currency.code(),
                        &text(line.duty),
                        &text(line.used),
                        &text(line.seconds.map(|s| s.to_string())),
                        &text(line.basis),
                        &text(line.zero),
                        &text(line.pending.then(|| "yes".to_owned())),
                    ])
                    .map_err(of_csv)?;
            }
        }
        json.write_all(b"\n]\n").and_then(|()| json.flush()).map_err(io)?;
        entries.flush().and_then(|()| lines.flush()).map_err(io)
    }
}
