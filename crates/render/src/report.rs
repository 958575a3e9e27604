//! The report: one page that plays the film beside its timeline and says why each clip is there.

use std::io;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use film::Timecode;
use jobs::Whole;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use media::encode::Codec;
use timeline::{Alternative, Clip, Item, Kind, Media, ReelMedia, Timeline};

use crate::loudness::LoudnessTarget;
use crate::master::Master;
use crate::still::{ClipStill, source_words};

mod sound;

/// A film larger than this stays beside the page instead of inside it.
const MOST_INSIDE: u64 = 60 << 20;

/// What the report tells.
pub struct ReportSpec<'a> {
    /// Heading: the trailer's name.
    pub title: &'a str,
    /// The edit.
    pub timeline: &'a Timeline,
    /// What render made of it.
    pub master: &'a Master,
    /// What its sound was to reach.
    pub target: LoudnessTarget,
    /// How each clip looks; see [`crate::still::clip_stills`].
    pub stills: &'a [ClipStill],
    /// JPEG of an alternative, if it can be had.
    pub alternative: &'a dyn Fn(&Alternative) -> Option<Vec<u8>>,
    /// What the check of the finished film found; `None` if it was not checked.
    pub check: Option<Check>,
    /// Whom to name: one line each.
    pub attribution: &'a [String],
    /// Further remarks, one line each; those of the master are shown too.
    pub notes: &'a [String],
}

/// Verdict on the finished film.
#[derive(Clone, Debug, Default)]
pub struct Check {
    /// Whether nothing stops it.
    pub passed: bool,
    /// What was found.
    pub findings: Vec<CheckFinding>,
}

/// One thing that was found.
#[derive(Clone, Debug, Default)]
pub struct CheckFinding {
    /// Which check.
    pub check: String,
    /// `note`, `warning` or `error`.
    pub severity: String,
    /// Frames of the film, if it has a place.
    pub range: Option<(i64, i64)>,
    /// What, how much, and what the limit is.
    pub detail: String,
    /// JPEG of the place.
    pub picture: Option<Vec<u8>>,
}

/// Writes the report to `out`, whole or not at all; gives what a person should know of it.
///
/// The page holds everything: pictures, and the film too up to 60 MB; a larger one is linked by its path relative to the
/// page, which is then said. It needs no network. All text is escaped.
///
/// # Errors
/// Where the film cannot be read or the page not written.
pub fn report(spec: &ReportSpec<'_>, out: &Path) -> io::Result<Vec<String>> {
    let mut notes = Vec::new();
    let size = std::fs::metadata(&spec.master.file)?.len();
    let source = if spec.master.codec != Codec::H264 {
        notes.push("browsers play H.264 and not this master; render the timeline as H.264 to watch it here".to_owned());
        None
    } else if size <= MOST_INSIDE {
        Some(format!("data:video/mp4;base64,{}", STANDARD.encode(std::fs::read(&spec.master.file)?)))
    } else {
        notes.push(format!(
            "the film ({} MB) is too large to lie inside this page; keep it beside the page, at {}",
            size >> 20,
            link(&spec.master.file, out)
        ));
        Some(encode_link(&link(&spec.master.file, out)))
    };
    Whole::write(out, page(spec, source.as_deref(), &notes).as_bytes())?;
    Ok(notes)
}

/// The film's path as seen from the page's folder, where it lies in it or below; else absolute.
fn link(film: &Path, page: &Path) -> String {
    let folder = page.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match (film.canonicalize(), folder.canonicalize()) {
        (Ok(film), Ok(folder)) => film
            .strip_prefix(&folder)
            .map_or_else(|_| format!("file://{}", film.display()), |p| p.display().to_string()),
        _ => film.display().to_string(),
    }
}

/// Bytes that a link may not hold are written as numbers.
fn encode_link(path: &str) -> String {
    path.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"-_./:~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn picture(jpeg: &[u8]) -> String {
    format!("data:image/jpeg;base64,{}", STANDARD.encode(jpeg))
}

