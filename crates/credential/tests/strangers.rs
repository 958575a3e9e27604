//! Files that others signed, and files that nobody should have made.

mod media;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use credential::{Kind, Trust, Wrong, sign, verify};
use proptest::prelude::*;

fn data() -> Option<PathBuf> {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let data = std::env::var("BOTTEGA_DATA").map_or(house.join("../shared/data"), PathBuf::from);
    let folder = data.join("c2pa/c2pa-rs");
    if !folder.exists() {
        println!("SKIPPED: {} is not there; set BOTTEGA_DATA", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn what_others_signed_is_told_apart_from_what_nobody_signed() {
    let Some(folder) = data() else { return };
    let asked = |name: &str| verify(&folder.join(name), &Trust::default()).unwrap();
    let has = |name: &str, wrong| asked(name).problems.iter().any(|p| p.wrong == wrong);
    for name in ["no_manifest.jpg", "video1_no_manifest.mp4", "sample1.png", "sample1.wav", "sample1.mp3", "c.mov"] {
        let found = asked(name);
        assert!(!found.valid && !found.intact && found.signer.is_none(), "{name}");
        assert!(has(name, Wrong::NoCredential), "{name}: {:#?}", found.problems);
    }
    for name in ["C.jpg", "CA.jpg", "video1.mp4"] {
        let found = asked(name);
        assert!(!found.valid, "nobody vouches for it");
        assert!(has(name, Wrong::NotVouchedFor), "{name}: {:#?}", found.problems);
        assert!(found.signer.is_some_and(|s| s.vouched_by.is_none()), "{name}");
    }
    // Changed in the picture, in the signature, in an assertion.
    for name in ["XCA.jpg", "E-sig-CA.jpg", "adobe-20220124-E-clm-CAICAI.jpg"] {
        let found = asked(name);
        assert!(!found.intact, "{name}: {:#?}", found.problems);
    }
    // Names what lies elsewhere; nothing is fetched.
    assert!(!asked("cloud.jpg").valid);
}

#[test]
fn every_file_of_the_collection_gets_an_answer() {
    let Some(folder) = data() else { return };
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|f| f.is_file());
    assert!(files.len() > 20);
    for file in files {
        let found = verify(&file, &Trust::default()).unwrap();
        assert!(!found.valid && !found.problems.is_empty(), "{}", file.display());
        assert!(found.problems.iter().all(|p| p.detail.len() > 20));
    }
}

/// Bytes that begin as a file of some kind and go on as they please.
fn heads() -> [&'static [u8]; 7] {
    [
        b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xeb\xff\xffJP\x02\x11\x00\x00\x00\x01",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00\x3a\x7e\x9b\x55\x7f\xff\xff\xffcaBX",
        b"RIFF\xff\xff\xff\xffWAVEC2PA\xff\xff\xff\x7f",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x7f\xff\xff\xffuuid\xd8\xfe\xc3\xd6\x1b\x0eH<\x92\x97X(\x87~\xc4\x81",
        b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  \x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x00\x00\x00\x10ftypisom\x00\x00\x00\x00\x00\x00\x00\x00mdat",
        b"",
    ]
}

fn ask(dir: &Path, bytes: &[u8]) {
    let file = dir.join("file");
    fs::write(&file, bytes).unwrap();
    let found = verify(&file, &Trust::default()).unwrap();
    assert!(!found.valid && !found.problems.is_empty());
}

#[test]
fn boxes_of_impossible_size_and_files_cut_short_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for head in heads() {
        ask(dir.path(), head);
        (0..head.len()).for_each(|end| ask(dir.path(), &head[..end]));
        ask(dir.path(), &[head, &[0; 4096]].concat());
        ask(dir.path(), &[head, &[0xff; 4096]].concat());
    }
    assert!(verify(&dir.path().join("absent"), &Trust::default()).is_err());
    assert!(verify(dir.path(), &Trust::default()).is_err(), "a folder is no file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn anything_at_all_is_no_credential(kind in 0usize..7, tail in prop::collection::vec(any::<u8>(), 0..600)) {
        let dir = tempfile::tempdir().unwrap();
        ask(dir.path(), &[heads()[kind], &tail].concat());
    }

    #[test]
    fn any_sidecar_is_refused(text in prop::collection::vec(any::<u8>(), 0..300), json in any::<bool>()) {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("note");
        fs::write(&file, "note").unwrap();
        let text = if json { [b"{\"signed\": {}, \"certificates\": [\"", &text[..], b"\"]}"].concat() } else { text };
        fs::write(credential::sidecar::path_of(&file), text).unwrap();
        let found = verify(&file, &Trust::default()).unwrap();
        prop_assert!(!found.valid && !found.intact);
    }
}

/// A signed file that many bytes were changed in at once: answers, and never that it is whole.
#[test]
fn torn_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    let mut random = blake3::Hasher::new().finalize_xof();
    let mut draw = |below: usize| {
        let mut bytes = [0u8; 8];
        random.fill(&mut bytes);
        (u64::from_le_bytes(bytes) % below as u64) as usize
    };
    for plain in media::make(dir.path()) {
        let out = dir.path().join("signed");
        sign(&plain, &out, &media::claim(), &keys).unwrap();
        assert_eq!(Kind::of(&out).unwrap(), Kind::of(&plain).unwrap(), "told by its bytes, not by its name");
        let whole = fs::read(&out).unwrap();
        for _ in 0..150 {
            let mut torn = whole.clone();
            match draw(3) {
                0 => torn.truncate(draw(whole.len())),
                1 => (0..1 + draw(20)).for_each(|_| torn[draw(whole.len())] ^= 1 + draw(255) as u8),
                _ => {
                    let (from, to) = (draw(whole.len()), draw(whole.len()));
                    let length = draw(whole.len() - from.max(to));
                    torn.copy_within(from..from + length, to);
                }
            }
            if torn == whole {
                continue;
            }
            fs::write(&out, &torn).unwrap();
            assert!(!verify(&out, &trust).unwrap().valid);
        }
    }
}

/// `BOTTEGA_C2PATOOL=/path/to/c2patool cargo test -p credential --test strangers`.
#[test]
fn another_reader_calls_ours_valid() {
    let Some(tool) = std::env::var_os("BOTTEGA_C2PATOOL") else {
        println!("SKIPPED another_reader_calls_ours_valid: set BOTTEGA_C2PATOOL to a c2patool");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let anchors = dir.path().join("anchors.pem");
    fs::write(&anchors, keys.anchors().pem()).unwrap();
    for plain in media::make(dir.path()) {
        let out = dir.path().join(format!("signed-{}", plain.file_name().unwrap().to_string_lossy()));
        sign(&plain, &out, &media::claim(), &keys).unwrap();
        let said = Command::new(&tool).arg(&out).arg("trust").arg("--trust_anchors").arg(&anchors).output().unwrap();
        let text = String::from_utf8_lossy(&said.stdout);
        assert!(said.status.success(), "{}: {}", out.display(), String::from_utf8_lossy(&said.stderr));
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        println!("{}: {}", out.file_name().unwrap().to_string_lossy(), report["validation_state"]);
        assert_eq!(report["validation_state"], "Trusted", "{text}");
        assert!(text.contains("org.bottega.clearance") && text.contains("decision-0042"));
    }
}
