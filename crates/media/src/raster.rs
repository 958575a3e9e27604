//! A picture that may be written to.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::format::Pixel;
use film::{Color, ColorRange, Matrix, Primaries, Transfer};

/// A picture in memory whose samples may be changed: what is made, as a [`crate::Picture`] is what was found.
///
/// A clone shares the samples until one of the two is written to.
///
/// ```
/// use media::Raster;
/// let mut black = Raster::new("yuv420p", 64, 36).unwrap();
/// black.fill(&[16, 128, 128]);
/// assert_eq!(black.plane(1).width, 32);
/// ```
pub struct Raster {
    frame: ffmpeg::frame::Video,
    layout: Layout,
}

/// How the samples of a planar format lie: what arithmetic on a picture must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// libav's name of it: `yuv420p10le`.
    pub format: String,
    /// Bits of a sample; 9 and more are stored in two bytes, the low one first.
    pub bits: u8,
    /// Columns of luma to one of chroma, as a power of two.
    pub chroma_across: u8,
    /// Lines of luma to one of chroma, as a power of two.
    pub chroma_down: u8,
    /// Red, green and blue (in the order G, B, R) and not luma and chroma.
    pub rgb: bool,
    /// Planes: 1 of a gray picture, else 3.
    pub planes: usize,
}

impl Layout {
    /// The layout of a planar format without alpha; `None` of any other format.
    pub fn of(format: &str) -> Option<Layout> {
        let pixel: Pixel = format.parse().ok()?;
        let descriptor = pixel.descriptor()?;
        // SAFETY: libav's descriptors are constants that live as long as the program.
        let d = unsafe { &*descriptor.as_ptr() };
        let flags = d.flags;
        let has = |flag: i64| flags & flag as u64 != 0;
        let gray = d.nb_components == 1;
        let planar = gray || has(i64::from(ffi::AV_PIX_FMT_FLAG_PLANAR));
        let barred = [
            ffi::AV_PIX_FMT_FLAG_ALPHA,
            ffi::AV_PIX_FMT_FLAG_HWACCEL,
            ffi::AV_PIX_FMT_FLAG_PAL,
            ffi::AV_PIX_FMT_FLAG_BAYER,
            ffi::AV_PIX_FMT_FLAG_FLOAT,
            ffi::AV_PIX_FMT_FLAG_BITSTREAM,
            ffi::AV_PIX_FMT_FLAG_BE,
        ];
        let bits = d.comp[0].depth as u8;
        let own_planes = (0..usize::from(d.nb_components)).all(|i| {
            d.comp[i].step == if bits > 8 { 2 } else { 1 }
                && d.comp[i].shift == 0
                && i32::from(d.comp[i].depth as u8) == i32::from(bits)
        });
        if !planar || barred.iter().any(|&flag| has(i64::from(flag))) || !own_planes || !(gray || d.nb_components == 3)
        {
            return None;
        }
        Some(Layout {
            format: format.to_owned(),
            bits,
            chroma_across: d.log2_chroma_w,
            chroma_down: d.log2_chroma_h,
            rgb: has(i64::from(ffi::AV_PIX_FMT_FLAG_RGB)),
            planes: usize::from(d.nb_components),
        })
    }

    /// Bytes of a sample.
    pub fn bytes(&self) -> usize {
        if self.bits > 8 { 2 } else { 1 }
    }

    /// Samples across and lines of plane `plane` of a picture `width` by `height`.
    pub fn plane_size(&self, plane: usize, width: u32, height: u32) -> (usize, usize) {
        if plane == 0 || self.rgb {
            (width as usize, height as usize)
        } else {
            (width.div_ceil(1 << self.chroma_across) as usize, height.div_ceil(1 << self.chroma_down) as usize)
        }
    }

    /// Code values of a gray of brightness 0 (black) to 1 (white), one a plane.
    pub fn gray(&self, brightness: f32, range: ColorRange) -> [u16; 3] {
        let (scale, top) = (f32::from(1u16 << (self.bits - 8)), ((1u32 << self.bits) - 1) as f32);
        let luma = match range {
            ColorRange::Limited => (16.0 + 219.0 * brightness) * scale,
            ColorRange::Full => top * brightness,
        };
        let luma = luma.round() as u16;
        if self.rgb { [luma; 3] } else { [luma, 1 << (self.bits - 1), 1 << (self.bits - 1)] }
    }
}

/// Samples of one plane, to read.
pub struct Samples<'a> {
    /// Bytes, line by line, `stride` bytes a line.
    pub bytes: &'a [u8],
    /// Bytes from one line to the next.
    pub stride: usize,
    /// Samples across.
    pub width: usize,
    /// Lines.
    pub height: usize,
}

/// Samples of one plane, to write.
pub struct SamplesMut<'a> {
    /// Bytes, line by line, `stride` bytes a line.
    pub bytes: &'a mut [u8],
    /// Bytes from one line to the next.
    pub stride: usize,
    /// Samples across.
    pub width: usize,
    /// Lines.
    pub height: usize,
}

