//! The ledger opened to be written: one writer, whole batches, and nothing twice.
//!
//! **What is on disk when a call returns.** Every call writes its entries to `entries.log` and syncs it, then replaces `head` by a
//! newly signed checkpoint: written aside, synced, renamed, the folder synced. Only that rename commits. A power cut or a kill
//! before it leaves bytes past the committed length, which the next opening cuts off and says; after it, all is there. There is
//! no mode that syncs less: a thousand entries in one [`Ledger::append_all`] cost the same two syncs as one.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jobs::Whole;
use sha2::{Digest, Sha256};

use crate::books::{Breach, Staged, met_by};
use crate::checkpoint::Checkpoint;
use crate::closing::{ClosingBody, Tally};
use crate::entry::{Mark, Receipt, Record};
use crate::frame::{Framed, HEADER, seal};
use crate::hash::hex;
use crate::matter::{Envelope, KeyBody, Matter, PostingBody, Understood, leaf, map, understand};
use crate::reading::{ReadError, Reading};
use crate::survey::{HEAD, HISTORY, HISTORY_HEADER, LOG};
use crate::tree::Tree;
use crate::{Duty, Entry, Hash, Key, Kind, Line, Met, Party, Period, Reversal, Summary, Transaction};

/// A ledger that can be written. What can be read of it is a [`Reading`], to which it derefs.
#[derive(Debug)]
pub struct Ledger {
    reading: Reading,
    key: Key,
    /// Holds the lock for as long as the ledger is open.
    log: File,
    /// The hash over the history so far.
    history: Sha256,
    /// Set while a commit is under way: after a failed one only the disk knows what happened.
    unsure: bool,
}

/// A ledger that cannot be opened to be written.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process, or this one, has it open.
    #[error("{0}: another run is writing this ledger; wait for it to end")]
    Busy(PathBuf),
    /// The key at hand is not the one that counts.
    #[error("this ledger is signed by {expected}, and the key at hand is {found}; use that key, or rotate with it")]
    OtherKey {
        /// The key that counts.
        expected: String,
        /// The key at hand.
        found: String,
    },
    /// Not as it was written.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The first entry could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

/// Entries that were not written; the ledger is as before.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A rule stands against one of them.
    #[error("entry {number} of this batch was not written, nor was any other: {breach}")]
    Breach {
        /// Which of the batch, from 0.
        number: usize,
        /// The rule.
        breach: Breach,
    },
    /// A key that was used for something else.
    #[error("entry {index} has the key `{key}` already, and is another {kind}: a key names one act for good")]
    KeyReused {
        /// The key.
        key: String,
        /// The entry that has it.
        index: u64,
        /// What that entry is of.
        kind: Kind,
    },
    /// A kind that has a door of its own.
    #[error("a {0} is not appended as a fact: money, closings and keys have their own calls")]
    OwnDoor(Kind),
    /// Larger than can be read again.
    #[error("entry {number} of this batch is longer than a line of the log may be (1 MiB), or nested too deep")]
    TooLarge {
        /// Which of the batch, from 0.
        number: usize,
    },
    /// A commit failed before; what the disk holds is known only after opening again.
    #[error("writing failed before; open the ledger again to see what was kept")]
    Unsure,
    /// An entry could not be read back.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The file system's own trouble. Whether the entries were kept is known after opening again.
    #[error("{path}: {source}; open the ledger again to see what was kept")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
}

/// A period that was not closed.
#[derive(Debug, thiserror::Error)]
pub enum CloseError {
    /// Duties without a line and without a reason.
    #[error("{period} has {} duties that no line meets and nobody explained, first {} to {}; post them, or say why nothing is owed", open.len(), open[0].id, open[0].party)]
    Open {
        /// The period.
        period: Period,
        /// The duties.
        open: Vec<Duty>,
    },
    /// The closing could not be written.
    #[error(transparent)]
    Append(#[from] AppendError),
}

impl Deref for Ledger {
    type Target = Reading;

    fn deref(&self) -> &Reading {
        &self.reading
    }
}

impl Ledger {
    /// Opens the ledger in `dir`, or begins one where there is none. Everything in it is verified first, so that no new
    /// signature ever covers a change. Refused at once while another has it open.
    pub fn open(dir: &Path, key: Key) -> Result<Ledger, OpenError> {
        Ledger::open_within(dir, key, Duration::ZERO)
    }

