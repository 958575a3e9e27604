//! What moved between two frames: the camera, and things before it.
//!
//! Blocks of the proxy are matched with the frame before (predictors, then small steps, then a parabola through the
//! three nearest errors); a translation and a zoom are fitted to their motion by reweighted least squares, so that moving
//! things do not pull the camera; what the fit leaves is the things' own motion.

use multiversion::multiversion;

use super::proxy::Proxy;
use crate::shots::block::{self, BLOCK};

/// Error of a block, in all, that noise and coding leave where nothing moves.
const AT_REST: u32 = 40;

/// How far whole-picture shifts are looked for, proxy pixels.
const REACH: i32 = 24;

/// Motion between two frames in proxy pixels of width a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// Mean length of all blocks' motion.
    pub amount: f32,
    /// What the picture does as a whole: right, down, growth (0.01 = 1 % larger).
    pub picture: [f32; 3],
    /// Mean length left after `picture` where blocks disagree with it.
    pub object: f32,
    /// Horizontal part of that, right positive.
    pub drift: f32,
    /// Mean place of what moves by itself, 0 to 1, and its weight.
    pub place: [f32; 3],
}

#[derive(Clone, Copy)]
struct Block {
    x: f32,
    y: f32,
    vx: f32,
    vy: f32,
    weight: f32,
    /// Corner in the frame, and error of the best match.
    corner: (i32, i32),
    error: u32,
}

impl Block {
    fn at_rest(now: &Proxy, x: usize, y: usize, texture: u32) -> Block {
        Block {
            x: (x + BLOCK / 2) as f32 - now.width as f32 / 2.0,
            y: (y + BLOCK / 2) as f32 - now.height as f32 / 2.0,
            vx: 0.0,
            vy: 0.0,
            weight: (texture as f32).sqrt(),
            corner: (x as i32, y as i32),
            error: 0,
        }
    }
}

/// How `now` moved since `before`; nothing where their sizes differ.
#[multiversion(targets("x86_64+avx2"))]
pub fn between(before: &Proxy, now: &Proxy) -> Motion {
    let (w, h) = (now.width, now.height);
    if (before.width, before.height) != (w, h) || w < 3 * BLOCK || h < 3 * BLOCK {
        return Motion::default();
    }
    let global = shift(before, now);
    let across = w / BLOCK;
    let mut row_above: Vec<(i32, i32)> = vec![global; across];
    let mut blocks: Vec<Block> = Vec::with_capacity(across * (h / BLOCK));
    for by in 0..h / BLOCK {
        let mut left = global;
        for (bx, above) in row_above.iter_mut().enumerate() {
            // Every other block, as the squares of a chessboard: half the work, the same picture.
            if (bx + by) % 2 == 1 {
                continue;
            }
            let (x, y) = (bx * BLOCK, by * BLOCK);
            let pixels = now.block(x, y);
            let texture = pixels.texture();
            if texture < 192 {
                // Plain: any motion would match.
                left = global;
                *above = global;
                continue;
            }
            let search = Search { before, pixels, x: x as i32, y: y as i32 };
            // What stands still is known at once.
            if search.error((0, 0)) <= AT_REST {
                left = (0, 0);
                *above = (0, 0);
                blocks.push(Block::at_rest(now, x, y, texture));
                continue;
            }
            let (at, error) = search.best([(0, 0), global, left, *above]);
            left = at;
            *above = at;
            // A block that matches nowhere (uncovered ground, a cut) says nothing of motion.
            if error > texture {
                continue;
            }
            let (vx, vy) = search.refine(at, error);
            // Where a block came from, turned round: where it went.
            blocks.push(Block { vx: -vx, vy: -vy, error, ..Block::at_rest(now, x, y, texture) });
        }
    }
    if blocks.len() < 6 {
        return Motion::default();
    }
    let fit = fit(&blocks);
    let mut motion = Motion { picture: fit, ..Motion::default() };
    let (mut total, mut moved) = (0.0f32, 0.0f32);
    let mut place = [0.0f32; 2];
    for b in &blocks {
        let (rx, ry) = residual(b, fit);
        let r = rx.hypot(ry);
        total += b.weight;
        motion.amount += b.weight * b.vx.hypot(b.vy);
        // Matching noise of a fraction of a pixel is no motion of a thing; nor is a block that fits where the camera puts
        // it nearly as well: along an edge many places do.
        if r > 0.35 && !fits_camera(before, now, b, (b.vx - rx, b.vy - ry)) {
            motion.object += b.weight * r;
            motion.drift += b.weight * rx;
            let weight = b.weight * r.min(4.0);
            moved += weight;
            place[0] += weight * (b.x / w as f32 + 0.5);
            place[1] += weight * (b.y / h as f32 + 0.5);
        }
    }
    motion.amount /= total;
    motion.object /= total;
    motion.drift /= total;
    if moved > 0.0 {
        motion.place = [place[0] / moved, place[1] / moved, (moved / total).min(1.0)];
    }
    motion
}

