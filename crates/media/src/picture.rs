//! One picture, as the decoder left it.

use std::ffi::CStr;

use ffmpeg_next as av;
use ffmpeg_next::ffi;
use film::{Color, ColorRange, Matrix, Primaries, Transfer};

/// A picture in planes: a libav frame, never copied.
///
/// Sizes are as coded, before rotation and pixel aspect. Samples of more than 8 bits are 16-bit words of this machine's
/// order (big-endian formats, which are rare, keep theirs: [`Picture::format`] says so).
pub struct Picture {
    frame: av::frame::Video,
    layout: Layout,
    number: i64,
}

/// One plane of a picture.
#[derive(Clone, Copy)]
pub struct Plane<'a> {
    /// Rows of `stride` bytes; the last row may be shorter, yet holds all its samples.
    pub bytes: &'a [u8],
    /// Bytes from a row to the next.
    pub stride: usize,
    /// Samples in a row (of packed formats: pixels).
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// Why a decoded picture cannot be given out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PictureError {
    /// No such pixel format.
    #[error("its pixel format, {0}, is not known")]
    Format(String),
    /// Too large, too small, or no memory.
    #[error("a picture of {0}x{1} pixels could not be made")]
    Size(u32, u32),
}

impl Picture {
    /// An empty picture of `layout`.
    fn new(layout: Layout, width: u32, height: u32) -> Result<Picture, PictureError> {
        let mut frame = av::frame::Video::empty();
        // SAFETY: the frame is empty and ours; libav checks the sizes and allocates all planes or none.
        let made = unsafe {
            let raw = frame.as_mut_ptr();
            (*raw).format = layout.code;
            (*raw).width = i32::try_from(width).unwrap_or(0);
            (*raw).height = i32::try_from(height).unwrap_or(0);
            ffi::av_frame_get_buffer(raw, 0)
        };
        if made < 0 { Err(PictureError::Size(width, height)) } else { Ok(Picture { frame, layout, number: 0 }) }
    }

    /// The decoded frame `frame`; rows from bottom to top, as old AVI files hold them, are turned round by a copy.
    pub(crate) fn of(frame: av::frame::Video, number: i64) -> Result<Picture, PictureError> {
        // SAFETY: fields of a live frame.
        let (code, upward) = unsafe { ((*frame.as_ptr()).format, (*frame.as_ptr()).linesize[0] < 0) };
        let layout = Layout::of(code).ok_or_else(|| PictureError::Format(format!("number {code}")))?;
        if !upward {
            return Ok(Picture { frame, layout, number });
        }
        let mut turned = Picture::new(layout, frame.width(), frame.height())?;
        turned.number = number;
        // SAFETY: two live frames of one format and size.
        unsafe {
            ffi::av_frame_copy(turned.frame.as_mut_ptr(), frame.as_ptr());
            ffi::av_frame_copy_props(turned.frame.as_mut_ptr(), frame.as_ptr());
        }
        Ok(turned)
    }

    /// Frame number: the rank of its presentation timestamp in its reel.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Presentation timestamp in ticks of the reel's time base.
    pub fn pts(&self) -> i64 {
        stamp(&self.frame).unwrap_or(0)
    }

    /// Width in pixels.
    pub fn width(&self) -> u32 {
        self.frame.width()
    }

    /// Height in pixels.
    pub fn height(&self) -> u32 {
        self.frame.height()
    }

