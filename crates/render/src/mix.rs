//! The sound of a timeline: every sound track summed, sample-exact, block by block.

use std::path::PathBuf;

use film::Rate;
use media::encode::SAMPLE_RATE;
use media::probe::probe;
use media::sound::{SoundError, Sounds};
use timeline::{Clip, GainPoint, Item, Kind, Media, ReelMedia, Timeline};

/// Samples of a fade at an edit: 6 milliseconds, below what is heard as a fade and above what clicks.
const FADE: i64 = SAMPLE_RATE as i64 * 6 / 1000;

/// Samples of a block.
const BLOCK: usize = SAMPLE_RATE as usize / 2;

/// The sound of a timeline, stereo at 48 kHz, read in order; memory does not grow with its length.
///
/// Clips lie on the sample of their first frame ([`Rate::sample_at`]). Every edit is faded with equal power: a transition
/// over its length, a cut over 6 ms about the cut where the reel has sound beyond it, a gap's edge over 6 ms within the clip. A
/// cut through continuous sound (the same reel, going on) is left alone.
pub(crate) struct Mix {
    pieces: Vec<Piece>,
    at: i64,
    length: i64,
    /// What a person should know: clips without sound.
    pub(crate) notes: Vec<String>,
}

/// One clip on its way into the mix.
struct Piece {
    name: String,
    path: PathBuf,
    /// First and one past the last sample of the mix that it is heard in, fades included.
    start: i64,
    end: i64,
    /// Sample of the reel heard at `start`.
    source: i64,
    /// Samples that it takes to come in from `start` and to go before `end`.
    rise: i64,
    fall: i64,
    gain: Gain,
    open: Option<Open>,
}

struct Open {
    sounds: Sounds,
    ready: Vec<f32>,
    ended: bool,
}

/// A gain over a clip: straight lines in decibels between points, samples from the clip's record start.
struct Gain {
    from: i64,
    points: Vec<(i64, f32)>,
}

impl Gain {
    fn new(points: &[GainPoint], rate: Rate, from: i64) -> Gain {
        Gain { from, points: points.iter().map(|p| (rate.sample_at(p.frame, SAMPLE_RATE), p.db)).collect() }
    }

    /// The factor at sample `at` of the mix.
    fn at(&self, at: i64) -> f32 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else { return 1.0 };
        let at = at - self.from;
        let db = if at <= first.0 {
            first.1
        } else if at >= last.0 {
            last.1
        } else {
            let next = self.points.partition_point(|p| p.0 <= at);
            let (a, b) = (self.points[next - 1], self.points[next]);
            a.1 + (b.1 - a.1) * ((at - a.0) as f32 / (b.0 - a.0) as f32)
        };
        10f32.powf(db / 20.0)
    }
}

/// Why the sound of a clip could not be had.
#[derive(Debug, thiserror::Error)]
#[error("{clip}: {error}")]
pub struct MixError {
    /// Name of the clip.
    pub clip: String,
    /// Why.
    pub error: SoundError,
}

impl Mix {
    /// The sound of `timeline`; `path` finds a reel's file. `None` if no sound track holds a clip.
    pub(crate) fn new(timeline: &Timeline, path: &dyn Fn(&ReelMedia) -> PathBuf) -> Option<Mix> {
        let rate = timeline.rate;
        let mut pieces = Vec::new();
        for (_, track) in timeline.of_kind(Kind::Sound) {
            let placed: Vec<_> = track.placed(rate).collect();
            for p in &placed {
                let Some(clip) = p.clip() else { continue };
                let Media::Reel(reel) = &clip.media else { continue };
                let beside = |i: Option<usize>| i.and_then(|i| track.items.get(i));
                let (before, after) = (beside(p.index.checked_sub(1)), beside(Some(p.index + 1)));
                let (mut start, mut end) =
                    (rate.sample_at(p.record.start(), SAMPLE_RATE), rate.sample_at(p.record.end(), SAMPLE_RATE));
                let source = reel.rate.sample_at(clip.source.start(), SAMPLE_RATE);
                let (record, (mut rise, mut fall)) = (start, (FADE, FADE));
                match before {
                    Some(Item::Transition(t)) => {
                        let (a, b) = (
                            rate.sample_at(p.record.start() - t.before, SAMPLE_RATE),
                            rate.sample_at(p.record.start() + t.after, SAMPLE_RATE),
                        );
                        (start, rise) = (a, b - a);
                    }
                    Some(Item::Clip(other)) if goes_on(other, clip) => rise = 0,
                    Some(Item::Clip(_)) if source >= FADE / 2 => start -= FADE / 2,
                    _ => {}
                }
                match after {
                    Some(Item::Transition(t)) => {
                        let (a, b) = (
                            rate.sample_at(p.record.end() - t.before, SAMPLE_RATE),
                            rate.sample_at(p.record.end() + t.after, SAMPLE_RATE),
                        );
                        (end, fall) = (b, b - a);
                    }
                    Some(Item::Clip(other)) if goes_on(clip, other) => fall = 0,
                    // The incoming clip may have nothing before its start: then both fades lie on their own side.
                    Some(Item::Clip(other)) if lead(other) >= FADE / 2 => end += FADE / 2,
                    _ => {}
                }
                let (start, skipped) = (start.max(0), (-start).max(0));
                pieces.push(Piece {
                    name: clip.name.clone(),
                    path: path(reel),
                    start,
                    end,
                    source: source - (record - start),
                    rise: (rise - skipped).max(0),
                    fall,
                    gain: Gain::new(&clip.gain, rate, record),
                    open: None,
                });
            }
        }
        pieces.sort_by_key(|p| p.start);
        (!pieces.is_empty()).then(|| Mix {
            pieces,
            at: 0,
            length: rate.sample_at(timeline.len(), SAMPLE_RATE),
            notes: Vec::new(),
        })
    }

