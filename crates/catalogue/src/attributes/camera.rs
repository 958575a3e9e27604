//! How the camera moves in a shot.

use crate::reading::sight::Sight;
use crate::snapshot::Camera;

/// Names the move; `fps` frames a second.
pub fn name(sights: &[Sight], fps: f32) -> Camera {
    let n = sights.len() as f32;
    let mean = |f: &dyn Fn(&Sight) -> f32| sights.iter().map(f).sum::<f32>() / n;
    // Picture widths, and growth, a second.
    let v = [0, 1, 2].map(|i| mean(&|s| s.camera[i]) * fps);
    let size = [0, 1, 2].map(|i| mean(&|s| s.camera[i].abs()) * fps);
    // Over the whole shot, not only by the second: a long slow move is one.
    let seconds = n / fps;
    let travel = v.map(|v| v.abs() * seconds);
    let steady = |i: usize| v[i].abs() > 0.5 * size[i];
    let pan = steady(0) && v[0].abs() > 0.025 && travel[0] > 0.06;
    let tilt = steady(1) && v[1].abs() > 0.02 && travel[1] > 0.05;
    let zoom = steady(2) && v[2].abs() > 0.03 && travel[2] > 0.06;
    // A zoom shifts the edge of the picture by half its growth.
    let ranked = [(pan, v[0].abs()), (tilt, v[1].abs()), (zoom, v[2].abs() / 2.0)];
    let strongest = ranked.iter().filter(|r| r.0).map(|r| r.1).fold(0.0, f32::max);
    let rivals = ranked.iter().filter(|r| r.0 && r.1 > 0.6 * strongest).count();
    if rivals > 1 {
        return Camera::Moving;
    }
    if pan && v[0].abs() == strongest {
        return if v[0] > 0.0 { Camera::PanRight } else { Camera::PanLeft };
    }
    if tilt && v[1].abs() == strongest {
        return if v[1] > 0.0 { Camera::TiltDown } else { Camera::TiltUp };
    }
    if zoom {
        return if v[2] > 0.0 { Camera::ZoomIn } else { Camera::ZoomOut };
    }
    let restless = size[0].max(size[1]);
    if restless > 0.08 {
        return Camera::Moving;
    }
    // A hand shakes both ways at once, a little, all the time.
    let turns = |i: usize| {
        let moves: Vec<f32> = sights.iter().map(|s| s.camera[i]).filter(|c| c.abs() * fps > 0.006).collect();
        moves.windows(2).filter(|p| p[0] * p[1] < 0.0).count() as f32 / n
    };
    if restless > 0.02 && size[1] > 0.008 && turns(0) + turns(1) > 0.1 { Camera::Handheld } else { Camera::Static }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::THUMB;

    pub(super) fn moving(by: impl Fn(usize) -> [f32; 3]) -> Vec<Sight> {
        (0..96)
            .map(|i| Sight {
                luma: 0.4,
                contrast: 0.2,
                saturation: 0.2,
                change: 0.01,
                motion: 0.0,
                camera: by(i),
                object: 0.0,
                drift: 0.0,
                sharpness: 0.5,
                focus: [0.5, 0.5],
                thumb: [128; THUMB],
            })
            .collect()
    }

    #[test]
    fn moves_have_names() {
        let shake = |i: usize| [[0.004, -0.003], [-0.004, 0.003], [0.003, 0.004], [-0.003, -0.004]][i % 4];
        for (sights, camera) in [
            (moving(|_| [0.0; 3]), Camera::Static),
            (moving(|_| [0.004, 0.0, 0.0]), Camera::PanRight),
            (moving(|_| [-0.004, 0.0005, 0.0]), Camera::PanLeft),
            (moving(|_| [0.0, -0.003, 0.0]), Camera::TiltUp),
            (moving(|_| [0.0, 0.003, 0.0]), Camera::TiltDown),
            (moving(|_| [0.0, 0.0, 0.004]), Camera::ZoomIn),
            (moving(|_| [0.0, 0.0, -0.004]), Camera::ZoomOut),
            (moving(|_| [0.004, 0.004, 0.0]), Camera::Moving),
            (moving(|i| [shake(i)[0] / 3.0, shake(i)[1] / 3.0, 0.0]), Camera::Handheld),
        ] {
            assert_eq!(name(&sights, 24.0), camera);
        }
    }
}
