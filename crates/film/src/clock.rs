//! When each frame of a reel shows.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{FrameRange, Rate, TimeBase};

/// The clock of a reel: maps its own frames (presentation order) to a constant grid at its nominal rate and back.
///
/// Most reels are constant: frame `n` is grid frame `n`. A phone's video is variable: each frame has its own timestamp,
/// and the grid, which timelines and editing systems count in, repeats or skips frames. Shots are found in reel frames;
/// edits are made in grid frames.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clock {
    /// Every frame lasts the same.
    Constant {
        /// The exact rate.
        rate: Rate,
        /// How many frames.
        frames: i64,
    },
    /// Each frame has its own timestamp.
    Variable {
        /// The nominal rate, the grid's.
        rate: Rate,
        /// Tick of the timestamps.
        base: TimeBase,
        /// Presentation timestamps, strictly rising.
        pts: Arc<[i64]>,
        /// Duration of the last frame in ticks.
        last: i64,
    },
}

impl Clock {
    /// The nominal rate.
    pub fn rate(&self) -> Rate {
        match self {
            Clock::Constant { rate, .. } | Clock::Variable { rate, .. } => *rate,
        }
    }

    /// How many frames the reel has.
    pub fn frames(&self) -> i64 {
        match self {
            Clock::Constant { frames, .. } => *frames,
            Clock::Variable { pts, .. } => pts.len() as i64,
        }
    }

    /// Whether frames last differently.
    pub fn is_variable(&self) -> bool {
        matches!(self, Clock::Variable { .. })
    }

    /// How many frames the constant grid has.
    pub fn grid_len(&self) -> i64 {
        match self {
            Clock::Constant { frames, .. } => *frames,
            Clock::Variable { rate, base, pts, last } => match (pts.first(), pts.last()) {
                (Some(first), Some(end)) => base.frame_of_ticks(end - first + last, *rate).max(1),
                _ => 0,
            },
        }
    }

    /// Seconds from the first frame's showing to frame `frame`'s; `frame` may be one past the last.
    pub fn seconds(&self, frame: i64) -> f64 {
        match self {
            Clock::Constant { rate, .. } => rate.seconds(frame),
            Clock::Variable { base, pts, last, .. } => {
                let Some(&first) = pts.first() else { return 0.0 };
                let at = pts.get(frame.max(0) as usize).copied().unwrap_or(pts[pts.len() - 1] + last);
                base.seconds(at - first)
            }
        }
    }

    /// The reel frame showing in grid frame `grid` (at its middle, so that rounding of timestamps does no harm).
    pub fn frame_at(&self, grid: i64) -> i64 {
        match self {
            Clock::Constant { frames, .. } => grid.clamp(0, (frames - 1).max(0)),
            Clock::Variable { rate, base, pts, .. } => {
                let Some(&first) = pts.first() else { return 0 };
                let (a, b) = (base.ticks_of_frame(grid, *rate), base.ticks_of_frame(grid + 1, *rate));
                let middle = first + (a + b) / 2;
                (pts.partition_point(|&p| p <= middle) as i64 - 1).max(0)
            }
        }
    }

    /// The reel's own frames that show in these grid frames; one at least.
    pub fn frames_at(&self, grid: FrameRange) -> FrameRange {
        let last = (grid.end() - 1).max(grid.start());
        FrameRange::new(self.frame_at(grid.start()), self.frame_at(last) + 1)
    }

    /// The first grid frame that shows reel frame `frame` or a later one; one past the last frame gives [`Clock::grid_len`].
    pub fn grid_at(&self, frame: i64) -> i64 {
        match self {
            Clock::Constant { .. } => frame,
            Clock::Variable { .. } => {
                if frame >= self.frames() {
                    return self.grid_len();
                }
                let (mut low, mut high) = (0, self.grid_len());
                while low < high {
                    let mid = (low + high) / 2;
                    if self.frame_at(mid) >= frame { high = mid } else { low = mid + 1 }
                }
                low
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone() -> Clock {
        // 30 fps nominal, a stall of 100 ms after the third frame, then 60 fps for two frames.
        Clock::Variable {
            rate: Rate::new(30, 1).unwrap(),
            base: TimeBase { num: 1, den: 600 },
            pts: vec![0, 20, 40, 100, 110, 120, 140].into(),
            last: 20,
        }
    }

    #[test]
    fn variable_reels_hold_and_skip() {
        let c = phone();
        assert_eq!(c.grid_len(), 8);
        let shown: Vec<i64> = (0..8).map(|g| c.frame_at(g)).collect();
        assert_eq!(shown, [0, 1, 2, 2, 2, 4, 5, 6]);
        assert_eq!(c.grid_at(2), 2);
        assert_eq!(c.grid_at(3), 5, "frame 3 never shows on the grid; the next does");
        assert_eq!(c.grid_at(7), 8);
    }

    #[test]
    fn constant_reels_are_their_grid() {
        let c = Clock::Constant { rate: Rate::FILM, frames: 10 };
        assert!((0..10).all(|f| c.frame_at(f) == f && c.grid_at(f) == f));
        assert_eq!(c.seconds(24), 1.0);
    }

    #[test]
    fn grid_frames_show_a_stretch_of_the_reels_own() {
        let clock = phone();
        // The stalled third frame shows in several of the grid's: each of them is that one.
        assert_eq!((2..5).map(|g| clock.frame_at(g)).collect::<Vec<_>>(), [2, 2, 2]);
        assert_eq!(clock.frames_at(FrameRange::new(2, 5)), FrameRange::new(2, 3));
        assert_eq!(clock.frames_at(FrameRange::new(0, clock.grid_len())).start(), 0);
        assert_eq!(clock.frames_at(FrameRange::new(3, 3)), FrameRange::new(2, 3), "one at least");
    }
}
