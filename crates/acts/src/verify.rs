//! Is this file what it says it is? Asked on any machine, without the library and without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use credential::mark::Found;
use credential::{AnchorError, Anchors, Clearance, Ingredient, KeyError, LogPlace, Revoked, RevokedError, Signer};
use ledger::{Inclusion, Kind, ReadError, Reading, StatementError, Verifier, VerifierError};
use serde::{Deserialize, Serialize};

use crate::House;
use crate::keys::{ANCHORS, LEDGER_KEYS, REVOKED};

/// What a file says of itself, and whether that can be believed.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// The file.
    pub file: PathBuf,
    /// Whether it is whole, its signer vouched for, its place in the ledger proven, and nothing speaks against any of it.
    pub valid: bool,
    /// Who signed.
    pub signer: Option<Signer>,
    /// When, as the signer says.
    pub signed_at: Option<rights::Timestamp>,
    /// Where its decision stands in the ledger.
    pub ledger_inclusion: Option<Place>,
    /// What it was made of.
    pub ingredients: Vec<Ingredient>,
    /// The decision by which it left.
    pub decision: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// For the proof of a statement: what was proven.
    pub statement: Option<ledger::Statement>,
    /// What its picture says, where it was looked into: it outlives the loss of the credential.
    pub mark: Option<Marked>,
    /// What speaks against it.
    pub problems: Vec<Problem>,
}

/// An invisible mark that was found, and what the library at hand knows of it.
#[derive(Debug, Serialize)]
pub struct Marked {
    /// The number it holds, given to one release.
    pub id: u64,
    /// How well the whole mark agrees with it, 0 to 1; chance reaches 0.6.
    pub confidence: f32,
    /// That release, where the library's own ledger has it.
    pub release: Option<Released>,
}

/// A release in the ledger.
#[derive(Debug, Serialize)]
pub struct Released {
    /// Which entry, from 0.
    pub entry: u64,
    /// When.
    pub at: rights::Timestamp,
    /// Its name.
    pub name: String,
    /// The decision by which it left.
    pub decision: String,
}

/// Something that speaks against a file.
#[derive(Debug, Serialize)]
pub struct Problem {
    /// In a word.
    pub problem: String,
    /// In plain words, with what to do.
    pub detail: String,
}

/// A proven place in the ledger.
#[derive(Debug, Serialize)]
pub struct Place {
    /// Which entry, from 0.
    pub entry: u64,
    /// Of how many at the time.
    pub of: u64,
    /// The signed root.
    pub root: String,
    /// Whether a key known from outside the file signed that root.
    pub proven: bool,
}

/// What a released file carries: the entry's own text and the proof that it stands in the ledger.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Carried {
    pub(crate) entry: String,
    pub(crate) proof: Inclusion,
}

