//! Day or night, inside or outside: guesses from light and colour, with an honest confidence.
//!
//! Cues known from the literature on indoor and outdoor scenes (Szummer and Picard 1998; Vailaya and others 2001): sky above
//! (bright, plain, blue or white), green below, light from above; night is dark with a few lights. They fail on snow, stages,
//! day-for-night and windows, so that the confidence never exceeds 0.8, and without colour 0.4.

use crate::reading::sight::{CELLS, Sight};

/// Day, its confidence, exterior, its confidence; each 0 to 1.
pub fn judge(sights: &[Sight]) -> (f32, f32, f32, f32) {
    let step = sights.len().div_ceil(24).max(1);
    let looked: Vec<&Sight> = sights.iter().step_by(step).collect();
    let n = looked.len().max(1) as f32;
    let (mut day, mut out, mut colour, mut light) = (0.0, 0.0, 0.0, 0.0);
    for s in &looked {
        let c = Cues::of(s);
        day += c.day();
        out += c.exterior();
        colour += s.saturation;
        light += s.contrast;
    }
    let (day, out, colour, light) = (day / n, out / n, colour / n, light / n);
    // Almost nothing to be seen: nothing to be said.
    let seen = (light / 0.06).min(1.0);
    let most = if colour < 0.02 { 0.4 } else { 0.8 };
    let sure = |p: f32| seen * most * ((p - 0.5).abs() * 2.0).powf(1.3);
    let (day, out) = (squash(day), squash(out));
    (day, sure(day), out, sure(out))
}

fn squash(logit: f32) -> f32 {
    1.0 / (1.0 + (-logit).exp())
}

struct Cues {
    mean: f32,
    /// Share of bright cells.
    bright: f32,
    /// Share of very dark cells.
    dark: f32,
    /// Share of the upper third that looks like sky, by day or by night.
    sky: f32,
    /// Share of leaf and grass green.
    green: f32,
    /// How much lighter the upper third is than the lower.
    from_above: f32,
    /// Share of lamp light: bright and orange.
    lamp: f32,
    /// Mean blueness of dark cells.
    blue_dark: f32,
}

impl Cues {
    fn of(s: &Sight) -> Cues {
        let (across, down) = CELLS;
        let mut c = Cues {
            mean: s.luma,
            bright: 0.0,
            dark: 0.0,
            sky: 0.0,
            green: 0.0,
            from_above: 0.0,
            lamp: 0.0,
            blue_dark: 0.0,
        };
        let third = down / 3;
        let (mut top, mut bottom, mut darks) = (0.0, 0.0, 0.0f32);
        for i in 0..across * down {
            let row = i / across;
            let (y, b, r) =
                (f32::from(s.thumb[i]), f32::from(s.thumb[144 + i]) - 128.0, f32::from(s.thumb[288 + i]) - 128.0);
            let one = 1.0 / (across * down) as f32;
            if y > 140.0 {
                c.bright += one;
            }
            if y < 40.0 {
                c.dark += one;
                c.blue_dark += b - r;
                darks += 1.0;
            }
            if row < third {
                top += y;
                // Plain in its neighbourhood, light, and not warm.
                let next = f32::from(s.thumb[if i % across + 1 < across { i + 1 } else { i - 1 }]);
                if y > 110.0 && (y - next).abs() < 14.0 && (b > 4.0 && r < 8.0 || y > 200.0 && b > -6.0) {
                    c.sky += 3.0 * one;
                }
            }
            if row >= down - third {
                bottom += y;
            }
            // Both differences below the middle: green.
            if b < -6.0 && r < -2.0 && y > 30.0 {
                c.green += one;
            }
            if y > 120.0 && r > 12.0 && b < -12.0 {
                c.lamp += one;
            }
        }
        c.from_above = (top - bottom) / (third * across) as f32 / 255.0;
        c.blue_dark /= darks.max(1.0);
        c
    }

    /// Log odds of day.
    fn day(&self) -> f32 {
        -2.2 + 9.0 * (self.mean - 0.12) + 2.0 * self.bright + 3.0 * self.sky + 1.0 * self.green
            - 3.0 * self.dark
            - 1.0 * self.lamp
            - 0.03 * self.blue_dark.max(0.0)
    }

    /// Log odds of outside.
    fn exterior(&self) -> f32 {
        -0.9 + 4.5 * self.sky + 4.0 * self.green + 2.0 * self.from_above - 2.0 * self.lamp - 0.8 * self.dark
    }
}
