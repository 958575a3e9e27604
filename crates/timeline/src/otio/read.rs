//! JSON in.

use film::{FrameRange, Rate};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::json::{Node, OtioError, parse};
use super::media::active_reference;
use super::time::{Span, Time, exact_rate};
use super::{KEPT, OURS};
use crate::check::brief;
use crate::row::shift_points;
use crate::{Canvas, Clip, Item, Kind, Marker, Note, Timeline, Track, Transition, TransitionKind};

/// A timeline as read, and what of the file it could not say.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The timeline; [`Timeline::check`] may still find flaws in what the other program wrote.
    pub timeline: Timeline,
    /// What was lost or stands otherwise than in the file.
    pub losses: Vec<Loss>,
}

/// Something that one side of an exchange says and the other cannot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// What.
    pub what: String,
    /// Its place in the file.
    #[serde(rename = "where")]
    pub place: String,
    /// What became of it.
    pub kept_as: String,
}

/// Reads a timeline of any program that writes OpenTimelineIO.
///
/// Media paths come as the file has them: relative to its folder, or absolute. Source ranges count from the reel's first
/// frame, also where the file counts from a source timecode.
///
/// # Errors
/// [`OtioError`], with the place in the file.
pub fn read(bytes: &[u8]) -> Result<Reading, OtioError> {
    let (value, unbounded) = parse(bytes)?;
    let root = Node::root(&value);
    if root.schema() != "Timeline" {
        let found = match root.schema() {
            "" => "no OpenTimelineIO object".to_owned(),
            name => format!("a {}", brief(name)),
        };
        return Err(OtioError::NotTimeline { found });
    }
    let stack = root.field("tracks");
    if stack.schema() != "Stack" {
        return Err(stack.shape("a Stack"));
    }
    let ours = root.field("metadata").field(OURS);
    let mut reader = Reader { rate: Rate::FILM, losses: Vec::new() };
    if unbounded > 0 {
        reader.lose(&root, format!("{unbounded} numbers that are none or infinite"), "null");
    }
    reader.rate = match stated_rate(&root) {
        Some(rate) => rate,
        None => {
            reader.lose(&root, "no rate is stated", "24 frames a second");
            Rate::FILM
        }
    };
    let canvas = match reader.fact::<Canvas>(&ours, "canvas") {
        Some(canvas) => canvas,
        None => {
            reader.lose(&root, "no canvas is stated", "1920x1080");
            Canvas { width: 1920, height: 1080 }
        }
    };
    let mut timeline = Timeline::new(root.field("name").text()?, reader.rate, canvas);
    timeline.metadata = foreign(&root.field("metadata"))?;
    let mut kept_tracks = Vec::new();
    for child in stack.field("children").list()? {
        match reader.track(&child)? {
            Some(track) => timeline.tracks.push(track),
            None => kept_tracks.push(child.value.clone()),
        }
    }
    // Pictures are stacked and sounds summed, each among themselves: their order relative to each other says nothing.
    timeline.tracks.sort_by_key(|track| track.kind == Kind::Sound);
    if let Some(span) = Span::read(&stack.field("source_range"))? {
        for track in &mut timeline.tracks {
            track.items = reader.trim(&stack, std::mem::take(&mut track.items), span)?;
        }
    }
    reader.warn_of_effects(&stack)?;
    let markers = reader.marks(&stack, &mut timeline)?;
    let mut kept = Map::new();
    keep(&mut kept, "timeline", fields(&root, &["name", "metadata", "tracks"])?);
    let mut stack_fields = fields(&stack, &["children", "markers", "source_range"])?;
    if stack_fields.get("name").is_some_and(|name| name == super::write::STACK_NAME) {
        stack_fields.remove("name");
    }
    keep(&mut kept, "stack", stack_fields);
    keep_list(&mut kept, "tracks", kept_tracks);
    keep_list(&mut kept, "markers", markers);
    keep(&mut timeline.metadata, KEPT, kept);
    Ok(Reading { timeline, losses: reader.losses })
}

