//! Colour tags that are missing or contradict each other.

use film::{Matrix, Primaries, Transfer};

use super::Film;
use crate::{Finding, Severity};

/// Judges the tags of the picture stream.
pub fn color(film: &Film<'_>) -> Vec<Finding> {
    let Some(picture) = &film.probe.picture else { return Vec::new() };
    let color = picture.color;
    let mut findings = Vec::new();
    let mut say = |severity, detail: String| findings.push(Finding::new("color", severity, film.whole(), detail));
    let missing = color.missing();
    if !missing.is_empty() {
        let assumed = color.assumed(picture.height);
        let tags = [
            assumed.primaries.map(|t| t.to_string()),
            assumed.transfer.map(|t| t.to_string()),
            assumed.matrix.map(|t| t.to_string()),
            assumed.range.map(|t| t.to_string()),
        ];
        let tags: Vec<String> = tags.into_iter().flatten().collect();
        let detail =
            format!("the file does not state its colour {}; players take {}", missing.join(", "), tags.join(" / "));
        say(Severity::Warning, detail);
    }
    let rgb = picture.chroma == "RGB";
    if let Some(matrix) = color.matrix
        && rgb != (matrix == Matrix::Rgb)
    {
        let detail =
            format!("the picture is {}, its matrix is tagged {matrix}", if rgb { "RGB" } else { "luma and chroma" });
        say(Severity::Error, detail);
    }
    let hdr = matches!(color.transfer, Some(Transfer::Pq | Transfer::Hlg));
    if hdr && picture.bits < 10 {
        say(
            Severity::Warning,
            format!("{} in {} bit: high dynamic range needs 10", words(&color.transfer), picture.bits),
        );
    }
    let wide = |p: Primaries| matches!(p, Primaries::Bt2020 | Primaries::DciP3 | Primaries::DisplayP3 | Primaries::Xyz);
    if let (Some(primaries), true) = (color.primaries, hdr)
        && !wide(primaries)
    {
        say(Severity::Warning, format!("{} with primaries {primaries}", words(&color.transfer)));
    }
    if let (Some(primaries), Some(matrix)) = (color.primaries, color.matrix)
        && let (Some(a), Some(b)) = (family_of_primaries(primaries), family_of_matrix(matrix))
        && a != b
    {
        say(Severity::Warning, format!("primaries {primaries} contradict matrix {matrix}"));
    }
    findings
}

fn words(transfer: &Option<Transfer>) -> String {
    transfer.map_or_else(String::new, |t| t.to_string())
}

/// Standard definition 1, high 2, ultra-high 3; `None` for tags that go with several.
fn family_of_primaries(primaries: Primaries) -> Option<u8> {
    match primaries {
        Primaries::Bt470Bg | Primaries::Smpte170M | Primaries::Bt470M | Primaries::Ebu3213 => Some(1),
        Primaries::Bt709 => Some(2),
        Primaries::Bt2020 => Some(3),
        _ => None,
    }
}

fn family_of_matrix(matrix: Matrix) -> Option<u8> {
    match matrix {
        Matrix::Bt470Bg | Matrix::Smpte170M | Matrix::Fcc => Some(1),
        Matrix::Bt709 => Some(2),
        Matrix::Bt2020 | Matrix::Bt2020Constant => Some(3),
        _ => None,
    }
}
