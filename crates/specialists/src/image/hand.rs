//! Working through a shot: frames in, better frames out, some frames later.
//!
//! A [`Pass`] does one task on a stream of frames and never looks across a cut; passes are chained by whoever drives them.

use std::collections::VecDeque;

use neural::RunError;

use super::align::Pyramid;
use super::dct::Power;
use super::grain::{GrainModel, LEVELS};
use super::noise::measure;
use super::plane::{Plane, likeness};
use super::restore::{Damage, Window, fields, inputs};
use super::synth::{add_to_frame, hash};
use super::task::{NEIGHBORS, Shown, Task};
use super::tool::Tool;
use super::upscale;
use crate::specialist::{Cost, Footage, Specialist};

/// Frames that a pass may look ahead at the beginning of a shot.
const AHEAD: usize = 2 * NEIGHBORS;
/// Grain below this deviation, in 8-bit codes, is what rounding and coding leave of none.
const CLEAN: f32 = 0.6;

/// A frame under way.
pub struct Frame {
    /// Its number in the reel.
    pub number: i64,
    /// Luma, then chroma.
    pub planes: Vec<Plane>,
    /// Prepared for matching.
    pyramid: Pyramid,
    /// Grain of its shot, once it is known.
    pub grain: Option<std::sync::Arc<GrainModel>>,
}

impl Frame {
    /// A frame of planes, luma first.
    pub fn new(number: i64, planes: Vec<Plane>) -> Frame {
        let pyramid = Pyramid::new(&planes[0]);
        Frame { number, planes, pyramid, grain: None }
    }

    fn with_planes(&self, planes: Vec<Plane>) -> Frame {
        Frame { number: self.number, pyramid: Pyramid::new(&planes[0]), planes, grain: self.grain.clone() }
    }
}

/// One task on a stream of frames.
pub struct Pass {
    task: Task,
    /// The learned net; the classical twin works without.
    net: Option<Tool>,
    /// How much of the result is taken, 0 to 1.
    amount: f32,
    /// Quantizer, for deblocking.
    qp: f32,
    queue: VecDeque<Frame>,
    /// Place in the queue of the frame that is worked on next.
    next: usize,
    shot: Option<ShotGrain>,
    /// Frames that were passed on as they are, since there was nothing to do.
    pub untouched: u64,
}

/// What a shot's grain is, plane by plane.
struct ShotGrain {
    model: std::sync::Arc<GrainModel>,
    damage: Vec<Damage>,
    deviation: f32,
}

impl Pass {
    /// A pass; `amount` 0 to 1 is how much of its result is taken, `qp` matters to deblocking alone.
    pub fn new(task: Task, net: Option<Tool>, amount: f32, qp: f32) -> Pass {
        Pass { task, net, amount, qp, queue: VecDeque::new(), next: 0, shot: None, untouched: 0 }
    }

    /// What it takes on this machine to work through such footage.
    pub fn estimate(&mut self, footage: &Footage) -> Result<Cost, RunError> {
        self.task.estimate(footage, self.net.as_mut())
    }

    /// Takes the next frame of the shot; gives those that are ready.
    pub fn push(&mut self, frame: Frame, out: &mut Vec<Frame>) -> Result<(), RunError> {
        if !self.task.uses_time() {
            out.push(self.alone(frame)?);
            return Ok(());
        }
        self.queue.push_back(frame);
        // At the beginning of a shot it waits for as many neighbours as it can use.
        while self.next + if self.next < NEIGHBORS { AHEAD } else { NEIGHBORS } < self.queue.len() {
            self.work(out)?;
        }
        Ok(())
    }

    /// The shot has ended: gives the rest.
    pub fn cut(&mut self, out: &mut Vec<Frame>) -> Result<(), RunError> {
        while self.next < self.queue.len() {
            self.work(out)?;
        }
        self.queue.clear();
        (self.next, self.shot) = (0, None);
        Ok(())
    }

    fn work(&mut self, out: &mut Vec<Frame>) -> Result<(), RunError> {
        let here = self.next;
        if self.task == Task::Denoise && self.shot.is_none() {
            self.shot = Some(ShotGrain::of(self.queue.iter().take(6)));
        }
        let mut near: Vec<usize> = (0..self.queue.len()).filter(|i| *i != here).collect();
        near.sort_by_key(|i| (i.abs_diff(here), *i));
        near.truncate(2 * NEIGHBORS);
        near.sort_unstable();
        let frame = &self.queue[here];
        let damage = match (&self.shot, self.task) {
            (Some(shot), Task::Denoise) => shot.damage.clone(),
            _ => vec![Damage::Coding(self.qp); frame.planes.len()],
        };
        let idle = self.amount <= 0.0 || self.shot.as_ref().is_some_and(|s| s.deviation < CLEAN);
        let grain = self.shot.as_ref().map(|s| s.model.clone());
        let mut done = if idle {
            self.untouched += 1;
            frame.with_planes(frame.planes.clone())
        } else {
            let pyramids: Vec<&Pyramid> = near.iter().map(|i| &self.queue[*i].pyramid).collect();
            let fields = fields(&frame.pyramid, &pyramids);
            let mut planes = Vec::new();
            for (p, damage) in damage.into_iter().enumerate() {
                let now = &frame.planes[p];
                let luma = &frame.planes[0];
                let shrink = (luma.width.div_ceil(now.width).min(2), luma.height.div_ceil(now.height).min(2));
                let others: Vec<&Plane> = near.iter().map(|i| &self.queue[*i].planes[p]).collect();
                let window = Window::new(now.clone(), &others, &fields, shrink);
                // The nets are taught and judged on luma; chroma is the classical twin's.
                let net = self.net.as_mut().filter(|_| p == 0);
                let made = self.task.run(net, &Shown { window, damage })?;
                planes.push(mix(now, made, self.amount));
            }
            frame.with_planes(planes)
        };
        if let Some(grain) = grain {
            done.grain = Some(grain);
        }
        out.push(done);
        self.next += 1;
        while self.next > NEIGHBORS && self.queue.len() > AHEAD {
            self.queue.pop_front();
            self.next -= 1;
        }
        Ok(())
    }

