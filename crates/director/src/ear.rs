//! Where the film's sound may be cut: never in a word.

use film::FrameRange;

use crate::footage::{Footage, value};

/// Likelihood of a voice from which somebody speaks.
const VOICE: f32 = 0.5;
/// Below this level nobody is heard, dBFS.
const SILENT: f32 = -50.0;
/// So far below the loudest of the half second around, a voice is between words, decibels.
const PAUSE: f32 = 18.0;

/// Where one reel's sound may be cut.
pub(crate) struct Ear {
    /// Whether a cut just before frame `n` falls in no word; one more than there are frames. Empty without sound.
    safe: Vec<bool>,
}

impl Ear {
    pub(crate) fn new(footage: &Footage<'_>, reel: usize) -> Ear {
        let held = footage.reel(reel);
        let Some(sound) = held.sound.as_deref().filter(|_| held.has_sound) else { return Ear { safe: Vec::new() } };
        let len = held.clock.grid_len();
        let around = (held.clock.rate().fps() / 4.0).round() as i64;
        let heard: Vec<bool> = (0..len)
            .map(|frame| {
                let voice = value(&sound.voice, frame).unwrap_or(0.0);
                let level = value(&sound.level, frame).unwrap_or(0.0);
                if voice < VOICE || level < SILENT {
                    return false;
                }
                let near = (frame - around..=frame + around).filter_map(|f| value(&sound.level, f));
                level > near.fold(f32::MIN, f32::max) - PAUSE
            })
            .collect();
        let mut safe: Vec<bool> =
            (0..=len as usize).map(|at| at == 0 || at == len as usize || !(heard[at - 1] && heard[at])).collect();
        for line in &held.lines {
            for at in line.range.start() + 1..line.range.end() {
                if let Some(safe) = usize::try_from(at).ok().and_then(|at| safe.get_mut(at)) {
                    *safe = false;
                }
            }
        }
        Ear { safe }
    }

    /// Whether the reel has sound that may be used.
    pub(crate) fn hears(&self) -> bool {
        !self.safe.is_empty()
    }

    /// Whether a cut just before `frame` falls in no word.
    pub(crate) fn is_safe(&self, frame: i64) -> bool {
        value(&self.safe, frame).unwrap_or(false)
    }

    /// The safe place nearest to `frame` within `bounds` (its end included), the earlier of two.
    pub(crate) fn nearest(&self, frame: i64, bounds: FrameRange) -> Option<i64> {
        (0..=bounds.len())
            .flat_map(|far| [frame - far, frame + far])
            .find(|&at| bounds.start() <= at && at <= bounds.end() && self.is_safe(at))
    }
}
