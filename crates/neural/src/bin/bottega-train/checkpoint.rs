//! All that a training needs to go on, in one safetensors file that is whole or not there.

use neural::wire::Look;
use neural::{Order, Weights, WeightsError};
use serde::{Deserialize, Serialize};

/// A training at rest.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) weights: Weights,
    pub(crate) first: Weights,
    pub(crate) second: Weights,
    pub(crate) average: Weights,
    pub(crate) best: Weights,
    pub(crate) usual: f64,
    pub(crate) updates: i32,
    pub(crate) step: u64,
    pub(crate) stale: u32,
    pub(crate) seconds: f64,
    pub(crate) curve: Vec<Look>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    usual: f64,
    updates: i32,
    step: u64,
    stale: u32,
    seconds: f64,
    curve: Vec<Look>,
}

impl Checkpoint {
    /// The beginning.
    pub(crate) fn first(weights: Weights) -> Checkpoint {
        Checkpoint {
            average: weights.clone(),
            best: weights.clone(),
            weights,
            first: Weights::default(),
            second: Weights::default(),
            usual: 0.0,
            updates: 0,
            step: 0,
            stale: 0,
            seconds: 0.0,
            curve: Vec::new(),
        }
    }

    /// The checkpoint of `order`, if one lies there that is whole and of this order; another is begun anew.
    pub(crate) fn read(order: &Order) -> Option<Checkpoint> {
        let file = Weights::read(&order.checkpoint).ok()?;
        if file.words.get("order")? != &order.fingerprint().to_string() {
            return None;
        }
        let head: Head = serde_json::from_str(file.words.get("head")?).ok()?;
        let part = |prefix: &str| {
            let arrays = file
                .arrays
                .iter()
                .filter_map(|(name, a)| Some((name.strip_prefix(prefix)?.strip_prefix('/')?.to_owned(), a.clone())));
            Weights { arrays: arrays.collect(), ..Weights::default() }
        };
        let at = Checkpoint {
            weights: part("weights"),
            first: part("first"),
            second: part("second"),
            average: part("average"),
            best: part("best"),
            usual: head.usual,
            updates: head.updates,
            step: head.step,
            stale: head.stale,
            seconds: head.seconds,
            curve: head.curve,
        };
        let whole = [&at.weights, &at.first, &at.second, &at.average, &at.best];
        whole.iter().all(|w| w.check(&order.net).is_ok()).then_some(at)
    }

    pub(crate) fn write(&self, order: &Order) -> Result<(), WeightsError> {
        let mut file = Weights::default();
        for (prefix, part) in [
            ("weights", &self.weights),
            ("first", &self.first),
            ("second", &self.second),
            ("average", &self.average),
            ("best", &self.best),
        ] {
            file.arrays.extend(part.arrays.iter().map(|(name, a)| (format!("{prefix}/{name}"), a.clone())));
        }
        let head = Head {
            usual: self.usual,
            updates: self.updates,
            step: self.step,
            stale: self.stale,
            seconds: self.seconds,
            curve: self.curve.clone(),
        };
        file.words.insert("order".to_owned(), order.fingerprint().to_string());
        file.words.insert("head".to_owned(), serde_json::to_string(&head).expect("plain data"));
        file.write(&order.checkpoint)
    }
}
