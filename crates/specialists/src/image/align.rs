//! Bringing a neighbouring frame into line with this one, block by block, though both are full of grain.
//!
//! Blocks are matched on smoothed pyramids from coarse to fine (quarter size: whole search; then small steps around what the
//! coarser level and the neighbours say), with a window twice the block's side on the finest, so that grain does not pull;
//! vectors are in quarter pixels and the picture is read between samples by a cubic (Keys 1981).

use multiversion::multiversion;
use rayon::prelude::*;

use super::plane::Plane;

/// Side of a block that moves as one.
const CELL: usize = 8;
/// Margin around each level, repeated from its border.
const PAD: usize = 40;
/// How far the coarsest level is searched, its own pixels.
const REACH: i32 = 7;

/// A frame prepared for matching.
#[derive(Clone)]
pub struct Pyramid {
    levels: [Level; 3],
}

#[derive(Clone)]
struct Level {
    width: usize,
    height: usize,
    stride: usize,
    bytes: Vec<u8>,
}

/// Where each block of this frame lies in the other, in quarter pixels.
#[derive(Clone)]
pub struct Field {
    across: usize,
    vectors: Vec<(i32, i32)>,
}

impl Pyramid {
    /// Prepares a frame's luma.
    pub fn new(luma: &Plane) -> Pyramid {
        let half = luma.halved();
        let quarter = half.halved();
        Pyramid { levels: [Level::new(luma), Level::new(&half), Level::new(&quarter)] }
    }
}

impl Level {
    fn new(plane: &Plane) -> Level {
        let (w, h) = (plane.width.max(1), plane.height.max(1));
        let smooth = smooth(plane);
        let stride = w + 2 * PAD;
        let mut bytes = vec![0u8; stride * (h + 2 * PAD)];
        for (y, row) in bytes.chunks_exact_mut(stride).enumerate() {
            let from = &smooth[(y as isize - PAD as isize).clamp(0, h as isize - 1) as usize * w..][..w];
            row[..PAD].fill(from[0]);
            row[PAD..PAD + w].copy_from_slice(from);
            row[PAD + w..].fill(from[w - 1]);
        }
        Level { width: w, height: h, stride, bytes }
    }

    /// A vector that keeps a window of `side` at (`x`, `y`) inside the padded level.
    #[inline(always)]
    fn bound(&self, x: i32, y: i32, side: i32, v: (i32, i32)) -> (i32, i32) {
        let (pad, w, h) = (PAD as i32 - 2, self.width as i32, self.height as i32);
        (v.0.clamp(-pad - x, w + pad - side - x), v.1.clamp(-pad - y, h + pad - side - y))
    }

    #[inline(always)]
    fn at(&self, x: i32, y: i32) -> usize {
        (y + PAD as i32) as usize * self.stride + (x + PAD as i32) as usize
    }
}

/// A binomial 3x3: grain pulls less, detail still counts.
#[multiversion(targets("x86_64+avx2"))]
fn smooth(plane: &Plane) -> Vec<u8> {
    let (w, h) = (plane.width, plane.height);
    if w == 0 || h == 0 {
        return vec![0];
    }
    let mut out = vec![0u8; w * h];
    let mut tall = vec![0.0f32; w + 2];
    for (y, out) in out.chunks_exact_mut(w).enumerate() {
        let (a, b, c) = (plane.row(y.saturating_sub(1)), plane.row(y), plane.row((y + 1).min(h - 1)));
        for (((t, a), b), c) in tall[1..=w].iter_mut().zip(a).zip(b).zip(c) {
            *t = 0.25 * a + 0.5 * b + 0.25 * c;
        }
        (tall[0], tall[w + 1]) = (tall[1], tall[w]);
        for (((o, a), b), c) in out.iter_mut().zip(&tall[..w]).zip(&tall[1..=w]).zip(&tall[2..]) {
            *o = (0.25 * a + 0.5 * b + 0.25 * c + 0.5) as u8;
        }
    }
    out
}

