//! The normal distribution.

/// Share of the standard normal distribution below `z`, exact to about 1e-7 (Abramowitz and Stegun 7.1.26).
pub(super) fn below(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series =
        t * (0.254_829_592 + t * (-0.284_496_736 + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    let tail = 0.5 * series * (-x * x).exp();
    if z > 0.0 { 1.0 - tail } else { tail }
}

/// Logarithm of the standard normal density at `z`.
pub(super) fn log_density(z: f64) -> f64 {
    -0.5 * z * z - 0.918_938_533_204_672_7
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_shares() {
        for (z, share) in [(0.0, 0.5), (1.644_853_6, 0.95), (-1.281_551_6, 0.1), (3.090_232_3, 0.999)] {
            assert!((below(z) - share).abs() < 2e-7, "{z}: {}", below(z));
        }
    }
}
