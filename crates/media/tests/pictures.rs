//! Frames come out exactly as the `ffmpeg` program decodes them, from any place.

use std::path::Path;

use media::{Pictures, PicturesOptions, Skip, index, probe};

mod clips;
use clips::{data, make, packed, raw_pictures};

const SOURCE: &str = "-f lavfi -i testsrc2=s=160x90:r=24:d=4";

fn one_thread() -> PicturesOptions {
    PicturesOptions { threads: 1, skip: Skip::Nothing }
}

/// Decodes all of `path`, compares with the program's pictures, then seeks to and fro.
fn exact_everywhere(path: &Path) -> media::Index {
    let probe = probe(path).unwrap();
    let index = index(path, &probe).unwrap();
    let picture = probe.picture.as_ref().unwrap();
    let truth = raw_pictures(path, &picture.format);
    let mut pictures = Pictures::open(path, &probe, &index, PicturesOptions::default()).unwrap();
    let mut all = Vec::new();
    while let Some(p) = pictures.next().unwrap() {
        assert_eq!(p.number(), all.len() as i64, "{}", path.display());
        assert_eq!(p.pts(), index.pts[all.len()]);
        all.push(packed(&p));
    }
    assert_eq!(all.len() as i64, index.frames(), "{}: {:?}", path.display(), pictures.warnings());
    assert!(pictures.warnings().is_empty(), "{:?}", pictures.warnings());
    assert!(index.pts.windows(2).all(|w| w[0] < w[1]));
    assert_eq!(truth.len(), all.iter().map(Vec::len).sum::<usize>(), "{}", path.display());
    assert!(all.concat() == truth, "{} differs from the program's decode", path.display());
    let mut pictures = Pictures::open(path, &probe, &index, one_thread()).unwrap();
    let n = index.frames();
    let mut place = 7i64;
    for _ in 0..12 {
        place = (place * 61 + 17) % n;
        pictures.seek(place).unwrap();
        for next in place..(place + 3).min(n) {
            let p = pictures.next().unwrap().unwrap();
            assert_eq!(p.number(), next, "{} after a seek to {place}", path.display());
            assert!(
                packed(&p) == all[next as usize],
                "{}: frame {next} after a seek to {place} differs",
                path.display()
            );
        }
    }
    for &key in &index.keyframes {
        pictures.seek(key).unwrap();
        let p = pictures.next().unwrap().unwrap();
        assert!(p.number() == key && packed(&p) == all[key as usize], "{}: keyframe {key}", path.display());
    }
    index
}

#[test]
fn frames_are_whole_wherever_one_begins() {
    let dir = tempfile::tempdir().unwrap();
    let fields =
        "-f lavfi -i testsrc2=s=320x240:r=50:d=2 -vf interlace -c:v mpeg2video -flags +ildct+ilme -q:v 2 -top 1";
    let path = make(dir.path(), "fields.mkv", fields);
    let line = format!("-i {} -vf bwdif=mode=send_frame:deint=interlaced -pix_fmt yuv420p -f rawvideo", path.display());
    let truth = std::fs::read(make(dir.path(), "whole.yuv", &line)).unwrap();
    let luma = |n: i64| &truth[n as usize * 320 * 240 * 3 / 2..][..320 * 240];
    let probe = probe(&path).unwrap();
    let index = index(&path, &probe).unwrap();
    let mut pictures = Pictures::open(&path, &probe, &index, one_thread()).unwrap();
    for (first, count, want) in [(20i64, 13usize, 13i64), (0, 3, 3), (7, 1, 1), (45, 13, 5)] {
        let mut n = first;
        media::deinterlace::whole(&mut pictures, first, count, |raster| {
            let plane = raster.plane(0);
            let rows = plane.bytes.chunks(plane.stride).take(240).flat_map(|row| &row[..320]);
            assert!(rows.eq(luma(n)), "frame {n}, from {first}");
            n += 1;
        })
        .unwrap();
        assert_eq!(n - first, want, "from {first}");
    }
}

#[test]
fn every_coding_gives_the_programs_pictures_from_any_place() {
    let dir = tempfile::tempdir().unwrap();
    let d = dir.path();
    let cases = [
        ("b frames.mp4", "-c:v libx264 -preset fast -bf 3 -g 24 -pix_fmt yuv420p"),
        ("open gop.mp4", "-c:v libx264 -preset fast -bf 3 -g 24 -x264-params open-gop=1:scenecut=0 -pix_fmt yuv420p"),
        ("open gop.ts", "-c:v libx264 -preset fast -bf 3 -g 24 -x264-params open-gop=1:scenecut=0 -pix_fmt yuv420p"),
        (
            "open gop hevc.mkv",
            "-c:v libx265 -preset ultrafast -x265-params log-level=none:open-gop=1:keyint=24:bframes=3 -pix_fmt yuv420p",
        ),
        ("ten bit 422.mov", "-c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le"),
        ("444.mp4", "-c:v libx264 -preset ultrafast -g 24 -pix_fmt yuv444p"),
        ("gray.mkv", "-c:v ffv1 -pix_fmt gray"),
        ("twelve bit.mkv", "-c:v ffv1 -pix_fmt yuv420p12le"),
        ("rgb.mkv", "-c:v ffv1 -pix_fmt gbrp"),
        ("vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 24 -pix_fmt yuv420p"),
        ("mpeg2.ts", "-c:v mpeg2video -bf 2 -g 12 -pix_fmt yuv420p"),
        ("mpeg4.mp4", "-c:v mpeg4 -bf 2 -g 12 -pix_fmt yuv420p"),
        ("flv.flv", "-c:v libx264 -preset fast -bf 2 -g 24 -pix_fmt yuv420p"),
    ];
    for (name, coding) in cases {
        let path = make(d, name, &format!("{SOURCE} {coding}"));
        let index = exact_everywhere(&path);
        assert_eq!((index.frames(), index.clock.is_variable()), (96, false), "{name} {:?}", index.warnings);
        assert_eq!(index.clock.rate().to_string(), "24/1", "{name}");
        assert!(index.warnings.is_empty(), "{name} {:?}", index.warnings);
        if !name.contains("mpeg4") {
            assert!(index.keyframes.len() >= 4, "{name} {:?}", index.keyframes);
        }
    }
}

