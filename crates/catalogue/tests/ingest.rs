//! Films in, by the one door: what becomes of every file, and what survives a stop.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use catalogue::{
    Camera, Depth, Here, Ingest, IngestError, IngestReport, Library, LookupError, Reel, SoundKind, Yard, ingest,
};
use jobs::{Cancel, Progress, Silent, Unit};
use media::yard::{Limits, YardError};

fn ffmpeg(args: &[&str], out: &Path) {
    let status = Command::new("ffmpeg").args(["-v", "error", "-y"]).args(args).arg(out).status();
    assert!(status.expect("the ffmpeg program makes test films").success(), "ffmpeg {args:?}");
}

/// Two shots of two seconds, the second panning.
fn film(out: &Path) {
    let graph = "testsrc2=s=320x180:r=24:d=2[a];mandelbrot=s=640x180:r=24,trim=duration=2,\
                 crop=320:180:x='40+3*n':y=0,setpts=PTS-STARTPTS[b];[a][b]concat=n=2:v=1[v]";
    let rest = ["-map", "[v]", "-map", "1:a", "-shortest", "-g", "12", "-pix_fmt", "yuv420p"];
    let all = [&["-filter_complex", graph, "-f", "lavfi", "-i", "sine=440:d=4"][..], &rest].concat();
    // Inputs come before the graph that uses them.
    let args: Vec<&str> = ["-f", "lavfi", "-i", "color=s=16x16:d=0.1"]
        .into_iter()
        .chain(all[2..6].iter().copied())
        .chain(all[..2].iter().copied())
        .chain(all[6..].iter().copied())
        .collect();
    ffmpeg(&args, out);
}

fn take(library: &Library, paths: &[PathBuf]) -> IngestReport {
    let what = Ingest { paths, quick: false, yard: &Here, workers: 2 };
    ingest(library, &what, &Silent, &Cancel::new()).unwrap()
}

