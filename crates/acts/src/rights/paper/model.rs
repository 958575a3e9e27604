//! Training passport and training summary of a model: its row, what the rules answer for each shot, what was taught here.

use std::collections::BTreeMap;

use release::paper::passport::numbers;
use release::paper::{Passport, Verdict, passport as passport_page, summary_verdict, training_summary};
use rights::Record;
use rules::TrainingBasis;
use rules::question::Train;
use specialists::image::manifest::Lent;
use specialists::image::material::folder;
use specialists::image::task::Task;
use specialists::shelf;
use specialists::specialist::Specialist;
use specialists::split::Role;

use super::{Lesson, Page, PaperError, row};
use crate::House;
use crate::rights::ask::{AskError, ShotCount, shots, write_down};
use crate::rights::{STUDIO, rules, today};

pub(super) fn passport(house: &House, record: &Record, lesson: &Lesson) -> Result<Page, PaperError> {
    page(house, record, lesson, "passport", |paper| (passport_page(paper), paper.verdict()))
}

pub(super) fn summary(house: &House, record: &Record, lesson: &Lesson) -> Result<Page, PaperError> {
    page(house, record, lesson, "summary", |paper| (training_summary(paper), summary_verdict(paper)))
}

fn page(
    house: &House,
    record: &Record,
    lesson: &Lesson,
    word: &'static str,
    write: impl Fn(&Passport<'_>) -> (String, Verdict),
) -> Result<Page, PaperError> {
    let model = row::model(record, &lesson.model)?;
    let asked = shots(house, &lesson.titles)?;
    let question = Train {
        model: model.id.clone(),
        post_production_only: lesson.post_production_only,
        uses: asked.clone(),
        on: today(),
    };
    let basis = TrainingBasis::ask(&rules(house).map_err(AskError::from)?, record, STUDIO, question);
    // The page names the decision by its hash: whoever holds the page must find it in the ledger.
    let mut answered = write_down(house, basis.decision().clone())?;
    answered.shots =
        Some(ShotCount { allowed: basis.allowed().len(), barred: basis.barred().len(), sandbox: basis.is_sandbox() });
    let facts = taught(house, model.aspect.as_deref(), &basis);
    let paper = Passport {
        model,
        allowed: basis.allowed(),
        barred: basis.barred(),
        decision: basis.decision(),
        asked: &asked,
        sandbox: basis.is_sandbox(),
        facts: &facts,
        record,
        on: today(),
    };
    let (html, verdict) = write(&paper);
    Ok(Page {
        paper: word,
        about: model.id.clone(),
        name: model.id.clone(),
        html,
        verdict,
        chain: None,
        training: Some(answered),
    })
}

/// What the library's own trainings of this aspect left on the shelf; nothing where none was made here.
fn taught(house: &House, aspect: Option<&str>, basis: &TrainingBasis) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let home = folder(house.library());
    for task in Task::ALL.into_iter().filter(|task| Some(task.aspect()) == aspect) {
        let kept = match shelf::library(&home, task) {
            Ok(Some(kept)) => kept,
            Ok(None) => continue,
            // A broken card is told, not hidden: the page would else read as if nothing had been taught.
            Err(error) => {
                facts.push((format!("{task}, taught here"), format!("unknown: {error}")));
                continue;
            }
        };
        let card = kept.card;
        let titles = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        facts.push((format!("{task}, taught here on"), titles(&card.trained_on)));
        facts.push((format!("{task}, held out"), titles(&card.held_out)));
        facts.push((
            format!("{task}, training"),
            format!("{} steps, {} numbers, seed {}; {}", card.steps, card.parameters, card.seed, card.stopped_because),
        ));
        facts.push((
            format!("{task}, hashes"),
            format!("list {}, net {}", card.manifest_hash.short(), card.weights_hash.short()),
        ));
        let (shots, ended) = match shelf::manifest(&home, task, &card) {
            Ok(Some(list)) => shots_taught(&list, basis),
            Ok(None) => {
                let why = "unknown: this net was taught before such lists were kept".to_owned();
                (why.clone(), why)
            }
            Err(error) => (format!("unknown: {error}"), "unknown".to_owned()),
        };
        facts.push((format!("{task}, shots taught"), shots));
        facts.push((format!("{task}, shots taught that may not teach on this day"), ended));
    }
    facts
}

/// Shots that a net learned from, and those of them that are barred today: a consent ends after it was used, too.
fn shots_taught(list: &[Lent], basis: &TrainingBasis) -> (String, String) {
    let taught: Vec<&Lent> = list.iter().filter(|shot| shot.role != Role::Test).collect();
    let ended = taught.iter().copied().filter(|shot| {
        let reel = shot.reel.to_string();
        basis.barred().iter().any(|one| one.shot == Some(shot.shot) && one.reel.as_deref() == Some(reel.as_str()))
    });
    let ended: Vec<&Lent> = ended.collect();
    let again = match ended.len() {
        0 => "none".to_owned(),
        _ => format!("{}; `bottega train` makes a net without them", by_title(&ended)),
    };
    (format!("{}; {} beside its card lists them with what was held out", by_title(&taught), shelf::MANIFEST), again)
}

fn by_title(shots: &[&Lent]) -> String {
    let mut titles: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    shots.iter().for_each(|shot| titles.entry(&shot.title).or_default().push(shot.shot));
    let told = titles.into_iter().map(|(title, shots)| format!("{title} {}", numbers(shots)));
    told.collect::<Vec<String>>().join("; ")
}
