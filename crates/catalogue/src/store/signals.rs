//! Files with one value a frame: signals and sound of a reel.
//!
//! `signals` holds the sights of all frames in reel frames; `sound` the sound on the grid. Both are written whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use film::Clock;
use jobs::Whole;

use super::library::{Library, LibraryError};
use crate::reading::sight::Sight;
use crate::snapshot::{Signals, SoundSignals, SoundSpan, THUMB};

const SIGNALS: &[u8; 8] = b"BTGSIG\x00\x01";
const SOUND: &[u8; 8] = b"BTGSND\x00\x01";

/// The file of a reel's signals.
pub fn signals_file(folder: &Path) -> PathBuf {
    folder.join("signals")
}

/// The file of a reel's sound.
pub fn sound_file(folder: &Path) -> PathBuf {
    folder.join("sound")
}

/// Writes the sights of all frames.
pub fn write_sights(folder: &Path, sights: &[Sight]) -> std::io::Result<()> {
    let mut out = Vec::with_capacity(16 + sights.len() * Sight::BYTES);
    out.extend(SIGNALS);
    out.extend((sights.len() as u64).to_le_bytes());
    sights.iter().for_each(|s| s.write(&mut out));
    Whole::write(&signals_file(folder), &out)
}

/// Writes a reel's sound.
pub fn write_sound(path: &Path, sound: &SoundSignals) -> std::io::Result<()> {
    let mut out = SOUND.to_vec();
    out.extend((sound.loudness.len() as u64).to_le_bytes());
    for values in [&sound.loudness, &sound.level, &sound.voice, &sound.music, &sound.onset] {
        values.iter().for_each(|v| out.extend(v.to_le_bytes()));
    }
    out.extend(serde_json::to_vec(&sound.spans).expect("spans are JSON"));
    Whole::write(path, &out)
}

/// Reads a reel's sound; `None` if there is no such file, or it is not of this version.
pub fn read_sound(path: &Path) -> Option<SoundSignals> {
    let bytes = fs::read(path).ok()?;
    let bytes = bytes.strip_prefix(SOUND)?;
    let (n, mut bytes) = bytes.split_at_checked(8)?;
    let n = usize::try_from(u64::from_le_bytes(n.try_into().ok()?)).ok()?;
    let mut values = || -> Option<Vec<f32>> {
        let (head, tail) = bytes.split_at_checked(n.checked_mul(4)?)?;
        bytes = tail;
        Some(head.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().expect("four bytes"))).collect())
    };
    let (loudness, level, voice, music, onset) = (values()?, values()?, values()?, values()?, values()?);
    let spans: Vec<SoundSpan> = serde_json::from_slice(bytes).ok()?;
    Some(SoundSignals { loudness, level, voice, music, onset, spans })
}

/// Reads a reel's signals onto the grid of its clock.
pub(crate) fn read_signals(library: &Library, folder: &Path, clock: &Clock) -> Result<Arc<Signals>, LibraryError> {
    let path = signals_file(folder);
    let bytes = fs::read(&path).map_err(|e| library.file(&path, e))?;
    let broken = || LibraryError::File {
        path: path.clone(),
        cause: "it is damaged; remove it and ingest the film again".to_owned(),
    };
    let body = bytes.strip_prefix(SIGNALS).and_then(|b| b.get(8..)).ok_or_else(broken)?;
    if body.len() != clock.frames() as usize * Sight::BYTES {
        return Err(broken());
    }
    let n = clock.grid_len() as usize;
    let fps = clock.rate().fps() as f32;
    let mut out = Signals::default();
    out.thumbs.reserve(n * THUMB);
    let mut shown = -1;
    for grid in 0..n as i64 {
        let frame = clock.frame_at(grid);
        let at = frame as usize * Sight::BYTES;
        let s = Sight::read(&body[at..]).ok_or_else(broken)?;
        // A grid frame that repeats the one before does not move.
        let new = f32::from(u8::from(frame != shown));
        shown = frame;
        out.luma.push(s.luma);
        out.contrast.push(s.contrast);
        out.saturation.push(s.saturation);
        out.change.push(s.change * new);
        out.motion.push(s.motion * fps * new);
        out.camera.push(s.camera.map(|c| c * fps * new));
        out.object.push(s.object * fps * new);
        out.sharpness.push(s.sharpness);
        out.focus.push(s.focus);
        out.thumbs.extend(s.thumb);
    }
    Ok(Arc::new(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::SoundKind;
    use film::FrameRange;

    #[test]
    fn sound_round_trips_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let path = sound_file(dir.path());
        let spans = vec![SoundSpan { range: FrameRange::new(0, 2), kind: SoundKind::Speech, confidence: 0.5 }];
        let v = |x: f32| vec![x, x + 1.0];
        let sound =
            SoundSignals { loudness: v(-20.0), level: v(-30.0), voice: v(0.0), music: v(0.1), onset: v(0.2), spans };
        write_sound(&path, &sound).unwrap();
        assert_eq!(read_sound(&path), Some(sound));
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(read_sound(&path), None);
    }
}
