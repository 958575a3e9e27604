//! The laws over many seeds, lengths, films and briefs.

mod laws;
mod world;

use catalogue::Snapshot;
use director::{Brief, ShotRef, Tone, rate, trailer, variants};
use film::Rate;
use timeline::{Canvas, Fit};
use world::World;

const SECONDS: [f64; 10] = [6.0, 8.0, 10.0, 14.0, 20.0, 30.0, 45.0, 60.0, 100.0, 150.0];

fn films() -> Vec<Snapshot> {
    let ntsc = "24000/1001".parse().unwrap();
    let mixed = {
        let mut film = World { shots: 120, ..World::new(5) }.film();
        film.reels.push(World { shots: 90, rate: Rate::new(25, 1).unwrap(), ..World::new(6) }.reel(1));
        film.reels.push(World { shots: 90, rate: Rate::new(60, 1).unwrap(), ..World::new(7) }.reel(2));
        film
    };
    vec![
        World::new(1).film(),
        World { rate: ntsc, shots: 500, pace: 2.4, score: 0.95, dialogue: false, ..World::new(2) }.film(),
        World { sound: false, shots: 150, pace: 5.0, ..World::new(3) }.film(),
        World { rate: Rate::new(50, 1).unwrap(), shots: 300, score: 0.0, ..World::new(4) }.film(),
        mixed,
    ]
}

#[test]
fn two_hundred_seeds_break_no_law() {
    let films = films();
    for seed in 0..200u64 {
        let film = &films[seed as usize % films.len()];
        let rate = rate(film).unwrap();
        let seconds = SECONDS[(seed as usize / films.len()) % SECONDS.len()];
        let some = |at: u64, until: u32| {
            let shots = &film.reels[0].shots;
            let fit = |s: &&catalogue::Shot| {
                s.clean.len() > 60 && s.attributes.blank == 0.0 && s.index > 4 && s.index < until
            };
            let fit: Vec<_> = shots.iter().filter(fit).collect();
            ShotRef { reel: film.reels[0].hash, shot: fit[at as usize % fit.len()].index }
        };
        let until = [None, Some(0.7), None, Some(0.4)][seed as usize % 4];
        let early = film.reels[0].shots.len() as u32 / 10;
        let brief = Brief {
            seed,
            tone: [Tone::Balanced, Tone::Quiet, Tone::Driving][seed as usize % 3],
            music: (seed % 3 != 2)
                .then(|| world::music([200.0, 31.0, 75.0][seed as usize % 3 + seed as usize % 2], 128.0)),
            until,
            spoiler_free: seed % 5 == 0,
            must: if seed % 2 == 0 { vec![some(seed, early)] } else { vec![] },
            must_not: (0..30).map(|n| ShotRef { reel: film.reels[0].hash, shot: early + 3 * n }).collect(),
            canvas: [None, Some(Canvas { width: 1080, height: 1920 }), Some(Canvas { width: 1080, height: 1080 })]
                [(seed / 2) as usize % 3],
            fit: if seed % 7 == 0 { Fit::Letterbox } else { Fit::Fill },
            credits: if seed % 2 == 1 { vec!["A film by nobody".into(), "CC BY".into()] } else { vec![] },
            ..Brief::new(rate.frames_in_seconds(seconds))
        };
        let case = format!("seed {seed}, {seconds} s of {}", film.title);
        let timeline = trailer(film, &brief).unwrap_or_else(|e| panic!("{case}: {e}"));
        laws::keep(film, &brief, &timeline, &case);
        // Two fifths of a small film may be too little for acts.
        let few = until == Some(0.4) && seconds > 60.0 || film.reels[0].shots.len() == 150 && seconds > 100.0;
        assert!(
            few || timeline.notes.iter().all(|n| !n.text.contains("too few shots")),
            "{case}: fell back to film order"
        );
        if seed % 10 == 0 {
            assert_eq!(timeline, trailer(film, &brief).unwrap(), "{case}: not the same again");
        }
    }
}

#[test]
fn variants_differ_and_keep_the_laws() {
    let film = World::new(11).film();
    let brief = Brief { spoiler_free: true, ..Brief::new(60 * 24) };
    let drafts = variants(&film, &brief, 4).unwrap();
    let shots =
        |t: &timeline::Timeline| -> Vec<u32> { t.clips().filter(|c| c.0 == 0).filter_map(|c| c.2.shot).collect() };
    for (at, draft) in drafts.iter().enumerate() {
        laws::keep(&film, &Brief { seed: at as u64, ..brief.clone() }, draft, "variant");
        for other in &drafts[..at] {
            let (one, two) = (shots(draft), shots(other));
            let same = one.iter().filter(|s| two.contains(s)).count();
            let least = one.len().min(two.len());
            assert!(3 * same <= 2 * least, "{same} of {least} are the same");
        }
    }
    assert_eq!(shots(&drafts[0]), shots(&trailer(&film, &brief).unwrap()), "the first is the trailer itself");
}
