//! The poster: the best frame of the edit, with or without its title.

use std::path::Path;

use image::RgbImage;
use jobs::Cancel;
use media::encode::Codec;
use timeline::{Kind, Locked, Media, ReelMedia, TitleCard, TitleStyle};

use crate::canvas::Canvas;
use crate::still::{StillError, rgb, save};
use crate::title::Setter;

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct PosterSpec {
    /// Frame of the timeline; `None` takes the one that scores best.
    pub frame: Option<i64>,
    /// Lettering at the foot.
    pub title: Option<String>,
}

/// Writes a poster of `locked` to `out` (PNG, or JPEG by its ending) and gives the frame of the timeline that it shows.
///
/// The best frame is sharp, colourful, of good contrast and neither dark nor blown out; three frames of each reel clip are
/// weighed.
///
/// # Errors
/// [`StillError`] where a reel cannot be read, the disk refuses, or when told to stop.
pub fn poster(locked: &Locked, spec: &PosterSpec, out: &Path, cancel: &Cancel) -> Result<i64, StillError> {
    let timeline = locked.timeline();
    let path = |reel: &ReelMedia| locked.path(reel).to_owned();
    let mut canvas = Canvas::new(timeline, &path, Codec::H264)?;
    let mut best = (f32::MIN, 0);
    let mut candidates: Vec<i64> = spec.frame.into_iter().collect();
    if candidates.is_empty() {
        let clips = timeline
            .clips()
            .filter(|(track, _, c)| timeline.tracks[*track].kind == Kind::Picture && matches!(c.media, Media::Reel(_)));
        candidates = clips.flat_map(|(_, r, _)| [1, 2, 3].map(|q| r.start() + r.len() * q / 4)).collect();
        candidates.sort_unstable();
    }
    for &frame in &candidates {
        cancel.check()?;
        let score = score(&rgb(&canvas.frame(frame)?, 320, 320)?);
        if score > best.0 {
            best = (score, frame);
        }
    }
    let full = canvas.frame(best.1)?;
    let mut picture = rgb(&full, full.width(), full.height())?;
    if let Some(title) = spec.title.as_deref().filter(|t| !t.trim().is_empty()) {
        letter(&mut picture, title);
    }
    save(&picture, out)?;
    Ok(best.1)
}

/// How well a picture would stand on a wall.
fn score(picture: &RgbImage) -> f32 {
    let (w, h) = picture.dimensions();
    let n = (w * h) as f32;
    let luma = |x: u32, y: u32| {
        let [r, g, b] = picture.get_pixel(x, y).0.map(f32::from);
        (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255.0
    };
    let (mut sum, mut square, mut edge, mut colour) = (0f32, 0f32, 0f32, 0f32);
    for y in 0..h {
        for x in 0..w {
            let l = luma(x, y);
            sum += l;
            square += l * l;
            if x + 1 < w && y + 1 < h {
                edge += (l - luma(x + 1, y)).abs() + (l - luma(x, y + 1)).abs();
            }
            let p = picture.get_pixel(x, y).0;
            colour += f32::from(p.iter().max().expect("three") - p.iter().min().expect("three")) / 255.0;
        }
    }
    let mean = sum / n;
    let contrast = (square / n - mean * mean).max(0.0).sqrt();
    let exposure = 1.0 - ((mean - 0.45).abs() * 2.0).min(1.0);
    // Sharp enough is sharp enough: leaves and grass are no better than a face.
    contrast * 2.0 + (edge / n).min(0.05) * 4.0 + colour / n * 0.8 + exposure
}

/// Letters the title at the foot, on ground darkened towards it.
fn letter(picture: &mut RgbImage, title: &str) {
    let (w, h) = picture.dimensions();
    let card = TitleCard { lines: vec![title.to_owned()], style: TitleStyle::Title };
    let set = Setter::new().set(&card, w, h);
    let Some([_, top, _, bottom]) = set.bounds() else { return };
    // The card is set in the middle; here it stands a tenth above the foot.
    let down = (h - h / 10).saturating_sub(bottom);
    let shade = h.saturating_sub((bottom - top) * 3 + h / 10);
    for y in shade..h {
        let dark = 1.0 - 0.75 * ((y - shade) as f32 / (h - shade) as f32).powf(0.8);
        for x in 0..w {
            let pixel = picture.get_pixel_mut(x, y);
            pixel.0 = pixel.0.map(|v| (f32::from(v) * dark) as u8);
        }
    }
    for y in top..bottom {
        for x in 0..w {
            let covered = f32::from(set.coverage[(y * w + x) as usize]) / 255.0;
            if covered > 0.0 && y + down < h {
                let pixel = picture.get_pixel_mut(x, y + down);
                pixel.0 = pixel.0.map(|v| (f32::from(v) * (1.0 - covered) + 238.0 * covered) as u8);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lively_picture_beats_black_white_and_gray() {
        let plain = |v: u8| RgbImage::from_pixel(64, 36, image::Rgb([v; 3]));
        let lively = RgbImage::from_fn(64, 36, |x, y| {
            image::Rgb([(x * 4) as u8, (y * 7) as u8, if (x / 8 + y / 8) % 2 == 0 { 220 } else { 30 }])
        });
        assert!([0, 128, 255].iter().all(|&v| score(&lively) > score(&plain(v))));
    }

    #[test]
    fn the_title_stands_at_the_foot() {
        let mut picture = RgbImage::from_pixel(320, 180, image::Rgb([100; 3]));
        letter(&mut picture, "Bunny");
        let light: Vec<u32> = picture.enumerate_pixels().filter(|(_, _, p)| p.0[0] > 180).map(|(_, y, _)| y).collect();
        assert!(!light.is_empty() && light.iter().all(|&y| (100..175).contains(&y)));
        assert_eq!(picture.get_pixel(10, 20).0[0], 100);
    }
}
