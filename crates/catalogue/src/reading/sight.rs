//! What is noted of every frame.

use multiversion::multiversion;

use super::motion;
use super::proxy::{Proxy, levels};
use super::view::{self, View};
use crate::snapshot::THUMB;

/// Cells of the small picture, across and down.
pub(crate) const CELLS: (usize, usize) = (16, 9);

/// What is noted of a frame, from itself and the frame before.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// Mean luma, 0 to 1.
    pub luma: f32,
    /// Standard deviation of luma, 0 to 1.
    pub contrast: f32,
    /// Mean saturation, 0 to 1.
    pub saturation: f32,
    /// Mean absolute luma difference from the frame before.
    pub change: f32,
    /// Motion of everything, picture widths a frame.
    pub motion: f32,
    /// Camera: right, down (picture widths a frame), zoom (a frame, in > 0).
    pub camera: [f32; 3],
    /// Motion of things, picture widths a frame.
    pub object: f32,
    /// Horizontal part of it, right positive.
    pub drift: f32,
    /// Fine against coarse differences along edges, 0 to 1.
    pub sharpness: f32,
    /// Where the eye goes, 0 to 1; not yet smoothed.
    pub focus: [f32; 2],
    /// Small picture: Y, Cb, Cr, 16x9 each; Y from black 0 to white 255.
    pub thumb: [u8; THUMB],
}

impl Sight {
    /// Bytes of a sight in a file.
    pub const BYTES: usize = 13 * 4 + THUMB;

    /// Looks at a frame; `proxy` is its small gray picture, `before` that of the frame before.
    pub fn of(view: &View<'_>, proxy: &Proxy, before: Option<&Proxy>) -> Sight {
        let (mean, deviation) = spread(&proxy.luma);
        let mut thumb = [0u8; THUMB];
        let texture = cells(proxy, &mut thumb);
        let saturation = chroma(view, &mut thumb);
        let mut sight = Sight {
            luma: (mean / 255.0) as f32,
            contrast: (deviation / 255.0) as f32,
            saturation,
            change: 0.0,
            motion: 0.0,
            camera: [0.0; 3],
            object: 0.0,
            drift: 0.0,
            sharpness: sharpness(view),
            focus: salient(&thumb, &texture),
            thumb,
        };
        if let Some(before) = before {
            sight.moved(before, proxy, view.aspect);
        }
        sight
    }

    /// Notes what changed since the frame before.
    pub fn moved(&mut self, before: &Proxy, now: &Proxy, aspect: f32) {
        if before.luma.len() == now.luma.len() {
            self.change = (f64::from(apart(&before.luma, &now.luma)) / now.luma.len() as f64 / 255.0) as f32;
        }
        let m = motion::between(before, now);
        let width = now.width.max(1) as f32;
        // A proxy pixel is as high as wide only where the reel's pixels are square.
        let down = aspect / now.height.max(1) as f32;
        self.motion = m.amount / width;
        // The camera moves against the picture.
        self.camera = [-m.picture[0] / width, -m.picture[1] * down, m.picture[2]];
        self.object = m.object / width;
        self.drift = m.drift / width;
        let pull = (m.place[2] * 1.5).min(0.6);
        for i in 0..2 {
            self.focus[i] += pull * (m.place[i] - self.focus[i]);
        }
    }

    /// The same picture, shown again: nothing moves.
    pub(crate) fn at_rest(&self) -> Sight {
        Sight { change: 0.0, motion: 0.0, camera: [0.0; 3], object: 0.0, drift: 0.0, ..self.clone() }
    }

    /// Appends the sight's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        let ([cx, cy, cz], [fx, fy]) = (self.camera, self.focus);
        let values = [self.luma, self.contrast, self.saturation, self.change, self.motion, cx, cy, cz, self.object];
        for v in values.into_iter().chain([self.drift, self.sharpness, fx, fy]) {
            out.extend(v.to_le_bytes());
        }
        out.extend(self.thumb);
    }

    /// Reads what [`Sight::write`] wrote; `None` if bytes are missing.
    pub fn read(bytes: &[u8]) -> Option<Sight> {
        let bytes = bytes.get(..Sight::BYTES)?;
        let f = |i: usize| f32::from_le_bytes([bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]]);
        let mut thumb = [0; THUMB];
        thumb.copy_from_slice(&bytes[52..]);
        Some(Sight {
            luma: f(0),
            contrast: f(1),
            saturation: f(2),
            change: f(3),
            motion: f(4),
            camera: [f(5), f(6), f(7)],
            object: f(8),
            drift: f(9),
            sharpness: f(10),
            focus: [f(11), f(12)],
            thumb,
        })
    }
}

