//! What is noted of the full-size picture, on one frame in a while: noise, lettering, black bars.

use multiversion::multiversion;

use super::sight::level_table;
use super::view::View;

/// One frame in so many is looked at closely.
pub const EVERY: i64 = 16;

/// Cells of [`Closeup::strokes`], across and down.
pub const GRID: (usize, usize) = (32, 18);

/// What is noted of a frame's full-size picture, in displayed orientation only where the reel is not turned.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Closeup {
    /// Frame number.
    pub frame: i64,
    /// Noise on plain ground, standard deviation in 8-bit codes; negative where nothing is plain enough.
    pub noise: f32,
    /// Strokes of writing a row of the picture, on average over all rows looked at.
    pub density: f32,
    /// Share of narrow strokes whose light is that of most strokes: writing has one ink, grass has not.
    pub ink: f32,
    /// Share of the picture that is plain ground.
    pub plain: f32,
    /// Share of the rows with strokes that stand in bands as lines of text do.
    pub lines: f32,
    /// Bold strokes a row of the picture: wide runs of one even light between two high steps, as logos have.
    pub bold: f32,
    /// Cells with strokes of that ink, a bit each, rows from the top.
    pub strokes: [u32; GRID.1],
}

/// Columns and rows that were ever lit, in 1/256 of the coded picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lit {
    /// Highest luma of each of 256 bands from the left.
    pub columns: Vec<u8>,
    /// The same from the top.
    pub rows: Vec<u8>,
}

impl Default for Lit {
    fn default() -> Lit {
        Lit { columns: vec![0; 256], rows: vec![0; 256] }
    }
}

impl Lit {
    /// Takes in another's.
    pub fn join(&mut self, other: &Lit) {
        for (a, b) in self.columns.iter_mut().zip(&other.columns).chain(self.rows.iter_mut().zip(&other.rows)) {
            *a = (*a).max(*b);
        }
    }
}

/// A run of light that is brighter (or darker) than both its sides.
struct Stroke {
    x: usize,
    y: usize,
    light: u8,
}

impl Closeup {
    /// Bytes of a closeup in a file.
    pub const BYTES: usize = 8 + 6 * 4 + GRID.1 * 4;

    /// Looks closely at frame `frame`; lit columns and rows are added to `lit`.
    pub fn of(view: &View<'_>, frame: i64, lit: &mut Lit) -> Closeup {
        let (w, h) = (view.luma.width, view.luma.height);
        let levels = level_table(view);
        let step = (h / 180).max(1);
        // The widest stroke of the letters that count, and the least step at their edges.
        let widest = (w / 60).clamp(3, 40);
        let (mut row, mut strokes, mut bold) = (Vec::new(), Vec::new(), vec![0u32; 256]);
        let (mut plain, mut seen) = (0usize, 0usize);
        let mut noise = Noise::default();
        let mut columns = vec![0u32; w];
        let mut rows = 0;
        for y in (0..h).step_by(step) {
            view.luma_row(y, &mut row);
            row.iter_mut().for_each(|v| *v = levels[*v as usize]);
            let mean = row.iter().map(|&v| u32::from(v)).sum::<u32>() / w as u32;
            // A row looked at stands for those up to the next.
            let bands = y * 256 / h..((y + step) * 256 / h).clamp(y * 256 / h + 1, 256);
            lit.rows[bands].iter_mut().for_each(|band| *band = (*band).max(mean as u8));
            columns.iter_mut().zip(&row).for_each(|(c, &v)| *c += u32::from(v));
            rows += 1;
            plain += row.windows(2).filter(|p| p[0].abs_diff(p[1]) <= 3).count();
            seen += w.saturating_sub(1);
            find_strokes(&row, y, widest, &mut strokes);
            if rows % 2 == 1 {
                find_bold(&row, widest, w / 7, &mut bold);
            }
            if rows % 3 == 1 {
                noise.row(&row);
            }
        }
        for (band, lit) in lit.columns.iter_mut().enumerate() {
            // Pictures narrower than 256 give some columns to several bands.
            let mean = columns[band * w / 256] / rows.max(1);
            *lit = (*lit).max(mean as u8);
        }
        // The turn of the picture does not matter to a share or a count; it does to bands of text, which rotated
        // phone video seldom has.
        let mut closeup =
            Closeup { frame, noise: noise.deviation(), plain: plain as f32 / seen.max(1) as f32, ..Closeup::default() };
        // Of one ink, as strokes are.
        let of_ink = bold.windows(7).map(|w| w.iter().sum::<u32>()).max().unwrap_or(0);
        closeup.bold = of_ink as f32 / (rows / 2).max(1) as f32;
        closeup.write_strokes(&strokes, w, h, rows);
        closeup
    }

