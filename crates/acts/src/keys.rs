//! The studio's keys: made, listed, renewed, revoked, and what others need to believe them.

use std::io;
use std::path::{Path, PathBuf};

use credential::revoked::Reason;
use credential::{KeyError, Keys};
use jobs::Whole;
use serde::Serialize;

use crate::House;
use crate::desk::DeskError;

/// The keys as they stand.
#[derive(Debug, Serialize)]
pub struct KeyList {
    /// Where they lie.
    pub folder: PathBuf,
    /// The studio's name in credentials.
    pub studio: String,
    /// Keys that sign or signed, the earliest first.
    pub keys: Vec<KeyCard>,
    /// The public key that signs the ledger's checkpoints.
    pub ledger_key: String,
}

/// A key that signs or signed.
#[derive(Debug, Serialize)]
pub struct KeyCard {
    /// Serial number of its certificate.
    pub serial: String,
    /// First day of its certificate.
    pub from: rights::Timestamp,
    /// Its last.
    pub until: rights::Timestamp,
    /// Whether it signs now.
    pub signs: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// What others need to verify: given away with releases.
#[derive(Debug, Serialize)]
pub struct Trust {
    /// The folder.
    pub folder: PathBuf,
    /// Roots, PEM.
    pub anchors: PathBuf,
    /// The signed list of revoked keys.
    pub revoked: PathBuf,
    /// Public keys of the ledger, a line each.
    pub ledger_keys: PathBuf,
}

/// Names of the files of a [`Trust`].
pub(crate) const ANCHORS: &str = "anchors.pem";
pub(crate) const REVOKED: &str = "revoked.json";
pub(crate) const LEDGER_KEYS: &str = "ledger-keys.txt";

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Keys or ledger.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// Signing keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A file could not be written.
    #[error("{path} cannot be written: {error}", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Makes the keys for the studio `name`.
pub fn init(house: &House, name: &str) -> Result<KeyList, KeysError> {
    Keys::init(&house.keys_folder(), name)?;
    list(house)
}

/// Lists them.
pub fn list(house: &House) -> Result<KeyList, KeysError> {
    let keys = house.keys()?;
    let ledger = house.ledger()?;
    let cards = keys.known()?.into_iter().map(|key| KeyCard {
        serial: key.serial,
        from: key.from,
        until: key.until,
        signs: key.signs,
        revoked: key.revoked,
    });
    let ledger_key = ledger.keys().last().map(ToString::to_string).unwrap_or_default();
    Ok(KeyList { folder: house.keys_folder(), studio: keys.studio().to_owned(), keys: cards.collect(), ledger_key })
}

/// A new key signs from now on; what the earlier one signed stays good.
pub fn rotate(house: &House) -> Result<KeyList, KeysError> {
    house.keys()?.rotate()?;
    list(house)
}

/// Takes a key back; the list of those that were goes out with every [`trust`].
pub fn revoke(house: &House, serial: &str, reason: Reason) -> Result<KeyList, KeysError> {
    house.keys()?.revoke(serial, reason)?;
    list(house)
}

/// Writes what others need to verify into the folder `out`.
pub fn trust(house: &House, out: &Path) -> Result<Trust, KeysError> {
    let keys = house.keys()?;
    let ledger = house.ledger()?;
    let trust = Trust {
        folder: out.to_owned(),
        anchors: out.join(ANCHORS),
        revoked: out.join(REVOKED),
        ledger_keys: out.join(LEDGER_KEYS),
    };
    let list = house.keys_folder().join(REVOKED);
    let revoked = std::fs::read(&list).map_err(|error| KeysError::Write { path: list.clone(), error })?;
    let public: String = ledger.keys().iter().map(|key| format!("{key}\n")).collect();
    for (path, bytes) in [
        (&trust.anchors, keys.anchors().pem().into_bytes()),
        (&trust.revoked, revoked),
        (&trust.ledger_keys, public.into_bytes()),
    ] {
        Whole::write(path, &bytes).map_err(|error| KeysError::Write { path: path.clone(), error })?;
    }
    Ok(trust)
}
