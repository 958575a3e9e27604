//! Lengths as people write them.

use std::str::FromStr;

use film::{Rate, Timecode};
use serde::{Deserialize, Serialize};

/// A length: `60s`, `1m30s`, `1440f` frames, or a timecode `00:01:00:00`.
///
/// ```
/// use acts::Length;
/// use film::Rate;
/// assert_eq!("1m30s".parse::<Length>().unwrap().frames(Rate::FILM), Ok(2160));
/// assert_eq!("48f".parse::<Length>().unwrap().frames(Rate::FILM), Ok(48));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Length(Written);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Written {
    Seconds(f64),
    Frames(i64),
    Timecode(String),
}

/// A text that is not a length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length; write 60s, 1m30s, 1440f (frames) or a timecode 00:01:00:00")]
pub struct LengthError(pub String);

impl FromStr for Length {
    type Err = LengthError;

    fn from_str(text: &str) -> Result<Length, LengthError> {
        let bad = || LengthError(text.to_owned());
        let t = text.trim();
        if t.contains(':') {
            return Ok(Length(Written::Timecode(t.to_owned())));
        }
        if let Some(frames) = t.strip_suffix('f') {
            return frames.trim().parse().map(|f| Length(Written::Frames(f))).map_err(|_| bad());
        }
        let (minutes, rest) = match t.split_once('m') {
            Some((m, rest)) => (m.trim().parse::<f64>().map_err(|_| bad())?, rest),
            None => (0.0, t),
        };
        let rest = rest.trim().trim_end_matches('s').trim();
        let seconds = if rest.is_empty() && t.contains('m') { 0.0 } else { rest.parse::<f64>().map_err(|_| bad())? };
        let all = minutes * 60.0 + seconds;
        if all.is_finite() && all > 0.0 { Ok(Length(Written::Seconds(all))) } else { Err(bad()) }
    }
}

impl Length {
    /// Frames of `rate`, the nearest whole number.
    pub fn frames(&self, rate: Rate) -> Result<i64, LengthError> {
        match &self.0 {
            Written::Seconds(seconds) => Ok(rate.frames_in_seconds(*seconds)),
            Written::Frames(frames) => Ok(*frames),
            Written::Timecode(text) => {
                Timecode::parse(text, rate).map(Timecode::frame).map_err(|_| LengthError(text.clone()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_them() {
        for (text, frames) in
            [("60s", 1440), ("60", 1440), ("1m", 1440), ("1m 30s", 2160), ("0.5s", 12), ("00:00:02:12", 60), ("7f", 7)]
        {
            assert_eq!(text.parse::<Length>().unwrap().frames(Rate::FILM), Ok(frames), "{text}");
        }
        for text in ["", "s", "-5s", "long", "1h", "inf", "NaN", "0", "xf"] {
            assert!(text.parse::<Length>().is_err(), "{text}");
        }
        assert!("00:99:00:00".parse::<Length>().unwrap().frames(Rate::FILM).is_err());
    }
}
