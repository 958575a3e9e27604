//! A shot's main colours: k-means in CIELAB on its small pictures.

use crate::reading::sight::Sight;

/// Colours at most.
const COLORS: usize = 5;

/// sRGB of a small picture's cell (full-range luma, studio-range colour differences, BT.709).
pub(crate) fn srgb(y: u8, cb: u8, cr: u8) -> [f32; 3] {
    let (y, cb, cr) = (f32::from(y), (f32::from(cb) - 128.0) * 255.0 / 224.0, (f32::from(cr) - 128.0) * 255.0 / 224.0);
    [y + 1.5748 * cr, y - 0.1873 * cb - 0.4681 * cr, y + 1.8556 * cb].map(|v| v.clamp(0.0, 255.0))
}

/// CIELAB of sRGB (IEC 61966-2-1, D65).
pub(crate) fn lab(rgb: [f32; 3]) -> [f32; 3] {
    let [r, g, b] = rgb.map(|v| {
        let v = v / 255.0;
        if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    });
    let f = |t: f32| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
    let x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
    let y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
    let z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn apart(a: &[f32; 3], b: &[f32; 3]) -> f32 {
    (0..3).map(|i| (a[i] - b[i]).powi(2)).sum()
}

/// Up to five colours, sRGB, the largest first, with their share.
pub fn of(sights: &[Sight]) -> Vec<(u8, u8, u8, f32)> {
    let step = sights.len().div_ceil(8).max(1);
    let points: Vec<([f32; 3], [f32; 3])> = sights
        .iter()
        .skip(step / 2)
        .step_by(step)
        .flat_map(|s| (0..144).map(|i| srgb(s.thumb[i], s.thumb[144 + i], s.thumb[288 + i])))
        .map(|rgb| (rgb, lab(rgb)))
        .collect();
    let Some(first) = points.first() else { return Vec::new() };
    // Begin with points far from each other: always the same, and no colour is missed.
    let mut centres = vec![first.1];
    while centres.len() < COLORS {
        let nearest = |p: &[f32; 3]| centres.iter().map(|c| apart(c, p)).fold(f32::MAX, f32::min);
        let Some(far) = points.iter().max_by(|a, b| nearest(&a.1).total_cmp(&nearest(&b.1))) else { break };
        // Below this colours look the same.
        if nearest(&far.1) < 64.0 {
            break;
        }
        centres.push(far.1);
    }
    let mut members = vec![0usize; points.len()];
    for _ in 0..8 {
        for (m, p) in members.iter_mut().zip(&points) {
            *m = (0..centres.len())
                .min_by(|&a, &b| apart(&centres[a], &p.1).total_cmp(&apart(&centres[b], &p.1)))
                .unwrap_or(0);
        }
        for (k, centre) in centres.iter_mut().enumerate() {
            let own: Vec<&[f32; 3]> =
                members.iter().zip(&points).filter(|(m, _)| **m == k).map(|(_, p)| &p.1).collect();
            if !own.is_empty() {
                *centre = [0, 1, 2].map(|i| own.iter().map(|p| p[i]).sum::<f32>() / own.len() as f32);
            }
        }
    }
    let mut out: Vec<(u8, u8, u8, f32)> = (0..centres.len())
        .filter_map(|k| {
            let own: Vec<&[f32; 3]> =
                members.iter().zip(&points).filter(|(m, _)| **m == k).map(|(_, p)| &p.0).collect();
            let [r, g, b] =
                [0, 1, 2].map(|i| (own.iter().map(|p| p[i]).sum::<f32>() / own.len().max(1) as f32).round() as u8);
            (!own.is_empty()).then_some((r, g, b, own.len() as f32 / points.len() as f32))
        })
        .collect();
    out.sort_by(|a, b| b.3.total_cmp(&a.3));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_is_white_and_red_is_red() {
        let [l, a, b] = lab([255.0; 3]);
        assert!((l - 100.0).abs() < 0.1 && a.abs() < 0.5 && b.abs() < 0.5);
        let [l, a, b] = lab([255.0, 0.0, 0.0]);
        assert!((l - 53.2).abs() < 0.5 && (a - 80.1).abs() < 1.0 && (b - 67.2).abs() < 1.0);
        // BT.709 red: Y 54 of 255, Cb 102, Cr 240 in studio range.
        let [r, g, b] = srgb(54, 102, 240);
        assert!(r > 250.0 && g < 6.0 && b < 6.0, "{r} {g} {b}");
    }
}
