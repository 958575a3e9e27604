//! The rhythm: how long each clip is, where cuts fall, and what each place asks of a shot.

use film::{FrameRange, Rate};
use timeline::TransitionKind;

use crate::act::Act;
use crate::candidate::shortest;
use crate::chance::Chance;
use crate::cue::{Beat, Cue};
use crate::{Brief, Tone};

/// A place for one clip.
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) act: Act,
    /// Frames of the trailer.
    pub(crate) record: FrameRange,
    /// How it begins where not by a cut.
    pub(crate) enter: Option<Passage>,
    /// Frames a passage needs before its start.
    pub(crate) head: i64,
    /// Frames a passage needs past its end.
    pub(crate) tail: i64,
    /// The beat it begins on.
    pub(crate) beat: Option<Beat>,
    /// How lively its shot should be, 0 to 1.
    pub(crate) energy: f32,
    /// Where in the film its shot should lie, 0 to 1.
    pub(crate) position: f32,
    /// Whether a line of dialogue is welcome.
    pub(crate) talk: bool,
}

/// A passage into a clip or card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) kind: TransitionKind,
    pub(crate) before: i64,
    pub(crate) after: i64,
}

/// Shares of trailer shots from the five parts of a story that turning points divide, and where in a film these end.
///
/// Papalampidi, Keller and Lapata 2021 count 16.6 % from the set-up, 25.5 % from the new situation and 30.3 % from the progress; the
/// rest is split so that the last part, which 34 % of trailers show anything of, has the least. Where the parts end is about where
/// screenwriting puts the turning points.
const PRIOR: [(f32, f32); 5] = [(0.114, 0.166), (0.319, 0.255), (0.507, 0.303), (0.742, 0.176), (1.0, 0.1)];

/// Where in the film the shot at `share` of the trailer's story should lie, if the film may be shown up to `until`.
pub(crate) fn position(share: f32, until: f32) -> f32 {
    let mass = |upto: f32| {
        let (mut start, mut sum) = (0.0, 0.0);
        for (end, part) in PRIOR {
            sum += part * ((upto.min(end) - start) / (end - start)).clamp(0.0, 1.0);
            start = end;
        }
        sum
    };
    let wanted = share * mass(until);
    let (mut start, mut sum) = (0.0, 0.0);
    for (end, part) in PRIOR {
        if sum + part >= wanted {
            return (start + (end - start) * (wanted - sum) / part).min(until);
        }
        sum += part;
        start = end;
    }
    until
}

/// The places for clips of the film in `acts`, each `stretch` times as long as the tone asks.
pub(crate) fn slots(
    brief: &Brief,
    acts: &[(Act, FrameRange)],
    cue: Option<&Cue>,
    rate: Rate,
    until: f32,
    stretch: f64,
    chance: &mut Chance,
) -> Vec<Slot> {
    let beats = cue.map_or(&[][..], |cue| &cue.beats);
    let stretch = stretch * brief.tone.stretch();
    let mut slots: Vec<Slot> = Vec::new();
    for &(act, range) in acts.iter().filter(|(act, _)| act.is_film()) {
        let cuts = cuts(act, range, beats, rate, stretch, chance);
        for pair in cuts.windows(2) {
            let record = FrameRange::new(pair[0], pair[1]);
            let beat = beats.iter().find(|beat| (beat.frame - record.start()).abs() <= 1).copied();
            let within = (record.middle() - range.start()) as f32 / range.len().max(1) as f32;
            let energy = match act {
                Act::Hook => 0.72,
                Act::Setup => 0.18 + 0.25 * within,
                Act::Turn => 0.5 + 0.2 * within,
                Act::Montage => 0.5 + 0.5 * within,
                _ => 0.45,
            };
            let talk = match act {
                Act::Hook => slots.is_empty(),
                Act::Setup | Act::Turn => slots.len().is_multiple_of(2),
                Act::Button => true,
                _ => false,
            };
            slots.push(Slot {
                act,
                record,
                enter: None,
                head: 0,
                tail: 0,
                beat,
                energy: (energy + brief.tone.lift()).clamp(0.0, 1.0),
                position: 0.0,
                talk: talk && rate.seconds(record.len()) >= 1.2,
            });
        }
    }
    place(&mut slots, until);
    pass(&mut slots, brief, acts, rate);
    slots
}

/// Asks the story's slots to follow the film, as densely as trailers take from its parts.
fn place(slots: &mut [Slot], until: f32) {
    let story = |slot: &Slot| matches!(slot.act, Act::Setup | Act::Turn | Act::Montage);
    let count = slots.iter().filter(|slot| story(slot)).count().max(1) as f32;
    let mut at = 0.0;
    for slot in slots {
        slot.position = if story(slot) {
            at += 1.0;
            position((at - 0.5) / count, until)
        } else {
            position(0.6, until)
        };
    }
}

