//! Arithmetic on pictures of one shape: mixing, pasting, turning, sliding.

use media::Raster;
use media::raster::RasterError;

/// The mix of two pictures, `share` (0 to 1) of the second.
///
/// Code values are mixed, as every edit suite and `xfade` do: black stays the black of the range.
///
/// # Panics
/// If the pictures differ in size or format.
pub(crate) fn mix(a: &Raster, b: &Raster, share: f32) -> Raster {
    assert!((a.width(), a.height(), a.layout()) == (b.width(), b.height(), b.layout()), "{a:?} and {b:?}");
    let mut out = a.clone();
    for plane in 0..a.layout().planes {
        let (from, to) = (b.plane(plane), out.plane_mut(plane));
        let line = to.width * a.layout().bytes();
        for (x, y) in to.bytes.chunks_mut(to.stride).zip(from.bytes.chunks(from.stride)) {
            if a.layout().bytes() == 1 {
                mix_bytes(&mut x[..line], &y[..line], share)
            } else {
                mix_words(&mut x[..line], &y[..line], share)
            }
        }
    }
    out
}

fn mix_bytes(a: &mut [u8], b: &[u8], share: f32) {
    // 14 bits of share: finer than any sample.
    let w = (share.clamp(0.0, 1.0) * 16384.0).round() as i32;
    for (x, &y) in a.iter_mut().zip(b) {
        let (p, q) = (i32::from(*x), i32::from(y));
        *x = (p + (((q - p) * w + 8192) >> 14)) as u8;
    }
}

fn mix_words(a: &mut [u8], b: &[u8], share: f32) {
    let w = (share.clamp(0.0, 1.0) * 16384.0).round() as i32;
    for (x, y) in a.chunks_exact_mut(2).zip(b.chunks_exact(2)) {
        let (p, q) = (i32::from(u16::from_le_bytes([x[0], x[1]])), i32::from(u16::from_le_bytes([y[0], y[1]])));
        let mixed = p + (((q - p) * w + 8192) >> 14);
        x.copy_from_slice(&(mixed as u16).to_le_bytes());
    }
}

/// Puts `small` on `ground` with its first sample at `left`, `top` (multiples of the chroma's step); what hangs over is cut.
pub(crate) fn paste(ground: &mut Raster, small: &Raster, left: i64, top: i64) {
    assert_eq!(ground.layout(), small.layout());
    let layout = ground.layout().clone();
    for plane in 0..layout.planes {
        let luma = plane == 0 || layout.rgb;
        let (x, y) = if luma { (left, top) } else { (left >> layout.chroma_across, top >> layout.chroma_down) };
        let from = small.plane(plane);
        let to = ground.plane_mut(plane);
        let (first, last) = (x.max(0), (x + from.width as i64).min(to.width as i64));
        if first >= last {
            continue;
        }
        let bytes = layout.bytes();
        let length = (last - first) as usize * bytes;
        for line in y.max(0)..(y + from.height as i64).min(to.height as i64) {
            let source = (line - y) as usize * from.stride + (first - x) as usize * bytes;
            let target = line as usize * to.stride + first as usize * bytes;
            to.bytes[target..target + length].copy_from_slice(&from.bytes[source..source + length]);
        }
    }
}

/// Repeats the last column and line of what `width` by `height` samples of luma cover, to the picture's edges.
pub(crate) fn extend(picture: &mut Raster, width: u32, height: u32) {
    let layout = picture.layout().clone();
    for plane in 0..layout.planes {
        let (w, h) = layout.plane_size(plane, width, height);
        let s = picture.plane_mut(plane);
        let bytes = layout.bytes();
        if w < s.width {
            for row in s.bytes.chunks_mut(s.stride).take(h) {
                for x in w..s.width {
                    row.copy_within((w - 1) * bytes..w * bytes, x * bytes);
                }
            }
        }
        for y in h..s.height {
            s.bytes.copy_within((h - 1) * s.stride..(h - 1) * s.stride + s.width * bytes, y * s.stride);
        }
    }
}

