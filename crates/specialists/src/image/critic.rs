//! What a picture's own flaws are, with place and figure: the image specialist as a judge. It sees pictures and never who made them.
//!
//! Three frames in a row are a [`Glance`]; glances are gathered by shot, and [`ImageCritic`] compares them with limits and neighbours.
//! How well each flaw is told from clean film was measured on film with the flaw put in ([`Flaw::calibration`]).

mod bands;
mod blocks;
mod detail;

use super::noise::measure;
use super::plane::Plane;
use crate::critic::{Calibration, Critic, Defect};

/// Sides of the part of a picture that is looked at, at most: its middle.
const WIDE: usize = 1280;
const HIGH: usize = 720;
/// Sides of the part that grain is measured in.
const GRAIN: (usize, usize) = (480, 320);

/// A measure and where in the picture it is highest.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Mark {
    /// The measure.
    pub value: f32,
    /// Corner of the worst cell, samples from the top left.
    pub place: (usize, usize),
}

/// A flaw that a picture can have by itself, or beside another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// The grid of a codec shows.
    Blocking,
    /// Smooth ground falls into steps.
    Banding,
    /// It was enlarged from a smaller picture.
    Upscaled,
    /// A filter wiped its texture.
    Smoothed,
    /// Its grain is not that of the shot before.
    GrainMismatch,
}

/// What is seen in three frames in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Glance {
    /// Frame looked at, the middle one.
    pub frame: i64,
    /// Blocking, code values.
    pub blocks: Mark,
    /// Banding, steps in a thousand samples.
    pub bands: Mark,
    /// Missing detail, dB.
    pub missing: f32,
    /// Wiped texture, dB.
    pub wiped: Mark,
    /// Deviation of the grain, 8-bit code values; `None` where it cannot be measured.
    pub grain: Option<f32>,
    /// Mean light, code values.
    pub light: f32,
}

impl Glance {
    /// Looks at the luma of frames in a row, the middle one at most closely.
    ///
    /// # Panics
    /// If there is no frame.
    pub fn at(frame: i64, frames: &[Plane]) -> Glance {
        let middle = &frames[frames.len() / 2];
        let (p, corner) = core(middle, WIDE, HIGH);
        let shift = |mark: Mark| Mark { place: (mark.place.0 + corner.0, mark.place.1 + corner.1), ..mark };
        let near: Vec<Vec<Plane>> = frames.iter().map(|f| vec![core(f, GRAIN.0, GRAIN.1).0]).collect();
        Glance {
            frame,
            blocks: shift(blocks::blocks(&p)),
            bands: shift(bands::bands(&p)),
            missing: detail::missing(&p),
            wiped: shift(detail::wiped(&p)),
            // Without time, what is measured is half texture: no ground to compare shots on.
            grain: measure(&near).filter(|m| m.by_time).map(|m| m.deviation()),
            light: p.data.iter().sum::<f32>() / p.data.len().max(1) as f32,
        }
    }

    /// The measure of a flaw that needs no neighbour, and where it is worst.
    pub fn mark(&self, flaw: Flaw) -> Mark {
        match flaw {
            Flaw::Blocking => self.blocks,
            Flaw::Banding => self.bands,
            Flaw::Upscaled => Mark { value: self.missing, ..Mark::default() },
            Flaw::Smoothed => self.wiped,
            Flaw::GrainMismatch => Mark::default(),
        }
    }
}

/// The middle of a picture, on the grid of blocks, and its corner.
fn core(p: &Plane, wide: usize, high: usize) -> (Plane, (usize, usize)) {
    let (w, h) = (p.width.min(wide), p.height.min(high));
    let (x, y) = ((p.width - w) / 2 / 16 * 16, (p.height - h) / 2 / 16 * 16);
    (p.part(x, y, w, h), (x, y))
}

/// How far apart two grains are, dB; what rounding and coding add to each keeps clean film from counting.
pub fn grain_apart(a: f32, b: f32) -> f32 {
    20.0 * ((a + 1.2) / (b + 1.2)).log10().abs()
}

/// A shot as it was glanced at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// First frame.
    pub start: i64,
    /// One past the last.
    pub end: i64,
    /// What was seen, in order.
    pub glances: Vec<Glance>,
}

