//! A net in hand: one of ours, or one that a studio brought, which is given what its page asks for.

use neural::slot::Slot;
use neural::{RunError, Runner};

use super::restore::UNIT;
use super::task::Task;

/// A net ready for a task.
pub enum Tool {
    /// One of ours.
    Ours(Runner),
    /// Another's, and its page.
    Brought(Runner, Slot),
}

impl Tool {
    /// Runs on the planes of [`inputs`](super::restore::inputs); gives the mended picture in code values.
    pub fn run(&mut self, task: Task, given: &[Vec<f32>], width: usize, height: usize) -> Result<Vec<f32>, RunError> {
        match self {
            Tool::Ours(runner) => {
                let planes: Vec<&[f32]> = given.iter().map(Vec::as_slice).collect();
                let made = runner.run(&planes, width, height)?;
                Ok(made.iter().map(|v| (v * UNIT).clamp(0.0, 255.0)).collect())
            }
            Tool::Brought(runner, slot) => {
                let [low, high] = slot.range;
                let span = (high - low) / 255.0;
                let planes: Vec<Vec<f32>> = slot
                    .inputs
                    .iter()
                    .map(|name| {
                        let codes = codes(task, given, name);
                        let zero = if name == "level" { 0.0 } else { low };
                        codes.iter().map(|v| zero + v * span).collect()
                    })
                    .collect();
                let planes: Vec<&[f32]> = planes.iter().map(Vec::as_slice).collect();
                let made = runner.run(&planes, width, height)?;
                Ok(made.iter().map(|v| ((v - low) / span).clamp(0.0, 255.0)).collect())
            }
        }
    }
}

/// The plane that a page calls `name`, in code values (a level of grain as its deviation, of coding as its quantizer), got
/// back from what our own nets are given.
fn codes(task: Task, given: &[Vec<f32>], name: &str) -> Vec<f32> {
    let mended: Vec<f32> = given[given.len() - 1].iter().map(|v| v * UNIT).collect();
    let beside = |plane: &[f32]| -> Vec<f32> { plane.iter().zip(&mended).map(|(d, m)| d * UNIT + m).collect() };
    if task == Task::Upscale {
        return mended;
    }
    match (name, task) {
        ("frame-2", _) => beside(&given[0]),
        ("frame-1", _) => beside(&given[1]),
        ("frame+1", _) => beside(&given[2]),
        ("frame+2", _) => beside(&given[3]),
        ("frame", Task::Denoise) | ("classical", Task::Deblock) => beside(&given[4]),
        ("level", Task::Denoise) => given[5].iter().map(|v| v * UNIT).collect(),
        ("level", _) => given[5].iter().map(|v| v * 12.0 + 36.0).collect(),
        _ => mended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::plane::Plane;
    use crate::image::restore::{Damage, Window, inputs};

    #[test]
    fn a_brought_net_is_given_the_pictures_themselves() {
        let plane =
            |k: usize| Plane { width: 8, height: 8, data: (0..64).map(|i| (i * 3 + k * 20) as f32 % 255.0).collect() };
        let window = Window { now: plane(0), others: (1..5).map(plane).collect() };
        let classical = plane(6);
        for (task, damage) in [
            (Task::Denoise, Damage::Grain([9.0; 8], Box::new(crate::image::dct::Power::white()))),
            (Task::Deblock, Damage::Coding(33.0)),
        ] {
            let given = inputs(task, &window, &classical, &damage);
            let close = |name: &str, want: &[f32]| {
                let got = codes(task, &given, name);
                assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-3), "{task} {name}");
            };
            close("frame", &window.now.data);
            close("classical", &classical.data);
            for (name, other) in ["frame-2", "frame-1", "frame+1", "frame+2"].iter().zip(&window.others) {
                close(name, &other.data);
            }
            close("level", &[if task == Task::Denoise { 9.0 } else { 33.0 }; 64]);
        }
    }
}
