//! The studio's own keys: a root that vouches, a leaf that signs, and what happened to them.
//!
//! The folder (`.bottega/keys/`, readable by its owner only):
//!
//! | file | what |
//! | --- | --- |
//! | `anchors.pem` | the root's certificate: what others need to verify |
//! | `root.key` | the root's key: needed to rotate and to revoke, not to sign; may be kept elsewhere until then |
//! | `leaf-SERIAL.pem` | every leaf there ever was: its certificate |
//! | `leaf-SERIAL.key` | the key of the leaf that signs now; those of earlier leaves are destroyed when they have had their turn |
//! | `current` | serial number of the leaf that signs now |
//! | `revoked.json` | the list of revoked leaves, signed by the root |
//!
//! A lone self-signed certificate would be simpler, but C2PA refuses it, and nothing could be revoked.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use jobs::Whole;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PKCS_ED25519, SerialNumber, SigningKey,
};

use crate::chain::{Anchors, Certificate, brief, hex, pem, to_pem};
use crate::revoked::{Reason, Revoked};

/// Years that a root can vouch. A film is asked about long after it was made, and no time stamp of a stranger's prolongs a
/// signature: what a leaf signed can be believed while the leaf's certificate is valid.
const ROOT_YEARS: i64 = 30;
/// Years that what a leaf signed can be believed.
const LEAF_YEARS: i64 = 15;

/// A studio's keys, ready to sign.
pub struct Keys {
    folder: PathBuf,
    anchors: Anchors,
    leaf: Certificate,
    key: KeyPair,
}

/// A leaf that there is or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Serial number of its certificate.
    pub serial: String,
    /// First moment of its certificate.
    pub from: Timestamp,
    /// Last moment of its certificate.
    pub until: Timestamp,
    /// Whether it signs now.
    pub signs: bool,
    /// Whether it is on the list of the revoked.
    pub revoked: bool,
}

/// Why keys cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There are keys already.
    #[error("{path}: there are keys already; `bottega keys rotate` makes a new one to sign with", path = .0.display())]
    Held(PathBuf),
    /// There are no keys.
    #[error("{path}: there are no keys; `bottega keys init` makes them", path = .0.display())]
    None(PathBuf),
    /// Others can read a key.
    #[error(
        "{path}: others than its owner can read or change this key (mode {mode:03o}); run `chmod 600 {path}`, and if anyone may \
         have had it, `bottega keys rotate` and `bottega keys revoke {serial} --reason key-compromise`",
        path = path.display()
    )]
    Exposed {
        /// The key.
        path: PathBuf,
        /// What may be done with it, as `chmod` writes it.
        mode: u32,
        /// Serial number of its certificate, or `SERIAL`.
        serial: String,
    },
    /// A file of the folder cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A file of the folder does not hold what it should.
    #[error("{path}: {reason}; restore the folder of keys from a copy", path = path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The studio's name cannot stand in a certificate.
    #[error("`{0}` cannot be the name of a studio in a certificate: {1}")]
    Name(String, String),
    /// No leaf has that serial number.
    #[error("no key with the serial number {0} is known here; `bottega keys list` shows those that are")]
    Unknown(String),
    /// It is on the list.
    #[error("the key {0} is revoked already")]
    AlreadyRevoked(String),
}

impl Keys {
    /// Makes root and leaf for `studio` in `folder`, whole or not at all.
    ///
    /// # Errors
    /// [`KeyError::Held`] if there is such a folder; [`KeyError::Name`], [`KeyError::File`].
    pub fn init(folder: &Path, studio: &str) -> Result<Keys, KeyError> {
        if studio.trim().is_empty() || studio.chars().count() > 64 || studio.chars().any(char::is_control) {
            return Err(KeyError::Name(studio.to_owned(), "it must be 1 to 64 letters without line breaks".to_owned()));
        }
        if folder.exists() {
            return Err(KeyError::Held(folder.to_owned()));
        }
        let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(at(parent))?;
        // Made under another name first: a killed `init` leaves no folder that looks like one with keys.
        let part = tempfile::Builder::new().prefix(".keys-").tempdir_in(parent).map_err(at(parent))?;
        #[cfg(unix)]
        fs::set_permissions(part.path(), std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(at(folder))?;
        let root = KeyPair::generate_for(&PKCS_ED25519).expect("a key can be drawn");
        let certificate =
            root_params(studio).self_signed(&root).map_err(|e| KeyError::Name(studio.to_owned(), e.to_string()))?;
        secret(&part.path().join("root.key"), &root.serialize_pem())?;
        let anchors_path = part.path().join("anchors.pem");
        fs::write(&anchors_path, to_pem(certificate.der())).map_err(at(&anchors_path))?;
        let certificate = Certificate::parse(certificate.der()).expect("we wrote it");
        draw_leaf(part.path(), &certificate, root)?;
        let root = root_key(part.path())?;
        Revoked::empty(&certificate).sign(&root).write(&part.path().join("revoked.json"))?;
        fs::rename(part.path(), folder).map_err(at(folder))?;
        let _ = part.keep();
        Keys::open(folder)
    }

    /// Opens the keys in `folder` to sign with.
    ///
    /// # Errors
    /// [`KeyError::Exposed`] if anyone but the owner can read a key; [`KeyError::None`], [`KeyError::Broken`].
    pub fn open(folder: &Path) -> Result<Keys, KeyError> {
        let current = folder.join("current");
        let serial = match fs::read_to_string(&current) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(KeyError::None(folder.to_owned())),
            found => found.map_err(at(&current))?.trim().to_owned(),
        };
        let leaf = read_leaf(folder, &serial)?;
        let path = folder.join(format!("leaf-{serial}.key"));
        let key = read_key(&path, &serial)?;
        // Its own key lies beside it where it was not taken elsewhere: lying open it is as bad as the leaf's.
        if folder.join("root.key").exists() {
            root_key(folder)?;
        }
        let probe = b"whether key and certificate belong together";
        let fits = key.sign(probe).is_ok_and(|signature| leaf.has_signed(probe, &signature));
        if !fits {
            return Err(KeyError::Broken { path, reason: "the key is not that of its certificate".to_owned() });
        }
        let anchors = read_anchors(folder)?;
        Ok(Keys { folder: folder.to_owned(), anchors, leaf, key })
    }