    /// The same, waiting so long for another to be done.
    pub fn open_within(dir: &Path, key: Key, wait: Duration) -> Result<Ledger, OpenError> {
        let io = |source| OpenError::Read(ReadError::Io { path: dir.to_owned(), source });
        fs::create_dir_all(dir).map_err(io)?;
        let mut options = OpenOptions::new();
        let log = options.read(true).write(true).create(true).truncate(false).open(dir.join(LOG)).map_err(io)?;
        let start = Instant::now();
        loop {
            match log.try_lock() {
                Ok(()) => break,
                Err(fs::TryLockError::WouldBlock) if start.elapsed() < wait => {
                    std::thread::sleep(Duration::from_millis(10));
                }
                Err(fs::TryLockError::WouldBlock) => return Err(OpenError::Busy(dir.to_owned())),
                Err(fs::TryLockError::Error(e)) => return Err(io(e)),
            }
        }
        if unborn(dir).map_err(io)? {
            begin(dir, &log, &key).map_err(io)?;
        }
        let verifier = key.verifier();
        let reading = Reading::open(dir, &[])?;
        match reading.keys().last() {
            Some(last) if *last != verifier => {
                return Err(OpenError::OtherKey { expected: last.to_string(), found: verifier.to_string() });
            }
            // Before the first entry the key stands nowhere but under the head.
            None if reading.note.signers(std::slice::from_ref(&verifier)).is_err() => {
                return Err(OpenError::OtherKey { expected: "another key".into(), found: verifier.to_string() });
            }
            _ => {}
        }
        tidy(dir, &log, &reading).map_err(io)?;
        let history = Sha256::new_with_prefix(fs::read(dir.join(HISTORY)).map_err(io)?);
        let mut ledger = Ledger { reading, key, log, history, unsure: false };
        if ledger.size() == 0 {
            ledger.announce(None)?;
        } else if ledger.reading.note.signatures() > 1 {
            // A rotation was cut short after it counted; its two signatures are the only proof of the handing over.
            ledger.keep()?;
        }
        Ok(ledger)
    }

    /// Writes one entry; it is on disk when this returns.
    pub fn append(&mut self, entry: Entry) -> Result<Receipt, AppendError> {
        self.one(entry.into())
    }

    /// Posts money.
    pub fn post(&mut self, transaction: Transaction) -> Result<Receipt, AppendError> {
        self.one(transaction.into())
    }

    /// Undoes a posting by an entry of its own; the posting stays as it is.
    pub fn reverse(&mut self, reversal: Reversal) -> Result<Receipt, AppendError> {
        self.one(reversal.into())
    }

    fn one(&mut self, record: Record) -> Result<Receipt, AppendError> {
        Ok(self.append_all([record])?[0])
    }

    /// Writes all of these, or none: no crash and no error leaves a part. Receipts come in the same order.
    pub fn append_all(
        &mut self,
        records: impl IntoIterator<Item = impl Into<Record>>,
    ) -> Result<Vec<Receipt>, AppendError> {
        let mut batch = Vec::new();
        let mut staged = Staged::default();
        let mut receipts = Vec::new();
        for (number, record) in records.into_iter().enumerate() {
            let record = record.into();
            let next = self.size() + batch.len() as u64;
            let mark = key_of(&record).map(Mark::of);
            let earlier = mark.and_then(|mark| self.reading.books.marked(&mark).or(staged.marks.get(&mark).copied()));
            if let Some(index) = earlier {
                receipts.push(self.earlier(&record, index, &batch)?);
                continue;
            }
            let framed = self.frame(record, mark).map_err(|e| e.in_batch(number))?;
            let entry = self.judged(framed, number, next, &staged)?;
            staged.claim(next, &entry.1);
            receipts.push(Receipt { index: next, leaf: entry.0.leaf(), fresh: true });
            batch.push(entry);
        }
        self.commit(batch, &[])?;
        Ok(receipts)
    }

