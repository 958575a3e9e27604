//! JSON out.

use film::{FrameRange, Rate};
use serde_json::{Map, Value, json};

use super::time::{span, time};
use super::{KEPT, OURS, url};
use crate::{Clip, Item, Kind, Marker, Media, Note, Timeline, Track, Transition, TransitionKind};

/// Key under which a clip holds its medium, the format's own default.
pub(super) const MEDIA_KEY: &str = "DEFAULT_MEDIA";
/// Kind of generator that our title cards are.
pub(super) const TITLE_KIND: &str = "bottega.title";
/// Name that the format gives the uppermost stack.
pub(super) const STACK_NAME: &str = "tracks";
/// Colour that markers have unless somebody chose another.
pub(super) const MARKER_COLOR: &str = "GREEN";
/// The one transition that the format names.
pub(super) const DISSOLVE: &str = "SMPTE_Dissolve";

/// Writes a timeline as OpenTimelineIO JSON, indented, with a newline at its end.
///
/// ```
/// use film::Rate;
/// use timeline::{Canvas, Timeline, otio};
/// let cut = Timeline::new("cut", Rate::new(24000, 1001).unwrap(), Canvas { width: 1920, height: 1080 });
/// assert_eq!(otio::read(otio::write(&cut).as_bytes()).unwrap().timeline, cut);
/// ```
pub fn write(timeline: &Timeline) -> String {
    let (mut metadata, kept) = apart(&timeline.metadata);
    ours(&mut metadata, json!({ "rate": timeline.rate, "canvas": timeline.canvas }));
    let mut children: Vec<Value> = timeline.tracks.iter().map(|t| track(t, timeline.rate)).collect();
    children.extend(kept.get("tracks").and_then(Value::as_array).into_iter().flatten().cloned());
    let raw = kept.get("markers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut markers: Vec<Value> = timeline.markers.iter().map(|m| marker(m, timeline.rate, raw)).collect();
    markers.extend(timeline.notes.iter().map(|n| note(n, timeline.rate)));

    let mut stack = part(&kept, "stack");
    defaults(&mut stack, json!({ "name": STACK_NAME, "metadata": {}, "effects": [], "enabled": true }));
    set(
        &mut stack,
        json!({ "OTIO_SCHEMA": "Stack.1", "source_range": null, "markers": markers, "children": children }),
    );
    let mut out = part(&kept, "timeline");
    defaults(&mut out, json!({ "global_start_time": null }));
    set(&mut out, json!({ "OTIO_SCHEMA": "Timeline.1", "name": timeline.name, "metadata": metadata, "tracks": stack }));
    let mut text = serde_json::to_string_pretty(&Value::Object(out)).expect("maps keyed by text are JSON");
    text.push('\n');
    text
}

fn track(track: &Track, rate: Rate) -> Value {
    let (metadata, kept) = apart(&track.metadata);
    let children: Vec<Value> = track.items.iter().map(|i| item(i, rate)).collect();
    let kind = match track.kind {
        Kind::Picture => "Video",
        Kind::Sound => "Audio",
    };
    let mut out = kept;
    defaults(&mut out, json!({ "source_range": null, "effects": [], "markers": [], "enabled": true }));
    set(
        &mut out,
        json!({ "OTIO_SCHEMA": "Track.1", "name": track.name, "kind": kind, "metadata": metadata, "children": children }),
    );
    Value::Object(out)
}

fn item(item: &Item, rate: Rate) -> Value {
    match item {
        Item::Clip(c) => clip(c, rate),
        Item::Transition(t) => transition(t, rate),
        Item::Gap(frames) => json!({
            "OTIO_SCHEMA": "Gap.1", "name": "", "metadata": {}, "effects": [], "markers": [], "enabled": true,
            "source_range": span(FrameRange::new(0, (*frames).max(0)), rate),
        }),
    }
}

fn clip(clip: &Clip, rate: Rate) -> Value {
    let (mut metadata, kept) = apart(&clip.metadata);
    let mut facts = Map::new();
    let mut fact = |name: &str, value: Value| {
        if !matches!(&value, Value::Null) && value.as_array().is_none_or(|list| !list.is_empty()) {
            facts.insert(name.to_owned(), value);
        }
    };
    fact("why", json!(clip.why));
    fact("alternatives", json!(clip.alternatives));
    fact("shot", json!(clip.shot));
    fact("reframe", json!(clip.reframe));
    fact("grain", json!(clip.grain));
    fact("gain", json!(clip.gain));
    if !clip.gain.is_empty() || clip.reframe.as_ref().is_some_and(|r| !r.center.is_empty()) {
        fact("source_start", json!(clip.source.start()));
    }
    ours(&mut metadata, Value::Object(facts));

    let start = kept.get("start").and_then(Value::as_i64).unwrap_or(0);
    let key = kept.get("key").and_then(Value::as_str).unwrap_or(MEDIA_KEY);
    let mut references = part(&kept, "references");
    references.insert(key.to_owned(), reference(clip, part(&kept, "media"), start));
    let start = if clip.reel().is_some_and(|reel| reel.is_measured()) { start } else { 0 };
    let mut out = part(&kept, "clip");
    defaults(&mut out, json!({ "effects": [], "markers": [], "enabled": true, "color": null }));
    set(
        &mut out,
        json!({
            "OTIO_SCHEMA": "Clip.2", "name": clip.name, "metadata": metadata,
            "source_range": span(clip.source.shift(start), clip.source_rate(rate)),
            "media_references": references, "active_media_reference_key": key,
        }),
    );
    Value::Object(out)
}

fn reference(clip: &Clip, mut kept: Map<String, Value>, start: i64) -> Value {
    let plain = json!({ "name": "", "metadata": {}, "available_range": null, "available_image_bounds": null });
    let is = |schema: &str, kept: &Map<String, Value>| {
        kept.get("OTIO_SCHEMA").and_then(Value::as_str).is_some_and(|name| name.starts_with(schema))
    };
    match &clip.media {
        // A medium of a kind not known here stands as it stood.
        Media::Missing if kept.contains_key("OTIO_SCHEMA") => {}
        Media::Missing => {
            set(&mut kept, json!({ "OTIO_SCHEMA": "MissingReference.1" }));
            defaults(&mut kept, plain);
        }
        Media::Title(card) => {
            defaults(&mut kept, plain);
            set(
                &mut kept,
                json!({ "OTIO_SCHEMA": "GeneratorReference.1", "generator_kind": TITLE_KIND, "parameters": card }),
            );
        }
        Media::Reel(reel) => {
            let available = reel.is_measured().then(|| span(reel.available.shift(start), reel.rate));
            let mut metadata = part(&kept, "metadata");
            let mut facts = json!({ "rate": reel.rate });
            if let Some(hash) = reel.hash {
                facts["hash"] = json!(hash);
            }
            ours(&mut metadata, facts);
            set(&mut kept, json!({ "metadata": metadata, "available_range": available }));
            if is("ImageSequenceReference", &kept) {
                let folder = reel.path.parent().map(url::of_path).unwrap_or_default();
                let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
                kept.insert("target_url_base".into(), format!("{folder}{slash}").into());
                defaults(&mut kept, json!({ "name_prefix": "", "name_suffix": "" }));
            } else {
                set(&mut kept, json!({ "OTIO_SCHEMA": "ExternalReference.1", "target_url": url::of_path(&reel.path) }));
            }
            defaults(&mut kept, plain);
        }
    }
    Value::Object(kept)
}

fn transition(t: &Transition, rate: Rate) -> Value {
    let (mut metadata, mut out) = apart(&t.metadata);
    if t.kind != TransitionKind::Dissolve || out.contains_key("transition_type") {
        ours(&mut metadata, json!({ "kind": t.kind }));
    }
    defaults(&mut out, json!({ "name": "", "transition_type": usual_type(t.kind) }));
    set(
        &mut out,
        json!({
            "OTIO_SCHEMA": "Transition.1", "metadata": metadata,
            "in_offset": time(t.before, rate), "out_offset": time(t.after, rate),
        }),
    );
    Value::Object(out)
}

/// The format names the dissolve alone.
pub(super) fn usual_type(kind: TransitionKind) -> &'static str {
    match kind {
        TransitionKind::Dissolve => DISSOLVE,
        TransitionKind::DipToBlack | TransitionKind::DipToWhite => "Custom_Transition",
    }
}

