//! Films rendered from small reels made for it, and looked at with the `ffmpeg` program.

use std::path::{Path, PathBuf};
use std::process::Command;

use film::{FrameRange, Rate};
use jobs::{Cancel, Silent};
use media::encode::Codec;
use render::{LoudnessTarget, Master, MasterSpec, RenderError, master};
use serde_json::Map;
use timeline::{
    Canvas, Clip, Fit, GainPoint, Item, Kind, Locked, Media, Point, ReelMedia, Reframe, Timeline, TitleCard,
    TitleStyle, Track, Transition, TransitionKind,
};

/// Runs ffmpeg with words parted by spaces; `{}` stands for the path.
fn ffmpeg(path: &Path, words: &str) -> PathBuf {
    let args: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
    let out =
        Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).arg(path).output().expect("ffmpeg is installed");
    assert!(out.status.success(), "{words}: {}", String::from_utf8_lossy(&out.stderr));
    path.to_owned()
}

/// Raw pictures of a film, frame by frame.
fn frames(path: &Path, format: &str, filter: &str) -> Vec<Vec<u8>> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-noautorotate", "-i"])
        .arg(path)
        .args(["-map", "0:v", "-vsync", "passthrough", "-vf", filter, "-f", "rawvideo", "-pix_fmt", format, "-"])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let size = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v", "-show_entries", "stream=width,height", "-of", "csv=p=0"])
        .arg(path)
        .output()
        .unwrap();
    let text = String::from_utf8(size.stdout).unwrap();
    let sides: Vec<usize> = text.trim().split(',').take(2).map(|n| n.parse().unwrap()).collect();
    let (w, h) = (sides[0], sides[1]);
    let bytes = match format {
        "gray" => w * h,
        "yuv420p" => w * h + 2 * (w.div_ceil(2) * h.div_ceil(2)),
        "yuv422p10le" => 4 * w * h,
        other => panic!("size of {other}"),
    };
    assert!(
        !out.stdout.is_empty() && out.stdout.len().is_multiple_of(bytes),
        "{} bytes in frames of {bytes}",
        out.stdout.len()
    );
    out.stdout.chunks(bytes).map(<[u8]>::to_vec).collect()
}

fn sound(path: &Path) -> Vec<f32> {
    let out = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a", "-ac", "2", "-ar", "48000", "-f", "f32le", "-"])
        .output()
        .unwrap();
    out.stdout.chunks_exact(8).map(|c| f32::from_le_bytes([c[0], c[1], c[2], c[3]])).collect()
}

fn reel(path: &Path, start: i64, len: i64, rate: Rate) -> Clip {
    let media = ReelMedia { path: path.to_owned(), hash: None, available: FrameRange::new(0, 100_000), rate };
    Clip::new(path.file_stem().unwrap().to_string_lossy(), Media::Reel(media), FrameRange::at(start, len))
}

fn item(clip: Clip) -> Item {
    Item::Clip(Box::new(clip))
}

fn passage(kind: TransitionKind, before: i64, after: i64) -> Item {
    Item::Transition(Transition { kind, before, after, metadata: Map::new() })
}

fn edit(rate: Rate, width: u32, height: u32, picture: Vec<Item>, heard: Vec<Item>) -> Locked {
    let mut timeline = Timeline::new("test", rate, Canvas { width, height });
    let mut track = Track::new("Picture", Kind::Picture);
    track.items = picture;
    timeline.tracks.push(track);
    if !heard.is_empty() {
        let mut track = Track::new("Sound", Kind::Sound);
        track.items = heard;
        timeline.tracks.push(track);
    }
    timeline::lock(timeline, |r| Ok(r.path.clone())).unwrap()
}

fn render_as(locked: &Locked, codec: Codec, out: &Path) -> Master {
    master(locked, &MasterSpec::new(codec), out, &Silent, &Cancel::new()).unwrap()
}

