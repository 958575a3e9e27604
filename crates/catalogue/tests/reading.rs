//! One decode of real film: the same however it is split, and right about what a person sees.

use std::path::{Path, PathBuf};
use std::process::Command;

use catalogue::reading::segment::{SegmentJob, read_segments};
use catalogue::reading::{Reading, plan, survey};
use catalogue::{Here, Ingest, Library, ingest};
use film::FrameRange;
use jobs::{Cancel, Silent};

fn data(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("BOTTEGA_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let path = root.join(name);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    }
    Some(path)
}

fn cut(path: &Path, from: &str, seconds: &str, out: &Path) {
    let args = ["-v", "error", "-y", "-ss", from, "-t", seconds, "-i"];
    let status = Command::new("ffmpeg").args(args).arg(path).args(["-c", "copy"]).arg(out).status();
    assert!(status.expect("the ffmpeg program cuts test films").success());
}

#[test]
fn the_split_does_not_matter() {
    let Some(film) = data("films/big_buck_bunny_640x360_24fps.mp4") else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("part.mp4");
    cut(&film, "40", "40", &path);
    let probe = media::probe(&path).unwrap();
    let index = media::index(&path, &probe).unwrap();
    let read = |into: &str, segments: Vec<FrameRange>| {
        let into = dir.path().join(into);
        let job = SegmentJob {
            path: path.clone(),
            segments: segments.clone(),
            into: into.clone(),
            threads: 1,
            claims: into.clone(),
        };
        survey::share(&into, &index).unwrap();
        read_segments(&job, &Silent, &Cancel::new()).unwrap();
        Reading::join(&into, &segments, 0.5625).unwrap()
    };
    let whole = read("one", vec![FrameRange::new(0, index.frames())]);
    let parts = plan::segments(index.frames(), &index.keyframes, index.clock.rate(), true, 6);
    assert!(parts.len() > 3, "{parts:?}");
    let split = read("many", parts);
    assert_eq!(whole.sights.len() as i64, index.frames());
    for (i, (a, b)) in whole.sights.iter().zip(&split.sights).enumerate() {
        assert_eq!(a, b, "frame {i}");
    }
    assert_eq!(whole.closeups, split.closeups);
    assert_eq!(whole.lit, split.lit);
    let rate = index.clock.rate();
    assert_eq!(catalogue::shots::detect(&whole.marks, rate), catalogue::shots::detect(&split.marks, rate));
}

#[test]
fn titles_and_credits_are_lettering_and_shots_are_not() {
    let Some(film) = data("films/big_buck_bunny_640x360_24fps.mp4") else { return };
    let dir = tempfile::tempdir().unwrap();
    let library = Library::init(&dir.path().join("library")).unwrap();
    // Both ends of the film as reels of their own, so that only these are read.
    let (opening, end) = (dir.path().join("opening.mp4"), dir.path().join("end.mp4"));
    cut(&film, "0", "60", &opening);
    cut(&film, "455", "140", &end);
    let paths = [opening, end];
    let what = Ingest { paths: &paths, quick: false, yard: &Here, workers: 2 };
    let report = ingest(&library, &what, &Silent, &Cancel::new()).unwrap();
    assert_eq!(report.taken.len(), 2, "{report:?}");
    let seconds = |name: &str| -> Vec<(f64, f64, f32)> {
        let lists = library.shots(&library.title(name).unwrap()).unwrap();
        let fps = lists[0].rate.fps();
        lists[0].shots.iter().map(|s| (s.start as f64 / fps, s.end as f64 / fps, s.attributes.lettering)).collect()
    };
    let at = |shots: &[(f64, f64, f32)], t: f64| shots.iter().find(|s| s.0 <= t && t < s.1).unwrap().2;
    let opening = seconds("opening");
    // "The Peach open movie project presents", over the tree; then the title over the burrow.
    assert!(at(&opening, 22.0) > 0.7 && at(&opening, 27.5) > 0.7, "{opening:?}");
    for t in [5.0, 14.0, 50.0, 55.0] {
        assert!(at(&opening, t) < 0.3, "{t}: {opening:?}");
    }
    let end = seconds("end");
    let start = 455.0;
    for t in [495.0, 510.0, 530.0, 550.0, 570.0, 578.0] {
        assert!(at(&end, t - start) > 0.7, "{t}: {end:?}");
    }
    for t in [460.0, 470.0, 485.0, 590.0] {
        assert!(at(&end, t - start) < 0.3, "{t}: {end:?}");
    }
}
