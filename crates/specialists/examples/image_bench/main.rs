//! The image specialist beside what a filmmaker would use otherwise, on films that it was not taught on:
//!
//! `cargo run --release -p specialists --example image_bench -- denoise|deblock|upscale|noise|real|critic|speed|sheet [--nets FOLDER] FILM…`
//!
//! Rivals are filters of the system's FFmpeg, each with the setting of a grid that is best *on these very films*; ours have no
//! setting. Figures are means over windows of film, with a 90 % interval by bootstrap over films.

mod critic;
mod rival;
mod sheet;
mod window;

use std::collections::BTreeMap;
use std::path::PathBuf;

use neural::Runner;
use rayon::prelude::*;
use rival::{Rival, rivals};
use specialists::gate::{Score, interval};
use specialists::image::align::Pyramid;
use specialists::image::dct::{self, Power};
use specialists::image::grain::{Ar, PlaneGrain};
use specialists::image::hand::run;
use specialists::image::noise::measure;
use specialists::image::plane::{Plane, box_mean};
use specialists::image::restore::{Damage, Window, classical, fields, nothing};
use specialists::image::spectrum::octaves;
use specialists::image::synth::{add, field};
use specialists::image::task::Task;
use specialists::image::temporal;
use specialists::image::tool::Tool;
use specialists::image::upscale;
use window::{Clip, clips};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().expect("denoise, deblock, upscale, noise, real, critic, speed or sheet");
    let (mut films, mut nets) = (Vec::new(), None);
    while let Some(a) = arguments.next() {
        if a == "--nets" {
            nets = arguments.next().map(PathBuf::from);
        } else {
            films.push(PathBuf::from(a));
        }
    }
    match what.as_str() {
        "critic" => return critic::critic(&films),
        "speed" => return speed(nets),
        "sheet" => return sheet::sheet(&films, nets.as_ref()),
        _ => {}
    }
    let clips = clips(&films, 2);
    println!("{} windows of {} films", clips.len(), films.len());
    match what.as_str() {
        "denoise" => denoise(&clips, nets),
        "deblock" => deblock(&clips, nets),
        "upscale" => enlarge(&clips, nets),
        "noise" => noise(&clips),
        "real" => real(&clips, nets),
        other => panic!("`{other}` is none of denoise, deblock, upscale, noise, real, critic, speed, sheet"),
    }
}

fn net(task: Task, nets: Option<&PathBuf>) -> Tool {
    net_of(task, nets, 2)
}

fn net_of(task: Task, nets: Option<&PathBuf>, threads: usize) -> Tool {
    Tool::Ours(match nets {
        Some(folder) => Runner::of_ours(&folder.join(task.name()).join("net.onnx"), threads).expect("a net"),
        None => {
            let kept = specialists::shelf::base(task).expect("the shipped weights");
            Runner::described(&kept.onnx, threads).expect("onnxruntime")
        }
    })
}

/// Means of one method over windows, by film.
#[derive(Default)]
struct Table {
    rows: BTreeMap<String, Vec<(String, f64)>>,
}

impl Table {
    fn note(&mut self, method: &str, film: &str, psnr: f64) {
        self.rows.entry(method.to_owned()).or_default().push((film.to_owned(), psnr));
    }

    fn mean(&self, method: &str) -> f64 {
        let row = &self.rows[method];
        row.iter().map(|r| r.1).sum::<f64>() / row.len() as f64
    }

    /// Ours less another, with an interval over films.
    fn gain(&self, ours: &str, other: &str) -> String {
        let scores: Vec<Score> = self.rows[ours]
            .iter()
            .zip(&self.rows[other])
            .enumerate()
            .map(|(i, (a, b))| Score {
                title: a.0.clone(),
                reel: None,
                shot: i as u32,
                setup: i as u32,
                nothing: b.1,
                classical: b.1,
                learned: a.1,
                base: None,
            })
            .collect();
        let i = interval(&scores, |s| s.learned - s.classical).expect("some windows");
        format!("{:+.2} dB [{:+.2}, {:+.2}]", i.mean, i.low, i.high)
    }

