//! How a reel is split, so that several cores read it and a kill loses little.

use film::{FrameRange, Rate};

/// Seconds of film in a segment, about.
const SECONDS: f64 = 90.0;
/// Seconds of film below which a segment is not split for the sake of a common end.
const SHORT: f64 = 20.0;
/// Segments for each worker of a short reel.
const TURNS: usize = 6;

/// Splits `frames` frames at keyframes for `workers` workers; one segment where decoding can only begin at the start.
pub fn segments(frames: i64, keyframes: &[i64], rate: Rate, can_seek: bool, workers: usize) -> Vec<FrameRange> {
    let whole = vec![FrameRange::new(0, frames)];
    let usual = rate.frames_in_seconds(SECONDS).max(1);
    // A short reel is split so finely that its workers end together, unless it is over in a moment anyway.
    let shares = (TURNS * workers.max(1)) as i64;
    let length = usual.min((frames / shares).max(rate.frames_in_seconds(SHORT))).min(frames / workers.max(1) as i64);
    let length = length.max(rate.frames_in_seconds(5.0)).max(1);
    if !can_seek || frames <= length {
        return whole;
    }
    let mut out = Vec::new();
    let mut start = 0;
    for &key in keyframes.iter().filter(|&&k| k > 0 && k < frames) {
        // The nearest keyframe to the wished length, and no crumb at the end.
        if key - start >= length * 3 / 4 && frames - key >= length / 3 {
            out.push(FrameRange::new(start, key));
            start = key;
        }
    }
    out.push(FrameRange::new(start, frames));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cover_and_begin_at_keyframes() {
        let keys: Vec<i64> = (0..200).map(|i| i * 240).collect();
        let parts = segments(48_000, &keys, Rate::FILM, true, 2);
        assert!(parts.len() > 10);
        assert_eq!((parts[0].start(), parts.last().unwrap().end()), (0, 48_000));
        assert!(parts.windows(2).all(|p| p[0].end() == p[1].start() && p[1].start() % 240 == 0));
        assert!(parts.iter().all(|p| (700..4800).contains(&p.len())));
        assert_eq!(segments(48_000, &keys, Rate::FILM, false, 2).len(), 1);
        assert_eq!(segments(48_000, &[0], Rate::FILM, true, 2).len(), 1);
        let short = segments(1440, &[0, 240, 480, 720, 960, 1200], Rate::FILM, true, 2);
        assert_eq!(short.len(), 3);
        assert_eq!(segments(1, &[0], Rate::FILM, true, 2), [FrameRange::new(0, 1)]);
    }
}
