//! The film's sound under its pictures: lines whole, edges between words, J and L cuts, and who gives way to whom.

use film::FrameRange;
use timeline::GainPoint;

use crate::act::Act;
use crate::candidate::shortest;
use crate::cue::{Cue, Origin};
use crate::ear::Ear;
use crate::footage::Footage;

/// A clip of the film on the timeline.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) act: Act,
    pub(crate) record: FrameRange,
    pub(crate) reel: usize,
    pub(crate) shot: usize,
    /// Frames of the reel.
    pub(crate) source: FrameRange,
}

/// A piece of the film's sound.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// Which of the clips it belongs to.
    pub(crate) shown: usize,
    pub(crate) track: usize,
    pub(crate) record: FrameRange,
    pub(crate) source: FrameRange,
    /// Lines heard in it, frames of the timeline.
    pub(crate) lines: Vec<FrameRange>,
    pub(crate) gain: Vec<GainPoint>,
    pub(crate) why: Vec<String>,
}

/// Decibels of film sound under music.
const UNDER: f32 = -9.0;
/// Decibels of film sound under the music of a montage.
const FAR_UNDER: f32 = -14.0;
/// Decibels of music under dialogue.
const DUCKED: f32 = -11.0;
/// Decibels that pieces fade from and to.
const QUIET: f32 = -36.0;

/// The film's sound under `shown`, on two tracks that take turns so that neighbors may overlap.
pub(crate) fn lay(footage: &Footage<'_>, ears: &[Ear], shown: &[Shown], cue: Option<&Cue>, length: i64) -> Vec<Heard> {
    let mut laid: Vec<Heard> = Vec::new();
    let mut free = [0i64; 2];
    for at in 0..shown.len() {
        let ear = &ears[shown[at].reel];
        if !ear.hears() {
            continue;
        }
        let spoken = laid.iter().flat_map(|h| &h.lines).map(|line| line.end()).max().unwrap_or(0);
        let (reach, lines) = wanted(footage, shown, at, spoken, length);
        // The film's score runs on its own; only dialogue is laid over it.
        if lines.is_empty() && matches!(cue, Some(Cue { origin: Origin::Film(_), .. })) {
            continue;
        }
        let record = |frame: i64| to_record(footage, &shown[at], frame);
        let track = usize::from(free[1] < free[0]);
        let first = lines.first().map_or(reach.middle(), |line| line.start());
        let last = lines.last().map_or(first, |line| line.end());
        // No earlier than the track is free.
        let open = (reach.start()..=first).find(|&f| record(f) >= free[track]);
        let Some(open) = open else { continue };
        let start = ear.nearest(open, FrameRange::new(open, first.max(open)));
        let end = ear.nearest(reach.end(), FrameRange::new(last.min(reach.end()), reach.end()));
        let (Some(start), Some(end)) = (start, end) else { continue };
        if end - start < footage.handle(shown[at].reel, shortest(footage.rate)) {
            continue;
        }
        let from = record(start);
        let rate = footage.reel(shown[at].reel).clock.rate();
        let most = rate.convert(end - start, footage.rate).min(length - from);
        // At another rate than the timeline's, not every frame of the reel can end a piece.
        let fits = |len: &i64| {
            let end = start + footage.source_len(shown[at].reel, *len);
            end >= last && ear.is_safe(end) && footage.allowed(shown[at].reel).end() >= end
        };
        let Some(len) = (shortest(footage.rate)..=most).rev().find(fits) else { continue };
        if from < 0 {
            continue;
        }
        let source = FrameRange::at(start, footage.source_len(shown[at].reel, len));
        let record_range = FrameRange::at(from, len);
        let lines: Vec<FrameRange> =
            lines.iter().map(|l| FrameRange::new(record(l.start()), record(l.end()))).collect();
        free[track] = record_range.end();
        let mut heard =
            Heard { shown: at, track, record: record_range, source, lines, gain: Vec::new(), why: Vec::new() };
        heard.gain = levels(&heard, &shown[at], cue, footage);
        heard.why = words(footage, &heard, &shown[at], cue);
        laid.push(heard);
    }
    laid
}

fn to_record(footage: &Footage<'_>, shown: &Shown, frame: i64) -> i64 {
    let rate = footage.reel(shown.reel).clock.rate();
    shown.record.start() + rate.convert(frame - shown.source.start(), footage.rate)
}

