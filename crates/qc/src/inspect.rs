//! One decode of a film, shared by all checks.

use std::path::Path;
use std::rc::Rc;
use std::sync::mpsc::{SyncSender, sync_channel};

use film::{ColorRange, FrameRange};
use jobs::{Cancel, Canceled, Progress, Unit};
use media::{DecodeError, Pictures, PicturesOptions, Probe, ProbeError, Sounds};
use specialists::critic::Critic;
use specialists::image::critic::ImageCritic;

use crate::check::black::Black;
use crate::check::clipping::Clipping;
use crate::check::color::color;
use crate::check::flash::Flash;
use crate::check::freeze::Freeze;
use crate::check::image::{Image, Sample};
use crate::check::length::length;
use crate::check::levels::Levels;
use crate::check::loudness::Loudness;
use crate::check::silence::Silence;
use crate::check::stamps::stamps;
use crate::check::strobe::Strobe;
use crate::check::whole::whole;
use crate::check::{Ear, Eye, Film, HERTZ};
use crate::look::Look;
use crate::{Finding, Jpeg, Policy, Report, Severity};

/// Why a film could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum QcError {
    /// No film that can be opened.
    #[error("{error}; {}", error.remedy())]
    Unreadable {
        /// Why.
        #[from]
        error: ProbeError,
    },
    /// It opened, and its picture cannot be decoded at all.
    #[error(transparent)]
    Undecodable(#[from] DecodeError),
    /// Told to stop.
    #[error(transparent)]
    Canceled(#[from] Canceled),
}

/// Judges the film at `path` by `policy`: decodes its picture and its first sound track once, side by side.
///
/// Multichannel sound is judged as a stereo downmix. A flaw is a [`Finding`] in the report, also when it is that the film
/// cannot be decoded to its end.
///
/// ```no_run
/// let report = qc::inspect("trailer.mp4".as_ref(), &qc::Policy::draft(), &jobs::Silent, &jobs::Cancel::new())?;
/// for finding in report.findings() {
///     println!("{} {}: {}", finding.severity, finding.check, finding.detail);
/// }
/// # Ok::<(), qc::QcError>(())
/// ```
///
/// # Errors
/// [`QcError`] if there is no film to judge, or the work was told to stop.
pub fn inspect(path: &Path, policy: &Policy, progress: &dyn Progress, cancel: &Cancel) -> Result<Report, QcError> {
    let probe = media::probe(path)?;
    let index = media::index(path, &probe)?;
    let film = Film { probe: &probe, index: &index, policy };
    progress.begin("qc", "checking", Some(film.frames() as u64), Unit::Frames);
    let (seen, heard) = std::thread::scope(|scope| {
        let ears = scope.spawn(|| listen(path, &film, cancel));
        // Few samples wait at a time: each holds three pictures.
        let (give, take) = sync_channel::<Sample>(1);
        let closely = scope.spawn(|| take.into_iter().map(Sample::glance).collect::<Vec<_>>());
        let seen = watch(path, &film, &give, progress, cancel);
        drop(give);
        let glances = closely.join().expect("a close look does not panic");
        let seen = seen.map(|(mut seen, image)| {
            seen.findings.extend(image.end(glances));
            seen
        });
        (seen, ears.join().expect("a check of sound does not panic"))
    });
    progress.end("qc");
    let (seen, mut heard) = (seen?, heard?);
    let mut findings = seen.findings;
    findings.append(&mut heard.findings);
    findings.extend(whole(&film, path, seen.frames));
    findings.extend(stamps(&film));
    findings.extend(color(&film));
    findings.extend(length(&film, heard.samples));
    let mut report = Report::new(path, seen.frames, index.clock.rate(), findings).heard(heard.loudness);
    illustrate(path, &film, &mut report, cancel)?;
    Ok(report)
}

struct Seen {
    frames: i64,
    findings: Vec<Finding>,
}

fn watch(
    path: &Path,
    film: &Film<'_>,
    closely: &SyncSender<Sample>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Result<(Seen, Image), QcError> {
    let mut pictures = Pictures::open(path, film.probe, film.index, PicturesOptions::default())?;
    let mut eyes: Vec<Box<dyn Eye>> = vec![
        Box::new(Black::default()),
        Box::new(Freeze::default()),
        Box::new(Flash::default()),
        Box::new(Strobe::default()),
        Box::new(Levels::default()),
    ];
    let rgb = film.probe.picture.as_ref().is_some_and(|picture| picture.chroma == "RGB");
    let mut seen = Seen { frames: 0, findings: Vec::new() };
    let mut image = Image::default();
    loop {
        cancel.check()?;
        let picture = match pictures.next() {
            Ok(Some(picture)) => picture,
            Ok(None) => break,
            Err(error) if seen.frames == 0 => return Err(error.into()),
            Err(error) => {
                let rest = FrameRange::new(seen.frames.min(film.frames()), film.frames());
                seen.findings.push(Finding::new("whole", Severity::Error, rest, error.to_string()));
                break;
            }
        };
        // Unstated means limited, but for RGB and the old JPEG formats.
        let full = rgb || picture.format().starts_with("yuvj") || picture.format().starts_with("gray");
        let stated = picture.color().range;
        let range = stated.unwrap_or(if full { ColorRange::Full } else { ColorRange::Limited });
        let look = Rc::new(Look::at(&picture, if rgb { ColorRange::Full } else { range }));
        eyes.iter_mut().for_each(|eye| eye.see(&look));
        // A picture that cannot be unpacked is judged by its look alone.
        if film.policy.closely
            && let Ok(Some(sample)) = image.see(&picture, &look)
        {
            closely.send(sample).expect("whoever looks closely does so to the end");
        }
        seen.frames += 1;
        if look.number % 24 == 0 {
            progress.at("qc", look.number as u64);
        }
    }
    for warning in pictures.warnings() {
        seen.findings.push(Finding::new("whole", Severity::Error, film.whole(), warning.clone()));
    }
    seen.findings.extend(eyes.iter_mut().flat_map(|eye| eye.end(film)));
    Ok((seen, image))
}

/// What was heard; no samples if there is no sound that can be decoded.
struct Heard {
    samples: Option<i64>,
    loudness: Option<(f64, f64)>,
    findings: Vec<Finding>,
}

fn listen(path: &Path, film: &Film<'_>, cancel: &Cancel) -> Result<Heard, QcError> {
    let mut heard = Heard { samples: None, loudness: None, findings: Vec::new() };
    let Some(channels) = channels(film.probe) else { return Ok(heard) };
    let Ok(mut sounds) = Sounds::open(path, film.probe, 0, HERTZ, channels) else { return Ok(heard) };
    let width = usize::from(channels);
    let mut loudness = Loudness::new(u32::from(channels));
    let mut silence = Silence::new(width, film.policy.silence_level);
    let mut clipping = Clipping::new(width);
    let mut samples = Vec::new();
    let mut count = 0;
    loop {
        cancel.check()?;
        samples.clear();
        match sounds.read(&mut samples) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let rest = film.frames_of_samples(count, count.max(1));
                heard.findings.push(Finding::new("whole", Severity::Error, rest, error.to_string()));
                break;
            }
        }
        let ears: [&mut dyn Ear; 3] = [&mut loudness, &mut silence, &mut clipping];
        ears.into_iter().for_each(|ear| ear.hear(&samples));
        count += (samples.len() / width) as i64;
    }
    if count > 0 {
        heard.samples = Some(count);
        heard.loudness = Some(loudness.measured());
        let ears: [&mut dyn Ear; 3] = [&mut loudness, &mut silence, &mut clipping];
        heard.findings.extend(ears.into_iter().flat_map(|ear| ear.end(film)));
    }
    Ok(heard)
}

