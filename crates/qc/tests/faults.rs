//! Films made with one known fault each, and clean ones.

use std::path::{Path, PathBuf};
use std::process::Command;

use film::FrameRange;
use jobs::{Cancel, Silent};
use qc::{Expected, Finding, LoudnessTarget, Policy, Report, Severity, inspect};

/// Eight seconds of moving picture and of pink noise at about -21 LUFS, the same each time.
const PICTURE: &str = "testsrc2=s=320x180:r=24:d=8";
const SOUND: &str = "anoisesrc=c=pink:r=48000:a=0.25:d=8:s=7";
const TAGS: &str = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv";

struct Studio(tempfile::TempDir);

impl Studio {
    fn new() -> Studio {
        Studio(tempfile::tempdir().unwrap())
    }

    /// Makes a film: its picture and sound sources, filters on each, and options of the output.
    fn make(&self, name: &str, picture: &str, sound: &str, options: &str) -> PathBuf {
        let path = self.0.path().join(name);
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-v", "error", "-y", "-f", "lavfi", "-i", picture]);
        if !sound.is_empty() {
            ffmpeg.args(["-f", "lavfi", "-i", sound]);
        }
        let codec = if name.ends_with("mp4") {
            "-c:v libx264 -preset veryfast -crf 18 -g 48 -c:a aac -b:a 192k"
        } else {
            "-c:v ffv1 -c:a pcm_s16le"
        };
        let pixels = if options.contains("-pix_fmt") { "" } else { "-pix_fmt yuv420p" };
        ffmpeg.args([codec, pixels, TAGS, options].join(" ").split_whitespace()).arg(&path);
        let out = ffmpeg.output().expect("the ffmpeg program makes the test films");
        assert!(out.status.success(), "{name}: {}", String::from_utf8_lossy(&out.stderr));
        path
    }

    fn judge(&self, name: &str, picture: &str, sound: &str, options: &str) -> Report {
        judge(&self.make(name, picture, sound, options), &quiet())
    }
}

fn judge(path: &Path, policy: &Policy) -> Report {
    media::hush();
    inspect(path, policy, &Silent, &Cancel::new()).unwrap()
}

/// A draft's limits without a loudness to reach.
fn quiet() -> Policy {
    Policy { loudness: None, ..Policy::draft() }
}

fn words(report: &Report) -> Vec<String> {
    report.findings().iter().map(|f| format!("{} {} {} {}", f.severity, f.check, f.range(), f.detail)).collect()
}

/// The one finding there is.
fn only<'a>(report: &'a Report, check: &str) -> &'a Finding {
    match report.findings() {
        [finding] if finding.check == check => finding,
        _ => panic!("one {check} was to be found: {:#?}", words(report)),
    }
}

#[test]
fn clean_films_pass_without_a_word() {
    let studio = Studio::new();
    for (name, options) in [
        ("clean.mp4", ""),
        ("clean.mkv", ""),
        ("ten bit.mkv", "-pix_fmt yuv420p10le"),
        ("444.mp4", "-pix_fmt yuv444p"),
        ("odd.mkv", "-vf scale=321:181 -pix_fmt yuv444p"),
    ] {
        let report = studio.judge(name, PICTURE, SOUND, options);
        assert_eq!(words(&report), Vec::<String>::new(), "{name}");
        assert_eq!((report.frames(), report.rate().to_string().as_str()), (192, "24/1"));
        assert!(report.passed().is_some());
        assert!((-30.0..-12.0).contains(&report.loudness().unwrap()), "{:?}", report.loudness());
    }
}

