//! What an entry means, once its bytes are read.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::closing::ClosingBody;
use crate::entry::{Mark, Written};
use crate::frame::{Framed, unsealed};
use crate::map::Map;
use crate::tree::Tree;
use crate::{Hash, Kind, Line, Summary, Verifier};

/// The JSON of an entry, around its body.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Envelope<B> {
    pub(crate) kind: Kind,
    pub(crate) at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Mark>,
    pub(crate) body: B,
}

/// The body of a posting or reversal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostingBody {
    pub(crate) on: Date,
    pub(crate) about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reverses: Option<u64>,
    pub(crate) lines: u64,
    pub(crate) root: Hash,
}

/// The body of a `key` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyBody {
    pub(crate) origin: String,
    pub(crate) verifier: Verifier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retires: Option<Verifier>,
}

/// An entry understood.
#[derive(Clone, Debug)]
pub(crate) struct Understood {
    pub(crate) kind: Kind,
    pub(crate) mark: Option<Mark>,
    pub(crate) matter: Matter,
}

/// What the books take from it.
#[derive(Clone, Debug)]
pub(crate) enum Matter {
    Fact,
    Posting { body: PostingBody, lines: Vec<(Line, Hash)> },
    Closing { body: ClosingBody, summaries: Vec<Summary> },
    Key(Box<KeyBody>),
}

/// The leaf of a sealed line.
pub(crate) fn leaf(sealed: &str) -> Hash {
    Hash::of_leaf(sealed.as_bytes())
}

/// Reads an entry; the text says what it lacks.
pub(crate) fn understand(framed: &Framed) -> Result<Understood, String> {
    let envelope: Envelope<&RawValue> =
        serde_json::from_str(&framed.json).map_err(|e| format!("the entry cannot be read: {}", brief(&e)))?;
    let body = envelope.body.get();
    let unreadable = |e: serde_json::Error| format!("the body of this {} cannot be read: {}", envelope.kind, brief(&e));
    let matter = match envelope.kind {
        Kind::Decision | Kind::Release | Kind::Act => {
            if !framed.sealed.is_empty() {
                return Err(format!("a {} has no sealed lines, and {} follow", envelope.kind, framed.sealed.len()));
            }
            // For its depth: what is written must be readable again by everyone who is shown it.
            serde_json::from_str::<Value>(body).map_err(unreadable)?;
            Matter::Fact
        }
        Kind::Posting | Kind::Reversal => {
            let body: PostingBody = serde_json::from_str(body).map_err(unreadable)?;
            if body.reverses.is_some() != (envelope.kind == Kind::Reversal) {
                return Err("a reversal, and nothing else, names the entry that it reverses".into());
            }
            let lines = framed
                .sealed
                .iter()
                .enumerate()
                .map(|(number, sealed)| Ok((read(number, sealed)?, leaf(sealed))))
                .collect::<Result<Vec<(Line, Hash)>, String>>()?;
            let root = Tree::over(lines.iter().map(|(_, leaf)| *leaf)).root();
            if body.lines != lines.len() as u64 || body.root != root {
                return Err(format!(
                    "the entry is of {} lines with one root, and {} lines with {} follow",
                    body.lines,
                    lines.len(),
                    if body.root == root { "the same" } else { "another" }
                ));
            }
            Matter::Posting { body, lines }
        }
        Kind::Close => {
            let body: ClosingBody = serde_json::from_str(body).map_err(unreadable)?;
            let summaries = framed
                .sealed
                .iter()
                .enumerate()
                .map(|(number, sealed)| read(number, sealed))
                .collect::<Result<Vec<Summary>, String>>()?;
            let map = map(&summaries, &framed.sealed).ok_or("a party stands twice in this closing")?;
            if body.parties != summaries.len() as u64 || body.map != map.root() {
                return Err("the parties that follow are not those under this closing's root".into());
            }
            Matter::Closing { body, summaries }
        }
        Kind::Key => {
            if !framed.sealed.is_empty() {
                return Err("a key has no sealed lines".into());
            }
            Matter::Key(serde_json::from_str(body).map_err(unreadable)?)
        }
    };
    Ok(Understood { kind: envelope.kind, mark: envelope.key, matter })
}

/// The map of a closing: each party's summary under its name.
pub(crate) fn map(summaries: &[Summary], sealed: &[String]) -> Option<Map> {
    Map::of(summaries.iter().zip(sealed).map(|(summary, sealed)| (summary.party.as_str(), leaf(sealed))))
}

/// What a sealed line says.
pub(crate) fn read<'a, T: Deserialize<'a>>(number: usize, sealed: &'a str) -> Result<T, String> {
    let json = unsealed(sealed).ok_or_else(|| format!("sealed line {number} has no salt"))?;
    serde_json::from_str(json).map_err(|e| format!("sealed line {number} cannot be read: {}", brief(&e)))
}

/// The entry for those who read the log.
pub(crate) fn written(index: u64, framed: Framed) -> Result<Written, String> {
    let envelope: Envelope<Value> =
        serde_json::from_str(&framed.json).map_err(|e| format!("the entry cannot be read: {}", brief(&e)))?;
    let sealed = framed
        .sealed
        .iter()
        .enumerate()
        .map(|(n, line)| unsealed(line).map(str::to_owned).ok_or_else(|| format!("sealed line {n} has no salt")))
        .collect::<Result<_, _>>()?;
    let Envelope { kind, at, key, body } = envelope;
    Ok(Written { index, kind, at, mark: key, body, sealed, text: framed.json })
}

/// An error's words without most of what it repeats, which may be huge.
pub(crate) fn brief(what: &dyn std::fmt::Display) -> String {
    let what = what.to_string();
    match what.char_indices().nth(300) {
        Some((end, _)) => format!("{}…", &what[..end]),
        None => what,
    }
}
