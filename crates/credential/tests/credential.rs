//! Signing and verifying, from keys to files on another machine.

mod media;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use credential::{Anchors, Keys, Kind, Reason, Revoked, Trust, Verified, Wrong, sign, verify};

struct Studio {
    dir: tempfile::TempDir,
    keys: Keys,
}

impl Studio {
    fn new() -> Studio {
        let dir = tempfile::tempdir().unwrap();
        let keys = media::keys(dir.path());
        Studio { dir, keys }
    }

    fn trust(&self) -> Trust {
        Trust { anchors: self.keys.anchors().clone(), revoked: self.keys.revoked().unwrap() }
    }

    fn signed(&self, name: &str) -> PathBuf {
        let plain = self.dir.path().join("plain");
        if !plain.exists() {
            fs::create_dir(&plain).unwrap();
            media::make(&plain);
        }
        let out = self.dir.path().join(name);
        sign(&plain.join(name), &out, &media::claim(), &self.keys).unwrap();
        out
    }
}

fn wrongs(verified: &Verified) -> Vec<Wrong> {
    verified.problems.iter().map(|p| p.wrong).collect()
}

#[test]
fn what_was_claimed_is_read_back_in_every_kind() {
    let studio = Studio::new();
    let kinds = [Kind::Mp4, Kind::Mov, Kind::Jpeg, Kind::Png, Kind::Wav];
    for (name, kind) in media::NAMES.into_iter().zip(kinds) {
        let out = studio.signed(name);
        let found = verify(&out, &studio.trust()).unwrap();
        assert!(found.valid && found.intact, "{name}: {:#?}", found.problems);
        let claim = media::claim();
        assert_eq!(found.format, Some(kind));
        assert_eq!(found.title.as_ref(), Some(&claim.title));
        assert_eq!((&found.actions, &found.ingredients), (&claim.actions, &claim.ingredients));
        assert_eq!((found.mining.as_ref(), found.clearance.as_ref()), (Some(&claim.mining), Some(&claim.clearance)));
        let signer = found.signer.unwrap();
        assert_eq!((signer.name.as_str(), signer.serial.as_str()), ("Officina Prova", studio.keys.serial()));
        assert_eq!(signer.vouched_by.as_deref(), Some("Officina Prova"));
        // Whoever does not know the studio learns that the file is whole, and that nobody vouches for it.
        let stranger = verify(&out, &Trust::default()).unwrap();
        assert!(stranger.intact && !stranger.valid);
        assert_eq!(wrongs(&stranger), [Wrong::NotVouchedFor], "{:#?}", stranger.problems);
        // Another studio of the same name is another studio.
        let other = Studio::new();
        assert_eq!(wrongs(&verify(&out, &other.trust()).unwrap()), [Wrong::NotVouchedFor]);
        // And players still play it.
        let played =
            Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(&out).args(["-f", "null", "-"]).output().unwrap();
        assert!(played.status.success() && played.stderr.is_empty(), "{}", String::from_utf8_lossy(&played.stderr));
    }
}

#[test]
fn a_sidecar_speaks_for_what_c2pa_does_not_hold() {
    let studio = Studio::new();
    let plain = studio.dir.path().join("cut.otio");
    fs::write(&plain, "{\"OTIO_SCHEMA\": \"Timeline.1\"}\n").unwrap();
    let out = studio.dir.path().join("out/cut.otio");
    let signed = sign(&plain, &out, &media::claim(), &studio.keys).unwrap();
    let sidecar = signed.sidecar.unwrap();
    let found = verify(&out, &studio.trust()).unwrap();
    assert!(found.valid, "{:#?}", found.problems);
    assert_eq!((found.format, &found.ingredients), (Some(Kind::Sidecar), &media::claim().ingredients));
    assert_eq!(found.clearance, Some(media::claim().clearance));
    assert_eq!(wrongs(&verify(&out, &Trust::default()).unwrap()), [Wrong::NotVouchedFor]);
    // Not a byte of either changes unnoticed: every one of them is tried, each in two bits.
    for path in [&out, &sidecar] {
        let whole = fs::read(path).unwrap();
        for place in 0..whole.len() {
            for bit in [5, place * 3 % 8] {
                let mut changed = whole.clone();
                changed[place] ^= 1 << bit;
                fs::write(path, &changed).unwrap();
                let found = verify(&out, &studio.trust()).unwrap();
                // Another certificate leaves everything whole, and nobody vouches for it.
                assert!(!found.valid, "byte {place}, bit {bit} of {}", path.display());
                assert!(!found.intact || path == &sidecar, "byte {place}, bit {bit} of {}", path.display());
            }
        }
        fs::write(path, &whole[..whole.len() - 1]).unwrap();
        assert!(!verify(&out, &studio.trust()).unwrap().valid);
        fs::write(path, &whole).unwrap();
    }
    // Moved and renamed together, they still belong together.
    let moved = studio.dir.path().join("renamed.otio");
    fs::copy(&out, &moved).unwrap();
    fs::copy(&sidecar, credential::sidecar::path_of(&moved)).unwrap();
    assert!(verify(&moved, &studio.trust()).unwrap().valid);
}

