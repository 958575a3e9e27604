//! Running a net on a picture of any size, in tiles that leave no seam.

use std::path::{Path, PathBuf};

use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;

use crate::engine::{Engine, EngineError};

/// Pixels of a tile's side without its margin, at most. Larger ones gain no speed and take memory in proportion.
const TILE: usize = 640;

/// A net ready to run.
pub struct Runner {
    session: Session,
    /// Input planes.
    planes: usize,
    /// Sides of what goes in are multiples of this.
    multiple: usize,
    /// How far an input pixel reaches.
    reach: usize,
    tile: usize,
}

/// Why a net did not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The file cannot be read.
    #[error("{path}: {error}", path = path.display())]
    Io {
        /// The net.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// No net, or one that this engine cannot run.
    #[error("the net cannot be run: {0}; it is damaged or made for another runtime")]
    Net(String),
    /// Weights that are damaged, or numbers beyond what they were made for.
    #[error("the net gives values that are no numbers; its weights are damaged")]
    NoNumber,
    /// What comes out is not what was promised.
    #[error("the net gives {found} where {wanted} was expected; its description does not fit it")]
    Shape {
        /// What came.
        found: String,
        /// What should have come.
        wanted: String,
    },
}

impl Runner {
    /// Opens an ONNX file of ours, or of another maker described by `planes`, `multiple` and `reach` (pixels).
    pub fn open(
        bytes: &[u8],
        planes: usize,
        multiple: usize,
        reach: usize,
        threads: usize,
    ) -> Result<Runner, RunError> {
        let engine = Engine::load()?;
        let net = |e: String| RunError::Net(e);
        let builder = Session::builder(&engine.environment).map_err(|e| net(e.to_string()))?;
        let builder = builder.with_intra_threads(threads.max(1)).map_err(|e| net(e.to_string()))?;
        let mut builder =
            builder.with_optimization_level(GraphOptimizationLevel::All).map_err(|e| net(e.to_string()))?;
        let session = builder.commit_from_memory(bytes).map_err(|e| net(e.to_string()))?;
        if session.inputs().len() != 1 || session.outputs().is_empty() {
            return Err(RunError::Shape {
                found: format!("{} inputs and {} outputs", session.inputs().len(), session.outputs().len()),
                wanted: "one of each".to_owned(),
            });
        }
        Ok(Runner { session, planes, multiple: multiple.max(1), reach, tile: TILE })
    }

    /// Opens a file that describes itself, as ours do.
    pub fn of_ours(path: &Path, threads: usize) -> Result<Runner, RunError> {
        let bytes = std::fs::read(path).map_err(|error| RunError::Io { path: path.to_owned(), error })?;
        Runner::described(&bytes, threads)
    }

    /// Opens the bytes of a file that describes itself.
    pub fn described(bytes: &[u8], threads: usize) -> Result<Runner, RunError> {
        let net = crate::onnx::describe(bytes).ok_or_else(|| RunError::Net("it does not say what it is".to_owned()))?;
        Runner::open(bytes, net.planes, net.fold, net.reach(), threads)
    }

    /// Input planes it takes.
    pub fn planes(&self) -> usize {
        self.planes
    }

    /// Sets the longest side of a tile, for tests and for little memory.
    pub fn with_tile(mut self, pixels: usize) -> Runner {
        self.tile = pixels.max(self.multiple);
        self
    }

    /// Runs on `planes`, each of `width * height` numbers, and gives one plane of the same size.
    ///
    /// # Panics
    /// If the planes are not as many and as large as they should be.
    pub fn run(&mut self, planes: &[&[f32]], width: usize, height: usize) -> Result<Vec<f32>, RunError> {
        assert_eq!(planes.len(), self.planes, "planes of the net");
        assert!(planes.iter().all(|p| p.len() == width * height), "planes of one size");
        let mut out = vec![0.0; width * height];
        let margin = self.reach.next_multiple_of(self.multiple);
        let step = self.tile.next_multiple_of(self.multiple);
        for top in (0..height).step_by(step) {
            for left in (0..width).step_by(step) {
                let (bottom, right) = ((top + step).min(height), (left + step).min(width));
                let (y0, x0) = (top.saturating_sub(margin), left.saturating_sub(margin));
                let (y1, x1) = ((bottom + margin).min(height), (right + margin).min(width));
                let (w, h) = ((x1 - x0).next_multiple_of(self.multiple), (y1 - y0).next_multiple_of(self.multiple));
                let mut input = Vec::with_capacity(self.planes * w * h);
                for plane in planes {
                    for y in 0..h {
                        // Beyond the picture its last row and column are repeated.
                        let row = (y0 + y).min(height - 1) * width;
                        let known = x1 - x0;
                        input.extend_from_slice(&plane[row + x0..row + x1]);
                        input.extend(std::iter::repeat_n(plane[row + x1 - 1], w - known));
                    }
                }
                let made = self.tile(&input, w, h)?;
                for y in top..bottom {
                    let from = (y - y0) * w + left - x0;
                    out[y * width + left..y * width + right].copy_from_slice(&made[from..from + right - left]);
                }
            }
        }
        Ok(out)
    }

    fn tile(&mut self, input: &[f32], w: usize, h: usize) -> Result<Vec<f32>, RunError> {
        let shape = [1usize, self.planes, h, w];
        let tensor = TensorRef::from_array_view((shape, input)).map_err(|e| RunError::Net(e.to_string()))?;
        let outputs = self.session.run(ort::inputs![tensor]).map_err(|e| RunError::Net(e.to_string()))?;
        let (shape, numbers) = outputs[0].try_extract_tensor::<f32>().map_err(|e| RunError::Net(e.to_string()))?;
        if numbers.len() != w * h {
            return Err(RunError::Shape { found: format!("{shape:?}"), wanted: format!("one plane of {w}x{h}") });
        }
        // Cheap, and a picture of no numbers would be written as black.
        if numbers.iter().any(|v| !v.is_finite()) {
            return Err(RunError::NoNumber);
        }
        Ok(numbers.to_vec())
    }
}
