//! Lettering: title cards set in type.

use std::collections::BTreeSet;

use cosmic_text::fontdb::{Database, Source};
use cosmic_text::{
    Align, Attrs, Buffer, CacheKeyFlags, Family, FontSystem, Metrics, Shaping, SwashCache, SwashContent, Weight, Wrap,
};
use film::{Color, ColorRange};
use media::Raster;
use media::raster::{Layout, RasterError};
use timeline::{TitleCard, TitleStyle};

/// Share of the canvas, each way, that lettering keeps to (SMPTE RP 2046: the safe title area).
const SAFE: f32 = 0.9;

/// A card set in type for one canvas: how much of each pixel the letters cover.
#[derive(Clone, Debug)]
pub struct Lettering {
    /// Pixels across.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Coverage, 0 to 255, line by line.
    pub coverage: Vec<u8>,
    /// How bright the letters are, 0 to 1.
    pub brightness: f32,
    /// Lines of type that it took.
    pub lines: usize,
    /// What a person should know: letters that no font has.
    pub notes: Vec<String>,
}

/// Sets cards in type: the fonts of this room and, for scripts they lack, those of the system.
pub struct Setter {
    fonts: Database,
    systems: Vec<(&'static str, FontSystem)>,
    cache: SwashCache,
}

/// How a style looks; lengths in units of the canvas (see [`unit`]), spacing in ems.
struct Look {
    size: f32,
    least: f32,
    leading: f32,
    spacing: f32,
    weight: u16,
    brightness: f32,
    capitals: bool,
    /// Lines of type that one line of text may take before it is set smaller.
    wrap: usize,
}

impl Look {
    fn of(style: TitleStyle) -> Look {
        match style {
            TitleStyle::Title => Look {
                size: 0.105,
                least: 0.05,
                leading: 1.3,
                spacing: 0.2,
                weight: 400,
                brightness: 0.92,
                capitals: true,
                wrap: 2,
            },
            TitleStyle::Card => Look {
                size: 0.058,
                least: 0.036,
                leading: 1.42,
                spacing: 0.03,
                weight: 300,
                brightness: 0.9,
                capitals: false,
                wrap: 3,
            },
            TitleStyle::Credit => Look {
                size: 0.027,
                least: 0.02,
                leading: 1.5,
                spacing: 0.02,
                weight: 400,
                brightness: 0.72,
                capitals: false,
                wrap: 3,
            },
        }
    }
}

/// Lines of a 16:9 canvas of the same area: sizes of type follow it, so that portrait and square canvases read alike.
fn unit(width: u32, height: u32) -> f32 {
    (width as f32 * height as f32).sqrt() * 0.75
}

impl Default for Setter {
    fn default() -> Setter {
        Setter::new()
    }
}

impl Setter {
    /// A setter with the fonts of this room and of the system.
    pub fn new() -> Setter {
        let mut setter = Setter::without_system_fonts();
        setter.fonts.load_system_fonts();
        setter
    }

    /// A setter that knows the fonts of this room alone.
    pub fn without_system_fonts() -> Setter {
        let mut fonts = Database::new();
        for font in [&include_bytes!("../fonts/Lato-Light.ttf")[..], &include_bytes!("../fonts/Lato-Regular.ttf")[..]] {
            fonts.load_font_source(Source::Binary(std::sync::Arc::new(font)));
        }
        Setter { fonts, systems: Vec::new(), cache: SwashCache::new() }
    }

