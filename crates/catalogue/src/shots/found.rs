//! The shots of a reel, as found.

use film::{FrameRange, Into, Rate};

use super::cut;
use super::mark::FrameMark;

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
/// The marks may come from eyes that began at different frames: join them, then call this.
pub fn detect(marks: &[FrameMark], rate: Rate) -> Vec<FoundShot> {
    let _ = rate;
    if marks.is_empty() {
        return Vec::new();
    }
    let steps = cut::steps(marks);
    let mut shots = vec![FoundShot {
        range: FrameRange::new(0, marks.len() as i64),
        into: Into::Start,
        transition: None,
        confidence: 1.0,
    }];
    for moment in cut::cuts(marks, &steps) {
        let at = moment.at as i64;
        let last = shots.last_mut().expect("there is a first shot");
        let end = last.range.end();
        last.range = FrameRange::new(last.range.start(), at);
        shots.push(FoundShot {
            range: FrameRange::new(at, end),
            into: Into::Cut,
            transition: None,
            confidence: moment.likely,
        });
    }
    shots
}
