//! The contact sheet: every clip of the edit on one page.

use std::path::Path;

use film::Timecode;
use image::{Rgb, RgbImage, imageops};
use jobs::Cancel;
use timeline::{Item, Locked};

use crate::still::{ClipStill, StillError, clip_stills, save, source_words};
use crate::title::Setter;

const GROUND: Rgb<u8> = Rgb([24, 24, 24]);
const BRIGHT: [u8; 3] = [224, 224, 224];
const DIM: [u8; 3] = [150, 150, 150];

/// Writes a contact sheet of `locked` to `out` (PNG, or JPEG by its ending): for each clip its picture, number, timecode in
/// the edit, length, and where in the film it comes from.
///
/// # Errors
/// [`StillError`] where a reel cannot be read, the disk refuses, or when told to stop.
pub fn sheet(locked: &Locked, out: &Path, cancel: &Cancel) -> Result<(), StillError> {
    let timeline = locked.timeline();
    let tall = timeline.canvas.height > timeline.canvas.width;
    let (across, down) = if tall { (180, 320) } else { (320, 240) };
    let stills = clip_stills(locked, across, down, cancel)?;
    save(&page(locked, &stills), out)
}

fn page(locked: &Locked, stills: &[ClipStill]) -> RgbImage {
    let timeline = locked.timeline();
    let (w, h) = stills.iter().fold((160, 90), |(w, h), s| (w.max(s.picture.width()), h.max(s.picture.height())));
    let columns = (stills.len() as u32).clamp(1, if w > h { 5 } else { 8 });
    let (margin, gap, foot, head) = (28u32, 18u32, 44u32, 76u32);
    let rows = (stills.len() as u32).div_ceil(columns).max(1);
    let width = 2 * margin + columns * w + (columns - 1) * gap;
    let mut page = RgbImage::from_pixel(width, head + margin + rows * (h + foot + gap), GROUND);
    let mut setter = Setter::new();
    let length = Timecode::new(timeline.len(), timeline.rate, timeline.rate.has_drop_frame());
    let about = format!(
        "{} clips    {length}    {:.3} frames a second    {}x{}",
        stills.len(),
        timeline.rate.fps(),
        timeline.canvas.width,
        timeline.canvas.height
    );
    write(&mut page, &mut setter, &timeline.name, 24.0, (margin, 18), width - 2 * margin, BRIGHT);
    write(&mut page, &mut setter, &about, 13.0, (margin, 50), width - 2 * margin, DIM);
    for (n, still) in stills.iter().enumerate() {
        let (column, row) = (n as u32 % columns, n as u32 / columns);
        let (x, y) = (margin + column * (w + gap), head + row * (h + foot + gap));
        let inset = (i64::from((w - still.picture.width()) / 2), i64::from((h - still.picture.height()) / 2));
        imageops::replace(&mut page, &still.picture, i64::from(x) + inset.0, i64::from(y) + inset.1);
        let Item::Clip(clip) = &timeline.tracks[still.key.0].items[still.key.1] else { continue };
        let at = Timecode::new(still.start, timeline.rate, timeline.rate.has_drop_frame());
        let seconds = timeline.rate.seconds(still.end - still.start);
        write(&mut page, &mut setter, &format!("{}   {at}   {seconds:.1} s", n + 1), 14.0, (x, y + h + 5), w, BRIGHT);
        write(&mut page, &mut setter, &source_words(clip, timeline.rate), 12.0, (x, y + h + 24), w, DIM);
    }
    page
}

/// Letters a line, cut off at `width` pixels.
fn write(
    page: &mut RgbImage,
    setter: &mut Setter,
    text: &str,
    size: f32,
    (x, y): (u32, u32),
    width: u32,
    color: [u8; 3],
) {
    let height = (size * 1.6) as u32;
    let line = setter.line(text, size, width, height);
    for (i, &covered) in line.coverage.iter().enumerate().filter(|(_, c)| **c > 0) {
        let (px, py) = (x + i as u32 % width, y + i as u32 / width);
        let pixel = page.get_pixel_mut(px, py);
        for (to, from) in pixel.0.iter_mut().zip(color) {
            *to = ((u32::from(*to) * (255 - u32::from(covered)) + u32::from(from) * u32::from(covered)) / 255) as u8;
        }
    }
}
