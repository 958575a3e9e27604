//! What a cut is made of is told of any timeline that can be read, however strange.

#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use film::ContentHash;
use mischief::{fuzz, withstands};
use release::lineage::{Found, Library, Lineage, Origin, lineage};
use timeline::{Timeline, otio};

const FOREIGN: &str = include_str!("../../timeline/tests/made/foreign.otio");

/// The lineage in a library whose every reel is a title with shots of a hundred frames.
fn made(timeline: &Timeline) -> Lineage {
    lineage(
        timeline,
        &Library {
            shots: &|_, frames| {
                let shot = |number: i64| Found {
                    title: "Film".into(),
                    shot: u32::try_from(number).ok(),
                    frames: film::FrameRange::new(number * 100, number * 100 + 100),
                };
                (0..4).map(|number| shot(frames.start().max(0) / 100 + number)).collect()
            },
            origin: &|_, _| Some(Origin::Real),
        },
    )
}

#[test]
fn lineage_of_strange_timelines() {
    let known = FOREIGN.replace(
        r#""target_url":"../b.mxf","#,
        &format!(
            r#""metadata":{{"bottega":{{"hash":"{}","rate":"25/1"}}}},"target_url":"../b.mxf","#,
            ContentHash::of(b"b")
        ),
    );
    assert_ne!(known, FOREIGN);
    fuzz("release::lineage", &[FOREIGN.into(), known.into_bytes()], 2000, |bytes| {
        let Ok(read) = otio::read(bytes) else { return false };
        let of = made(&read.timeline);
        if read.timeline.check().is_empty() {
            assert!(of.uses.iter().all(|one| one.seconds.is_finite() && one.seconds >= 0.0), "{of:?}");
            assert!(of.shares.frames() >= 0 && (0.0..=1.0).contains(&of.shares.part(of.shares.real)));
        }
        true
    });
}

#[test]
fn lineage_of_a_very_long_cut() {
    let clip = FOREIGN.split("\n\n").find(|part| part.contains("\"Clip.1\"")).unwrap().trim().trim_end_matches(',');
    let items = vec![clip; 20_000].join(",");
    let text = format!(
        r#"{{"OTIO_SCHEMA":"Timeline.1","name":"","tracks":{{"OTIO_SCHEMA":"Stack.1","children":[{{"OTIO_SCHEMA":"Track.1","kind":"Video","children":[{items}]}}]}}}}"#
    );
    withstands("release::lineage, 20,000 clips", text.as_bytes(), 700, |bytes| {
        let of = made(&otio::read(bytes).unwrap().timeline);
        assert_eq!(of.uses.len(), 20_000);
    });
}
