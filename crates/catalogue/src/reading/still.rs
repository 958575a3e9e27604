//! Small colour pictures out of the decode: key pictures and film strips.

use std::path::{Path, PathBuf};

use film::Matrix;
use jobs::{Cancel, Progress, Unit};
use jpeg_encoder::{ColorType, Encoder};
use media::yard::Refusal;
use media::{Pictures, PicturesOptions, Skip};
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::segment::picture_file;
use super::survey;

use super::proxy::levels;
use super::view::View;

/// Widest key picture.
pub const WIDEST: u32 = 400;

/// Key pictures to be made by going back to their frames.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StillsJob {
    /// The reel's file.
    pub path: PathBuf,
    /// Frames wanted, rising.
    pub frames: Vec<i64>,
    /// The reel's folder in the library.
    pub into: PathBuf,
}

/// Makes the pictures of single frames.
pub fn take_stills(job: &StillsJob, progress: &dyn Progress, cancel: &Cancel) -> Result<(), Refusal> {
    let refuse = |reason: String| Refusal { reason, remedy: "copy the file again, or convert it".to_owned() };
    let probe = media::probe(&job.path).map_err(|e| refuse(e.reason()))?;
    let index = survey::shared(&job.into)?;
    let stream = probe.picture.as_ref().ok_or_else(|| refuse("it has no picture".to_owned()))?;
    let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
    let mut pictures = Pictures::open(&job.path, &probe, &index, options).map_err(|e| refuse(e.to_string()))?;
    let mut frame = Frame::default();
    let id = format!("{} key pictures", job.path.display());
    progress.begin(&id, "key pictures", Some(job.frames.len() as u64), Unit::Steps);
    for (i, &number) in job.frames.iter().enumerate() {
        if cancel.check().is_err() {
            return Err(refuse("interrupted".to_owned()));
        }
        pictures.seek(number).map_err(|e| refuse(e.to_string()))?;
        if let Some(picture) = pictures.next().map_err(|e| refuse(e.to_string()))? {
            let view = frame.view(&picture, stream).map_err(|e| refuse(e.to_string()))?;
            let rgb = rgb(&view, picture.color().matrix.or(stream.color.matrix), WIDEST);
            save(&picture_file(&job.into, number), &rgb).map_err(|e| refuse(e.to_string()))?;
        }
        progress.at(&id, i as u64 + 1);
    }
    progress.end(&id);
    Ok(())
}

/// A picture as JPEG.
pub(crate) fn jpeg(rgb: &image::RgbImage) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let side = |n: u32| u16::try_from(n).map_err(std::io::Error::other);
    Encoder::new(&mut bytes, 82)
        .encode(rgb.as_raw(), side(rgb.width())?, side(rgb.height())?, ColorType::Rgb)
        .map_err(std::io::Error::other)?;
    Ok(bytes)
}

/// Writes a picture as JPEG.
pub(crate) fn save(path: &Path, rgb: &image::RgbImage) -> std::io::Result<()> {
    let bytes = jpeg(rgb)?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // A picture is easily made again: no flush to disk for each of thousands.
    let part = path.with_extension("part");
    std::fs::write(&part, bytes)?;
    std::fs::rename(&part, path)
}

