//! Plans read and refused, and what they change.

use super::*;
use crate::curve::Point;
use crate::facts::{Look, ShotFacts};

#[test]
fn a_list_is_read_with_quotes_and_words() {
    let text = "\u{feff}Title, HOURS,interior/exterior,day/night,motion,kind\r\n\
                \"The \"\"Long\"\" Night,\n part two\",+1.6h,ext,Night,fast,live action\r\n\
                \r\n\
                Plain,90m,,,,animation";
    let plan = Plan::csv(text, "list.csv").unwrap();
    assert_eq!(plan.rows.len(), 2);
    assert_eq!(plan.rows[0].title, "The \"Long\" Night,\n part two");
    assert_eq!(plan.rows[0].cells.words(), "night exterior, fast motion, live action");
    assert_eq!((plan.rows[1].hours, plan.rows[1].cells.words().as_str()), (1.5, "animation"));
    assert!((plan.hours() - 3.1).abs() < 1e-12);
}

#[test]
fn what_is_wrong_is_named_with_its_line_and_remedy() {
    for (text, line, part) in [
        ("", 1, "the list is empty"),
        ("title\nA\n", 1, "column `hours` is missing"),
        ("hours,title,genre\n1,A,noir\n", 1, "no column `genre`"),
        ("hours,title,hours\n", 1, "twice"),
        ("hours,title\n1,A\n\nmany,B\n", 4, "`many` is no amount"),
        ("hours,title\n-3,A\n", 2, "`-3` is no amount"),
        ("hours,title\n0,A\n", 2, "`0` is no amount"),
        ("hours,title\n1e99,A\n", 2, "no amount"),
        ("hours,title\n1,A, B\n", 2, "in quotes"),
        ("hours,title\n1,\"A\n2,B\n", 2, "not closed"),
        ("hours,title\n1,\"A\" B\n", 2, "closing quote"),
        ("hours,title,motion\n1,\"A\nA\",slow\n1,B,wild\n", 4, "write still, slow, fast, or nothing"),
    ] {
        let e = Plan::csv(text, "list.csv").unwrap_err();
        assert_eq!(e.line, line, "{text:?}: {e}");
        assert!(e.to_string().starts_with(&format!("list.csv:{line}: ")) && e.to_string().contains(part), "{e}");
    }
    assert!(Plan::csv("hours,title\n", "list.csv").unwrap().rows.is_empty());
    for text in ["", "+", "h", "+40d", "NaN", "inf", "1.2.3h"] {
        assert!(Plan::bare(text).is_err(), "{text}");
    }
}

fn library() -> Library {
    let shots: Vec<ShotFacts> = (0..400u32)
        .map(|i| {
            // Every picture has another pattern of its index's bits.
            let picture = (0..108u32).map(|p| ((i.wrapping_mul(2_654_435_761) >> (p % 31)) & 1) as u8 * 230).collect();
            let look = Look {
                day: 1.0,
                day_confidence: 0.9,
                exterior: (i % 2) as f32,
                exterior_confidence: 0.9,
                motion: 0.2 * (i % 3) as f32,
                brightness: 0.4,
                saturation: 0.3,
                hue: Some(20.0),
                kind: Kind::LiveAction,
            };
            ShotFacts { title: i / 200, reel: i / 200, shot: i, seconds: 9.0, frames: 216, picture, look }
        })
        .collect();
    Library::of(&shots, None)
}

fn evidence() -> Evidence {
    let points = [0.0625, 0.125, 0.25]
        .iter()
        .flat_map(|n: &f64| [0.995, 1.0, 1.005].map(|s| Point { n: *n, loss: s * (0.5 + 0.5 * n.powf(-0.5)) }))
        .collect();
    Evidence { aspect: "image".into(), points, classical: 0.97, margin: 0.02, share: 1.0, ..Evidence::default() }
}

#[test]
fn more_film_turns_what_film_can_turn_and_far_too_much_is_unknown() {
    let (library, evidence) = (library(), [evidence()]);
    assert!((library.unique_hours() - 1.0).abs() < 0.02, "{}", library.unique_hours());
    let now = audit(&library, &evidence).verdicts[0].verdict;
    assert_ne!(now, Level::Green);
    let some = what_if(&library, &evidence, &Plan::bare("+55m").unwrap());
    assert_eq!(some.changes[0].verdict, (now, Level::Green), "{}", some.then.verdicts[0].because);
    assert!(some.changes[0].predicted.1 < some.changes[0].predicted.0, "the loss falls");
    let far = what_if(&library, &evidence, &Plan::bare("+40h").unwrap());
    assert_eq!(far.changes[0].verdict.1, Level::Unknown);
    assert_eq!(far.changes[1].verdict, (Level::Red, Level::Red), "the generator");
    assert_eq!(some.then.library.film_hours, library.density.hours);
}

#[test]
fn film_of_what_is_missing_fills_the_cells() {
    let (library, evidence) = (library(), [evidence()]);
    let list = "hours,title,interior/exterior,day/night,motion\n\
                0.1,A,exterior,night,still\n0.1,B,exterior,night,slow\n0.1,C,exterior,night,fast\n\
                0.1,D,interior,night,still\n0.1,E,interior,night,slow\n0.1,F,interior,night,fast\n";
    let filled = what_if(&library, &evidence, &Plan::csv(list, "list.csv").unwrap());
    assert_eq!(filled.changes[0].variety, (Level::Amber, Level::Green), "{}", filled.then.verdicts[0].variety.because);
    let same = what_if(&library, &evidence, &Plan::bare("+36m").unwrap());
    assert_eq!(same.changes[0].variety, (Level::Amber, Level::Amber), "more of the same fills nothing");
    assert_eq!(same.assumed.len(), 3);
}
