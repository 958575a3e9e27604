//! What a file holds, from its headers and first packets.

use std::ffi::CStr;
use std::fs;
use std::path::{Path, PathBuf};

use ffmpeg_next as av;
use ffmpeg_next::ffi;
use film::{Color, Rate, TimeBase};
use serde::{Deserialize, Serialize};

use crate::picture::{Layout, tags};
use crate::sequence::Sequence;
use crate::source::Source;
use crate::stamps::Stamps;

/// What a file holds.
///
/// ```no_run
/// let probe = media::probe("film.mp4".as_ref())?;
/// if let Some(picture) = &probe.picture {
///     println!("{} {:?} at {}", picture.codec, picture.display_size(), picture.rate);
/// }
/// # Ok::<(), media::ProbeError>(())
/// ```
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Probe {
    /// Container, as libav calls it.
    pub container: String,
    /// Length as the container states or estimates it; the exact one is the index's.
    pub seconds: Option<f64>,
    /// The film's picture: the best stream that is no cover art; `None` of a file of sound only.
    pub picture: Option<PictureStream>,
    /// Sound tracks in file order.
    pub sounds: Vec<SoundStream>,
    /// Subtitle tracks in file order.
    pub subtitles: Vec<SubtitleStream>,
    /// Chapters in file order.
    pub chapters: Vec<Chapter>,
    /// Source timecode of the first frame, as written in the file.
    pub timecode: Option<String>,
    /// What is not as it should be, in plain sentences.
    pub warnings: Vec<String>,
}

/// The picture stream of a file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct PictureStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Width in coded pixels.
    pub width: u32,
    /// Height in coded pixels.
    pub height: u32,
    /// Nominal rate; the index's clock has the final word.
    pub rate: Rate,
    /// Tick of the timestamps.
    pub time_base: TimeBase,
    /// Presentation timestamp of the first frame in ticks.
    pub first_pts: i64,
    /// Pixel format, as libav calls it.
    pub format: String,
    /// Significant bits of a sample.
    pub bits: u8,
    /// `4:2:0`, `4:2:2`, `4:4:4`, …; `4:0:0` for gray, `RGB`.
    pub chroma: String,
    /// Width to height of a pixel; (1, 1) where the file does not say.
    pub pixel_aspect: (u32, u32),
    /// Degrees to turn clockwise for display: 0, 90, 180, 270.
    pub rotation: u16,
    /// Frames or fields.
    pub scan: Scan,
    /// Whether fields repeat (3:2 pulldown flags).
    pub telecine: bool,
    /// Colour tags of the stream.
    pub color: Color,
}

/// Frames, or fields of different instants.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scan {
    /// Whole frames.
    Progressive,
    /// Fields, the upper one shown first.
    TopFirst,
    /// Fields, the lower one shown first.
    BottomFirst,
    /// The file does not say.
    Unknown,
}

/// A sound track.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SoundStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Hertz.
    pub sample_rate: u32,
    /// How many channels.
    pub channels: u16,
    /// Their layout: `mono`, `stereo`, `5.1(side)`, …
    pub layout: String,
    /// Language, as the file writes it.
    pub language: Option<String>,
    /// Name of the track.
    pub title: Option<String>,
    /// Tick of the timestamps.
    pub time_base: TimeBase,
    /// Seconds from the first picture frame to the first sample; negative where sound comes first.
    pub start: f64,
}

/// A subtitle track.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SubtitleStream {
    /// Number of the stream in the file.
    pub stream: usize,
    /// Codec, as libav calls it.
    pub codec: String,
    /// Whether it is text; pictures of text cannot be read here.
    pub text: bool,
    /// Language, as the file writes it.
    pub language: Option<String>,
    /// Name of the track.
    pub title: Option<String>,
}

/// A chapter.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Chapter {
    /// Seconds from the first picture frame.
    pub start: f64,
    /// Seconds from the first picture frame.
    pub end: f64,
    /// Name, if it has one.
    pub title: Option<String>,
}