    fn alone(&mut self, frame: Frame) -> Result<Frame, RunError> {
        let mut planes = Vec::new();
        for (p, plane) in frame.planes.iter().enumerate() {
            planes.push(match p {
                0 => {
                    let window = Window { now: plane.clone(), others: Vec::new() };
                    self.task.run(self.net.as_mut(), &Shown { window, damage: Damage::Size })?
                }
                _ => upscale::lanczos(plane),
            });
        }
        Ok(frame.with_planes(planes))
    }
}

/// Runs a net on a window of which the classical twin made `twin`.
pub fn run(net: &mut Tool, task: Task, window: &Window, twin: &Plane, damage: &Damage) -> Result<Plane, RunError> {
    let given = inputs(task, window, twin, damage);
    let (w, h) = if task == Task::Upscale {
        (2 * window.now.width, 2 * window.now.height)
    } else {
        (window.now.width, window.now.height)
    };
    Ok(Plane { width: w, height: h, data: net.run(task, &given, w, h)? })
}

fn mix(was: &Plane, made: Plane, amount: f32) -> Plane {
    if amount >= 1.0 {
        return made;
    }
    let data = was.data.iter().zip(&made.data).map(|(a, b)| a + amount * (b - a)).collect();
    Plane { data, ..made }
}

impl ShotGrain {
    fn of<'a>(frames: impl Iterator<Item = &'a Frame>) -> ShotGrain {
        let planes: Vec<Vec<Plane>> = frames.map(|f| f.planes.clone()).collect();
        let count = planes[0].len();
        match measure(&planes) {
            Some(measured) => {
                let model = measured.model();
                let power = Power::of(&model.luma.bands[0]);
                let mut damage = vec![Damage::Grain(model.luma.levels, Box::new(power))];
                for (grain, share) in &model.chroma {
                    let levels = model.luma.levels.map(|l| (grain.mean().powi(2) + (share * l).powi(2)).sqrt());
                    damage.push(Damage::Grain(levels, Box::new(Power::of(&grain.bands[0]))));
                }
                while damage.len() < count {
                    damage.push(Damage::Grain([0.0; LEVELS], Box::new(Power::white())));
                }
                ShotGrain { deviation: measured.deviation(), model: model.into(), damage }
            }
            None => ShotGrain {
                model: GrainModel::even(0.0, &super::grain::Ar::white()).into(),
                damage: vec![Damage::Grain([0.0; LEVELS], Box::new(Power::white())); count],
                deviation: 0.0,
            },
        }
    }
}

/// Puts grain on a frame, from a seed and its number; on an enlarged frame the grain is enlarged with it.
pub fn regrain(frame: &mut Frame, model: &GrainModel, seed: u64, enlarged: bool) {
    let seed = hash(seed, frame.number as u64);
    let before = frame.planes.clone();
    if enlarged {
        let mut small: Vec<Plane> = frame.planes.iter().map(Plane::halved).collect();
        let clean = small.clone();
        add_to_frame(&mut small, model, seed);
        for ((plane, grainy), clean) in frame.planes.iter_mut().zip(&small).zip(&clean) {
            let mut grain = grainy.clone();
            grain.data.iter_mut().zip(&clean.data).for_each(|(g, c)| *g -= c);
            let grain = upscale::lanczos(&grain);
            for (y, row) in plane.data.chunks_mut(plane.width.max(1)).enumerate().take(grain.height) {
                row.iter_mut().zip(grain.row(y)).for_each(|(v, g)| *v += g);
            }
        }
    } else {
        add_to_frame(&mut frame.planes, model, seed);
    }
    // Bars are no film, and have no grain.
    for (plane, before) in frame.planes.iter_mut().zip(&before).take(1) {
        for (v, b) in plane.data.iter_mut().zip(&before.data) {
            let film = ((b - 16.5) / 4.0).clamp(0.0, 1.0);
            *v = b + film * (*v - b);
        }
    }
}

/// Whether a cut lies between two frames: they differ far more than grain or motion makes neighbours differ.
pub fn is_cut(before: &Plane, now: &Plane) -> bool {
    if (before.width, before.height) != (now.width, now.height) {
        return true;
    }
    let small = |p: &Plane| {
        let mut p = p.clone();
        while p.width > 64 && p.height > 32 {
            p = p.halved();
        }
        p
    };
    let (a, b) = (small(before), small(now));
    let n = a.data.len().max(1) as f32;
    let apart = a.data.iter().zip(&b.data).map(|(x, y)| (x - y).abs()).sum::<f32>() / n;
    apart > 12.0 && likeness(&a.data, &b.data) < 0.7
}
