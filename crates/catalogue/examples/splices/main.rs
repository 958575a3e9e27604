//! The shot detector against known truth: real shots spliced by a seeded generator, beside FFmpeg `scdet` and both
//! detectors of PySceneDetect at the best threshold of each.
//!
//! ```text
//! cargo run --release -p catalogue --example splices                   # seeds 9001..=9024, which nothing was tuned on
//! cargo run --release -p catalogue --example splices -- --seeds 1..16  # first seed and how many: seeds of development
//! cargo run --release -p catalogue --example splices -- --no-rivals --verbose
//! cargo run --release -p catalogue --example splices -- --hand --quick # hard cuts from few frames, and how fast
//! cargo run --release -p catalogue --example splices -- --list FILM    # the shots of any film
//! cargo run --release -p catalogue --example splices -- --hand         # the hand-checked film instead of splices
//! ```
//!
//! Development used seeds 1 to 16 and 101 to 116, the hand-checked film, Steamboat Willie and the car-detection clip.
//!
//! Wants `ffmpeg`, the data folder (`BOTTEGA_DATA`, or `shared/data` beside the repository) and, for the rivals, Python 3
//! with its `venv`: `scenedetect` and `opencv-python-headless` are installed under the temporary folder at the first run.
//! Splices are kept in `bottega-splices` there; delete it to make them anew.
//!
//! Precision, recall and F1 of hard cuts at ±1 frame; of gradual transitions, where found and true frames share at least
//! half of the longer. Detectors that know no gradual transitions are given a hit for any cut inside one (recall only).

mod chance;
mod frame;
mod mischief;
mod rivals;
mod score;
mod source;
mod splice;

use std::path::{Path, PathBuf};
use std::time::Instant;

use catalogue::shots::quick::{Glimpses, find};
use catalogue::shots::{FoundShot, FrameMark, ShotEye, detect};
use film::Into;
use media::{Pictures, PicturesOptions, Skip};
use score::Score;
use splice::Truth;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|a| a == flag);
    if let Some(film) = args.iter().position(|a| a == "--list").and_then(|i| args.get(i + 1)) {
        return list(Path::new(film));
    }
    let Some(data) = data() else {
        eprintln!("the data folder is missing: set BOTTEGA_DATA to it");
        std::process::exit(2);
    };
    let folder = std::env::temp_dir().join("bottega-splices");
    std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let films = if has("--hand") { vec![hand_checked(&data)] } else { spliced(&args, &data, &folder) };
    if has("--quick") {
        return quick(&films);
    }
    ours(&films, has("--verbose"));
    if !has("--no-rivals") {
        rivals::print(&films, &folder);
    }
}

/// Prints the shots of any film.
fn list(path: &Path) {
    let rate = media::probe(path).ok().and_then(|p| p.picture).map_or(film::Rate::FILM, |p| p.rate);
    for shot in detect(&marks(path, i64::MAX).0, rate) {
        println!("{} {} {:?} {:.2}", shot.range, shot.into, transition(&shot), shot.confidence);
    }
}

