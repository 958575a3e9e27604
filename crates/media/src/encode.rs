//! Writing a film: pictures and sound into one file.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::ptr;

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::format::Pixel;
use film::{Color, ColorRange, Rate, Timecode, Transfer};
use serde::{Deserialize, Serialize};

use crate::Raster;
use crate::raster::{reference, tags};

mod sound;

use sound::SoundTrack;

/// Sound is written at this many samples a second, in stereo.
pub const SAMPLE_RATE: u32 = 48_000;

/// What a file is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    /// H.264, 8 bit 4:2:0, with AAC, in MP4: for looking at.
    H264,
    /// Apple ProRes 422 HQ, 10 bit 4:2:2, with 24-bit PCM, in MOV: for finishing.
    ProRes,
    /// FFV1 in the film's own format, with 24-bit FLAC, in Matroska: without loss.
    Ffv1,
}

impl Codec {
    /// The ending of its files.
    pub fn ending(self) -> &'static str {
        match self {
            Codec::H264 => "mp4",
            Codec::ProRes => "mov",
            Codec::Ffv1 => "mkv",
        }
    }

    /// The pixel format that pictures of `source` (a pixel format's name) are written in.
    ///
    /// FFV1 keeps planar formats as they are; only byte order and packing may change.
    pub fn format(self, source: &str) -> String {
        match self {
            Codec::H264 => "yuv420p".to_owned(),
            Codec::ProRes => "yuv422p10le".to_owned(),
            Codec::Ffv1 => crate::scale::planar(source),
        }
    }

    /// Encoders that make it, the best first.
    fn encoders(self) -> &'static [&'static str] {
        match self {
            Codec::H264 => &["libx264", "libopenh264"],
            Codec::ProRes => &["prores_aw", "prores_ks", "prores"],
            Codec::Ffv1 => &["ffv1"],
        }
    }
}

/// What to write.
#[derive(Clone, Debug)]
pub struct WriterSpec {
    /// Codec and container.
    pub codec: Codec,
    /// Pixels across.
    pub width: u32,
    /// Lines.
    pub height: u32,
    /// Frames a second.
    pub rate: Rate,
    /// Pixel format of the pictures that will come; see [`Codec::format`].
    pub format: String,
    /// Colour tags to write.
    pub color: Color,
    /// Shape of a pixel, width to height; `(1, 1)` is square.
    pub aspect: (u32, u32),
    /// Whether there will be sound (stereo at [`SAMPLE_RATE`]).
    pub sound: bool,
    /// Constant rate factor of H.264, 0 (lossless) to 51.
    pub crf: u8,
    /// Constant quantizer of H.264, 0 to 51, in place of the rate factor: for measuring what compression does.
    pub qp: Option<u8>,
    /// Preset of x264: `veryfast`, `medium`.
    pub preset: String,
    /// Timecode of the first frame (MOV only has a track for it).
    pub timecode: Option<Timecode>,
    /// Words of the container: `title`, `comment`.
    pub metadata: Vec<(String, String)>,
}

/// Why a film could not be written.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// This FFmpeg has no encoder for it.
    #[error(
        "this system's FFmpeg cannot write {codec:?} (it has none of {tried}); on Debian or Ubuntu install `libavcodec-extra`, elsewhere an FFmpeg built with x264"
    )]
    NoEncoder {
        /// Codec asked for.
        codec: Codec,
        /// Encoders looked for.
        tried: String,
    },
    /// The encoder or the container refuses.
    #[error("{path}: {what} failed: {reason}", path = path.display())]
    Refused {
        /// File asked for.
        path: PathBuf,
        /// What was attempted.
        what: &'static str,
        /// What libav said.
        reason: String,
    },
    /// A picture of another size or format than promised.
    #[error("a picture of {found} came where {wanted} was promised")]
    Shape {
        /// What came.
        found: String,
        /// What was promised.
        wanted: String,
    },
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Pictures.
    pub frames: i64,
    /// Samples of sound.
    pub samples: i64,
    /// Name of the encoder of the pictures.
    pub encoder: String,
}

