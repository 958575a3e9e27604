//! Segments joined: a reel's whole reading.

use std::path::Path;

use film::FrameRange;
use media::Plane;

use super::closeup::{Closeup, Lit};
use super::proxy::Proxy;
use super::segment::{Segment, file};
use super::sight::Sight;
use super::strip::Small;
use crate::shots::{FrameMark, ShotEye, eye};

/// All that one decode gave.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// One a frame.
    pub sights: Vec<Sight>,
    /// One a frame.
    pub marks: Vec<FrameMark>,
    /// One frame in a while.
    pub closeups: Vec<Closeup>,
    /// What was ever lit.
    pub lit: Lit,
    /// Pictures for film strips, in order.
    pub smalls: Vec<Small>,
    /// Flaws, in words.
    pub warnings: Vec<String>,
}

impl Reading {
    /// Joins the segments in `folder`; `None` if one is missing or not of this version (it is removed, to be read anew).
    ///
    /// `aspect` is the displayed height over width. What happens between the last frame of a segment and the first of the
    /// next is worked out here, so that the seams cannot be told.
    pub fn join(folder: &Path, ranges: &[FrameRange], aspect: f32) -> Option<Reading> {
        let mut reading = Reading::default();
        let mut last: Option<(Proxy, eye::Proxy)> = None;
        for &range in ranges {
            let path = file(folder, range);
            let segment = std::fs::read(&path).ok().and_then(|b| Segment::from_bytes(&b));
            let Some(mut segment) = segment.filter(|s| s.start == range.start() && s.end() == range.end()) else {
                // Absent already, or of no use: either way it is read again.
                let _ = std::fs::remove_file(&path);
                return None;
            };
            if let (Some((before, gray)), Some(first), Some(mark)) =
                (&last, segment.sights.first_mut(), segment.marks.first_mut())
            {
                first.moved(before, &segment.ends[0], aspect);
                let seam = across(gray, &segment.grays[0]);
                (mark.change, mark.fresh) = (seam.change, seam.fresh);
            }
            last = Some((std::mem::take(&mut segment.ends[1]), std::mem::take(&mut segment.grays[1])));
            reading.marks.append(&mut segment.marks);
            reading.sights.append(&mut segment.sights);
            reading.closeups.append(&mut segment.closeups);
            reading.smalls.append(&mut segment.smalls);
            reading.lit.join(&segment.lit);
            for warning in segment.warnings {
                if !reading.warnings.contains(&warning) {
                    reading.warnings.push(warning);
                }
            }
        }
        Some(reading)
    }
}

/// What the eye sees across a seam, from the small pictures on both sides: of a picture as small as its own it takes every
/// sample as it is.
fn across(before: &eye::Proxy, first: &eye::Proxy) -> FrameMark {
    let plane = |p: &'_ eye::Proxy| (p.width, p.height);
    let mut watcher = ShotEye::new(8);
    let ((bw, bh), (fw, fh)) = (plane(before), plane(first));
    watcher.see(Plane { bytes: &before.luma, stride: bw, width: bw, height: bh }, None);
    watcher.see(Plane { bytes: &first.luma, stride: fw, width: fw, height: fh }, None)
}
