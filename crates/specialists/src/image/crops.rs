//! Material to learn from: small pieces of film taken by the decode worker, each five frames long, with the same piece as a
//! compressed copy would have it. One file a reel, whole or not there, fixed by what was asked of it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use film::{Color, ContentHash, Rate};
use jobs::{Cancel, Progress, Unit, Whole};
use media::deinterlace::whole;
use media::encode::{Codec, Writer, WriterSpec};
use media::scale::Unpacker;
use media::yard::Refusal;
use media::{Pictures, PicturesOptions, Raster, Skip};
use serde::{Deserialize, Serialize};

use super::grain::{Ar, Covariance};
use super::noise::{Measured, measure};
use super::plane::Plane;
use super::synth::hash;
use crate::split::Role;

/// Side of a piece.
pub const SIDE: usize = 96;
/// Frames of a piece.
pub const DEEP: usize = 5;
/// Frames that are coded for one window; the piece is taken from their middle.
pub const WINDOW: usize = 13;
/// Bytes of a piece, clean and coded.
const BYTES: usize = 2 * DEEP * SIDE * SIDE;
/// Quantizers of the coded copies.
pub const QP: std::ops::RangeInclusive<u8> = 30..=44;
/// Raised when pieces are made in another way, so that old files are not taken for new.
const VERSION: u32 = 2;
/// Deviation of grain, 8-bit codes, above which a picture is no clean end of a lesson, and its grain worth learning from.
pub const GRAINY: f32 = 2.0;
/// Deviation above which a picture is taken smaller, where there is room.
const FINE: f32 = 1.2;

/// What a worker is asked to take from a reel.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GatherJob {
    /// The reel's file.
    pub path: PathBuf,
    /// Where the pieces go.
    pub out: PathBuf,
    /// Windows of [`WINDOW`] frames.
    pub windows: Vec<Place>,
    /// Pieces of each window.
    pub pieces: usize,
    /// Active picture, fractions `[left, top, right, bottom]`.
    pub active: [f32; 4],
    /// Seed of where pieces lie and how they are coded.
    pub seed: u64,
}

/// A window of film.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// First of its [`WINDOW`] frames, the reel's own.
    pub frame: i64,
    /// Shot.
    pub shot: u32,
    /// Group of shots that look alike.
    pub setup: u32,
    /// What it may be used for.
    pub role: Role,
}

/// A piece in a file.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// Where it comes from.
    pub place: Place,
    /// Its quantizer in the coded copy.
    pub qp: u8,
    /// Grain it had already, deviation in 8-bit codes.
    pub grain: f32,
}

#[derive(Serialize, Deserialize)]
struct Head {
    version: u32,
    pieces: Vec<Piece>,
    grain: Option<Ar>,
}

/// A file of pieces.
#[derive(Debug)]
pub struct Crops {
    file: File,
    start: u64,
    /// What it holds.
    pub pieces: Vec<Piece>,
    /// Shape of the reel's own grain, at the size of the film, where what may be learned from is grainy.
    pub grain: Option<Ar>,
}

/// Pixels of one piece: five clean frames and five coded ones.
pub struct Pixels {
    bytes: Vec<u8>,
}

impl Pixels {
    /// Clean frame `i` of five.
    pub fn clean(&self, i: usize) -> Plane {
        Plane::of_bytes(SIDE, SIDE, &self.bytes[i * SIDE * SIDE..][..SIDE * SIDE])
    }

    /// The same frame, compressed.
    pub fn coded(&self, i: usize) -> Plane {
        Plane::of_bytes(SIDE, SIDE, &self.bytes[(DEEP + i) * SIDE * SIDE..][..SIDE * SIDE])
    }
}

impl GatherJob {
    /// What the pieces depend on, beside the reel's own hash.
    pub fn recipe(&self) -> ContentHash {
        let parts = (VERSION, &self.windows, self.pieces, self.active, self.seed);
        ContentHash::of(&serde_json::to_vec(&parts).expect("plain data"))
    }
}