/// A film of 96 frames, each another picture, with a tone.
fn film(dir: &Path, name: &str, size: &str, format: &str, more: &str) -> PathBuf {
    ffmpeg(
        &dir.join(name),
        &format!(
            "-f lavfi -i testsrc2=s={size}:r=24:d=4 -f lavfi -i sine=f=440:r=48000:d=4 -vf format={format} -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv {more} -c:a pcm_s16le"
        ),
    )
}

#[test]
fn frames_without_effect_are_the_reels_own_bit_for_bit() {
    let dir = tempfile::tempdir().unwrap();
    for (name, format, codec) in [
        ("a.mov", "yuv420p", "-c:v libx264 -g 24 -bf 3"),
        ("b.mov", "yuv422p10le", "-c:v libx264 -g 30 -profile:v high422"),
        ("c.mov", "yuv422p10le", "-c:v prores_ks"),
    ] {
        let source = film(dir.path(), name, "320x180", format, codec);
        let locked = edit(
            Rate::FILM,
            320,
            180,
            vec![
                item(reel(&source, 37, 20, Rate::FILM)),
                item(reel(&source, 5, 11, Rate::FILM)),
                item(reel(&source, 80, 16, Rate::FILM)),
            ],
            vec![],
        );
        let out = dir.path().join("out.mkv");
        let made = render_as(&locked, Codec::Ffv1, &out);
        assert_eq!((made.frames, made.untouched), (47, 47), "{:?}", made.notes);
        let (own, ours) = (frames(&source, format, "null"), frames(&out, format, "null"));
        let wanted: Vec<usize> = (37..57).chain(5..16).chain(80..96).collect();
        assert_eq!(ours.len(), wanted.len());
        for (n, &w) in wanted.iter().enumerate() {
            assert!(ours[n] == own[w], "{name}: frame {n} is frame {w}");
        }
    }
}

