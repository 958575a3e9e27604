//! How alike two frames are, by their marks, whatever moved between them.

use multiversion::multiversion;

use super::mark::{ACROSS, DOWN, FrameMark};

/// Farthest that a block of cells is looked for: across and down.
const REACH: (usize, usize) = (4, 3);
/// Cells of a block, across and down.
const BLOCK: (usize, usize) = (8, 6);
const BLOCKS: usize = (ACROSS / BLOCK.0) * (DOWN / BLOCK.1);
/// Size of the padded pictures.
const WIDE: usize = ACROSS + 2 * REACH.0;
const HIGH: usize = DOWN + 2 * REACH.1;
/// Code values that noise and coding leave between cells that show the same.
const NOISE: f32 = 1.5;

/// A mark made ready to be compared with others.
pub(crate) struct Ready<'a> {
    pub(crate) mark: &'a FrameMark,
    /// Least and greatest value between each cell and half-way to its neighbours, with a border: what the cell may have
    /// become when the picture moved by less than a cell (Birchfield and Tomasi, 1998).
    low: [u8; WIDE * HIGH],
    high: [u8; WIDE * HIGH],
    /// Flat rows and columns at the border: bars of a letterbox or pillarbox. Top, bottom, left, right.
    bars: [usize; 4],
}

impl<'a> Ready<'a> {
    pub(crate) fn of(mark: &'a FrameMark) -> Ready<'a> {
        let [low, high] = bounds(&mark.luma);
        Ready { mark, low, high, bars: mark.bars() }
    }

    /// Bars, in cells: top, bottom, left, right.
    pub(crate) fn bars(&self) -> [usize; 4] {
        self.bars
    }

    /// How much of one frame is not in the other, whatever moved.
    pub(crate) fn against(&self, other: &Ready<'_>) -> Unlike {
        // The row that a bar's edge crosses says nothing of either picture.
        let bars: [usize; 4] = std::array::from_fn(|i| match self.bars[i].min(other.bars[i]) {
            0 => 0,
            bar => bar + 1,
        });
        let (ta, tb) = (textures(self.mark, bars), textures(other.mark, bars));
        let plain = self.left(other, bars, &ta, &tb);
        // Old film flickers and lamps go on: the other as it would be in this one's light, where that explains more.
        let Some(lit) = relit(other.mark, &tb, &ta) else { return plain };
        let lit = self.left(&Ready::of(&lit), bars, &ta, &tb);
        Unlike { whole: plain.whole.min(lit.whole), places: plain.places.min(lit.places) }
    }

    fn left(&self, other: &Ready<'_>, bars: [usize; 4], ta: &Textures, tb: &Textures) -> Unlike {
        let (a, b) = (self.unexplained_by(other, bars), other.unexplained_by(self, bars));
        let (mut rest, mut blocks, mut spread) = (0.0, 0.0, 0.0);
        for i in 0..BLOCKS {
            let cells = ta.cells[i];
            if cells == 0.0 {
                continue;
            }
            let left = ((a[i] + b[i]) as f32 / 2.0 - 0.3 * NOISE * cells).max(0.0);
            rest += left;
            let own = ta.own[i].max(tb.own[i]) + 2.0 * NOISE * cells;
            spread += (left / own / 0.35).min(1.0);
            blocks += 1.0;
        }
        let open: f32 = ta.cells.iter().sum();
        Unlike { whole: (rest / (ta.all.max(tb.all) + NOISE * open)).min(2.0), places: spread / f32::max(blocks, 1.0) }
    }

    /// What is left in each block after it found its best place in `other`.
    fn unexplained_by(&self, other: &Ready<'_>, bars: [usize; 4]) -> [u32; BLOCKS] {
        unexplained(&self.mark.luma, &other.low, &other.high, bars)
    }
}

/// What is left in each block of `luma` after it found its best place between `low` and `high`.
#[multiversion(targets("x86_64+avx2"))]
fn unexplained(
    luma: &[u8; ACROSS * DOWN],
    low: &[u8; WIDE * HIGH],
    high: &[u8; WIDE * HIGH],
    bars: [usize; 4],
) -> [u32; BLOCKS] {
    let mut best = [u32::MAX; BLOCKS];
    for dy in 0..=2 * REACH.1 {
        for dx in 0..=2 * REACH.0 {
            let mut sums = [0u32; BLOCKS];
            for y in bars[0]..DOWN - bars[1] {
                let from = (y + dy) * WIDE + dx;
                let (low, high) = (&low[from..from + ACROSS], &high[from..from + ACROSS]);
                let row = &luma[y * ACROSS..(y + 1) * ACROSS];
                let mut rest = [0u8; ACROSS];
                for (((r, &v), &l), &h) in rest.iter_mut().zip(row).zip(low).zip(high) {
                    *r = v.saturating_sub(h).max(l.saturating_sub(v));
                }
                rest[..bars[2]].fill(0);
                rest[ACROSS - bars[3]..].fill(0);
                let line = &mut sums[(y / BLOCK.1) * (ACROSS / BLOCK.0)..][..ACROSS / BLOCK.0];
                for (s, c) in line.iter_mut().zip(rest.chunks_exact(BLOCK.0)) {
                    *s += c.iter().map(|&v| u32::from(v)).sum::<u32>();
                }
            }
            for (b, s) in best.iter_mut().zip(sums) {
                *b = (*b).min(s);
            }
        }
    }
    best
}

/// How much of one frame is not in another: 0 the same, about 1 nothing in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unlike {
    /// As a share of the frames' texture; at most 2.
    pub(crate) whole: f32,
    /// Share of the places that changed, whatever is seen in them: small where a body moves before a background.
    pub(crate) places: f32,
}

