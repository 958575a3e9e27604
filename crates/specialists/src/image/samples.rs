//! Pieces of film made into lessons: damaged in a way that is known, with the picture that should come out.

use std::io;
use std::sync::Arc;

use film::ContentHash;
use neural::Batch;

use super::align::Pyramid;
use super::crops::{Crops, DEEP, GRAINY, Piece, Pixels, SIDE};
use super::dct::Power;
use super::grain::{Ar, LEVELS, PlaneGrain};
use super::plane::Plane;
use super::restore::{Damage, UNIT, Window, classical, fields, inputs, nothing};
use super::synth::{add, hash, uniform_at};
use super::task::Task;
use super::upscale;
use crate::split::Role;

/// Side of what a net is taught on: pieces without the margin that motion needs.
pub const LESSON: usize = 64;
const MARGIN: usize = (SIDE - LESSON) / 2;

/// Shapes of grain that lessons are given.
#[derive(Debug)]
pub struct Bank {
    shapes: Vec<(Ar, Power)>,
}

impl Bank {
    /// Round and slanted grain from fine to coarse, and the library's own, each as often as five made ones.
    pub fn new(own: &[Ar]) -> Bank {
        let mut shapes: Vec<Ar> = vec![Ar::white()];
        shapes.extend((1..=14).map(|i| Ar::soft(0.055 * i as f32)));
        for _ in 0..5 {
            shapes.extend(own.iter().cloned());
        }
        Bank {
            shapes: shapes
                .into_iter()
                .map(|ar| {
                    let power = Power::of(&ar);
                    (ar, power)
                })
                .collect(),
        }
    }
}

/// The pieces of one reel.
#[derive(Debug)]
pub struct Source {
    /// Title.
    pub title: String,
    /// Content of the reel.
    pub reel: ContentHash,
    /// The pieces.
    pub crops: Crops,
}

/// All pieces of one role.
#[derive(Clone)]
pub struct Pool {
    files: Arc<Vec<Source>>,
    picks: Arc<Vec<(u32, u32)>>,
    bank: Arc<Bank>,
    left_out: usize,
}

/// A lesson.
pub struct Lesson {
    /// What the net is given.
    pub inputs: Vec<Vec<f32>>,
    /// What should come out.
    pub target: Plane,
    /// What doing nothing gives.
    pub nothing: Plane,
    /// What the classical twin gives.
    pub classical: Plane,
}

impl Lesson {
    /// The same lesson, turned by a half.
    pub fn turned(&self) -> Lesson {
        let turn = |p: &Plane| Plane { data: p.data.iter().rev().copied().collect(), ..*p };
        Lesson {
            inputs: self.inputs.iter().map(|plane| plane.iter().rev().copied().collect()).collect(),
            target: turn(&self.target),
            nothing: turn(&self.nothing),
            classical: turn(&self.classical),
        }
    }
}

impl Pool {
    /// Pieces of `files` that have `role`.
    pub fn new(files: Arc<Vec<Source>>, role: Role, task: Task, bank: Arc<Bank>) -> Pool {
        let (mut picks, mut left_out) = (Vec::new(), 0);
        for (f, file) in files.iter().enumerate() {
            for (p, piece) in file.crops.pieces.iter().enumerate().filter(|(_, piece)| piece.place.role == role) {
                // What is grainy already cannot be the clean end of a lesson.
                if task == Task::Denoise && piece.grain > GRAINY {
                    left_out += 1;
                } else {
                    picks.push((f as u32, p as u32));
                }
            }
        }
        Pool { files, picks: Arc::new(picks), bank, left_out }
    }

    /// How many pieces of the role were too grainy to be the clean end of a lesson.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The same pieces, only those of shots for which `keep` says yes: the reel, and the number of the shot in it.
    pub fn of_shots(&self, keep: impl Fn(ContentHash, u32) -> bool) -> Pool {
        let picks = self.picks.iter().copied().filter(|pick| keep(self.reel(*pick), self.piece(*pick).place.shot));
        Pool { picks: Arc::new(picks.collect()), ..self.clone() }
    }

