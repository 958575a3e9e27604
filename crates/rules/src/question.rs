//! What is asked before work is spent.

pub use rights::Made;
use rights::{Date, Medium, Purpose, Territories};
use serde::{Deserialize, Serialize};

/// A question to the rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Question {
    /// May these shots teach this model?
    Train(Train),
    /// May this model make this of these persons?
    Make(Make),
    /// May this leave the house?
    Release(Release),
    /// May this be handed to someone outside?
    Transfer(Transfer),
    /// May the books of this period be closed?
    Close(Close),
}

/// A stretch of a title that is used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Use {
    /// The catalogue's title, or the work's record. A title that no [[work]] names is unknown.
    pub title: String,
    /// Shot as `bottega shots` prints it, from 0; unknown if none.
    pub shot: Option<u32>,
    /// The reel by its hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reel: Option<String>,
    /// Seconds used.
    pub seconds: f64,
    /// Where it lies in what is made, in frames `[start, end)`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<(i64, i64)>,
    /// Whether its pictures are used, and whether its sound is.
    #[serde(default = "yes")]
    pub picture: bool,
    /// See `picture`.
    #[serde(default = "yes")]
    pub sound: bool,
    /// How it was made, where a model made or changed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What was changed in a performance: words of the list of `SAG-ALTER`; nothing if nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
}

fn yes() -> bool {
    true
}

/// May these shots teach this model?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Train {
    /// The model's record, or the aspect that it is for (`light`).
    pub model: String,
    /// Whether it serves only the making of the work it learns from: grain, color, sound of that very work.
    #[serde(default)]
    pub post_production_only: bool,
    /// Shots.
    pub uses: Vec<Use>,
    /// The day.
    pub on: Date,
}

/// May this model make this of these persons?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Make {
    /// The model's record.
    pub model: String,
    /// Whose likeness, voice or performance.
    pub persons: Vec<String>,
    /// What for.
    pub purpose: Purpose,
    /// In which work.
    pub work: String,
    /// Scene of the screenplay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<u32>,
    /// Language spoken, ISO 639-1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What is made, in the words of consents (`own_lines`, `nudity`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The words the model is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt: Option<String>,
    /// Whether a person's picture is given to it as an example.
    #[serde(default)]
    pub reference_image: bool,
    /// The day.
    pub on: Date,
}

/// May this leave the house?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The work it is, or is for; the one work of all uses, if not said. Unknown if not said and the uses are of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub work: Option<String>,
    /// What is used, in order.
    pub uses: Vec<Use>,
    /// What for.
    pub purpose: Purpose,
    /// Where.
    pub territories: Territories,
    /// By which media.
    pub media: Vec<Medium>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub until: Date,
    /// Languages spoken, ISO 639-1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// Synthetic performers in it, by their records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub synthetics: Vec<String>,
    /// Where it is said that likenesses were made: `end_credit`, `label`; nothing if nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<String>,
    /// Whether the export will carry signed credentials.
    pub credentials: bool,
    /// Whether the export will carry the invisible mark.
    pub mark: bool,
    /// Music of others laid under it, by file name: unknown until a grant or work names it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub music: Vec<String>,
    /// Day the question is asked.
    pub on: Date,
}

/// May this be handed to someone outside?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transfer {
    /// The transfer's record.
    pub transfer: String,
    /// Day the question is asked.
    pub on: Date,
}

/// May the books of this period be closed?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Close {
    /// Its name, `2027-Q2`.
    pub period: String,
    /// ISO 4217.
    pub currency: String,
    /// What is to be shared out, a decimal number as text.
    pub pool: String,
    /// What was paid out.
    pub payouts: Vec<Payout>,
    /// Duties of the period, by their names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duties: Vec<String>,
    /// The day.
    pub on: Date,
}

/// One line of a period's books.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Payout {
    /// To whom.
    pub party: String,
    /// A decimal number as text; `0.00` with an explanation is a line as well.
    pub amount: String,
    /// How it came about: `attribution`, `points`, `pro_rata`, `day_rate`, `flat`.
    pub by: String,
    /// The measured share, in millionths, where it was paid by attribution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<i64>,
    /// What the measurement cannot tell from nothing, in millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noise: Option<i64>,
    /// The duty that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duty: Option<String>,
    /// Why it is nothing, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explained: Option<String>,
}
