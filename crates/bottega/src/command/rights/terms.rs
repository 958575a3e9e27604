use acts::rights::ask::Terms;
use clap::Args;
use rights::{Date, Medium, Purpose, Territories};

/// The terms of a use out of the house.
#[derive(Args, Clone, Debug)]
pub(crate) struct TermsOptions {
    /// What for: picture, trailer, promotion, advertising, sequel, scene_adr, dub, restoration.
    #[arg(long)]
    purpose: Purpose,
    /// Where: two-letter codes of ISO 3166-1, WORLD, EU; -US takes one out again.
    #[arg(long, value_name = "CODES", allow_hyphen_values = true, value_parser = territories)]
    territory: Territories,
    /// By which media: theatrical, tv, svod, avod, tvod, home_video, airline, festival, internet, social.
    #[arg(long, value_delimiter = ',', required = true)]
    medium: Vec<Medium>,
    /// First day.
    #[arg(long, value_name = "DAY")]
    from: Date,
    /// Last day.
    #[arg(long, value_name = "DAY")]
    until: Date,
    /// Languages spoken, ISO 639-1.
    #[arg(long, value_delimiter = ',', value_name = "CODES")]
    language: Vec<String>,
    /// The work it is, or is for, where the cut is of several.
    #[arg(long)]
    work: Option<String>,
    /// Synthetic performers in it, by their records.
    #[arg(long, value_delimiter = ',', value_name = "RECORDS")]
    synthetic: Vec<String>,
    /// Where it says that likenesses were made: end_credit or label.
    #[arg(long, value_parser = ["end_credit", "label"])]
    disclosure: Option<String>,
}

pub(super) fn territories(text: &str) -> Result<Territories, String> {
    Territories::parse(text.split(',').map(str::trim))
}

impl TermsOptions {
    pub(crate) fn terms(&self) -> Terms {
        Terms {
            purpose: self.purpose,
            territories: self.territory,
            media: self.medium.clone(),
            from: self.from,
            until: self.until,
            languages: self.language.clone(),
            work: self.work.clone(),
            synthetics: self.synthetic.clone(),
            disclosure: self.disclosure.clone(),
        }
    }
}
