//! Chain of title of a work.

use std::path::Path;

use release::paper::{ChainOfTitle, chain_of_title};
use rights::chain::{Wanted, chain};
use rights::{Act, Date, Medium, Record, Territories, Until};

use super::{Page, PaperError, row};
use crate::House;
use crate::rights::ask::{lineage_of, read};
use crate::rights::{STUDIO, today};

/// The use that a chain is followed for.
#[derive(Clone, Debug)]
pub struct ChainUse {
    /// Every one of these acts.
    pub acts: Vec<Act>,
    /// Everywhere in these.
    pub territories: Territories,
    /// By every one of these media.
    pub media: Vec<Medium>,
    /// From this day; today if none.
    pub from: Option<Date>,
    /// Until then.
    pub until: Until,
}

pub(super) fn page(
    house: &House,
    record: &Record,
    title: &str,
    used: &ChainUse,
    cut: Option<&Path>,
) -> Result<Page, PaperError> {
    let work = row::work(house, record, title)?;
    let wanted = Wanted {
        acts: &used.acts,
        territories: used.territories,
        media: &used.media,
        from: used.from.unwrap_or_else(today),
        until: used.until.day(),
    };
    // What the finished work is made of stands in its timeline alone; without one the page says that it is unknown.
    let made = match cut {
        Some(file) => {
            let cut = read(file)?;
            Some((lineage_of(house.library(), record, &cut)?.uses, cut.rate))
        }
        None => None,
    };
    let found = chain(record, work, STUDIO, &wanted);
    let paper = ChainOfTitle {
        work,
        studio: STUDIO,
        wanted: &wanted,
        chain: &found,
        record,
        uses: made.as_ref().map_or(&[], |(uses, _)| uses),
        rate: made.as_ref().map(|(_, rate)| *rate),
        on: today(),
    };
    let (html, verdict) = (chain_of_title(&paper), paper.verdict());
    Ok(Page {
        paper: "chain",
        about: work.id.clone(),
        name: work.title.clone(),
        html,
        verdict,
        chain: Some(found),
        training: None,
    })
}
