//! Broken media, sidecars, lists and keys are answered; none that was changed is believed.

mod media;
#[path = "../../rights/tests/mischief/mod.rs"]
mod mischief;

use std::fs;
use std::path::Path;

use credential::{Anchors, Keys, Reason, Revoked, Trust, sign, verify};
use mischief::{HUGE, fuzz, withstands};

#[test]
fn media_that_carry_a_credential() {
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    let plain = media::make(dir.path());
    let signed = plain.iter().map(|plain| {
        let out = dir.path().join(format!("signed-{}", plain.file_name().unwrap().display()));
        sign(plain, &out, &media::claim(), &keys).unwrap();
        fs::read(out).unwrap()
    });
    let whole: Vec<Vec<u8>> = signed.collect();
    for (path, own) in plain.iter().zip(&whole) {
        let name = path.file_name().unwrap().display().to_string();
        // What another kind holds is spliced in as well.
        let seeds: Vec<Vec<u8>> = vec![own.clone(); 8].into_iter().chain(whole.clone()).collect();
        let file = dir.path().join("spoiled");
        fuzz(&format!("credential::verify, {name}"), &seeds, 60, |bytes| {
            fs::write(&file, bytes).unwrap();
            let found = verify(&file, &trust).unwrap();
            assert!(!found.valid || whole.iter().any(|whole| whole == bytes), "a changed file is believed");
            let told = found.problems.iter().map(|problem| problem.detail.len()).max().unwrap_or(0);
            assert!(told < 3000, "a problem repeats {told} bytes");
            found.valid
        });
        // A studio may be handed broken media to sign, too.
        let (broken, out) = (dir.path().join(format!("broken-{name}")), dir.path().join(format!("out-{name}")));
        fuzz(&format!("credential::sign, {name}"), &[fs::read(path).unwrap()], 25, |bytes| {
            fs::write(&broken, bytes).unwrap();
            let _ = fs::remove_file(&out);
            if sign(&broken, &out, &media::claim(), &keys).is_err() {
                return false;
            }
            assert!(verify(&out, &trust).is_ok());
            true
        });
    }
}

#[test]
fn sidecars_lists_and_anchors() {
    let dir = tempfile::tempdir().unwrap();
    let mut keys = media::keys(dir.path());
    let film = dir.path().join("film.mkv");
    fs::write(&film, "a film").unwrap();
    let signed = sign(&film, &film, &media::claim(), &keys);
    assert!(signed.is_ok());
    let sidecar = credential::sidecar::path_of(&film);
    let whole = fs::read(&sidecar).unwrap();
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    assert!(verify(&film, &trust).unwrap().valid);
    fuzz("credential: sidecar", std::slice::from_ref(&whole), 1000, |bytes| {
        fs::write(&sidecar, bytes).unwrap();
        let found = verify(&film, &trust).unwrap();
        assert!(!found.valid || whole == bytes, "a changed sidecar is believed");
        let told = found.problems.iter().map(|problem| problem.detail.len()).max().unwrap_or(0);
        assert!(told < 3000, "a problem repeats {told} bytes");
        found.valid
    });

    let old = keys.serial().to_owned();
    keys.revoke(&old, Reason::KeyCompromise).unwrap();
    let path = dir.path().join("keys/revoked.json");
    let list = fs::read(&path).unwrap();
    let file = dir.path().join("list.json");
    fuzz("credential::Revoked", std::slice::from_ref(&list), 1000, |bytes| {
        fs::write(&file, bytes).unwrap();
        match Revoked::read(&file, keys.anchors()) {
            Ok(read) => {
                assert_eq!(read.entries().len(), 1, "a changed list is believed");
                true
            }
            Err(e) => {
                assert!(e.to_string().len() < 3000);
                false
            }
        }
    });

    let pem = keys.anchors().pem().into_bytes();
    let leaf = fs::read(dir.path().join(format!("keys/leaf-{}.pem", keys.serial()))).unwrap();
    fuzz("credential::Anchors", &[pem.clone(), pem.clone(), leaf], 1000, |bytes| match Anchors::parse(bytes) {
        Ok(read) => {
            assert_eq!(Anchors::parse(read.pem().as_bytes()).unwrap(), read);
            true
        }
        Err(e) => {
            assert!(e.to_string().len() < 3000);
            false
        }
    });
}

#[test]
fn folders_of_keys() {
    let dir = tempfile::tempdir().unwrap();
    drop(media::keys(dir.path()));
    let folder = dir.path().join("keys");
    let files: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).filter(|p| p.is_file()).collect();
    let whole: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, own) in files.iter().zip(&whole) {
        let name = path.extension().unwrap_or(path.file_name().unwrap()).display().to_string();
        let seeds: Vec<Vec<u8>> = vec![own.clone(); 4].into_iter().chain(whole.clone()).collect();
        fuzz(&format!("credential::Keys, {name}"), &seeds, 200, |bytes| {
            fs::write(path, bytes).unwrap();
            let opened = Keys::open(&folder);
            let told = match &opened {
                Ok(keys) => keys.known().err().map(|e| e.to_string()),
                Err(e) => Some(e.to_string()),
            };
            let told = told.unwrap_or_default();
            assert!(told.len() < 3000, "an error repeats {} bytes", told.len());
            // Letters of a secret key, as they stand in the middle of its file.
            let secret =
                name == "key" && own.get(60..72).is_some_and(|part| told.contains(&*String::from_utf8_lossy(part)));
            assert!(!secret, "an error tells a secret: {told}");
            opened.is_ok()
        });
        fs::write(path, own).unwrap();
    }
}