/// How much the shares of light and dark differ, 0 to 1; a class may spill into its neighbours.
pub(crate) fn unlike_light(a: &FrameMark, b: &FrameMark) -> f32 {
    // The distance of the two cumulated histograms, in classes, against the spread of the lights.
    let (mut ca, mut cb, mut sum) = (0i32, 0i32, 0i32);
    for (&x, &y) in a.classes.iter().zip(&b.classes) {
        ca += i32::from(x);
        cb += i32::from(y);
        sum += (ca - cb).abs();
    }
    let codes = sum as f32 / 255.0 * 8.0;
    (codes / (a.deviation.max(b.deviation) + 4.0)).min(1.0)
}

/// How much the colours of places differ, 0 to 1.
pub(crate) fn unlike_color(a: &FrameMark, b: &FrameMark) -> f32 {
    let mean = |c: &[u8]| c.iter().map(|&v| f32::from(v)).sum::<f32>() / c.len() as f32;
    let spread = |c: &[u8]| {
        let m = mean(c);
        c.iter().map(|&v| (f32::from(v) - m).abs()).sum::<f32>() / c.len() as f32
    };
    let apart =
        |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(&x, &y)| f32::from(x.abs_diff(y))).sum::<f32>() / a.len() as f32;
    let d = (apart(&a.cb, &b.cb) + apart(&a.cr, &b.cr) - 1.0).max(0.0);
    let s = (spread(&a.cb) + spread(&a.cr)).max(spread(&b.cb) + spread(&b.cr));
    (d / (s + 5.0)).min(1.0)
}

/// The mark as it would be with the light of `to`, where that is another; contrast is changed by a half at most.
fn relit(mark: &FrameMark, own: &Textures, to: &Textures) -> Option<FrameMark> {
    let gain = ((to.all + NOISE) / (own.all + NOISE)).clamp(0.67, 1.5);
    if (own.mean - to.mean).abs() < 1.5 && (gain - 1.0).abs() < 0.05 {
        return None;
    }
    let lit = |v: u8| (f32::from(v) - own.mean).mul_add(gain, to.mean).round().clamp(0.0, 255.0) as u8;
    Some(FrameMark { luma: mark.luma.map(lit), ..mark.clone() })
}

/// How much there is to see in a mark, outside of bars.
struct Textures {
    /// Mean of the cells.
    mean: f32,
    /// Sum of the cells' distances from the whole picture's mean.
    all: f32,
    /// Of each block, sum of the cells' distances from the block's mean.
    own: [f32; BLOCKS],
    /// Cells of each block that are open.
    cells: [f32; BLOCKS],
}

fn textures(mark: &FrameMark, bars: [usize; 4]) -> Textures {
    let open = || {
        (bars[0]..DOWN - bars[1]).flat_map(|y| {
            (bars[2]..ACROSS - bars[3])
                .map(move |x| ((y / BLOCK.1) * (ACROSS / BLOCK.0) + x / BLOCK.0, f32::from(mark.luma[y * ACROSS + x])))
        })
    };
    let (mut sums, mut cells) = ([0.0f32; BLOCKS], [0.0f32; BLOCKS]);
    open().for_each(|(b, v)| {
        sums[b] += v;
        cells[b] += 1.0;
    });
    let mean = sums.iter().sum::<f32>() / cells.iter().sum::<f32>();
    let mut textures = Textures { mean, all: 0.0, own: [0.0; BLOCKS], cells };
    open().for_each(|(b, v)| {
        textures.all += (v - mean).abs();
        textures.own[b] += (v - sums[b] / cells[b]).abs();
    });
    textures
}

/// [`Ready::low`] and [`Ready::high`] of a mark's luma.
#[multiversion(targets("x86_64+avx2"))]
fn bounds(luma: &[u8; ACROSS * DOWN]) -> [[u8; WIDE * HIGH]; 2] {
    let place = |y: usize| (y + REACH.1) * WIDE + REACH.0;
    let mut wide = [0; WIDE * HIGH];
    for y in 0..DOWN {
        wide[place(y)..][..ACROSS].copy_from_slice(&luma[y * ACROSS..][..ACROSS]);
    }
    pad(&mut wide);
    let (mut low, mut high) = ([0; WIDE * HIGH], [0; WIDE * HIGH]);
    for y in 0..DOWN {
        let at = place(y);
        let row = |from: usize| &wide[from..from + ACROSS];
        let (centre, sides) = (row(at), [row(at - 1), row(at + 1), row(at - WIDE), row(at + WIDE)]);
        for x in 0..ACROSS {
            let halves = sides.map(|side| centre[x].midpoint(side[x]));
            low[at + x] = halves.into_iter().fold(centre[x], u8::min);
            high[at + x] = halves.into_iter().fold(centre[x], u8::max);
        }
    }
    pad(&mut low);
    pad(&mut high);
    [low, high]
}

#[inline(always)]
fn pad(picture: &mut [u8; WIDE * HIGH]) {
    for y in REACH.1..REACH.1 + DOWN {
        let row = &mut picture[y * WIDE..(y + 1) * WIDE];
        let (left, right) = (row[REACH.0], row[REACH.0 + ACROSS - 1]);
        row[..REACH.0].fill(left);
        row[REACH.0 + ACROSS..].fill(right);
    }
    for y in 0..REACH.1 {
        picture.copy_within(REACH.1 * WIDE..(REACH.1 + 1) * WIDE, y * WIDE);
        picture.copy_within((REACH.1 + DOWN - 1) * WIDE..(REACH.1 + DOWN) * WIDE, (REACH.1 + DOWN + y) * WIDE);
    }
}
