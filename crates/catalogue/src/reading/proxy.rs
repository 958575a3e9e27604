//! The small gray picture that every per-frame analysis reads.

use crate::shots::block::Block;
use crate::shots::eye;

/// A displayed picture in gray, at most 160 wide and 160 high, 0 black and 255 white whatever the reel's range.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    /// Pixels across.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Rows from the top.
    pub luma: Vec<u8>,
}

impl Proxy {
    /// The gray picture that the shots' eye made, in levels from black to white and turned for display.
    pub fn shown(gray: &eye::Proxy, full: bool, rotation: u16) -> Proxy {
        let levels = levels(full);
        let luma = gray.luma.iter().map(|&code| levels[code as usize]).collect();
        Proxy { width: gray.width, height: gray.height, luma }.turned(rotation)
    }

    #[cfg(test)]
    pub(crate) fn of(view: &super::view::View<'_>) -> Proxy {
        let mut eye = eye::ShotEye::new(view.bits);
        eye.see(view.luma, None);
        Proxy::shown(eye.proxy(), view.full, view.rotation)
    }

    /// The block whose corner is at `x`, `y`.
    #[inline(always)]
    pub(crate) fn block(&self, x: usize, y: usize) -> Block {
        Block::at(&self.luma, self.width, x, y)
    }

    fn turned(self, degrees: u16) -> Proxy {
        let (w, h) = (self.width, self.height);
        let at = |x: usize, y: usize| self.luma[y * w + x];
        match degrees {
            90 => Proxy { width: h, height: w, luma: (0..w * h).map(|i| at(i / h, h - 1 - i % h)).collect() },
            180 => Proxy { width: w, height: h, luma: self.luma.iter().rev().copied().collect() },
            270 => Proxy { width: h, height: w, luma: (0..w * h).map(|i| at(w - 1 - i / h, i % h)).collect() },
            _ => self,
        }
    }
}

/// 8-bit codes to 0 black and 255 white.
pub(crate) fn levels(full: bool) -> &'static [u8; 256] {
    if full { &FULL } else { &STUDIO }
}

const FULL: [u8; 256] = table(true);
const STUDIO: [u8; 256] = table(false);

const fn table(full: bool) -> [u8; 256] {
    let mut out = [0; 256];
    let mut code = 0;
    while code < 256 {
        out[code] = match code {
            _ if full => code as u8,
            0..=16 => 0,
            235.. => 255,
            _ => (((code - 16) * 510 + 219) / 438) as u8,
        };
        code += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::view::View;
    use super::*;
    use media::Plane;

    #[test]
    fn shrinks_averages_and_turns() {
        // Left half dark, right half light, in the studio's levels.
        let bytes: Vec<u8> = (0..640 * 360).map(|i| if i % 640 < 320 { 16 } else { 235 }).collect();
        let luma = Plane { bytes: &bytes, stride: 640, width: 640, height: 360 };
        let mut view = View { luma, chroma: None, bits: 8, full: false, rotation: 0, aspect: 0.5625 };
        let proxy = Proxy::of(&view);
        assert_eq!((proxy.width, proxy.height), (160, 90));
        assert_eq!((proxy.luma[0], proxy.luma[159]), (0, 255));
        view.rotation = 90;
        let turned = Proxy::of(&view);
        assert_eq!((turned.width, turned.height), (90, 160));
        assert_eq!((turned.luma[0], turned.luma[159 * 90]), (0, 255), "the left side is shown on top");
        view.rotation = 270;
        assert_eq!(Proxy::of(&view).luma[0], 255);
    }

    #[test]
    fn ten_bits_and_tiny_pictures() {
        let words: Vec<u8> = (0..3 * 2).flat_map(|_| 940u16.to_ne_bytes()).collect();
        let luma = Plane { bytes: &words, stride: 6, width: 3, height: 2 };
        let proxy = Proxy::of(&View { luma, chroma: None, bits: 10, full: false, rotation: 0, aspect: 1.0 });
        assert_eq!(proxy, Proxy { width: 3, height: 2, luma: vec![255; 6] });
    }
}
