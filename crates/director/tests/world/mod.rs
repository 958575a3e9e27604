//! Synthetic films of which everything is known: shots with transitions, set-ups, lines, voices, an arc of energy, credits.

use std::sync::Arc;

use catalogue::{
    Attributes, Camera, Line, Music, MusicSection, Reel, Shot, Signals, Snapshot, SoundKind, SoundSignals, SoundSpan,
};
use film::{Clock, ContentHash, FrameRange, Into, Rate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What film to make.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) rate: Rate,
    pub(crate) shots: usize,
    /// Mean length of a shot, seconds.
    pub(crate) pace: f64,
    pub(crate) sound: bool,
    pub(crate) dialogue: bool,
    /// Share of music in the film's sound.
    pub(crate) score: f32,
    pub(crate) credits: bool,
}

impl World {
    pub(crate) fn new(seed: u64) -> World {
        World { seed, rate: Rate::FILM, shots: 220, pace: 3.2, sound: true, dialogue: true, score: 0.3, credits: true }
    }

    pub(crate) fn film(&self) -> Snapshot {
        Snapshot { title: format!("Film {}", self.seed), reels: vec![self.reel(0)] }
    }

    pub(crate) fn reel(&self, number: u64) -> Reel {
        let mut chance = ChaCha8Rng::seed_from_u64(self.seed * 1000 + number);
        let fps = self.rate.fps();
        let mut reel = Reel {
            hash: ContentHash::of(format!("{}/{number}", self.seed).as_bytes()),
            path: format!("/films/{}/{number}.mkv", self.seed).into(),
            clock: Clock::Constant { rate: self.rate, frames: 0 },
            width: 1920,
            height: 1080,
            active: [0.0, 0.0, 1.0, 1.0],
            has_sound: self.sound,
            shots: Vec::new(),
            signals: Arc::default(),
            sound: None,
            lines: Vec::new(),
            warnings: Vec::new(),
        };
        let mut at = 0i64;
        let mut setup = 0u32;
        for index in 0..self.shots {
            let arc = index as f32 / self.shots as f32;
            let wild: f64 = chance.random_range(0.25..2.2);
            let len = ((self.pace * wild * (1.3 - 0.8 * f64::from(arc)) * fps) as i64).max(3);
            let range = FrameRange::at(at, len);
            at += len;
            let into = match chance.random_range(0..20) {
                _ if index == 0 => Into::Start,
                0 => Into::Dissolve,
                1 => Into::Fade,
                2 => Into::Wipe,
                _ => Into::Cut,
            };
            // Shot and reverse shot: set-ups come back.
            setup = if chance.random_range(0..3) == 0 && setup > 1 { setup - 1 } else { setup + 1 };
            let transition = (!matches!(into, Into::Cut | Into::Start)).then(|| {
                let half = chance
                    .random_range(2..14)
                    .min(len / 2)
                    .min(reel.shots.last().map_or(0, |s: &Shot| s.range.len() / 3));
                FrameRange::new(range.start() - half, range.start() + half)
            });
            let closing = self.credits && arc > 0.93;
            let energy = (0.15 + 0.7 * arc + chance.random_range(-0.15..0.15f32)).clamp(0.0, 1.0);
            let attributes = Attributes {
                day: chance.random(),
                day_confidence: 0.8,
                exterior: chance.random(),
                exterior_confidence: 0.7,
                palette: vec![(90, 60, 30, 0.5)],
                camera: Camera::Static,
                motion: 0.5 * energy,
                object_motion: 0.3 * energy,
                direction: chance.random_range(-1.0..1.0),
                brightness: chance.random_range(0.1..0.8),
                contrast: chance.random_range(0.06..0.3),
                saturation: chance.random_range(0.1..0.6),
                sharpness: chance.random_range(0.3..1.0),
                noise: 2.0,
                lettering: if closing || (self.credits && index < 3) { 0.9 } else { chance.random_range(0.0..0.2) },
                blank: if chance.random_range(0..40) == 0 { 1.0 } else { 0.0 },
                setup,
                loudness: -30.0 + 15.0 * energy,
                ..Attributes::default()
            };
            reel.shots.push(Shot {
                index: index as u32,
                range,
                into,
                transition,
                clean: range,
                key_frame: range.middle(),
                attributes,
            });
        }
        for index in 0..reel.shots.len() {
            let start = reel.shots[index].transition.map_or(reel.shots[index].range.start(), FrameRange::end);
            let next = reel.shots.get(index + 1);
            let end = next.and_then(|n| n.transition).map_or(reel.shots[index].range.end(), FrameRange::start);
            reel.shots[index].clean = FrameRange::new(start, end.max(start));
        }
        reel.clock = Clock::Constant { rate: self.rate, frames: at };
        reel.signals = Arc::new(self.signals(&reel.shots, at, &mut chance));
        if self.sound {
            let (sound, lines) = self.sound(at, &mut chance);
            reel.sound = Some(Arc::new(sound));
            reel.lines = if self.dialogue { lines } else { Vec::new() };
        }
        reel
    }