    /// Closes a period: nothing more can be posted into it, and each party's part of it is fixed. Every duty must be met by a
    /// line of the period that names it, or be explained. A period closed before stays as it was closed.
    pub fn close(&mut self, period: Period, duties: &[Duty], at: Timestamp) -> Result<Receipt, CloseError> {
        if let Some(index) = self.closed(period) {
            let leaf = self.reading.tree.leaf(index).expect("the books know only entries of the tree");
            return Ok(Receipt { index, leaf, fresh: false });
        }
        let met = self.met(period, duties)?;
        let nothing = Tally::default();
        let tallies: BTreeMap<&Party, &Tally> = self.reading.books.tallies(period).collect();
        let parties: BTreeSet<&Party> = tallies.keys().copied().chain(met.keys()).collect();
        let summaries: Vec<Summary> = parties
            .into_iter()
            .map(|party| {
                let tally = tallies.get(party).copied().unwrap_or(&nothing);
                Summary {
                    party: party.clone(),
                    period,
                    lines: tally.lines,
                    chain: tally.chain,
                    owed: tally.owed(),
                    duties: met.get(party).cloned().unwrap_or_default(),
                }
            })
            .collect();
        let sealed: Vec<String> = summaries.iter().map(|s| seal(&json(s))).collect();
        let map = map(&summaries, &sealed).expect("parties of a set are all different");
        let body = ClosingBody { period, parties: summaries.len() as u64, map: map.root() };
        let framed = Framed::new(json(&Envelope { kind: Kind::Close, at, key: None, body }), sealed);
        let (index, leaf) = (self.size(), framed.leaf());
        let entry = self.judged(framed, 0, index, &Staged::default())?;
        self.commit(vec![entry], &[])?;
        self.keep()?;
        Ok(Receipt { index, leaf, fresh: true })
    }

    /// Keeps the latest checkpoint in the history and gives it as a note: what to hand to an auditor, print, or publish.
    pub fn checkpoint(&mut self) -> Result<String, AppendError> {
        let note = self.signed_head();
        self.keep()?;
        Ok(note)
    }

    /// Hands over to a new key: announced by an entry, signed for by both. The old key's signatures stay valid for what it
    /// signed, and count for nothing later.
    pub fn rotate(&mut self, new: Key) -> Result<Receipt, AppendError> {
        self.announce(Some(new))
    }

    fn announce(&mut self, new: Option<Key>) -> Result<Receipt, AppendError> {
        let retires = new.as_ref().map(|_| self.key.verifier());
        let verifier = new.as_ref().unwrap_or(&self.key).verifier();
        let body = KeyBody { origin: self.head().origin.clone(), verifier, retires };
        let framed = Framed::new(json(&Envelope { kind: Kind::Key, at: Timestamp::now(), key: None, body }), vec![]);
        let receipt = Receipt { index: self.size(), leaf: framed.leaf(), fresh: true };
        let entry = self.judged(framed, 0, receipt.index, &Staged::default())?;
        match new {
            None => self.commit(vec![entry], &[])?,
            Some(new) => {
                self.commit(vec![entry], std::slice::from_ref(&new))?;
                self.key = new;
                self.keep()?;
            }
        }
        Ok(receipt)
    }

    /// The receipt of what was written under the same key before.
    fn earlier(&self, record: &Record, index: u64, batch: &[(Framed, Understood)]) -> Result<Receipt, AppendError> {
        let framed = match index.checked_sub(self.size()) {
            Some(i) => batch[i as usize].0.clone(),
            None => self.reading.framed(index)?.expect("the books know only entries of the log"),
        };
        let entry = understand(&framed).expect("an entry that was verified can be understood");
        // Times and wording may differ when an act is run again; its kind and its money may not.
        let same = match (record, &entry.matter) {
            (Record::Fact(fact), Matter::Fact) => fact.kind == entry.kind,
            (Record::Post(post), Matter::Posting { body, lines }) => {
                body.reverses.is_none() && lines.iter().map(|(line, _)| line).eq(&post.lines)
            }
            (Record::Reverse(reversal), Matter::Posting { body, .. }) => body.reverses == Some(reversal.of),
            _ => false,
        };
        if !same {
            let key = key_of(record).unwrap_or_default().to_owned();
            return Err(AppendError::KeyReused { key, index, kind: entry.kind });
        }
        Ok(Receipt { index, leaf: framed.leaf(), fresh: false })
    }

