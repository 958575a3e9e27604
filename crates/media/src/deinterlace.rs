//! Joining the fields of interlaced frames to whole ones.

use ffmpeg_next as ffmpeg;
use ffmpeg_next::ffi;
use ffmpeg_next::format::Pixel;

use crate::raster::{RasterError, reference};
use crate::scale::{ScaleError, Unpacker};
use crate::{DecodeError, Pictures, Raster};

/// Joins fields by libavfilter's `bwdif`, which looks at the frames before and after; frames not flagged pass untouched.
///
/// Frames go in by number and come out by the same number, one later.
pub struct Deinterlacer {
    graph: ffmpeg::filter::Graph,
    format: String,
    next: i64,
    ended: bool,
}

// SAFETY: a filter graph belongs to no thread; it is used from one at a time.
unsafe impl Send for Deinterlacer {}

/// Why fields could not be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeinterlaceError {
    /// libavfilter refuses.
    #[error("the fields of an interlaced picture cannot be joined: {0}; this FFmpeg may lack the filter bwdif")]
    Filter(String),
    /// A picture could not be held.
    #[error(transparent)]
    Raster(#[from] RasterError),
}

fn filter(e: ffmpeg::Error) -> DeinterlaceError {
    DeinterlaceError::Filter(e.to_string())
}

impl Deinterlacer {
    /// For pictures like `picture`.
    pub fn new(picture: &Raster) -> Result<Deinterlacer, DeinterlaceError> {
        let missing = || filter(ffmpeg::Error::FilterNotFound);
        let pixel: Pixel = picture.layout().format.parse().map_err(|_| missing())?;
        let code = ffi::AVPixelFormat::from(pixel) as i32;
        let mut graph = ffmpeg::filter::Graph::new();
        let shape = format!(
            "video_size={}x{}:pix_fmt={code}:time_base=1/1:pixel_aspect=1/1",
            picture.width(),
            picture.height()
        );
        graph.add(&ffmpeg::filter::find("buffer").ok_or_else(missing)?, "in", &shape).map_err(filter)?;
        graph.add(&ffmpeg::filter::find("buffersink").ok_or_else(missing)?, "out", "").map_err(filter)?;
        graph
            .output("in", 0)
            .and_then(|p| p.input("out", 0))
            .map_err(filter)?
            .parse("bwdif=mode=send_frame:parity=auto:deint=interlaced")
            .map_err(filter)?;
        graph.validate().map_err(filter)?;
        Ok(Deinterlacer { graph, format: picture.layout().format.clone(), next: 0, ended: false })
    }

    /// Number of the frame that comes out next, if they come without gaps.
    pub fn next(&self) -> i64 {
        self.next
    }

    /// Whether the end was told.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Takes frame `number`; `fields` says whether the upper field comes first, `None` of a whole frame.
    pub fn push(&mut self, picture: &Raster, number: i64, fields: Option<bool>) -> Result<(), DeinterlaceError> {
        let mut frame = reference(picture.frame()).map_err(filter)?;
        frame.set_pts(Some(number));
        mark(&mut frame, fields);
        self.graph.get("in").expect("it was added").source().add(&frame).map_err(filter)
    }

    /// Tells that no frame follows.
    pub fn end(&mut self) -> Result<(), DeinterlaceError> {
        self.ended = true;
        self.graph.get("in").expect("it was added").source().flush().map_err(filter)
    }

    /// The next whole frame with its number, if one is ready.
    pub fn pull(&mut self) -> Result<Option<(i64, Raster)>, DeinterlaceError> {
        let mut frame = ffmpeg::frame::Video::empty();
        match self.graph.get("out").expect("it was added").sink().frame(&mut frame) {
            Ok(()) => {}
            Err(ffmpeg::Error::Eof | ffmpeg::Error::Other { errno: ffmpeg::error::EAGAIN }) => return Ok(None),
            Err(e) => return Err(filter(e)),
        }
        // The filter may count in half frames.
        let out = self.graph.get("out").expect("it was added");
        // SAFETY: a filter of a graph that was validated.
        let base = unsafe { ffi::av_buffersink_get_time_base(out.as_ptr()) };
        let number = frame.pts().map_or(self.next, |pts| pts * i64::from(base.num) / i64::from(base.den));
        self.next = number + 1;
        mark(&mut frame, None);
        Ok(Some((number, Raster::share(&frame, &self.format)?)))
    }
}

/// Frames from `first` on, `count` of them or as many as there are, as whole pictures, each given to `each` in order: where a
/// frame is flagged as interlaced, the fields from there on are joined.
pub fn whole(
    pictures: &mut Pictures,
    first: i64,
    count: usize,
    mut each: impl FnMut(&Raster),
) -> Result<(), WholeError> {
    let mut unpacker = Unpacker::default();
    let mut made = 0;
    pictures.seek(first)?;
    while made < count {
        let Some(picture) = pictures.next()? else { return Ok(()) };
        if picture.interlaced() {
            return joined(pictures, first + made as i64, count - made, &mut unpacker, each);
        }
        each(&unpacker.unpack(&picture)?);
        made += 1;
    }
    Ok(())
}

/// The same from a frame that is interlaced: the filter wants the frames around it as well.
fn joined(
    pictures: &mut Pictures,
    first: i64,
    count: usize,
    unpacker: &mut Unpacker,
    mut each: impl FnMut(&Raster),
) -> Result<(), WholeError> {
    let mut fields: Option<Deinterlacer> = None;
    let mut made = 0;
    pictures.seek((first - 2).max(0))?;
    loop {
        let picture = pictures.next()?;
        match (&picture, &mut fields) {
            (Some(picture), fields) => {
                let raster = unpacker.unpack(picture)?;
                let fields = match fields {
                    Some(fields) => fields,
                    None => fields.insert(Deinterlacer::new(&raster)?),
                };
                fields.push(&raster, picture.number(), picture.interlaced().then(|| picture.top_first()))?;
            }
            (None, Some(fields)) if !fields.ended() => fields.end()?,
            (None, _) => return Ok(()),
        }
        while let Some((number, raster)) = fields.as_mut().map_or(Ok(None), Deinterlacer::pull)? {
            if number >= first {
                each(&raster);
                made += 1;
            }
            if made == count {
                return Ok(());
            }
        }
    }
}

/// Why frames could not be read as whole pictures.
#[derive(Debug, thiserror::Error)]
pub enum WholeError {
    /// They cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// They cannot be unpacked.
    #[error(transparent)]
    Scale(#[from] ScaleError),
    /// Their fields cannot be joined.
    #[error(transparent)]
    Fields(#[from] DeinterlaceError),
}

/// Writes the flags of fields into a frame.
#[allow(deprecated)] // the fields that FFmpeg 4.4 to 7.1 all have
fn mark(frame: &mut ffmpeg::frame::Video, fields: Option<bool>) {
    // SAFETY: plain fields of a frame that is ours.
    unsafe {
        let f = frame.as_mut_ptr();
        (*f).interlaced_frame = i32::from(fields.is_some());
        (*f).top_field_first = i32::from(fields.unwrap_or(false));
    }
}
