//! SMPTE timecode, drop-frame and not.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Rate;

/// A frame count shown as hours, minutes, seconds and frames (SMPTE ST 12-1).
///
/// Drop-frame leaves out the *numbers* `;00` and `;01` at each minute that is not a multiple of ten (four numbers at
/// 59.94), never a frame.
///
/// ```
/// use film::{Rate, Timecode};
/// let rate: Rate = "29.97".parse().unwrap();
/// assert_eq!(Timecode::new(1800, rate, true).to_string(), "00:01:00;02");
/// assert_eq!(Timecode::parse("00:01:00;02", rate).unwrap().frame(), 1800);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timecode {
    frame: i64,
    rate: Rate,
    drop: bool,
}

/// Why a timecode could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TimecodeError {
    /// Not `HH:MM:SS:FF`.
    #[error("`{0}` is not a timecode; write HH:MM:SS:FF, or HH:MM:SS;FF for drop-frame")]
    Form(String),
    /// A field is out of range at this rate.
    #[error("`{0}` does not exist at {1} frames a second")]
    Range(String, Rate),
    /// A number that drop-frame leaves out.
    #[error("`{0}` is one of the numbers that drop-frame timecode leaves out")]
    Dropped(String),
    /// Drop-frame asked of a rate that has none.
    #[error("drop-frame timecode is defined at 29.97 and 59.94 only, not at {0}")]
    NoDrop(Rate),
}

impl Timecode {
    /// Frame `frame` counted from 00:00:00:00; `drop` is ignored where the rate has no drop-frame form.
    pub fn new(frame: i64, rate: Rate, drop: bool) -> Timecode {
        Timecode { frame, rate, drop: drop && rate.has_drop_frame() }
    }

    /// Reads `HH:MM:SS:FF`; a `;` or `.` before the frames means drop-frame.
    pub fn parse(text: &str, rate: Rate) -> Result<Timecode, TimecodeError> {
        let form = || TimecodeError::Form(text.to_owned());
        let t = text.trim();
        let drop = t.contains([';', '.']);
        if drop && !rate.has_drop_frame() {
            return Err(TimecodeError::NoDrop(rate));
        }
        let fields: Vec<i64> = t
            .split([':', ';', '.'])
            .map(|f| {
                if (1..=3).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit()) { f.parse().ok() } else { None }
            })
            .collect::<Option<_>>()
            .ok_or_else(form)?;
        let [h, m, s, f] = fields[..] else { return Err(form()) };
        let fps = rate.nominal() as i64;
        if m > 59 || s > 59 || f >= fps {
            return Err(TimecodeError::Range(text.to_owned(), rate));
        }
        let mut frame = ((h * 60 + m) * 60 + s) * fps + f;
        if drop {
            let skip = fps / 15;
            if s == 0 && f < skip && m % 10 != 0 {
                return Err(TimecodeError::Dropped(text.to_owned()));
            }
            let minutes = h * 60 + m;
            frame -= skip * (minutes - minutes / 10);
        }
        Ok(Timecode { frame, rate, drop })
    }

    /// Frames since 00:00:00:00.
    pub fn frame(self) -> i64 {
        self.frame
    }

    /// Rate it counts at.
    pub fn rate(self) -> Rate {
        self.rate
    }

    /// Whether it is drop-frame.
    pub fn is_drop(self) -> bool {
        self.drop
    }

    /// The timecode `frames` later.
    pub fn plus(self, frames: i64) -> Timecode {
        Timecode { frame: self.frame + frames, ..self }
    }
}

impl fmt::Display for Timecode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fps = i128::from(self.rate.nominal());
        // Wide enough for the numbers that drop-frame leaves out of any count.
        let mut n = i128::from(self.frame).abs();
        if self.drop {
            let skip = fps / 15;
            let ten = fps * 600 - skip * 9;
            let minute = fps * 60 - skip;
            let (tens, rest) = (n / ten, n % ten);
            n += skip * 9 * tens;
            if rest >= fps * 60 {
                n += skip * (1 + (rest - fps * 60) / minute);
            }
        }
        let (f, s) = (n % fps, n / fps);
        let sign = if self.frame < 0 { "-" } else { "" };
        let point = if self.drop { ';' } else { ':' };
        write!(out, "{sign}{:02}:{:02}:{:02}{point}{f:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drop_frame_known_points() {
        let rate = Rate::new(30000, 1001).unwrap();
        for (frame, text) in [
            (0, "00:00:00;00"),
            (1799, "00:00:59;29"),
            (1800, "00:01:00;02"),
            (17981, "00:09:59;29"),
            (17982, "00:10:00;00"),
            (107892, "01:00:00;00"),
        ] {
            assert_eq!(Timecode::new(frame, rate, true).to_string(), text);
            assert_eq!(Timecode::parse(text, rate).unwrap().frame(), frame);
        }
        assert!(matches!(Timecode::parse("00:01:00;00", rate), Err(TimecodeError::Dropped(_))));
        assert!(matches!(Timecode::parse("00:00:00;00", Rate::FILM), Err(TimecodeError::NoDrop(_))));
    }

    #[test]
    fn every_frame_of_a_day_has_its_own_number() {
        for rate in [Rate::new(30000, 1001).unwrap(), Rate::new(60000, 1001).unwrap()] {
            let day = Timecode::parse("24:00:00;00", rate).unwrap().frame();
            for frame in (0..day).step_by(7).chain(0..40_000) {
                let t = Timecode::new(frame, rate, true);
                assert_eq!(Timecode::parse(&t.to_string(), rate), Ok(t));
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "1:2:3", "00:00:00:99", "00:61:00:00", "a:b:c:d", "00:00:00:00:00", "-1:00:00:00"] {
            assert!(Timecode::parse(text, Rate::FILM).is_err(), "{text}");
        }
    }
}
