//! Looking for the mark in the pictures of a film.

use multiversion::multiversion;
use serde::{Deserialize, Serialize};

use crate::mark::Payload;
use crate::mark::search;

/// Lines that a picture is brought down to before it is looked at.
const LINES: usize = 360;
/// Samples around a sample that make its surroundings.
const REACH: usize = 4;
/// Unrest, in code values of 8 bits, below which a surrounding counts as flat.
const FLOOR: f32 = 1.5;
/// No sample counts for more than this many times the unrest around it.
const CLIP: f32 = 2.5;

/// A mark that was found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// What it says.
    pub payload: Payload,
    /// How well the whole tile agrees with it, 0 to 1; chance reaches 0.6.
    pub confidence: f32,
    /// Size of the picture relative to that in which it was marked, as far as height tells: below 1 after a crop.
    pub scale: f32,
    /// Frames that were looked at.
    pub frames: u32,
}

/// Frames of one film, added up until the mark stands out of them.
///
/// ```
/// use credential::mark::{Mark, Payload, Reader};
/// let mut mark = Mark::new(Payload::new(42).unwrap());
/// let mut reader = Reader::default();
/// for frame in 0..8u32 {
///     let mut luma: Vec<u8> = (0..640 * 360).map(|i: u32| 90 + (i.wrapping_mul(frame + 3) % 41) as u8).collect();
///     mark.embed(&mut luma, 640, 640, 360, 8);
///     reader.add(&luma, 640, 640, 360, 8);
/// }
/// assert_eq!(reader.find().unwrap().payload.id(), 42);
/// ```
#[derive(Default)]
pub struct Reader {
    size: (usize, usize),
    width: usize,
    height: usize,
    sum: Vec<f32>,
    frames: u32,
    work: Work,
}

#[derive(Default)]
struct Work {
    small: Vec<f32>,
    mean: Vec<f32>,
    unrest: Vec<f32>,
    rows: Vec<f32>,
}

impl Reader {
    /// Adds a plane of luma, given as to [`crate::mark::Mark::embed`]; a plane of another size than the first is passed over.
    pub fn add(&mut self, luma: &[u8], stride: usize, width: usize, height: usize, bits: u8) {
        let by = (height / LINES).max(1);
        if self.frames == 0 {
            self.size = (width, height);
            (self.width, self.height) = (width / by, height / by);
            self.sum = vec![0.0; self.width * self.height];
        }
        let row = width * if bits > 8 { 2 } else { 1 };
        let whole = height > 0 && stride >= row && luma.len() >= stride * (height - 1) + row;
        if self.size != (width, height) || !whole || self.width.min(self.height) < 4 * REACH {
            return;
        }
        self.frames += 1;
        let work = &mut self.work;
        shrink(&mut work.small, luma, stride, (self.width, self.height), by, bits);
        whiten(work, self.width, self.height, FLOOR);
        add(&mut self.sum, &work.small);
    }

    /// Frames added.
    pub fn frames(&self) -> u32 {
        self.frames
    }

    /// The mark in what was added; `None` where there is none, or none that can be told from chance.
    pub fn find(&self) -> Option<Found> {
        if self.frames == 0 {
            return None;
        }
        let mut work = Work { small: self.sum.clone(), ..Work::default() };
        // What stood still through all frames stands out of the sum as the mark does: it is brought down to the unrest around.
        let power = work.small.iter().map(|v| v * v).sum::<f32>() / work.small.len() as f32;
        whiten(&mut work, self.width, self.height, 0.25 * power.sqrt());
        let found = search::search(&work.small, self.width, self.height)?;
        Some(Found { frames: self.frames, ..found })
    }
}

/// Means of squares of `by` samples, in code values of 8 bits.
fn shrink(to: &mut Vec<f32>, luma: &[u8], stride: usize, (width, height): (usize, usize), by: usize, bits: u8) {
    to.clear();
    to.resize(width * height, 0.0);
    let unit = 1.0 / (by * by) as f32 / (1u32 << (bits.clamp(8, 16) - 8)) as f32;
    for (y, row) in to.chunks_exact_mut(width).enumerate() {
        for line in (y * by..(y + 1) * by).map(|y| &luma[y * stride..]) {
            if bits > 8 {
                for (to, group) in row.iter_mut().zip(line.chunks_exact(2 * by)) {
                    *to += group.chunks_exact(2).map(|b| f32::from(u16::from_le_bytes([b[0], b[1]]))).sum::<f32>();
                }
            } else {
                for (to, group) in row.iter_mut().zip(line.chunks_exact(by)) {
                    *to += group.iter().map(|&b| u32::from(b)).sum::<u32>() as f32;
                }
            }
        }
        row.iter_mut().for_each(|v| *v *= unit);
    }
}

/// Takes from each sample the mean around it, and measures it by the unrest around it.
fn whiten(work: &mut Work, width: usize, height: usize, floor: f32) {
    let Work { small, mean, unrest, rows } = work;
    around(mean, small, rows, width, height);
    subtract(small, mean);
    unrest.clear();
    unrest.extend(small.iter().map(|v| v * v));
    around(mean, unrest, rows, width, height);
    measure(small, mean, floor);
}

#[multiversion(targets("x86_64+avx2"))]
fn subtract(from: &mut [f32], what: &[f32]) {
    from.iter_mut().zip(what).for_each(|(a, b)| *a -= b);
}

#[multiversion(targets("x86_64+avx2"))]
fn add(to: &mut [f32], what: &[f32]) {
    to.iter_mut().zip(what).for_each(|(a, b)| *a += b);
}

#[multiversion(targets("x86_64+avx2"))]
fn measure(samples: &mut [f32], squares: &[f32], floor: f32) {
    for (v, s) in samples.iter_mut().zip(squares) {
        *v = (*v / (s.max(0.0).sqrt() + floor)).clamp(-CLIP, CLIP);
    }
}

/// Means over squares of [`REACH`] samples to all sides; less of them at the margins.
fn around(to: &mut Vec<f32>, from: &[f32], rows: &mut Vec<f32>, width: usize, height: usize) {
    rows.clear();
    rows.resize(width * height, 0.0);
    to.clear();
    to.resize(width * height, 0.0);
    for (row, line) in rows.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
        let mut sum: f32 = line[..REACH].iter().sum();
        for x in 0..width {
            if x + REACH < width {
                sum += line[x + REACH];
            }
            if x > REACH {
                sum -= line[x - REACH - 1];
            }
            let count = (x + REACH).min(width - 1) + 1 - x.saturating_sub(REACH);
            row[x] = sum / count as f32;
        }
    }
    let mut sum = vec![0.0f32; width];
    rows[..REACH * width].chunks_exact(width).for_each(|row| add(&mut sum, row));
    for y in 0..height {
        if y + REACH < height {
            add(&mut sum, &rows[(y + REACH) * width..][..width]);
        }
        if y > REACH {
            subtract(&mut sum, &rows[(y - REACH - 1) * width..][..width]);
        }
        let count = (y + REACH).min(height - 1) + 1 - y.saturating_sub(REACH);
        scale(&mut to[y * width..][..width], &sum, 1.0 / count as f32);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn scale(to: &mut [f32], from: &[f32], by: f32) {
    to.iter_mut().zip(from).for_each(|(a, b)| *a = b * by);
}
