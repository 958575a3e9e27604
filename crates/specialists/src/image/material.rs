//! What a library offers to learn from: windows of its shots, taken by workers, each with its role.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{Depth, Library, LibraryError, Reel, Shot};
use film::ContentHash;
use jobs::{Cancel, Progress, Whole};
use media::yard::{Limits, YardError};
use rules::TrainingBasis;

use super::crops::{Crops, GatherJob, Place, WINDOW};
use super::grain::Ar;
use super::manifest;
use super::samples::{Bank, Pool, Source};
use super::task::Task;
use crate::split::{Group, Role, Split};

/// Windows of a library at most; more teach these nets nothing in the time they are given.
const WINDOWS: usize = 700;
/// Pieces of each window.
const PIECES: usize = 8;

/// Pieces of film, and where they come from.
#[derive(Clone)]
pub struct Material {
    files: Arc<Vec<Source>>,
    bank: Arc<Bank>,
    /// The list of it ([`manifest`]), shot by shot.
    pub list: Arc<str>,
    /// Hash of the list.
    pub manifest: ContentHash,
    /// Titles with something to learn from.
    pub taught: Vec<String>,
    /// Titles with something held out.
    pub held_out: Vec<String>,
    /// Seconds of film that pieces were taken from.
    pub seconds: f64,
}

/// Why there is nothing to learn from.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// The library cannot be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// A worker could not go on.
    #[error(transparent)]
    Worker(#[from] YardError),
    /// A file of ours cannot be used.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was wrong.
        error: std::io::Error,
    },
    /// No such title.
    #[error("no title is called `{0}`; `bottega titles` lists them")]
    NoTitle(String),
    /// Nothing fit.
    #[error(
        "the library holds no shot to learn from ({0}): a shot needs {WINDOW} frames that are no credits, no black and no \
         transition, at 96x96 or more; ingest films fully with `bottega ingest`"
    )]
    Nothing(String),
}

/// Where a library keeps its specialists.
pub fn folder(library: &Library) -> PathBuf {
    library.root().join(".bottega").join("specialists")
}

