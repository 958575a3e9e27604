//! The sample film of the house with its sample cue: the laws over two hundred seeds, and cuts that fall on beats.

// The laws themselves are the director's; the film and the cue come through the rooms that this one may use.
#[path = "../../director/tests/laws/mod.rs"]
mod laws;

use std::path::{Path, PathBuf};

use catalogue::music::take_music;
use catalogue::{Here, Ingest, Library, Music, Snapshot, ingest};
use director::{Brief, Tone, rate, trailer};
use film::Rate;
use jobs::{Cancel, Silent};
use timeline::{Kind, Media, Timeline};

const SECONDS: [f64; 10] = [6.0, 8.0, 10.0, 14.0, 20.0, 30.0, 45.0, 60.0, 100.0, 150.0];

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name)
}

fn taken() -> (Snapshot, Music) {
    let folder = tempfile::tempdir().unwrap();
    let library = Library::init(folder.path()).unwrap();
    let paths = [sample("big_buck_bunny.mp4")];
    let what = Ingest { paths: &paths, quick: false, yard: &Here, workers: 2 };
    let report = ingest(&library, &what, &Silent, &Cancel::new()).unwrap();
    assert_eq!(report.taken.len(), 1, "{report:?}");
    let cue = sample("tears_of_steel_the_battle.ogg");
    let music = take_music(&library, &cue, &Here, &Silent, &Cancel::new()).unwrap();
    let film = library.snapshot(&library.titles().unwrap()[0]).unwrap();
    (film, music)
}

/// Frames of the trailer at which the music has a beat.
fn beats(cut: &Timeline, music: &Music) -> Vec<i64> {
    let mut frames = Vec::new();
    for (_, record, clip) in cut.clips().filter(|(track, ..)| cut.tracks[*track].kind == Kind::Sound) {
        if matches!(&clip.media, Media::Reel(media) if media.hash == Some(music.hash)) {
            let frame = |beat: &f64| (beat * cut.rate.fps()).round() as i64 - clip.source.start() + record.start();
            frames.extend(music.beats.iter().map(frame).filter(|f| record.contains(*f)));
        }
    }
    frames.sort_unstable();
    frames
}

/// Cuts of the picture within the montage.
fn montage(cut: &Timeline) -> Vec<i64> {
    let ranges: Vec<_> = cut.markers.iter().filter(|m| m.name == "montage").map(|m| m.range).collect();
    let starts = cut.clips().filter(|(track, ..)| cut.tracks[*track].kind == Kind::Picture).map(|(_, r, _)| r.start());
    starts.filter(|s| ranges.iter().any(|r| r.contains(*s))).collect()
}

fn near(frames: &[i64], frame: i64) -> bool {
    frames.iter().any(|f| (f - frame).abs() <= 1)
}

#[test]
fn two_hundred_seeds_of_the_sample_break_no_law_and_cut_on_beats() {
    let (film, music) = taken();
    assert_eq!(rate(&film).unwrap(), Rate::FILM);
    let (mut cuts, mut met, mut random) = (0usize, 0usize, 0.0f64);
    for seed in 0..200u64 {
        let seconds = SECONDS[seed as usize % SECONDS.len()];
        let brief = Brief {
            seed,
            tone: [Tone::Balanced, Tone::Quiet, Tone::Driving][seed as usize % 3],
            music: (seed % 4 != 3).then(|| music.clone()),
            spoiler_free: seed % 2 == 0,
            ..Brief::new(Rate::FILM.frames_in_seconds(seconds))
        };
        let case = format!("seed {seed}, {seconds} s");
        let cut = trailer(&film, &brief).unwrap_or_else(|e| panic!("{case}: {e}"));
        laws::keep(&film, &brief, &cut, &case);
        if brief.music.is_some() {
            let (frames, inside) = (beats(&cut, &music), montage(&cut));
            cuts += inside.len();
            met += inside.iter().filter(|c| near(&frames, **c)).count();
            // What chance would meet: the share of the montage's frames that lie that near to a beat.
            let all: Vec<i64> =
                cut.markers.iter().filter(|m| m.name == "montage").flat_map(|m| m.range.frames()).collect();
            let likely = all.iter().filter(|f| near(&frames, **f)).count() as f64 / all.len().max(1) as f64;
            random += likely * inside.len() as f64;
        }
    }
    println!(
        "{cuts} montage cuts: {:.1} % within a frame of a beat; cuts at random would be {:.1} %",
        100.0 * met as f64 / cuts as f64,
        100.0 * random / cuts as f64
    );
    assert!(cuts > 500, "{cuts} montage cuts");
    assert!(10 * met >= 7 * cuts, "{met} of {cuts} montage cuts are on a beat");
}
