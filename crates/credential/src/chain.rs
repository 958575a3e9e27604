//! Certificates: who signed, and who vouches for them.

use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::oid_registry::OID_SIG_ED25519;
use x509_parser::pem::Pem;
use x509_parser::prelude::FromDer;

/// Who signed a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signer {
    /// Name in the certificate: the studio's.
    pub name: String,
    /// Serial number of the certificate, in hexadecimal digits.
    pub serial: String,
    /// Last day on which the certificate may be believed.
    pub until: Timestamp,
    /// Name of the root that vouches for it; `None` if none of those given does.
    pub vouched_by: Option<String>,
}

/// Roots that a person trusts: `bottega keys trust` writes a studio's, `bottega verify --trust` reads them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors {
    roots: Vec<Vec<u8>>,
}

/// Why anchors cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnchorError {
    /// The file cannot be read.
    #[error("{path}: the anchors cannot be read: {error}", path = path.display())]
    Read {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// There is no root certificate in it.
    #[error("the anchors hold no root certificate: {0}; give the folder that `bottega keys trust` wrote")]
    NotRoots(String),
}

impl Anchors {
    /// Nobody is trusted: a file can be found whole, its signer not vouched for.
    pub fn none() -> Anchors {
        Anchors::default()
    }

    /// Reads a PEM file of root certificates.
    ///
    /// # Errors
    /// [`AnchorError`] if the file cannot be read or something else than roots stands in it.
    pub fn read(path: &Path) -> Result<Anchors, AnchorError> {
        let text = fs::read(path).map_err(|error| AnchorError::Read { path: path.to_owned(), error })?;
        Anchors::parse(&text)
    }

    /// Reads PEM text of root certificates.
    ///
    /// # Errors
    /// [`AnchorError::NotRoots`].
    pub fn parse(text: &[u8]) -> Result<Anchors, AnchorError> {
        let mut roots = Vec::new();
        for der in pem(text).map_err(AnchorError::NotRoots)? {
            let root = Certificate::parse(&der).map_err(AnchorError::NotRoots)?;
            if !root.is_ca {
                return Err(AnchorError::NotRoots(format!("`{}` may not vouch for others", brief(&root.name))));
            }
            roots.push(der);
        }
        if roots.is_empty() {
            return Err(AnchorError::NotRoots("no certificate in it".to_owned()));
        }
        Ok(Anchors { roots })
    }

    /// These and those.
    pub fn with(mut self, others: &Anchors) -> Anchors {
        self.roots.extend(others.roots.iter().filter(|r| !self.roots.contains(r)).cloned().collect::<Vec<_>>());
        self
    }

    /// Whether nobody is trusted.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }

    /// As PEM text.
    pub fn pem(&self) -> String {
        self.roots.iter().map(|der| to_pem(der)).collect()
    }

    /// The root that signed `leaf`, among those given.
    pub(crate) fn voucher(&self, leaf: &Certificate) -> Option<Certificate> {
        let roots = self.roots.iter().filter_map(|der| Certificate::parse(der).ok());
        roots.into_iter().find(|root| leaf.is_signed_by(root))
    }

    /// The root whose fingerprint this is.
    pub(crate) fn root(&self, fingerprint: &str) -> Option<Certificate> {
        self.roots.iter().filter_map(|der| Certificate::parse(der).ok()).find(|r| r.fingerprint() == fingerprint)
    }
}

/// What is needed of a certificate.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    pub(crate) der: Vec<u8>,
    pub(crate) name: String,
    pub(crate) serial: String,
    pub(crate) is_ca: bool,
    pub(crate) may_sign_files: bool,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    issuer: Vec<u8>,
    subject: Vec<u8>,
    body: Vec<u8>,
    signature: Vec<u8>,
    key: Option<VerifyingKey>,
}