/// What of the reel's sound a clip would best have, and the lines in it: all that it must not cut is left out or in whole.
fn wanted(
    footage: &Footage<'_>,
    shown: &[Shown],
    at: usize,
    spoken: i64,
    length: i64,
) -> (FrameRange, Vec<FrameRange>) {
    let clip = &shown[at];
    let reel = footage.reel(clip.reel);
    let seconds = |s: f64| (s * reel.clock.rate().fps()).round() as i64;
    // Overlaps that lead the ear over the cut: the sound a little before its picture (J) and after it (L).
    let next = shown.get(at + 1);
    let last = next.is_none_or(|next| next.record.start() > clip.record.end());
    let (lead, trail) = match clip.act {
        _ if last => (0.0, 0.7),
        Act::Setup | Act::Turn => (0.25, 0.3),
        Act::Hook => (0.1, 0.25),
        Act::Button => (0.15, 0.0),
        _ => (0.0, 0.08),
    };
    // No earlier than the trailer, no later than its end or the boundary.
    let rate = footage.rate;
    let room = |frames: i64| rate.convert(frames, reel.clock.rate());
    let allowed = footage.allowed(clip.reel);
    let low = allowed.start().max(clip.source.start() - room(clip.record.start()));
    let high = allowed.end().min(clip.source.end() + room(length - clip.record.end())).max(low);
    let mut start = (clip.source.start() - seconds(lead)).clamp(low, high);
    let mut end = (clip.source.end() + seconds(trail)).clamp(start, high);
    let (start_before, end_before) = (start, end);
    let far = seconds(1.2);
    let mut kept: Vec<FrameRange> = Vec::new();
    let near = reel.lines.partition_point(|line| line.range.end() <= start - far);
    for line in reel.lines[near..].iter().take_while(|line| line.range.start() < end + far) {
        let line = line.range;
        let shared = line.overlap(clip.source).map_or(0, FrameRange::len);
        let whole = clip.source.covers(line);
        let reaches =
            line.start() >= (clip.source.start() - far).max(low) && line.end() <= (clip.source.end() + far).min(high);
        let clear = to_record(footage, clip, line.start()) >= spoken + rate.nominal() as i64 / 6;
        let wanted = if clip.act == Act::Montage { whole } else { 2 * shared >= line.len().max(1) };
        if wanted && reaches && clear && kept.last().is_none_or(|k: &FrameRange| k.end() <= line.start()) {
            kept.push(line);
        }
    }
    // A little air around what is said.
    let air = seconds(0.1);
    if let (Some(first), Some(last)) = (kept.first(), kept.last()) {
        start = start.min(first.start() - air).max(low);
        end = end.max(last.end() + air).min(high);
    }
    // Lines that are not kept are left out whole: the longest stretch between them, or the one with the kept lines.
    let mut stretches: Vec<FrameRange> = vec![FrameRange::new(start, end.max(start))];
    for line in reel.lines.iter().map(|line| line.range).filter(|line| !kept.contains(line)) {
        stretches = stretches
            .iter()
            .flat_map(|s| match s.overlap(line) {
                Some(cut) => vec![FrameRange::new(s.start(), cut.start()), FrameRange::new(cut.end(), s.end())],
                None => vec![*s],
            })
            .collect();
    }
    let holds = |s: &FrameRange| kept.iter().filter(|k| s.covers(**k)).count() as i64;
    let best = stretches.iter().max_by_key(|s| (holds(s), s.len(), -s.start())).copied();
    let reach = best.unwrap_or(FrameRange::new(start_before, end_before));
    kept.retain(|k| reach.covers(*k));
    (reach, kept)
}

