//! Grain, compression and size, as a person works on them: what is asked is done, and what the film had is kept.

mod stage;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use stage::{Stage, engine, ffmpeg, many_shots, said, trainer};

/// A slow picture with plain and busy parts, and grain that is new in every frame.
fn grainy(strength: u32) -> String {
    format!(
        "gradients=s=320x180:r=24:d=1:seed=3:speed=0.001:x0=10:y0=10:x1=300:y1=170:nb_colors=2:c0=0x605040:c1=0xa0b0c0,format=yuv420p,drawgrid=w=64:h=48:t=2:c=white@0.4,noise=c0s={strength}:c0f=t:c1s=4:c1f=t"
    )
}

fn film(file: &Path, graph: &str, codec: &[&str]) {
    ffmpeg(&[&["-f", "lavfi", "-i", graph][..], codec].concat(), file);
}

/// One field of the picture stream, as ffprobe says it.
fn probe(file: &Path, field: &str) -> String {
    let entry = format!("stream={field}");
    let line = ["-v", "error", "-select_streams", "v:0", "-show_entries", &entry, "-of", "csv=p=0"];
    let output = Command::new("ffprobe").args(line).arg(file).output().expect("the tests need the ffprobe program");
    String::from_utf8(output.stdout).unwrap().trim().trim_end_matches(',').to_owned()
}

fn grain(stage: &Stage, film: &str) -> f64 {
    stage.done(&["grain", "measure", film])["deviation"].as_f64().unwrap()
}

#[test]
fn grain_goes_and_comes_back() {
    let stage = Stage::new();
    film(&stage.path("grainy.mkv"), &grainy(30), &["-c:v", "ffv1"]);
    let before = grain(&stage, "grainy.mkv");
    assert!((3.0..20.0).contains(&before), "{before}");
    let made = stage.done(&["fix", "grainy.mkv", "--degrain", "-o", "clean.mkv"]);
    assert_eq!(made["frames"], 24);
    assert_eq!(made["passes"][0]["by"], if engine() { "learned" } else { "classical" });
    let clean = grain(&stage, "clean.mkv");
    assert!(clean < 0.35 * before, "{before} to {clean}");
    assert!(stage.path("clean.mkv.sheet.png").is_file());
    let recipe: Value = serde_json::from_slice(&fs::read(stage.path("clean.mkv.recipe.json")).unwrap()).unwrap();
    assert!((recipe["made"]["shots"][0]["grain"]["luma"]["levels"][4].as_f64().unwrap() - before).abs() < 0.4 * before);
    // A half of it.
    stage.done(&["fix", "grainy.mkv", "--degrain=50", "-o", "half.mkv"]);
    let half = grain(&stage, "half.mkv");
    assert!((0.4 * before..0.7 * before).contains(&half), "{before} to {half}");
    // Away and back: the film's own grain, of its own strength.
    stage.done(&["fix", "grainy.mkv", "--degrain", "--regrain", "-o", "back.mkv"]);
    let back = grain(&stage, "back.mkv");
    assert!((back / before - 1.0).abs() < 0.15, "{before} to {back}");
    // The same seed gives the same film, another another.
    let bytes = |name: &str, seed: &str| {
        stage.done(&["fix", "grainy.mkv", "--classical", "--degrain", "--regrain", "--seed", seed, "-o", name]);
        // The container has a random name of its own; the pictures are what must be the same.
        let line = ["-v", "error", "-i", name, "-f", "framemd5", "-"];
        Command::new("ffmpeg").args(line).current_dir(stage.path("")).output().unwrap().stdout
    };
    let one = bytes("one.mkv", "7");
    assert!(one.len() > 500 && one == bytes("two.mkv", "7") && one != bytes("three.mkv", "8"));
}

#[test]
fn fields_are_not_taken_for_grain() {
    let stage = Stage::new();
    // Clean, and never as fast as the frame before: what one field is behind the other differs from frame to frame.
    let moving = "nullsrc=s=352x288:r=50:d=1,geq=lum=128+60*sin((X+12*sin(N*1.3))/9)*cos(Y/11):cb=128:cr=128";
    film(&stage.path("whole.mkv"), &format!("{moving},fps=25"), &["-c:v", "ffv1"]);
    let fields = ["-c:v", "ffv1", "-field_order", "tt", "-flags", "+ildct+ilme", "-top", "1"];
    film(&stage.path("fields.mkv"), &format!("{moving},interlace,setfield=tff"), &fields);
    let (whole, fields) = (grain(&stage, "whole.mkv"), grain(&stage, "fields.mkv"));
    assert!(fields < whole + 1.0, "{whole} of whole frames, {fields} of fields");
}

