//! Shots that could be shown, and what each would bring.

use catalogue::THUMB;
use film::FrameRange;

use crate::footage::{Footage, value};
use crate::{Brief, DirectorError, ShotRef};

/// A shot that could be shown. Amounts are 0 to 1 beside the other candidates unless said.
pub(crate) struct Candidate {
    pub(crate) reel: usize,
    /// Place in the reel's shots.
    pub(crate) shot: usize,
    /// Frames of the reel that may be shown.
    pub(crate) run: FrameRange,
    /// Where it lies in the film.
    pub(crate) position: f32,
    /// How lively it is: motion, change, loudness, attacks.
    pub(crate) energy: f32,
    /// How well it can be seen: sharp, well exposed, with contrast.
    pub(crate) quality: f32,
    /// How unlike other shots it looks.
    pub(crate) novelty: f32,
    /// Colour and contrast: how much the picture strikes.
    pub(crate) striking: f32,
    /// Worth of its best line of dialogue.
    pub(crate) talk: f32,
    /// Group of shots from one camera set-up.
    pub(crate) setup: u32,
    /// -1 leftward to +1 rightward.
    pub(crate) direction: f32,
    /// Mean luma.
    pub(crate) brightness: f32,
    /// Whether the filmmaker asked for it.
    pub(crate) must: bool,
    /// Small picture of its best frame.
    thumb: Option<Box<[u8; THUMB]>>,
    /// Sums of the worth of the frames of `run` so far; one more than there are frames.
    worth: Vec<f32>,
    /// The same, with frames of dialogue worth more.
    spoken: Vec<f32>,
}

/// Which shots may be used, and why others may not.
pub(crate) struct Field {
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) refused: Refused,
}

/// How many shots may not be used, by reason.
#[derive(Default)]
pub(crate) struct Refused {
    forbidden: usize,
    beyond: usize,
    lettering: usize,
    blank: usize,
    short: usize,
}

impl Refused {
    /// The reasons in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let parts: Vec<String> = [
            (self.beyond, "lie past the boundary (move it later)"),
            (self.lettering, "are credits, titles or logos (allow lettering)"),
            (self.blank, "are black or blank"),
            (self.short, "are too short to be read once transitions are left out"),
            (self.forbidden, "must not be in"),
        ]
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{count} {why}"))
        .collect();
        if parts.is_empty() { "no shot was left out".into() } else { parts.join(", ") }
    }
}

/// Fewest frames of a clip that can be read at all: a third of a second, 8 frames of film.
pub(crate) fn shortest(rate: film::Rate) -> i64 {
    (rate.fps() / 3.0).ceil() as i64
}

impl Field {
    pub(crate) fn new(footage: &Footage<'_>, brief: &Brief) -> Result<Field, DirectorError> {
        let mut wanted = places(footage, &brief.must)?;
        wanted.sort_unstable();
        wanted.dedup();
        let mut barred = places(footage, &brief.must_not)?;
        barred.sort_unstable();
        if let Some((reel, shot)) = wanted.iter().find(|at| barred.binary_search(at).is_ok()) {
            return Err(DirectorError::Contradiction { shot: footage.shot(*reel, *shot).index });
        }
        let mut field = Field { candidates: Vec::new(), refused: Refused::default() };
        for (reel, held) in footage.snapshot.reels.iter().enumerate() {
            for shot in 0..held.shots.len() {
                let must = wanted.binary_search(&(reel, shot)).is_ok();
                if barred.binary_search(&(reel, shot)).is_ok() {
                    field.refused.forbidden += 1;
                    continue;
                }
                if let Some(candidate) = field.weigh(footage, brief, reel, shot, must)? {
                    field.candidates.push(candidate);
                }
            }
        }
        field.rank(footage);
        Ok(field)
    }