/// The rate that the file says or its clips count in.
fn stated_rate(root: &Node<'_>) -> Option<Rate> {
    let ours = root.field("metadata").field(OURS).field("rate");
    let written = ours.value.as_str().and_then(|text| text.parse::<Rate>().ok());
    // What is written beside it as a float must be readable again.
    if let Some(rate) = written.filter(|rate| exact_rate(rate.fps()).is_some()) {
        return Some(rate);
    }
    let global = Time::read(&root.field("global_start_time")).ok().map(|time| time.rate);
    // Sound tracks may count samples; pictures are asked first, and only what can be a picture rate is taken.
    let likely = |rate: &Rate| rate.fps() <= 1000.0;
    global.filter(likely).or_else(|| {
        let tracks = root.field("tracks").field("children").list().ok()?;
        let (pictures, sounds): (Vec<_>, Vec<_>) =
            tracks.into_iter().partition(|t| t.field("kind").value.as_str() != Some("Audio"));
        pictures.iter().chain(&sounds).find_map(|track| first_rate(track).filter(likely))
    })
}

fn first_rate(node: &Node<'_>) -> Option<Rate> {
    let children = node.field("children").list().ok()?;
    children.iter().find_map(|child| {
        let own = Span::read(&child.field("source_range")).ok().flatten();
        let media = || Span::read(&active_reference(child).ok()?.0.field("available_range")).ok().flatten();
        own.or_else(media).map(|span| span.duration.rate).or_else(|| first_rate(child))
    })
}

pub(super) struct Reader {
    pub(super) rate: Rate,
    pub(super) losses: Vec<Loss>,
}

impl Reader {
    pub(super) fn lose(&mut self, node: &Node<'_>, what: impl Into<String>, kept_as: &str) {
        let name = node.value.get("name").and_then(Value::as_str).filter(|name| !name.is_empty());
        let place = name.map_or_else(|| node.path.clone(), |name| format!("{} {:?}", node.path, brief(name)));
        self.losses.push(Loss { what: what.into(), place, kept_as: kept_as.to_owned() });
    }

    /// A fact of our own; one that somebody made unreadable is lost, and said to be.
    pub(super) fn fact<T: DeserializeOwned>(&mut self, ours: &Node<'_>, name: &str) -> Option<T> {
        let field = ours.field(name);
        if field.is_null() {
            return None;
        }
        let fact = serde_json::from_value(field.value.clone()).ok();
        if fact.is_none() {
            self.lose(&field, format!("our own {name:?} is not readable any more"), "left out");
        }
        fact
    }

    pub(super) fn frames(&mut self, node: &Node<'_>, span: Span, rate: Rate) -> FrameRange {
        let (range, exact) = span.frames(rate);
        if !exact {
            let what = format!("its range lies between the frames of {rate} frames a second");
            self.lose(node, what, &format!("frames {range}"));
        }
        range
    }

    fn frame(&mut self, node: &Node<'_>, time: Time) -> i64 {
        let (frame, exact) = time.frame(self.rate);
        if !exact {
            let what = format!("its length lies between the frames of {} frames a second", self.rate);
            self.lose(node, what, &format!("{frame} frames"));
        }
        frame
    }

    /// A child of the uppermost stack; `None` for one that is kept in the file and not played.
    fn track(&mut self, node: &Node<'_>) -> Result<Option<Track>, OtioError> {
        if !node.enabled()? {
            self.lose(node, "a track that is switched off", "not played, written back as it was");
            return Ok(None);
        }
        let kind = match node.schema() {
            "Track" | "Sequence" => match node.field("kind").text()? {
                "Video" | "" => Kind::Picture,
                "Audio" => Kind::Sound,
                other => {
                    let what = format!("a track of kind {:?}", brief(other));
                    self.lose(node, what, "not played, written back as it was");
                    return Ok(None);
                }
            },
            // A clip or a nested stack may lie in the uppermost stack itself.
            _ => Kind::Picture,
        };
        let mut track = Track::new(node.field("name").text()?, kind);
        if matches!(node.schema(), "Track" | "Sequence") {
            track.items = self.flat_track(node, kind)?;
            track.metadata = foreign(&node.field("metadata"))?;
            let kept = fields(node, &["name", "kind", "metadata", "children", "source_range"])?;
            keep(&mut track.metadata, KEPT, kept);
        } else {
            track.items = self.child(node, kind)?;
        }
        Ok(Some(track))
    }

