//! Signing a file: a credential in it where C2PA can hold one, beside it where not.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use c2pa::settings::Settings;
use c2pa::{Builder, CallbackSigner, Context, Reader, SigningAlg};
use jiff::Timestamp;
use jobs::Whole;
use serde_json::{Value, json};

use crate::claim::{Action, Claim, Ingredient, Mining, Permission};
use crate::keys::Keys;
use crate::kind::Kind;
use crate::{seal, sidecar};

/// A signed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Where it lies.
    pub file: PathBuf,
    /// Where its credential is.
    pub kind: Kind,
    /// The credential, where it lies beside the file.
    pub sidecar: Option<PathBuf>,
    /// Serial number of the key that signed.
    pub serial: String,
    /// When.
    pub at: Timestamp,
}

/// Why a file was not signed; nothing half-made is kept.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// It cannot be read.
    #[error("{path}: the file to sign cannot be read: {error}", path = path.display())]
    Read {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// The signed file cannot be written.
    #[error("{path}: {error}; choose another place, or make room", path = path.display())]
    Write {
        /// File asked for.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It carries a credential already.
    #[error(
        "{path}: the file carries a credential already, and signing over it would take away what another says; sign the master \
         that it was made from",
        path = .0.display()
    )]
    Credited(PathBuf),
    /// The claim contradicts itself.
    #[error("the credential of `{title}` cannot be written: {reason}")]
    Claim {
        /// Title of the claim.
        title: String,
        /// What is wrong in it.
        reason: String,
    },
    /// The file is not what it looks like.
    #[error("{path}: the {kind} file cannot hold a credential: {reason}; make it anew", path = path.display())]
    Held {
        /// File asked for.
        path: PathBuf,
        /// What it looks like.
        kind: Kind,
        /// What C2PA said.
        reason: String,
    },
}

/// Signs `input` as `output`, which may be the same file, whole or not at all.
///
/// The credential of an MP4, MOV, JPEG, PNG or WAV file is put into it, as C2PA has it; of any other file it is put beside it, as
/// `OUTPUT.credential.json`.
///
/// # Errors
/// [`SignError`].
pub fn sign(input: &Path, output: &Path, claim: &Claim, keys: &Keys) -> Result<Signed, SignError> {
    check(claim)?;
    let kind = Kind::of(input).map_err(|error| SignError::Read { path: input.to_owned(), error })?;
    let at = Timestamp::now();
    let signed = |sidecar| Signed { file: output.to_owned(), kind, sidecar, serial: keys.serial().to_owned(), at };
    let Some(mime) = kind.mime() else {
        let write = |error| SignError::Write { path: output.to_owned(), error };
        if input != output {
            let whole = Whole::begin(output).map_err(write)?;
            fs::copy(input, whole.part()).map_err(write)?;
            whole.keep().map_err(write)?;
        }
        return Ok(signed(Some(sidecar::write(output, claim, keys, at)?)));
    };
    embed(input, output, kind, mime, &manifest(claim, kind, at), keys)?;
    Ok(signed(None))
}

fn embed(input: &Path, output: &Path, kind: Kind, mime: &str, manifest: &Value, keys: &Keys) -> Result<(), SignError> {
    let read = |error| SignError::Read { path: input.to_owned(), error };
    let write = |error| SignError::Write { path: output.to_owned(), error };
    let held = |reason: String| SignError::Held { path: input.to_owned(), kind, reason };
    if carries(input, mime).map_err(held)? {
        return Err(SignError::Credited(input.to_owned()));
    }
    let mut source = File::open(input).map_err(read)?;
    let whole = Whole::begin(output).map_err(write)?;
    let mut to =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).open(whole.part()).map_err(write)?;
    let context = offline(None).map_err(|e| held(e.to_string()))?;
    let mut builder = Builder::from_context(context)
        .with_definition(manifest.to_string())
        .map_err(|e| held(format!("its manifest: {e}")))?;
    builder.sign(&signer(keys), mime, &mut source, &mut to).map_err(|e| held(e.to_string()))?;
    drop(to);
    if kind.is_boxed() {
        seal::seal(whole.part(), keys).map_err(write)?;
    }
    whole.keep().map_err(write)
}

/// Settings under which C2PA asks nobody: no manifest, no list and no answer is fetched.
pub(crate) fn offline(anchors: Option<String>) -> c2pa::Result<Context> {
    let mut settings = Settings::new();
    settings.verify.remote_manifest_fetch = false;
    settings.verify.ocsp_fetch = false;
    settings.core.allowed_network_hosts = Some(Vec::new());
    settings.core.decode_identity_assertions = false;
    settings.trust.trust_anchors = anchors;
    Context::new().with_settings(settings)
}

fn carries(path: &Path, mime: &str) -> Result<bool, String> {
    let file = File::open(path).map_err(|e| e.to_string())?;
    let context = offline(None).map_err(|e| e.to_string())?;
    match Reader::from_context(context).with_stream(mime, file) {
        Ok(_) => Ok(true),
        Err(c2pa::Error::JumbfNotFound) => Ok(false),
        Err(e @ (c2pa::Error::UnsupportedType | c2pa::Error::InvalidAsset(_))) => Err(e.to_string()),
        // A credential that cannot be read is one nevertheless.
        Err(_) => Ok(true),
    }
}

fn signer(keys: &Keys) -> impl c2pa::Signer + '_ {
    // The library wants a closure that outlives every borrow; one that signs in its own right is simpler.
    Signing(keys, CallbackSigner::new(|_, _| Ok(Vec::new()), SigningAlg::Ed25519, keys.chain_pem()))
}