    fn signals(&self, shots: &[Shot], frames: i64, chance: &mut ChaCha8Rng) -> Signals {
        let mut s = Signals::default();
        for shot in shots {
            let a = &shot.attributes;
            // One set-up looks like itself, and unlike others.
            let mut look = ChaCha8Rng::seed_from_u64(self.seed ^ (u64::from(a.setup) << 20));
            let picture: Vec<u8> = (0..catalogue::THUMB).map(|_| look.random_range(20..230)).collect();
            let mut focus: [f32; 2] = [look.random_range(0.2..0.8), look.random_range(0.3..0.7)];
            let flash = (chance.random_range(0..12) == 0).then(|| shot.range.start() + shot.range.len() / 2);
            for frame in shot.range.frames() {
                let blank = a.blank > 0.5;
                let light = if flash == Some(frame) {
                    0.95
                } else if blank {
                    0.01
                } else {
                    a.brightness
                };
                s.luma.push(light);
                s.contrast.push(if blank { 0.0 } else { a.contrast });
                s.saturation.push(a.saturation);
                s.change.push(if frame == shot.range.start() { 0.3 } else { 0.05 * a.motion });
                s.motion.push(a.motion * chance.random_range(0.5..1.5f32));
                s.camera.push([0.0; 3]);
                s.object.push(a.object_motion * chance.random_range(0.5..1.5f32));
                s.sharpness.push((a.sharpness + chance.random_range(-0.1..0.1f32)).clamp(0.0, 1.0));
                focus[0] = (focus[0] + chance.random_range(-0.03..0.03f32)).clamp(0.0, 1.0);
                s.focus.push(focus);
                s.thumbs.extend(picture.iter().map(|p| p.wrapping_add((frame % 3) as u8)));
            }
        }
        assert_eq!(s.luma.len() as i64, frames);
        s
    }

    fn sound(&self, frames: i64, chance: &mut ChaCha8Rng) -> (SoundSignals, Vec<Line>) {
        let mut s = SoundSignals::default();
        let mut lines = Vec::new();
        let fps = self.rate.fps();
        let mut at = 0i64;
        while at < frames {
            // Speech of some lines, then music or noise.
            let talk = chance.random_range(0.0..1.0f32) > self.score;
            let len = ((chance.random_range(3.0..14.0) * fps) as i64).min(frames - at);
            let kind = if talk { SoundKind::Speech } else { SoundKind::Music };
            s.spans.push(SoundSpan { range: FrameRange::at(at, len), kind, confidence: 0.9 });
            let mut spoken = vec![false; len as usize];
            let mut from = (0.3 * fps) as i64;
            while talk && from < len {
                let lasts = ((chance.random_range(0.7..3.5) * fps) as i64).min(len - from);
                if lasts > (0.4 * fps) as i64 {
                    spoken[from as usize..(from + lasts) as usize].fill(true);
                    let words = ["Go.", "Where is she?", "I told you it would rain before the night came", "Run!"];
                    let text = words[chance.random_range(0..words.len())].to_owned();
                    lines.push(Line { range: FrameRange::at(at + from, lasts), text });
                }
                from += lasts + (chance.random_range(0.3..1.5) * fps) as i64;
            }
            let arc = at as f32 / frames as f32;
            for (offset, said) in spoken.iter().enumerate() {
                s.loudness.push(-32.0 + 14.0 * arc);
                s.level.push(if *said {
                    -20.0
                } else if talk {
                    -44.0
                } else {
                    -24.0
                });
                s.voice.push(if *said { 0.9 } else { 0.05 });
                s.music.push(if talk { 0.1 } else { 0.9 });
                s.onset.push(if !talk && offset % 12 == 0 { 0.8 } else { 0.02 });
            }
            at += len;
        }
        (s, lines)
    }
}

/// Music of `seconds` with a beat `tempo` times a minute, four to the bar, rising to its last quarter.
pub(crate) fn music(seconds: f64, tempo: f64) -> Music {
    let count = (seconds * tempo / 60.0) as usize;
    Music {
        hash: ContentHash::of(b"music"),
        path: "/music/cue.ogg".into(),
        seconds,
        tempo: tempo as f32,
        beats: (0..count).map(|n| 0.21 + n as f64 * 60.0 / tempo).filter(|b| *b < seconds).collect(),
        downbeats: (0..count as u32).step_by(4).collect(),
        confidence: 0.9,
        sections: vec![
            MusicSection { start: 0.0, end: 0.5 * seconds, energy: 0.3 },
            MusicSection { start: 0.5 * seconds, end: 0.8 * seconds, energy: 0.9 },
            MusicSection { start: 0.8 * seconds, end: seconds, energy: 0.4 },
        ],
        loudness: (0..(seconds * 10.0) as usize)
            .map(|t| {
                let share = t as f64 / (seconds * 10.0);
                if share < 0.5 {
                    -26.0
                } else if share < 0.8 {
                    -12.0
                } else {
                    -20.0
                }
            })
            .collect(),
    }
}
