//! The proof of a statement: one file that anyone can check with a public key, and that shows nobody else's lines.
//!
//! It holds the entries that the party's lines stand in (a day, what it was, a root over the lines), the party's own lines with the
//! way to that root, the way from each entry to the signed root of the log, and the signed checkpoint. Other lines appear only as
//! hashes over salts that stay in the ledger. Two things do show: how many lines a transaction has, and how many entries the log.
//!
//! For a closed period it also holds the party's summary and the way to it in the closing's map, where a name has one place: so the
//! lines are *all* lines of the party in that period. For an open period that cannot be shown, and [`Verified::complete`] says so.

use serde::{Deserialize, Serialize};

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::closing::Tally;
use crate::frame::Framed;
use crate::matter::{Envelope, PostingBody, brief, leaf, map, read};
use crate::reading::ReadError;
use crate::statement::{Gathered, Statement, StatementLine};
use crate::tree::{Tree, climb};
use crate::{Account, Hash, Kind, Line, Party, Period, Reading, Summary, Verifier};

const FORMAT: &str = "bottega statement 1";
/// Longer ones are not looked at.
const LONGEST: usize = 1 << 28;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Proof {
    format: String,
    party: Party,
    period: Period,
    checkpoint: String,
    entries: Vec<ProvenEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closing: Option<ProvenClosing>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvenEntry {
    index: u64,
    text: String,
    path: Vec<Hash>,
    lines: Vec<ProvenLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvenLine {
    number: u64,
    text: String,
    path: Vec<Hash>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ProvenClosing {
    index: u64,
    text: String,
    path: Vec<Hash>,
    summary: String,
    map: Vec<Hash>,
}

/// A statement that was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What was proven.
    pub statement: Statement,
    /// Whether these are all lines of the party in the period. False while it is open: then each line is proven, and not that
    /// there are no others.
    pub complete: bool,
    /// The checkpoint that it was proven under.
    pub checkpoint: Checkpoint,
    /// Who signed that.
    pub signers: Vec<Verifier>,
}

/// A statement that cannot be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// Neither lines nor a closing that names the party.
    #[error("{party} has no lines in {period}, and no closing of it names {party}: there is nothing to prove")]
    Nothing {
        /// Whose.
        party: Party,
        /// Of when.
        period: Period,
    },
    /// The ledger could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// A proof that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not a proof file, or not byte for byte as one is written.
    #[error("this is not the proof of a statement, or was changed: {0}")]
    Malformed(String),
    /// The checkpoint is not believable.
    #[error("the checkpoint does not hold: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// An entry that is not in the log.
    #[error("entry {0} is not in the log that was signed")]
    Entry(u64),
    /// A line that is not in its entry.
    #[error("line {number} is not in entry {entry}")]
    Line {
        /// The entry.
        entry: u64,
        /// Which of its lines.
        number: u64,
    },
    /// A line of somebody else or of another time.
    #[error("line {number} of entry {entry} is not of this party and period")]
    Foreign {
        /// The entry.
        entry: u64,
        /// Which of its lines.
        number: u64,
    },
    /// Lines that are not all, or not those of the closing.
    #[error("these are not the lines that were closed: the closing has {closed}, and {shown} are shown")]
    Incomplete {
        /// How many were closed.
        closed: u64,
        /// How many are shown.
        shown: u64,
    },
    /// A closing that is not of this party and period.
    #[error("the closing is not of this party and period")]
    Closing,
}

impl Reading {
    /// The proof of a party's statement, as the bytes of a file that [`verify_statement`] reads.
    pub fn prove(&self, party: &Party, period: Period) -> Result<Vec<u8>, ProveError> {
        let entries: Vec<ProvenEntry> = self.gather(party, period)?.into_iter().map(|g| self.proven(g)).collect();
        let closing = self.summary(party, period)?.map(|(framed, number, _)| self.proven_closing(framed, number));
        if entries.is_empty() && closing.is_none() {
            return Err(ProveError::Nothing { party: party.clone(), period });
        }
        let format = FORMAT.to_owned();
        let proof = Proof { format, party: party.clone(), period, checkpoint: self.signed_head(), entries, closing };
        Ok(written(&proof))
    }

    fn path(&self, index: u64) -> Vec<Hash> {
        self.tree.inclusion(index, self.size()).expect("an entry of the log has a way to its root")
    }

    fn proven(&self, gathered: Gathered) -> ProvenEntry {
        let Gathered { index, framed, lines, .. } = gathered;
        let tree = Tree::over(framed.sealed.iter().map(|line| leaf(line)));
        let lines = lines
            .into_iter()
            .map(|(number, _)| ProvenLine {
                number,
                text: framed.sealed[number as usize].clone(),
                path: tree.inclusion(number, tree.size()).expect("a line of the entry has a way to its root"),
            })
            .collect();
        ProvenEntry { index, text: framed.json, path: self.path(index), lines }
    }

    fn proven_closing(&self, framed: Framed, number: usize) -> ProvenClosing {
        let summaries: Vec<Summary> = (0..)
            .zip(&framed.sealed)
            .map(|(n, sealed)| read(n, sealed).expect("a closing that was verified can be read"))
            .collect();
        let map = map(&summaries, &framed.sealed).expect("a closing that was verified names each party once");
        let summary: &Summary = &summaries[number];
        let index = self.closed(summary.period).expect("a summary is of a closed period");
        ProvenClosing {
            index,
            path: self.path(index),
            map: map.path(summary.party.as_str()).expect("the party stands in the map"),
            summary: framed.sealed[number].clone(),
            text: framed.json,
        }
    }
}

/// Checks a proof on any machine, without the library or the ledger: every line is in an entry of the log that a trusted key
/// signed; and for a closed period, there are no others. Any changed byte is refused.
pub fn verify_statement(proof: &[u8], trusted: &[Verifier]) -> Result<Verified, StatementError> {
    let malformed = |what: &dyn std::fmt::Display| StatementError::Malformed(brief(what));
    if proof.len() > LONGEST {
        return Err(malformed(&"it is longer than any"));
    }
    let read: Proof = serde_json::from_slice(proof).map_err(|e| malformed(&e))?;
    if read.format != FORMAT {
        return Err(malformed(&format_args!("its format is `{}` and not `{FORMAT}`", read.format)));
    }
    if written(&read) != proof {
        return Err(malformed(&"it is not written as proofs are"));
    }
    let Proof { party, period, checkpoint, entries, closing, .. } = read;
    let (checkpoint, signers) = Checkpoint::verify(&checkpoint, trusted)?;
    if !entries.windows(2).all(|w| w[0].index < w[1].index) {
        return Err(malformed(&"its entries are not in order"));
    }
    let mut tally = Tally::default();
    let mut lines = Vec::new();
    for entry in &entries {
        let body = entry.verify(&checkpoint)?;
        if entry.lines.is_empty() || !entry.lines.windows(2).all(|w| w[0].number < w[1].number) {
            return Err(malformed(&"its lines are not in order"));
        }
        for proven in &entry.lines {
            let line = proven.verify(entry.index, &body)?;
            if line.account != Account::payable(&party) || !period.holds(body.on) {
                return Err(StatementError::Foreign { entry: entry.index, number: proven.number });
            }
            tally.add(entry.index, proven.number, &leaf(&proven.text), &line);
            lines.push(StatementLine::new(entry.index, proven.number, &body, line));
        }
    }
    let mut duties = Vec::new();
    let mut closed = None;
    match &closing {
        Some(closing) => {
            let summary = closing.verify(&checkpoint, &party, period)?;
            if (summary.lines, summary.chain) != (tally.lines, tally.chain) || summary.owed != tally.owed() {
                return Err(StatementError::Incomplete { closed: summary.lines, shown: tally.lines });
            }
            closed = Some(closing.index);
            duties = summary.duties;
        }
        None if lines.is_empty() => return Err(malformed(&"it proves nothing")),
        None => {}
    }
    let statement = Statement::of(party, period, lines, duties, closed);
    Ok(Verified { statement, complete: closing.is_some(), checkpoint, signers })
}

/// The one way in which a proof is written.
fn written(proof: &Proof) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(proof).expect("a proof has text keys only");
    bytes.push(b'\n');
    bytes
}