/// Passages as an editor uses them: out of black, through black at the turn and about the button, a dissolve now and then
/// in the set-up, hard cuts in the montage and into the title.
fn pass(slots: &mut [Slot], brief: &Brief, acts: &[(Act, FrameRange)], rate: Rate) {
    let frames = |seconds: f64| rate.frames_in_seconds(seconds).max(1);
    let long = rate.seconds(brief.length) >= 15.0;
    let card = |act: Act| acts.iter().any(|(a, _)| *a == act);
    let dip = Passage { kind: TransitionKind::DipToBlack, before: frames(0.25), after: frames(0.17) };
    let soft = |before: f64, after: f64| Passage {
        kind: TransitionKind::Dissolve,
        before: if before == 0.0 { 0 } else { frames(before) },
        after: frames(after),
    };
    let mut inside = 0;
    for at in 0..slots.len() {
        let before = at.checked_sub(1).map(|b| slots[b].clone());
        let passage = match (before.as_ref().map(|b| b.act), slots[at].act) {
            (None, _) if long && brief.tone != Tone::Driving => soft(0.0, 0.4),
            (Some(Act::Hook), Act::Setup) | (Some(Act::Turn), Act::Montage) if long => dip,
            (Some(Act::Montage), Act::Button) if long && card(Act::Title) => dip,
            (Some(Act::Setup), Act::Setup) if long && brief.tone != Tone::Driving => {
                inside += 1;
                let often = if brief.tone == Tone::Quiet { 2 } else { 4 };
                if inside % often != 2 % often {
                    continue;
                }
                soft(0.25, 0.25)
            }
            _ => continue,
        };
        let from_card = slots[at].act == Act::Button && card(Act::Title);
        let left = before.filter(|_| !from_card);
        let room = |slot: &Slot, taken: i64| slot.record.len() >= 3 * taken;
        if !room(&slots[at], passage.after) || left.as_ref().is_some_and(|left| !room(left, passage.before)) {
            continue;
        }
        if left.is_some() {
            slots[at - 1].tail = passage.after;
        }
        slots[at].head = passage.before;
        slots[at].enter = Some(passage);
    }
}

/// Where clips of an act begin, and its end.
fn cuts(act: Act, range: FrameRange, beats: &[Beat], rate: Rate, stretch: f64, chance: &mut Chance) -> Vec<i64> {
    let seconds = rate.seconds(range.len());
    let least = least(act, rate);
    let lengths: Vec<f64> = match act {
        Act::Montage => {
            let last = 0.55 * stretch;
            let first = ((0.12 * seconds).clamp(0.9, 1.9) * stretch).max(1.05 * last);
            let mean = (first - last) / (first / last).ln();
            let count = (seconds / mean).round().max(1.0);
            (0..count as i64).map(|k| first * (last / first).powf(k as f64 / (count - 1.0).max(1.0))).collect()
        }
        _ => {
            let each = match act {
                Act::Hook => 2.1,
                Act::Setup => 2.6,
                Act::Turn => 2.1,
                _ => 3.4,
            };
            let count = (seconds / (each * stretch)).round().max(1.0) as i64;
            (0..count).map(|_| 1.0 + 0.3 * (f64::from(chance.share()) - 0.5)).collect()
        }
    };
    let whole: f64 = lengths.iter().sum();
    let mut cuts = vec![range.start()];
    let mut at = 0.0;
    for length in &lengths[..lengths.len() - 1] {
        at += length;
        let wanted = range.start() + (at / whole * range.len() as f64).round() as i64;
        let last = *cuts.last().expect("it begins with the act's start");
        let open = |frame: i64| frame >= last + least && frame <= range.end() - least;
        let reach = if act == Act::Montage { gap(beats, wanted) } else { rate.frames_in_seconds(0.4) };
        let beat = beats
            .iter()
            .filter(|beat| open(beat.frame) && (beat.frame - wanted).abs() <= reach)
            .min_by_key(|beat| ((beat.frame - wanted).abs(), !beat.down, beat.frame));
        // A cut off the beat beside cuts on it is heard as a mistake; better one clip less.
        let frame = match (beat, act, beats.is_empty()) {
            (Some(beat), ..) => beat.frame,
            (None, Act::Montage, false) if reach < i64::MAX => continue,
            (None, ..) => wanted,
        };
        if open(frame) {
            cuts.push(frame);
        }
    }
    cuts.push(range.end());
    cuts
}

/// Fewest frames of a clip in an act.
pub(crate) fn least(act: Act, rate: Rate) -> i64 {
    let readable = shortest(rate);
    if act == Act::Montage { readable } else { (rate.fps() / 2.0).ceil() as i64 }.max(readable)
}

/// Frames between the beats around `frame`; as far as can be where none are near.
fn gap(beats: &[Beat], frame: i64) -> i64 {
    let next = beats.partition_point(|beat| beat.frame <= frame);
    match (next.checked_sub(1).map(|at| beats[at].frame), beats.get(next)) {
        (Some(before), Some(after)) => after.frame - before,
        _ => i64::MAX,
    }
}

/// Moves the acts' boundaries to the beats near them, first beats of bars before others; the title stays.
pub(crate) fn settle(acts: &mut [(Act, FrameRange)], beats: &[Beat], rate: Rate) {
    let reach = rate.frames_in_seconds(0.7);
    for at in 1..acts.len() {
        let ((one, before), (other, after)) = (acts[at - 1], acts[at]);
        if !one.is_film() || !other.is_film() {
            continue;
        }
        let open = |frame: i64| frame >= before.start() + least(one, rate) && frame <= after.end() - least(other, rate);
        let near = beats.iter().filter(|b| (b.frame - after.start()).abs() <= reach && open(b.frame));
        if let Some(beat) = near.min_by_key(|b| (!b.down, (b.frame - after.start()).abs(), b.frame)) {
            acts[at - 1].1 = FrameRange::new(before.start(), beat.frame);
            acts[at].1 = FrameRange::new(beat.frame, after.end());
        }
    }
}
