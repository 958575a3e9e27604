//! Credits, title cards, logos: pictures made to be read.
//!
//! Writing stands in lines of narrow strokes of one ink, mostly on plain ground; a page of small print is denser than any
//! leaves; a logo is made of wide runs of one even light. Where any of these lasts, the shot is lettering, even if the rest of
//! it is a landscape: a title over a picture is a title.

use crate::reading::closeup::Closeup;

/// Likelihood that a shot is lettering, from its close looks; `place` in the film, 0 to 1.
pub fn likelihood(closeups: &[Closeup], place: f32) -> f32 {
    let mut scores: Vec<f32> = closeups.iter().map(written).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    // A card that can be read stays for a second at least; a shot of one look is judged by it, with less confidence.
    let lasting = match scores.len() {
        0 => return 0.0,
        1 => 0.8 * scores[0],
        n => {
            let k = (n / 4).clamp(2, 4);
            scores[..k].iter().sum::<f32>() / k as f32
        }
    };
    // Cards and credits stand at both ends of a film; in between there are signs and newspapers too.
    let prior = if (0.12..0.85).contains(&place) { 0.8 } else { 1.0 };
    lasting * prior
}

/// How much one close look shows writing.
fn written(c: &Closeup) -> f32 {
    let from = |v: f32, low: f32, high: f32| ((v - low) / (high - low)).clamp(0.0, 1.0);
    let card =
        from(c.lines, 0.85, 0.97) * from(c.density, 0.3, 0.9) * from(c.ink, 0.2, 0.32) * from(c.plain, 0.76, 0.86);
    let print = from(c.lines, 0.95, 0.985) * from(c.density, 2.2, 3.6);
    let logo = from(c.bold, 0.25, 0.6);
    card.max(print).max(logo)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_for_a_third_of_a_shot_is_a_card() {
        let text = Closeup { density: 1.5, ink: 0.8, plain: 0.9, lines: 1.0, ..Closeup::default() };
        let grass = Closeup { density: 2.5, ink: 0.13, plain: 0.5, lines: 0.8, ..Closeup::default() };
        let shot: Vec<Closeup> = (0..15).map(|i| if i > 9 { text.clone() } else { grass.clone() }).collect();
        assert!(likelihood(&shot, 0.05) > 0.9);
        assert!(likelihood(&vec![grass; 15], 0.05) < 0.1);
        assert_eq!(likelihood(&[], 0.5), 0.0);
    }
}
