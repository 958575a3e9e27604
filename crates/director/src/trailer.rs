//! Brief to timeline.

use catalogue::Snapshot;
use film::FrameRange;
use timeline::{Clip, Media, ReelMedia, Timeline};

use crate::act::{self, Act};
use crate::assemble::{self, Edit};
use crate::candidate::Field;
use crate::chance::Chance;
use crate::cue::{self, Cue};
use crate::ear::Ear;
use crate::footage::Footage;
use crate::sound::{self, Shown};
use crate::{Brief, DirectorError, plain, select, slot, words};

/// Cuts a trailer of the title: a timeline of exactly `brief.length` frames at [`crate::rate`].
///
/// The same snapshot and brief give the same timeline. Every clip says why it is there and what would have come next; acts and
/// the beats that were cut on are markers, and what had to be assumed stands in the timeline's notes. Media paths are those
/// of the snapshot.
///
/// # Errors
/// [`DirectorError`] where the brief contradicts itself or the film has too little that may be shown.
pub fn trailer(snapshot: &Snapshot, brief: &Brief) -> Result<Timeline, DirectorError> {
    draft(snapshot, brief, &[]).map(|draft| draft.timeline)
}

/// Cuts `count` trailers of one brief that differ: each has its own seed, from the brief's on, and leaves shots that those
/// before it used where it can do as well without.
///
/// # Errors
/// As [`trailer`].
pub fn variants(snapshot: &Snapshot, brief: &Brief, count: usize) -> Result<Vec<Timeline>, DirectorError> {
    let mut used = Vec::new();
    let mut timelines = Vec::with_capacity(count);
    for at in 0..count as u64 {
        let brief = Brief { seed: brief.seed.wrapping_add(at), ..brief.clone() };
        let draft = draft(snapshot, &brief, &used)?;
        used.extend(draft.used);
        timelines.push(draft.timeline);
    }
    Ok(timelines)
}

struct Draft {
    timeline: Timeline,
    /// Places in the field of the shots shown.
    used: Vec<usize>,
}

fn draft(snapshot: &Snapshot, brief: &Brief, used: &[usize]) -> Result<Draft, DirectorError> {
    let mut footage = Footage::new(snapshot, brief)?;
    let (rate, length) = (footage.rate, brief.length);
    let (least, most) = (rate.frames_in_seconds(3.0), rate.frames_in_seconds(600.0));
    if !(least..=most).contains(&length) {
        return Err(DirectorError::Length { asked: length, least, most });
    }
    if let Some(c) = brief.canvas
        && [c.width, c.height].iter().any(|n| n % 2 != 0 || !(2..=16384).contains(n))
    {
        return Err(DirectorError::Canvas { width: c.width, height: c.height });
    }
    let brief =
        &Brief { title_card: brief.title_card && !assemble::title(snapshot, brief).is_empty(), ..brief.clone() };
    let field = Field::new(&footage, brief)?;
    let mut acts = act::acts(brief, rate);
    enough(&footage, &field, brief, &acts)?;

    let mut chance = Chance::new(brief.seed);
    let ears: Vec<Ear> = (0..snapshot.reels.len()).map(|reel| Ear::new(&footage, reel)).collect();
    let mut notes = std::mem::take(&mut footage.notes);
    let lean: Vec<f32> = (0..64).map(|_| 0.1 * chance.share()).collect();
    let cue = brief
        .music
        .as_ref()
        .and_then(|music| cue::of_music(music, &acts, length, rate, &mut notes))
        .or_else(|| cue::of_film(&footage, &ears, &acts, length, |at| lean[at.rem_euclid(64) as usize]));
    if let Some(cue) = &cue {
        slot::settle(&mut acts, &cue.beats, rate);
        notes.extend(cue.notes.iter().cloned());
    } else if ears.iter().any(Ear::hears) {
        notes.push(
            "no music was given and the film has no long enough stretch of its own: its sound follows its pictures"
                .into(),
        );
    } else {
        notes.push("the film has no sound and no music was given: the trailer is silent".into());
    }

    let until = footage.until.min(footage.credits_from) as f32;
    let made = stage(&footage, &field, brief, &acts, cue.as_ref(), until, used, &mut chance);
    let (edit, used) = match made {
        Some(made) => made,
        None => {
            notes.push("too few shots can be shown for acts of their own: they stand in the film's order".into());
            in_order(&footage, &field, &mut acts)?
        }
    };
    let heard =
        sound::lay(&footage, &ears, &edit.iter().map(|e| e.shown.clone()).collect::<Vec<_>>(), cue.as_ref(), length);
    let timeline = assemble::timeline(&footage, brief, &acts, edit, heard, cue.as_ref(), notes);
    Ok(Draft { timeline, used })
}