    /// Name of the pixel format, as libav calls it: `yuv420p10le`.
    pub fn format(&self) -> &'static str {
        self.layout().name()
    }

    /// Significant bits of a sample.
    pub fn bits(&self) -> u8 {
        self.layout().bits()
    }

    /// How planes are laid out.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// How many planes: 3 of `yuv420p`, 2 of `nv12`, 1 of gray and packed formats.
    pub fn planes(&self) -> usize {
        self.layout().planes()
    }

    /// Plane `i`.
    ///
    /// # Panics
    /// If there is no such plane.
    pub fn plane(&self, i: usize) -> Plane<'_> {
        let (width, height, row) = self.layout().plane(i, self.width() as usize, self.height() as usize);
        let (data, stride) = self.raw_plane(i);
        // SAFETY: libav allocates `height` rows of `stride` bytes a plane, each at least `row` long; they live as long as
        // the frame, which is borrowed.
        let bytes = unsafe { std::slice::from_raw_parts(data, stride * (height - 1) + row) };
        Plane { bytes, stride, width, height }
    }

    fn raw_plane(&self, i: usize) -> (*mut u8, usize) {
        // SAFETY: `i` was checked by `Layout::plane`; fields of a live frame.
        let (data, stride) = unsafe { ((*self.frame.as_ptr()).data[i], (*self.frame.as_ptr()).linesize[i]) };
        assert!(!data.is_null() && stride > 0, "rows run from top to bottom since Picture::of");
        (data, stride as usize)
    }

    /// The colour tags this picture carries.
    pub fn color(&self) -> Color {
        // SAFETY: the tags are read as numbers, since a file may hold one that no header names.
        unsafe {
            let raw = self.frame.as_ptr();
            tags(
                &raw const (*raw).color_primaries as *const u32,
                &raw const (*raw).color_trc as *const u32,
                &raw const (*raw).colorspace as *const u32,
                &raw const (*raw).color_range as *const u32,
            )
        }
    }

    /// Whether it was coded by itself.
    pub fn key(&self) -> bool {
        self.frame.is_key()
    }

    /// Whether it holds two fields of different instants.
    pub fn interlaced(&self) -> bool {
        self.frame.is_interlaced()
    }

    /// Whether the upper field comes first, where it is interlaced.
    pub fn top_first(&self) -> bool {
        self.frame.is_top_first()
    }

    /// Whether the decoder found damage in it.
    pub fn damaged(&self) -> bool {
        // SAFETY: fields of a live frame.
        unsafe { (*self.frame.as_ptr()).decode_error_flags != 0 || self.frame.is_corrupt() }
    }

    pub(crate) fn frame(&self) -> &av::frame::Video {
        &self.frame
    }
}

/// A frame's own timestamp, or libav's best guess.
pub(crate) fn stamp(frame: &av::frame::Video) -> Option<i64> {
    frame.pts().or(frame.timestamp())
}

/// Reads four tags by address.
///
/// # Safety
/// Each must point to a live 32-bit enumeration.
pub(crate) unsafe fn tags(primaries: *const u32, transfer: *const u32, matrix: *const u32, range: *const u32) -> Color {
    // SAFETY: the caller's promise.
    let [p, t, m, r] = unsafe { [*primaries, *transfer, *matrix, *range] };
    Color {
        primaries: Primaries::from_code(p),
        transfer: Transfer::from_code(t),
        matrix: Matrix::from_code(m),
        range: match r {
            1 => Some(ColorRange::Limited),
            2 => Some(ColorRange::Full),
            _ => None,
        },
    }
}

/// How a pixel format lays samples out.
#[derive(Clone, Copy)]
pub(crate) struct Layout {
    descriptor: &'static ffi::AVPixFmtDescriptor,
    code: i32,
}

impl Layout {
    pub(crate) fn of(code: i32) -> Option<Layout> {
        let mut at = std::ptr::null();
        loop {
            // SAFETY: walks libav's constant table; ids are compared as numbers, so that no code makes an invalid enum.
            unsafe {
                at = ffi::av_pix_fmt_desc_next(at);
                let descriptor = at.as_ref()?;
                if ffi::av_pix_fmt_desc_get_id(at) as i32 == code {
                    return Some(Layout { descriptor, code });
                }
            }
        }
    }

