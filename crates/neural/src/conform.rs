//! What a net must do before it is used: a run of small pictures with known answers.

use crate::run::{RunError, Runner};

/// What was found wrong, in words; nothing wrong is an empty list.
///
/// `range` is what code values 0 and 255 are to the net; `clean` names the planes that hold the picture (all others hold a
/// level, and get 0). Looked at: sizes from 16x16 to 97x61, an even picture stays even, values stay near the range, the same
/// picture twice gives the same numbers, tiles leave no seam.
pub fn conform(runner: Runner, range: [f32; 2], clean: &[bool]) -> Result<Vec<String>, RunError> {
    let mut runner = runner;
    let mut wrong = Vec::new();
    let span = range[1] - range[0];
    let picture = |w: usize, h: usize, f: &dyn Fn(usize, usize) -> f32| -> Vec<f32> {
        (0..w * h).map(|i| range[0] + span * f(i % w, i / w)).collect()
    };
    let run = |runner: &mut Runner, plane: &[f32], w: usize, h: usize| {
        let none = vec![0.0; w * h];
        let planes: Vec<&[f32]> = clean.iter().map(|c| if *c { plane } else { &none[..] }).collect();
        runner.run(&planes, w, h)
    };
    for (w, h) in [(16, 16), (40, 24), (33, 17), (97, 61)] {
        let made = run(&mut runner, &picture(w, h, &|x, y| 0.5 + 0.3 * ((x + 2 * y) as f32 * 0.2).sin()), w, h)?;
        if made.iter().any(|v| !v.is_finite()) {
            wrong.push(format!("a {w}x{h} picture gives values that are no numbers"));
        } else if made.iter().any(|v| *v < range[0] - 0.2 * span || *v > range[1] + 0.2 * span) {
            wrong.push(format!("a {w}x{h} picture gives values far outside {range:?}"));
        }
    }
    for level in [0.1, 0.5, 0.9] {
        let made = run(&mut runner, &picture(64, 64, &|_, _| level), 64, 64)?;
        let middle = made.iter().skip(24 * 64).take(16 * 64).enumerate().filter(|(i, _)| (24..40).contains(&(i % 64)));
        let (mut low, mut high) = (f32::MAX, f32::MIN);
        for (_, v) in middle {
            (low, high) = (low.min(*v), high.max(*v));
        }
        let meant = range[0] + span * level;
        if (low - meant).abs() > 0.03 * span || (high - meant).abs() > 0.03 * span {
            wrong.push(format!("an even picture of {meant} comes out between {low} and {high}"));
        }
    }
    let texture = picture(120, 90, &|x, y| 0.5 + 0.4 * ((x * x + 3 * y * x + 7 * y) as f32 * 0.11).sin());
    let once = run(&mut runner, &texture, 120, 90)?;
    if run(&mut runner, &texture, 120, 90)? != once {
        wrong.push("the same picture twice gives two results".to_owned());
    }
    let mut runner = runner.with_tile(40);
    let tiled = run(&mut runner, &texture, 120, 90)?;
    let seam = tiled.iter().zip(&once).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    if seam > 1e-3 * span {
        wrong.push(format!("tiles leave seams of {seam}: its reach is larger than its page says"));
    }
    Ok(wrong)
}
