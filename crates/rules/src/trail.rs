//! Which rows were looked at, and their hash: the same decision can be made again years later and seen to be the same.

use std::collections::BTreeMap;

use serde::Serialize;

/// Rows looked at, by kind and name.
#[derive(Default)]
pub(crate) struct Trail<'a> {
    rows: BTreeMap<(&'static str, &'a str), [u8; 32]>,
}

impl<'a> Trail<'a> {
    /// Notes a row.
    pub(crate) fn saw(&mut self, kind: &'static str, id: &'a str, row: &impl Serialize) {
        self.rows.entry((kind, id)).or_insert_with(|| hash(row));
    }

    /// The hash of question, rows and packs.
    pub(crate) fn hash(&self, question: &impl Serialize, packs: &impl Serialize) -> String {
        let mut all = blake3::Hasher::new();
        all.update(&hash(question)).update(&hash(packs));
        for ((kind, id), row) in &self.rows {
            all.update(kind.as_bytes()).update(&[0]).update(id.as_bytes()).update(&[0]).update(row);
        }
        all.finalize().to_hex().to_string()
    }
}

/// Of a row as JSON, its fields in the order in which they are declared.
fn hash(row: &impl Serialize) -> [u8; 32] {
    *blake3::hash(&serde_json::to_vec(row).expect("plain values")).as_bytes()
}
