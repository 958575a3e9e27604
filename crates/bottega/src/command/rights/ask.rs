use std::path::PathBuf;
use std::process::ExitCode;

use acts::rights::ask::Answered;
use clap::{Args, Subcommand};
use rights::Purpose;
use rules::question::Make;
use rules::{Answer, Decision};

use super::terms::TermsOptions;
use crate::command::{Call, NO};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Ask whether something may be done, before work is spent on it.
///
/// The answer is one of three: meets_recorded_conditions (exit code 0), blocked by named rules, or unknown (both 3).
#[derive(Args)]
pub(crate) struct Ask {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// May these shots teach this model?
    Train {
        /// The model's record, or the aspect that it is for: image, light.
        #[arg(long)]
        model: String,
        /// Titles, by name; all of the library if none is named.
        #[arg(long, value_name = "TITLE")]
        title: Vec<String>,
        /// It serves only the making of the work that it learns from.
        #[arg(long)]
        post_production: bool,
    },
    /// May this model make this of these persons?
    Make(MakeOptions),
    /// May this timeline leave the house?
    Release {
        /// The timeline (OpenTimelineIO).
        file: PathBuf,
        #[command(flatten)]
        terms: Box<TermsOptions>,
        /// Write the clearance report there (HTML that prints to A4).
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// May this be handed to someone outside?
    Transfer {
        /// The transfer, by its record.
        transfer: String,
    },
}

#[derive(Args)]
struct MakeOptions {
    /// The model's record.
    #[arg(long)]
    model: String,
    /// Whose likeness, voice or performance, by their records.
    #[arg(long, value_delimiter = ',', required = true)]
    person: Vec<String>,
    /// What for.
    #[arg(long)]
    purpose: Purpose,
    /// In which work, by its record or title.
    #[arg(long)]
    work: String,
    /// Scene of the screenplay.
    #[arg(long)]
    scene: Option<u32>,
    /// Language spoken, ISO 639-1.
    #[arg(long)]
    language: Option<String>,
    /// What is made, in the words of consents.
    #[arg(long, value_delimiter = ',')]
    tag: Vec<String>,
    /// The words that the model is given.
    #[arg(long)]
    prompt: Option<String>,
    /// A person's picture is given to it as an example.
    #[arg(long)]
    reference_image: bool,
}

impl Ask {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let house = call.house()?;
        let answered = match &self.what {
            What::Train { model, title, post_production } => {
                acts::rights::ask::train(&house, model, title, *post_production)?
            }
            What::Make(m) => {
                let question = Make {
                    model: m.model.clone(),
                    persons: m.person.clone(),
                    purpose: m.purpose,
                    work: m.work.clone(),
                    scene: m.scene,
                    language: m.language.clone(),
                    tags: m.tag.clone(),
                    prompt: m.prompt.clone(),
                    reference_image: m.reference_image,
                    on: acts::rights::today(),
                };
                acts::rights::ask::make(&house, question)?
            }
            What::Release { file, terms, report } => {
                acts::rights::ask::release(&house, file, &terms.terms(), report.as_deref())?
            }
            What::Transfer { transfer } => acts::rights::ask::transfer(&house, transfer)?,
        };
        t.result(&answered, |answered| shown(t, answered));
        Ok(match answered.decision.decision {
            Answer::MeetsRecordedConditions => ExitCode::SUCCESS,
            Answer::Unknown | Answer::Blocked => ExitCode::from(NO),
        })
    }
}

fn shown(t: &Terminal, answered: &Answered) -> String {
    let mut out = words(t, &answered.decision);
    if let Some(count) = answered.shots {
        let sandbox = if count.sandbox { "; nothing is recorded, so what is taught stays in the house" } else { "" };
        out += &format!("  {} shots may teach, {} may not{sandbox}\n", count.allowed, count.barred);
    }
    if let Some(page) = &answered.report {
        out += &format!("  {}\n", page.display());
    }
    out
}

/// An answer as a person reads it.
pub(crate) fn words(t: &Terminal, decision: &Decision) -> String {
    let mut out = match decision.decision {
        Answer::MeetsRecordedConditions => format!("{}\n", t.verdict(true, "meets the recorded conditions")),
        Answer::Blocked => format!("{}\n", t.verdict(false, "blocked")),
        Answer::Unknown => format!("{}\n", t.verdict(false, "unknown")),
    };
    for reason in &decision.reasons {
        out += &format!("  {}  {}\n", t.bold(&reason.rule), reason.sentence);
        if let Some(document) = &reason.document {
            let page = reason.page.map_or(String::new(), |page| format!(", page {page}"));
            out += &format!("    {}\n", t.faint(&format!("{document}{page}")));
        }
        out += &format!("    to change it: {}\n", reason.remedy);
    }
    for near in &decision.near_misses {
        out += &format!("  near  {}\n", near.sentence);
    }
    for warning in &decision.warnings {
        out += &format!("  look  {}  {}\n", warning.rule, warning.sentence);
    }
    for duty in &decision.duties {
        let due = duty.due.map_or(String::new(), |day| format!(", by {day}"));
        out += &format!("  duty  {}  {}{due}\n", duty.kind, duty.sentence);
    }
    out + &format!("{}\n", t.faint(&decision.disclaimer))
}