    fn write_strokes(&mut self, strokes: &[Stroke], w: usize, h: usize, rows: u32) {
        if strokes.is_empty() {
            return;
        }
        let mut inks = [0u32; 256];
        strokes.iter().for_each(|s| inks[s.light as usize] += 1);
        // The ink: the best band of eleven codes.
        let width = 11;
        let best = (0..=256 - width).max_by_key(|&a| inks[a..a + width].iter().sum::<u32>()).unwrap_or(0);
        let of_ink: Vec<&Stroke> =
            strokes.iter().filter(|s| (best..best + width).contains(&(s.light as usize))).collect();
        self.ink = of_ink.len() as f32 / strokes.len() as f32;
        self.density = of_ink.len() as f32 / rows.max(1) as f32;
        let mut by_row = vec![0u16; h];
        let mut by_cell = [[0u16; GRID.0]; GRID.1];
        for s in &of_ink {
            by_row[s.y] += 1;
            by_cell[s.y * GRID.1 / h][s.x * GRID.0 / w] += 1;
        }
        let step = (h / 180).max(1);
        let busy: Vec<bool> = by_row.iter().step_by(step).map(|&n| n >= 3).collect();
        // A line of text is a band of busy rows between quiet ones.
        let (mut in_bands, mut run) = (0usize, 0usize);
        let tall = busy.len() / 6;
        for &b in busy.iter().chain([&false]) {
            if b {
                run += 1;
            } else {
                if (2..=tall).contains(&run) {
                    in_bands += run;
                }
                run = 0;
            }
        }
        let total = busy.iter().filter(|b| **b).count();
        self.lines = if total == 0 { 0.0 } else { in_bands as f32 / total as f32 };
        for (bits, cells) in self.strokes.iter_mut().zip(by_cell) {
            *bits = cells.iter().enumerate().filter(|(_, n)| **n >= 3).fold(0, |bits, (i, _)| bits | 1 << i);
        }
    }

    /// Appends the closeup's bytes.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.frame.to_le_bytes());
        for v in [self.noise, self.density, self.ink, self.plain, self.lines, self.bold] {
            out.extend(v.to_le_bytes());
        }
        self.strokes.iter().for_each(|s| out.extend(s.to_le_bytes()));
    }

    /// Reads what [`Closeup::write`] wrote; `None` if bytes are missing.
    pub fn read(bytes: &[u8]) -> Option<Closeup> {
        let bytes = bytes.get(..Closeup::BYTES)?;
        let four = |at: usize| [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        let f = |i: usize| f32::from_le_bytes(four(8 + 4 * i));
        Some(Closeup {
            frame: i64::from_le_bytes(bytes[..8].try_into().ok()?),
            noise: f(0),
            density: f(1),
            ink: f(2),
            plain: f(3),
            lines: f(4),
            bold: f(5),
            strokes: std::array::from_fn(|i| u32::from_le_bytes(four(32 + 4 * i))),
        })
    }
}

/// Finds narrow light runs between two steep edges.
#[multiversion(targets("x86_64+avx2"))]
fn find_strokes(row: &[u8], y: usize, widest: usize, out: &mut Vec<Stroke>) {
    const STEEP: i32 = 28;
    let at = |i: usize| i32::from(row[i]);
    let mut rise: Option<usize> = None;
    let mut i = 2;
    while i < row.len() {
        // Most of most pictures has no steep edge: such stretches are passed over at once.
        if let (Some(here), Some(before)) = (row.get(i..i + 32), row.get(i - 2..i + 30))
            && here.iter().zip(before).fold(0, |most, (a, b)| a.abs_diff(*b).max(most)) < STEEP as u8
        {
            i += 32;
            continue;
        }
        let d = at(i) - at(i - 2);
        if d >= STEEP {
            rise = Some(i);
        } else if d <= -STEEP
            && let Some(from) = rise
        {
            if i - from <= widest && i >= from {
                // The stroke's own light: its brightest sample.
                let light = row[from - 1..=i - 1].iter().copied().max().unwrap_or(0);
                out.push(Stroke { x: (from + i) / 2, y, light });
            }
            rise = None;
            i += 1;
        }
        i += 1;
    }
}

/// Counts runs of even light, wider than `widest` and narrower than `limit`, between a rise and a fall, by their light.
#[multiversion(targets("x86_64+avx2"))]
fn find_bold(row: &[u8], widest: usize, limit: usize, out: &mut [u32]) {
    const HIGH: u8 = 50;
    // Both sides are looked at a few samples away, past the soft edge.
    const EDGE: usize = 4;
    // Without a high step on the left there is no run.
    let step = row.iter().skip(EDGE).zip(row).fold(0, |most, (here, before)| here.saturating_sub(*before).max(most));
    if step <= HIGH {
        return;
    }
    let mut from = 0;
    while from < row.len() {
        let light = row[from];
        let mut to = from + 1;
        while to < row.len() && row[to].abs_diff(light) <= 3 {
            to += 1;
        }
        if to - from > widest.min(8)
            && to - from < limit
            && from >= EDGE
            && to + EDGE <= row.len()
            && light > row[from - EDGE].saturating_add(HIGH)
            && light > row[to + EDGE - 1].saturating_add(HIGH)
        {
            out[light as usize] += 1;
        }
        from = to;
    }
}

