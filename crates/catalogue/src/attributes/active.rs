//! The picture inside a letterbox or pillarbox.

use crate::reading::closeup::Lit;

/// Darkest mean of a band that was ever lit, 0 to 255.
const LIT: u8 = 14;

/// Active picture as fractions left, top, right, bottom of the displayed picture: bands that were never lit, where both sides
/// agree, are bars.
pub fn of(lit: &Lit, rotation: u16) -> [f32; 4] {
    let span = |bands: &[u8]| -> (f32, f32) {
        let first = bands.iter().position(|&v| v > LIT);
        let last = bands.iter().rposition(|&v| v > LIT);
        let (Some(first), Some(last)) = (first, last) else { return (0.0, 1.0) };
        let n = bands.len() as f32;
        let (a, b) = (first as f32 / n, (last + 1) as f32 / n);
        // Bars come in pairs of one size; a dark film's edges do not. Less than a hundredth is the edge of a scan.
        let pair = (a - (1.0 - b)).abs() < 0.02 && a > 0.01 && b - a > 0.4;
        if pair { (a, b) } else { (0.0, 1.0) }
    };
    let ((left, right), (top, bottom)) = (span(&lit.columns), span(&lit.rows));
    match rotation {
        90 => [1.0 - bottom, left, 1.0 - top, right],
        180 => [1.0 - right, 1.0 - bottom, 1.0 - left, 1.0 - top],
        270 => [top, 1.0 - right, bottom, 1.0 - left],
        _ => [left, top, right, bottom],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_in_pairs_only() {
        let mut lit = Lit { columns: vec![120; 256], rows: vec![120; 256] };
        assert_eq!(of(&lit, 0), [0.0, 0.0, 1.0, 1.0]);
        lit.rows[..32].fill(3);
        assert_eq!(of(&lit, 0), [0.0, 0.0, 1.0, 1.0], "a dark top alone is no letterbox");
        lit.rows[224..].fill(3);
        assert_eq!(of(&lit, 0), [0.0, 0.125, 1.0, 0.875]);
        assert_eq!(of(&lit, 90), [0.125, 0.0, 0.875, 1.0]);
        assert_eq!(of(&Lit::default(), 0), [0.0, 0.0, 1.0, 1.0], "all black");
    }
}