/// A picture in sRGB values at most `widest` pixels wide and high, in square pixels, turned for display.
///
/// Each pixel averages up to four samples: quick, and good enough to look at.
pub fn rgb(view: &View<'_>, matrix: Option<Matrix>, widest: u32) -> image::RgbImage {
    let (w, h) = (view.luma.width as f32, view.luma.height as f32);
    // Displayed size in square pixels, from the width as shown.
    let shown_w = if view.rotation % 180 == 90 { h } else { w };
    let scale = (widest as f32 / shown_w).min(widest as f32 / (shown_w * view.aspect)).min(1.0);
    let (out_w, out_h) = (((shown_w * scale) as u32).max(2), ((shown_w * scale * view.aspect) as u32).max(2));
    let levels = levels(view.full);
    // Chroma to RGB: BT.601 for old small pictures that say so or say nothing, BT.709 otherwise.
    let (kr, kb) = match matrix {
        Some(Matrix::Bt470Bg | Matrix::Smpte170M | Matrix::Fcc) => (0.299f32, 0.114f32),
        Some(Matrix::Bt2020) | Some(Matrix::Bt2020Constant) => (0.2627, 0.0593),
        None if view.luma.height < 720 && !view.full => (0.299, 0.114),
        _ => (0.2126, 0.0722),
    };
    let gain = if view.full { 1.0 } else { 255.0 / 224.0 };
    let (to_r, to_b) = (2.0 * (1.0 - kr) * gain, 2.0 * (1.0 - kb) * gain);
    let kg = 1.0 - kr - kb;
    let (g_b, g_r) = (to_b * kb / kg, to_r * kr / kg);
    let (across, down) = (out_w as usize, out_h as usize);
    // Four samples of luma a pixel, one of each colour difference.
    let fine = view.places(&view.luma, 2 * across, 2 * down);
    let coarse = view.chroma.as_ref().map(|[b, _]| view.places(b, across, down));
    let mut bytes = Vec::with_capacity(across * down * 3);
    let fixed = |v: f32| (v * 256.0).round() as i32;
    let (to_r, to_b, g_b, g_r) = (fixed(to_r), fixed(to_b), fixed(g_b), fixed(g_r));
    for y in 0..down {
        for x in 0..across {
            let luma: i32 = [(0, 0), (1, 0), (0, 1), (1, 1)]
                .iter()
                .map(|(i, j)| i32::from(levels[view.at(&view.luma, &fine, 2 * x + i, 2 * y + j) as usize]))
                .sum();
            let (cb, cr) = match (&view.chroma, &coarse) {
                (Some([b, r]), Some(places)) => {
                    (i32::from(view.at(b, places, x, y)) - 128, i32::from(view.at(r, places, x, y)) - 128)
                }
                _ => (0, 0),
            };
            let byte = |v: i32| ((luma * 64 + v + 128) >> 8).clamp(0, 255) as u8;
            bytes.extend([byte(to_r * cr), byte(-g_b * cb - g_r * cr), byte(to_b * cb)]);
        }
    }
    image::RgbImage::from_raw(out_w, out_h, bytes).expect("three bytes for each pixel")
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Plane;

    #[test]
    fn colours_and_turns_are_right() {
        // Left half red, right half blue, in BT.709 and the studio's levels, one colour sample for two pixels.
        let luma: Vec<u8> = (0..64 * 32).map(|i| if i % 64 < 32 { 63 } else { 32 }).collect();
        let cb: Vec<u8> = (0..32 * 16).map(|i| if i % 32 < 16 { 102 } else { 240 }).collect();
        let cr: Vec<u8> = (0..32 * 16).map(|i| if i % 32 < 16 { 240 } else { 118 }).collect();
        let plane = |bytes, w, h| Plane { bytes, stride: w, width: w, height: h };
        let chroma = Some([plane(&cb, 32, 16), plane(&cr, 32, 16)]);
        let upright = View { luma: plane(&luma, 64, 32), chroma, bits: 8, full: false, rotation: 0, aspect: 0.5 };
        let picture = rgb(&upright, Some(Matrix::Bt709), 32);
        assert_eq!(picture.dimensions(), (32, 16));
        let is = |p: &image::Rgb<u8>, want: [u8; 3]| p.0.iter().zip(want).all(|(a, b)| a.abs_diff(b) < 6);
        assert!(is(picture.get_pixel(3, 8), [255, 0, 0]), "{:?}", picture.get_pixel(3, 8));
        assert!(is(picture.get_pixel(28, 8), [0, 0, 255]), "{:?}", picture.get_pixel(28, 8));
        // Turned clockwise by a quarter the left side is on top.
        let turned = rgb(&View { rotation: 90, aspect: 2.0, ..upright }, Some(Matrix::Bt709), 32);
        assert_eq!(turned.dimensions(), (16, 32));
        assert!(is(turned.get_pixel(8, 3), [255, 0, 0]) && is(turned.get_pixel(8, 28), [0, 0, 255]));
        let back = rgb(&View { rotation: 270, aspect: 2.0, ..upright }, Some(Matrix::Bt709), 32);
        assert!(is(back.get_pixel(8, 3), [0, 0, 255]));
    }
}