/// Why a file is not taken as a film.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProbeError {
    /// The file cannot be opened.
    #[error("{path} cannot be read: {cause}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: String,
    },
    /// No bytes.
    #[error("{} is empty", .0.display())]
    Empty(PathBuf),
    /// Of no kind known.
    #[error("{} is not a film or sound of any known kind", .0.display())]
    NotFilm(PathBuf),
    /// A single picture.
    #[error("{} is a still picture, not a film", .0.display())]
    Still(PathBuf),
    /// The container's table of contents is missing or cut.
    #[error("{path} is cut off or damaged: {cause}", path = path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Sound only.
    #[error("{} has no picture", .0.display())]
    NoPicture(PathBuf),
    /// No frame can be decoded.
    #[error("{} has a picture stream without a single frame", .0.display())]
    NoFrames(PathBuf),
    /// A codec that the installed libav has no decoder for.
    #[error("{path} is coded as {codec}, which cannot be decoded here", path = path.display())]
    UnknownCodec {
        /// The file.
        path: PathBuf,
        /// Its codec.
        codec: String,
    },
}

impl ProbeError {
    /// Why, without the path.
    pub fn reason(&self) -> String {
        match self {
            ProbeError::Unreadable { cause, .. } => format!("cannot be read: {cause}"),
            ProbeError::Empty(_) => "the file is empty".to_owned(),
            ProbeError::NotFilm(_) => "not a film or sound of any known kind".to_owned(),
            ProbeError::Still(_) => "a still picture, not a film".to_owned(),
            ProbeError::Truncated { cause, .. } => format!("cut off or damaged: {cause}"),
            ProbeError::NoPicture(_) => "sound only, no picture".to_owned(),
            ProbeError::NoFrames(_) => "a picture stream without a single frame".to_owned(),
            ProbeError::UnknownCodec { codec, .. } => format!("coded as {codec}, which cannot be decoded here"),
        }
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            ProbeError::Unreadable { .. } => "check that the file exists and that you may read it",
            ProbeError::Empty(_) => "copy or download the file again",
            ProbeError::NotFilm(_) => "if it is a film, its name or beginning is damaged: copy it again",
            ProbeError::Still(_) => "nothing to do; numbered pictures side by side are taken as one reel",
            ProbeError::Truncated { .. } => {
                "copy or download the file again; if that is all there is, repair its container with a recovery tool"
            }
            ProbeError::NoPicture(_) => "give it as music, or put it beside its film",
            ProbeError::NoFrames(_) => "copy or export the file again",
            ProbeError::UnknownCodec { .. } => "install FFmpeg libraries with this decoder, or convert the file",
        }
    }

    /// Whether the file is simply something else, nothing being wrong with it.
    pub fn is_other_kind(&self) -> bool {
        matches!(self, ProbeError::NotFilm(_) | ProbeError::Still(_) | ProbeError::NoPicture(_))
    }
}

impl PictureStream {
    /// Width and height in square pixels after rotation, rounded.
    pub fn display_size(&self) -> (u32, u32) {
        let (num, den) = self.pixel_aspect;
        let width = ((self.width as u64 * num as u64 + den as u64 / 2) / den as u64).max(1) as u32;
        if self.rotation % 180 == 90 { (self.height, width) } else { (width, self.height) }
    }
}

/// Looks into the file at `path`, or the image sequence whose pattern or first file it is.
///
/// A file of sound only is no error: its [`Probe::picture`] is `None`.
pub fn probe(path: &Path) -> Result<Probe, ProbeError> {
    let sequence = Sequence::of(path);
    if sequence.is_none() {
        let unreadable = |e: std::io::Error| ProbeError::Unreadable { path: path.to_owned(), cause: e.to_string() };
        let about = fs::metadata(path).map_err(unreadable)?;
        if about.is_dir() {
            return Err(ProbeError::NotFilm(path.to_owned()));
        }
        fs::File::open(path).map_err(unreadable)?;
        if about.len() == 0 {
            return Err(ProbeError::Empty(path.to_owned()));
        }
    }
    let mut source = Source::open_known(path).map_err(|e| refusal(path, e))?;
    if sequence.is_none() && is_still(&source) {
        return Err(ProbeError::Still(path.to_owned()));
    }
    let mut warnings = Vec::new();
    let container = source.format().to_owned();
    let picture = picture(&mut source, path, &mut warnings)?;
    // The first packets are read: what follows needs the headers only.
    let origin = picture.as_ref().map_or_else(|| sound_origin(&source), |p| p.time_base.seconds(p.first_pts));
    let sounds = sounds(&source, origin, &mut warnings);
    if picture.is_none() && sounds.is_empty() {
        return Err(ProbeError::NotFilm(path.to_owned()));
    }
    let subtitles = subtitles(&source);
    let chapters = source
        .input
        .chapters()
        .map(|c| {
            let base = tick(c.time_base());
            Chapter {
                start: base.seconds(c.start()) - origin,
                end: base.seconds(c.end()) - origin,
                title: text(&c.metadata(), "title"),
            }
        })
        .collect();
    let timecode = timecode(&source, picture.as_ref());
    if let Some(s) = &sequence {
        warnings.push(format!("pictures state no frame rate: {} is assumed", s.rate.fps()));
        if s.stray > 0 {
            let gap = s.first + s.frames;
            warnings.push(format!("picture number {gap} is missing; the {} pictures behind it are left out", s.stray));
        }
    }
    let seconds = Some(source.input.duration()).filter(|&d| d > 0).map(|d| d as f64 / f64::from(ffi::AV_TIME_BASE));
    Ok(Probe { container, seconds, picture, sounds, subtitles, chapters, timecode, warnings })
}