#[test]
fn black() {
    let studio = Studio::new();
    let black = |a, b| format!("{PICTURE},drawbox=t=fill:c=black:enable='between(n,{a},{b})'");
    let report = studio.judge("inside.mp4", &black(60, 119), SOUND, "");
    let found = only(&report, "black");
    assert_eq!((found.severity, found.range()), (Severity::Warning, FrameRange::new(60, 120)));
    assert_eq!((found.value, found.limit), (Some(2.5), Some(2.0)));

    let head = studio.judge("head.mp4", &black(0, 59), SOUND, "");
    assert_eq!((only(&head, "black").severity, only(&head, "black").range()), (Severity::Note, FrameRange::new(0, 60)));
    let tail = studio.judge("tail.mp4", &black(150, 191), SOUND, "");
    assert_eq!(only(&tail, "black").severity, Severity::Note);
    let dip = studio.judge("dip.mp4", &black(96, 107), SOUND, "");
    assert_eq!(only(&dip, "black").severity, Severity::Note);

    let long = studio.make("long.mp4", &black(24, 167), SOUND, "");
    let report = judge(&long, &quiet());
    assert_eq!(only(&report, "black").severity, Severity::Error);
    assert!(report.passed().is_none());
    let gap = Expected { range: FrameRange::new(30, 168), because: "gap".into() };
    let report = judge(&long, &Policy { expected: vec![gap], ..quiet() });
    assert_eq!(only(&report, "black").severity, Severity::Note, "{:?}", words(&report));
    assert!(only(&report, "black").detail.contains("expected (gap)"));

    let all = studio.judge("all.mp4", "color=black:s=320x180:r=24:d=3", "sine=d=3", "");
    assert_eq!((only(&all, "black").severity, only(&all, "black").range()), (Severity::Error, FrameRange::new(0, 72)));
}

#[test]
fn freeze() {
    let studio = Studio::new();
    let frozen = format!("{PICTURE}[a];{PICTURE}[b];[a][b]freezeframes=first=48:last=119:replace=48");
    let path = studio.make("frozen.mp4", &frozen, SOUND, "");
    let report = judge(&path, &quiet());
    let found = only(&report, "freeze");
    assert_eq!((found.severity, found.range()), (Severity::Warning, FrameRange::new(48, 120)));
    assert!(found.picture.as_ref().is_some_and(|jpeg| jpeg.0.starts_with(&[0xFF, 0xD8])));
    let card = Expected { range: FrameRange::new(48, 120), because: "title card".into() };
    let report = judge(&path, &Policy { expected: vec![card], ..quiet() });
    assert_eq!(only(&report, "freeze").severity, Severity::Note);

    // Something small moves: no freeze.
    let mouth =
        "color=gray:s=320x180:r=24:d=4[a];color=white:s=10x10:r=24:d=4[b];[a][b]overlay=x='150+2*mod(n,4)':y=80";
    let report = studio.judge("mouth.mp4", mouth, "sine=d=4", "");
    assert_eq!(words(&report), Vec::<String>::new());
}

#[test]
fn flashes_and_stray_frames() {
    let studio = Studio::new();
    for (color, severity) in [("white", Severity::Error), ("black", Severity::Error), ("white@0.5", Severity::Warning)]
    {
        let flash = format!("{PICTURE},drawbox=t=fill:c={color}:enable='eq(n,100)'");
        let report = studio.judge("flash.mp4", &flash, SOUND, "");
        let found = only(&report, "flash");
        assert_eq!((found.severity, found.range()), (severity, FrameRange::new(100, 101)), "{color}");
        assert!(found.picture.is_some());
    }
    // One frame of another shot left at a cut, and the cut itself, which is none.
    let shots = |n: i64| {
        format!(
            "{PICTURE}[a];smptebars=s=320x180:r=24:d=8[b];rgbtestsrc=s=320x180:r=24:d=8[c];\
            [a][b]overlay=enable='gte(n,90)'[d];[d][c]overlay=enable='between(n,90,{n})',noise=alls=6:allf=t"
        )
    };
    let report = studio.judge("stray.mp4", &shots(90), SOUND, "");
    let strays: Vec<_> = report.findings().iter().filter(|f| f.check == "flash").collect();
    assert_eq!(strays.len(), 1, "{:#?}", words(&report));
    assert_eq!((strays[0].severity, strays[0].range()), (Severity::Warning, FrameRange::new(90, 91)));
    assert!(strays[0].detail.contains("another shot"));
    let report = studio.judge("short shot.mp4", &shots(97), SOUND, "");
    assert!(report.findings().iter().all(|f| f.check != "flash"), "{:#?}", words(&report));
}

