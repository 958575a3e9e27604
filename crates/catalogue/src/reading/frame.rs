//! Decoded pictures of any pixel format as luma and colour differences.

use media::{Picture, PictureStream, Plane};

use super::view::View;

/// Luma and colour differences of one decoded picture; formats that hold no such planes are converted into buffers that
/// are kept from frame to frame.
#[derive(Default)]
pub(crate) struct Frame {
    luma: Vec<u8>,
    cb: Vec<u8>,
    cr: Vec<u8>,
}

/// A pixel format that cannot be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its pixel format {0} is not known here")]
pub(crate) struct UnknownFormat(pub(crate) String);

impl Frame {
    /// The picture as planes.
    pub(crate) fn view<'a>(
        &'a mut self,
        picture: &'a Picture,
        stream: &PictureStream,
    ) -> Result<View<'a>, UnknownFormat> {
        let format = picture.format();
        let unknown = || UnknownFormat(format.to_owned());
        let bits = picture.bits();
        if bits > 8 && format.ends_with("be") && (format.starts_with("yuv") || format.starts_with("gray")) {
            return Err(unknown());
        }
        let display = stream.display_size();
        let aspect = display.1 as f32 / display.0 as f32;
        let full =
            picture.color().range.or(stream.color.range) == Some(film::ColorRange::Full) || format.starts_with("yuvj");
        let base = View { luma: picture.plane(0), chroma: None, bits, full, rotation: stream.rotation, aspect };
        if format.starts_with("yuv") && picture.planes() >= 3 {
            return Ok(View { chroma: Some([picture.plane(1), picture.plane(2)]), ..base });
        }
        if format.starts_with("gray") {
            return Ok(base);
        }
        if format.starts_with("nv1")
            || format.starts_with("nv2")
            || format.starts_with("p0")
            || format.starts_with("p2")
        {
            let (n, swapped) = (picture.plane(1), format == "nv21");
            let step = if bits > 8 { 2 } else { 1 };
            for out in [&mut self.cb, &mut self.cr] {
                out.clear();
            }
            for y in 0..n.height {
                for pair in n.bytes[y * n.stride..].chunks_exact(2 * step).take(n.width) {
                    self.cb.extend(&pair[..step]);
                    self.cr.extend(&pair[step..]);
                }
            }
            let of = |bytes: &'a [u8]| Plane { bytes, stride: n.width * step, width: n.width, height: n.height };
            let (cb, cr) = (of(&self.cb), of(&self.cr));
            // p010 holds its ten bits at the top of the word.
            let bits = if bits > 8 { 16 } else { 8 };
            return Ok(View { chroma: Some(if swapped { [cr, cb] } else { [cb, cr] }), bits, ..base });
        }
        let pixel: fn(&Picture, usize, usize) -> Option<[u8; 3]> = match format {
            "rgb24" => |p, x, y| packed(p, x, y, 3, [0, 1, 2]),
            "bgr24" => |p, x, y| packed(p, x, y, 3, [2, 1, 0]),
            "rgba" | "rgb0" => |p, x, y| packed(p, x, y, 4, [0, 1, 2]),
            "bgra" | "bgr0" => |p, x, y| packed(p, x, y, 4, [2, 1, 0]),
            "argb" | "0rgb" => |p, x, y| packed(p, x, y, 4, [1, 2, 3]),
            "abgr" | "0bgr" => |p, x, y| packed(p, x, y, 4, [3, 2, 1]),
            // The high byte of each word is its eight bits.
            "rgb48le" => |p, x, y| packed(p, x, y, 6, [1, 3, 5]),
            "rgb48be" => |p, x, y| packed(p, x, y, 6, [0, 2, 4]),
            "rgba64le" => |p, x, y| packed(p, x, y, 8, [1, 3, 5]),
            "rgba64be" => |p, x, y| packed(p, x, y, 8, [0, 2, 4]),
            "ya8" => |p, x, y| packed(p, x, y, 2, [0, 0, 0]),
            "ya16le" => |p, x, y| packed(p, x, y, 4, [1, 1, 1]),
            "ya16be" => |p, x, y| packed(p, x, y, 4, [0, 0, 0]),
            f if f.starts_with("gbr") && picture.planes() >= 3 => |p, x, y| {
                let at = |i| sample(p, i, x, y);
                Some([at(2), at(0), at(1)])
            },
            _ => return Err(unknown()),
        };
        self.converted(picture, stream, pixel).ok_or_else(unknown)
    }

    /// Full-range BT.709 planes of an RGB picture.
    fn converted<'a>(
        &'a mut self,
        picture: &Picture,
        stream: &PictureStream,
        pixel: impl Fn(&Picture, usize, usize) -> Option<[u8; 3]>,
    ) -> Option<View<'a>> {
        let (w, h) = (picture.width() as usize, picture.height() as usize);
        for out in [&mut self.luma, &mut self.cb, &mut self.cr] {
            out.clear();
            out.reserve(w * h);
        }
        for y in 0..h {
            for x in 0..w {
                let [r, g, b] = pixel(picture, x, y)?.map(f32::from);
                let luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
                self.luma.push(luma.round() as u8);
                self.cb.push(((b - luma) / 1.8556 + 128.0).round().clamp(0.0, 255.0) as u8);
                self.cr.push(((r - luma) / 1.5748 + 128.0).round().clamp(0.0, 255.0) as u8);
            }
        }
        let of = |bytes: &'a [u8]| Plane { bytes, stride: w, width: w, height: h };
        let display = stream.display_size();
        let aspect = display.1 as f32 / display.0 as f32;
        let chroma = Some([of(&self.cb), of(&self.cr)]);
        Some(View { luma: of(&self.luma), chroma, bits: 8, full: true, rotation: stream.rotation, aspect })
    }
}

fn packed(picture: &Picture, x: usize, y: usize, size: usize, at: [usize; 3]) -> Option<[u8; 3]> {
    let p = picture.plane(0);
    let pixel = p.bytes.get(y * p.stride + x * size..)?.get(..size)?;
    Some(at.map(|i| pixel[i]))
}

fn sample(picture: &Picture, i: usize, x: usize, y: usize) -> u8 {
    let p = picture.plane(i);
    match picture.bits() {
        8 => p.bytes[y * p.stride + x],
        bits => {
            let at = y * p.stride + 2 * x;
            let bytes = [p.bytes[at], p.bytes[at + 1]];
            let word =
                if picture.format().ends_with("be") { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) };
            (word >> (bits - 8)).min(255) as u8
        }
    }
}
