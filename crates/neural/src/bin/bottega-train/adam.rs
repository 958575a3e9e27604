//! Adam (Kingma and Ba 2015) with decoupled decay (Loshchilov and Hutter 2019), a guard on the gradient, and a moving average
//! of the weights. Written out, since its state must be saved with the weights for a killed training to go on alike.

use std::collections::BTreeMap;

use neural::Weights;
use tch::{Device, Kind, Tensor};

use crate::checkpoint::Checkpoint;
use crate::model::{Model, numbers};

const FIRST: f64 = 0.9;
const SECOND: f64 = 0.999;
const DECAY: f64 = 1e-4;
/// Longest gradient let through, in its usual length so far.
const SHARP: f64 = 4.0;

pub(crate) struct Adam {
    first: BTreeMap<String, Tensor>,
    second: BTreeMap<String, Tensor>,
    average: BTreeMap<String, Tensor>,
    /// Usual length of the gradient.
    usual: f64,
    steps: i32,
}

impl Adam {
    pub(crate) fn new(model: &Model, at: &Checkpoint, device: Device) -> Adam {
        let load = |kept: &Weights, model: &Model| {
            model
                .arrays
                .iter()
                .map(|(name, now)| {
                    let t = match kept.arrays.get(name) {
                        Some((_, numbers)) => Tensor::from_slice(numbers).view(now.size().as_slice()).to_device(device),
                        None => now.zeros_like().detach(),
                    };
                    (name.clone(), t)
                })
                .collect()
        };
        Adam {
            first: load(&at.first, model),
            second: load(&at.second, model),
            average: load(&at.average, model),
            usual: at.usual,
            steps: at.updates,
        }
    }

    /// Takes one step; false, and nothing is changed, if the gradient is no number.
    pub(crate) fn step(&mut self, model: &mut Model, rate: f64, average: f64) -> bool {
        tch::no_grad(|| {
            let square: f64 =
                model.arrays.values().map(|p| p.grad().square().sum(Kind::Double).double_value(&[])).sum();
            let length = square.sqrt();
            if !length.is_finite() {
                return false;
            }
            let limit = if self.steps < 10 { f64::INFINITY } else { SHARP * self.usual };
            let shrink = if length > limit { limit / length } else { 1.0 };
            self.usual = if self.steps == 0 { length } else { 0.98 * self.usual + 0.02 * length.min(limit) };
            self.steps += 1;
            let (c1, c2) = (1.0 - FIRST.powi(self.steps), 1.0 - SECOND.powi(self.steps));
            // A young average follows the weights closely.
            let keep = average.min((1.0 + f64::from(self.steps)) / (10.0 + f64::from(self.steps)));
            for (name, p) in &mut model.arrays {
                let g = p.grad() * shrink;
                let m = self.first.get_mut(name).expect("made from the model");
                let v = self.second.get_mut(name).expect("made from the model");
                let _ = m.g_mul_scalar_(FIRST).g_add_(&(&g * (1.0 - FIRST)));
                let _ = v.g_mul_scalar_(SECOND).g_add_(&(g.square() * (1.0 - SECOND)));
                let change = (&*m / c1) / ((&*v / c2).sqrt() + 1e-8);
                let decay = if name.ends_with("weight") { 1.0 - rate * DECAY } else { 1.0 };
                let _ = p.g_mul_scalar_(decay).g_sub_(&(change * rate));
                let e = self.average.get_mut(name).expect("made from the model");
                let _ = e.g_mul_scalar_(keep).g_add_(&(&*p * (1.0 - keep)));
                p.zero_grad();
            }
            true
        })
    }

    pub(crate) fn averaged(&self) -> Weights {
        arrays(&self.average)
    }

    pub(crate) fn keep(&self, at: &mut Checkpoint) {
        at.first = arrays(&self.first);
        at.second = arrays(&self.second);
        at.average = arrays(&self.average);
        (at.usual, at.updates) = (self.usual, self.steps);
    }
}

fn arrays(of: &BTreeMap<String, Tensor>) -> Weights {
    Weights { arrays: of.iter().map(|(n, t)| (n.clone(), numbers(t))).collect(), words: BTreeMap::new() }
}
