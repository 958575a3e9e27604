//! What is wrong, where, and by how much.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use film::FrameRange;
use serde::{Deserialize, Serialize};

/// How much a finding weighs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
    /// Stops.
    Error,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        })
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check: `black`, `freeze`, …
    pub check: String,
    /// How much it weighs.
    pub severity: Severity,
    /// First frame; for the whole film, 0.
    pub start: i64,
    /// One past the last frame.
    pub end: i64,
    /// What was found and what the limit is, in a plain sentence.
    pub detail: String,
    /// The measured value, in the unit that `detail` names.
    pub value: Option<f64>,
    /// The limit it is held against, in the same unit.
    pub limit: Option<f64>,
    /// How it looks.
    pub picture: Option<Jpeg>,
}

impl Finding {
    /// A finding without value and picture.
    pub fn new(check: &str, severity: Severity, range: FrameRange, detail: impl Into<String>) -> Finding {
        Finding {
            check: check.to_owned(),
            severity,
            start: range.start(),
            end: range.end(),
            detail: detail.into(),
            value: None,
            limit: None,
            picture: None,
        }
    }

    /// The same with a measured value and its limit.
    pub fn measured(mut self, value: f64, limit: f64) -> Finding {
        // JSON has no infinity: silence measures as the smallest number that means it.
        let finite = |n: f64| if n.is_finite() { n } else { -200.0 };
        (self.value, self.limit) = (Some(finite(value)), Some(finite(limit)));
        self
    }

    /// Its frames.
    pub fn range(&self) -> FrameRange {
        FrameRange::new(self.start.min(self.end), self.end)
    }
}

/// A picture as JPEG; in JSON a `data:` URL, so that a page shows it as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Jpeg(pub Vec<u8>);

impl std::fmt::Debug for Jpeg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Jpeg({} bytes)", self.0.len())
    }
}

const PREFIX: &str = "data:image/jpeg;base64,";

impl Serialize for Jpeg {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&format!("{PREFIX}{}", STANDARD.encode(&self.0)))
    }
}

impl<'de> Deserialize<'de> for Jpeg {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Jpeg, D::Error> {
        let url = String::deserialize(d)?;
        let bytes = url.strip_prefix(PREFIX).and_then(|text| STANDARD.decode(text).ok());
        bytes.map(Jpeg).ok_or_else(|| serde::de::Error::custom("not a JPEG as a data URL"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_as_the_contract_says() {
        let mut finding =
            Finding::new("black", Severity::Warning, FrameRange::new(24, 96), "3.0 s of black").measured(3.0, 2.0);
        finding.picture = Some(Jpeg(vec![0xFF, 0xD8, 0xFF]));
        let json = serde_json::to_string(&finding).unwrap();
        assert_eq!(
            json,
            r#"{"check":"black","severity":"warning","start":24,"end":96,"detail":"3.0 s of black","value":3.0,"limit":2.0,"picture":"data:image/jpeg;base64,/9j/"}"#
        );
        assert_eq!(serde_json::from_str::<Finding>(&json).unwrap(), finding);
    }
}
