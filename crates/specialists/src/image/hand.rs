//! Working through a shot: frames in, better frames out, some frames later.
//!
//! A [`Pass`] does one task on a stream of frames and never looks across a cut; passes are chained by whoever drives them.
//! Frames do not wait for each other: several hands work on one each, so that no core waits where one frame's work does not
//! divide.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use neural::RunError;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::align::Pyramid;
use super::dct::Power;
use super::grain::{GrainModel, LEVELS};
use super::noise::{Measured, measure};
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
/// Codes by which a shot's light must differ from all that its grain was measured at for it to be measured again.
const LIGHTER: f32 = 16.0;

/// A frame under way.
pub struct Frame {
    /// Its number in the reel.
    pub number: i64,
    /// Luma, then chroma.
    pub planes: Vec<Plane>,
    /// Prepared for matching, where it was asked for.
    pyramid: Option<Pyramid>,
    /// Grain of its shot, once it is known.
    pub grain: Option<std::sync::Arc<GrainModel>>,
    /// How much of that grain is still in it, 1 for all.
    pub left: f32,
}

impl Frame {
    /// A frame of planes, luma first.
    pub fn new(number: i64, planes: Vec<Plane>) -> Frame {
        Frame { number, planes, pyramid: None, grain: None, left: 1.0 }
    }

    fn with_planes(&self, planes: Vec<Plane>) -> Frame {
        Frame { number: self.number, pyramid: None, planes, grain: self.grain.clone(), left: self.left }
    }

    fn prepared(&self) -> &Pyramid {
        self.pyramid.as_ref().expect("prepared before it is matched")
    }
}

/// One task on a stream of frames.
pub struct Pass {
    task: Task,
    hands: Vec<Hand>,
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

/// What works on one frame at a time: threads of its own, and the learned net; the classical twin works without.
struct Hand {
    threads: ThreadPool,
    net: Option<Tool>,
}

/// Frames for each hand that are waited for before all begin: the more, the less one waits for another at the end.
const ROUNDS: usize = 2;

/// What a shot's grain is, plane by plane.
struct ShotGrain {
    /// What was measured of it so far.
    measured: Option<Measured>,
    /// At which light.
    lights: Vec<f32>,
    model: std::sync::Arc<GrainModel>,
    damage: Vec<Damage>,
    deviation: f32,
}

impl Pass {
    /// A pass; `amount` 0 to 1 is how much of its result is taken, `qp` matters to deblocking alone. There is a hand for each
    /// of `nets` (`None`: the classical twin), and they share `threads`.
    ///
    /// # Panics
    /// If there is no hand.
    pub fn new(task: Task, nets: Vec<Option<Tool>>, threads: usize, amount: f32, qp: f32) -> Pass {
        assert!(!nets.is_empty(), "a pass has a hand to work with");
        let each = (threads / nets.len()).max(1);
        let hand = |net| Hand {
            threads: ThreadPoolBuilder::new().num_threads(each).build().expect("threads can be started"),
            net,
        };
        let hands = nets.into_iter().map(hand).collect();
        Pass { task, hands, amount, qp, queue: VecDeque::new(), next: 0, shot: None, untouched: 0 }
    }

    /// What it takes on this machine to work through such footage.
    pub fn estimate(&mut self, footage: &Footage) -> Result<Cost, RunError> {
        let hands = self.hands.len();
        let first = &mut self.hands[0];
        let cost = first.threads.install(|| self.task.estimate(footage, first.net.as_mut()))?;
        Ok(Cost { seconds: cost.seconds / hands as f64, bytes: cost.bytes * hands as u64 })
    }

    /// Takes the next frame of the shot; gives those that are ready.
    pub fn push(&mut self, frame: Frame, out: &mut Vec<Frame>) -> Result<(), RunError> {
        self.queue.push_back(frame);
        // At the beginning of a shot it waits for as many neighbours as it can use.
        let (near, all) = (self.near(), 2 * self.near());
        let ready = |i: usize| i + if i < near { all } else { near } < self.queue.len();
        let count = if self.hands.len() > 1 { ROUNDS * self.hands.len() } else { 1 };
        if (self.next..self.next + count).all(ready) {
            self.work(count, out)?;
        }
        Ok(())
    }

