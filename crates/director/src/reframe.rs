//! Where the canvas looks in a picture of another shape: after what the eye goes to, without haste.

use timeline::{Canvas, Fit, Point, Reframe};

use crate::footage::{Footage, value};
use crate::sound::Shown;

/// Picture widths a second that the window may move.
const SPEED: f64 = 0.12;
/// Seconds over which the focus is smoothed.
const SMOOTH: f64 = 1.0;
/// The window stays until the focus has gone this far from its middle, picture widths.
const SLACK: f32 = 0.04;

/// How `shown` meets the canvas; `None` where the shapes agree.
pub(crate) fn reframe(footage: &Footage<'_>, shown: &Shown, canvas: Canvas, fit: Fit) -> Option<Reframe> {
    let reel = footage.reel(shown.reel);
    let want = f64::from(canvas.width) / f64::from(canvas.height);
    let have = f64::from(reel.width.max(1)) / f64::from(reel.height.max(1));
    if (want / have - 1.0).abs() < 0.01 {
        return None;
    }
    if fit == Fit::Letterbox {
        return Some(Reframe { fit, center: Vec::new() });
    }
    // The window as a share of the picture, and where its middle may be.
    let window = if want < have { [(want / have) as f32, 1.0] } else { [1.0, (have / want) as f32] };
    let bounds = |axis: usize| {
        let (low, high) = (reel.active[axis].clamp(0.0, 1.0), reel.active[axis + 2].clamp(0.0, 1.0));
        let half = window[axis] / 2.0;
        // A window wider than the active picture stays on its middle, within the frame.
        if high - low <= window[axis] {
            let middle = ((low + high) / 2.0).clamp(half, 1.0 - half);
            (middle, middle)
        } else {
            (low + half, high - half)
        }
    };
    let (across, down) = (bounds(0), bounds(1));
    let rate = reel.clock.rate();
    let around = (SMOOTH / 2.0 * rate.fps()) as i64;
    let focus = |frame: i64| {
        let frames = (frame - around).max(shown.source.start())..(frame + around + 1).min(shown.source.end());
        let (mut sum, mut count) = ([0.0f32; 2], 0.0f32);
        for f in frames {
            if let Some([x, y]) = value(&reel.signals.focus, f).filter(|[x, y]| x.is_finite() && y.is_finite()) {
                sum = [sum[0] + x, sum[1] + y];
                count += 1.0;
            }
        }
        let middle = if count == 0.0 { [0.5, 0.5] } else { [sum[0] / count, sum[1] / count] };
        [middle[0].clamp(across.0, across.1), middle[1].clamp(down.0, down.1)]
    };
    let step = (footage.rate.fps() / 4.0).ceil() as i64;
    let fastest = (SPEED * footage.rate.seconds(step)) as f32;
    let len = shown.record.len();
    let mut center: Vec<Point> = Vec::new();
    for frame in (0..len).step_by(step as usize) {
        let [x, y] = focus(shown.source.start() + footage.rate.convert(frame, rate));
        let point = match center.last() {
            None => Point { frame, x, y },
            Some(last) => {
                let toward = |from: f32, to: f32| {
                    if (to - from).abs() <= SLACK { from } else { from + (to - from).clamp(-fastest, fastest) }
                };
                Point { frame, x: toward(last.x, x), y: toward(last.y, y) }
            }
        };
        center.push(point);
    }
    // A window that hardly moves should not move.
    let still = center.iter().all(|p| (p.x - center[0].x).abs() < 0.01 && (p.y - center[0].y).abs() < 0.01);
    if still {
        center.truncate(1);
    }
    Some(Reframe { fit: Fit::Fill, center })
}