#[test]
fn a_real_film_comes_out_bit_for_bit() {
    let data = std::env::var_os("BOTTEGA_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let source = data.join("clips/big_buck_bunny_first60s_640x360.mp4");
    if !source.exists() {
        eprintln!("SKIPPED: {} is not there", source.display());
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let rate = media::probe(&source).unwrap().picture.unwrap().rate;
    let heard = vec![item(reel(&source, 300, 12, rate)), item(reel(&source, 1000, 12, rate))];
    let locked = edit(rate, 640, 360, heard.clone(), heard);
    let out = dir.path().join("out.mkv");
    let made = render_as(&locked, Codec::Ffv1, &out);
    assert_eq!((made.frames, made.untouched), (24, 24));
    let (own, ours) = (frames(&source, "yuv420p", "null"), frames(&out, "yuv420p", "null"));
    for n in 0..12 {
        assert!(ours[n] == own[300 + n] && ours[12 + n] == own[1000 + n], "frame {n}");
    }
}

#[test]
fn every_deliverable_has_its_length_rate_and_tags() {
    let dir = tempfile::tempdir().unwrap();
    let rate: Rate = "23.976".parse().unwrap();
    let source = ffmpeg(
        &dir.path().join("a.mov"),
        "-f lavfi -i testsrc2=s=320x180:r=24000/1001:d=3 -f lavfi -i sine=f=440:r=48000:d=3 -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -c:v libx264 -c:a pcm_s16le",
    );
    let locked = edit(rate, 320, 180, vec![item(reel(&source, 10, 41, rate))], vec![item(reel(&source, 10, 41, rate))]);
    for codec in [Codec::H264, Codec::ProRes, Codec::Ffv1] {
        let out = dir.path().join(format!("out.{}", codec.ending()));
        let made = render_as(&locked, codec, &out);
        assert_eq!((made.frames, made.rate), (41, rate));
        assert!(made.notes.is_empty(), "{:?}", made.notes);
        let probe = media::probe(&out).unwrap();
        let picture = probe.picture.unwrap();
        assert_eq!((picture.rate, picture.width, picture.height), (rate, 320, 180), "{codec:?}");
        assert_eq!(picture.color.missing(), Vec::<&str>::new(), "{codec:?}");
        assert_eq!(picture.color.matrix, Some(film::Matrix::Bt709));
        assert_eq!(media::index(&out, &media::probe(&out).unwrap()).unwrap().frames(), 41);
        let heard = sound(&out).len() as i64;
        let wanted = rate.sample_at(41, 48_000);
        assert!(
            heard == wanted || codec == Codec::H264 && (wanted..wanted + 1024).contains(&heard),
            "{codec:?}: {heard} samples for {wanted}"
        );
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 4, "nothing is left lying about");
}

#[test]
fn dissolves_fades_and_dips_have_their_code_values() {
    let dir = tempfile::tempdir().unwrap();
    let plain = |name: &str, luma: u8| {
        ffmpeg(
            &dir.path().join(name),
            &format!(
                "-f lavfi -i color=black:s=64x36:r=24:d=4,format=yuv420p,geq=lum={luma}:cb=128:cr=128 -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -c:v ffv1"
            ),
        )
    };
    let (dark, light) = (plain("dark.mkv", 40), plain("light.mkv", 200));
    let one = |path: &Path| item(reel(path, 24, 24, Rate::FILM));
    let locked = edit(
        Rate::FILM,
        64,
        36,
        vec![
            Item::Gap(4),
            passage(TransitionKind::Dissolve, 0, 8),
            one(&light),
            passage(TransitionKind::Dissolve, 4, 4),
            one(&dark),
            passage(TransitionKind::DipToBlack, 4, 4),
            one(&light),
            passage(TransitionKind::DipToWhite, 4, 4),
            one(&dark),
        ],
        vec![],
    );
    let out = dir.path().join("out.mkv");
    render_as(&locked, Codec::Ffv1, &out);
    let luma: Vec<u8> = frames(&out, "yuv420p", "null").iter().map(|f| f[0]).collect();
    assert_eq!(luma[..4], [16; 4], "a gap is black of the range");
    let fade: Vec<u8> = (0..8).map(|i| (16.0 + (200.0 - 16.0) * (i as f32 + 0.5) / 8.0).round() as u8).collect();
    assert_eq!(luma[4..12], fade[..]);
    let dissolve: Vec<u8> = (0..8).map(|i| (200.0 - 160.0 * (i as f32 + 0.5) / 8.0).round() as u8).collect();
    assert_eq!(luma[24..32], dissolve[..]);
    assert_eq!((luma[23], luma[32]), (200, 40));
    assert_eq!((luma[51], luma[52]), (16, 16), "{:?}", &luma[46..58]);
    assert_eq!((luma[75], luma[76]), (235, 235), "{:?}", &luma[70..82]);
    assert_eq!((luma[47], luma[56], luma[71], luma[80]), (40, 200, 200, 40));
}

#[test]
fn picture_and_sound_land_on_the_same_frame() {
    let dir = tempfile::tempdir().unwrap();
    // Flash and beep of one frame at 2.5 s, a key picture far before it.
    let source = ffmpeg(
        &dir.path().join("sync.mp4"),
        "-f lavfi -i color=black:s=160x90:r=25:d=5,geq=lum='if(eq(N,62),235,16)':cb=128:cr=128 -f lavfi -i aevalsrc='if(between(t,2.48,2.52),sin(2*PI*1000*t),0)':s=48000:d=5 -c:v libx264 -g 250 -bf 3 -c:a aac",
    );
    let rate = Rate::new(25, 1).unwrap();
    for codec in [Codec::H264, Codec::ProRes, Codec::Ffv1] {
        let both = || vec![item(reel(&source, 55, 30, rate)), item(reel(&source, 60, 20, rate))];
        let locked = edit(rate, 160, 90, both(), both());
        let out = dir.path().join(format!("out.{}", codec.ending()));
        render_as(&locked, codec, &out);
        let flashes: Vec<usize> = frames(&out, "gray", "null")
            .iter()
            .enumerate()
            .filter(|(_, f)| f[f.len() / 2] > 150)
            .map(|(n, _)| n)
            .collect();
        assert_eq!(flashes, [7, 32], "{codec:?}");
        let heard = sound(&out);
        for flash in flashes {
            let (from, to) = (flash * 1920, (flash + 1) * 1920);
            let power = |a: usize, b: usize| heard[a..b].iter().map(|s| s * s).sum::<f32>() / (b - a) as f32;
            let beep = power(from, to);
            assert!(
                beep > 100.0 * power(from - 1920, from - 200) && beep > 100.0 * power(to + 200, to + 1920),
                "{codec:?}: beep at frame {flash}"
            );
            // To the sample: the middle of its energy lies in the middle of the frame.
            let (mut sum, mut moment) = (0f64, 0f64);
            for (n, s) in heard[from - 960..to + 960].iter().enumerate() {
                sum += f64::from(s * s);
                moment += f64::from(s * s) * n as f64;
            }
            let off = moment / sum - 1920.0;
            assert!(off.abs() < 48.0, "{codec:?}: the beep stands {off} samples off");
        }
    }
}

#[test]
fn loudness_and_peak_reach_their_target() {
    let dir = tempfile::tempdir().unwrap();
    let source = ffmpeg(
        &dir.path().join("noise.mov"),
        "-f lavfi -i testsrc2=s=64x36:r=24:d=12 -f lavfi -i anoisesrc=c=pink:a=0.05:r=48000:d=12:seed=4 -f lavfi -i sine=f=200:beep_factor=5:r=48000:d=12 -filter_complex [1][2]amix=inputs=2 -c:v ffv1 -c:a pcm_s24le",
    );
    let both = || vec![item(reel(&source, 10, 240, Rate::FILM))];
    for (codec, target) in [
        (Codec::ProRes, LoudnessTarget::WEB),
        (Codec::H264, LoudnessTarget::WEB),
        (Codec::Ffv1, LoudnessTarget::R128),
        (Codec::Ffv1, LoudnessTarget { lufs: -9.0, peak: -1.0 }),
    ] {
        let mut spec = MasterSpec::new(codec);
        spec.loudness = target;
        let out = dir.path().join(format!("out.{}", codec.ending()));
        let made = master(&edit(Rate::FILM, 64, 36, both(), both()), &spec, &out, &Silent, &Cancel::new()).unwrap();
        let log = Command::new("ffmpeg")
            .args(["-hide_banner", "-nostats", "-i"])
            .arg(&out)
            .args(["-map", "0:a", "-af", "ebur128=peak=true", "-f", "null", "-"])
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&log.stderr).into_owned();
        let summary = &log[log.rfind("Summary").unwrap()..];
        let value = |name: &str| -> f32 {
            summary[summary.find(name).unwrap() + name.len()..].split_whitespace().next().unwrap().parse().unwrap()
        };
        let (i, peak) = (value("I:"), value("Peak:"));
        assert!(
            (i - target.lufs).abs() <= 0.3 && peak <= target.peak + 0.05,
            "{codec:?} {target:?}: {i} LUFS, {peak} dBTP; {:?}",
            made.notes
        );
        assert!((made.loudness_lufs.unwrap() as f32 - i).abs() < 0.2 && made.levels.momentary.len() == 100);
    }
}

#[test]
fn gains_and_crossfades_shape_the_mix() {
    let dir = tempfile::tempdir().unwrap();
    let source = film(dir.path(), "a.mov", "64x36", "yuv420p", "-c:v ffv1");
    let mut ducked = reel(&source, 0, 48, Rate::FILM);
    ducked.gain =
        vec![GainPoint { frame: 0, db: 0.0 }, GainPoint { frame: 20, db: 0.0 }, GainPoint { frame: 28, db: -20.0 }];
    let locked = edit(Rate::FILM, 64, 36, vec![item(reel(&source, 0, 48, Rate::FILM))], vec![item(ducked)]);
    let out = dir.path().join("out.mkv");
    render_as(&locked, Codec::Ffv1, &out);
    let heard = sound(&out);
    let level = |frame: usize| {
        10.0 * (heard[frame * 2000..(frame + 2) * 2000].iter().map(|s| s * s).sum::<f32>() / 4000.0).log10()
    };
    assert!((level(5) - level(40) - 20.0).abs() < 0.1, "{} {}", level(5), level(40));
    assert!(heard[0].abs() < 0.01, "the edit is faded");
    // Straight in decibels: halfway down it is 10 dB lower.
    assert!((level(5) - level(23) - 10.0).abs() < 0.6, "{}", level(5) - level(23));
}

#[test]
fn phone_video_squares_and_odd_sizes_find_their_place() {
    let dir = tempfile::tempdir().unwrap();
    let tall =
        ffmpeg(&dir.path().join("flat.mp4"), "-f lavfi -i testsrc2=s=160x90:r=24:d=2 -c:v libx264 -pix_fmt yuv420p");
    let turned = dir.path().join("turned.mp4");
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(&tall)
        .args(["-c", "copy", "-metadata:s:v", "rotate=90"])
        .arg(&turned)
        .status()
        .unwrap();
    assert!(status.success());
    let rotation = media::probe(&turned).unwrap().picture.unwrap().rotation;
    assert_ne!(rotation, 0);
    let out = dir.path().join("out.mkv");
    render_as(&edit(Rate::FILM, 90, 160, vec![item(reel(&turned, 0, 5, Rate::FILM))], vec![]), Codec::Ffv1, &out);
    let filter = if rotation == 90 { "transpose=clock" } else { "transpose=cclock" };
    assert!(
        frames(&out, "yuv420p", "null")[..5] == frames(&tall, "yuv420p", filter)[..5],
        "turned as players turn it, every sample"
    );

    let odd = ffmpeg(&dir.path().join("odd.mkv"), "-f lavfi -i testsrc2=s=161x91:r=24:d=1 -pix_fmt yuv444p -c:v ffv1");
    let made = render_as(
        &edit(Rate::FILM, 162, 92, vec![item(reel(&odd, 0, 5, Rate::FILM))], vec![]),
        Codec::H264,
        &out.with_extension("mp4"),
    );
    assert_eq!((made.width, made.height, made.frames), (162, 92, 5));

    // A white column a third across, followed to the middle of an upright canvas.
    let column = ffmpeg(
        &dir.path().join("column.mkv"),
        "-f lavfi -i color=black:s=480x270:r=24:d=2,format=yuv420p,geq=lum='if(between(X,150,169),235,16)':cb=128:cr=128 -c:v ffv1",
    );
    let mut clip = reel(&column, 0, 24, Rate::FILM);
    clip.reframe = Some(Reframe { fit: Fit::Fill, center: vec![Point { frame: 0, x: 160.0 / 480.0, y: 0.5 }] });
    let still = edit(Rate::FILM, 152, 270, vec![item(clip.clone())], vec![]);
    clip.reframe = Some(Reframe {
        fit: Fit::Fill,
        center: vec![Point { frame: 0, x: 0.3, y: 0.5 }, Point { frame: 23, x: 0.4, y: 0.5 }],
    });
    let moving = edit(Rate::FILM, 152, 270, vec![item(clip)], vec![]);
    let middle = |locked: &Locked| -> Vec<f32> {
        render_as(locked, Codec::Ffv1, &out);
        let centers = frames(&out, "gray", "null").into_iter().map(|f| {
            let row = &f[152 * 100..152 * 101];
            let light: f32 = row.iter().map(|&v| f32::from(v.saturating_sub(16))).sum();
            row.iter().enumerate().map(|(x, &v)| x as f32 * f32::from(v.saturating_sub(16))).sum::<f32>() / light
        });
        centers.collect()
    };
    assert!(middle(&still).iter().all(|c| (c - 75.5).abs() < 1.5));
    let places = middle(&moving);
    let steps: Vec<f32> = places.windows(2).map(|w| w[0] - w[1]).collect();
    let even = 0.1 * 480.0 / 23.0;
    assert!(steps.iter().all(|s| (s - even).abs() < 0.15), "a slow move is even, not stepped: {steps:?}");
}

#[test]
fn variable_rate_reels_are_shown_by_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    // 30 frames a second, of which frames 10 to 14 are missing: frame 9 is held.
    let source = ffmpeg(
        &dir.path().join("phone.mp4"),
        "-f lavfi -i color=black:s=64x36:r=30:d=2,format=yuv420p,geq=lum='16+N*3':cb=128:cr=128 -vf select='lt(n,10)+gt(n,14)' -vsync vfr -c:v libx264 -qp 0 -video_track_timescale 30000",
    );
    let rate = Rate::new(30, 1).unwrap();
    let probe = media::probe(&source).unwrap();
    assert!(media::index(&source, &probe).unwrap().clock.is_variable());
    let out = dir.path().join("out.mkv");
    render_as(&edit(rate, 64, 36, vec![item(reel(&source, 5, 20, rate))], vec![]), Codec::Ffv1, &out);
    let luma: Vec<u8> = frames(&out, "yuv420p", "null").iter().map(|f| f[0]).collect();
    let wanted: Vec<u8> = (5..25).map(|n| if (10..15).contains(&n) { 9 } else { n }).map(|n| 16 + n * 3).collect();
    assert_eq!(luma, wanted);
}

