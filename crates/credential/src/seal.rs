//! The seal of an MP4 or MOV file: a signature over every byte before it.
//!
//! C2PA's hash leaves out whole boxes (`ftyp`, `free`, `skip`, `mfra`) and its own one, padding included: bytes there could change
//! unnoticed. The seal is a `free` box at the very end, which C2PA leaves out too and players pass over; so both hold, and
//! nothing is left that neither covers. The credential says whether a file is sealed, so that a seal taken away is missed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::chain::Certificate;
use crate::keys::Keys;

const HEAD: [u8; 22] = *b"\x00\x00\x00\x56freebottega seal 1";
const SIGNATURE: usize = 64;
const LENGTH: u64 = (HEAD.len() + SIGNATURE) as u64;

/// Puts the seal onto a file that C2PA has signed.
pub(crate) fn seal(path: &Path, keys: &Keys) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).append(true).open(path)?;
    let length = file.metadata()?.len();
    let signature = keys.sign(&text(&mut file, length)?);
    file.write_all(&HEAD)?;
    file.write_all(&signature)
}

/// Whether the file ends with a seal of `leaf` that holds.
pub(crate) fn holds(path: &Path, leaf: &Certificate) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(length) = file.metadata()?.len().checked_sub(LENGTH) else { return Ok(false) };
    file.seek(SeekFrom::Start(length))?;
    let mut end = [0u8; LENGTH as usize];
    file.read_exact(&mut end)?;
    let (head, signature) = end.split_at(HEAD.len());
    Ok(head == HEAD && leaf.has_signed(&text(&mut file, length)?, signature))
}

/// What is signed: the hash of the file's first `length` bytes.
fn text(file: &mut File, length: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file.take(length))?;
    let mut text = b"bottega seal 1\n".to_vec();
    text.extend_from_slice(hasher.finalize().as_bytes());
    Ok(text)
}
