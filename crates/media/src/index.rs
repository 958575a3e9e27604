//! When each frame of a reel shows, and where decoding can begin.

use std::path::Path;
use std::sync::Arc;

use film::{Clock, Rate, TimeBase};
use serde::{Deserialize, Serialize};

use crate::picture::stamp;
use crate::pictures::Decoder;
use crate::probe::{PictureStream, Probe, ProbeError, nominal};
use crate::source::Source;
use crate::stamps::{Stamp, Stamps};

/// The frames of a reel.
///
/// A frame number is a place in [`Index::pts`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Constant, if every timestamp fits the nominal rate within what containers round; variable otherwise.
    pub clock: Clock,
    /// Presentation timestamps in ticks of the stream, strictly rising.
    pub pts: Vec<i64>,
    /// Frame numbers at which decoding can begin, rising; the first is 0.
    pub keyframes: Vec<i64>,
    /// What was repaired or is missing, in plain sentences.
    pub warnings: Vec<String>,
    /// Whether frames are told apart by their timestamps; counted in the order of decoding otherwise.
    pub(crate) stamped: bool,
}

impl Index {
    /// How many frames.
    pub fn frames(&self) -> i64 {
        self.pts.len() as i64
    }

    /// The last frame at or before `frame` at which decoding can begin.
    pub fn keyframe_before(&self, frame: i64) -> i64 {
        let after = self.keyframes.partition_point(|&k| k <= frame);
        self.keyframes[after.saturating_sub(1)]
    }

    /// Whether decoding can begin elsewhere than at the first frame.
    pub fn can_seek(&self) -> bool {
        self.stamped
    }

    /// The frame whose timestamp is `pts`.
    pub(crate) fn frame_of(&self, pts: i64) -> Option<i64> {
        self.pts.binary_search(&pts).ok().map(|i| i as i64)
    }
}

/// Reads the timestamps of all packets of the picture stream; decodes nothing but the first few frames.
///
/// Where packets carry no usable timestamps (some AVI and MPEG program streams), the frames are decoded once and counted,
/// and a warning says so.
pub fn index(path: &Path, probe: &Probe) -> Result<Index, ProbeError> {
    index_telling(path, probe, &mut |_| ())
}

/// As [`index()`]; `tell` is called with the frames found so far, often enough to be a sign of life.
pub fn index_telling(path: &Path, probe: &Probe, tell: &mut dyn FnMut(u64)) -> Result<Index, ProbeError> {
    let Some(picture) = &probe.picture else { return Err(ProbeError::NoPicture(path.to_owned())) };
    let open =
        || Source::open_known(path).map_err(|e| ProbeError::Unreadable { path: path.to_owned(), cause: e.to_string() });
    let mut source = open()?;
    source.only(picture.stream);
    let stated = stated_frames(&source, picture.stream);
    let stamps = Stamps::read(&mut source, picture.stream, usize::MAX, tell);
    drop(source);
    if stamps.packets.is_empty() {
        return Err(ProbeError::NoFrames(path.to_owned()));
    }
    let head = Head::decode(path, picture);
    let trusted = head.agrees(&stamps.packets);
    let mut index = match (trusted, stamped(&stamps.packets, picture)) {
        (true, Some(index)) => index,
        _ => counted(path, picture, tell)?,
    };
    let found = index.frames();
    if stated > found + 1 {
        index.warnings.push(format!(
            "the file is cut off: its header names {stated} frames, {found} are there ({} missing)",
            stated - found
        ));
    } else if stamps.cut > 0 {
        index.warnings.push(format!("the file is cut off in the middle of a frame; {found} whole ones are there"));
    } else if let Some(missing) = missing_seconds(probe, &index) {
        index.warnings.push(format!(
            "the file states {:.1} seconds; the last {missing:.1} of them have no picture",
            probe.seconds.unwrap_or(0.0)
        ));
    }
    Ok(index)
}

/// Frames that the header names, edited ones left out; 0 where it names none.
fn stated_frames(source: &Source, stream: usize) -> i64 {
    // A header that counts is that of an MP4 or MOV; others estimate.
    if !source.format().starts_with("mov") {
        return 0;
    }
    source.input.stream(stream).map_or(0, |s| {
        // Edit lists hide frames, which the header still counts: the stated duration is the surer witness.
        let base = crate::probe::tick(s.time_base());
        let rate = s.avg_frame_rate();
        let by_length = nominal(rate.numerator(), rate.denominator())
            .filter(|_| s.duration() > 0)
            .map_or(0, |r| (base.seconds(s.duration()) * r.fps() + 0.01) as i64);
        s.frames().min(by_length)
    })
}

fn missing_seconds(probe: &Probe, index: &Index) -> Option<f64> {
    let there = index.clock.seconds(index.frames());
    let missing = probe.seconds? - there;
    // Sound often runs on for a moment.
    (missing > 2.0 && missing > 0.02 * there).then_some(missing)
}