    /// The best setting of each rival, and what ours gains over it.
    fn print(&self, ours: &[&str]) {
        let mut best: BTreeMap<String, (f64, String)> = BTreeMap::new();
        for method in self.rows.keys() {
            let name = method.split('=').next().unwrap_or(method).to_owned();
            let mean = self.mean(method);
            let entry = best.entry(name).or_insert((f64::MIN, String::new()));
            if mean > entry.0 {
                *entry = (mean, method.clone());
            }
        }
        let mut rows: Vec<(f64, String)> = best.into_values().collect();
        rows.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (mean, method) in &rows {
            println!("  {mean:6.2} dB  {method}");
        }
        let rival = rows.iter().find(|(_, m)| !["learned", "classical", "nothing"].contains(&m.as_str()));
        for ours in ours {
            for other in rival.map(|r| r.1.as_str()).into_iter().chain(["classical", "nothing"]) {
                if *ours != other && self.rows.contains_key(other) {
                    println!("  {ours} over {other}: {}", self.gain(ours, other));
                }
            }
        }
    }
}

fn window_of(frames: &[Plane], at: usize) -> Window {
    let near: Vec<usize> = (at - 2..=at + 2).filter(|i| *i != at).collect();
    let pyramids: Vec<Pyramid> = frames.iter().map(Pyramid::new).collect();
    let others: Vec<&Pyramid> = near.iter().map(|i| &pyramids[*i]).collect();
    let fields = fields(&pyramids[at], &others);
    let planes: Vec<&Plane> = near.iter().map(|i| &frames[*i]).collect();
    Window::new(frames[at].clone(), &planes, &fields, (1, 1))
}

fn grainy(clip: &Clip, deviation: f32, shape: &Ar, seed: u64) -> Vec<Plane> {
    let grain = PlaneGrain::even(deviation, shape.clone());
    clip.frames
        .iter()
        .enumerate()
        .map(|(i, clean)| {
            let mut p = clean.clone();
            add(&mut p, clean, &grain, seed + i as u64);
            p.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
            p
        })
        .collect()
}

fn denoise(clips: &[Clip], nets: Option<PathBuf>) {
    let mut learned = net(Task::Denoise, nets.as_ref());
    let shape = Ar::soft(0.45);
    for deviation in [5.0f32, 10.0, 15.0, 25.0] {
        let mut table = Table::default();
        for (c, clip) in clips.iter().enumerate() {
            let noisy = grainy(clip, deviation, &shape, 1000 * c as u64);
            let at = noisy.len() / 2;
            let truth = &clip.frames[at];
            // Ours are told nothing: strength and shape are measured on the grainy frames themselves.
            let frames: Vec<Vec<Plane>> = noisy.iter().map(|p| vec![p.clone()]).collect();
            let measured = measure(&frames).expect("grain");
            let power = Power::of(&measured.model().luma.bands[0]);
            let damage = Damage::Grain(measured.curve(), Box::new(power));
            let window = window_of(&noisy, at);
            let twin = classical(&window, &damage);
            let made = run(&mut learned, Task::Denoise, &window, &twin, &damage).expect("runs");
            table.note("nothing", &clip.film, window.now.psnr(truth));
            table.note("classical", &clip.film, twin.psnr(truth));
            table.note("learned", &clip.film, made.psnr(truth));
            for Rival { filter, time } in rivals(deviation) {
                let given: Vec<Plane> = if time { noisy.clone() } else { vec![noisy[at].clone()] };
                let out = rival::filter(&given, &filter);
                table.note(&filter, &clip.film, out[if time { at } else { 0 }].psnr(truth));
            }
        }
        println!("grain {deviation}");
        table.print(&["learned", "classical"]);
    }
}

fn deblock(clips: &[Clip], nets: Option<PathBuf>) {
    let mut learned = net(Task::Deblock, nets.as_ref());
    for qp in [32u32, 37, 42] {
        let mut table = Table::default();
        for clip in clips {
            let coded = rival::coded(&clip.frames, qp);
            let at = coded.len() / 2;
            let truth = &clip.frames[at];
            let damage = Damage::Coding(qp as f32);
            let window = window_of(&coded, at);
            let twin = classical(&window, &damage);
            let made = run(&mut learned, Task::Deblock, &window, &twin, &damage).expect("runs");
            table.note("nothing", &clip.film, window.now.psnr(truth));
            table.note("classical", &clip.film, twin.psnr(truth));
            table.note("learned", &clip.film, made.psnr(truth));
            for filter in rival::deblockers(qp) {
                let out = rival::filter(&[coded[at].clone()], &filter);
                table.note(&filter, &clip.film, out[0].psnr(truth));
            }
        }
        println!("H.264 at QP {qp}");
        table.print(&["learned"]);
    }
}

