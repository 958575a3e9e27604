//! Verdicts on libraries made up for the purpose.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::*;
use crate::facts::{Kind, Look, ShotFacts};

/// `count` shots a title of 4.5 s, all unlike each other, of all kinds.
fn shots(titles: u32, count: u32) -> Vec<ShotFacts> {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut out = Vec::new();
    for title in 0..titles {
        for shot in 0..count {
            let picture = (0..108).map(|_| rng.random_range(0..=255)).collect();
            let look = Look {
                day: rng.random_range(0.0..1.0),
                day_confidence: 0.8,
                exterior: rng.random_range(0.0..1.0),
                exterior_confidence: 0.8,
                motion: rng.random_range(0.0..0.7),
                brightness: rng.random_range(0.05..0.8),
                saturation: 0.3,
                hue: Some(rng.random_range(0.0..360.0)),
                kind: Kind::LiveAction,
            };
            out.push(ShotFacts { title, reel: title, shot, seconds: 4.5, frames: 108, picture, look });
        }
    }
    out
}

/// Trainings on a sixteenth, an eighth and a quarter of `hours`, on the law `floor + fall n^-0.4`, with three seeds.
fn evidence(hours: f64, floor: f64, fall: f64, classical: f64) -> Evidence {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut points = Vec::new();
    for part in [0.0625, 0.125, 0.25] {
        for _ in 0..3 {
            let n: f64 = hours * part;
            let loss = (floor + fall * n.powf(-0.4)) * (1.0 + 0.008 * rng.random_range(-1.7..1.7));
            points.push(Point { n, loss });
        }
    }
    Evidence {
        aspect: "motion".into(),
        task: "frame interpolation".into(),
        metric: "PSNR".into(),
        scale: Scale::Decibel,
        points,
        classical,
        classical_name: "the motion-compensated blend".into(),
        margin: 0.3,
        share: 1.0,
        ..Evidence::default()
    }
}

fn library() -> Library {
    Library::of(&shots(3, 120), Some(0.4))
}

/// The verdict where the classical loss is `times` what is truly reached with all of the library.
fn judged(library: &Library, times: f64) -> Verdict {
    let hours = library.unique_hours();
    let (floor, fall) = (4e-4, 1e-4 * hours.powf(0.4));
    let e = evidence(hours, floor, fall, 5e-4 * times);
    audit(library, &[e]).verdicts.remove(0)
}

#[test]
fn what_the_shipped_weights_reach_alone_does_not_speak_for_the_library() {
    let library = library();
    let hours = library.unique_hours();
    let (floor, fall) = (4e-4, 1e-4 * hours.powf(0.4));
    let judged = |start: f64| {
        let e = Evidence { start: Some(start), ..evidence(hours, floor, fall, 7e-4) };
        audit(&library, &[e]).verdicts.remove(0)
    };
    assert_eq!(judged(6e-4).verdict, Level::Green, "the library adds to it");
    let same = judged(5e-4);
    assert_eq!(same.verdict, Level::Amber, "{}", same.because);
    assert!(same.because.contains("by themselves"), "{}", same.because);
    // Nothing is said of weights that there are not, however near to green the chance is.
    for step in 0..200 {
        let v = self::judged(&library, 1.0 + 0.002 * f64::from(step));
        assert!(!v.because.contains("by themselves"), "{}", v.because);
    }
}

#[test]
fn the_color_follows_the_chance_of_beating_the_classical_method() {
    let library = library();
    // 0.3 dB are a factor of 1.0715.
    let (green, amber, red) = (judged(&library, 1.4), judged(&library, 1.05), judged(&library, 0.95));
    assert_eq!(green.verdict, Level::Green, "{}", green.because);
    assert!(green.probability.unwrap() >= 0.9 && green.needs.is_empty());
    assert_eq!(amber.verdict, Level::Amber, "{}", amber.because);
    assert_eq!(red.verdict, Level::Red, "{}", red.because);
    assert!(red.because.contains("Use the motion-compensated blend instead"), "{}", red.because);
    for v in [&green, &amber, &red] {
        assert!(v.low < v.predicted && v.predicted < v.high, "told in decibels, low is still below high");
        assert!((v.predicted.unwrap() - 33.01).abs() < 0.3, "{:?}", v.predicted);
        assert!((v.target.unwrap() - v.classical.unwrap() - 0.3).abs() < 1e-9);
    }
}

