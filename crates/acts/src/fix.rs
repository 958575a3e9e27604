//! Mending a film: its grain, what compression did to it, its size.

use std::io;
use std::path::{Path, PathBuf};

use catalogue::{LibraryError, LookupError};
use film::ContentHash;
use jobs::{Cancel, Progress, Whole};
use media::encode::Codec;
use media::yard::{Refusal, YardError};
use render::fix::Net;
use render::{FixSpec, Fixed};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use specialists::image::task::Task;

use crate::length::LengthError;
use crate::specialists::choose;
use crate::yard::{job, limits, refusal, reply};
use crate::{House, Length};

/// What a person asks of a mending.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Grain taken away: how much, 0 to 1.
    pub degrain: Option<f32>,
    /// Traces of compression taken away: of which quantizer; `Some(None)` asks the film itself.
    pub deblock: Option<Option<f32>>,
    /// Twice the size.
    pub upscale: bool,
    /// The film's own grain put back: how much of it.
    pub regrain: Option<f32>,
    /// A grain to put on in place of its own.
    pub grain: Option<specialists::image::grain::GrainModel>,
    /// No learned nets.
    pub classical: bool,
    /// From where.
    pub from: Option<Length>,
    /// For how long.
    pub length: Option<Length>,
    /// Seed of the grain.
    pub seed: u64,
    /// Codec and container.
    pub codec: Codec,
    /// Constant rate factor of H.264.
    pub crf: u8,
}

/// The preset of x264 that films are written with: at one quality its pictures are as good as those of slower ones, and no
/// larger, once their grain is gone.
const PRESET: &str = "veryfast";

/// What was mended.
#[derive(Debug, Serialize)]
pub struct Mended {
    /// The film and how it was made.
    #[serde(flatten)]
    pub fixed: Fixed,
    /// Quantizer that was found or given.
    pub quantizer: Option<f32>,
    /// Source and result side by side.
    pub sheet: PathBuf,
    /// How it was made, to make it again.
    pub recipe: PathBuf,
}

