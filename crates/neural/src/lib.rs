//! How does a network learn, and run?
//!
//! The only room that names a tensor library. A [`Net`] is written down once; the training program (`bottega-train`, built with
//! the feature `torch`, a process of its own) learns its [`Weights`], [`onnx`] writes it as an ONNX file, and a [`Runner`] runs
//! that file, or one that a studio brings itself, by onnxruntime, which is loaded when it is first needed.
//!
//! What must be true: the program that trains and the one that runs compute the same picture within 1e-4; a training that is
//! killed goes on along the same curve; a picture run in tiles is the picture run whole; a file of weights that is
//! truncated, swapped or not finite is refused by name; nothing here opens a film.
//!
//! Reading order: [`net`], [`weights`], [`onnx`], [`card`], [`slot`], [`engine`], [`run`], [`conform`]; training: [`order`],
//! [`wire`], [`train`].

pub mod card;
pub mod conform;
pub mod engine;
pub mod net;
pub mod onnx;
pub mod order;
pub mod run;
pub mod slot;
pub mod train;
pub mod weights;
pub mod wire;

pub use card::{Card, Metric, State};
pub use engine::{Engine, EngineError};
pub use net::Net;
pub use order::Order;
pub use run::{RunError, Runner};
pub use train::{Batch, TrainError, Trained, Trainer};
pub use weights::{Weights, WeightsError};