/// Where each block of `now` lies in `other`.
///
/// # Panics
/// If they are of two sizes.
pub fn search(now: &Pyramid, other: &Pyramid) -> Field {
    let size = |p: &Pyramid| (p.levels[0].width, p.levels[0].height);
    assert_eq!(size(now), size(other), "frames of one size");
    let mut field: Option<Field> = None;
    for level in (0..3).rev() {
        field = Some(refine(&now.levels[level], &other.levels[level], level, field.as_ref()));
    }
    field.expect("three levels were searched")
}

#[multiversion(targets("x86_64+avx2"))]
fn refine(now: &Level, other: &Level, level: usize, coarse: Option<&Field>) -> Field {
    let (across, down) = (now.width.div_ceil(CELL), now.height.div_ceil(CELL));
    let mut vectors = vec![(0i32, 0i32); across * down];
    // The finest level looks at a window of twice the side.
    let (side, off) = if level == 0 { (16i32, 4i32) } else { (8, 0) };
    for by in 0..down {
        for bx in 0..across {
            let (x, y) = ((bx * CELL) as i32 - off, (by * CELL) as i32 - off);
            let x = x.clamp(-(PAD as i32) + 2, now.width as i32 + PAD as i32 - side - 2);
            let y = y.clamp(-(PAD as i32) + 2, now.height as i32 + PAD as i32 - side - 2);
            let from = now.at(x, y);
            // Plain ground matches everywhere: staying is a little cheaper than going. What passes `most` is not summed up.
            let cost = |v: (i32, i32), most: u32| {
                let going = (side as u32 / 4) * (v.0.unsigned_abs() + v.1.unsigned_abs());
                let (a, b) = (&now.bytes[from..], &other.bytes[other.at(x + v.0, y + v.1)..]);
                let most = most.saturating_sub(going);
                going + if side == 16 { sad::<16>(a, b, now.stride, most) } else { sad::<8>(a, b, now.stride, most) }
            };
            let bound = |v: (i32, i32)| other.bound(x, y, side, v);
            let mut best = (cost(bound((0, 0)), u32::MAX), (0, 0));
            let try_at = |v: (i32, i32), best: &mut (u32, (i32, i32))| {
                let c = cost(v, best.0);
                if c < best.0 {
                    *best = (c, v);
                }
            };
            // Neighbours mostly say the same: each vector is tried once.
            let (mut said, mut count) = ([(0i32, 0i32); 8], 1);
            let mut hear = |v: (i32, i32), best: &mut (u32, (i32, i32))| {
                let v = bound(v);
                if !said[..count].contains(&v) {
                    said[count] = v;
                    count += 1;
                    try_at(v, best);
                }
            };
            match coarse {
                None => {
                    for dy in -REACH..=REACH {
                        for dx in -REACH..=REACH {
                            try_at(bound((dx, dy)), &mut best);
                        }
                    }
                }
                Some(coarse) => {
                    let rows = coarse.vectors.len() / coarse.across;
                    let (cx, cy) = ((bx / 2) as isize, (by / 2) as isize);
                    for (dx, dy) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] {
                        let px = (cx + dx).clamp(0, coarse.across as isize - 1) as usize;
                        let py = (cy + dy).clamp(0, rows as isize - 1) as usize;
                        let v = coarse.vectors[py * coarse.across + px];
                        hear((2 * v.0, 2 * v.1), &mut best);
                    }
                }
            }
            if bx > 0 {
                hear(vectors[by * across + bx - 1], &mut best);
            }
            if by > 0 {
                hear(vectors[(by - 1) * across + bx], &mut best);
            }
            for _ in 0..4 {
                let (was, c) = best;
                for (dx, dy) in BESIDE {
                    try_at(bound((c.0 + 2 * dx, c.1 + 2 * dy)), &mut best);
                }
                if best.0 == was {
                    break;
                }
            }
            // The last round's errors, summed up to the end, are those that lie around the best.
            let errors = |c: (i32, i32)| {
                BESIDE.map(|(dx, dy)| {
                    let v = bound((c.0 + dx, c.1 + dy));
                    (cost(v, u32::MAX), v)
                })
            };
            let mut around = errors(best.1);
            for _ in 0..4 {
                let was = best.0;
                for beside in around {
                    if beside.0 < best.0 {
                        best = beside;
                    }
                }
                if best.0 == was {
                    break;
                }
                around = errors(best.1);
            }
            let (error, v) = best;
            vectors[by * across + bx] = if level > 0 {
                v
            } else {
                // Between pixels: the lowest point of a parabola through three errors.
                let part = |low: u32, high: u32| {
                    let (l, m, h) = (low as f32, error as f32, high as f32);
                    let bend = l - 2.0 * m + h;
                    if bend > 16.0 { (4.0 * ((l - h) / (2.0 * bend)).clamp(-0.5, 0.5)).round() as i32 } else { 0 }
                };
                let [right, left, below, above] = around.map(|a| a.0);
                (4 * v.0 + part(left, right), 4 * v.1 + part(above, below))
            };
        }
    }
    Field { across, vectors }
}