#[test]
fn huge_and_deep_credentials() {
    let dir = tempfile::tempdir().unwrap();
    let keys = media::keys(dir.path());
    let trust = Trust { anchors: keys.anchors().clone(), ..Trust::default() };
    let tried = |name: &str, file: &Path, most: u64| {
        let bytes = fs::read(file).unwrap();
        withstands(&format!("credential::verify, {name}"), &bytes, most, |_| {
            let found = verify(file, &trust).unwrap();
            assert!(!found.valid && found.problems.iter().all(|problem| problem.detail.len() < 3000));
        });
    };
    let film = dir.path().join("film.mkv");
    fs::write(&film, "a film").unwrap();
    let sidecar = credential::sidecar::path_of(&film);
    let deep = |open: &str| format!("{{\"signed\": {}", open.repeat(1_000_000));
    for (name, text) in [
        ("a sidecar of brackets", deep("[")),
        ("a sidecar of objects", deep("{\"a\":")),
        ("a sidecar's field of 10 MB", format!("{{\"{}\": 1}}", "x".repeat(HUGE))),
        (
            "a sidecar's certificate of 10 MB",
            format!("{{\"signed\": {{}}, \"certificates\": [\"{}\"], \"signature\": \"\"}}", "A".repeat(HUGE)),
        ),
    ] {
        fs::write(&sidecar, text).unwrap();
        tried(name, &film, 200);
    }
    fs::remove_file(&sidecar).unwrap();

    let boxes = |name: &[u8; 4], size: u32, times: usize| [&size.to_be_bytes()[..], &name[..]].concat().repeat(times);
    let ftyp = b"\0\0\0\x14ftypisom\0\0\0\0isom".to_vec();
    let nested = |depth: usize| {
        (0..depth).fold(Vec::new(), |inner: Vec<u8>, _| {
            if inner.len() > 1 << 26 {
                inner
            } else {
                [&(inner.len() as u32 + 8).to_be_bytes()[..], b"moov", &inner].concat()
            }
        })
    };
    for (name, bytes) in [
        ("100,000 empty boxes", boxes(b"free", 8, 100_000)),
        ("boxes of no size", boxes(b"moov", 0, 10_000)),
        ("boxes of size one", boxes(b"moov", 1, 10_000)),
        ("boxes too small", boxes(b"moov", 7, 10_000)),
        ("boxes too large", boxes(b"moov", u32::MAX, 10_000)),
        ("10,000 boxes in one another", nested(3_000)),
        ("a credential's box of 4 GB", boxes(b"uuid", u32::MAX, 1)),
    ] {
        let file = dir.path().join("film.mp4");
        fs::write(&file, [ftyp.clone(), bytes].concat()).unwrap();
        tried(name, &file, 300);
    }
    let png = |name: &[u8; 4], size: u32, times: usize| {
        [b"\x89PNG\r\n\x1a\n".to_vec(), [&size.to_be_bytes()[..], &name[..], b"\0\0\0\0"].concat().repeat(times)]
            .concat()
    };
    let wav = |name: &[u8; 4], size: u32, times: usize| {
        [b"RIFF\xff\xff\xff\xffWAVE".to_vec(), [&name[..], &size.to_le_bytes()[..]].concat().repeat(times)].concat()
    };
    let jpeg = |marker: u8, size: u16, times: usize| {
        [vec![0xff, 0xd8], [&[0xff, marker][..], &size.to_be_bytes()[..]].concat().repeat(times)].concat()
    };
    for (name, bytes) in [
        ("still.png", png(b"caBX", 0, 100_000)),
        ("still.png", png(b"caBX", u32::MAX, 1)),
        ("still.png", png(b"IDAT", 0, 100_000)),
        ("sound.wav", wav(b"C2PA", 0, 100_000)),
        ("sound.wav", wav(b"C2PA", u32::MAX, 1)),
        ("sound.wav", wav(b"LIST", 0, 100_000)),
        ("still.jpg", jpeg(0xeb, 2, 100_000)),
        ("still.jpg", jpeg(0xeb, 0, 100_000)),
        ("still.jpg", jpeg(0xeb, u16::MAX, 1)),
        ("still.jpg", jpeg(0xe1, 2, 100_000)),
    ] {
        let file = dir.path().join(name);
        fs::write(&file, bytes).unwrap();
        tried(name, &file, 300);
    }
}
