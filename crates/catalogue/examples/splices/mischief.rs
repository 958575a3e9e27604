//! What looks like a cut and is none.

use crate::chance::Chance;
use crate::frame::{Frame, each};
use crate::source::Source;

const KINDS: &[&str] = &[
    "flash",
    "flash",
    "strobe",
    "whip pan",
    "shake",
    "explosion",
    "fast object",
    "lettering",
    "freeze",
    "light change",
    "zoom",
];

/// One trick played on frames `first..=last` of a shot.
pub(crate) struct Mischief {
    kind: &'static str,
    pub(crate) first: usize,
    pub(crate) last: usize,
    body: Option<Frame>,
}

impl Mischief {
    pub(crate) fn new(chance: &mut Chance, body: std::ops::Range<usize>, sources: &[Source]) -> Mischief {
        let kind = *chance.of(KINDS);
        let length = match kind {
            "flash" => chance.whole(1, 4),
            "strobe" => chance.whole(6, 20),
            "whip pan" => chance.whole(8, 14),
            "shake" => chance.whole(10, 30),
            "explosion" => chance.whole(8, 20),
            "fast object" => chance.whole(4, 11),
            "light change" => chance.whole(6, 14),
            _ => chance.whole(8, 24),
        } as usize;
        let length = length.min(body.len() - 6);
        let first = body.start + chance.whole(3, (body.len() - length - 2) as i64) as usize;
        let thing = (kind == "fast object").then(|| {
            let s = chance.of(sources);
            s.read(s.start, 1).remove(0)
        });
        Mischief { kind, first, last: first + length - 1, body: thing }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.kind
    }

    pub(crate) fn play(&self, frames: &mut [Frame], chance: &mut Chance) {
        let n = self.last - self.first + 1;
        let (a, b) = (chance.share(), chance.share());
        let right = chance.now(0.5);
        let regional = chance.now(0.4);
        let strength = chance.between(0.5, 1.0);
        let period = chance.whole(1, 4) as usize;
        let white = Frame::plain(235, 128, 128);
        let end = frames.len();
        for i in self.first..end {
            let inside = i <= self.last;
            let t = (i - self.first) as f32 / n as f32;
            match self.kind {
                "flash" | "strobe" if inside => {
                    let on = self.kind == "flash" || ((i - self.first) / period).is_multiple_of(2);
                    if on && regional {
                        frames[i] = frames[i].masked(&white, |x, y| strength * (1.2 - 2.0 * (x - a).hypot(y - b)));
                    } else if on {
                        frames[i] = frames[i].mixed(&white, strength);
                    }
                }
                // The camera swings to another part of the same picture and stays there.
                "whip pan" => {
                    let smooth = if inside { t * t * (3.0 - 2.0 * t) } else { 1.0 };
                    let speed = if inside { 6.0 * t * (1.0 - t) / n as f32 } else { 0.0 };
                    let (from, to) = if right { (0.22, 0.78) } else { (0.78, 0.22) };
                    frames[i] = frames[i].window(from + (to - from) * smooth, 0.5, 2.3, 0.56 * speed * 0.5);
                }
                "shake" if inside => {
                    let (dx, dy) = (chance.between(-0.03, 0.03), chance.between(-0.03, 0.03));
                    frames[i] = frames[i].window(0.5 + dx, 0.5 + dy, 1.07, 0.0);
                }
                "explosion" if inside => {
                    let fire = Frame::plain(210, 70, 180);
                    let size = if t < 0.3 { t / 0.3 } else { 1.0 - (t - 0.3) / 0.7 } * (0.5 + strength);
                    frames[i] = frames[i].masked(&fire, |x, y| {
                        2.5 * (size
                            - 1.3 * (x - a).hypot(y - b)
                            - 0.1 * ((x * 40.0).sin() * (y * 30.0 + t * 20.0).cos()))
                    });
                }
                "fast object" if inside => {
                    let body = self.body.as_ref().expect("made with a body");
                    let centre = if right { -0.3 + 1.6 * t } else { 1.3 - 1.6 * t };
                    let wide = 0.2 + 0.15 * strength;
                    frames[i] =
                        frames[i].masked(body, |x, y| if (x - centre).abs() < wide && y > 0.3 * a { 1.0 } else { 0.0 });
                }
                "lettering" if inside => {
                    let (mut out, columns) = (frames[i].clone(), 14.0 + 10.0 * a);
                    each(|at, x, y| {
                        let line = (y - 0.5).abs() < 0.12 && (0.12..0.88).contains(&x);
                        let ink = ((x * columns).fract() < 0.6) ^ ((y * 22.0 + (x * columns).floor()).fract() < 0.35);
                        if line && ink {
                            out.0[at] = white.0[at];
                        }
                    });
                    frames[i] = out;
                }
                "freeze" if inside => frames[i] = frames[self.first].clone(),
                // A lamp goes on or off, and stays.
                "light change" => {
                    let share = if inside { t } else { 1.0 };
                    let gain = 1.0 + share * if right { 0.5 * strength } else { -0.6 * strength };
                    frames[i] = frames[i].graded(|v| 16.0 + (v - 16.0) * gain, 1.0);
                }
                "zoom" => {
                    let share = if inside { t } else { 1.0 };
                    frames[i] = frames[i].window(0.5, 0.5, 1.0 + share * 0.8 * strength, 0.0);
                }
                _ => {}
            }
        }
        // A camera that swings begins where it swings from.
        for frame in &mut frames[..self.first] {
            match self.kind {
                "whip pan" => *frame = frame.window(if right { 0.22 } else { 0.78 }, 0.5, 2.3, 0.0),
                "shake" => *frame = frame.window(0.5, 0.5, 1.07, 0.0),
                _ => {}
            }
        }
        if self.kind == "shake" {
            for f in &mut frames[self.last + 1..] {
                *f = f.window(0.5, 0.5, 1.07, 0.0);
            }
        }
    }
}