#[test]
fn odd_sizes_and_broadcast_rates() {
    let dir = tempfile::tempdir().unwrap();
    for (name, rate, exact) in [
        ("a.mp4", "24000/1001", "24000/1001"),
        ("b.mkv", "30000/1001", "30000/1001"),
        ("c.mkv", "24000/1001", "24000/1001"),
        ("d.ts", "60000/1001", "60000/1001"),
    ] {
        let args =
            format!("-f lavfi -i testsrc2=s=162x90:r={rate}:d=3 -vf crop=161:89:exact=1 -c:v ffv1 -pix_fmt yuv444p");
        let args = if name.ends_with("mkv") { args } else { args.replace("ffv1", "libx264 -preset ultrafast") };
        let index = exact_everywhere(&make(dir.path(), name, &args));
        assert!(!index.clock.is_variable(), "{name}");
        assert_eq!(index.clock.rate().to_string(), exact, "{name}");
    }
}

#[test]
fn a_phones_variable_rate_stays_exact() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["phone.mp4", "phone.mkv"] {
        let path = make(
            dir.path(),
            name,
            "-f lavfi -i testsrc2=s=160x90:r=30:d=4 -vf select='not(eq(mod(n\\,7)\\,3))',setpts='PTS+0.004*mod(N\\,3)/TB' -vsync vfr -enc_time_base 1/90000 -c:v libx264 -preset fast -bf 2 -g 20 -pix_fmt yuv420p",
        );
        let index = exact_everywhere(&path);
        assert!(index.clock.is_variable(), "{name}");
        assert!((index.clock.rate().fps() - 30.0).abs() < 3.0, "{name} {}", index.clock.rate());
        assert_eq!(index.clock.grid_at(index.frames()), index.clock.grid_len());
    }
}

#[test]
fn an_edit_lists_hidden_frames_are_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let whole =
        make(dir.path(), "whole.mp4", &format!("{SOURCE} -c:v libx264 -preset fast -bf 2 -g 48 -pix_fmt yuv420p"));
    let cut = dir.path().join("cut.mp4");
    clips::ffmpeg("-ss 0.5 -i", &[whole.as_os_str(), "-c".as_ref(), "copy".as_ref(), cut.as_os_str()]);
    let index = exact_everywhere(&cut);
    assert_eq!(index.frames(), 84);
}

#[test]
fn old_files_without_timestamps_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let path = make(dir.path(), "old.avi", &format!("{SOURCE} -c:v libx264 -preset fast -bf 2 -g 24 -pix_fmt yuv420p"));
    let probe = probe(&path).unwrap();
    let index = index(&path, &probe).unwrap();
    assert_eq!(index.frames(), 96, "{:?}", index.warnings);
    let mut pictures = Pictures::open(&path, &probe, &index, one_thread()).unwrap();
    let truth = raw_pictures(&path, "yuv420p");
    pictures.seek(50).unwrap();
    let p = pictures.next().unwrap().unwrap();
    let size = truth.len() / 96;
    assert!(p.number() == 50 && packed(&p) == truth[50 * size..51 * size]);
    pictures.seek(3).unwrap();
    assert!(packed(&pictures.next().unwrap().unwrap()) == truth[3 * size..4 * size]);
    if index.keyframes == [0] {
        assert!(index.warnings[0].contains("no usable timestamps"));
    }
}

#[test]
fn real_clips_of_many_kinds() {
    for name in [
        "clips/caminandes1_llama_drama_excerpt_320x180_av1.webm",
        "clips/steamboat_willie_1928_excerpt_854x480.mp4",
        "clips/sintel_excerpt_854x480_24fps_20s.mpg",
        "clips/intel_ccby/classroom.preview.gif",
        "qc/missing_frames/segment_0_missing.ts",
        "qc/missing_frames/segment_5.ts",
        "shots/pyscenedetect/delayed_start.mp4",
        "timelines/timecode-media",
    ] {
        let Some(path) = data(name) else { continue };
        let files = if path.is_dir() {
            std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).collect()
        } else {
            vec![path]
        };
        for path in files {
            let Ok(found) = probe(&path) else { continue };
            if found.picture.is_none() {
                continue;
            }
            let index = index(&path, &found).unwrap();
            let mut pictures = Pictures::open(&path, &found, &index, PicturesOptions::default()).unwrap();
            let mut n = 0;
            let mut some = Vec::new();
            while let Some(p) = pictures.next().unwrap() {
                assert_eq!(p.number(), n, "{}", path.display());
                if n % 97 == 50 {
                    some.push((n, packed(&p)));
                }
                n += 1;
            }
            assert_eq!(n, index.frames(), "{} {:?}", path.display(), pictures.warnings());
            for (number, bytes) in some.iter().rev().take(4) {
                pictures.seek(*number).unwrap();
                assert!(packed(&pictures.next().unwrap().unwrap()) == *bytes, "{} frame {number}", path.display());
            }
        }
    }
}
