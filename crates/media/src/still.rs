//! A picture as a person sees it: upright, square pixels, eight bits of red, green and blue.

use std::io::Cursor;

use ffmpeg_next::ffi;
use ffmpeg_next::software::scaling::Flags;
use film::{Color, ColorRange, Matrix};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use crate::picture::Picture;
use crate::probe::PictureStream;

/// Rows of red, green, blue from top to bottom, without padding: `3 * width * height` bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Rgb {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The samples.
    pub bytes: Vec<u8>,
}

/// Why there is no still.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StillError {
    /// libav has no way from this format to RGB.
    #[error("a picture of {width}x{height} in the format {format} cannot be shown")]
    Format {
        /// Pixel format.
        format: String,
        /// Width in pixels.
        width: u32,
        /// Height in pixels.
        height: u32,
    },
    /// The image writer failed.
    #[error("the still could not be written as {0}")]
    Write(String),
}

/// The picture upright and in square pixels, as large as fits into `max_width` by `max_height`, never larger than it is.
///
/// Matrix and range are the picture's own, else the stream's, else what a player assumes of that size
/// ([`Color::assumed`]). Transfer and primaries are left alone: a high dynamic range picture looks pale.
pub fn rgb(picture: &Picture, stream: &PictureStream, max_width: u32, max_height: u32) -> Result<Rgb, StillError> {
    let (width, height) = fit(stream.display_size(), max_width, max_height);
    let turned = stream.rotation % 180 == 90;
    let (w, h) = if turned { (height, width) } else { (width, height) };
    let bytes = convert(picture, stream.color, w, h).ok_or_else(|| StillError::Format {
        format: picture.format().to_owned(),
        width: picture.width(),
        height: picture.height(),
    })?;
    Ok(Rgb { width: w, height: h, bytes }.turn(stream.rotation))
}

/// The largest size of the same shape within the bounds.
fn fit((width, height): (u32, u32), max_width: u32, max_height: u32) -> (u32, u32) {
    let (w, h) = (f64::from(width), f64::from(height));
    let scale = (f64::from(max_width.max(1)) / w).min(f64::from(max_height.max(1)) / h).min(1.0);
    let side = |x: f64| (x * scale).round().max(1.0) as u32;
    (side(w), side(h))
}

fn convert(picture: &Picture, stream: Color, width: u32, height: u32) -> Option<Vec<u8>> {
    let own = picture.color();
    let color = Color { matrix: own.matrix.or(stream.matrix), range: own.range.or(stream.range), ..own };
    let color = color.assumed(picture.height());
    // The old full-range formats say their range by their name.
    let full = color.range == Some(ColorRange::Full) || picture.format().starts_with("yuvj");
    let matrix = match color.matrix {
        Some(Matrix::Bt709) => ffi::SWS_CS_ITU709,
        Some(Matrix::Fcc) => ffi::SWS_CS_FCC,
        Some(Matrix::Smpte240M) => ffi::SWS_CS_SMPTE240M,
        Some(Matrix::Bt2020 | Matrix::Bt2020Constant) => ffi::SWS_CS_BT2020,
        _ => ffi::SWS_CS_ITU601,
    };
    // swscale writes in blocks beyond a row's end.
    let stride = (width as usize * 3).next_multiple_of(64);
    let mut bytes = vec![0u8; stride * height as usize + 64];
    // SAFETY: the source is a live frame of the size and format told; the target holds `height` rows of `stride` bytes; the
    // context is freed before it is lost.
    unsafe {
        let frame = picture.frame().as_ptr();
        let flags = (Flags::BICUBIC | Flags::ACCURATE_RND | Flags::FULL_CHR_H_INT).bits();
        let context = ffi::sws_getContext(
            (*frame).width,
            (*frame).height,
            picture.frame().format().into(),
            width as i32,
            height as i32,
            ffi::AVPixelFormat::AV_PIX_FMT_RGB24,
            flags,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            std::ptr::null(),
        );
        if context.is_null() {
            return None;
        }
        let (from, to) = (ffi::sws_getCoefficients(matrix), ffi::sws_getCoefficients(ffi::SWS_CS_DEFAULT));
        ffi::sws_setColorspaceDetails(context, from, i32::from(full), to, 1, 0, 1 << 16, 1 << 16);
        let target = [bytes.as_mut_ptr(), std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut()];
        let strides = [stride as i32, 0, 0, 0];
        let done = ffi::sws_scale(
            context,
            (*frame).data.as_ptr() as *const *const u8,
            (*frame).linesize.as_ptr(),
            0,
            (*frame).height,
            target.as_ptr(),
            strides.as_ptr(),
        );
        ffi::sws_freeContext(context);
        if done <= 0 {
            return None;
        }
    }
    let row = width as usize * 3;
    for y in 0..height as usize {
        bytes.copy_within(y * stride..y * stride + row, y * row);
    }
    bytes.truncate(row * height as usize);
    Some(bytes)
}

impl Rgb {
    /// Turned clockwise by 0, 90, 180 or 270 degrees.
    fn turn(self, degrees: u16) -> Rgb {
        let (w, h) = (self.width as usize, self.height as usize);
        let (width, height) = if degrees % 180 == 90 { (h, w) } else { (w, h) };
        if degrees == 0 {
            return self;
        }
        let mut bytes = Vec::with_capacity(self.bytes.len());
        for y in 0..height {
            for x in 0..width {
                let (from_x, from_y) = match degrees {
                    90 => (y, h - 1 - x),
                    180 => (w - 1 - x, h - 1 - y),
                    _ => (w - 1 - y, x),
                };
                bytes.extend_from_slice(&self.bytes[(from_y * w + from_x) * 3..][..3]);
            }
        }
        Rgb { width: width as u32, height: height as u32, bytes }
    }

    /// As a JPEG file; `quality` from 1 to 100.
    pub fn jpeg(&self, quality: u8) -> Result<Vec<u8>, StillError> {
        let mut out = Cursor::new(Vec::new());
        JpegEncoder::new_with_quality(&mut out, quality)
            .write_image(&self.bytes, self.width, self.height, ExtendedColorType::Rgb8)
            .map_err(|e| StillError::Write(format!("JPEG: {e}")))?;
        Ok(out.into_inner())
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, StillError> {
        let mut out = Cursor::new(Vec::new());
        PngEncoder::new(&mut out)
            .write_image(&self.bytes, self.width, self.height, ExtendedColorType::Rgb8)
            .map_err(|e| StillError::Write(format!("PNG: {e}")))?;
        Ok(out.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_turn_clockwise_brings_the_left_edge_up() {
        // a b
        // c d
        // e f
        let bytes: Vec<u8> = b"abcdef".iter().flat_map(|&b| [b; 3]).collect();
        let turned = |degrees| {
            let r = Rgb { width: 2, height: 3, bytes: bytes.clone() }.turn(degrees);
            (r.width, r.height, r.bytes.iter().step_by(3).map(|&b| b as char).collect::<String>())
        };
        assert_eq!(turned(90), (3, 2, "ecafdb".to_owned()));
        assert_eq!(turned(180), (2, 3, "fedcba".to_owned()));
        assert_eq!(turned(270), (3, 2, "bdface".to_owned()));
    }

    #[test]
    fn a_still_keeps_its_shape_and_is_never_blown_up() {
        assert_eq!(fit((1920, 800), 320, 180), (320, 133));
        assert_eq!(fit((608, 1080), 320, 180), (101, 180));
        assert_eq!(fit((64, 36), 320, 180), (64, 36));
        assert_eq!(fit((4000, 2), 100, 100), (100, 1));
    }
}