/// Blind noise estimate: the deviation of second differences in the plainest short runs of all rows.
///
/// A second difference of independent noise of deviation s has deviation s * sqrt(6) (Immerkær 1996, in one dimension).
#[derive(Default)]
struct Noise {
    /// Sums of absolute second differences over runs of 16 samples, counted.
    runs: Vec<u16>,
}

impl Noise {
    fn row(&mut self, row: &[u8]) {
        for run in row.chunks_exact(18) {
            // Clipped black or white hides noise.
            if run.iter().any(|&v| v <= 3 || v >= 252) {
                continue;
            }
            let sum: u16 =
                run.windows(3).map(|p| (i16::from(p[0]) - 2 * i16::from(p[1]) + i16::from(p[2])).unsigned_abs()).sum();
            self.runs.push(sum);
        }
    }

    fn deviation(mut self) -> f32 {
        if self.runs.len() < 50 {
            return -1.0;
        }
        // The plainest fifth is mostly noise; the lower tenth of noise alone lies below its mean by this factor.
        let at = self.runs.len() / 10;
        let low = f32::from(*self.runs.select_nth_unstable(at).1) / 16.0;
        // Mean absolute value to deviation of a normal variable, then the second difference's gain.
        const BELOW: f32 = 0.76;
        low / BELOW * 1.2533 / 6f32.sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::Plane;

    fn look(bytes: &[u8], w: usize, h: usize) -> (Closeup, Lit) {
        let luma = Plane { bytes, stride: w, width: w, height: h };
        let view = View { luma, chroma: None, bits: 8, full: true, rotation: 0, aspect: h as f32 / w as f32 };
        let mut lit = Lit::default();
        let c = Closeup::of(&view, 0, &mut lit);
        (c, lit)
    }

    /// Roughly normal numbers of deviation 1, the same each time.
    fn normal(seed: &mut u64) -> f32 {
        let mut sum = 0.0;
        for _ in 0..12 {
            *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            sum += (*seed >> 40) as f32 / (1u64 << 24) as f32;
        }
        sum - 6.0
    }

    #[test]
    fn noise_is_measured_within_a_quarter() {
        for true_noise in [2.0f32, 5.0, 9.0] {
            let mut seed = 7;
            let bytes: Vec<u8> = (0..640 * 360)
                .map(|i| {
                    (110.0 + (i % 640) as f32 / 16.0 + true_noise * normal(&mut seed)).round().clamp(0.0, 255.0) as u8
                })
                .collect();
            let (c, _) = look(&bytes, 640, 360);
            assert!((c.noise / true_noise - 1.0).abs() < 0.25, "{true_noise}: {}", c.noise);
        }
        assert!(look(&[100; 640 * 360], 640, 360).0.noise < 0.1);
    }

    #[test]
    fn writing_has_one_ink_and_stands_in_lines() {
        let text: Vec<u8> = (0..640 * 360)
            .map(|i| {
                let (x, y) = (i % 640, i / 640);
                if y % 30 < 10 && (100..540).contains(&x) && x % 7 < 3 { 240 } else { 30 }
            })
            .collect();
        let (c, _) = look(&text, 640, 360);
        assert!(c.density > 5.0 && c.ink > 0.95 && c.lines > 0.95 && c.plain > 0.6, "{c:?}");
        let mut seed = 3;
        let grass: Vec<u8> =
            (0..640 * 360).map(|_| (128.0 + 40.0 * normal(&mut seed)).clamp(0.0, 255.0) as u8).collect();
        let (g, _) = look(&grass, 640, 360);
        assert!(g.ink < 0.4 && g.lines < 0.2 && g.plain < 0.2, "{g:?}");
        let mut bytes = Vec::new();
        c.write(&mut bytes);
        assert_eq!((bytes.len(), Closeup::read(&bytes)), (Closeup::BYTES, Some(c)));
    }

    #[test]
    fn bars_are_never_lit() {
        let bytes: Vec<u8> = (0..640 * 360).map(|i| if (45..315).contains(&(i / 640)) { 120 } else { 2 }).collect();
        let (_, lit) = look(&bytes, 640, 360);
        assert!(lit.rows[..30].iter().all(|&v| v < 10) && lit.rows[40] > 100 && lit.columns[0] > 60);
    }
}
