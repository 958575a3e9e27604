//! Subtitles inside the film.

use std::ffi::CStr;
use std::path::Path;

use ffmpeg_next as av;
use ffmpeg_next::ffi;

use super::{Cue, SubtitleError, Subtitles, ass};
use crate::probe::{Probe, tick};
use crate::source::Source;

/// Reads subtitle track `track` (0-based, in the probe's order) of the film at `path`.
///
/// # Errors
/// [`SubtitleError::Track`] if it is not text (pictures of text, as on discs, cannot be read).
pub fn embedded(path: &Path, probe: &Probe, track: usize) -> Result<Subtitles, SubtitleError> {
    let no = |cause: String| SubtitleError::Track { path: path.to_owned(), track, cause };
    let about = probe.subtitles.get(track).ok_or_else(|| no(format!("there are {}", probe.subtitles.len())))?;
    if !about.text {
        return Err(no(format!("it is {}", about.codec)));
    }
    let mut source = Source::open_known(path).map_err(|e| no(e.to_string()))?;
    source.only(about.stream);
    let stream = source.input.stream(about.stream).ok_or_else(|| no("it is gone".to_owned()))?;
    let base = tick(stream.time_base());
    let mut context = av::codec::Context::from_parameters(stream.parameters()).map_err(|e| no(e.to_string()))?;
    // SAFETY: a field of a context not yet open.
    unsafe { (*context.as_mut_ptr()).pkt_timebase = stream.time_base().into() };
    let mut decoder = context.decoder().subtitle().map_err(|e| no(e.to_string()))?;
    let origin = probe.picture.as_ref().map_or(0.0, |p| p.time_base.seconds(p.first_pts));
    let mut found = Subtitles::default();
    let mut bad = 0;
    while let Some(packet) = source.packet(about.stream) {
        let Some(pts) = packet.pts() else {
            bad += 1;
            continue;
        };
        let start = base.seconds(pts) - origin;
        let end = start + base.seconds(packet.duration());
        let ms = |seconds: f64| (seconds * 1000.0).round() as i64;
        match said(&mut decoder, &packet) {
            Some(text) => found.cues.push(Cue { start_ms: ms(start), end_ms: ms(end), text }),
            None => bad += 1,
        }
    }
    if bad > 0 {
        found.warnings.push(format!("{bad} subtitles of the track cannot be decoded"));
    }
    found.mended().ok_or_else(|| no("it holds no text".to_owned()))
}

/// The text in a packet; `None` if it cannot be decoded.
fn said(decoder: &mut av::decoder::Subtitle, packet: &av::Packet) -> Option<String> {
    use av::packet::Ref;
    let mut got = 0;
    // SAFETY: an all-zero AVSubtitle is its empty state; libav fills it, its texts are read while it lives, then it is
    // freed.
    unsafe {
        let mut subtitle: ffi::AVSubtitle = std::mem::zeroed();
        let decoded =
            ffi::avcodec_decode_subtitle2(decoder.as_mut_ptr(), &mut subtitle, &mut got, packet.as_ptr() as *mut _);
        if decoded < 0 {
            return None;
        }
        let mut lines = Vec::new();
        for i in 0..if got != 0 { subtitle.num_rects as usize } else { 0 } {
            let rect = *subtitle.rects.add(i);
            if !(*rect).ass.is_null() {
                // Eight fields come before the text: order, layer, style, name, three margins, effect.
                let line = CStr::from_ptr((*rect).ass).to_string_lossy();
                lines.push(ass::plain(line.splitn(9, ',').nth(8).unwrap_or_default()));
            } else if !(*rect).text.is_null() {
                lines.push(CStr::from_ptr((*rect).text).to_string_lossy().trim().to_owned());
            }
        }
        ffi::avsubtitle_free(&mut subtitle);
        Some(lines.join("\n"))
    }
}
