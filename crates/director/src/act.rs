//! The acts of a trailer and the frames each has.

use film::{FrameRange, Rate};

use crate::Brief;

/// A part of a trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    /// Something that makes one stay.
    Hook,
    /// World and people.
    Setup,
    /// What upsets them.
    Turn,
    /// It builds, faster and faster.
    Montage,
    /// The name.
    Title,
    /// One last moment.
    Button,
    /// Who made it.
    Credit,
}

impl Act {
    /// The name that its marker carries.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Act::Hook => "hook",
            Act::Setup => "set-up",
            Act::Turn => "turn",
            Act::Montage => "montage",
            Act::Title => "title",
            Act::Button => "button",
            Act::Credit => "credits",
        }
    }

    /// What it is for.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Act::Hook => "a striking image before anything is explained",
            Act::Setup => "the world and who lives in it",
            Act::Turn => "what upsets it",
            Act::Montage => "it builds: shorter clips, more motion",
            Act::Title => "the name of the film",
            Act::Button => "one last moment after the name",
            Act::Credit => "who made it",
        }
    }

    /// Whether it shows the film and not a card.
    pub(crate) fn is_film(self) -> bool {
        !matches!(self, Act::Title | Act::Credit)
    }
}

/// The acts in order, covering `brief.length` frames.
///
/// Shares after what trailers have: a title in the last third, a short button behind it, credits at the end; a trailer under
/// 14 seconds has neither set-up nor turn of their own.
pub(crate) fn acts(brief: &Brief, rate: Rate) -> Vec<(Act, FrameRange)> {
    let seconds = rate.seconds(brief.length);
    let credited = brief.credits.iter().any(|line| !line.trim().is_empty());
    let short = seconds < 10.0;
    let title = match brief.title_card {
        true if short => seconds / 6.0,
        true => (0.07 * seconds).clamp(1.2, 3.2),
        false => 0.0,
    };
    let credit = match credited {
        true if short => seconds / 6.0,
        true => (0.04 * seconds).clamp(1.0, 2.5),
        false => 0.0,
    };
    let button = match short {
        // Too short for both a button and a card of credits: the name must still come in the last third.
        true if credited || title == 0.0 => 0.0,
        true => seconds / 6.0,
        false => (0.07 * seconds).clamp(0.9, 3.6),
    };
    let story = seconds - title - credit - button;
    let (hook, setup, turn) = if story < 5.0 {
        (0.35 * story, 0.0, 0.0)
    } else if story < 12.0 {
        (0.22 * story, 0.3 * story, 0.0)
    } else {
        ((0.14 * story).min(9.0), 0.3 * story, (0.12 * story).min(9.0))
    };
    let mut acts = Vec::new();
    let mut at = 0.0;
    let mut start = 0;
    let montage = story - hook - setup - turn;
    for (act, lasts) in [
        (Act::Hook, hook),
        (Act::Setup, setup),
        (Act::Turn, turn),
        (Act::Montage, montage),
        (Act::Title, title),
        (Act::Button, button),
        (Act::Credit, credit),
    ] {
        at += lasts;
        let end = rate.frames_in_seconds(at).min(brief.length);
        if end > start {
            acts.push((act, FrameRange::new(start, end)));
            start = end;
        }
    }
    // Rounding may leave a frame over; the last act takes it.
    if let Some((_, last)) = acts.last_mut() {
        *last = FrameRange::new(last.start(), brief.length);
    }
    acts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_covered_and_the_title_comes_in_the_last_third() {
        for frames in (72..=24 * 600).step_by(7) {
            for credits in [vec![], vec!["Someone".to_owned()]] {
                let brief = Brief { credits, ..Brief::new(frames) };
                let acts = acts(&brief, Rate::FILM);
                assert_eq!((acts[0].1.start(), acts[acts.len() - 1].1.end()), (0, frames));
                assert!(acts.windows(2).all(|w| w[0].1.end() == w[1].1.start() && w[0].0 < w[1].0));
                let title = acts.iter().find(|(act, _)| *act == Act::Title).expect("asked for").1;
                assert!(3 * (title.start() + 1) >= 2 * frames, "{frames}: {title}");
            }
        }
    }
}