fn page(spec: &ReportSpec<'_>, film: Option<&str>, own: &[String]) -> String {
    let (t, m) = (spec.timeline, spec.master);
    let drop = t.rate.has_drop_frame();
    let length = Timecode::new(t.len(), t.rate, drop);
    let all = [m.notes.as_slice(), spec.notes, own].concat();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (spec.title) }
                style { (PreEscaped(include_str!("report/page.css"))) }
            }
            body {
                header {
                    h1 { (spec.title) }
                    span.meta { (length) " · " (format!("{:.3}", t.rate.fps()).trim_end_matches('0').trim_end_matches('.')) " fps · " (m.width) "×" (m.height)
                        @if let Some(l) = m.loudness_lufs { " · " (format!("{l:.1}")) " LUFS" } }
                    @if let Some(check) = &spec.check {
                        a.verdict.pass[check.passed].fail[!check.passed] href="#check" { @if check.passed { "Check passed" } @else { "Check: does not pass" } }
                    }
                }
                main {
                    @if let Some(film) = film { video controls preload="metadata" src=(film) {} }
                    @else { p.dim { "This master does not play in a browser." } }
                    div.now { span id="clock" { "00:00:00:00" } span { "← → one frame, with Shift one second; Space plays" } }
                    (tracks(t))
                    h2 { "Why each clip" }
                    ol.clips { @for (n, still) in spec.stills.iter().enumerate() { (clip(spec, n, still)) } }
                    h2 { "Sound" }
                    (sound::curve(m, spec.target))
                    (check_section(spec))
                    @if !all.is_empty() { h2 { "Good to know" } ul { @for note in &all { li { (note) } } } }
                    @if !spec.attribution.is_empty() { h2 { "Attribution" } @for line in spec.attribution { p { (line) } } }
                }
                footer { "Made from " (m.frames) " frames, " (m.untouched) " of them the reels’ own pictures without any change before encoding (" (m.encoder) ", " (m.format) ")." }
                script { (PreEscaped(include_str!("report/page.js"))) }
            }
        }
    };
    markup.into_string()
}

fn percent(frame: i64, of: i64) -> String {
    format!("{:.4}%", 100.0 * frame as f64 / of.max(1) as f64)
}

/// The timeline as an editing system draws it.
fn tracks(t: &Timeline) -> Markup {
    let frames = t.len();
    let place =
        |start: i64, end: i64| format!("left:{};width:{}", percent(start, frames), percent(end - start, frames));
    let seconds = t.seconds();
    let step = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0]
        .into_iter()
        .find(|s| seconds / s <= 12.0)
        .unwrap_or(1800.0);
    html! {
        div.tracks tabindex="0" role="group" aria-label="Timeline" data-frames=(frames) data-num=(t.rate.num()) data-den=(t.rate.den()) data-drop=(u8::from(t.rate.has_drop_frame())) {
            div.ruler aria-hidden="true" {
                @for i in 0..(seconds / step).ceil() as i64 {
                    @let s = i as f64 * step;
                    @let left = format!("left:{:.3}%", 100.0 * s / seconds);
                    i style=(left) {} span style=(left) { (format!("{}:{:02}", s as i64 / 60, s as i64 % 60)) }
                }
            }
            // The highest track on top, as editors see them.
            @for (_, track) in t.of_kind(Kind::Picture).collect::<Vec<_>>().into_iter().rev().chain(t.of_kind(Kind::Sound)) {
                div.track.heard[track.kind == Kind::Sound] aria-label=(track.name) {
                    @for p in track.placed(t.rate) {
                        @match p.item {
                            Item::Clip(clip) => button.clip.card[matches!(clip.media, Media::Title(_))] type="button" data-go=(p.record.start()) data-start=(p.record.start()) data-end=(p.record.end()) style=(place(p.record.start(), p.record.end())) title=(format!("{}: {}", track.name, clip.name)) aria-label=(format!("{}, {}, at {}", clip.name, track.name, Timecode::new(p.record.start(), t.rate, t.rate.has_drop_frame()))) { (clip.name) },
                            Item::Transition(_) => div.mix style=(place(p.record.start(), p.record.end())) {},
                            Item::Gap(_) => {},
                        }
                    }
                }
            }
            div.playhead {}
        }
        @if !t.markers.is_empty() {
            div.acts { @for m in &t.markers { span style=(place(m.range.start(), m.range.end().max(m.range.start() + 1))) title=(m.comment) { (m.name) } } }
        }
    }
}

