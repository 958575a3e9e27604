//! Questions by chance: a day or a window near the days on which rules change, a few uses, countries and media.

use rights::{AppearanceKind, Date, Medium, Purpose, Territories};
use rules::Question;
use rules::question::{Made, Make, Release, Train, Use};

use crate::dice::Dice;

/// Days around which something begins or ends.
pub(crate) const DAYS: &[&str] = &[
    "2026-08-01",
    "2026-08-02",
    "2026-11-26",
    "2027-02-28",
    "2027-03-01",
    "2027-05-01",
    "2027-07-01",
    "2028-02-29",
    "2028-04-30",
    "2029-06-30",
];

/// Persons who may be in a shot.
pub(crate) const CAST: &[&str] = &["p:ada", "p:bruno", "p:carla"];

pub(crate) fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

/// The day before or after, or the day itself.
pub(crate) fn near(dice: &mut Dice, day: Date) -> Date {
    match dice.below(3) {
        0 => day.yesterday().expect("a day in this century"),
        1 => day,
        _ => day.tomorrow().expect("a day in this century"),
    }
}

/// A question. `rare` says how seldom it is of an odd shape.
pub(crate) fn question(dice: &mut Dice, rare: usize) -> Question {
    match dice.below(4) {
        0 => Question::Train(train(dice, rare)),
        1 => Question::Make(make(dice, rare)),
        _ => Question::Release(release(dice, rare)),
    }
}

fn title(dice: &mut Dice, rare: usize) -> String {
    let name = if dice.one_in(rare) {
        *dice.of(&["w:nowhere", "Twice", "Notte", "NOTTE ROSSA"])
    } else if dice.one_in(5) {
        *dice.of(&["w:two", "Due"])
    } else {
        *dice.of(&["w:one", "Notte Rossa", "notte rossa"])
    };
    name.to_owned()
}

fn used(dice: &mut Dice, rare: usize, title: &str) -> Use {
    Use {
        title: title.to_owned(),
        shot: if dice.one_in(rare * 2) { None } else { Some(*dice.of(&[1, 2, 3])) },
        reel: dice.one_in(8).then(|| dice.of(&["reel-a", "reel-b"]).to_string()),
        seconds: 2.0,
        record: None,
        picture: !dice.one_in(8),
        sound: !dice.one_in(8),
        made: None,
        edits: if dice.one_in(6) {
            dice.some(&["timing", "own_lines", "meaning", "vfx"]).iter().map(|e| e.to_string()).collect()
        } else {
            Vec::new()
        },
    }
}

fn uses(dice: &mut Dice, rare: usize) -> Vec<Use> {
    let first = title(dice, rare);
    let mut uses = vec![used(dice, rare, &first)];
    while dice.one_in(3) && uses.len() < 4 {
        let title = if dice.one_in(6) { title(dice, rare) } else { first.clone() };
        uses.push(used(dice, rare, &title));
    }
    uses
}

fn release(dice: &mut Dice, rare: usize) -> Release {
    let mut uses = uses(dice, rare);
    if dice.one_in(4) {
        let made = Made {
            model: model(dice, rare),
            persons: if dice.one_in(6) { Vec::new() } else { vec![dice.of(CAST).to_string()] },
            kinds: vec![AppearanceKind::Voice],
            purpose: dice.one_in(3).then_some(Purpose::Dub),
            scene: (!dice.one_in(4)).then(|| *dice.of(&[31, 44])),
            tags: tags(dice, rare),
        };
        uses[0].made = Some(made);
    }
    let purpose = if dice.one_in(5) { *dice.of(Purpose::ALL) } else { *dice.of(&[Purpose::Picture, Purpose::Trailer]) };
    let first = day(dice.word(DAYS));
    let from = near(dice, first);
    let last = day(dice.word(DAYS));
    let until = if last < from && !dice.one_in(rare) { from } else { last };
    Release {
        work: match dice.below(5) {
            0 => Some("w:one".to_owned()),
            1 => Some(title(dice, rare)),
            _ => None,
        },
        uses,
        purpose,
        territories: territories(dice, rare),
        media: if dice.one_in(rare * 4) {
            Vec::new()
        } else {
            let up_to = 1 + dice.below(4);
            dice.some(&[Medium::Svod, Medium::Theatrical, Medium::Tv, Medium::HomeVideo][..up_to])
        },
        from,
        until,
        languages: if dice.one_in(3) { vec![dice.of(&["it", "de", "fr"]).to_string()] } else { Vec::new() },
        synthetics: if dice.one_in(12) { vec![dice.of(&["y:one", "y:two"]).to_string()] } else { Vec::new() },
        disclosure: (!dice.one_in(5)).then(|| "end_credit".to_owned()),
        credentials: !dice.one_in(8),
        mark: !dice.one_in(8),
        music: if dice.one_in(12) {
            vec![dice.of(&["song.wav", "w:song", "noise.wav"]).to_string()]
        } else {
            Vec::new()
        },
        on: near(dice, day("2026-11-26")),
    }
}

fn territories(dice: &mut Dice, rare: usize) -> Territories {
    if dice.one_in(rare * 4) {
        return Territories::default();
    }
    let words: &[&str] = match dice.below(6) {
        0 => &["WORLD"],
        1 => &["IT", "DE"],
        2 => &["US"],
        3 => &["EU"],
        4 => &["JP"],
        _ => &["IT"],
    };
    Territories::parse(words.iter().copied()).expect("territories")
}

fn model(dice: &mut Dice, rare: usize) -> String {
    let name =
        if dice.one_in(rare) { *dice.of(&["m:nobody", "light"]) } else { *dice.of(&["m:plain", "m:face", "m:child"]) };
    name.to_owned()
}

fn tags(dice: &mut Dice, rare: usize) -> Vec<String> {
    let tags: &[&str] =
        if dice.one_in(rare) { &["nudity", "de_age", "political", "new_lines"] } else { &["own_lines", "dub"] };
    let chosen = if dice.one_in(4) { Vec::new() } else { dice.some(tags) };
    chosen.into_iter().map(str::to_owned).collect()
}

fn train(dice: &mut Dice, rare: usize) -> Train {
    let on = day(dice.word(DAYS));
    Train {
        model: if dice.one_in(2) { "light".to_owned() } else { model(dice, rare) },
        post_production_only: dice.one_in(4),
        uses: uses(dice, rare),
        on: near(dice, on),
    }
}

fn make(dice: &mut Dice, rare: usize) -> Make {
    let on = day(dice.word(DAYS));
    let prompts = ["a street at night", "as Ada Neri would say it", "in the manner of bruno verdi", "Carlotta smiles"];
    Make {
        model: model(dice, rare),
        persons: if dice.one_in(8) { Vec::new() } else { vec![dice.of(CAST).to_string()] },
        purpose: if dice.one_in(4) { *dice.of(Purpose::ALL) } else { *dice.of(&[Purpose::Dub, Purpose::SceneAdr]) },
        work: title(dice, rare),
        scene: (!dice.one_in(5)).then(|| *dice.of(&[31, 44])),
        language: dice.one_in(2).then(|| dice.of(&["it", "de", "fr"]).to_string()),
        tags: tags(dice, rare),
        prompt: dice.one_in(2).then(|| dice.of(&prompts).to_string()),
        reference_image: dice.one_in(8),
        on: near(dice, on),
    }
}
