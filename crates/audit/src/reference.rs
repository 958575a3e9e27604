//! The reference table: how much film the standard training sets are, and where a library stands beside them.

use serde::Serialize;

/// Frames per second by which frames are counted as hours: film's.
const FPS: f64 = 24.0;

/// How well a number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Read at its source.
    Source,
    /// Read in a third party's table or note.
    Secondary,
    /// Recalled from the named publication, not opened again.
    Publication,
    /// Computed from the set's own frame count.
    Computed,
}

impl Evidence {
    /// In words, for a reader.
    pub fn words(self) -> &'static str {
        match self {
            Evidence::Source => "read at its source",
            Evidence::Secondary => "read at second hand",
            Evidence::Publication => "as published, not re-checked",
            Evidence::Computed => "computed from its frame count",
        }
    }
}

/// One job's standard training set.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What is learned from it.
    pub job: &'static str,
    /// The set.
    pub set: &'static str,
    /// Its frames.
    pub frames: f64,
    /// Its frames as hours of film.
    pub film_hours: f64,
    /// How well this is known.
    pub evidence: Evidence,
}

const fn row(job: &'static str, set: &'static str, frames: f64, evidence: Evidence) -> Row {
    Row { job, set, frames, film_hours: frames / FPS / 3600.0, evidence }
}

/// The table, from the smallest set to the largest. Source: design of the specialists, 0.
pub const TABLE: [Row; 13] = [
    row("Super-resolution", "DIV2K, 800 stills", 800.0, Evidence::Computed),
    row("Video denoising", "DAVIS 2017, training part", 4_200.0, Evidence::Computed),
    row("Face detection", "WIDER FACE, training part (labeled)", 12_900.0, Evidence::Publication),
    row("Video super-resolution", "REDS, 240 clips of 100 frames", 24_000.0, Evidence::Computed),
    row("Removal of codec artifacts", "MFQEv2", 32_000.0, Evidence::Publication),
    row("Optical flow, first training", "FlyingChairs, 22,872 pairs (synthetic)", 45_744.0, Evidence::Computed),
    row("Harmonization", "iHarmony4, training part", 65_742.0, Evidence::Source),
    row("Faces of 64 pixels, one aligned class", "FFHQ", 70_000.0, Evidence::Computed),
    row("Frame interpolation", "Vimeo-90K, 51,312 triplets", 153_936.0, Evidence::Secondary),
    row("Matting", "VideoMatte240K (labeled)", 241_000.0, Evidence::Computed),
    row("Image inpainting", "Places365-Standard", 1_800_000.0, Evidence::Computed),
    row("Scene boundaries", "MovieNet, 1,100 films", 2_000.0 * FPS * 3600.0, Evidence::Publication),
    row(
        "General video generation",
        "LVD of Stable Video Diffusion, 212 years",
        1_860_000.0 * FPS * 3600.0,
        Evidence::Secondary,
    ),
];

/// The row of general video generation.
pub const GENERATION: Row = TABLE[TABLE.len() - 1];

/// Where a library stands on one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The row.
    #[serde(flatten)]
    pub row: Row,
    /// The library's hours in those of the set.
    pub ratio: f64,
    /// The same in words: "4.2 times the standard set", "1/1,300,000 of it".
    pub words: String,
}

/// Where a library of so many hours stands on every row; `hours` should count copies once.
///
/// ```
/// let table = audit::reference::standing(2.0);
/// assert_eq!(table[8].words, "1.1 times the standard set");
/// assert_eq!(table[12].words, "1/930,000 of it");
/// ```
pub fn standing(hours: f64) -> Vec<Standing> {
    TABLE
        .iter()
        .map(|row| {
            let ratio = hours.max(0.0) / row.film_hours;
            Standing { row: *row, ratio, words: ratio_words(ratio) }
        })
        .collect()
}

/// A ratio in words, to two figures.
pub fn ratio_words(ratio: f64) -> String {
    if ratio <= 0.0 || !ratio.is_finite() {
        return "nothing of it".to_owned();
    }
    if (0.995..1.05).contains(&ratio) {
        return "as large as the standard set".to_owned();
    }
    if ratio >= 1.0 {
        return format!("{} times the standard set", figures(ratio));
    }
    if ratio >= 0.0995 { format!("{:.0} % of it", 100.0 * ratio) } else { format!("1/{} of it", figures(1.0 / ratio)) }
}

/// A positive number to two figures, with thousands set apart: 0.012, 1.3, 42, 1,300,000.
pub fn figures(value: f64) -> String {
    if value <= 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    let step = 10f64.powi(value.log10().floor() as i32 - 1);
    let round = (value / step).round() * step;
    if round < 9.95 {
        let digits = (1 - round.log10().floor() as i32).max(0) as usize;
        let text = format!("{round:.digits$}");
        return if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    }
    thousands(round)
}

/// An amount of film in words, to two figures: "40 seconds", "12 minutes", "1 hour", "4.2 hours".
pub fn hours_words(hours: f64) -> String {
    let (value, unit) = match hours {
        h if h < 1.0 / 60.0 => (h * 3600.0, "second"),
        h if h < 0.995 => (h * 60.0, "minute"),
        h => (h, "hour"),
    };
    let text = figures(value);
    format!("{text} {unit}{}", if text == "1" { "" } else { "s" })
}

/// A whole number with thousands set apart.
pub fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.max(0.0));
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_those_of_the_design() {
        let hours = [0.01, 0.05, 0.15, 0.28, 0.4, 0.5, 0.8, 0.8, 1.8, 2.8, 21.0, 2_000.0, 1_860_000.0];
        for (row, told) in TABLE.iter().zip(hours) {
            assert!((row.film_hours / told - 1.0).abs() < 0.08, "{}: {} against {told}", row.job, row.film_hours);
        }
        assert!(TABLE.windows(2).all(|w| w[0].film_hours <= w[1].film_hours));
    }

    #[test]
    fn a_library_stands_somewhere_from_one_reel_to_twenty_thousand_titles() {
        let reel = standing(11.0 / 60.0);
        assert_eq!(reel[0].words, "20 times the standard set");
        assert_eq!(reel[12].words, "1/10,000,000 of it");
        let studio = standing(20_000.0 * 1.8);
        assert_eq!(studio[12].words, "1/52 of it");
        assert_eq!(studio[11].words, "18 times the standard set");
        assert!(standing(0.0).iter().all(|s| s.words == "nothing of it"));
        assert_eq!(ratio_words(0.999), "as large as the standard set");
        assert_eq!(ratio_words(0.8), "80 % of it");
    }

    #[test]
    fn numbers_are_told_to_two_figures() {
        for (value, words) in [
            (0.0123, "0.012"),
            (0.5, "0.5"),
            (1.0, "1"),
            (9.97, "10"),
            (99.7, "100"),
            (1234.0, "1,200"),
            (1_860_000.0, "1,900,000"),
        ] {
            assert_eq!(figures(value), words);
        }
        assert_eq!(thousands(1_234_567.0), "1,234,567");
        assert_eq!(thousands(999.0), "999");
        for (hours, words) in [
            (0.005, "18 seconds"),
            (0.2, "12 minutes"),
            (1.02, "1 hour"),
            (4.23, "4.2 hours"),
            (12_345.0, "12,000 hours"),
        ] {
            assert_eq!(hours_words(hours), words);
        }
    }
}
