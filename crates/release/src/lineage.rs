//! What a cut is made of: stretches of titles for the rules to judge, music by file, and how much of the picture was filmed.

use std::collections::{BTreeSet, HashMap, HashSet};

use film::{ContentHash, FrameRange, Rate};
use rules::question::{Made, Use};
use serde::Serialize;
use timeline::{Clip, Item, Kind, Media, ReelMedia, Timeline, Track};

/// A part of a reel's range that lies in one shot of a title.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The catalogue's title.
    pub title: String,
    /// Its shot, by the catalogue's number; none if the reel has not been cut into shots there.
    pub shot: Option<u32>,
    /// Frames of the reel, on its constant grid.
    pub frames: FrameRange,
}

/// How the pictures or sound of a reel came to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// Filmed or recorded.
    Real,
    /// Filmed, then mended by a model or by hand; what it shows was there.
    Restored,
    /// Made or changed by a model.
    Generated(Made),
}

/// What is asked of the library.
pub struct Library<'a> {
    /// Which shots lie in these frames of this reel; nothing for a file that is no title's.
    pub shots: &'a dyn Fn(&ContentHash, FrameRange) -> Vec<Found>,
    /// How these frames of this reel came to be; unknown for a file that nobody ingested as a film.
    pub origin: &'a dyn Fn(&ContentHash, FrameRange) -> Option<Origin>,
}

/// What a cut is made of.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Lineage {
    /// Stretches of titles, in the order in which they are seen or heard.
    pub uses: Vec<Use>,
    /// Stretches of reels that it shows or lets hear, each once.
    pub sources: Vec<Source>,
    /// Sound files that belong to no title, by name, each once.
    pub music: Vec<String>,
    /// How much of the picture was filmed.
    pub shares: Shares,
}

/// A stretch of a reel.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Source {
    /// The catalogue's title.
    pub title: String,
    /// Its shot.
    pub shot: Option<u32>,
    /// The reel by its hash, where the timeline knows it.
    pub reel: Option<ContentHash>,
    /// Frames of the reel, on its constant grid; none where the timeline does not say what the medium is.
    pub frames: Option<FrameRange>,
}

/// Frames of the picture by how they came to be, as the highest picture track shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Shares {
    /// Filmed.
    pub real: i64,
    /// Filmed, then mended.
    pub restored: i64,
    /// Made or changed by a model.
    pub generated: i64,
    /// Lettering that render draws.
    pub lettering: i64,
    /// Nobody can say.
    pub unknown: i64,
}

impl Shares {
    /// Frames that show something.
    pub fn frames(&self) -> i64 {
        self.real + self.restored + self.generated + self.lettering + self.unknown
    }

    /// A part of all that is shown, 0 to 1; 0 of nothing.
    pub fn part(&self, frames: i64) -> f64 {
        if self.frames() == 0 { 0.0 } else { frames as f64 / self.frames() as f64 }
    }
}

/// Reads what `timeline` is made of.
///
/// Every clip of every track counts, hidden ones and silent ones too: what could come to light must be allowed. The frames
/// that a transition shows past a clip's ends count as well. A clip that spans several shots becomes a use of each; where the
/// library knows no shot the use has none. A clip's picture and sound of the same frames at the same place are one use.
/// Lettering is no use. A clip whose medium the timeline does not say is a use of the title that its name says.
pub fn lineage(timeline: &Timeline, library: &Library<'_>) -> Lineage {
    let mut uses = Uses::default();
    let mut sources = Sources::default();
    let mut music = BTreeSet::new();
    for track in &timeline.tracks {
        for (clip, record, source) in stretched(track, timeline.rate) {
            match &clip.media {
                Media::Title(_) => {}
                Media::Missing => {
                    sources.add(Source { title: clip.name.clone(), shot: clip.shot, reel: None, frames: None });
                    uses.add(plain(&clip.name, clip.shot, record, timeline.rate), track.kind);
                }
                Media::Reel(reel) => {
                    let found = reel.hash.map_or_else(Vec::new, |hash| (library.shots)(&hash, source));
                    if found.is_empty() && track.kind == Kind::Sound {
                        music.insert(file(reel));
                        continue;
                    }
                    for piece in pieces(found, source, &file(reel)) {
                        let used = used(&piece, clip, reel, record, source, timeline.rate, library);
                        sources.add(Source {
                            title: used.title.clone(),
                            shot: used.shot,
                            reel: reel.hash,
                            frames: Some(piece.frames),
                        });
                        uses.add(used, track.kind);
                    }
                }
            }
        }
    }
    let mut uses = uses.all;
    uses.sort_by_key(|one| one.record);
    Lineage { uses, sources: sources.all, music: music.into_iter().collect(), shares: shares(timeline, library) }
}

/// Clips of a track with the frames of the timeline and of the reel that are shown, transitions included.
fn stretched(track: &Track, rate: Rate) -> impl Iterator<Item = (&Clip, FrameRange, FrameRange)> {
    let around = |at: Option<usize>, before: bool| match at.and_then(|at| track.items.get(at)) {
        Some(Item::Transition(t)) => (if before { t.before } else { t.after }).max(0),
        _ => 0,
    };
    track.placed(rate).filter_map(move |placed| {
        let clip = placed.clip()?;
        let head = around(placed.index.checked_sub(1), true);
        let tail = around(placed.index.checked_add(1), false);
        let record = FrameRange::new(placed.record.start() - head, placed.record.end() + tail);
        let source =
            FrameRange::new(clip.source.start() - clip.handle(head, rate), clip.source.end() + clip.handle(tail, rate));
        Some((clip, record, source))
    })
}

