//! Whatever a worker does, the house stands. This program is its own worker, so it has no test harness.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use jobs::{Cancel, Progress, Silent, Unit};
use media::yard::{Handler, Limits, Refusal, YardError, call, serve};
use serde_json::{Value, json};

fn work(job: Value, progress: &dyn Progress, _: &Cancel) -> Result<Value, Refusal> {
    let path = || PathBuf::from(job["path"].as_str().unwrap());
    match job["do"].as_str().unwrap() {
        "double" => {
            progress.begin("d", "doubling", Some(1), Unit::Steps);
            progress.at("d", 1);
            progress.end("d");
            println!("a library that prints to standard output");
            Ok(json!(job["n"].as_i64().unwrap() * 2))
        }
        "refuse" => Err(Refusal { reason: "no film".into(), remedy: "bring one".into() }),
        "panic" => panic!("an unlucky film"),
        "crash" => {
            // SAFETY: none; a wild write is what is tested.
            unsafe { std::ptr::null_mut::<u8>().wrapping_add(8).write_volatile(1) };
            Ok(Value::Null)
        }
        "grow" => {
            let mut hoard = Vec::new();
            loop {
                hoard.push(vec![1u8; 16 << 20]);
                progress.at("grow", hoard.len() as u64);
            }
        }
        "sleep" => loop {
            std::thread::sleep(Duration::from_millis(50));
        },
        "busy" => {
            let from = Instant::now();
            while from.elapsed() < Duration::from_millis(2500) {
                std::thread::sleep(Duration::from_millis(200));
                progress.at("busy", from.elapsed().as_millis() as u64);
            }
            Ok(json!("done"))
        }
        "burn" => loop {
            progress.at("burn", 1);
        },
        "read" => Ok(json!(std::fs::read_to_string(path()).is_ok())),
        "write" => Ok(json!(std::fs::write(path(), "x").is_ok())),
        "dial" => Ok(json!(std::net::UdpSocket::bind("127.0.0.1:0").is_ok())),
        "run" => Ok(json!(std::process::Command::new("/bin/true").status().is_ok())),
        "probe" => match media::probe(&path()) {
            Ok(probe) => Ok(serde_json::to_value(probe).unwrap()),
            Err(e) => Err(Refusal { reason: e.reason(), remedy: e.remedy().into() }),
        },
        other => unreachable!("{other}"),
    }
}

fn limits() -> Limits {
    Limits { memory_bytes: 512 << 20, seconds: 20, cpu_seconds: None, read: vec![], write: vec![] }
}

fn ask(job: Value, limits: &Limits) -> Result<Value, YardError> {
    call(&std::env::current_exe().unwrap(), "work", &job, limits, &Silent, &Cancel::new())
}

/// Remembers what it is told.
#[derive(Default)]
struct Ear(Mutex<Vec<String>>);

impl Progress for Ear {
    fn begin(&self, id: &str, what: &str, total: Option<u64>, _: Unit) {
        self.0.lock().unwrap().push(format!("{id} {what} {total:?}"));
    }
    fn at(&self, id: &str, done: u64) {
        self.0.lock().unwrap().push(format!("{id} {done}"));
    }
    fn end(&self, id: &str) {
        self.0.lock().unwrap().push(format!("{id} end"));
    }
    fn say(&self, _: &str) {}
}

fn results_and_refusals_come_home() {
    let ear = Ear::default();
    let program = std::env::current_exe().unwrap();
    let result: i64 =
        call(&program, "work", &json!({"do": "double", "n": 21}), &limits(), &ear, &Cancel::new()).unwrap();
    assert_eq!(result, 42);
    assert_eq!(*ear.0.lock().unwrap(), ["d doubling Some(1)", "d 1", "d end"]);
    let refused = ask(json!({"do": "refuse"}), &limits()).unwrap_err();
    assert_eq!(refused.refusal().unwrap().remedy, "bring one");
    assert!(matches!(refused, YardError::Refused(_)));
    let missing: Result<Value, _> = call(Path::new("/no/such/program"), "work", &1, &limits(), &Silent, &Cancel::new());
    assert!(matches!(missing, Err(YardError::NotStarted { .. })));
    let unknown: Result<Value, _> = call(&program, "nonsense", &1, &limits(), &Silent, &Cancel::new());
    assert!(matches!(unknown, Err(YardError::Crashed(why)) if why.contains("nonsense")));
}

