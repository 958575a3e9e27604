//! The words that grants, consents and questions share.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Gives a fieldless enum its list, its name as written in files, and the parser of that name.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_doc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// As it is written in files and on the command line.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<$name, String> {
                $name::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    let known: Vec<&str> = $name::ALL.iter().map(|word| word.as_str()).collect();
                    format!("`{text}` is not one of {}", known.join(", "))
                })
            }
        }
    };
}

words! {
    /// What may be done with a work, a performance or a likeness.
    Act {
        /// Copy it.
        Reproduce = "reproduce",
        /// Cut, shorten, translate or otherwise change it.
        Adapt = "adapt",
        /// Hand out copies.
        Distribute = "distribute",
        /// Show it to the public, by whatever medium.
        Communicate = "communicate",
        /// Let a model learn from it.
        Train = "train",
        /// Make a model whose subject is one person.
        CreateModel = "create_model",
        /// Make new pictures or sound of a person.
        Generate = "generate",
    }
}

words! {
    /// What a use is for; a grant for one says nothing of another.
    Purpose {
        /// The work itself, as it was made.
        Picture = "picture",
        /// A trailer or teaser of the work.
        Trailer = "trailer",
        /// Other promotion of the work.
        Promotion = "promotion",
        /// Advertising of other goods.
        Advertising = "advertising",
        /// A sequel, a series, another work.
        Sequel = "sequel",
        /// Speaking lines of a scene again after it was shot.
        SceneAdr = "scene_adr",
        /// Speaking them in another language.
        Dub = "dub",
        /// Restoring the work.
        Restoration = "restoration",
        /// Teaching a model.
        Training = "training",
    }
}

words! {
    /// By which way the public sees it.
    Medium {
        /// Cinemas.
        Theatrical = "theatrical",
        /// Television.
        Tv = "tv",
        /// Streaming by subscription.
        Svod = "svod",
        /// Streaming paid by advertising.
        Avod = "avod",
        /// Streaming paid by the view.
        Tvod = "tvod",
        /// Discs.
        HomeVideo = "home_video",
        /// Aircraft and ships.
        Airline = "airline",
        /// Festivals.
        Festival = "festival",
        /// Open web pages.
        Internet = "internet",
        /// Social networks.
        Social = "social",
    }
}

words! {
    /// What of a person is in a shot.
    AppearanceKind {
        /// A face that can be known.
        Face = "face",
        /// A body.
        Body = "body",
        /// A voice.
        Voice = "voice",
        /// Acting, dancing, playing.
        Performance = "performance",
    }
}

words! {
    /// A body whose agreement may govern a work.
    Guild {
        /// Screen actors, United States.
        SagAftra = "sag_aftra",
        /// Writers, United States.
        Wga = "wga",
        /// Directors, United States.
        Dga = "dga",
        /// Crew, United States and Canada.
        Iatse = "iatse",
        /// Musicians, United States and Canada.
        Afm = "afm",
        /// Actors' national agreement, Italy.
        CcnlAttori = "ccnl_attori",
        /// Dubbing's national agreement, Italy.
        CcnlDoppiaggio = "ccnl_doppiaggio",
        /// Actors, United Kingdom.
        Equity = "equity",
    }
}

/// Until when: a day, or without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The last day.
    Day(Date),
    /// `"perpetual"`.
    Perpetual,
}

impl Until {
    /// The last day; the end of the calendar if there is none.
    pub fn day(self) -> Date {
        match self {
            Until::Day(day) => day,
            Until::Perpetual => Date::MAX,
        }
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Until::Day(day) => write!(f, "{day}"),
            Until::Perpetual => f.write_str("perpetual"),
        }
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Until, D::Error> {
        let text = String::deserialize(d)?;
        if text == "perpetual" {
            return Ok(Until::Perpetual);
        }
        text.parse()
            .map(Until::Day)
            .map_err(|_| serde::de::Error::custom(format!("`{text}` is no day: write YYYY-MM-DD, or \"perpetual\"")))
    }
}

/// A document by the SHA-256 of its bytes: `sha256:` and 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Document(String);

impl Document {
    /// Parses `sha256:…`.
    pub fn parse(text: &str) -> Result<Document, String> {
        let digits = text.strip_prefix("sha256:").unwrap_or_default();
        if digits.len() == 64 && digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Ok(Document(text.to_ascii_lowercase()));
        }
        Err(format!(
            "`{}` names no document: write `sha256:` and the 64 digits that `sha256sum FILE` prints",
            brief(text)
        ))
    }

    /// `sha256:…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64 digits.
    pub fn digits(&self) -> &str {
        &self.0["sha256:".len()..]
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Document, D::Error> {
        Document::parse(&String::deserialize(d)?).map_err(serde::de::Error::custom)
    }
}

/// The day of a moment, in UTC.
pub fn today(now: jiff::Timestamp) -> Date {
    jiff::tz::Offset::UTC.to_datetime(now).date()
}

/// The beginning of a text that may be huge.
pub(crate) fn brief(text: &str) -> String {
    const KEPT: usize = 60;
    if text.chars().count() <= KEPT {
        return text.to_owned();
    }
    text.chars().take(KEPT).chain("…".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_as_they_are_written() {
        for act in Act::ALL {
            assert_eq!(act.as_str().parse::<Act>().unwrap(), *act);
            assert_eq!(serde_json::to_value(act).unwrap(), act.as_str());
        }
        assert!("anything".parse::<Medium>().unwrap_err().contains("theatrical, tv, svod"));
    }

    #[test]
    fn a_document_is_known_by_its_hash_alone() {
        let good = format!("sha256:{}", "0aF9".repeat(16));
        assert_eq!(Document::parse(&good).unwrap().digits(), "0af9".repeat(16));
        for bad in ["", "sha256:", "contract.pdf", &good[..70], &good.replace('F', "G")] {
            assert!(Document::parse(bad).unwrap_err().contains("sha256sum"), "{bad}");
        }
    }

    #[test]
    fn an_end_is_a_day_or_none() {
        let until: Until = serde_json::from_str("\"2027-02-28\"").unwrap();
        assert_eq!(until.to_string(), "2027-02-28");
        assert_eq!(serde_json::from_str::<Until>("\"perpetual\"").unwrap().day(), Date::MAX);
        assert!(serde_json::from_str::<Until>("\"2027-02-29\"").unwrap_err().to_string().contains("no day"));
    }
}
