//! How music lies under the trailer: which part of it, joined where, and where its beats fall.

use catalogue::Music;
use film::{FrameRange, Rate};

use crate::act::Act;
use crate::ear::Ear;
use crate::footage::{Footage, value};

/// Sound under the whole trailer, and its beats.
#[derive(Clone, Debug)]
pub(crate) struct Cue {
    pub(crate) origin: Origin,
    /// Pieces in order, without overlap: frames of the trailer and the first source frame of each. Gaps are silence.
    pub(crate) pieces: Vec<(FrameRange, i64)>,
    pub(crate) beats: Vec<Beat>,
    /// Why this part.
    pub(crate) why: Vec<String>,
    /// What was assumed, in words.
    pub(crate) notes: Vec<String>,
}

/// Whose sound a cue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The music of the brief; its frames count at the timeline's rate.
    Music,
    /// The film's own sound, of this reel.
    Film(usize),
}

/// A beat on the trailer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Beat {
    /// Frame of the trailer it falls in.
    pub(crate) frame: i64,
    /// Its number in the music, from 1; for the film's own sound, among its attacks.
    pub(crate) number: usize,
    /// Whether it begins a bar.
    pub(crate) down: bool,
}

/// Frames of one act, empty if the trailer has none.
fn span(acts: &[(Act, FrameRange)], act: Act) -> FrameRange {
    acts.iter().find(|(a, _)| *a == act).map_or(FrameRange::new(0, 0), |(_, range)| *range)
}

/// Where the trailer comes to its height: the title, or the end.
fn climax(acts: &[(Act, FrameRange)], length: i64) -> i64 {
    acts.iter().find(|(act, _)| *act == Act::Title).map_or(length, |(_, range)| range.start())
}

/// The music of the brief, cut to the trailer; `None`, with a word on it, if there is too little of it.
pub(crate) fn of_music(
    music: &Music,
    acts: &[(Act, FrameRange)],
    length: i64,
    rate: Rate,
    notes: &mut Vec<String>,
) -> Option<Cue> {
    let frames = if music.seconds.is_finite() { (music.seconds * rate.fps()).floor() as i64 } else { 0 };
    if frames < rate.nominal() as i64 {
        notes.push(format!(
            "the music lasts {:.2} seconds, too little to cut to; the film's sound is used",
            music.seconds
        ));
        return None;
    }
    let mut cue =
        Cue { origin: Origin::Music, pieces: Vec::new(), beats: Vec::new(), why: Vec::new(), notes: Vec::new() };
    if frames >= length {
        cue.part(music, acts, length, frames, rate);
    } else {
        cue.stretch(music, length, frames, rate);
    }
    if music.beats.len() < 4 {
        cue.notes.push("no beats were found in the music; the cuts follow a rising rhythm of their own".into());
    }
    for (record, source) in &cue.pieces {
        for (at, beat) in music.beats.iter().enumerate() {
            let frame = (beat * rate.fps()).round() as i64 - source + record.start();
            if record.contains(frame) {
                cue.beats.push(Beat { frame, number: at + 1, down: music.downbeats.contains(&(at as u32)) });
            }
        }
    }
    cue.beats.sort_by_key(|beat| beat.frame);
    cue.beats.dedup_by_key(|beat| beat.frame);
    Some(cue)
}