/// A film being written: pictures at an exact constant rate, and stereo sound.
///
/// Pictures and sound come in order, each from instant 0, in any interleaving (keep them within some seconds of each
/// other: what is ahead waits in memory). Colour tags go into the stream and the container; the sound lasts as many
/// samples as were given, the encoder's lead-in being cut by the container's edit list.
///
/// ```no_run
/// # use media::{Raster, encode::{Codec, Writer, WriterSpec}};
/// # let spec = WriterSpec { codec: Codec::Ffv1, width: 64, height: 36, rate: film::Rate::FILM, aspect: (1, 1), format: "yuv420p".into(),
/// #   color: film::Color::default(), sound: false, crf: 20, qp: None, preset: "veryfast".into(), timecode: None, metadata: vec![] };
/// let mut writer = Writer::create("black.mkv".as_ref(), &spec)?;
/// let mut black = Raster::new("yuv420p", 64, 36).unwrap();
/// black.fill(&[16, 128, 128]);
/// writer.picture(&black)?;
/// assert_eq!(writer.finish()?.frames, 1);
/// # Ok::<(), media::encode::EncodeError>(())
/// ```
pub struct Writer {
    output: ffmpeg::format::context::Output,
    encoder: ffmpeg::encoder::video::Encoder,
    name: String,
    base: ffmpeg::Rational,
    stream_base: ffmpeg::Rational,
    sound: Option<SoundTrack>,
    spec: WriterSpec,
    path: PathBuf,
    frames: i64,
    packet: ffmpeg::Packet,
}

