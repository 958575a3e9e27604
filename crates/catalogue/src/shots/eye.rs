//! Sees every frame of a stretch once and leaves marks.

use media::Plane;
use multiversion::multiversion;

use super::block::{BLOCK, Block};
use super::mark::{ACROSS, CHROMA_ACROSS, CHROMA_DOWN, CLASSES, DOWN, FrameMark};

/// Longest side of the proxy.
const SIDE: usize = 160;
/// Rows of the full picture added up into one of the proxy, at most.
const ROWS: usize = 4;
/// Farthest that a block is looked for, pixels of the proxy.
const REACH: isize = 12;
/// Mean absolute difference that noise and coding leave in a block at rest.
const NOISE: u32 = 2;

/// Sees the frames of a stretch in order, whatever frame it begins with.
///
/// ```
/// use catalogue::shots::ShotEye;
/// use media::Plane;
/// let gray = vec![90u8; 320 * 180];
/// let plane = Plane { bytes: &gray, stride: 320, width: 320, height: 180 };
/// let mut eye = ShotEye::new(8);
/// let mark = eye.see(plane, None);
/// assert!(mark.is_plain() && mark.fresh.is_nan());
/// assert_eq!(eye.see(plane, None).fresh, 0.0);
/// ```
pub struct ShotEye {
    shift: u32,
    wide: bool,
    now: Proxy,
    before: Proxy,
    /// Motion of each block since the frame before, where the search begins in the next.
    vectors: Vec<(i8, i8)>,
    sums: Vec<u16>,
    seen: bool,
}

/// A small gray picture of the last frame seen: luma in 8-bit codes of the file, rows from the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxy {
    /// Pixels across, at most 160.
    pub width: usize,
    /// Rows, at most 160.
    pub height: usize,
    /// Samples.
    pub luma: Vec<u8>,
}

impl ShotEye {
    /// An eye for pictures of `bits` significant bits a sample; more than 8 means 16-bit words of this machine's order.
    pub fn new(bits: u8) -> ShotEye {
        ShotEye {
            shift: u32::from(bits.max(8) - 8),
            wide: bits > 8,
            now: Proxy::default(),
            before: Proxy::default(),
            vectors: Vec::new(),
            sums: Vec::new(),
            seen: false,
        }
    }

    /// Sees the next frame: luma and, unless it is gray, both colour differences at any subsampling.
    pub fn see(&mut self, luma: Plane<'_>, chroma: Option<[Plane<'_>; 2]>) -> FrameMark {
        std::mem::swap(&mut self.now, &mut self.before);
        shrink(&mut self.now, luma, &mut self.sums, self.wide, self.shift);
        let n = self.now.luma.len() as f64;
        let counts = count(&self.now.luma);
        let (mut sum, mut squares) = (0u64, 0u64);
        let mut shares = [0u32; CLASSES];
        for (v, &c) in counts.iter().enumerate() {
            sum += (v as u64) * u64::from(c);
            squares += (v * v) as u64 * u64::from(c);
            shares[v * CLASSES / 256] += c;
        }
        let mean = sum as f64 / n;
        let mut mark = FrameMark {
            luma: [0; ACROSS * DOWN],
            cb: [128; CHROMA_ACROSS * CHROMA_DOWN],
            cr: [128; CHROMA_ACROSS * CHROMA_DOWN],
            classes: shares.map(|c| (f64::from(c) * 255.0 / n).round() as u8),
            mean: mean as f32,
            deviation: (squares as f64 / n - mean * mean).max(0.0).sqrt() as f32,
            change: f32::NAN,
            fresh: f32::NAN,
        };
        cells(&self.now, &mut mark.luma);
        if let Some([cb, cr]) = chroma {
            self.coarse(cb, &mut mark.cb);
            self.coarse(cr, &mut mark.cr);
        }
        if self.seen && self.before.luma.len() == self.now.luma.len() && self.before.width == self.now.width {
            let sum: u32 = self.now.luma.iter().zip(&self.before.luma).map(|(&a, &b)| u32::from(a.abs_diff(b))).sum();
            mark.change = (f64::from(sum) / n) as f32;
            mark.fresh = if sum == 0 { 0.0 } else { unexplained(&self.now, &self.before, &mut self.vectors) };
        }
        self.seen = true;
        mark
    }

    /// The small gray picture of the frame seen last.
    pub fn proxy(&self) -> &Proxy {
        &self.now
    }

    /// Means of a plane's cells, from a sample of its rows: colour is smooth.
    fn coarse(&mut self, plane: Plane<'_>, out: &mut [u8]) {
        let (w, h) = (plane.width, plane.height);
        self.sums.resize(w, 0);
        for (y, row) in out.chunks_exact_mut(CHROMA_ACROSS).enumerate() {
            let (top, bottom) = edges(y, CHROMA_DOWN, h);
            let rows = (bottom - top).min(8);
            self.sums.fill(0);
            for r in 0..rows {
                add_row(&mut self.sums, plane, top + r * (bottom - top) / rows, self.wide, self.shift);
            }
            for (x, cell) in row.iter_mut().enumerate() {
                let (left, right) = edges(x, CHROMA_ACROSS, w);
                let sum: u32 = self.sums[left..right].iter().map(|&s| u32::from(s)).sum();
                let n = ((right - left) * rows) as u32;
                *cell = ((sum + n / 2) / n) as u8;
            }
        }
    }
}

