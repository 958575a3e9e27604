//! How the invisible mark fares on real films: what is read after an attack, what is read where nothing is, how much it
//! changes, and how long it takes.
//!
//! ```text
//! cargo run --release -p credential --example mark_bench [-- --seconds 10 --clips 6 --only sintel --stills DIR]
//! ```
//!
//! Films are those of `BOTTEGA_DATA` (default `../shared/data`). Each is cut into clips; a clip is marked, written by x264
//! (`veryfast`, crf 18: the master), attacked by the `ffmpeg` program, and read. A clip counts as read if *its* payload is;
//! another payload, and any payload in an unmarked clip, counts as false. Intervals are Wilson's, 95 %.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use credential::mark::{Found, Mark, Payload, Reader};

const FILMS: [(&str, &str); 8] = [
    ("big buck bunny 720p", "films/big_buck_bunny_1280x720_24fps_first300s.mp4"),
    ("big buck bunny 360p", "films/big_buck_bunny_640x360_24fps.mp4"),
    ("sintel trailer 204p", "trailers/sintel_trailer_480x204_24fps.mp4"),
    ("steamboat willie 480p", "clips/steamboat_willie_1928_excerpt_854x480.mp4"),
    ("intel: street 432p", "clips/intel_ccby/car-detection.mp4"),
    ("intel: walking 432p", "clips/intel_ccby/one-by-one-person-detection.mp4"),
    ("intel: bottles", "clips/intel_ccby/bottle-detection.mp4"),
    ("intel: signing", "clips/intel_ccby/asl_school.mkv"),
];