    /// At most `most` of the pieces, evenly from all.
    pub fn thinned(&self, most: usize) -> Pool {
        let n = self.picks.len();
        let keep = most.min(n);
        let picks = (0..keep).map(|i| self.picks[i * n / keep]);
        Pool { picks: Arc::new(picks.collect()), ..self.clone() }
    }

    /// How many pieces.
    pub fn len(&self) -> usize {
        self.picks.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.picks.is_empty()
    }

    /// Title of piece `i`, and what is known of it.
    pub fn about(&self, i: usize) -> (&str, &Piece) {
        (self.title(self.picks[i]), self.piece(self.picks[i]))
    }

    /// Shot of piece `i`: its reel, and its number in it.
    pub fn shot(&self, i: usize) -> (ContentHash, u32) {
        (self.reel(self.picks[i]), self.piece(self.picks[i]).place.shot)
    }

    fn title(&self, (f, _): (u32, u32)) -> &str {
        &self.files[f as usize].title
    }

    fn reel(&self, (f, _): (u32, u32)) -> ContentHash {
        self.files[f as usize].reel
    }

    fn piece(&self, (f, p): (u32, u32)) -> &Piece {
        &self.files[f as usize].crops.pieces[p as usize]
    }

    /// Lesson number `n` of a shuffle by `seed`: each epoch takes every piece once, in another order and another pose.
    pub fn lesson(&self, task: Task, seed: u64, n: u64) -> io::Result<Lesson> {
        let count = self.picks.len() as u64;
        let epoch = n / count;
        // Steps of a length without a common divisor with the count visit every place once.
        let mut stride = (hash(seed, epoch) % count) | 1;
        while gcd(stride, count) != 1 {
            stride += 2;
        }
        let place = ((u128::from(n % count) * u128::from(stride) + u128::from(hash(seed ^ 1, epoch)))
            % u128::from(count)) as usize;
        self.make(task, place, hash(seed ^ 2, n), true)
    }

    /// Piece `i` as a lesson; the same each time for one `seed`. Without `pose` the picture stands as it was filmed.
    pub fn make(&self, task: Task, i: usize, seed: u64, pose: bool) -> io::Result<Lesson> {
        let pick = self.picks[i];
        let pixels = self.files[pick.0 as usize].crops.read(pick.1 as usize)?;
        let turn = Turn::of(if pose { hash(seed, 1) } else { 0 });
        Ok(match task {
            Task::Denoise => self.grainy(&pixels, seed, turn, pose),
            Task::Deblock => coded(&pixels, f32::from(self.piece(pick).qp), turn),
            Task::Upscale => small(&pixels, turn),
        })
    }

    fn grainy(&self, pixels: &Pixels, seed: u64, turn: Turn, pose: bool) -> Lesson {
        let u = |k: u64| uniform_at(seed, k);
        let (shape, power) = &self.bank.shapes[(hash(seed, 2) % self.bank.shapes.len() as u64) as usize];
        // Strengths from 2 to 30, as many between 5 and 10 as between 10 and 20; judged at four that are fixed.
        let deviation =
            if pose { 2.0 * 15f32.powf(u(3)) } else { [5.0, 10.0, 15.0, 25.0][(hash(seed, 3) % 4) as usize] };
        let tilt = 0.8 * (u(4) - 0.5);
        let levels: [f32; LEVELS] =
            std::array::from_fn(|i| deviation * (1.0 + tilt * (i as f32 / (LEVELS - 1) as f32 - 0.5)));
        let grain = PlaneGrain { levels, bands: vec![shape.clone()] };
        let clean: Vec<Plane> = (0..DEEP).map(|i| turn.apply(&pixels.clean(turn.frame(i)))).collect();
        let noisy: Vec<Plane> = clean
            .iter()
            .enumerate()
            .map(|(i, c)| {
                let mut p = c.clone();
                add(&mut p, c, &grain, hash(seed, 100 + i as u64));
                p.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
                p
            })
            .collect();
        // What is measured of a film is a little off; so is what lessons are told.
        let told = levels.map(|l| l * (1.0 + 0.2 * (u(5) - 0.5)));
        finish(Task::Denoise, &noisy, &clean[DEEP / 2], &Damage::Grain(told, Box::new(power.clone())))
    }
}