#[test]
fn amber_says_how_much_more_and_more_is_what_it_takes() {
    let library = library();
    let amber = judged(&library, 1.06);
    assert_eq!(amber.verdict, Level::Amber, "{}", amber.because);
    let need = &amber.needs[0];
    let hours = need.hours.expect("it can be told");
    assert!(hours > 0.0 && need.low.unwrap() <= hours && need.high.is_none_or(|h| h >= hours), "{need:?}");
    assert!(amber.because.contains("would make it green") && !need.cells.is_empty(), "{}", amber.because);
    let now = library.unique_hours();
    let e = evidence(now, 4e-4, 1e-4 * now.powf(0.4), 5e-4 * 1.06);
    let then = |more: f64| audit_with(&library, std::slice::from_ref(&e), more).verdicts.remove(0).verdict;
    assert_eq!(then(hours * 1.01), Level::Green);
    assert_eq!(then(hours * 0.9), Level::Amber);
}

#[test]
fn what_would_take_more_than_can_be_told_is_unknown() {
    // More film hardly helps, and the target lies at the floor: no told amount reaches 90 %.
    let library = library();
    let target = 5e-4 * 10f64.powf(0.03);
    let e = evidence(library.unique_hours(), 4.98e-4, 1e-6, target);
    let amber = audit(&library, &[e]).verdicts.remove(0);
    assert_eq!(amber.verdict, Level::Amber, "{}", amber.because);
    assert_eq!(amber.needs[0].hours, None, "{}", amber.because);
    assert!(amber.because.contains("How much more film would make it green is unknown"));
}

#[test]
fn copies_change_no_verdict() {
    let once = shots(3, 60);
    let again: Vec<ShotFacts> =
        (0..4).flat_map(|c| once.iter().cloned().map(move |s| ShotFacts { shot: s.shot + 1000 * c, ..s })).collect();
    let (a, b) = (Library::of(&once, None), Library::of(&again, None));
    assert!((a.unique_hours() - b.unique_hours()).abs() < 1e-9);
    let (v, w) = (judged(&a, 1.1), judged(&b, 1.1));
    assert_eq!((v.verdict, v.probability, v.variety.clone()), (w.verdict, w.probability, w.variety.clone()));
    assert!(w.density.verdict >= v.density.verdict && w.density.because.contains("copies"), "{:?}", w.density);
    assert!(b.summary().film_hours > 3.9 * a.summary().film_hours);
}

#[test]
fn a_library_of_one_shot_and_noise_clips_get_no_green() {
    let one = Library::of(&shots(1, 1), None);
    let v = judged(&one, 1.4);
    assert_eq!(v.verdict, Level::Unknown);
    assert!(v.because.contains("hold out"), "{}", v.because);
    assert_eq!(v.density.verdict, Level::Red);
    // Shuffled labels: nothing is learned however much is given.
    let library = library();
    let mut flat = evidence(library.unique_hours(), 5e-4, 0.0, 4.5e-4);
    assert_eq!(audit(&library, &[flat.clone()]).verdicts[0].verdict, Level::Red);
    flat.points.clear();
    assert_eq!(audit(&library, &[flat.clone()]).verdicts[0].verdict, Level::Unknown);
    flat.classical = 0.0;
    assert!(audit(&library, &[flat]).verdicts[0].because.contains("nothing to beat"));
}

#[test]
fn nothing_is_said_of_a_library_too_large_for_its_trainings() {
    let library = library();
    let mut e = evidence(library.unique_hours() / 20.0, 4e-4, 1e-4, 9e-4);
    e.instead = "nothing".into();
    let v = audit(&library, &[e]).verdicts.remove(0);
    assert_eq!((v.verdict, v.predicted), (Level::Unknown, None));
    assert!(v.because.contains("Train on larger parts"), "{}", v.because);
    assert!(v.curve.is_some(), "what is known is still drawn");
}