fn clip(spec: &ReportSpec<'_>, n: usize, still: &ClipStill) -> Markup {
    let t = spec.timeline;
    let Item::Clip(clip) = &t.tracks[still.key.0].items[still.key.1] else { return html! {} };
    let at = Timecode::new(still.start, t.rate, t.rate.has_drop_frame());
    let length = t.rate.seconds(still.end - still.start);
    let others: Vec<(&Alternative, Option<Vec<u8>>)> =
        clip.alternatives.iter().map(|a| (a, (spec.alternative)(a))).collect();
    html! {
        li id=(format!("clip-{}", n + 1)) data-start=(still.start) data-end=(still.end) {
            div { button.jump type="button" data-go=(still.start) aria-label=(format!("Play clip {} from {at}", n + 1)) { img src=(picture(&still.jpeg())) alt=(format!("Frame of clip {}", n + 1)) loading="lazy"; } }
            div {
                h3 { (n + 1) ". " (clip.name) }
                div.meta { (at) " · " (format!("{length:.2}")) " s · " (source_words(clip, t.rate)) }
                @if !clip.why.is_empty() { ul.why { @for why in &clip.why { li { (why) } } } }
                @if let Media::Reel(reel) = &clip.media { (strip(t, clip, reel)) }
                @if !others.is_empty() {
                    details {
                        summary { (others.len()) @if others.len() == 1 { " alternative" } @else { " alternatives" } }
                        div.others { @for (a, jpeg) in &others { figure {
                            @if let Some(jpeg) = jpeg { img src=(picture(jpeg)) alt=(format!("Shot {}", a.shot)) loading="lazy"; }
                            figcaption { "Shot " (a.shot) ", score " (format!("{:.2}", a.score)) @if !a.why.is_empty() { ": " (a.why) } }
                        } } }
                    }
                }
            }
        }
    }
}

/// The whole reel as a strip, with every clip's place and this one's lit.
fn strip(t: &Timeline, clip: &Clip, reel: &ReelMedia) -> Markup {
    let same = |c: &Clip| matches!(&c.media, Media::Reel(r) if r.path == reel.path && r.hash == reel.hash);
    let from: Vec<&Clip> = t
        .clips()
        .filter(|(track, _, c)| t.tracks[*track].kind == Kind::Picture && same(c))
        .map(|(_, _, c)| c)
        .collect();
    let frames =
        if reel.is_measured() { reel.available.end() } else { from.iter().map(|c| c.source.end()).max().unwrap_or(1) };
    let place =
        |c: &Clip| format!("left:{};width:{}", percent(c.source.start(), frames), percent(c.source.len(), frames));
    html! {
        div.film role="img" aria-label=(format!("{:.0} % into the film", 100.0 * clip.source.start() as f64 / frames.max(1) as f64)) {
            @for c in &from { i style=(place(c)) {} }
            i.this style=(place(clip)) {}
        }
        div.meta { (format!("{:.0} % into the film", 100.0 * clip.source.start() as f64 / frames.max(1) as f64)) }
    }
}

fn check_section(spec: &ReportSpec<'_>) -> Markup {
    let t = spec.timeline;
    let code = |f: i64| Timecode::new(f, t.rate, t.rate.has_drop_frame()).to_string();
    html! {
        h2 id="check" { "Check of the finished film" }
        @match &spec.check {
            None => p.dim { "It was not checked." },
            Some(check) => {
                p.pass[check.passed].fail[!check.passed] { @if check.passed { "Passed: nothing was found that stops it." } @else { "Not passed: see what was found below." } }
                @if !check.findings.is_empty() { div.wide { table {
                    thead { tr { th { "Check" } th { "Weight" } th { "Where" } th { "What" } } }
                    tbody { @for f in &check.findings { tr {
                        td { (f.check) }
                        td.error[f.severity == "error"].warning[f.severity == "warning"] { (f.severity) }
                        td { @if let Some((a, b)) = f.range { (code(a)) " to " (code(b)) } @else { "whole film" } }
                        td { (f.detail) @if let Some(jpeg) = &f.picture { img src=(picture(jpeg)) alt="The place" loading="lazy"; } }
                    } } }
                } } }
            }
        }
    }
}

#[cfg(test)]
mod tests;
