//! What a network has learned, in a safetensors file.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use film::ContentHash;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};

use crate::Net;

/// Named arrays of f32.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// Shape and numbers of each.
    pub arrays: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
    /// Words kept beside them.
    pub words: BTreeMap<String, String>,
}

/// Why a file of weights cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// It cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is damaged or something else.
    #[error("{path} holds no weights ({cause}); it is damaged or another kind of file: train again, or copy it again", path = path.display())]
    NotWeights {
        /// The file.
        path: PathBuf,
        /// What was found.
        cause: String,
    },
    /// They belong to another network.
    #[error("the weights are of another network: {0}; use the card that came with them")]
    OfAnother(String),
    /// Not a number among them.
    #[error("the weights of {0} hold a value that is no number; train again from an earlier checkpoint")]
    NotFinite(String),
}

impl Weights {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Weights, WeightsError> {
        let bytes = fs::read(path).map_err(|error| WeightsError::Io { path: path.to_owned(), error })?;
        Weights::parse(&bytes).map_err(|cause| WeightsError::NotWeights { path: path.to_owned(), cause })
    }

    /// Reads the bytes of a file; the error says what was found instead.
    pub fn parse(bytes: &[u8]) -> Result<Weights, String> {
        let (_, head) = SafeTensors::read_metadata(bytes).map_err(|e| e.to_string())?;
        let words = head.metadata().clone().unwrap_or_default().into_iter().collect();
        let file = SafeTensors::deserialize(bytes).map_err(|e| e.to_string())?;
        let mut arrays = BTreeMap::new();
        for (name, view) in file.tensors() {
            if view.dtype() != Dtype::F32 {
                return Err(format!("{name} is {:?}, not F32", view.dtype()));
            }
            let numbers = view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
            arrays.insert(name, (view.shape().to_vec(), numbers));
        }
        Ok(Weights { arrays, words })
    }

    /// As the bytes of a file.
    pub fn bytes(&self) -> Vec<u8> {
        let raw: Vec<(&String, &Vec<usize>, Vec<u8>)> = self
            .arrays
            .iter()
            .map(|(name, (shape, numbers))| (name, shape, numbers.iter().flat_map(|v| v.to_le_bytes()).collect()))
            .collect();
        let views = raw.iter().map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.to_vec(), bytes).expect("shape and numbers agree");
            (name.as_str(), view)
        });
        let words = (!self.words.is_empty()).then(|| self.words.clone().into_iter().collect());
        safetensors::serialize(views, words).expect("arrays of f32 can always be written")
    }

    /// Writes a file, whole or not at all.
    pub fn write(&self, path: &Path) -> Result<(), WeightsError> {
        jobs::Whole::write(path, &self.bytes()).map_err(|error| WeightsError::Io { path: path.to_owned(), error })
    }

    /// Hash of the numbers alone.
    pub fn hash(&self) -> ContentHash {
        ContentHash::of(&Weights { arrays: self.arrays.clone(), words: BTreeMap::new() }.bytes())
    }

    /// Says whether these are weights of `net`, all finite.
    pub fn check(&self, net: &Net) -> Result<(), WeightsError> {
        let mut wanted = BTreeMap::new();
        for c in net.convolutions() {
            wanted.insert(format!("{}.weight", c.name), vec![c.outputs, c.inputs, 3, 3]);
            wanted.insert(format!("{}.bias", c.name), vec![c.outputs]);
        }
        for (name, shape) in &wanted {
            match self.arrays.get(name) {
                None => return Err(WeightsError::OfAnother(format!("`{name}` is missing"))),
                Some((found, _)) if found != shape => {
                    return Err(WeightsError::OfAnother(format!("`{name}` is {found:?}, and should be {shape:?}")));
                }
                Some((_, numbers)) if numbers.iter().any(|v| !v.is_finite()) => {
                    return Err(WeightsError::NotFinite(name.clone()));
                }
                Some(_) => {}
            }
        }
        match self.arrays.keys().find(|name| !wanted.contains_key(*name)) {
            Some(extra) => Err(WeightsError::OfAnother(format!("`{extra}` belongs to no layer"))),
            None => Ok(()),
        }
    }

    /// Weights with which a net changes nothing: random inside, zero at the tail (He et al. 2015 for the spread).
    pub fn fresh(net: &Net, seed: u64) -> Weights {
        let mut state = seed ^ 0x9e37_79b9_7f4a_7c15;
        let mut next = move || {
            // SplitMix64; twelve uniform numbers make one that is normal enough to begin with.
            let mut sum = 0.0f64;
            for _ in 0..12 {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                sum += ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
            }
            (sum - 6.0) as f32
        };
        let mut arrays = BTreeMap::new();
        for c in net.convolutions() {
            let spread = match c.name.as_str() {
                "tail" => 0.0,
                // The second of a block begins small, so that the block begins as doing nothing.
                name if name.ends_with(".b") => 0.1 * (2.0 / (9.0 * c.inputs as f32)).sqrt(),
                _ => (2.0 / (9.0 * c.inputs as f32)).sqrt(),
            };
            let numbers = (0..c.outputs * c.inputs * 9).map(|_| spread * next()).collect();
            arrays.insert(format!("{}.weight", c.name), (vec![c.outputs, c.inputs, 3, 3], numbers));
            arrays.insert(format!("{}.bias", c.name), (vec![c.outputs], vec![0.0; c.outputs]));
        }
        Weights { arrays, words: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NET: Net = Net { planes: 3, fold: 2, width: 8, blocks: 1 };

    #[test]
    fn a_file_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        let mut weights = Weights::fresh(&NET, 3);
        weights.words.insert("made".to_owned(), "by a test".to_owned());
        weights.write(&path).unwrap();
        assert_eq!(Weights::read(&path).unwrap(), weights);
        weights.check(&NET).unwrap();
        assert_ne!(weights.hash(), Weights::fresh(&NET, 4).hash());
    }

    #[test]
    fn what_is_no_weights_of_the_net_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.safetensors");
        let whole = Weights::fresh(&NET, 3);
        let bytes = whole.bytes();
        for broken in [&bytes[..bytes.len() - 7], &bytes[..20], b"", b"RIFF of another kind entirely"] {
            fs::write(&path, broken).unwrap();
            assert!(matches!(Weights::read(&path), Err(WeightsError::NotWeights { .. })));
        }
        let wider = Net { width: 16, ..NET };
        assert!(matches!(whole.check(&wider), Err(WeightsError::OfAnother(_))));
        let mut poisoned = whole.clone();
        poisoned.arrays.get_mut("head.weight").unwrap().1[5] = f32::NAN;
        assert!(matches!(poisoned.check(&NET), Err(WeightsError::NotFinite(name)) if name == "head.weight"));
        let mut extra = whole;
        extra.arrays.insert("more".to_owned(), (vec![1], vec![0.0]));
        assert!(matches!(extra.check(&NET), Err(WeightsError::OfAnother(_))));
    }
}
