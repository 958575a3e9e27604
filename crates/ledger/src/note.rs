//! Signed notes: a text and who signed it, as C2SP has it (c2sp.org/signed-note).
//!
//! Ours and not the crate `signed_note`, which would bring a second, older Ed25519 into the house for a hundred lines.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::{Key, Verifier};

/// A text and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signed>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signed {
    name: String,
    id: u32,
    bytes: [u8; 64],
}

/// A note that cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Not a note.
    #[error("this is not a signed note (text, an empty line, signatures)")]
    Malformed,
    /// Signed, and not by anyone known.
    #[error("signed by `{0}`, which is no key known here")]
    Stranger(String),
    /// The signature is not of this text.
    #[error("the signature of `{0}` is not of this text")]
    Forged(String),
}

/// More than any note of ours needs; longer ones are not looked at.
const LONGEST: usize = 1 << 16;

impl Note {
    /// Signs a text, which ends with a newline and has no empty line.
    pub(crate) fn sign(text: String, keys: &[&Key]) -> Note {
        let signatures = keys
            .iter()
            .map(|key| {
                let verifier = key.verifier();
                Signed { name: verifier.name().to_owned(), id: verifier.id(), bytes: key.sign(text.as_bytes()) }
            })
            .collect();
        Note { text, signatures }
    }

    /// Reads a note; there is one way to write each, so no byte can change unseen.
    pub fn parse(note: &str) -> Result<Note, NoteError> {
        let read = || {
            if note.len() > LONGEST || note.chars().any(|c| c.is_control() && c != '\n') {
                return None;
            }
            let (text, signatures) = note.split_once("\n\n")?;
            let signatures: Option<Vec<Signed>> =
                signatures.strip_suffix('\n')?.split('\n').map(Signed::parse).collect();
            let read = Note { text: format!("{text}\n"), signatures: signatures? };
            (read.to_string() == note).then_some(read)
        };
        read().ok_or(NoteError::Malformed)
    }

    /// What was signed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many signatures.
    pub fn signatures(&self) -> usize {
        self.signatures.len()
    }

    /// Who signed it. Every signature must be by one of the keys: bytes that nobody can check have no place in a note of ours.
    pub fn signers(&self, keys: &[Verifier]) -> Result<Vec<Verifier>, NoteError> {
        self.signatures
            .iter()
            .map(|signed| {
                let key = keys.iter().find(|k| k.id() == signed.id && k.name() == signed.name);
                let key = key.ok_or_else(|| NoteError::Stranger(signed.name.clone()))?;
                if key.signed(self.text.as_bytes(), &signed.bytes) {
                    Ok(key.clone())
                } else {
                    Err(NoteError::Forged(signed.name.clone()))
                }
            })
            .collect()
    }
}

impl Signed {
    fn parse(line: &str) -> Option<Signed> {
        let (name, signature) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(signature).ok()?;
        let (id, bytes) = bytes.split_first_chunk::<4>()?;
        Some(Signed { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: bytes.try_into().ok()? })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signed| {
            let mut bytes = signed.id.to_be_bytes().to_vec();
            bytes.extend_from_slice(&signed.bytes);
            writeln!(f, "— {} {}", signed.name, STANDARD.encode(bytes))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn two_sign_and_any_changed_byte_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let key = |name: &str| Key::make(&dir.path().join(name), name).unwrap();
        let (old, new, stranger) = (key("old"), key("new"), key("stranger"));
        let note = Note::sign("origin\n3\nroot\n".into(), &[&old, &new]);
        let text = note.to_string();
        let known = [old.verifier(), new.verifier()];
        assert_eq!(Note::parse(&text), Ok(note.clone()));
        assert_eq!(note.signers(&known).unwrap().len(), 2);
        assert_eq!(note.signers(&[stranger.verifier()]), Err(NoteError::Stranger("old".into())));
        for i in 0..text.len() {
            for bit in 0..8 {
                let mut bad = text.clone().into_bytes();
                bad[i] ^= 1 << bit;
                let read = String::from_utf8(bad).ok().and_then(|bad| Note::parse(&bad).ok());
                assert!(read.is_none_or(|note| note.signers(&known).is_err()), "byte {i} bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in "(?s).{0,200}", tail in "[— a-zA-Z0-9+/=\n]{0,80}") {
            let _ = Note::parse(&text);
            let _ = Note::parse(&format!("{text}\n\n— {tail}\n"));
        }
    }
}
