//! What is in this file?
pub mod encode;
pub mod raster;
pub mod scale;

pub use raster::Raster;