impl Crops {
    /// Opens a file of pieces; an error says that it is not one, or not whole.
    pub fn open(path: &Path) -> io::Result<Crops> {
        let file = File::open(path)?;
        let bad =
            || io::Error::new(io::ErrorKind::InvalidData, "not a whole file of pieces; remove it and run this again");
        let mut length = [0u8; 8];
        file.read_exact_at(&mut length, 0).map_err(|_| bad())?;
        let length = u64::from_le_bytes(length);
        let size = file.metadata()?.len();
        if length > size {
            return Err(bad());
        }
        let mut head = vec![0u8; length as usize];
        file.read_exact_at(&mut head, 8).map_err(|_| bad())?;
        let head: Head = serde_json::from_slice(&head).map_err(|_| bad())?;
        let start = 8 + length;
        if head.version != VERSION || size != start + (head.pieces.len() * BYTES) as u64 {
            return Err(bad());
        }
        Ok(Crops { file, start, pieces: head.pieces, grain: head.grain })
    }

    /// Reads piece `i`.
    pub fn read(&self, i: usize) -> io::Result<Pixels> {
        let mut bytes = vec![0u8; BYTES];
        self.file.read_exact_at(&mut bytes, self.start + (i * BYTES) as u64)?;
        Ok(Pixels { bytes })
    }
}

/// The worker's side: takes the pieces of one reel.
pub fn gather(job: &GatherJob, progress: &dyn Progress, cancel: &Cancel) -> Result<usize, Refusal> {
    let refuse = |reason: String| Refusal { reason, remedy: "copy the file again, or ingest it anew".to_owned() };
    let probe = media::probe(&job.path).map_err(|e| refuse(e.reason()))?;
    let index = media::index(&job.path, &probe).map_err(|e| refuse(e.reason()))?;
    let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
    let mut pictures = Pictures::open(&job.path, &probe, &index, options).map_err(|e| refuse(e.to_string()))?;
    let id = format!("{} pieces", job.path.display());
    progress.begin(&id, "taking pieces", Some(job.windows.len() as u64), Unit::Steps);
    let (mut pieces, mut bytes) = (Vec::new(), Vec::new());
    let mut own = Covariance::default();
    for (n, place) in job.windows.iter().enumerate() {
        if cancel.check().is_err() {
            return Err(refuse("interrupted".to_owned()));
        }
        progress.at(&id, n as u64);
        let mut frames = Vec::new();
        whole(&mut pictures, place.frame, WINDOW, |raster| frames.push(Plane::of_raster(raster, 0)))
            .map_err(|e| refuse(e.to_string()))?;
        // A reel that ends early has no more windows.
        if frames.len() == WINDOW {
            let found = seen(&frames);
            // What is held out shapes no lesson.
            if let Some(m) = found.as_ref().filter(|m| place.role == Role::Train && m.by_time && m.deviation() > GRAINY)
            {
                own.join(&m.luma);
            }
            let grain = found.map_or(0.0, |m| m.deviation());
            take(job, n, place, (frames, grain), &mut pieces, &mut bytes).map_err(refuse)?;
        }
    }
    let grain = (own.pairs > 0.0).then(|| Ar::fit(&own));
    let head = serde_json::to_vec(&Head { version: VERSION, pieces, grain }).expect("plain data");
    let count = bytes.len() / BYTES;
    let write = || -> io::Result<()> {
        let whole = Whole::begin(&job.out)?;
        let mut file = File::create(whole.part())?;
        file.write_all(&(head.len() as u64).to_le_bytes())?;
        file.write_all(&head)?;
        file.write_all(&bytes)?;
        whole.keep()
    };
    write().map_err(|e| Refusal {
        reason: format!("{} cannot be written: {e}", job.out.display()),
        remedy: "make room on that disk and run this again".to_owned(),
    })?;
    progress.end(&id);
    Ok(count)
}

/// Grain of a window.
fn seen(frames: &[Plane]) -> Option<Measured> {
    measure(&frames[..4].iter().map(|f| vec![f.clone()]).collect::<Vec<_>>())
}

