//! What the writer wrote, read back.

use std::process::Command;

use film::{Matrix, Primaries, Transfer};

use super::*;

fn spec(codec: Codec, source: &str, rate: Rate, width: u32, height: u32) -> WriterSpec {
    let color = Color {
        primaries: Some(Primaries::Bt709),
        transfer: Some(Transfer::Bt709),
        matrix: Some(Matrix::Bt709),
        range: Some(ColorRange::Limited),
    };
    WriterSpec {
        codec,
        width,
        height,
        rate,
        format: codec.format(source),
        color,
        aspect: (1, 1),
        sound: true,
        crf: 20,
        qp: None,
        preset: "veryfast".into(),
        timecode: Some(Timecode::new(86_400, rate, false)),
        metadata: vec![("title".into(), "A test".into())],
    }
}

/// A gradient that moves, different in each frame and plane.
fn gradient(spec: &WriterSpec, n: usize) -> Raster {
    let mut raster = Raster::new(&spec.format, spec.width, spec.height).unwrap();
    let top = (1usize << raster.layout().bits) - 1;
    let wide = raster.layout().bytes() == 2;
    for plane in 0..raster.layout().planes {
        let s = raster.plane_mut(plane);
        for (y, row) in s.bytes.chunks_mut(s.stride).enumerate() {
            for x in 0..s.width {
                let code = (x * 5 + y * 3 + n * 7 + plane * 40) & top;
                if wide {
                    row[2 * x..2 * x + 2].copy_from_slice(&(code as u16).to_le_bytes())
                } else {
                    row[x] = code as u8
                }
            }
        }
    }
    raster
}

fn raw(raster: &Raster) -> Vec<u8> {
    let mut bytes = Vec::new();
    for plane in 0..raster.layout().planes {
        let s = raster.plane(plane);
        for y in 0..s.height {
            bytes.extend_from_slice(&s.bytes[y * s.stride..][..s.width * raster.layout().bytes()]);
        }
    }
    bytes
}

fn write(path: &Path, spec: &WriterSpec, frames: usize, samples: usize) -> Written {
    let mut writer = Writer::create(path, spec).unwrap();
    for n in 0..frames {
        writer.picture(&gradient(spec, n)).unwrap();
    }
    let tone: Vec<f32> = (0..samples).flat_map(|n| [(n as f32 * 0.05).sin() * 0.5; 2]).collect();
    for block in tone.chunks(2 * 777) {
        writer.sound(block).unwrap();
    }
    writer.finish().unwrap()
}

