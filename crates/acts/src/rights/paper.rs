//! Papers of the record, to be signed, sent or filed: each gathered from what is recorded, and written as a page.
//!
//! Nothing is made up: what is not recorded is "unknown" on the page, and a paper about a record that is not there is not
//! written. A page is never written over another file, only over an earlier print of itself.
//!
//! Reading order: [`row`] finds what is meant, `answer` asks the rules, [`chain`], [`model`] and [`sheet`] gather.

use std::path::{Path, PathBuf};

use release::paper::{DISCLAIMER, Tone, Verdict};
use rights::chain::Chain;
use rights::{Guild, Timestamp};
use serde::Serialize;

use super::ask::{Answered, AskError};
use super::print::{self, PrintError};
use super::{rules, today};
use crate::House;

mod answer;
mod chain;
mod model;
pub(crate) mod row;
mod sheet;

pub use chain::ChainUse;

/// Which paper, about what.
#[derive(Clone, Debug)]
pub enum Paper {
    /// Chain of title of a work.
    Chain {
        /// The work by its record or title.
        title: String,
        /// The use that the chain is followed for.
        used: ChainUse,
        /// Timeline of the finished work, where parts made by models are to be listed.
        cut: Option<PathBuf>,
    },
    /// What may teach a model, on which basis.
    Passport(Lesson),
    /// The same in the shape of the summary of the AI Act.
    Summary(Lesson),
    /// Sheet of a consent, to be signed or as it was.
    Consent {
        /// The consent, or the person if there is one only.
        consent: String,
    },
    /// Notice of a scan.
    ScanNotice {
        /// The consent, or the person if there is one only.
        consent: String,
        /// When services begin, where that is not recorded yet.
        services_at: Option<Timestamp>,
        /// Where.
        place: String,
    },
    /// Notice to a union of what is handed out for training.
    UnionNotice {
        /// The transfer.
        transfer: String,
        /// Which union; the one of the works, if there is one only.
        guild: Option<Guild>,
    },
    /// Disclosure to a writer.
    Writer {
        /// The text.
        text: String,
    },
    /// Memo on a performer that never was.
    Synthetic {
        /// Its record.
        synthetic: String,
        /// What it adds, in the filmmaker's words.
        value: Option<String>,
    },
    /// Request to approve that a replica is handed on.
    Transfer {
        /// The transfer.
        transfer: String,
    },
    /// Banner of a strike.
    Strike {
        /// The strike; the one that lasts, if none is named.
        strike: Option<String>,
    },
    /// What a vendor may see, keep and learn from.
    Vendor {
        /// The vendor, or a model that it hosts.
        vendor: String,
    },
}

/// A model, and what it is asked about.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The model's record, or its aspect if there is one such model only.
    pub model: String,
    /// Titles; all of the library if none is named.
    pub titles: Vec<String>,
    /// Whether it serves only the making of the work that it learns from.
    pub post_production_only: bool,
}

/// A paper as it was written.
#[derive(Debug, Serialize)]
pub struct Written {
    /// Which: `chain`, `passport`, `scan_notice`.
    pub paper: &'static str,
    /// The record that it is about.
    pub about: String,
    /// The same as people call it.
    pub name: String,
    /// The page; bytes of its name that are no text are shown as replacement characters.
    #[serde(serialize_with = "words")]
    pub file: PathBuf,
    /// What it says first of all.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Of a chain of title: gaps, links that carry the use, what was given away.
    pub chain: Option<Chain>,
    /// Of a model: the answer that the page rests on.
    pub training: Option<Answered>,
    /// The line that stands on every paper.
    pub disclaimer: &'static str,
}

fn words<S: serde::Serializer>(path: &Path, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_str(&path.to_string_lossy())
}

impl Written {
    /// Whether nothing speaks against it.
    pub fn is_good(&self) -> bool {
        matches!(self.verdict.state, Tone::Good | Tone::Plain)
    }

    /// Whether the paper answers "may we?", and the answer is no or unknown. Notices and sheets answer no such question.
    pub fn says_no(&self) -> bool {
        matches!(self.paper, "chain" | "passport") && self.verdict.state != Tone::Good
    }
}