impl Cue {
    /// Chooses the part of a longer piece whose climax or ending meets the title.
    fn part(&mut self, music: &Music, acts: &[(Act, FrameRange)], length: i64, frames: i64, rate: Rate) {
        let title = climax(acts, length);
        let loud = |range: FrameRange| {
            let ten = |frame: i64| (rate.seconds(frame) * 10.0) as usize;
            let part = music.loudness.get(ten(range.start())..ten(range.end()).min(music.loudness.len()));
            match part {
                Some(part) if !part.is_empty() => part.iter().sum::<f32>() / part.len() as f32,
                _ => -70.0,
            }
        };
        let top = music.loudness.iter().copied().fold(-70.0, f32::max);
        let boundary = |at: i64| {
            let seconds = rate.seconds(at);
            music.sections.windows(2).any(|w| (w[1].start - seconds).abs() < 0.4)
        };
        let (setup, montage) = (span(acts, Act::Setup), span(acts, Act::Montage));
        let worth = |from: i64| {
            let mut worth = 0.0;
            if !montage.is_empty() {
                let before = if setup.is_empty() {
                    loud(FrameRange::at(from, montage.start().max(1)))
                } else {
                    loud(setup.shift(from))
                };
                worth += ((loud(montage.shift(from)) - before) / 12.0).clamp(-1.0, 1.0);
            }
            let second = rate.nominal() as i64;
            let height = FrameRange::new((from + title - 3 * second).max(0), (from + title + second).min(frames));
            worth += 1.0 - ((top - loud(height)) / 15.0).clamp(0.0, 1.0);
            worth += if boundary(from + title) { 0.4 } else { 0.0 };
            worth += if frames - from - length < second { 0.5 } else { 0.0 };
            worth - if loud(FrameRange::at(from, second)) < -50.0 { 0.3 } else { 0.0 }
        };
        let frame = |beat: f64| (beat * rate.fps()).round() as i64;
        let downs: Vec<i64> =
            music.downbeats.iter().filter_map(|&d| music.beats.get(d as usize)).map(|&b| frame(b)).collect();
        let anchors: Vec<i64> = if !downs.is_empty() {
            downs
        } else if !music.beats.is_empty() {
            music.beats.iter().map(|&b| frame(b)).collect()
        } else {
            (0..frames).step_by((rate.nominal() as usize / 2).max(1)).collect()
        };
        let starts = anchors.iter().map(|at| at - title).chain([0, frames - length]);
        let mut best = (f32::MIN, 0);
        for from in starts.filter(|&from| (0..=frames - length).contains(&from)) {
            let worth = worth(from);
            if worth > best.0 {
                best = (worth, from);
            }
        }
        let from = best.1;
        self.pieces = vec![(FrameRange::new(0, length), from)];
        self.why.push(format!(
            "begins {:.1} seconds into the music, so that second {:.1} of it, {:.1} LU below its height, meets the title",
            rate.seconds(from),
            rate.seconds(from + title),
            top - loud(FrameRange::new((from + title - 24).max(0), (from + title + 24).min(frames)))
        ));
    }

    /// Makes a shorter piece last: whole bars again where it has bars, else it begins later or again.
    fn stretch(&mut self, music: &Music, length: i64, frames: i64, rate: Rate) {
        let bars: Vec<i64> = music
            .downbeats
            .iter()
            .filter_map(|&d| music.beats.get(d as usize))
            .map(|&beat| (beat * rate.fps()).round() as i64)
            .filter(|&at| at > 0 && at < frames)
            .collect();
        let short = format!("the music lasts {:.1} seconds and the trailer {:.1}", music.seconds, rate.seconds(length));
        let missing = length - frames;
        // (frames cut from the start, loop start, loop end, times)
        let mut best: Option<(i64, i64, i64, i64)> = None;
        if music.confidence >= 0.3 {
            for (at, &from) in bars.iter().enumerate() {
                for &to in bars[at + 1..].iter().filter(|&&to| to - from >= 2 * rate.nominal() as i64) {
                    let times = (missing + to - from - 1) / (to - from);
                    let over = frames + times * (to - from) - length;
                    // Fewer joins first, then little lost of the start.
                    let cost = |(over, times): (i64, i64)| over + times * 3 * rate.nominal() as i64;
                    if over < to && best.is_none_or(|b| cost((over, times)) < cost((b.0, b.3))) {
                        best = Some((over, from, to, times));
                    }
                }
            }
        }
        if let Some((over, from, to, times)) = best {
            let mut at = 0;
            let mut lay = |pieces: &mut Vec<(FrameRange, i64)>, start: i64, end: i64| {
                pieces.push((FrameRange::at(at, end - start), start));
                at += end - start;
            };
            lay(&mut self.pieces, over, to);
            for _ in 1..times {
                lay(&mut self.pieces, from, to);
            }
            lay(&mut self.pieces, from, frames);
            self.notes.push(format!(
                "{short}: its bars from {:.1} to {:.1} seconds are heard {} times",
                rate.seconds(from),
                rate.seconds(to),
                times + 1
            ));
            self.why.push("ends as the music ends; joined at the first beats of bars".into());
        } else if 2 * frames >= length {
            self.pieces.push((FrameRange::at(missing, frames), 0));
            self.notes.push(format!("{short}: it begins {:.1} seconds in", rate.seconds(missing)));
            self.why.push("begins later, so that the trailer ends as the music ends".into());
        } else {
            let times = (length + frames - 1) / frames;
            let over = times * frames - length;
            self.pieces.push((FrameRange::at(0, frames - over), over));
            for time in 1..times {
                self.pieces.push((FrameRange::at(time * frames - over, frames), 0));
            }
            self.pieces.retain(|(record, _)| !record.is_empty());
            self.notes.push(format!("{short}, and no bars were found to join it at: it is heard {times} times"));
            self.why.push("repeated whole; the trailer ends as the music ends".into());
        }
    }
}

