//! Whatever is thrown at it, a clear answer comes back.

use std::fs;
use std::path::{Path, PathBuf};

use media::{DecodeError, Pictures, PicturesOptions, ProbeError, index, probe};

mod clips;
use clips::{ffmpeg, make};

fn frames(path: &Path) -> (i64, i64, Vec<String>) {
    let found = probe(path).unwrap();
    let index = index(path, &found).unwrap();
    let mut pictures = Pictures::open(path, &found, &index, PicturesOptions::default()).unwrap();
    let mut n = 0;
    while pictures.next().unwrap().is_some() {
        n += 1;
    }
    let warnings = [&found.warnings[..], &index.warnings[..], pictures.warnings()].concat();
    (index.frames(), n, warnings)
}

#[test]
fn what_is_no_film_is_refused_with_reason_and_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = dir.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let text = "A film is a long story told in pictures.\n".repeat(400);
    let whole = make(dir.path(), "whole.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v libx264 -preset ultrafast");
    let bytes = fs::read(&whole).unwrap();
    let still = make(dir.path(), "still.png", "-f lavfi -i testsrc2=s=64x36 -frames:v 1");
    let photo = make(dir.path(), "photo.jpg", "-f lavfi -i testsrc2=s=64x36 -frames:v 1");
    let other = |e: &ProbeError| matches!(e, ProbeError::NotFilm(_));
    type Right = fn(&ProbeError) -> bool;
    let cases: Vec<(PathBuf, Right)> = vec![
        (write("empty.mp4", b""), |e| matches!(e, ProbeError::Empty(_))),
        (write("text.mp4", text.as_bytes()), |e| matches!(e, ProbeError::NotFilm(_))),
        (write("notes.txt", text.as_bytes()), other),
        (write("page.html", b"<html><body>film</body></html>"), |e| matches!(e, ProbeError::NotFilm(_))),
        (write("cut before its index.mp4", &bytes[..bytes.len() / 2]), |e| matches!(e, ProbeError::Truncated { .. })),
        (write("head only.mkv", b"\x1a\x45\xdf\xa3"), |e| matches!(e, ProbeError::Truncated { .. })),
        (write("one byte.avi", b"R"), |e| matches!(e, ProbeError::NotFilm(_))),
        (write("zeros.mov", &[0; 100_000]), |e| matches!(e, ProbeError::NotFilm(_) | ProbeError::Truncated { .. })),
        (
            write("list.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"),
            |e| matches!(e, ProbeError::NotFilm(_)),
        ),
        (write("list.ffconcat", b"ffconcat version 1.0\nfile whole.mp4\n"), |e| matches!(e, ProbeError::NotFilm(_))),
        (write("lines.srt", b"1\n00:00:01,000 --> 00:00:02,000\nhello\n"), |e| matches!(e, ProbeError::NotFilm(_))),
        (make(dir.path(), "one.gif", "-f lavfi -i testsrc2=s=64x36 -frames:v 1"), |e| {
            matches!(e, ProbeError::Still(_))
        }),
        (still.clone(), |e| matches!(e, ProbeError::Still(_))),
        (photo, |e| matches!(e, ProbeError::Still(_))),
        (write("still.mp4", &fs::read(still).unwrap()), |e| matches!(e, ProbeError::Still(_))),
        (dir.path().to_owned(), |e| matches!(e, ProbeError::NotFilm(_))),
        (dir.path().join("not there.mp4"), |e| matches!(e, ProbeError::Unreadable { .. })),
    ];
    for (path, right) in cases {
        let error = probe(&path).expect_err(&format!("{}", path.display()));
        assert!(right(&error), "{}: {error:?}", path.display());
        assert!(error.to_string().contains(path.to_str().unwrap()));
        assert!(!error.reason().is_empty() && !error.remedy().is_empty());
    }
}