/// What comes out of the decoder first.
struct Head {
    /// Timestamps of the pictures from the first packets.
    out: Vec<i64>,
    /// Whether the stream ended within them.
    whole: bool,
}

impl Head {
    const PACKETS: usize = 64;

    fn decode(path: &Path, picture: &PictureStream) -> Head {
        let mut head = Head { out: Vec::new(), whole: false };
        let Ok(mut decoder) = Decoder::open(path, picture, 1, crate::Skip::LoopFilter) else { return head };
        let mut sent = 0;
        while head.out.len() < Self::PACKETS {
            match decoder.step(&mut sent, Self::PACKETS) {
                Some(frame) => head.out.extend(stamp(&frame)),
                None => break,
            }
        }
        head.whole = sent < Self::PACKETS;
        head
    }

    /// Whether the pictures are those that the packets announce: a stream coded in fields has two packets a picture, and
    /// packed streams two pictures a packet.
    fn agrees(&self, packets: &[Stamp]) -> bool {
        let mut announced: Vec<i64> = packets.iter().take(Self::PACKETS).filter_map(|p| p.pts).collect();
        announced.sort_unstable();
        let (Some(&first), Some(&last)) = (self.out.first(), self.out.last()) else { return true };
        let between = announced.iter().filter(|&&p| first <= p && p <= last).count();
        let out = self.out.iter().filter(|p| announced.binary_search(p).is_ok()).count();
        // A damaged frame or two is no other coding.
        out * 10 >= between.max(self.out.len()) * 9 || between.max(self.out.len()) <= out + 2
    }
}

/// The index of a stream whose packets carry timestamps; `None` if too many do not.
fn stamped(packets: &[Stamp], picture: &PictureStream) -> Option<Index> {
    let mut warnings = Vec::new();
    let without = packets.iter().filter(|p| p.pts.is_none()).count();
    if without > 0 {
        // A stamp between two neighbours in order of decoding is its own; with reordered frames no one can tell.
        let ordered = packets.iter().filter_map(|p| p.pts).is_sorted();
        if !ordered || without * 4 > packets.len() {
            return None;
        }
    }
    let mut frames: Vec<(i64, bool, bool)> = Vec::with_capacity(packets.len());
    let mut next = packets.iter().find_map(|p| p.pts).unwrap_or(0);
    for packet in packets {
        let pts = packet.pts.unwrap_or(next);
        next = pts + packet.duration.max(1);
        frames.push((pts, packet.key, packet.pts.is_none()));
    }
    if starts_anew(&frames, picture) {
        return None;
    }
    let before = frames.len();
    frames.retain(|f| f.0 >= picture.first_pts);
    if frames.len() < before {
        let n = before - frames.len();
        warnings.push(format!(
            "the file begins in the middle of a group: its first {n} frames cannot be decoded and are left out"
        ));
    }
    frames.sort_by_key(|f| f.0);
    let mut pts: Vec<i64> = Vec::with_capacity(frames.len());
    for (number, (stamp, _, missing)) in frames.iter_mut().enumerate() {
        if let Some(&last) = pts.last()
            && *stamp <= last
        {
            warn_few(&mut warnings, number, "repeats the timestamp of the frame before it; moved one tick on");
            *stamp = last + 1;
        } else if *missing {
            warn_few(&mut warnings, number, "has no timestamp; placed after the frame before it");
        }
        pts.push(*stamp);
    }
    let mut keyframes: Vec<i64> = (0..).zip(&frames).filter(|(_, f)| f.1).map(|(n, _)| n).collect();
    if keyframes.first() != Some(&0) {
        keyframes.insert(0, 0);
    }
    let clock = clock(&pts, packets, picture);
    Some(Index { clock, pts, keyframes, warnings, stamped: true })
}

/// Whether timestamps go back further than reordering ever does: recordings joined end to end.
fn starts_anew(frames: &[(i64, bool, bool)], picture: &PictureStream) -> bool {
    let most = picture.time_base.ticks_of_frame(32, picture.rate).max(1);
    let mut latest = i64::MIN;
    frames.iter().any(|&(pts, ..)| {
        let back = latest.saturating_sub(pts) > most;
        latest = latest.max(pts);
        back && latest != i64::MIN
    })
}