impl Writer {
    /// Begins `path`; what is there is overwritten. The container follows the codec, not the name.
    pub fn create(path: &Path, spec: &WriterSpec) -> Result<Writer, EncodeError> {
        ffmpeg::init().expect("libav registers its own parts");
        crate::hush();
        let refused = |what: &'static str| {
            let path = path.to_owned();
            move |e: ffmpeg::Error| EncodeError::Refused { path, what, reason: e.to_string() }
        };
        let mut output = open(path, spec.codec).map_err(refused("opening the file"))?;
        let global = output.format().flags().contains(ffmpeg::format::Flags::GLOBAL_HEADER);
        let (encoder, name) = open_picture(spec, global).map_err(|e| match e {
            Opening::Missing => EncodeError::NoEncoder { codec: spec.codec, tried: spec.codec.encoders().join(", ") },
            Opening::Failed(e) => refused("opening the picture encoder")(e),
        })?;
        let base = ffmpeg::Rational::new(spec.rate.den() as i32, spec.rate.num() as i32);
        let rate = base.invert();
        {
            let mut stream = output.add_stream_with(&encoder).map_err(refused("adding the picture"))?;
            stream.set_time_base(base);
            stream.set_rate(rate);
            stream.set_avg_frame_rate(rate);
            // SAFETY: a plain field of a stream that is ours. Matroska asks the stream for it, not its codec.
            unsafe {
                (*stream.as_mut_ptr()).sample_aspect_ratio =
                    ffi::AVRational { num: spec.aspect.0 as i32, den: spec.aspect.1 as i32 };
            }
        }
        let mut sound = None;
        if spec.sound {
            let track = SoundTrack::open(spec.codec, global).map_err(refused("opening the sound encoder"))?;
            let mut stream = output.add_stream_with(track.encoder()).map_err(refused("adding the sound"))?;
            stream.set_time_base(ffmpeg::Rational::new(1, SAMPLE_RATE as i32));
            sound = Some(track);
        }
        let mut words = ffmpeg::Dictionary::new();
        for (key, value) in &spec.metadata {
            words.set(key, value);
        }
        if let Some(timecode) = spec.timecode.filter(|_| spec.codec == Codec::ProRes) {
            words.set("timecode", &timecode.to_string());
        }
        output.set_metadata(words);
        let mut options = ffmpeg::Dictionary::new();
        if spec.codec != Codec::Ffv1 {
            options.set("movflags", "+faststart+write_colr");
            // Edit lists count in this: fine enough that sound and picture end on their sample and frame. (Older FFmpegs
            // know only milliseconds here and leave the option aside.)
            options.set("movie_timescale", "240000");
        }
        output.write_header_with(options).map_err(refused("writing the header"))?;
        let stream_base = output.stream(0).expect("the picture was added").time_base();
        if let Some(track) = &mut sound {
            track.set_base(output.stream(1).expect("the sound was added").time_base());
        }
        Ok(Writer {
            output,
            encoder,
            name,
            base,
            stream_base,
            sound,
            spec: spec.clone(),
            path: path.to_owned(),
            frames: 0,
            packet: ffmpeg::Packet::empty(),
        })
    }

    /// Name of the encoder that writes the pictures.
    pub fn encoder(&self) -> &str {
        &self.name
    }

    /// Pictures written so far.
    pub fn frames(&self) -> i64 {
        self.frames
    }

    /// Writes the next picture.
    pub fn picture(&mut self, picture: &Raster) -> Result<(), EncodeError> {
        let spec = &self.spec;
        if (picture.width(), picture.height(), &picture.layout().format) != (spec.width, spec.height, &spec.format) {
            return Err(EncodeError::Shape {
                found: format!("{picture:?}"),
                wanted: format!("{}x{} {}", spec.width, spec.height, spec.format),
            });
        }
        let what = "encoding a picture";
        let own = encoder_format(spec.codec, &spec.format);
        let mut frame = if own == spec.format {
            reference(picture.frame()).map_err(|e| self.refuse(what, e))?
        } else {
            crate::scale::repack(picture, &own).map_err(|e| self.refuse(what, e))?
        };
        let (p, t, m, r) = tags(said(spec));
        // SAFETY: plain fields of a frame that is ours. The kind that the decoder left would force the encoder's hand, and
        // tags that differ from the stream's would be an error to some encoders.
        unsafe {
            let f = frame.as_mut_ptr();
            (*f).pict_type = ffi::AVPictureType::AV_PICTURE_TYPE_NONE;
            (*f).pts = self.frames;
            (*f).color_primaries = p;
            (*f).color_trc = t;
            (*f).colorspace = m;
            (*f).color_range = r;
            (*f).sample_aspect_ratio = ffi::AVRational { num: spec.aspect.0 as i32, den: spec.aspect.1 as i32 };
        }
        self.encoder.send_frame(&frame).map_err(|e| self.refuse(what, e))?;
        self.frames += 1;
        self.drain(what)
    }

    /// Writes the next samples, interleaved left and right.
    ///
    /// # Panics
    /// If the film was begun without sound, or half a stereo sample is given.
    pub fn sound(&mut self, samples: &[f32]) -> Result<(), EncodeError> {
        assert!(samples.len().is_multiple_of(2), "stereo samples come in pairs");
        let mut track = self.sound.take().expect("the film was begun with sound");
        let done = track.write(samples, &mut self.output);
        self.sound = Some(track);
        done.map_err(|e| self.refuse("encoding sound", e))
    }

    /// Ends the file: what the encoders still hold, the index.
    pub fn finish(mut self) -> Result<Written, EncodeError> {
        let what = "ending the file";
        self.encoder.send_eof().map_err(|e| self.refuse(what, e))?;
        self.drain(what)?;
        let mut samples = 0;
        if let Some(mut track) = self.sound.take() {
            samples = track.finish(&mut self.output).map_err(|e| self.refuse(what, e))?;
        }
        self.output.write_trailer().map_err(|e| self.refuse(what, e))?;
        // SAFETY: the context is valid and its byte stream open until it is dropped.
        let late = unsafe {
            let pb = (*self.output.as_mut_ptr()).pb;
            ffi::avio_flush(pb);
            (*pb).error
        };
        if late < 0 {
            return Err(self.refuse(what, ffmpeg::Error::from(late)));
        }
        Ok(Written { frames: self.frames, samples, encoder: self.name })
    }

    fn drain(&mut self, what: &'static str) -> Result<(), EncodeError> {
        loop {
            match self.encoder.receive_packet(&mut self.packet) {
                Ok(()) => {}
                Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }) => return Ok(()),
                Err(e) => return Err(self.refuse(what, e)),
            }
            self.packet.set_stream(0);
            if self.packet.duration() == 0 {
                self.packet.set_duration(1);
            }
            self.packet.rescale_ts(self.base, self.stream_base);
            let written = self.packet.write_interleaved(&mut self.output);
            written.map_err(|e| self.refuse(what, e))?;
        }
    }

    fn refuse(&self, what: &'static str, e: ffmpeg::Error) -> EncodeError {
        EncodeError::Refused { path: self.path.clone(), what, reason: e.to_string() }
    }
}

enum Opening {
    Missing,
    Failed(ffmpeg::Error),
}

/// The tags as the codec can say them: ProRes has no number for SMPTE 170M's transfer, which is BT.709's by another name.
fn said(spec: &WriterSpec) -> Color {
    match (spec.codec, spec.color.transfer) {
        (Codec::ProRes, Some(Transfer::Smpte170M)) => Color { transfer: Some(Transfer::Bt709), ..spec.color },
        _ => spec.color,
    }
}

/// The format that goes into the encoder: pictures of our planar 8-bit RGB are packed for FFV1, which has no such plane order.
fn encoder_format(codec: Codec, format: &str) -> String {
    if codec == Codec::Ffv1 && format == "gbrp" { "bgr0".to_owned() } else { format.to_owned() }
}

