//! The frame that shows a shot best.

use film::FrameRange;

use crate::reading::sight::Sight;

/// How much worse a frame may be that lies twice as far into the shot: what a shot is about tends to enter late.
const LATER: f32 = 0.08;
/// Frames into the shot from which later is not better.
const SETTLED: i64 = 96;
/// Frames after a cut that are not chosen: the eye has not settled, and half of something may be in them.
const SETTLE: i64 = 4;

/// How well a frame shows what is there: sharp, well exposed, full of contrast, not in motion.
pub fn worth(s: &Sight) -> f32 {
    let exposure = (s.luma - 0.45).abs();
    s.sharpness + 2.0 * s.contrast.min(0.3) + 0.5 * s.saturation.min(0.5) - 0.8 * exposure - 6.0 * s.motion
}

/// The best frame of a shot so far, as its frames go by.
#[derive(Clone, Copy, Debug)]
pub struct Best {
    start: i64,
    /// Worth, its place in the shot counted in, and number.
    best: Option<(f32, i64)>,
}

impl Best {
    /// A shot begins at frame `start`.
    pub fn from(start: i64) -> Best {
        Best { start, best: None }
    }

    /// Looks at a frame; whether it is the best so far.
    pub fn offer(&mut self, frame: i64, worth: f32) -> bool {
        let age = frame - self.start;
        let worth = worth + LATER * (age.clamp(1, SETTLED) as f32).log2();
        let takes = age >= SETTLE && self.best.is_none_or(|(best, _)| worth > best);
        if takes {
            self.best = Some((worth, frame));
        }
        takes
    }
}

/// The key frame of the shot of frames `range`, which `sights` shows: the best of one frame in `step`, of all where none of
/// these will do.
///
/// The choice runs in order, as the decode does, which keeps the picture of the best frame so far: so the picture of the key
/// frame is mostly there already.
pub fn choose(sights: &[Sight], range: FrameRange, step: i64) -> i64 {
    let best_of = |frames: &mut dyn Iterator<Item = i64>| -> Option<i64> {
        let mut best = Best::from(range.start());
        for frame in frames {
            if let Some(s) = sights.get((frame - range.start()) as usize) {
                best.offer(frame, worth(s));
            }
        }
        best.best.map(|b| b.1)
    };
    best_of(&mut range.frames().filter(|f| f % step.max(1) == 0))
        .or_else(|| best_of(&mut range.frames()))
        .unwrap_or(range.middle())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::THUMB;

    #[test]
    fn the_sharp_still_frame_is_the_key() {
        let plain = Sight {
            luma: 0.4,
            contrast: 0.1,
            saturation: 0.1,
            change: 0.0,
            motion: 0.02,
            camera: [0.0; 3],
            object: 0.0,
            drift: 0.0,
            sharpness: 0.3,
            focus: [0.5; 2],
            thumb: [0; THUMB],
        };
        let mut sights = vec![plain.clone(); 60];
        sights[36] = Sight { sharpness: 0.8, motion: 0.0, ..plain };
        assert_eq!(choose(&sights, FrameRange::new(0, 60), 12), 36);
        assert_eq!(choose(&sights[..30], FrameRange::new(0, 30), 12), 24, "of equals, a late one");
        assert_eq!(choose(&sights[..3], FrameRange::new(1, 4), 12), 2, "too short to choose: the middle");
    }
}