/// Whether there are frames enough, each shown once.
fn enough(
    footage: &Footage<'_>,
    field: &Field,
    brief: &Brief,
    acts: &[(Act, FrameRange)],
) -> Result<(), DirectorError> {
    let title = footage.snapshot.title.clone();
    let because = field.refused.sentence();
    if field.candidates.is_empty() {
        let shots = footage.snapshot.reels.iter().map(|reel| reel.shots.len()).sum();
        return Err(DirectorError::NothingToShow { title, shots, because });
    }
    let film = |acts: &[(Act, FrameRange)]| -> i64 {
        acts.iter().filter(|(act, _)| act.is_film()).map(|(_, range)| range.len()).sum()
    };
    let need = film(acts);
    let have: i64 = (0..field.candidates.len()).map(|at| plain::record_most(footage, field, at)).sum();
    if have >= need {
        return Ok(());
    }
    let (mut low, mut high) = (0, brief.length);
    while low < high {
        let length = (low + high + 1) / 2;
        let shorter = act::acts(&Brief { length, ..brief.clone() }, footage.rate);
        if film(&shorter) <= have { low = length } else { high = length - 1 }
    }
    Err(DirectorError::TooShort { title, asked: brief.length, need, have, longest: low, because })
}

/// The trailer in acts; `None` where the film has too few shots for it.
#[allow(clippy::too_many_arguments)] // each is one thing known by now
fn stage(
    footage: &Footage<'_>,
    field: &Field,
    brief: &Brief,
    acts: &[(Act, FrameRange)],
    cue: Option<&Cue>,
    until: f32,
    used: &[usize],
    chance: &mut Chance,
) -> Option<(Vec<Edit>, Vec<usize>)> {
    // Longer clips where shots are few, shorter ones where many are asked for.
    for (stretch, choice) in [(1.0, 1.4), (1.35, 1.2), (1.8, 1.1), (2.4, 1.05), (0.75, 1.0)] {
        let slots = slot::slots(brief, acts, cue, footage.rate, until, stretch, chance);
        if slots.is_empty() || (slots.len() as f64 * choice) as usize > field.candidates.len() {
            continue;
        }
        let Some(casts) = select::cast(footage, field, &slots, used, chance) else { continue };
        let mut edit: Vec<Edit> = Vec::with_capacity(slots.len());
        for (at, (slot, cast)) in slots.iter().zip(&casts).enumerate() {
            let candidate = &field.candidates[cast.taken.candidate];
            let first = at == 0 || slots[at - 1].act != slot.act;
            let len = footage.source_len(candidate.reel, slot.record.len());
            edit.push(Edit {
                shown: Shown {
                    act: slot.act,
                    record: slot.record,
                    reel: candidate.reel,
                    shot: candidate.shot,
                    source: FrameRange::at(cast.taken.start, len),
                },
                enter: slot.enter,
                beat: slot.beat,
                why: words::why(footage, field, slot, first, cast),
                alternatives: words::alternatives(footage, field, slot, cast),
            });
        }
        return Some((edit, casts.iter().map(|cast| cast.taken.candidate).collect()));
    }
    None
}

/// The trailer without acts: shots in the film's order, then the cards.
fn in_order(
    footage: &Footage<'_>,
    field: &Field,
    acts: &mut Vec<(Act, FrameRange)>,
) -> Result<(Vec<Edit>, Vec<usize>), DirectorError> {
    let frames: i64 = acts.iter().filter(|(act, _)| act.is_film()).map(|(_, range)| range.len()).sum();
    let mut at = frames;
    let mut plan = vec![(Act::Setup, FrameRange::new(0, frames))];
    for (act, range) in acts.iter().filter(|(act, _)| !act.is_film()) {
        plan.push((*act, FrameRange::at(at, range.len())));
        at += range.len();
    }
    *acts = plan;
    let taken = plain::plain(footage, field, frames)?;
    let mut at = 0;
    let mut edit = Vec::with_capacity(taken.len());
    for &(place, len) in &taken {
        let candidate = &field.candidates[place];
        let asked = candidate.must.then(|| "asked for by the brief".to_owned());
        let why = format!(
            "one of {} shots in the film's order, {:.0} % into it; its best {} of {} frames that may be shown",
            taken.len(),
            100.0 * candidate.position,
            footage.source_len(candidate.reel, len),
            candidate.run.len()
        );
        edit.push(Edit {
            shown: Shown {
                act: Act::Setup,
                record: FrameRange::at(at, len),
                reel: candidate.reel,
                shot: candidate.shot,
                source: plain::moment(footage, field, place, len),
            },
            enter: None,
            beat: None,
            why: asked.into_iter().chain([why]).collect(),
            alternatives: Vec::new(),
        });
        at += len;
    }
    Ok((edit, taken.into_iter().map(|(place, _)| place).collect()))
}

/// A clip of a reel of the snapshot.
pub(crate) fn clip(footage: &Footage<'_>, reel: usize, shot: Option<usize>, source: FrameRange) -> Clip {
    let held = footage.reel(reel);
    let media = ReelMedia {
        path: held.path.clone(),
        hash: Some(held.hash),
        available: FrameRange::new(0, held.clock.grid_len()),
        rate: held.clock.rate(),
    };
    let index = shot.map(|shot| footage.shot(reel, shot).index);
    let name = match index {
        Some(index) => format!("{} #{index}", footage.snapshot.title),
        None => footage.snapshot.title.clone(),
    };
    Clip { shot: index, ..Clip::new(name, Media::Reel(media), source) }
}
