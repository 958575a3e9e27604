//! What can be typed.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::command::Command;

/// A film studio's own workshop: takes a library of films and cuts trailers from it, real footage first, people in control.
#[derive(Parser)]
#[command(name = "bottega", version, max_term_width = 110, after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The library's folder; else BOTTEGA_LIBRARY, else the nearest folder upwards that holds `.bottega`.
    #[arg(long, global = true, env = "BOTTEGA_LIBRARY", value_name = "DIR")]
    pub(crate) library: Option<PathBuf>,
    /// Print one JSON document on standard output.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// No progress and no remarks.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub(crate) color: When,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal only.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

const EXAMPLES: &str = "Examples:
  bottega init ~/Studio && cd ~/Studio
  bottega ingest ~/Films
  bottega titles
  bottega shots \"Big Buck Bunny\"
  bottega trailer \"Big Buck Bunny\" --length 60s --music score.ogg --spoiler-free -o trailer/
  bottega render trailer/trailer.otio --as prores -o trailer.mov

Exit codes: 0 done; 1 could not be done; 2 wrong usage; 3 done, and the answer is no; 130 interrupted.";