impl Proxy {
    /// This picture in the light of `to`, where that is another: old film flickers, lamps go on.
    #[inline(always)]
    fn relit(&self, to: &Proxy) -> Option<Proxy> {
        let (own, other) = (self.light(), to.light());
        let gain = ((other.1 + 1.0) / (own.1 + 1.0)).clamp(0.67, 1.5);
        if (own.0 - other.0).abs() < 1.5 && (gain - 1.0).abs() < 0.05 {
            return None;
        }
        let lit: [u8; 256] =
            std::array::from_fn(|v| ((v as f32 - own.0) * gain + other.0 + 0.5).clamp(0.0, 255.0) as u8);
        Some(Proxy { luma: self.luma.iter().map(|&v| lit[v as usize]).collect(), ..*self })
    }

    #[inline(always)]
    fn block(&self, x: usize, y: usize) -> Block {
        Block::at(&self.luma, self.width, x, y)
    }

    /// Mean and standard deviation.
    #[inline(always)]
    fn light(&self) -> (f32, f32) {
        let n = self.luma.len() as f32;
        let sum: u32 = self.luma.iter().map(|&v| u32::from(v)).sum();
        let squares: u32 = self.luma.iter().map(|&v| u32::from(v) * u32::from(v)).sum();
        let mean = sum as f32 / n;
        (mean, (squares as f32 / n - mean * mean).max(0.0).sqrt())
    }
}

/// Makes `now` of `luma`; `sums` is room to work in.
#[multiversion(targets("x86_64+avx2"))]
fn shrink(now: &mut Proxy, luma: Plane<'_>, sums: &mut Vec<u16>, wide: bool, shift: u32) {
    let (w, h) = (luma.width, luma.height);
    let factor = w.max(h).div_ceil(SIDE).max(1);
    let (fx, fy) = (factor.min(w), factor.min(h));
    let (width, height) = (w / fx, h / fy);
    let rows = fy.min(ROWS);
    let scale = reciprocal((fx * rows) as u32);
    now.width = width;
    now.height = height;
    now.luma.clear();
    sums.resize(width * fx, 0);
    for y in 0..height {
        sums.fill(0);
        for r in 0..rows {
            add_row(sums, luma, y * fy + r * fy / rows, wide, shift);
        }
        across(sums, fx, scale, &mut now.luma);
    }
}

/// [`FrameMark::fresh`]: what remains after each block found its best match in the frame before, against the
/// blocks' own texture (the cost between frames against the cost within, by which encoders place keyframes).
#[multiversion(targets("x86_64+avx2"))]
fn unexplained(now: &Proxy, before: &Proxy, vectors: &mut Vec<(i8, i8)>) -> f32 {
    let (w, h) = (now.width, now.height);
    let (across, down) = (w / BLOCK, h / BLOCK);
    if across == 0 || down == 0 {
        return (now.luma.iter().zip(&before.luma).map(|(&a, &b)| f32::from(a.abs_diff(b))).sum::<f32>()
            / (f32::from(NOISE as u8) * 8.0 * now.luma.len() as f32))
            .min(4.0);
    }
    vectors.resize(across * down, (0, 0));
    let quiet = NOISE * (BLOCK * BLOCK) as u32;
    let lit = before.relit(now);
    let (mut between, mut within) = (0u64, 0u64);
    for by in 0..down {
        for bx in 0..across {
            let (x, y) = (bx * BLOCK, by * BLOCK);
            let block = now.block(x, y);
            let i = by * across + bx;
            let left = if bx > 0 { vectors[i - 1] } else { (0, 0) };
            let up = if by > 0 { vectors[i - across] } else { (0, 0) };
            let (mut vector, mut cost) = search(&block, before, x, y, [(0, 0), vectors[i], left, up], quiet / 2);
            if let Some(lit) = &lit {
                let (v, c) = search(&block, lit, x, y, [(0, 0), vector, left, up], quiet / 2);
                if c < cost {
                    (vector, cost) = (v, c);
                }
            }
            vectors[i] = vector;
            between += u64::from(cost.saturating_sub(quiet / 2));
            let there = before.block(x, y).texture();
            within += u64::from(block.texture().max(there).max(quiet));
        }
    }
    (between as f64 / within as f64).min(4.0) as f32
}