    /// Draws a new leaf to sign with; the earlier one stays known, and what it signed stays valid. Its key is destroyed:
    /// what signs no more can then not be stolen either.
    ///
    /// # Errors
    /// [`KeyError`]; the earlier leaf then goes on signing.
    pub fn rotate(&mut self) -> Result<(), KeyError> {
        let root = root_key(&self.folder)?;
        draw_leaf(&self.folder, &self.root(), root)?;
        *self = Keys::open(&self.folder)?;
        // All but the one that signs: also what an earlier rotation left when it was killed.
        let own = format!("leaf-{}.key", self.leaf.serial);
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let path = entry.map_err(at(&self.folder))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with("leaf-") && name.ends_with(".key") && name != own {
                fs::remove_file(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// Puts the leaf `serial` on the list of the revoked; a leaf that signs now is replaced first.
    ///
    /// # Errors
    /// [`KeyError::Unknown`], [`KeyError::AlreadyRevoked`], or what reading and writing gives.
    pub fn revoke(&mut self, serial: &str, reason: Reason) -> Result<Revoked, KeyError> {
        read_leaf(&self.folder, serial)?;
        let path = self.folder.join("revoked.json");
        let list = self.revoked()?;
        if list.entry(serial).is_some() {
            return Err(KeyError::AlreadyRevoked(serial.to_owned()));
        }
        if serial == self.leaf.serial {
            self.rotate()?;
        }
        let list = list.with(serial, reason, Timestamp::now()).sign(&root_key(&self.folder)?);
        list.write(&path)?;
        Ok(list)
    }

    /// The list of the revoked, as the root signed it.
    ///
    /// # Errors
    /// [`KeyError::Broken`] if the root did not sign what stands there.
    pub fn revoked(&self) -> Result<Revoked, KeyError> {
        let path = self.folder.join("revoked.json");
        Revoked::read(&path, &self.anchors).map_err(|e| KeyError::Broken { path, reason: e.to_string() })
    }

    /// Every leaf there is or was, the earliest first.
    ///
    /// # Errors
    /// [`KeyError::File`], [`KeyError::Broken`].
    pub fn known(&self) -> Result<Vec<Known>, KeyError> {
        let revoked = self.revoked()?;
        let mut known = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(at(&self.folder))? {
            let name = entry.map_err(at(&self.folder))?.file_name().to_string_lossy().into_owned();
            let Some(serial) = name.strip_prefix("leaf-").and_then(|n| n.strip_suffix(".pem")) else { continue };
            let leaf = read_leaf(&self.folder, serial)?;
            known.push(Known {
                signs: leaf.serial == self.leaf.serial,
                revoked: revoked.entry(&leaf.serial).is_some(),
                serial: leaf.serial,
                from: leaf.from,
                until: leaf.until,
            });
        }
        known.sort_by(|a, b| (a.from, &a.serial).cmp(&(b.from, &b.serial)));
        Ok(known)
    }

    /// What others need to verify what these keys sign: public, to be given away.
    pub fn anchors(&self) -> &Anchors {
        &self.anchors
    }

    /// Serial number of the leaf that signs.
    pub fn serial(&self) -> &str {
        &self.leaf.serial
    }

    /// Name of the studio.
    pub fn studio(&self) -> &str {
        &self.leaf.name
    }

    fn root(&self) -> Certificate {
        self.anchors.voucher(&self.leaf).expect("opening found the root of the leaf")
    }

    pub(crate) fn leaf(&self) -> &Certificate {
        &self.leaf
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.key.sign(text).expect("an Ed25519 key signs any text")
    }

    /// Leaf, then root: as C2PA wants it.
    pub(crate) fn chain_pem(&self) -> String {
        to_pem(&self.leaf.der) + &to_pem(&self.root().der)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Nothing of the key itself, lest it stand in a log.
        write!(f, "Keys({} {} in {})", self.leaf.name, self.leaf.serial, self.folder.display())
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    let path = path.to_owned();
    move |error| KeyError::File { path, error }
}

fn named(studio: &str, role: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::OrganizationName, studio);
    name.push(DnType::CommonName, role);
    name
}

fn dated(years: i64) -> CertificateParams {
    let mut params = CertificateParams::default();
    let today = TimeZone::UTC.to_datetime(Timestamp::now()).date();
    let day = |span: Span| {
        let d = today.saturating_add(span);
        rcgen::date_time_ymd(d.year().into(), d.month() as u8, d.day() as u8)
    };
    // Yesterday: machines whose clocks differ by hours verify on the same day.
    params.not_before = day(Span::new().days(-1));
    params.not_after = day(Span::new().years(years));
    params.serial_number = Some(SerialNumber::from_slice(&serial()));
    params.use_authority_key_identifier_extension = true;
    params
}

fn root_params(studio: &str) -> CertificateParams {
    let mut params = dated(ROOT_YEARS);
    params.distinguished_name = named(studio, "Bottega root");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    params
}

/// Sixteen bytes that are a positive number without a zero in front, so that every tool writes it alike.
fn serial() -> [u8; 16] {
    let drawn = KeyPair::generate_for(&PKCS_ED25519).expect("a key can be drawn");
    let mut serial: [u8; 16] = blake3::hash(drawn.public_key_raw()).as_bytes()[..16].try_into().expect("16 of 32");
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// Draws a leaf and makes it the one that signs.
fn draw_leaf(folder: &Path, root: &Certificate, root_key: KeyPair) -> Result<(), KeyError> {
    let mut params = dated(LEAF_YEARS);
    params.distinguished_name = named(&root.name, "Bottega credentials");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    let key = KeyPair::generate_for(&PKCS_ED25519).expect("a key can be drawn");
    let broken = |reason: String| KeyError::Broken { path: folder.join("anchors.pem"), reason };
    let issuer = Issuer::from_ca_cert_der(&root.der.as_slice().into(), root_key).map_err(|e| broken(e.to_string()))?;
    let leaf = params.signed_by(&key, &issuer).map_err(|e| broken(e.to_string()))?;
    let leaf = Certificate::parse(leaf.der()).expect("we wrote it");
    if !leaf.is_signed_by(root) {
        return Err(broken("root.key is not the key of this root".to_owned()));
    }
    let write = |name: String, text: &str| {
        let path = folder.join(name);
        Whole::write(&path, text.as_bytes()).map_err(at(&path))
    };
    secret(&folder.join(format!("leaf-{}.key", leaf.serial)), &key.serialize_pem())?;
    write(format!("leaf-{}.pem", leaf.serial), &to_pem(&leaf.der))?;
    // Last: until it is named here, the earlier leaf goes on signing.
    write("current".to_owned(), &format!("{}\n", leaf.serial))
}

/// Writes a key that nobody but its owner may read, from its first byte on.
fn secret(path: &Path, text: &str) -> Result<(), KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(at(path))?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(at(path))
}

fn read_key(path: &Path, serial: &str) -> Result<KeyPair, KeyError> {
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::MetadataExt::mode(&fs::metadata(path).map_err(at(path))?) & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_owned(), mode, serial: serial.to_owned() });
        }
    }
    let text = fs::read_to_string(path).map_err(at(path))?;
    // The parser's own words repeat what it found, which is most of a secret.
    KeyPair::from_pem(&text)
        .map_err(|_| KeyError::Broken { path: path.to_owned(), reason: "it holds no key in PEM".to_owned() })
}