/// Why nothing was mended.
#[derive(Debug, thiserror::Error)]
pub enum FixActError {
    /// Neither a file nor a title.
    #[error("{path} could not be opened: {error}; give a film's path, or a title and shot of the library such as \"Nosferatu#4\"", path = path.display())]
    NotThere {
        /// What was given.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Not a shot of that title.
    #[error("{title} has {shots} shots, and #{asked} was asked for; `bottega shots` lists them")]
    NoShot {
        /// The title.
        title: String,
        /// Shots it has.
        shots: usize,
        /// What was asked for.
        asked: String,
    },
    /// No such title.
    #[error(transparent)]
    Title(#[from] LookupError),
    /// The library cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// No such length.
    #[error(transparent)]
    Length(#[from] LengthError),
    /// Nothing was asked for.
    #[error("nothing to do was named; add --degrain, --deblock, --upscale 2x or --regrain")]
    Nothing,
    /// The result would lie on the source.
    #[error("{} is the film itself; choose another name with -o", .0.display())]
    OnItself(PathBuf),
    /// The worker said no, or could not go on.
    #[error("{path}: {error}", path = path.display())]
    Worker {
        /// The film.
        path: PathBuf,
        /// Why.
        error: YardError,
    },
    /// A file could not be written.
    #[error("{path} cannot be written: {error}; choose another folder with -o, or make room", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

#[derive(Serialize, Deserialize)]
struct Job {
    path: PathBuf,
    spec: FixSpec,
    /// Whether the quantizer is asked of the film.
    ask: bool,
    from: Option<Length>,
    length: Option<Length>,
    out: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    fixed: Fixed,
    quantizer: Option<f32>,
    /// What was asked, with what the film itself decided.
    spec: FixSpec,
}

/// How a film was made better, beside it.
#[derive(Serialize)]
struct Recipe<'a> {
    /// Version of Bottega.
    program: &'a str,
    /// The film it was made from.
    source: &'a Path,
    /// Its content.
    source_hash: ContentHash,
    /// What came of it, by its content: whoever has both knows that the film was mended.
    film_hash: ContentHash,
    /// What was done: with the part of the film and the quantizer that were found.
    spec: &'a FixSpec,
    /// Nets that ran, by task.
    nets: Vec<(Task, Option<ContentHash>)>,
    /// What was done, and the grain that was found.
    made: &'a Fixed,
}

/// A film, or a part of one, as a person names it: a path, or `Title` or `Title#shot` of the library.
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) range: Option<(i64, i64)>,
    pub(crate) cuts: Vec<i64>,
}

/// Finds what `named` names.
pub(crate) fn source(house: Option<&House>, named: &Path) -> Result<Source, FixActError> {
    match named.canonicalize() {
        Ok(path) => Ok(Source { path, range: None, cuts: Vec::new() }),
        Err(error) => {
            let (Some(house), Some(text)) = (house, named.to_str()) else {
                return Err(FixActError::NotThere { path: named.to_owned(), error });
            };
            let (title, shot) = match text.rsplit_once('#') {
                Some((title, shot)) => (title, Some(shot)),
                None => (text, None),
            };
            let title = match house.library().title(title) {
                Ok(title) => title,
                Err(_) if text.contains('/') || named.extension().is_some() => {
                    return Err(FixActError::NotThere { path: named.to_owned(), error });
                }
                Err(e) => return Err(e.into()),
            };
            let snapshot = house.library().snapshot(&title)?;
            let (reel, asked) = match shot.and_then(|s| s.split_once(':')) {
                Some((reel, shot)) => (reel.parse::<usize>().ok().and_then(|n| n.checked_sub(1)), Some(shot)),
                None => (Some(0), shot),
            };
            let none = || FixActError::NoShot {
                title: title.name.clone(),
                shots: snapshot.reels.iter().map(|r| r.shots.len()).sum(),
                asked: shot.unwrap_or_default().to_owned(),
            };
            let reel = reel.and_then(|n| snapshot.reels.get(n)).ok_or_else(none)?;
            let own = |frame: i64| reel.clock.frame_at(frame);
            let range = match asked {
                None => None,
                Some(shot) => {
                    let shot = shot.parse::<usize>().ok().and_then(|n| reel.shots.get(n)).ok_or_else(none)?;
                    let range = if shot.clean.len() >= 2 { shot.clean } else { shot.range };
                    Some((own(range.start()), own(range.end() - 1) + 1))
                }
            };
            let cuts = reel.shots.iter().map(|s| own(s.range.start())).collect();
            Ok(Source { path: reel.path.clone(), range, cuts })
        }
    }
}

/// Mends the film `named` into `out`.
pub fn fix(
    house: Option<&House>,
    named: &Path,
    wish: &Wish,
    out: &Path,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<Mended, FixActError> {
    if wish.degrain.is_none() && wish.deblock.is_none() && !wish.upscale && wish.regrain.is_none() {
        return Err(FixActError::Nothing);
    }
    let write = |path: &Path| {
        let path = path.to_owned();
        move |error| FixActError::Write { path, error }
    };
    let source = source(house, named)?;
    let out = std::path::absolute(out).map_err(write(out))?;
    if out.canonicalize().is_ok_and(|there| there == source.path) {
        return Err(FixActError::OnItself(out));
    }
    let sheet = beside(&out, "sheet.png");
    let recipe = beside(&out, RECIPE);
    let mut nets = Vec::new();
    let mut hashes = Vec::new();
    let mut read = vec![source.path.clone()];
    for task in Task::ALL {
        let asked = match task {
            Task::Denoise => wish.degrain.is_some(),
            Task::Deblock => wish.deblock.is_some(),
            Task::Upscale => wish.upscale,
        };
        if !asked {
            continue;
        }
        let (net, hash) = match wish.classical {
            true => (Net::None("--classical was asked for".to_owned()), None),
            false => choose(house, task, progress, cancel),
        };
        match &net {
            Net::File(path) => read.push(path.clone()),
            // The page, and the net beside it.
            Net::Brought(page) => read.extend(page.parent().map(Path::to_owned)),
            Net::Base | Net::None(_) => {}
        }
        hashes.push((task, hash));
        nets.push((task, net));
    }
    read.extend(neural::engine::needs());
    let (start, end) = source.range.map_or((0, None), |(a, b)| (a, Some(b)));
    let spec = FixSpec {
        codec: wish.codec,
        degrain: wish.degrain,
        deblock: wish.deblock.map(|qp| qp.unwrap_or(FALLBACK)),
        upscale: wish.upscale,
        regrain: wish.regrain,
        grain: wish.grain.clone(),
        seed: wish.seed,
        start,
        end,
        cuts: source.cuts.clone(),
        nets,
        threads: crate::train::cores(),
        crf: wish.crf,
        preset: PRESET.to_owned(),
        sheet: Some(sheet.clone()),
    };
    let job = Job {
        path: source.path.clone(),
        spec: spec.clone(),
        ask: wish.deblock == Some(None),
        from: wish.from.clone(),
        length: wish.length.clone(),
        out: out.clone(),
    };
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder).map_err(write(&out))?;
    }
    let program = crate::house::workers()
        .map_err(|e| FixActError::Write { path: out.clone(), error: io::Error::other(e) })?
        .program;
    let answer: Answer = media::yard::call(&program, "fix", &job, &limits(read, &[&out]), progress, cancel)
        .map_err(|error| FixActError::Worker { path: source.path.clone(), error })?;
    let page = Recipe {
        program: env!("CARGO_PKG_VERSION"),
        source: &source.path,
        source_hash: hash_of(&source.path)?,
        film_hash: hash_of(&out)?,
        spec: &answer.spec,
        nets: hashes,
        made: &answer.fixed,
    };
    let bytes = serde_json::to_vec_pretty(&page)
        .map_err(|e| FixActError::Write { path: recipe.clone(), error: io::Error::other(e) })?;
    Whole::write(&recipe, &bytes).map_err(write(&recipe))?;
    Ok(Mended { fixed: answer.fixed, quantizer: answer.quantizer, sheet, recipe })
}