/// Name, filter, crf of x264.
const ATTACKS: [(&str, &str, u8); 8] = [
    ("master (crf 18)", "", 0),
    ("crf 28", "", 28),
    ("half size, crf 18", "scale=trunc(iw/4)*2:trunc(ih/4)*2", 18),
    ("crop 10 %, crf 18", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2:trunc(iw*0.07):trunc(ih*0.04)", 18),
    ("crop 10 %, crf 28", "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2:trunc(iw*0.07):trunc(ih*0.04)", 28),
    ("half size, crf 28", "scale=trunc(iw/4)*2:trunc(ih/4)*2", 28),
    (
        "crop 10 %, half, crf 28",
        "crop=trunc(iw*0.45)*2:trunc(ih*0.45)*2:trunc(iw*0.07):trunc(ih*0.04),scale=trunc(iw/4)*2:trunc(ih/4)*2",
        28,
    ),
    ("two thirds, crf 28", "scale=trunc(iw/3)*2:trunc(ih/3)*2", 28),
];

struct Clip {
    film: usize,
    path: PathBuf,
    start: f64,
    width: usize,
    height: usize,
}

#[derive(Default, Clone)]
struct Count {
    read: u32,
    wrong: u32,
    of: u32,
    least: f32,
}

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let value = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    let seconds: f64 = value("--seconds").map_or(10.0, |v| v.parse().expect("a number"));
    let clips: usize = value("--clips").map_or(4, |v| v.parse().expect("a number"));
    let unmarked: usize = value("--unmarked").map_or(clips * 4, |v| v.parse().expect("a number"));
    let strength: f32 = value("--strength").map_or(1.0, |v| v.parse().expect("a number"));
    let only = value("--only");
    let stills = value("--stills").map(PathBuf::from);
    let data = PathBuf::from(std::env::var("BOTTEGA_DATA").unwrap_or_else(|_| "../shared/data".to_owned()));
    let scratch = std::env::temp_dir().join(format!("mark_bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch).expect("a scratch folder");
    let mut totals = vec![Count { least: 1.0, ..Count::default() }; ATTACKS.len()];
    let mut false_marks = (0u32, 0u32);
    for (film, (name, file)) in FILMS.iter().enumerate() {
        let path = data.join(file);
        if only.as_ref().is_some_and(|o| !name.contains(o.as_str())) {
            continue;
        }
        if !path.exists() {
            println!("SKIPPED {name}: {} is not there", path.display());
            continue;
        }
        let (width, height, length) = probe(&path);
        let places = (length / seconds).floor().max(1.0) as usize;
        let chosen = |count: usize| -> Vec<Clip> {
            let count = count.min(places);
            (0..count)
                .map(|i| Clip { film, path: path.clone(), start: (i * places / count) as f64 * seconds, width, height })
                .collect()
        };
        let mut counts = vec![Count { least: 1.0, ..Count::default() }; ATTACKS.len()];
        let (mut squares, mut samples, mut own, mut encode, mut frames) =
            (0.0f64, 0u64, Duration::ZERO, Duration::ZERO, 0u32);
        for (i, clip) in chosen(clips).iter().enumerate() {
            let payload = Payload::new(0x12_3456_7890 + (film * 1000 + i) as u64 * 7_654_321).expect("40 bits");
            let master = scratch.join("master.mp4");
            let begun = Instant::now();
            let made = make_master(clip, seconds, Mark::new(payload).strength(strength), &master, stills.as_deref(), i);
            encode += begun.elapsed() - made.own;
            own += made.own;
            squares += made.squares;
            samples += made.samples;
            frames += made.frames;
            for ((_, filter, crf), count) in ATTACKS.iter().zip(&mut counts) {
                let attacked = scratch.join("attacked.mp4");
                let file = if *crf == 0 { &master } else { attack(&master, filter, *crf, &attacked) };
                count.of += 1;
                match read(file, 0.0, None) {
                    Some(found) if found.payload == payload => {
                        count.read += 1;
                        count.least = count.least.min(found.confidence);
                    }
                    Some(_) => count.wrong += 1,
                    None => {}
                }
            }
        }
        let psnr = 10.0 * (255.0f64 * 255.0 * samples as f64 / squares.max(1.0)).log10();
        println!(
            "\n{name} ({width}x{height}), clips of {seconds} s: PSNR of the mark {psnr:.1} dB; marking {:.2} ms a frame, \
             decoding and x264 veryfast beside it {:.2} ms a frame",
            own.as_secs_f64() * 1e3 / f64::from(frames.max(1)),
            encode.as_secs_f64() * 1e3 / f64::from(frames.max(1)),
        );
        for (((attack, ..), count), total) in ATTACKS.iter().zip(&counts).zip(&mut totals) {
            println!("  {attack:<26} {}", line(count));
            total.read += count.read;
            total.wrong += count.wrong;
            total.of += count.of;
            total.least = total.least.min(count.least);
        }
        let mut found = 0;
        let plain = chosen(unmarked);
        for clip in &plain {
            if let Some(mark) = read(&clip.path, clip.start, Some(seconds)) {
                println!("  FALSE in unmarked film {} at {} s: {mark:?}", FILMS[clip.film].0, clip.start);
                found += 1;
            }
        }
        println!("  unmarked: {found} of {}", plain.len());
        false_marks = (false_marks.0 + found, false_marks.1 + plain.len() as u32);
    }
    println!("\nall films");
    for ((attack, ..), total) in ATTACKS.iter().zip(&totals) {
        println!("  {attack:<26} {}", line(total));
    }
    let (low, high) = wilson(false_marks.0, false_marks.1);
    println!(
        "  unmarked, something read   {} of {} [{:.1} %, {:.1} %]",
        false_marks.0,
        false_marks.1,
        low * 100.0,
        high * 100.0
    );
    let _ = std::fs::remove_dir_all(&scratch);
}

fn line(count: &Count) -> String {
    let (low, high) = wilson(count.read, count.of);
    format!(
        "{:>3} of {:>3} read [{:>5.1} %, {:>5.1} %], {} wrong, least confidence {:.2}",
        count.read,
        count.of,
        low * 100.0,
        high * 100.0,
        count.wrong,
        count.least
    )
}

/// Wilson's interval, 95 %.
fn wilson(hits: u32, of: u32) -> (f64, f64) {
    if of == 0 {
        return (0.0, 1.0);
    }
    let (n, p, z) = (f64::from(of), f64::from(hits) / f64::from(of), 1.96);
    let middle = (p + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - half).max(0.0), (middle + half).min(1.0))
}

fn probe(path: &Path) -> (usize, usize, f64) {
    let out = Command::new("ffprobe")
        .args(["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height:format=duration"])
        .args(["-of", "csv=p=0"])
        .arg(path)
        .output()
        .expect("ffprobe runs");
    let text = String::from_utf8_lossy(&out.stdout).replace('\n', ",");
    let numbers: Vec<f64> = text.split(',').filter_map(|v| v.parse().ok()).collect();
    (numbers[0] as usize, numbers[1] as usize, numbers[2])
}

/// Raw pictures of a clip, 4:2:0.
fn decode(path: &Path, start: f64, seconds: Option<f64>, format: &str) -> (Child, ChildStdout) {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-threads", "1", "-ss", &start.to_string()]);
    if let Some(seconds) = seconds {
        command.args(["-t", &seconds.to_string()]);
    }
    command.arg("-i").arg(path).args(["-map", "0:v:0", "-f", "rawvideo", "-pix_fmt", format, "-"]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("ffmpeg runs");
    let out = child.stdout.take().expect("piped");
    (child, out)
}

struct Made {
    own: Duration,
    squares: f64,
    samples: u64,
    frames: u32,
}

fn make_master(clip: &Clip, seconds: f64, mut mark: Mark, to: &Path, stills: Option<&Path>, number: usize) -> Made {
    let (width, height) = (clip.width, clip.height);
    let (mut decoder, mut pictures) = decode(&clip.path, clip.start, Some(seconds), "yuv420p");
    let mut encoder = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-r", "24"])
        .args(["-s", &format!("{width}x{height}"), "-i", "-"])
        .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "18", "-threads", "1"])
        .arg(to)
        .stdin(Stdio::piped())
        .spawn()
        .expect("ffmpeg runs");
    let mut film = encoder.stdin.take().expect("piped");
    let mut frame = vec![0u8; width * height + 2 * (width.div_ceil(2) * height.div_ceil(2))];
    let mut made = Made { own: Duration::ZERO, squares: 0.0, samples: 0, frames: 0 };
    while pictures.read_exact(&mut frame).is_ok() {
        let plain = frame[..width * height].to_vec();
        let begun = Instant::now();
        mark.embed(&mut frame, width, width, height, 8);
        made.own += begun.elapsed();
        let squares: u64 = plain.iter().zip(&frame).map(|(a, b)| u64::from(a.abs_diff(*b)).pow(2)).sum();
        made.squares += squares as f64;
        made.samples += plain.len() as u64;
        if let (Some(dir), 60) = (stills, made.frames) {
            still(dir, clip, number, &plain, &frame[..width * height]);
        }
        made.frames += 1;
        film.write_all(&frame).expect("the encoder takes it");
    }
    drop(film);
    assert!(encoder.wait().expect("it ends").success());
    let _ = decoder.wait();
    made
}