#[test]
fn a_training_cut_short_is_said() {
    let library = library();
    let mut e = evidence(library.unique_hours(), 4e-4, 1e-4, 4.9e-4);
    e.history = (1..60).map(|i| (i as f64 * 100.0, 1.0 / (1.0 + 0.1 * i as f64))).collect();
    let v = audit(&library, &[e]).verdicts.remove(0);
    assert!(v.compute.unwrap().falling);
    assert!(v.notes.iter().any(|n| n.starts_with("Limited by compute")), "{:?}", v.notes);
    assert!(v.because.contains("First train for longer"), "{}", v.because);
}

#[test]
fn without_a_title_held_out_nothing_is_promised_about_another() {
    let note = |held_out: Option<HeldOut>| {
        let library = Library::of(&shots(3, 120), None);
        let e = Evidence { held_out, ..evidence(library.unique_hours(), 4e-4, 1e-4, 5e-4) };
        let v = audit(&library, &[e]).verdicts.remove(0);
        v.notes.iter().any(|n| n.contains("nothing is promised about another title"))
    };
    assert!(note(Some(HeldOut::Setups)), "however many titles there are");
    assert!(!note(Some(HeldOut::Titles)) && !note(Some(HeldOut::TitlesAndSetups)) && !note(None));
}

#[test]
fn what_could_not_be_measured_says_why() {
    let why = Some("The training engine is not here.".to_owned());
    let v = audit(&library(), &[Evidence { unmeasured: why.clone(), ..Evidence::default() }]).verdicts.remove(0);
    assert_eq!((v.verdict, Some(v.because)), (Level::Unknown, why));
    assert!(v.density.verdict != Level::Unknown && v.variety.verdict != Level::Unknown, "these need no training");
}

#[test]
fn a_general_generator_is_red_for_every_library_of_ours() {
    let v = audit(&library(), &[]).verdicts.remove(0);
    assert_eq!((v.aspect.as_str(), v.verdict), ("generator", Level::Red));
    assert!(v.because.contains("1,860,000 hours") && v.because.contains("7 orders of magnitude"), "{}", v.because);
    assert_eq!(audit_with(&library(), &[], 9_000.0).verdicts[0].verdict, Level::Red);
    assert_eq!(audit_with(&library(), &[], 11_000.0).verdicts[0].verdict, Level::Unknown);
}

#[test]
fn thin_cells_are_named() {
    let mut all = shots(3, 120);
    all.retain(|s| !(s.look.day < 0.5 && s.look.exterior >= 0.5));
    let part = judged(&Library::of(&all, None), 1.4).variety;
    assert_eq!(part.verdict, Level::Amber, "{part:?}");
    assert!(part.because.contains("night exterior"), "{part:?}");
    for s in &mut all {
        s.look.day_confidence = 0.1;
    }
    assert_eq!(judged(&Library::of(&all, None), 1.4).variety.verdict, Level::Unknown);
}

#[test]
fn the_json_is_that_of_the_contract() {
    let library = library();
    let hours = library.unique_hours();
    let answer = audit(&library, &[evidence(hours, 4e-4, 1e-4 * hours.powf(0.4), 5e-4 * 1.06)]);
    let json = serde_json::to_value(&answer).unwrap();
    let v = &json["verdicts"][0];
    assert_eq!(
        (&v["aspect"], &v["task"], &v["verdict"]),
        (&json!("motion"), &json!("frame interpolation"), &json!("amber"))
    );
    for number in ["now", "predicted", "low", "high"] {
        assert!(v[number].is_f64(), "{number}");
    }
    assert!(v["metric"].is_string() && v["because"].is_string());
    assert!(v["needs"][0].get("hours").is_some() && v["needs"][0]["cells"].is_array());
    let l = &json["library"];
    assert!(l["film_hours"].is_f64());
    assert_eq!((&l["shots"], &l["unique_shots"], &l["titles"]), (&json!(360), &json!(360), &json!(3)));
    // What was measured can be kept and read again.
    let kept = evidence(hours, 4e-4, 1e-4, 5e-4);
    assert_eq!(serde_json::from_str::<Evidence>(&serde_json::to_string(&kept).unwrap()).unwrap().task, kept.task);
}
