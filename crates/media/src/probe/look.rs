//! What only the first pictures tell: when the film begins, fields, pulldown, the timecode of an MPEG group.

use std::ffi::CStr;
use std::path::Path;

use ffmpeg_next::ffi;
use ffmpeg_next::frame::side_data::Type;

use super::{PictureStream, Scan};
use crate::Skip;
use crate::picture::stamp;
use crate::pictures::Decoder;

/// What was seen.
pub(super) struct Seen {
    /// Timestamp of the first picture that can be decoded; what comes before it leans on what is not in the file.
    pub(super) first_pts: Option<i64>,
    pub(super) scan: Scan,
    pub(super) telecine: bool,
    pub(super) timecode: Option<String>,
}

/// Decodes the first picture; a dozen of a codec that codes fields.
pub(super) fn first_pictures(path: &Path, picture: &PictureStream) -> Seen {
    let fields = matches!(picture.codec.as_str(), "mpeg1video" | "mpeg2video" | "h264" | "vc1");
    let most = if fields { 12 } else { 1 };
    let mut seen = Seen { first_pts: None, scan: Scan::Unknown, telecine: false, timecode: None };
    let Ok(mut decoder) = Decoder::open(path, picture, 1, Skip::LoopFilter) else { return seen };
    let (mut pictures, mut repeated, mut top, mut bottom) = (0, 0, 0, 0);
    while pictures < most
        && let Some(frame) = decoder.step(&mut 0, usize::MAX)
    {
        if pictures == 0 {
            seen.first_pts = stamp(&frame);
            seen.timecode = frame.side_data(Type::GOPTimecode).and_then(|d| group_timecode(d.data()));
        }
        pictures += 1;
        repeated += usize::from(frame.repeat() > 0.0);
        if frame.is_interlaced() {
            if frame.is_top_first() { top += 1 } else { bottom += 1 }
        }
    }
    if fields && pictures > 0 {
        seen.scan = if top + bottom == 0 {
            Scan::Progressive
        } else if top >= bottom {
            Scan::TopFirst
        } else {
            Scan::BottomFirst
        };
    }
    // Of 3:2 pulldown every other picture repeats a field; a stream that doubles every picture is slow, not telecined.
    seen.telecine = pictures > 1 && repeated * 3 >= pictures && repeated < pictures;
    seen
}

/// The 25-bit timecode of an MPEG group of pictures; zero says nothing, since encoders that know no better count from it.
fn group_timecode(data: &[u8]) -> Option<String> {
    let code = i64::from_ne_bytes(data.get(..8)?.try_into().ok()?) as u32 & 0x1ff_ffff;
    let mut text = [0 as libc::c_char; 32];
    // SAFETY: the buffer is larger than what the function writes at most (23 bytes).
    let text = unsafe {
        ffi::av_timecode_make_mpeg_tc_string(text.as_mut_ptr(), code);
        CStr::from_ptr(text.as_ptr()).to_str().ok()?.to_owned()
    };
    text.bytes().any(|b| (b'1'..=b'9').contains(&b)).then_some(text)
}