/// The picture turned clockwise by 90, 180 or 270 degrees.
///
/// # Panics
/// On a quarter turn of a format whose chroma is not as coarse down as across.
pub(crate) fn turn(picture: &Raster, degrees: u16) -> Result<Raster, RasterError> {
    let layout = picture.layout();
    let quarter = !degrees.is_multiple_of(180);
    assert!(!quarter || layout.chroma_across == layout.chroma_down, "{} cannot be turned", layout.format);
    let (w, h) = if quarter { (picture.height(), picture.width()) } else { (picture.width(), picture.height()) };
    let mut out = Raster::new(&layout.format, w, h)?;
    out.set_color(picture.color());
    let bytes = layout.bytes();
    for plane in 0..layout.planes {
        let from = picture.plane(plane);
        let to = out.plane_mut(plane);
        let (width, height) = (to.width, to.height);
        for y in 0..height {
            let row = &mut to.bytes[y * to.stride..][..width * bytes];
            for (x, sample) in row.chunks_exact_mut(bytes).enumerate() {
                let (sx, sy) = match degrees {
                    90 => (y, from.height - 1 - x),
                    270 => (from.width - 1 - y, x),
                    180 => (from.width - 1 - x, from.height - 1 - y),
                    _ => (x, y),
                };
                sample.copy_from_slice(&from.bytes[sy * from.stride + sx * bytes..][..bytes]);
            }
        }
    }
    Ok(out)
}

/// A window of `width` by `height` on a larger picture, its corner anywhere, between samples too (Lanczos, 6 taps), so that
/// a slow move does not step.
pub(crate) fn window(picture: &Raster, left: f64, top: f64, width: u32, height: u32) -> Result<Raster, RasterError> {
    let layout = picture.layout().clone();
    let mut out = Raster::new(&layout.format, width, height)?;
    out.set_color(picture.color());
    let most = ((1u32 << layout.bits) - 1) as f32;
    for plane in 0..layout.planes {
        let luma = plane == 0 || layout.rgb;
        let step = |by: u8| if luma { 1.0 } else { f64::from(1u32 << by) };
        let (x, y) = (left / step(layout.chroma_across), top / step(layout.chroma_down));
        let (across, down) = (taps(x.fract()), taps(y.fract()));
        let from = picture.plane(plane);
        let (x, y) = (x.floor() as i64, y.floor() as i64);
        let clamp = |v: i64, n: usize| v.clamp(0, n as i64 - 1) as usize;
        let to = out.plane_mut(plane);
        let mut line = vec![0f32; from.width];
        for row in 0..to.height {
            line.fill(0.0);
            for (k, &weight) in down.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                let at = clamp(y + row as i64 + k as i64 - 2, from.height) * from.stride;
                if layout.bytes() == 1 {
                    line.iter_mut().zip(&from.bytes[at..]).for_each(|(l, s)| *l += weight * f32::from(*s));
                } else {
                    line.iter_mut()
                        .zip(from.bytes[at..].chunks_exact(2))
                        .for_each(|(l, s)| *l += weight * f32::from(u16::from_le_bytes([s[0], s[1]])));
                }
            }
            for column in 0..to.width {
                let first = x + column as i64 - 2;
                let value: f32 = if first >= 0 && first + 6 <= from.width as i64 {
                    line[first as usize..first as usize + 6].iter().zip(across).map(|(l, w)| l * w).sum()
                } else {
                    (0..6).map(|k| line[clamp(first + k, from.width)] * across[k as usize]).sum()
                };
                let code = value.round().clamp(0.0, most) as u16;
                let at = row * to.stride + column * layout.bytes();
                if layout.bytes() == 1 {
                    to.bytes[at] = code as u8
                } else {
                    to.bytes[at..at + 2].copy_from_slice(&code.to_le_bytes())
                }
            }
        }
    }
    Ok(out)
}