fn a_worker_that_breaks_breaks_alone() {
    let why = |job| match ask(job, &limits()) {
        Err(YardError::Crashed(why)) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(why(json!({"do": "panic"})), "an unlucky film");
    assert_eq!(why(json!({"do": "crash"})), "segmentation fault");
    assert_eq!(ask(json!({"do": "grow"}), &limits()), Err(YardError::OutOfMemory(512 << 20)));
}

fn a_stuck_worker_is_ended() {
    let from = Instant::now();
    let short = Limits { seconds: 1, ..limits() };
    assert!(matches!(ask(json!({"do": "sleep"}), &short), Err(YardError::Stalled(_))));
    assert!(from.elapsed() < Duration::from_secs(5));
    assert_eq!(ask(json!({"do": "busy"}), &short), Ok(json!("done")), "progress is a sign of life");
    let cpu = Limits { cpu_seconds: Some(1), ..limits() };
    assert!(matches!(ask(json!({"do": "burn"}), &cpu), Err(YardError::Stalled(why)) if why.contains("processor time")));
}

fn canceling_ends_it_at_once() {
    let cancel = Cancel::new();
    let raise = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        raise.cancel();
    });
    let from = Instant::now();
    let program = std::env::current_exe().unwrap();
    let result: Result<Value, _> = call(&program, "work", &json!({"do": "sleep"}), &limits(), &Silent, &cancel);
    assert_eq!(result, Err(YardError::Canceled(jobs::Canceled)));
    assert!(from.elapsed() < Duration::from_secs(3));
}

fn the_fence_holds_where_the_kernel_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let inside = dir.path().join("in");
    let outside = dir.path().join("out");
    for folder in [&inside, &outside] {
        std::fs::create_dir(folder).unwrap();
        std::fs::write(folder.join("a"), "text").unwrap();
    }
    let fenced = Limits { read: vec![inside.clone()], ..limits() };
    let can = |what: &str, path: &Path, limits: &Limits| ask(json!({"do": what, "path": path}), limits);
    assert_eq!(can("read", &inside.join("a"), &fenced), Ok(json!(true)));
    assert_eq!(ask(json!({"do": "dial"}), &limits()), Ok(json!(false)), "no sockets");
    assert_eq!(ask(json!({"do": "run"}), &limits()), Ok(json!(false)), "no programs");
    let writing = Limits { write: vec![inside.join("new")], ..limits() };
    assert_eq!(can("write", &inside.join("new"), &writing), Ok(json!(true)));
    assert_ne!(can("write", &inside.join("other"), &fenced), Ok(json!(true)), "no file without leave");
    // SAFETY: asks for the version of landlock; no memory is touched.
    let landlock = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, 1u32) };
    if landlock < 1 {
        eprintln!("SKIPPED: this kernel has no landlock, files outside are not fenced off");
        return;
    }
    assert_eq!(can("read", &outside.join("a"), &fenced), Ok(json!(false)));
    assert_eq!(can("write", &outside.join("a"), &writing), Ok(json!(false)));
}

fn films_are_read_behind_the_fence() {
    let dir = tempfile::tempdir().unwrap();
    let film = dir.path().join("a film.mp4");
    let made = std::process::Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "testsrc2=s=64x36:d=1", "-c:v", "mpeg4"])
        .arg(&film)
        .status()
        .expect("the tests need the ffmpeg program");
    assert!(made.success());
    let fenced = Limits { read: vec![film.clone()], ..limits() };
    let probe: media::Probe =
        serde_json::from_value(ask(json!({"do": "probe", "path": film}), &fenced).unwrap()).unwrap();
    assert_eq!(probe, media::probe(&film).unwrap());
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.get(1).is_some_and(|a| a == "yard") {
        return serve(&arguments[2], &[("work", work as Handler)]);
    }
    let tests: [(&str, fn()); 6] = [
        ("results_and_refusals_come_home", results_and_refusals_come_home),
        ("a_worker_that_breaks_breaks_alone", a_worker_that_breaks_breaks_alone),
        ("a_stuck_worker_is_ended", a_stuck_worker_is_ended),
        ("canceling_ends_it_at_once", canceling_ends_it_at_once),
        ("the_fence_holds_where_the_kernel_has_it", the_fence_holds_where_the_kernel_has_it),
        ("films_are_read_behind_the_fence", films_are_read_behind_the_fence),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
    ExitCode::SUCCESS
}