/// Mean luma of each cell into the small picture; mean gradient of each cell out.
#[multiversion(targets("x86_64+avx2"))]
fn cells(proxy: &Proxy, thumb: &mut [u8; THUMB]) -> [f32; 144] {
    let (w, h) = (proxy.width, proxy.height);
    let (across, down) = CELLS;
    let mut texture = [0.0; 144];
    // Of each column, its samples and its steps to the right, added up over a cell's rows: at most 160 of them fit.
    let (mut columns, mut steps) = (vec![0u16; w], vec![0u16; w]);
    for j in 0..down {
        let (top, bottom) = (j * h / down, ((j + 1) * h / down).max(j * h / down + 1).min(h));
        columns.fill(0);
        steps.fill(0);
        let rows = top.min(h - 1)..bottom;
        let high = rows.len() as u32;
        for row in rows.map(|y| &proxy.luma[y * w..(y + 1) * w]) {
            columns.iter_mut().zip(row).for_each(|(c, &v)| *c = c.wrapping_add(u16::from(v)));
            steps
                .iter_mut()
                .zip(row.iter().zip(&row[1..]))
                .for_each(|(s, (a, b))| *s = s.wrapping_add(u16::from(a.abs_diff(*b))));
        }
        for i in 0..across {
            let (left, right) = (i * w / across, ((i + 1) * w / across).max(i * w / across + 1).min(w));
            let left = left.min(w - 1);
            let all = |of: &[u16]| of.iter().map(|&v| u32::from(v)).sum::<u32>();
            let n = (high * (right - left) as u32).max(1);
            thumb[j * across + i] = (all(&columns[left..right]) / n) as u8;
            texture[j * across + i] = all(&steps[left..right - 1]) as f32 / n as f32;
        }
    }
    texture
}

/// Mean and standard deviation.
#[multiversion(targets("x86_64+avx2"))]
fn spread(luma: &[u8]) -> (f64, f64) {
    let n = luma.len() as f64;
    // At most 160 x 160 samples: their squares fit 32 bits.
    let sum: u32 = luma.iter().map(|&v| u32::from(v)).sum();
    let squares: u32 = luma.iter().map(|&v| u32::from(v) * u32::from(v)).sum();
    let mean = f64::from(sum) / n;
    (mean, (f64::from(squares) / n - mean * mean).max(0.0).sqrt())
}

/// Sum of the absolute differences.
#[multiversion(targets("x86_64+avx2"))]
fn apart(a: &[u8], b: &[u8]) -> u32 {
    a.iter().zip(b).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum()
}

/// Mean Cb and Cr of each cell into the small picture; mean saturation out.
fn chroma(view: &View<'_>, thumb: &mut [u8; THUMB]) -> f32 {
    let Some(planes) = &view.chroma else {
        thumb[144..].fill(128);
        return 0.0;
    };
    let (across, down) = CELLS;
    let (mut total, mut count) = (0.0f32, 0.0f32);
    // Samples a cell, across and down.
    const GRID: usize = 2;
    let places = view.places(&planes[0], across * GRID, down * GRID);
    for cell in 0..144 {
        let (mut sums, mut vivid) = ([0u32; 2], 0.0f32);
        for s in 0..GRID * GRID {
            let (x, y) = (cell % across * GRID + s % GRID, cell / across * GRID + s / GRID);
            let c = [0, 1].map(|i| i32::from(view.at(&planes[i], &places, x, y)));
            sums[0] += c[0] as u32;
            sums[1] += c[1] as u32;
            let (b, r) = (c[0] - 128, c[1] - 128);
            vivid += ((b * b + r * r) as f32).sqrt();
        }
        let n = (GRID * GRID) as u32;
        thumb[144 + cell] = ((sums[0] + n / 2) / n) as u8;
        thumb[288 + cell] = ((sums[1] + n / 2) / n) as u8;
        total += vivid / 112.0;
        count += n as f32;
    }
    (total / count).min(1.0)
}

/// Differences of neighbours against differences four apart, along edges, in some fifty rows of the full picture.
///
/// A step one pixel wide gives 1, a ramp of four pixels or more 1/4; measured only where there is an edge, so that noise
/// on plain ground counts little.
#[multiversion(targets("x86_64+avx2"))]
fn sharpness(picture: &View<'_>) -> f32 {
    let (mut fine, mut coarse) = (0u64, 0u64);
    let mut copy = Vec::new();
    let step = (picture.luma.height / 45).max(1);
    for y in (step / 2..picture.luma.height).step_by(step) {
        let row: &[u8] = if picture.bits > 8 {
            picture.luma_row(y, &mut copy);
            &copy
        } else {
            view::row(&picture.luma, y, 1)
        };
        let Some(n) = row.len().checked_sub(4) else { continue };
        let (a, b, c, d, e) = (&row[..n], &row[1..n + 1], &row[2..n + 2], &row[3..n + 3], &row[4..n + 4]);
        // The largest of the four single steps within a stride of four, where the stride is an edge. Sums of 128 samples
        // fit 16 bits, which keeps the loop in vector registers.
        let mut at = 0;
        while at < n {
            let to = (at + 128).min(n);
            let (mut f, mut w) = (0u16, 0u16);
            let (a, b, c, d, e) = (&a[at..to], &b[at..to], &c[at..to], &d[at..to], &e[at..to]);
            for i in 0..a.len() {
                let whole = a[i].abs_diff(e[i]);
                let edge = if whole > 20 { 255 } else { 0 };
                let left = a[i].abs_diff(b[i]).max(b[i].abs_diff(c[i]));
                let right = c[i].abs_diff(d[i]).max(d[i].abs_diff(e[i]));
                f += u16::from(left.max(right).min(whole) & edge);
                w += u16::from(whole & edge);
            }
            fine += u64::from(f);
            coarse += u64::from(w);
            at = to;
        }
    }
    if coarse == 0 { 0.0 } else { ((fine as f32 / coarse as f32 - 0.25) / 0.75).clamp(0.0, 1.0) }
}

