//! Paths as URL references: RFC 3986, relative ones and `file://`, and the near-URLs that programs write.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// `path` as a URL reference: relative as it is, absolute as `file://`; every byte that is not plain is `%XX`.
pub(crate) fn of_path(path: &Path) -> String {
    let mut url = String::from(if path.is_absolute() { "file://" } else { "" });
    for &byte in path.as_os_str().as_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => url.push(byte as char),
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// The path that a reference leads to; `None` if it leads to no file of this machine (`http://`).
pub(crate) fn to_path(url: &str) -> Option<PathBuf> {
    if url.contains('\0') {
        return None;
    }
    let Some((scheme, rest)) = split_scheme(url) else {
        // A bare path. Unencoded ones are common: bytes that no URL may hold, or a `%` that encodes nothing, betray them.
        let plain = url.bytes().any(|b| b <= b' ' || b >= 0x7F || b"\"<>\\^`{|}".contains(&b));
        let path = if plain { None } else { decode(url) };
        return Some(windows(path.unwrap_or_else(|| url.as_bytes().to_vec())));
    };
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let (host, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    let decoded = decode(path).unwrap_or_else(|| path.as_bytes().to_vec());
    if host.is_empty() || host.eq_ignore_ascii_case("localhost") {
        return Some(windows(decoded));
    }
    // `file://C:/films` and `file://server/share`, as Windows programs write them.
    let slashes = if host.ends_with(':') { "" } else { "//" };
    Some(windows([slashes.as_bytes(), host.as_bytes(), &decoded].concat()))
}

/// The scheme of a URL; a single letter is a Windows drive, and without `:` right after letters there is none.
fn split_scheme(url: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = url.split_once(':')?;
    let letters = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    let url = rest.starts_with("//") || scheme.eq_ignore_ascii_case("file");
    (scheme.len() > 1 && scheme.as_bytes()[0].is_ascii_alphabetic() && letters && url).then_some((scheme, rest))
}

/// A Windows path in its form with `/`: `/C:/films` and `C:\films` become `C:/films`, `\\server` becomes `//server`.
fn windows(path: Vec<u8>) -> PathBuf {
    let drive = |p: &[u8]| p.len() >= 2 && p[0].is_ascii_alphabetic() && p[1] == b':';
    let mut path = if path.first() == Some(&b'/') && drive(&path[1..]) { path[1..].to_vec() } else { path };
    if drive(&path) || path.starts_with(b"\\\\") {
        path.iter_mut().filter(|b| **b == b'\\').for_each(|b| *b = b'/');
    }
    PathBuf::from(OsString::from_vec(path))
}

/// The bytes that `%XX` stand for; `None` if a `%` encodes nothing.
fn decode(url: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(url.len());
    let mut bytes = url.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || Some((bytes.next()? as char).to_digit(16)? as u8);
        let code = digit()? * 16 + digit()?;
        if code == 0 {
            // No path holds a zero byte.
            return None;
        }
        out.push(code);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write() {
        for (url, path) in [
            ("../a%20film.mov", "../a film.mov"),
            ("../a film.mov", "../a film.mov"),
            ("100%.mov", "100%.mov"),
            ("file:///films/%E6%98%A0%E7%94%BB.mov", "/films/映画.mov"),
            ("file:///films/映画 1.mov", "/films/映画 1.mov"),
            ("file://localhost/D%3a/media/a.mov", "D:/media/a.mov"),
            ("file:///C:/films/a.mov", "C:/films/a.mov"),
            ("file://C:/films/a.mov", "C:/films/a.mov"),
            ("file:/films/a.mov", "/films/a.mov"),
            (r"C:\films\a b.mov", "C:/films/a b.mov"),
            (r"\\server\share\a.mov", "//server/share/a.mov"),
            ("file://server/share/a.mov", "//server/share/a.mov"),
            ("/films/a#1?.mov", "/films/a#1?.mov"),
            ("take 2: rain.mov", "take 2: rain.mov"),
        ] {
            assert_eq!(to_path(url).unwrap(), Path::new(path), "{url}");
        }
        assert_eq!(to_path("https://studio.example/a.mov"), None);
        assert_eq!(to_path("/films/a\0.mov"), None, "no path holds a zero byte");
    }

    proptest::proptest! {
        #[test]
        fn every_path_survives(bytes in proptest::collection::vec(1u8.., 1..60)) {
            let path = PathBuf::from(OsString::from_vec(bytes));
            // A relative path that looks like a Windows one is read as such.
            let text = path.as_os_str().as_bytes();
            let windows = text.starts_with(b"\\\\") || text.get(usize::from(text[0] == b'/') + 1) == Some(&b':');
            proptest::prop_assume!(!windows);
            proptest::prop_assert_eq!(to_path(&of_path(&path)), Some(path));
        }
    }
}
