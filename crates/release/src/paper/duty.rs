//! What must be done: the table of duties that several papers carry.

use maud::{Markup, html};
use rights::{Date, Record};
use rules::decision::Duty;

use super::ink;

/// Duties that are open first, by day; then those that a deed has answered.
pub(super) fn open(record: &Record, duties: &[Duty], today: Date) -> Markup {
    let mut sorted: Vec<&Duty> = duties.iter().collect();
    sorted.sort_by_key(|duty| (duty.done_by.is_some(), duty.due.is_none(), duty.due, &duty.id));
    let open = duties.iter().filter(|duty| duty.done_by.is_none()).count();
    html! {
        h2 { "Duties" }
        @if duties.is_empty() { p { "Nothing is owed and nothing has to be done for this use, as far as the rules know." } }
        @else {
            p.lead { (ink::count(open, "is", "are")) " open, " (duties.len() - open) " done." }
            table {
                thead { tr { th { "Due" } th { "What" } th { "To" } th { "Rule" } th { "Document, page" } } }
                tbody { @for duty in sorted { tr {
                    td.code { (due(duty, today)) }
                    td { b { (ink::words([&duty.kind], "")) } ": " (ink::told(record, &duty.sentence)) (owed(duty)) }
                    td { @if duty.to == "public" { "the public" } @else { (ink::party(record, &duty.to)) } }
                    td { (ink::rule(&duty.rule)) }
                    td { (ink::source_if(duty.document.as_ref(), duty.page)) }
                } } }
            }
        }
    }
}

fn due(duty: &Duty, today: Date) -> Markup {
    html! {
        @match (&duty.done_by, duty.due) {
            (Some(deed), _) => { (ink::outcome("done")) br; span.id { (ink::text(deed)) } }
            (None, Some(day)) if day < today => { span.gap { (day) } br; span.gap { "overdue" } }
            (None, Some(day)) => { (day) }
            (None, None) => { span.dim { "no day set" } }
        }
    }
}

fn owed(duty: &Duty) -> Markup {
    html! {
        @if let Some((amount, currency)) = &duty.amount { br; b.code { (ink::text(&ink::amount(amount))) " " (ink::text(currency)) } }
        @else if duty.kind == "pay" { br; span.gap { "amount not recorded" } }
        @if let Some(basis) = &duty.basis { " " span.dim { (ink::prose(basis)) } }
        @if let Some(seconds) = duty.seconds { " " span.dim { (ink::seconds(seconds)) } }
    }
}