#[test]
fn a_cut_off_film_gives_what_is_there_and_says_what_is_missing() {
    let dir = tempfile::tempdir().unwrap();
    for (name, coding, gone) in [
        ("fast start.mp4", "-c:v libx264 -preset ultrafast -bf 2 -movflags faststart", true),
        ("a.mkv", "-c:v libx264 -preset ultrafast -bf 2", true),
        ("a.avi", "-c:v mpeg4", true),
        ("a.ts", "-c:v mpeg2video", false),
    ] {
        let whole =
            make(dir.path(), name, &format!("-f lavfi -i testsrc2=s=320x180:r=25:d=8 {coding} -g 25 -pix_fmt yuv420p"));
        let bytes = fs::read(&whole).unwrap();
        fs::write(&whole, &bytes[..bytes.len() * 6 / 10]).unwrap();
        let (indexed, decoded, warnings) = frames(&whole);
        assert!((80..170).contains(&decoded), "{name}: {decoded}");
        assert!((indexed - decoded).abs() <= 1, "{name}: {indexed} indexed, {decoded} decoded, {warnings:?}");
        // A transport stream states no length that could be missed.
        assert_eq!(
            warnings.iter().any(|w| w.contains("cut off") || w.contains("have no picture")),
            gone,
            "{name}: {warnings:?}"
        );
    }
}

#[test]
fn a_film_that_begins_in_the_middle_of_a_group_keeps_its_sound_in_place() {
    let dir = tempfile::tempdir().unwrap();
    // A white flash and a click at 3 s; the first second and a bit is cut away at a place that is no keyframe.
    let whole = make(
        dir.path(),
        "whole.ts",
        "-f lavfi -i color=black:s=64x36:r=25:d=5,drawbox=c=white:t=fill:enable='eq(n\\,75)' -f lavfi -i aevalsrc='if(gte(t\\,3)*lt(t\\,3.01)\\,0.8\\,0)':s=48000:d=5 -c:v mpeg2video -bf 2 -g 12 -c:a mp2",
    );
    let bytes = fs::read(&whole).unwrap();
    let cut = dir.path().join("cut.ts");
    // The tables of contents come first, in two packets of 188 bytes after the service description.
    fs::write(&cut, [&bytes[..188 * 3], &bytes[bytes.len() / 188 * 45 / 100 * 188..]].concat()).unwrap();
    let found = probe(&cut).unwrap();
    let index = index(&cut, &found).unwrap();
    assert!(index.warnings.iter().any(|w| w.contains("middle of a group")), "{:?}", index.warnings);
    let mut pictures = Pictures::open(&cut, &found, &index, PicturesOptions::default()).unwrap();
    let mut flash = None;
    let mut n = 0;
    while let Some(p) = pictures.next().unwrap() {
        assert_eq!(p.number(), n);
        if p.plane(0).bytes[10] > 150 {
            flash = Some(n);
        }
        n += 1;
    }
    assert_eq!(n, index.frames());
    let mut sounds = media::Sounds::open(&cut, &found, 0, 48_000, 1).unwrap();
    let mut samples = Vec::new();
    while sounds.read(&mut samples).unwrap() {}
    let click = samples.iter().position(|s| s.abs() > 0.1).unwrap() as f64 / 48e3;
    assert!((click - flash.unwrap() as f64 / 25.0).abs() < 0.004, "flash at frame {flash:?}, click at {click} s");
}

#[test]
fn recordings_joined_end_to_end_are_counted_through() {
    let dir = tempfile::tempdir().unwrap();
    let a = make(dir.path(), "a.ts", "-f lavfi -i testsrc2=s=160x90:r=25:d=3 -c:v mpeg2video -bf 2");
    let both = dir.path().join("both.ts");
    let bytes = fs::read(a).unwrap();
    fs::write(&both, [&bytes[..], &bytes].concat()).unwrap();
    let (indexed, decoded, warnings) = frames(&both);
    assert!((148..=150).contains(&indexed) && decoded == indexed, "{indexed} {decoded}");
    assert!(warnings[0].contains("anew"), "{warnings:?}");
}

#[test]
fn damage_in_the_middle_costs_the_frames_it_hits() {
    let dir = tempfile::tempdir().unwrap();
    let path = make(dir.path(), "hurt.ts", "-f lavfi -i testsrc2=s=320x180:r=25:d=8 -c:v mpeg2video -g 12 -bf 2");
    let mut bytes = fs::read(&path).unwrap();
    let (from, to) = (bytes.len() / 2, bytes.len() / 2 + 9000);
    bytes[from..to].fill(0x55);
    fs::write(&path, bytes).unwrap();
    let (_, decoded, _) = frames(&path);
    assert!((150..=200).contains(&decoded), "{decoded}");
}