    /// What one child of a track puts on it.
    pub(super) fn child(&mut self, node: &Node<'_>, kind: Kind) -> Result<Vec<Item>, OtioError> {
        Ok(match node.schema() {
            "Clip" => vec![self.clip(node)?],
            "Gap" | "Filler" => {
                let range = node.field("source_range");
                let span = Span::read(&range)?.ok_or_else(|| range.shape("a TimeRange"))?;
                let said = fields(node, &["name", "metadata", "source_range"])?;
                if !said.is_empty() || !node.field("metadata").map()?.is_empty() {
                    self.lose(node, "what is written on a gap", "left out");
                }
                let frames = self.frame(node, span.duration);
                if frames > 0 { vec![Item::Gap(frames)] } else { Vec::new() }
            }
            "Transition" => self.transition(node)?.into_iter().map(Item::Transition).collect(),
            "Stack" | "Track" | "Sequence" => self.nested(node, kind)?,
            "" => return Err(node.shape("a clip, gap, transition, track or stack")),
            schema => return Err(OtioError::Unknown { place: node.path.clone(), schema: brief(schema) }),
        })
    }

    fn clip(&mut self, node: &Node<'_>) -> Result<Item, OtioError> {
        let ours = node.field("metadata").field(OURS);
        let own_range = Span::read(&node.field("source_range"))?;
        let (reference, key) = active_reference(node)?;
        let available = Span::read(&reference.field("available_range"))?;
        let Some(range) = own_range.or(available) else {
            return Err(node.field("source_range").shape("a TimeRange (its medium has none either)"));
        };
        let mut kept = Map::new();
        let (media, source) = self.media(node, &reference, range, available, &mut kept)?;
        if !node.enabled()? {
            self.lose(node, "a clip that is switched off", "a gap");
            let frames = Clip::new("", media, source).record_len(self.rate);
            return Ok(Item::Gap(frames));
        }
        self.warn_of_effects(node)?;
        let references = node.field("media_references").map()?;
        let others: Map<String, Value> = references.into_iter().filter(|(k, _)| *k != key).collect();
        if !others.is_empty() {
            keep(&mut kept, "references", others);
        }
        if !key.is_empty() && key != super::write::MEDIA_KEY {
            kept.insert("key".into(), key.into());
        }
        let said =
            ["name", "metadata", "source_range", "media_reference", "media_references", "active_media_reference_key"];
        keep(&mut kept, "clip", fields(node, &said)?);

        let mut clip = Clip::new(node.field("name").text()?, media, source);
        clip.reframe = self.fact(&ours, "reframe");
        clip.grain = self.fact(&ours, "grain");
        clip.gain = self.fact(&ours, "gain").unwrap_or_default();
        clip.why = self.fact(&ours, "why").unwrap_or_default();
        clip.alternatives = self.fact(&ours, "alternatives").unwrap_or_default();
        clip.shot = self.fact(&ours, "shot");
        clip.metadata = foreign(&node.field("metadata"))?;
        keep(&mut clip.metadata, KEPT, kept);
        // Another program trims the head and knows nothing of our points, which count from it.
        if let Some(start) = self.fact::<i64>(&ours, "source_start") {
            let moved =
                source.start().saturating_sub(start).clamp(-crate::check::MOST_FRAMES, crate::check::MOST_FRAMES);
            let by = crate::clip::nearest(moved, clip.source_rate(self.rate), self.rate);
            shift_points(&mut clip, -by);
        }
        Ok(Item::Clip(Box::new(clip)))
    }

    fn transition(&mut self, node: &Node<'_>) -> Result<Option<Transition>, OtioError> {
        let offsets = [node.field("in_offset"), node.field("out_offset")];
        let mut frames = [0; 2];
        for (frames, offset) in frames.iter_mut().zip(&offsets) {
            let time = Time::read(offset)?;
            if time.value < 0.0 {
                return Err(offset.field("value").shape("a length of zero or more"));
            }
            *frames = self.frame(node, time);
        }
        let written = node.field("transition_type").text()?;
        let kind: Option<TransitionKind> = self.fact(&node.field("metadata").field(OURS), "kind");
        let kind = match kind {
            Some(kind) => kind,
            None => {
                if written != super::write::DISSOLVE {
                    self.lose(node, format!("a transition of type {:?}", brief(written)), "a dissolve");
                }
                TransitionKind::Dissolve
            }
        };
        if frames == [0, 0] {
            self.lose(node, "a transition of no length", "a cut");
            return Ok(None);
        }
        let mut metadata = foreign(&node.field("metadata"))?;
        let mut kept = fields(node, &["metadata", "in_offset", "out_offset", "transition_type"])?;
        if written != super::write::usual_type(kind) {
            kept.insert("transition_type".into(), written.into());
        }
        keep(&mut metadata, KEPT, kept);
        Ok(Some(Transition { kind, before: frames[0], after: frames[1], metadata }))
    }