#[test]
fn one_shot_gets_the_grain_of_another() {
    let stage = Stage::new();
    film(&stage.path("little.mkv"), &grainy(8), &["-c:v", "ffv1"]);
    film(&stage.path("much.mkv"), &grainy(36), &["-c:v", "ffv1"]);
    for (from, to, how) in [("little.mkv", "much.mkv", "added"), ("much.mkv", "little.mkv", "replaced")] {
        let made = stage.done(&["grain", "match", from, "--to", to, "-o", "made.mkv"]);
        assert_eq!(made["how"], how);
        let (wanted, after) = (made["wanted"].as_f64().unwrap(), made["after"].as_f64().unwrap());
        assert!((after / wanted - 1.0).abs() < 0.15, "{from} to {to}: {wanted} wanted, {after} came");
        let fine = made["octaves_off_db"][0].as_f64().unwrap();
        assert!(fine.abs() < 1.5, "{from} to {to}: {fine} dB");
    }
    // What was printed once can be given again.
    let measured = stage.run(&["grain", "measure", "much.mkv", "--json"]);
    fs::write(stage.path("much.json"), &measured.out).unwrap();
    stage.done(&["grain", "match", "little.mkv", "--to", "much.json", "-o", "again.mkv"]);
    stage.run(&["grain", "match", "little.mkv", "--to", "nothing.json", "-o", "x.mkv"]).fails_with(&["nothing.json"]);
}

#[test]
fn what_the_film_says_of_itself_is_kept() {
    let stage = Stage::new();
    let tags =
        ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc", "-color_range", "tv"];
    let codec = [&["-pix_fmt", "yuv422p10le", "-c:v", "ffv1"][..], &tags].concat();
    film(&stage.path("hdr.mkv"), &grainy(20), &codec);
    stage.done(&["fix", "hdr.mkv", "--degrain", "-o", "clean.mkv"]);
    stage.done(&["fix", "hdr.mkv", "--degrain", "-o", "clean.mov"]);
    for field in ["pix_fmt", "color_primaries", "color_transfer", "color_space", "color_range", "width", "height"] {
        let was = probe(&stage.path("hdr.mkv"), field);
        assert_eq!(probe(&stage.path("clean.mkv"), field), was, "{field}");
        assert_eq!(probe(&stage.path("clean.mov"), field), was, "{field} of ProRes");
    }
    let made = stage.done(&["fix", "hdr.mkv", "--degrain", "-o", "clean.mp4"]);
    let notes = made["notes"].to_string();
    for lost in ["8 bits", "colour detail", "mastering display"] {
        assert!(notes.contains(lost), "what is lost is said: {notes}");
    }
    // Pixels that are not square stay so.
    film(&stage.path("pal.mkv"), &format!("{},setsar=64/45", grainy(6)), &["-c:v", "ffv1"]);
    for out in ["pal2.mkv", "pal2.mov", "pal2.mp4"] {
        stage.done(&["fix", "pal.mkv", "--degrain", "-o", out]);
        assert_eq!(probe(&stage.path(out), "sample_aspect_ratio"), "64:45", "{out}");
    }
}

#[test]
fn a_shot_that_fades_in_is_mended_where_its_light_shows_grain() {
    let stage = Stage::new();
    film(&stage.path("fade.mkv"), &format!("{},fade=in:0:30", grainy(30).replace(":d=1:", ":d=3:")), &["-c:v", "ffv1"]);
    let made = stage.done(&["fix", "fade.mkv", "--degrain", "--classical", "-o", "clean.mkv"]);
    assert!(made["passes"][0]["untouched"].as_u64().unwrap() < 30, "{made:#}");
    let level = |film: &str| {
        let end = "trim=start_frame=40,setpts=PTS-STARTPTS";
        ffmpeg(&["-i", stage.path(film).to_str().unwrap(), "-vf", end, "-c:v", "ffv1"], &stage.path("end.mkv"));
        grain(&stage, "end.mkv")
    };
    let (before, after) = (level("fade.mkv"), level("clean.mkv"));
    assert!(after < 0.5 * before, "grain {before} became {after}");
}