#[test]
fn strobes() {
    let studio = Studio::new();
    let strobe =
        |frames| format!("{PICTURE},drawbox=t=fill:c=white:enable='between(n,72,119)*mod(floor(n/{frames}),2)'");
    let report = studio.judge("strobe.mp4", &strobe(3), SOUND, "");
    let found = only(&report, "strobe");
    assert_eq!(found.severity, Severity::Warning);
    assert!(found.start >= 70 && found.end <= 124, "{}", found.range());
    assert!((3.3..4.8).contains(&found.value.unwrap()), "{:?}", found.value);
    let report = studio.judge("slow.mp4", &strobe(6), SOUND, "");
    assert!(report.findings().iter().all(|f| f.check != "strobe"), "two flashes a second: {:#?}", words(&report));
}

#[test]
fn silence() {
    let studio = Studio::new();
    let mute = |a: f64, b: f64| format!("{SOUND},volume=0:enable='between(t,{a},{b})'");
    let report = studio.judge("inside.mp4", PICTURE, &mute(3.0, 5.5), "");
    let found = only(&report, "silence");
    assert_eq!(found.severity, Severity::Warning);
    assert!((72 - 1..=72 + 3).contains(&found.start) && (132 - 3..=132 + 2).contains(&found.end), "{}", found.range());
    let tail = studio.judge("tail.mkv", PICTURE, &mute(5.0, 9.0), "");
    assert_eq!((only(&tail, "silence").severity, only(&tail, "silence").start), (Severity::Note, 120));
    let short = studio.judge("pause.mkv", PICTURE, &mute(3.0, 4.5), "");
    assert_eq!(words(&short), Vec::<String>::new());
    let none = studio.judge("none.mkv", PICTURE, "anullsrc=d=8:r=48000", "");
    assert!(only(&none, "silence").detail.contains("throughout"));
    assert_eq!((none.loudness(), none.true_peak()), (None, None));
}

#[test]
fn clipping_and_loudness() {
    let studio = Studio::new();
    // A sine of 1/8 raised to three times full scale between 3 and 4 seconds.
    let clipped = "sine=f=220:r=48000:d=8,aformat=s16,volume=28dB:precision=fixed:enable='between(t,3,4)'";
    for name in ["clipped.mkv", "clipped.mp4"] {
        let report = studio.judge(name, PICTURE, clipped, "");
        let found = only(&report, "clipping");
        assert_eq!(found.severity, Severity::Error, "{:?}", words(&report));
        assert!(found.start >= 69 && found.end <= 121 && found.value.unwrap() > 20.0, "{:?}", words(&report));
    }
    let full = studio.judge("full scale.mkv", PICTURE, "aevalsrc=0.99*sin(2*PI*440*t):s=48000:d=8", "");
    assert_eq!(words(&full), Vec::<String>::new(), "a full-scale tone is not clipped");

    // A 997 Hz sine at -20 dBFS in two channels is -20 + 3 - 0 LUFS by definition of BS.1770 (1 kHz, both channels: -17).
    let sine = "aevalsrc=0.1*sin(2*PI*997*t)|0.1*sin(2*PI*997*t):s=48000:d=8";
    let path = studio.make("sine.mkv", PICTURE, sine, "");
    let target =
        |integrated| Policy { loudness: Some(LoudnessTarget { integrated, ..LoudnessTarget::STREAMING }), ..quiet() };
    let report = judge(&path, &target(-20.0));
    assert_eq!(words(&report), Vec::<String>::new());
    assert!((report.loudness().unwrap() + 20.0).abs() < 0.1, "{:?}", report.loudness());
    assert!((report.true_peak().unwrap() + 20.0).abs() < 0.1);
    assert_eq!(only(&judge(&path, &target(-18.0)), "loudness").severity, Severity::Warning);
    assert_eq!(only(&judge(&path, &target(-16.0)), "loudness").severity, Severity::Error);
    let loud = studio.make("loud.mkv", PICTURE, "aevalsrc=0.97*sin(2*PI*997*t)|0.97*sin(2*PI*997*t):s=48000:d=8", "");
    let report = judge(&loud, &Policy::draft());
    let details = words(&report).join("\n");
    assert!(
        details.contains("louder than the target of -16.0") && details.contains("true peak -0.3 dBTP"),
        "{details}"
    );
    assert!(report.passed().is_none());
}