#[test]
fn keys_are_the_owners_alone() {
    let studio = Studio::new();
    let folder = studio.dir.path().join("keys");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    let keys: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "key"))
        .collect();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert_eq!(mode(&key), 0o600);
        for open in [0o640, 0o604, 0o660] {
            fs::set_permissions(&key, fs::Permissions::from_mode(open)).unwrap();
            let error = Keys::open(&folder).unwrap_err().to_string();
            assert!(error.contains(&format!("{open:o}")) && error.contains("chmod 600"), "{error}");
        }
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(Keys::open(&folder).is_ok());
    }
    let again = Keys::init(&folder, "Another").unwrap_err();
    assert!(again.to_string().contains("keys already"), "{again}");
    assert!(Keys::init(&studio.dir.path().join("k2"), " ").is_err());
    assert!(!studio.dir.path().join("k2").exists());
}

#[test]
fn a_key_rotates_and_what_the_earlier_one_signed_stands() {
    let mut studio = Studio::new();
    let first = studio.keys.serial().to_owned();
    let before = studio.signed("still.png");
    studio.keys.rotate().unwrap();
    assert_ne!(studio.keys.serial(), first);
    let after = studio.signed("sound.wav");
    for file in [&before, &after] {
        assert!(verify(file, &studio.trust()).unwrap().valid);
    }
    let known = studio.keys.known().unwrap();
    assert_eq!(known.iter().map(|k| k.signs).filter(|s| *s).count(), 1);
    assert!(known.iter().any(|k| k.serial == first && !k.signs && !k.revoked));
    assert!(!studio.dir.path().join(format!("keys/leaf-{first}.key")).exists(), "its key is destroyed");
    // The anchors are all that another machine needs, as a file.
    let pem = studio.dir.path().join("anchors.pem");
    fs::write(&pem, studio.keys.anchors().pem()).unwrap();
    let trust = Trust { anchors: Anchors::read(&pem).unwrap(), ..Trust::default() };
    assert!(verify(&before, &trust).unwrap().valid);
}

#[test]
fn what_a_revoked_key_signed_is_judged_by_why_it_was_revoked() {
    let mut studio = Studio::new();
    let stolen = studio.keys.serial().to_owned();
    let picture = studio.signed("still.png");
    let note = studio.dir.path().join("note.toml");
    fs::write(&note, "a = 1\n").unwrap();
    sign(&note, &note, &media::claim(), &studio.keys).unwrap();
    studio.keys.revoke(&stolen, Reason::KeyCompromise).unwrap();
    assert_ne!(studio.keys.serial(), stolen, "what is revoked signs no more");
    for file in [&picture, &note] {
        let found = verify(file, &studio.trust()).unwrap();
        assert!(!found.valid && found.intact);
        assert_eq!(wrongs(&found), [Wrong::Revoked], "{:#?}", found.problems);
    }
    // A key that has merely had its turn: what it signed stands.
    let second = studio.keys.serial().to_owned();
    let sound = studio.signed("sound.wav");
    studio.keys.revoke(&second, Reason::Superseded).unwrap();
    assert!(verify(&sound, &studio.trust()).unwrap().valid);
    let list = studio.keys.revoked().unwrap();
    assert_eq!((list.number(), list.entries().len()), (2, 2));
    assert!(studio.keys.revoke(&second, Reason::Ceased).is_err());
    assert!(studio.keys.revoke("ff", Reason::Ceased).is_err());
    assert!(studio.keys.revoke("../root", Reason::Ceased).is_err());
    // Nobody but the root can write the list.
    let path = studio.dir.path().join("keys/revoked.json");
    let text = fs::read_to_string(&path).unwrap();
    for forged in [text.replace("key-compromise", "superseded"), text.replace("\"number\": 2", "\"number\": 3")] {
        assert_ne!(forged, text);
        fs::write(&path, forged).unwrap();
        assert!(Revoked::read(&path, studio.keys.anchors()).is_err());
    }
    fs::write(&path, &text).unwrap();
    assert!(Revoked::read(&path, studio.keys.anchors()).is_ok());
    assert!(Revoked::read(&path, Studio::new().keys.anchors()).is_err());
}