#[test]
fn how_hard_a_film_was_compressed_is_asked_of_itself() {
    let stage = Stage::new();
    film(
        &stage.path("hard.mp4"),
        "testsrc2=s=320x180:r=24:d=1",
        &["-c:v", "libx264", "-qp", "36", "-pix_fmt", "yuv420p"],
    );
    let made = stage.done(&["fix", "hard.mp4", "--deblock", "-o", "clean.mkv"]);
    let found = made["quantizer"].as_f64().unwrap();
    assert!((found - 36.0).abs() < 3.0, "{found}");
    film(&stage.path("other.mkv"), "testsrc2=s=320x180:r=24:d=1", &["-c:v", "mpeg4", "-q:v", "9"]);
    let made = stage.done(&["fix", "other.mkv", "--deblock", "-o", "other-clean.mkv"]);
    assert!(made["notes"].to_string().contains("does not say"), "{}", made["notes"]);
}

#[test]
fn odd_films_are_mended_or_refused_with_a_reason() {
    let stage = Stage::new();
    let sizes = "testsrc2=s=161x91:r=24:d=0.5,format=yuv444p";
    film(&stage.path("odd.mkv"), sizes, &["-c:v", "ffv1"]);
    let made = stage.done(&["fix", "odd.mkv", "--degrain", "--deblock=32", "--upscale", "2x", "-o", "odd2.mkv"]);
    assert_eq!((made["width"].as_u64(), made["height"].as_u64()), (Some(322), Some(182)));
    for (name, frames) in [("one.mkv", "1"), ("three.mkv", "3")] {
        film(&stage.path(name), &grainy(20), &["-frames:v", frames, "-c:v", "ffv1"]);
        let made = stage.done(&["fix", name, "--degrain", "--deblock=30", "-o", "few.mkv"]);
        assert_eq!(made["frames"].to_string(), frames);
    }
    film(&stage.path("black.mkv"), "color=black:s=160x90:r=24:d=0.5", &["-c:v", "ffv1"]);
    stage.done(&["fix", "black.mkv", "--degrain", "--regrain", "-o", "black2.mkv"]);
    assert_eq!(grain(&stage, "black.mkv"), 0.0);
    film(&stage.path("tiny.mkv"), "testsrc2=s=16x16:r=24:d=0.5", &["-c:v", "ffv1"]);
    stage.run(&["grain", "measure", "tiny.mkv"]).fails_with(&["too small", "middle tones"]);
    film(
        &stage.path("fields.mkv"),
        "testsrc2=s=320x180:r=50:d=0.5,interlace,format=yuv420p",
        &["-c:v", "libx264", "-flags", "+ilme+ildct", "-x264-params", "tff=1"],
    );
    stage.done(&["fix", "fields.mkv", "--degrain", "-o", "whole.mkv"]);
    film(&stage.path("gray.mkv"), "testsrc2=s=160x90:r=24:d=0.5,format=gray", &["-c:v", "ffv1"]);
    stage.done(&["fix", "gray.mkv", "--degrain", "-o", "gray2.mkv"]);
    assert_eq!(probe(&stage.path("gray2.mkv"), "pix_fmt"), "gray");
    fs::write(stage.path("broken.mp4"), "no film at all").unwrap();
    stage.run(&["fix", "broken.mp4", "--degrain", "-o", "x.mkv"]).fails_with(&["broken.mp4"]);
    assert!(!stage.path("x.mkv").exists() && !stage.path("x.part.mkv").exists());
    stage.run(&["fix", "odd.mkv", "-o", "x.mkv"]).fails_with(&["--degrain"]);
    stage.run(&["fix", "odd.mkv", "--degrain", "-o", "odd.mkv"]).fails_with(&["the film itself"]);
    stage.run(&["fix", "odd.mkv", "--degrain", "-o", "x.avi"]).fails_with(&[".mov", ".mkv"]);
    stage.run(&["fix", "nowhere.mkv", "--degrain", "-o", "x.mkv"]).fails_with(&["nowhere.mkv"]);
    stage.run(&["fix", "odd.mkv", "--degrain", "--from", "60s", "-o", "x.mkv"]).fails_with(&["12"]);
}

