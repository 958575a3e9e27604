//! Which specialist works, in what state, and how good it is.

use film::ContentHash;
use jobs::{Cancel, Progress};
use neural::card::Energy;
use neural::conform::conform;
use neural::slot::Slot;
use neural::{Card, Engine, Metric, Runner, State};
use render::fix::Net;
use serde::Serialize;
use specialists::gate::{self, Decision};
use specialists::image::learn::{beside_base, task_folder};
use specialists::image::manifest::Lent;
use specialists::image::material::{Material, folder};
use specialists::image::samples::Pool;
use specialists::image::task::Task;
use specialists::image::tool::Tool;
use specialists::shelf::{self, Gate, Kept};
use specialists::specialist::{Specialist, Trainable};
use specialists::split::Role;

use crate::House;
use crate::rights::ask::training_basis;
use crate::train::{cores, material, metric};

/// A specialist as it stands.
#[derive(Debug, Serialize)]
pub struct Standing {
    /// `image`.
    pub aspect: String,
    /// The task.
    pub task: Task,
    /// What runs.
    pub state: State,
    /// Why not a further state, or why it runs.
    pub because: String,
    /// Quality on what was held out; empty of the classical method.
    pub metrics: Vec<Metric>,
    /// Titles it was taught on.
    pub trained_on: Vec<String>,
    /// Titles held out.
    pub held_out: Vec<String>,
    /// Hash of the net.
    pub weights_hash: Option<ContentHash>,
    /// Numbers learned.
    pub parameters: usize,
    /// Licence of the weights.
    pub licence: String,
    /// What the gate decided.
    pub gate: Option<Decision>,
}

/// What each task runs by.
pub fn specialists(house: Option<&House>, progress: &dyn Progress, cancel: &Cancel) -> Vec<Standing> {
    let engine = Engine::load().err().map(|e| e.to_string());
    Task::ALL.into_iter().map(|task| standing(house, task, engine.as_deref(), progress, cancel)).collect()
}

