//! How many boxes an MP4 or MOV file holds, before a reader is asked to hold them all: that of C2PA takes four times as long for
//! twice as many, so that a file of a megabyte could keep it for minutes. (ISO/IEC 14496-12, 4.2.)

use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// A film of three hours in fragments of a second holds fewer.
const MOST: usize = 40_000;

/// Boxes that hold boxes.
const HOLDERS: [&[u8; 4]; 16] = [
    b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"udta", b"dinf", b"mvex", b"moof", b"traf", b"mfra",
    b"tref", b"treg", b"schi", b"sinf",
];

/// Whether the file holds more boxes than any film; what cannot be read is left to who reads it next.
pub(crate) fn too_many(file: &mut (impl Read + Seek)) -> io::Result<bool> {
    let end = file.seek(SeekFrom::End(0))?;
    let mut file = BufReader::with_capacity(1 << 12, file);
    let (mut at, mut count) = (0, 0);
    file.seek(SeekFrom::Start(0))?;
    while at + 8 <= end && count <= MOST {
        let mut head = [0; 16];
        file.read_exact(&mut head[..8])?;
        count += 1;
        let short = u32::from_be_bytes(head[..4].try_into().expect("four bytes"));
        let (size, begins) = match short {
            1 if at + 16 <= end => {
                file.read_exact(&mut head[8..])?;
                (u64::from_be_bytes(head[8..].try_into().expect("eight bytes")), 16)
            }
            // To the end of what it lies in.
            0 => break,
            size => (size.into(), 8),
        };
        if size < begins || size > end - at {
            break;
        }
        // A box that holds boxes is walked into; their own ends are not needed to count them.
        let holds = HOLDERS.iter().any(|name| name[..] == head[4..8]);
        let next = if holds { at + begins } else { at + size };
        file.seek_relative((next - at - begins) as i64)?;
        at = next;
    }
    Ok(count > MOST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn boxes_beside_and_within_one_another_are_counted() {
        let of = |bytes: Vec<u8>| too_many(&mut Cursor::new(bytes)).unwrap();
        let free = b"\0\0\0\x08free";
        assert!(!of(free.repeat(MOST)) && of(free.repeat(MOST + 1)));
        let within = |n: usize| [&(8 * n as u32 + 8).to_be_bytes()[..], b"moov", &free.repeat(n)].concat();
        assert!(!of(within(MOST - 1)) && of(within(MOST)));
        // The content of a box that holds none is passed over.
        let data = |n: usize| [b"\0\0\0\x01mdat", &(8 * n as u64 + 16).to_be_bytes()[..], &free.repeat(n)].concat();
        assert!(!of(data(MOST)));
        assert!(!of(vec![]) && !of(b"\0\0\0\x07moov".repeat(MOST)) && !of(b"\0\0\0\0moov".repeat(MOST)));
        assert!(
            !of(b"\xff\xff\xff\xfffree\0".repeat(9)) && !of(b"\0\0\0\x01moov\xff\xff\xff\xff\xff\xff\xff\xff".to_vec())
        );
    }
}
