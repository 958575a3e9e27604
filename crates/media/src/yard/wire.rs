//! What passes between the house and the yard: JSON, one value a line.

use jobs::Unit;
use serde::{Deserialize, Serialize};

use super::{Limits, Refusal};

/// The one line that goes in.
#[derive(Serialize, Deserialize)]
pub(super) struct Envelope {
    /// Process id of the caller: the worker ends where its parent is another by the time it looks.
    pub(super) parent: u32,
    pub(super) limits: Limits,
    pub(super) job: serde_json::Value,
}

/// A line that comes out.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Line {
    /// What the kernel could be asked to enforce.
    Fence {
        files: bool,
        calls: bool,
    },
    Begin {
        id: String,
        what: String,
        total: Option<u64>,
        unit: Unit,
    },
    At {
        id: String,
        done: u64,
    },
    End {
        id: String,
    },
    Say {
        line: String,
    },
    Done {
        result: serde_json::Value,
    },
    Refused(Refusal),
    Panicked {
        message: String,
    },
}
