//! How a shot begins.

use serde::{Deserialize, Serialize};

/// How a shot begins.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Into {
    /// The reel begins.
    Start,
    /// A hard cut.
    Cut,
    /// Two shots mix.
    Dissolve,
    /// From or through a plain colour.
    Fade,
    /// A border moves across the picture.
    Wipe,
    /// A gradual change of no simpler kind.
    Other,
}

impl std::fmt::Display for Into {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Into::Start => "start",
            Into::Cut => "cut",
            Into::Dissolve => "dissolve",
            Into::Fade => "fade",
            Into::Wipe => "wipe",
            Into::Other => "other",
        })
    }
}