/// The index of a stream that must be decoded to be counted.
fn counted(path: &Path, picture: &PictureStream, tell: &mut dyn FnMut(u64)) -> Result<Index, ProbeError> {
    let unreadable = |cause: String| ProbeError::Unreadable { path: path.to_owned(), cause };
    let mut decoder =
        Decoder::open(path, picture, 0, crate::Skip::LoopFilter).map_err(|e| unreadable(e.to_string()))?;
    let mut frames = 0i64;
    while decoder.step(&mut 0, usize::MAX).is_some() {
        frames += 1;
        if frames % 64 == 0 {
            tell(frames as u64);
        }
    }
    if frames == 0 {
        return Err(ProbeError::NoFrames(path.to_owned()));
    }
    let pts = (0..frames).map(|n| picture.first_pts + picture.time_base.ticks_of_frame(n, picture.rate)).collect();
    let warnings = vec![format!(
        "the file states no usable timestamps, or states them anew in the middle: its {frames} frames are counted in order, at {:.3} a second, and can be read from the beginning only; sound may drift",
        picture.rate.fps()
    )];
    Ok(Index {
        clock: Clock::Constant { rate: picture.rate, frames },
        pts,
        keyframes: vec![0],
        warnings,
        stamped: false,
    })
}

/// Names a flawed frame; a film with hundreds of them gets a few lines and a count.
fn warn_few(warnings: &mut Vec<String>, frame: usize, what: &str) {
    const NAMED: usize = 8;
    let same = warnings.iter().filter(|w| w.ends_with(what)).count();
    if same < NAMED {
        warnings.push(format!("frame {frame} {what}"));
    } else if same == NAMED {
        warnings.push(format!("from frame {frame} on, others too: each {what}"));
    }
}

fn clock(pts: &[i64], packets: &[Stamp], picture: &PictureStream) -> Clock {
    let base = picture.time_base;
    let frames = pts.len() as i64;
    let mut rates = vec![picture.rate];
    rates.extend(measured(pts, base));
    if let Some(rate) = rates.iter().copied().find(|&rate| fits(pts, base, rate)) {
        return Clock::Constant { rate, frames };
    }
    let rate = *rates.last().expect("at least the picture's own");
    let end = pts.iter().copied().max();
    let stated = packets.iter().find(|p| p.pts == end).map_or(0, |p| p.duration);
    let last = if stated > 0 { stated } else { base.ticks_of_frame(1, rate).max(1) };
    Clock::Variable { rate, base, pts: Arc::from(pts), last }
}

/// Rates that the timestamps themselves suggest: over the whole length, then of the usual step between two frames.
fn measured(pts: &[i64], base: TimeBase) -> Vec<Rate> {
    let (Some(first), Some(last)) = (pts.first(), pts.last()) else { return Vec::new() };
    let mut rates = Vec::new();
    let as_rate = |ticks: i64, frames: i64| -> Option<Rate> {
        let (num, den) = (frames as i128 * base.den as i128, ticks as i128 * base.num as i128);
        // As millionths, which keeps within libav's range; broadcast rates are then found by nearness.
        (den > 0).then(|| (num * 1_000_000 / den) as i32).and_then(|millionths| nominal(millionths, 1_000_000))
    };
    if last > first {
        rates.extend(as_rate(last - first, pts.len() as i64 - 1));
    }
    let mut steps: Vec<i64> = pts.windows(2).map(|w| w[1] - w[0]).collect();
    if !steps.is_empty() {
        let middle = steps.len() / 2;
        let step = *steps.select_nth_unstable(middle).1;
        rates.extend(as_rate(step, 1).map(standard));
    }
    rates
}

/// The broadcast rate within two hundredths of `rate`: ticks of a millisecond show no better.
fn standard(rate: Rate) -> Rate {
    let all = ["24000/1001", "24", "25", "30000/1001", "30", "48", "50", "60000/1001", "60", "100", "120"];
    let near = |text: &str| text.parse::<Rate>().ok().map(|r| (((r.fps() - rate.fps()) / rate.fps()).abs(), r));
    let best = all.iter().filter_map(|t| near(t)).min_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(off, _)| *off < 0.02).map_or(rate, |(_, r)| r)
}

/// Whether frame `n` shows at `n` frames of `rate` after the first, for all of them, within a tick or the millisecond to
/// which many programs round.
fn fits(pts: &[i64], base: TimeBase, rate: Rate) -> bool {
    let Some(&first) = pts.first() else { return true };
    let millisecond = i64::from(base.den) / (1000 * i64::from(base.num).max(1));
    let frame = base.ticks_of_frame(1, rate);
    let slack = millisecond.min(frame / 8).max(1);
    (0..).zip(pts).all(|(n, &p)| (p - first - base.ticks_of_frame(n, rate)).abs() <= slack)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: TimeBase = TimeBase { num: 1, den: 1000 };

    #[test]
    fn milliseconds_of_matroska_fit_the_rate_they_were_rounded_from() {
        let rate: Rate = "23.976".parse().unwrap();
        let pts: Vec<i64> = (0..5000).map(|n| MS.ticks_of_frame(n, rate)).collect();
        assert!(fits(&pts, MS, rate));
        assert!(!fits(&pts, MS, Rate::FILM));
        assert_eq!(measured(&pts, MS).first().copied().map(standard), Some(rate));
        let mut gap = pts.clone();
        gap.remove(3000);
        assert!(!fits(&gap, MS, rate), "a missing frame is no constant rate");
    }
}