#[test]
fn lengths_and_stamps() {
    let studio = Studio::new();
    let short = studio.judge("short.mkv", PICTURE, "anoisesrc=c=pink:r=48000:a=0.25:d=6:s=7", "");
    let found = only(&short, "length");
    assert_eq!((found.severity, found.range()), (Severity::Error, FrameRange::new(144, 192)));
    let late = studio.make("late.mkv", PICTURE, SOUND, "");
    let moved = studio.0.path().join("moved.mkv");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(&late).args(["-itsoffset", "0.4", "-i"]).arg(&late);
    let done = ffmpeg.args("-map 0:v -map 1:a -c copy -t 8".split(' ')).arg(&moved).status().unwrap();
    assert!(done.success());
    let report = judge(&moved, &quiet());
    assert!(words(&report).iter().any(|w| w.contains("begins 0.400 s after")), "{:?}", words(&report));

    let holes = format!("{PICTURE},select='not(between(n,80,81))'");
    for name in ["holes.mkv", "holes.mp4"] {
        let report = studio.judge(name, &holes, SOUND, "-vsync passthrough");
        let found = report.findings().iter().find(|f| f.check == "stamps").unwrap();
        assert_eq!((found.severity, found.range()), (Severity::Error, FrameRange::new(79, 81)), "{:?}", words(&report));
        assert!(found.detail.starts_with("2 frames are missing"));
        assert!(report.passed().is_none());
    }
    let phone = format!("{PICTURE},select='not(eq(mod(n*n,7),2))'");
    let report = studio.judge("phone.mkv", &phone, SOUND, "-vsync passthrough");
    let varies = report.findings().iter().find(|f| f.check == "stamps").unwrap();
    assert_eq!((varies.severity, report.passed().is_some()), (Severity::Note, true), "{:?}", words(&report));

    let path = studio.make("asked.mkv", PICTURE, SOUND, "");
    let report = judge(&path, &Policy { frames: Some(200), ..quiet() });
    assert!(only(&report, "length").detail.contains("192 frames, 200 were asked for"));
    let mute = studio.judge("mute.mkv", PICTURE, "", "");
    assert_eq!(only(&mute, "length").severity, Severity::Note);
    assert!(
        judge(&studio.make("mute.mkv", PICTURE, "", ""), &Policy { needs_sound: true, ..quiet() }).passed().is_none()
    );
}

#[test]
fn colors_and_levels() {
    let studio = Studio::new();
    let none = "-color_primaries unknown -color_trc unknown -colorspace unknown -color_range unknown";
    let report = studio.judge("untagged.mkv", PICTURE, SOUND, none);
    let found = only(&report, "color");
    assert_eq!(found.severity, Severity::Warning);
    assert!(
        found.detail.contains("primaries, transfer, matrix") && found.detail.contains("SMPTE 170M"),
        "{}",
        found.detail
    );
    let wrong = studio.judge("wrong.mkv", PICTURE, SOUND, "-colorspace bt2020nc");
    assert!(only(&wrong, "color").detail.contains("primaries BT.709 contradict matrix BT.2020"));
    let pq = studio.judge("pq.mkv", PICTURE, SOUND, "-color_trc smpte2084");
    assert_eq!(pq.findings().iter().filter(|f| f.check == "color").count(), 2, "{:?}", words(&pq));

    let illegal = format!("{PICTURE},geq=lum='if(lt(Y,20)*between(N,50,59),253,lum(X,Y))':cb='cb(X,Y)':cr='cr(X,Y)'");
    let report = studio.judge("illegal.mkv", &illegal, SOUND, "");
    let found = only(&report, "levels");
    assert_eq!((found.severity, found.range()), (Severity::Warning, FrameRange::new(50, 60)), "{:?}", words(&report));
    assert!((found.value.unwrap() - 100.0 * 20.0 / 180.0).abs() < 1.2, "{:?}", found.value);
}