    /// Samples from beginning to end.
    pub(crate) fn len(&self) -> i64 {
        self.length
    }

    /// The next block, interleaved, into `out` (cleared first); empty at the end.
    pub(crate) fn read(&mut self, out: &mut Vec<f32>) -> Result<(), MixError> {
        let n = (self.length - self.at).clamp(0, BLOCK as i64);
        out.clear();
        out.resize(2 * n as usize, 0.0);
        let (from, to) = (self.at, self.at + n);
        for piece in &mut self.pieces {
            if piece.start < to && piece.end > from {
                let name = piece.name.clone();
                match piece.add(from, to, out) {
                    Err(SoundError::NoTrack { .. }) => {
                        self.notes.push(format!("{name}: {} has no sound; the clip is silent", piece.path.display()));
                        piece.end = piece.start;
                    }
                    done => done.map_err(|error| MixError { clip: name, error })?,
                }
            }
            if piece.end <= to {
                piece.open = None;
            }
        }
        self.at = to;
        Ok(())
    }
}

/// Whether `b` goes on in the reel where `a` stops, at the same loudness.
fn goes_on(a: &Clip, b: &Clip) -> bool {
    let (Media::Reel(x), Media::Reel(y)) = (&a.media, &b.media) else { return false };
    let level = |db: Option<&GainPoint>| db.map_or(0.0, |p| p.db);
    x.path == y.path
        && x.hash == y.hash
        && x.rate == y.rate
        && a.source.end() == b.source.start()
        && level(a.gain.last()) == level(b.gain.first())
}

/// Samples that a clip's reel has before the clip.
fn lead(clip: &Clip) -> i64 {
    match &clip.media {
        Media::Reel(reel) => reel.rate.sample_at(clip.source.start(), SAMPLE_RATE),
        _ => 0,
    }
}

impl Piece {
    fn add(&mut self, from: i64, to: i64, out: &mut [f32]) -> Result<(), SoundError> {
        let (a, b) = (from.max(self.start), to.min(self.end));
        if self.open.is_none() {
            self.open = Some(self.begin(a)?);
        }
        let open = self.open.as_mut().expect("just opened");
        let want = 2 * (b - a) as usize;
        while open.ready.len() < want && !open.ended {
            open.ended = !open.sounds.read(&mut open.ready)?;
        }
        let have = open.ready.len().min(want);
        let target = &mut out[2 * (a - from) as usize..];
        for ((at, pair), to) in (a..).zip(open.ready[..have].chunks_exact(2)).zip(target.chunks_exact_mut(2)) {
            let (rose, left) = (at - self.start, self.end - 1 - at);
            let mut factor = self.gain.at(at);
            if rose < self.rise {
                factor *= equal_power(rose, self.rise);
            }
            if left < self.fall {
                factor *= equal_power(left, self.fall);
            }
            to[0] += pair[0] * factor;
            to[1] += pair[1] * factor;
        }
        open.ready.drain(..have);
        Ok(())
    }

    /// Opens the sound at sample `at` of the mix.
    fn begin(&self, at: i64) -> Result<Open, SoundError> {
        let probe = probe(&self.path)?;
        let mut sounds = if probe.picture.is_some() {
            if probe.sounds.is_empty() {
                return Err(SoundError::NoTrack { path: self.path.clone(), track: 0, tracks: 0 });
            }
            Sounds::open(&self.path, &probe, 0, SAMPLE_RATE, 2)?
        } else {
            Sounds::open_music(&self.path, SAMPLE_RATE, 2)?
        };
        let source = self.source + at - self.start;
        // Before the reel's first sample there is silence.
        let silent = (-source).max(0);
        sounds.seek_sample(source.max(0))?;
        Ok(Open { sounds, ready: vec![0.0; 2 * silent as usize], ended: false })
    }
}

fn equal_power(done: i64, of: i64) -> f32 {
    ((done as f32 + 0.5) / of as f32 * std::f32::consts::FRAC_PI_2).sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gain_is_straight_in_decibels() {
        let rate = Rate::new(25, 1).unwrap();
        let gain = Gain::new(&[GainPoint { frame: 0, db: 0.0 }, GainPoint { frame: 25, db: -20.0 }], rate, 1000);
        assert_eq!(gain.at(1000), 1.0);
        assert!((gain.at(1000 + 24_000) - 10f32.powf(-0.5)).abs() < 1e-4);
        assert!((gain.at(1_000_000) - 0.1).abs() < 1e-6);
        assert_eq!(Gain::new(&[], rate, 0).at(5), 1.0);
    }

    #[test]
    fn a_crossfade_keeps_the_power() {
        for n in [10, 288] {
            for i in 0..n {
                let (a, b) = (equal_power(i, n), equal_power(n - 1 - i, n));
                assert!((a * a + b * b - 1.0).abs() < 1e-5);
            }
        }
    }
}