/// The four places beside a place.
const BESIDE: [(i32, i32); 4] = [(1, 0), (-1, 0), (0, 1), (0, -1)];

/// Sum of absolute differences of two windows of `N` by `N`, 8 or 16; that of the upper half where this passes `most`.
#[inline(always)]
fn sad<const N: usize>(a: &[u8], b: &[u8], stride: usize, most: u32) -> u32 {
    let half = (N / 2 - 1) * stride + N;
    let upper = rows_apart::<N>(&a[..half], &b[..half], stride);
    if upper > most {
        return upper;
    }
    let below = N / 2 * stride;
    upper + rows_apart::<N>(&a[below..below + half], &b[below..below + half], stride)
}

/// Sum of absolute differences of `N / 2` rows of `N` bytes; the processor has an instruction for sixteen at a time.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn rows_apart<const N: usize>(a: &[u8], b: &[u8], stride: usize) -> u32 {
    use std::arch::x86_64::{
        __m128i, _mm_add_epi64, _mm_cvtsi128_si64, _mm_sad_epu8, _mm_set_epi64x, _mm_unpackhi_epi64,
    };
    // One row of 16, or two of 8.
    let (step, times) = if N == 16 { (stride, N / 2) } else { (2 * stride, N / 4) };
    // SAFETY: these belong to SSE2, which every x86_64 processor has; they work on values alone, not on memory, and sixteen bytes
    // are what a value of theirs is made of.
    unsafe {
        let sixteen = |from: &[u8], at: usize| -> __m128i {
            if N == 16 {
                std::mem::transmute::<[u8; 16], __m128i>(from[at..at + 16].try_into().expect("sixteen bytes"))
            } else {
                let eight = |at: usize| i64::from_le_bytes(from[at..at + 8].try_into().expect("eight bytes"));
                _mm_set_epi64x(eight(at + stride), eight(at))
            }
        };
        let mut sum = _mm_set_epi64x(0, 0);
        for k in 0..times {
            sum = _mm_add_epi64(sum, _mm_sad_epu8(sixteen(a, k * step), sixteen(b, k * step)));
        }
        (_mm_cvtsi128_si64(sum) + _mm_cvtsi128_si64(_mm_unpackhi_epi64(sum, sum))) as u32
    }
}

/// Sum of absolute differences of `N / 2` rows of `N` bytes.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn rows_apart<const N: usize>(a: &[u8], b: &[u8], stride: usize) -> u32 {
    let row = |y: usize| a[y * stride..][..N].iter().zip(&b[y * stride..][..N]);
    (0..N / 2).map(|y| row(y).map(|(p, q)| u32::from(p.abs_diff(*q))).sum::<u32>()).sum()
}