/// A frame before and after, and the difference brought up, as PGM files to look at.
fn still(dir: &Path, clip: &Clip, number: usize, plain: &[u8], marked: &[u8]) {
    let difference: Vec<u8> = plain
        .iter()
        .zip(marked)
        .map(|(a, b)| (128 + (i16::from(*b) - i16::from(*a)) * 20).clamp(0, 255) as u8)
        .collect();
    for (what, luma) in [("plain", plain), ("marked", marked), ("difference", &difference)] {
        let mut file = format!("P5\n{} {}\n255\n", clip.width, clip.height).into_bytes();
        file.extend_from_slice(luma);
        std::fs::create_dir_all(dir).expect("a folder");
        std::fs::write(dir.join(format!("film{}-{number}-{what}.pgm", clip.film)), file).expect("a still");
    }
}

fn attack<'a>(master: &Path, filter: &str, crf: u8, to: &'a Path) -> &'a Path {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y", "-threads", "1", "-i"]).arg(master);
    if !filter.is_empty() {
        command.args(["-vf", filter]);
    }
    command.args(["-c:v", "libx264", "-preset", "veryfast", "-threads", "2", "-crf", &crf.to_string()]).arg(to);
    assert!(command.status().expect("ffmpeg runs").success());
    to
}

fn read(path: &Path, start: f64, seconds: Option<f64>) -> Option<Found> {
    let (width, height, _) = probe(path);
    let (mut child, mut pictures) = decode(path, start, seconds, "gray");
    let mut frame = vec![0u8; width * height];
    let mut reader = Reader::default();
    while pictures.read_exact(&mut frame).is_ok() {
        reader.add(&frame, width, width, height, 8);
    }
    let _ = child.wait();
    reader.find()
}