fn coded(pixels: &Pixels, qp: f32, turn: Turn) -> Lesson {
    let frames: Vec<Plane> = (0..DEEP).map(|i| turn.apply(&pixels.coded(turn.frame(i)))).collect();
    finish(Task::Deblock, &frames, &turn.apply(&pixels.clean(DEEP / 2)), &Damage::Coding(qp))
}

fn small(pixels: &Pixels, turn: Turn) -> Lesson {
    let target = turn.apply(&pixels.clean(DEEP / 2));
    let mut now = upscale::smaller(&target);
    now.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
    let window = Window { now, others: Vec::new() };
    let (damage, cut) = (Damage::Size, |p: &Plane| p.part(MARGIN, MARGIN, LESSON, LESSON));
    let (classic, plain) = (classical(&window, &damage), nothing(Task::Upscale, &window));
    let given = inputs(Task::Upscale, &window, &classic, &damage);
    let given = given.into_iter().map(|data| cut(&Plane { width: SIDE, height: SIDE, data }).data).collect();
    Lesson { inputs: given, target: cut(&target), nothing: cut(&plain), classical: cut(&classic) }
}

fn finish(task: Task, frames: &[Plane], target: &Plane, damage: &Damage) -> Lesson {
    let middle = DEEP / 2;
    let pyramids: Vec<Pyramid> = frames.iter().map(Pyramid::new).collect();
    let around: Vec<usize> = (0..DEEP).filter(|i| *i != middle).collect();
    let others: Vec<&Pyramid> = around.iter().map(|i| &pyramids[*i]).collect();
    let fields = fields(&pyramids[middle], &others);
    let neighbors: Vec<&Plane> = around.iter().map(|i| &frames[*i]).collect();
    let window = Window::new(frames[middle].clone(), &neighbors, &fields, (1, 1));
    let classic = classical(&window, damage);
    let cut = |p: &Plane| p.part(MARGIN, MARGIN, LESSON, LESSON);
    let (small, classic) = (window.part(MARGIN, MARGIN, LESSON, LESSON), cut(&classic));
    let given = inputs(task, &small, &classic, damage);
    Lesson { inputs: given, target: cut(target), nothing: small.now, classical: classic }
}

/// Flips, a quarter turn, and time backwards.
#[derive(Clone, Copy)]
struct Turn {
    bits: u64,
}

impl Turn {
    fn of(bits: u64) -> Turn {
        Turn { bits: bits & 15 }
    }

    fn frame(self, i: usize) -> usize {
        if self.bits & 8 != 0 { DEEP - 1 - i } else { i }
    }

    fn apply(self, p: &Plane) -> Plane {
        let n = p.width;
        let at = |i: usize| {
            let (mut x, mut y) = (i % n, i / n);
            if self.bits & 1 != 0 {
                x = n - 1 - x;
            }
            if self.bits & 2 != 0 {
                y = n - 1 - y;
            }
            if self.bits & 4 != 0 {
                (x, y) = (y, x);
            }
            p.data[y * n + x]
        };
        Plane { width: n, height: n, data: (0..n * n).map(at).collect() }
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Lessons as a batch.
pub fn batch(lessons: &[Lesson]) -> Batch {
    let mut batch = Batch::default();
    for lesson in lessons {
        lesson.inputs.iter().for_each(|plane| batch.inputs.extend_from_slice(plane));
        batch.targets.extend(lesson.target.data.iter().map(|v| v / UNIT));
    }
    batch
}
