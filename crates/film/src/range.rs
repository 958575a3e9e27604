//! Half-open ranges of frames.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Frames `start..end`, half-open, 0-based; `start <= end` always.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "Bounds")]
pub struct FrameRange {
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
struct Bounds {
    start: i64,
    end: i64,
}

impl TryFrom<Bounds> for FrameRange {
    type Error = String;

    fn try_from(b: Bounds) -> Result<FrameRange, String> {
        if b.start <= b.end {
            Ok(FrameRange { start: b.start, end: b.end })
        } else {
            Err(format!("a range of frames ends ({}) before it starts ({})", b.end, b.start))
        }
    }
}

impl FrameRange {
    /// Frames `start..end`.
    ///
    /// # Panics
    /// If `end < start`: the caller's arithmetic is wrong.
    pub fn new(start: i64, end: i64) -> FrameRange {
        assert!(start <= end, "a range of frames cannot end ({end}) before it starts ({start})");
        FrameRange { start, end }
    }

    /// `len` frames from `start`.
    pub fn at(start: i64, len: i64) -> FrameRange {
        FrameRange::new(start, start + len)
    }

    /// First frame.
    pub fn start(self) -> i64 {
        self.start
    }

    /// One past the last frame.
    pub fn end(self) -> i64 {
        self.end
    }

    /// How many frames.
    pub fn len(self) -> i64 {
        self.end - self.start
    }

    /// Whether there is no frame in it.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `frame` is in it.
    pub fn contains(self, frame: i64) -> bool {
        self.start <= frame && frame < self.end
    }

    /// Whether all of `other` is in it.
    pub fn covers(self, other: FrameRange) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The frames in both, if any.
    pub fn overlap(self, other: FrameRange) -> Option<FrameRange> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        (start < end).then_some(FrameRange { start, end })
    }

    /// The same frames `by` later.
    pub fn shift(self, by: i64) -> FrameRange {
        FrameRange { start: self.start + by, end: self.end + by }
    }

    /// The frame in the middle (the earlier of two).
    pub fn middle(self) -> i64 {
        self.start + (self.len() - 1).max(0) / 2
    }

    /// The frames one by one.
    pub fn frames(self) -> std::ops::Range<i64> {
        self.start..self.end
    }
}

impl fmt::Display for FrameRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {})", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_open() {
        let r = FrameRange::new(10, 20);
        assert_eq!(r.len(), 10);
        assert!(r.contains(10) && r.contains(19) && !r.contains(20));
        assert_eq!(r.overlap(FrameRange::new(20, 30)), None);
        assert_eq!(r.overlap(FrameRange::new(15, 30)), Some(FrameRange::new(15, 20)));
        assert_eq!(FrameRange::new(0, 4).middle(), 1);
        assert!(FrameRange::try_from(Bounds { start: 2, end: 1 }).is_err());
    }
}
