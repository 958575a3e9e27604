//! Which titles are animation and which live action: nobody measures it, a person says it once and the library keeps it.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use ::audit::Kind;
use film::ContentHash;
use jobs::Whole;

use super::AuditError;
use crate::House;

/// What was ever said, by a title's first reel, with what is said now.
pub(super) fn said(
    house: &House,
    animation: &[String],
    live_action: &[String],
) -> Result<BTreeMap<ContentHash, Kind>, AuditError> {
    let path = house.library().root().join(".bottega").join("kinds.json");
    let bad = |error| AuditError::File { path: path.clone(), error };
    let mut kinds: BTreeMap<ContentHash, Kind> = match fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| bad(io::Error::other(e)))?,
        Err(e) if e.kind() == io::ErrorKind::NotFound => BTreeMap::new(),
        Err(e) => return Err(bad(e)),
    };
    let named = animation.iter().map(|t| (t, Kind::Animation)).chain(live_action.iter().map(|t| (t, Kind::LiveAction)));
    let mut new = false;
    for (title, kind) in named {
        if let Some(reel) = house.library().title(title)?.reels.first() {
            new |= kinds.insert(reel.hash, kind) != Some(kind);
        }
    }
    if new && house.library().is_writable() {
        Whole::write(&path, &serde_json::to_vec_pretty(&kinds).expect("plain data")).map_err(bad)?;
    }
    Ok(kinds)
}
