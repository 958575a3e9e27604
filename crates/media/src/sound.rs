//! The sound of a reel, sample-exact beside its picture; and music.

use std::path::{Path, PathBuf};

use ffmpeg_next as av;
use ffmpeg_next::ffi;
use film::TimeBase;

use crate::probe::{Probe, ProbeError, SoundStream, probe, tick};
use crate::source::Source;

mod mix;
mod run;

pub(crate) use mix::layout_name;
use run::Run;

/// Why sound could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoundError {
    /// No such track.
    #[error("{path} has {tracks} sound tracks; track {track} was asked for", path = path.display())]
    NoTrack {
        /// The file.
        path: PathBuf,
        /// Track asked for, 0-based.
        track: usize,
        /// How many there are.
        tracks: usize,
    },
    /// The file is not sound at all.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The track cannot be opened or converted.
    #[error("the sound of {path} cannot be decoded: {cause}; convert it to WAV or FLAC", path = path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// What libav said.
        cause: String,
    },
}

/// A sound track of a file without regard to its picture, for music: best track and length.
///
/// # Errors
/// As [`probe()`]; [`SoundError::NoTrack`] if the file holds no sound.
pub fn probe_sound(path: &Path) -> Result<(SoundStream, Option<f64>), SoundError> {
    let probe = probe(path)?;
    let seconds = probe.seconds;
    let first = probe.sounds.into_iter().next();
    first.map(|s| (s, seconds)).ok_or_else(|| SoundError::NoTrack { path: path.to_owned(), track: 0, tracks: 0 })
}

/// A decoder of one sound track: interleaved `f32`, full scale ±1, at the rate and channels asked for.
///
/// Sample 0 is the instant of picture frame 0: sound that begins earlier is cut, sound that begins later is preceded by
/// silence, and gaps in the track are filled with silence, so that picture and sound stay together. Channels are mixed as
/// ITU-R BS.775 says: centre and surrounds at -3 dB into left and right, no low-frequency effects; mono is the mean of left
/// and right. Nothing is clipped: a mix may exceed ±1.
///
/// ```no_run
/// # let path = std::path::Path::new("film.mp4");
/// let probe = media::probe(path)?;
/// let mut sounds = media::Sounds::open(path, &probe, 0, 48_000, 2)?;
/// sounds.seek_sample(48_000 * 60)?;
/// let mut samples = Vec::new();
/// while samples.len() < 2 * 48_000 && sounds.read(&mut samples)? {}
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Sounds {
    path: PathBuf,
    track: Track,
    origin: Option<Instant>,
    rate: u32,
    channels: u16,
    run: Option<Run>,
    /// Next sample the reader gets.
    want: i64,
    /// End of the first frame of the track, and how long each is, from which positions after a seek are counted where
    /// timestamps are coarser than samples.
    grid: Grid,
    /// Silent samples from `want` on, before those that are ready.
    pause: i64,
    /// Samples made and not yet read.
    ready: Vec<f32>,
    /// A frame of another format than the run before it.
    held: Option<av::frame::Audio>,
    ended: bool,
    scratch: Vec<f32>,
}

/// An exact instant in seconds: a fraction.
#[derive(Clone, Copy)]
struct Instant {
    num: i128,
    den: i128,
}

#[derive(Clone, Copy, Default)]
struct Grid {
    anchor: Option<i64>,
    size: Option<i64>,
    uneven: bool,
}

/// An opened track.
struct Track {
    source: Source,
    decoder: av::decoder::Audio,
    stream: usize,
    base: TimeBase,
    drained: bool,
}

/// Seconds decoded ahead of a wanted sample after a seek, for codecs whose frames lean on earlier ones.
const WARM: f64 = 0.5;

impl Sounds {
    /// Opens sound track `track` (0-based, in the probe's order) at `rate` hertz and 1 or 2 channels.
    pub fn open(path: &Path, probe: &Probe, track: usize, rate: u32, channels: u16) -> Result<Sounds, SoundError> {
        let tracks = probe.sounds.len();
        let no_track = || SoundError::NoTrack { path: path.to_owned(), track, tracks };
        let sound = probe.sounds.get(track).ok_or_else(no_track)?;
        let origin = probe.picture.as_ref().map(|p| Instant {
            num: i128::from(p.first_pts) * i128::from(p.time_base.num),
            den: i128::from(p.time_base.den),
        });
        Sounds::opened(path, sound, origin, rate, channels)
    }

    /// Opens the first sound track of a file of music: sample 0 is its first sample.
    pub fn open_music(path: &Path, rate: u32, channels: u16) -> Result<Sounds, SoundError> {
        let (sound, _) = probe_sound(path)?;
        Sounds::opened(path, &sound, None, rate, channels)
    }