/// Hard cuts from few frames, beside a decode of all that does nothing else.
fn quick(films: &[Known]) {
    let (mut cuts, mut looks, mut spent, mut raw) = (Vec::new(), 0, 0.0, 0.0);
    for film in films {
        let start = Instant::now();
        let probe = media::probe(&film.path).expect("a film");
        let index = media::index(&film.path, &probe).expect("an index");
        let open = |skip| {
            let options = PicturesOptions { threads: 0, skip };
            Pictures::open(&film.path, &probe, &index, options).expect("it opens")
        };
        let see = |pictures: &mut Pictures, until: i64| {
            let (mut eye, mut seen) = (ShotEye::new(8), Vec::new());
            while let Some(p) = pictures.next().expect("it decodes").filter(|p| p.number() < until) {
                seen.push((p.number(), eye.see(p.plane(0), Some([p.plane(1), p.plane(2)]))));
            }
            seen
        };
        let seen = see(&mut open(Skip::NonReference), film.truth.frames);
        let glimpses = Glimpses { seen, frames: film.truth.frames, keyframes: index.keyframes.clone() };
        let mut again = open(Skip::Nothing);
        let look = |range: film::FrameRange| {
            looks += 1;
            again.seek(range.start())?;
            Ok::<_, media::DecodeError>(see(&mut again, range.end()))
        };
        let shots = find(glimpses, film::Rate::FILM, 1, look).expect("it decodes");
        spent += start.elapsed().as_secs_f64();
        let hard: Vec<i64> = shots.iter().filter(|s| s.into == Into::Cut).map(|s| s.range.start()).collect();
        cuts.push(score::cuts(&hard, &film.truth.cuts).0);
        let start = Instant::now();
        let mut all = open(Skip::Nothing);
        while all.next().expect("it decodes").is_some_and(|p| p.number() + 1 < film.truth.frames) {}
        raw += start.elapsed().as_secs_f64();
    }
    row("bottega --quick, hard cuts", &cuts);
    println!("{looks} second looks; {spent:.2} s beside {raw:.2} s of decoding every frame: {:.2}x", raw / spent);
}

/// A film and what is true of it.
pub(crate) struct Known {
    pub(crate) path: PathBuf,
    pub(crate) truth: Truth,
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("BOTTEGA_DATA")
        .map(PathBuf::from)
        .unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    folder.join("shots").is_dir().then_some(folder)
}

fn spliced(args: &[String], data: &Path, folder: &Path) -> Vec<Known> {
    let seeds =
        args.iter().position(|a| a == "--seeds").and_then(|i| args.get(i + 1)).map_or("9001..24", String::as_str);
    let (first, count) = seeds.split_once("..").expect("--seeds wants first..count");
    let (first, count): (u64, u64) = (first.parse().expect("a seed"), count.parse().expect("a count"));
    let sources = source::sources(data);
    println!("{} source shots; seeds {first} to {}", sources.len(), first + count - 1);
    (first..first + count)
        .map(|seed| {
            let path = folder.join(format!("splice-{seed}.mp4"));
            let beside = path.with_extension("json");
            let truth = match std::fs::read(&beside).ok().and_then(|b| serde_json::from_slice(&b).ok()) {
                Some(truth) => truth,
                None => {
                    let truth = splice::make(seed, &sources, &path);
                    std::fs::write(&beside, serde_json::to_vec(&truth).expect("a truth is JSON")).expect("written");
                    truth
                }
            };
            Known { path, truth }
        })
        .collect()
}

fn hand_checked(data: &Path) -> Known {
    let list = std::fs::read(data.join("shots/big_buck_bunny_first_300s.shots.json")).expect("the list is read");
    let list: serde_json::Value = serde_json::from_slice(&list).expect("the list is JSON");
    let cuts = list["hard_cuts"].as_array().expect("cuts").iter().filter_map(|v| v.as_i64()).collect();
    let gradual = list["gradual"].as_array().expect("gradual").iter();
    let gradual = gradual
        .map(|g| {
            (
                g["kind"].as_str().unwrap_or_default().to_owned(),
                g["from"].as_i64().unwrap_or(0),
                g["to"].as_i64().unwrap_or(0),
            )
        })
        .collect();
    let truth = Truth { frames: 7163, cuts, gradual, manner: "hand-checked".into(), ..Truth::default() };
    Known { path: data.join("films/big_buck_bunny_640x360_24fps.mp4"), truth }
}

/// The marks of a film's first `frames` frames, and the seconds that the eye itself took.
pub(crate) fn marks(path: &Path, frames: i64) -> (Vec<FrameMark>, f64) {
    let probe = media::probe(path).expect("a film");
    let index = media::index(path, &probe).expect("an index");
    let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
    let mut pictures = Pictures::open(path, &probe, &index, options).expect("it opens");
    let mut eye = ShotEye::new(8);
    let (mut marks, mut seconds) = (Vec::new(), 0.0);
    while let Some(p) = pictures.next().expect("it decodes") {
        if p.number() >= frames {
            break;
        }
        let start = Instant::now();
        marks.push(eye.see(p.plane(0), Some([p.plane(1), p.plane(2)])));
        seconds += start.elapsed().as_secs_f64();
    }
    (marks, seconds)
}

