//! What long work says of itself while it runs.

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Pictures.
    Frames,
    /// Files.
    Files,
    /// Bytes.
    Bytes,
    /// Anything else.
    Steps,
}

/// Where long work reports to; the terminal draws it, the web page streams it, a worker sends it home.
///
/// Calls may come from several threads. Stages may nest by name; `id` tells stages that run side by side apart.
pub trait Progress: Sync {
    /// A stage begins; `total` is unknown for some.
    fn begin(&self, id: &str, what: &str, total: Option<u64>, unit: Unit);
    /// `done` of the stage's total is done, counted from its begin.
    fn at(&self, id: &str, done: u64);
    /// The stage ended.
    fn end(&self, id: &str);
    /// A line worth a person's attention.
    fn say(&self, line: &str);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: &str, _: &str, _: Option<u64>, _: Unit) {}
    fn at(&self, _: &str, _: u64) {}
    fn end(&self, _: &str) {}
    fn say(&self, _: &str) {}
}
