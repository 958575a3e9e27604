//! The timeline of what was decided: tracks, cards, gains, markers, notes.

use catalogue::Snapshot;
use film::FrameRange;
use serde_json::{Map, Value};
use timeline::{
    Alternative, Canvas, Clip, Item, Kind, Marker, Media, Note, ReelMedia, Timeline, TitleCard, TitleStyle, Track,
    Transition, TransitionKind,
};

use crate::Brief;
use crate::act::Act;
use crate::cue::{Beat, Cue, Origin};
use crate::footage::Footage;
use crate::reframe::reframe;
use crate::slot::Passage;
use crate::sound::{self, Heard, Shown};
use crate::trailer::clip;

/// A clip of the film as decided.
pub(crate) struct Edit {
    pub(crate) shown: Shown,
    pub(crate) enter: Option<Passage>,
    pub(crate) beat: Option<Beat>,
    pub(crate) why: Vec<String>,
    pub(crate) alternatives: Vec<Alternative>,
}

/// The words of the title card.
pub(crate) fn title(snapshot: &Snapshot, brief: &Brief) -> String {
    brief.title.as_deref().unwrap_or(&snapshot.title).trim().to_owned()
}

pub(crate) fn timeline(
    footage: &Footage<'_>,
    brief: &Brief,
    acts: &[(Act, FrameRange)],
    edit: Vec<Edit>,
    heard: Vec<Heard>,
    cue: Option<&Cue>,
    notes: Vec<String>,
) -> Timeline {
    let snapshot = footage.snapshot;
    let canvas = brief.canvas.unwrap_or_else(|| own_canvas(snapshot));
    let mut timeline = Timeline::new(format!("{} - trailer", snapshot.title), footage.rate, canvas);
    let whole = FrameRange::new(0, brief.length);
    for (act, range) in acts {
        timeline.markers.push(Marker { name: act.name().into(), range: *range, comment: act.purpose().into() });
    }
    for beat in edit.iter().filter_map(|e| e.beat) {
        let comment = if beat.down { "first of a bar; a cut falls on it" } else { "a cut falls on it" };
        let range = FrameRange::at(beat.frame, 1);
        timeline.markers.push(Marker { name: format!("beat {}", beat.number), range, comment: comment.into() });
    }
    timeline.notes =
        notes.iter().map(|text| Note { author: "director".into(), range: whole, text: text.clone() }).collect();
    let mut said = Map::new();
    said.insert("seed".into(), Value::from(brief.seed));
    said.insert("notes".into(), Value::from(notes));
    timeline.metadata.insert("director".into(), Value::Object(said));

    let lines: Vec<FrameRange> = {
        let mut lines: Vec<FrameRange> = heard.iter().flat_map(|h| h.lines.iter().copied()).collect();
        lines.sort_by_key(|line| line.start());
        lines
    };
    let film: Vec<(usize, usize)> = edit.iter().map(|e| (e.shown.reel, e.shown.shot)).collect();
    timeline.tracks.push(picture(footage, brief, acts, edit, canvas));
    for (track, name) in ["Film sound A", "Film sound B"].into_iter().enumerate() {
        let pieces = heard.iter().filter(|h| h.track == track).map(|piece| {
            let (reel, shot) = film[piece.shown];
            let mut clip = clip(footage, reel, Some(shot), piece.source);
            clip.gain = piece.gain.clone();
            clip.why = piece.why.clone();
            (piece.record, clip)
        });
        let track = row(name, pieces);
        timeline.tracks.extend((!track.is_empty()).then_some(track));
    }
    if let Some(cue) = cue {
        timeline.tracks.push(score(footage, brief, cue, &lines));
    }
    timeline
}

/// The raster of the largest reel, made even.
fn own_canvas(snapshot: &Snapshot) -> Canvas {
    let largest = snapshot.reels.iter().max_by_key(|reel| u64::from(reel.width) * u64::from(reel.height));
    let even = |n: u32| (n & !1).clamp(2, 16384);
    largest.map_or(Canvas { width: 1920, height: 1080 }, |reel| Canvas {
        width: even(reel.width),
        height: even(reel.height),
    })
}

fn passage(passage: Passage) -> Item {
    let Passage { kind, before, after } = passage;
    Item::Transition(Transition { kind, before, after, metadata: Map::new() })
}