fn root_key(folder: &Path) -> Result<KeyPair, KeyError> {
    read_key(&folder.join("root.key"), "SERIAL")
}

fn read_anchors(folder: &Path) -> Result<Anchors, KeyError> {
    let path = folder.join("anchors.pem");
    Anchors::read(&path).map_err(|e| KeyError::Broken { path, reason: e.to_string() })
}

fn read_leaf(folder: &Path, serial: &str) -> Result<Certificate, KeyError> {
    let plain = (1..=64).contains(&serial.len()) && serial.bytes().all(|b| b.is_ascii_hexdigit());
    let path = folder.join(format!("leaf-{serial}.pem"));
    if !plain || !path.exists() {
        return Err(KeyError::Unknown(brief(&serial)));
    }
    let broken = |reason: String| KeyError::Broken { path: path.clone(), reason };
    let text = fs::read(&path).map_err(at(&path))?;
    let ders = pem(&text).map_err(broken)?;
    let leaf = ders.first().ok_or_else(|| broken("no certificate in it".to_owned()))?;
    let leaf = Certificate::parse(leaf).map_err(broken)?;
    if leaf.serial != serial || read_anchors(folder)?.voucher(&leaf).is_none() {
        return Err(broken("the certificate is not the one that the folder's root signed".to_owned()));
    }
    Ok(leaf)
}

/// A text signed by the key of a root.
pub(crate) fn root_signature(key: &KeyPair, text: &[u8]) -> String {
    hex(&key.sign(text).expect("an Ed25519 key signs any text"))
}
