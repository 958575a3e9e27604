//! Source and result side by side, as a picture.

use std::path::Path;

use film::{Color, ColorRange, Matrix};
use image::{Rgb, RgbImage};
use jobs::Whole;
use specialists::image::plane::Plane;

/// Pixels of one half, across and down.
const HALF: (u32, u32) = (480, 300);
/// Between pictures.
const GAP: u32 = 6;

/// A place in a frame, before and after.
pub(super) struct Pair {
    number: i64,
    before: RgbImage,
    after: RgbImage,
}

impl Pair {
    /// The middle of a frame at its own size; where the result is larger, the source is shown as large, unsmoothed.
    pub(super) fn new(number: i64, source: &[Plane], result: &[Plane], color: Color) -> Pair {
        let times = (result[0].width / source[0].width.max(1)).max(1) as u32;
        let (w, h) = (HALF.0.min(result[0].width as u32), HALF.1.min(result[0].height as u32));
        let (x, y) = ((result[0].width as u32 - w) / 2, (result[0].height as u32 - h) / 2);
        let see = |planes: &[Plane], times: u32| {
            RgbImage::from_fn(w, h, |i, j| {
                Rgb(rgb(planes, ((x + i) / times) as usize, ((y + j) / times) as usize, color))
            })
        };
        Pair { number, before: see(source, times), after: see(result, 1) }
    }
}

/// Red, green and blue of one place, 8 bits.
fn rgb(planes: &[Plane], x: usize, y: usize, color: Color) -> [u8; 3] {
    let at = |p: &Plane| {
        let sx = planes[0].width.div_ceil(p.width).max(1);
        let sy = planes[0].height.div_ceil(p.height).max(1);
        p.data[(y / sy).min(p.height - 1) * p.width + (x / sx).min(p.width - 1)]
    };
    let byte = |v: f32| v.round().clamp(0.0, 255.0) as u8;
    if planes.len() < 3 {
        return [byte(at(&planes[0])); 3];
    }
    let color = color.assumed(planes[0].height as u32);
    let (a, b, c) = (at(&planes[0]), at(&planes[1]) - 128.0, at(&planes[2]) - 128.0);
    let (luma, chroma) =
        if color.range == Some(ColorRange::Full) { (a, 1.0) } else { ((a - 16.0) * 255.0 / 219.0, 255.0 / 224.0) };
    let (kr, kb) = match color.matrix {
        Some(Matrix::Bt709) => (0.2126, 0.0722),
        Some(Matrix::Smpte170M | Matrix::Bt470Bg) => (0.299, 0.114),
        Some(_) => (0.2627, 0.0593),
        None => (0.2126, 0.0722),
    };
    let kg = 1.0 - kr - kb;
    let (cb, cr) = (b * chroma, c * chroma);
    let (r, bl) = (luma + 2.0 * (1.0 - kr) * cr, luma + 2.0 * (1.0 - kb) * cb);
    let g = luma - 2.0 * (kr * (1.0 - kr) * cr + kb * (1.0 - kb) * cb) / kg;
    [byte(r), byte(g), byte(bl)]
}

/// Writes all pairs, the source on the left.
pub(super) fn write(path: &Path, pairs: &[Pair]) -> std::io::Result<()> {
    let Some(first) = pairs.first() else { return Ok(()) };
    let (w, h) = first.before.dimensions();
    let mut sheet = RgbImage::from_pixel(2 * w + GAP, pairs.len() as u32 * (h + GAP) - GAP, Rgb([24, 24, 24]));
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by_key(|p| p.number);
    for (i, pair) in pairs.iter().enumerate() {
        let y = i64::from(i as u32 * (h + GAP));
        image::imageops::replace(&mut sheet, &pair.before, 0, y);
        image::imageops::replace(&mut sheet, &pair.after, i64::from(w + GAP), y);
    }
    let whole = Whole::begin(path)?;
    sheet.save(whole.part()).map_err(std::io::Error::other)?;
    whole.keep()
}
