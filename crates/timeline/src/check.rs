//! What must be true of a timeline, and the words for what is not.

use std::fmt;

use film::{FrameRange, Rate, Timecode};

use crate::{Canvas, Clip, GainPoint, Item, Kind, Media, Placed, Point, Timeline, Track, Transition};

/// More frames than any edit or reel holds; numbers past it are nonsense, and below it no sum overflows.
pub const MOST_FRAMES: i64 = 1 << 36;

/// Something that must not be, and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{place}: {fault}; {}", fault.remedy())]
pub struct Flaw {
    /// Where.
    pub place: Place,
    /// What.
    pub fault: Fault,
}

/// Where on a timeline something is; reads as `track 2 "Music", clip "Cue" at 00:00:10:05`.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// The timeline itself.
    Timeline,
    /// A whole track.
    Track {
        /// Its place, from 0.
        track: usize,
        /// Its name.
        name: String,
    },
    /// An item of a track.
    Item {
        /// Place of its track, from 0.
        track: usize,
        /// The track's name.
        track_name: String,
        /// Its place in the track, from 0.
        item: usize,
        /// What it is: `clip "Cue"`, `gap`, `dissolve`.
        what: String,
        /// When it begins.
        at: Timecode,
    },
    /// A marker or a note.
    Mark {
        /// Its name, or the note's words.
        name: String,
    },
}

/// What must not be.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// Nothing to show or hear.
    #[error("the timeline holds no frame")]
    Empty,
    /// A raster that 4:2:0 cannot hold.
    #[error("the canvas is {width}x{height}, and both must be even and between 2 and 16384")]
    Canvas {
        /// Pixels across.
        width: u32,
        /// Lines.
        height: u32,
    },
    /// A rate that no edit counts in.
    #[error("the timeline counts {0} frames a second, and an edit counts 1 to 1000")]
    Rate(Rate),
    /// Sound under pictures.
    #[error("a picture track stands after a sound track")]
    TrackOrder,
    /// A clip of nothing.
    #[error("the clip shows no frame (source {0})")]
    EmptyClip(FrameRange),
    /// Beyond the reel.
    #[error("the clip asks for frames {source_range} of a reel that holds {available}")]
    Outside {
        /// Frames asked for.
        source_range: FrameRange,
        /// Frames there are.
        available: FrameRange,
    },
    /// A number that cannot be meant.
    #[error("{0} frames is more than any film holds")]
    TooLong(i64),
    /// A gap that goes back, or is none.
    #[error("the gap lasts {0} frames")]
    GapLength(i64),
    /// A transition of no or negative length.
    #[error("the transition runs {before} frames before and {after} after its cut")]
    TransitionLength {
        /// Frames before.
        before: i64,
        /// Frames after.
        after: i64,
    },
    /// A transition with no clip on either side, or beside another transition.
    #[error("the transition has no clip at either side, or stands beside another transition")]
    TransitionNeighbors,
    /// A transition longer than what it passes through.
    #[error("the transition needs {need} frames of its neighbor, which lasts {have} (other transitions counted)")]
    TransitionReach {
        /// Frames needed.
        need: i64,
        /// Frames there.
        have: i64,
    },
    /// The reel ends before the transition does.
    #[error("the transition needs frames {need} of a reel that holds {available}")]
    NoHandle {
        /// Frames of the reel needed.
        need: FrameRange,
        /// Frames there are.
        available: FrameRange,
    },
    /// Points out of order or not numbers.
    #[error("its points of loudness are out of order or not numbers")]
    Gain,
    /// Points out of order or off the picture.
    #[error("its points of reframing are out of order or off the picture")]
    Reframe,
    /// Numbers that make no grain.
    #[error("its grain is not 8 levels of 0 to 128 codes, 24 weights and a deviation, all numbers")]
    Grain,
    /// A card with nothing on it.
    #[error("the title card has no words")]
    BlankTitle,
    /// Past either end.
    #[error("frames {0} are not on the timeline")]
    OffTimeline(FrameRange),
}

impl Fault {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Fault::Empty => "put a clip on it",
            Fault::Canvas { .. } => "choose an even size such as 1920x1080",
            Fault::Rate(_) => "choose a rate such as 24 or 30000/1001",
            Fault::TrackOrder => "move the picture tracks to the front",
            Fault::EmptyClip(_) => "remove the clip or give it frames",
            Fault::Outside { .. } => "trim the clip to what the reel holds",
            Fault::TooLong(_) => "correct the number",
            Fault::GapLength(_) => "give the gap a length above zero or remove it",
            Fault::TransitionLength { .. } => "give it a length above zero or make it a cut",
            Fault::TransitionNeighbors => "put it between two clips, or between a clip and a gap",
            Fault::TransitionReach { .. } => "shorten the transition or lengthen the clip",
            Fault::NoHandle { .. } => "shorten the transition, or trim the clip so that its reel has frames left",
            Fault::Gain => "put them in order of frame, each once, in finite decibels",
            Fault::Grain => "measure it again with `bottega grain measure`, or remove it",
            Fault::Reframe => "put them in order of frame, each once, between 0 and 1",
            Fault::BlankTitle => "write a line on it or make it a gap",
            Fault::OffTimeline(_) => "move it onto the timeline or remove it",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Timeline => f.write_str("timeline"),
            Place::Track { track, name } => write!(f, "track {} {:?}", track + 1, brief(name)),
            Place::Item { track, track_name, what, at, .. } => {
                write!(f, "track {} {:?}, {what} at {at}", track + 1, brief(track_name))
            }
            Place::Mark { name } => write!(f, "marker {:?}", brief(name)),
        }
    }
}

