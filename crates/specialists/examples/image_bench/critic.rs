//! How well the critic tells flaws that were put in from the film as it is.

use std::path::PathBuf;

use specialists::image::critic::{Flaw, Glance, grain_apart};
use specialists::image::grain::Ar;
use specialists::image::plane::Plane;

use crate::rival;
use crate::window::{Clip, clips};

/// Windows of a film.
const WINDOWS: i64 = 8;

pub(crate) fn critic(films: &[PathBuf]) {
    let clips = clips(films, WINDOWS);
    let look = |frames: &[Plane]| Glance::at(0, &frames[2..5]);
    let clean: Vec<Glance> = clips.iter().map(|c| look(&c.frames)).collect();
    let through = |f: &dyn Fn(&Clip) -> Vec<Plane>| -> Vec<Glance> { clips.iter().map(|c| look(&f(c))).collect() };
    let tell = |name: &str, flaw: Flaw, flawed: &[Glance]| {
        report(
            name,
            flaw,
            &clean.iter().map(|g| g.mark(flaw).value).collect::<Vec<_>>(),
            &flawed.iter().map(|g| g.mark(flaw).value).collect::<Vec<_>>(),
        );
    };
    println!("{} windows as they are, and with each flaw put in", clips.len());
    for (name, codec, quality) in [
        ("MPEG-4 part 2, q 8", "mpeg4", "8"),
        ("MPEG-4 part 2, q 16", "mpeg4", "16"),
        ("MPEG-2, q 12", "mpeg2video", "12"),
    ] {
        tell(
            &format!("blocking: {name}"),
            Flaw::Blocking,
            &through(&|c| rival::through(&c.frames, &["-c:v", codec, "-q:v", quality], "matroska")),
        );
    }
    for bits in [6, 5] {
        let step = (1 << (8 - bits)) as f32;
        tell(
            &format!("banding: {bits} bits"),
            Flaw::Banding,
            &through(&|c| each(&c.frames, |v| (v / step).floor() * step + 0.5 * step)),
        );
    }
    for (name, flags, by) in [
        ("Lanczos from 1/2", "lanczos", 2.0),
        ("bicubic from 1/2", "bicubic", 2.0),
        ("bicubic from 2/3", "bicubic", 1.5),
    ] {
        let again = |c: &Clip| {
            let (w, h) = (c.frames[0].width, c.frames[0].height);
            let small = |n: usize| ((n as f64 / by / 2.0).round() as usize) * 2;
            rival::filter(&c.frames, &format!("scale={}:{}:flags=area,scale={w}:{h}:flags={flags}", small(w), small(h)))
        };
        tell(&format!("upscaled: {name}"), Flaw::Upscaled, &through(&again));
        tell(
            &format!("upscaled: {name}, then H.264 at QP 22"),
            Flaw::Upscaled,
            &through(&|c| rival::coded(&again(c), 22)),
        );
    }
    for filter in
        ["nlmeans=s=8:p=7:r=9", "bm3d=sigma=14:block=4:bstep=4:group=1", "hqdn3d=8:8:12:12", "smartblur=lr=2:ls=1:lt=8"]
    {
        tell(&format!("smoothed: {filter}"), Flaw::Smoothed, &through(&|c| rival::filter(&c.frames, filter)));
    }
    // Neighbours are windows of one film; grain is put on one of each two.
    let neighbors = |other: &[Glance]| -> Vec<f32> {
        let mut all = Vec::new();
        for i in 1..clips.len() {
            if let (true, Some(a), Some(b)) = (clips[i].film == clips[i - 1].film, clean[i - 1].grain, other[i].grain) {
                all.push(grain_apart(a, b));
            }
        }
        all
    };
    let as_is = neighbors(&clean);
    for (name, deviation) in [("1.5 codes", 1.5), ("3 codes", 3.0), ("6 codes", 6.0)] {
        let shape = Ar::soft(0.4);
        let grainy = through(&|c| crate::grainy(c, deviation, &shape, 77));
        report(&format!("grain mismatch: {name} more"), Flaw::GrainMismatch, &as_is, &neighbors(&grainy));
    }
}

fn each(frames: &[Plane], f: impl Fn(f32) -> f32) -> Vec<Plane> {
    frames.iter().map(|p| Plane { data: p.data.iter().map(|v| f(*v)).collect(), ..*p }).collect()
}

/// Area under the curve, and what limits let pass.
fn report(name: &str, flaw: Flaw, clean: &[f32], flawed: &[f32]) {
    let mut wins = 0.0;
    for f in flawed {
        for c in clean {
            wins += if f > c {
                1.0
            } else if f == c {
                0.5
            } else {
                0.0
            };
        }
    }
    let limit = flaw.calibration().limit;
    let over = |v: &[f32]| 100.0 * v.iter().filter(|x| **x > limit).count() as f64 / v.len().max(1) as f64;
    let median = |v: &[f32]| {
        let mut v = v.to_vec();
        v.sort_by(f32::total_cmp);
        v[v.len() / 2]
    };
    println!(
        "  {name:<48} AUROC {:.3}   over the limit of {limit}: {:3.0} % of the flawed, {:3.1} % of the clean   medians {:.2} and {:.2}",
        wins / (clean.len() * flawed.len()).max(1) as f64,
        over(flawed),
        over(clean),
        median(flawed),
        median(clean),
    );
}
