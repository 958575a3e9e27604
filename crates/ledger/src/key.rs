//! The key that signs the log, and the public half that anyone may hold. Text forms are those of C2SP signed notes.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

/// The signature type of Ed25519 in C2SP signed notes.
const ED25519: u8 = 0x01;

/// A signing key, kept in a file that only its owner may read.
pub struct Key {
    name: String,
    secret: SigningKey,
}

/// A public key: `name+id+base64`, as other tools for signed notes write it.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: VerifyingKey,
}

/// A key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Somebody else may read it.
    #[error(
        "{path}: others may read this key (mode {mode:03o}); make it yours alone with `chmod 600`, or make a new key if it was seen"
    )]
    Shown {
        /// Where.
        path: PathBuf,
        /// The file's permission bits.
        mode: u32,
    },
    /// No key file.
    #[error("{0}: there is no key file here")]
    Missing(PathBuf),
    /// There is one already.
    #[error("{0}: there is a file here already; a key is never written over")]
    Exists(PathBuf),
    /// Not a key.
    #[error("{0}: this is not a key for signing notes (PRIVATE+KEY+name+id+base64)")]
    Malformed(PathBuf),
    /// A name that cannot stand in a note.
    #[error("`{0}` cannot name a key: 1 to 200 characters without spaces, control characters or `+`")]
    Name(String),
    /// The file system's own trouble.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
}

/// A text that is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a public key for signed notes (name+id+base64)")]
pub struct VerifierError(pub String);

fn fine(name: &str) -> bool {
    !name.is_empty() && name.len() <= 200 && !name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+')
}

/// The first four bytes of SHA-256 over name, newline, type and key, as C2SP has it.
fn id(name: &str, public: &VerifyingKey) -> u32 {
    let mut sha = Sha256::new();
    sha.update(name.as_bytes());
    sha.update([b'\n', ED25519]);
    sha.update(public.as_bytes());
    let hash = sha.finalize();
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

fn typed(bytes: &[u8; 32]) -> String {
    let mut all = vec![ED25519];
    all.extend_from_slice(bytes);
    STANDARD.encode(all)
}

fn untyped(text: &str) -> Option<[u8; 32]> {
    let bytes = STANDARD.decode(text).ok()?;
    let (ED25519, rest) = bytes.split_first().map(|(t, rest)| (*t, rest))? else { return None };
    rest.try_into().ok()
}

impl Key {
    /// Makes a new key in a new file that only its owner may read.
    pub fn make(path: &Path, name: &str) -> Result<Key, KeyError> {
        if !fine(name) {
            return Err(KeyError::Name(name.chars().take(60).collect()));
        }
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
            fs::create_dir_all(dir).map_err(io)?;
        }
        let mut seed = [0; 32];
        rand::fill(&mut seed);
        let key = Key { name: name.to_owned(), secret: SigningKey::from_bytes(&seed) };
        let mut file = match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Err(KeyError::Exists(path.to_owned())),
            opened => opened.map_err(io)?,
        };
        let text = format!("PRIVATE+KEY+{}+{:08x}+{}\n", key.name, key.verifier().id(), typed(&seed));
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        Ok(key)
    }

    /// Reads a key; refused if anyone but its owner may read the file.
    pub fn load(path: &Path) -> Result<Key, KeyError> {
        let io = |source| KeyError::Io { path: path.to_owned(), source };
        let file = match File::open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(KeyError::Missing(path.to_owned())),
            opened => opened.map_err(io)?,
        };
        // Of the open file, not the path: what is looked at is what is read.
        let mode = file.metadata().map_err(io)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Shown { path: path.to_owned(), mode });
        }
        let malformed = || KeyError::Malformed(path.to_owned());
        let mut text = String::new();
        file.take(4096).read_to_string(&mut text).map_err(|_| malformed())?;
        let read = || {
            let rest = text.strip_suffix('\n')?.strip_prefix("PRIVATE+KEY+")?;
            let (name, rest) = rest.split_once('+')?;
            let (id, seed) = rest.split_once('+')?;
            let key = Key { name: name.to_owned(), secret: SigningKey::from_bytes(&untyped(seed)?) };
            (fine(name) && id == format!("{:08x}", key.verifier().id())).then_some(key)
        };
        read().ok_or_else(malformed)
    }

    /// Reads the key, or makes it where there is none.
    pub fn load_or_make(path: &Path, name: &str) -> Result<Key, KeyError> {
        match Key::load(path) {
            Err(KeyError::Missing(_)) => Key::make(path, name),
            loaded => loaded,
        }
    }

    /// The public half.
    pub fn verifier(&self) -> Verifier {
        Verifier { name: self.name.clone(), public: self.secret.verifying_key() }
    }

    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.secret.sign(text).to_bytes()
    }
}