fn is_in(text: &str, index: u64, path: &[Hash], checkpoint: &Checkpoint) -> bool {
    climb(Hash::of_leaf(text.as_bytes()), index, checkpoint.size, path) == Some(checkpoint.root)
}

impl ProvenEntry {
    fn verify(&self, checkpoint: &Checkpoint) -> Result<PostingBody, StatementError> {
        let wrong = || StatementError::Entry(self.index);
        if !is_in(&self.text, self.index, &self.path, checkpoint) {
            return Err(wrong());
        }
        let envelope: Envelope<PostingBody> = serde_json::from_str(&self.text).map_err(|_| wrong())?;
        if !matches!(envelope.kind, Kind::Posting | Kind::Reversal) {
            return Err(wrong());
        }
        Ok(envelope.body)
    }
}

impl ProvenLine {
    fn verify(&self, entry: u64, body: &PostingBody) -> Result<Line, StatementError> {
        let wrong = || StatementError::Line { entry, number: self.number };
        if climb(leaf(&self.text), self.number, body.lines, &self.path) != Some(body.root) {
            return Err(wrong());
        }
        read(self.number as usize, &self.text).map_err(|_| wrong())
    }
}

impl ProvenClosing {
    fn verify(&self, checkpoint: &Checkpoint, party: &Party, period: Period) -> Result<Summary, StatementError> {
        if !is_in(&self.text, self.index, &self.path, checkpoint) {
            return Err(StatementError::Entry(self.index));
        }
        let envelope: Envelope<crate::closing::ClosingBody> =
            serde_json::from_str(&self.text).map_err(|_| StatementError::Closing)?;
        let summary: Summary = read(0, &self.summary).map_err(|_| StatementError::Closing)?;
        let root = crate::map::climb(party.as_str(), &leaf(&self.summary), &self.map);
        let fits = envelope.kind == Kind::Close
            && envelope.body.period == period
            && root == Some(envelope.body.map)
            && (&summary.party, summary.period) == (party, period);
        if fits { Ok(summary) } else { Err(StatementError::Closing) }
    }
}