/// Whether the block matches about as well where the camera's motion alone would have brought it from.
#[inline(always)]
fn fits_camera(before: &Proxy, now: &Proxy, b: &Block, (vx, vy): (f32, f32)) -> bool {
    let pixels = now.block(b.corner.0 as usize, b.corner.1 as usize);
    let search = Search { before, pixels, x: b.corner.0, y: b.corner.1 };
    let (x, y) = ((-vx).floor() as i32, (-vy).floor() as i32);
    // What the camera has just brought into the picture has no place to come from.
    let (left, top, side) = (b.corner.0 + x, b.corner.1 + y, BLOCK as i32 + 1);
    if left < 0 || top < 0 || left + side > now.width as i32 || top + side > now.height as i32 {
        return true;
    }
    let there = [(0, 0), (1, 0), (0, 1), (1, 1)].iter().map(|(i, j)| search.error((x + i, y + j))).min();
    there.is_some_and(|e| e <= b.error + b.error / 4 + 64)
}

struct Search<'a> {
    before: &'a Proxy,
    pixels: block::Block,
    x: i32,
    y: i32,
}

impl Search<'_> {
    #[inline(always)]
    fn error(&self, (dx, dy): (i32, i32)) -> u32 {
        let (w, h) = (self.before.width as i32, self.before.height as i32);
        let (sx, sy) = (self.x + dx, self.y + dy);
        if sx < 0 || sy < 0 || sx + BLOCK as i32 > w || sy + BLOCK as i32 > h {
            return u32::MAX / 4;
        }
        self.pixels.apart(&self.before.block(sx as usize, sy as usize))
    }

    #[inline(always)]
    fn best(&self, starts: [(i32, i32); 4]) -> ((i32, i32), u32) {
        // A small bonus for standing still keeps plain edges from sliding.
        let mut best = (starts[0], self.error(starts[0]).saturating_sub(16));
        for i in 1..starts.len() {
            if !starts[..i].contains(&starts[i]) {
                let e = self.error(starts[i]);
                if e < best.1 {
                    best = (starts[i], e);
                }
            }
        }
        for step in [2, 1] {
            for _ in 0..6 {
                let around = [(step, 0), (-step, 0), (0, step), (0, -step)];
                let centre = best.0;
                for (dx, dy) in around {
                    let at = (centre.0 + dx, centre.1 + dy);
                    let e = self.error(at);
                    if e < best.1 {
                        best = (at, e);
                    }
                }
                if best.0 == centre {
                    break;
                }
            }
        }
        best
    }

    #[inline(always)]
    fn refine(&self, at: (i32, i32), error: u32) -> (f32, f32) {
        // An exact match needs none.
        if error == 0 {
            return (at.0 as f32, at.1 as f32);
        }
        let part = |low: u32, high: u32| {
            if low.max(high) > u32::MAX / 8 {
                return 0.0;
            }
            let (low, mid, high) = (low as f32, error as f32, high as f32);
            let bend = low - 2.0 * mid + high;
            if bend > 1.0 { ((low - high) / (2.0 * bend)).clamp(-0.5, 0.5) } else { 0.0 }
        };
        let (x, y) = at;
        let px = part(self.error((x - 1, y)), self.error((x + 1, y)));
        let py = part(self.error((x, y - 1)), self.error((x, y + 1)));
        (x as f32 + px, y as f32 + py)
    }
}

/// Shift of the whole picture, from sums of columns and of rows.
#[inline(always)]
fn shift(before: &Proxy, now: &Proxy) -> (i32, i32) {
    let (w, h) = (now.width, now.height);
    let profiles = |p: &Proxy| {
        let mut columns = vec![0i32; w];
        let mut rows = vec![0i32; h];
        for (y, row) in p.luma.chunks_exact(w).enumerate() {
            for (c, &v) in columns.iter_mut().zip(row) {
                *c += i32::from(v);
            }
            rows[y] = row.iter().map(|&v| i32::from(v)).sum();
        }
        (columns, rows)
    };
    let ((bc, br), (nc, nr)) = (profiles(before), profiles(now));
    (slide(&bc, &nc), slide(&br, &nr))
}

/// The offset at which `now[i]` resembles `before[i + offset]` best.
#[inline(always)]
fn slide(before: &[i32], now: &[i32]) -> i32 {
    let n = now.len() as i32;
    let reach = REACH.min(n / 4);
    let error = |d: i32| {
        let (a, b) = (0.max(-d) as usize, n.min(n - d) as usize);
        let shifted = &before[(a as i32 + d) as usize..(b as i32 + d) as usize];
        let sum: i64 = now[a..b].iter().zip(shifted).map(|(&p, &q)| i64::from((p - q).abs())).sum();
        sum as f64 / (b - a) as f64
    };
    (-reach..=reach)
        .map(|d| (error(d) * (1.0 + 0.002 * f64::from(d.abs())), d))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map_or(0, |b| b.1)
}

