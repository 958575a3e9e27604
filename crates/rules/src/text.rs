//! Texts handed to writers, and performers that never were.

use std::collections::BTreeSet;

use rights::{Text, Work};

use crate::case::{About, Case};
use crate::subject::Source;
use crate::vocabulary::Kind;

impl<'a> Case<'a> {
    /// Judges a text.
    pub(crate) fn text(&mut self, text: &'a Text) {
        self.trail.saw("text", &text.id, text);
        let work: Vec<&Work> = self.record.works.get(&text.work).into_iter().collect();
        let cover = self.cover(&work, &BTreeSet::new());
        let mut subject = self.subject(Kind::Text, &text.id);
        subject
            .from(Source::row(&text.id))
            .said("text", text.id.as_str())
            .text("origin", text.origin.as_str())
            .text("writer", text.handed_to.as_deref())
            .day("disclosed_on", text.disclosed_on)
            .bool("credited_as_source", text.credited_as_source)
            .bool("tool_required", text.tool_required);
        self.judge(&subject, cover.packs, &About { rows: &[&text.work], ..About::default() });
    }

    /// Judges a synthetic performer.
    pub(crate) fn synthetic(&mut self, name: &str, works: &[&'a Work], disclosure: Option<&str>) {
        let record = self.record;
        let row = record.synthetics.get(name);
        // The rules of where it was made for, and of where it is shown.
        let mut all: Vec<&Work> = row.and_then(|row| record.works.get(&row.work)).into_iter().collect();
        all.extend(works);
        all.sort_unstable_by_key(|work| &work.id);
        all.dedup_by_key(|work| &work.id);
        let cover = self.cover(&all, &BTreeSet::new());
        let mut subject = self.subject(Kind::Synthetic, name);
        subject.from(Source::paper(name, &row.and_then(|row| row.value_memo.clone()), None));
        subject
            .said("synthetic", name)
            .bool("recorded", row.is_some())
            .bool("human_role", row.map(|row| row.human_role))
            .bool("in_work", row.and_then(|row| row.in_work))
            .text("value_memo", row.and_then(|row| row.value_memo.as_ref()).map(|paper| paper.as_str()))
            .day("notice_on", row.and_then(|row| row.notice_on))
            .text("bargaining", row.and_then(|row| row.bargaining.as_deref()));
        subject.from(Source::row("question")).text("disclosure", disclosure);
        if let Some(row) = row {
            self.trail.saw("synthetic", &row.id, row);
        }
        self.judge(&subject, cover.packs, &About::default());
    }
}
