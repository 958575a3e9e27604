//! What frames go through on their way: conversion, passes, grain, and back into a picture.

use std::sync::mpsc::{Receiver, SyncSender};

use film::Color;
use jobs::{Cancel, Canceled, Progress};
use media::Raster;
use media::scale::{Scaler, Shape};
use neural::Runner;
use neural::slot::Slot;
use specialists::image::grain::GrainModel;
use specialists::image::hand::{Frame, Pass, is_cut, regrain, small};
use specialists::image::plane::Plane;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf;
use specialists::specialist::{Footage, Specialist};

use super::{Done, FixError, FixSpec, Net, ShotGrain, pair};

/// Frames from which on a person is told beforehand what the work will take.
const LONG: i64 = 240;

/// Pixels of a frame up to which two are worked on side by side.
const ABREAST: u64 = 2_500_000;

/// The line of passes that frames go through.
pub(super) struct Line<'a> {
    spec: &'a FixSpec,
    color: Color,
    scaler: Option<Scaler>,
    format: String,
    passes: Vec<(Pass, Done)>,
    /// Frames of the source that the sheet shows, by number.
    keep: Vec<i64>,
    kept: Vec<(i64, Vec<Plane>)>,
    pub(super) pairs: Vec<pair::Pair>,
    pub(super) shots: Vec<ShotGrain>,
    /// The last frame, made small, where cuts are looked for.
    last: Option<Plane>,
}

