//! Asking a file where it comes from, on any machine, with nothing but the file and the roots that one trusts.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use c2pa::{Manifest, Reader, Relationship, ValidationState};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::{Anchors, Certificate, Signer, brief, pem};
use crate::claim::{Action, Claim, Clearance, Ingredient, Mining, Relation};
use crate::kind::Kind;
use crate::revoked::Revoked;
use crate::sign::{mining_of, offline};
use crate::{boxes, seal, sidecar, store};

/// What a verifier knows beside the file.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Roots that are believed.
    pub anchors: Anchors,
    /// Keys that are not believed any more.
    pub revoked: Revoked,
}

/// What a file says of itself, and whether that can be believed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verified {
    /// The file.
    pub file: PathBuf,
    /// Whether it is whole, its signer vouched for, and nothing speaks against either: `problems` is empty then.
    pub valid: bool,
    /// Whether not a byte was changed since it was signed, whoever signed it.
    pub intact: bool,
    /// Where its credential is; `None` without one.
    pub format: Option<Kind>,
    /// Title in the credential.
    pub title: Option<String>,
    /// Who signed.
    pub signer: Option<Signer>,
    /// When, as the signer says.
    pub signed_at: Option<Timestamp>,
    /// What it was made of.
    pub ingredients: Vec<Ingredient>,
    /// What was done.
    pub actions: Vec<Action>,
    /// Whether machines may learn from it.
    pub mining: Option<Mining>,
    /// The decision by which it left.
    pub clearance: Option<Clearance>,
    /// What speaks against believing it.
    pub problems: Vec<Problem>,
}

/// Something that speaks against a credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What is wrong.
    pub wrong: Wrong,
    /// In plain words, with what to do.
    pub detail: String,
}

/// What can be wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wrong {
    /// There is none.
    NoCredential,
    /// It, or the file, cannot be read.
    Unreadable,
    /// File or credential was changed after it was signed.
    Changed,
    /// No root given vouches for the signer.
    NotVouchedFor,
    /// The signer's certificate is out of its time, or not one that may sign files.
    Certificate,
    /// The signer's key was revoked.
    Revoked,
}