/// Measured by `image_bench critic` (docs/MEASURED.md): flaws of several strengths put into film as it is.
const CALIBRATION: [Calibration; 5] = [
    Calibration { flaw: "blocking", auroc: 0.97, limit: 0.4, found: 0.93, false_alarms: 0.0 },
    Calibration { flaw: "banding", auroc: 0.96, limit: 0.2, found: 0.94, false_alarms: 0.0 },
    Calibration { flaw: "upscaled", auroc: 0.88, limit: 12.0, found: 0.34, false_alarms: 0.0 },
    Calibration { flaw: "smoothed", auroc: 0.72, limit: 3.5, found: 0.06, false_alarms: 0.0 },
    Calibration { flaw: "grain mismatch", auroc: 0.87, limit: 9.0, found: 0.39, false_alarms: 0.018 },
];

impl Flaw {
    /// All of them, in the order of their calibrations.
    pub const ALL: [Flaw; 5] = [Flaw::Blocking, Flaw::Banding, Flaw::Upscaled, Flaw::Smoothed, Flaw::GrainMismatch];

    /// What is known of how well it is told.
    pub fn calibration(self) -> &'static Calibration {
        &CALIBRATION[self as usize]
    }

    /// What was found and what helps.
    fn words(self, value: f32, limit: f32) -> String {
        match self {
            Flaw::Blocking => format!(
                "the codec's blocks show: steps on its grid stand out by {value:.1} code values (limit {limit:.1}); take a \
                 better source, or soften them with `bottega fix --deblock`"
            ),
            Flaw::Banding => format!(
                "smooth ground falls into bands: {value:.1} steps in a thousand samples (limit {limit:.1}); take a deeper \
                 source, or hide them under grain"
            ),
            Flaw::Upscaled => format!(
                "it looks enlarged from a smaller picture: its finest detail is {value:.0} dB short (limit {limit:.0}); look \
                 for a larger source"
            ),
            Flaw::Smoothed => format!(
                "texture may have been filtered away: ground lies {value:.1} dB below edges in fine detail (limit {limit:.1})"
            ),
            Flaw::GrainMismatch => format!(
                "its grain is not that of the shot before: {value:.0} dB apart (limit {limit:.0}); `bottega grain match` \
                 brings them together"
            ),
        }
    }
}

/// The critic of pictures.
pub struct ImageCritic;

impl Critic for ImageCritic {
    type Seen = Seen;

    fn calibration(&self) -> &'static [Calibration] {
        &CALIBRATION
    }

    /// Flaws of shots in order; neighbouring shots with one flaw are one defect.
    fn judge(&self, shots: &[Seen]) -> Vec<Defect> {
        let mut found: Vec<Defect> = Vec::new();
        for flaw in Flaw::ALL {
            let calibration = flaw.calibration();
            let mut last: Option<Defect> = None;
            for (i, shot) in shots.iter().enumerate() {
                let measured = match flaw {
                    Flaw::GrainMismatch => i.checked_sub(1).and_then(|b| mismatch(&shots[b], shot)),
                    _ => middle(shot, |g| g.mark(flaw).value),
                };
                let Some((value, glance)) = measured.filter(|m| m.0 > calibration.limit) else {
                    found.extend(last.take());
                    continue;
                };
                let new = Defect {
                    calibration,
                    start: shot.start,
                    end: shot.end,
                    frame: glance.frame,
                    place: glance.mark(flaw).place,
                    value,
                    words: flaw.words(value, calibration.limit),
                };
                last = Some(match last.take() {
                    // Each cut between unlike grains stands by itself.
                    Some(before) if flaw != Flaw::GrainMismatch => {
                        let (start, end) = (before.start, new.end);
                        let worst = if new.value > before.value { new } else { before };
                        Defect { start, end, ..worst }
                    }
                    before => {
                        found.extend(before);
                        new
                    }
                });
            }
            found.extend(last);
        }
        found.sort_by_key(|d| (d.start, d.end));
        found
    }
}

/// The middle one of a shot's glances by a measure.
fn middle(shot: &Seen, measure: impl Fn(&Glance) -> f32) -> Option<(f32, &Glance)> {
    let mut all: Vec<(f32, &Glance)> = shot.glances.iter().map(|g| (measure(g), g)).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.get(all.len().saturating_sub(1) / 2).copied()
}

