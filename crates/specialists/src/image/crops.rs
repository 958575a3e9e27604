//! Material to learn from: small pieces of film taken by the decode worker, each five frames long, with the same piece as a
//! compressed copy would have it. One file a reel, whole or not there, fixed by what was asked of it.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use film::{Color, ContentHash, Rate};
use jobs::{Cancel, Progress, Unit, Whole};
use media::encode::{Codec, Writer, WriterSpec};
use media::scale::Unpacker;
use media::yard::Refusal;
use media::{Pictures, PicturesOptions, Raster, Skip};
use serde::{Deserialize, Serialize};

use super::noise::measure;
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
/// Raised when pieces are made in another way, so that old files are not taken for new.
const VERSION: u32 = 1;

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
}

/// A file of pieces.
#[derive(Debug)]
pub struct Crops {
    file: File,
    start: u64,
    /// What it holds.
    pub pieces: Vec<Piece>,
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
        Ok(Crops { file, start, pieces: head.pieces })
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
    let mut unpacker = Unpacker::default();
    let id = format!("{} pieces", job.path.display());
    progress.begin(&id, "taking pieces", Some(job.windows.len() as u64), Unit::Steps);
    let (mut pieces, mut bytes) = (Vec::new(), Vec::new());
    for (n, place) in job.windows.iter().enumerate() {
        if cancel.check().is_err() {
            return Err(refuse("interrupted".to_owned()));
        }
        progress.at(&id, n as u64);
        pictures.seek(place.frame).map_err(|e| refuse(e.to_string()))?;
        let mut frames = Vec::new();
        while frames.len() < WINDOW {
            let Some(picture) = pictures.next().map_err(|e| refuse(e.to_string()))? else { break };
            let raster = unpacker.unpack(&picture).map_err(|e| refuse(e.to_string()))?;
            frames.push(Plane::of_raster(&raster, 0));
        }
        // A reel that ends early has no more windows.
        if frames.len() == WINDOW {
            take(job, n, place, frames, &mut pieces, &mut bytes).map_err(refuse)?;
        }
    }
    let head = serde_json::to_vec(&Head { version: VERSION, pieces }).expect("plain data");
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

/// Pieces of one window.
fn take(
    job: &GatherJob,
    n: usize,
    place: &Place,
    frames: Vec<Plane>,
    pieces: &mut Vec<Piece>,
    bytes: &mut Vec<u8>,
) -> Result<(), String> {
    let seed = hash(job.seed, n as u64);
    let (w, h) = (frames[0].width, frames[0].height);
    let [left, top, right, bottom] = job.active;
    let (x0, y0) = ((left * w as f32).ceil() as usize, (top * h as f32).ceil() as usize);
    let (wide, tall) = (((right - left) * w as f32) as usize, ((bottom - top) * h as f32) as usize);
    // Large or grainy pictures are taken at half their size, which leaves a quarter of the grain's variance.
    let grain =
        measure(&frames[..4].iter().map(|f| vec![f.clone()]).collect::<Vec<_>>()).map_or(0.0, |m| m.deviation());
    let halve = wide >= 1280 || (grain > 1.2 && wide >= 4 * SIDE && tall >= 4 * SIDE);
    let times = if halve { 2 } else { 1 };
    let side = |most: usize, have: usize| most.min(have / times) / 16 * 16;
    let (rw, rh) = (side(640, wide), side(384, tall));
    if rw < SIDE || rh < SIDE {
        return Ok(());
    }
    let place_in = |room: usize, k: u64| if room == 0 { 0 } else { (hash(seed, k) % (room as u64 + 1)) as usize };
    let (rx, ry) = (x0 + place_in(wide - rw * times, 1), y0 + place_in(tall - rh * times, 2));
    let region: Vec<Plane> = frames
        .iter()
        .map(|f| {
            let part = f.part(rx.min(w - rw * times), ry.min(h - rh * times), rw * times, rh * times);
            let mut part = if halve { part.halved() } else { part };
            part.data.iter_mut().for_each(|v| *v = v.round());
            part
        })
        .collect();
    let qp = 30 + (hash(seed, 3) % 15) as u8;
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
        pieces.push(Piece { place: *place, qp, grain: if halve { grain / 2.0 } else { grain } });
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
