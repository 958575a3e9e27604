use std::path::PathBuf;
use std::process::ExitCode;

use acts::rights::paper::{ChainUse, Lesson, Paper as Wanted, Written};
use clap::{Args, Subcommand};
use rights::{Act, Date, Guild, Medium, Territories, Timestamp, Until};

use super::terms::territories;
use crate::command::{Call, NO};
use crate::failure::Failure;
use crate::terminal::Terminal;

/// Write a paper from the record: to be signed, sent or filed.
///
/// Pages are HTML, print to A4, run no script and need no network. What is not recorded stands there as unknown. A page is never
/// written over another file, only over an earlier print of itself.
#[derive(Args)]
pub(crate) struct Paper {
    #[command(subcommand)]
    what: What,
    /// The page, or a folder for it; else a name of its own in this folder.
    #[arg(long, short = 'o', value_name = "FILE", global = true)]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// Chain of title: how a work's rights came to the studio, paper by paper, and where the way breaks off.
    ///
    /// Exit code 3 if the chain does not carry the use, or that is unknown.
    Chain(ChainOptions),
    /// Training passport: which shots may teach a model, on which basis, and which may not.
    ///
    /// Exit code 3 if no shot may teach, or that is unknown. The answer is an entry in the ledger.
    Passport(LessonOptions),
    /// Summary of training content in the shape of the template of the European AI Act, given of the studio's own will.
    Summary(LessonOptions),
    /// Consent sheet: the use described to a person, to be signed apart, or as it was signed.
    Consent {
        /// The consent's record, c:cole-dub, or the person if there is one consent only.
        consent: String,
    },
    /// Notice that a person is to be scanned, with its clock of 48 hours.
    ScanNotice {
        /// The consent's record, c:cole-dub, or the person if there is one consent only.
        consent: String,
        /// When services begin, where that is not recorded: 2027-01-05T07:00+01:00.
        #[arg(long, value_name = "TIME")]
        services: Option<Timestamp>,
        /// Where the scan takes place.
        #[arg(long, default_value = "", hide_default_value = true)]
        place: String,
    },
    /// Notice to a union that material is handed to others to train a model that the public can use.
    UnionNotice {
        /// The transfer's record, x:open-set.
        transfer: String,
        /// Which union: sag_aftra, wga, dga; may be left out where the works were made under one only.
        #[arg(long)]
        guild: Option<Guild>,
    },
    /// Disclosure to a writer that a text was made with a machine.
    Writer {
        /// The text's record, t:outline.
        text: String,
    },
    /// Memo on a synthetic performer in a human role.
    Synthetic {
        /// The performer's record, y:porter.
        synthetic: String,
        /// What it adds that a performer could not, in the filmmaker's words; else lines to write on.
        #[arg(long, value_name = "WORDS")]
        value: Option<String>,
    },
    /// Request to a union to approve that a replica is handed on, with its clock of 21 days.
    Transfer {
        /// The transfer's record, x:voice-out.
        transfer: String,
    },
    /// Banner of a strike: which consents rest while it lasts.
    Strike {
        /// The strike's record, k:sag-2027; else the one that lasts today.
        strike: Option<String>,
    },
    /// Vendor sheet: what someone outside may see, keep and learn from, and whether deletion is proven.
    Vendor {
        /// A model that it hosts, m:grade-v3, or the vendor's own record or name.
        #[arg(value_name = "MODEL")]
        vendor: String,
    },
}

#[derive(Args)]
struct ChainOptions {
    /// The work: its title or its record, w:notte-rossa.
    title: String,
    /// Acts that the chain must carry: reproduce, adapt, distribute, communicate, train, create_model, generate.
    #[arg(long, value_delimiter = ',', value_name = "ACTS", default_value = "reproduce,adapt,distribute,communicate")]
    act: Vec<Act>,
    /// Where: two-letter codes of ISO 3166-1, WORLD, EU; -US takes one out again.
    #[arg(long, value_name = "CODES", allow_hyphen_values = true, value_parser = territories, default_value = "WORLD")]
    territory: Territories,
    /// By which media: theatrical, tv, svod, avod, tvod, home_video, airline, festival, internet, social; all if none is named.
    #[arg(long, value_delimiter = ',')]
    medium: Vec<Medium>,
    /// First day; today if it is left out.
    #[arg(long, value_name = "DAY")]
    from: Option<Date>,
    /// Last day, or perpetual.
    #[arg(long, value_name = "DAY", default_value = "perpetual", value_parser = until)]
    until: Until,
    /// Timeline of the finished work (OpenTimelineIO): its parts made by models are listed.
    #[arg(long, value_name = "FILE")]
    cut: Option<PathBuf>,
}

