//! Everything that is owed on a day, whatever is asked.

use rights::{Date, Record, Territories, Work};

use crate::case::{Asked, Case};
use crate::decision::Duty;
use crate::rulebook::Rulebook;

/// Duties of transfers, texts, synthetic performers and models, without those that a deed has answered.
pub(crate) fn due(book: &Rulebook, record: &Record, studio: &str, on: Date) -> Vec<Duty> {
    let asked = Asked {
        ask: "due",
        on,
        from: on,
        until: on,
        purpose: None,
        territories: Territories::default(),
        media: Vec::new(),
    };
    let mut case = Case::new(book, record, studio, asked);
    for row in record.transfers.values() {
        let works: Vec<&Work> = row.works.iter().filter_map(|id| record.works.get(id)).collect();
        case.transfer_alone(&row.id, Some(row), &works, on);
    }
    for text in record.texts.values() {
        case.text(text);
    }
    for synthetic in record.synthetics.values() {
        case.synthetic(&synthetic.id, &[], None);
    }
    for model in record.models.values() {
        case.model(&model.id, false, false, &[], None, &[]);
    }
    let mut duties = case.close().0.duties;
    // What is paid for a use is asked of a use: what a model's own consent costs is not owed again each day.
    duties.retain(|duty| duty.done_by.is_none() && duty.kind != "pay");
    duties
}
