//! Small films made for the tests, and the real ones beside the repository.
#![allow(dead_code)] // Each test file uses some of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs the `ffmpeg` program: `args` are split at spaces, then come `rest` as they are.
pub(crate) fn ffmpeg(args: &str, rest: &[&OsStr]) {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(args.split_whitespace())
        .args(rest)
        .output()
        .expect("the tests need the ffmpeg program");
    assert!(out.status.success(), "ffmpeg {args}: {}", String::from_utf8_lossy(&out.stderr));
}

/// A film `name` in `dir`, made by `ffmpeg` with `args`.
pub(crate) fn make(dir: &Path, name: &str, args: &str) -> PathBuf {
    media::hush();
    let path = dir.join(name);
    ffmpeg(args, &[path.as_os_str()]);
    path
}

/// What the `ffmpeg` program decodes: raw pictures of `format`, one after the other.
pub(crate) fn raw_pictures(path: &Path, format: &str) -> Vec<u8> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-noautorotate", "-i"])
        .arg(path)
        .args(["-map", "0:v:0", "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", format, "-"])
        .output()
        .expect("the tests need the ffmpeg program");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// The first picture as the `ffmpeg` program shows it: turned upright, red, green and blue.
pub(crate) fn upright(path: &Path) -> Vec<u8> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(path)
        .args(["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .expect("the tests need the ffmpeg program");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// A picture's samples row by row, without padding.
pub(crate) fn packed(picture: &media::Picture) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..picture.planes() {
        let plane = picture.plane(i);
        let row = plane.bytes.len() - plane.stride * (plane.height - 1);
        for y in 0..plane.height {
            bytes.extend_from_slice(&plane.bytes[y * plane.stride..][..row]);
        }
    }
    bytes
}

/// Where the real material lies; says so where it does not.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BOTTEGA_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = root.join(name);
    if path.exists() {
        Some(path)
    } else {
        eprintln!("SKIPPED: {} is not there (set BOTTEGA_DATA)", path.display());
        None
    }
}