impl<'a> Line<'a> {
    pub(super) fn new(
        spec: &'a FixSpec,
        color: Color,
        format: &str,
        (start, end): (i64, i64),
        pixels: u64,
        notes: &mut Vec<String>,
    ) -> Line<'a> {
        // Each needs its own memory: large frames are worked on one after the other.
        let abreast = if pixels <= ABREAST { spec.threads.clamp(1, 2) } else { 1 };
        let mut line = Line {
            spec,
            color,
            scaler: None,
            format: format.to_owned(),
            passes: Vec::new(),
            keep: Vec::new(),
            kept: Vec::new(),
            pairs: Vec::new(),
            shots: Vec::new(),
            last: None,
        };
        line.keep = (0..4).map(|i| start + (end - start) * (2 * i + 1) / 8).collect();
        let mut add = |task: Task, amount: f32, qp: f32| {
            let net = spec.nets.iter().find(|(t, _)| *t == task).map(|(_, net)| net.clone());
            let (nets, because) = open(task, &net.unwrap_or(Net::Base), abreast, spec.threads);
            let by = if nets[0].is_some() { "learned" } else { "classical" };
            if !because.is_empty() {
                notes.push(format!("{task} works by the classical method: {because}"));
            }
            let done = Done { task, by: by.to_owned(), because, untouched: 0 };
            line.passes.push((Pass::new(task, nets, spec.threads, amount, qp), done));
        };
        if let Some(qp) = spec.deblock {
            add(Task::Deblock, 1.0, qp);
        }
        // To put grain back one must know it: a pass with amount 0 measures and changes nothing.
        match (spec.degrain, spec.regrain) {
            (Some(amount), _) => add(Task::Denoise, amount, 0.0),
            (None, Some(_)) if spec.grain.is_none() => add(Task::Denoise, 0.0, 0.0),
            _ => {}
        }
        if spec.upscale {
            add(Task::Upscale, 1.0, 0.0);
        }
        line
    }

    /// Refuses what a task cannot take, and says what the work will take where that is long enough to matter.
    pub(super) fn estimate(&mut self, footage: Footage, progress: &dyn Progress) -> Result<(), FixError> {
        for (pass, Done { task, by, .. }) in &mut self.passes {
            task.supports(&footage).map_err(FixError::Unsupported)?;
            let only_measures = *task == Task::Denoise && self.spec.degrain.is_none();
            if footage.frames < LONG || only_measures {
                continue;
            }
            let cost = pass.estimate(&footage)?;
            let minutes = (cost.seconds / 60.0).ceil();
            let gib = cost.bytes as f64 / f64::from(1 << 30);
            progress.say(&format!("{task} ({by}): some {minutes} min for {} frames, {gib:.1} GiB", footage.frames));
        }
        Ok(())
    }

    pub(super) fn done(&self) -> Vec<Done> {
        self.passes.iter().map(|(pass, done)| Done { untouched: pass.untouched, ..done.clone() }).collect()
    }

    pub(super) fn work(
        &mut self,
        from: Receiver<(i64, Raster)>,
        to: &SyncSender<(i64, Raster)>,
        cancel: &Cancel,
    ) -> Result<(), FixError> {
        for (number, raster) in from {
            cancel.check()?;
            let raster = self.convert(raster)?;
            let planes: Vec<Plane> = (0..raster.layout().planes).map(|p| Plane::of_raster(&raster, p)).collect();
            let cut = match self.spec.cuts.is_empty() {
                false => self.spec.cuts.contains(&number),
                true => {
                    // RGB lies green first, which serves as luma.
                    let now = small(&planes[0]);
                    let cut = self.last.as_ref().is_some_and(|last| is_cut(last, &now));
                    self.last = Some(now);
                    cut
                }
            };
            if cut {
                self.run(None, to)?;
            }
            if self.spec.sheet.is_some() && self.keep.contains(&number) {
                self.kept.push((number, planes.clone()));
            }
            self.run(Some(Frame::new(number, planes)), to)?;
        }
        self.run(None, to)
    }

    /// One more frame through all passes; `None` ends the shot.
    fn run(&mut self, frame: Option<Frame>, to: &SyncSender<(i64, Raster)>) -> Result<(), FixError> {
        let cut = frame.is_none();
        let mut frames: Vec<Frame> = frame.into_iter().collect();
        for (pass, _) in &mut self.passes {
            let mut out = Vec::new();
            for frame in frames {
                pass.push(frame, &mut out)?;
            }
            if cut {
                pass.cut(&mut out)?;
            }
            frames = out;
        }
        for mut frame in frames {
            self.finish(&mut frame)?;
            let raster = self.raster(&frame)?;
            if to.send((frame.number, raster)).is_err() {
                // The encoder stopped, and says why itself.
                return Err(Canceled.into());
            }
        }
        Ok(())
    }

    fn finish(&mut self, frame: &mut Frame) -> Result<(), FixError> {
        if let Some(grain) = &frame.grain {
            let known = self.shots.last().is_some_and(|s| s.grain == **grain);
            if !known {
                self.shots.push(ShotGrain { frame: frame.number, grain: GrainModel::clone(grain) });
            }
        }
        if let Some(amount) = self.spec.regrain {
            let own = frame.grain.clone();
            if let Some(model) = self.spec.grain.as_ref().or(own.as_deref()) {
                // What is left of its own counts: variances add up, amounts do not.
                let own = own.as_ref().map_or(0.0, |own| own.luma.mean() / model.luma.mean().max(1e-3));
                // Another's grain on film whose own was not touched is what is to be added, whole.
                let added = self.spec.grain.is_some() && self.spec.degrain.is_none();
                let still = if added { 0.0 } else { frame.left * own };
                let more = (amount.powi(2) - still.powi(2)).max(0.0).sqrt();
                if more > 0.0 {
                    regrain(frame, &model.scaled(more), self.spec.seed, self.spec.upscale);
                }
            }
        }
        if let Some(at) = self.kept.iter().position(|(n, _)| *n == frame.number) {
            let (number, source) = self.kept.remove(at);
            self.pairs.push(pair::Pair::new(number, &source, &frame.planes, self.color));
        }
        Ok(())
    }

    fn convert(&mut self, raster: Raster) -> Result<Raster, FixError> {
        if raster.layout().format == self.format {
            return Ok(raster);
        }
        let (w, h) = (raster.width(), raster.height());
        let color = self.color.assumed(h);
        if self.scaler.is_none() {
            let shape = |format: &str| Shape { format: format.to_owned(), width: w, height: h, color };
            self.scaler = Some(Scaler::new(&shape(&raster.layout().format), &shape(&self.format))?);
        }
        Ok(self.scaler.as_mut().expect("just made").scale(&raster, 0, 0)?)
    }

    fn raster(&self, frame: &Frame) -> Result<Raster, FixError> {
        let (w, h) = (frame.planes[0].width as u32, frame.planes[0].height as u32);
        let mut raster = Raster::new(&self.format, w, h)?;
        // Ground that lost its grain would band where it is rounded; grain put back dithers by itself.
        let smooth = self.spec.degrain.is_some() && self.spec.regrain.is_none();
        for (p, plane) in frame.planes.iter().enumerate() {
            let seed = self.spec.seed ^ ((frame.number as u64) << 8) ^ p as u64;
            plane.into_raster(&mut raster, p, smooth.then_some(seed));
        }
        raster.set_color(self.color);
        Ok(raster)
    }
}

/// The net of a task, `abreast` times, sharing `threads`; or why the classical twin works.
fn open(task: Task, net: &Net, abreast: usize, threads: usize) -> (Vec<Option<Tool>>, String) {
    let threads = (threads / abreast).max(1);
    let one = || -> Result<Tool, String> {
        match net {
            Net::None(because) => Err(because.clone()),
            Net::Base => match shelf::base(task) {
                Ok(kept) => Runner::described(&kept.onnx, threads).map(Tool::Ours).map_err(|e| e.to_string()),
                Err(e) => Err(e.to_string()),
            },
            Net::File(path) => {
                Runner::of_ours(path, threads).map(Tool::Ours).map_err(|e| format!("{}: {e}", path.display()))
            }
            Net::Brought(page) => Slot::read(page)
                .and_then(|slot| Ok(Tool::Brought(slot.open(page, threads)?, slot)))
                .map_err(|e| e.to_string()),
        }
    };
    match (0..abreast).map(|_| one().map(Some)).collect() {
        Ok(nets) => (nets, String::new()),
        Err(because) => ((0..abreast).map(|_| None).collect(), because),
    }
}