impl Material {
    /// Takes pieces of the shots of `basis`, of all titles that are read fully; what was taken before is not taken again.
    pub fn gather(
        basis: &TrainingBasis,
        library: &Library,
        program: &Path,
        hold_out: &[String],
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Material, MaterialError> {
        let titles = library.titles()?;
        for name in hold_out {
            if !titles.iter().any(|t| t.name == *name) {
                return Err(MaterialError::NoTitle(name.clone()));
            }
        }
        let mut reels: Vec<(String, ContentHash, Reel)> = Vec::new();
        for title in &titles {
            if title.reels.iter().any(|r| r.depth != Depth::Full) {
                progress.say(&format!(
                    "{} was read quickly and is left out; ingest it without --quick to learn from it",
                    title.name
                ));
                continue;
            }
            let key = title.reels[0].hash;
            reels.extend(library.snapshot(title)?.reels.into_iter().map(|reel| (title.name.clone(), key, reel)));
        }
        // No shot is even looked at without a basis to learn from it.
        let may: HashSet<(&str, u32)> =
            basis.allowed().iter().filter_map(|used| Some((used.reel.as_deref()?, used.shot?))).collect();
        for (_, _, reel) in &mut reels {
            let hash = reel.hash.to_string();
            reel.shots.retain(|shot| may.contains(&(hash.as_str(), shot.index)));
        }
        // Only what pieces are taken from: a role given to a shot that is too short would hold nothing out.
        let groups: Vec<Group> = reels
            .iter()
            .flat_map(|(_, title, reel)| {
                let shots = reel.shots.iter().filter(|s| room(s).is_some());
                shots.map(|s| Group { title: *title, setup: s.attributes.setup })
            })
            .collect();
        let held: Vec<ContentHash> =
            titles.iter().filter(|t| hold_out.contains(&t.name)).map(|t| t.reels[0].hash).collect();
        let roles = settle(library, &groups, &held)?;

        let mut jobs = Vec::new();
        for (name, title, reel) in &reels {
            jobs.push((name.clone(), reel.hash, job(reel, |setup| roles[&(*title, setup)])));
        }
        thin(&mut jobs);
        let home = folder(library).join("image").join("pieces");
        let mut files = Vec::new();
        let mut shots = Vec::new();
        for (name, hash, mut job) in jobs {
            if job.windows.is_empty() {
                continue;
            }
            let recipe = job.recipe();
            job.out = home.join(format!("{}-{}.pieces", hash.short(), recipe.short()));
            let crops = match Crops::open(&job.out) {
                Ok(crops) => crops,
                Err(_) => {
                    std::fs::create_dir_all(&home)
                        .map_err(|error| MaterialError::File { path: home.clone(), error })?;
                    let limits = Limits {
                        memory_bytes: 4 << 30,
                        seconds: 300,
                        cpu_seconds: None,
                        read: vec![job.path.clone(), home.clone()],
                        write: vec![home.clone()],
                    };
                    let taken: Result<usize, YardError> =
                        media::yard::call(program, "gather", &job, &limits, progress, cancel);
                    match taken {
                        Ok(_) => {}
                        // One reel that is gone does not stop the others.
                        Err(e) => match e.refusal() {
                            Some(refusal) => {
                                progress.say(&format!("{name} is left out: {}; {}", refusal.reason, refusal.remedy));
                                continue;
                            }
                            None => return Err(e.into()),
                        },
                    }
                    Crops::open(&job.out).map_err(|error| MaterialError::File { path: job.out.clone(), error })?
                }
            };
            shots.extend(manifest::lent(&name, hash, recipe, &crops.pieces));
            files.push(Source { title: name, reel: hash, crops });
        }
        if files.iter().all(|f| f.crops.pieces.is_empty()) {
            let shots: usize = reels.iter().map(|r| r.2.shots.len()).sum();
            return Err(MaterialError::Nothing(format!("{} titles, {shots} shots", titles.len())));
        }
        let with = |role: fn(Role) -> bool| {
            let mut names: Vec<String> = files
                .iter()
                .filter(|f| f.crops.pieces.iter().any(|p| role(p.place.role)))
                .map(|f| f.title.clone())
                .collect();
            names.dedup();
            names
        };
        let list = manifest::write(&shots);
        let seconds = reels.iter().map(|(_, _, r)| r.clock.grid_len() as f64 / r.clock.rate().fps()).sum();
        Ok(Material {
            taught: with(|r| r != Role::Test),
            held_out: with(|r| r == Role::Test),
            manifest: ContentHash::of(list.as_bytes()),
            list: list.into(),
            bank: Arc::new(Bank::new(&[] as &[Ar])),
            files: Arc::new(files),
            seconds,
        })
    }

    /// Adds shapes of grain that the library's own films have.
    pub fn with_grain(mut self, own: &[Ar]) -> Material {
        self.bank = Arc::new(Bank::new(own));
        self
    }

    /// The pieces of one role.
    pub fn pool(&self, task: Task, role: Role) -> Pool {
        Pool::new(self.files.clone(), role, task, self.bank.clone())
    }
}

fn settle(
    library: &Library,
    groups: &[Group],
    held: &[ContentHash],
) -> Result<BTreeMap<(ContentHash, u32), Role>, MaterialError> {
    let path = folder(library).join("split.json");
    let bad = |error| MaterialError::File { path: path.clone(), error };
    let mut split: Split = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| bad(std::io::Error::other(e)))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Split::default(),
        Err(e) => return Err(bad(e)),
    };
    let roles = split.settle(groups, held);
    if library.is_writable() {
        Whole::write(&path, &serde_json::to_vec(&split).expect("plain data")).map_err(bad)?;
    }
    Ok(roles)
}

/// Where the first window of a shot may begin, and how many frames later the last one; none in credits, black, and what is too
/// short.
fn room(shot: &Shot) -> Option<(i64, i64)> {
    let long = shot.clean.len() - WINDOW as i64;
    let shows = shot.attributes.lettering <= 0.6 && shot.attributes.blank <= 0.2;
    (long >= 0 && shows).then(|| (shot.clean.start(), long))
}

/// Windows of a reel: up to ten a shot, evenly spread over what is clear of transitions, credits and black.
fn job(reel: &Reel, role: impl Fn(u32) -> Role) -> GatherJob {
    let mut windows = Vec::new();
    for shot in &reel.shots {
        let Some((a, long)) = room(shot) else { continue };
        let count = (1 + long / 60).min(10);
        for k in 0..count {
            let at = a + long * (2 * k + 1) / (2 * count);
            windows.push(Place {
                frame: reel.clock.frame_at(at),
                shot: shot.index,
                setup: shot.attributes.setup,
                role: role(shot.attributes.setup),
            });
        }
    }
    GatherJob {
        path: reel.path.clone(),
        out: PathBuf::new(),
        windows,
        pieces: PIECES,
        active: reel.active,
        seed: u64::from_str_radix(&reel.hash.to_string()[..16], 16).unwrap_or(0),
    }
}

/// Leaves as many windows as are worth taking, evenly from all reels.
fn thin(jobs: &mut [(String, ContentHash, GatherJob)]) {
    let all: usize = jobs.iter().map(|(_, _, j)| j.windows.len()).sum();
    if all <= WINDOWS {
        return;
    }
    for (_, _, job) in jobs {
        let keep = (job.windows.len() * WINDOWS).div_ceil(all).max(3).min(job.windows.len());
        let n = job.windows.len();
        job.windows = (0..keep).map(|i| job.windows[i * n / keep]).collect();
    }
}