fn ffprobe(path: &Path, args: &[&str]) -> String {
    let out = Command::new("ffprobe")
        .args(["-v", "error", "-of", "default=nk=1:nw=1"])
        .args(args)
        .arg(path)
        .output()
        .expect("ffprobe is installed");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn decoded(path: &Path, args: &[&str]) -> Vec<u8> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(args)
        .arg("-")
        .output()
        .expect("ffmpeg is installed");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

#[test]
fn every_codec_keeps_rate_length_and_colour() {
    let dir = tempfile::tempdir().unwrap();
    let rate: Rate = "23.976".parse().unwrap();
    for codec in [Codec::H264, Codec::ProRes, Codec::Ffv1] {
        let path = dir.path().join(format!("a film: \"{codec:?}\".{}", codec.ending()));
        let spec = spec(codec, "yuv420p", rate, 320, 180);
        let samples = rate.sample_at(30, SAMPLE_RATE) as usize;
        let written = write(&path, &spec, 30, samples);
        assert_eq!((written.frames, written.samples), (30, samples as i64));
        let tags = ffprobe(
            &path,
            &[
                "-select_streams",
                "v",
                "-show_entries",
                "stream=r_frame_rate,avg_frame_rate,color_range,color_space,color_transfer,color_primaries,pix_fmt",
            ],
        );
        for tag in ["24000/1001", "tv", "bt709", &spec.format] {
            assert!(tags.lines().any(|l| l == tag), "{codec:?}: {tag} in {tags}");
        }
        assert_eq!(tags.lines().filter(|l| *l == "bt709").count(), 3, "{codec:?}: {tags}");
        let frames =
            ffprobe(&path, &["-count_frames", "-select_streams", "v", "-show_entries", "stream=nb_read_frames"]);
        assert_eq!(frames.trim(), "30", "{codec:?}");
        let sound = decoded(&path, &["-map", "0:a", "-f", "f32le"]);
        let got = sound.len() / 8;
        // The last block of AAC is whole in older FFmpegs' decoders; the container says where the sound ends.
        assert!(
            got == samples || codec == Codec::H264 && got < samples + 1024 && got >= samples,
            "{codec:?}: {got} for {samples}"
        );
        let tone: Vec<f32> = sound.chunks_exact(8).map(|c| f32::from_le_bytes(c[..4].try_into().unwrap())).collect();
        let worst = (2000..20_000).map(|n| (tone[n] - (n as f32 * 0.05).sin() * 0.5).abs()).fold(0.0, f32::max);
        assert!(
            worst < if codec == Codec::H264 { 0.03 } else { 1e-6 },
            "{codec:?}: samples stand in their places: {worst}"
        );
        if codec == Codec::H264 {
            let lasts: f64 =
                ffprobe(&path, &["-select_streams", "a", "-show_entries", "stream=duration"]).trim().parse().unwrap();
            assert!((lasts - rate.seconds(30)).abs() < 0.0001, "{lasts}");
            let head = std::fs::read(&path).unwrap();
            let at = |name: &[u8]| head.windows(4).position(|w| w == name).unwrap();
            assert!(at(b"moov") < at(b"mdat"), "a player can begin before all is loaded");
        }
        if codec == Codec::ProRes {
            assert!(ffprobe(&path, &["-show_entries", "stream_tags=timecode"]).contains("01:00:00:00"));
            assert!(ffprobe(&path, &["-select_streams", "v", "-show_entries", "stream=profile"]).contains("HQ"));
        }
    }
}

#[test]
fn ffv1_gives_back_every_bit() {
    let dir = tempfile::tempdir().unwrap();
    for (source, pixel) in [
        ("yuv420p", "yuv420p"),
        ("yuv422p10le", "yuv422p10le"),
        ("yuv444p12le", "yuv444p12le"),
        ("gbrp10le", "gbrp10le"),
        ("rgb24", "gbrp"),
        ("gray", "gray"),
        ("yuvj444p", "yuv444p"),
    ] {
        let path = dir.path().join(format!("{source}.mkv"));
        let spec = WriterSpec { sound: false, ..spec(Codec::Ffv1, source, Rate::FILM, 62, 34) };
        let mut writer = Writer::create(&path, &spec).unwrap();
        let mut wanted = Vec::new();
        for n in 0..5 {
            let picture = gradient(&spec, n);
            wanted.extend(raw(&picture));
            writer.picture(&picture).unwrap();
        }
        writer.finish().unwrap();
        assert!(decoded(&path, &["-f", "rawvideo", "-pix_fmt", pixel]) == wanted, "{source}");
    }
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let spec = spec(Codec::H264, "yuv420p", Rate::FILM, 64, 36);
    let error = Writer::create(Path::new("/no such folder/film.mp4"), &spec).err().unwrap().to_string();
    assert!(error.contains("/no such folder/film.mp4"), "{error}");
}

#[test]
fn a_picture_of_another_shape_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let spec = spec(Codec::H264, "yuv420p", Rate::FILM, 64, 36);
    let mut writer = Writer::create(&dir.path().join("a.mp4"), &spec).unwrap();
    let error = writer.picture(&Raster::new("yuv420p", 32, 36).unwrap()).unwrap_err();
    assert!(matches!(error, EncodeError::Shape { .. }));
}
