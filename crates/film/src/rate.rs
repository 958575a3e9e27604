//! Exact frame rates and the time bases of files.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An exact rate in frames per second, in lowest terms: `24000/1001`, `25/1`.
///
/// ```
/// use film::Rate;
/// let ntsc: Rate = "29.97".parse().unwrap();
/// assert_eq!(ntsc.to_string(), "30000/1001");
/// assert_eq!(ntsc.frames_in_seconds(60.0), 1798);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rate {
    num: u32,
    den: u32,
}

/// Why a rate could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a frame rate; write it like 24, 23.976, 25 or 30000/1001")]
pub struct RateError(pub String);

impl Rate {
    /// 24 frames per second, the rate of film.
    pub const FILM: Rate = Rate { num: 24, den: 1 };

    /// The rate `num/den` in lowest terms; `None` if either is zero.
    pub fn new(num: u32, den: u32) -> Option<Rate> {
        if num == 0 || den == 0 {
            return None;
        }
        let g = gcd(num as u64, den as u64) as u32;
        Some(Rate { num: num / g, den: den / g })
    }

    /// Frames, the numerator.
    pub fn num(self) -> u32 {
        self.num
    }

    /// Seconds, the denominator.
    pub fn den(self) -> u32 {
        self.den
    }

    /// Frames per second as a float, for display and for costs; never to decide which frame is meant.
    pub fn fps(self) -> f64 {
        self.num as f64 / self.den as f64
    }

    /// Length of `frames` frames in seconds.
    pub fn seconds(self, frames: i64) -> f64 {
        frames as f64 * self.den as f64 / self.num as f64
    }

    /// The whole frames nearest to a duration in seconds.
    pub fn frames_in_seconds(self, seconds: f64) -> i64 {
        (seconds * self.num as f64 / self.den as f64).round() as i64
    }

    /// First audio sample of frame `frame` at `sample_rate` hertz, exact: `floor(frame * den * sample_rate / num)`.
    pub fn sample_at(self, frame: i64, sample_rate: u32) -> i64 {
        (frame as i128 * self.den as i128 * sample_rate as i128).div_euclid(self.num as i128) as i64
    }

    /// The frame showing at audio sample `sample`.
    pub fn frame_at_sample(self, sample: i64, sample_rate: u32) -> i64 {
        (sample as i128 * self.num as i128).div_euclid(self.den as i128 * sample_rate as i128) as i64
    }

    /// The nominal whole rate that timecode counts in: 24 for 23.976, 30 for 29.97; never less than 1.
    pub fn nominal(self) -> u32 {
        let whole = (u64::from(self.num) + u64::from(self.den) / 2) / u64::from(self.den);
        u32::try_from(whole).unwrap_or(u32::MAX).max(1)
    }

    /// Whether drop-frame timecode is defined for this rate (29.97 and 59.94).
    pub fn has_drop_frame(self) -> bool {
        self.den == 1001 && (self.num == 30000 || self.num == 60000)
    }

    /// Frame number at rate `to` showing at the instant that frame `frame` of this rate begins.
    pub fn convert(self, frame: i64, to: Rate) -> i64 {
        let n = frame as i128 * self.den as i128 * to.num as i128;
        let d = self.num as i128 * to.den as i128;
        n.div_euclid(d) as i64
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.num, self.den)
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(s: &str) -> Result<Rate, RateError> {
        let bad = || RateError(s.to_owned());
        let t = s.trim();
        if let Some((n, d)) = t.split_once('/') {
            return Rate::new(n.trim().parse().map_err(|_| bad())?, d.trim().parse().map_err(|_| bad())?)
                .ok_or_else(bad);
        }
        if let Ok(n) = t.parse::<u32>() {
            return Rate::new(n, 1).ok_or_else(bad);
        }
        let fps: f64 = t.parse().map_err(|_| bad())?;
        Rate::from_fps(fps).ok_or_else(bad)
    }
}

impl Rate {
    /// The standard rate a decimal means: 23.976, 23.98 -> 24000/1001; 29.97 -> 30000/1001; else thousandths.
    pub fn from_fps(fps: f64) -> Option<Rate> {
        if !fps.is_finite() || fps <= 0.0 || fps > 1000.0 {
            return None;
        }
        for whole in [24u32, 30, 48, 60, 120] {
            if (fps - whole as f64 * 1000.0 / 1001.0).abs() < 0.006 {
                return Rate::new(whole * 1000, 1001);
            }
        }
        Rate::new((fps * 1000.0).round() as u32, 1000)
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Rate, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// The tick of a file's timestamps in seconds: `num/den`, as `1/90000`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TimeBase {
    /// Seconds.
    pub num: i32,
    /// Ticks in them.
    pub den: i32,
}

impl TimeBase {
    /// `ticks` in seconds.
    pub fn seconds(self, ticks: i64) -> f64 {
        ticks as f64 * self.num as f64 / self.den as f64
    }

    /// Ticks nearest to `frame` frames of `rate`.
    pub fn ticks_of_frame(self, frame: i64, rate: Rate) -> i64 {
        let n = frame as i128 * rate.den as i128 * self.den as i128;
        let d = rate.num as i128 * self.num as i128;
        (2 * n + d).div_euclid(2 * d) as i64
    }

    /// Frame of `rate` nearest to `ticks`.
    pub fn frame_of_ticks(self, ticks: i64, rate: Rate) -> i64 {
        let n = ticks as i128 * self.num as i128 * rate.num as i128;
        let d = self.den as i128 * rate.den as i128;
        (2 * n + d).div_euclid(2 * d) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_mean_the_broadcast_rates() {
        for (text, exact) in [
            ("23.976", "24000/1001"),
            ("23.98", "24000/1001"),
            ("29.97", "30000/1001"),
            ("59.94", "60000/1001"),
            ("25", "25/1"),
            ("24.0", "24/1"),
            ("12.5", "25/2"),
            ("48000/2002", "24000/1001"),
        ] {
            assert_eq!(text.parse::<Rate>().unwrap().to_string(), exact);
        }
        for text in ["", "0", "-24", "24/0", "film", "NaN", "1e9"] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_frame_owns_its_first_sample(frame in 0i64..1_000_000, whole in 1u32..120, ntsc: bool, hz in 8000u32..192_000) {
            let rate = if ntsc { Rate::new(whole * 1000, 1001) } else { Rate::new(whole, 1) }.unwrap();
            let first = rate.sample_at(frame, hz);
            // The first whole sample at or after the frame's start lies in the frame.
            proptest::prop_assert_eq!(rate.frame_at_sample(first + 1, hz), frame);
        }

        #[test]
        fn ticks_and_frames_round_trip(frame in 0i64..10_000_000) {
            let tb = TimeBase { num: 1, den: 90_000 };
            for rate in ["24000/1001", "25", "30000/1001", "60"] {
                let rate: Rate = rate.parse().unwrap();
                proptest::prop_assert_eq!(tb.frame_of_ticks(tb.ticks_of_frame(frame, rate), rate), frame);
            }
        }
    }
}