    fn opened(
        path: &Path,
        sound: &SoundStream,
        origin: Option<Instant>,
        rate: u32,
        channels: u16,
    ) -> Result<Sounds, SoundError> {
        assert!(rate > 0 && (channels == 1 || channels == 2), "sound is read in one or two channels");
        let track = Track::open(path, sound.stream)?;
        Ok(Sounds {
            path: path.to_owned(),
            track,
            origin,
            rate,
            channels,
            run: None,
            want: 0,
            grid: Grid::default(),
            pause: 0,
            ready: Vec::new(),
            held: None,
            ended: false,
            scratch: Vec::new(),
        })
    }

    /// Makes the next [`Sounds::read`] begin exactly at sample `sample` (a pair of them, of two channels).
    pub fn seek_sample(&mut self, sample: i64) -> Result<(), SoundError> {
        let sample = sample.max(0);
        let ready = (self.ready.len() / self.channels as usize) as i64;
        if self.want <= sample && sample <= self.want + self.pause + ready {
            let over = sample - self.want;
            let quiet = over.min(self.pause);
            self.pause -= quiet;
            self.ready.drain(..(over - quiet) as usize * self.channels as usize);
            self.want = sample;
            return Ok(());
        }
        self.clear();
        let near = self.want <= sample && sample - self.want < 5 * i64::from(self.rate);
        if near && !self.ended && self.run.is_some() {
            self.want = sample;
            return Ok(());
        }
        if self.grid.anchor.is_none() || self.grid.size.is_none() && !self.grid.uneven {
            self.learn()?;
        }
        let mut back = WARM;
        while self.track.can_seek() && back < 40.0 {
            let seconds = sample as f64 / f64::from(self.rate) - back;
            if seconds <= 0.0 || !self.track.seek(seconds, self.origin) {
                break;
            }
            self.clear();
            (self.run, self.held, self.ended, self.want) = (None, None, false, sample);
            // Decodes one frame to see where it landed.
            let warm = self.decode()?
                && self.run.as_ref().is_some_and(|r| r.begun_at() + 0.1 <= sample as f64 / f64::from(self.rate));
            if warm {
                return Ok(());
            }
            back *= 4.0;
        }
        self.restart(sample)
    }

    /// Appends the next samples to `out`, some thousands at a time; false at the end, when there were none.
    pub fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, SoundError> {
        loop {
            if self.pause > 0 {
                let n = self.pause.min(i64::from(self.rate));
                out.resize(out.len() + n as usize * self.channels as usize, 0.0);
                self.pause -= n;
                self.want += n;
                return Ok(true);
            }
            if !self.ready.is_empty() {
                self.want += (self.ready.len() / self.channels as usize) as i64;
                out.append(&mut self.ready);
                return Ok(true);
            }
            if self.ended {
                return Ok(false);
            }
            if !self.decode()? {
                self.ended = true;
            }
        }
    }

    fn restart(&mut self, sample: i64) -> Result<(), SoundError> {
        self.track = Track::open(&self.path, self.track.stream)?;
        self.clear();
        (self.run, self.held, self.ended, self.want) = (None, None, false, sample);
        Ok(())
    }

    fn clear(&mut self) {
        self.ready.clear();
        self.pause = 0;
    }

    /// Decodes the first frames, from which positions are counted.
    fn learn(&mut self) -> Result<(), SoundError> {
        self.restart(0)?;
        for _ in 0..3 {
            if !self.decode()? {
                break;
            }
        }
        Ok(())
    }

    /// Decodes one frame into `ready`; false when all are decoded and the resampler is empty.
    fn decode(&mut self) -> Result<bool, SoundError> {
        let Some(frame) = self.held.take().or_else(|| self.track.frame()) else {
            let drained = self.run.as_mut().is_some_and(|run| run.drain(&mut self.scratch));
            self.take();
            return Ok(drained);
        };
        if frame.samples() == 0 || frame.rate() == 0 {
            return Ok(true);
        }
        let at = self.position(&frame);
        if let Some(run) = &mut self.run
            && !run.takes(&frame, at)
        {
            // What the converter still holds comes first; the frame's turn is next.
            let drained = run.drain(&mut self.scratch);
            self.take();
            if drained {
                self.held = Some(frame);
                return Ok(true);
            }
            self.run = None;
        }
        if self.run.is_none() {
            let cause = |e: av::Error| SoundError::Decode { path: self.path.clone(), cause: e.to_string() };
            self.run = Some(Run::begin(&frame, at.unwrap_or(0), self.rate, self.channels).map_err(cause)?);
        }
        let run = self.run.as_mut().expect("a run was just begun");
        run.push(&frame, at, &mut self.scratch);
        self.take();
        Ok(true)
    }

