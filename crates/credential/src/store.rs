//! The bytes of a credential inside a picture or a sound, and whether all of them are as Bottega writes them.
//!
//! C2PA's hash of a JPEG, PNG or WAV file leaves out the credential itself, and its signature covers what the credential says,
//! not every byte of how it is boxed: sizes of outer boxes, labels, switches and padding can change without any verifier
//! minding. Here they are compared with the one way in which they are written. (JUMBF: ISO 19566-5; COSE: RFC 9052; the UUIDs:
//! Content Credentials 2.2, 11.1.4.)

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::kind::Kind;

/// Files longer than this are not read into memory for it: no picture is.
const LONGEST: u64 = 1 << 31;

type Strict<T> = Result<T, String>;

/// Whether nothing in the credential's own bytes is other than written.
pub(crate) fn is_as_written(path: &Path, kind: Kind) -> io::Result<Strict<()>> {
    let file = File::open(path)?;
    if file.metadata()?.len() > LONGEST {
        return Ok(Err("the file is too long to be looked at".to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST).read_to_end(&mut bytes)?;
    let store = match kind {
        Kind::Png => png(&bytes),
        Kind::Wav => wav(&bytes),
        Kind::Jpeg => jpeg(&bytes),
        Kind::Mp4 | Kind::Mov | Kind::Sidecar => return Ok(Ok(())),
    };
    Ok(store.and_then(|store| outermost(&store)))
}

/// Bytes that are taken from the front, one thing at a time.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, count: usize) -> Strict<&'a [u8]> {
        let (front, rest) = self.0.split_at_checked(count).ok_or("a box ends before its time")?;
        self.0 = rest;
        Ok(front)
    }

    fn array<const N: usize>(&mut self) -> Strict<[u8; N]> {
        Ok(self.take(N)?.try_into().expect("as many as were taken"))
    }

    fn number(&mut self) -> Strict<usize> {
        Ok(u32::from_be_bytes(self.array()?) as usize)
    }

    fn must_be(&mut self, what: &[u8], name: &str) -> Strict<()> {
        if self.take(what.len())? == what { Ok(()) } else { Err(format!("{name} is not as it is written")) }
    }

    fn end(&self, name: &str) -> Strict<()> {
        if self.0.is_empty() { Ok(()) } else { Err(format!("something follows {name}")) }
    }
}

fn png(bytes: &[u8]) -> Strict<Vec<u8>> {
    let mut bytes = Bytes(bytes);
    bytes.take(8)?;
    loop {
        let length = bytes.number()?;
        let name: [u8; 4] = bytes.array()?;
        let content = bytes.take(length)?;
        bytes.take(4)?;
        if &name == b"caBX" {
            return Ok(content.to_owned());
        }
    }
}

fn wav(bytes: &[u8]) -> Strict<Vec<u8>> {
    let mut bytes = Bytes(bytes);
    bytes.take(12)?;
    loop {
        let name: [u8; 4] = bytes.array()?;
        let length = u32::from_le_bytes(bytes.array()?) as usize;
        let content = bytes.take(length)?;
        if length % 2 == 1 && bytes.take(1)? != [0] {
            return Err("the byte that fills a chunk is not zero".to_owned());
        }
        if &name == b"C2PA" {
            return Ok(content.to_owned());
        }
    }
}

/// Segments of a JPEG file that belong together, put together: each names the box that it is a part of.
fn jpeg(bytes: &[u8]) -> Strict<Vec<u8>> {
    let mut bytes = Bytes(bytes);
    bytes.take(2)?;
    let mut store: Vec<u8> = Vec::new();
    let mut parts = 0u32;
    loop {
        let [ff, marker] = bytes.array()?;
        if ff != 0xff || marker == 0xda || marker == 0xd9 {
            break;
        }
        let length = usize::from(u16::from_be_bytes(bytes.array()?)).checked_sub(2).ok_or("a segment has no size")?;
        let mut content = Bytes(bytes.take(length)?);
        if marker != 0xeb {
            if parts > 0 {
                break;
            }
            continue;
        }
        parts += 1;
        content.must_be(b"JP\x02\x11", "the head of a segment")?;
        content.must_be(&parts.to_be_bytes(), "the number of a segment")?;
        if parts > 1 {
            content.must_be(&store[..8], "the box that a segment goes on with")?;
        }
        store.extend_from_slice(content.0);
        if parts == 1 && store.len() < 8 {
            return Err("a segment holds no box".to_owned());
        }
    }
    if parts == 0 { Err("no segment holds it".to_owned()) } else { Ok(store) }
}

