//! What was agreed: the rows of the record of rights as they came in, and the papers that they name.
//!
//! Rows are only ever added. The newest of a kind and name counts; the older ones are its history, and the database itself
//! refuses to change or delete them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use jobs::Whole;
use rights::{Document, Entry, Record, Row, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::library::{FOLDER, Library, LibraryError};

/// How many rows came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Agreed {
    /// Of names not known before.
    pub new: usize,
    /// That say something else than before.
    pub changed: usize,
    /// That were there already.
    pub same: usize,
}

/// A paper that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Paper {
    /// SHA-256 of its bytes.
    pub document: Document,
    /// The name it came by.
    pub name: String,
    /// Its length.
    pub bytes: u64,
}

/// A row as it was recorded once.
#[derive(Clone, Debug, Serialize)]
pub struct Past {
    /// Counted from 1 over the whole library.
    pub number: i64,
    /// What it said.
    pub body: serde_json::Value,
    /// The file it came from.
    pub file: String,
    /// Its line there.
    pub line: i64,
    /// When.
    pub at: String,
}

impl Library {
    /// The record of rights as it stands.
    pub fn agreed(&self) -> Result<Record, LibraryError> {
        let db = self.db();
        let rows = newest(&db).map_err(|e| self.trouble(e))?;
        let mut entries = Vec::with_capacity(rows.len());
        for (kind, name, body) in rows {
            let broken = |what: String| LibraryError::Damaged {
                path: self.root().to_owned(),
                cause: format!("the recorded {kind} `{name}`: {what}"),
            };
            if !Entry::KINDS.contains(&kind.as_str()) {
                return Err(broken("no kind of row".to_owned()));
            }
            let body = serde_json::from_str(&body).map_err(|e| broken(e.to_string()))?;
            entries.push(Entry::parse(&kind, body).map_err(|(path, what)| broken(format!("{path}: {what}")))?);
        }
        Ok(Record::new(entries))
    }

    /// Adds rows, all or none; a row that says what is recorded already adds nothing.
    pub fn agree(&self, rows: &[Row], at: Timestamp) -> Result<Agreed, LibraryError> {
        if !self.is_writable() {
            return Err(LibraryError::ReadOnly(self.root().to_owned()));
        }
        let mut db = self.db();
        agree(&mut db, rows, at).map_err(|e| self.trouble(e))
    }