#[derive(Args)]
struct LessonOptions {
    /// The model's record, m:light-v1, or its aspect if there is one such model only.
    model: String,
    /// Titles, by name; all of the library if none is named.
    #[arg(long, value_name = "TITLE")]
    title: Vec<String>,
    /// It serves only the making of the work that it learns from.
    #[arg(long)]
    post_production: bool,
}

fn until(text: &str) -> Result<Until, String> {
    match text {
        "perpetual" => Ok(Until::Perpetual),
        day => day.parse().map(Until::Day).map_err(|_| format!("`{day}` is no day: write YYYY-MM-DD, or perpetual")),
    }
}

impl LessonOptions {
    fn lesson(&self) -> Lesson {
        Lesson { model: self.model.clone(), titles: self.title.clone(), post_production_only: self.post_production }
    }
}

impl What {
    fn wanted(&self) -> Wanted {
        match self {
            What::Chain(c) => Wanted::Chain {
                title: c.title.clone(),
                used: ChainUse {
                    acts: c.act.clone(),
                    territories: c.territory,
                    media: if c.medium.is_empty() { Medium::ALL.to_vec() } else { c.medium.clone() },
                    from: c.from,
                    until: c.until,
                },
                cut: c.cut.clone(),
            },
            What::Passport(options) => Wanted::Passport(options.lesson()),
            What::Summary(options) => Wanted::Summary(options.lesson()),
            What::Consent { consent } => Wanted::Consent { consent: consent.clone() },
            What::ScanNotice { consent, services, place } => {
                Wanted::ScanNotice { consent: consent.clone(), services_at: *services, place: place.clone() }
            }
            What::UnionNotice { transfer, guild } => Wanted::UnionNotice { transfer: transfer.clone(), guild: *guild },
            What::Writer { text } => Wanted::Writer { text: text.clone() },
            What::Synthetic { synthetic, value } => {
                Wanted::Synthetic { synthetic: synthetic.clone(), value: value.clone() }
            }
            What::Transfer { transfer } => Wanted::Transfer { transfer: transfer.clone() },
            What::Strike { strike } => Wanted::Strike { strike: strike.clone() },
            What::Vendor { vendor } => Wanted::Vendor { vendor: vendor.clone() },
        }
    }
}

impl Paper {
    pub(crate) fn run(&self, call: &Call<'_>) -> Result<ExitCode, Failure> {
        let t = call.terminal;
        let written = acts::rights::paper(&call.house()?, &self.what.wanted(), self.out.as_deref())?;
        t.result(&written, |written| shown(t, written));
        Ok(if written.says_no() { ExitCode::from(NO) } else { ExitCode::SUCCESS })
    }
}

/// Reasons told on a terminal; the page has them all.
const TOLD: usize = 6;

fn shown(t: &Terminal, written: &Written) -> String {
    let verdict = &written.verdict;
    let mut out = format!("{}  {}\n", t.bold(&written.name), t.verdict(written.is_good(), &verdict.answer));
    for line in verdict.because.iter().take(TOLD) {
        out += &format!("  {line}\n");
    }
    if verdict.because.len() > TOLD {
        out += &format!("  and {} more, on the page\n", verdict.because.len() - TOLD);
    }
    if let Some(shots) = written.training.as_ref().and_then(|training| training.shots) {
        out += &format!("  {} shots may teach, {} may not\n", shots.allowed, shots.barred);
    }
    out + &format!("  {}\n{}\n", written.file.display(), t.faint(written.disclaimer))
}