/// Why a picture could not be made or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RasterError {
    /// Not a format whose planes can be worked on.
    #[error("pictures in the format `{0}` cannot be worked on; convert them to a planar one first")]
    Format(String),
    /// No memory, or a size beyond libav.
    #[error("no picture of {width}x{height} in `{format}` can be held: {reason}")]
    Memory {
        /// Pixels across.
        width: u32,
        /// Lines.
        height: u32,
        /// Format.
        format: String,
        /// What libav said.
        reason: String,
    },
}

impl Raster {
    /// A picture of `format` (planar, no alpha), its samples not yet set.
    pub fn new(format: &str, width: u32, height: u32) -> Result<Raster, RasterError> {
        let layout = Layout::of(format).ok_or_else(|| RasterError::Format(format.to_owned()))?;
        let pixel: Pixel = format.parse().expect("its layout is known");
        let mut frame = ffmpeg::frame::Video::empty();
        frame.set_format(pixel);
        frame.set_width(width);
        frame.set_height(height);
        // SAFETY: the frame is fresh and has its format and size; libav allocates its buffers or says why not.
        let code = unsafe { ffi::av_frame_get_buffer(frame.as_mut_ptr(), 64) };
        if code < 0 {
            return Err(RasterError::Memory {
                width,
                height,
                format: format.to_owned(),
                reason: ffmpeg::Error::from(code).to_string(),
            });
        }
        Ok(Raster { frame, layout })
    }

    /// The same samples as a frame of libav's, shared, seen as format `format` (which must lie in memory the same way).
    pub(crate) fn share(frame: &ffmpeg::frame::Video, format: &str) -> Result<Raster, RasterError> {
        let layout = Layout::of(format).ok_or_else(|| RasterError::Format(format.to_owned()))?;
        let mut copy = reference(frame).map_err(|e| RasterError::Memory {
            width: frame.width(),
            height: frame.height(),
            format: format.to_owned(),
            reason: e.to_string(),
        })?;
        copy.set_format(format.parse().expect("its layout is known"));
        Ok(Raster { frame: copy, layout })
    }

    pub(crate) fn frame(&self) -> &ffmpeg::frame::Video {
        &self.frame
    }

    pub(crate) fn frame_mut(&mut self) -> &mut ffmpeg::frame::Video {
        &mut self.frame
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.frame.width()
    }

    /// Lines.
    pub fn height(&self) -> u32 {
        self.frame.height()
    }

    /// How its samples lie.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Its colour tags.
    pub fn color(&self) -> Color {
        color_of(&self.frame)
    }

    /// Sets its colour tags; an unknown one is written as unspecified.
    pub fn set_color(&mut self, color: Color) {
        let (p, t, m, r) = tags(color);
        // SAFETY: plain fields of a frame that is ours.
        unsafe {
            let f = self.frame.as_mut_ptr();
            (*f).color_primaries = p;
            (*f).color_trc = t;
            (*f).colorspace = m;
            (*f).color_range = r;
        }
    }

    /// Samples of plane `plane`.
    pub fn plane(&self, plane: usize) -> Samples<'_> {
        let (width, height) = self.layout.plane_size(plane, self.width(), self.height());
        let (data, stride) = self.raw(plane);
        // SAFETY: libav's buffer holds `height` lines `stride` apart, the last at least `width` samples long.
        let bytes = unsafe { std::slice::from_raw_parts(data, stride * (height - 1) + width * self.layout.bytes()) };
        Samples { bytes, stride, width, height }
    }

    /// Samples of plane `plane` to write; copies them first if another picture shares them.
    pub fn plane_mut(&mut self, plane: usize) -> SamplesMut<'_> {
        // SAFETY: the frame is ours and refers to buffers.
        let code = unsafe { ffi::av_frame_make_writable(self.frame.as_mut_ptr()) };
        assert!(code >= 0, "memory for a picture: {}", ffmpeg::Error::from(code));
        let (width, height) = self.layout.plane_size(plane, self.width(), self.height());
        let (data, stride) = self.raw(plane);
        // SAFETY: as in `plane`, and no other frame shares the buffer since it was made writable.
        let bytes =
            unsafe { std::slice::from_raw_parts_mut(data, stride * (height - 1) + width * self.layout.bytes()) };
        SamplesMut { bytes, stride, width, height }
    }

    fn raw(&self, plane: usize) -> (*mut u8, usize) {
        assert!(plane < self.layout.planes, "a {} picture has {} planes", self.layout.format, self.layout.planes);
        // SAFETY: plain fields of a frame that is ours.
        let (data, stride) = unsafe { ((*self.frame.as_ptr()).data[plane], (*self.frame.as_ptr()).linesize[plane]) };
        assert!(!data.is_null() && stride > 0, "a picture's lines run downwards");
        (data, stride as usize)
    }

    /// Sets every sample of each plane to one code value.
    pub fn fill(&mut self, codes: &[u16]) {
        let wide = self.layout.bytes() == 2;
        for (plane, &code) in codes.iter().enumerate().take(self.layout.planes) {
            let s = self.plane_mut(plane);
            let line = s.width * if wide { 2 } else { 1 };
            for row in s.bytes.chunks_mut(s.stride) {
                let row = &mut row[..line];
                if wide {
                    row.chunks_exact_mut(2).for_each(|c| c.copy_from_slice(&code.to_le_bytes()))
                } else {
                    row.fill(code as u8)
                }
            }
        }
    }
}