/// At most the first 60 characters: names of other programs may be megabytes long.
pub(crate) fn brief(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Timeline {
    /// Everything that must not be; empty for a timeline fit to lock.
    ///
    /// ```
    /// use film::Rate;
    /// use timeline::{Canvas, Timeline};
    /// let odd = Timeline::new("cut", Rate::FILM, Canvas { width: 853, height: 480 });
    /// assert!(odd.check()[0].to_string().contains("853x480"));
    /// ```
    pub fn check(&self) -> Vec<Flaw> {
        let mut flaws = Vec::new();
        let Canvas { width, height } = self.canvas;
        if [width, height].iter().any(|n| n % 2 != 0 || !(2..=16384).contains(n)) {
            flaws.push(Flaw { place: Place::Timeline, fault: Fault::Canvas { width, height } });
        }
        if !(1.0..=1000.0).contains(&self.rate.fps()) {
            flaws.push(Flaw { place: Place::Timeline, fault: Fault::Rate(self.rate) });
        }
        let mut sound = false;
        for (at, track) in self.tracks.iter().enumerate() {
            sound |= track.kind == Kind::Sound;
            if sound && track.kind == Kind::Picture {
                let place = Place::Track { track: at, name: track.name.clone() };
                flaws.push(Flaw { place, fault: Fault::TrackOrder });
            }
            self.check_track(at, track, &mut flaws);
        }
        // Marks are measured only on tracks whose numbers can be added up.
        if let Some(frames) = self.measured() {
            let whole = FrameRange::new(0, frames);
            let marks = self.markers.iter().map(|m| (&m.name, m.range));
            for (name, range) in marks.chain(self.notes.iter().map(|n| (&n.text, n.range))) {
                if !whole.covers(range) {
                    let place = Place::Mark { name: name.clone() };
                    flaws.push(Flaw { place, fault: Fault::OffTimeline(range) });
                }
            }
        }
        flaws
    }

    /// [`Timeline::len`], unless some track is too long for its numbers to be added up.
    pub(crate) fn measured(&self) -> Option<i64> {
        let long =
            |track: &Track| track.items.iter().any(|i| too_long(i).is_some()) || track.len(self.rate) > MOST_FRAMES;
        (!self.tracks.iter().any(long)).then(|| self.len())
    }

    pub(crate) fn check_track(&self, at: usize, track: &Track, flaws: &mut Vec<Flaw>) {
        let huge = track.items.iter().enumerate().find_map(|(i, item)| too_long(item).map(|n| (i, item, n)));
        if let Some((item, what, frames)) = huge {
            let place = item_place(at, track, item, what, Timecode::new(0, self.rate, false));
            flaws.push(Flaw { place, fault: Fault::TooLong(frames) });
            return;
        }
        if track.len(self.rate) > MOST_FRAMES {
            let place = Place::Track { track: at, name: track.name.clone() };
            flaws.push(Flaw { place, fault: Fault::TooLong(track.len(self.rate)) });
            return;
        }
        for placed in track.placed(self.rate) {
            let mut say = |fault| flaws.push(Flaw { place: place(at, track, &placed, self.rate), fault });
            match placed.item {
                Item::Clip(clip) => check_clip(clip, self.rate, &mut say),
                Item::Gap(frames) if *frames <= 0 => say(Fault::GapLength(*frames)),
                Item::Gap(_) => {}
                Item::Transition(t) => {
                    if let Some(fault) = transition_fault(&track.items, placed.index, t, self.rate) {
                        say(fault);
                    }
                }
            }
        }
    }
}

/// Where an item of a track stands.
pub(crate) fn place(track_at: usize, track: &Track, placed: &Placed<'_>, rate: Rate) -> Place {
    let at = Timecode::new(placed.record.start(), rate, rate.has_drop_frame());
    item_place(track_at, track, placed.index, placed.item, at)
}

fn item_place(track_at: usize, track: &Track, item: usize, what: &Item, at: Timecode) -> Place {
    let what = match what {
        Item::Clip(clip) => format!("clip {:?}", brief(&clip.name)),
        Item::Gap(_) => "gap".to_owned(),
        Item::Transition(_) => "transition".to_owned(),
    };
    Place::Item { track: track_at, track_name: track.name.clone(), item, what, at }
}

fn too_long(item: &Item) -> Option<i64> {
    let beyond = |n: i64| (!(-MOST_FRAMES..=MOST_FRAMES).contains(&n)).then_some(n);
    match item {
        Item::Clip(clip) => {
            let mut numbers = vec![clip.source.start(), clip.source.end()];
            numbers.extend(clip.reel().into_iter().flat_map(|r| [r.available.start(), r.available.end()]));
            numbers.into_iter().find_map(beyond)
        }
        Item::Gap(frames) => beyond(*frames),
        Item::Transition(t) => beyond(t.before).or(beyond(t.after)),
    }
}

fn check_clip(clip: &Clip, rate: Rate, say: &mut impl FnMut(Fault)) {
    if clip.source.is_empty() || clip.record_len(rate) == 0 {
        say(Fault::EmptyClip(clip.source));
    } else if let Some(reel) = clip.reel().filter(|reel| !reel.available.covers(clip.source)) {
        say(Fault::Outside { source_range: clip.source, available: reel.available });
    }
    let rising = |frames: &mut dyn Iterator<Item = i64>| {
        let frames: Vec<i64> = frames.collect();
        frames.windows(2).all(|w| w[0] < w[1])
    };
    let ordered = |points: &[GainPoint]| rising(&mut points.iter().map(|p| p.frame));
    if !ordered(&clip.gain) || !clip.gain.iter().all(|p| p.db.is_finite()) {
        say(Fault::Gain);
    }
    if let Some(reframe) = &clip.reframe {
        let inside = |p: &Point| (0.0..=1.0).contains(&p.x) && (0.0..=1.0).contains(&p.y);
        if !rising(&mut reframe.center.iter().map(|p| p.frame)) || !reframe.center.iter().all(inside) {
            say(Fault::Reframe);
        }
    }
    if let Some(grain) = &clip.grain {
        let numbers = grain.levels.iter().chain(&grain.weights).chain([&grain.innovation]);
        let sound = grain.weights.len() == 24 && numbers.clone().all(|v| v.is_finite());
        if !sound || grain.levels.iter().any(|l| !(0.0..=128.0).contains(l)) {
            say(Fault::Grain);
        }
    }
    if let Media::Title(card) = &clip.media
        && card.lines.iter().all(|line| line.trim().is_empty())
    {
        say(Fault::BlankTitle);
    }
}

/// What is wrong with the transition `t` at `items[at]`, if something is.
pub(crate) fn transition_fault(items: &[Item], at: usize, t: &Transition, rate: Rate) -> Option<Fault> {
    if t.before < 0 || t.after < 0 || t.before + t.after == 0 {
        return Some(Fault::TransitionLength { before: t.before, after: t.after });
    }
    let left = at.checked_sub(1).map(|i| &items[i]);
    let right = items.get(at + 1);
    let transition = |item: Option<&Item>| matches!(item, Some(Item::Transition(_)));
    let clip = |item: Option<&Item>| matches!(item, Some(Item::Clip(_)));
    if transition(left) || transition(right) || !(clip(left) || clip(right)) {
        return Some(Fault::TransitionNeighbors);
    }
    // Beyond the track's ends there is nothing to pass through.
    let have = |item: Option<&Item>, other: Option<&Item>, taken: fn(&Transition) -> i64| {
        let len = item.map_or(0, |item| item.len(rate));
        match other {
            Some(Item::Transition(o)) => len - taken(o),
            _ => len,
        }
    };
    let before_left = at.checked_sub(2).map(|i| &items[i]);
    let have_left = have(left, before_left, |o| o.after);
    if have_left < t.before {
        return Some(Fault::TransitionReach { need: t.before, have: have_left });
    }
    let have_right = have(right, items.get(at + 2), |o| o.before);
    if have_right < t.after {
        return Some(Fault::TransitionReach { need: t.after, have: have_right });
    }
    let handle = |clip: &Clip, need: FrameRange| {
        let reel = clip.reel()?;
        (!reel.available.covers(need)).then_some(Fault::NoHandle { need, available: reel.available })
    };
    if let Some(Item::Clip(out)) = left {
        let need = FrameRange::new(out.source.end(), out.source.end() + out.handle(t.after, rate));
        // A reel's very end serves a transition that asks for nothing past it.
        if let Some(fault) = handle(out, need).filter(|_| !need.is_empty()) {
            return Some(fault);
        }
    }
    if let Some(Item::Clip(into)) = right {
        let need = FrameRange::new(into.source.start() - into.handle(t.before, rate), into.source.start());
        if let Some(fault) = handle(into, need).filter(|_| !need.is_empty()) {
            return Some(fault);
        }
    }
    None
}
