//! How many steps of training a second, batches at hand: `cargo run --release -p neural --features torch --example steps`.
//! `docs/measure/eager` holds it against PyTorch. Model and optimizer are the training program's own.

// No library exports them.
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "../src/bin/bottega-train/adam.rs"]
mod adam;
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "../src/bin/bottega-train/checkpoint.rs"]
mod checkpoint;
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "../src/bin/bottega-train/model.rs"]
mod model;

use std::time::Instant;

use adam::Adam;
use checkpoint::Checkpoint;
use model::{Model, Precision};
use neural::{Net, Weights};
use tch::{Device, Kind, Tensor};

/// The net that takes grain away, and the batch it is taught with (`specialists::image`).
const NET: Net = Net { planes: 8, fold: 2, width: 48, blocks: 2 };
const BATCH: i64 = 16;
const SIDE: i64 = 64;
/// Steps that are timed.
const STEPS: u32 = 40;

fn main() {
    tch::set_num_threads(2);
    tch::set_num_interop_threads(1);
    tch::manual_seed(1);
    let x = Tensor::rand([BATCH, NET.planes as i64, SIDE, SIDE], (Kind::Float, Device::Cpu));
    let y = Tensor::rand([BATCH, 1, SIDE, SIDE], (Kind::Float, Device::Cpu));
    for precision in [Precision::F32, Precision::Bf16] {
        let at = Checkpoint::first(Weights::fresh(&NET, 1));
        let mut model = Model::new(NET, &at.weights, Device::Cpu);
        model.precision = precision;
        let mut adam = Adam::new(&model, &at, Device::Cpu);
        let mut step = || {
            let loss = ((model.forward(&x) - &y).square() + 0.0625).sqrt().mean(Kind::Float);
            loss.backward();
            assert!(loss.double_value(&[]).is_finite() && adam.step(&mut model, 1e-4, 0.998));
        };
        (0..5).for_each(|_| step());
        let begun = Instant::now();
        (0..STEPS).for_each(|_| step());
        println!("{:<30} {:.2} steps a second", precision.name(), f64::from(STEPS) / begun.elapsed().as_secs_f64());
    }
}