    /// Moves what the run made to `ready`; what lies before the wanted sample is dropped.
    fn take(&mut self) {
        let Some(run) = &mut self.run else { return };
        let n = self.channels as usize;
        let made = (self.scratch.len() / n) as i64;
        let from = run.made_at;
        run.made_at += made;
        let next = self.want + self.pause + (self.ready.len() / n) as i64;
        if from + made > next {
            if self.ready.is_empty() {
                self.pause += (from - next).max(0);
            }
            let cut = (next - from).clamp(0, made) as usize;
            self.ready.extend_from_slice(&self.scratch[cut * n..]);
        }
        self.scratch.clear();
    }

    /// Position of a frame's first sample on the track's own grid of samples, 0 being the origin; `None` if it has no
    /// timestamp.
    fn position(&mut self, frame: &av::frame::Audio) -> Option<i64> {
        let pts = frame.pts().or(frame.timestamp())?;
        let base = self.track.base;
        let (num, den) = (i128::from(pts) * i128::from(base.num), i128::from(base.den));
        let origin = *self.origin.get_or_insert(Instant { num, den });
        let rate = i128::from(frame.rate());
        let (n, d) = ((num * origin.den - origin.num * den) * rate, den * origin.den);
        let at = (2 * n + d).div_euclid(2 * d) as i64;
        let size = frame.samples() as i64;
        let first = self.grid.anchor.is_none();
        let anchor = *self.grid.anchor.get_or_insert(at + size);
        if first {
            return Some(at);
        }
        let usual = *self.grid.size.get_or_insert(size);
        self.grid.uneven |= size > usual;
        let tick = (base.seconds(1) * f64::from(frame.rate())).ceil() as i64;
        if tick <= 1 || self.grid.uneven {
            return Some(at);
        }
        let counted = anchor + ((at - anchor) as f64 / usual as f64).round() as i64 * usual;
        Some(if (counted - at).abs() <= tick { counted } else { at })
    }
}

impl Track {
    fn open(path: &Path, stream: usize) -> Result<Track, SoundError> {
        let cause = |e: av::Error| SoundError::Decode { path: path.to_owned(), cause: e.to_string() };
        let mut source = Source::open_known(path).map_err(cause)?;
        source.only(stream);
        let found = source.input.stream(stream).ok_or_else(|| cause(av::Error::StreamNotFound))?;
        let base = tick(found.time_base());
        let mut context = av::codec::Context::from_parameters(found.parameters()).map_err(cause)?;
        // SAFETY: a field of a context not yet open; by it the decoder moves timestamps where it cuts lead-in samples.
        unsafe { (*context.as_mut_ptr()).pkt_timebase = found.time_base().into() };
        let decoder = context.decoder().audio().map_err(cause)?;
        Ok(Track { source, decoder, stream, base, drained: false })
    }

    /// Whether the container finds its way by timestamps; raw streams and old containers guess by bytes.
    fn can_seek(&self) -> bool {
        !matches!(self.source.format(), "mp3" | "aac" | "ac3" | "eac3" | "dts" | "mpeg" | "avi" | "truehd" | "amr")
    }

    /// Goes to the packet at or before `seconds` after the origin.
    fn seek(&mut self, seconds: f64, origin: Option<Instant>) -> bool {
        let origin = origin.map_or(0.0, |o| o.num as f64 / o.den as f64);
        let ts = ((seconds + origin) * f64::from(self.base.den) / f64::from(self.base.num)).floor() as i64;
        // SAFETY: a valid context and one of its streams.
        let sought = unsafe {
            ffi::av_seek_frame(
                self.source.input.as_mut_ptr(),
                self.stream as libc::c_int,
                ts,
                ffi::AVSEEK_FLAG_BACKWARD,
            )
        };
        if sought >= 0 {
            self.decoder.flush();
            self.drained = false;
        }
        sought >= 0
    }

    fn frame(&mut self) -> Option<av::frame::Audio> {
        let mut frame = av::frame::Audio::empty();
        loop {
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => return Some(frame),
                Err(av::Error::Eof) => return None,
                Err(_) if self.drained => return None,
                Err(_) => match self.source.packet(self.stream) {
                    // A damaged packet leaves a gap, which is filled by its timestamp.
                    Some(packet) => drop(self.decoder.send_packet(&packet)),
                    None => {
                        let _ = self.decoder.send_eof();
                        self.drained = true;
                    }
                },
            }
        }
    }
}
