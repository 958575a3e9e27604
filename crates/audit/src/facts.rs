//! What the audit knows of a shot: plain values, from wherever they come.

use serde::{Deserialize, Serialize};

/// How a picture was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Drawn, modeled or animated otherwise.
    Animation,
    /// Photographed.
    LiveAction,
    /// Nobody said.
    #[default]
    Unknown,
}

/// How a shot looks, as the catalogue measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Look {
    /// Day (towards 1) or night (towards 0).
    pub day: f32,
    /// How sure of it, 0 to 1.
    pub day_confidence: f32,
    /// Exterior (towards 1) or interior (towards 0).
    pub exterior: f32,
    /// How sure of it, 0 to 1.
    pub exterior_confidence: f32,
    /// Motion of everything, picture widths a second.
    pub motion: f32,
    /// Mean luma, 0 to 1.
    pub brightness: f32,
    /// Mean saturation, 0 to 1.
    pub saturation: f32,
    /// Hue of the main color in degrees, 0 red, 120 green, 240 blue; `None` where there is no color to speak of.
    pub hue: Option<f32>,
    /// How the picture was made; the caller knows it of the title.
    pub kind: Kind,
}

/// One shot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShotFacts {
    /// Which title it is of.
    pub title: u32,
    /// Which reel it is of; reels are numbered through the library, since a title may have several.
    pub reel: u32,
    /// Which shot of that reel.
    pub shot: u32,
    /// Length in seconds.
    pub seconds: f64,
    /// Length in frames.
    pub frames: u64,
    /// A small descriptor, 0 to 255 for 0 to 1, of one length throughout a library: thumbnails of, say, 16 by 9, all luma
    /// first, then all of one color difference, then all of the other. Bytes, because a large library has many.
    pub picture: Box<[u8]>,
    /// How it looks.
    pub look: Look,
}

/// Root mean square difference of two descriptors, 0 to 1; infinite where they cannot be compared, being empty or of two
/// lengths.
pub(crate) fn distance(a: &[u8], b: &[u8]) -> f64 {
    if a.is_empty() || a.len() != b.len() {
        return f64::INFINITY;
    }
    let square: u32 = a.iter().zip(b).map(|(x, y)| u32::from(x.abs_diff(*y)).pow(2)).sum();
    (f64::from(square) / a.len() as f64).sqrt() / 255.0
}

/// At most `most` of `0..count`, in order, the same ones every time and without any rhythm of their own.
pub(crate) fn sample(count: usize, most: usize) -> Vec<usize> {
    let mut all: Vec<usize> = (0..count).collect();
    if count > most {
        all.sort_by_key(|&i| scatter(i as u64));
        all.truncate(most);
        all.sort_unstable();
    }
    all
}

/// A number that looks random (splitmix64).
pub(crate) fn scatter(i: u64) -> u64 {
    let mut z = i.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A descriptor of values 0 to 1.
#[cfg(test)]
pub(crate) fn bytes(values: impl IntoIterator<Item = f32>) -> Box<[u8]> {
    values.into_iter().map(|v| (v * 255.0).round().clamp(0.0, 255.0) as u8).collect()
}
