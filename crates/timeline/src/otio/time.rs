//! Instants and ranges of the format: a float count at a float rate, made exact again.

use film::{FrameRange, Rate};
use serde_json::{Value, json};

use super::json::{Node, OtioError};
use crate::check::MOST_FRAMES;
use crate::clip::nearest;

/// A `RationalTime`: `value` frames of `rate`, which may fall between frames.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub(crate) value: f64,
    pub(crate) rate: Rate,
}

/// A `TimeRange`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: Time,
    pub(crate) duration: Time,
}

impl Time {
    pub(crate) fn read(node: &Node<'_>) -> Result<Time, OtioError> {
        if node.schema() != "RationalTime" {
            return Err(node.shape("a RationalTime"));
        }
        let rate = node.field("rate");
        let rate = exact_rate(rate.number()?).ok_or_else(|| rate.shape("a rate above zero"))?;
        let value = node.field("value");
        let frames = value.number()?;
        if frames.abs() > MOST_FRAMES as f64 {
            return Err(value.shape("a number of frames that a film can have"));
        }
        Ok(Time { value: frames, rate })
    }

    /// The nearest frame of `rate`, and whether it is exactly this instant.
    pub(crate) fn frame(self, rate: Rate) -> (i64, bool) {
        let whole = self.value.round();
        // Programs that compute in floats miss whole frames by a hair.
        let on_frame = (self.value - whole).abs() < 1e-4;
        if on_frame {
            let frame = nearest(whole as i64, self.rate, rate);
            return (
                frame,
                nearest(frame, rate, self.rate) == whole as i64 && same_instant(frame, rate, whole as i64, self.rate),
            );
        }
        ((self.value * rate.fps() / self.rate.fps()).round() as i64, false)
    }
}

fn same_instant(a: i64, a_rate: Rate, b: i64, b_rate: Rate) -> bool {
    let cross = |frame: i64, from: Rate, to: Rate| frame as i128 * from.den() as i128 * to.num() as i128;
    cross(a, a_rate, b_rate) == cross(b, b_rate, a_rate)
}

impl Span {
    /// The range in an object, if it is not null.
    pub(crate) fn read(node: &Node<'_>) -> Result<Option<Span>, OtioError> {
        if node.is_null() {
            return Ok(None);
        }
        if node.schema() != "TimeRange" {
            return Err(node.shape("a TimeRange"));
        }
        let duration = node.field("duration");
        let span = Span { start: Time::read(&node.field("start_time"))?, duration: Time::read(&duration)? };
        if span.duration.value < 0.0 {
            return Err(duration.field("value").shape("a length of zero or more"));
        }
        Ok(Some(span))
    }

    /// The nearest range of whole frames at `rate`, and whether it is exactly this one.
    pub(crate) fn frames(self, rate: Rate) -> (FrameRange, bool) {
        let (start, a) = self.start.frame(rate);
        let (len, b) = self.duration.frame(rate);
        (FrameRange::at(start, len.max(0)), a && b)
    }
}

/// The exact rate that a float means: whole, NTSC (`n * 1000/1001`), or the simplest fraction with a small denominator.
pub(crate) fn exact_rate(fps: f64) -> Option<Rate> {
    if !fps.is_finite() || fps <= 1e-3 || fps > 1e6 {
        return None;
    }
    if (fps - fps.round()).abs() < 1e-9 {
        return Rate::new(fps.round() as u32, 1);
    }
    let ntsc = (fps * 1.001).round();
    if (fps - ntsc * 1000.0 / 1001.0).abs() < 1e-6 * fps && ntsc < 4e6 {
        return Rate::new(ntsc as u32 * 1000, 1001);
    }
    let whole = (1..=1001u32).find(|den| {
        let n = fps * *den as f64;
        (n - n.round()).abs() < 1e-9 * n && n < u32::MAX as f64
    });
    match whole {
        // A decimal such as 23.976 or 29.97 means the broadcast rate.
        Some(den) if !1000u32.is_multiple_of(den) => Rate::new((fps * den as f64).round() as u32, den),
        _ => Rate::from_fps(fps).or_else(|| Rate::new((fps * 1000.0).round() as u32, 1000)),
    }
}

pub(crate) fn time(frame: i64, rate: Rate) -> Value {
    json!({ "OTIO_SCHEMA": "RationalTime.1", "rate": rate.fps(), "value": frame as f64 })
}

pub(crate) fn span(range: FrameRange, rate: Rate) -> Value {
    json!({
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": time(range.start(), rate),
        "duration": time(range.len(), rate),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_mean_exact_rates() {
        for (fps, exact) in [
            (23.976023976023978, "24000/1001"),
            (23.976, "24000/1001"),
            (23.98, "24000/1001"),
            (29.97002997002997, "30000/1001"),
            (29.97, "30000/1001"),
            (119.88011988011988, "120000/1001"),
            (14.985014985014985, "15000/1001"),
            (12.5, "25/2"),
            (24.0, "24/1"),
            (48000.0, "48000/1"),
            (44100.0, "44100/1"),
            (16.666666666666668, "50/3"),
        ] {
            assert_eq!(exact_rate(fps).unwrap().to_string(), exact);
        }
        for fps in [0.0, -24.0, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
            assert_eq!(exact_rate(fps), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn every_rate_survives_its_float(num in 1u32..200_000, ntsc: bool) {
            let rate = if ntsc { Rate::new(num * 1000, 1001) } else { Rate::new(num, 1) }.unwrap();
            proptest::prop_assert_eq!(exact_rate(rate.fps()), Some(rate));
        }
    }
}
