//! Whatever another program, or an enemy, writes as a timeline is read or refused with its place.

mod made;
#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use mischief::{HUGE, fuzz, withstands};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use timeline::otio::{self, OtioError};

fn seeds() -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut seeds: Vec<Vec<u8>> = (0..12)
        .map(|_| otio::write(&made::timelines().new_tree(&mut runner).unwrap().current()).into_bytes())
        .filter(|text| text.len() < 30_000)
        .collect();
    seeds.push(include_bytes!("made/foreign.otio").to_vec());
    seeds
}

fn read(bytes: &[u8]) -> bool {
    match otio::read(bytes) {
        Ok(read) => {
            let flaws = read.timeline.check();
            let text = otio::write(&read.timeline);
            let again = otio::read(text.as_bytes()).unwrap_or_else(|e| panic!("{e}\n{text}"));
            if flaws.is_empty() {
                let (one, other) = (format!("{:#?}", read.timeline), format!("{:#?}", again.timeline));
                let change = one.lines().zip(other.lines()).find(|(one, other)| one != other);
                assert!(again.timeline == read.timeline, "{change:?}");
            }
            true
        }
        Err(error) => {
            let told = error.to_string();
            assert!(told.contains('$') || matches!(error, OtioError::NotTimeline { .. }), "{told}");
            assert!(told.len() < 5000, "an error repeats {} bytes", told.len());
            false
        }
    }
}

#[test]
fn timelines() {
    fuzz("timeline::otio::read", &seeds(), 2000, read);
}

#[test]
fn huge_and_deep_timelines() {
    let foreign = include_str!("made/foreign.otio");
    let tried = |name: &str, text: String, most: u64| {
        withstands(&format!("timeline::otio::read, {name}"), text.as_bytes(), most, |bytes| {
            read(bytes);
        });
    };
    tried("a million brackets", "[".repeat(1_000_000), 100);
    tried("a million objects", "{\"a\":".repeat(1_000_000), 100);
    tried("a name of 10 MB", foreign.replace("Foreign cut", &"x".repeat(HUGE)), 200);
    tried("a key of 10 MB", foreign.replacen("\"name\"", &format!("\"{}\"", "x".repeat(HUGE)), 1), 200);
    tried("a schema of 10 MB", foreign.replace("Gap.1", &"x".repeat(HUGE)), 200);
    tried("a number of 10 MB", foreign.replacen("24.0", &"9".repeat(HUGE), 1), 200);
    let gap = r#"{"OTIO_SCHEMA":"Gap.1","source_range":{"OTIO_SCHEMA":"TimeRange.1","start_time":{"OTIO_SCHEMA":"RationalTime.1","rate":24.0,"value":0.0},"duration":{"OTIO_SCHEMA":"RationalTime.1","rate":24.0,"value":10.0}}}"#;
    let track = |children: &str| {
        format!(
            r#"{{"OTIO_SCHEMA":"Timeline.1","name":"","tracks":{{"OTIO_SCHEMA":"Stack.1","children":[{{"OTIO_SCHEMA":"Track.1","kind":"Video","children":[{children}]}}]}}}}"#
        )
    };
    tried("50,000 gaps", track(&vec![gap; 50_000].join(",")), 1500);
    let nest = |depth: usize, kind: &str, inner: &str| {
        format!("{}{inner}{}", format!(r#"{{"OTIO_SCHEMA":"{kind}.1","children":["#).repeat(depth), "]}".repeat(depth))
    };
    for kind in ["Stack", "Track"] {
        tried(&format!("50 {kind}s in one another"), track(&nest(50, kind, gap)), 300);
        tried(&format!("50 {kind}s around 10,000 gaps"), track(&nest(50, kind, &vec![gap; 10_000].join(","))), 1500);
    }
    // Gaps beside one another in stacks within stacks: what is flattened must not grow by multiplying.
    let wide =
        (0..12).fold(gap.to_owned(), |inner, _| format!(r#"{{"OTIO_SCHEMA":"Stack.1","children":[{inner},{gap}]}}"#));
    tried("stacks beside gaps", track(&wide), 300);
    let clip = foreign.find("\"Clip.").map(|at| foreign[..at].rfind('{').unwrap()).unwrap();
    assert!(clip > 0);
}