/// Pieces of one window, whose frames have so much grain.
fn take(
    job: &GatherJob,
    n: usize,
    place: &Place,
    (mut frames, mut grain): (Vec<Plane>, f32),
    pieces: &mut Vec<Piece>,
    bytes: &mut Vec<u8>,
) -> Result<(), String> {
    let seed = hash(job.seed, n as u64);
    let [left, top, right, bottom] = job.active;
    let active = |f: &Plane| {
        let (w, h) = (f.width as f32, f.height as f32);
        (((right - left) * w) as usize, ((bottom - top) * h) as usize)
    };
    // Large pictures are taken at half their size, grainy ones at a half, a quarter and so on while there is room for a piece
    // in more than one place: each halving leaves some quarter of the grain's variance.
    let mut first = true;
    loop {
        let (wide, tall) = active(&frames[0]);
        let room = wide.min(tall) / 2 >= SIDE + 32;
        if !(first && wide >= 1280 || grain > FINE && room) {
            break;
        }
        frames = frames.iter().map(Plane::halved).collect();
        // Coarse grain loses less than fine grain does.
        grain = if grain > FINE { seen(&frames).map_or(0.0, |m| m.deviation()) } else { grain / 2.0 };
        first = false;
    }
    let (w, h) = (frames[0].width, frames[0].height);
    let (x0, y0) = ((left * w as f32).ceil() as usize, (top * h as f32).ceil() as usize);
    let (wide, tall) = active(&frames[0]);
    let (rw, rh) = (wide.min(640) / 16 * 16, tall.min(384) / 16 * 16);
    if rw < SIDE || rh < SIDE {
        return Ok(());
    }
    let place_in = |room: usize, k: u64| if room == 0 { 0 } else { (hash(seed, k) % (room as u64 + 1)) as usize };
    let (rx, ry) = (x0 + place_in(wide - rw, 1), y0 + place_in(tall - rh, 2));
    let region: Vec<Plane> = frames
        .iter()
        .map(|f| {
            let mut part = f.part(rx.min(w - rw), ry.min(h - rh), rw, rh);
            part.data.iter_mut().for_each(|v| *v = v.round());
            part
        })
        .collect();
    let qp = QP.start() + (hash(seed, 3) % u64::from(QP.end() - QP.start() + 1)) as u8;
    let coded = code(&region, qp, &job.out)?;
    let first = (WINDOW - DEEP) / 2;
    let middle = &region[first + DEEP / 2];
    for k in 0..job.pieces as u64 {
        // Of three places, the one with the most to see: skies teach little.
        let tries = (0..3).map(|t| {
            let (x, y) = (place_in(rw - SIDE, 10 + 8 * k + 2 * t), place_in(rh - SIDE, 11 + 8 * k + 2 * t));
            (busy(&middle.part(x, y, SIDE, SIDE)), x, y)
        });
        let Some((_, x, y)) = tries.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        for set in [&region, &coded] {
            for f in &set[first..first + DEEP] {
                bytes.extend(f.part(x, y, SIDE, SIDE).data.iter().map(|v| *v as u8));
            }
        }
        pieces.push(Piece { place: *place, qp, grain });
    }
    Ok(())
}

/// Mean difference of neighbours.
fn busy(p: &Plane) -> f32 {
    p.data.windows(2).map(|v| (v[0] - v[1]).abs()).sum()
}

/// The frames as H.264 at a constant quantizer leaves them.
fn code(frames: &[Plane], qp: u8, near: &Path) -> Result<Vec<Plane>, String> {
    let (w, h) = (frames[0].width as u32, frames[0].height as u32);
    let file = near.with_extension("coded.mp4");
    let spec = WriterSpec {
        codec: Codec::H264,
        width: w,
        height: h,
        rate: Rate::FILM,
        format: "yuv420p".to_owned(),
        color: Color::default(),
        aspect: (1, 1),
        sound: false,
        crf: 23,
        qp: Some(qp),
        preset: "fast".to_owned(),
        timecode: None,
        metadata: Vec::new(),
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
    }
    let mut writer = Writer::create(&file, &spec).map_err(|e| e.to_string())?;
    for frame in frames {
        let mut raster = Raster::new("yuv420p", w, h).map_err(|e| e.to_string())?;
        raster.fill(&[16, 128, 128]);
        frame.into_raster(&mut raster, 0, None);
        writer.picture(&raster).map_err(|e| e.to_string())?;
    }
    writer.finish().map_err(|e| e.to_string())?;
    let probe = media::probe(&file).map_err(|e| e.reason())?;
    let index = media::index(&file, &probe).map_err(|e| e.reason())?;
    let options = PicturesOptions { threads: 1, skip: Skip::Nothing };
    let mut pictures = Pictures::open(&file, &probe, &index, options).map_err(|e| e.to_string())?;
    let mut unpacker = Unpacker::default();
    let mut out = Vec::new();
    while let Some(picture) = pictures.next().map_err(|e| e.to_string())? {
        out.push(Plane::of_raster(&unpacker.unpack(&picture).map_err(|e| e.to_string())?, 0));
    }
    // A file of ours in our own folder; left behind it would only take room.
    let _ = std::fs::remove_file(&file);
    if out.len() == frames.len() {
        Ok(out)
    } else {
        Err(format!("{} frames were coded and {} came back", frames.len(), out.len()))
    }
}

