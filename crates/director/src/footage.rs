//! The film as the director sees it: what of it may be shown and heard, and where in the story it lies.

use catalogue::{Reel, Shot, Snapshot};
use film::{FrameRange, Rate};

use crate::{Brief, DirectorError};

/// Likelihood of lettering from which a shot counts as credits, titles or a logo.
const LETTERING: f32 = 0.4;

/// Frames kept away from a cut or transition, so that an error of a frame or two shows nothing of the neighbor.
const MARGIN: i64 = 2;

/// A film, its rate on the timeline, and the bounds of what may be shown.
pub(crate) struct Footage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) rate: Rate,
    /// Share of the film, 0 to 1, up to which it may be shown.
    pub(crate) until: f64,
    /// Share from which the end credits run, 1 if none were found.
    pub(crate) credits_from: f64,
    /// Where each reel begins, seconds of the film.
    starts: Vec<f64>,
    seconds: f64,
    /// What was assumed, in words.
    pub(crate) notes: Vec<String>,
}

/// The rate that trailers of a film are cut in, which [`Brief::length`] counts: the lowest of its reels', since every length at a
/// lower rate can be met exactly by frames of a higher one.
///
/// # Errors
/// [`DirectorError::NoReel`] if the title has no reel with pictures.
pub fn rate(snapshot: &Snapshot) -> Result<Rate, DirectorError> {
    let pictures = snapshot.reels.iter().filter(|reel| reel.clock.grid_len() > 0);
    pictures
        .map(|reel| reel.clock.rate())
        .min_by(|a, b| a.fps().total_cmp(&b.fps()))
        .ok_or_else(|| DirectorError::NoReel { title: snapshot.title.clone() })
}

