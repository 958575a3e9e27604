//! Real material: stretches that lie inside one shot.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::frame::{BYTES, Frame, H, W};

/// Frames of a file that are all of one shot.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) path: PathBuf,
    pub(crate) fps: f64,
    pub(crate) start: i64,
    pub(crate) end: i64,
}

type Seen = (&'static str, f64, &'static [(i64, i64)]);

/// Interiors seen by eye on contact sheets: file, frames a second, ranges.
const SEEN: &[Seen] = &[
    (
        "trailers/sintel_trailer_480x204_24fps.mp4",
        24.0,
        &[(160, 204), (306, 332), (340, 364), (456, 500), (580, 620), (790, 830), (878, 955)],
    ),
    (
        "clips/steamboat_willie_1928_excerpt_854x480.mp4",
        23.98,
        &[(4, 108), (120, 270), (280, 440), (456, 620), (634, 668)],
    ),
    (
        "clips/caminandes1_llama_drama_excerpt_320x180_av1.webm",
        24.0,
        &[(110, 205), (230, 345), (345, 450), (450, 585), (606, 668)],
    ),
    ("clips/intel_ccby/bottle-detection.mp4", 179.0 / 6.0, &[(0, 300), (300, 600), (600, 1100)]),
    ("clips/intel_ccby/car-detection.mp4", 12.5, &[(0, 150), (150, 370)]),
    (
        "clips/intel_ccby/one-by-one-person-detection.mp4",
        10.0,
        &[(0, 200), (200, 400), (400, 600), (600, 1000), (1000, 1380)],
    ),
    ("clips/intel_ccby/asl_help.mkv", 30.0, &[(0, 55)]),
    ("clips/intel_ccby/asl_learn.mkv", 30.0, &[(0, 58)]),
    ("clips/intel_ccby/asl_school.mkv", 30.0, &[(0, 70)]),
    ("clips/intel_ccby/classroom.preview.gif", 15.0, &[(0, 44)]),
    ("clips/intel_ccby/face-demographics-walking.preview.gif", 12.0, &[(0, 34)]),
];

/// All sources there are, `data` being the data folder.
pub(crate) fn sources(data: &Path) -> Vec<Source> {
    let mut all = Vec::new();
    let list =
        std::fs::read(data.join("shots/big_buck_bunny_first_300s.shots.json")).expect("the hand-checked list is read");
    let list: serde_json::Value = serde_json::from_slice(&list).expect("the hand-checked list is JSON");
    let mut edges: Vec<i64> = list["hard_cuts"].as_array().expect("cuts").iter().filter_map(|v| v.as_i64()).collect();
    // Around gradual transitions nothing is taken.
    edges.extend([64, 746, 834]);
    edges.sort_unstable();
    for pair in edges.windows(2) {
        let (start, end) = (pair[0] + 1, pair[1] - 1);
        if pair[0] != 746 && end - start >= 20 {
            all.push(Source { path: data.join("films/big_buck_bunny_640x360_24fps.mp4"), fps: 24.0, start, end });
        }
    }
    for (path, fps, ranges) in SEEN {
        for &(start, end) in *ranges {
            all.push(Source { path: data.join(path), fps: *fps, start, end });
        }
    }
    all
}

impl Source {
    /// `n` frames from `at`, stretched to the splices' size.
    pub(crate) fn read(&self, at: i64, n: i64) -> Vec<Frame> {
        // Only in MP4 does a seek by time land on the frame meant.
        let by_time = self.path.extension().is_some_and(|e| e == "mp4");
        let seek = ((at as f64 - 0.5) / self.fps).max(0.0);
        let mut command = Command::new("ffmpeg");
        command.args(["-v", "error"]);
        if by_time {
            command.args(["-ss", &format!("{seek:.5}")]);
        }
        let select = if by_time { String::new() } else { format!("trim=start_frame={at},") };
        let filter = format!("{select}scale={W}:{H}:flags=area,setsar=1,format=yuv420p");
        let mut child = command
            .arg("-i")
            .arg(&self.path)
            .args(["-vf", &filter, "-frames:v", &n.to_string(), "-fps_mode", "passthrough", "-f", "rawvideo", "-"])
            .stderr(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("ffmpeg runs");
        let mut bytes = Vec::new();
        child.stdout.take().expect("piped").read_to_end(&mut bytes).expect("frames are read");
        child.wait().expect("ffmpeg ends");
        bytes.chunks_exact(BYTES).map(|c| Frame(c.to_vec())).collect()
    }
}