    /// The shot has ended: gives the rest.
    pub fn cut(&mut self, out: &mut Vec<Frame>) -> Result<(), RunError> {
        if self.next < self.queue.len() {
            self.work(self.queue.len() - self.next, out)?;
        }
        self.queue.clear();
        (self.next, self.shot) = (0, None);
        Ok(())
    }

    /// Neighbours that it looks at, each way.
    fn near(&self) -> usize {
        if self.task.uses_time() { NEIGHBORS } else { 0 }
    }

    /// The neighbours of a frame of the queue.
    fn neighbors(&self, here: usize) -> Vec<usize> {
        let mut near: Vec<usize> = (0..self.queue.len()).filter(|i| *i != here).collect();
        near.sort_by_key(|i| (i.abs_diff(here), *i));
        near.truncate(2 * self.near());
        near.sort_unstable();
        near
    }

    /// Works on the next `count` frames.
    fn work(&mut self, count: usize, out: &mut Vec<Frame>) -> Result<(), RunError> {
        if self.task == Task::Denoise {
            self.look();
        }
        let here = self.next..self.next + count;
        let idle = self.amount <= 0.0 || self.shot.as_ref().is_some_and(|s| s.deviation < CLEAN);
        let done: Vec<Frame> = if idle {
            self.untouched += count as u64;
            here.map(|i| self.queue[i].with_planes(self.queue[i].planes.clone())).collect()
        } else {
            let seen: Vec<Vec<usize>> = here.clone().map(|i| self.neighbors(i)).collect();
            if self.task.uses_time() {
                let wanted = |i: &usize| here.contains(i) || seen.iter().any(|near| near.contains(i));
                let mut bare: Vec<&mut Frame> =
                    self.queue.iter_mut().enumerate().filter(|(i, _)| wanted(i)).map(|f| f.1).collect();
                bare.par_iter_mut()
                    .filter(|f| f.pyramid.is_none())
                    .for_each(|f| f.pyramid = Some(Pyramid::new(&f.planes[0])));
            }
            let mut hands = std::mem::take(&mut self.hands);
            let done = self.by_hands(&mut hands, here, &seen);
            self.hands = hands;
            done?
        };
        let grain = self.shot.as_ref().map(|s| s.model.clone());
        let taken = if self.task == Task::Denoise && !idle { self.amount } else { 0.0 };
        out.extend(done.into_iter().map(|frame| Frame {
            grain: grain.clone().or(frame.grain.clone()),
            left: frame.left * (1.0 - taken),
            ..frame
        }));
        self.next += count;
        while self.next > self.near() && self.queue.len() > 2 * self.near() {
            self.queue.pop_front();
            self.next -= 1;
        }
        Ok(())
    }

    /// Measures the shot's grain, and again where its light becomes another: a shot that fades in shows none at first.
    fn look(&mut self) {
        let light = mean(&self.queue[self.next].planes[0]);
        if self.shot.as_ref().is_some_and(|shot| shot.lights.iter().any(|known| (known - light).abs() < LIGHTER)) {
            return;
        }
        let from = self.next.min(self.queue.len().saturating_sub(AHEAD + NEIGHBORS));
        let frames: Vec<Vec<Plane>> =
            self.queue.iter().skip(from).take(AHEAD + NEIGHBORS).map(|f| f.planes.clone()).collect();
        self.shot = Some(ShotGrain::of(self.shot.take(), light, &frames));
    }

    /// Each hand takes the next frame as soon as it is free.
    fn by_hands(&self, hands: &mut [Hand], here: Range<usize>, seen: &[Vec<usize>]) -> Result<Vec<Frame>, RunError> {
        let (next, made) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
        std::thread::scope(|scope| {
            for hand in hands {
                let (here, next, made) = (here.clone(), &next, &made);
                scope.spawn(move || {
                    while let Some(i) = here.clone().nth(next.fetch_add(1, Ordering::Relaxed)) {
                        let near = &seen[i - here.start];
                        let net = hand.net.as_mut();
                        let done = hand.threads.install(|| self.mend(&self.queue[i], near, net));
                        made.lock().unwrap_or_else(PoisonError::into_inner).push((i, done));
                    }
                });
            }
        });
        let mut made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        made.sort_unstable_by_key(|m| m.0);
        made.into_iter().map(|m| m.1).collect()
    }