#[test]
fn one_frame_and_no_sound_are_a_film() {
    let dir = tempfile::tempdir().unwrap();
    let one =
        make(dir.path(), "one.mp4", "-f lavfi -i testsrc2=s=160x90:r=25 -frames:v 1 -c:v libx264 -preset ultrafast");
    assert_eq!(frames(&one), (1, 1, vec![]));
    assert!(probe(&one).unwrap().sounds.is_empty());
}

#[test]
fn sound_only_is_no_film_but_is_music() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.mp3", "a.wav", "a.ogg", "a.m4a", "a.flac"] {
        let path = make(dir.path(), name, "-f lavfi -i sine=d=2:r=44100 -ac 2");
        let found = probe(&path).unwrap();
        assert!(found.picture.is_none());
        assert!(matches!(index(&path, &found), Err(ProbeError::NoPicture(_))));
        let mut sounds = media::Sounds::open_music(&path, 48_000, 1).unwrap();
        let mut out = Vec::new();
        while sounds.read(&mut out).unwrap() {}
        assert!((out.len() as i64 - 96_000).abs() < 5000, "{name} {}", out.len());
    }
}

#[test]
fn a_picture_that_changes_size_is_a_stated_error() {
    let dir = tempfile::tempdir().unwrap();
    let a = make(dir.path(), "a.ts", "-f lavfi -i testsrc2=s=160x90:r=25:d=1 -c:v mpeg2video");
    let b = make(dir.path(), "b.ts", "-f lavfi -i testsrc2=s=320x180:r=25:d=1 -c:v mpeg2video -output_ts_offset 1");
    let both = dir.path().join("both.ts");
    fs::write(&both, [fs::read(a).unwrap(), fs::read(b).unwrap()].concat()).unwrap();
    let found = probe(&both).unwrap();
    let index = index(&both, &found).unwrap();
    let mut pictures = Pictures::open(&both, &found, &index, PicturesOptions::default()).unwrap();
    let error = loop {
        match pictures.next() {
            Ok(Some(p)) => assert_eq!(p.width(), 160),
            Ok(None) => panic!("the change went unseen"),
            Err(e) => break e,
        }
    };
    assert!(matches!(&error, DecodeError::Changed { frame: 24..=25, was, .. } if was.starts_with("160x90")), "{error}");
}

#[test]
fn doubled_timestamps_are_mended_and_named() {
    let dir = tempfile::tempdir().unwrap();
    let base = make(dir.path(), "base.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -c:v mpeg4");
    let path = dir.path().join("doubled.mkv");
    // Packets 20 and 21 show at once.
    ffmpeg(
        "-i",
        &[
            base.as_os_str(),
            "-c".as_ref(),
            "copy".as_ref(),
            "-bsf:v".as_ref(),
            "setts=pts=if(eq(N\\,21)\\,PREV_OUTPTS\\,PTS):dts=if(eq(N\\,21)\\,PREV_OUTDTS\\,DTS)".as_ref(),
            path.as_os_str(),
        ],
    );
    let (indexed, decoded, warnings) = frames(&path);
    assert_eq!((indexed, decoded), (50, 50), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.starts_with("frame 21 repeats")), "{warnings:?}");
}

#[test]
fn frames_out_of_range_and_files_gone_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = make(dir.path(), "a.mp4", "-f lavfi -i testsrc2=s=160x90:r=25:d=1 -c:v mpeg4");
    let found = probe(&path).unwrap();
    let index = index(&path, &found).unwrap();
    let mut pictures = Pictures::open(&path, &found, &index, PicturesOptions::default()).unwrap();
    assert!(matches!(pictures.seek(25), Err(DecodeError::OutOfRange { frame: 25, frames: 25, .. })));
    assert!(matches!(pictures.seek(-1), Err(DecodeError::OutOfRange { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(Pictures::open(&path, &found, &index, PicturesOptions::default()), Err(DecodeError::Open { .. })));
}
