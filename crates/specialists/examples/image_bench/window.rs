//! Windows of film to measure on.

use std::path::PathBuf;

use media::scale::Unpacker;
use media::{Pictures, PicturesOptions, Skip};
use specialists::image::plane::Plane;

/// Frames of a window.
const FRAMES: usize = 7;

/// Some frames' luma.
pub(crate) struct Clip {
    pub(crate) film: String,
    pub(crate) frames: Vec<Plane>,
}

/// `windows` windows spread over each film, at most 640x384 of the middle of the picture; large pictures at half their size.
pub(crate) fn clips(films: &[PathBuf], windows: i64) -> Vec<Clip> {
    let mut out = Vec::new();
    for path in films {
        let film = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let probe = media::probe(path).expect("a film");
        let index = media::index(path, &probe).expect("a film");
        let options = PicturesOptions { threads: 0, skip: Skip::Nothing };
        let mut pictures = Pictures::open(path, &probe, &index, options).expect("a film");
        let mut unpacker = Unpacker::default();
        for n in 0..windows {
            let at = (index.frames() - FRAMES as i64) * (2 * n + 1) / (2 * windows);
            pictures.seek(at.max(0)).expect("seeks");
            let mut frames = Vec::new();
            while frames.len() < FRAMES {
                let Some(picture) = pictures.next().expect("decodes") else { break };
                let raster = unpacker.unpack(&picture).expect("unpacks");
                let mut luma = Plane::of_raster(&raster, 0);
                if luma.width >= 1280 {
                    luma = luma.halved();
                }
                let (w, h) = (luma.width.min(640) / 16 * 16, luma.height.min(384) / 16 * 16);
                let mut part = luma.part((luma.width - w) / 2, (luma.height - h) / 2, w, h);
                part.data.iter_mut().for_each(|v| *v = v.round());
                frames.push(part);
            }
            if frames.len() == FRAMES {
                out.push(Clip { film: film.clone(), frames });
            }
        }
    }
    out
}