    fn weigh(
        &mut self,
        footage: &Footage<'_>,
        brief: &Brief,
        reel: usize,
        shot: usize,
        must: bool,
    ) -> Result<Option<Candidate>, DirectorError> {
        let found = footage.shot(reel, shot);
        let unfit = |because: &str| DirectorError::MustUnfit { shot: found.index, because: because.into() };
        let least = footage.handle(reel, shortest(footage.rate));
        if found.range.start() + least > footage.allowed(reel).end() {
            if must {
                let rate = footage.reel(reel).clock.rate();
                return Err(DirectorError::MustSpoils {
                    shot: found.index,
                    at: film::Timecode::new(found.range.start(), rate, rate.has_drop_frame()),
                    share: 100.0 * footage.share(reel, found.range.start()) as f32,
                    until: 100.0 * footage.until as f32,
                });
            }
            self.refused.beyond += 1;
            return Ok(None);
        }
        let plain = found.range.frames().filter(|&f| footage.is_plain(reel, f)).count() as i64;
        let blank = found.attributes.blank > 0.5 || 2 * plain > found.range.len();
        if !blank && !brief.allow_lettering && footage.is_lettering(reel, shot) {
            if must {
                return Err(unfit("it is credits, a title or a logo; allow lettering or let it go"));
            }
            self.refused.lettering += 1;
            return Ok(None);
        }
        let run = footage.showable(reel, shot);
        if blank || run.len() < least {
            if must {
                return Err(unfit(if blank {
                    "it is black or blank; choose another"
                } else {
                    "fewer than a third of a second of it is clear of transitions, flashes, blank frames and the boundary; \
                     choose another"
                }));
            }
            if blank {
                self.refused.blank += 1
            } else {
                self.refused.short += 1
            }
            return Ok(None);
        }
        Ok(Some(Candidate::new(footage, reel, shot, run, must)))
    }

    /// Puts raw amounts in order beside one another.
    fn rank(&mut self, footage: &Footage<'_>) {
        let all = &mut self.candidates;
        let energies = ranks(&all.iter().map(|c| c.energy).collect::<Vec<_>>());
        let striking = ranks(&all.iter().map(|c| c.striking).collect::<Vec<_>>());
        let novelty = ranks(&novelty(all));
        for (at, candidate) in all.iter_mut().enumerate() {
            // By rank, so that a calm film still has its lively end, and a little by amount, so that it knows it is calm.
            candidate.energy = 0.85 * energies[at] + 0.15 * candidate.energy.clamp(0.0, 1.0);
            candidate.striking = striking[at];
            candidate.novelty = novelty[at];
            candidate.position = footage.share(candidate.reel, candidate.run.middle()) as f32;
        }
    }
}

fn places(footage: &Footage<'_>, shots: &[ShotRef]) -> Result<Vec<(usize, usize)>, DirectorError> {
    let place = |asked: &ShotRef| {
        let reel = footage.snapshot.reels.iter().position(|reel| reel.hash == asked.reel);
        let found = reel.and_then(|reel| {
            let shots = &footage.reel(reel).shots;
            shots.iter().position(|shot| shot.index == asked.shot).map(|shot| (reel, shot))
        });
        found.ok_or_else(|| DirectorError::NoSuchShot {
            title: footage.snapshot.title.clone(),
            reel: asked.reel.short(),
            shot: asked.shot,
        })
    };
    shots.iter().map(place).collect()
}

/// Where each value stands among all, 0 to 1; equal values stand equal.
fn ranks(values: &[f32]) -> Vec<f32> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    let last = (values.len().max(2) - 1) as f32;
    let place = |v: &f32| {
        let below = sorted.partition_point(|s| s.total_cmp(v).is_lt());
        let upto = sorted.partition_point(|s| s.total_cmp(v).is_le());
        ((below + upto - 1) as f32 / 2.0 / last).clamp(0.0, 1.0)
    };
    values.iter().map(place).collect()
}