/// Why a file could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error("{path}: the file cannot be read: {error}", path = path.display())]
    Read {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

/// Asks the file at `path`: the credential in it, or else its sidecar. Opens no connection, whatever the file asks for.
///
/// # Errors
/// Only if the file cannot be opened; whatever is wrong with what it says is a [`Problem`].
pub fn verify(path: &Path, trust: &Trust) -> Result<Verified, VerifyError> {
    let read = |error| VerifyError::Read { path: path.to_owned(), error };
    let kind = Kind::of(path).map_err(read)?;
    let mut verified = Verified::of(path);
    let embedded = kind.mime().map(|mime| open(path, mime, trust)).transpose();
    match embedded {
        Ok(Some(Some(reader))) => verified.read_embedded(kind, &reader, trust).map_err(read)?,
        Ok(_) if sidecar::path_of(path).exists() => verified.read_sidecar(trust).map_err(read)?,
        Ok(_) => {
            let detail = "the file carries no credential, and none lies beside it; ask for the file as it was released";
            verified.wrong(Wrong::NoCredential, detail);
        }
        Err(reason) => {
            verified.format = Some(kind);
            verified.wrong(
                Wrong::Unreadable,
                format!("the credential cannot be read: {}; the file was damaged or changed", brief(&reason)),
            );
        }
    }
    let changed = [Wrong::NoCredential, Wrong::Unreadable, Wrong::Changed];
    verified.intact = !verified.problems.iter().any(|p| changed.contains(&p.wrong));
    verified.valid = verified.problems.is_empty();
    Ok(verified)
}

/// The embedded credential; `None` without one.
fn open(path: &Path, mime: &str, trust: &Trust) -> Result<Option<Reader>, String> {
    let mut file = File::open(path).map_err(|e| e.to_string())?;
    let boxed = matches!(Kind::of(path), Ok(kind) if kind.is_boxed());
    if boxed && boxes::too_many(&mut file).map_err(|e| e.to_string())? {
        return Err("the file holds more boxes than any film".to_owned());
    }
    let anchors = (!trust.anchors.is_empty()).then(|| trust.anchors.pem());
    let context = offline(anchors).map_err(|e| e.to_string())?;
    match Reader::from_context(context).with_stream(mime, file) {
        Ok(reader) => Ok(Some(reader)),
        Err(c2pa::Error::JumbfNotFound) => Ok(None),
        Err(e) => Err(e.to_string()),
    }
}

impl Verified {
    fn of(file: &Path) -> Verified {
        Verified {
            file: file.to_owned(),
            valid: false,
            intact: false,
            format: None,
            title: None,
            signer: None,
            signed_at: None,
            ingredients: Vec::new(),
            actions: Vec::new(),
            mining: None,
            clearance: None,
            problems: Vec::new(),
        }
    }

    fn wrong(&mut self, wrong: Wrong, detail: impl Into<String>) {
        let problem = Problem { wrong, detail: detail.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    fn read_embedded(&mut self, kind: Kind, reader: &Reader, trust: &Trust) -> io::Result<()> {
        self.format = Some(kind);
        let Some(manifest) = reader.active_manifest() else {
            self.wrong(
                Wrong::Unreadable,
                "the credential names no manifest that holds; the file was damaged or changed",
            );
            return Ok(());
        };
        self.title = manifest.title().map(str::to_owned);
        let leaf = self.signer_of(manifest, reader.validation_state(), trust);
        self.read_claim(manifest);
        let statuses = reader.validation_results().and_then(|r| r.active_manifest()).map(|s| s.failure().clone());
        let statuses = statuses.or_else(|| reader.validation_status().map(<[_]>::to_vec)).unwrap_or_default();
        for status in &statuses {
            let (wrong, words) = in_words(status.code());
            let more = status.explanation().filter(|e| !e.is_empty()).map(|e| format!(" ({e})")).unwrap_or_default();
            self.wrong(wrong, format!("{words} [{}]{more}", status.code()));
        }
        if reader.validation_state() == ValidationState::Invalid && self.problems.is_empty() {
            self.wrong(Wrong::Changed, "the credential does not hold");
        }
        let ours = manifest.assertions().iter().any(|a| a.label() == "org.bottega.clearance");
        if let Some(leaf) = leaf.filter(|_| ours) {
            self.read_strictly(kind, manifest, &leaf)?;
        }
        self.revocation(trust);
        Ok(())
    }

    /// What C2PA leaves open, and a file signed by Bottega does not.
    fn read_strictly(&mut self, kind: Kind, manifest: &Manifest, leaf: &Certificate) -> io::Result<()> {
        let clearance: Value = assertion(manifest, "org.bottega.clearance").unwrap_or_default();
        if clearance["sealed"] == Value::Bool(true) && !seal::holds(&self.file, leaf)? {
            self.wrong(
                Wrong::Changed,
                "the seal over the whole file is missing or does not hold: it was rewritten or changed after it was signed",
            );
        }
        if !kind.is_boxed()
            && let Err(reason) = store::is_as_written(&self.file, kind)?
        {
            self.wrong(
                Wrong::Changed,
                format!("the credential's own bytes were changed after it was signed: {reason}"),
            );
        }
        Ok(())
    }

    fn signer_of(&mut self, manifest: &Manifest, state: ValidationState, trust: &Trust) -> Option<Certificate> {
        let info = manifest.signature_info()?;
        let ders = pem(info.cert_chain().as_bytes()).ok()?;
        let leaf = Certificate::parse(ders.first()?).ok()?;
        let mut signer = leaf.signer(&trust.anchors);
        if signer.vouched_by.is_none() && state == ValidationState::Trusted {
            // By a chain of certificates that only C2PA follows.
            signer.vouched_by = Some("a root that was given".to_owned());
        }
        self.signed_at = info.time.as_deref().and_then(|t| t.parse().ok());
        self.signer = Some(signer);
        Some(leaf)
    }

    fn read_claim(&mut self, manifest: &Manifest) {
        if let Some(clearance) = assertion::<Value>(manifest, "org.bottega.clearance") {
            self.signed_at = clearance["signed_at"].as_str().and_then(|t| t.parse().ok()).or(self.signed_at);
            self.clearance = serde_json::from_value(clearance).ok();
        }
        let field = |label: &str, name: &str| assertion::<Value>(manifest, label).map(|v| v[name].clone());
        self.actions =
            field("org.bottega.actions", "actions").and_then(|v| serde_json::from_value(v).ok()).unwrap_or_default();
        self.mining = field("cawg.training-mining", "entries").map(|entries| mining_of(&entries));
        let shots = field("org.bottega.shots", "shots").and_then(|v| serde_json::from_value(v).ok());
        self.ingredients = shots.unwrap_or_else(|| manifest.ingredients().iter().map(foreign).collect());
    }

    fn read_sidecar(&mut self, trust: &Trust) -> io::Result<()> {
        self.format = Some(Kind::Sidecar);
        let read = match sidecar::read(&self.file)? {
            Ok(read) => read,
            Err(reason) => {
                self.wrong(Wrong::Unreadable, format!("{reason}; fetch the sidecar again"));
                return Ok(());
            }
        };
        for reason in read.broken {
            self.wrong(Wrong::Changed, reason);
        }
        let signer = read.leaf.signer(&trust.anchors);
        if signer.vouched_by.is_none() {
            self.wrong(Wrong::NotVouchedFor, in_words("signingCredential.untrusted").1);
        }
        if !read.leaf.may_sign_files {
            self.wrong(Wrong::Certificate, in_words("signingCredential.invalid").1);
        }
        if !read.leaf.is_current(Timestamp::now()) {
            self.wrong(Wrong::Certificate, in_words("signingCredential.expired").1);
        }
        let Claim { title, actions, ingredients, mining, clearance } = read.body.claim;
        self.title = Some(title);
        self.actions = actions;
        self.ingredients = ingredients;
        self.mining = Some(mining);
        self.clearance = Some(clearance);
        self.signed_at = Some(read.body.signed_at);
        self.signer = Some(signer);
        self.revocation(trust);
        Ok(())
    }

    fn revocation(&mut self, trust: &Trust) {
        let Some(signer) = &self.signer else { return };
        if let Some(reason) = trust.revoked.objection(&signer.serial, self.signed_at) {
            self.wrong(Wrong::Revoked, reason);
        }
    }
}

/// An assertion of a manifest, whether it lies there as JSON or as CBOR.
fn assertion<T: DeserializeOwned>(manifest: &Manifest, label: &str) -> Option<T> {
    let found = manifest.assertions().iter().find(|a| a.label() == label)?;
    found.to_assertion().ok()
}

/// An ingredient as a stranger's credential names it.
fn foreign(of: &c2pa::Ingredient) -> Ingredient {
    Ingredient {
        title: of.title().unwrap_or_default().to_owned(),
        shot: None,
        frames: None,
        reel: String::new(),
        relation: match of.relationship() {
            Relationship::InputTo => Relation::InputTo,
            _ => Relation::ComponentOf,
        },
    }
}

/// A status of C2PA, as what it means for the file.
fn in_words(code: &str) -> (Wrong, &'static str) {
    match code {
        "signingCredential.untrusted" => (
            Wrong::NotVouchedFor,
            "none of the roots given vouches for who signed this; get the studio's folder of trust from the studio itself and give it \
             with --trust",
        ),
        "signingCredential.expired" | "claimSignature.outsideValidity" => {
            (Wrong::Certificate, "the signer's certificate is out of its time; ask the studio to sign the file anew")
        }
        "signingCredential.revoked" | "signingCredential.ocsp.revoked" => {
            (Wrong::Revoked, "the signer's certificate was revoked by who issued it")
        }
        "signingCredential.invalid" => (Wrong::Certificate, "the signer's certificate may not sign files"),
        _ if code.ends_with(".mismatch") => {
            (Wrong::Changed, "the file or its credential was changed after it was signed")
        }
        _ => (Wrong::Changed, "the credential does not hold"),
    }
}