fn enlarge(clips: &[Clip], nets: Option<PathBuf>) {
    let mut learned = net(Task::Upscale, nets.as_ref());
    for by in ["lanczos", "bicubic", "area"] {
        let mut table = Table::default();
        for clip in clips {
            let truth = &clip.frames[clip.frames.len() / 2];
            let mut small = match by {
                "lanczos" => upscale::smaller(truth),
                "area" => truth.halved(),
                flags => rival::scaled(truth, truth.width / 2, truth.height / 2, flags),
            };
            small.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
            let window = Window { now: small.clone(), others: Vec::new() };
            let cut = |p: &Plane| p.part(8, 8, truth.width - 16, truth.height - 16);
            let truth = cut(truth);
            let made = run(&mut learned, Task::Upscale, &window, &small, &Damage::Size).expect("runs");
            table.note("nothing", &clip.film, cut(&nothing(Task::Upscale, &window)).psnr(&truth));
            table.note("classical", &clip.film, cut(&classical(&window, &Damage::Size)).psnr(&truth));
            table.note("learned", &clip.film, cut(&made).psnr(&truth));
            for flags in ["lanczos", "bicubic", "spline"] {
                let out = rival::scaled(&small, 2 * small.width, 2 * small.height, flags);
                table.note(&format!("{flags}=scale"), &clip.film, cut(&out).psnr(&truth));
            }
        }
        println!("twice the size, made small by {by} (`nothing` is plain Lanczos of ours)");
        table.print(&["learned", "classical"]);
    }
}

/// What is taken from film with its own grain: how much is left, and whether what was taken follows the picture's detail.
fn real(clips: &[Clip], nets: Option<PathBuf>) {
    let mut learned = net(Task::Denoise, nets.as_ref());
    for clip in clips {
        let level = |frames: &[Plane]| {
            let frames: Vec<Vec<Plane>> = frames.iter().map(|p| vec![p.clone()]).collect();
            measure(&frames)
        };
        let Some(before) = level(&clip.frames) else { continue };
        let damage = Damage::Grain(before.curve(), Box::new(Power::of(&before.model().luma.bands[0])));
        let windows: Vec<Window> = (2..5).map(|at| window_of(&clip.frames, at)).collect();
        let made: Vec<Plane> = windows
            .iter()
            .map(|window| run(&mut learned, Task::Denoise, window, &classical(window, &damage), &damage).expect("runs"))
            .collect();
        let (was, is, others) = (&clip.frames[3], &made[1], &windows[1].others);
        let taken: Vec<f32> = was.data.iter().zip(&is.data).map(|(a, b)| a - b).collect();
        let mut neighbors = is.clone();
        for (i, v) in neighbors.data.iter_mut().enumerate() {
            *v = others.iter().map(|o| o.data[i]).sum::<f32>() / others.len() as f32;
        }
        println!(
            "  {:<16} grain {:5.2} before, {:5.2} after; what was taken: deviation {:5.2}, correlation with detail of the \
             neighbours {:+.3}, of the result {:+.3}",
            clip.film,
            before.deviation(),
            level(&made).map_or(0.0, |m| m.deviation()),
            (taken.iter().map(|r| r * r).sum::<f32>() / taken.len() as f32).sqrt(),
            follows(&taken, &neighbors),
            follows(&taken, is),
        );
    }
}

/// How far what was taken follows the fine detail of a picture, -1 to 1. A picture that was made from the same frame carries
/// some of the frame's grain, and follows it; its neighbours' mean, in line with it, has grain of its own.
fn follows(taken: &[f32], picture: &Plane) -> f64 {
    let smooth = box_mean(&picture.data, picture.width, picture.height, 2);
    let (mut xy, mut xx, mut yy) = (0.0f64, 0.0f64, 0.0f64);
    for ((r, p), even) in taken.iter().zip(&picture.data).zip(&smooth) {
        let (r, d) = (f64::from(*r), f64::from(p - even));
        (xy, xx, yy) = (xy + r * d, xx + r * r, yy + d * d);
    }
    xy / (xx * yy).sqrt().max(1e-9)
}

