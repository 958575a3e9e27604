//! Changing a picture's size, format and colour.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::format::Pixel;
use film::{Color, ColorRange, Matrix};

use crate::raster::{Layout, RasterError};
use crate::{Picture, Raster};

/// What goes in or comes out of a [`Scaler`].
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// Pixel format.
    pub format: String,
    /// Pixels across.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Colour; matrix and range decide what code values mean and must be known (see [`Color::assumed`]).
    pub color: Color,
}

/// Why a picture could not be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScaleError {
    /// libav has no way from the one to the other.
    #[error("no conversion leads from {from} to {to}")]
    NoWay {
        /// From what.
        from: String,
        /// To what.
        to: String,
    },
    /// No picture to write to.
    #[error(transparent)]
    Raster(#[from] RasterError),
}

/// Converts pictures of one shape to another: size by Lanczos, format, matrix and range.
///
/// Primaries and transfer are not touched: swscale mixes code values, not light.
pub struct Scaler {
    context: *mut ffi::SwsContext,
    from: Shape,
    to: Shape,
}

// SAFETY: a scaling context belongs to no thread; it may be used from one at a time.
unsafe impl Send for Scaler {}

impl Scaler {
    /// A converter from one shape to another.
    pub fn new(from: &Shape, to: &Shape) -> Result<Scaler, ScaleError> {
        let no_way = || ScaleError::NoWay { from: describe(from), to: describe(to) };
        let source: Pixel = from.format.parse().map_err(|_| no_way())?;
        let target: Pixel = to.format.parse().map_err(|_| no_way())?;
        use ffmpeg::software::scaling::Flags;
        let flags = (Flags::LANCZOS | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT | Flags::FULL_CHR_H_INP).bits();
        // SAFETY: numbers in, a context or null out.
        let context = unsafe {
            ffi::sws_getContext(
                from.width as i32,
                from.height as i32,
                source.into(),
                to.width as i32,
                to.height as i32,
                target.into(),
                flags,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
                std::ptr::null(),
            )
        };
        if context.is_null() {
            return Err(no_way());
        }
        let scaler = Scaler { context, from: from.clone(), to: to.clone() };
        let full = |shape: &Shape| {
            i32::from(shape.color.range == Some(ColorRange::Full) || Layout::of(&shape.format).is_some_and(|l| l.rgb))
        };
        // SAFETY: the context is valid; the coefficient tables are libav's constants.
        unsafe {
            let table = |shape: &Shape| ffi::sws_getCoefficients(coefficients(shape.color.matrix));
            ffi::sws_setColorspaceDetails(context, table(from), full(from), table(to), full(to), 0, 1 << 16, 1 << 16);
        }
        Ok(scaler)
    }

    /// What comes out.
    pub fn to(&self) -> &Shape {
        &self.to
    }

    /// What must go in.
    pub fn from(&self) -> &Shape {
        &self.from
    }

    /// Converts `picture`, or the part of it whose first column and line are `left` and `top` (multiples of its chroma's step).
    pub fn scale(&mut self, picture: &Raster, left: u32, top: u32) -> Result<Raster, ScaleError> {
        let layout = picture.layout();
        assert!(
            layout.format == self.from.format
                && left + self.from.width <= picture.width()
                && top + self.from.height <= picture.height(),
            "{picture:?} at {left},{top} for {}",
            describe(&self.from)
        );
        let mut data = [std::ptr::null::<u8>(); 4];
        let mut strides = [0i32; 4];
        for plane in 0..layout.planes {
            let samples = picture.plane(plane);
            let (x, y) = layout.plane_size(plane, left, top);
            // SAFETY: the part lies inside the picture, as asserted, so its first sample does.
            data[plane] = unsafe { samples.bytes.as_ptr().add(y * samples.stride + x * layout.bytes()) };
            strides[plane] = samples.stride as i32;
        }
        let mut out = Raster::new(&self.to.format, self.to.width, self.to.height)?;
        // SAFETY: source pointers and strides describe `from.height` lines of `from.width` samples as above; the target
        // frame was just made with the size and format the context was made for.
        unsafe {
            let target = out.frame_mut().as_mut_ptr();
            ffi::sws_scale(
                self.context,
                data.as_ptr(),
                strides.as_ptr(),
                0,
                self.from.height as i32,
                (*target).data.as_ptr().cast(),
                (*target).linesize.as_ptr(),
            );
        }
        out.set_color(self.to.color);
        Ok(out)
    }
}

impl Drop for Scaler {
    fn drop(&mut self) {
        // SAFETY: the context is ours and used nowhere else.
        unsafe { ffi::sws_freeContext(self.context) }
    }
}

fn describe(shape: &Shape) -> String {
    format!("{}x{} {}", shape.width, shape.height, shape.format)
}

/// swscale's number of a matrix.
fn coefficients(matrix: Option<Matrix>) -> i32 {
    match matrix {
        Some(Matrix::Bt709) => ffi::SWS_CS_ITU709,
        Some(Matrix::Fcc) => ffi::SWS_CS_FCC,
        Some(Matrix::Smpte240M) => ffi::SWS_CS_SMPTE240M,
        Some(Matrix::Bt2020 | Matrix::Bt2020Constant) => ffi::SWS_CS_BT2020,
        _ => ffi::SWS_CS_ITU601,
    }
}

