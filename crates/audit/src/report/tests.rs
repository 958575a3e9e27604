//! The page: whole, escaped, and saying what the verdicts say.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::*;
use crate::curve::{Point, mse_of_db};
use crate::facts::{Kind, Look, ShotFacts, bytes};
use crate::request::Request;
use crate::verdict::{Evidence, HeldOut, Scale, audit};
use crate::whatif::{Plan, what_if};

/// Five short films: setups seen several times, most of them by day.
fn shots(titles: u32, setups: u32) -> Vec<ShotFacts> {
    let mut rng = ChaCha8Rng::seed_from_u64(21);
    let mut out = Vec::new();
    for title in 0..titles {
        let tone: f32 = rng.random_range(0.25..0.5);
        for setup in 0..setups {
            let day: f32 = rng.random_range(0.25..1.0);
            let exterior = rng.random_range(0.0..if day < 0.5 { 0.56 } else { 1.0 });
            let light = tone + rng.random_range(-0.15..0.15);
            let scene: Vec<f32> = (0..432)
                .map(
                    |i| if i < 144 { light + rng.random_range(-0.2..0.2) } else { 0.5 + rng.random_range(-0.05..0.05) },
                )
                .collect();
            for again in 0..3 {
                let picture = bytes(scene.iter().map(|v| v + rng.random_range(-0.09..0.09)));
                let look = Look {
                    day,
                    day_confidence: rng.random_range(0.35..1.0),
                    exterior,
                    exterior_confidence: rng.random_range(0.35..1.0),
                    motion: rng.random_range(0.0f32..0.8).powi(2),
                    brightness: light,
                    saturation: rng.random_range(0.02..0.5),
                    hue: Some(rng.random_range(0.0..300.0)),
                    kind: if title == 0 { Kind::LiveAction } else { Kind::Animation },
                };
                let seconds = rng.random_range(1.5..9.0);
                let frames = (seconds * 24.0) as u64;
                out.push(ShotFacts { title, reel: title, shot: 3 * setup + again, seconds, frames, picture, look });
            }
        }
    }
    out
}

fn evidence(aspect: &str, task: &str, hours: f64, at_all: f64, fall: f64, classical: f64) -> Evidence {
    let mut rng = ChaCha8Rng::seed_from_u64(task.len() as u64);
    let all = mse_of_db(at_all);
    let points = [0.0625, 0.125, 0.25]
        .iter()
        .flat_map(|part: &f64| {
            let loss = all * (1.0 - fall + fall * part.powf(-0.45));
            [0, 1, 2].map(|_| Point { n: part * 0.7 * hours, loss: loss * (1.0 + 0.01 * rng.random_range(-1.7..1.7)) })
        })
        .collect();
    Evidence {
        aspect: aspect.into(),
        task: task.into(),
        metric: "PSNR of luma on held-out shots".into(),
        scale: Scale::Decibel,
        points,
        classical: mse_of_db(classical),
        classical_name: "the best classical method".into(),
        margin: 0.3,
        share: 0.7,
        history: (1..60).map(|i| (i as f64 * 500.0, all * (1.0 + 2.0 * (-0.2 * i as f64).exp()))).collect(),
        held_out: Some(HeldOut::Setups),
        samples: (0..200u64).map(|i| (i / 5, 0.01 + 0.002 * (i / 5 % 7) as f64 + 0.001 * (i % 5) as f64)).collect(),
        ..Evidence::default()
    }
}

fn page() -> String {
    let shots = shots(5, 66);
    let library = Library::of(&shots, Some(0.6));
    let hours = library.unique_hours();
    let mut all = vec![
        evidence("motion", "frame interpolation", hours, 34.1, 0.30, 32.4),
        evidence("image", "denoising", hours, 37.0, 0.12, 35.1),
        evidence("light", "grade matching", hours, 31.0, 0.35, 30.75),
        evidence("background", "clean plate", hours, 29.3, 0.18, 29.8),
    ];
    all[3].instead = "the classical fill".into();
    all[2].history =
        (1..60).map(|i| (i as f64 * 500.0, 0.001 + 2e-6 * (60 - i) as f64 + 2e-6 * (i % 3) as f64)).collect();
    all.push(Evidence {
        aspect: "story".into(),
        task: "scene boundaries".into(),
        metric: "F1 on held-out titles".into(),
        scale: Scale::Share,
        points: [0.05, 0.1].iter().map(|n| Point { n: *n, loss: 0.4 }).collect(),
        classical: 0.35,
        margin: 0.05,
        ..Evidence::default()
    });
    let titles: BTreeMap<u32, String> =
        ["The <Lighthouse>", "Paper Birds", "Nine Doors Down", "Salt", "A Winter’s Errand"]
            .into_iter()
            .enumerate()
            .map(|(i, t)| (i as u32, t.to_owned()))
            .collect();
    let plan = Plan::csv("hours,title,day/night\n1,One More,night\n0.4,Another,\n", "list.csv").unwrap();
    report(&ReportSpec {
        name: "House & Garden",
        audit: &audit(&library, &all),
        library: &library,
        titles: &titles,
        what_if: Some(&what_if(&library, &all, &plan)),
        requests: &[Request::words("night interior, monochrome").unwrap().ask(&library, &shots)],
        notes: &["Two reels could not be read and are not in this.".to_owned()],
    })
}

