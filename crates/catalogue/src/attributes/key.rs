//! The frame that shows a shot best.

use film::FrameRange;

use crate::reading::sight::Sight;

/// The best frame of `range`, among those of which a picture is saved (one in `step`) where there are such.
///
/// Sharp, well exposed, full of contrast, little motion; in doubt nearer the middle, so that what enters is there.
pub fn choose(sights: &[Sight], range: FrameRange, step: i64) -> i64 {
    let candidates: Vec<i64> = range.frames().filter(|f| f % step.max(1) == 0).collect();
    // The very first and last frames of a shot are the likeliest to be half of something.
    let inner: Vec<i64> =
        candidates.iter().copied().filter(|f| f - range.start() >= 2 && range.end() - f > 2).collect();
    let pool = match (inner.is_empty(), candidates.is_empty()) {
        (false, _) => inner,
        (true, false) => candidates,
        (true, true) => range.frames().collect(),
    };
    let score = |frame: i64| {
        let Some(s) = sights.get((frame - range.start()) as usize) else { return f32::MIN };
        let off_middle = (frame - range.middle()).abs() as f32 / range.len().max(1) as f32;
        let exposure = (s.luma - 0.45).abs();
        s.sharpness + 2.0 * s.contrast.min(0.3) + 0.5 * s.saturation.min(0.5)
            - 0.8 * exposure
            - 6.0 * s.motion
            - 0.4 * off_middle
    };
    pool.into_iter().max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a))).unwrap_or(range.start())
}
