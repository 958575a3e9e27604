//! Cutting to music, and what becomes of music that is too short, too long or without a beat.

mod world;

use director::{Brief, trailer};
use film::FrameRange;
use timeline::{Kind, Media, Timeline, Track};
use world::{World, music};

fn span(timeline: &Timeline, name: &str) -> FrameRange {
    timeline.markers.iter().find(|m| m.name == name).expect("the act is there").range
}

fn track<'t>(timeline: &'t Timeline, name: &str) -> &'t Track {
    timeline.tracks.iter().find(|t| t.name == name).unwrap_or_else(|| panic!("no track {name}"))
}

/// Frames of the trailer on which the music's beats fall, as the music track lays them.
fn beats(timeline: &Timeline, music: &catalogue::Music) -> Vec<f64> {
    let mut beats = Vec::new();
    for placed in track(timeline, "Music").placed(timeline.rate) {
        let Some(clip) = placed.clip() else { continue };
        let at = |beat: f64| beat * timeline.rate.fps() - clip.source.start() as f64 + placed.record.start() as f64;
        let inside = |b: &f64| *b >= placed.record.start() as f64 - 0.5 && *b < placed.record.end() as f64;
        beats.extend(music.beats.iter().map(|&b| at(b)).filter(inside));
    }
    beats
}

fn montage_cuts(timeline: &Timeline) -> Vec<i64> {
    let montage = span(timeline, "montage");
    let starts = track(timeline, "Picture").placed(timeline.rate).filter(|p| p.clip().is_some());
    starts.map(|p| p.record.start()).filter(|s| montage.contains(*s)).collect()
}

#[test]
fn montage_cuts_fall_on_beats_and_come_faster() {
    let film = World { shots: 400, ..World::new(21) }.film();
    for tempo in [62.0, 84.0, 100.0, 128.0, 174.0] {
        for seconds in [30, 60, 120] {
            let music = music(240.0, tempo);
            let brief = Brief { music: Some(music.clone()), ..Brief::new(seconds * 24) };
            let timeline = trailer(&film, &brief).unwrap();
            let beats = beats(&timeline, &music);
            let cuts = montage_cuts(&timeline);
            let near = |cut: &&i64| beats.iter().any(|b| (b - **cut as f64).abs() <= 1.0);
            let on = cuts.iter().filter(near).count();
            assert!(10 * on >= 9 * cuts.len(), "{tempo} bpm, {seconds} s: {on} of {} cuts on a beat", cuts.len());
            let lengths: Vec<i64> = cuts.windows(2).map(|w| w[1] - w[0]).collect();
            let (first, last) = lengths.split_at(lengths.len() / 2);
            let mean = |l: &[i64]| l.iter().sum::<i64>() as f64 / l.len().max(1) as f64;
            assert!(mean(last) <= mean(first), "{tempo} bpm, {seconds} s: {lengths:?}");
        }
    }
}

#[test]
fn the_height_of_longer_music_meets_the_title() {
    let film = World::new(22).film();
    let music = music(200.0, 120.0);
    let brief = Brief { music: Some(music.clone()), ..Brief::new(60 * 24) };
    let timeline = trailer(&film, &brief).unwrap();
    let title = span(&timeline, "title").start();
    let placed: Vec<_> = track(&timeline, "Music").placed(timeline.rate).collect();
    assert_eq!(placed.len(), 1);
    let clip = placed[0].clip().unwrap();
    let second = (clip.source.start() + title) as f64 / 24.0;
    assert!(
        (100.0..=160.5).contains(&second),
        "second {second} of the music meets the title; its height is 100 to 160"
    );
    let down = music.downbeats.iter().any(|&d| (music.beats[d as usize] - second).abs() < 0.05);
    assert!(down, "the title comes on the first beat of a bar, {second}");
}

