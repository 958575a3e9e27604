//! The two engines on one net and one picture, two threads each, in turn: `cargo run --release -p neural --features torch
//! --example engines [WIDTH HEIGHT]`. Which is faster runs by default. Both bare: one call on the whole picture, no tiles.

// The trainer's own description of the net, which no library exports.
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "../src/bin/bottega-train/model.rs"]
mod model;

use std::time::Instant;

use model::Model;
use neural::{Net, Runner, Weights};
use tch::{Device, Kind, Tensor};

/// The net that takes grain away (`specialists::image::task`).
const NET: Net = Net { planes: 8, fold: 2, width: 48, blocks: 2 };

fn main() {
    let sides: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let (w, h) = if let [w, h] = sides[..] { (w, h) } else { (1920, 800) };
    let weights = Weights::fresh(&NET, 1);
    let onnx = neural::onnx::write(&NET, &weights).expect("a net");
    let whole = || Runner::described(&onnx, 2).expect("onnxruntime").with_tile(w.max(h));
    let mut run = whole();
    let mut tiles = Runner::described(&onnx, 2).expect("onnxruntime");
    tch::set_num_threads(2);
    tch::set_num_interop_threads(1);
    let model = Model::new(NET, &weights, Device::Cpu);
    let x = Tensor::rand([1, NET.planes as i64, h as i64, w as i64], (Kind::Float, Device::Cpu));
    let flat = Vec::<f32>::try_from(&x.view([-1])).expect("numbers");
    let planes: Vec<&[f32]> = flat.chunks_exact(w * h).collect();
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for round in 0..6 {
        let clock = |work: &mut dyn FnMut()| {
            let begun = Instant::now();
            work();
            begun.elapsed().as_secs_f64()
        };
        let each = [
            clock(&mut || drop(run.run(&planes, w, h).expect("runs"))),
            clock(&mut || drop(tiles.run(&planes, w, h).expect("runs"))),
            clock(&mut || drop(tch::no_grad(|| model.forward(&x)))),
        ];
        // The first round warms up.
        if round > 0 {
            times.iter_mut().zip(each).for_each(|(t, s)| t.push(s));
        }
    }
    for (name, times) in ["onnxruntime, whole", "onnxruntime, in tiles", "libtorch, whole"].iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{name:<22} {:.2} frames a second at {w}x{h} (median of 5)", 1.0 / times[2]);
    }
}