/// A key that goes on signing after it was superseded, as a copy of it on another disk would.
#[test]
fn what_a_superseded_key_signs_later_is_refused() {
    let mut studio = Studio::new();
    let old = studio.keys.serial().to_owned();
    let copy = studio.dir.path().join("copy");
    fs::create_dir(&copy).unwrap();
    for entry in fs::read_dir(studio.dir.path().join("keys")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
    }
    studio.keys.revoke(&old, Reason::Superseded).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5));
    let note = studio.dir.path().join("note.toml");
    fs::write(&note, "a = 1\n").unwrap();
    sign(&note, &note, &media::claim(), &Keys::open(&copy).unwrap()).unwrap();
    assert_eq!(wrongs(&verify(&note, &studio.trust()).unwrap()), [Wrong::Revoked]);
}

#[test]
fn a_credential_names_no_person_no_machine_and_no_path() {
    let studio = Studio::new();
    let mut secrets = vec![studio.dir.path().display().to_string()];
    secrets.extend(["USER", "LOGNAME", "HOME", "HOSTNAME"].iter().filter_map(|v| std::env::var(v).ok()));
    secrets.extend(fs::read_to_string("/etc/hostname").map(|h| h.trim().to_owned()));
    for name in media::NAMES {
        let bytes = fs::read(studio.signed(name)).unwrap();
        for secret in secrets.iter().filter(|s| s.len() > 4) {
            assert!(!bytes.windows(secret.len()).any(|w| w == secret.as_bytes()), "{name} names {secret}");
        }
    }
}

#[test]
fn a_claim_that_contradicts_itself_is_not_signed() {
    let studio = Studio::new();
    let plain = studio.dir.path().join("a.txt");
    fs::write(&plain, "a").unwrap();
    let refused = |change: &dyn Fn(&mut credential::Claim)| {
        let mut claim = media::claim();
        change(&mut claim);
        sign(&plain, &plain, &claim, &studio.keys).unwrap_err().to_string()
    };
    assert!(refused(&|c| c.actions.clear()).contains("how the file came to be"));
    assert!(refused(&|c| drop(c.actions.remove(0))).contains("created"));
    assert!(refused(&|c| c.actions[0].source = None).contains("source"));
    assert!(refused(&|c| c.actions[1].ingredients = vec![9]).contains("ingredient 9"));
    assert!(refused(&|c| c.actions[1].ingredients.clear()).contains("names none"));
    assert!(!credential::sidecar::path_of(&plain).exists());
}

#[test]
fn signing_takes_away_no_credential_and_leaves_nothing_half_made() {
    let studio = Studio::new();
    let out = studio.signed("still.jpg");
    let again = studio.dir.path().join("again.jpg");
    assert!(matches!(sign(&out, &again, &media::claim(), &studio.keys), Err(credential::SignError::Credited(_))));
    let broken = studio.dir.path().join("broken.mp4");
    fs::write(&broken, b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\xff\xff\xff\xffmoov").unwrap();
    let error = sign(&broken, &again, &media::claim(), &studio.keys).unwrap_err();
    assert!(matches!(error, credential::SignError::Held { .. }), "{error}");
    assert!(!again.exists() && !studio.dir.path().join("again.part.jpg").exists());
}

#[test]
fn no_network_is_needed() {
    if std::env::var_os("BOTTEGA_CREDENTIAL_ALONE").is_some() {
        return;
    }
    let may = Command::new("unshare").args(["-rn", "true"]).status().is_ok_and(|s| s.success());
    if !may {
        println!("SKIPPED no_network_is_needed: this machine lets nobody make an empty network namespace");
        return;
    }
    // This same program, where there is not even a loopback: a file is signed and verified.
    let out = Command::new("unshare")
        .args(["-rn"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "what_was_claimed_is_read_back_in_every_kind"])
        .env("BOTTEGA_CREDENTIAL_ALONE", "1")
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stdout));
    assert!(String::from_utf8_lossy(&out.stdout).contains("1 passed"));
}
