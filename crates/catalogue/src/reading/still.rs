//! Small colour pictures out of the decode: key pictures and film strips.

use film::Matrix;
use media::Plane;

use super::proxy::levels;
use super::view::View;

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