    pub(crate) fn name(self) -> &'static str {
        // SAFETY: names are constant ASCII texts.
        unsafe { CStr::from_ptr(self.descriptor.name) }.to_str().unwrap_or("unknown")
    }

    pub(crate) fn bits(self) -> u8 {
        self.descriptor.comp[0].depth as u8
    }

    pub(crate) fn is_rgb(self) -> bool {
        self.descriptor.flags & u64::from(ffi::AV_PIX_FMT_FLAG_RGB as u32) != 0
    }

    /// `4:2:0`, `4:0:0` for gray, `RGB`.
    pub(crate) fn chroma(self) -> String {
        let d = self.descriptor;
        if self.is_rgb() || d.flags & u64::from(ffi::AV_PIX_FMT_FLAG_PAL as u32) != 0 {
            return "RGB".to_owned();
        }
        if d.nb_components < 3 {
            return "4:0:0".to_owned();
        }
        match (d.log2_chroma_w, d.log2_chroma_h) {
            (0, 0) => "4:4:4",
            (1, 0) => "4:2:2",
            (1, 1) => "4:2:0",
            (0, 1) => "4:4:0",
            (2, 0) => "4:1:1",
            (2, 2) => "4:1:0",
            _ => "other",
        }
        .to_owned()
    }

    pub(crate) fn planes(self) -> usize {
        let n = self.descriptor.nb_components as usize;
        self.descriptor.comp[..n].iter().map(|c| c.plane as usize + 1).max().unwrap_or(1)
    }

    /// Samples in a row, rows, and bytes of a row of plane `i`.
    fn plane(self, i: usize, width: usize, height: usize) -> (usize, usize, usize) {
        assert!(i < self.planes(), "{} has {} planes, no plane {i}", self.name(), self.planes());
        let d = self.descriptor;
        let n = d.nb_components as usize;
        // Chroma are components 1 and 2; alpha, component 3, is as large as luma.
        let chroma =
            d.comp[..n].iter().enumerate().all(|(c, at)| at.plane as usize != i || (n >= 3 && (c == 1 || c == 2)))
                && !self.is_rgb();
        let (w, h) = if chroma {
            (width.div_ceil(1 << d.log2_chroma_w), height.div_ceil(1 << d.log2_chroma_h))
        } else {
            (width, height)
        };
        // SAFETY: `code` came from the table; libav computes from constants.
        let row = unsafe {
            ffi::av_image_get_linesize(
                std::mem::transmute::<i32, ffi::AVPixelFormat>(self.code),
                width as i32,
                i as i32,
            )
        };
        (w, h, row.max(0) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Layout {
        let format: av::format::Pixel = name.parse().unwrap();
        Layout::of(ffi::AVPixelFormat::from(format) as i32).unwrap()
    }

    #[test]
    fn planes_of_odd_sizes_round_up() {
        for (format, planes) in [
            ("yuv420p", vec![(33, 17), (17, 9), (17, 9)]),
            ("yuv422p10le", vec![(33, 17), (17, 17), (17, 17)]),
            ("yuva444p", vec![(33, 17); 4]),
            ("gbrp12le", vec![(33, 17); 3]),
            ("gray", vec![(33, 17)]),
            ("nv12", vec![(33, 17), (17, 9)]),
            ("rgb24", vec![(33, 17)]),
        ] {
            let picture = Picture::new(named(format), 33, 17).unwrap();
            assert_eq!(picture.planes(), planes.len(), "{format}");
            for (i, &(w, h)) in planes.iter().enumerate() {
                let plane = picture.plane(i);
                assert_eq!((plane.width, plane.height), (w, h), "{format} plane {i}");
                assert!(plane.bytes.len() > plane.stride * (h - 1));
            }
        }
        assert_eq!(Picture::new(named("yuv422p10le"), 2, 2).unwrap().bits(), 10);
        assert!(matches!(Picture::new(named("gray"), 0, 2), Err(PictureError::Size(0, 2))));
    }
}