    /// States every effect as lost but those that do nothing; the file keeps them.
    pub(super) fn warn_of_effects(&mut self, node: &Node<'_>) -> Result<(), OtioError> {
        for effect in node.field("effects").list()? {
            let speed = effect.field("time_scalar").value.as_f64();
            let what = match (effect.schema(), speed) {
                ("LinearTimeWarp", Some(1.0)) => continue,
                ("LinearTimeWarp", Some(speed)) => format!("a change of speed to {speed}"),
                ("FreezeFrame", _) => "a freeze frame".to_owned(),
                (schema, _) => {
                    let name = effect.field("effect_name").value.as_str().unwrap_or("");
                    let what = format!("the effect {} {}", brief(schema), brief(name));
                    what.trim_end().to_owned()
                }
            };
            self.lose(node, what, "not applied, written back as it was");
        }
        Ok(())
    }

    /// Reads the stack's markers as markers and notes; gives those that say more than we hold, to be written back.
    fn marks(&mut self, stack: &Node<'_>, timeline: &mut Timeline) -> Result<Vec<Value>, OtioError> {
        let mut raw = Vec::new();
        let whole = timeline.measured().map(|frames| FrameRange::new(0, frames));
        for node in stack.field("markers").list()? {
            if node.schema() != "Marker" {
                return Err(node.shape("a Marker"));
            }
            let range = node.field("marked_range");
            let span = Span::read(&range)?.ok_or_else(|| range.shape("a TimeRange"))?;
            let mut range = self.frames(&node, span, self.rate);
            // Who shortens an edit in another program seldom moves its marks.
            if let Some(whole) = whole.filter(|whole| !whole.covers(range)) {
                let Some(rest) = whole.overlap(range) else {
                    self.lose(
                        &node,
                        format!("a mark at {range}, past the end of the timeline at {}", whole.end()),
                        "left out",
                    );
                    continue;
                };
                self.lose(&node, format!("a mark at {range} that runs past the end"), &format!("frames {rest}"));
                range = rest;
            }
            let name = node.field("name").text()?.to_owned();
            let comment = node.field("comment").text()?.to_owned();
            let ours = node.field("metadata").field(OURS);
            if let Some(author) = self.fact::<String>(&ours, "note_by") {
                timeline.notes.push(Note { author, range, text: comment });
                continue;
            }
            let mut more = fields(&node, &["name", "comment", "marked_range", "metadata"])?;
            if more.get("color").is_some_and(|color| color == super::write::MARKER_COLOR) {
                more.remove("color");
            }
            if !more.is_empty() || !foreign(&node.field("metadata"))?.is_empty() {
                raw.push(node.value.clone());
            }
            timeline.markers.push(Marker { name, range, comment });
        }
        Ok(raw)
    }
}

/// The fields of an object that we have no word for and that say something.
pub(super) fn fields(node: &Node<'_>, known: &[&str]) -> Result<Map<String, Value>, OtioError> {
    let nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    };
    let mut said = node.map()?;
    said.retain(|name, value| {
        let usual = name == "OTIO_SCHEMA" || name == "enabled" && *value == true;
        !usual && !nothing(value) && !known.contains(&name.as_str())
    });
    Ok(said)
}

/// What other programs wrote in `metadata`.
pub(super) fn foreign(metadata: &Node<'_>) -> Result<Map<String, Value>, OtioError> {
    let mut map = metadata.map()?;
    map.remove(OURS);
    map.remove(KEPT);
    Ok(map)
}

pub(super) fn keep(kept: &mut Map<String, Value>, name: &str, what: Map<String, Value>) {
    if !what.is_empty() {
        kept.insert(name.to_owned(), Value::Object(what));
    }
}

fn keep_list(kept: &mut Map<String, Value>, name: &str, what: Vec<Value>) {
    if !what.is_empty() {
        kept.insert(name.to_owned(), Value::Array(what));
    }
}