#[inline(always)]
fn residual(b: &Block, fit: [f32; 3]) -> (f32, f32) {
    (b.vx - fit[0] - fit[2] * b.x, b.vy - fit[1] - fit[2] * b.y)
}

/// Translation and zoom of most blocks.
#[inline(always)]
fn fit(blocks: &[Block]) -> [f32; 3] {
    let median = |mut v: Vec<f32>| {
        let mid = v.len() / 2;
        *v.select_nth_unstable_by(mid, f32::total_cmp).1
    };
    let mut at = [median(blocks.iter().map(|b| b.vx).collect()), median(blocks.iter().map(|b| b.vy).collect()), 0.0];
    for round in 0..4 {
        // Cauchy weights, narrowing.
        let scale = [2.0f32, 1.0, 0.6, 0.4][round];
        let (mut n, mut x, mut y, mut rr) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        let (mut vx, mut vy, mut rv) = (0.0f64, 0.0f64, 0.0f64);
        for b in blocks {
            let (rx, ry) = residual(b, at);
            let w = f64::from(b.weight / (1.0 + (rx * rx + ry * ry) / (scale * scale)));
            let (bx, by, bvx, bvy) = (f64::from(b.x), f64::from(b.y), f64::from(b.vx), f64::from(b.vy));
            n += w;
            x += w * bx;
            y += w * by;
            rr += w * (bx * bx + by * by);
            vx += w * bvx;
            vy += w * bvy;
            rv += w * (bx * bvx + by * bvy);
        }
        let spread = rr - (x * x + y * y) / n;
        let zoom = if spread > 1.0 { (rv - (x * vx + y * vy) / n) / spread } else { 0.0 };
        at = [((vx - zoom * x) / n) as f32, ((vy - zoom * y) / n) as f32, zoom as f32];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A smooth random landscape seen from `x`, `y` at `zoom`, with a thing of its own at `thing`.
    fn seen(x: f32, y: f32, zoom: f32, thing: Option<f32>) -> Proxy {
        let (w, h) = (160usize, 90usize);
        let mut luma = Vec::new();
        for j in 0..h {
            for i in 0..w {
                let (u, v) = ((i as f32 - 80.0) / zoom + x, (j as f32 - 45.0) / zoom + y);
                let mut l = 128.0
                    + 40.0 * (u * 0.21 + (v * 0.13).sin() * 2.0).sin()
                    + 40.0 * (v * 0.27 + (u * 0.11).cos() * 2.0).sin();
                if let Some(at) = thing {
                    let (du, dv) = (i as f32 - at, j as f32 - 60.0);
                    if du.abs() < 16.0 && dv.abs() < 16.0 {
                        l = 128.0 + 100.0 * (du * 0.5).sin() * (dv * 0.4).cos();
                    }
                }
                luma.push(l.clamp(0.0, 255.0) as u8);
            }
        }
        Proxy { width: w, height: h, luma }
    }

    #[test]
    fn a_pan_moves_the_picture_the_other_way() {
        let m = between(&seen(0.0, 0.0, 1.0, None), &seen(3.4, 0.0, 1.0, None));
        assert!((m.picture[0] + 3.4).abs() < 0.2, "{m:?}");
        assert!(m.picture[1].abs() < 0.2 && m.picture[2].abs() < 0.002 && m.object < 0.3, "{m:?}");
    }

    #[test]
    fn a_zoom_is_no_pan() {
        let m = between(&seen(0.0, 0.0, 1.0, None), &seen(0.0, 0.0, 1.02, None));
        assert!((m.picture[2] - 0.02).abs() < 0.005, "{m:?}");
        assert!(m.picture[0].abs() < 0.2 && m.picture[1].abs() < 0.2, "{m:?}");
    }

    #[test]
    fn a_thing_does_not_pull_the_camera() {
        let m = between(&seen(0.0, 0.0, 1.0, Some(60.0)), &seen(2.0, 0.0, 1.0, Some(63.0)));
        assert!((m.picture[0] + 2.0).abs() < 0.25, "{m:?}");
        assert!(m.object > 0.1 && m.drift > 0.1, "{m:?}");
        assert!((m.place[0] - 0.39).abs() < 0.12 && (m.place[1] - 0.67).abs() < 0.15, "{m:?}");
        let still = between(&seen(0.0, 0.0, 1.0, None), &seen(0.0, 0.0, 1.0, None));
        assert_eq!((still.amount, still.object), (0.0, 0.0));
    }
}