fn standing(
    house: Option<&House>,
    task: Task,
    no_engine: Option<&str>,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> Standing {
    let (kept, mut because) = settle(house, task, progress, cancel);
    let runs = kept.as_ref().is_some_and(|k| k.gate.decision.open) && no_engine.is_none();
    if let Some(no) = no_engine {
        because = no.to_owned();
    }
    let card = kept.as_ref().map(|k| &k.card);
    Standing {
        aspect: task.aspect().to_owned(),
        task,
        state: if runs { card.map_or(State::Classical, |c| c.state) } else { State::Classical },
        because,
        metrics: kept.as_ref().map(|k| vec![metric(task, &k.gate.decision)]).unwrap_or_default(),
        trained_on: card.map(|c| c.trained_on.clone()).unwrap_or_default(),
        held_out: card.map(|c| c.held_out.clone()).unwrap_or_default(),
        weights_hash: card.map(|c| c.weights_hash),
        parameters: card.map_or(0, |c| c.parameters),
        licence: card.map(|c| c.licence.clone()).unwrap_or_default(),
        gate: kept.map(|k| k.gate.decision),
    }
}

/// The net that does `task`: the library's own if its gate is open, else the shipped one if its is, else none and why.
pub(crate) fn choose(
    house: Option<&House>,
    task: Task,
    progress: &dyn Progress,
    cancel: &Cancel,
) -> (Net, Option<ContentHash>) {
    match settle(house, task, progress, cancel) {
        (Some(kept), _) if kept.gate.decision.open => {
            let hash = Some(kept.card.weights_hash);
            match (kept.card.state, house) {
                (State::Base, _) | (_, None) => (Net::Base, hash),
                (State::External, Some(house)) => {
                    let page = shelf::brought_folder(&folder(house.library()), task).join("slot.toml");
                    (Net::Brought(page), hash)
                }
                (_, Some(house)) => (Net::File(task_folder(&folder(house.library()), task).join("net.onnx")), hash),
            }
        }
        (_, because) => (Net::None(because), None),
    }
}

/// The furthest state whose gate is open, or the last one and why its gate is shut.
fn settle(house: Option<&House>, task: Task, progress: &dyn Progress, cancel: &Cancel) -> (Option<Kept>, String) {
    let mut because = String::new();
    if let Some(house) = house {
        match brought(house, task, progress, cancel) {
            Ok(Some(kept)) if kept.gate.decision.open => {
                let words = kept.gate.decision.because.clone();
                return (Some(kept), words);
            }
            Ok(Some(kept)) => {
                because = format!("the net that was brought is advisory: {}", kept.gate.decision.because);
                progress.say(&format!("{task}: {because}"));
            }
            Ok(None) => {}
            Err(why) => {
                because = why;
                progress.say(&format!("{task}: {because}"));
            }
        }
        match shelf::library(&folder(house.library()), task) {
            Ok(Some(kept)) => {
                let kept = renewed(house, task, kept, progress, cancel);
                if kept.gate.decision.open {
                    let words = kept.gate.decision.because.clone();
                    return (Some(kept), words);
                }
                because = format!("what the library taught does not run: {}", kept.gate.decision.because);
                progress.say(&format!("{task}: {because}"));
            }
            Ok(None) => {}
            Err(e) => {
                because = e.to_string();
                progress.say(&format!("{task}: {because}"));
            }
        }
    }
    match task.card() {
        Ok(kept) => {
            let words = if because.is_empty() { kept.gate.decision.because.clone() } else { because };
            (Some(kept), words)
        }
        Err(e) => (None, e.to_string()),
    }
}

/// The decision made anew where the library has changed since; the old one where that cannot be done now.
fn renewed(house: &House, task: Task, mut kept: Kept, progress: &dyn Progress, cancel: &Cancel) -> Kept {
    let Ok(now) = shelf::fingerprint(house.library()) else { return kept };
    if kept.gate.library == now {
        return kept;
    }
    progress.say(&format!("{task}: the library has changed; it is judged anew"));
    let again = || -> Result<Gate, String> {
        let list = shelf::manifest(&folder(house.library()), task, &kept.card).map_err(|e| e.to_string())?;
        let basis = training_basis(house, task.aspect(), &[], false).map_err(|e| e.to_string())?;
        let material = material(house, &basis, &[], progress, cancel).map_err(|e| e.to_string())?;
        let held_out = unseen(task, &kept, list.as_deref(), &material)?;
        let runner = Runner::described(&kept.onnx, cores()).map_err(|e| e.to_string())?;
        let mut scores = task.judge(&held_out, &mut Tool::Ours(runner), cancel).map_err(|e| e.to_string())?;
        beside_base(task, &held_out, &mut scores, cancel).map_err(|e| e.to_string())?;
        let decision = gate::decide(&scores).ok_or("nothing is held out that it was not taught; teach it again")?;
        Ok(Gate { decision, material: material.manifest, library: now, scores })
    };
    match again() {
        Ok(gate) => {
            if let Err(e) = shelf::keep_gate(&folder(house.library()), task, &gate) {
                progress.say(&e.to_string());
            }
            kept.gate = gate;
        }
        Err(why) => {
            progress.say(&format!("{task}: it could not be judged anew ({why}); what was decided before holds"));
        }
    }
    kept
}

/// What is held out now and was not taught to a net. Without a list of what it was taught, what is held out must be what it
/// was judged on before, or of titles that it never saw.
fn unseen(task: Task, kept: &Kept, list: Option<&[Lent]>, material: &Material) -> Result<Pool, String> {
    if let Some(list) = list {
        return Ok(material.unseen(task, list));
    }
    let held_out = material.pool(task, Role::Test);
    let known = |i: usize| {
        let (title, piece) = held_out.about(i);
        let judged = kept.gate.scores.iter().any(|s| s.title == title && s.shot == piece.place.shot);
        judged || !kept.card.trained_on.iter().any(|t| t == title)
    };
    if (0..held_out.len()).all(known) {
        return Ok(held_out);
    }
    Err("other shots are held out now, and no list says whether it was taught them; teach it again with `bottega train \
         image`"
        .to_owned())
}

/// The net that the studio brought, with its gate: a conformance run and the held-out shots decide before its first use, and
/// again when it or the library changes.
fn brought(house: &House, task: Task, progress: &dyn Progress, cancel: &Cancel) -> Result<Option<Kept>, String> {
    let home = folder(house.library());
    let Some((slot, hash)) = shelf::brought(&home, task).map_err(|e| e.to_string())? else { return Ok(None) };
    let library = shelf::fingerprint(house.library()).map_err(|e| e.to_string())?;
    let place = shelf::brought_folder(&home, task);
    let kept = |gate: Gate| Kept { card: brought_card(task, &slot, hash), gate, onnx: Vec::new() };
    let gate_file = place.join(format!("gate-{}.json", hash.short()));
    let known: Option<Gate> = std::fs::read(&gate_file).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(gate) = known.filter(|gate| gate.library == library) {
        return Ok(Some(kept(gate)));
    }
    progress.say(&format!("{task}: trying the net that was brought, from {}", slot.source));
    let page = place.join("slot.toml");
    let open = || slot.open(&page, cores()).map_err(|e| e.to_string());
    let pictures: Vec<bool> = slot.inputs.iter().map(|name| name != "level").collect();
    let wrong = conform(open()?, slot.range, &pictures).map_err(|e| e.to_string())?;
    if !wrong.is_empty() {
        return Err(format!("the net that was brought does not conform: {}", wrong.join("; ")));
    }
    let basis = training_basis(house, task.aspect(), &[], false).map_err(|e| e.to_string())?;
    let cannot = |e: String| format!("the net that was brought cannot be judged: {e}");
    let material = material(house, &basis, &[], progress, cancel).map_err(|e| cannot(e.to_string()))?;
    let held_out = material.pool(task, Role::Test);
    let mut tool = Tool::Brought(open()?, slot.clone());
    let mut scores = task.judge(&held_out, &mut tool, cancel).map_err(|e| e.to_string())?;
    // It would run in their place.
    beside_base(task, &held_out, &mut scores, cancel).map_err(|e| e.to_string())?;
    let decision = gate::decide(&scores).ok_or_else(|| cannot("nothing is held out; ingest more film".to_owned()))?;
    let gate = Gate { decision, material: material.manifest, library, scores };
    let bytes = serde_json::to_vec_pretty(&gate).map_err(|e| e.to_string())?;
    jobs::Whole::write(&gate_file, &bytes).map_err(|e| format!("{}: {e}", gate_file.display()))?;
    Ok(Some(kept(gate)))
}

fn brought_card(task: Task, slot: &Slot, hash: ContentHash) -> Card {
    Card {
        aspect: task.aspect().to_owned(),
        task: task.name().to_owned(),
        state: State::External,
        net: task.net(),
        parameters: 0,
        weights_hash: hash,
        manifest_hash: hash,
        trained_on: vec![slot.source.clone()],
        held_out: Vec::new(),
        licence: slot.licence.clone(),
        command: String::new(),
        steps: 0,
        seconds: 0.0,
        energy: Energy::estimate(0.0, 0),
        stopped_because: String::new(),
        seed: 0,
        metrics: Vec::new(),
    }
}