/// Cubic weights at quarter pixels.
const TAPS: [[f32; 4]; 4] = [
    [0.0, 1.0, 0.0, 0.0],
    [-0.070_312_5, 0.867_187_5, 0.226_562_5, -0.023_437_5],
    [-0.0625, 0.5625, 0.5625, -0.0625],
    [-0.023_437_5, 0.226_562_5, 0.867_187_5, -0.070_312_5],
];

/// `other` brought into line by a field found for frames of its size; `shrink` is how many times smaller the plane is than
/// the luma that was matched (1 or 2, across and down), for chroma.
pub fn warp(other: &Plane, field: &Field, shrink: (usize, usize)) -> Plane {
    let (w, h) = (other.width, other.height);
    let mut out = Plane::new(w, h, 0.0);
    let cell = (CELL / shrink.0, CELL / shrink.1);
    out.data.par_chunks_mut(w * cell.1).enumerate().for_each(|(by, rows)| {
        warp_row(other, field, shrink, by, rows);
    });
    out
}

#[multiversion(targets("x86_64+avx2"))]
fn warp_row(other: &Plane, field: &Field, shrink: (usize, usize), by: usize, rows: &mut [f32]) {
    let (w, h) = (other.width as i32, other.height as i32);
    let cell = (CELL / shrink.0, CELL / shrink.1);
    let tall = rows.len() / other.width;
    let row_of_field = (by * field.across).min(field.vectors.len() - field.across);
    for bx in 0..other.width.div_ceil(cell.0) {
        let v = field.vectors[row_of_field + bx.min(field.across - 1)];
        // In quarter samples of this plane.
        let (vx, vy) = (v.0.div_euclid(shrink.0 as i32), v.1.div_euclid(shrink.1 as i32));
        let (x0, y0) = ((bx * cell.0) as i32, (by * cell.1) as i32);
        let wide = cell.0.min(other.width - x0 as usize);
        let (sx, sy) = (x0 + vx.div_euclid(4), y0 + vy.div_euclid(4));
        let part = (vx.rem_euclid(4) as usize, vy.rem_euclid(4) as usize);
        let inside = sx >= 1 && sy >= 1 && sx + wide as i32 + 2 <= w && sy + tall as i32 + 2 <= h;
        let (line, to) = (other.width, &mut rows[x0 as usize..]);
        if inside && (wide == CELL || wide == CELL / 2) {
            let from = &other.data[(sy - 1) as usize * line + sx as usize - 1..];
            if wide == CELL {
                between::<CELL>(from, line, part, to, line, tall);
            } else {
                between::<{ CELL / 2 }>(from, line, part, to, line, tall);
            }
            continue;
        }
        // At a border its last sample is repeated.
        let mut patch = [0.0f32; EDGE * EDGE];
        for (j, row) in patch.chunks_exact_mut(EDGE).enumerate().take(tall + 3) {
            let y = (sy + j as i32 - 1).clamp(0, h - 1) as usize * line;
            for (i, p) in row.iter_mut().enumerate().take(wide + 3) {
                *p = other.data[y + (sx + i as i32 - 1).clamp(0, w - 1) as usize];
            }
        }
        let mut made = [0.0f32; CELL * CELL];
        between::<CELL>(&patch, EDGE, part, &mut made, CELL, tall);
        for (row, made) in to.chunks_mut(line).zip(made.chunks_exact(CELL)).take(tall) {
            row[..wide].copy_from_slice(&made[..wide]);
        }
    }
}

/// Side of what a cell's cubic reads.
const EDGE: usize = CELL + 3;

