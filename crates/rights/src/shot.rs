//! Who and what is in a shot.

use serde::{Deserialize, Serialize};

use crate::word::{AppearanceKind, Purpose};

/// What was recorded of one shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shot {
    /// Name of this record, `s:notte-rossa/0147`.
    pub id: String,
    /// Of which work.
    pub work: String,
    /// Its number as `bottega shots` prints it, from 0; where it is left out, the number that ends its name.
    pub number: u32,
    /// Where it lies in the reel, `["00:42:10.040", "00:42:14.960"]`, for people who have only the film.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<[String; 2]>,
    /// The reel by its hash, where the title has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<String>,
    /// Scene of the screenplay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<u32>,
    /// Persons in it. An empty list says that nobody is, if someone verified it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub appearance: Vec<Appearance>,
    /// Things that belong to others: a painting, a logo, a clip, a song.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub third_party: Vec<ThirdParty>,
    /// The model that made or changed it; filmed if none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// What was changed in a performance after it was given, `vfx`, `age_down`; nothing if nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<String>,
    /// Who looked at the shot and says that the lists are whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
}

impl Shot {
    /// Whether it is a shot of this reel, by hash; where either does not say, it may be.
    pub fn is_of(&self, reel: Option<&str>) -> bool {
        let bare = |hash: &str| hash.trim_start_matches("blake3:").to_owned();
        match (&self.media, reel) {
            (Some(media), Some(reel)) => bare(media) == bare(reel),
            _ => true,
        }
    }
}

/// By which model pictures or sound were made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The model's record.
    pub model: String,
    /// Persons whose likeness, voice or performance it shows.
    #[serde(default)]
    pub persons: Vec<String>,
    /// What of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<AppearanceKind>,
    /// What it was made for (`dub`), where that is not what the release is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// Scene of the screenplay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scene: Option<u32>,
    /// What was made, in the words of consents (`own_lines`, `nudity`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

/// A person in a shot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Appearance {
    /// Who.
    pub person: String,
    /// What of them.
    pub kinds: Vec<AppearanceKind>,
    /// For how long, seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// How sure a machine was, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The person of the studio's who confirmed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_by: Option<String>,
}

/// Something in a shot that belongs to someone else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThirdParty {
    /// What it is.
    pub what: String,
    /// Whose: a party, `unknown`, or `public_domain`.
    pub holder: String,
    /// Whether its holder reserved it against text and data mining: `none`, `reserved`, `unknown`.
    #[serde(default = "unknown")]
    pub tdm: String,
    /// The grant that lets it be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<String>,
}

fn unknown() -> String {
    "unknown".into()
}
