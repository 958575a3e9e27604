//! The page of a training: the curve as it grows, and in the end pictures before and after, the worst shots among them.

use std::fmt::Write;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{GrayImage, ImageFormat, Luma};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use neural::RunError;
use neural::wire::Look;

use super::learn::LESSONS_SEED;
use super::plane::{Plane, psnr};
use super::restore::UNIT;
use super::samples::{LESSON, Pool};
use super::task::Task;
use super::tool::Tool;
use crate::gate::{Decision, Score};

/// Shots shown.
const SHOWN: usize = 10;

/// A held-out shot, as it was, and as each method makes it.
pub struct Example {
    /// How it fared.
    pub score: Score,
    /// Target, doing nothing, classical, learned.
    pub pictures: [Plane; 4],
}

/// What a training has come to.
pub struct Training<'a> {
    /// The task.
    pub task: Task,
    /// Looks so far.
    pub curve: &'a [Look],
    /// What the gate decided; none while it runs.
    pub decision: Option<&'a Decision>,
    /// The worst held-out shots.
    pub worst: &'a [Example],
    /// Some that are neither.
    pub usual: &'a [Example],
}

/// The worst shots by what the learned net gains over doing nothing, and as many spread over all the others.
pub fn examples(
    task: Task,
    held_out: &Pool,
    scores: &[Score],
    tool: &mut Tool,
) -> Result<(Vec<Example>, Vec<Example>), RunError> {
    let mut order: Vec<&Score> = scores.iter().collect();
    order.sort_by(|a, b| (a.learned - a.nothing).total_cmp(&(b.learned - b.nothing)));
    let worst = order.len().min(SHOWN);
    let rest = &order[worst..];
    let usual = (0..rest.len().min(SHOWN)).map(|i| rest[i * rest.len() / rest.len().min(SHOWN)]);
    let mut show = |score: &Score| -> Result<Option<Example>, RunError> {
        let found = (0..held_out.len()).find(|i| {
            let (title, piece) = held_out.about(*i);
            let reel = score.reel.is_none_or(|reel| reel == held_out.shot(*i).0);
            title == score.title && piece.place.shot == score.shot && reel
        });
        let Some(i) = found else { return Ok(None) };
        let Ok(lesson) = held_out.make(task, i, LESSONS_SEED + i as u64, false) else { return Ok(None) };
        let data = tool.run(task, &lesson.inputs, LESSON, LESSON)?;
        let learned = Plane { width: LESSON, height: LESSON, data };
        Ok(Some(Example { score: score.clone(), pictures: [lesson.target, lesson.nothing, lesson.classical, learned] }))
    };
    let mut all = [Vec::new(), Vec::new()];
    for score in &order[..worst] {
        all[0].extend(show(score)?);
    }
    for score in usual {
        all[1].extend(show(score)?);
    }
    let [worst, usual] = all;
    Ok((worst, usual))
}

/// The page.
pub fn page(t: &Training<'_>) -> String {
    let running = t.decision.is_none();
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                @if running { meta http-equiv="refresh" content="10"; }
                title { "Teaching image " (t.task) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "Teaching the image specialist to " (t.task) }
                @match t.decision {
                    Some(d) => p.verdict { strong { @if d.open { "It runs from now on" } @else { "It does not run; what ran before does" } } ": " (d.because) "." },
                    None => p { "Under way; this page renews itself." },
                }
                h2 { "Quality on film that is watched, not learned from" }
                (curve(t.curve))
                @if let Some(d) = t.decision {
                    h2 { "On film that was held out" }
                    table {
                        tr { th { "method" } th { "PSNR-Y" } th { "" } }
                        tr { td { "learned" } td.n { (format!("{:.2} dB", d.learned.mean)) } td { (format!("90 % interval {:.2} to {:.2}", d.learned.low, d.learned.high)) } }
                        @if let Some(o) = &d.over_base {
                            tr { td { "shipped" } td.n { (format!("{:.2} dB", d.learned.mean - o.mean)) } td { "the weights that come with the program; gained over them: " (format!("{:+.2} dB, {:+.2} to {:+.2}", o.mean, o.low, o.high)) } }
                        }
                        tr { td { "classical" } td.n { (format!("{:.2} dB", d.classical)) } td { "the method without learning" } }
                        tr { td { "nothing" } td.n { (format!("{:.2} dB", d.nothing)) } td { (d.shots) " shots of " (d.titles) " titles; the worst tenth gains at most " (format!("{:+.2} dB", d.p10_over_nothing)) } }
                    }
                }
                (shots("The worst shots", t.worst))
                (shots("Others", t.usual))
            }
        }
    };
    markup.into_string()
}

