//! What a network is: a stack of convolutions on a folded picture that mends one of its input planes.

use serde::{Deserialize, Serialize};

/// A residual network on a folded picture (pixel-unshuffle), the one shape that all restoring specialists share.
///
/// Input: `planes` planes of one size, whose sides are multiples of `fold`. All but the last are folded to planes of
/// 1/fold the size, go through a convolution, `blocks` residual blocks of two convolutions, and a last one, are unfolded,
/// and added to the last plane, the picture that is mended. The net itself does not see that plane: what it is shown of the
/// picture is shown as small differences, for a large even part would drown them while it learns. All convolutions are 3x3
/// with a margin of zeros; between them stands max(0, x).
///
/// Working on the folded picture keeps arithmetic dense on a CPU: Shi et al. 2016 (sub-pixel convolution), and the same
/// idea at the input in FFDNet (Zhang et al. 2018).
///
/// ```
/// let net = neural::Net { planes: 8, fold: 2, width: 48, blocks: 2 };
/// assert_eq!(net.convolutions().len(), 6);
/// assert_eq!(net.reach(), 12);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Net {
    /// Input planes, the picture to be mended last.
    pub planes: usize,
    /// Side of a folded cell in pixels.
    pub fold: usize,
    /// Channels inside.
    pub width: usize,
    /// Residual blocks.
    pub blocks: usize,
}

/// One convolution of a [`Net`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Its name: `head`, `body.0.a`, `body.0.b`, `tail`.
    pub name: String,
    /// Channels in.
    pub inputs: usize,
    /// Channels out.
    pub outputs: usize,
}

impl Net {
    /// Its convolutions in order.
    pub fn convolutions(&self) -> Vec<Convolution> {
        let cell = self.fold * self.fold;
        let conv = |name: String, inputs, outputs| Convolution { name, inputs, outputs };
        let mut all = vec![conv("head".to_owned(), (self.planes - 1) * cell, self.width)];
        for block in 0..self.blocks {
            all.push(conv(format!("body.{block}.a"), self.width, self.width));
            all.push(conv(format!("body.{block}.b"), self.width, self.width));
        }
        all.push(conv("tail".to_owned(), self.width, cell));
        all
    }

    /// Numbers that are learned.
    pub fn parameters(&self) -> usize {
        self.convolutions().iter().map(|c| c.inputs * c.outputs * 9 + c.outputs).sum()
    }

    /// Floating-point operations for one pixel of one run.
    pub fn operations_per_pixel(&self) -> f64 {
        let macs: usize = self.convolutions().iter().map(|c| c.inputs * c.outputs * 9).sum();
        2.0 * macs as f64 / (self.fold * self.fold) as f64
    }

    /// How far, in pixels, an input pixel can change the output.
    pub fn reach(&self) -> usize {
        self.fold * self.convolutions().len()
    }

    /// Whether it can be built at all: nothing empty, nothing enormous.
    pub fn sound(&self) -> bool {
        (2..=64).contains(&self.planes)
            && (1..=8).contains(&self.fold)
            && (1..=1024).contains(&self.width)
            && self.blocks <= 256
    }
}