/// Why there is no paper.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
    /// No such record.
    #[error("no {kind} is recorded as `{asked}`{}; record it as a [[{table}]] and take it in with `bottega rights import`", there_are(.known))]
    NotRecorded {
        /// What kind of thing.
        kind: &'static str,
        /// Its table in files.
        table: &'static str,
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// More than one fits.
    #[error("`{asked}` could be several {kind}: name one of {}", list(.known))]
    Several {
        /// What kind of things.
        kind: &'static str,
        /// What was asked for.
        asked: String,
        /// Those that fit.
        known: Vec<String>,
    },
    /// A consent that takes nothing of the body.
    #[error(
        "{0} is a consent to what was filmed: it makes no replica and takes no body data, so that there is nothing to give notice of; \
         `bottega rights paper consent {0}` writes its sheet"
    )]
    NoScan(String),
    /// What is handed out is no replica.
    #[error(
        "{transfer} hands on {what}, and the union is asked about replicas only: `bottega rights paper union-notice {transfer}` \
         tells it of material for training, `bottega rights paper vendor` writes what the receiver may do"
    )]
    NoReplica {
        /// The transfer.
        transfer: String,
        /// What it holds.
        what: String,
    },
    /// A time was given that is recorded otherwise.
    #[error("the services of {consent} are recorded for {services_at}: leave --services out, or record the other time")]
    Services {
        /// Which consent.
        consent: String,
        /// What is recorded.
        services_at: Timestamp,
    },
    /// Which union is to be told is not clear.
    #[error("{transfer}: {because}; name the union with --guild, {}", list(.known))]
    Union {
        /// The transfer.
        transfer: String,
        /// Why.
        because: String,
        /// Unions that can be named.
        known: Vec<String>,
    },
    /// A model that nobody else has.
    #[error(
        "no vendor of {0} is recorded: its terms stand as `vendor = {{ … }}` in its [[model]], or name the vendor itself"
    )]
    NoVendor(String),
    /// The page could not be written there.
    #[error(transparent)]
    Print(#[from] PrintError),
    /// The record could not be asked.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The library.
    #[error(transparent)]
    Library(#[from] catalogue::LibraryError),
}

/// Names told in a message.
const TOLD: usize = 8;

fn list(known: &[String]) -> String {
    let more = known.len().saturating_sub(TOLD);
    let told = known.iter().take(TOLD).cloned().collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{told} and {more} more") } else { told }
}

fn there_are(known: &[String]) -> String {
    match known {
        [] => ", and no other is".to_owned(),
        [one] => format!("; there is {one}"),
        more => format!("; there are {}", list(more)),
    }
}

/// A paper before it is written.
struct Page {
    paper: &'static str,
    about: String,
    name: String,
    html: String,
    verdict: Verdict,
    chain: Option<Chain>,
    training: Option<Answered>,
}

/// Writes a paper: to `out`, into it if it is a folder, or under a name of its own here.
pub fn paper(house: &House, wanted: &Paper, out: Option<&Path>) -> Result<Written, PaperError> {
    let record = house.library().agreed()?;
    let page = match wanted {
        Paper::Chain { title, used, cut } => chain::page(house, &record, title, used, cut.as_deref())?,
        Paper::Passport(lesson) => model::passport(house, &record, lesson)?,
        Paper::Summary(lesson) => model::summary(house, &record, lesson)?,
        other => sheet::page(&rules(house).map_err(AskError::from)?, &record, other, today())?,
    };
    let own = own_name(&page);
    let file = match out {
        None => PathBuf::from(own),
        Some(folder) if folder.is_dir() => folder.join(own),
        Some(file) => file.to_owned(),
    };
    print::keep(&file, &page.html)?;
    Ok(Written {
        paper: page.paper,
        about: page.about,
        name: page.name,
        file,
        verdict: page.verdict,
        chain: page.chain,
        training: page.training,
        disclaimer: DISCLAIMER,
    })
}

/// `chain-w-notte-rossa.html`: letters and digits of the record's name, whatever else it holds.
fn own_name(page: &Page) -> String {
    let plain = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '-' };
    let about: String = page.about.chars().take(80).map(plain).collect();
    format!("{}-{about}.html", page.paper.replace('_', "-"))
}
