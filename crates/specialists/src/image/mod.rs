//! The image specialist: grain, compression and size.
//!
//! Reading order: [`plane`], [`grain`], [`noise`], [`synth`], [`spectrum`]; the classical twins [`align`], [`temporal`],
//! [`dct`], [`upscale`]; [`task`], [`restore`]; material to learn from: [`crops`],
//! [`samples`], [`material`]; [`learn`], [`page`]; in use: [`tool`], [`hand`].

pub mod align;
pub mod critic;
pub mod crops;
pub mod dct;
pub mod grain;
pub mod hand;
pub mod learn;
pub mod manifest;
pub mod material;
pub mod noise;
pub mod page;
pub mod plane;
pub mod restore;
pub mod samples;
pub mod spectrum;
pub mod synth;
pub mod task;
pub mod temporal;
pub mod tool;
pub mod upscale;