fn ours(films: &[Known], verbose: bool) {
    let (mut cuts, mut gradual): (Vec<Score>, Vec<Score>) = Default::default();
    let (mut eye, mut mind, mut frames) = (0.0, 0.0, 0);
    for film in films {
        let (marks, seconds) = marks(&film.path, film.truth.frames);
        assert_eq!(marks.len() as i64, film.truth.frames, "{}", film.path.display());
        let start = Instant::now();
        let shots = detect(&marks, film::Rate::FILM);
        mind += start.elapsed().as_secs_f64();
        eye += seconds;
        frames += marks.len();
        let hard: Vec<i64> = shots.iter().filter(|s| s.into == Into::Cut).map(|s| s.range.start()).collect();
        let soft: Vec<(i64, i64)> = shots.iter().filter_map(transition).collect();
        let truth: Vec<(i64, i64)> = film.truth.gradual.iter().map(|g| (g.1, g.2)).collect();
        let (c, missed, wrong) = score::cuts(&hard, &film.truth.cuts);
        let (g, missed_soft, wrong_soft) = score::gradual(&soft, &truth);
        cuts.push(c);
        gradual.push(g);
        if verbose && (!missed.is_empty() || !wrong.is_empty() || !missed_soft.is_empty() || !wrong_soft.is_empty()) {
            println!("{} ({})", film.path.display(), film.truth.manner);
            let during = |at: i64| {
                film.truth
                    .mischief
                    .iter()
                    .filter(|m| m.1 - 2 <= at && at <= m.2 + 2)
                    .map(|m| m.0.as_str())
                    .collect::<Vec<_>>()
            };
            let kind = |r: &(i64, i64)| film.truth.gradual.iter().find(|g| g.1 == r.0).map_or("", |g| g.0.as_str());
            missed.iter().for_each(|c| println!("  missed cut {c} {:?}", during(*c)));
            wrong.iter().for_each(|c| {
                println!(
                    "  wrong cut {c} {:?} {:?}",
                    during(*c),
                    film.truth.gradual.iter().find(|g| g.1 <= *c && *c <= g.2 + 1)
                )
            });
            missed_soft.iter().for_each(|r| {
                println!(
                    "  missed {} {r:?}; found {:?}",
                    kind(r),
                    soft.iter().filter(|s| s.0 <= r.1 && s.1 >= r.0).collect::<Vec<_>>()
                )
            });
            wrong_soft.iter().for_each(|r| {
                let into = shots.iter().find(|s| transition(s) == Some(*r)).map(|s| (s.into, s.confidence));
                println!("  wrong {into:?} {r:?} {:?}", during(r.0));
            });
        }
    }
    row("bottega, hard cuts", &cuts);
    row("bottega, gradual", &gradual);
    println!(
        "{frames} frames: eye {:.3} ms a frame, detect {:.4} ms a frame",
        eye * 1e3 / frames as f64,
        mind * 1e3 / frames as f64
    );
}

fn transition(shot: &FoundShot) -> Option<(i64, i64)> {
    shot.transition.map(|t| (t.start(), t.end() - 1))
}

/// Prints one line of the table.
pub(crate) fn row(name: &str, scores: &[Score]) {
    let all = scores.iter().copied().fold(Score::default(), Score::plus);
    let (low, high) = score::interval(scores);
    println!(
        "{name:32} precision {:.3} ({}/{})  recall {:.3} ({}/{})  F1 {:.3} [{low:.3}, {high:.3}]",
        all.precision(),
        all.hits,
        all.found,
        all.recall(),
        all.hits,
        all.truth,
        all.f1()
    );
}