/// UUID of a box: four letters and what all share.
fn uuid(letters: &[u8; 4]) -> [u8; 16] {
    let mut uuid = *b"....\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71";
    uuid[..4].copy_from_slice(letters);
    uuid
}

/// A box that holds boxes.
struct Super<'a> {
    uuid: [u8; 16],
    label: &'a [u8],
    content: Bytes<'a>,
}

/// Reads the box at the front: its description must say just what is there.
fn superbox<'a>(bytes: &mut Bytes<'a>) -> Strict<Super<'a>> {
    let mut own = Bytes(plain(bytes, b"jumb")?);
    let mut description = Bytes(plain(&mut own, b"jumd")?);
    let uuid = description.array()?;
    let [switches] = description.array()?;
    let length = description.0.iter().position(|&b| b == 0).ok_or("a label does not end")?;
    let label = description.take(length)?;
    description.take(1)?;
    let salted = !description.0.is_empty();
    if salted {
        plain(&mut description, b"c2sh")?;
    }
    description.end("the description of a box")?;
    if switches != if salted { 0x13 } else { 0x03 } {
        return Err("the switches of a box are not as they are written".to_owned());
    }
    Ok(Super { uuid, label, content: own })
}

/// The content of the box `name` at the front.
fn plain<'a>(bytes: &mut Bytes<'a>, name: &[u8; 4]) -> Strict<&'a [u8]> {
    let length = bytes.number()?.checked_sub(8).ok_or("a box has no size")?;
    bytes.must_be(name, "the name of a box")?;
    bytes.take(length)
}

fn outermost(store: &[u8]) -> Strict<()> {
    let mut bytes = Bytes(store);
    let mut whole = superbox(&mut bytes)?;
    bytes.end("the credential")?;
    if whole.uuid != uuid(b"c2pa") || whole.label != b"c2pa" {
        return Err("the outermost box is not named as it is written".to_owned());
    }
    // What Bottega signs carries nobody else's manifest.
    let mut manifest = superbox(&mut whole.content)?;
    whole.content.end("the manifest")?;
    if manifest.uuid != uuid(b"c2ma") {
        return Err("the manifest is not named as it is written".to_owned());
    }
    // Of these, contents and labels stand in the claim, and the claim is signed.
    let names: [(&[u8; 4], &[u8]); 3] =
        [(b"c2as", b"c2pa.assertions"), (b"c2cl", b"c2pa.claim.v2"), (b"c2cs", b"c2pa.signature")];
    for (letters, label) in names {
        let mut found = superbox(&mut manifest.content)?;
        if found.uuid != uuid(letters) || found.label != label {
            return Err(format!("the box of {} is not named as it is written", String::from_utf8_lossy(label)));
        }
        match letters {
            b"c2as" => {
                while !found.content.0.is_empty() {
                    superbox(&mut found.content)?;
                }
            }
            b"c2cs" => signature(plain(&mut found.content, b"cbor")?)?,
            _ => drop(plain(&mut found.content, b"cbor")?),
        }
        found.content.end("the last of the boxes in a box")?;
    }
    manifest.content.end("the signature")
}

/// The signature: what is signed, padding of nothing but zeros, and 64 bytes.
fn signature(cose: &[u8]) -> Strict<()> {
    let mut bytes = Bytes(cose);
    bytes.must_be(&[0xd2, 0x84], "the head of the signature")?;
    let length = head(&mut bytes, 2)?;
    bytes.take(length)?;
    for _ in 0..head(&mut bytes, 5)? {
        let length = head(&mut bytes, 3)?;
        if !bytes.take(length)?.starts_with(b"pad") {
            return Err("beside the signature stands something that nobody signed".to_owned());
        }
        let length = head(&mut bytes, 2)?;
        if bytes.take(length)?.iter().any(|&b| b != 0) {
            return Err("the padding is not empty".to_owned());
        }
    }
    bytes.must_be(&[0xf6], "what is signed elsewhere")?;
    let length = head(&mut bytes, 2)?;
    bytes.take(length)?;
    bytes.end("the signature")
}

/// The length of a thing of the kind `major` of CBOR, written as shortly as can be.
fn head(bytes: &mut Bytes<'_>, major: u8) -> Strict<usize> {
    let [first] = bytes.array()?;
    let length = match first & 0x1f {
        short @ 0..=23 => usize::from(short),
        24 => usize::from(bytes.array::<1>()?[0]),
        25 => usize::from(u16::from_be_bytes(bytes.array()?)),
        _ => return Err("the signature is longer than any".to_owned()),
    };
    let shortest = match length {
        0..=23 => length as u8,
        24..=255 => 24,
        _ => 25,
    };
    if first == major << 5 | shortest { Ok(length) } else { Err("a length is not as it is written".to_owned()) }
}
