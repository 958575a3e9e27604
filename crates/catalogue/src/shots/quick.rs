//! Finding shots with few of the frames decoded, and looking again only where it matters.
//!
//! A decoder that leaves out the pictures that no other needs is half as fast again; what it leaves out is one frame in
//! two, or two or three in a row. Between two frames seen a cut can lie anywhere: where that is more than asked for, the
//! missing frames, and only these, are asked of the caller.

use std::collections::HashSet;

use film::{FrameRange, Into, Rate};

use super::found::{FoundShot, detect};
use super::mark::FrameMark;

/// What a cheap decode saw of a reel.
#[derive(Clone, Debug)]
pub struct Glimpses {
    /// Frame numbers, rising, each with its mark; all by one eye, or by one for each stretch.
    pub seen: Vec<(i64, FrameMark)>,
    /// Frames that the reel has.
    pub frames: i64,
    /// Frames at which decoding can begin, rising. An encoder puts one where a shot begins; one that stands at its place
    /// for that reason is not looked at again.
    pub keyframes: Vec<i64>,
}

/// Finds the shots of a reel of which not every frame was seen; cuts exact to `within` frames.
///
/// `look` is asked for the marks of all frames of a short range, with numbers; its errors end the search. With `within` 1
/// it is not needed for gaps of up to two frames, which is what skipping unreferenced pictures commonly leaves.
///
/// ```
/// use catalogue::shots::{ShotEye, quick::{self, Glimpses}};
/// use film::{FrameRange, Rate};
/// use media::Plane;
/// // Two shots; every fourth frame is seen.
/// let picture = |t: i64| (0..64 * 36).map(|i| if (i % 64 < 32) == (t < 50) { 200 } else { 40u8 }).collect::<Vec<u8>>();
/// let look = |r: FrameRange, step: usize| {
///     let mut eye = ShotEye::new(8);
///     let mut see = |t| eye.see(Plane { bytes: &picture(t), stride: 64, width: 64, height: 36 }, None);
///     r.frames().step_by(step).map(|t| (t, see(t))).collect::<Vec<_>>()
/// };
/// let glimpses = Glimpses { seen: look(FrameRange::new(0, 100), 4), frames: 100, keyframes: vec![0] };
/// let shots = quick::find(glimpses, Rate::FILM, 0, |r| Ok::<_, ()>(look(r, 1))).unwrap();
/// assert_eq!(shots[1].range.start(), 50);
/// ```
pub fn find<E>(
    mut glimpses: Glimpses,
    rate: Rate,
    within: i64,
    mut look: impl FnMut(FrameRange) -> Result<Vec<(i64, FrameMark)>, E>,
) -> Result<Vec<FoundShot>, E> {
    let shots = detect(&glimpses.held(), rate);
    let mut more = Vec::new();
    for shot in shots.iter().filter(|s| s.into == Into::Cut) {
        let at = shot.range.start();
        let before = glimpses.seen.partition_point(|(n, _)| *n < at).checked_sub(1).map(|i| glimpses.seen[i].0);
        let missing = FrameRange::new(before.map_or(at, |b| b + 1), at);
        if missing.len() > 2 * within && !glimpses.placed(at) {
            // With a frame more on both sides, so that each mark of these says what changed since the frame before it.
            let around = FrameRange::new((missing.start() - 1).max(0), at + 1);
            more.extend(look(around)?.into_iter().filter(|(n, _)| (missing.start()..=at).contains(n)));
        }
    }
    if more.is_empty() {
        return Ok(glimpses.centred(shots));
    }
    let again: HashSet<i64> = more.iter().map(|(n, _)| *n).collect();
    glimpses.seen.retain(|(n, _)| !again.contains(n));
    glimpses.seen.extend(more);
    glimpses.seen.sort_by_key(|(n, _)| *n);
    let shots = detect(&glimpses.held(), rate);
    Ok(glimpses.centred(shots))
}

impl Glimpses {
    /// A mark a frame: what was not seen shows what was seen before it.
    fn held(&self) -> Vec<FrameMark> {
        let mut marks: Vec<FrameMark> = Vec::with_capacity(usize::try_from(self.frames).unwrap_or(0));
        let still = |m: &FrameMark| FrameMark { change: 0.0, fresh: 0.0, ..m.clone() };
        for (i, (_, mark)) in self.seen.iter().enumerate() {
            let until = self.seen.get(i + 1).map_or(self.frames, |(n, _)| (*n).min(self.frames));
            marks.push(mark.clone());
            while (marks.len() as i64) < until {
                marks.push(still(mark));
            }
        }
        // Frames before the first one seen show it as well.
        let late = self.seen.first().map_or(0, |(n, _)| *n);
        if late > 0 {
            marks.splice(0..0, (0..late).map(|_| still(&self.seen[0].1)));
        }
        marks.truncate(usize::try_from(self.frames).unwrap_or(0));
        marks
    }

    /// Whether the encoder put a keyframe at `at` out of turn, as it does where the picture changes.
    fn placed(&self, at: i64) -> bool {
        let Ok(i) = self.keyframes.binary_search(&at) else { return false };
        let apart = |i: usize| self.keyframes[i] - self.keyframes[i - 1];
        let most = (1..self.keyframes.len()).map(apart).max().unwrap_or(0);
        i > 0 && apart(i) < most
    }

    /// Cuts that lie somewhere in a gap, put in its middle.
    fn centred(&self, mut shots: Vec<FoundShot>) -> Vec<FoundShot> {
        for i in 1..shots.len() {
            let at = shots[i].range.start();
            if shots[i].into != Into::Cut || self.placed(at) {
                continue;
            }
            let before = self.seen.partition_point(|(n, _)| *n < at).checked_sub(1).map_or(at - 1, |b| self.seen[b].0);
            let middle = (at - (at - before - 1) / 2).max(shots[i - 1].range.start() + 1);
            shots[i - 1].range = FrameRange::new(shots[i - 1].range.start(), middle);
            shots[i].range = FrameRange::new(middle, shots[i].range.end());
        }
        shots
    }
}
