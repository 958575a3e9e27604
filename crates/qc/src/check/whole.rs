//! Whether the file is all there.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use film::FrameRange;

use super::Film;
use crate::{Finding, Severity};

/// What the headers and the scan complained of, and how many frames of those announced could be decoded.
pub fn whole(film: &Film<'_>, path: &Path, decoded: i64) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    // The same complaint of frame after frame is said once.
    let kind = |warning: &str| warning.replace(|c: char| c.is_ascii_digit(), "");
    let mut said: Vec<(String, &String, usize)> = Vec::new();
    for warning in film.probe.warnings.iter().chain(&film.index.warnings) {
        match said.iter_mut().find(|(same, ..)| *same == kind(warning)) {
            Some((_, _, count)) => *count += 1,
            None => said.push((kind(warning), warning, 1)),
        }
    }
    for (_, warning, count) in said {
        // Whatever is mended or assumed is worth a look; what is not there, stops.
        let lost = ["cut off", "missing", "left out", "have no picture", "cannot be decoded"];
        let lost = lost.iter().any(|words| warning.contains(words));
        let severity = if lost { Severity::Error } else { Severity::Warning };
        let more = if count > 1 { format!(" (and {} more like it)", count - 1) } else { String::new() };
        findings.push(Finding::new("whole", severity, film.whole(), format!("{warning}{more}")));
    }
    let missing = film.frames() - decoded;
    // The decoder names the frames it could not decode, but gives up counting where there are very many.
    if missing > 100 {
        let detail = format!("{missing} of {} frames cannot be decoded", film.frames());
        let finding = Finding::new("whole", Severity::Error, film.whole(), detail);
        findings.push(finding.measured(decoded as f64, film.frames() as f64));
    }
    if film.probe.container.contains("mpegts")
        && let Ok(transport) = Transport::read(path)
    {
        let mut say = |severity, range, detail: String| findings.push(Finding::new("whole", severity, range, detail));
        if transport.before > 0 {
            let head = FrameRange::new(0, film.frames().min(1));
            let detail = format!(
                "the file begins in the middle of a packet: its head is missing ({} stray bytes)",
                transport.before
            );
            say(Severity::Error, head, detail);
        }
        if !transport.tables {
            say(Severity::Error, film.whole(), "the file has no program table: its head is missing".to_owned());
        }
        if transport.lost > 0 {
            let detail = format!("{} transport packets are missing or damaged inside the file", transport.lost);
            say(Severity::Error, film.whole(), detail);
        }
    }
    findings
}

/// What the packets of an MPEG transport stream tell of their completeness (ISO/IEC 13818-1, 2.4.3).
#[derive(Debug, PartialEq)]
struct Transport {
    /// Bytes before the first whole packet.
    before: usize,
    /// Whether a program association table is there.
    tables: bool,
    /// Jumps of the continuity counters, and losses of the packets' beat.
    lost: usize,
}

impl Transport {
    const SYNC: u8 = 0x47;

    fn read(path: &Path) -> io::Result<Transport> {
        let mut head = vec![0; 1 << 12];
        let mut file = File::open(path)?;
        let n = read_full(&mut file, &mut head)?;
        head.truncate(n);
        // Blu-ray files put four bytes of time before each packet.
        let beat = |at: usize, size: usize| (0..5).all(|i| head.get(at + i * size) == Some(&Transport::SYNC));
        let found =
            [188usize, 192].into_iter().find_map(|size| (0..size).find(|&at| beat(at, size)).map(|at| (at, size)));
        let Some((first, size)) = found else {
            return Ok(Transport { before: 0, tables: true, lost: 0 });
        };
        let stamp = size - 188;
        let before = if first >= stamp { first - stamp } else { first };
        let mut packets = BufReader::with_capacity(1 << 16, File::open(path)?);
        io::copy(&mut (&mut packets).take(first as u64), &mut io::sink())?;
        Transport::count(packets, size, before)
    }

    fn count(mut packets: impl Read, size: usize, before: usize) -> io::Result<Transport> {
        let mut transport = Transport { before, tables: false, lost: 0 };
        let mut counters = [None::<u8>; 8192];
        let mut packet = vec![0; size];
        while read_full(&mut packets, &mut packet)? >= 188 {
            if packet[0] != Transport::SYNC || packet[1] & 0x80 != 0 {
                transport.lost += 1;
                continue;
            }
            let pid = usize::from(packet[1] & 0x1F) << 8 | usize::from(packet[2]);
            let (adaptation, payload) = (packet[3] & 0x20 != 0, packet[3] & 0x10 != 0);
            let discontinuity = adaptation && packet[4] > 0 && packet[5] & 0x80 != 0;
            transport.tables |= pid == 0;
            // Stuffing counts nothing, and a packet may be sent twice.
            if pid == 0x1FFF || !payload {
                continue;
            }
            let counter = packet[3] & 0x0F;
            if let Some(last) = counters[pid].replace(counter)
                && !discontinuity
                && counter != last
                && counter != (last + 1) & 0x0F
            {
                transport.lost += 1;
            }
        }
        Ok(transport)
    }
}

fn read_full(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match from.read(&mut into[n..])? {
            0 => break,
            more => n += more,
        }
    }
    Ok(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(pid: u16, counter: u8) -> Vec<u8> {
        let mut p = vec![0xFF; 188];
        p[..4].copy_from_slice(&[0x47, (pid >> 8) as u8, pid as u8, 0x10 | counter]);
        p
    }

    #[test]
    fn lost_packets_and_heads() {
        let dir = tempfile::tempdir().unwrap();
        let stream: Vec<u8> = (0..40u8).flat_map(|n| [packet(0, n & 15), packet(256, n & 15)].concat()).collect();
        let file = |bytes: &[u8]| {
            let path = dir.path().join("a.ts");
            std::fs::write(&path, bytes).unwrap();
            Transport::read(&path).unwrap()
        };
        assert_eq!(file(&stream), Transport { before: 0, tables: true, lost: 0 });
        assert_eq!(file(&stream[512..]), Transport { before: 52, tables: true, lost: 0 });
        let hole = [&stream[..188 * 20], &stream[188 * 24..]].concat();
        assert_eq!(file(&hole).lost, 2, "one for each stream");
        let headless: Vec<u8> = (0..40u8).flat_map(|n| packet(256, n & 15)).collect();
        assert!(!file(&headless).tables);
    }
}