/// How far each candidate looks from the five most like it, among at most 500 of the others.
fn novelty(all: &[Candidate]) -> Vec<f32> {
    let step = all.len().div_ceil(500).max(1);
    let nearest = |at: usize| {
        let mut five = [1.0f32; 5];
        for other in (at % step..all.len()).step_by(step).filter(|&other| other != at) {
            let far = all[at].distance(&all[other]);
            if far < five[4] {
                five[4] = far;
                five.sort_by(f32::total_cmp);
            }
        }
        five.iter().sum()
    };
    (0..all.len()).map(nearest).collect()
}

impl Candidate {
    fn new(footage: &Footage<'_>, reel: usize, shot: usize, run: FrameRange, must: bool) -> Candidate {
        let held = footage.reel(reel);
        let (signals, found) = (&held.signals, footage.shot(reel, shot));
        let a = &found.attributes;
        let mean = |signal: &[f32], otherwise: f32| {
            let (mut sum, mut count) = (0.0, 0);
            for v in run.frames().filter_map(|f| value(signal, f)) {
                sum += v;
                count += 1;
            }
            if count == 0 { otherwise } else { sum / count as f32 }
        };
        let (motion, object) = (mean(&signals.motion, a.motion), mean(&signals.object, a.object_motion));
        let change = mean(&signals.change, 0.02);
        let sharp = mean(&signals.sharpness, a.sharpness);
        let (luma, contrast) = (mean(&signals.luma, a.brightness), mean(&signals.contrast, a.contrast));
        let saturation = mean(&signals.saturation, a.saturation);
        let (loud, attacks) = match &held.sound {
            Some(sound) => (mean(&sound.loudness, a.loudness), mean(&sound.onset, 0.0)),
            None => (-70.0, 0.0),
        };
        let scaled = |v: f32, most: f32| (v / most).clamp(0.0, 1.0);
        // Motion past what an eye can follow is blur, not energy.
        let energy = 0.34 * scaled(object, 0.35)
            + 0.2 * scaled(motion, 0.6)
            + 0.16 * scaled(change, 0.08)
            + 0.18 * scaled(loud + 45.0, 35.0)
            + 0.12 * scaled(attacks, 0.15);
        let exposed = scaled(luma - 0.03, 0.2) * scaled(0.97 - luma, 0.15);
        // Past a point, sharper is not better: an empty field is the sharpest picture of many a film.
        let quality =
            0.4 * scaled(0.6 * a.sharpness + 0.4 * sharp, 0.5) + 0.35 * exposed + 0.25 * scaled(contrast, 0.18);
        let mut candidate = Candidate {
            reel,
            shot,
            run,
            position: 0.0,
            energy,
            quality: quality * (1.0 - 0.3 * scaled(a.noise - 6.0, 12.0)),
            novelty: 0.0,
            striking: 0.45 * scaled(saturation, 0.5) + 0.35 * scaled(contrast, 0.25) + 0.2 * scaled(motion, 0.5),
            talk: 0.0,
            setup: a.setup,
            direction: a.direction,
            brightness: luma,
            must,
            thumb: None,
            worth: Vec::with_capacity(run.len() as usize + 1),
            spoken: Vec::with_capacity(run.len() as usize + 1),
        };
        candidate.hear(footage);
        candidate.look(footage, object, sharp, contrast, change);
        candidate
    }

    /// The worth of its best line: heard whole, of some length but not a speech, a question or an exclamation.
    fn hear(&mut self, footage: &Footage<'_>) {
        let reel = footage.reel(self.reel);
        if reel.sound.is_none() {
            return;
        }
        let rate = reel.clock.rate();
        let first = reel.lines.partition_point(|line| line.range.end() <= self.run.start());
        for line in reel.lines[first..].iter().take_while(|line| line.range.start() < self.run.end()) {
            let shared = line.range.overlap(self.run).map_or(0, FrameRange::len);
            let seconds = rate.seconds(line.range.len());
            if 3 * shared < 2 * line.range.len() || !(0.4..=4.5).contains(&seconds) {
                continue;
            }
            let words = line.text.split_whitespace().count();
            let brief = if (2..=9).contains(&words) { 0.6 } else { 0.3 };
            let point = if line.text.contains(['?', '!']) { 0.25 } else { 0.0 };
            self.talk = self.talk.max(brief + point + 0.15 * shared as f32 / line.range.len().max(1) as f32);
        }
    }

