//! A reel being read: frame so-and-so, exactly.

use std::path::{Path, PathBuf};

use film::Clock;
use media::deinterlace::Deinterlacer;
use media::probe::{PictureStream, Probe, Scan, probe};
use media::scale::Unpacker;
use media::{Index, Picture, Pictures, PicturesOptions, Raster, Skip};

/// Why a reel could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReelError {
    /// It is not what it was.
    #[error(transparent)]
    Probe(#[from] media::probe::ProbeError),
    /// No picture in it.
    #[error("{} has no picture", .0.display())]
    NoPicture(PathBuf),
    /// A frame could not be decoded.
    #[error(transparent)]
    Decode(#[from] media::DecodeError),
    /// A picture could not be worked on.
    #[error(transparent)]
    Scale(#[from] media::scale::ScaleError),
    /// Fields could not be joined.
    #[error(transparent)]
    Fields(#[from] media::deinterlace::DeinterlaceError),
}

/// A reel open for reading.
pub(crate) struct Reel {
    pub(crate) path: PathBuf,
    pub(crate) picture: PictureStream,
    pub(crate) clock: Clock,
    keyframes: Vec<i64>,
    pictures: Pictures,
    /// Number of the picture that comes next.
    next: i64,
    unpacker: Unpacker,
    last: Option<(i64, Raster)>,
    fields: Option<Deinterlacer>,
    /// Pictures are known to be made of fields.
    interlaced: bool,
    /// What a person should know.
    pub(crate) notes: Vec<String>,
}

impl Reel {
    pub(crate) fn open(path: &Path) -> Result<Reel, ReelError> {
        let probe = probe(path)?;
        Reel::of(path, &probe, &media::index(path, &probe)?)
    }

    /// Opens the film at `path`, which was looked into already.
    pub(crate) fn of(path: &Path, probe: &Probe, index: &Index) -> Result<Reel, ReelError> {
        let picture = probe.picture.clone().ok_or_else(|| ReelError::NoPicture(path.to_owned()))?;
        let pictures = Pictures::open(path, probe, index, PicturesOptions { threads: 0, skip: Skip::Nothing })?;
        let interlaced = matches!(picture.scan, Scan::TopFirst | Scan::BottomFirst);
        Ok(Reel {
            path: path.to_owned(),
            clock: index.clock.clone(),
            keyframes: index.keyframes.clone(),
            picture,
            pictures,
            next: 0,
            unpacker: Unpacker::default(),
            last: None,
            fields: None,
            interlaced,
            notes: Vec::new(),
        })
    }

    /// Number of the frame that shows at frame `source` of a grid at `rate`.
    pub(crate) fn number(&self, source: i64, rate: film::Rate) -> i64 {
        let own = self.clock.rate();
        self.clock.frame_at(if rate == own { source } else { rate.convert(source, own) })
    }

    /// Whether its pictures are made of fields.
    pub(crate) fn is_interlaced(&self) -> bool {
        self.interlaced
    }

    /// Whether reading on to `frame` is the shortest way to it.
    pub(crate) fn is_near(&self, frame: i64) -> bool {
        let key = self.keyframes.partition_point(|&k| k <= frame);
        frame >= self.next && key.checked_sub(1).is_none_or(|k| self.keyframes[k] <= self.next)
    }

    /// Frame `number` of the reel; past its end, the last.
    pub(crate) fn frame(&mut self, number: i64) -> Result<Raster, ReelError> {
        let number = number.clamp(0, (self.clock.frames() - 1).max(0));
        if let Some((_, raster)) = self.last.as_ref().filter(|(n, _)| *n == number) {
            return Ok(raster.clone());
        }
        let raster = if self.interlaced { self.whole(number)? } else { self.progressive(number)? };
        self.last = Some((number, raster.clone()));
        Ok(raster)
    }

    fn seek(&mut self, number: i64) -> Result<(), ReelError> {
        if !self.is_near(number) {
            self.pictures.seek(number)?;
            self.next = number;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<Option<Picture>, ReelError> {
        let picture = self.pictures.next()?;
        if let Some(p) = &picture {
            self.next = p.number() + 1;
        }
        Ok(picture)
    }

    fn progressive(&mut self, number: i64) -> Result<Raster, ReelError> {
        self.seek(number)?;
        loop {
            let Some(picture) = self.advance()? else { return self.held(number) };
            if picture.number() < number {
                continue;
            }
            if picture.interlaced() {
                self.interlaced = true;
                return self.whole(number);
            }
            if picture.number() > number {
                self.note(format!(
                    "frame {number} of {} cannot be decoded; the next one is shown in its place",
                    self.path.display()
                ));
            }
            return Ok(self.unpacker.unpack(&picture)?);
        }
    }

    /// Frame `number` with its fields joined, which takes the frames beside it.
    fn whole(&mut self, number: i64) -> Result<Raster, ReelError> {
        self.note(format!("{} is interlaced; its fields were joined to whole frames (bwdif)", self.path.display()));
        let going = self.fields.as_ref().is_some_and(|f| f.next() <= number && number < self.next + 8);
        if !going {
            let from = (number - 2).max(0);
            self.pictures.seek(from)?;
            self.next = from;
            self.fields = None;
        }
        loop {
            while let Some((n, raster)) = self.fields.as_mut().map_or(Ok(None), Deinterlacer::pull)? {
                if n >= number {
                    return Ok(raster);
                }
            }
            match self.advance()? {
                Some(picture) => {
                    let raster = self.unpacker.unpack(&picture)?;
                    if self.fields.is_none() {
                        self.fields = Some(Deinterlacer::new(&raster)?);
                    }
                    let fields = self.fields.as_mut().expect("just made");
                    fields.push(&raster, picture.number(), picture.interlaced().then(|| picture.top_first()))?;
                }
                None => match self.fields.as_mut() {
                    Some(fields) if !fields.ended() => fields.end()?,
                    _ => return self.held(number),
                },
            }
        }
    }

    fn held(&mut self, number: i64) -> Result<Raster, ReelError> {
        self.note(format!("{} ends before frame {number}; its last frame is held", self.path.display()));
        if let Some((_, raster)) = &self.last {
            return Ok(raster.clone());
        }
        if number == 0 {
            return Err(ReelError::NoPicture(self.path.clone()));
        }
        // The end was damaged: the last frame that can be read.
        self.pictures.seek((number - 1).max(0))?;
        self.next = number - 1;
        self.fields = None;
        if self.interlaced { self.whole(number - 1) } else { self.progressive(number - 1) }
    }

    fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
