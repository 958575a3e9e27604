//! The frame that shows a shot best.

use film::FrameRange;

use crate::reading::sight::Sight;

/// How much better a later frame must be to be chosen over an earlier one.
const BETTER: f32 = 0.05;

/// How well a frame shows what is there: sharp, well exposed, full of contrast, not in motion.
pub fn worth(s: &Sight) -> f32 {
    let exposure = (s.luma - 0.45).abs();
    s.sharpness + 2.0 * s.contrast.min(0.3) + 0.5 * s.saturation.min(0.5) - 0.8 * exposure - 6.0 * s.motion
}

/// Whether a frame worth `new` takes the place of the best so far.
pub fn beats(new: f32, best: Option<f32>) -> bool {
    best.is_none_or(|best| new > best + BETTER)
}

/// The key frame of the shot of frames `range`, which `sights` shows: the best of one frame in `step`, of all where none of
/// these lies in it.
///
/// The choice runs in order, as the decode does, which keeps the picture of the best frame so far: so the picture of the key
/// frame is mostly there already.
pub fn choose(sights: &[Sight], range: FrameRange, step: i64) -> i64 {
    let best_of = |frames: &mut dyn Iterator<Item = i64>| -> Option<i64> {
        let mut best: Option<(f32, i64)> = None;
        for frame in frames {
            let Some(s) = sights.get((frame - range.start()) as usize) else { continue };
            let new = worth(s);
            if beats(new, best.map(|b| b.0)) {
                best = Some((new, frame));
            }
        }
        best.map(|b| b.1)
    };
    best_of(&mut range.frames().filter(|f| f % step.max(1) == 0))
        .or_else(|| best_of(&mut range.frames()))
        .unwrap_or(range.start())
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
        assert_eq!(choose(&sights, FrameRange::new(0, 60), 100), 0);
        assert_eq!(
            choose(&sights[..3], FrameRange::new(1, 4), 12),
            1,
            "too short for the step: the best of all, the first of equals"
        );
    }
}