#[test]
fn colour_of_a_second_reel_is_converted_and_assumptions_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let tagged = ffmpeg(
        &dir.path().join("tagged.mkv"),
        "-f lavfi -i color=black:s=64x36:r=24:d=2,format=yuv420p,geq=lum=63:cb=102:cr=240 -color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv -c:v ffv1",
    );
    // The same red in BT.601 code values, its tags left out.
    let bare = ffmpeg(
        &dir.path().join("bare.mkv"),
        "-f lavfi -i color=black:s=64x36:r=24:d=2,format=yuv420p,geq=lum=81:cb=90:cr=240 -c:v ffv1",
    );
    let out = dir.path().join("out.mkv");
    let made = render_as(
        &edit(
            Rate::FILM,
            64,
            36,
            vec![item(reel(&tagged, 0, 9, Rate::FILM)), item(reel(&bare, 0, 5, Rate::FILM))],
            vec![],
        ),
        Codec::Ffv1,
        &out,
    );
    let pictures = frames(&out, "yuv420p", "null");
    let (a, b) = (&pictures[0], &pictures[12]);
    for at in [0, 64 * 36, 64 * 36 * 5 / 4] {
        assert!(a[at].abs_diff(b[at]) <= 2, "{} {}", a[at], b[at]);
    }
    assert!(made.notes.iter().any(|n| n.contains("bare.mkv") && n.contains("matrix")), "{:?}", made.notes);
    assert!(!made.notes.iter().any(|n| n.contains("tagged.mkv")));
    assert_eq!(made.untouched, 9);
}

