//! What it costs to show one shot after another.

use crate::act::Act;
use crate::candidate::Candidate;
use crate::slot::Slot;

/// Pictures nearer than this look the same but for a jump.
const JUMP: f32 = 0.12;
/// Pictures nearer than this are seen as repeated wherever they stand.
const REPEAT: f32 = 0.07;

/// What it costs that `b` in `slots[at + gap]` follows `a` in `slots[at]`, their pictures being `distance` apart.
pub(crate) fn cost(slots: (&Slot, &Slot), gap: usize, a: &Candidate, b: &Candidate, distance: f32) -> f32 {
    let mut cost = 0.0;
    let one_setup = a.setup == b.setup;
    if distance < REPEAT {
        cost += 0.5 * (1.0 - distance / REPEAT);
    }
    if one_setup {
        cost += 0.12;
    }
    let apart = (a.position - b.position).abs();
    if apart < 0.004 && gap > 1 {
        cost += 0.08;
    }
    if gap > 1 {
        if gap <= 4 {
            cost += if one_setup { 0.3 / gap as f32 } else { 0.0 };
            cost += if distance < 0.1 { 0.3 * (1.0 - distance / 0.1) } else { 0.0 };
        }
        return cost;
    }
    // A title between them takes the edge off everything that follows.
    if slots.1.act == Act::Button {
        return cost;
    }
    if distance < JUMP {
        cost += 0.9 * (1.0 - distance / JUMP);
    }
    if one_setup {
        cost += 0.5;
    }
    if a.direction * b.direction < -0.2 {
        cost += 0.12;
    }
    if (a.brightness - b.brightness).abs() > 0.5 {
        cost += 0.05;
    }
    let neighbors = a.reel == b.reel && a.shot.abs_diff(b.shot) == 1;
    let told = |act: Act| matches!(act, Act::Setup | Act::Turn);
    if neighbors && !told(slots.1.act) {
        cost += 0.15;
    }
    if told(slots.0.act) && told(slots.1.act) && b.position < a.position {
        cost += 0.3 * (apart / 0.1).min(1.0);
    }
    cost
}
