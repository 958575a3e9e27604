//! What the system's FFmpeg does with the same frames.

use std::io::Write;
use std::process::{Command, Stdio};

use specialists::image::plane::Plane;

/// A filter with one setting; `time` if it looks at neighbouring frames.
pub(crate) struct Rival {
    pub(crate) filter: String,
    pub(crate) time: bool,
}

/// The denoisers and their grids for grain of a deviation.
pub(crate) fn rivals(deviation: f32) -> Vec<Rival> {
    let mut all = Vec::new();
    let mut add = |filter: String, time: bool| all.push(Rival { filter, time });
    for s in [2.0, 4.0, 7.0, 12.0, 20.0] {
        for t in [3.0, 6.0, 12.0, 25.0] {
            add(format!("hqdn3d={s}:{s}:{t}:{t}"), true);
        }
    }
    for a in [0.02, 0.05, 0.1, 0.2, 0.3] {
        for ratio in [1.0, 2.0, 6.0] {
            let b = f64::min(a * ratio, 5.0);
            add(format!("atadenoise=0a={a}:0b={b}:1a={a}:1b={b}:2a={a}:2b={b}:s=7"), true);
        }
    }
    for times in [0.4, 0.7, 1.0, 1.5, 2.2] {
        add(format!("nlmeans=s={}:p=7:r=15", (deviation * times).clamp(1.0, 30.0)), false);
    }
    // With this FFmpeg groups larger than one take nearly nothing away, whatever the threshold of likeness.
    for times in [2.5, 4.0, 6.0, 9.0] {
        add(format!("bm3d=sigma={}:block=4:bstep=4:group=1", deviation * times), false);
    }
    for times in [1.0, 1.5, 2.0, 3.0, 4.5] {
        add(format!("vaguedenoiser=threshold={}:method=garrote:nsteps=5", deviation * times), false);
    }
    all
}

/// The deblockers and their grids.
pub(crate) fn deblockers(qp: u32) -> Vec<String> {
    let mut all: Vec<String> = ["weak", "strong"]
        .iter()
        .flat_map(|kind| {
            [0.05, 0.1, 0.2].map(|a| {
                format!("deblock=filter={kind}:block=8:alpha={a}:beta={}:gamma={}:delta={}", a / 2.0, a / 2.0, a / 2.0)
            })
        })
        .collect();
    all.extend(["pp=hb/vb", "pp=hb/vb/dr", "pp=ha/va"].map(str::to_owned));
    all.extend([qp.saturating_sub(12), qp.saturating_sub(6), qp].map(|q| format!("spp=4:{q}")));
    all
}

/// `frames` through a chain of filters.
pub(crate) fn filter(frames: &[Plane], filter: &str) -> Vec<Plane> {
    let (w, h) = (frames[0].width, frames[0].height);
    let bytes = pipe(&["-vf", filter, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], frames);
    planes(&bytes, w, h)
}

/// `frames` as H.264 at a constant quantizer leaves them.
pub(crate) fn coded(frames: &[Plane], qp: u32) -> Vec<Plane> {
    through(frames, &["-c:v", "libx264", "-preset", "medium", "-qp", &qp.to_string()], "h264")
}

/// `frames` as a codec leaves them, in a container that can be piped.
pub(crate) fn through(frames: &[Plane], codec: &[&str], container: &str) -> Vec<Plane> {
    let stream = pipe(&[codec, &["-f", container, "-"]].concat(), frames);
    let bytes = call(&["-f", container, "-i", "-", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], &stream);
    planes(&bytes, frames[0].width, frames[0].height)
}

/// Another size.
pub(crate) fn scaled(frame: &Plane, w: usize, h: usize, flags: &str) -> Plane {
    let scale = format!("scale={w}:{h}:flags={flags}+accurate_rnd+full_chroma_int");
    let bytes = pipe(&["-vf", &scale, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"], std::slice::from_ref(frame));
    planes(&bytes, w, h).remove(0)
}

fn planes(bytes: &[u8], w: usize, h: usize) -> Vec<Plane> {
    bytes.chunks_exact(w * h * 3 / 2).map(|f| Plane::of_bytes(w, h, &f[..w * h])).collect()
}

fn pipe(after: &[&str], frames: &[Plane]) -> Vec<u8> {
    let (w, h) = (frames[0].width, frames[0].height);
    let mut raw = Vec::new();
    for f in frames {
        raw.extend(f.data.iter().map(|v| *v as u8));
        raw.extend(std::iter::repeat_n(128u8, w * h / 2));
    }
    let size = format!("{w}x{h}");
    let mut arguments = vec!["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", &size, "-r", "24", "-i", "-"];
    arguments.extend(after);
    call(&arguments, &raw)
}

fn call(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the ffmpeg program");
    let mut to = child.stdin.take().expect("asked for above");
    std::thread::scope(|scope| {
        scope.spawn(move || to.write_all(input));
        child.wait_with_output().expect("it ends").stdout
    })
}