#[test]
fn interlaced_reels_are_joined_and_it_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let source = ffmpeg(
        &dir.path().join("fields.mpg"),
        "-f lavfi -i testsrc2=s=320x240:r=50:d=2 -vf interlace -c:v mpeg2video -flags +ildct+ilme -q:v 2 -top 1",
    );
    let rate = Rate::new(25, 1).unwrap();
    let out = dir.path().join("out.mkv");
    let made = render_as(
        &edit(rate, 320, 240, vec![item(reel(&source, 11, 10, rate)), item(reel(&source, 30, 5, rate))], vec![]),
        Codec::Ffv1,
        &out,
    );
    assert_eq!((made.frames, made.untouched), (15, 0));
    assert!(made.notes.iter().any(|n| n.contains("interlaced")), "{:?}", made.notes);
    let (ours, own) =
        (frames(&out, "yuv420p", "null"), frames(&source, "yuv420p", "bwdif=mode=send_frame:deint=interlaced"));
    assert!(ours[4] == own[15] && ours[12] == own[32], "the right frames, with the right neighbours");
}

#[test]
fn titles_fade_in_and_silence_is_stated() {
    let dir = tempfile::tempdir().unwrap();
    let card = TitleCard { lines: vec!["Big Buck Bunny".into()], style: TitleStyle::Title };
    let title = Clip::new("title", Media::Title(card), FrameRange::new(0, 24));
    let out = dir.path().join("out.mkv");
    let made = render_as(
        &edit(Rate::FILM, 320, 180, vec![Item::Gap(2), passage(TransitionKind::Dissolve, 0, 6), item(title)], vec![]),
        Codec::Ffv1,
        &out,
    );
    let most: Vec<u8> = frames(&out, "yuv420p", "null").iter().map(|f| *f[..320 * 180].iter().max().unwrap()).collect();
    assert_eq!((most[0], most[1]), (16, 16));
    assert!(most[2..9].windows(2).all(|w| w[0] < w[1]) || most[8] == most[7], "{most:?}");
    assert!(most[20] > 200);
    assert!(made.notes.iter().any(|n| n.contains("silent")));
}