impl Clone for Raster {
    fn clone(&self) -> Raster {
        let frame = reference(&self.frame).unwrap_or_else(|e| panic!("memory for a reference to a picture: {e}"));
        Raster { frame, layout: self.layout.clone() }
    }
}

impl std::fmt::Debug for Raster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Raster({}x{} {})", self.width(), self.height(), self.layout.format)
    }
}

/// Another frame of the same buffers (`Clone` of ffmpeg-next copies every sample).
pub(crate) fn reference(frame: &ffmpeg::frame::Video) -> Result<ffmpeg::frame::Video, ffmpeg::Error> {
    let mut copy = ffmpeg::frame::Video::empty();
    // SAFETY: both frames are valid and the copy is empty, as libav asks.
    match unsafe { ffi::av_frame_ref(copy.as_mut_ptr(), frame.as_ptr()) } {
        code if code < 0 => Err(ffmpeg::Error::from(code)),
        _ => Ok(copy),
    }
}

/// Tags of a frame.
pub(crate) fn color_of(frame: &ffmpeg::frame::Video) -> Color {
    // SAFETY: plain fields of a valid frame; read as the integers that they are.
    let (p, t, m, r) = unsafe {
        let f = frame.as_ptr();
        ((*f).color_primaries as u32, (*f).color_trc as u32, (*f).colorspace as u32, (*f).color_range)
    };
    Color {
        primaries: Primaries::from_code(p),
        transfer: Transfer::from_code(t),
        matrix: Matrix::from_code(m),
        range: match r {
            ffi::AVColorRange::AVCOL_RANGE_MPEG => Some(ColorRange::Limited),
            ffi::AVColorRange::AVCOL_RANGE_JPEG => Some(ColorRange::Full),
            _ => None,
        },
    }
}

/// libav's words for tags.
pub(crate) fn tags(
    color: Color,
) -> (ffi::AVColorPrimaries, ffi::AVColorTransferCharacteristic, ffi::AVColorSpace, ffi::AVColorRange) {
    let unspecified = 2;
    let p = color.primaries.map_or(unspecified, Primaries::code);
    let t = color.transfer.map_or(unspecified, Transfer::code);
    let m = color.matrix.map_or(unspecified, Matrix::code);
    let r = match color.range {
        Some(ColorRange::Limited) => ffi::AVColorRange::AVCOL_RANGE_MPEG,
        Some(ColorRange::Full) => ffi::AVColorRange::AVCOL_RANGE_JPEG,
        None => ffi::AVColorRange::AVCOL_RANGE_UNSPECIFIED,
    };
    // SAFETY: libav's three enums use the code points of H.273; every one that `film` names, and 2, exists since FFmpeg 4.3.
    unsafe {
        (
            std::mem::transmute::<u32, ffi::AVColorPrimaries>(p),
            std::mem::transmute::<u32, ffi::AVColorTransferCharacteristic>(t),
            std::mem::transmute::<u32, ffi::AVColorSpace>(m),
            r,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_of_formats_one_can_work_on() {
        let ten = Layout::of("yuv422p10le").unwrap();
        assert_eq!((ten.bits, ten.chroma_across, ten.chroma_down, ten.rgb, ten.planes), (10, 1, 0, false, 3));
        assert_eq!(ten.gray(0.0, ColorRange::Limited), [64, 512, 512]);
        assert_eq!(ten.gray(1.0, ColorRange::Limited), [940, 512, 512]);
        assert_eq!(Layout::of("gray").unwrap().planes, 1);
        assert!(Layout::of("gbrp10le").unwrap().rgb);
        for no in ["rgb24", "nv12", "yuva420p", "yuv420p10be", "pal8", "no such format"] {
            assert_eq!(Layout::of(no), None, "{no}");
        }
    }

    #[test]
    fn a_clone_keeps_its_samples_when_the_other_is_written() {
        let mut one = Raster::new("yuv420p", 17, 9).unwrap();
        one.fill(&[16, 128, 128]);
        let two = one.clone();
        one.plane_mut(0).bytes[0] = 99;
        assert_eq!((one.plane(0).bytes[0], two.plane(0).bytes[0]), (99, 16));
        assert_eq!((one.plane(2).width, one.plane(2).height), (9, 5));
        let color = Color { matrix: Some(Matrix::Bt709), range: Some(ColorRange::Full), ..Color::default() };
        one.set_color(color);
        assert_eq!(one.color(), color);
    }
}