/// Weights of the six samples around a place `fraction` past the third.
fn taps(fraction: f64) -> [f32; 6] {
    if fraction == 0.0 {
        return [0.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    }
    let sinc = |v: f64| if v == 0.0 { 1.0 } else { (std::f64::consts::PI * v).sin() / (std::f64::consts::PI * v) };
    let weights: [f64; 6] = std::array::from_fn(|k| {
        let away = k as f64 - 2.0 - fraction;
        sinc(away) * sinc(away / 3.0)
    });
    let sum: f64 = weights.iter().sum();
    weights.map(|w| (w / sum) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(format: &str, w: u32, h: u32) -> Raster {
        let mut raster = Raster::new(format, w, h).unwrap();
        let bytes = raster.layout().bytes();
        for plane in 0..raster.layout().planes {
            let s = raster.plane_mut(plane);
            for (y, row) in s.bytes.chunks_mut(s.stride).enumerate() {
                for x in 0..s.width {
                    row[x * bytes] = (x * 3 + y * 7 + plane * 50) as u8;
                    if bytes == 2 {
                        row[x * 2 + 1] = (x % 4) as u8;
                    }
                }
            }
        }
        raster
    }

    fn samples(r: &Raster, plane: usize) -> Vec<u8> {
        let s = r.plane(plane);
        (0..s.height).flat_map(|y| s.bytes[y * s.stride..][..s.width * r.layout().bytes()].to_vec()).collect()
    }

    #[test]
    fn a_mix_of_nothing_and_of_all_is_the_picture_itself() {
        for format in ["yuv420p", "yuv422p10le"] {
            let (a, mut b) = (picture(format, 34, 18), picture(format, 34, 18));
            b.fill(&[64, 200, 30]);
            for plane in 0..3 {
                assert_eq!(samples(&mix(&a, &b, 0.0), plane), samples(&a, plane));
                assert_eq!(samples(&mix(&a, &b, 1.0), plane), samples(&b, plane));
            }
        }
        let (mut a, mut b) = (picture("yuv420p", 8, 8), picture("yuv420p", 8, 8));
        a.fill(&[16, 128, 128]);
        b.fill(&[235, 128, 128]);
        assert_eq!(samples(&mix(&a, &b, 0.5), 0)[0], 126);
    }

    #[test]
    fn four_quarter_turns_give_the_picture_back() {
        for format in ["yuv420p", "yuv444p10le", "gray"] {
            let a = picture(format, 33, 17);
            let once = turn(&a, 90).unwrap();
            assert_eq!((once.width(), once.height()), (17, 33));
            // The foot of the left edge comes to the left of the top.
            assert_eq!(samples(&once, 0)[0], samples(&a, 0)[16 * 33 * a.layout().bytes()]);
            let back = turn(&turn(&once, 180).unwrap(), 90).unwrap();
            for plane in 0..a.layout().planes {
                assert_eq!(samples(&back, plane), samples(&a, plane), "{format}");
            }
            let same = turn(&once, 270).unwrap();
            assert_eq!(samples(&same, 0), samples(&a, 0), "{format}");
        }
    }

    #[test]
    fn a_window_on_whole_samples_is_a_cut_and_between_them_moves_smoothly() {
        let a = picture("yuv420p", 64, 32);
        let cut = window(&a, 8.0, 4.0, 16, 8).unwrap();
        assert_eq!(samples(&cut, 0)[..16], samples(&a, 0)[4 * 64 + 8..4 * 64 + 24]);
        assert_eq!(samples(&cut, 1)[..8], samples(&a, 1)[2 * 32 + 4..2 * 32 + 12]);
        let half = window(&a, 8.5, 4.0, 16, 8).unwrap();
        // On a ramp of 3 a column, half a column is 1.5.
        assert!(samples(&half, 0)[4].abs_diff(samples(&cut, 0)[4] + 1) <= 1);
    }

    #[test]
    fn what_is_pasted_past_the_edge_is_cut() {
        let mut ground = picture("yuv420p", 16, 16);
        let mut small = picture("yuv420p", 8, 8);
        small.fill(&[200, 1, 2]);
        paste(&mut ground, &small, -4, 12);
        assert_eq!(samples(&ground, 0)[12 * 16..12 * 16 + 5], [200, 200, 200, 200, 12 + 84]);
        assert_eq!(samples(&ground, 1)[6 * 8..6 * 8 + 2], [1, 1]);
    }
}
