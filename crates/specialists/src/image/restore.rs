//! A frame and its neighbours in, a better frame out: what the classical twins do, and what the nets are given.

use rayon::prelude::*;

use super::align::{Field, Pyramid, search, warp};
use super::dct::{self, Power};
use super::grain::{LEVELS, level};
use super::plane::{Plane, box_mean};
use super::task::{NEIGHBORS, Task};
use super::temporal;
use super::upscale;

/// What a restoring needs to know of the damage.
#[derive(Clone, Debug)]
pub enum Damage {
    /// Grain: deviation at the eight levels of light, and its power at 64 frequencies.
    Grain([f32; LEVELS], Box<Power>),
    /// Compression by H.264 or like it, at this quantizer (0 to 51).
    Coding(f32),
    /// Half of the size is missing.
    Size,
}

/// A frame and its neighbours in line with it.
#[derive(Clone, Debug)]
pub struct Window {
    /// The frame.
    pub now: Plane,
    /// Two before and two after, in line; empty for tasks that do not use time.
    pub others: Vec<Plane>,
}

/// Fields from a frame to each of its neighbours.
pub fn fields(now: &Pyramid, others: &[&Pyramid]) -> Vec<Field> {
    others.par_iter().map(|other| search(now, other)).collect()
}

impl Window {
    /// Brings neighbours into line.
    pub fn new(now: Plane, neighbors: &[&Plane], fields: &[Field], shrink: (usize, usize)) -> Window {
        let others = neighbors.iter().zip(fields).map(|(plane, field)| warp(plane, field, shrink)).collect();
        Window { now, others }
    }

    /// A part of all its planes.
    pub fn part(&self, x: usize, y: usize, width: usize, height: usize) -> Window {
        Window {
            now: self.now.part(x, y, width, height),
            others: self.others.iter().map(|o| o.part(x, y, width, height)).collect(),
        }
    }
}

/// What the classical twin makes of it. Upscaling takes the small picture and gives the large one.
pub fn classical(window: &Window, damage: &Damage) -> Plane {
    match damage {
        Damage::Grain(levels, power) => {
            let mean = temporal::mean(&window.now, &window.others, levels);
            dct::shrink(&mean.plane, &mean.left, levels, power, 1.0)
        }
        Damage::Coding(qp) => {
            // The error of a quantizer is spread evenly over its step, most of it in what was rounded to nothing.
            let deviation = 0.14 * step(*qp);
            let left = vec![1.0; window.now.data.len()];
            dct::shrink(&window.now, &left, &[deviation; LEVELS], &Power::white(), 1.0)
        }
        Damage::Size => upscale::classical(&window.now),
    }
}

/// The quantizer's step in code values (H.264, table 8-15: it doubles every six).
fn step(qp: f32) -> f32 {
    0.625 * 2f32.powf(qp / 6.0)
}

/// Code values in one unit of what nets see and give.
pub const UNIT: f32 = 16.0;

/// The planes a net of `task` is given.
///
/// Denoise: four neighbours in line and the frame, each less the twin's picture; the level of grain; the twin's picture around
/// zero; the twin's picture, which is mended. Deblock: four neighbours and the twin's picture, each less the frame; the level
/// of damage; the frame around zero; the frame, which is mended. Upscale: the enlarged picture around zero, its fine detail,
/// the enlarged picture. Where a shot is too short, missing neighbours are the frame itself. Units are [`UNIT`] codes.
pub fn inputs(task: Task, window: &Window, classical: &Plane, damage: &Damage) -> Vec<Vec<f32>> {
    let less = |p: &[f32], q: &[f32]| p.iter().zip(q).map(|(p, q)| (p - q) / UNIT).collect::<Vec<f32>>();
    let around = |p: &Plane| p.data.iter().map(|v| (v - 128.0) / 128.0).collect::<Vec<f32>>();
    let units = |p: &Plane| p.data.iter().map(|v| v / UNIT).collect::<Vec<f32>>();
    let now = &window.now;
    if task == Task::Upscale {
        let large = upscale::lanczos(now);
        let soft = box_mean(&large.data, large.width, large.height, 2);
        return vec![around(&large), less(&large.data, &soft), units(&large)];
    }
    let mended = if task == Task::Denoise { classical } else { now };
    let middle = window.others.len() / 2;
    let mut frames: Vec<&Plane> = window.others.iter().collect();
    while frames.len() < 2 * NEIGHBORS {
        frames.insert(middle, now);
    }
    frames.push(if task == Task::Denoise { now } else { classical });
    // One plane a thread, the slowest first.
    let places: Vec<usize> = [5, 0, 1, 2, 3, 4, 6, 7].into();
    let mut planes: Vec<(usize, Vec<f32>)> = places
        .into_par_iter()
        .map(|place| {
            let plane = match place {
                0..5 => less(&frames[place].data, &mended.data),
                5 => level_of(now, damage),
                6 => around(mended),
                _ => units(mended),
            };
            (place, plane)
        })
        .collect();
    planes.sort_unstable_by_key(|p| p.0);
    planes.into_iter().map(|p| p.1).collect()
}

/// How strong the damage is in each place, as the nets are told.
fn level_of(now: &Plane, damage: &Damage) -> Vec<f32> {
    match damage {
        Damage::Grain(levels, _) => {
            let mut light = box_mean(&now.data, now.width, now.height, 3);
            light.iter_mut().for_each(|l| *l = level(levels, *l) / UNIT);
            light
        }
        Damage::Coding(qp) => vec![(qp - 36.0) / 12.0; now.data.len()],
        Damage::Size => vec![0.0; now.data.len()],
    }
}

/// What doing nothing gives: the frame itself, or the frame enlarged by plain Lanczos.
pub fn nothing(task: Task, window: &Window) -> Plane {
    if task == Task::Upscale { upscale::lanczos(&window.now) } else { window.now.clone() }
}