    /// One frame, made better by what its neighbours show.
    fn mend(&self, frame: &Frame, near: &[usize], mut net: Option<&mut Tool>) -> Result<Frame, RunError> {
        if !self.task.uses_time() {
            return self.alone(frame, net);
        }
        let damage = match (&self.shot, self.task) {
            (Some(shot), Task::Denoise) => shot.damage.clone(),
            _ => vec![Damage::Coding(self.qp); frame.planes.len()],
        };
        let pyramids: Vec<&Pyramid> = near.iter().map(|i| self.queue[*i].prepared()).collect();
        let fields = fields(frame.prepared(), &pyramids);
        let mut planes = Vec::new();
        for (p, damage) in damage.into_iter().enumerate() {
            let now = &frame.planes[p];
            let luma = &frame.planes[0];
            let shrink = (luma.width.div_ceil(now.width).min(2), luma.height.div_ceil(now.height).min(2));
            let others: Vec<&Plane> = near.iter().map(|i| &self.queue[*i].planes[p]).collect();
            let window = Window::new(now.clone(), &others, &fields, shrink);
            // The nets are taught and judged on luma; chroma is the classical twin's.
            let net = net.as_deref_mut().filter(|_| p == 0);
            let made = self.task.run(net, &Shown { window, damage })?;
            planes.push(mix(now, made, self.amount));
        }
        Ok(frame.with_planes(planes))
    }

    fn alone(&self, frame: &Frame, mut net: Option<&mut Tool>) -> Result<Frame, RunError> {
        let mut planes = Vec::new();
        for (p, plane) in frame.planes.iter().enumerate() {
            planes.push(match p {
                0 => {
                    let window = Window { now: plane.clone(), others: Vec::new() };
                    self.task.run(net.as_deref_mut(), &Shown { window, damage: Damage::Size })?
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
    /// With what `frames` show beside what was known `before`.
    fn of(before: Option<ShotGrain>, light: f32, frames: &[Vec<Plane>]) -> ShotGrain {
        let count = frames[0].len();
        let found = measure(frames);
        // Dark frames hold little grain: what the lightest show decides whether there is something to take away.
        let deviation =
            found.as_ref().map_or(0.0, Measured::deviation).max(before.as_ref().map_or(0.0, |b| b.deviation));
        let (mut lights, known) = before.map_or((Vec::new(), None), |b| (b.lights, b.measured));
        lights.push(light);
        let measured = match (known, found) {
            (Some(mut known), Some(found)) => {
                known.join(&found);
                Some(known)
            }
            (known, found) => known.or(found),
        };
        let Some(all) = &measured else {
            return ShotGrain {
                model: GrainModel::even(0.0, &super::grain::Ar::white()).into(),
                damage: vec![Damage::Grain([0.0; LEVELS], Box::new(Power::white())); count],
                measured,
                lights,
                deviation,
            };
        };
        let model = all.model();
        let power = Power::of(&model.luma.bands[0]);
        let mut damage = vec![Damage::Grain(model.luma.levels, Box::new(power))];
        for (grain, share) in &model.chroma {
            let levels = model.luma.levels.map(|l| (grain.mean().powi(2) + (share * l).powi(2)).sqrt());
            damage.push(Damage::Grain(levels, Box::new(Power::of(&grain.bands[0]))));
        }
        while damage.len() < count {
            damage.push(Damage::Grain([0.0; LEVELS], Box::new(Power::white())));
        }
        ShotGrain { model: model.into(), damage, measured, lights, deviation }
    }
}

fn mean(plane: &Plane) -> f32 {
    plane.data.iter().sum::<f32>() / plane.data.len().max(1) as f32
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

/// A frame's luma, so small that grain and motion do not count.
pub fn small(luma: &Plane) -> Plane {
    let mut p = if luma.width > 64 && luma.height > 32 { luma.halved() } else { luma.clone() };
    while p.width > 64 && p.height > 32 {
        p = p.halved();
    }
    p
}

/// Whether a cut lies between two frames, made [`small`]: they differ far more than grain or motion makes neighbours differ.
pub fn is_cut(a: &Plane, b: &Plane) -> bool {
    if (a.width, a.height) != (b.width, b.height) {
        return true;
    }
    let n = a.data.len().max(1) as f32;
    let apart = a.data.iter().zip(&b.data).map(|(x, y)| (x - y).abs()).sum::<f32>() / n;
    apart > 12.0 && likeness(&a.data, &b.data) < 0.7
}