    /// The bytes of a record.
    fn frame(&self, record: Record, mark: Option<Mark>) -> Result<Framed, AppendError> {
        let posting = |kind, at, on, about, reverses, lines: &[Line]| {
            let sealed: Vec<String> = lines.iter().map(|line| seal(&json(line))).collect();
            let root = Tree::over(sealed.iter().map(|line| leaf(line))).root();
            let body = PostingBody { on, about, reverses, lines: sealed.len() as u64, root };
            Framed::new(json(&Envelope { kind, at, key: mark, body }), sealed)
        };
        Ok(match record {
            Record::Fact(Entry { kind, at, body, .. }) => {
                if !matches!(kind, Kind::Decision | Kind::Release | Kind::Act) {
                    return Err(AppendError::OwnDoor(kind));
                }
                Framed::new(json(&Envelope { kind, at, key: mark, body }), vec![])
            }
            Record::Post(Transaction { at, on, about, lines, .. }) => {
                posting(Kind::Posting, at, on, about, None, &lines)
            }
            Record::Reverse(Reversal { at, on, of, why, .. }) => {
                let lines: Vec<Line> = match self.reading.understood(of).map(|entry| entry.matter) {
                    Some(Matter::Posting { lines, .. }) => lines.iter().map(|(line, _)| line.mirror()).collect(),
                    _ => return Err(AppendError::Breach { number: 0, breach: Breach::NotAPosting(of) }),
                };
                posting(Kind::Reversal, at, on, why, Some(of), &lines)
            }
        })
    }

    /// The entry as it will be read, if the rules allow it. What is judged is what will lie on disk, not what was asked for.
    fn judged(
        &self,
        framed: Framed,
        number: usize,
        index: u64,
        staged: &Staged,
    ) -> Result<(Framed, Understood), AppendError> {
        if !framed.fits() {
            return Err(AppendError::TooLarge { number });
        }
        let entry = understand(&framed).map_err(|_| AppendError::TooLarge { number })?;
        let fetch = |i: u64| self.reading.understood(i);
        let judged = self.reading.books.judge(staged, index, &entry, &fetch);
        judged.map_err(|breach| AppendError::Breach { number, breach })?;
        Ok((framed, entry))
    }

    /// How each duty was met, by party.
    fn met(&self, period: Period, duties: &[Duty]) -> Result<BTreeMap<Party, Vec<Met>>, CloseError> {
        let mut first: HashMap<(String, Party), Option<u64>> =
            duties.iter().map(|duty| ((duty.id.clone(), duty.party.clone()), None)).collect();
        if !duties.is_empty() {
            let frames = self.frames(HEADER.len() as u64).map_err(AppendError::from)?;
            for (index, framed) in (0..).zip(frames) {
                let framed = framed.map_err(AppendError::from)?;
                if framed.sealed.is_empty() || self.reversed(index).is_some() {
                    continue;
                }
                let entry = understand(&framed).expect("an entry that was verified can be understood");
                for met in met_by(&entry, period) {
                    if let Some(entry) = first.get_mut(&met) {
                        entry.get_or_insert(index);
                    }
                }
            }
        }
        let entries: Vec<Option<u64>> =
            duties.iter().map(|duty| first[&(duty.id.clone(), duty.party.clone())]).collect();
        let explained = |duty: &Duty| duty.zero.as_ref().is_some_and(|why| !why.trim().is_empty());
        let pairs = || duties.iter().zip(&entries);
        let open: Vec<Duty> =
            pairs().filter(|(duty, met)| met.is_none() && !explained(duty)).map(|(duty, _)| duty.clone()).collect();
        if !open.is_empty() {
            return Err(CloseError::Open { period, open });
        }
        let mut met: BTreeMap<Party, Vec<Met>> = BTreeMap::new();
        for (duty, entry) in pairs() {
            let zero = if entry.is_none() { duty.zero.clone() } else { None };
            met.entry(duty.party.clone()).or_default().push(Met { duty: duty.id.clone(), entry: *entry, zero });
        }
        Ok(met)
    }

    /// Writes entries that were judged and makes them count. `also` are keys that sign beside the ledger's own.
    fn commit(&mut self, batch: Vec<(Framed, Understood)>, also: &[Key]) -> Result<(), AppendError> {
        if self.unsure {
            return Err(AppendError::Unsure);
        }
        if batch.is_empty() {
            return Ok(());
        }
        let start = self.reading.head.log;
        let mut bytes = Vec::new();
        let mut places = Vec::with_capacity(batch.len());
        for (framed, _) in &batch {
            places.push(start + bytes.len() as u64);
            framed.write(&mut bytes);
        }
        self.unsure = true;
        let io = |source| AppendError::Io { path: self.reading.dir.join(LOG), source };
        self.log.seek(SeekFrom::Start(start)).map_err(io)?;
        self.log.write_all(&bytes).and_then(|()| self.log.sync_data()).map_err(io)?;
        for ((framed, entry), at) in batch.iter().zip(places) {
            self.reading.books.enter(self.reading.offsets.len() as u64, entry);
            self.reading.tree.push(framed.leaf());
            self.reading.offsets.push(at);
        }
        let head = Checkpoint {
            size: self.reading.tree.size(),
            root: self.reading.tree.root(),
            log: start + bytes.len() as u64,
            ..self.reading.head.clone()
        };
        self.replace_head(head, also)
    }

