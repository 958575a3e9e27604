//! A splice: real shots joined by known transitions, with known mischief inside them.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use crate::chance::Chance;
use crate::frame::{Frame, H, W};
use crate::mischief::Mischief;
use crate::source::Source;

/// What is true of a splice.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Truth {
    pub(crate) frames: i64,
    /// First frames of new shots.
    pub(crate) cuts: Vec<i64>,
    /// Kind, first and last frame that mix.
    pub(crate) gradual: Vec<(String, i64, i64)>,
    /// What was done inside shots: name, first and last frame.
    pub(crate) mischief: Vec<(String, i64, i64)>,
    /// What was done to all frames.
    pub(crate) manner: String,
}

const SHOTS: usize = 12;

/// Makes the splice of `seed` as an H.264 file and returns what is true of it.
pub(crate) fn make(seed: u64, sources: &[Source], out: &Path) -> Truth {
    let mut chance = Chance::new(seed);
    let mut truth = Truth::default();
    let manner = *chance.of(&["plain", "plain", "plain", "letterbox", "pillarbox", "grain", "twos", "dark", "gray"]);
    truth.manner = manner.to_owned();
    let mut sink = Sink::open(out, manner, chance.clone());
    let mut used: Vec<usize> = Vec::new();
    let mut tail: Vec<Frame> = Vec::new();
    for shot in 0..SHOTS {
        let mut which;
        loop {
            which = chance.whole(0, sources.len() as i64) as usize;
            // Not the same file's neighbouring stretch: nobody could say where its cut is.
            if used.iter().all(|&u| u != which && (u.abs_diff(which) > 1 || sources[u].path != sources[which].path)) {
                break;
            }
        }
        used.push(which);
        let source = &sources[which];
        let kind = if shot == 0 {
            "start"
        } else {
            *chance.of(&["cut", "cut", "cut", "cut", "cut", "cut", "dissolve", "dissolve", "fade", "wipe"])
        };
        let mix = if kind == "cut" { 0 } else { chance.whole(8, 41) };
        let want = chance.whole(24, 90) + mix + 40;
        let n = want.min(source.end - source.start);
        let at = chance.whole(source.start, source.end - n + 1);
        let mut frames = source.read(at, n);
        if frames.len() < 20 {
            panic!("{} gave {} frames of {n} from {at}", source.path.display(), frames.len());
        }
        // The next transition may eat up to a third of this shot.
        let mix = mix.min(frames.len() as i64 * 2 / 5).min(tail.len() as i64) as usize;
        let keep = (frames.len() * 2 / 5).min(40);
        let here = sink.written;
        let body = mix.max(5)..frames.len() - keep;
        let mischief = (chance.now(0.45) && body.len() >= 16).then(|| Mischief::new(&mut chance, body, sources));
        if let Some(m) = &mischief {
            m.play(&mut frames, &mut chance);
        }
        let whole = frames.len();
        match kind {
            _ if mix == 0 && shot > 0 => {
                sink.all(&tail);
                truth.cuts.push(sink.written);
            }
            "start" => {}
            "dissolve" => {
                let skip = tail.len() - mix;
                sink.all(&tail[..skip]);
                let first = here + skip as i64;
                for i in 0..mix {
                    sink.put(&tail[skip + i].mixed(&frames[i], (i + 1) as f32 / (mix + 1) as f32));
                }
                truth.gradual.push(("dissolve".into(), first, first + mix as i64 - 1));
                frames.drain(..mix);
            }
            "fade" => fade(&mut chance, &mut sink, &mut truth, &tail, &mut frames, mix),
            _ => {
                let skip = tail.len() - mix;
                sink.all(&tail[..skip]);
                let first = here + skip as i64;
                let border = Border::new(&mut chance);
                for i in 0..mix {
                    let share = (i + 1) as f32 / (mix + 1) as f32;
                    sink.put(&tail[skip + i].masked(&frames[i], |x, y| border.inside(x, y, share)));
                }
                truth.gradual.push((format!("wipe {}", border.name()), first, first + mix as i64 - 1));
                frames.drain(..mix);
            }
        }
        let drained = (whole - frames.len()) as i64;
        if let Some(m) = &mischief {
            let base = sink.written - drained;
            truth.mischief.push((m.name().to_owned(), base + m.first as i64, base + m.last as i64));
        }
        tail = frames.split_off(frames.len() - keep);
        sink.all(&frames);
    }
    sink.all(&tail);
    truth.frames = sink.written;
    sink.close();
    truth
}