    /// Sets `card` for a canvas of `width` by `height` pixels, inside the safe title area.
    ///
    /// Lines too long are broken into lines of like length, then set smaller; a single word too long for the smallest size
    /// is broken within.
    pub fn set(&mut self, card: &TitleCard, width: u32, height: u32) -> Lettering {
        let look = Look::of(card.style);
        let text = if look.capitals { capitals(&card.lines.join("\n")) } else { card.lines.join("\n") };
        let mut lettering = Lettering {
            width,
            height,
            coverage: vec![0; width as usize * height as usize],
            brightness: look.brightness,
            lines: 0,
            notes: Vec::new(),
        };
        if text.trim().is_empty() {
            return lettering;
        }
        let system = system(&mut self.systems, &self.fonts, locale(&text));
        let buffer = fit(system, &text, &look, width, height);
        let (used, top) = (block_height(&buffer), height as f32 * (1.0 - SAFE) / 2.0);
        let area = height as f32 * SAFE;
        // The eye's middle lies a little above the ruler's.
        let y = match card.style {
            TitleStyle::Credit => top + area - used,
            _ => (top + (area - used) * 0.48).max(0.0),
        };
        let mut missing = BTreeSet::new();
        for run in buffer.layout_runs() {
            lettering.lines += 1;
            let left = (width as f32 - ink(&run)) / 2.0;
            let from = run.glyphs.iter().map(|g| g.x).fold(f32::INFINITY, f32::min);
            for glyph in run.glyphs {
                if glyph.glyph_id == 0 {
                    missing.extend(
                        run.text[glyph.start..glyph.end].chars().filter(|c| !c.is_control() && !c.is_whitespace()),
                    );
                }
                let placed = glyph.physical((left - from, y + run.line_y), 1.0);
                if let Some(image) = self.cache.get_image(system, placed.cache_key) {
                    let (dx, dy) = (placed.x + image.placement.left, placed.y - image.placement.top);
                    draw(&mut lettering, image, dx, dy);
                }
            }
        }
        if !missing.is_empty() {
            let scripts: BTreeSet<&str> = missing.iter().map(|&c| script(c)).collect();
            let letters: String = missing.iter().take(8).collect();
            lettering.notes.push(format!(
                "no font on this system has {} letters ({letters}) for the card `{}`, which shows boxes in their place; install one (on Debian or Ubuntu the package {})",
                scripts.iter().copied().collect::<Vec<_>>().join(" and "),
                card.lines.join(" / "),
                if scripts.iter().any(|s| ["Chinese", "Japanese", "Korean"].contains(s)) { "fonts-noto-cjk" } else { "fonts-noto-core" },
            ));
        }
        lettering
    }
}

impl Setter {
    /// One line of `size` pixels, from the left, cut off at `width`; for sheets and labels.
    pub(crate) fn line(&mut self, text: &str, size: f32, width: u32, height: u32) -> Lettering {
        let look = Look { spacing: 0.0, weight: 400, ..Look::of(TitleStyle::Credit) };
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let system = system(&mut self.systems, &self.fonts, locale(&text));
        let buffer = lay(system, &text, &look, size, 1e6, Wrap::None);
        let coverage = vec![0; width as usize * height as usize];
        let mut line = Lettering { width, height, coverage, brightness: 1.0, lines: 1, notes: Vec::new() };
        for run in buffer.layout_runs() {
            let from = run.glyphs.iter().map(|g| g.x).fold(f32::INFINITY, f32::min);
            for glyph in run.glyphs {
                let placed = glyph.physical((-from, run.line_y), 1.0);
                if let Some(image) = self.cache.get_image(system, placed.cache_key) {
                    draw(&mut line, image, placed.x + image.placement.left, placed.y - image.placement.top);
                }
            }
        }
        line
    }
}

impl Lettering {
    /// The card on black, in `layout` and `color`.
    pub fn on_black(&self, layout: &Layout, color: Color) -> Result<Raster, RasterError> {
        let range = color.range.unwrap_or(ColorRange::Limited);
        let mut raster = Raster::new(&layout.format, self.width, self.height)?;
        let (black, white) = (layout.gray(0.0, range), layout.gray(self.brightness, range));
        raster.fill(&black);
        raster.set_color(color);
        for plane in 0..if layout.rgb { 3 } else { 1 } {
            let (low, high) = (u32::from(black[plane]), u32::from(white[plane]));
            let s = raster.plane_mut(plane);
            for (row, covered) in s.bytes.chunks_mut(s.stride).zip(self.coverage.chunks(s.width)) {
                for (x, &c) in covered.iter().enumerate().filter(|(_, c)| **c > 0) {
                    let code = (low * (255 - u32::from(c)) + high * u32::from(c) + 127) / 255;
                    if layout.bytes() == 2 {
                        row[2 * x..2 * x + 2].copy_from_slice(&(code as u16).to_le_bytes());
                    } else {
                        row[x] = code as u8;
                    }
                }
            }
        }
        Ok(raster)
    }