/// The job `gather` as a worker does it.
pub(crate) fn work(
    job: serde_json::Value,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<serde_json::Value, Refusal> {
    let job: GatherJob = serde_json::from_value(job).map_err(|e| Refusal {
        reason: format!("the job cannot be read: {e}"),
        remedy: "install one version of Bottega".to_owned(),
    })?;
    Ok(gather(&job, progress, cancel)?.into())
}

#[cfg(test)]
mod tests {
    use super::super::grain::PlaneGrain;
    use super::super::synth::add;
    use super::*;

    /// A film that drifts slowly, with so much grain, and what is taken of its middle for `role`.
    fn taken(folder: &Path, (width, height): (u32, u32), deviation: f32, role: Role) -> Crops {
        let path = folder.join(format!("{width}-{deviation}-{role:?}.mkv"));
        let spec = WriterSpec {
            codec: Codec::Ffv1,
            width,
            height,
            rate: Rate::FILM,
            format: "yuv420p".to_owned(),
            color: Color::default(),
            aspect: (1, 1),
            sound: false,
            crf: 0,
            qp: None,
            preset: "fast".to_owned(),
            timecode: None,
            metadata: Vec::new(),
        };
        let (w, h) = (width as usize, height as usize);
        let mut writer = Writer::create(&path, &spec).unwrap();
        for i in 0..WINDOW + 2 {
            let light = |x: usize, y: usize| 120.0 + 50.0 * ((x + i) as f32 * 0.02).sin() * (y as f32 * 0.03).cos();
            let clean = Plane { width: w, height: h, data: (0..w * h).map(|k| light(k % w, k / w)).collect() };
            let mut shown = clean.clone();
            add(&mut shown, &clean, &PlaneGrain::even(deviation, Ar::soft(0.3)), 40 + i as u64);
            let mut raster = Raster::new("yuv420p", width, height).unwrap();
            raster.fill(&[16, 128, 128]);
            shown.into_raster(&mut raster, 0, None);
            writer.picture(&raster).unwrap();
        }
        writer.finish().unwrap();
        let out = path.with_extension("pieces");
        let job = GatherJob {
            path,
            out: out.clone(),
            windows: vec![Place { frame: 1, shot: 0, setup: 0, role }],
            pieces: 4,
            active: [0.0, 0.0, 1.0, 1.0],
            seed: 1,
        };
        assert_eq!(gather(&job, &jobs::Silent, &Cancel::new()).unwrap(), 4);
        Crops::open(&out).unwrap()
    }

    #[test]
    fn a_grainy_film_is_taken_smaller_until_it_is_clean_and_its_grain_is_kept() {
        media::hush();
        let folder = tempfile::tempdir().unwrap();
        // Halved once it would still have too much.
        let much = taken(folder.path(), (1088, 616), 5.0, Role::Train);
        assert!(much.pieces.iter().all(|p| p.grain <= GRAINY), "{}", much.pieces[0].grain);
        let own = much.grain.as_ref().expect("it is grainy");
        assert!((own.weights[23] - Ar::soft(0.3).weights[23]).abs() < 0.2, "{own:?}");
        // Where there is no room it is taken as it is, and said to be grainy; what is held out shapes no lesson.
        let small = taken(folder.path(), (160, 128), 7.0, Role::Test);
        assert!(small.pieces.iter().all(|p| p.grain > GRAINY) && small.grain.is_none());
        assert!(taken(folder.path(), (320, 192), 0.0, Role::Train).grain.is_none());
    }
}