/// Ending of the file that says how a film was made.
const RECIPE: &str = "recipe.json";
/// The quantizer taken where the film does not say its own.
const FALLBACK: f32 = 34.0;

/// `clean.mov` and `sheet.png` make `clean.mov.sheet.png`, so that films of one name and two endings do not share it.
fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    out.with_file_name(name)
}

fn hash_of(path: &Path) -> Result<ContentHash, FixActError> {
    ContentHash::of_whole_file(path).map_err(|error| FixActError::NotThere { path: path.to_owned(), error })
}

/// Whether the film at `path`, of this content, was made by a mending: its recipe lies beside it.
pub(crate) fn is_mended(path: &Path, hash: ContentHash) -> bool {
    #[derive(Deserialize)]
    struct Made {
        film_hash: ContentHash,
    }
    let recipe = std::fs::read(beside(path, RECIPE)).ok();
    recipe.and_then(|bytes| serde_json::from_slice::<Made>(&bytes).ok()).is_some_and(|made| made.film_hash == hash)
}

/// Places at which a film is asked how hard it was compressed.
const PLACES: i64 = 5;

/// The worker's side.
pub(crate) fn work(value: Value, progress: &dyn Progress, cancel: &Cancel) -> Result<Value, Refusal> {
    let Job { path, mut spec, ask, from, length, out } = job(value)?;
    const WHOLE: &str = "give a film that plays from start to end";
    let no = |e: String| refusal(e, WHOLE);
    let probe = media::probe(&path).map_err(|e| refusal(e.reason(), e.remedy()))?;
    let index = media::index(&path, &probe).map_err(|e| refusal(e.reason(), e.remedy()))?;
    let rate = index.clock.rate();
    if let Some(from) = from {
        let at = from.frames(rate).map_err(|e| refusal(e.to_string(), "write it as 60s, 1440f or a timecode"))?;
        let grid = index.clock.grid_at(spec.start) + at;
        if grid >= index.clock.grid_len() {
            return Err(refusal(
                format!("it was to begin at frame {grid}, and the film has {} frames", index.frames()),
                "name an earlier start, or leave it out",
            ));
        }
        spec.start = index.clock.frame_at(grid);
    }
    if let Some(length) = length {
        let long = length.frames(rate).map_err(|e| refusal(e.to_string(), "write it as 60s, 1440f or a timecode"))?;
        let end = index.clock.frame_at(index.clock.grid_at(spec.start.min(index.clock.frames() - 1)) + long - 1) + 1;
        spec.end = Some(spec.end.map_or(end, |e| e.min(end)));
    }
    let mut notes = Vec::new();
    if ask {
        // A few frames here and there say how hard it was compressed; a logo or black at the beginning alone does not.
        let end = spec.end.unwrap_or(index.frames()).min(index.frames());
        let start = spec.start.min(end - 1).max(0);
        let mut found = Vec::new();
        for part in 0..PLACES {
            let at = start + (end - start) * (2 * part + 1) / (2 * PLACES);
            let here = media::quantizer::quantizer(&path, &probe, &index, at, 12).map_err(|e| no(e.to_string()))?;
            found.extend(here);
        }
        found.sort_unstable_by(f32::total_cmp);
        match found.get(found.len() / 2) {
            Some(qp) => spec.deblock = Some(*qp),
            None => notes.push(format!(
                "the film's codec does not say how hard it was compressed; {FALLBACK} was taken (name another with --deblock=QP)"
            )),
        }
    }
    let quantizer = spec.deblock;
    let mut fixed = render::fix(&path, &probe, &index, &spec, &out, progress, cancel).map_err(|e| match &e {
        render::FixError::Write { .. } | render::FixError::Encode(_) => {
            refusal(e.to_string(), "choose another place with -o, or make room")
        }
        render::FixError::Unsupported(_) => refusal(e.to_string(), "scale it to another size first"),
        render::FixError::Empty { .. } => refusal(e.to_string(), "name an earlier start, or leave it out"),
        _ => no(e.to_string()),
    })?;
    fixed.notes.extend(notes);
    reply(&Answer { fixed, quantizer, spec })
}
