//! What a library offers to learn from: windows of its shots, taken by workers, each with its role.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalogue::{Depth, Library, LibraryError, Reel, Shot, THUMB};
use film::ContentHash;
use jobs::{Cancel, Progress, Whole};
use media::yard::{Limits, YardError};
use rules::TrainingBasis;

use super::crops::{Crops, GatherJob, Place, WINDOW};
use super::grain::Ar;
use super::manifest::{self, Lent};
use super::samples::{Bank, Pool, Source};
use super::synth::hash;
use super::task::Task;
use crate::split::{Group, Role, Split};

/// Windows of a library at most; more teach these nets nothing in the time they are given.
const WINDOWS: usize = 700;
/// Pieces of each window.
const PIECES: usize = 8;

/// Shapes of the library's own grain in lessons at most, so that made ones are as many.
const SHAPES: usize = 3;
/// Pictures that copies of a shot are known by at most, and the fewest frames between them.
const PICTURES: i64 = 24;
const APART: i64 = 4;

/// A shot: its reel, and its number in it.
type At = (ContentHash, u32);

/// Finds shots that are copies of each other: given some small pictures of each (the one that shows it best first), lists
/// them in groups.
pub type CopyFinder<'a> = &'a dyn Fn(&[Vec<Vec<u8>>]) -> Vec<Vec<usize>>;

/// Pieces of film, and where they come from.
#[derive(Clone)]
pub struct Material {
    files: Arc<Vec<Source>>,
    bank: Arc<Bank>,
    copies: Arc<BTreeMap<At, usize>>,
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
    /// Shots that `find` calls copies are all taught or all held out.
    pub fn gather(
        basis: &TrainingBasis,
        library: &Library,
        program: &Path,
        hold_out: &[String],
        find: CopyFinder<'_>,
        progress: &dyn Progress,
        cancel: &Cancel,
    ) -> Result<Material, MaterialError> {
        let titles = library.titles()?;
        for name in hold_out {
            if !titles.iter().any(|t| t.name == *name) {
                return Err(MaterialError::NoTitle(name.clone()));
            }
        }
        let mut reels: Vec<(usize, Reel)> = Vec::new();
        for (n, title) in titles.iter().enumerate() {
            if title.reels.iter().any(|r| r.depth != Depth::Full) {
                progress.say(&format!(
                    "{} was read quickly and is left out; ingest it without --quick to learn from it",
                    title.name
                ));
                continue;
            }
            reels.extend(library.snapshot(title)?.reels.into_iter().map(|reel| (n, reel)));
        }
        // No shot is even looked at without a basis to learn from it.
        let may: HashSet<(&str, u32)> =
            basis.allowed().iter().filter_map(|used| Some((used.reel.as_deref()?, used.shot?))).collect();
        for (_, reel) in &mut reels {
            let hash = reel.hash.to_string();
            reel.shots.retain(|shot| may.contains(&(hash.as_str(), shot.index)));
        }
        // Only what pieces are taken from: a role given to a shot that is too short would hold nothing out.
        let (mut groups, mut pictures) = (Vec::<(Group, At)>::new(), Vec::new());
        for (title, reel) in &mut reels {
            for shot in reel.shots.iter().filter(|s| room(s).is_some()) {
                let group = Group { title: *title, reel: reel.hash, setup: shot.attributes.setup };
                groups.push((group, (reel.hash, shot.index)));
                pictures.push(shown(reel, shot));
            }
            // Some hundred bytes a frame, of all titles: not needed again.
            reel.signals = Arc::default();
        }
        let alike = find(&pictures);
        let held = (0..titles.len()).filter(|n| hold_out.contains(&titles[*n].name)).collect();
        let roles = settle(library, &groups, &alike, &held)?;
        let copies = alike.iter().enumerate().filter(|(_, group)| group.len() > 1);
        let copies: BTreeMap<At, usize> =
            copies.flat_map(|(n, group)| group.iter().map(move |i| (*i, n))).map(|(i, n)| (groups[i].1, n)).collect();

        let mut jobs = Vec::new();
        for (title, reel) in &reels {
            let role = |setup| roles[&(reel.hash, setup)];
            jobs.push((titles[*title].name.clone(), reel.hash, job(reel, role)));
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
            let shots: usize = reels.iter().map(|r| r.1.shots.len()).sum();
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
        let own: Vec<Ar> = files.iter().filter_map(|f| f.crops.grain.clone()).collect();
        let some: Vec<Ar> = spread(own.len(), SHAPES).map(|i| own[i].clone()).collect();
        let seconds = reels.iter().map(|(_, r)| r.clock.grid_len() as f64 / r.clock.rate().fps()).sum();
        Ok(Material {
            taught: with(|r| r != Role::Test),
            held_out: with(|r| r == Role::Test),
            manifest: ContentHash::of(list.as_bytes()),
            list: list.into(),
            bank: Arc::new(Bank::new(&some)),
            files: Arc::new(files),
            copies: Arc::new(copies),
            seconds,
        })
    }

    /// The pieces of one role.
    pub fn pool(&self, task: Task, role: Role) -> Pool {
        Pool::new(self.files.clone(), role, task, self.bank.clone())
    }

    /// What is held out and was not taught to the net of `list`: neither the shot nor a copy of it was learned from or watched.
    pub fn unseen(&self, task: Task, list: &[Lent]) -> Pool {
        let taught: HashSet<At> = list.iter().filter(|l| l.role != Role::Test).map(|l| (l.reel, l.shot)).collect();
        let copied: HashSet<usize> = taught.iter().filter_map(|at| self.copies.get(at).copied()).collect();
        self.pool(task, Role::Test).of_shots(|reel, shot| {
            let at = (reel, shot);
            !taught.contains(&at) && self.copies.get(&at).is_none_or(|group| !copied.contains(group))
        })
    }
}

/// Small pictures of a shot: the best, and some of the frames that are its alone.
fn shown(reel: &Reel, shot: &Shot) -> Vec<Vec<u8>> {
    let thumb = |frame: i64| reel.signals.thumbs.get(frame as usize * THUMB..(frame as usize + 1) * THUMB);
    let step = (shot.clean.len() / PICTURES).max(APART);
    let frames = (shot.clean.start()..shot.clean.end()).step_by(step as usize);
    [shot.key_frame].into_iter().chain(frames).filter_map(thumb).map(<[u8]>::to_vec).collect()
}

/// At most `most` of `count`, evenly.
fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let keep = most.min(count);
    (0..keep).map(move |i| i * count / keep)
}