fn channels(probe: &Probe) -> Option<u16> {
    probe.sounds.first().map(|sound| sound.channels.clamp(1, 2))
}

/// Findings that get a picture, at most.
const PICTURES: usize = 24;

/// Puts a picture beside the findings that have something to show.
fn illustrate(path: &Path, film: &Film<'_>, report: &mut Report, cancel: &Cancel) -> Result<(), QcError> {
    let Some(stream) = &film.probe.picture else { return Ok(()) };
    let mut wanted: Vec<&mut Finding> = report.findings_mut().iter_mut().filter(|f| shows(f)).take(PICTURES).collect();
    if wanted.is_empty() || !film.index.can_seek() {
        return Ok(());
    }
    wanted.sort_by_key(|finding| finding.start);
    let options = PicturesOptions { threads: 1, ..PicturesOptions::default() };
    let mut pictures = Pictures::open(path, film.probe, film.index, options)?;
    for finding in wanted {
        cancel.check()?;
        if pictures.seek(finding.start).is_err() {
            continue;
        }
        // A frame that cannot be decoded again has no picture; the finding stands without.
        if let Ok(Some(picture)) = pictures.next() {
            finding.picture = jpeg(&picture, stream);
        }
    }
    Ok(())
}

fn shows(finding: &Finding) -> bool {
    matches!(finding.check.as_str(), "freeze" | "flash" | "strobe" | "levels" | "stamps")
        || ImageCritic.calibration().iter().any(|c| c.flaw == finding.check)
}

fn jpeg(picture: &media::Picture, stream: &media::PictureStream) -> Option<Jpeg> {
    media::still::rgb(picture, stream, 320, 320).and_then(|rgb| rgb.jpeg(80)).ok().map(Jpeg)
}