    /// Everything that was ever recorded under a kind and name, oldest first.
    pub fn agreed_past(&self, kind: &str, name: &str) -> Result<Vec<Past>, LibraryError> {
        let db = self.db();
        let read = || -> rusqlite::Result<Vec<Past>> {
            let mut q = db.prepare_cached(
                "SELECT number, body, file, line, at FROM agreed WHERE kind = ? AND name = ? ORDER BY number",
            )?;
            let rows = q.query_map([kind, name], |r| {
                let body: String = r.get(1)?;
                Ok(Past {
                    number: r.get(0)?,
                    body: serde_json::from_str(&body).unwrap_or(serde_json::Value::String(body)),
                    file: r.get(2)?,
                    line: r.get(3)?,
                    at: r.get(4)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|e| self.trouble(e))
    }

    /// Keeps a copy of a paper, known by its hash.
    pub fn keep_paper(&self, path: &Path, at: Timestamp) -> Result<Paper, LibraryError> {
        if !self.is_writable() {
            return Err(LibraryError::ReadOnly(self.root().to_owned()));
        }
        let (document, bytes) = hash(path).map_err(|e| self.file(path, e))?;
        let kept = self.paper_place(&document);
        // A kept paper that was damaged since is put right by the good copy.
        if !hash(&kept).is_ok_and(|(there, _)| there == document) {
            let copy = || -> io::Result<Document> {
                let whole = Whole::begin(&kept)?;
                fs::copy(path, whole.part())?;
                let (copied, _) = hash(whole.part())?;
                whole.keep()?;
                Ok(copied)
            };
            if copy().map_err(|e| self.file(&kept, e))? != document {
                return Err(LibraryError::File {
                    path: path.to_owned(),
                    cause: "it changed while it was read; try again once nobody writes it".to_owned(),
                });
            }
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let db = self.db();
        db.execute(
            "INSERT INTO paper(hash, name, bytes, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            params![document.as_str(), name, bytes as i64, at.to_string()],
        )
        .map_err(|e| self.trouble(e))?;
        Ok(Paper { document, name, bytes })
    }

    /// A kept paper by its hash.
    pub fn paper(&self, document: &Document) -> Result<Option<Paper>, LibraryError> {
        let db = self.db();
        let row = db
            .query_row("SELECT name, bytes FROM paper WHERE hash = ?", [document.as_str()], |r| {
                Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
            })
            .optional()
            .map_err(|e| self.trouble(e))?;
        Ok(row.map(|(name, bytes)| Paper { document: document.clone(), name, bytes: bytes as u64 }))
    }

    /// Where a kept paper lies.
    pub fn paper_place(&self, document: &Document) -> PathBuf {
        self.root().join(FOLDER).join("papers").join(document.digits())
    }
}

fn newest(db: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    let mut q = db.prepare(
        "SELECT kind, name, body FROM agreed
         WHERE number IN (SELECT max(number) FROM agreed GROUP BY kind, name) ORDER BY kind, name",
    )?;
    q.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?.collect()
}

fn agree(db: &mut Connection, rows: &[Row], at: Timestamp) -> rusqlite::Result<Agreed> {
    let tx = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut came = Agreed::default();
    {
        let mut last =
            tx.prepare("SELECT body FROM agreed WHERE kind = ? AND name = ? ORDER BY number DESC LIMIT 1")?;
        let mut add = tx.prepare("INSERT INTO agreed(kind, name, body, file, line, at) VALUES (?, ?, ?, ?, ?, ?)")?;
        for row in rows {
            let (kind, name) = (row.entry.kind(), row.entry.id());
            let body = row.entry.body().to_string();
            let before: Option<String> = last.query_row([kind, name], |r| r.get(0)).optional()?;
            match before {
                Some(before) if before == body => {
                    came.same += 1;
                    continue;
                }
                Some(_) => came.changed += 1,
                None => came.new += 1,
            }
            add.execute(params![kind, name, body, row.place.file, row.place.line as i64, at.to_string()])?;
        }
    }
    tx.commit()?;
    Ok(came)
}

/// SHA-256 of a file, and its length.
fn hash(path: &Path) -> io::Result<(Document, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let (mut block, mut bytes) = (vec![0u8; 1 << 16], 0);
    loop {
        let n = file.read(&mut block)?;
        if n == 0 {
            break;
        }
        hasher.write_all(&block[..n])?;
        bytes += n as u64;
    }
    let digits: String = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((Document::parse(&format!("sha256:{digits}")).expect("64 digits"), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Row> {
        rights::read::toml("x.toml", text).unwrap()
    }

    fn now() -> Timestamp {
        "2026-11-26T10:00:00Z".parse().unwrap()
    }

    const ONE: &str = "[[party]]\nid = 'p:rossi'\nkind = 'person'\nname = 'Elena Rossi'\n";

    #[test]
    fn rows_come_back_and_their_history_stays() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::init(dir.path()).unwrap();
        assert!(library.agreed().unwrap().is_empty());
        assert_eq!(library.agree(&rows(ONE), now()).unwrap(), Agreed { new: 1, changed: 0, same: 0 });
        assert_eq!(library.agree(&rows(ONE), now()).unwrap(), Agreed { new: 0, changed: 0, same: 1 });
        let other = ONE.replace("Elena", "Elena M.");
        assert_eq!(library.agree(&rows(&other), now()).unwrap(), Agreed { new: 0, changed: 1, same: 0 });
        assert_eq!(library.agreed().unwrap().name("p:rossi"), "Elena M. Rossi");
        let past = library.agreed_past("party", "p:rossi").unwrap();
        assert_eq!(past.len(), 2);
        assert_eq!((past[0].body["name"].as_str(), past[0].line), (Some("Elena Rossi"), 1));
        let db = library.db();
        assert!(db.execute("UPDATE agreed SET body = '{}'", []).unwrap_err().to_string().contains("never edited"));
        assert!(db.execute("DELETE FROM agreed", []).unwrap_err().to_string().contains("never deleted"));
    }

    #[test]
    fn a_paper_is_known_by_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::init(dir.path()).unwrap();
        let file = dir.path().join("contratto è.pdf");
        fs::write(&file, "abc").unwrap();
        let paper = library.keep_paper(&file, now()).unwrap();
        assert_eq!(
            paper.document.digits(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            "FIPS 180-2, appendix B.1"
        );
        assert_eq!(library.paper(&paper.document).unwrap().unwrap().name, "contratto è.pdf");
        fs::write(library.paper_place(&paper.document), "ab").unwrap();
        library.keep_paper(&file, now()).unwrap();
        assert_eq!(fs::read(library.paper_place(&paper.document)).unwrap(), b"abc");
    }
}
