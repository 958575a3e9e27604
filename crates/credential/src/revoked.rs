//! The list of revoked leaves, signed by the root that vouched for them.
//!
//! What a revoked leaf signed is judged by why it was revoked. A credential says itself when it was signed, and whoever holds a
//! stolen key can write an earlier day, so:
//!
//! | reason | what it signed before | what it signed after |
//! | --- | --- | --- |
//! | key compromise | refused: nothing but the file itself says when it was signed | refused |
//! | superseded, ceased | stands | refused |
//!
//! A list can be held back from a verifier; it carries a number, so that whoever has two knows the later one.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jobs::Whole;
use rcgen::KeyPair;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::chain::{Anchors, Certificate, brief, bytes};
use crate::keys::{KeyError, root_signature};

/// Why a leaf is not to be believed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Someone else may have had the key.
    KeyCompromise,
    /// Another leaf signs in its place.
    Superseded,
    /// The studio signs no more.
    Ceased,
}

/// One revoked leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Serial number of its certificate.
    pub serial: String,
    /// When it was revoked.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// The list of the revoked.
#[derive(Clone, Debug, Default)]
pub struct Revoked {
    body: Body,
    text: String,
    signature: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// How many times the list was changed.
    number: u64,
    /// Fingerprint of the root that signs it.
    root: String,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet<'a> {
    #[serde(borrow)]
    revoked: &'a RawValue,
    signature: String,
}

/// Why a list of the revoked cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RevokedError {
    /// It cannot be read.
    #[error("{path}: the list of the revoked cannot be read: {error}; fetch it from the studio again", path = path.display())]
    Read {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not such a list.
    #[error("this is no list of revoked keys: {0}; fetch it from the studio again")]
    NotAList(String),
    /// None of the anchors signed it.
    #[error("none of the roots beside it signed this list of revoked keys; fetch both from the studio again")]
    NotSigned,
}

impl Revoked {
    /// Reads a list and believes it only if a root of `anchors` signed it.
    ///
    /// # Errors
    /// [`RevokedError`].
    pub fn read(path: &Path, anchors: &Anchors) -> Result<Revoked, RevokedError> {
        let text = fs::read(path).map_err(|error| RevokedError::Read { path: path.to_owned(), error })?;
        let wrong = |e: serde_json::Error| RevokedError::NotAList(brief(&e));
        let sheet: Sheet<'_> = serde_json::from_slice(&text).map_err(wrong)?;
        let body: Body = serde_json::from_str(sheet.revoked.get()).map_err(wrong)?;
        let signed = anchors.root(&body.root).zip(bytes(&sheet.signature));
        if !signed.is_some_and(|(root, signature)| root.has_signed(sheet.revoked.get().as_bytes(), &signature)) {
            return Err(RevokedError::NotSigned);
        }
        Ok(Revoked { body, text: sheet.revoked.get().to_owned(), signature: sheet.signature })
    }

    /// How many times the list was changed: of two lists the one with the higher number holds.
    pub fn number(&self) -> u64 {
        self.body.number
    }

    /// The revoked leaves, in the order in which they were.
    pub fn entries(&self) -> &[Entry] {
        &self.body.entries
    }

    /// The entry of a leaf.
    pub fn entry(&self, serial: &str) -> Option<&Entry> {
        self.body.entries.iter().find(|e| e.serial == serial)
    }

    /// Why what the leaf `serial` says it signed at `signed` is not to be believed; `None` if it is.
    pub(crate) fn objection(&self, serial: &str, signed: Option<Timestamp>) -> Option<String> {
        let entry = self.entry(serial)?;
        let day = entry.at;
        match (entry.reason, signed) {
            (Reason::KeyCompromise, _) => Some(format!(
                "the key {serial} was revoked on {day} because others may have had it, and nothing but the file itself says that \
                 it was signed before; ask the studio to sign it anew"
            )),
            (Reason::Superseded | Reason::Ceased, Some(signed)) if signed < day => None,
            _ => Some(format!(
                "the key {serial} was revoked on {day}, and the file was signed after that; ask the studio to sign it anew"
            )),
        }
    }

    pub(crate) fn empty(root: &Certificate) -> Unsigned {
        Unsigned(Body { number: 0, root: root.fingerprint(), entries: Vec::new() })
    }

    pub(crate) fn with(&self, serial: &str, reason: Reason, at: Timestamp) -> Unsigned {
        let mut body = self.body.clone();
        body.number += 1;
        body.entries.push(Entry { serial: serial.to_owned(), at, reason });
        Unsigned(body)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), KeyError> {
        let text = format!("{{\n\"revoked\": {},\n\"signature\": \"{}\"\n}}\n", self.text, self.signature);
        Whole::write(path, text.as_bytes()).map_err(|error| KeyError::File { path: path.to_owned(), error })
    }
}

/// A list that the root has yet to sign.
pub(crate) struct Unsigned(Body);

impl Unsigned {
    pub(crate) fn sign(self, root: &KeyPair) -> Revoked {
        let text = serde_json::to_string_pretty(&self.0).expect("plain values");
        let signature = root_signature(root, text.as_bytes());
        Revoked { body: self.0, text, signature }
    }
}
