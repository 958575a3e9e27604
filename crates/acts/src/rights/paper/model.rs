//! Training passport and training summary of a model: its row, what the rules answer for each shot, what was taught here.

use release::paper::{Passport, Verdict, passport as passport_page, summary_verdict, training_summary};
use rights::Record;
use rules::question::Train;
use rules::{Rulebook, TrainingBasis};
use specialists::image::material::folder;
use specialists::image::task::Task;
use specialists::shelf;
use specialists::specialist::Specialist;

use super::{Lesson, Page, PaperError, row};
use crate::House;
use crate::rights::ask::{AskError, ShotCount, shots, write_down};
use crate::rights::{STUDIO, today};

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
    let basis = TrainingBasis::ask(&Rulebook::load().map_err(AskError::from)?, record, STUDIO, question);
    // The page names the decision by its hash: whoever holds the page must find it in the ledger.
    let mut answered = write_down(house, basis.decision().clone())?;
    answered.shots =
        Some(ShotCount { allowed: basis.allowed().len(), barred: basis.barred().len(), sandbox: basis.is_sandbox() });
    let facts = taught(house, model.aspect.as_deref());
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

/// What the library's own trainings of this aspect left on their cards; nothing where none was made here.
fn taught(house: &House, aspect: Option<&str>) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    for task in Task::ALL.into_iter().filter(|task| Some(task.aspect()) == aspect) {
        let kept = match shelf::library(&folder(house.library()), task) {
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
    }
    facts
}