/// Opens the file for writing. ffmpeg-next's own door takes only names in UTF-8 and reads `a:b` as a protocol.
fn open(path: &Path, codec: Codec) -> Result<ffmpeg::format::context::Output, ffmpeg::Error> {
    let container = match codec {
        Codec::H264 => c"mp4",
        Codec::ProRes => c"mov",
        Codec::Ffv1 => c"matroska",
    };
    let mut url = b"file:".to_vec();
    url.extend_from_slice(path.as_os_str().as_bytes());
    let url = CString::new(url).map_err(|_| ffmpeg::Error::InvalidData)?;
    let mut context = ptr::null_mut();
    // SAFETY: the strings end in NUL and live through the calls; on success the context is valid and owned by `Output`,
    // whose drop closes the byte stream and frees it; on failure it is freed here.
    unsafe {
        let code = ffi::avformat_alloc_output_context2(&mut context, ptr::null(), container.as_ptr(), url.as_ptr());
        if code < 0 {
            return Err(ffmpeg::Error::from(code));
        }
        let code = ffi::avio_open(&mut (*context).pb, url.as_ptr(), ffi::AVIO_FLAG_WRITE);
        if code < 0 {
            ffi::avformat_free_context(context);
            return Err(ffmpeg::Error::from(code));
        }
        Ok(ffmpeg::format::context::Output::wrap(context))
    }
}

fn open_picture(spec: &WriterSpec, global: bool) -> Result<(ffmpeg::encoder::video::Encoder, String), Opening> {
    let mut last = Opening::Missing;
    for name in spec.codec.encoders() {
        let Some(codec) = ffmpeg::encoder::find_by_name(name) else { continue };
        match open_with(spec, global, codec, name) {
            Ok(encoder) => return Ok((encoder, (*name).to_owned())),
            Err(e) => last = Opening::Failed(e),
        }
    }
    Err(last)
}

fn open_with(
    spec: &WriterSpec,
    global: bool,
    codec: ffmpeg::Codec,
    name: &str,
) -> Result<ffmpeg::encoder::video::Encoder, ffmpeg::Error> {
    let mut context = ffmpeg::codec::Context::new_with_codec(codec);
    if global {
        // SAFETY: a plain field of a context not yet opened; flags that the encoder sets by itself are kept.
        unsafe { (*context.as_mut_ptr()).flags |= ffi::AV_CODEC_FLAG_GLOBAL_HEADER as i32 };
    }
    let mut video = context.encoder().video()?;
    video.set_width(spec.width);
    video.set_height(spec.height);
    let pixel: Pixel = encoder_format(spec.codec, &spec.format).parse().map_err(|_| ffmpeg::Error::InvalidData)?;
    video.set_format(pixel);
    let base = ffmpeg::Rational::new(spec.rate.den() as i32, spec.rate.num() as i32);
    video.set_time_base(base);
    video.set_frame_rate(Some(base.invert()));
    video.set_aspect_ratio(ffmpeg::Rational::new(spec.aspect.0 as i32, spec.aspect.1 as i32));
    let (p, t, m, r) = tags(said(spec));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(16);
    // SAFETY: plain fields of a context not yet opened. ffmpeg-next has no setters for primaries and transfer.
    unsafe {
        let c = video.as_mut_ptr();
        (*c).color_primaries = p;
        (*c).color_trc = t;
        (*c).colorspace = m;
        (*c).color_range = r;
        (*c).field_order = ffi::AVFieldOrder::AV_FIELD_PROGRESSIVE;
        if spec.codec == Codec::H264 && spec.color.range != Some(ColorRange::Full) {
            (*c).chroma_sample_location = ffi::AVChromaLocation::AVCHROMA_LOC_LEFT;
        }
    }
    let mut options = ffmpeg::Dictionary::new();
    match name {
        "libx264" => {
            options.set("preset", &spec.preset);
            match spec.qp {
                Some(qp) => options.set("qp", &qp.min(51).to_string()),
                None => options.set("crf", &spec.crf.to_string()),
            }
            // A key picture every two seconds, so that a player jumps to a clip at once.
            options.set("g", &(spec.rate.nominal() * 2).to_string());
        }
        "libopenh264" => {
            let bits = f64::from(spec.width * spec.height) * spec.rate.fps() * 0.16;
            options.set("b", &(bits as u64).max(500_000).to_string());
        }
        "prores_aw" | "prores_ks" | "prores" => {
            options.set("profile", "3");
            options.set("threads", &threads.to_string());
        }
        _ => {
            options.set("level", "3");
            options.set("g", "1");
            options.set("slices", if spec.height >= 720 { "16" } else { "4" });
            options.set("slicecrc", "1");
            options.set("threads", &threads.to_string());
        }
    }
    video.open_with(options)
}

#[cfg(test)]
mod tests;