fn marker(marker: &Marker, rate: Rate, raw: &[Value]) -> Value {
    let fresh = json!({
        "OTIO_SCHEMA": "Marker.2", "name": marker.name, "comment": marker.comment,
        "marked_range": span(marker.range, rate), "color": MARKER_COLOR, "metadata": {},
    });
    // One that another program wrote with more words keeps them, while it stands where it stood.
    let same = |kept: &&Value| {
        let text = |field: &str| kept.get(field).and_then(Value::as_str).unwrap_or("");
        let value = |end: &str| kept["marked_range"][end]["value"].as_f64();
        text("name") == marker.name
            && text("comment") == marker.comment
            && value("start_time") == Some(marker.range.start() as f64)
            && value("duration") == Some(marker.range.len() as f64)
    };
    raw.iter().find(same).cloned().unwrap_or(fresh)
}

fn note(note: &Note, rate: Rate) -> Value {
    json!({
        "OTIO_SCHEMA": "Marker.2", "name": note.author, "comment": note.text,
        "marked_range": span(note.range, rate), "color": "YELLOW", "metadata": { OURS: { "note_by": note.author } },
    })
}

/// A map of metadata without, and with only, the fields kept for other programs.
fn apart(metadata: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let mut rest = metadata.clone();
    let kept = rest.remove(KEPT);
    (rest, kept.and_then(|kept| kept.as_object().cloned()).unwrap_or_default())
}

fn part(kept: &Map<String, Value>, name: &str) -> Map<String, Value> {
    kept.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn ours(metadata: &mut Map<String, Value>, facts: Value) {
    if facts.as_object().is_some_and(|facts| !facts.is_empty()) {
        metadata.insert(OURS.to_owned(), facts);
    }
}

fn set(out: &mut Map<String, Value>, fields: Value) {
    if let Value::Object(fields) = fields {
        out.extend(fields);
    }
}

fn defaults(out: &mut Map<String, Value>, fields: Value) {
    if let Value::Object(fields) = fields {
        for (name, value) in fields {
            out.entry(name).or_insert(value);
        }
    }
}