#[test]
fn every_file_ends_in_exactly_one_list() {
    let dir = tempfile::tempdir().unwrap();
    let films = dir.path().join("my \"films\"\nhere");
    fs::create_dir(&films).unwrap();
    let at = |name: &str| films.join(name);
    film(&at("la_notte_1961_320x180.mp4"));
    fs::copy(at("la_notte_1961_320x180.mp4"), at("the same again.mp4")).unwrap();
    // "Perché?" in Latin-1, and out of order.
    fs::write(
        at("la_notte_1961_320x180.srt"),
        b"2\n00:00:03,000 --> 00:00:03,500\nNo.\n\n1\n00:00:01,000 --> 00:00:02,000\nPerch\xe9?\n",
    )
    .unwrap();
    let bytes = fs::read(at("la_notte_1961_320x180.mp4")).unwrap();
    fs::write(at("cut off.mp4"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(at("empty.mov"), b"").unwrap();
    fs::write(at("mislabelled.mkv"), "this is a letter to a friend\n".repeat(40)).unwrap();
    fs::write(at("notes.txt"), "buy film").unwrap();
    fs::write(at("orphan.srt"), "1\n00:00:01,000 --> 00:00:02,000\nHallo\n").unwrap();
    ffmpeg(&["-f", "lavfi", "-i", "sine=440:d=1"], &at("tone.wav"));
    ffmpeg(&["-f", "lavfi", "-i", "testsrc=s=64x64", "-frames:v", "1"], &at("still.png"));
    ffmpeg(
        &["-f", "lavfi", "-i", "testsrc2=s=65x33:r=25", "-frames:v", "1", "-pix_fmt", "yuv444p10le", "-c:v", "ffv1"],
        &at("一コマ.mkv"),
    );

    let library = Library::init(&dir.path().join("library")).unwrap();
    let report = take(&library, std::slice::from_ref(&films));
    let names = |paths: Vec<&PathBuf>| -> Vec<String> {
        let mut names: Vec<String> =
            paths.iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    assert_eq!(names(report.taken.iter().map(|t| &t.path).collect()), ["la_notte_1961_320x180.mp4", "一コマ.mkv"]);
    assert_eq!(names(report.held.iter().map(|t| &t.path).collect()), ["the same again.mp4"]);
    assert_eq!(
        names(report.refused.iter().map(|t| &t.path).collect()),
        ["cut off.mp4", "empty.mov", "mislabelled.mkv"]
    );
    let others = ["la_notte_1961_320x180.srt", "notes.txt", "orphan.srt", "still.png", "tone.wav"];
    assert_eq!(names(report.not_film.iter().map(|t| &t.path).collect()), others);
    assert_eq!(report.found, 11);
    assert!(report.refused.iter().all(|r| !r.reason.is_empty() && !r.remedy.is_empty()));
    let reason = |name: &str| report.not_film.iter().find(|n| n.path.ends_with(name)).unwrap().reason.clone();
    assert!(reason("la_notte_1961_320x180.srt").contains("used by la_notte_1961_320x180.mp4"));
    assert!(reason("orphan.srt").contains("no film"));

    let title = library.title("la notte").unwrap();
    assert_eq!(title.reels[0].frames, 96);
    let lists = library.shots(&title).unwrap();
    let shots = &lists[0].shots;
    assert_eq!(shots.iter().map(|s| (s.start, s.end)).collect::<Vec<_>>(), [(0, 48), (48, 96)]);
    assert!(
        shots.iter().all(|s| s.key_picture.as_ref().is_some_and(|p| image::open(p).is_ok())
            && (s.start..s.end).contains(&s.key_frame))
    );
    let snapshot = library.snapshot(&title).unwrap();
    let reel = &snapshot.reels[0];
    assert_eq!(
        reel.lines.iter().map(|l| (l.range.start(), l.text.as_str())).collect::<Vec<_>>(),
        [(24, "Perché?"), (72, "No.")]
    );
    assert!((reel.shots[0].attributes.dialogue_seconds - 1.0).abs() < 0.05);
    assert_eq!((reel.signals.luma.len(), reel.signals.thumbs.len()), (96, 96 * catalogue::THUMB));
    assert_eq!(reel.shots[1].attributes.camera, Camera::PanRight, "{:?}", reel.shots[1].attributes);

    // Again: all held, nothing new; and a moved film is found again.
    let again = take(&library, std::slice::from_ref(&films));
    assert_eq!((again.taken.len(), again.held.len()), (0, 3));
    let moved = dir.path().join("moved.mp4");
    fs::rename(at("la_notte_1961_320x180.mp4"), &moved).unwrap();
    fs::remove_file(at("the same again.mp4")).unwrap();
    let again = take(&library, std::slice::from_ref(&moved));
    assert_eq!(again.held.len(), 1);
    assert_eq!(library.title("la notte").unwrap().reels[0].path, moved.canonicalize().unwrap());
    assert!(matches!(library.title("la nite"), Err(LookupError::Unknown { near, .. }) if near == ["La Notte"]));
}

#[test]
fn parts_join_and_encodings_stay_apart() {
    let dir = tempfile::tempdir().unwrap();
    for (name, size) in [
        ("Napoleon reel 1.mkv", "64x48"),
        ("Napoleon reel 2.mkv", "64x50"),
        ("gag.mkv", "64x52"),
        ("sub/gag.mkv", "32x26"),
    ] {
        let out = dir.path().join("films").join(name);
        fs::create_dir_all(out.parent().unwrap()).unwrap();
        let source = format!("testsrc2=s={size}:r=12:d=1");
        ffmpeg(&["-f", "lavfi", "-i", &source, "-c:v", "ffv1"], &out);
    }
    let library = Library::init(&dir.path().join("library")).unwrap();
    assert_eq!(take(&library, &[dir.path().join("films")]).taken.len(), 4);
    let titles: Vec<(String, usize)> = library.titles().unwrap().into_iter().map(|t| (t.name, t.reels.len())).collect();
    assert_eq!(titles, [("Gag".to_owned(), 1), ("Gag (32x26)".to_owned(), 1), ("Napoleon".to_owned(), 2)]);
}

/// Raises the flag after so many reports of progress.
struct StopAfter {
    left: AtomicU64,
    cancel: Cancel,
}

impl Progress for StopAfter {
    fn begin(&self, _: &str, _: &str, _: Option<u64>, _: Unit) {}

    fn at(&self, _: &str, _: u64) {
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)) == Ok(1) {
            self.cancel.cancel();
        }
    }

    fn end(&self, _: &str) {}

    fn say(&self, _: &str) {}
}

#[test]
fn stopped_anywhere_it_goes_on_to_the_same_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("film.mkv");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=160x90:r=24:d=24", "-g", "24", "-c:v", "mpeg4", "-q:v", "3"], &path);
    let whole = Library::init(&dir.path().join("whole")).unwrap();
    take(&whole, std::slice::from_ref(&path));
    let expected = whole.shots(&whole.titles().unwrap()[0]).unwrap();
    let library = Library::init(&dir.path().join("library")).unwrap();
    let mut stops = 0;
    for reports in 1..60 {
        let cancel = Cancel::new();
        let stop = StopAfter { left: AtomicU64::new(reports), cancel: cancel.clone() };
        let what = Ingest { paths: std::slice::from_ref(&path), quick: false, yard: &Here, workers: 2 };
        match ingest(&library, &what, &stop, &cancel) {
            Err(IngestError::Canceled(_)) => {
                stops += 1;
                let titles = library.titles().unwrap();
                assert!(titles.len() <= 1, "a row is there whole or not at all");
            }
            Err(e) => panic!("{e}"),
            Ok(_) => break,
        }
    }
    assert!(stops > 3, "it was stopped {stops} times");
    assert_eq!(take(&library, std::slice::from_ref(&path)).held.len(), 1);
    let found = library.shots(&library.titles().unwrap()[0]).unwrap();
    let plain = |lists: &[catalogue::ShotList]| -> Vec<_> {
        lists[0].shots.iter().map(|s| (s.start, s.end, s.into, s.key_frame, s.attributes.clone())).collect()
    };
    assert_eq!(plain(&found), plain(&expected));
    let mut left: Vec<_> =
        fs::read_dir(library.reading(found[0].reel)).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["pictures", "signals", "strips"]);
    assert!(found[0].shots.iter().all(|s| s.filmstrip.is_some()));
    assert_eq!(library.titles().unwrap()[0].reels[0].depth, Depth::Full);
}

