//! The shots of a reel, as found.

use film::{FrameRange, Into, Rate};
use rayon::prelude::*;

use super::mark::FrameMark;
use super::{cut, fade, gradual};

/// A shot as found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FoundShot {
    /// Its frames; a gradual transition belongs half to each neighbour.
    pub range: FrameRange,
    /// How it begins.
    pub into: Into,
    /// The frames that mix with the shot before or with a plain colour, if it begins gradually.
    pub transition: Option<FrameRange>,
    /// How sure that it begins there, 0 to 1.
    pub confidence: f32,
}

/// Finds the shots of a reel from the marks of all its frames in order; empty for no frames.
///
/// Hard cuts are exact; a gradual transition's ends to a few frames. Works on all cores.
///
/// The marks may come from eyes that began at different frames: join them, then call this.
pub fn detect(marks: &[FrameMark], rate: Rate) -> Vec<FoundShot> {
    if marks.is_empty() {
        return Vec::new();
    }
    let steps = cut::steps(marks);
    let moments = cut::cuts(marks, &steps, rate);
    let rough: Vec<gradual::Rough> = marks.par_iter().map(gradual::rough).collect();
    let fades = fade::fades(marks, &rough);
    // Frames in a fade, and sure cuts outside of fades, are no dissolve's.
    let mut barred = vec![false; marks.len()];
    moments.iter().filter(|m| m.likely > 0.8).for_each(|m| barred[m.at] = true);
    fades.iter().for_each(|f| barred[f.start..f.end].fill(true));
    let spans = gradual::spans(marks, &rough, &barred);
    let mut starts: Vec<FoundShot> = Vec::new();
    let frame = |i: usize| i as i64;
    for f in &fades {
        let at = match f.mixing {
            (0, _) => f.plain.0,
            (_, 0) => f.plain.1,
            _ => f.plain.0.midpoint(f.plain.1),
        };
        let all = FrameRange::new(frame(f.start), frame(f.end));
        starts.push(FoundShot {
            range: FrameRange::new(frame(at), frame(at)),
            into: Into::Fade,
            transition: Some(all),
            confidence: 0.9,
        });
    }
    for s in spans.iter().filter(|s| s.likely >= 0.5) {
        let all = FrameRange::new(frame(s.old + 1), frame(s.new));
        let at = frame((s.old + s.new).div_ceil(2));
        let into = if s.wipe { Into::Wipe } else { Into::Dissolve };
        starts.push(FoundShot { range: FrameRange::new(at, at), into, transition: Some(all), confidence: s.likely });
    }
    for m in &moments {
        let at = frame(m.at);
        if starts.iter().any(|s| s.transition.is_some_and(|t| t.start() <= at && at <= t.end() + 1)) {
            continue;
        }
        starts.push(FoundShot {
            range: FrameRange::new(at, at),
            into: Into::Cut,
            transition: None,
            confidence: m.likely,
        });
    }
    starts.sort_by_key(|s| s.range.start());
    assemble(starts, frame(marks.len()))
}

/// Shots that cover `frames` frames from where they begin.
fn assemble(starts: Vec<FoundShot>, frames: i64) -> Vec<FoundShot> {
    let whole = FrameRange::new(0, frames);
    let mut shots = vec![FoundShot { range: whole, into: Into::Start, transition: None, confidence: 1.0 }];
    for start in starts {
        let at = start.range.start();
        let last = shots.last_mut().expect("there is a first shot");
        if at <= last.range.start() {
            // A reel that begins with a fade begins its first shot with it.
            last.transition = last.transition.or(start.transition);
            continue;
        }
        if at >= frames {
            continue;
        }
        last.range = FrameRange::new(last.range.start(), at);
        shots.push(FoundShot { range: FrameRange::new(at, frames), ..start });
    }
    shots
}