#[test]
fn sound_and_length_are_kept_and_parts_can_be_named() {
    let stage = Stage::new();
    stage.with_film();
    let made = stage.done(&["fix", "film#2", "--degrain=60", "-o", "shot.mp4"]);
    assert!((40..=48).contains(&made["frames"].as_i64().unwrap()), "{}", made["frames"]);
    let made = stage.done(&["fix", "film.mp4", "--upscale", "2x", "--from", "1s", "--length", "1s", "-o", "part.mov"]);
    assert_eq!(made["frames"], 24);
    let line = ["-v", "error", "-select_streams", "a:0", "-show_entries", "stream=duration", "-of", "csv=p=0"];
    let output = Command::new("ffprobe").args(line).arg(stage.path("part.mov")).output().unwrap();
    let seconds: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    assert!((seconds - 1.0).abs() < 0.002, "{seconds}");
    stage.run(&["fix", "film#999", "--degrain", "-o", "x.mkv"]).fails_with(&["24 shots", "999"]);
}

#[test]
fn without_the_engine_the_classical_method_works_and_says_so() {
    let stage = Stage::new();
    film(&stage.path("grainy.mkv"), &grainy(30), &["-c:v", "ffv1"]);
    let made = said(stage.command().env("BOTTEGA_ONNXRUNTIME", "").args([
        "fix",
        "grainy.mkv",
        "--degrain",
        "-o",
        "c.mkv",
        "--json",
    ]));
    assert_eq!(made.code, 0, "{}", made.err);
    let made = made.json();
    assert_eq!(made["passes"][0]["by"], "classical");
    assert!(made["notes"].to_string().contains("onnxruntime"), "{}", made["notes"]);
    let all = said(stage.command().env("BOTTEGA_ONNXRUNTIME", "").args(["specialists", "--json"])).json();
    assert!(all["specialists"].as_array().unwrap().iter().all(|s| s["state"] == "classical"));
    let no = said(stage.command().env("BOTTEGA_TRAINER", "").args(["train", "image"]));
    no.fails_with(&["bottega-train", "./start engine"]);
}

#[test]
fn a_library_teaches_a_specialist_and_damage_to_it_is_noticed() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    let none = stage.run(&["train", "image"]);
    none.fails_with(&["no shot to learn from", "bottega ingest"]);
    stage.with_film();
    let taught = stage.done(&["train", "image", "--task", "denoise", "--steps", "40", "--threads", "2"]);
    let one = &taught["specialists"][0];
    assert_eq!((one["task"].as_str(), one["steps"].as_u64()), (Some("denoise"), Some(40)));
    assert_eq!(one["stopped_because"], "all steps made");
    let home = stage.path("library/.bottega/specialists/image/denoise");
    for file in ["net.onnx", "weights.safetensors", "card.json", "gate.json", "training.html"] {
        assert!(home.join(file).is_file(), "{file}");
    }
    let page = fs::read_to_string(home.join("training.html")).unwrap();
    assert!(page.contains("data:image/png") && page.contains("<svg") && !page.contains("http-equiv"));
    let denoise = |stage: &Stage| stage.done(&["specialists"])["specialists"][0].clone();
    let now = denoise(&stage);
    let state = if one["gate"]["open"] == true { "library" } else { "base" };
    assert_eq!(now["state"], state, "{now:#}");
    // Run again it has nothing to do: the checkpoint stands at the end.
    let again = stage.done(&["train", "image", "--task", "denoise", "--steps", "40", "--threads", "2"]);
    assert_eq!(again["specialists"][0]["weights_hash"], one["weights_hash"]);
    passport_of_what_was_taught(&stage, &home);
    // A net cut short, and one that is another's, are named and not used.
    let net = fs::read(home.join("net.onnx")).unwrap();
    for wrong in [&net[..net.len() / 2], b"another file"] {
        fs::write(home.join("net.onnx"), wrong).unwrap();
        let said = stage.run(&["specialists", "--json"]);
        assert!(said.err.contains("net.onnx") && said.err.contains("train again"), "{}", said.err);
        assert_eq!(said.json()["specialists"][0]["state"], "base");
    }
    fs::write(home.join("net.onnx"), &net).unwrap();
    // All files of one task, whole and in agreement, in another's place.
    let other = stage.path("library/.bottega/specialists/image/deblock");
    fs::create_dir_all(&other).unwrap();
    for file in ["net.onnx", "weights.safetensors", "card.json", "gate.json"] {
        fs::copy(home.join(file), other.join(file)).unwrap();
    }
    let said = stage.run(&["specialists", "--json"]);
    assert!(said.err.contains("the card of another net (denoise)"), "{}", said.err);
    assert_eq!(said.json()["specialists"][1]["state"], "base");
    // A card that says what its net is not.
    let card = fs::read_to_string(home.join("card.json")).unwrap();
    let hash = one["weights_hash"].as_str().unwrap();
    fs::write(home.join("card.json"), card.replace(hash, &hash.chars().rev().collect::<String>())).unwrap();
    assert!(stage.run(&["specialists", "--json"]).err.contains("is not the net of its card"));
    fs::write(home.join("card.json"), "{").unwrap();
    assert!(stage.run(&["specialists", "--json"]).err.contains("card.json"));
}