/// Cuts `source` into the shots found in it and what lies between them.
fn pieces(mut found: Vec<Found>, source: FrameRange, file: &str) -> Vec<Found> {
    found.retain(|piece| piece.frames.overlap(source).is_some_and(|o| !o.is_empty()));
    found.sort_by_key(|piece| piece.frames.start());
    let title = found.first().map_or_else(|| file.to_owned(), |piece| piece.title.clone());
    let mut pieces = Vec::new();
    let mut at = source.start();
    for piece in found {
        let frames = piece.frames.overlap(source).expect("kept above");
        if frames.start() > at {
            pieces.push(Found { title: title.clone(), shot: None, frames: FrameRange::new(at, frames.start()) });
        }
        at = at.max(frames.end());
        pieces.push(Found { frames, ..piece });
    }
    if at < source.end() {
        pieces.push(Found { title, shot: None, frames: FrameRange::new(at, source.end()) });
    }
    pieces
}

fn used(
    piece: &Found,
    clip: &Clip,
    reel: &ReelMedia,
    record: FrameRange,
    source: FrameRange,
    rate: Rate,
    library: &Library<'_>,
) -> Use {
    // Where the piece begins and ends on the timeline; the clip's own ends are taken as they are, so nothing is lost to rounding.
    let place = |frame: i64, end: i64, whole: i64| {
        if frame == end { whole } else { record.start() + reel.rate.convert(frame - source.start(), rate) }
    };
    let start = place(piece.frames.start(), source.start(), record.start());
    let end = place(piece.frames.end(), source.end(), record.end()).max(start);
    let made = match reel.hash.and_then(|hash| (library.origin)(&hash, piece.frames)) {
        Some(Origin::Generated(made)) => Some(made),
        _ => None,
    };
    Use {
        reel: reel.hash.map(|hash| hash.to_string()),
        made,
        ..plain(
            &piece.title,
            piece.shot.or(clip.shot.filter(|_| piece.frames == source)),
            FrameRange::new(start, end),
            rate,
        )
    }
}

fn plain(title: &str, shot: Option<u32>, record: FrameRange, rate: Rate) -> Use {
    Use {
        title: title.to_owned(),
        shot,
        reel: None,
        seconds: rate.seconds(record.len()),
        record: Some((record.start(), record.end())),
        picture: false,
        sound: false,
        made: None,
        edits: Vec::new(),
    }
}

/// What tells a use from another: title, shot, reel, and frames of the timeline.
type Place = (String, Option<u32>, Option<String>, Option<(i64, i64)>);

/// Uses with their places by what tells them apart, so that a long cut is gathered in one pass.
#[derive(Default)]
struct Uses {
    all: Vec<Use>,
    places: HashMap<Place, usize>,
}

impl Uses {
    /// Adds a use, or joins it to the one of the same frames whose other half it is.
    fn add(&mut self, new: Use, kind: Kind) {
        let key = (new.title.clone(), new.shot, new.reel.clone(), new.record);
        let at = *self.places.entry(key).or_insert_with(|| {
            self.all.push(new);
            self.all.len() - 1
        });
        match kind {
            Kind::Picture => self.all[at].picture = true,
            Kind::Sound => self.all[at].sound = true,
        }
    }
}

/// Stretches of reels in the order in which they first come.
#[derive(Default)]
struct Sources {
    all: Vec<Source>,
    seen: HashSet<Source>,
}

impl Sources {
    fn add(&mut self, new: Source) {
        if self.seen.insert(new.clone()) {
            self.all.push(new);
        }
    }
}

/// The file's name without its folder: folders say more of the studio than a report should.
fn file(reel: &ReelMedia) -> String {
    reel.path.file_name().unwrap_or(reel.path.as_os_str()).to_string_lossy().into_owned()
}

fn shares(timeline: &Timeline, library: &Library<'_>) -> Shares {
    let mut shares = Shares::default();
    let mut edges = BTreeSet::new();
    // What each picture track shows, the highest first, as long as it has not ended.
    let mut tracks = Vec::new();
    for (_, track) in timeline.of_kind(Kind::Picture) {
        let shown = || track.placed(timeline.rate).filter(|placed| !matches!(placed.item, Item::Transition(_)));
        edges.extend(shown().flat_map(|placed| [placed.record.start(), placed.record.end()]));
        tracks.push(shown().peekable());
    }
    tracks.reverse();
    let edges: Vec<i64> = edges.into_iter().collect();
    for pair in edges.windows(2) {
        let seen = tracks.iter_mut().find_map(|track| {
            while track.next_if(|placed| placed.record.end() <= pair[0]).is_some() {}
            track.peek().filter(|placed| placed.record.contains(pair[0]))?.clip()
        });
        let Some(clip) = seen else { continue };
        let part = match &clip.media {
            Media::Title(_) => &mut shares.lettering,
            Media::Missing => &mut shares.unknown,
            Media::Reel(reel) => match reel.hash.and_then(|hash| (library.origin)(&hash, clip.source)) {
                Some(Origin::Real) => &mut shares.real,
                Some(Origin::Restored) => &mut shares.restored,
                Some(Origin::Generated(_)) => &mut shares.generated,
                None => &mut shares.unknown,
            },
        };
        *part += pair[1] - pair[0];
    }
    shares
}

#[cfg(test)]
mod tests;