/// The denoising net alone on pictures of 1920x800, to hold `bottega fix` against.
fn speed(nets: Option<PathBuf>) {
    let mut tool = net(Task::Denoise, nets.as_ref());
    let (w, h) = (1920, 800);
    let given: Vec<Vec<f32>> = (0..8u64).map(|k| field(&Ar::soft(0.3), w, h, k)).collect();
    let alone = median(|| drop(tool.run(Task::Denoise, &given, w, h).expect("runs")));
    println!("the net alone at {w}x{h}, two threads: {:.2} frames a second (median of 5)", 1.0 / alone);
    let mut two: Vec<Tool> = (0..2).map(|_| net_of(Task::Denoise, nets.as_ref(), 1)).collect();
    let abreast = median(|| {
        two.par_iter_mut().for_each(|tool| drop(tool.run(Task::Denoise, &given, w, h).expect("runs")));
    });
    println!("  two frames side by side, one thread each: {:.2}", 2.0 / abreast);
    let frames: Vec<Plane> = given[..5].iter().map(|f| plane_of(f, w, h)).collect();
    let pyramids: Vec<Pyramid> = frames.iter().map(Pyramid::new).collect();
    let others: Vec<&Pyramid> = pyramids[1..].iter().collect();
    let matched = fields(&pyramids[0], &others);
    let near: Vec<&Plane> = frames[1..].iter().collect();
    let window = Window::new(frames[0].clone(), &near, &matched, (1, 1));
    let mean = temporal::mean(&window.now, &window.others, &[9.0; 8]);
    for (what, seconds) in [
        ("made ready for matching", median(|| drop(Pyramid::new(&frames[0])))),
        ("four neighbours matched", median(|| drop(fields(&pyramids[0], &others)))),
        ("and brought into line", median(|| drop(Window::new(frames[0].clone(), &near, &matched, (1, 1))))),
        ("their mean", median(|| drop(temporal::mean(&window.now, &window.others, &[9.0; 8])))),
        ("its blocks shrunk", median(|| drop(dct::shrink(&mean.plane, &mean.left, &[9.0; 8], &Power::white(), 1.0)))),
    ] {
        println!("  {what}: {:.1} ms", 1000.0 * seconds);
    }
}

/// Median seconds of five runs after one that warms up.
fn median(mut work: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..6)
        .map(|_| {
            let begun = std::time::Instant::now();
            work();
            begun.elapsed().as_secs_f64()
        })
        .skip(1)
        .collect();
    times.sort_by(f64::total_cmp);
    times[2]
}

/// A plane of middle grey with `grain` on it.
fn plane_of(grain: &[f32], width: usize, height: usize) -> Plane {
    Plane { width, height, data: grain.iter().map(|g| 128.0 + 9.0 * g).collect() }
}

fn noise(clips: &[Clip]) {
    println!(
        "blind level of grain, three frames a window; re-grain: power by octave of grain made from the fitted model"
    );
    for by in [0.0f32, 0.45, 0.7] {
        for deviation in [2.0f32, 5.0, 10.0, 15.0, 25.0] {
            let (mut errors, mut worst, mut off) = (Vec::new(), 0.0f32, [0.0f64; 3]);
            for (c, clip) in clips.iter().enumerate() {
                let shape = Ar::soft(by);
                let noisy = grainy(clip, deviation, &shape, 7 + 100 * c as u64);
                let frames: Vec<Vec<Plane>> = noisy[..3].iter().map(|p| vec![p.clone()]).collect();
                let Some(m) = measure(&frames) else { continue };
                // Grain that the film has already counts as well, as does rounding.
                let clean: Vec<Vec<Plane>> = clip.frames[..3].iter().map(|p| vec![p.clone()]).collect();
                let own = measure(&clean).map_or(0.0, |m| m.deviation());
                let truth = (deviation * deviation + own * own + 1.0 / 12.0).sqrt();
                let error = m.deviation() / truth - 1.0;
                errors.push(error.abs());
                worst = worst.max(error.abs());
                let (w, h) = (256, 256);
                let meant = octaves(&field(&shape, w, h, 5), w, h).map(|p| p * f64::from(deviation * deviation));
                let made = octaves(&field(&m.model().luma.bands[0], w, h, 6), w, h)
                    .map(|p| p * f64::from(m.deviation().powi(2)));
                (0..3).for_each(|i| off[i] += (10.0 * (made[i] / meant[i]).log10()).abs() / clips.len() as f64);
            }
            let mean = errors.iter().sum::<f32>() / errors.len().max(1) as f32;
            println!(
                "  correlation {by:.2}, grain {deviation:4.0}: level off by {:4.1} % on average, {:4.1} % at most; octaves off by {:.2}, {:.2}, {:.2} dB",
                100.0 * mean,
                100.0 * worst,
                off[0],
                off[1],
                off[2]
            );
        }
    }
}