/// A refusal in the words of a film, for what libav said.
fn refusal(path: &Path, error: av::Error) -> ProbeError {
    let path = path.to_owned();
    match error {
        av::Error::InvalidData if known_beginning(&path) => {
            ProbeError::Truncated { path, cause: "its table of contents is missing or unreadable".to_owned() }
        }
        av::Error::InvalidData | av::Error::DemuxerNotFound => ProbeError::NotFilm(path),
        av::Error::Eof => ProbeError::Truncated { path, cause: "it ends before its first picture".to_owned() },
        av::Error::Other { errno } if errno == libc::EINVAL => ProbeError::NotFilm(path),
        other => ProbeError::Unreadable { path, cause: other.to_string() },
    }
}

/// Whether the first bytes are those of a film container, so that what is wrong is the rest.
fn known_beginning(path: &Path) -> bool {
    use std::io::Read;
    let mut head = [0u8; 12];
    let read = fs::File::open(path).and_then(|mut f| f.read(&mut head)).unwrap_or(0);
    let head = &head[..read];
    let atom = head.get(4..8).unwrap_or_default();
    [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"].iter().any(|a| *a == atom)
        || head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
        || head.starts_with(b"RIFF")
        || head.starts_with(b"OggS")
        || head.starts_with(b"FLV")
        || head.starts_with(&[0x06, 0x0e, 0x2b, 0x34])
        || head.starts_with(&[0x30, 0x26, 0xb2, 0x75])
}

/// Whether the container holds one picture and is meant to.
fn is_still(source: &Source) -> bool {
    let format = source.format();
    if format.ends_with("_pipe") || matches!(format, "image2pipe" | "ico" | "alias_pix" | "brender_pix") {
        return true;
    }
    let brand = text(&source.input.metadata(), "major_brand").unwrap_or_default();
    matches!(brand.trim(), "avif" | "heic" | "heix" | "mif1")
}

fn picture(source: &mut Source, path: &Path, warnings: &mut Vec<String>) -> Result<Option<PictureStream>, ProbeError> {
    // SAFETY: the context is valid; a null decoder pointer is allowed.
    let best = unsafe {
        ffi::av_find_best_stream(
            source.input.as_mut_ptr(),
            ffi::AVMediaType::AVMEDIA_TYPE_VIDEO,
            -1,
            -1,
            std::ptr::null_mut(),
            0,
        )
    };
    let Some(stream) = usize::try_from(best).ok().and_then(|i| source.input.stream(i)) else { return Ok(None) };
    if stream.disposition().contains(av::format::stream::Disposition::ATTACHED_PIC) {
        return Ok(None);
    }
    let index = stream.index();
    let base = tick(stream.time_base());
    let rotation = rotation(&stream, warnings);
    // SAFETY: fields of live structures; enumerations are read as numbers.
    let (codec, width, height, code, field, color, aspect) = unsafe {
        let parameters = stream.parameters();
        let p = parameters.as_ptr();
        let aspect = ffi::av_guess_sample_aspect_ratio(
            source.input.as_ptr() as *mut _,
            stream.as_ptr() as *mut _,
            std::ptr::null_mut(),
        );
        (
            CStr::from_ptr(ffi::avcodec_get_name((*p).codec_id)).to_string_lossy().into_owned(),
            (*p).width,
            (*p).height,
            (*p).format,
            *(&raw const (*p).field_order as *const u32),
            tags(
                &raw const (*p).color_primaries as *const u32,
                &raw const (*p).color_trc as *const u32,
                &raw const (*p).color_space as *const u32,
                &raw const (*p).color_range as *const u32,
            ),
            aspect,
        )
    };
    if av::decoder::find(stream.parameters().id()).is_none() {
        return Err(ProbeError::UnknownCodec { path: path.to_owned(), codec });
    }
    // SAFETY: as above; the frame may be null.
    let guess = unsafe {
        ffi::av_guess_frame_rate(source.input.as_ptr() as *mut _, stream.as_ptr() as *mut _, std::ptr::null_mut())
    };
    let average = stream.avg_frame_rate();
    let rate = nominal(guess.num, guess.den)
        .or_else(|| nominal(average.numerator(), average.denominator()))
        .unwrap_or_else(|| {
            warnings.push("no frame rate is stated: 25 is assumed until the frames are counted".to_owned());
            Rate::new(25, 1).expect("25 is a rate")
        });
    let (Some(layout), true) = (Layout::of(code), width > 0 && height > 0) else {
        let cause = format!("its {codec} picture stream gives neither size nor format");
        return Err(ProbeError::Truncated { path: path.to_owned(), cause });
    };
    let pixel_aspect = if aspect.num > 0 && aspect.den > 0 { (aspect.num as u32, aspect.den as u32) } else { (1, 1) };
    let scan = match field {
        1 => Scan::Progressive,
        2 | 5 => Scan::TopFirst,
        3 | 4 => Scan::BottomFirst,
        _ => Scan::Unknown,
    };
    source.only(index);
    let first = Stamps::read(source, index, 96);
    if first.packets.is_empty() {
        return Err(ProbeError::NoFrames(path.to_owned()));
    }
    let first_pts = first.packets.iter().filter_map(|p| p.pts).min().unwrap_or(0);
    Ok(Some(PictureStream {
        stream: index,
        codec,
        width: width as u32,
        height: height as u32,
        rate,
        time_base: base,
        first_pts,
        format: layout.name().to_owned(),
        bits: layout.bits(),
        chroma: layout.chroma(),
        pixel_aspect,
        rotation,
        scan,
        telecine: false,
        color,
    }))
}

/// A believable rate: between 1 and 1000, a broadcast rate where it is within a thousandth of one.
pub(crate) fn nominal(num: i32, den: i32) -> Option<Rate> {
    let rate = Rate::new(u32::try_from(num).ok()?, u32::try_from(den).ok()?)?;
    let fps = rate.fps();
    if !(0.1..=1000.0).contains(&fps) {
        return None;
    }
    let standard = [24000u32, 30000, 48000, 60000, 120_000].map(|n| Rate::new(n, 1001).expect("a rate"));
    let whole = [24u32, 25, 30, 48, 50, 60, 100, 120].map(|n| Rate::new(n, 1).expect("a rate"));
    let near = standard.into_iter().chain(whole).find(|r| ((r.fps() - fps) / fps).abs() < 0.0003);
    Some(near.unwrap_or(rate))
}

fn rotation(stream: &av::Stream<'_>, warnings: &mut Vec<String>) -> u16 {
    for data in stream.side_data() {
        if data.kind() != av::packet::side_data::Type::DisplayMatrix || data.data().len() < 36 {
            continue;
        }
        let matrix: Vec<i32> =
            data.data().chunks_exact(4).map(|b| i32::from_ne_bytes([b[0], b[1], b[2], b[3]])).collect();
        // SAFETY: nine numbers, as the function wants.
        let turn = -unsafe { ffi::av_display_rotation_get(matrix.as_ptr()) };
        if !turn.is_finite() {
            return 0;
        }
        if i64::from(matrix[0]) * i64::from(matrix[4]) - i64::from(matrix[1]) * i64::from(matrix[3]) < 0 {
            warnings.push("the file asks for a mirrored picture, which is not done".to_owned());
        }
        let right = (turn / 90.0).round() as i64;
        if (turn - right as f64 * 90.0).abs() > 1.0 {
            warnings.push(format!(
                "the file asks to turn the picture by {turn:.1} degrees; the nearest right angle is taken"
            ));
        }
        return (right.rem_euclid(4) * 90) as u16;
    }
    0
}

/// Instant that sample 0 is, of a file without picture: its first sound.
fn sound_origin(source: &Source) -> f64 {
    source
        .input
        .streams()
        .filter(|s| s.parameters().medium() == av::media::Type::Audio && s.start_time() != ffi::AV_NOPTS_VALUE)
        .map(|s| tick(s.time_base()).seconds(s.start_time()))
        .min_by(f64::total_cmp)
        .unwrap_or(0.0)
}

fn sounds(source: &Source, origin: f64, warnings: &mut Vec<String>) -> Vec<SoundStream> {
    let mut sounds = Vec::new();
    for stream in source.input.streams().filter(|s| s.parameters().medium() == av::media::Type::Audio) {
        let base = tick(stream.time_base());
        // SAFETY: a constant name of a live structure's codec.
        let codec = unsafe { CStr::from_ptr(ffi::avcodec_get_name((*stream.parameters().as_ptr()).codec_id)) };
        let codec = codec.to_string_lossy().into_owned();
        let opened = av::codec::Context::from_parameters(stream.parameters()).and_then(|c| c.decoder().audio());
        let Ok(decoder) = opened else {
            warnings.push(format!("sound track {} ({codec}) cannot be decoded here and is left out", sounds.len() + 1));
            continue;
        };
        if decoder.rate() == 0 || decoder.channels() == 0 {
            warnings.push(format!("sound stream {} ({codec}) holds no sound and is left out", stream.index()));
            continue;
        }
        let start =
            if stream.start_time() == ffi::AV_NOPTS_VALUE { 0.0 } else { base.seconds(stream.start_time()) - origin };
        let metadata = stream.metadata();
        sounds.push(SoundStream {
            stream: stream.index(),
            codec,
            sample_rate: decoder.rate(),
            channels: decoder.channels(),
            layout: crate::sound::layout_name(decoder.channel_layout(), decoder.channels()),
            language: text(&metadata, "language").filter(|l| l != "und"),
            title: text(&metadata, "title"),
            time_base: base,
            start,
        });
    }
    sounds
}

fn subtitles(source: &Source) -> Vec<SubtitleStream> {
    let subtitle = |stream: av::Stream<'_>| {
        let id = stream.parameters().id();
        // SAFETY: constant tables, looked up by the id of a live structure.
        let (codec, text_based) = unsafe {
            let raw = (*stream.parameters().as_ptr()).codec_id;
            let about = ffi::avcodec_descriptor_get(raw);
            let text = !about.is_null() && (*about).props & ffi::AV_CODEC_PROP_TEXT_SUB != 0;
            (CStr::from_ptr(ffi::avcodec_get_name(raw)).to_string_lossy().into_owned(), text)
        };
        let metadata = stream.metadata();
        SubtitleStream {
            stream: stream.index(),
            codec,
            text: text_based && av::decoder::find(id).is_some(),
            language: text(&metadata, "language").filter(|l| l != "und"),
            title: text(&metadata, "title"),
        }
    };
    source.input.streams().filter(|s| s.parameters().medium() == av::media::Type::Subtitle).map(subtitle).collect()
}