/// How loud a piece is along its length: under music, but for its lines, and fading at its ends.
fn levels(heard: &Heard, clip: &Shown, cue: Option<&Cue>, footage: &Footage<'_>) -> Vec<GainPoint> {
    let len = heard.record.len();
    let level = match (cue, clip.act) {
        (None, _) => 0.0,
        (Some(_), _) if !heard.lines.is_empty() => 0.0,
        (Some(_), Act::Montage) => FAR_UNDER,
        (Some(_), Act::Button) => UNDER / 2.0,
        (Some(_), _) => UNDER,
    };
    // It comes in over what it is heard before its picture, and goes over what it is heard after it.
    let brief = (footage.rate.fps() / 12.0).ceil() as i64;
    let first = heard.lines.iter().map(|l| l.start() - heard.record.start()).min().unwrap_or(len);
    let last = heard.lines.iter().map(|l| l.end() - heard.record.start()).max().unwrap_or(0);
    let rise = (clip.record.start() - heard.record.start()).max(brief).min(first).min(len / 3);
    let fall = (heard.record.end() - clip.record.end()).max(brief).min(len - last).min(len / 3);
    let mut points = Vec::new();
    let mut add = |frame: i64, db: f32| {
        if points.last().is_none_or(|p: &GainPoint| p.frame < frame) {
            points.push(GainPoint { frame, db });
        }
    };
    if rise > 0 {
        add(0, QUIET);
    }
    add(rise.max(0), level);
    if fall > 0 {
        add(len - fall, level);
        add(len, QUIET);
    }
    points
}

fn words(footage: &Footage<'_>, heard: &Heard, clip: &Shown, cue: Option<&Cue>) -> Vec<String> {
    let mut why = Vec::new();
    let fps = footage.rate.fps();
    if !heard.lines.is_empty() {
        let reel = footage.reel(clip.reel);
        let said = reel.lines.iter().filter(|line| heard.source.covers(line.range)).map(|line| line.text.trim());
        let said: Vec<&str> = said.collect();
        why.push(format!("keeps whole: \u{201c}{}\u{201d}", said.join(" / ")));
    }
    let lead = clip.record.start() - heard.record.start();
    let trail = heard.record.end() - clip.record.end();
    if lead > 0 {
        why.push(format!("J cut: heard {:.2} seconds before its picture", lead as f64 / fps));
    }
    if trail > 0 {
        why.push(format!("L cut: heard {:.2} seconds after its picture", trail as f64 / fps));
    }
    if heard.lines.is_empty() && cue.is_some() {
        why.push("under the music".into());
    }
    if why.is_empty() {
        why.push("the sound of its picture".into());
    }
    why
}

/// How loud one piece of the cue is along its length: it gives way to lines, comes in and goes.
pub(crate) fn under(record: FrameRange, lines: &[FrameRange], ends: (bool, bool), rate: film::Rate) -> Vec<GainPoint> {
    let ramp = (rate.fps() / 3.0).round() as i64;
    // Lines near one another share one duck; up and down between words is heard as pumping.
    let mut ducks: Vec<FrameRange> = Vec::new();
    for line in lines.iter().filter_map(|line| line.overlap(record)).map(|line| line.shift(-record.start())) {
        match ducks.last_mut() {
            Some(duck) if line.start() - duck.end() < 4 * ramp => {
                *duck = FrameRange::new(duck.start(), duck.end().max(line.end()));
            }
            _ => ducks.push(line),
        }
    }
    let len = record.len();
    let fade_in = if ends.0 { (rate.fps() / 8.0).ceil() as i64 } else { 0 };
    let fade_out = if ends.1 { rate.frames_in_seconds(1.0).min(len / 4) } else { 0 };
    let duck_at = |frame: i64| {
        let depth = |duck: &FrameRange| {
            let far = (duck.start() - frame).max(frame - duck.end()).max(0);
            DUCKED * (1.0 - far as f32 / ramp.max(1) as f32).clamp(0.0, 1.0)
        };
        ducks.iter().map(depth).fold(0.0, f32::min)
    };
    let mut frames: Vec<i64> = vec![0, fade_in, len - fade_out, len];
    frames.extend(ducks.iter().flat_map(|d| [d.start() - ramp, d.start(), d.end(), d.end() + ramp]));
    frames.retain(|f| (0..=len).contains(f));
    frames.sort_unstable();
    frames.dedup();
    let level = |frame: i64| {
        let edge = if fade_in > 0 && frame < fade_in || fade_out > 0 && frame == len { QUIET } else { 0.0 };
        edge.min(duck_at(frame))
    };
    let points: Vec<GainPoint> = frames.into_iter().map(|frame| GainPoint { frame, db: level(frame) }).collect();
    if points.iter().all(|p| p.db == 0.0) { Vec::new() } else { points }
}
