//! Cuts a film into clips at even distances, renders them with titles and a dissolve, and writes master, contact sheet,
//! poster and report into a folder, to be looked at: `showing FILM FOLDER [h264|prores|ffv1]`.

use std::path::PathBuf;

use film::{ContentHash, FrameRange};
use jobs::{Cancel, Silent};
use media::encode::Codec;
use serde_json::Map;
use timeline::{
    Alternative, Canvas, Clip, GainPoint, Item, Kind, Marker, Media, ReelMedia, Timeline, TitleCard, TitleStyle, Track,
    Transition, TransitionKind,
};

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (film, folder) = (PathBuf::from(&args[1]), PathBuf::from(&args[2]));
    let codec = match args.get(3).map(String::as_str) {
        Some("prores") => Codec::ProRes,
        Some("ffv1") => Codec::Ffv1,
        _ => Codec::H264,
    };
    let probe = media::probe(&film).expect("a film");
    let clock = media::index(&film, &probe).expect("its frames").clock;
    let (rate, frames) = (clock.rate(), clock.grid_len());
    let (width, height) = probe.picture.expect("a picture").display_size();
    let mut t =
        Timeline::new("Big Buck Bunny, a showing", rate, Canvas { width: width / 2 * 2, height: height / 2 * 2 });
    let available = FrameRange::new(0, frames);
    let medium = || Media::Reel(ReelMedia { path: film.clone(), hash: None, available, rate });
    let (mut picture, mut sound) = (Track::new("Picture", Kind::Picture), Track::new("Film sound", Kind::Sound));
    let passage = |kind, before, after| Item::Transition(Transition { kind, before, after, metadata: Map::new() });
    for n in 0..12i64 {
        let len = 30 + n * 7 % 40;
        let mut clip = Clip::new(format!("Big Buck Bunny #{n}"), medium(), FrameRange::at(frames * (n + 1) / 14, len));
        clip.why = vec![
            "Opens wide and shows where we are.".into(),
            "Sharp, well lit, and moves to the right as the one before.".into(),
        ];
        clip.alternatives = (0..3)
            .map(|i| Alternative {
                reel: ContentHash::of(b"a"),
                shot: i + 40,
                source: FrameRange::at(0, len),
                score: 0.9,
                why: "a little darker".into(),
            })
            .collect();
        clip.shot = Some(n as u32 * 9);
        let mut heard = clip.clone();
        heard.gain = vec![GainPoint { frame: 0, db: -3.0 }];
        if n == 5 {
            picture.items.push(passage(TransitionKind::Dissolve, 8, 8));
        }
        picture.items.push(Item::Clip(Box::new(clip)));
        sound.items.push(Item::Clip(Box::new(heard)));
    }
    let title = TitleCard { lines: vec!["Big Buck Bunny".into()], style: TitleStyle::Title };
    picture.items.push(passage(TransitionKind::DipToBlack, 6, 6));
    picture.items.push(Item::Clip(Box::new(Clip::new("Title", Media::Title(title), FrameRange::new(0, 60)))));
    t.tracks = vec![picture, sound];
    t.markers = ["hook", "turn", "rise", "title"]
        .iter()
        .zip(0..)
        .map(|(name, i)| Marker { name: (*name).into(), range: FrameRange::at(i * 140, 140), comment: String::new() })
        .collect();
    let locked = timeline::lock(t, |r| Ok(r.path.clone())).expect("a clean timeline");
    let (progress, cancel) = (Silent, Cancel::new());
    let begun = std::time::Instant::now();
    let out = folder.join(format!("showing.{}", codec.ending()));
    let master = render::master(&locked, &render::MasterSpec::new(codec), &out, &progress, &cancel).expect("a master");
    println!(
        "{} frames in {:.2} s, {:?} LUFS, {:?} dBTP, {:?}",
        master.frames,
        begun.elapsed().as_secs_f64(),
        master.loudness_lufs,
        master.true_peak_dbtp,
        master.notes
    );
    render::sheet(&locked, &folder.join("sheet.png"), &cancel).expect("a sheet");
    let poster = render::PosterSpec { frame: None, title: Some("Big Buck Bunny".into()) };
    render::poster(&locked, &poster, &folder.join("poster.png"), &cancel).expect("a poster");
    let stills = render::clip_stills(&locked, 420, 420, &cancel).expect("stills");
    let jpeg = stills[1].jpeg();
    let check = render::Check {
        passed: true,
        findings: vec![render::CheckFinding {
            check: "black".into(),
            severity: "note".into(),
            range: Some((590, 600)),
            detail: "10 black frames before the title".into(),
            picture: None,
        }],
    };
    let spec = render::ReportSpec {
        title: "Big Buck Bunny, trailer",
        timeline: locked.timeline(),
        master: &master,
        target: render::LoudnessTarget::WEB,
        stills: &stills,
        alternative: &|_| Some(jpeg.clone()),
        check: Some(check),
        attribution: &["Big Buck Bunny © 2008 Blender Foundation, CC BY 3.0".to_owned()],
        notes: &[],
    };
    render::report(&spec, &folder.join("report.html")).expect("a report");
}
