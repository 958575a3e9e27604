//! Small colour pictures out of the decode: key pictures and film strips.

use std::path::{Path, PathBuf};

use film::Matrix;
use image::codecs::jpeg::JpegEncoder;
use jobs::{Cancel, Progress, Unit};
use media::yard::Refusal;
use media::{Pictures, PicturesOptions, Plane, Skip};
use serde::{Deserialize, Serialize};

use super::frame::Frame;
use super::segment::picture_file;

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
    let index = media::index(&job.path, &probe).map_err(|e| refuse(e.reason()))?;
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

/// Writes a picture as JPEG.
pub(crate) fn save(path: &Path, rgb: &image::RgbImage) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, 82).encode_image(rgb).map_err(std::io::Error::other)?;
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
    // Places of the samples, once for all rows and columns.
    let places = |n: u32, shift: f32| -> Vec<f32> { (0..n).map(|i| (i as f32 + shift) / n as f32).collect() };
    let (xs, ys) = ([places(out_w, 0.25), places(out_w, 0.75)], [places(out_h, 0.25), places(out_h, 0.75)]);
    let (mid_x, mid_y) = (places(out_w, 0.5), places(out_h, 0.5));
    let mut bytes = Vec::with_capacity((out_w * out_h * 3) as usize);
    let fixed = |v: f32| (v * 256.0).round() as i32;
    let (to_r, to_b, g_b, g_r) = (fixed(to_r), fixed(to_b), fixed(g_b), fixed(g_r));
    for y in 0..out_h as usize {
        for x in 0..out_w as usize {
            let mut luma = 0;
            for (u, v) in [(&xs[0], &ys[0]), (&xs[1], &ys[0]), (&xs[0], &ys[1]), (&xs[1], &ys[1])] {
                luma += i32::from(levels[at(view, &view.luma, u[x], v[y]) as usize]);
            }
            let (cb, cr) = match &view.chroma {
                Some([b, r]) => {
                    (i32::from(at(view, b, mid_x[x], mid_y[y])) - 128, i32::from(at(view, r, mid_x[x], mid_y[y])) - 128)
                }
                None => (0, 0),
            };
            let byte = |v: i32| ((luma * 64 + v + 128) >> 8).clamp(0, 255) as u8;
            bytes.extend([byte(to_r * cr), byte(-g_b * cb - g_r * cr), byte(to_b * cb)]);
        }
    }
    image::RgbImage::from_raw(out_w, out_h, bytes).expect("three bytes for each pixel")
}

/// The sample shown at `u`, `v` (0 to 1) of the displayed picture.
fn at(view: &View<'_>, plane: &Plane<'_>, u: f32, v: f32) -> u8 {
    let (u, v) = match view.rotation {
        90 => (v, 1.0 - u),
        180 => (1.0 - u, 1.0 - v),
        270 => (1.0 - v, u),
        _ => (u, v),
    };
    let x = ((u * plane.width as f32) as usize).min(plane.width - 1);
    let y = ((v * plane.height as f32) as usize).min(plane.height - 1);
    view.sample(plane, x, y)
}