impl fmt::Debug for Key {
    /// Shows only the public half, so that no log ever holds the other.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.verifier())
    }
}

impl Verifier {
    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short number by which a signature says whose it is.
    pub fn id(&self) -> u32 {
        id(&self.name, &self.public)
    }

    /// Whether this key signed the text; strict, so that no second signature of the same text can be made from a first.
    pub(crate) fn signed(&self, text: &[u8], signature: &[u8; 64]) -> bool {
        self.public.verify_strict(text, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:08x}+{}", self.name, self.id(), typed(self.public.as_bytes()))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Verifier({self})")
    }
}

impl FromStr for Verifier {
    type Err = VerifierError;

    fn from_str(s: &str) -> Result<Verifier, VerifierError> {
        let read = || {
            let (name, rest) = s.split_once('+')?;
            let (_, public) = rest.split_once('+')?;
            let public = VerifyingKey::from_bytes(&untyped(public)?).ok().filter(|key| !key.is_weak())?;
            let verifier = Verifier { name: name.to_owned(), public };
            (fine(name) && verifier.to_string() == s).then_some(verifier)
        };
        read().ok_or_else(|| VerifierError(s.chars().take(120).collect()))
    }
}

impl Serialize for Verifier {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Verifier {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Verifier, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn only_its_owner_reads_it_and_it_is_never_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys/ledger.key");
        let key = Key::load_or_make(&path, "studio").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(Key::load_or_make(&path, "other").unwrap().verifier(), key.verifier());
        assert!(matches!(Key::make(&path, "studio"), Err(KeyError::Exists(_))));
        let text = fs::read_to_string(&path).unwrap();
        // Split from the front: the secret is base64, which has a `+` of its own.
        let secret = text.trim_end().splitn(5, '+').nth(4).unwrap();
        assert!(!format!("{key:?}").contains(secret));
        for mode in [0o640, 0o604, 0o620, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(Key::load(&path), Err(KeyError::Shown { mode: m, .. }) if m == mode));
        }
        for name in ["", "a b", "a+b", "a\n"] {
            assert!(matches!(Key::make(&dir.path().join("k"), name), Err(KeyError::Name(_))));
        }
    }

    #[test]
    fn any_changed_byte_of_a_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("k");
        Key::make(&path, "studio").unwrap();
        let good = fs::read(&path).unwrap();
        for i in 0..good.len() {
            let mut bad = good.clone();
            bad[i] ^= 1 << (i % 8);
            fs::write(&path, &bad).unwrap();
            assert!(matches!(Key::load(&path), Err(KeyError::Malformed(_))), "byte {i}");
        }
        fs::write(&path, vec![b'a'; 1 << 16]).unwrap();
        assert!(matches!(Key::load(&path), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn the_published_example_is_read() {
        // The example of Go's golang.org/x/mod/sumdb/note: our text forms are the world's.
        let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let peter: Verifier = text.parse().unwrap();
        assert_eq!((peter.id(), peter.to_string().as_str()), (0xc74f20a3, text));
        let note = crate::note::Note::parse(
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\
             — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
        )
        .unwrap();
        assert_eq!(note.signers(std::slice::from_ref(&peter)), Ok(vec![peter]));
    }
}
