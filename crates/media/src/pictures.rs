//! The pictures of a reel, decoded in presentation order.

use std::path::{Path, PathBuf};

use ffmpeg_next as av;
use ffmpeg_next::ffi;

use crate::index::Index;
use crate::picture::{Picture, stamp};
use crate::probe::{PictureStream, Probe};
use crate::source::Source;
use crate::stamps::whole_packets;

/// How pictures are decoded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PicturesOptions {
    /// Decoding threads; 0 takes one for each core. Segments decoded side by side want 1.
    pub threads: usize,
    /// What to leave out for speed.
    pub skip: Skip,
}

impl Default for PicturesOptions {
    fn default() -> Self {
        PicturesOptions { threads: 0, skip: Skip::Nothing }
    }
}

/// What a decoder may leave out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Skip {
    /// Nothing: every picture exact.
    Nothing,
    /// The deblocking filter: every picture, slightly wrong.
    LoopFilter,
    /// Pictures that no other needs.
    NonReference,
    /// Pictures that no other needs, and the deblocking filter of the rest: for looking, not for keeping.
    Draft,
    /// All but pictures coded by themselves.
    NonKey,
}

/// Why pictures could not be decoded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The file holds no picture stream.
    #[error("{} has no picture", .0.display())]
    NoPicture(PathBuf),
    /// The file could be probed, and now cannot be opened.
    #[error("{path} cannot be opened for decoding: {cause}; check that it still lies there", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What libav said.
        cause: String,
    },
    /// A frame beyond the ends.
    #[error("frame {frame} was asked of {path}, which has {frames}", path = path.display())]
    OutOfRange {
        /// The file.
        path: PathBuf,
        /// Frame asked for.
        frame: i64,
        /// Frames there are.
        frames: i64,
    },
    /// The picture's size or format changes within the stream.
    #[error("{path} changes from {was} to {now} at frame {frame}; split it there or convert it to one size", path = path.display())]
    Changed {
        /// The file.
        path: PathBuf,
        /// First frame of the other kind.
        frame: i64,
        /// Size and format before.
        was: String,
        /// Size and format from that frame on.
        now: String,
    },
}

/// A decoder of the picture stream.
///
/// ```no_run
/// # let path = std::path::Path::new("film.mp4");
/// use media::{Pictures, PicturesOptions};
/// let probe = media::probe(path)?;
/// let index = media::index(path, &probe)?;
/// let mut pictures = Pictures::open(path, &probe, &index, PicturesOptions::default())?;
/// pictures.seek(1200)?;
/// while let Some(picture) = pictures.next()? {
///     println!("{} {}", picture.number(), picture.plane(0).bytes[0]);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Pictures {
    path: PathBuf,
    picture: PictureStream,
    index: Index,
    options: PicturesOptions,
    decoder: Decoder,
    /// Frame number that the next picture has at least.
    want: i64,
    /// Number of the last picture that came out of the decoder.
    last: Option<i64>,
    /// The keyframe a seek began at, until a picture came out.
    landing: Option<i64>,
    kind: Option<(u32, u32, &'static str)>,
    warnings: Vec<String>,
}

impl Pictures {
    /// Opens the picture stream of `path` at its first frame.
    pub fn open(path: &Path, probe: &Probe, index: &Index, options: PicturesOptions) -> Result<Pictures, DecodeError> {
        let picture = probe.picture.clone().ok_or_else(|| DecodeError::NoPicture(path.to_owned()))?;
        let decoder = Decoder::open(path, &picture, options.threads, options.skip)?;
        Ok(Pictures {
            path: path.to_owned(),
            picture,
            index: index.clone(),
            options,
            decoder,
            want: 0,
            last: None,
            landing: None,
            kind: None,
            warnings: Vec::new(),
        })
    }

    /// Makes [`Pictures::next`] give exactly frame `frame`; the first one after it, where that frame cannot be decoded (a
    /// warning says so) or is skipped.
    pub fn seek(&mut self, frame: i64) -> Result<(), DecodeError> {
        let frames = self.index.frames();
        if !(0..frames).contains(&frame) {
            return Err(DecodeError::OutOfRange { path: self.path.clone(), frame, frames });
        }
        let here = self.last.map_or(0, |n| n + 1);
        let key = self.index.keyframe_before(frame);
        // Reading on is exact as well, and cheaper where no keyframe lies between.
        let ahead = here <= frame && key <= here && !(self.decoder.ended && self.landing.is_none());
        self.want = frame;
        if !ahead {
            self.begin_at(key)?;
        }
        Ok(())
    }