#[test]
fn a_quick_look_finds_the_shots_and_a_full_one_completes_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("film.mp4");
    film(&path);
    let library = Library::init(&dir.path().join("library")).unwrap();
    let quick = Ingest { paths: std::slice::from_ref(&path), quick: true, yard: &Here, workers: 2 };
    let report = ingest(&library, &quick, &Silent, &Cancel::new()).unwrap();
    assert_eq!(report.taken[0].depth, Depth::Quick);
    let starts = || -> Vec<i64> {
        let title = library.title("film").unwrap();
        library.shots(&title).unwrap()[0].shots.iter().map(|s| s.start).collect()
    };
    let found = starts();
    assert_eq!(found.len(), 2);
    assert!((47..=49).contains(&found[1]), "{found:?}");
    assert!(library.snapshot(&library.title("film").unwrap()).unwrap().reels[0].signals.luma.is_empty());
    // Quick again is enough; full is not.
    assert_eq!(ingest(&library, &quick, &Silent, &Cancel::new()).unwrap().held.len(), 1);
    let full = take(&library, std::slice::from_ref(&path));
    assert_eq!((full.taken.len(), full.taken[0].depth), (1, Depth::Full));
    assert_eq!(starts(), [0, 48]);
    assert_eq!(library.titles().unwrap().len(), 1);
}

#[test]
fn frames_of_different_length_stand_on_the_grid() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("phone.mkv");
    // Thirty frames a second with every third left out in the first half, as phones do in the dark.
    let source = "testsrc2=s=160x90:r=30:d=4,select='gt(n,60)+mod(n,3)'";
    ffmpeg(&["-f", "lavfi", "-i", source, "-fps_mode", "vfr", "-enc_time_base", "1/30", "-c:v", "ffv1"], &path);
    let library = Library::init(&dir.path().join("library")).unwrap();
    let report = take(&library, std::slice::from_ref(&path));
    assert!(report.taken[0].variable_rate, "{report:?}");
    let title = library.title("phone").unwrap();
    let snapshot = library.snapshot(&title).unwrap();
    let reel = &snapshot.reels[0];
    let grid = reel.clock.grid_len();
    assert!(reel.clock.frames() < grid);
    assert_eq!(reel.signals.luma.len() as i64, grid);
    assert_eq!(reel.shots.last().unwrap().range.end(), grid);
    assert!(reel.shots.windows(2).all(|p| p[0].range.end() == p[1].range.start()));
}

/// A yard whose listener dies.
struct Deaf;

