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

/// Of a row as JSON, its fields in the order in which they are declared: to declare them in another order makes other hashes of the
/// same facts, and a test holds one.
fn hash(row: &impl Serialize) -> [u8; 32] {
    *blake3::hash(&serde_json::to_vec(row).expect("plain values")).as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_facts_stays_what_it_is() {
        let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/base.toml")).unwrap();
        let rows = rights::read::toml("base.toml", &text).unwrap();
        let record = rights::Record::new(rows.into_iter().map(|row| row.entry));
        let mut trail = Trail::default();
        let (consent, party) = (&record.consents["c:replica"], &record.parties["p:ada"]);
        trail.saw("consent", &consent.id, consent);
        trail.saw("party", &party.id, party);
        trail.saw("consent", &consent.id, &"seen before");
        assert_eq!(
            trail.hash(&"question", &["core"]),
            "aa2e6ca5245bd97b4ed974789cec1dddbdc0d7eafd243ae1a54320b297737b15"
        );
    }
}