    /// Adds the head, as it was signed, to the history.
    fn keep(&mut self) -> Result<(), AppendError> {
        if self.unsure {
            return Err(AppendError::Unsure);
        }
        self.unsure = true;
        let path = self.reading.dir.join(HISTORY);
        let note = self.signed_head();
        let write = || {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            file.seek(SeekFrom::Start(self.reading.head.history))?;
            file.write_all(note.as_bytes())?;
            file.sync_data()
        };
        write().map_err(|source| AppendError::Io { path: path.clone(), source })?;
        self.history.update(note.as_bytes());
        let head = Checkpoint {
            history: self.reading.head.history + note.len() as u64,
            history_hash: Hash(self.history.clone().finalize().into()),
            ..self.reading.head.clone()
        };
        self.replace_head(head, &[])
    }

    fn replace_head(&mut self, head: Checkpoint, also: &[Key]) -> Result<(), AppendError> {
        let keys: Vec<&Key> = std::iter::once(&self.key).chain(also).collect();
        let note = head.sign(&keys);
        let path = self.reading.dir.join(HEAD);
        Whole::write(&path, note.to_string().as_bytes()).map_err(|source| AppendError::Io { path, source })?;
        self.reading.head = head;
        self.reading.note = note;
        self.unsure = false;
        Ok(())
    }
}

impl AppendError {
    fn in_batch(self, number: usize) -> AppendError {
        match self {
            AppendError::Breach { breach, .. } => AppendError::Breach { number, breach },
            other => other,
        }
    }
}

fn key_of(record: &Record) -> Option<&str> {
    match record {
        Record::Fact(entry) => entry.key.as_deref(),
        Record::Post(transaction) => transaction.key.as_deref(),
        Record::Reverse(reversal) => reversal.key.as_deref(),
    }
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("our own values have text keys only")
}

/// Whether nothing was ever committed here: no head, and no more than the first bytes of a beginning that was cut short.
fn unborn(dir: &Path) -> io::Result<bool> {
    let begun = |file: &str, header: &str| match fs::read(dir.join(file)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        read => read.map(|bytes| header.as_bytes().starts_with(&bytes)),
    };
    Ok(!dir.join(HEAD).exists()
        && fs::metadata(dir.join(LOG))?.len() <= HEADER.len() as u64
        && begun(LOG, HEADER)?
        && begun(HISTORY, HISTORY_HEADER)?)
}

/// Makes an empty ledger under a name of its own.
fn begin(dir: &Path, mut log: &File, key: &Key) -> io::Result<()> {
    log.seek(SeekFrom::Start(0))?;
    log.write_all(HEADER.as_bytes())?;
    log.sync_all()?;
    // In place and not aside: a beginning cut short here is known by its bytes, and leaves no other file.
    let mut history = File::create(dir.join(HISTORY))?;
    history.write_all(HISTORY_HEADER.as_bytes())?;
    history.sync_all()?;
    let mut name = [0; 8];
    rand::fill(&mut name);
    let head = Checkpoint {
        origin: format!("bottega/ledger/{}", hex(&name)),
        size: 0,
        root: Tree::new().root(),
        log: HEADER.len() as u64,
        history: HISTORY_HEADER.len() as u64,
        history_hash: Hash::of(HISTORY_HEADER.as_bytes()),
    };
    Whole::write(&dir.join(HEAD), head.sign(&[key]).to_string().as_bytes())
}

/// Cuts off what was never committed.
fn tidy(dir: &Path, log: &File, reading: &Reading) -> io::Result<()> {
    if log.metadata()?.len() > reading.head.log {
        log.set_len(reading.head.log)?;
        log.sync_all()?;
    }
    let history = OpenOptions::new().write(true).open(dir.join(HISTORY))?;
    if history.metadata()?.len() > reading.head.history {
        history.set_len(reading.head.history)?;
        history.sync_all()?;
    }
    match fs::remove_file(dir.join("head.part")) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}