impl Yard for Deaf {
    fn call(
        &self,
        name: &str,
        job: serde_json::Value,
        limits: &Limits,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<serde_json::Value, YardError> {
        match name {
            "listen" => Err(YardError::Crashed("signal 11".to_owned())),
            _ => Here.call(name, job, limits, progress, cancel),
        }
    }
}

/// The only reel of the title `name` in a fresh library.
fn reel(path: &Path, name: &str, yard: &dyn Yard) -> Reel {
    let dir = tempfile::tempdir().unwrap();
    let library = Library::init(&dir.path().join("library")).unwrap();
    let what = Ingest { paths: &[path.to_owned()], quick: false, yard, workers: 1 };
    let report = ingest(&library, &what, &Silent, &Cancel::new()).unwrap();
    assert_eq!(report.taken.len(), 1, "{report:?}");
    library.snapshot(&library.title(name).unwrap()).unwrap().reels.remove(0)
}

#[test]
fn subtitles_laid_beside_a_held_film_are_taken_in() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("film.mp4");
    film(&path);
    let library = Library::init(&dir.path().join("library")).unwrap();
    take(&library, std::slice::from_ref(&path));
    let dialogue = || -> f32 {
        let title = library.title("film").unwrap();
        library.shots(&title).unwrap()[0].shots.iter().map(|s| s.attributes.dialogue_seconds).sum()
    };
    let lines = || library.snapshot(&library.title("film").unwrap()).unwrap().reels.remove(0).lines;
    assert!(lines().is_empty());
    let before = library.shots(&library.title("film").unwrap()).unwrap()[0].shots.len();
    fs::write(dir.path().join("film.srt"), "1\n00:00:01,000 --> 00:00:02,500\nWho is there?\n").unwrap();
    let report = take(&library, std::slice::from_ref(&path));
    assert_eq!(report.held[0].lines_added, Some(1));
    assert!((dialogue() - 1.5).abs() < 0.1, "{}", dialogue());
    assert_eq!(lines()[0].text, "Who is there?");
    assert_eq!(library.shots(&library.title("film").unwrap()).unwrap()[0].shots.len(), before);
    // Once is enough.
    assert_eq!(take(&library, std::slice::from_ref(&path)).held[0].lines_added, None);
}

#[test]
fn a_reel_is_heard_on_its_grid() {
    let dir = tempfile::tempdir().unwrap();
    // Two seconds of silence, then a tone; the picture changes with it.
    let picture = "color=black:s=64x48:r=24:d=2[a];testsrc2=s=64x48:r=24:d=2[b];[a][b]concat=n=2:v=1[v];\
                   sine=440:d=4,volume=enable='lt(t,2)':volume=0,aformat=channel_layouts=stereo[s]";
    let heard = dir.path().join("heard.mkv");
    ffmpeg(&["-filter_complex", picture, "-map", "[v]", "-map", "[s]", "-c:v", "ffv1", "-c:a", "flac"], &heard);
    let reel_of = |yard: &dyn Yard| reel(&heard, "heard", yard);
    let reel = reel_of(&Here);
    let sound = reel.sound.as_ref().expect("it has sound");
    assert!(reel.has_sound && reel.warnings.is_empty(), "{:?}", reel.warnings);
    assert_eq!((sound.level.len(), sound.voice.len(), sound.loudness.len()), (96, 96, 96));
    assert!(sound.level[47] < -80.0 && sound.level[48] > -30.0, "{:?}", &sound.level[46..50]);
    assert_eq!(sound.spans[0].kind, SoundKind::Silence);
    let [silent, tone] = &reel.shots[..] else { panic!("{} shots", reel.shots.len()) };
    assert_eq!(silent.attributes.loudness, -70.0);
    assert!(tone.attributes.loudness > -40.0 && tone.attributes.music > 0.6, "{:?}", tone.attributes);

    let deaf = reel_of(&Deaf);
    assert!(deaf.sound.is_none() && deaf.shots.len() == 2);
    assert!(deaf.warnings.iter().any(|w| w.starts_with("its sound is left out")), "{:?}", deaf.warnings);
}

#[test]
fn a_silent_film_has_no_sound_and_a_variable_one_has_it_on_the_grid() {
    let dir = tempfile::tempdir().unwrap();
    let silent = dir.path().join("silent.mkv");
    ffmpeg(&["-f", "lavfi", "-i", "testsrc2=s=64x48:r=24:d=1", "-c:v", "ffv1"], &silent);
    let reel_of = |path: &Path, name: &str| reel(path, name, &Here);
    let silent = reel_of(&silent, "silent");
    assert!(!silent.has_sound && silent.sound.is_none());
    assert_eq!(silent.shots[0].attributes.loudness, -70.0);

    // Every second frame of the middle left out.
    let uneven = dir.path().join("uneven.mkv");
    let picture = "testsrc2=s=64x48:r=24:d=4,select='not(between(n,24,71)*mod(n,2))'[v];sine=440:d=4[s]";
    let how = ["-fps_mode", "vfr", "-c:v", "ffv1", "-c:a", "flac"];
    ffmpeg(&[&["-filter_complex", picture, "-map", "[v]", "-map", "[s]"][..], &how].concat(), &uneven);
    let uneven = reel_of(&uneven, "uneven");
    assert!(uneven.clock.is_variable() && uneven.clock.frames() == 72);
    let sound = uneven.sound.expect("it has sound");
    assert_eq!(sound.level.len() as i64, uneven.clock.grid_len());
    assert!(sound.level[1..uneven.clock.grid_len() as usize - 2].iter().all(|&l| l > -30.0), "{:?}", sound.level);
}
