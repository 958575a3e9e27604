//! Grain put on a clip's picture, as its timeline says.

use media::Raster;
use specialists::image::grain::{Ar, PlaneGrain};
use specialists::image::plane::Plane;
use specialists::image::synth::{add, hash};
use timeline::Grain;

/// Puts grain on the luma of frame `number`.
pub(crate) fn put(picture: &mut Raster, grain: &Grain, number: i64) {
    let shape = Ar { weights: grain.weights.clone(), innovation: grain.innovation };
    let model = PlaneGrain { levels: grain.levels, bands: vec![shape] };
    let clean = Plane::of_raster(picture, 0);
    let mut grainy = clean.clone();
    add(&mut grainy, &clean, &model, hash(grain.seed, number as u64));
    // Bars are no film, and have no grain.
    for (v, b) in grainy.data.iter_mut().zip(&clean.data) {
        *v = b + ((b - 16.5) / 4.0).clamp(0.0, 1.0) * (*v - b);
    }
    // A clone of a raster shares its samples until one is written; the reel keeps its own.
    grainy.into_raster(picture, 0, None);
}