/// `N` by `tall` samples that lie `part` quarters of a sample beyond those of `from`, which begins one before them each way.
#[inline(always)]
fn between<const N: usize>(
    from: &[f32],
    line: usize,
    part: (usize, usize),
    to: &mut [f32],
    to_line: usize,
    tall: usize,
) {
    let mut mid = [[0.0f32; N]; EDGE];
    let (tx, ty) = (TAPS[part.0], TAPS[part.1]);
    for (j, out) in mid.iter_mut().enumerate().take(tall + 3) {
        let row = &from[j * line..j * line + N + 3];
        if part.0 == 0 {
            out.copy_from_slice(&row[1..N + 1]);
        } else {
            for i in 0..N {
                out[i] = tx[0] * row[i] + tx[1] * row[i + 1] + tx[2] * row[i + 2] + tx[3] * row[i + 3];
            }
        }
    }
    for j in 0..tall {
        let row = &mut to[j * to_line..j * to_line + N];
        if part.1 == 0 {
            row.copy_from_slice(&mid[j + 1]);
        } else {
            for i in 0..N {
                row[i] = ty[0] * mid[j][i] + ty[1] * mid[j + 1][i] + ty[2] * mid[j + 2][i] + ty[3] * mid[j + 3][i];
            }
        }
    }
}

/// `other` as it is seen from `now`.
pub fn aligned(now: &Pyramid, other: &Pyramid, plane: &Plane) -> Plane {
    warp(plane, &search(now, other), (1, 1))
}

impl Field {
    /// The vector of the block that holds luma sample (`x`, `y`), in quarter pixels.
    pub fn at(&self, x: usize, y: usize) -> (i32, i32) {
        let rows = self.vectors.len() / self.across;
        self.vectors[(y / CELL).min(rows - 1) * self.across + (x / CELL).min(self.across - 1)]
    }

    /// The same field in whole pixels, so that reading by it changes no grain.
    pub fn whole(&self) -> Field {
        let round = |v: i32| (v + 2).div_euclid(4) * 4;
        Field { across: self.across, vectors: self.vectors.iter().map(|v| (round(v.0), round(v.1))).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::synth::normal;

    fn scene(w: usize, h: usize, dx: f32, dy: f32) -> Plane {
        let f = |x: f32, y: f32| {
            128.0 + 40.0 * (x * 0.31 + (y * 0.17).sin() * 3.0).sin() + 40.0 * (y * 0.23 + (x * 0.11).cos() * 3.0).sin()
        };
        let data = (0..w * h).map(|i| f((i % w) as f32 + dx, (i / w) as f32 + dy)).collect();
        Plane { width: w, height: h, data }
    }

    #[test]
    fn a_shifted_frame_comes_back_within_a_quarter_pixel() {
        for (dx, dy) in [(0.0, 0.0), (3.0, -2.0), (-7.25, 5.5), (19.0, 0.0), (0.5, -17.75)] {
            let (now, other) = (scene(161, 113, 0.0, 0.0), scene(161, 113, dx, dy));
            let back = aligned(&Pyramid::new(&now), &Pyramid::new(&other), &other);
            let inner = |p: &Plane| p.part(32, 32, 96, 48);
            let psnr = inner(&back).psnr(&inner(&now));
            assert!(psnr > 36.0, "({dx}, {dy}): {psnr}");
        }
    }

    #[test]
    fn grain_does_not_pull() {
        let (mut now, mut other) = (scene(160, 112, 0.0, 0.0), scene(160, 112, 5.0, -3.0));
        let clean = now.clone();
        let moved = other.clone();
        for (i, p) in [&mut now, &mut other].into_iter().enumerate() {
            p.data.iter_mut().zip(normal(i as u64 + 1)).for_each(|(v, n)| *v += 12.0 * n);
        }
        let field = search(&Pyramid::new(&now), &Pyramid::new(&other));
        let back = warp(&moved, &field, (1, 1));
        let inner = |p: &Plane| p.part(32, 32, 96, 48);
        assert!(inner(&back).psnr(&inner(&clean)) > 28.0, "{}", inner(&back).psnr(&inner(&clean)));
    }

    #[test]
    fn odd_and_tiny_sizes_do_no_harm() {
        for (w, h) in [(1, 1), (3, 2), (9, 17), (33, 8)] {
            let p = scene(w, h, 0.0, 0.0);
            let back = aligned(&Pyramid::new(&p), &Pyramid::new(&p), &p);
            assert_eq!((back.width, back.height), (w, h));
            assert!(back.psnr(&p) > 40.0);
        }
    }
}
