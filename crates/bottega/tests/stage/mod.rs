//! Where the command line is tried: films made with the `ffmpeg` program, a folder of its own, and what was said.

#![allow(dead_code)] // every test file takes the part it needs

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use serde_json::Value;
use tempfile::TempDir;

/// A folder that goes when the test ends, with a library in it.
pub(crate) struct Stage {
    folder: TempDir,
}

/// How a command ended and what it said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Stage {
    pub(crate) fn new() -> Stage {
        let stage = Stage { folder: tempfile::tempdir().unwrap() };
        stage.done(&["init", stage.path("library").to_str().unwrap()]);
        stage
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, told of the library.
    pub(crate) fn command(&self) -> Command {
        let mut command = bare(self.folder.path());
        command.arg("--library").arg(self.path("library"));
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run<S: AsRef<OsStr>>(&self, words: &[S]) -> Said {
        said(self.command().args(words))
    }

    /// Runs a command that must be done, and gives its JSON.
    pub(crate) fn done<S: AsRef<OsStr>>(&self, words: &[S]) -> Value {
        let said = self.run(&[words.iter().map(AsRef::as_ref).collect(), vec![OsStr::new("--json")]].concat());
        assert_eq!(said.code, 0, "{}{}", said.err, said.out);
        said.json()
    }

    /// Takes the film of many shots in, under the name `film.mp4`.
    pub(crate) fn with_film(&self) -> Value {
        fs::copy(many_shots(), self.path("film.mp4")).unwrap();
        self.done(&["ingest", "film.mp4"])
    }
}

/// The program in the folder `here`, without any library named.
pub(crate) fn bare(here: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bottega"));
    command.current_dir(here).env_remove("BOTTEGA_LIBRARY").stdin(Stdio::null());
    command
}

pub(crate) fn said(command: &mut Command) -> Said {
    let output = command.output().unwrap();
    let said = Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("what is printed is UTF-8"),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(!said.err.contains("panicked at"), "{}", said.err);
    said
}

impl Said {
    /// Standard output, which must be one JSON document and nothing else.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {}\n{}", self.out, self.err))
    }

    /// An error: code 1, no result, and each of `words` in what was said.
    pub(crate) fn fails_with(&self, words: &[&str]) {
        assert_eq!(self.code, 1, "{}{}", self.err, self.out);
        assert_eq!(self.out, "");
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in: {}", self.err);
        }
    }
}

/// Runs ffmpeg with the words of `line` after quiet defaults, the file to be made last.
pub(crate) fn ffmpeg(line: &[&str], file: &Path) {
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-nostdin"])
        .args(line)
        .arg(file)
        .output()
        .expect("the tests need the ffmpeg program");
    assert!(output.status.success(), "ffmpeg {line:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Shots of the film of many shots.
pub(crate) const SHOTS: usize = 24;
/// Frames of each of them.
pub(crate) const SHOT_FRAMES: i64 = 48;

/// A film of [`SHOTS`] moving, textured shots with sound, 24 frames a second; made once.
pub(crate) fn many_shots() -> PathBuf {
    static MAKING: Mutex<()> = Mutex::new(());
    let _one = MAKING.lock().unwrap_or_else(|e| e.into_inner());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("many-shots-3.mp4");
    if file.is_file() {
        return file;
    }
    let mut graph = String::new();
    for i in 0..SHOTS {
        let shade = (i * 137) % 360;
        let source = match i % 4 {
            0 => format!("testsrc2=s=320x180:r=24,hue=h={shade}:s=0.7"),
            1 => format!(
                "mandelbrot=s=320x180:r=24:start_scale={}:end_scale=0.02:start_x={}:maxiter=200,hue=h={shade}",
                1.0 / (i + 1) as f64,
                -0.74 - 0.02 * i as f64
            ),
            // Its points and colours are named: what is left out it draws anew at every run, seed or not.
            2 => format!(
                "gradients=s=320x180:r=24:x0=10:y0=10:x1=300:y1=170:speed=0.004:nb_colors=3:c0=0x204060:c1=0xe0a030:c2=0x30a060:seed={i},hue=h={shade},noise=alls=12:all_seed={i}"
            ),
            _ => format!(
                "testsrc2=s=320x180:r=24,negate,rotate=t*0.4+{i}:c=0x806040,hue=h={shade},noise=alls=20:all_seed={i}"
            ),
        };
        graph += &format!("{source},trim=end_frame={SHOT_FRAMES},setpts=PTS-STARTPTS,format=yuv420p,setsar=1[v{i}];");
    }
    for i in 0..SHOTS {
        graph += &format!("[v{i}]");
    }
    let seconds = SHOTS as i64 * SHOT_FRAMES / 24;
    graph += &format!(
        "concat=n={SHOTS}:v=1:a=0[v];aevalsrc=0.2*sin(2*PI*(220+40*floor(t/2))*t):s=48000:d={seconds},aformat=channel_layouts=stereo[a]"
    );
    let part = file.with_file_name(format!("many-shots-{}.part.mp4", std::process::id()));
    let line = [
        "-filter_complex",
        &graph,
        "-map",
        "[v]",
        "-map",
        "[a]",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-g",
        "48",
        "-c:a",
        "aac",
        "-bitexact",
    ];
    ffmpeg(&line, &part);
    fs::rename(part, &file).unwrap();
    file
}

/// A file of the shared test data, or `None`, said aloud.
pub(crate) fn data(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BOTTEGA_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let file = folder.join(name);
    if !file.is_file() {
        eprintln!("SKIPPED: {} is not there; set BOTTEGA_DATA", file.display());
        return None;
    }
    Some(file)
}

/// Whether nets can be run here; said aloud if not.
pub(crate) fn engine() -> bool {
    let here = neural::Engine::load().is_ok();
    if !here {
        eprintln!("SKIPPED: onnxruntime is not here; run ./start engine");
    }
    here
}

/// Whether a training can be run here; said aloud if not.
pub(crate) fn trainer() -> bool {
    let here = engine() && neural::Trainer::find().is_ok();
    if !here {
        eprintln!("SKIPPED: the training program is not here; run ./start engine");
    }
    here
}