#[test]
fn a_canceled_render_leaves_nothing_and_the_old_film_stays() {
    let dir = tempfile::tempdir().unwrap();
    let source = film(dir.path(), "a.mov", "64x36", "yuv420p", "-c:v ffv1");
    let locked = edit(
        Rate::FILM,
        64,
        36,
        vec![item(reel(&source, 0, 48, Rate::FILM))],
        vec![item(reel(&source, 0, 48, Rate::FILM))],
    );
    let out = dir.path().join("out.mp4");
    std::fs::write(&out, "the old one").unwrap();
    let cancel = Cancel::new();
    cancel.cancel();
    let error = master(&locked, &MasterSpec::new(Codec::H264), &out, &Silent, &cancel).unwrap_err();
    assert!(matches!(error, RenderError::Canceled(_)));
    assert_eq!(std::fs::read(&out).unwrap(), b"the old one");
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[test]
fn the_fingerprint_follows_what_is_seen_and_heard() {
    let dir = tempfile::tempdir().unwrap();
    let source = film(dir.path(), "a.mov", "64x36", "yuv420p", "-c:v ffv1");
    let with = |start: i64, why: &str| {
        let mut clip = reel(&source, start, 10, Rate::FILM);
        clip.why = vec![why.to_owned()];
        edit(Rate::FILM, 64, 36, vec![item(clip)], vec![])
    };
    let spec = MasterSpec::new(Codec::H264);
    let one = spec.fingerprint(&with(0, "because"));
    assert_eq!(one, spec.fingerprint(&with(0, "another reason")));
    assert_ne!(one, spec.fingerprint(&with(1, "because")));
    assert_ne!(one, MasterSpec::new(Codec::ProRes).fingerprint(&with(0, "because")));
}

#[test]
fn a_marked_master_says_what_it_was_told_to_say() {
    use credential::mark::{Payload, Reader};
    let dir = tempfile::tempdir().unwrap();
    // Grain over a moving card: film, as far as a mark is concerned.
    let source = film(dir.path(), "a.mov", "640x360", "yuv420p,noise=alls=12:allf=t", "-c:v libx264 -crf 12");
    let locked = edit(Rate::FILM, 640, 360, vec![item(reel(&source, 0, 72, Rate::FILM))], vec![]);
    for mark in [None, Payload::new(0xBEEF), Some(Payload::SANDBOX)] {
        let spec = MasterSpec { mark, ..MasterSpec::new(Codec::H264) };
        let made = master(&locked, &spec, &dir.path().join("out.mp4"), &Silent, &Cancel::new()).unwrap();
        assert_eq!(made.notes.iter().any(|n| n.contains("invisible mark")), mark.is_some(), "{:?}", made.notes);
        let mut reader = Reader::default();
        for luma in frames(&made.file, "gray", "null") {
            reader.add(&luma, 640, 640, 360, 8);
        }
        assert_eq!(reader.find().map(|found| found.payload), mark);
        // Another mark is another film.
        assert_eq!(spec.fingerprint(&locked) == MasterSpec::new(Codec::H264).fingerprint(&locked), mark.is_none());
    }
}
