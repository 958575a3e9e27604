//! The gates as types: what was not answered cannot be handed on.

use std::collections::BTreeSet;

use rights::Record;
use serde::Serialize;

use crate::decision::{Answer, Decision};
use crate::question::{Make, Question, Release, Train, Use};
use crate::rulebook::Rulebook;

/// These shots may teach this model; or nothing is recorded, and what is taught stays in the sandbox.
#[derive(Clone, Debug, Serialize)]
pub struct TrainingBasis {
    allowed: Vec<Use>,
    barred: Vec<Use>,
    sandbox: bool,
    decision: Decision,
}

/// This cut may be used so, here, then.
#[derive(Clone, Debug, Serialize)]
pub struct Cleared {
    question: Question,
    decision: Decision,
}

/// This may be made of these persons.
#[derive(Clone, Debug, Serialize)]
pub struct Makeable {
    question: Question,
    decision: Decision,
}

impl TrainingBasis {
    /// Asks which of the shots may teach.
    ///
    /// Each use is judged by itself: what is barred is left out, and the others still teach. A word against the model or the
    /// whole question bars all. Where none of the titles is recorded at all, everything may be used in the sandbox.
    pub fn ask(book: &Rulebook, record: &Record, studio: &str, train: Train) -> TrainingBasis {
        let recorded = train.uses.iter().any(|used| !record.works_named(&used.title).is_empty());
        let question = Question::Train(train);
        let decision = book.decide(record, studio, &question);
        let Question::Train(train) = question else { unreachable!("made above") };
        let all = decision.reasons.iter().any(|reason| reason.uses.is_empty());
        let barred: BTreeSet<usize> = decision.reasons.iter().flat_map(|reason| reason.uses.iter().copied()).collect();
        let sandbox = !train.uses.is_empty() && !recorded && !all && decision.decision != Answer::Blocked;
        let (mut allowed, mut left_out) = (Vec::new(), Vec::new());
        for (at, used) in train.uses.into_iter().enumerate() {
            let taught = sandbox || !(all || barred.contains(&at));
            if taught { allowed.push(used) } else { left_out.push(used) }
        }
        TrainingBasis { allowed, barred: left_out, sandbox, decision }
    }

    /// Uses that may teach.
    pub fn allowed(&self) -> &[Use] {
        &self.allowed
    }

    /// Uses that may not.
    pub fn barred(&self) -> &[Use] {
        &self.barred
    }

    /// Whether nothing is recorded for these titles: what is taught is marked unknown and never leaves the house.
    pub fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// The answer with its reasons.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}

impl Cleared {
    /// Asks; the decision comes back as the refusal where a recorded condition is not met, or not known.
    pub fn ask(book: &Rulebook, record: &Record, studio: &str, release: Release) -> Result<Cleared, Box<Decision>> {
        let question = Question::Release(release);
        let decision = meets(book.decide(record, studio, &question))?;
        Ok(Cleared { question, decision })
    }

    /// What was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The answer with its duties.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}

impl Makeable {
    /// Asks; the decision comes back as the refusal where a recorded condition is not met, or not known.
    pub fn ask(book: &Rulebook, record: &Record, studio: &str, make: Make) -> Result<Makeable, Box<Decision>> {
        let question = Question::Make(make);
        let decision = meets(book.decide(record, studio, &question))?;
        Ok(Makeable { question, decision })
    }

    /// What was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The answer with its duties.
    pub fn decision(&self) -> &Decision {
        &self.decision
    }
}

fn meets(decision: Decision) -> Result<Decision, Box<Decision>> {
    match decision.decision {
        Answer::MeetsRecordedConditions => Ok(decision),
        Answer::Unknown | Answer::Blocked => Err(Box::new(decision)),
    }
}