/// What was taught is kept by shot, and held against what may teach on the day.
fn passport_of_what_was_taught(stage: &Stage, home: &std::path::Path) {
    let list = fs::read_to_string(home.join("manifest.csv")).unwrap();
    assert!(list.starts_with("title,reel,shot,role,pieces,recipe\nFilm,") && list.contains(",train,"), "{list}");
    let rows = |role: &str| list.lines().filter(|line| line.contains(role)).count();
    assert!(rows(",test,") > 0 && rows(",train,") > 0, "{list}");
    // A work of which nothing is known but its name: no shot of it may teach.
    let record = "[[work]]\nid = \"w:film\"\nkind = \"feature\"\ntitle = \"film\"\n\n[[model]]\nid = \"m:grain\"\naspect = \"image\"\n";
    fs::write(stage.path("record.toml"), record).unwrap();
    stage.done(&["rights", "import", "record.toml"]);
    let passport = || {
        let said = stage.run(&["rights", "paper", "passport", "m:grain", "--json"]);
        fs::read_to_string(stage.path(said.json()["file"].as_str().unwrap())).unwrap()
    };
    let page = passport();
    assert!(page.contains("denoise, shots taught") && page.contains("Film #"), "{page}");
    assert!(page.contains("makes a net without them"), "what was taught and may not teach is told");
    fs::write(home.join("manifest.csv"), list.replace(",train,", ",test,")).unwrap();
    assert!(passport().contains("is not the list of its card"), "a list that was changed is not believed");
    fs::write(home.join("manifest.csv"), list).unwrap();
}

/// A net that is open to run and whose weights are no numbers: card, gate and hash agree, so only running it shows.
#[test]
fn weights_that_are_no_numbers_make_no_picture() {
    if !engine() {
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    let task = specialists::image::task::Task::Denoise;
    let mut kept = specialists::shelf::base(task).unwrap();
    let mut weights = neural::Weights::parse(specialists::shelf::base_weights(task)).unwrap();
    // Past the file's own check: what is written by hand into an ONNX file is found by nobody but the one that runs it.
    let whole = neural::onnx::write(&task.net(), &weights).unwrap();
    let bias = weights.arrays["tail.bias"].1.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
    let at = whole.windows(bias.len()).position(|w| w == bias).expect("the bias lies in the file as it is");
    kept.onnx = whole;
    kept.onnx[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    kept.card.weights_hash = film::ContentHash::of(&kept.onnx);
    kept.card.state = neural::State::Library;
    let library = catalogue::Library::open(&stage.path("library")).unwrap();
    kept.gate.library = specialists::shelf::fingerprint(&library).unwrap();
    drop(library);
    let home = stage.path("library/.bottega/specialists");
    specialists::shelf::keep(&home, task, &weights, &kept, "").unwrap();
    let words = ["fix", "film.mp4", "--degrain", "-o", "clean.mkv"];
    film(&stage.path("film.mp4"), &grainy(30), &["-c:v", "libx264", "-qp", "12"]);
    stage.run(&words).fails_with(&["no numbers", "--classical"]);
    assert!(!stage.path("clean.mkv").exists());
    // Nor are they learned from, nor written.
    weights.arrays.get_mut("tail.bias").unwrap().1[0] = f32::NAN;
    assert!(neural::onnx::write(&task.net(), &weights).is_err());
}

#[test]
fn a_library_with_nothing_to_learn_from_says_so() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    film(&stage.path("black.mp4"), "color=black:s=160x90:r=24:d=2", &["-c:v", "libx264"]);
    film(&stage.path("short.mp4"), "testsrc2=s=320x180:r=24", &["-frames:v", "3", "-c:v", "libx264"]);
    film(&stage.path("tiny.mp4"), "testsrc2=s=64x64:r=24:d=2", &["-c:v", "libx264"]);
    stage.done(&["ingest", "black.mp4", "short.mp4", "tiny.mp4"]);
    let said = stage.run(&["train", "image"]);
    said.fails_with(&["no shot to learn from", "3 titles", "96x96"]);
    assert!(!stage.path("library/.bottega/specialists/image/denoise/card.json").exists());
}

#[test]
fn films_of_all_kinds_teach_together() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    let hdr = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"];
    let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
    film(&stage.path("wide.mkv"), "testsrc2=s=426x180:r=25:d=2", &h264);
    film(
        &stage.path("deep.mkv"),
        "testsrc2=s=320x240:r=24000/1001:d=2,hue=h=90",
        &[&["-pix_fmt", "yuv422p10le", "-c:v", "ffv1"][..], &hdr].concat(),
    );
    let fields = [&h264[..], &["-flags", "+ilme+ildct", "-x264-params", "tff=1"]].concat();
    film(&stage.path("fields.mkv"), "testsrc2=s=352x288:r=50:d=2,interlace", &fields);
    film(&stage.path("gray.mkv"), "testsrc2=s=256x192:r=30:d=2,negate,format=gray", &["-c:v", "ffv1"]);
    stage.done(&["ingest", "wide.mkv", "deep.mkv", "fields.mkv", "gray.mkv"]);
    let taught = stage.done(&["train", "image", "--steps", "4", "--threads", "2"]);
    for one in taught["specialists"].as_array().unwrap() {
        let titles = |field: &str| one[field].as_array().unwrap().len();
        assert_eq!(one["steps"], 4, "{one:#}");
        assert_eq!(titles("trained_on") + titles("held_out"), 4, "{one:#}");
        assert!(one["metrics"][0]["value"].as_f64().unwrap() > 10.0, "{one:#}");
    }
}

