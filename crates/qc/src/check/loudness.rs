//! How loud it is on the whole, and its highest peak.

use ebur128::{EbuR128, Mode};

use super::{Ear, Film, HERTZ};
use crate::{Finding, Severity};

/// Integrated loudness and true peak (ITU-R BS.1770, EBU R 128), of at most two channels.
pub struct Loudness {
    meter: EbuR128,
    channels: u32,
}

impl Loudness {
    /// Of one or two channels.
    ///
    /// # Panics
    /// If there is none, or more.
    pub fn new(channels: u32) -> Loudness {
        let meter = EbuR128::new(channels, HERTZ, Mode::I | Mode::TRUE_PEAK).expect("one or two channels at 48 kHz");
        Loudness { meter, channels }
    }

    /// LUFS and dBTP so far; negative infinity in silence.
    pub fn measured(&self) -> (f64, f64) {
        let lufs = self.meter.loudness_global().unwrap_or(f64::NEG_INFINITY);
        let peaks = (0..self.channels).filter_map(|channel| self.meter.true_peak(channel).ok());
        (lufs, 20.0 * peaks.fold(0.0, f64::max).log10())
    }
}

impl Ear for Loudness {
    fn hear(&mut self, samples: &[f32]) {
        self.meter.add_frames_f32(samples).expect("whole frames of the channels it was made for");
    }

    fn end(&mut self, film: &Film<'_>) -> Vec<Finding> {
        let (lufs, peak) = self.measured();
        let Some(target) = film.policy.loudness.filter(|_| lufs.is_finite()) else { return Vec::new() };
        let mut findings = Vec::new();
        let off = (lufs - target.integrated).abs();
        // Meters agree within a tenth.
        if off > target.tolerance + 0.05 {
            let severity = if off > 3.0 * target.tolerance { Severity::Error } else { Severity::Warning };
            let side = if lufs > target.integrated { "louder" } else { "quieter" };
            let detail = format!(
                "{lufs:.1} LUFS, {off:.1} LU {side} than the target of {:.1} (tolerance {:.1})",
                target.integrated, target.tolerance
            );
            findings.push(Finding::new("loudness", severity, film.whole(), detail).measured(lufs, target.integrated));
        }
        if peak > target.true_peak + 0.05 {
            let severity = if peak > target.true_peak + 1.0 { Severity::Error } else { Severity::Warning };
            let detail = format!("true peak {peak:.1} dBTP (limit {:.1})", target.true_peak);
            findings.push(Finding::new("loudness", severity, film.whole(), detail).measured(peak, target.true_peak));
        }
        findings
    }
}