/// Why it could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The file.
    #[error(transparent)]
    File(#[from] credential::VerifyError),
    /// A file of the folder of trust.
    #[error("{path} cannot be read: {error}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The roots.
    #[error(transparent)]
    Anchors(#[from] AnchorError),
    /// The list of revoked keys.
    #[error(transparent)]
    Revoked(#[from] RevokedError),
    /// The library's own keys, or their list of the revoked.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The ledger's keys.
    #[error("{path}: {error}", path = path.display())]
    LedgerKeys {
        /// The file.
        path: PathBuf,
        /// Which line.
        error: VerifierError,
    },
}

/// What a verifier believes beside the file.
#[derive(Default)]
pub struct Believed {
    trust: credential::Trust,
    ledger: Vec<Verifier>,
}

impl Believed {
    /// What lies in a folder that `bottega keys trust` wrote.
    pub fn folder(folder: &Path) -> Result<Believed, VerifyError> {
        let anchors = Anchors::read(&folder.join(ANCHORS))?;
        // It is written even where nothing is revoked: without it nobody can say that nothing is.
        let revoked = Revoked::read(&folder.join(REVOKED), &anchors)?;
        Ok(Believed { trust: credential::Trust { anchors, revoked }, ledger: ledger_keys(folder)? })
    }

    /// What the library's own keys and ledger vouch for; nothing, where it has none.
    pub fn of(house: &House) -> Result<Believed, VerifyError> {
        let mut believed = Believed::default();
        match house.keys() {
            Ok(keys) => {
                believed.trust = credential::Trust { anchors: keys.anchors().clone(), revoked: keys.revoked()? }
            }
            Err(KeyError::None(_)) => {}
            Err(error) => return Err(error.into()),
        }
        if let Ok(reading) = house.reading() {
            believed.ledger = reading.keys();
        }
        Ok(believed)
    }
}

/// The public keys of a ledger in a folder that `bottega keys trust` wrote.
pub(crate) fn ledger_keys(folder: &Path) -> Result<Vec<Verifier>, VerifyError> {
    let path = folder.join(LEDGER_KEYS);
    let text = fs::read_to_string(&path).map_err(|error| VerifyError::Read { path: path.clone(), error })?;
    let parse = |line: &str| line.parse().map_err(|error| VerifyError::LedgerKeys { path: path.clone(), error });
    text.lines().filter(|line| !line.trim().is_empty()).map(parse).collect()
}

/// Asks the file: credential or sidecar, or the proof of a statement.
pub fn verify(file: &Path, believed: &Believed) -> Result<Verified, VerifyError> {
    if file.to_string_lossy().ends_with(".proof.json") {
        return proof(file, believed);
    }
    let said = credential::verify(file, &believed.trust)?;
    let mut problems: Vec<Problem> = said
        .problems
        .iter()
        .map(|problem| {
            let word = serde_json::to_value(problem.wrong).ok();
            let word = word.as_ref().and_then(|word| word.as_str()).unwrap_or("wrong").to_owned();
            Problem { problem: word, detail: problem.detail.clone() }
        })
        .collect();
    let place = said.clearance.as_ref().and_then(|clearance| place(clearance, believed, &mut problems));
    Ok(Verified {
        file: file.to_owned(),
        valid: problems.is_empty() && said.valid,
        signer: said.signer,
        signed_at: said.signed_at,
        ledger_inclusion: place,
        ingredients: said.ingredients,
        decision: said.clearance.map(|clearance| clearance.decision),
        title: said.title,
        statement: None,
        mark: None,
        problems,
    })
}

impl Verified {
    /// Whether nothing but the picture can say where it is from.
    pub fn bare(&self) -> bool {
        self.problems.iter().any(|problem| problem.problem == "no-credential")
    }

    /// Takes up what was found in its picture, and looks for the release of it in the ledger of `house`.
    ///
    /// # Errors
    /// If that ledger cannot be read.
    pub fn marked(&mut self, found: &Found, house: Option<&House>) -> Result<(), ReadError> {
        let id = found.payload.id();
        let release = match house.map(House::reading) {
            Some(Ok(reading)) => released(&reading, id)?,
            // A library that has no ledger yet released nothing.
            Some(Err(_)) | None => None,
        };
        self.mark = Some(Marked { id, confidence: found.confidence, release });
        Ok(())
    }
}

fn released(reading: &Reading, mark: u64) -> Result<Option<Released>, ReadError> {
    for entry in reading.entries()? {
        let entry = entry?;
        if entry.kind == Kind::Release && entry.body["mark"].as_u64() == Some(mark) {
            let text = |name: &str| entry.body[name].as_str().unwrap_or_default().to_owned();
            let (name, decision) = (text("name"), text("facts_hash"));
            return Ok(Some(Released { entry: entry.index, at: entry.at, name, decision }));
        }
    }
    Ok(None)
}

/// Checks that the decision stands in the ledger that the file names.
fn place(clearance: &Clearance, believed: &Believed, problems: &mut Vec<Problem>) -> Option<Place> {
    let mut against = |detail: String| problems.push(Problem { problem: "ledger".to_owned(), detail });
    let Some(LogPlace { inclusion, .. }) = &clearance.log else {
        against("the file names no entry of a ledger: it did not leave by `bottega release`".to_owned());
        return None;
    };
    let carried: Carried = match serde_json::from_value(inclusion.clone()) {
        Ok(carried) => carried,
        Err(error) => {
            against(format!("the proof of its place in the ledger cannot be read: {error}"));
            return None;
        }
    };
    // The entry must be of this very decision.
    let entry: serde_json::Value = serde_json::from_str(&carried.entry).unwrap_or_default();
    if entry["body"]["facts_hash"].as_str() != Some(clearance.decision.as_str()) {
        against(format!("the ledger's entry is of another decision than the file's, {}", clearance.decision));
        return None;
    }
    match carried.proof.verify(carried.entry.as_bytes(), &believed.ledger) {
        Ok(checkpoint) => Some(Place {
            entry: carried.proof.index,
            of: checkpoint.size,
            root: checkpoint.root.to_string(),
            proven: true,
        }),
        Err(error) => {
            against(if believed.ledger.is_empty() {
                "no key of a ledger is known here, so its place there is not proven: give the studio's with --trust"
                    .to_owned()
            } else {
                error.to_string()
            });
            None
        }
    }
}

fn proof(file: &Path, believed: &Believed) -> Result<Verified, VerifyError> {
    let bytes = fs::read(file).map_err(|error| VerifyError::Read { path: file.to_owned(), error })?;
    let mut verified = Verified {
        file: file.to_owned(),
        valid: false,
        signer: None,
        signed_at: None,
        ledger_inclusion: None,
        ingredients: Vec::new(),
        decision: None,
        title: None,
        statement: None,
        mark: None,
        problems: Vec::new(),
    };
    match ledger::verify_statement(&bytes, &believed.ledger) {
        Ok(proven) => {
            verified.valid = true;
            verified.title = Some(format!("statement of {}, {}", proven.statement.party, proven.statement.period));
            verified.statement = Some(proven.statement);
        }
        Err(error) => verified.problems.push(said(&error)),
    }
    Ok(verified)
}

fn said(error: &StatementError) -> Problem {
    Problem { problem: "statement".to_owned(), detail: error.to_string() }
}