fn shots(heading: &str, examples: &[Example]) -> Markup {
    html! {
        @if !examples.is_empty() {
            h2 { (heading) }
            p { "Draw the line across: before on the left, learned on the right. Beside it the classical method, and what it should be." }
            div.shots {
                @for e in examples {
                    figure {
                        div.pair {
                            div.slide {
                                img src=(png(&e.pictures[3])) alt="learned";
                                div.before { img src=(png(&e.pictures[1])) alt="before"; }
                                input type="range" min="0" max="100" value="50" aria-label="before and after"
                                    oninput="this.parentNode.children[1].style.width=this.value+'%'";
                            }
                            img src=(png(&e.pictures[2])) alt="classical";
                            img src=(png(&e.pictures[0])) alt="as it should be";
                        }
                        figcaption {
                            (e.score.title) ", shot " (e.score.shot) ": "
                            (format!("{:.1} dB before, {:.1} classical, {:.1} learned", e.score.nothing, e.score.classical, e.score.learned))
                        }
                    }
                }
            }
        }
    }
}

fn png(plane: &Plane) -> String {
    let picture = GrayImage::from_fn(plane.width as u32, plane.height as u32, |x, y| {
        Luma([plane.data[y as usize * plane.width + x as usize].round().clamp(0.0, 255.0) as u8])
    });
    let mut bytes = Cursor::new(Vec::new());
    // Writing to memory cannot fail.
    let _ = picture.write_to(&mut bytes, ImageFormat::Png);
    format!("data:image/png;base64,{}", STANDARD.encode(bytes.into_inner()))
}

/// The curve as a drawing.
fn curve(looks: &[Look]) -> Markup {
    const W: f64 = 720.0;
    const H: f64 = 260.0;
    const LEFT: f64 = 64.0;
    let db: Vec<(f64, f64)> = looks.iter().map(|l| (l.step as f64, psnr(l.error * f64::from(UNIT).powi(2)))).collect();
    let Some(last) = db.last() else { return html! {} };
    let (low, high) = db.iter().fold((f64::MAX, f64::MIN), |(a, b), p| (a.min(p.1), b.max(p.1)));
    let room = (high - low).max(0.02);
    let (low, high) = (low - 0.1 * room, high + 0.1 * room);
    let x = |s: f64| LEFT + (W - LEFT - 12.0) * s / last.0.max(1.0);
    let y = |v: f64| 12.0 + (H - 44.0) * (high - v) / (high - low);
    let mut path = String::new();
    for (i, (s, v)) in db.iter().enumerate() {
        let _ = write!(path, "{}{:.1} {:.1}", if i == 0 { "M" } else { " L" }, x(*s), y(*v));
    }
    let ticks: Vec<f64> = (0..=4).map(|i| low + (high - low) * f64::from(i) / 4.0).collect();
    html! {
        svg viewBox={ "0 0 " (W) " " (H) } role="img" aria-label="learning curve" {
            @for v in &ticks {
                line.grid x1=(LEFT) x2=(W - 12.0) y1=(y(*v)) y2=(y(*v)) {}
                text x=(LEFT - 6.0) y=(y(*v) + 4.0) text-anchor="end" { (format!("{v:.2}")) }
            }
            path.curve d=(path) {}
            @for (s, v) in &db { circle cx=(x(*s)) cy=(y(*v)) r="2.5" {} }
            text x=(LEFT) y=(H - 8.0) { "0 steps" }
            text x=(W - 12.0) y=(H - 8.0) text-anchor="end" { (format!("{:.0} steps, {:.0} s", last.0, looks[looks.len() - 1].seconds)) }
            text x=(LEFT + 8.0) y="24" { (format!("dB; now {:.2}", last.1)) }
        }
    }
}

const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-weight: 600; } h2 { margin-top: 2rem; font-size: 1.1rem; }
svg { width: 100%; height: auto; font-size: 12px; fill: currentColor; }
.grid { stroke: currentColor; opacity: .15; } .curve { fill: none; stroke: #c8642d; stroke-width: 2; } circle { fill: #c8642d; }
table { border-collapse: collapse; } td, th { padding: .2rem 1rem .2rem 0; text-align: left; } .n { font-variant-numeric: tabular-nums; }
.shots { display: grid; grid-template-columns: repeat(auto-fill, minmax(27rem, 1fr)); gap: 1rem; }
figure { margin: 0; } figcaption { font-size: .85rem; opacity: .8; }
.pair { display: flex; gap: 4px; } .pair img { width: 144px; height: 144px; image-rendering: pixelated; display: block; }
.slide { position: relative; width: 144px; height: 144px; } .before { position: absolute; inset: 0; width: 50%; overflow: hidden; border-right: 1px solid #c8642d; }
.slide input { position: absolute; inset: 0; width: 100%; height: 100%; margin: 0; opacity: 0; cursor: ew-resize; }
";
