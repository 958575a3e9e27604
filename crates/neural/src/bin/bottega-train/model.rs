//! A net in libtorch.

use std::collections::BTreeMap;

use neural::{Net, Weights};
use tch::{Device, Kind, Tensor};

/// What products are computed in; weights and sums stay f32.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Precision {
    F32,
    Bf16,
}

impl Precision {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Precision::F32 => "f32",
            Precision::Bf16 => "bf16 products, f32 weights",
        }
    }
}

/// A net with weights that can learn.
pub(crate) struct Model {
    net: Net,
    pub(crate) arrays: BTreeMap<String, Tensor>,
    pub(crate) precision: Precision,
}

impl Model {
    pub(crate) fn new(net: Net, weights: &Weights, device: Device) -> Model {
        let array = |(shape, numbers): &(Vec<usize>, Vec<f32>)| {
            let shape: Vec<i64> = shape.iter().map(|d| *d as i64).collect();
            Tensor::from_slice(numbers).view(shape.as_slice()).to_device(device).set_requires_grad(true)
        };
        let arrays = weights.arrays.iter().map(|(name, a)| (name.clone(), array(a))).collect();
        Model { net, arrays, precision: Precision::F32 }
    }

    /// `[n, planes, h, w]` to `[n, 1, h, w]`.
    pub(crate) fn forward(&self, x: &Tensor) -> Tensor {
        let last = self.net.planes as i64 - 1;
        let kept = x.narrow(1, last, 1);
        let fold = self.net.fold as i64;
        let mut y = channels_last(&x.narrow(1, 0, last).contiguous().pixel_unshuffle(fold));
        if self.precision == Precision::Bf16 {
            y = y.to_kind(Kind::BFloat16);
        }
        y = self.convolve("head", &y).relu();
        for block in 0..self.net.blocks {
            let inner = self.convolve(&format!("body.{block}.a"), &y).relu();
            // Not in place: the way back needs what went in.
            y = y.g_add(&self.convolve(&format!("body.{block}.b"), &inner));
        }
        kept + self.convolve("tail", &y).to_kind(Kind::Float).pixel_shuffle(fold)
    }

    fn convolve(&self, name: &str, x: &Tensor) -> Tensor {
        let (mut w, mut b) = (
            channels_last(&self.arrays[&format!("{name}.weight")]),
            self.arrays[&format!("{name}.bias")].shallow_clone(),
        );
        if self.precision == Precision::Bf16 {
            (w, b) = (w.to_kind(Kind::BFloat16), b.to_kind(Kind::BFloat16));
        }
        x.conv2d(&w, Some(&b), [1, 1], [1, 1], [1, 1], 1)
    }

    pub(crate) fn weights(&self) -> Weights {
        Weights { arrays: self.arrays.iter().map(|(n, t)| (n.clone(), numbers(t))).collect(), words: BTreeMap::new() }
    }

    pub(crate) fn forget_gradients(&mut self) {
        self.arrays.values_mut().for_each(Tensor::zero_grad);
    }
}

/// An array back in plain memory.
pub(crate) fn numbers(t: &Tensor) -> (Vec<usize>, Vec<f32>) {
    let shape = t.size().iter().map(|d| *d as usize).collect();
    let flat = t.detach().to_device(Device::Cpu).to_kind(Kind::Float).contiguous().view([-1]);
    (shape, Vec::<f32>::try_from(&flat).expect("an array of f32"))
}

/// Channels next to each other in memory, which the CPU's convolutions want: measured 1.3 to 1.4 times as fast.
fn channels_last(x: &Tensor) -> Tensor {
    x.permute([0, 2, 3, 1]).contiguous().permute([0, 3, 1, 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A part of a real frame as `planes` planes, each shifted a little.
    fn picture(planes: usize) -> (Vec<Vec<f32>>, usize, usize) {
        let bytes = include_bytes!("../../../tests/fixtures/frame-192x128.gray");
        let shifted = |p: usize| (0..bytes.len()).map(|i| f32::from(bytes[(i + p) % bytes.len()]) / 16.0).collect();
        ((0..planes).map(shifted).collect(), 192, 128)
    }

    #[test]
    fn the_net_that_is_taught_and_the_one_that_runs_agree() {
        if neural::Engine::load().is_err() {
            eprintln!("SKIPPED: onnxruntime is not here");
            return;
        }
        for net in [
            Net { planes: 8, fold: 2, width: 48, blocks: 2 },
            Net { planes: 3, fold: 2, width: 16, blocks: 0 },
            Net { planes: 2, fold: 4, width: 32, blocks: 1 },
        ] {
            let mut weights = Weights::fresh(&net, 11);
            // A tail of zeros would hide all that comes before it.
            let mut state = 5u32;
            for v in &mut weights.arrays.get_mut("tail.weight").unwrap().1 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                *v = ((state >> 8) as f32 / (1 << 24) as f32 - 0.5) * 0.1;
            }
            let (planes, w, h) = picture(net.planes);
            let flat: Vec<f32> = planes.concat();
            let x = Tensor::from_slice(&flat).view([1, net.planes as i64, h as i64, w as i64]);
            let (_, taught) = numbers(&tch::no_grad(|| Model::new(net, &weights, Device::Cpu).forward(&x)));
            let onnx = neural::onnx::write(&net, &weights).unwrap();
            let given: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
            let run = neural::Runner::described(&onnx, 2).unwrap().run(&given, w, h).unwrap();
            let apart = taught.iter().zip(&run).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            let changed = planes[net.planes - 1].iter().zip(&run).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(changed > 0.05, "the net does something: {changed}");
            assert!(apart < 1e-4, "{net:?}: {apart}");
        }
    }

    #[test]
    fn tiles_leave_no_seam() {
        if neural::Engine::load().is_err() {
            eprintln!("SKIPPED: onnxruntime is not here");
            return;
        }
        let net = Net { planes: 3, fold: 2, width: 24, blocks: 2 };
        let mut weights = Weights::fresh(&net, 3);
        weights
            .arrays
            .get_mut("tail.weight")
            .unwrap()
            .1
            .iter_mut()
            .enumerate()
            .for_each(|(i, v)| *v = 0.01 * ((i % 7) as f32 - 3.0));
        let onnx = neural::onnx::write(&net, &weights).unwrap();
        let (planes, w, h) = picture(3);
        let given: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
        let whole = neural::Runner::described(&onnx, 2).unwrap().run(&given, w, h).unwrap();
        for tile in [16, 50, 100] {
            let tiled = neural::Runner::described(&onnx, 2).unwrap().with_tile(tile).run(&given, w, h).unwrap();
            let apart = whole.iter().zip(&tiled).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(apart < 1e-4, "{tile}: {apart}");
        }
    }
}