#[test]
fn a_film_that_goes_while_it_is_taught_from_stops_nothing() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    let mut child = stage
        .command()
        .args(["train", "image", "--task", "deblock", "--steps", "60", "--threads", "2"])
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut gone = false;
    for line in lines {
        if line.contains("pieces to learn from") {
            fs::remove_file(stage.path("film.mp4")).unwrap();
            gone = true;
        }
    }
    assert!(gone && child.wait().unwrap().success());
    assert!(stage.path("library/.bottega/specialists/image/deblock/net.onnx").is_file());
    // Gone before, with nothing taken from it yet, it is named and left out.
    fs::remove_dir_all(stage.path("library/.bottega/specialists/image/pieces")).unwrap();
    let said = stage.run(&["train", "image", "--task", "upscale", "--steps", "4"]);
    said.fails_with(&["Film is left out", "no shot to learn from"]);
}

#[test]
fn a_full_disk_during_a_training_is_said_and_it_goes_on_when_there_is_room() {
    if !trainer() {
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    let home = stage.path("library/.bottega/specialists/image/denoise");
    fs::create_dir_all(&home).unwrap();
    // Room for the weights to begin with, none for a checkpoint.
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=900k", "none"]).arg(&home).output();
    if !mount.is_ok_and(|o| o.status.success()) {
        eprintln!("SKIPPED: a full disk needs leave to mount a small one");
        return;
    }
    let words = ["train", "image", "--task", "denoise", "--steps", "4", "--threads", "2"];
    let said = stage.run(&words);
    let half: Vec<_> = fs::read_dir(&home)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("part") || name == "card.json" || name == "net.onnx")
        .collect();
    Command::new("mount").args(["-o", "remount,size=64m"]).arg(&home).status().unwrap();
    let then = stage.run(&words);
    Command::new("umount").arg(&home).status().unwrap();
    said.fails_with(&["checkpoint", "No space left", "make room"]);
    assert!(half.is_empty(), "{half:?} was left on the full disk");
    assert_eq!(then.code, 0, "{}", then.err);
}