fn fade(chance: &mut Chance, sink: &mut Sink, truth: &mut Truth, tail: &[Frame], frames: &mut Vec<Frame>, mix: usize) {
    let plain = match chance.whole(0, 6) {
        0..=3 => Frame::plain(16, 128, 128),
        4 => Frame::plain(235, 128, 128),
        _ => Frame::plain(chance.whole(40, 180) as u8, chance.whole(90, 166) as u8, chance.whole(90, 166) as u8),
    };
    let (out, into) = *chance.of(&[(true, true), (true, true), (true, false), (false, true)]);
    let half = (mix / 2).max(4).min(tail.len());
    let skip = if out { tail.len() - half } else { tail.len() };
    sink.all(&tail[..skip]);
    let first = sink.written;
    for (i, f) in tail[skip..].iter().enumerate() {
        sink.put(&f.mixed(&plain, (i + 1) as f32 / (half + 1) as f32));
    }
    for _ in 0..chance.whole(1, 13) {
        sink.put(&plain);
    }
    if into {
        for (i, f) in frames.drain(..half.min(frames.len())).enumerate() {
            sink.put(&plain.mixed(&f, (i + 1) as f32 / (half + 1) as f32));
        }
    }
    let name = match (out, into) {
        (true, true) => "fade through",
        (true, false) => "fade out",
        _ => "fade in",
    };
    truth.gradual.push((name.into(), first, sink.written - 1));
}

/// The border of a wipe.
struct Border {
    kind: i64,
    soft: f32,
    angle: f32,
}

impl Border {
    fn new(chance: &mut Chance) -> Border {
        let angle = if chance.now(0.6) {
            chance.whole(0, 4) as f32 * std::f32::consts::FRAC_PI_2
        } else {
            chance.between(0.0, std::f32::consts::TAU)
        };
        Border { kind: chance.whole(0, 6), soft: *chance.of(&[0.002, 0.002, 0.05, 0.12]), angle }
    }

    fn name(&self) -> &'static str {
        match self.kind {
            0..=3 => "line",
            4 => "iris",
            _ => "clock",
        }
    }

    fn inside(&self, x: f32, y: f32, share: f32) -> f32 {
        let (dx, dy) = (x - 0.5, y - 0.5);
        let place = match self.kind {
            0..=3 => {
                let reach = 0.5 * (self.angle.cos().abs() + self.angle.sin().abs());
                (dx * self.angle.cos() + dy * self.angle.sin()) / (2.0 * reach) + 0.5
            }
            4 => dx.hypot(dy) / 0.7072,
            _ => dy.atan2(dx) / std::f32::consts::TAU + 0.5,
        };
        (share * (1.0 + self.soft) - place) / self.soft
    }
}

/// Frames on their way to the file.
struct Sink {
    child: std::process::Child,
    written: i64,
    manner: &'static str,
    chance: Chance,
    held: Option<Frame>,
}

impl Sink {
    fn open(out: &Path, manner: &'static str, chance: Chance) -> Sink {
        let child = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-y",
                "-f",
                "rawvideo",
                "-pix_fmt",
                "yuv420p",
                "-s",
                &format!("{W}x{H}"),
                "-r",
                "24",
                "-i",
                "-",
            ])
            .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-g", "240"])
            .arg(out)
            .stdin(Stdio::piped())
            .spawn()
            .expect("ffmpeg runs");
        Sink { child, written: 0, manner, chance, held: None }
    }

    fn put(&mut self, frame: &Frame) {
        let mut f = frame.clone();
        match self.manner {
            "letterbox" => {
                f = f.masked(&Frame::plain(16, 128, 128), |_, y| if (y - 0.5).abs() > 0.37 { 1.0 } else { 0.0 })
            }
            "pillarbox" => {
                f = f.masked(&Frame::plain(16, 128, 128), |x, _| if (x - 0.5).abs() > 0.36 { 1.0 } else { 0.0 })
            }
            "grain" => f.grained(6.0, &mut self.chance),
            "dark" => f = f.graded(|v| 16.0 + (v - 16.0).max(0.0) * 0.28, 0.5),
            "gray" => f = f.graded(|v| v, 0.0),
            // Every other frame shows the one before; a cut still comes where it comes.
            "twos" if self.written % 2 == 1 => {
                if let Some(held) = self.held.take() {
                    f = held;
                }
            }
            _ => {}
        }
        if self.manner == "twos" {
            self.held = Some(f.clone());
        }
        self.child.stdin.as_mut().expect("piped").write_all(&f.0).expect("ffmpeg takes frames");
        self.written += 1;
    }

    fn all(&mut self, frames: &[Frame]) {
        frames.iter().for_each(|f| self.put(f));
    }

    fn close(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().expect("ffmpeg ends").success(), "ffmpeg could not encode a splice");
    }
}
