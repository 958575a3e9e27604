//! A shot's filmstrip: small pictures of it side by side, left to right as time goes.

use std::path::{Path, PathBuf};

use film::FrameRange;
use image::{RgbImage, imageops};

use super::picture_file;
use super::still;

/// Height and width of the square that each small picture fits in.
pub const SIDE: u32 = 112;
/// Most pictures in a strip.
const MOST: usize = 8;
/// Pixels between two pictures.
const GAP: u32 = 2;

/// One small picture taken while the reel was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Small {
    /// Its frame.
    pub frame: i64,
    /// It as JPEG.
    pub jpeg: Vec<u8>,
}

/// File of the strip of the shot that begins at frame `start`, in a reel's folder.
pub(crate) fn file(folder: &Path, start: i64) -> PathBuf {
    folder.join("strips").join(format!("{start:08}.jpg"))
}

/// Writes the strip of the shot whose own frames are `range`: of `smalls` (rising) up to eight at even distances, of a shot
/// too short to have any its key picture alone; of one that has neither, nothing.
pub(crate) fn write(
    folder: &Path,
    start: i64,
    range: FrameRange,
    key_frame: i64,
    smalls: &[Small],
) -> std::io::Result<()> {
    let own =
        &smalls[smalls.partition_point(|s| s.frame < range.start())..smalls.partition_point(|s| s.frame < range.end())];
    // The worker that made them may have been led astray by a hostile file: what is no picture is left out.
    let mut pictures: Vec<RgbImage> = chosen(own.len()).filter_map(|i| decode(&own[i].jpeg)).collect();
    if pictures.is_empty() {
        let key = std::fs::read(picture_file(folder, key_frame)).ok().and_then(|b| decode(&b));
        pictures.extend(key.map(|p| {
            let scale = f64::from(SIDE) / f64::from(p.width().max(p.height()));
            let side = |n: u32| ((f64::from(n) * scale) as u32).max(2);
            imageops::thumbnail(&p, side(p.width()), side(p.height()))
        }));
    }
    let Some(height) = pictures.iter().map(RgbImage::height).max() else { return Ok(()) };
    let width = pictures.iter().map(|p| p.width() + GAP).sum::<u32>() - GAP;
    let mut strip = RgbImage::new(width, height);
    let mut x = 0;
    for picture in &pictures {
        imageops::replace(&mut strip, picture, x, 0);
        x += i64::from(picture.width() + GAP);
    }
    still::save(&file(folder, start), &strip)
}

/// Which of `n` pictures: all, or eight at even distances.
fn chosen(n: usize) -> impl Iterator<Item = usize> {
    let take = n.min(MOST);
    (0..take).map(move |i| (2 * i + 1) * n / (2 * take))
}

fn decode(jpeg: &[u8]) -> Option<RgbImage> {
    let picture = image::load_from_memory_with_format(jpeg, image::ImageFormat::Jpeg).ok()?.to_rgb8();
    // Larger than any that we make: not ours.
    (picture.width() <= still::WIDEST && picture.height() <= still::WIDEST).then_some(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small(frame: i64, red: u8) -> Small {
        let picture = RgbImage::from_pixel(SIDE, 62, image::Rgb([red, 0, 0]));
        Small { frame, jpeg: still::jpeg(&picture).unwrap() }
    }

    #[test]
    fn eight_pictures_in_the_order_of_time() {
        let folder = tempfile::tempdir().unwrap();
        let smalls: Vec<Small> = (0..40).map(|i| small(i * 12, (i * 6) as u8)).collect();
        write(folder.path(), 96, FrameRange::new(100, 400), 200, &smalls).unwrap();
        let strip = image::open(file(folder.path(), 96)).unwrap().to_rgb8();
        assert_eq!(strip.dimensions(), (8 * (SIDE + GAP) - GAP, 62));
        let reds: Vec<u8> = (0..8).map(|i| strip.get_pixel(i * (SIDE + GAP) + SIDE / 2, 30).0[0]).collect();
        assert!(reds.windows(2).all(|r| r[0] < r[1]), "{reds:?}");
        assert!(reds[0].abs_diff(9 * 6) < 12 && reds[7].abs_diff(32 * 6) < 12, "{reds:?}");
    }

    #[test]
    fn a_short_shot_shows_its_key_picture_and_rubbish_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let rubbish = [Small { frame: 5, jpeg: b"no picture".to_vec() }];
        write(folder.path(), 0, FrameRange::new(0, 8), 4, &rubbish).unwrap();
        assert!(!file(folder.path(), 0).exists(), "no picture at all");
        still::save(&picture_file(folder.path(), 4), &RgbImage::from_pixel(400, 225, image::Rgb([0, 200, 0]))).unwrap();
        write(folder.path(), 0, FrameRange::new(0, 8), 4, &rubbish).unwrap();
        assert_eq!(image::open(file(folder.path(), 0)).unwrap().width(), SIDE);
    }
}