#[test]
fn a_net_that_is_brought_is_tried_before_its_first_use() {
    if !engine() {
        return;
    }
    let stage = Stage::new();
    stage.with_film();
    let home = stage.path("library/.bottega/specialists/image/denoise/brought");
    fs::create_dir_all(&home).unwrap();
    let net = neural::Net { planes: 2, fold: 2, width: 8, blocks: 0 };
    let page = |inputs: &str| {
        format!(
            "capability = \"denoise\"\nfile = \"ours.onnx\"\ninputs = [\"level\", \"{inputs}\"]\nrange = [0.0, 1.0]\nmultiple_of = 2\nreach = 4\nlicence = \"Apache-2.0\"\nsource = \"a test\"\n"
        )
    };
    let said = |what: &str| {
        let said = stage.run(&["specialists", "--json"]);
        assert!(said.err.contains(what), "no {what:?} in {}", said.err);
        assert_eq!(said.json()["specialists"][0]["state"], "base");
    };
    // Fresh weights change nothing: the classical twin's own picture is not better than the classical twin.
    let mut weights = neural::Weights::fresh(&net, 1);
    fs::write(home.join("ours.onnx"), neural::onnx::write(&net, &weights).unwrap()).unwrap();
    fs::write(home.join("slot.toml"), page("classical")).unwrap();
    said("advisory");
    // It is held against the shipped weights as well, in whose place it would run.
    let gate = fs::read_dir(&home).unwrap().map(|e| e.unwrap().path()).find(|p| p.to_string_lossy().contains("gate-"));
    let gate: Value = serde_json::from_slice(&fs::read(gate.unwrap()).unwrap()).unwrap();
    assert!(gate["decision"]["over_base"]["mean"].as_f64().unwrap() < 0.0, "{}", gate["decision"]);
    fs::write(home.join("slot.toml"), page("nonsense")).unwrap();
    said("`nonsense` is no input plane");
    // One that paints everything white does not conform, and one that is no net is no net.
    weights.arrays.get_mut("tail.bias").unwrap().1.fill(3.0);
    fs::write(home.join("ours.onnx"), neural::onnx::write(&net, &weights).unwrap()).unwrap();
    fs::write(home.join("slot.toml"), page("classical")).unwrap();
    said("does not conform");
    fs::write(home.join("ours.onnx"), "no net").unwrap();
    said("cannot be run");
    // A page that is of another task than the folder.
    fs::write(home.join("slot.toml"), page("classical").replace("\"denoise\"", "\"deblock\"")).unwrap();
    said("is for `deblock`, not for `denoise`");
}

#[test]
fn a_library_too_small_to_judge_by_is_unknown_and_a_generator_is_out_of_reach() {
    let stage = Stage::new();
    film(&stage.path("black.mp4"), "color=black:s=160x90:r=24:d=2", &["-c:v", "libx264"]);
    film(&stage.path("short.mp4"), "testsrc2=s=160x90:r=24", &["-frames:v", "3", "-c:v", "libx264"]);
    stage.done(&["ingest", "black.mp4", "short.mp4"]);
    let answer = stage.done(&["audit"]);
    for verdict in answer["verdicts"].as_array().unwrap() {
        let want = if verdict["aspect"] == "generator" { "red" } else { "unknown" };
        assert_eq!(verdict["verdict"], want, "{verdict:#}");
        assert!(!verdict["because"].as_str().unwrap().is_empty());
    }
    let page = fs::read_to_string(stage.path("library/audit.html")).unwrap();
    assert!(page.contains("Is it enough?"));
    let with = stage.done(&["audit", "--what-if", "+40h"]);
    assert_eq!(with["what_if"]["plan"]["rows"][0]["hours"], 40.0);
    fs::write(stage.path("list.csv"), "hours,title\nmany,Il sorpasso\n").unwrap();
    stage.run(&["audit", "--what-if", "list.csv"]).fails_with(&["list.csv:2", "many"]);
}

#[test]
fn a_trailer_of_unequal_shots_is_given_one_grain() {
    let stage = Stage::new();
    fs::copy(many_shots(), stage.path("film.mp4")).unwrap();
    stage.done(&["ingest", "film.mp4"]);
    let made = stage.run(&["trailer", "film", "--length", "6s", "--match-grain", "-o", "t", "--json"]);
    assert!(made.code == 0 || made.code == 3, "{}", made.err);
    assert!(made.json()["notes"].to_string().contains("grain"), "{}", made.json()["notes"]);
    let otio = fs::read_to_string(stage.path("t/trailer.otio")).unwrap();
    assert!(otio.contains("\"innovation\""), "the timeline says what grain was added");
    let again = stage.done(&["render", "t/trailer.otio", "--as", "ffv1", "-o", "again.mkv"]);
    assert!(again["frames"].as_i64().unwrap() > 100);
}
