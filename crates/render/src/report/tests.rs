//! The report, read as a browser would.

use std::path::PathBuf;

use film::{ContentHash, FrameRange, Rate};
use image::RgbImage;
use timeline::{Canvas, Marker, Track};

use super::*;
use crate::loudness::Levels;

#[test]
fn the_page_holds_everything_and_escapes_all_text() {
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("a film & more.mp4");
    std::fs::write(&film, b"not really").unwrap();
    let evil = "<script>alert('x')</script> & \"co\"";
    let reel = ReelMedia {
        path: PathBuf::from("bunny.mp4"),
        hash: None,
        available: FrameRange::new(0, 1000),
        rate: Rate::FILM,
    };
    let mut clip = Clip::new(evil, Media::Reel(reel), FrameRange::new(100, 148));
    clip.why = vec![evil.to_owned()];
    clip.alternatives = vec![Alternative {
        reel: ContentHash::of(b""),
        shot: 7,
        source: FrameRange::new(0, 9),
        score: 0.9,
        why: evil.to_owned(),
    }];
    let mut t = Timeline::new(evil, Rate::FILM, Canvas { width: 64, height: 36 });
    let mut track = Track::new(evil, Kind::Picture);
    track.items = vec![Item::Clip(Box::new(clip))];
    t.tracks = vec![track];
    t.markers = vec![Marker { name: evil.to_owned(), range: FrameRange::new(0, 10), comment: evil.to_owned() }];
    let levels = Levels { momentary: vec![-20.0; 20], peaks: vec![-6.0; 20] };
    let mut master = Master {
        file: film.clone(),
        codec: Codec::H264,
        frames: 48,
        rate: Rate::FILM,
        width: 64,
        height: 36,
        format: "yuv420p".into(),
        encoder: "libx264".into(),
        loudness_lufs: Some(-16.0),
        true_peak_dbtp: Some(-1.2),
        levels,
        untouched: 48,
        notes: vec![evil.to_owned()],
    };
    let still = ClipStill { key: (0, 0), start: 0, end: 48, frame: 24, picture: RgbImage::new(32, 18) };
    let check = Check {
        passed: false,
        findings: vec![CheckFinding {
            check: "black".into(),
            severity: "error".into(),
            range: Some((3, 9)),
            detail: evil.to_owned(),
            picture: Some(vec![1, 2]),
        }],
    };
    let out = dir.path().join("report.html");
    let write = |master: &Master| {
        let attribution = [evil.to_owned()];
        let stills = [still.clone()];
        let spec = ReportSpec {
            title: evil,
            timeline: &t,
            master,
            target: LoudnessTarget::WEB,
            stills: &stills,
            alternative: &|_| Some(vec![9, 9]),
            check: Some(check.clone()),
            attribution: &attribution,
            notes: &attribution,
        };
        let notes = report(&spec, &out).unwrap();
        (notes, std::fs::read_to_string(&out).unwrap())
    };
    let (notes, page) = write(&master);
    assert!(notes.is_empty());
    assert!(!page.contains("<script>alert"), "text is escaped");
    assert_eq!(page.matches("<script>").count(), 1);
    for part in [
        "data:video/mp4;base64,",
        "data:image/jpeg;base64,",
        "00:00:00:03 to 00:00:00:09",
        "10 % into the film",
        "Shot 7",
        "-16.0 LUFS",
    ] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("http://") && !page.contains("https://"), "the page needs no network");

    // Too large to lie inside: linked, and said.
    std::fs::File::options().write(true).open(&film).unwrap().set_len(MOST_INSIDE + 1).unwrap();
    let (notes, page) = write(&master);
    assert!(notes[0].contains("a film & more.mp4") && page.contains("src=\"a%20film%20%26%20more.mp4\""), "{notes:?}");
    master.codec = Codec::ProRes;
    let (notes, page) = write(&master);
    assert!(notes[0].contains("H.264") && !page.contains("<video"));
}
