//! Flaws that only a close look shows: blocking, banding, enlarged sources, wiped texture, unlike grain.
//!
//! Three frames in a row are looked at, early in each shot and then every other second; the image specialist's critic judges.

use std::rc::Rc;

use media::Picture;
use media::scale::{ScaleError, Unpacker};
use specialists::critic::{Calibration, Critic, MAY_STOP};
use specialists::image::critic::{Glance, ImageCritic, Seen};
use specialists::image::plane::Plane;

use crate::look::Look;
use crate::{Finding, Severity};

/// Frames into a shot at which it is first looked at.
const FIRST: i64 = 4;
/// Frames from one look at a shot to the next.
const AGAIN: i64 = 60;
/// Looks at one shot, at most.
const LOOKS: usize = 4;

/// Three frames in a row, of which shot.
pub(crate) struct Sample {
    shot: usize,
    frame: i64,
    frames: Vec<Plane>,
}

/// Chooses what to look at, and gathers what was seen.
#[derive(Default)]
pub(crate) struct Image {
    unpacker: Unpacker,
    last: Option<Rc<Look>>,
    shots: Vec<Seen>,
    looks: usize,
    frames: Vec<Plane>,
}

impl Image {
    /// The next frame; three in a row are given out to be looked at.
    pub(crate) fn see(&mut self, picture: &Picture, look: &Rc<Look>) -> Result<Option<Sample>, ScaleError> {
        let number = look.number;
        if self.last.as_ref().is_none_or(|last| look.is_other_shot(last)) {
            self.shots.push(Seen { start: number, end: number + 1, glances: Vec::new() });
            (self.looks, self.frames) = (0, Vec::new());
        }
        self.last = Some(Rc::clone(look));
        let shot = self.shots.len() - 1;
        self.shots[shot].end = number + 1;
        let into = number - self.shots[shot].start - FIRST;
        if into < 0 || into % AGAIN > 2 || self.looks >= LOOKS || look.is_plain() {
            return Ok(None);
        }
        let raster = self.unpacker.unpack(picture)?;
        self.frames.push(Plane::of_raster(&raster, 0));
        if into % AGAIN < 2 {
            return Ok(None);
        }
        self.looks += 1;
        let frames = std::mem::take(&mut self.frames);
        Ok((frames.len() == 3).then_some(Sample { shot, frame: number - 1, frames }))
    }

    /// What was seen in the samples, in any order.
    pub(crate) fn end(mut self, mut seen: Vec<(usize, Glance)>) -> Vec<Finding> {
        seen.sort_by_key(|(_, glance)| glance.frame);
        for (shot, glance) in seen {
            self.shots[shot].glances.push(glance);
        }
        ImageCritic
            .judge(&self.shots)
            .into_iter()
            .map(|defect| {
                let Calibration { flaw, auroc, limit, .. } = *defect.calibration;
                let severity = if auroc >= MAY_STOP { Severity::Warning } else { Severity::Note };
                let range = film::FrameRange::new(defect.start, defect.end);
                let place = match defect.place {
                    (0, 0) => String::new(),
                    (x, y) => format!("; most of all in frame {} around {x}, {y}", defect.frame),
                };
                Finding::new(flaw, severity, range, format!("{}{place}", defect.words))
                    .measured(f64::from(defect.value), f64::from(limit))
            })
            .collect()
    }
}

impl Sample {
    /// Looks closely.
    pub(crate) fn glance(self) -> (usize, Glance) {
        (self.shot, Glance::at(self.frame, &self.frames))
    }
}