    /// Weighs every frame, and keeps the small picture of the best.
    fn look(&mut self, footage: &Footage<'_>, object: f32, sharp: f32, contrast: f32, change: f32) {
        let reel = footage.reel(self.reel);
        let signals = &reel.signals;
        let key = footage.shot(self.reel, self.shot).key_frame;
        let near = (reel.clock.rate().fps() / 2.0) as i64;
        let (mut sum, mut spoken) = (0.0, 0.0);
        let mut best = (f32::MIN, self.run.start());
        self.worth.push(0.0);
        self.spoken.push(0.0);
        let mut line = reel.lines.partition_point(|line| line.range.end() <= self.run.start());
        for frame in self.run.frames() {
            let beside = |signal: &[f32], mean: f32| match value(signal, frame) {
                Some(v) if mean > 1e-4 => (v / mean).clamp(0.0, 2.5) / 2.5,
                _ => 0.4,
            };
            let luma = value(&signals.luma, frame).unwrap_or(self.brightness);
            let exposed = ((luma - 0.04) / 0.12).clamp(0.0, 1.0) * ((0.97 - luma) / 0.1).clamp(0.0, 1.0);
            let keyed = if (frame - key).abs() <= near { 0.25 } else { 0.0 };
            // A jump inside a shot is a cut that nobody found, or a whip; better kept out of the clip.
            let jump = frame > self.run.start()
                && value(&signals.change, frame).is_some_and(|here| here > 0.1 && here > 3.0 * change + 0.02);
            let worth = 0.34 * beside(&signals.object, object)
                + 0.3 * beside(&signals.sharpness, sharp)
                + 0.2 * beside(&signals.contrast, contrast)
                + 0.25 * exposed
                + keyed
                - if jump { 3.0 } else { 0.0 };
            sum += worth;
            while line < reel.lines.len() && reel.lines[line].range.end() <= frame {
                line += 1;
            }
            let said = reel.lines.get(line).is_some_and(|line| line.range.contains(frame));
            spoken += worth + if said { 0.8 } else { 0.0 };
            self.worth.push(sum);
            self.spoken.push(spoken);
            if worth > best.0 {
                best = (worth, frame);
            }
        }
        let frame = if self.run.contains(key) { key } else { best.1 };
        let from = frame as usize * THUMB;
        self.thumb = signals.thumbs.get(from..from + THUMB).map(|bytes| {
            let mut thumb = Box::new([0; THUMB]);
            thumb.copy_from_slice(bytes);
            thumb
        });
    }

    /// The best `need` frames of it: their start and mean worth; `None` if it has fewer.
    pub(crate) fn best(&self, need: i64, spoken: bool) -> Option<(i64, f32)> {
        let sums = if spoken { &self.spoken } else { &self.worth };
        let need = need as usize;
        let mut best: Option<(i64, f32)> = None;
        for start in 0..sums.len().checked_sub(need)?.max(1) {
            let end = start + need;
            if end >= sums.len() {
                break;
            }
            let worth = (sums[end] - sums[start]) / need as f32;
            if best.is_none_or(|(_, most)| worth > most + 1e-6) {
                best = Some((self.run.start() + start as i64, worth));
            }
        }
        best
    }

    /// How unlike two candidates look, 0 the same to 1: mean difference of their small pictures, or, where there are none,
    /// whether they are of one set-up.
    pub(crate) fn distance(&self, other: &Candidate) -> f32 {
        match (&self.thumb, &other.thumb) {
            (Some(a), Some(b)) => {
                let sum: u32 = a.iter().zip(b.iter()).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
                sum as f32 / (THUMB as f32 * 255.0) * 2.0
            }
            _ if self.setup == other.setup => 0.02,
            _ => 0.5,
        }
    }
}