impl<'a> Footage<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot, brief: &Brief) -> Result<Footage<'a>, DirectorError> {
        let rate = rate(snapshot)?;
        let mut starts = Vec::with_capacity(snapshot.reels.len());
        let mut seconds = 0.0;
        for reel in &snapshot.reels {
            starts.push(seconds);
            seconds += reel.clock.rate().seconds(reel.clock.grid_len());
        }
        if let Some(until) = brief.until
            && !(until > 0.0 && until <= 1.0)
        {
            return Err(DirectorError::Until(until));
        }
        let until = brief.boundary().map_or(1.0, f64::from);
        let mut footage = Footage { snapshot, rate, until, credits_from: 1.0, starts, seconds, notes: Vec::new() };
        if !brief.allow_lettering {
            footage.find_credits();
        }
        for reel in snapshot.reels.iter().filter(|reel| reel.clock.is_variable()) {
            let what = "has a variable frame rate; its frames are counted on a constant grid of";
            footage.notes.push(format!("reel {} {what} {} a second", reel.hash.short(), reel.clock.rate()));
        }
        Ok(footage)
    }

    /// Where the end credits begin: the earliest point of the last third from which most is lettering or blank.
    fn find_credits(&mut self) {
        let mut shots: Vec<(f64, f64, bool)> = Vec::new();
        let mut lettered = false;
        for (at, reel) in self.snapshot.reels.iter().enumerate() {
            for shot in &reel.shots {
                lettered |= shot.attributes.lettering > 0.0;
                let plain = shot.attributes.lettering >= LETTERING || shot.attributes.blank > 0.9;
                shots.push((self.share(at, shot.range.start()), self.share(at, shot.range.end()), plain));
            }
        }
        let (mut plain, mut all) = (0.0, 0.0);
        for (start, end, is_plain) in shots.iter().rev().take_while(|shot| shot.0 >= 2.0 / 3.0) {
            all += end - start;
            plain += if *is_plain { end - start } else { 0.0 };
            // A film does not end on letters alone unless they last: one late card is no roll of credits.
            if *is_plain && plain >= 0.6 * all && plain >= 0.005 {
                self.credits_from = *start;
            }
        }
        if !lettered && shots.len() > 20 {
            self.credits_from = self.credits_from.min(0.95);
            self.notes.push(
                "nothing is known of lettering in this film: its last 5 % are left out, where the credits would be"
                    .into(),
            );
        }
    }

    pub(crate) fn reel(&self, reel: usize) -> &'a Reel {
        &self.snapshot.reels[reel]
    }

    pub(crate) fn shot(&self, reel: usize, shot: usize) -> &'a Shot {
        &self.snapshot.reels[reel].shots[shot]
    }

    /// Where a frame of a reel lies in the film, 0 to 1.
    pub(crate) fn share(&self, reel: usize, frame: i64) -> f64 {
        let at = self.starts[reel] + self.reel(reel).clock.rate().seconds(frame);
        if self.seconds > 0.0 { at / self.seconds } else { 0.0 }
    }

    /// The frames of a reel before the boundary.
    pub(crate) fn allowed(&self, reel: usize) -> FrameRange {
        let rate = self.reel(reel).clock.rate();
        let whole = self.reel(reel).clock.grid_len();
        if self.until >= 1.0 {
            return FrameRange::new(0, whole);
        }
        let seconds = self.until * self.seconds - self.starts[reel];
        FrameRange::new(0, ((seconds * rate.fps()).floor() as i64).clamp(0, whole))
    }

    /// Frames of a reel that last `record` frames of the timeline.
    pub(crate) fn source_len(&self, reel: usize, record: i64) -> i64 {
        let (from, to) = (self.rate, self.reel(reel).clock.rate());
        if from == to {
            return record;
        }
        let back = |source: i64| {
            let n = source as i128 * to.den() as i128 * from.num() as i128;
            let d = to.num() as i128 * from.den() as i128;
            (2 * n + d).div_euclid(2 * d) as i64
        };
        let guess = from.convert(record, to);
        (guess - 2..=guess + 2)
            .filter(|&source| source > 0 || record == 0)
            .find(|&source| back(source) == record)
            .expect("the timeline's rate is no higher than any reel's, so every length can be met")
    }

    /// Frames of a reel that `handle` frames of the timeline reach, rounded up.
    pub(crate) fn handle(&self, reel: usize, handle: i64) -> i64 {
        let (from, to) = (self.rate, self.reel(reel).clock.rate());
        let n = handle as i128 * from.den() as i128 * to.num() as i128;
        let d = from.num() as i128 * to.den() as i128;
        (n + d - 1).div_euclid(d) as i64
    }

    /// Whether a shot is credits, a title card or a logo.
    pub(crate) fn is_lettering(&self, reel: usize, shot: usize) -> bool {
        let range = self.shot(reel, shot).range;
        self.shot(reel, shot).attributes.lettering >= LETTERING || self.share(reel, range.start()) >= self.credits_from
    }

    /// The longest stretch of a shot that may be shown: its own frames alone, not blank, no flash, before the boundary.
    pub(crate) fn showable(&self, reel: usize, shot: usize) -> FrameRange {
        let (range, clean) = (self.shot(reel, shot).range, self.shot(reel, shot).clean);
        let whole = self.reel(reel).clock.grid_len();
        // The reel's own ends hide no neighbor.
        let start = if range.start() == 0 { clean.start() } else { clean.start() + MARGIN };
        let end = if range.end() == whole { clean.end() } else { clean.end() - MARGIN };
        let start = start.max(range.start()).max(0);
        let end = end.min(range.end()).min(self.allowed(reel).end());
        let nothing = FrameRange::at(range.start(), 0);
        if start >= end {
            return nothing;
        }
        let mut best = nothing;
        let mut from = start;
        for frame in start..=end {
            if frame == end || self.is_plain(reel, frame) || self.is_flash(reel, frame) {
                if frame - from > best.len() {
                    best = FrameRange::new(from, frame);
                }
                from = frame + 1;
            }
        }
        best
    }

    /// Whether a frame is black or of one colour.
    pub(crate) fn is_plain(&self, reel: usize, frame: i64) -> bool {
        let signals = &self.reel(reel).signals;
        let (luma, contrast) = (value(&signals.luma, frame), value(&signals.contrast, frame));
        match (luma, contrast) {
            (Some(luma), Some(contrast)) => contrast < 0.012 || (luma < 0.05 && contrast < 0.035),
            _ => false,
        }
    }

    /// Whether a frame is much lighter than those around it.
    fn is_flash(&self, reel: usize, frame: i64) -> bool {
        let luma = &self.reel(reel).signals.luma;
        let (Some(here), Some(before), Some(after)) =
            (value(luma, frame), value(luma, frame - 3), value(luma, frame + 3))
        else {
            return false;
        };
        here > before.max(after) + 0.25
    }
}

/// The value of a signal at a frame, if it was measured there.
pub(crate) fn value<T: Copy>(signal: &[T], frame: i64) -> Option<T> {
    usize::try_from(frame).ok().and_then(|frame| signal.get(frame).copied())
}