fn timecode(source: &Source, picture: Option<&PictureStream>) -> Option<String> {
    let own = picture.and_then(|p| source.input.stream(p.stream)).and_then(|s| text(&s.metadata(), "timecode"));
    own.or_else(|| source.input.streams().find_map(|s| text(&s.metadata(), "timecode")))
        .or_else(|| text(&source.input.metadata(), "timecode"))
}

/// A metadata entry; bytes that are no UTF-8, as in old files, are read as far as they go.
pub(crate) fn text(metadata: &av::DictionaryRef<'_>, key: &str) -> Option<String> {
    let key = std::ffi::CString::new(key).ok()?;
    // SAFETY: libav's dictionary and its entry live as long as the reference; a null dictionary is an empty one.
    let value = unsafe {
        let entry = ffi::av_dict_get(metadata.as_ptr(), key.as_ptr(), std::ptr::null(), 0);
        if entry.is_null() {
            return None;
        }
        CStr::from_ptr((*entry).value).to_string_lossy().trim().to_owned()
    };
    (!value.is_empty()).then_some(value)
}

pub(crate) fn tick(base: av::Rational) -> TimeBase {
    if base.numerator() > 0 && base.denominator() > 0 {
        TimeBase { num: base.numerator(), den: base.denominator() }
    } else {
        TimeBase { num: 1, den: ffi::AV_TIME_BASE }
    }
}