#[test]
fn the_page_is_whole_and_escaped() {
    let page = page();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>"));
    assert!(
        page.contains("House &amp; Garden")
            && page.contains("The &lt;Lighthouse&gt;")
            && !page.contains("<Lighthouse>")
    );
    for absent in ["<script", "http://", "https://", "NaN", "inf ", "@import", "src="] {
        assert!(!page.contains(absent), "{absent}");
    }
    assert_eq!(page.matches("<svg").count(), 4, "one curve for each task that has one");
    assert_eq!(page.matches("<article").count(), 6);
    for said in [
        "Limited by compute",
        "What to add",
        "the classical fill",
        "1/1,300,000",
        "Scene boundaries",
        "needs trainings on at least 3",
        "To this task the frames of a shot are alike by",
        "By the pictures ρ is 0.60",
        "camera set-ups of the very titles",
        "nothing is promised about another title",
        "Night interior, monochrome",
    ] {
        assert!(page.contains(said), "{said}");
    }
    // Every color has its word.
    for level in ["green", "amber", "red", "unknown"] {
        assert!(page.contains(&format!("badge {level}")), "{level}");
    }
}

#[test]
fn the_answer_counts_the_tasks() {
    let library = Library::of(&shots(2, 20), None);
    let none = audit(&library, &[]);
    assert!(answer(&none).starts_with("Nothing was trained yet"), "{}", answer(&none));
    let bare = audit(&library, &[Evidence::default(), Evidence::default()]);
    let said = "Whether the library is enough for any of the 2 tasks asked about is unknown.";
    assert!(answer(&bare).starts_with(said), "{}", answer(&bare));
    let hours = library.unique_hours();
    let one = audit(&library, &[evidence("image", "denoising", hours, 37.0, 0.12, 33.0)]);
    assert!(answer(&one).starts_with("The library is enough for the task measured."), "{}", answer(&one));
    let two = audit(
        &library,
        &[
            evidence("image", "denoising", hours, 37.0, 0.12, 33.0),
            evidence("image", "upscaling", hours, 30.0, 0.12, 33.0),
        ],
    );
    assert!(answer(&two).contains("enough for 1 of 2 tasks, not enough for 1."), "{}", answer(&two));
}

#[test]
fn what_the_shipped_weights_do_already_is_not_called_unsure() {
    let library = Library::of(&shots(2, 20), None);
    let hours = library.unique_hours();
    let mut measured = evidence("image", "denoising", hours, 37.0, 0.12, 33.0);
    measured.start = Some(mse_of_db(37.0));
    let audit = audit(&library, &[measured]);
    assert!(audit.verdicts[0].as_shipped && audit.verdicts[0].verdict == Level::Amber);
    let said = answer(&audit);
    assert!(said.starts_with("For 1 of 1 tasks the shipped weights suffice") && !said.contains("perhaps"), "{said}");
}

#[test]
fn an_empty_library_has_a_page_too() {
    let library = Library::of(&[], None);
    let audit = audit(&library, &[evidence("image", "denoising", 1.0, 37.0, 0.12, 33.0)]);
    let page = report(&ReportSpec {
        name: "Nothing yet",
        audit: &audit,
        library: &library,
        titles: &BTreeMap::new(),
        what_if: None,
        requests: &[],
        notes: &[],
    });
    assert!(page.contains("nothing to hold out") && !page.contains("NaN"));
}

#[test]
#[ignore = "writes a page to look at"]
fn page_to_look_at() {
    let place = std::env::temp_dir().join("audit.html");
    std::fs::write(&place, page()).unwrap();
    println!("{}", place.display());
}
