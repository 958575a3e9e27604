//! Contact sheet and poster of a small edit.

use std::process::Command;

use film::{FrameRange, Rate};
use jobs::Cancel;
use render::{PosterSpec, clip_stills, poster, sheet};
use timeline::{Canvas, Clip, Item, Kind, Media, ReelMedia, Timeline, Track};

#[test]
fn sheet_and_poster_show_the_clips() {
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("red then gray.mkv");
    let made = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-y",
            "-f",
            "lavfi",
            "-i",
            "color=red:s=160x90:r=24:d=2",
            "-f",
            "lavfi",
            "-i",
            "mandelbrot=s=160x90:r=24",
            "-filter_complex",
            "[1]trim=duration=2[b];[0][b]concat",
            "-pix_fmt",
            "yuv420p",
            "-c:v",
            "ffv1",
        ])
        .arg(&film)
        .status();
    assert!(made.unwrap().success());
    let reel = ReelMedia { path: film, hash: None, available: FrameRange::new(0, 96), rate: Rate::FILM };
    let clip = |start| {
        Item::Clip(Box::new(Clip::new("a clip with a name", Media::Reel(reel.clone()), FrameRange::at(start, 20))))
    };
    let mut t = Timeline::new("edit", Rate::FILM, Canvas { width: 160, height: 90 });
    let mut track = Track::new("Picture", Kind::Picture);
    track.items = vec![clip(10), Item::Gap(5), clip(60)];
    t.tracks = vec![track];
    let locked = timeline::lock(t, |r| Ok(r.path.clone())).unwrap();
    let cancel = Cancel::new();

    let stills = clip_stills(&locked, 80, 80, &cancel).unwrap();
    assert_eq!(stills.iter().map(|s| (s.start, s.end, s.frame)).collect::<Vec<_>>(), [(0, 20, 9), (25, 45, 34)]);
    let [r, g, b] = stills[0].picture.get_pixel(40, 20).0;
    assert!(r > 240 && g < 20 && b < 20, "red is red: {r} {g} {b}");
    assert_eq!(stills[0].picture.dimensions(), (80, 45));

    let page = dir.path().join("sheet.png");
    sheet(&locked, &page, &cancel).unwrap();
    let bytes = std::fs::read(&page).unwrap();
    assert!(bytes.starts_with(b"\x89PNG"));

    let wall = dir.path().join("poster.jpg");
    let frame = poster(&locked, &PosterSpec::default(), &wall, &cancel).unwrap();
    assert!((25..45).contains(&frame), "the fractal beats plain red: {frame}");
    assert!(std::fs::read(&wall).unwrap().starts_with(&[0xFF, 0xD8]));
}
