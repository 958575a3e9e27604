//! Our render beside the equivalent hand-written FFmpeg filter graph: `render_bench FILM [RUNS]`.
//!
//! Ten clips of four seconds with a dissolve in the middle and the film's sound, H.264 `veryfast` crf 20 and AAC in MP4. The
//! rival seeks each clip as an input of its own, joins them by concat, xfade and acrossfade, and leaves loudness alone, which
//! we measure and bring to target on top. Runs take turns; medians are printed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use film::{FrameRange, Rate};
use jobs::{Cancel, Silent};
use media::encode::Codec;
use serde_json::Map;
use timeline::{Canvas, Clip, Item, Kind, Locked, Media, ReelMedia, Timeline, Track, Transition, TransitionKind};

const CLIPS: i64 = 10;
const SECONDS: i64 = 4;
/// Frames of the dissolve.
const MIXED: i64 = 12;

fn main() {
    let film = PathBuf::from(std::env::args().nth(1).expect("a film"));
    let runs: usize = std::env::args().nth(2).map_or(5, |n| n.parse().expect("a number of runs"));
    let dir = tempfile::tempdir().expect("a folder");
    let probe = media::probe(&film).expect("a film");
    let clock = media::index(&film, &probe).expect("its frames").clock;
    let (width, height) = probe.picture.expect("a picture").display_size();
    let locked = edit(&film, clock.rate(), clock.grid_len(), width, height);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..runs {
        let begun = Instant::now();
        let spec = render::MasterSpec::new(Codec::H264);
        let master =
            render::master(&locked, &spec, &dir.path().join("ours.mp4"), &Silent, &Cancel::new()).expect("a master");
        ours.push(begun.elapsed().as_secs_f64());
        let begun = Instant::now();
        rival(&film, clock.rate(), clock.grid_len(), &dir.path().join("theirs.mp4"));
        theirs.push(begun.elapsed().as_secs_f64());
        println!("run {run}: ours {:.2} s, ffmpeg {:.2} s ({} frames)", ours[run], theirs[run], master.frames);
    }
    let median = |v: &mut Vec<f64>| {
        v.sort_by(f64::total_cmp);
        v[v.len() / 2]
    };
    let (a, b) = (median(&mut ours), median(&mut theirs));
    println!("{width}x{height}: ours {a:.2} s, ffmpeg {b:.2} s: {:.2}x its speed", b / a);
}

/// First frame of clip `n`.
fn start(n: i64, frames: i64) -> i64 {
    frames * (n + 1) / (CLIPS + 2)
}

fn edit(film: &Path, rate: Rate, frames: i64, width: u32, height: u32) -> Locked {
    let reel = ReelMedia { path: film.to_owned(), hash: None, available: FrameRange::new(0, frames), rate };
    let items = || -> Vec<Item> {
        let clip = |n| {
            Item::Clip(Box::new(Clip::new(
                format!("clip {n}"),
                Media::Reel(reel.clone()),
                FrameRange::at(start(n, frames), SECONDS * rate.nominal() as i64),
            )))
        };
        let mut items: Vec<Item> = (0..CLIPS).map(clip).collect();
        let half = MIXED / 2;
        items.insert(
            CLIPS as usize / 2,
            Item::Transition(Transition {
                kind: TransitionKind::Dissolve,
                before: half,
                after: half,
                metadata: Map::new(),
            }),
        );
        items
    };
    let mut t = Timeline::new("bench", rate, Canvas { width: width / 2 * 2, height: height / 2 * 2 });
    for kind in [Kind::Picture, Kind::Sound] {
        let mut track = Track::new("track", kind);
        track.items = items();
        t.tracks.push(track);
    }
    timeline::lock(t, |r| Ok(r.path.clone())).expect("a clean timeline")
}

fn rival(film: &Path, rate: Rate, frames: i64, out: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y"]);
    let (len, half) = (SECONDS * rate.nominal() as i64, MIXED / 2);
    for n in 0..CLIPS {
        // The clips beside the dissolve carry their handles.
        let (before, after) = (if n == CLIPS / 2 { half } else { 0 }, if n == CLIPS / 2 - 1 { half } else { 0 });
        let (from, lasts) = (rate.seconds(start(n, frames) - before), rate.seconds(len + before + after));
        command.args(["-ss", &format!("{from:.6}"), "-t", &format!("{lasts:.6}"), "-i"]).arg(film);
    }
    let side = |from: i64, to: i64, name: &str| {
        let pads: String = (from..to).map(|n| format!("[{n}:v:0][{n}:a:0]")).collect();
        format!("{pads}concat=n={}:v=1:a=1[v{name}][a{name}]", to - from)
    };
    let fps = format!("{}/{}", rate.num(), rate.den());
    let offset = rate.seconds(CLIPS / 2 * len - half);
    let mixed = rate.seconds(MIXED);
    let graph = format!(
        "{};{};[va]settb=AVTB,fps={fps}[x];[vb]settb=AVTB,fps={fps}[y];[x][y]xfade=duration={mixed:.6}:offset={offset:.6},format=yuv420p[v];[aa][ab]acrossfade=d={mixed:.6}:c1=qsin:c2=qsin,aresample=48000[a]",
        side(0, CLIPS / 2, "a"),
        side(CLIPS / 2, CLIPS, "b"),
    );
    command.args([
        "-filter_complex",
        &graph,
        "-map",
        "[v]",
        "-map",
        "[a]",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "20",
        "-g",
    ]);
    command
        .arg((rate.nominal() * 2).to_string())
        .args(["-c:a", "aac", "-b:a", "256k", "-ac", "2", "-movflags", "+faststart"])
        .arg(out);
    assert!(command.status().expect("ffmpeg is installed").success());
}