/// The planar format without alpha, low byte first, that holds every sample of `format`; itself if it is one.
pub fn planar(format: &str) -> String {
    if Layout::of(format).is_some() && !format.starts_with("yuvj") {
        return format.to_owned();
    }
    if let Some(rest) = format.strip_prefix("yuvj") {
        return format!("yuv{rest}");
    }
    let known = match format {
        "nv12" | "nv21" => Some("yuv420p"),
        "nv16" | "yuyv422" | "uyvy422" | "yvyu422" => Some("yuv422p"),
        "nv24" | "nv42" => Some("yuv444p"),
        "p010le" | "p010be" => Some("yuv420p10le"),
        "p210le" | "nv20le" => Some("yuv422p10le"),
        "rgb48le" | "rgb48be" | "bgr48le" | "rgba64le" | "rgba64be" => Some("gbrp16le"),
        "gray" | "y8" | "ya8" | "monow" | "monob" => Some("gray"),
        "pal8" => Some("gbrp"),
        _ => None,
    };
    if let Some(known) = known {
        return known.to_owned();
    }
    let swapped = format.replace("yuva", "yuv").replace("gbrap", "gbrp").replace("be", "le");
    if Layout::of(&swapped).is_some() { swapped } else { "gbrp".to_owned() }
}

/// Gives the samples of decoded pictures in planes: shared where they lie so already, else unpacked by swscale, which
/// moves samples and changes none.
#[derive(Default)]
pub struct Unpacker(Option<(String, ffmpeg::software::scaling::Context)>);

// SAFETY: a scaling context belongs to no thread; it is used from one at a time.
unsafe impl Send for Unpacker {}

impl Unpacker {
    /// The samples of `picture` in the format [`planar`] names.
    pub fn unpack(&mut self, picture: &Picture) -> Result<Raster, ScaleError> {
        let (from, to) = (picture.format(), planar(picture.format()));
        if Layout::of(from).is_some() {
            return Ok(Raster::share(picture.frame(), &to)?);
        }
        let frame = picture.frame();
        let (w, h) = (frame.width(), frame.height());
        let no_way = || ScaleError::NoWay { from: format!("{w}x{h} {from}"), to: to.clone() };
        if self.0.as_ref().is_none_or(|(f, c)| f != from || (c.input().width, c.input().height) != (w, h)) {
            let target: Pixel = to.parse().map_err(|_| no_way())?;
            let flags = ffmpeg::software::scaling::Flags::POINT;
            let context = ffmpeg::software::scaling::Context::get(frame.format(), w, h, target, w, h, flags)
                .map_err(|_| no_way())?;
            self.0 = Some((from.to_owned(), context));
        }
        let mut out = Raster::new(&to, w, h)?;
        let context = &mut self.0.as_mut().expect("just made").1;
        context.run(frame, out.frame_mut()).map_err(|_| no_way())?;
        out.set_color(picture.color());
        Ok(out)
    }
}

/// A picture packed anew without touching a sample (planar to packed RGB).
pub(crate) fn repack(picture: &Raster, format: &str) -> Result<ffmpeg::frame::Video, ffmpeg::Error> {
    assert!(picture.layout().format == "gbrp" && format == "bgr0", "only 8-bit RGB is packed");
    let mut out = ffmpeg::frame::Video::new(Pixel::BGRZ, picture.width(), picture.height());
    let stride = out.stride(0);
    let planes = [picture.plane(1), picture.plane(0), picture.plane(2)];
    for (y, row) in out.data_mut(0).chunks_mut(stride).enumerate() {
        for (x, pixel) in row.chunks_exact_mut(4).take(planes[0].width).enumerate() {
            for (to, from) in pixel.iter_mut().zip(&planes) {
                *to = from.bytes[y * from.stride + x];
            }
            pixel[3] = 0;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(format: &str, width: u32, height: u32, matrix: Matrix, range: ColorRange) -> Shape {
        Shape {
            format: format.into(),
            width,
            height,
            color: Color { matrix: Some(matrix), range: Some(range), ..Color::default() },
        }
    }

    #[test]
    fn range_and_matrix_are_converted() {
        let from = shape("yuv444p", 32, 32, Matrix::Smpte170M, ColorRange::Full);
        let to = shape("yuv444p10le", 64, 16, Matrix::Bt709, ColorRange::Limited);
        let mut white = Raster::new("yuv444p", 32, 32).unwrap();
        white.fill(&[255, 128, 128]);
        let out = Scaler::new(&from, &to).unwrap().scale(&white, 0, 0).unwrap();
        let at = |plane: usize| u16::from_le_bytes(out.plane(plane).bytes[..2].try_into().unwrap());
        assert!(at(0).abs_diff(940) <= 2 && at(1).abs_diff(512) <= 2, "{} {}", at(0), at(1));
        // Pure red: BT.601 Y 81 becomes BT.709 Y 63.
        let from = shape("yuv444p", 32, 32, Matrix::Smpte170M, ColorRange::Limited);
        let to = shape("yuv444p", 32, 32, Matrix::Bt709, ColorRange::Limited);
        let mut red = Raster::new("yuv444p", 32, 32).unwrap();
        red.fill(&[81, 90, 240]);
        let out = Scaler::new(&from, &to).unwrap().scale(&red, 0, 0).unwrap();
        let y = out.plane(0).bytes[0];
        assert!(y.abs_diff(63) <= 2, "{y}");
    }

    #[test]
    fn every_decoded_format_has_a_planar_home() {
        for (from, to) in [
            ("yuv420p10le", "yuv420p10le"),
            ("yuvj420p", "yuv420p"),
            ("nv12", "yuv420p"),
            ("gbrp10be", "gbrp10le"),
            ("rgb24", "gbrp"),
            ("yuva444p10le", "yuv444p10le"),
            ("gray12be", "gray12le"),
            ("p010le", "yuv420p10le"),
        ] {
            assert_eq!(planar(from), to, "{from}");
        }
    }
}
