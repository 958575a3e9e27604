//! A title as the director reads it.

use std::sync::Arc;

use film::{Clock, FrameRange};

use super::library::{Library, LibraryError};
use super::shelf::TitleCard;
use super::signals;
use crate::snapshot::{Line, Reel, Shot, Signals, Snapshot};

impl Library {
    /// What is known of a title now, on the grid of each reel.
    ///
    /// Reels read quickly have shots, but empty [`Signals`] where nothing was noted.
    pub fn snapshot(&self, title: &TitleCard) -> Result<Snapshot, LibraryError> {
        let mut reels = Vec::new();
        for card in &title.reels {
            let record = self.record(card.hash)?;
            let folder = self.reading(card.hash);
            let clock = record.clock;
            let signals = match signals::signals_file(&folder).is_file() {
                true => signals::read_signals(self, &folder, &clock)?,
                false => Arc::new(Signals::default()),
            };
            reels.push(Reel {
                hash: card.hash,
                path: card.path.clone(),
                width: record.size.0,
                height: record.size.1,
                active: record.active,
                has_sound: !record.probe.sounds.is_empty(),
                shots: record.shots.into_iter().filter_map(|s| on_grid(s, &clock)).collect(),
                signals,
                sound: signals::read_sound(&signals::sound_file(&folder)).map(Arc::new),
                lines: record.lines.into_iter().map(|l| Line { range: grid(l.range, &clock), ..l }).collect(),
                warnings: record.warnings,
                clock,
            });
        }
        Ok(Snapshot { title: title.name.clone(), reels })
    }
}

fn grid(range: FrameRange, clock: &Clock) -> FrameRange {
    let start = clock.grid_at(range.start());
    FrameRange::new(start, clock.grid_at(range.end()).max(start))
}

/// The shot in grid frames; `None` if none of its frames shows on the grid.
fn on_grid(shot: Shot, clock: &Clock) -> Option<Shot> {
    if !clock.is_variable() {
        return Some(shot);
    }
    let range = grid(shot.range, clock);
    (!range.is_empty()).then(|| Shot {
        range,
        transition: shot.transition.map(|t| grid(t, clock)),
        clean: grid(shot.clean, clock),
        key_frame: clock.grid_at(shot.key_frame).clamp(range.start(), range.end() - 1),
        ..shot
    })
}