#[test]
fn shorter_music_is_made_to_last_and_says_so() {
    let film = World::new(23).film();
    let steady = music(21.0, 120.0);
    let later = catalogue::Music { beats: Vec::new(), downbeats: Vec::new(), confidence: 0.0, ..music(40.0, 120.0) };
    let again = catalogue::Music { beats: Vec::new(), downbeats: Vec::new(), confidence: 0.0, ..music(9.0, 120.0) };
    for (music, words) in [(steady, "are heard"), (later, "begins"), (again, "is heard")] {
        let brief = Brief { music: Some(music.clone()), ..Brief::new(60 * 24) };
        let timeline = trailer(&film, &brief).unwrap();
        assert!(timeline.check().is_empty());
        assert!(timeline.notes.iter().any(|n| n.text.contains(words)), "{words}: {:?}", timeline.notes);
        let row = track(&timeline, "Music");
        assert_eq!(row.len(timeline.rate), brief.length, "the music ends with the trailer");
        let last = row.placed(timeline.rate).last().unwrap();
        let clip = last.clip().unwrap();
        assert_eq!(clip.source.end(), (music.seconds * 24.0) as i64, "it ends as the music ends");
        // Every join is at the first beat of a bar.
        let clips: Vec<_> = row.placed(timeline.rate).filter_map(|p| p.clip().map(|c| c.source)).collect();
        if !music.downbeats.is_empty() {
            for pair in clips.windows(2) {
                for at in [pair[0].end(), pair[1].start()] {
                    let near =
                        music.downbeats.iter().any(|&d| (music.beats[d as usize] * 24.0 - at as f64).abs() <= 0.6);
                    assert!(near, "joined at {at}");
                }
            }
        }
    }
}

#[test]
fn hardly_any_music_is_left_out_with_a_word() {
    let film = World::new(24).film();
    let brief = Brief { music: Some(music(0.4, 120.0)), ..Brief::new(30 * 24) };
    let timeline = trailer(&film, &brief).unwrap();
    assert!(timeline.tracks.iter().all(|t| t.name != "Music"));
    assert!(timeline.notes.iter().any(|n| n.text.contains("too little to cut to")));
}

#[test]
fn a_film_with_a_score_lends_it() {
    let film = World { score: 1.0, dialogue: false, shots: 300, ..World::new(25) }.film();
    let timeline = trailer(&film, &Brief { spoiler_free: true, ..Brief::new(60 * 24) }).unwrap();
    let row = track(&timeline, "Film score");
    assert_eq!(row.len(timeline.rate), 60 * 24);
    assert!(timeline.markers.iter().any(|m| m.name.starts_with("beat")), "it is cut to its attacks");
}

#[test]
fn dialogue_is_heard_over_ducked_music() {
    let film = World { score: 0.1, ..World::new(26) }.film();
    let (mut kept, mut led) = (0, 0);
    for seed in 0..8 {
        let brief = Brief { seed, music: Some(music(200.0, 120.0)), ..Brief::new(60 * 24) };
        let timeline = trailer(&film, &brief).unwrap();
        let pictures: Vec<_> = track(&timeline, "Picture").placed(timeline.rate).map(|p| p.record).collect();
        let mut lines: Vec<FrameRange> = Vec::new();
        for (_, row) in timeline.of_kind(Kind::Sound).filter(|(_, t)| t.name != "Music") {
            for placed in row.placed(timeline.rate) {
                let Some(clip) = placed.clip() else { continue };
                assert!(matches!(clip.media, Media::Reel(_)));
                led += usize::from(pictures.iter().all(|p| p.start() != placed.record.start()));
                let whole = film.reels[0].lines.iter().filter(|l| clip.source.covers(l.range));
                lines.extend(whole.map(|l| l.range.shift(placed.record.start() - clip.source.start())));
            }
        }
        kept += lines.len();
        let music = track(&timeline, "Music").placed(timeline.rate).next().unwrap().clip().unwrap().clone();
        for line in &lines {
            let at = |frame: i64| {
                let next = music.gain.partition_point(|p| p.frame <= frame);
                let (a, b) = (music.gain[next.max(1) - 1], music.gain[next.min(music.gain.len() - 1)]);
                if b.frame == a.frame {
                    a.db
                } else {
                    a.db + (b.db - a.db) * (frame - a.frame) as f32 / (b.frame - a.frame) as f32
                }
            };
            assert!(at(line.middle()) <= -10.0, "music is loud under the line at {line}: {:?}", music.gain);
        }
        lines.sort_by_key(|l| l.start());
        assert!(lines.windows(2).all(|w| w[0].end() <= w[1].start()), "two speak at once: {lines:?}");
    }
    assert!(kept >= 8, "{kept} lines in eight trailers");
    assert!(led >= 8, "{led} J cuts in eight trailers");
}
