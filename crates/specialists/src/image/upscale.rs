//! Twice the size by Lanczos, sharpened where there is something to sharpen: the classical twin of the learned upscaler.

use rayon::prelude::*;

use super::plane::{Plane, box_mean};

/// Weights of the six source samples around a new one that lies a quarter after (or before) a source sample.
fn weights(phase: f64) -> [f32; 6] {
    let lanczos = |x: f64| {
        if x.abs() < 1e-9 {
            return 1.0;
        }
        let p = std::f64::consts::PI * x;
        if x.abs() >= 3.0 { 0.0 } else { 3.0 * p.sin() * (p / 3.0).sin() / (p * p) }
    };
    let raw: [f64; 6] = std::array::from_fn(|i| lanczos(i as f64 - 2.0 - phase));
    let sum: f64 = raw.iter().sum();
    raw.map(|v| (v / sum) as f32)
}

/// Twice as wide and tall; sample centres as in video: a new pair lies a quarter to each side of its source.
pub fn lanczos(plane: &Plane) -> Plane {
    let (w, h) = (plane.width, plane.height);
    // Three quarters past sample i-1, and a quarter past sample i.
    let taps = [(weights(0.75), -1isize), (weights(0.25), 0)];
    let mut wide = vec![0.0f32; 2 * w * h];
    wide.par_chunks_mut(2 * w).enumerate().for_each(|(y, out)| {
        let row = plane.row(y);
        for (x, o) in out.iter_mut().enumerate() {
            let (t, shift) = &taps[x % 2];
            let at = (x / 2) as isize + shift - 2;
            *o = (0..6).map(|k| t[k] * row[(at + k as isize).clamp(0, w as isize - 1) as usize]).sum();
        }
    });
    let mut out = vec![0.0f32; 4 * w * h];
    out.par_chunks_mut(2 * w).enumerate().for_each(|(y, out)| {
        let (t, shift) = &taps[y % 2];
        let at = (y / 2) as isize + shift - 2;
        for (k, weight) in t.iter().enumerate() {
            let row = &wide[(at + k as isize).clamp(0, h as isize - 1) as usize * 2 * w..][..2 * w];
            out.iter_mut().zip(row).for_each(|(o, v)| *o += weight * v);
        }
    });
    Plane { width: 2 * w, height: 2 * h, data: out }
}

/// Adds back `amount` of what a blur takes away, where the neighbourhood has contrast of its own; never beyond the
/// neighbourhood's own range by more than a little, so that edges do not ring.
pub fn sharpen(plane: &Plane, amount: f32) -> Plane {
    let (w, h) = (plane.width, plane.height);
    let soft = box_mean(&plane.data, w, h, 1);
    let square: Vec<f32> = plane.data.iter().zip(&soft).map(|(v, s)| (v - s) * (v - s)).collect();
    let activity = box_mean(&square, w, h, 2);
    let mut out = plane.clone();
    out.data.par_chunks_mut(w.max(1)).enumerate().for_each(|(y, row)| {
        for (x, v) in row.iter_mut().enumerate() {
            let i = y * w + x;
            // Plain ground holds grain only: nothing to sharpen below a deviation of about two codes.
            let trust = activity[i] / (activity[i] + 4.0);
            let (mut low, mut high) = (f32::MAX, f32::MIN);
            for j in y.saturating_sub(1)..=(y + 1).min(h - 1) {
                for k in x.saturating_sub(1)..=(x + 1).min(w - 1) {
                    let n = plane.data[j * w + k];
                    (low, high) = (low.min(n), high.max(n));
                }
            }
            let over = 0.15 * (high - low);
            *v = (*v + amount * trust * (*v - soft[i])).clamp(low - over, high + over);
        }
    });
    out
}

/// The classical twin.
pub fn classical(plane: &Plane) -> Plane {
    sharpen(&lanczos(plane), 0.3)
}

/// Half the size, as a camera or a good downscaler would see it: a mean of a slightly wider field than four samples.
pub fn smaller(plane: &Plane) -> Plane {
    // Lanczos of half the pass band, the filter that FFmpeg's scaler uses with `lanczos`.
    let taps: Vec<f32> = {
        let lanczos = |x: f64| {
            let p = std::f64::consts::PI * x;
            if x.abs() < 1e-9 {
                1.0
            } else if x.abs() >= 3.0 {
                0.0
            } else {
                3.0 * p.sin() * (p / 3.0).sin() / (p * p)
            }
        };
        let raw: Vec<f64> = (0..12).map(|i| lanczos((i as f64 - 5.5) / 2.0)).collect();
        let sum: f64 = raw.iter().sum();
        raw.iter().map(|v| (v / sum) as f32).collect()
    };
    let (w, h) = (plane.width / 2, plane.height / 2);
    let mut narrow = vec![0.0f32; w * plane.height];
    for y in 0..plane.height {
        let row = plane.row(y);
        for x in 0..w {
            let at = 2 * x as isize - 5;
            narrow[y * w + x] =
                (0..12).map(|k| taps[k] * row[(at + k as isize).clamp(0, plane.width as isize - 1) as usize]).sum();
        }
    }
    let mut data = vec![0.0f32; w * h];
    for y in 0..h {
        let at = 2 * y as isize - 5;
        for (k, t) in taps.iter().enumerate() {
            let from = (at + k as isize).clamp(0, plane.height as isize - 1) as usize * w;
            data[y * w..][..w].iter_mut().zip(&narrow[from..]).for_each(|(o, v)| *o += t * v);
        }
    }
    Plane { width: w, height: h, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smooth_picture_comes_back_from_half_its_size() {
        let (w, h) = (160usize, 96usize);
        let data =
            (0..w * h).map(|i| 128.0 + 60.0 * ((i % w) as f32 * 0.15).sin() * ((i / w) as f32 * 0.2).cos()).collect();
        let plane = Plane { width: w, height: h, data };
        let back = lanczos(&smaller(&plane));
        let inner = |p: &Plane| p.part(12, 12, 136, 72);
        assert!(inner(&back).psnr(&inner(&plane)) > 50.0, "{}", inner(&back).psnr(&inner(&plane)));
    }

    #[test]
    fn sharpening_leaves_plain_ground_alone() {
        let plane = Plane::new(20, 20, 77.0);
        assert!(classical(&plane).apart(&Plane::new(40, 40, 77.0)) < 1e-6);
    }
}