    /// The next picture in presentation order; `None` after the last.
    #[allow(clippy::should_implement_trait)] // An iterator could not say `?` in the middle of a film.
    pub fn next(&mut self) -> Result<Option<Picture>, DecodeError> {
        loop {
            let frame = self.decoder.step(&mut 0, usize::MAX);
            let Some(frame) = frame else {
                match self.landing.take() {
                    // Nothing came out after a seek, though the frame exists: begin earlier.
                    Some(key) if key > 0 && self.exact() => self.begin_earlier(key)?,
                    _ => {
                        self.miss(self.index.frames());
                        return Ok(None);
                    }
                }
                continue;
            };
            let Some(number) = self.number(&frame) else {
                self.warn(format!(
                    "a picture at {:.3} s belongs to no frame of the index; left out",
                    self.picture.time_base.seconds(stamp(&frame).unwrap_or(0))
                ));
                continue;
            };
            if let Some(key) = self.landing {
                if number > self.want && key > 0 && self.exact() {
                    self.begin_earlier(key)?;
                    continue;
                }
                self.landing = None;
            }
            self.last = Some(number);
            if number < self.want {
                continue;
            }
            self.miss(number);
            self.want = number + 1;
            let picture = Picture::of(frame, number).map_err(|e| self.broken(e.to_string()))?;
            let kind = (picture.width(), picture.height(), picture.format());
            let was = *self.kind.get_or_insert(kind);
            if was != kind {
                let name = |(w, h, f): (u32, u32, &str)| format!("{w}x{h} {f}");
                let path = self.path.clone();
                return Err(DecodeError::Changed { path, frame: number, was: name(was), now: name(kind) });
            }
            return Ok(Some(picture));
        }
    }

    /// Begins anew with a decoder that tells the quantizer of each picture; it is slower.
    pub(crate) fn tell_quantizers(&mut self) -> Result<(), DecodeError> {
        self.decoder = Decoder::open_telling(&self.path, &self.picture, self.options.threads, self.options.skip, true)?;
        self.last = None;
        Ok(())
    }

    /// What went wrong so far and was passed over: frames that could not be decoded, pictures out of place.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    fn exact(&self) -> bool {
        matches!(self.options.skip, Skip::Nothing | Skip::LoopFilter)
    }

    /// Notes frames between the wanted and the one that came.
    fn miss(&mut self, came: i64) {
        if self.exact() && came > self.want {
            let (first, last) = (self.want, came - 1);
            self.warn(if first == last {
                format!("frame {first} cannot be decoded")
            } else {
                format!("frames {first} to {last} cannot be decoded")
            });
        }
    }

    fn warn(&mut self, line: String) {
        // A wholly broken stream must not fill the memory.
        if self.warnings.len() < 100 && self.warnings.last() != Some(&line) {
            self.warnings.push(line);
        }
    }

    fn broken(&self, cause: String) -> DecodeError {
        DecodeError::Open { path: self.path.clone(), cause }
    }

    /// Begins decoding at keyframe `key`.
    fn begin_at(&mut self, key: i64) -> Result<(), DecodeError> {
        self.last = None;
        self.landing = Some(key);
        if key > 0 && self.decoder.seek(self.index.pts[key as usize]) {
            return Ok(());
        }
        self.landing = Some(0);
        self.decoder = Decoder::open(&self.path, &self.picture, self.options.threads, self.options.skip)?;
        Ok(())
    }

    /// Begins at a keyframe well before `key`, each time twice as far from the wanted frame.
    fn begin_earlier(&mut self, key: i64) -> Result<(), DecodeError> {
        let back = (self.want - key + 1).max(1) * 2;
        self.begin_at(self.index.keyframe_before((key - back).max(0)))
    }

    /// The number of a decoded frame; `None` if the index does not know it.
    fn number(&self, frame: &av::frame::Video) -> Option<i64> {
        let next = self.last.map_or(0, |n| n + 1);
        if !self.index.stamped {
            return (next < self.index.frames()).then_some(next);
        }
        let pts = stamp(frame)?;
        match self.index.frame_of(pts) {
            Some(n) if self.last.is_none_or(|last| n > last) => Some(n),
            // A stamp that the index had to mend: of the frame after the last one, if it lies near.
            _ => {
                self.last?;
                let mended = *self.index.pts.get(next as usize)?;
                let half = self.picture.time_base.ticks_of_frame(1, self.picture.rate) / 2;
                ((mended - pts).abs() <= half.max(1)).then_some(next)
            }
        }
    }
}

/// A source and its decoder: frames as they come.
pub(crate) struct Decoder {
    source: Source,
    decoder: av::decoder::Video,
    stream: usize,
    whole_packets: bool,
    /// After a seek: nothing is sent until the first packet that can be decoded by itself.
    awaits_key: bool,
    /// Timestamp of that packet: earlier pictures lean on what was not read.
    floor: Option<i64>,
    drained: bool,
    ended: bool,
}