fn settle(
    library: &Library,
    groups: &[(Group, At)],
    alike: &[Vec<usize>],
    held: &BTreeSet<usize>,
) -> Result<BTreeMap<(ContentHash, u32), Role>, MaterialError> {
    let path = folder(library).join("split.json");
    let bad = |error| MaterialError::File { path: path.clone(), error };
    let mut split: Split = match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| bad(std::io::Error::other(e)))?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Split::default(),
        Err(e) => return Err(bad(e)),
    };
    let copies: Vec<BTreeSet<Group>> = alike.iter().map(|group| group.iter().map(|i| groups[*i].0).collect()).collect();
    let groups: Vec<Group> = groups.iter().map(|(group, _)| *group).collect();
    let roles = split.settle(&groups, &copies, held);
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

/// Leaves as many windows as are worth taking, evenly from all reels; from some of them, the first in the order of a hash,
/// where there are too many to take three of each.
fn thin(jobs: &mut [(String, ContentHash, GatherJob)]) {
    let all =
        |jobs: &[(String, ContentHash, GatherJob)]| -> usize { jobs.iter().map(|(_, _, j)| j.windows.len()).sum() };
    if all(jobs) <= WINDOWS {
        return;
    }
    let mut order: Vec<usize> = (0..jobs.len()).filter(|i| !jobs[*i].2.windows.is_empty()).collect();
    order.sort_by_key(|i| hash(jobs[*i].2.seed, WINDOWS as u64));
    order.iter().skip(WINDOWS / 3).for_each(|i| jobs[*i].2.windows.clear());
    let have = all(jobs);
    let mut keep: Vec<usize> = jobs
        .iter()
        .map(|(_, _, j)| (j.windows.len() * WINDOWS).div_ceil(have.max(1)).max(3).min(j.windows.len()))
        .collect();
    while keep.iter().sum::<usize>() > WINDOWS {
        *keep.iter_mut().max().expect("there are reels") -= 1;
    }
    for ((_, _, job), keep) in jobs.iter_mut().zip(keep) {
        job.windows = spread(job.windows.len(), keep).map(|i| job.windows[i]).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reels(windows: &[usize]) -> Vec<(String, ContentHash, GatherJob)> {
        let place = |frame| Place { frame, shot: 0, setup: 0, role: Role::Train };
        let job = |(i, n): (usize, &usize)| GatherJob {
            path: PathBuf::new(),
            out: PathBuf::new(),
            windows: (0..*n as i64).map(place).collect(),
            pieces: PIECES,
            active: [0.0, 0.0, 1.0, 1.0],
            seed: i as u64,
        };
        windows.iter().enumerate().map(|(i, n)| (format!("{i}"), ContentHash::of(&[]), job((i, n)))).collect()
    }

    #[test]
    fn however_many_reels_there_are_no_more_windows_are_taken_than_are_worth_it() {
        for sizes in [vec![2000], vec![50; 100], vec![4; 5000], vec![1; 900], [vec![9000], vec![2; 300]].concat()] {
            let mut jobs = reels(&sizes);
            thin(&mut jobs);
            let kept: Vec<usize> = jobs.iter().map(|j| j.2.windows.len()).collect();
            let sum: usize = kept.iter().sum();
            assert!(sum <= WINDOWS && sum > WINDOWS / 4, "{} reels: {sum}", sizes.len());
        }
        // Of many reels it takes from all parts of the list, and from the same ones when more come after them.
        let taken = |n: usize| {
            let mut jobs = reels(&vec![4; n]);
            thin(&mut jobs);
            jobs.iter().map(|j| !j.2.windows.is_empty()).collect::<Vec<bool>>()
        };
        let (some, more) = (taken(1000), taken(1100));
        assert!(some.chunks(250).all(|part| part.iter().filter(|t| **t).count() > 30));
        let both = some.iter().zip(&more).filter(|(a, b)| **a && **b).count();
        assert!(both > 180, "{both} of the same reels");
    }
}
