//! A credential beside a file that C2PA cannot put one into: FFV1 in Matroska, timelines, sheets, reports.
//!
//! `FILE.credential.json` holds the claim with the file's length and SHA-256, the signature over exactly those letters, and the
//! certificates. It is written in one way only, and read only so: not even a space in it changes unnoticed.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jobs::Whole;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::chain::{Certificate, brief, bytes, hex};
use crate::claim::Claim;
use crate::keys::Keys;
use crate::sign::SignError;

const FORMAT: &str = "bottega credential 1";
/// A claim of thousands of shots needs a megabyte; what is far longer is no claim.
const LONGEST: u64 = 64 << 20;

/// What is signed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Body {
    format: String,
    /// Name that the file had when it was signed; it may have another since.
    file: String,
    bytes: u64,
    sha256: String,
    pub(crate) signed_at: Timestamp,
    pub(crate) claim: Claim,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet<'a> {
    #[serde(borrow)]
    signed: &'a RawValue,
    certificates: Vec<String>,
    signature: String,
}

/// Where the sidecar of a file lies.
pub fn path_of(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".credential.json");
    file.with_file_name(name)
}

/// Writes the sidecar of `file`.
pub(crate) fn write(file: &Path, claim: &Claim, keys: &Keys, at: Timestamp) -> Result<PathBuf, SignError> {
    let (length, sha256) = measure(file).map_err(|error| SignError::Read { path: file.to_owned(), error })?;
    let body = Body {
        format: FORMAT.to_owned(),
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: length,
        sha256,
        signed_at: at,
        claim: claim.clone(),
    };
    let signed = serde_json::to_string_pretty(&body).expect("plain values");
    let signature = hex(&keys.sign(&text(&signed)));
    let path = path_of(file);
    Whole::write(&path, render(&signed, &[BASE64_STANDARD.encode(&keys.leaf().der)], &signature).as_bytes())
        .map_err(|error| SignError::Write { path: path.clone(), error })?;
    Ok(path)
}

fn render(signed: &str, certificates: &[String], signature: &str) -> String {
    let certificates = serde_json::to_string(certificates).expect("plain letters");
    format!("{{\n\"signed\": {signed},\n\"certificates\": {certificates},\n\"signature\": \"{signature}\"\n}}\n")
}

fn text(signed: &str) -> Vec<u8> {
    let mut text = b"bottega sidecar 1\n".to_vec();
    text.extend_from_slice(signed.as_bytes());
    text
}

fn measure(file: &Path) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let length = io::copy(&mut File::open(file)?, &mut hasher)?;
    Ok((length, hex(&hasher.finalize())))
}

/// What a sidecar says, and whether it holds.
pub(crate) struct Read {
    pub(crate) body: Body,
    pub(crate) leaf: Certificate,
    /// What does not hold, in plain words.
    pub(crate) broken: Vec<String>,
}

/// Reads the sidecar of `file`; what is wrong with it as a text is told as an error.
pub(crate) fn read(file: &Path) -> io::Result<Result<Read, String>> {
    let path = path_of(file);
    if path.metadata()?.len() > LONGEST {
        return Ok(Err("the sidecar is far longer than any credential".to_owned()));
    }
    let whole = std::fs::read(&path)?;
    Ok(parse(file, &whole))
}

fn parse(file: &Path, whole: &[u8]) -> Result<Read, String> {
    let wrong = |e: serde_json::Error| format!("the sidecar cannot be read: {}", brief(&e));
    let sheet: Sheet<'_> = serde_json::from_slice(whole).map_err(wrong)?;
    let body: Body = serde_json::from_str(sheet.signed.get()).map_err(wrong)?;
    let first = sheet.certificates.first().ok_or("the sidecar holds no certificate")?;
    let der = BASE64_STANDARD.decode(first).map_err(|e| format!("the sidecar's certificate cannot be read: {e}"))?;
    let leaf = Certificate::parse(&der)?;
    let mut broken = Vec::new();
    let signature = bytes(&sheet.signature).unwrap_or_default();
    if !leaf.has_signed(&text(sheet.signed.get()), &signature) {
        broken.push("the sidecar was changed after it was signed".to_owned());
    } else if render(sheet.signed.get(), &sheet.certificates, &sheet.signature).as_bytes() != whole {
        broken.push("the sidecar was rewritten after it was signed".to_owned());
    }
    if body.format != FORMAT {
        broken.push(format!("the sidecar is of the kind `{}`, which this program does not know", brief(&body.format)));
    }
    match measure(file) {
        Ok((length, sha256)) if length == body.bytes && sha256 == body.sha256 => {}
        Ok((length, _)) if length != body.bytes => {
            broken.push(format!("the file has {length} bytes, and the one that was signed had {}", body.bytes));
        }
        Ok(_) => broken.push("the file was changed after it was signed".to_owned()),
        Err(e) => broken.push(format!("the file cannot be read to its end: {e}")),
    }
    Ok(Read { body, leaf, broken })
}