/// How far the grain of two neighbours is apart; shots too dark to hold grain say nothing.
fn mismatch<'a>(before: &Seen, shot: &'a Seen) -> Option<(f32, &'a Glance)> {
    let grain = |g: &Glance| g.grain.filter(|_| (32.0..=220.0).contains(&g.light));
    let last = before.glances.iter().rev().find_map(grain)?;
    let glance = shot.glances.iter().find(|g| grain(g).is_some())?;
    Some((grain_apart(last, grain(glance)?), glance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::grain::{Ar, PlaneGrain};
    use crate::image::synth::{add, field};

    /// A picture with texture, ramps and edges.
    fn picture(seed: u64) -> Plane {
        let (w, h) = (384, 256);
        let texture = field(&Ar::soft(0.6), w, h, seed);
        let data = (0..w * h)
            .map(|i| {
                let (x, y) = (i % w, i / w);
                let edge = if (x / 48 + y / 40) % 2 == 0 { 90.0 } else { 0.0 };
                80.0 + 0.15 * x as f32 + edge + if y < h / 2 { 3.0 * texture[i] } else { 0.0 }
            })
            .collect();
        Plane { width: w, height: h, data }
    }

    fn glance(change: impl Fn(&mut Plane)) -> Glance {
        let frames: Vec<Plane> = (0..3)
            .map(|i| {
                let mut p = picture(1);
                change(&mut p);
                let grain = PlaneGrain::even(0.8, Ar::white());
                let clean = p.clone();
                add(&mut p, &clean, &grain, 10 + i);
                p.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
                p
            })
            .collect();
        Glance::at(5, &frames)
    }

    fn flaws(glances: &[Glance]) -> Vec<&'static str> {
        let seen = |i: usize, g: &Glance| Seen { start: 48 * i as i64, end: 48 * (i as i64 + 1), glances: vec![*g] };
        let shots: Vec<Seen> = glances.iter().enumerate().map(|(i, g)| seen(i, g)).collect();
        ImageCritic.judge(&shots).into_iter().map(|d| d.calibration.flaw).collect()
    }

    #[test]
    fn clean_film_has_no_flaw_and_each_flaw_is_found() {
        let clean = glance(|_| {});
        assert_eq!(flaws(&[clean, clean]), Vec::<&str>::new(), "{clean:?}");

        let blocky = glance(|p| {
            for (i, v) in p.data.iter_mut().enumerate() {
                let cell = (i % 384 / 8 * 31 + i / 384 / 8 * 17) % 5;
                *v += 1.5 * cell as f32;
            }
        });
        assert!(flaws(&[blocky]).contains(&"blocking"), "{blocky:?}");

        let banded = Glance::at(
            5,
            &vec![
                {
                    let mut p = picture(1);
                    p.data.iter_mut().for_each(|v| *v = (*v / 4.0).floor() * 4.0);
                    p
                };
                3
            ],
        );
        assert!(flaws(&[banded]).contains(&"banding"), "{banded:?}");

        let large = Glance::at(5, &vec![crate::image::upscale::lanczos(&picture(1).halved()); 3]);
        assert!(flaws(&[large]).contains(&"upscaled"), "{large:?}");
    }

    #[test]
    fn unlike_grain_is_found_at_each_cut_and_a_flaw_of_many_shots_is_one() {
        let with = |grain: f32, blocks: f32| Glance {
            grain: Some(grain),
            light: 100.0,
            blocks: Mark { value: blocks, place: (64, 0) },
            ..Glance::default()
        };
        assert_eq!(flaws(&[with(1.0, 0.0), with(6.0, 0.0), with(1.0, 0.0)]), ["grain mismatch"; 2]);
        assert_eq!(flaws(&[with(1.0, 2.0), with(1.0, 3.0), with(1.0, 0.0), with(1.0, 2.0)]), ["blocking"; 2]);
        let dark = Glance { light: 10.0, ..with(6.0, 0.0) };
        assert_eq!(flaws(&[with(1.0, 0.0), dark]), Vec::<&str>::new());
    }
}