fn picture(footage: &Footage<'_>, brief: &Brief, acts: &[(Act, FrameRange)], edit: Vec<Edit>, canvas: Canvas) -> Track {
    let mut items: Vec<(i64, Option<Passage>, Clip)> = Vec::new();
    for e in edit {
        let mut clip = clip(footage, e.shown.reel, Some(e.shown.shot), e.shown.source);
        clip.reframe = reframe(footage, &e.shown, canvas, brief.fit);
        clip.why = e.why;
        clip.alternatives = e.alternatives;
        items.push((e.shown.record.start(), e.enter, clip));
    }
    for (act, range) in acts.iter().filter(|(act, _)| !act.is_film()) {
        let (lines, style, why) = match act {
            Act::Title => (vec![title(footage.snapshot, brief)], TitleStyle::Title, "the name, in the last third"),
            _ => (brief.credits.clone(), TitleStyle::Credit, "who made it, as the brief says"),
        };
        let lines = lines.into_iter().filter(|line| !line.trim().is_empty()).collect();
        let card = Media::Title(TitleCard { lines, style });
        let mut clip = Clip::new(act.name(), card, FrameRange::new(0, range.len()));
        clip.why.push(format!(
            "{why}: {:.1} to {:.1} of {:.1} seconds",
            footage.rate.seconds(range.start()),
            footage.rate.seconds(range.end()),
            footage.rate.seconds(brief.length)
        ));
        items.push((range.start(), None, clip));
    }
    items.sort_by_key(|(start, ..)| *start);
    let mut track = Track::new("Picture", Kind::Picture);
    for (_, enter, clip) in items {
        track.items.extend(enter.map(passage));
        track.items.push(Item::Clip(Box::new(clip)));
    }
    // It goes to black over its last frames, which needs none beyond them.
    let last = track.items.iter().rev().take(2).collect::<Vec<_>>();
    if let [Item::Clip(clip), before] = last[..] {
        let taken = if let Item::Transition(t) = before { t.after } else { 0 };
        let fade = footage.rate.frames_in_seconds(0.4).min((clip.record_len(footage.rate) - taken) / 3);
        if fade > 0 {
            track.items.push(passage(Passage { kind: TransitionKind::Dissolve, before: fade, after: 0 }));
        }
    }
    track
}

/// A sound track of pieces in order, silence between them.
fn row(name: &str, pieces: impl Iterator<Item = (FrameRange, Clip)>) -> Track {
    let mut track = Track::new(name, Kind::Sound);
    let mut at = 0;
    for (record, clip) in pieces {
        if record.start() > at {
            track.items.push(Item::Gap(record.start() - at));
        }
        track.items.push(Item::Clip(Box::new(clip)));
        at = record.end();
    }
    track
}

fn score(footage: &Footage<'_>, brief: &Brief, cue: &Cue, lines: &[FrameRange]) -> Track {
    let rate = footage.rate;
    let count = cue.pieces.len();
    let pieces = cue.pieces.iter().enumerate().map(|(at, (record, source))| {
        let (mut clip, ends_well) = match (cue.origin, &brief.music) {
            (Origin::Music, Some(music)) => {
                let frames = (music.seconds * rate.fps()).floor() as i64;
                let media = ReelMedia {
                    path: music.path.clone(),
                    hash: Some(music.hash),
                    available: FrameRange::new(0, frames),
                    rate,
                };
                let name = music.path.file_stem().map_or("music".into(), |stem| stem.to_string_lossy().into_owned());
                let range = FrameRange::at(*source, record.len());
                // A piece that plays to the end of the music ends as the music does.
                (Clip::new(name, Media::Reel(media), range), range.end() + rate.nominal() as i64 / 4 >= frames)
            }
            (Origin::Film(reel), _) => {
                let range = FrameRange::at(*source, footage.source_len(reel, record.len()));
                (clip(footage, reel, None, range), false)
            }
            (Origin::Music, None) => unreachable!("a cue of music is made of the brief's music"),
        };
        let ends = (at == 0 && *source > 0, at + 1 == count && !ends_well);
        clip.gain = sound::under(*record, lines, ends, rate);
        clip.why = cue.why.clone();
        (*record, clip)
    });
    row(if cue.origin == Origin::Music { "Music" } else { "Film score" }, pieces)
}