/// The best vector and its cost: from the best start down a small diamond; done at once where it is `enough`.
#[inline(always)]
fn search(block: &Block, p: &Proxy, x: usize, y: usize, starts: [(i8, i8); 4], enough: u32) -> ((i8, i8), u32) {
    let cost = |v: (i8, i8)| {
        let (dx, dy) = (isize::from(v.0), isize::from(v.1));
        let (tx, ty) = (x as isize + dx, y as isize + dy);
        let inside = tx >= 0 && ty >= 0 && tx as usize + BLOCK <= p.width && ty as usize + BLOCK <= p.height;
        (inside && dx.abs() <= REACH && dy.abs() <= REACH).then(|| block.apart(&p.block(tx as usize, ty as usize)))
    };
    let mut best = ((0, 0), u32::MAX);
    for (i, &v) in starts.iter().enumerate() {
        if starts[..i].contains(&v) {
            continue;
        }
        if let Some(c) = cost(v).filter(|&c| c < best.1) {
            best = (v, c);
        }
        if best.1 <= enough {
            return best;
        }
    }
    for step in [4i8, 2, 1] {
        for _ in 0..4 {
            let centre = best.0;
            for (dx, dy) in [(step, 0), (-step, 0), (0, step), (0, -step)] {
                let v = (centre.0 + dx, centre.1 + dy);
                if let Some(c) = cost(v).filter(|&c| c < best.1) {
                    best = (v, c);
                }
            }
            if best.0 == centre {
                break;
            }
        }
    }
    best
}

/// Appends the mean of every `factor` sums; `scale` as of [`reciprocal`].
#[inline(always)]
fn across(sums: &[u16], factor: usize, scale: u64, out: &mut Vec<u8>) {
    // With the factor known the loop needs no counter: several times as fast.
    #[inline(always)]
    fn of<const N: usize>(sums: &[u16], scale: u64, out: &mut Vec<u8>) {
        out.extend(sums.as_chunks::<N>().0.iter().map(|c| mean(c, scale)));
    }
    #[inline(always)]
    fn mean(sums: &[u16], scale: u64) -> u8 {
        let sum: u32 = sums.iter().map(|&s| u32::from(s)).sum();
        ((u64::from(sum) * scale) >> 32).min(255) as u8
    }
    match factor {
        2 => of::<2>(sums, scale, out),
        3 => of::<3>(sums, scale, out),
        4 => of::<4>(sums, scale, out),
        5 => of::<5>(sums, scale, out),
        6 => of::<6>(sums, scale, out),
        8 => of::<8>(sums, scale, out),
        12 => of::<12>(sums, scale, out),
        24 => of::<24>(sums, scale, out),
        _ => out.extend(sums.chunks_exact(factor).map(|c| mean(c, scale))),
    }
}

/// Adds a row of samples as 8 bits: at most 8 rows, which cannot overflow (wrapping, or tests would check each sample).
#[inline(always)]
fn add_row(sums: &mut [u16], plane: Plane<'_>, y: usize, wide: bool, shift: u32) {
    let bytes = &plane.bytes[y * plane.stride..];
    if wide {
        for (s, p) in sums.iter_mut().zip(bytes.chunks_exact(2)) {
            *s = s.wrapping_add((u16::from_ne_bytes([p[0], p[1]]) >> shift).min(255));
        }
    } else {
        for (s, &p) in sums.iter_mut().zip(bytes) {
            *s = s.wrapping_add(u16::from(p));
        }
    }
}

/// How often each code occurs.
fn count(codes: &[u8]) -> [u32; 256] {
    // Four tables, so that equal samples side by side do not wait for each other.
    let mut tables = [[0u32; 256]; 4];
    let (quads, rest) = codes.as_chunks::<4>();
    for quad in quads {
        for (table, &v) in tables.iter_mut().zip(quad) {
            table[v as usize] += 1;
        }
    }
    let [mut all, b, c, d] = tables;
    for v in 0..256 {
        all[v] += b[v] + c[v] + d[v];
    }
    for &v in rest {
        all[v as usize] += 1;
    }
    all
}

/// First and one past the last sample of cell `i` of `n` over `length` samples; never empty.
fn edges(i: usize, n: usize, length: usize) -> (usize, usize) {
    let start = (i * length / n).min(length - 1);
    (start, ((i + 1) * length / n).max(start + 1))
}

/// 2^32 / n, rounded up so that n equal samples give their own value.
fn reciprocal(n: u32) -> u64 {
    (1u64 << 32).div_ceil(u64::from(n))
}

fn cells(p: &Proxy, out: &mut [u8]) {
    let columns: [(usize, usize); ACROSS] = std::array::from_fn(|x| edges(x, ACROSS, p.width));
    let mut sums = vec![0u32; p.width];
    for (y, row) in out.chunks_exact_mut(ACROSS).enumerate() {
        let (top, bottom) = edges(y, DOWN, p.height);
        sums.fill(0);
        for r in top..bottom {
            for (s, &v) in sums.iter_mut().zip(&p.luma[r * p.width..(r + 1) * p.width]) {
                *s += u32::from(v);
            }
        }
        for (cell, &(left, right)) in row.iter_mut().zip(&columns) {
            let n = ((right - left) * (bottom - top)) as u32;
            *cell = ((sums[left..right].iter().sum::<u32>() + n / 2) / n) as u8;
        }
    }
}