impl Decoder {
    pub(crate) fn open(
        path: &Path,
        picture: &PictureStream,
        threads: usize,
        skip: Skip,
    ) -> Result<Decoder, DecodeError> {
        Decoder::open_telling(path, picture, threads, skip, false)
    }

    /// The same, telling quantizers if that is asked for.
    fn open_telling(
        path: &Path,
        picture: &PictureStream,
        threads: usize,
        skip: Skip,
        quantizers: bool,
    ) -> Result<Decoder, DecodeError> {
        let open = |e: av::Error| DecodeError::Open { path: path.to_owned(), cause: e.to_string() };
        let mut source = Source::open_known(path).map_err(open)?;
        source.only(picture.stream);
        let stream = source.input.stream(picture.stream).ok_or_else(|| DecodeError::NoPicture(path.to_owned()))?;
        let mut context = av::codec::Context::from_parameters(stream.parameters()).map_err(open)?;
        // SAFETY: fields of a context that is not yet open.
        unsafe {
            let raw = context.as_mut_ptr();
            (*raw).pkt_timebase = stream.time_base().into();
            (*raw).thread_count = threads as libc::c_int;
            (*raw).thread_type = ffi::FF_THREAD_FRAME | ffi::FF_THREAD_SLICE;
            if quantizers {
                (*raw).export_side_data |= ffi::AV_CODEC_EXPORT_DATA_VIDEO_ENC_PARAMS as libc::c_int;
            }
            match skip {
                Skip::Nothing => {}
                Skip::LoopFilter => (*raw).skip_loop_filter = ffi::AVDiscard::AVDISCARD_ALL,
                Skip::NonReference => (*raw).skip_frame = ffi::AVDiscard::AVDISCARD_NONREF,
                Skip::Draft => {
                    (*raw).skip_frame = ffi::AVDiscard::AVDISCARD_NONREF;
                    (*raw).skip_loop_filter = ffi::AVDiscard::AVDISCARD_ALL;
                }
                Skip::NonKey => (*raw).skip_frame = ffi::AVDiscard::AVDISCARD_NONKEY,
            }
        }
        let decoder = context.decoder().video().map_err(open)?;
        let whole_packets = whole_packets(&source);
        let stream = picture.stream;
        Ok(Decoder {
            source,
            decoder,
            stream,
            whole_packets,
            awaits_key: false,
            floor: None,
            drained: false,
            ended: false,
        })
    }

    /// The next frame out of the decoder, which is fed up to `most` packets, counted in `sent`; `None` when all are out.
    pub(crate) fn step(&mut self, sent: &mut usize, most: usize) -> Option<av::frame::Video> {
        loop {
            if self.ended {
                return None;
            }
            let mut frame = av::frame::Video::empty();
            match self.decoder.receive_frame(&mut frame) {
                Ok(()) => {
                    if let (Some(floor), Some(pts)) = (self.floor, stamp(&frame))
                        && pts < floor
                    {
                        continue;
                    }
                    return Some(frame);
                }
                Err(av::Error::Eof) => {
                    self.ended = true;
                    return None;
                }
                Err(av::Error::Other { errno }) if errno == ffi::EAGAIN => {
                    if self.drained {
                        self.ended = true;
                        return None;
                    }
                    self.feed(sent, most);
                }
                // A damaged frame; the next may be whole.
                Err(_) if self.drained => {
                    self.ended = true;
                    return None;
                }
                Err(_) => self.feed(sent, most),
            }
        }
    }

    fn feed(&mut self, sent: &mut usize, most: usize) {
        loop {
            let packet = if *sent < most { self.source.packet(self.stream) } else { None };
            let Some(packet) = packet else {
                // Draining fails only where it was asked for before.
                let _ = self.decoder.send_eof();
                self.drained = true;
                return;
            };
            if self.whole_packets && packet.is_corrupt() {
                continue;
            }
            if self.awaits_key {
                if !packet.is_key() {
                    continue;
                }
                self.awaits_key = false;
                self.floor = packet.pts();
            }
            *sent += 1;
            // A packet that the decoder refuses is a frame that will be missing, which its reader notices.
            let _ = self.decoder.send_packet(&packet);
            return;
        }
    }

    /// Goes to the last keyframe at or before `pts`, as well as the container can; false if it cannot.
    fn seek(&mut self, pts: i64) -> bool {
        // SAFETY: a valid context and one of its streams.
        let sought = unsafe {
            ffi::av_seek_frame(
                self.source.input.as_mut_ptr(),
                self.stream as libc::c_int,
                pts,
                ffi::AVSEEK_FLAG_BACKWARD,
            )
        };
        if sought < 0 {
            return false;
        }
        self.decoder.flush();
        (self.awaits_key, self.floor, self.drained, self.ended) = (true, None, false, false);
        true
    }
}