/// Centre of what stands out by light, colour and texture, a little drawn to the middle of the picture.
///
/// Of two things apart it is the weightier, not the empty middle between them: the part of the picture that an upright
/// crop of a wide one shows, where it holds most.
fn salient(thumb: &[u8; THUMB], texture: &[f32; 144]) -> [f32; 2] {
    let (across, down) = CELLS;
    let mean = |plane: usize| thumb[plane * 144..(plane + 1) * 144].iter().map(|&v| f32::from(v)).sum::<f32>() / 144.0;
    let means = [mean(0), mean(1), mean(2)];
    let rough = texture.iter().sum::<f32>() / 144.0;
    let mut weights = [0.0f32; 144];
    for (cell, weight) in weights.iter_mut().enumerate() {
        let (u, v) = (((cell % across) as f32 + 0.5) / across as f32, ((cell / across) as f32 + 0.5) / down as f32);
        let apart = |plane: usize| (f32::from(thumb[plane * 144 + cell]) - means[plane]).abs();
        let stands = 0.5 * apart(0) + 1.5 * (apart(1) + apart(2)) + 2.0 * (texture[cell] - rough).max(0.0);
        let middle = (-((u - 0.5).powi(2) + (v - 0.5).powi(2)) * 4.0).exp();
        *weight = stands * stands * middle;
    }
    let columns: Vec<f32> = (0..across).map(|i| (0..down).map(|j| weights[j * across + i]).sum()).collect();
    let rows: Vec<f32> = weights.chunks_exact(across).map(|row| row.iter().sum()).collect();
    if rows.iter().sum::<f32>() < 1.0 { [0.5, 0.5] } else { [heaviest(&columns), heaviest(&rows)] }
}

/// Centre of weight, 0 to 1, of the five neighbours that weigh most.
fn heaviest(weights: &[f32]) -> f32 {
    const WINDOW: usize = 5;
    let sum = |from: usize| weights[from..from + WINDOW].iter().sum::<f32>();
    let best = (0..=weights.len() - WINDOW).max_by(|&a, &b| sum(a).total_cmp(&sum(b))).unwrap_or(0);
    let at = (best..best + WINDOW).map(|i| weights[i] * (i as f32 + 0.5)).sum::<f32>();
    at / sum(best).max(1e-6) / weights.len() as f32
}

/// Luma levels of a reel for those that read full-size rows.
pub(crate) fn level_table(view: &View<'_>) -> &'static [u8; 256] {
    levels(view.full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Plane;

    fn scene(blur: usize) -> Vec<u8> {
        // Bars of 24 pixels with edges `blur` wide.
        (0..320 * 180)
            .map(|i| {
                let x: usize = i % 320 % 48;
                let ramp = |at: usize| (x.saturating_sub(at)).min(blur) as f32 / blur as f32;
                (40.0 + 160.0 * (ramp(4) - ramp(28))) as u8
            })
            .collect()
    }

    fn look(bytes: &[u8]) -> Sight {
        let luma = Plane { bytes, stride: 320, width: 320, height: 180 };
        let view = View { luma, chroma: None, bits: 8, full: true, rotation: 0, aspect: 0.5625 };
        Sight::of(&view, &Proxy::of(&view), None)
    }

    #[test]
    fn blur_lowers_sharpness() {
        let (sharp, soft) = (look(&scene(1)).sharpness, look(&scene(5)).sharpness);
        assert!(sharp > 0.9 && soft < 0.3, "{sharp} {soft}");
        assert_eq!(look(&[90; 320 * 180]).sharpness, 0.0);
    }

    #[test]
    fn the_eye_goes_to_what_stands_out() {
        let bytes: Vec<u8> = (0..320 * 180)
            .map(|i| if (i % 320 > 220) && (i % 320 < 260) && (i / 320 > 40) && (i / 320 < 80) { 230 } else { 60 })
            .collect();
        let s = look(&bytes);
        assert!(s.focus[0] > 0.65 && s.focus[1] < 0.45, "{:?}", s.focus);
    }

    #[test]
    fn bytes_round_trip() {
        let s = look(&scene(3));
        let mut bytes = Vec::new();
        s.write(&mut bytes);
        assert_eq!(bytes.len(), Sight::BYTES);
        assert_eq!(Sight::read(&bytes), Some(s));
        assert!(Sight::read(&bytes[1..]).is_none());
    }
}