    /// The smallest box around the letters, `[left, top, right, bottom)`; `None` if there are none.
    pub fn bounds(&self) -> Option<[u32; 4]> {
        let w = self.width as usize;
        let inked =
            || self.coverage.iter().enumerate().filter(|(_, c)| **c > 0).map(|(i, _)| ((i % w) as u32, (i / w) as u32));
        let left = inked().map(|(x, _)| x).min()?;
        let right = inked().map(|(x, _)| x).max()?;
        Some([left, inked().next()?.1, right + 1, inked().next_back()?.1 + 1])
    }
}

/// The largest setting that keeps to the safe area.
fn fit(system: &mut FontSystem, text: &str, look: &Look, width: u32, height: u32) -> Buffer {
    let (across, down) = (width as f32 * SAFE, height as f32 * SAFE);
    let unit = unit(width, height);
    // Below some twelve lines a letter cannot be read on any screen.
    let (largest, least) = ((look.size * unit).max(13.0), (look.least * unit).max(12.0));
    let most = text.lines().count() * look.wrap;
    let mut size = largest.max(least);
    loop {
        let last = size <= least;
        let wrap = if last { Wrap::WordOrGlyph } else { Wrap::Word };
        let mut buffer = lay(system, text, look, size, across, wrap);
        let lines = buffer.layout_runs().count();
        let fits =
            buffer.layout_runs().all(|run| ink(&run) <= across + 0.5) && block_height(&buffer) <= down && lines <= most;
        // One line a line of text is best, at up to a quarter smaller.
        let single = lines <= text.lines().count();
        if fits && (single || size <= largest * 0.75) || size <= least * 0.5 || last && fits {
            balance(system, text, look, size, across, wrap, &mut buffer);
            return buffer;
        }
        // Below the least size only to keep to the area: letters cut off are worse than small ones.
        size = if last { size * 0.9 } else { (size * 0.95).max(least) };
    }
}

/// Narrows the column as far as the number of lines stays, so that broken lines come out of like length.
fn balance(system: &mut FontSystem, text: &str, look: &Look, size: f32, across: f32, wrap: Wrap, buffer: &mut Buffer) {
    let lines = buffer.layout_runs().count();
    if lines == text.lines().count() {
        return;
    }
    let (mut narrow, mut wide) = (across * 0.3, across);
    for _ in 0..9 {
        let middle = (narrow + wide) / 2.0;
        let trial = lay(system, text, look, size, middle, wrap);
        let good = trial.layout_runs().count() == lines && trial.layout_runs().all(|run| ink(&run) <= middle + 0.5);
        if good {
            wide = middle;
            *buffer = trial;
        } else {
            narrow = middle;
        }
    }
}

fn lay(system: &mut FontSystem, text: &str, look: &Look, size: f32, across: f32, wrap: Wrap) -> Buffer {
    let mut buffer = Buffer::new(system, Metrics::new(size, size * look.leading));
    buffer.set_wrap(wrap);
    buffer.set_size(Some(across), None);
    // Letters of joined scripts must touch; Chinese, Japanese and Korean ones stand apart by themselves.
    let square = |c| ["Chinese", "Japanese", "Korean"].contains(&script(c));
    let spacing = if text.chars().any(joined) {
        0.0
    } else if text.chars().any(square) {
        look.spacing.min(0.08)
    } else {
        look.spacing
    };
    let attrs = Attrs::new()
        .family(Family::Name("Lato"))
        .weight(Weight(look.weight))
        .letter_spacing(spacing)
        .cache_key_flags(CacheKeyFlags::DISABLE_HINTING);
    buffer.set_text(text, &attrs, Shaping::Advanced, Some(Align::Left));
    buffer.shape_until_scroll(system, false);
    buffer
}

fn block_height(buffer: &Buffer) -> f32 {
    buffer.layout_runs().map(|run| run.line_top + run.line_height).fold(0.0, f32::max)
}

/// Width of a line without the space that follows its last letter.
fn ink(run: &cosmic_text::LayoutRun<'_>) -> f32 {
    let solid = || run.glyphs.iter().filter(|g| !run.text[g.start..g.end].chars().all(char::is_whitespace));
    let left = solid().map(|g| g.x).fold(f32::INFINITY, f32::min);
    let right = solid().map(|g| g.x + g.w).fold(0.0, f32::max);
    (right - left).max(0.0)
}

fn draw(lettering: &mut Lettering, image: &cosmic_text::SwashImage, left: i32, top: i32) {
    let (across, down) = (image.placement.width as usize, image.placement.height as usize);
    let step = match image.content {
        SwashContent::Mask => 1,
        SwashContent::Color | SwashContent::SubpixelMask => 4,
    };
    for y in 0..down {
        let Some(line) = usize::try_from(top + y as i32).ok().filter(|&l| l < lettering.height as usize) else {
            continue;
        };
        for x in 0..across {
            let Some(column) = usize::try_from(left + x as i32).ok().filter(|&c| c < lettering.width as usize) else {
                continue;
            };
            let covered = image.data[(y * across + x) * step + step - 1];
            let at = &mut lettering.coverage[line * lettering.width as usize + column];
            *at = (255 - (255 - u32::from(*at)) * (255 - u32::from(covered)) / 255) as u8;
        }
    }
}

/// Capitals, as names of films are set; a lone sharp s stays.
fn capitals(text: &str) -> String {
    text.chars().flat_map(|c| if c == 'ß' { vec!['ẞ'] } else { c.to_uppercase().collect() }).collect()
}

/// The language whose shapes of shared Chinese characters are meant.
fn locale(text: &str) -> &'static str {
    match text.chars().map(script).find(|s| ["Japanese", "Korean"].contains(s)) {
        Some("Japanese") => "ja",
        Some(_) => "ko",
        None if text.chars().any(|c| script(c) == "Chinese") => "zh-CN",
        None => "en-US",
    }
}