/// The film's own score as a cue: one stretch of its sound that is music without words and rises towards the title.
pub(crate) fn of_film(
    footage: &Footage<'_>,
    ears: &[Ear],
    acts: &[(Act, FrameRange)],
    length: i64,
    lean: impl Fn(i64) -> f32,
) -> Option<Cue> {
    let title = climax(acts, length);
    let mut best: Option<(f32, usize, i64, f32)> = None;
    for (at, ear) in ears.iter().enumerate().filter(|(_, ear)| ear.hears()) {
        let reel = footage.reel(at);
        let (sound, rate) = (reel.sound.as_deref()?, reel.clock.rate());
        let bounds = footage.allowed(at);
        let need = footage.source_len(at, length);
        let sums = |signal: &[f32]| {
            let mut sums = vec![0.0f64];
            sums.extend((0..bounds.end()).scan(0.0, |sum, f| {
                *sum += f64::from(value(signal, f).unwrap_or(0.0));
                Some(*sum)
            }));
            sums
        };
        let (music, voice, loud) = (sums(&sound.music), sums(&sound.voice), sums(&sound.loudness));
        let mean = |sums: &[f64], from: i64, to: i64| {
            let to = to.min(bounds.end()).max(from + 1);
            ((sums[to as usize] - sums[from as usize]) / (to - from) as f64) as f32
        };
        let step = (rate.fps() / 2.0).max(1.0) as i64;
        let mut from = 0;
        while from + need <= bounds.end() {
            let here = from;
            from += step;
            let Some(start) = ear.nearest(here, FrameRange::new(here, (here + step - 1).min(bounds.end()))) else {
                continue;
            };
            let end = start + need;
            if end > bounds.end() || !ear.is_safe(end) || footage.share(at, end) > footage.credits_from {
                continue;
            }
            let spoken = reel.lines.iter().any(|line| line.range.overlap(FrameRange::new(start, end)).is_some());
            let share = mean(&music, start, end);
            if spoken || share < 0.5 || mean(&voice, start, end) > 0.3 {
                continue;
            }
            let third = footage.handle(at, title) / 3;
            let rise = mean(&loud, start + 2 * third, start + 3 * third) - mean(&loud, start, start + third);
            let level = mean(&loud, start, end);
            let worth = share + 0.04 * rise.clamp(-10.0, 10.0) + 0.01 * (level + 40.0).clamp(0.0, 30.0) + lean(start);
            if best.is_none_or(|b| worth > b.0) {
                best = Some((worth, at, start, rise));
            }
        }
    }
    let (_, at, start, rise) = best?;
    let reel = footage.reel(at);
    let sound = reel.sound.as_deref()?;
    let rate = reel.clock.rate();
    let mut cue = Cue {
        origin: Origin::Film(at),
        pieces: vec![(FrameRange::new(0, length), start)],
        beats: Vec::new(),
        why: vec![format!(
            "the film's own score from {:.1} seconds on: music without words, {rise:+.1} LU from its first third to the title",
            rate.seconds(start)
        )],
        notes: vec!["no music was given: the film's own score is laid under the whole and cut to its attacks".into()],
    };
    let spaced = (footage.rate.fps() / 4.0).ceil() as i64;
    let mut attacks: Vec<(f32, i64)> = (1..length - 1)
        .filter_map(|frame| {
            let here = start + footage.rate.convert(frame, rate);
            let v = value(&sound.onset, here)?;
            let near = [here - 2, here - 1, here + 1, here + 2];
            (v >= 0.2 && near.iter().all(|&f| value(&sound.onset, f).unwrap_or(0.0) <= v)).then_some((v, frame))
        })
        .collect();
    attacks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let mut kept: Vec<i64> = Vec::new();
    for (_, frame) in attacks {
        if kept.iter().all(|k| (k - frame).abs() >= spaced) {
            kept.push(frame);
        }
    }
    kept.sort_unstable();
    cue.beats = kept.iter().enumerate().map(|(at, &frame)| Beat { frame, number: at + 1, down: false }).collect();
    Some(cue)
}
