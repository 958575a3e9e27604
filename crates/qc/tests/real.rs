//! Real deliveries and films.

use std::path::{Path, PathBuf};

use jobs::{Cancel, Silent};
use qc::{Policy, Report, Severity, inspect};

fn data(place: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("BOTTEGA_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let path = folder.join(place);
    if !path.exists() {
        eprintln!("SKIPPED: {} is not there; set BOTTEGA_DATA", path.display());
    }
    path.exists().then_some(path)
}

fn judge(path: &Path) -> Report {
    media::hush();
    let policy = Policy { loudness: None, ..Policy::draft() };
    let report = inspect(path, &policy, &Silent, &Cancel::new()).unwrap();
    eprintln!("{}: {} frames", path.display(), report.frames());
    for f in report.findings() {
        eprintln!("  {} {} {} {}", f.severity, f.check, f.range(), f.detail);
    }
    report
}

#[test]
fn deliveries_with_missing_parts_are_told_from_whole_ones() {
    let Some(folder) = data("qc/missing_frames") else { return };
    let mut whole = 0;
    let mut broken = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let missing = path.file_stem().unwrap().to_string_lossy().contains("missing");
        let report = judge(&path);
        let lost = report.findings().iter().any(|f| f.check == "whole" && f.severity == Severity::Error);
        assert_eq!(lost, missing, "{}", path.display());
        assert_eq!(report.passed().is_none(), missing, "{}", path.display());
        *(if missing { &mut broken } else { &mut whole }) += 1;
    }
    assert!(whole > 0 && broken > 0);
}

#[test]
fn real_films_have_no_faults_of_making() {
    for place in ["clips/big_buck_bunny_first60s_640x360.mp4", "clips/sintel_excerpt_854x480_24fps_20s.mpg"] {
        let Some(path) = data(place) else { continue };
        let report = judge(&path);
        assert!(report.frames() > 400);
        let wrong = |check: &str| report.findings().iter().any(|f| f.check == check && f.severity == Severity::Error);
        for check in ["black", "freeze", "flash", "clipping", "stamps"] {
            assert!(!wrong(check), "{place}: {check}");
        }
    }
}
