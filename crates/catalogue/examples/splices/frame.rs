//! A picture in 4:2:0 and what the splices do to it.

use crate::chance::Chance;

pub(crate) const W: usize = 640;
pub(crate) const H: usize = 360;
pub(crate) const BYTES: usize = W * H * 3 / 2;

/// Luma, then Cb, then Cr.
#[derive(Clone)]
pub(crate) struct Frame(pub(crate) Vec<u8>);

impl Frame {
    pub(crate) fn plain(y: u8, cb: u8, cr: u8) -> Frame {
        let mut v = vec![y; W * H];
        v.resize(W * H * 5 / 4, cb);
        v.resize(BYTES, cr);
        Frame(v)
    }

    /// `share` of `other` mixed in.
    pub(crate) fn mixed(&self, other: &Frame, share: f32) -> Frame {
        let b = (share * 256.0).round() as i32;
        Frame(
            self.0
                .iter()
                .zip(&other.0)
                .map(|(&x, &y)| ((i32::from(x) * (256 - b) + i32::from(y) * b + 128) >> 8) as u8)
                .collect(),
        )
    }

    /// `other` wherever `inside(x, y)` (0 to 1 across and down) is over one half, mixed about the border.
    pub(crate) fn masked(&self, other: &Frame, inside: impl Fn(f32, f32) -> f32) -> Frame {
        let mut out = self.clone();
        each(|i, x, y| {
            let share = inside(x, y).clamp(0.0, 1.0);
            out.0[i] = (f32::from(self.0[i]) * (1.0 - share) + f32::from(other.0[i]) * share).round() as u8;
        });
        out
    }

    /// Every luma sample through `curve`, every colour difference scaled.
    pub(crate) fn graded(&self, curve: impl Fn(f32) -> f32, saturation: f32) -> Frame {
        let lut: Vec<u8> = (0..256).map(|v| curve(v as f32).round().clamp(0.0, 255.0) as u8).collect();
        let mut out = self.clone();
        out.0[..W * H].iter_mut().for_each(|v| *v = lut[*v as usize]);
        out.0[W * H..]
            .iter_mut()
            .for_each(|v| *v = (128.0 + (f32::from(*v) - 128.0) * saturation).round().clamp(0.0, 255.0) as u8);
        out
    }

    /// The part of the picture about (`cx`, `cy`), `zoom` times enlarged, smeared over `blur` of the width sideways.
    pub(crate) fn window(&self, cx: f32, cy: f32, zoom: f32, blur: f32) -> Frame {
        let mut out = self.clone();
        let taps = ((blur * W as f32 / 4.0) as usize).clamp(1, 24);
        for (offset, w, h) in [(0, W, H), (W * H, W / 2, H / 2), (W * H * 5 / 4, W / 2, H / 2)] {
            for y in 0..h {
                for x in 0..w {
                    let mut sum = 0u32;
                    for t in 0..taps {
                        let shift = blur * ((t as f32 + 0.5) / taps as f32 - 0.5);
                        let sx = cx + ((x as f32 + 0.5) / w as f32 - 0.5) / zoom + shift;
                        let sy = cy + ((y as f32 + 0.5) / h as f32 - 0.5) / zoom;
                        let ix = ((sx * w as f32) as isize).clamp(0, w as isize - 1) as usize;
                        let iy = ((sy * h as f32) as isize).clamp(0, h as isize - 1) as usize;
                        sum += u32::from(self.0[offset + iy * w + ix]);
                    }
                    out.0[offset + y * w + x] = (sum / taps as u32) as u8;
                }
            }
        }
        out
    }

    /// Grain of standard deviation `amount`.
    pub(crate) fn grained(&mut self, amount: f32, chance: &mut Chance) {
        for v in &mut self.0[..W * H] {
            let bits = chance.bits();
            let n = [0, 16, 32, 48].map(|s| ((bits >> s) & 0xffff) as f32 / 65536.0).iter().sum::<f32>() - 2.0;
            *v = (f32::from(*v) + n * amount * 1.73).round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// Calls `f` with the place in the bytes and in the picture of every sample.
pub(crate) fn each(mut f: impl FnMut(usize, f32, f32)) {
    for (offset, w, h) in [(0, W, H), (W * H, W / 2, H / 2), (W * H * 5 / 4, W / 2, H / 2)] {
        for y in 0..h {
            for x in 0..w {
                f(offset + y * w + x, (x as f32 + 0.5) / w as f32, (y as f32 + 0.5) / h as f32);
            }
        }
    }
}
