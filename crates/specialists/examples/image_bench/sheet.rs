//! Held-out shots as an eye sees them: source, classical, learned and what it should be, side by side; the worst and some others.

use std::path::{Path, PathBuf};

use image::{GrayImage, Luma};
use specialists::image::dct::Power;
use specialists::image::grain::Ar;
use specialists::image::hand::run;
use specialists::image::noise::measure;
use specialists::image::plane::{Plane, psnr};
use specialists::image::restore::{Damage, Window, classical, nothing};
use specialists::image::synth::hash;
use specialists::image::task::Task;
use specialists::image::upscale;

use crate::window::{Clip, clips};
use crate::{grainy, net, rival, window_of};

/// Windows of a film.
const WINDOWS: i64 = 9;
/// Shots on a sheet.
const SHOWN: usize = 10;
/// Pixels of what is shown of each, across and down, and between them.
const SEEN: (usize, usize, usize) = (184, 120, 4);

/// A shot, before and after: source, classical, learned, as it should be.
struct Shown {
    film: String,
    window: usize,
    gain: f64,
    line: String,
    pictures: [Plane; 4],
}

pub(crate) fn sheet(films: &[PathBuf], nets: Option<&PathBuf>) {
    let clips = clips(films, WINDOWS);
    for task in Task::ALL {
        let mut learned = net(task, nets);
        let mut all: Vec<Shown> = clips
            .iter()
            .enumerate()
            .map(|(n, clip)| {
                let (window, damage, truth) = given(task, clip, n as u64);
                let twin = classical(&window, &damage);
                let given = if task == Task::Upscale { window.now.clone() } else { twin.clone() };
                let made = run(&mut learned, task, &window, &given, &damage).expect("runs");
                shown(clip, n, [nothing(task, &window), twin, made, truth])
            })
            .collect();
        all.sort_by(|a, b| a.gain.total_cmp(&b.gain));
        let mut others = all.split_off(SHOWN.min(all.len()));
        others.sort_by_key(|s| hash(4, s.window as u64));
        others.truncate(SHOWN);
        for (name, some) in [("worst", &all), ("others", &others)] {
            let file = format!("{task}_{name}.png");
            println!("{file}");
            some.iter().enumerate().for_each(|(i, s)| println!("  {:>2} {:<12} {}", i + 1, s.film, s.line));
            draw(Path::new(&file), some);
        }
    }
}

/// A window as the task finds it, and what it should become.
fn given(task: Task, clip: &Clip, seed: u64) -> (Window, Damage, Plane) {
    let at = clip.frames.len() / 2;
    let truth = clip.frames[at].clone();
    match task {
        Task::Denoise => {
            let strong = [5.0, 10.0, 15.0, 25.0][seed as usize % 4];
            let noisy = grainy(clip, strong, &Ar::soft(0.45), 1000 * seed);
            let frames: Vec<Vec<Plane>> = noisy.iter().map(|p| vec![p.clone()]).collect();
            let measured = measure(&frames).expect("grain");
            let power = Power::of(&measured.model().luma.bands[0]);
            (window_of(&noisy, at), Damage::Grain(measured.curve(), Box::new(power)), truth)
        }
        Task::Deblock => {
            let qp = [32, 37, 42][seed as usize % 3];
            (window_of(&rival::coded(&clip.frames, qp), at), Damage::Coding(qp as f32), truth)
        }
        Task::Upscale => {
            let mut small = upscale::smaller(&truth);
            small.data.iter_mut().for_each(|v| *v = v.round().clamp(0.0, 255.0));
            (Window { now: small, others: Vec::new() }, Damage::Size, truth)
        }
    }
}

fn shown(clip: &Clip, window: usize, whole: [Plane; 4]) -> Shown {
    // A border of an enlarged picture is nobody's fault.
    let inner = |p: &Plane| p.part(8, 8, p.width - 16, p.height - 16);
    let truth = inner(&whole[3]);
    let db = [0, 1, 2].map(|i| psnr(inner(&whole[i]).apart(&truth)));
    let (w, h) = (SEEN.0.min(truth.width), SEEN.1.min(truth.height));
    // The place with the most to see: skies say little.
    let busy = |x: usize, y: usize| -> f32 {
        let part = whole[3].part(x, y, w, h);
        part.data.windows(2).map(|v| (v[0] - v[1]).abs()).sum()
    };
    let places = (0..whole[3].width - w + 1)
        .step_by(24)
        .flat_map(|x| (0..whole[3].height - h + 1).step_by(24).map(move |y| (x, y)));
    let (x, y) = places.max_by(|a, b| busy(a.0, a.1).total_cmp(&busy(b.0, b.1))).expect("a picture");
    Shown {
        film: clip.film.clone(),
        window,
        gain: db[2] - db[0],
        line: format!("source {:.1} dB, classical {:.1}, learned {:.1}", db[0], db[1], db[2]),
        pictures: whole.map(|p| p.part(x, y, w, h)),
    }
}

fn draw(file: &Path, shots: &[Shown]) {
    let (w, h, gap) = (SEEN.0 as u32, SEEN.1 as u32, SEEN.2 as u32);
    let mut sheet = GrayImage::from_pixel(4 * (w + gap) - gap, shots.len() as u32 * (h + gap) - gap, Luma([255]));
    for (row, shot) in shots.iter().enumerate() {
        for (column, picture) in shot.pictures.iter().enumerate() {
            let (left, top) = (column as u32 * (w + gap), row as u32 * (h + gap));
            for (i, v) in picture.data.iter().enumerate() {
                let (x, y) = ((i % picture.width) as u32, (i / picture.width) as u32);
                sheet.put_pixel(left + x, top + y, Luma([v.round().clamp(0.0, 255.0) as u8]));
            }
        }
    }
    sheet.save(file).expect("a picture can be written here");
}