impl Certificate {
    pub(crate) fn parse(der: &[u8]) -> Result<Certificate, String> {
        let (rest, found) = X509Certificate::from_der(der).map_err(|e| format!("a certificate cannot be read: {e}"))?;
        if !rest.is_empty() {
            return Err("something follows a certificate where nothing may".to_owned());
        }
        let usage = found.key_usage().ok().flatten().is_some_and(|u| u.value.digital_signature());
        let mail = found.extended_key_usage().ok().flatten().is_some_and(|u| u.value.email_protection);
        let second = |t: i64| Timestamp::from_second(t).map_err(|e| format!("a certificate's date: {e}"));
        let key = found.public_key();
        let ed25519 = key.algorithm.algorithm == OID_SIG_ED25519;
        let named = |list: &mut dyn Iterator<Item = String>| list.next();
        let subject = found.subject();
        let name = named(&mut subject.iter_organization().filter_map(|a| a.as_str().ok().map(str::to_owned)))
            .or_else(|| named(&mut subject.iter_common_name().filter_map(|a| a.as_str().ok().map(str::to_owned))))
            .unwrap_or_else(|| subject.to_string());
        Ok(Certificate {
            der: der.to_owned(),
            name,
            serial: hex(found.raw_serial()),
            is_ca: found.is_ca(),
            may_sign_files: usage && mail && !found.is_ca(),
            from: second(found.validity().not_before.timestamp())?,
            until: second(found.validity().not_after.timestamp())?,
            issuer: found.issuer().as_raw().to_owned(),
            subject: subject.as_raw().to_owned(),
            body: found.tbs_certificate.as_ref().to_owned(),
            signature: found.signature_value.data.to_vec(),
            key: <[u8; 32]>::try_from(&*key.subject_public_key.data)
                .ok()
                .filter(|_| ed25519)
                .and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()),
        })
    }

    /// Whether `signature` over `text` was made with the key of this certificate.
    pub(crate) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        let (Some(key), Ok(signature)) = (&self.key, Signature::from_slice(signature)) else { return false };
        key.verify_strict(text, &signature).is_ok()
    }

    pub(crate) fn is_signed_by(&self, root: &Certificate) -> bool {
        root.is_ca && self.issuer == root.subject && self.is_plain() && root.has_signed(&self.body, &self.signature)
    }

    /// Whether what the signature does not cover is just what an Ed25519 certificate has there: the head, the algorithm's name
    /// again, the head of the signature.
    fn is_plain(&self) -> bool {
        const ALGORITHM: &[u8] = b"\x30\x05\x06\x03\x2b\x65\x70\x03\x41\x00";
        let end = [&self.body, ALGORITHM, &self.signature].concat();
        let Ok(length) = u16::try_from(end.len()) else { return false };
        let [high, low] = length.to_be_bytes();
        self.der == [&[0x30, 0x82, high, low], &*end].concat()
    }

    pub(crate) fn fingerprint(&self) -> String {
        hex(&Sha256::digest(&self.der))
    }

    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.from <= now && now <= self.until
    }

    pub(crate) fn signer(&self, anchors: &Anchors) -> Signer {
        Signer {
            name: self.name.clone(),
            serial: self.serial.clone(),
            until: self.until,
            vouched_by: anchors.voucher(self).map(|root| root.name),
        }
    }
}

/// Certificates in PEM text, as DER.
pub(crate) fn pem(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    Pem::iter_from_buffer(text)
        .map(|found| match found {
            Ok(found) if found.label == "CERTIFICATE" => Ok(found.contents),
            Ok(found) => Err(format!("a {} stands where a certificate is awaited", brief(&found.label.to_lowercase()))),
            Err(e) => Err(format!("the text is not PEM: {e}")),
        })
        .collect()
}

/// A certificate as PEM text.
pub(crate) fn to_pem(der: &[u8]) -> String {
    let letters = BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = (0..letters.len()).step_by(64).map(|i| &letters[i..letters.len().min(i + 64)]).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// An error's words without most of what it repeats, which may be huge.
pub(crate) fn brief(what: &dyn std::fmt::Display) -> String {
    let what = what.to_string();
    match what.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &what[..end]),
        None => what,
    }
}

/// Hexadecimal digits of bytes.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bytes of hexadecimal digits, of small letters only.
pub(crate) fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes();
    if !digits.len().is_multiple_of(2) || !digits.iter().all(|d| matches!(d, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    digits.chunks(2).map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_there_and_back() {
        assert_eq!(bytes(&hex(&[0, 9, 255])), Some(vec![0, 9, 255]));
        assert_eq!((bytes("0g"), bytes("0"), bytes("AB")), (None, None, None));
    }

    #[test]
    fn anchors_refuse_what_is_no_root() {
        assert!(matches!(Anchors::parse(b""), Err(AnchorError::NotRoots(_))));
        let nothing = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(Anchors::parse(nothing).is_err());
    }
}
