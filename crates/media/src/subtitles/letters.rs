//! Which letters the bytes of a subtitle file are.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text in `bytes`: by its byte order mark, else UTF-16 where every other byte is zero, else UTF-8 where that fits, else
/// Windows-1252. Says so where it had to guess.
pub(super) fn decode(bytes: &[u8], warnings: &mut Vec<String>) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, bad) = encoding.decode_without_bom_handling(&bytes[mark..]);
        if bad {
            warnings.push(format!("some letters are not valid {}; shown as \u{fffd}", encoding.name()));
        }
        return text.into_owned();
    }
    if let Some(encoding) = wide(bytes) {
        warnings.push(format!("taken for {}, which it does not state", encoding.name()));
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let lossy = UTF_8.decode_without_bom_handling(bytes).0;
    let bad = lossy.chars().filter(|&c| c == '\u{fffd}').count();
    let good = lossy.chars().filter(|&c| !c.is_ascii() && c != '\u{fffd}').count();
    if good > 4 * bad {
        warnings.push(format!("{bad} letters are not valid UTF-8; shown as \u{fffd}"));
        return lossy.into_owned();
    }
    warnings.push("not UTF-8: read as Windows-1252 (Western European)".to_owned());
    WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned()
}

/// UTF-16 without a mark: digits, spaces and line ends leave zeros in every other byte.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if half < 4 {
        return None;
    }
    if odd * 4 > half && even * 16 < half {
        return Some(UTF_16LE);
    }
    (even * 4 > half && odd * 16 < half).then_some(UTF_16BE)
}
