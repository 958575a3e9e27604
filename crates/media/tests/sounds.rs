//! Sound is sample-exact beside the picture, from any place.

use std::path::Path;

use media::{Sounds, probe};

mod clips;
use clips::{data, make};

fn all(path: &Path, rate: u32, channels: u16) -> Vec<f32> {
    let probe = probe(path).unwrap();
    let mut sounds = Sounds::open(path, &probe, 0, rate, channels).unwrap();
    let mut out = Vec::new();
    while sounds.read(&mut out).unwrap() {}
    out
}

/// First sample louder than a twentieth of full scale.
fn onset(samples: &[f32]) -> i64 {
    samples.iter().position(|s| s.abs() > 0.05).unwrap() as i64
}

/// A white flash and a click in the same instant, 1 s in.
const CLAPPER: &str = "-f lavfi -i color=black:s=64x36:r=25:d=3,drawbox=c=white:t=fill:enable='eq(n\\,25)' -f lavfi -i aevalsrc='if(gte(t\\,1)*lt(t\\,1.01)\\,0.8\\,0)':s=48000:d=3";

#[test]
fn seeks_give_the_same_samples_as_reading_on() {
    let dir = tempfile::tempdir().unwrap();
    let noise = "-f lavfi -i aevalsrc=0.3*sin(2*PI*(200*t+60*t*t))+0.2*sin(2*PI*(900*t-20*t*t)):s=44100:d=9";
    let picture = "-f lavfi -i testsrc2=s=64x36:r=25:d=9";
    for (name, args) in [
        ("aac.mp4", "-c:a aac -b:a 96k -ac 2"),
        ("aac.mkv", "-c:a aac -b:a 96k -ac 2"),
        ("pcm.mov", "-c:a pcm_s24le -ac 2"),
        ("mp2.ts", "-c:a mp2 -ac 2"),
        ("flac.mkv", "-c:a flac -ac 1"),
        ("opus.webm", "-c:v libvpx -deadline realtime -c:a libopus -ac 2"),
        ("ac3.mkv", "-c:a ac3 -ac 6"),
    ] {
        let coding = if args.contains("-c:v") { "" } else { "-c:v mpeg4" };
        let path = make(dir.path(), name, &format!("{picture} {noise} {coding} {args}"));
        for rate in [48_000u32, 44_100] {
            let whole = all(&path, rate, 2);
            assert!((whole.len() as f64 / 2.0 / f64::from(rate) - 9.0).abs() < 0.06, "{name} {}", whole.len());
            let found = probe(&path).unwrap();
            let mut sounds = Sounds::open(&path, &found, 0, rate, 2).unwrap();
            for seconds in [7.013, 0.5, 3.3, 8.2, 0.0, 5.77] {
                let at = (seconds * f64::from(rate)) as usize;
                sounds.seek_sample(at as i64).unwrap();
                let mut got = Vec::new();
                while got.len() < 8000 && sounds.read(&mut got).unwrap() {}
                let far = got[..8000].iter().zip(&whole[2 * at..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                assert!(far < 1e-3, "{name} at {rate}: {far} off after a seek to {seconds}");
            }
        }
    }
}

#[test]
fn sample_zero_is_the_instant_of_frame_zero() {
    let dir = tempfile::tempdir().unwrap();
    for (name, coding, slack) in [
        ("clap.mp4", "-c:v libx264 -preset fast -bf 2 -pix_fmt yuv420p -c:a aac", 80),
        ("clap.mkv", "-c:v libx264 -preset fast -bf 2 -pix_fmt yuv420p -c:a flac", 48),
        ("clap.mov", "-c:v mpeg4 -c:a pcm_s16le", 0),
        ("clap.ts", "-c:v mpeg2video -bf 2 -c:a mp2", 80),
        ("clap.avi", "-c:v mpeg4 -c:a pcm_s16le", 0),
    ] {
        let path = make(dir.path(), name, &format!("{CLAPPER} {coding}"));
        let at = onset(&all(&path, 48_000, 1));
        assert!((at - 48_000).abs() <= slack, "{name}: the click is heard at sample {at}");
    }
    // Sound that starts half a second after the picture, and half a second before it.
    for (name, sound, picture, at) in [("late.mkv", "0.5", "0", 72_000), ("early.mkv", "0", "0.4", 28_800)] {
        let path = make(
            dir.path(),
            name,
            &format!(
                "-itsoffset {picture} -f lavfi -i color=black:s=64x36:r=25:d=3 -itsoffset {sound} -f lavfi -i aevalsrc='if(gte(t\\,1)*lt(t\\,1.01)\\,0.8\\,0)':s=48000:d=3 -c:v mpeg4 -c:a flac"
            ),
        );
        let heard = onset(&all(&path, 48_000, 1));
        assert!((heard - at).abs() <= 48, "{name}: {heard}");
        let start = probe(&path).unwrap().sounds[0].start;
        assert!((start - (at as f64 - 48_000.0) / 48_000.0).abs() < 0.002, "{name} {start}");
    }
}

#[test]
fn levels_survive_the_way_to_one_and_two_channels() {
    let dir = tempfile::tempdir().unwrap();
    let peak = |s: &[f32]| s.iter().fold(0f32, |m, s| m.max(s.abs()));
    let mono = make(dir.path(), "mono.wav", "-f lavfi -i aevalsrc=0.5*sin(2*PI*440*t):s=48000:d=1");
    let open = |path: &Path, channels| {
        let mut sounds = Sounds::open_music(path, 48_000, channels).unwrap();
        let mut out = Vec::new();
        while sounds.read(&mut out).unwrap() {}
        out
    };
    assert!((peak(&open(&mono, 1)) - 0.5).abs() < 1e-3);
    let both = open(&mono, 2);
    assert_eq!(both.len(), 96_000);
    assert!((peak(&both) - 0.5).abs() < 1e-3);
    let surround =
        make(dir.path(), "centre.wav", "-f lavfi -i aevalsrc=0|0|0.5*sin(2*PI*440*t)|0.9|0|0:c=5.1:s=48000:d=1");
    assert!((peak(&open(&surround, 2)) - 0.5 * std::f32::consts::FRAC_1_SQRT_2).abs() < 1e-3);
}

#[test]
fn a_hole_in_the_sound_stays_a_hole() {
    let dir = tempfile::tempdir().unwrap();
    let path = make(
        dir.path(),
        "hole.mkv",
        "-f lavfi -i color=black:s=64x36:r=25:d=6 -f lavfi -i aevalsrc='0.5*sin(2*PI*100*t)+if(gte(t\\,4)*lt(t\\,4.01)\\,0.45\\,0)':s=48000:d=6,aselect='not(between(t\\,1\\,3))' -c:v mpeg4 -c:a flac",
    );
    let sound = all(&path, 48_000, 1);
    let quiet = |from: f64, to: f64| sound[(from * 48e3) as usize..(to * 48e3) as usize].iter().all(|s| s.abs() < 1e-4);
    assert!(quiet(1.2, 2.8), "the hole is silent");
    let click = sound.iter().position(|s| *s > 0.6).unwrap() as f64 / 48e3;
    assert!((click - 4.0).abs() < 0.03, "the click after the hole is heard at {click}");
}

#[test]
fn music_begins_at_its_first_sample() {
    let Some(path) = data("music") else { return };
    for entry in std::fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let Ok((_, seconds)) = media::sound::probe_sound(&path) else { continue };
        let mut sounds = Sounds::open_music(&path, 48_000, 1).unwrap();
        let mut out = Vec::new();
        while sounds.read(&mut out).unwrap() {}
        let seconds = seconds.unwrap();
        assert!((out.len() as f64 / 48e3 - seconds).abs() < 0.1, "{} {seconds}", path.display());
        sounds.seek_sample(48_000 * 20).unwrap();
        let mut part = Vec::new();
        sounds.read(&mut part).unwrap();
        let off = part.iter().zip(&out[48_000 * 20..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(off < 1e-3, "{} {off}", path.display());
    }
}