#[test]
fn what_is_no_film_is_refused_and_the_smallest_is_judged() {
    let studio = Studio::new();
    let path = studio.0.path().join("a.mp4");
    std::fs::write(&path, "no film at all, though it is called one").unwrap();
    let error = inspect(&path, &quiet(), &Silent, &Cancel::new()).unwrap_err();
    assert!(error.to_string().contains("a.mp4") && error.to_string().contains(';'), "{error}");
    let one = studio.judge("one.mkv", "testsrc2=s=320x180:r=24:d=0.04", "", "");
    assert_eq!((one.frames(), one.passed().is_some()), (1, true), "{:?}", words(&one));
    let cancel = Cancel::new();
    cancel.cancel();
    let film = studio.make("a.mkv", PICTURE, SOUND, "");
    assert!(matches!(inspect(&film, &quiet(), &Silent, &cancel), Err(qc::QcError::Canceled(_))));

    // Cut off in the middle: what is there is judged, and the loss is an error.
    let whole = std::fs::read(&film).unwrap();
    let half = studio.0.path().join("half.mkv");
    std::fs::write(&half, &whole[..whole.len() / 2]).unwrap();
    assert!(judge(&half, &quiet()).passed().is_none());
}

#[test]
fn a_close_look_finds_a_coarse_codec_and_nothing_in_a_fine_one() {
    let studio = Studio::new();
    let closely = Policy { closely: true, ..quiet() };
    let picture = "mandelbrot=s=640x360:r=24,trim=duration=3";
    let looks = |report: &Report| -> Vec<String> {
        let image = ["blocking", "banding", "upscaled", "smoothed", "grain mismatch"];
        report.findings().iter().map(|f| f.check.clone()).filter(|c| image.contains(&c.as_str())).collect()
    };
    let fine = studio.make("fine.mp4", picture, "", "-crf 14");
    assert_eq!(looks(&judge(&fine, &closely)), Vec::<String>::new());
    let coarse = studio.make("coarse.mp4", picture, "", "-c:v mpeg4 -q:v 24");
    let report = judge(&coarse, &closely);
    let blocking = report.findings().iter().find(|f| f.check == "blocking").expect("the blocks are seen");
    assert!(blocking.picture.is_some() && blocking.value > blocking.limit, "{blocking:?}");
    assert!(blocking.detail.contains("around"), "{}", blocking.detail);
    assert_eq!(looks(&judge(&coarse, &quiet())), Vec::<String>::new(), "only where it was asked for");
}

#[test]
fn a_close_look_takes_pictures_of_any_size_and_depth() {
    let studio = Studio::new();
    let closely = Policy { closely: true, ..quiet() };
    for (name, size, options) in [
        ("tiny.mkv", "16x16", ""),
        ("odd.mkv", "67x51", "-pix_fmt yuv444p"),
        ("deep.mkv", "130x74", "-pix_fmt yuv422p10le"),
        ("line.mkv", "400x8", ""),
        ("rgb.mkv", "130x74", "-pix_fmt gbrp"),
    ] {
        let path = studio.make(name, &format!("testsrc2=s={size}:r=24:d=1"), "", options);
        assert_eq!(judge(&path, &closely).frames(), 24, "{name}");
    }
}
