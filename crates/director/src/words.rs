//! Why a clip is where it is, in sentences with numbers.

use catalogue::Camera;
use timeline::Alternative;

use crate::act::Act;
use crate::candidate::{Candidate, Field};
use crate::footage::Footage;
use crate::score::PARTS;
use crate::select::Cast;
use crate::slot::Slot;

/// Sentences on the shot in `slot`, the weightiest first.
pub(crate) fn why(footage: &Footage<'_>, field: &Field, slot: &Slot, first_of_act: bool, cast: &Cast) -> Vec<String> {
    let candidate = &field.candidates[cast.taken.candidate];
    let mut why = Vec::new();
    if candidate.must {
        why.push("asked for by the brief".to_owned());
    }
    why.push(format!("{}: {}", role(slot, first_of_act), looks(footage, candidate)));
    let parts = cast.taken.score.parts;
    let mut best: Vec<usize> = (0..PARTS.len()).collect();
    best.sort_by(|&a, &b| parts[b].total_cmp(&parts[a]));
    let said = best.iter().filter_map(|&part| strength(footage, candidate, slot, part)).take(2);
    why.extend(said);
    if candidate.talk > 0.0 && slot.talk {
        let reel = footage.reel(candidate.reel);
        let line = reel.lines.iter().find(|line| line.range.overlap(candidate.run).is_some());
        why.extend(line.map(|line| format!("somebody says \u{201c}{}\u{201d}", line.text.trim())));
    }
    if let Some(beat) = slot.beat {
        why.push(format!(
            "cut on {} {}",
            if beat.down { "the first beat of a bar, beat" } else { "beat" },
            beat.number
        ));
    }
    why
}

fn role(slot: &Slot, first: bool) -> &'static str {
    match (slot.act, first) {
        (Act::Hook, true) => "opens the trailer",
        (Act::Hook, false) => "keeps the hook going",
        (Act::Setup, true) => "opens the film's world",
        (Act::Setup, false) => "tells of the world",
        (Act::Turn, _) => "turns the story",
        (Act::Montage, true) => "begins the rise",
        (Act::Montage, false) => "drives the rise",
        _ => "the last moment after the name",
    }
}

fn looks(footage: &Footage<'_>, candidate: &Candidate) -> String {
    let a = &footage.shot(candidate.reel, candidate.shot).attributes;
    let mut words: Vec<String> = Vec::new();
    if a.exterior_confidence > 0.3 {
        words.push(if a.exterior >= 0.5 { "exterior" } else { "interior" }.into());
    }
    if a.day_confidence > 0.3 {
        words.push(if a.day >= 0.5 { "day" } else { "night" }.into());
    }
    match a.camera {
        Camera::Static => words.push("still camera".into()),
        Camera::PanLeft => words.push("pan to the left".into()),
        Camera::PanRight => words.push("pan to the right".into()),
        Camera::TiltUp => words.push("tilt up".into()),
        Camera::TiltDown => words.push("tilt down".into()),
        Camera::ZoomIn => words.push("zoom in".into()),
        Camera::ZoomOut => words.push("zoom out".into()),
        Camera::Handheld => words.push("handheld".into()),
        Camera::Moving => words.push("moving camera".into()),
    }
    words.push(format!("{:.2} picture widths a second of motion", a.motion));
    words.push(format!("{:.0} % into the film", 100.0 * candidate.position));
    words.join(", ")
}

fn strength(footage: &Footage<'_>, candidate: &Candidate, slot: &Slot, part: usize) -> Option<String> {
    let percent = |v: f32| format!("{:.0} %", 100.0 * v);
    let a = &footage.shot(candidate.reel, candidate.shot).attributes;
    Some(match part {
        0 if candidate.quality >= 0.5 => {
            format!(
                "seen well: sharpness {:.2}, mean brightness {:.2}, contrast {:.2}",
                a.sharpness, candidate.brightness, a.contrast
            )
        }
        1 if (candidate.energy - slot.energy).abs() < 0.2 => {
            format!(
                "as lively as the place asks: {} where {} is wanted",
                percent(candidate.energy),
                percent(slot.energy)
            )
        }
        2 if (candidate.position - slot.position).abs() < 0.12 => {
            format!(
                "keeps the film's order: {} into it, {} expected here",
                percent(candidate.position),
                percent(slot.position)
            )
        }
        3 if candidate.striking > 0.5 => {
            format!(
                "more colour and contrast than {} of the shots (saturation {:.2})",
                percent(candidate.striking),
                a.saturation
            )
        }
        4 if candidate.novelty > 0.5 => {
            format!("looks less like others than {} of the shots", percent(candidate.novelty))
        }
        _ => return None,
    })
}

/// The next best shots for a slot.
pub(crate) fn alternatives(footage: &Footage<'_>, field: &Field, slot: &Slot, cast: &Cast) -> Vec<Alternative> {
    let say = |(option, score): &(crate::select::Choice, f32)| {
        let candidate = &field.candidates[option.candidate];
        let (part, short) = option.score.lacks(&cast.taken.score);
        let why = if short > 0.005 {
            format!("less {part} ({short:.2} points of {:.2})", cast.taken.score.total())
        } else {
            "as good by itself; sits worse beside its neighbors".to_owned()
        };
        let len = footage.source_len(candidate.reel, slot.record.len());
        Alternative {
            reel: footage.reel(candidate.reel).hash,
            shot: footage.shot(candidate.reel, candidate.shot).index,
            source: film::FrameRange::at(option.start, len),
            score: *score,
            why,
        }
    };
    cast.others.iter().map(say).collect()
}
