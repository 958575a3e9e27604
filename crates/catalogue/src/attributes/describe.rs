//! All attributes of all shots of a reel.

use film::{Clock, FrameRange};

use super::{camera, key, lettering, light, palette, setup};
use crate::reading::Reading;
use crate::reading::closeup::Closeup;
use crate::reading::sight::Sight;
use crate::snapshot::{Attributes, Line, Shot, SoundKind, SoundSignals};

/// What is heard in a reel.
#[derive(Clone, Copy, Default)]
pub struct Heard<'a> {
    /// Its sound, on the grid.
    pub sound: Option<&'a SoundSignals>,
    /// Its lines, in reel frames.
    pub lines: &'a [Line],
}

/// Fills in the key frame and the attributes of `shots` (reel frames); motion across their cuts is taken out of `reading`.
pub fn describe(reading: &mut Reading, shots: &mut [Shot], clock: &Clock, heard: Heard<'_>, picture_step: i64) {
    for shot in shots.iter() {
        // What differs across a cut did not move.
        if let Some(sight) = reading.sights.get_mut(shot.range.start() as usize) {
            *sight = Sight { change: sight.change, ..sight.at_rest() };
        }
        smooth_focus(&mut reading.sights, shot.range);
    }
    let sharpest = percentile(reading.sights.iter().step_by(7).map(|s| s.sharpness).collect(), 0.95).max(0.05);
    let frames = clock.frames();
    for shot in shots.iter_mut() {
        let range = if shot.clean.is_empty() { shot.range } else { shot.clean };
        let (from, to) = (range.start().max(0) as usize, (range.end() as usize).min(reading.sights.len()));
        let sights = &reading.sights[from.min(to)..to];
        if sights.is_empty() {
            continue;
        }
        let a = reading.closeups.partition_point(|c| c.frame < range.start());
        let b = reading.closeups.partition_point(|c| c.frame < range.end());
        let closeups = &reading.closeups[a..b];
        shot.key_frame = key::choose(sights, range, picture_step);
        shot.attributes = attributes(sights, closeups, clock, sharpest);
        let place = range.middle() as f32 / frames.max(1) as f32;
        shot.attributes.lettering = lettering::likelihood(closeups, place);
        hear(&mut shot.attributes, shot.range, clock, heard);
    }
    setup::group(&reading.sights, shots);
}

fn attributes(sights: &[Sight], closeups: &[Closeup], clock: &Clock, sharpest: f32) -> Attributes {
    let fps = clock.rate().fps() as f32;
    let mean = |f: &dyn Fn(&Sight) -> f32| sights.iter().map(f).sum::<f32>() / sights.len() as f32;
    let drift = mean(&|s| s.drift) * fps;
    let object = mean(&|s| s.object) * fps;
    let (day, day_confidence, exterior, exterior_confidence) = light::judge(sights);
    let noise: Vec<f32> = closeups.iter().map(|c| c.noise).filter(|&n| n >= 0.0).collect();
    Attributes {
        day,
        day_confidence,
        exterior,
        exterior_confidence,
        palette: palette::of(sights),
        camera: camera::name(sights, fps),
        motion: mean(&|s| s.motion) * fps,
        object_motion: object,
        // Sure only where most of what moves goes one way.
        direction: if object > 0.01 { (drift / object).clamp(-1.0, 1.0) } else { 0.0 },
        brightness: mean(&|s| s.luma),
        contrast: mean(&|s| s.contrast),
        saturation: mean(&|s| s.saturation),
        sharpness: (percentile(sights.iter().map(|s| s.sharpness).collect(), 0.7) / sharpest).min(1.0),
        noise: if noise.is_empty() { 0.0 } else { percentile(noise, 0.5) },
        blank: mean(&|s| f32::from(u8::from(s.contrast < 0.012))),
        loudness: -70.0,
        ..Attributes::default()
    }
}

/// Notes how long somebody speaks in each shot, now that `lines` (reel frames) are known.
pub fn note_dialogue(shots: &mut [Shot], clock: &Clock, lines: &[Line]) {
    for shot in shots {
        shot.attributes.dialogue_seconds = dialogue_seconds(shot.range, clock, lines);
    }
}

fn dialogue_seconds(range: FrameRange, clock: &Clock, lines: &[Line]) -> f32 {
    let heard = lines.iter().filter_map(|l| l.range.overlap(range));
    heard.map(|r| (clock.seconds(r.end()) - clock.seconds(r.start())) as f32).sum()
}

fn hear(to: &mut Attributes, range: FrameRange, clock: &Clock, heard: Heard<'_>) {
    let grid =
        FrameRange::new(clock.grid_at(range.start()), clock.grid_at(range.end()).max(clock.grid_at(range.start())));
    let seconds = |r: FrameRange| clock.rate().seconds(r.len()) as f32;
    to.dialogue_seconds = dialogue_seconds(range, clock, heard.lines);
    let Some(sound) = heard.sound else { return };
    let (from, to_) = (grid.start() as usize, (grid.end() as usize).min(sound.loudness.len()));
    if from >= to_ {
        return;
    }
    let loudness = &sound.loudness[from..to_];
    to.loudness = loudness.iter().sum::<f32>() / loudness.len() as f32;
    let share = |kind: SoundKind| {
        let frames: f32 =
            sound.spans.iter().filter(|s| s.kind == kind).filter_map(|s| s.range.overlap(grid)).map(seconds).sum();
        frames / seconds(grid).max(1e-6)
    };
    to.speech = share(SoundKind::Speech);
    to.music = share(SoundKind::Music);
    if heard.lines.is_empty() {
        to.dialogue_seconds = to.speech * seconds(grid);
    }
}

/// Steadies where the eye goes, within a shot: it follows a thing, not each frame's chance.
fn smooth_focus(sights: &mut [Sight], range: FrameRange) {
    let range = range.start().max(0) as usize..(range.end().max(0) as usize).min(sights.len());
    let Some(sights) = sights.get_mut(range) else { return };
    // Forward and back, so that it does not lag.
    for i in 1..sights.len() {
        for k in 0..2 {
            sights[i].focus[k] = 0.85 * sights[i - 1].focus[k] + 0.15 * sights[i].focus[k];
        }
    }
    for i in (0..sights.len().saturating_sub(1)).rev() {
        for k in 0..2 {
            sights[i].focus[k] = 0.85 * sights[i + 1].focus[k] + 0.15 * sights[i].focus[k];
        }
    }
}

/// The value below which `share` of the values lie; 0 of none.
pub(crate) fn percentile(mut values: Vec<f32>, share: f32) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let at = ((values.len() - 1) as f32 * share) as usize;
    *values.select_nth_unstable_by(at, f32::total_cmp).1
}
