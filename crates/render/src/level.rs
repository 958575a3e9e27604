//! A mix brought to its loudness.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jobs::Cancel;
use media::encode::Writer;

use crate::loudness::{Limiter, LoudnessTarget, Measured, Meter, decibels};
use crate::master::{RenderError, scratch};
use crate::mix::Mix;

/// More than this is not raised: what is so quiet is mostly noise.
const MOST_GAIN: f64 = 30.0;

/// More than this the limiter may not take off the loudness; beyond it, music is crushed.
const MOST_LIMITING: f64 = 3.0;

/// Sound ready to be written, with what was measured of it.
pub(crate) struct Leveled {
    file: BufReader<File>,
    /// Samples, and how many were written.
    length: i64,
    written: i64,
    pub(crate) measured: Measured,
    pub(crate) notes: Vec<String>,
}

impl Leveled {
    /// Writes the samples up to `until` (or the end).
    pub(crate) fn write_to(&mut self, writer: &mut Writer, until: i64) -> Result<(), RenderError> {
        let mut samples = Vec::new();
        while self.written < until.min(self.length) {
            let n = (until.min(self.length) - self.written).min(48_000);
            read(&mut self.file, n as usize, &mut samples).expect("the scratch file holds what was written to it");
            writer.sound(&samples)?;
            self.written += n;
        }
        Ok(())
    }
}

/// Mixes, measures, and brings to `target`; sound passes through files in `folder`, so that memory stays small.
pub(crate) fn level(
    mut mix: Mix,
    target: LoudnessTarget,
    lossy: bool,
    folder: &Path,
    cancel: &Cancel,
) -> Result<Leveled, RenderError> {
    let failed = |error: std::io::Error| RenderError::Write { path: folder.to_owned(), error };
    let length = mix.len();
    let (mut raw, mut meter, mut block) = (BufWriter::new(scratch(folder)?), Meter::new(), Vec::new());
    loop {
        cancel.check()?;
        mix.read(&mut block)?;
        if block.is_empty() {
            break;
        }
        meter.hear(&block);
        write(&mut raw, &block).map_err(failed)?;
    }
    let mut raw = raw.into_inner().map_err(|e| failed(e.into_error()))?;
    let before = meter.end();
    let mut notes = std::mem::take(&mut mix.notes);
    let Some(lufs) = before.lufs else {
        notes.push("the sound is silent from beginning to end; its loudness was left alone".to_owned());
        raw.rewind().map_err(failed)?;
        return Ok(Leveled { file: BufReader::new(raw), length, written: 0, measured: before, notes });
    };
    // An AAC decoder gives back peaks that its encoder did not get.
    let margin = if lossy { 0.7 } else { 0.02 };
    let mut ceiling = f64::from(target.peak) - margin;
    let wanted = f64::from(target.lufs) - lufs;
    let first = wanted.min(MOST_GAIN);
    let mut gain = first;
    let mut result: Option<(File, Measured)> = None;
    for _ in 0..6 {
        let (file, measured, deepest) = pass(&mut raw, length, gain, ceiling, folder, cancel)?;
        let error = f64::from(target.lufs) - measured.lufs.unwrap_or(-70.0);
        let over = measured.peak_dbtp - (f64::from(target.peak) - margin) - 0.01;
        let crushed = gain + lufs - measured.lufs.unwrap_or(-70.0) > MOST_LIMITING;
        result = Some((file, measured));
        if over > 0.0 {
            ceiling -= over + 0.01;
        } else if crushed {
            let reached = result.as_ref().and_then(|r| r.1.lufs).unwrap_or(-70.0);
            if error.abs() > 0.2 {
                notes.push(format!("the sound reaches {reached:.1} LUFS and not {:.1}: its peaks stand far above the rest, and holding them back further (now {:.1} dB at most) would crush it", target.lufs, -decibels(f64::from(deepest))));
            }
            break;
        } else if error.abs() <= 0.1 || first < wanted {
            break;
        } else {
            gain = (gain + error).min(MOST_GAIN);
        }
    }
    if first < wanted {
        notes.push(format!("the sound is very quiet ({lufs:.1} LUFS) and was raised by {MOST_GAIN} dB only; beyond that, noise would be heard"));
    }
    let (file, measured) = result.expect("there was a pass");
    Ok(Leveled { file: BufReader::new(file), length, written: 0, measured, notes })
}

/// One way through gain and limiter; gives the file, what was measured, and the deepest reduction.
fn pass(
    raw: &mut File,
    length: i64,
    gain: f64,
    ceiling: f64,
    folder: &Path,
    cancel: &Cancel,
) -> Result<(File, Measured, f32), RenderError> {
    let failed = |error: std::io::Error| RenderError::Write { path: folder.to_owned(), error };
    raw.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut from = BufReader::new(raw);
    let mut to = BufWriter::new(scratch(folder)?);
    let (mut limiter, mut meter) = (Limiter::new(gain, ceiling), Meter::new());
    let (mut samples, mut out) = (Vec::new(), Vec::new());
    let mut left = length;
    loop {
        cancel.check()?;
        let n = left.min(48_000);
        out.clear();
        if n > 0 {
            read(&mut from, n as usize, &mut samples).map_err(failed)?;
            limiter.push(&samples, &mut out);
            left -= n;
        } else {
            limiter.flush(&mut out);
        }
        meter.hear(&out);
        write(&mut to, &out).map_err(failed)?;
        if n == 0 {
            break;
        }
    }
    let mut file = to.into_inner().map_err(|e| failed(e.into_error()))?;
    file.rewind().map_err(failed)?;
    Ok((file, meter.end(), limiter.deepest))
}

fn write(file: &mut impl Write, samples: &[f32]) -> std::io::Result<()> {
    let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    file.write_all(&bytes)
}

/// Reads `n` stereo samples.
fn read(file: &mut impl Read, n: usize, samples: &mut Vec<f32>) -> std::io::Result<()> {
    let mut bytes = vec![0u8; n * 8];
    file.read_exact(&mut bytes)?;
    samples.clear();
    samples.extend(bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
    Ok(())
}