fn system<'a>(
    systems: &'a mut Vec<(&'static str, FontSystem)>,
    fonts: &Database,
    locale: &'static str,
) -> &'a mut FontSystem {
    let at = systems.iter().position(|(l, _)| *l == locale).unwrap_or_else(|| {
        systems.push((locale, FontSystem::new_with_locale_and_db(locale.to_owned(), fonts.clone())));
        systems.len() - 1
    });
    &mut systems[at].1
}

/// Scripts whose letters join: Arabic and its neighbors, the scripts of India and South-East Asia.
fn joined(c: char) -> bool {
    matches!(u32::from(c), 0x0600..=0x08FF | 0x0900..=0x0DFF | 0x0E00..=0x109F | 0x1780..=0x18AF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF)
}

/// A script's name in plain words, by the block of the letter.
fn script(c: char) -> &'static str {
    match u32::from(c) {
        0x0000..=0x024F | 0x1E00..=0x1EFF => "Latin",
        0x0370..=0x03FF | 0x1F00..=0x1FFF => "Greek",
        0x0400..=0x052F => "Cyrillic",
        0x0530..=0x058F => "Armenian",
        0x0590..=0x05FF => "Hebrew",
        0x0600..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => "Arabic",
        0x0900..=0x097F => "Devanagari",
        0x0980..=0x09FF => "Bengali",
        0x0A00..=0x0DFF => "Indian",
        0x0E00..=0x0E7F => "Thai",
        0x10A0..=0x10FF => "Georgian",
        0x1200..=0x139F => "Ethiopic",
        0x3040..=0x30FF => "Japanese",
        0xAC00..=0xD7AF | 0x1100..=0x11FF => "Korean",
        0x2E80..=0x2FFF | 0x3100..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF => "Chinese",
        0x1F000..=0x1FAFF => "emoji",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(style: TitleStyle, lines: &[&str]) -> TitleCard {
        TitleCard { lines: lines.iter().map(|l| (*l).to_owned()).collect(), style }
    }

    fn width_of(system: &mut FontSystem, text: &str) -> f32 {
        let look = Look { spacing: 0.0, ..Look::of(TitleStyle::Card) };
        let buffer = lay(system, text, &look, 100.0, 10_000.0, Wrap::Word);
        buffer.layout_runs().map(|r| r.line_w).sum()
    }

    #[test]
    fn letters_are_kerned() {
        let mut setter = Setter::without_system_fonts();
        let system = system(&mut setter.systems, &setter.fonts, "en-US");
        let pair = width_of(system, "AV");
        let sum = width_of(system, "A") + width_of(system, "V");
        assert!(pair < sum - 3.0, "AV {pair} stands closer than A and V {sum}");
    }

    #[test]
    fn every_style_keeps_to_the_safe_area_however_long() {
        let mut setter = Setter::without_system_fonts();
        let long = "The quick brown fox jumps over the lazy dog and then goes on for as long as no editor stops it, which nobody does";
        for style in [TitleStyle::Title, TitleStyle::Card, TitleStyle::Credit] {
            for text in ["I", "Big Buck Bunny", long, "Donaudampfschifffahrtsgesellschaftskapitänsmützenständer"] {
                for (w, h) in [(1920, 1080), (640, 360), (608, 1080), (480, 480)] {
                    let set = setter.set(&card(style, &[text]), w, h);
                    let [l, t, r, b] = set.bounds().expect("there is ink");
                    let (x, y) = (w as f32 * 0.05 - 2.0, h as f32 * 0.05 - 2.0);
                    assert!(
                        l as f32 >= x && r as f32 <= w as f32 - x && t as f32 >= y && b as f32 <= h as f32 - y,
                        "{style:?} {w}x{h} `{text}`: {l} {t} {r} {b}"
                    );
                    assert!(set.notes.is_empty());
                    let off = (l + r) as f32 / 2.0 - w as f32 / 2.0;
                    assert!(off.abs() < w as f32 * 0.02, "{style:?} {w}x{h} `{text}` stands {off} off the middle");
                }
            }
        }
    }

    #[test]
    fn broken_lines_come_out_of_like_length() {
        let mut setter = Setter::without_system_fonts();
        let system = system(&mut setter.systems, &setter.fonts, "en-US");
        let look = Look::of(TitleStyle::Card);
        let buffer = fit(
            system,
            "In a meadow far away lives a rabbit who has had enough of everyone and of squirrels most of all",
            &look,
            640,
            360,
        );
        let lengths: Vec<f32> = buffer.layout_runs().map(|r| ink(&r)).collect();
        assert!(lengths.len() == 2, "{lengths:?}");
        assert!(lengths[0].min(lengths[1]) > 0.7 * lengths[0].max(lengths[1]), "{lengths:?}");
    }

    #[test]
    fn letters_that_no_font_has_are_named_with_a_remedy() {
        let mut setter = Setter::without_system_fonts();
        for (text, script, package) in
            [("أرنب كبير", "Arabic", "fonts-noto-core"), ("大きなうさぎ", "Japanese", "fonts-noto-cjk")]
        {
            let notes = setter.set(&card(TitleStyle::Title, &[text]), 640, 360).notes;
            assert!(
                notes.len() == 1 && notes[0].contains(script) && notes[0].contains(package) && notes[0].contains(text),
                "{notes:?}"
            );
        }
        assert!(setter.set(&card(TitleStyle::Title, &["Crème brûlée, Ελλάδα, Быстрый"]), 640, 360).notes.is_empty());
    }

    #[test]
    fn black_and_white_follow_depth_and_range() {
        let mut setter = Setter::without_system_fonts();
        let set = setter.set(&card(TitleStyle::Title, &["I"]), 320, 180);
        for (format, range, black, white) in [
            ("yuv420p", ColorRange::Limited, 16, 217),
            ("yuv422p10le", ColorRange::Limited, 64, 870),
            ("yuv420p", ColorRange::Full, 0, 235),
        ] {
            let layout = Layout::of(format).unwrap();
            let raster = set.on_black(&layout, Color { range: Some(range), ..Color::default() }).unwrap();
            let plane = raster.plane(0);
            let codes: Vec<u16> = if layout.bytes() == 2 {
                plane.bytes.chunks_exact(2).map(|c| u16::from_le_bytes([c[0], c[1]])).collect()
            } else {
                plane.bytes.iter().map(|b| u16::from(*b)).collect()
            };
            assert_eq!(codes[0], black, "{format}");
            assert!(codes.iter().any(|c| c.abs_diff(white) <= 1), "{format}: {:?}", codes.iter().max());
        }
    }
}
