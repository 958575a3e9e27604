//! The same release paid under several schemes, side by side.

use std::path::{Path, PathBuf};

use ledger::Money;
use release::paper::simulator::Simulator;
use release::scheme::{Deal, Payout, simulate as schemes};
use serde::Serialize;

use super::ask::{AskError, lineage_of, read};
use super::{print, today};
use crate::House;

/// What each scheme would pay.
#[derive(Debug, Serialize)]
pub struct Simulated {
    /// What there is to share.
    pub pool: Money,
    /// A scheme each.
    pub schemes: Vec<Payout>,
    /// The page, where one was asked for.
    pub page: Option<PathBuf>,
}

/// Shares `pool` for the timeline `file` under every scheme.
pub fn simulate(house: &House, file: &Path, pool: Money, page: Option<&Path>) -> Result<Simulated, AskError> {
    let cut = read(file)?;
    let record = house.library().agreed()?;
    let lineage = lineage_of(house.library(), &record, &cut)?;
    // Nothing has measured yet how much a title gives to a model; without a measurement that scheme says so.
    let deal = Deal { pool, uses: &lineage.uses, record: &record, on: today(), measured: &[], floor: 0.0 };
    let schemes = schemes(&deal);
    if let Some(page) = page {
        let paper = Simulator { name: &cut.name, pool, payouts: &schemes, record: &record, on: today() };
        print::keep(page, &release::paper::simulator::simulator(&paper)).map_err(AskError::from)?;
    }
    Ok(Simulated { pool, schemes, page: page.map(Path::to_owned) })
}
