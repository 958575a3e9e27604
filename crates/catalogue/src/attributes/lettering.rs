//! Credits, title cards, logos.

use crate::reading::closeup::Closeup;
use crate::snapshot::Attributes;

/// Likelihood that a shot is lettering, from its close looks; `place` in the film, 0 to 1.
pub fn likelihood(closeups: &[Closeup], about: &Attributes, place: f32) -> f32 {
    let _ = (about, place);
    let scores: Vec<f32> = closeups.iter().map(|c| c.ink * c.lines).collect();
    scores.iter().sum::<f32>() / scores.len().max(1) as f32
}
