//! The interchange format: round trips, what other programs write, and what nobody should.

mod made;

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use timeline::otio::{self, OtioError};
use timeline::{Item, Kind, Media, Timeline, TransitionKind};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(made in made::timelines()) {
        let read = otio::read(otio::write(&made).as_bytes()).unwrap();
        prop_assert_eq!(&read.timeline, &made);
        prop_assert_eq!(read.losses, vec![]);
    }

    /// A file damaged anywhere is read, or refused with words; it never brings the program down.
    #[test]
    fn damage_is_refused_in_words(made in made::timelines(), at: prop::sample::Index, damage in 0usize..9) {
        let mut value: Value = serde_json::from_str(&otio::write(&made)).unwrap();
        let count = count(&value);
        let mut left = at.index(count);
        strike(&mut value, &mut left, damage);
        match otio::read(value.to_string().as_bytes()) {
            Ok(read) => { read.timeline.check(); otio::write(&read.timeline); }
            Err(error) => {
                let placed = error.to_string().contains('$') || matches!(error, OtioError::NotTimeline { .. });
                prop_assert!(placed, "{}", error);
            }
        }
    }

    #[test]
    fn torn_files_are_refused_in_words(made in made::timelines(), at: prop::sample::Index, byte: Option<u8>) {
        let mut bytes = otio::write(&made).trim_end().as_bytes().to_vec();
        let at = at.index(bytes.len());
        match byte { Some(byte) => bytes[at] = byte, None => bytes.truncate(at) }
        match otio::read(&bytes) {
            Ok(read) => { read.timeline.check(); }
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}

/// Puts nonsense in the place of the `left`th value.
fn strike(value: &mut Value, left: &mut usize, damage: usize) -> bool {
    if *left == 0 {
        *value = match damage {
            0 => Value::Null,
            1 => json!(-1e300),
            2 => json!(9_223_372_036_854_775_807i64),
            3 => json!("x".repeat(1000)),
            4 => json!([[], {}]),
            5 => json!({ "OTIO_SCHEMA": "Mystery.7" }),
            6 => json!(0.5),
            7 => json!(-3),
            _ => json!({ "OTIO_SCHEMA": "RationalTime.1", "rate": 1e-3, "value": 6e10 }),
        };
        return true;
    }
    *left -= 1;
    match value {
        Value::Array(list) => list.iter_mut().any(|v| strike(v, left, damage)),
        Value::Object(map) => map.values_mut().any(|v| strike(v, left, damage)),
        _ => false,
    }
}

fn small(children: Value) -> Value {
    json!({
        "OTIO_SCHEMA": "Timeline.1", "name": "t", "metadata": {}, "global_start_time": null,
        "tracks": { "OTIO_SCHEMA": "Stack.1", "name": "tracks", "children": [
            { "OTIO_SCHEMA": "Track.1", "kind": "Video", "name": "V1", "children": children },
        ] },
    })
}

fn time(value: f64, rate: f64) -> Value {
    json!({ "OTIO_SCHEMA": "RationalTime.1", "value": value, "rate": rate })
}

fn range(start: f64, len: f64, rate: f64) -> Value {
    json!({ "OTIO_SCHEMA": "TimeRange.1", "start_time": time(start, rate), "duration": time(len, rate) })
}

fn film(start: f64, len: f64) -> Value {
    json!({
        "OTIO_SCHEMA": "Clip.1", "name": "c", "source_range": range(start, len, 24.0),
        "media_reference": {
            "OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.mov", "available_range": range(86400.0, 500.0, 24.0),
        },
    })
}

fn read(value: &Value) -> otio::Reading {
    otio::read(value.to_string().as_bytes()).unwrap()
}

fn first(timeline: &Timeline) -> &timeline::Clip {
    timeline.clips().next().unwrap().2
}

#[test]
fn a_source_timecode_is_counted_off_and_written_back() {
    let got = read(&small(json!([film(86410.0, 20.0)])));
    let clip = first(&got.timeline);
    assert_eq!((clip.source.start(), clip.source.end()), (10, 30));
    assert_eq!(clip.reel().unwrap().available.len(), 500);
    let again: Value = serde_json::from_str(&otio::write(&got.timeline)).unwrap();
    let written = &again["tracks"]["children"][0]["children"][0];
    assert_eq!(written["source_range"]["start_time"]["value"], 86410.0);
    assert_eq!(written["media_references"]["DEFAULT_MEDIA"]["available_range"]["start_time"]["value"], 86400.0);
    assert_eq!(read(&again).timeline, got.timeline);
}

#[test]
fn what_we_do_not_do_is_stated_and_kept() {
    let mut warped = film(86400.0, 10.0);
    warped["effects"] = json!([
        { "OTIO_SCHEMA": "LinearTimeWarp.1", "time_scalar": 2.0, "effect_name": "Speed", "metadata": { "x": 1.25 } },
        { "OTIO_SCHEMA": "Effect.1", "effect_name": "Blur" },
    ]);
    warped["metadata"] = json!({ "nle": { "bin": 7 } });
    warped["markers"] = json!([{ "OTIO_SCHEMA": "Marker.2", "name": "m", "marked_range": range(0.0, 1.0, 24.0) }]);
    warped["metadata"]["nle"]["name"] = json!("it's \"NaN\", Inf");
    let mut off = film(86400.0, 7.0);
    off["enabled"] = json!(false);
    let wipe = json!({
        "OTIO_SCHEMA": "Transition.1", "transition_type": "Wipe_01",
        "in_offset": time(0.0, 24.0), "out_offset": time(4.0, 24.0),
    });
    let source = small(json!([warped, wipe, film(86450.0, 10.0), off]));
    let got = read(&source);
    let losses: Vec<String> = got.losses.iter().map(|l| format!("{} @ {} -> {}", l.what, l.place, l.kept_as)).collect();
    for said in ["change of speed to 2 @ $.tracks.children[0].children[0] \"c\"", "Blur", "Wipe_01", "switched off"] {
        assert!(losses.iter().any(|loss| loss.contains(said)), "{said}: {losses:#?}");
    }
    let items = &got.timeline.tracks[0].items;
    assert!(matches!(&items[1], Item::Transition(t) if t.kind == TransitionKind::Dissolve && t.after == 4));
    assert!(matches!(items[3], Item::Gap(7)));

    let again: Value = serde_json::from_str(&otio::write(&got.timeline)).unwrap();
    let children = &again["tracks"]["children"][0]["children"];
    for field in ["effects", "metadata", "markers"] {
        let before = &source["tracks"]["children"][0]["children"][0][field];
        assert_eq!(&children[0][field], before, "{field}");
    }
    assert_eq!(children[1]["transition_type"], "Wipe_01");
}

#[test]
fn marks_past_the_end_of_a_shortened_edit_are_cut_or_left_out() {
    let mut source = small(json!([film(86400.0, 10.0)]));
    let mark = |name: &str, from: f64, frames: f64| json!({ "OTIO_SCHEMA": "Marker.2", "name": name, "marked_range": range(from, frames, 24.0) });
    source["tracks"]["markers"] = json!([mark("in", 2.0, 3.0), mark("over", 8.0, 5.0), mark("past", 12.0, 2.0)]);
    let got = read(&source);
    let marks: Vec<_> = got.timeline.markers.iter().map(|m| (m.name.as_str(), m.range)).collect();
    assert_eq!(marks, [("in", film::FrameRange::new(2, 5)), ("over", film::FrameRange::new(8, 10))]);
    let of_marks = got.losses.iter().filter(|l| l.what.starts_with("a mark"));
    let said: Vec<&str> = of_marks.map(|l| l.kept_as.as_str()).collect();
    assert_eq!(said, ["frames [8, 10)", "left out"], "{:?}", got.losses);
}

#[test]
fn nested_sequences_are_laid_flat() {
    let inner = |children: Value| json!({ "OTIO_SCHEMA": "Track.1", "kind": "Video", "children": children });
    let gap = json!({ "OTIO_SCHEMA": "Gap.1", "source_range": range(0.0, 10.0, 24.0) });
    let stack = json!({
        "OTIO_SCHEMA": "Stack.1", "name": "nest", "source_range": range(5.0, 20.0, 24.0),
        "children": [inner(json!([film(86400.0, 30.0)])), inner(json!([gap, film(86500.0, 10.0)]))],
    });
    let got = read(&small(json!([film(86700.0, 6.0), stack])));
    let ranges: Vec<_> = got.timeline.clips().map(|(_, r, c)| (r.start(), r.end(), c.source.start())).collect();
    assert_eq!(ranges, [(0, 6, 300), (6, 11, 5), (11, 21, 100), (21, 26, 20)]);
    assert!(got.losses.iter().any(|l| l.what.contains("nested")));
}

#[test]
fn kinds_of_media() {
    let clip = |reference: Value| {
        json!({ "OTIO_SCHEMA": "Clip.2", "name": "c", "source_range": range(0.0, 5.0, 24.0),
        "media_references": { "hi": reference, "lo": null }, "active_media_reference_key": "hi" })
    };
    let images = json!({ "OTIO_SCHEMA": "ImageSequenceReference.1", "target_url_base": "file:///scans/reel%201/",
        "name_prefix": "r.", "name_suffix": ".dpx", "start_frame": 1001, "frame_step": 1, "rate": 24,
        "frame_zero_padding": 6, "missing_frame_policy": "error", "available_range": range(0.0, 50.0, 24.0) });
    let bars = json!({ "OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": "SMPTEBars", "parameters": {} });
    let web = json!({ "OTIO_SCHEMA": "ExternalReference.1", "target_url": "https://studio.example/a.mov" });
    let got = read(&small(json!([clip(images), clip(bars), clip(web)])));
    let media: Vec<_> = got.timeline.clips().map(|(_, _, c)| c.media.clone()).collect();
    assert!(matches!(&media[0], Media::Reel(r) if r.path == Path::new("/scans/reel 1/r.001001.dpx")));
    assert_eq!(media[1..], [Media::Missing, Media::Missing]);
    let text = otio::write(&got.timeline);
    assert_eq!(otio::read(text.as_bytes()).unwrap().timeline, got.timeline);
    for kept in ["SMPTEBars", "https://studio.example/a.mov", "ImageSequenceReference.1", "\"lo\": null"] {
        assert!(text.contains(kept), "{kept}");
    }
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let mut deep = String::new();
    for _ in 0..100_000 {
        deep.push_str(r#"{"a":["#);
    }
    let refused = |text: &str, said: &str| {
        let words = otio::read(text.as_bytes()).unwrap_err().to_string();
        assert!(words.contains(said), "{said:?} is not in {words:?}");
        assert!(words.len() < 3000, "a message is to be read: {} letters", words.len());
    };
    refused(&deep, "recursion limit");
    refused("", "not JSON");
    refused("[1]", "no OpenTimelineIO object");
    refused(r#"{"OTIO_SCHEMA":"Clip.2"}"#, "a Clip, not a timeline");
    refused(r#"{"OTIO_SCHEMA":"Timeline.1","tracks":{"a":1,"b":{"c":[0,{"x":1,"x":2}]}}}"#, "$.tracks.b.c[1]");
    refused(r#"{"OTIO_SCHEMA":"Timeline.1","tracks":{"a":[1,nan]}}"#, "$.tracks.a[1]");
    let mut endless = film(86400.0, 4.0);
    endless["source_range"]["duration"]["value"] = json!("HERE");
    let endless = small(json!([endless])).to_string().replace("\"HERE\"", "-Infinity");
    refused(&endless, "$.tracks.children[0].children[0].source_range.duration.value: nothing where a number belongs");
    refused(
        &small(json!([film(86400.0, -4.0)])).to_string(),
        "$.tracks.children[0].children[0].source_range.duration.value",
    );
    refused(&small(json!([film(1e200, 4.0)])).to_string(), "frames that a film can have");
    refused(&small(json!([{ "OTIO_SCHEMA": "Hologram.1" }])).to_string(), "Hologram");
    refused(&small(json!(["x".repeat(10 << 20)])).to_string(), "children[0]");
    let mut long = film(86400.0, 4.0);
    long["name"] = json!("x".repeat(10 << 20));
    let got = read(&small(json!([long])));
    assert_eq!(first(&got.timeline).name.len(), 10 << 20);
}

#[test]
fn sound_tracks_may_come_in_any_order_and_count_samples() {
    let sound = json!({ "OTIO_SCHEMA": "Clip.1", "name": "s", "source_range": range(48000.0, 96000.0, 48000.0),
        "media_reference": { "OTIO_SCHEMA": "ExternalReference.1", "target_url": "a.wav" } });
    let mut value = small(json!([film(86400.0, 48.0)]));
    let tracks = value["tracks"]["children"].as_array_mut().unwrap();
    tracks.insert(0, json!({ "OTIO_SCHEMA": "Track.1", "kind": "Audio", "name": "A1", "children": [sound] }));
    tracks.push(json!({ "OTIO_SCHEMA": "Track.1", "kind": "Subtitle", "name": "S1", "children": [] }));
    let got = read(&value);
    let kinds: Vec<Kind> = got.timeline.tracks.iter().map(|t| t.kind).collect();
    assert_eq!(kinds, [Kind::Picture, Kind::Sound]);
    assert_eq!(got.timeline.tracks[1].len(got.timeline.rate), 48);
    assert!(got.losses.iter().any(|l| l.what.contains("Subtitle")));
    assert!(otio::write(&got.timeline).contains("\"S1\""));
}