/// Signs with the studio's key; what else C2PA asks of a signer is answered by the library's own.
struct Signing<'a>(&'a Keys, CallbackSigner);

impl c2pa::Signer for Signing<'_> {
    fn sign(&self, data: &[u8]) -> c2pa::Result<Vec<u8>> {
        Ok(self.0.sign(data))
    }

    fn alg(&self) -> SigningAlg {
        SigningAlg::Ed25519
    }

    fn certs(&self) -> c2pa::Result<Vec<Vec<u8>>> {
        c2pa::Signer::certs(&self.1)
    }

    fn reserve_size(&self) -> usize {
        // Certificates and signature with their names; the library would leave ten thousand bytes empty.
        self.0.chain_pem().len() + 1024
    }
}

/// What C2PA would refuse, in the words of a claim.
fn check(claim: &Claim) -> Result<(), SignError> {
    let wrong = |reason: String| Err(SignError::Claim { title: claim.title.clone(), reason });
    match claim.actions.first() {
        None => return wrong("it says of no action how the file came to be".to_owned()),
        Some(first) if first.deed != crate::claim::Deed::Created => {
            return wrong("the first action must say that it was created".to_owned());
        }
        Some(first) if first.source.is_none() => {
            return wrong("the first action must say what kind of source it has".to_owned());
        }
        _ => {}
    }
    for (i, action) in claim.actions.iter().enumerate() {
        if i > 0 && action.deed == crate::claim::Deed::Created {
            return wrong(format!("action {i} says again that it was created"));
        }
        if let Some(lost) = action.ingredients.iter().find(|&&place| place >= claim.ingredients.len()) {
            return wrong(format!("action {i} uses ingredient {lost}, and there are {}", claim.ingredients.len()));
        }
        if action.deed == crate::claim::Deed::Placed && action.ingredients.is_empty() {
            return wrong(format!("action {i} places shots and names none"));
        }
    }
    Ok(())
}

/// The claim in the words of C2PA.
fn manifest(claim: &Claim, kind: Kind, at: Timestamp) -> Value {
    let own = |label: &str, data: Value| json!({ "label": label, "data": data, "kind": "Json", "created": true });
    json!({
        "title": claim.title,
        "claim_generator_info": [{ "name": "Bottega", "version": env!("CARGO_PKG_VERSION") }],
        "ingredients": claim.ingredients.iter().enumerate().map(ingredient).collect::<Vec<_>>(),
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": { "actions": claim.actions.iter().map(action).collect::<Vec<_>>() },
                "created": true
            },
            { "label": "cawg.training-mining", "data": { "entries": mining(&claim.mining) }, "created": true },
            own("org.bottega.clearance", json!({
                "decision": claim.clearance.decision,
                "log": claim.clearance.log,
                "watermark": claim.clearance.watermark,
                "signed_at": at,
                "sealed": kind.is_boxed(),
            })),
            own("org.bottega.shots", json!({ "shots": claim.ingredients })),
            own("org.bottega.actions", json!({ "actions": claim.actions })),
        ],
    })
}

fn label(place: usize) -> String {
    format!("shot-{place}")
}

fn ingredient((place, of): (usize, &Ingredient)) -> Value {
    let frames = of.frames.map(|[start, end]| format!("#frames={start},{end}")).unwrap_or_default();
    let shot = of.shot.map(|n| format!(", shot {n}")).unwrap_or_default();
    json!({
        "title": format!("{}{shot}", of.title),
        "format": "application/octet-stream",
        // With its place: the same shot may be used twice.
        "instance_id": format!("urn:bottega:{}{frames}#{place}", of.reel),
        "label": label(place),
        "relationship": of.relation,
    })
}

fn action(of: &Action) -> Value {
    let mut action = json!({ "action": of.deed });
    if let Some(source) = &of.source {
        action["digitalSourceType"] = json!(source);
    }
    if let Some(description) = &of.description {
        action["description"] = json!(description);
    }
    if let Some(when) = &of.when {
        action["when"] = json!(when);
    }
    if !of.ingredients.is_empty() {
        action["parameters"] = json!({ "ingredientIds": of.ingredients.iter().map(|&i| label(i)).collect::<Vec<_>>() });
    }
    action
}

fn mining(of: &Mining) -> Value {
    let entry = |permission: &Permission| match permission {
        Permission::Allowed => json!({ "use": "allowed" }),
        Permission::NotAllowed => json!({ "use": "notAllowed" }),
        Permission::Constrained(how) => json!({ "use": "constrained", "constraint_info": how }),
    };
    of.keys()
        .into_iter()
        .map(|(key, permission)| (key.to_owned(), entry(permission)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// What [`mining`] wrote; a key that is missing or not understood counts as reserved.
pub(crate) fn mining_of(entries: &Value) -> Mining {
    let permission = |key: &str| match entries[key]["use"].as_str() {
        Some("allowed") => Permission::Allowed,
        Some("constrained") => match entries[key]["constraint_info"].as_str() {
            Some(how) => Permission::Constrained(how.to_owned()),
            None => Permission::NotAllowed,
        },
        _ => Permission::NotAllowed,
    };
    Mining {
        data_mining: permission("cawg.data_mining"),
        ai_inference: permission("cawg.ai_inference"),
        ai_generative_training: permission("cawg.ai_generative_training"),
        ai_training: permission("cawg.ai_training"),
    }
}
